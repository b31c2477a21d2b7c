"""Layouts of a workspace: they take the place of ours, see plain data only, and are stopped when they fail or do not end."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest

from sopkit.failure import DocumentFailedError
from sopkit.render.document import Document, FillIn, Section, text
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.templating import Templates, built_in
from sopkit.render.typst_press import Apart, Job, LayoutError

PEN: Final = built_in("typst/pen.typ") or ""
SHEET: Final = Document("checklist", "zh-CN", "清单", "", (Section("s", text("一"), (FillIn((text("日期"),)),)),))


def made(pen: str) -> str:
    with Typesetter(Templates({"typst/pen.typ": pen}.get), date(2026, 7, 1)) as typesetter:
        pdf = pypdfium2.PdfDocument(to_pdf(SHEET, typesetter))
        return "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)


def test_a_workspace_s_layout_takes_the_place_of_ours() -> None:
    assert "我们的填写栏" in made(
        PEN.replace("#let fill-in(labels, columns: 3) =", "#let fill-in(labels, columns: 3) = [我们的填写栏] +")
    )


@pytest.mark.parametrize(
    "said",
    [
        '#let x = 1 + "a"',
        "#let x = unknown",
        '#let x = read("/etc/passwd")',
        '#let x = read("../../../etc/passwd")',
        '#import "@preview/cetz:0.3.4": *',
        "#while true {}",
    ],
)  # fmt: skip
def test_what_fails_in_it_is_told_with_file_line_and_document(said: str) -> None:
    with pytest.raises(DocumentFailedError) as refused:
        made(f"{PEN}\n{said}\n")
    line = PEN.count("\n") + 2
    for told in (refused.value.reason.zh, refused.value.reason.en):
        assert "清单" in told
        assert f"templates/typst/pen.typ:{line}:" in told
        assert "root:" not in told


def test_a_compiler_that_breaks_off_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def compiled(*_: object, **__: object) -> bytes:
        raise panic("index out of bounds")

    monkeypatch.setattr("sopkit.render.typst_press._compiler", lambda _: SimpleNamespace(compile=compiled))
    with Typesetter(Templates(), date(2026, 7, 1)) as typesetter, pytest.raises(DocumentFailedError) as refused:
        to_pdf(SHEET, typesetter)
    assert "the typesetter broke off" in refused.value.reason.en
    assert "清单" in refused.value.reason.zh


@pytest.mark.long
def test_a_layout_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "document.typ").write_text(
        "#for i in range(100000) { for j in range(100000) { let k = i + j } }", "utf-8"
    )
    press = Apart(tmp_path, seconds=3)
    begun = time.monotonic()
    with pytest.raises(LayoutError) as refused:
        press.set(Job("{}", 0))
    press.close()
    assert "3 seconds" in refused.value.reason.en
    assert time.monotonic() - begun < 60


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit")
def test_a_layout_that_fills_the_memory_is_stopped_and_the_next_one_is_set(tmp_path: Path) -> None:
    (tmp_path / "document.typ").write_text('#let s = "ab" * int(sys.inputs.document)\n#s.len()', "utf-8")
    press = Apart(tmp_path, memory=1 << 30)
    with pytest.raises(LayoutError) as refused:
        press.set(Job("4000000000", 0))
    assert "memory" in refused.value.reason.en
    (tmp_path / "document.typ").write_text("#set document(title: [a])\nyes", "utf-8")
    assert press.set(Job("1", 0)).startswith(b"%PDF")
    press.close()
