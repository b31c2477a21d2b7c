"""A brand's own fonts: named in pages and office files, embedded in PDF; what can't be used, or reaches out of the folder, is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import manimgx_fonts  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader

from sopkit.cli import app
from sopkit.reader.font_files import MAX_FONT, NO_FONT, find_font
from sopkit.reader.pictures import MISSING, OUTSIDE, too_large
from sopkit.render.docx import to_docx
from sopkit.render.manual import front
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from tests.documents import EDITION, made
from tests.paper import paper
from tests.workspaces import SETTINGS, Files, compiled

Write = Callable[[Files | str], Path]
FONTS = "brand:\n  name: 晨曦\n  fonts: [Inter, 思源黑体]\n"


def ours() -> bytes:
    """Return a font that nobody else has: one of those that there are, by another name of the same length."""
    data = (Path(manimgx_fonts.__file__).parent / "NotoSans[wght].ttf").read_bytes()
    for name, other in (("Noto Sans", "Ours Sans"), ("NotoSans", "OursSans")):
        data = data.replace(name.encode("utf-16-be"), other.encode("utf-16-be"))
    return data


def test_pages_and_word_files_name_them_before_those_that_everybody_has() -> None:
    workspace = compiled({"sopkit.yaml": SETTINGS + FONTS}).workspace
    page = made(workspace)["index.html"]
    assert 'html { font-family: "Inter", "思源黑体", var(--fonts); }' in page
    look = front.look(workspace.settings, Names(workspace, "zh-CN"))
    assert look.fonts == ("Inter", "思源黑体")
    with ZipFile(BytesIO(to_docx(replace(paper("字"), look=look)))) as parts:
        styles = parts.read("word/styles.xml").decode()
    assert 'w:ascii="Inter" w:eastAsia="思源黑体" w:hAnsi="Inter"' in styles


@pytest.mark.parametrize("name", ['"a\\"; } * { display: none"', '"</style><script>"', "'x\" w:y=\"'"])
def test_a_name_that_is_none_is_refused_and_reaches_no_page(name: str) -> None:
    compilation = compiled({"sopkit.yaml": SETTINGS + f"brand: {{name: 晨曦, fonts: [{name}]}}\n"})
    assert [one.rule.code for one in compilation.findings]
    assert front.look(compilation.workspace.settings, Names(compilation.workspace, "en")).fonts == ()


@pytest.mark.long
def test_a_font_of_the_brand_s_is_embedded_in_pdf() -> None:
    whole = paper("Words", "en")
    whole = replace(whole, look=replace(whole.look, fonts=("Ours Sans",)))
    with Typesetter(Templates(), EDITION.as_of, (ours(),)) as typesetter:
        pages = PdfReader(BytesIO(to_pdf(whole, typesetter))).pages
    named: set[str] = set()
    for page in pages:
        page.extract_text(visitor_text=lambda *given: named.add(str((given[3] or {}).get("/BaseFont"))))
    assert any("OursSans" in name for name in named)


def test_only_a_font_inside_the_workspace_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "out.ttf").write_bytes(ours())
    (inside / "link.ttf").symlink_to(tmp_path / "out.ttf")
    (inside / "page.ttf").write_text("<html>")
    (inside / "good.ttf").write_bytes(ours())
    with (inside / "large.ttf").open("wb") as file:
        os.truncate(file.fileno(), MAX_FONT + 1)
    found = {
        name: find_font(inside, name) for name in ("link.ttf", "../out.ttf", "/etc/passwd", "page.ttf", "none.ttf")
    }
    assert found == {
        "link.ttf": OUTSIDE,
        "../out.ttf": OUTSIDE,
        "/etc/passwd": OUTSIDE,
        "page.ttf": NO_FONT,
        "none.ttf": MISSING,
    }
    assert find_font(inside, "large.ttf") == too_large(MAX_FONT)
    assert find_font(inside, "good.ttf") == ours()


def test_a_font_that_can_t_be_used_is_told_with_its_line(
    write_workspace: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_workspace({"sopkit.yaml": SETTINGS + FONTS + "  font_files: [brand/inter.ttf]\n"})
    line = ("--lang", "en", "build", str(folder), "-o", str(tmp_path / "out"), "--allow-not-assessed")
    assert app.main([*line, "--format", "pdf"]) == 2
    said = capsys.readouterr().err
    assert "sopkit.yaml:13: the font `brand/inter.ttf` of brand.font_files can't be used: there is no such file" in said
    assert not (tmp_path / "out").exists()
