"""Files that took long are kept: what comes back is what was made, whatever happened to the folder since; a PDF is set once."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.cli import app
from sopkit.kept import FOLDER, Kept
from sopkit.render.document import Document, FillIn, Section, text
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.templating import Templates, built_in
from sopkit.render.typst_press import InProcess, Job
from tests.documents import SMALL
from tests.workspaces import TODAY

KEY = bytes(range(32))
SHEET = Document("checklist", "zh-CN", "清单", "", (Section("s", text("一"), (FillIn((text("日期"),)),)),))


class Making:
    """Makes one thing and counts how often it was asked to."""

    def __init__(self, data: bytes = b"made") -> None:
        self.data, self.times = data, 0

    def __call__(self) -> bytes:
        self.times += 1
        return self.data


def only(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    making = Making()
    assert [Kept(tmp_path).made(KEY, making) for _ in range(3)] == [b"made"] * 3
    assert making.times == 1
    assert Kept(tmp_path).made(KEY[::-1], Making(b"other")) == b"other"
    assert only_names(tmp_path) == {KEY.hex(), KEY[::-1].hex()}


def only_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.long
@given(st.binary(max_size=40), st.data())
def test_a_damaged_file_is_made_again(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, draw: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("made")
    Kept(folder).made(KEY, Making(data))
    whole = only(folder).read_bytes()
    cut = draw.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:cut] + bytes([whole[cut] ^ draw.draw(st.integers(1, 255))]) + whole[cut + 1 :]
    for damaged in (whole[:cut], flipped, whole + b"x"):
        only(folder).write_bytes(damaged)
        making = Making(data)
        assert Kept(folder).made(KEY, making) == data
        assert making.times == 1
        assert only(folder).read_bytes() == whole


def test_a_file_of_another_key_is_not_believed(tmp_path: Path) -> None:
    Kept(tmp_path).made(KEY, Making())
    only(tmp_path).rename(tmp_path / KEY[::-1].hex())
    assert Kept(tmp_path).made(KEY[::-1], Making(b"other")) == b"other"


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system has links that can't be told")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    Kept(folder).made(KEY, Making())
    elsewhere = tmp_path / "elsewhere"
    only(folder).rename(elsewhere)
    (folder / KEY.hex()).symlink_to(elsewhere)
    making = Making(b"anew")
    assert Kept(folder).made(KEY, making) == b"anew"
    assert not only(folder).is_symlink()
    assert elsewhere.read_bytes().endswith(b"made")


def test_where_nothing_can_be_kept_everything_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for kept in (Kept(), Kept(tmp_path / "file"), Kept(tmp_path / "file" / "below")):
        making = Making()
        assert [kept.made(KEY, making), kept.made(KEY, making)] == [b"made", b"made"]
        assert making.times == 2
        kept.sweep()
    assert Kept.open(tmp_path, {"SOPKIT_CACHE": "off", "SOPKIT_CACHE_DIR": "/nowhere"}).made(KEY, Making()) == b"made"
    Kept.open(tmp_path, {"SOPKIT_CACHE_DIR": str(tmp_path / "inside")}).made(KEY, Making())
    assert only_names(tmp_path) == {"file"}


def test_what_fails_is_not_kept(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise ValueError("no glyph")

    with pytest.raises(ValueError, match="no glyph"):
        Kept(tmp_path).made(KEY, fail)
    assert Kept(tmp_path).made(KEY, Making()) == b"made"


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most=3500)
    keys = [bytes([number]) * 32 for number in range(4)]
    for age, key in enumerate(keys):
        kept.made(key, Making(b"x" * 1000))
        os.utime(tmp_path / key.hex(), (1000 + age, 1000 + age))
    kept.made(keys[0], Making())
    (tmp_path / "somebody's").write_bytes(b"x" * 9000)
    left = tmp_path / f"{keys[0].hex()}.abc.part"
    left.write_bytes(b"")
    os.utime(left, (1000, 1000))
    kept.sweep()
    assert only_names(tmp_path) == {"somebody's", *(keys[number].hex() for number in (0, 2, 3))}


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record what is set."""
    jobs: list[str] = []
    set_ = InProcess.set

    def counted(press: InProcess, job: Job) -> bytes:
        jobs.append(job.data)
        return set_(press, job)

    monkeypatch.setattr(InProcess, "set", counted)
    return jobs


def pdf(document: Document, kept: Kept, templates: Templates | None = None, day: date = TODAY) -> bytes:
    with Typesetter(templates or Templates(), day, kept=kept) as typesetter:
        return to_pdf(document, typesetter)


@pytest.mark.long
def test_a_pdf_is_set_again_only_when_something_is_otherwise(tmp_path: Path, sets: list[str]) -> None:
    kept = Kept(tmp_path)
    first = pdf(SHEET, kept)
    again = replace(SHEET, title="".join(["清", "单"]), sections=tuple(map(replace, SHEET.sections)))
    assert pdf(again, kept) == first == pdf(SHEET, Kept())
    assert len(sets) == 2  # the second without what is kept
    pdf(replace(SHEET, title="另一份"), kept)
    pdf(replace(SHEET, draft=True), kept)
    pdf(SHEET, kept, day=date(2026, 7, 2))
    assert len(sets) == 5
    pdf(SHEET, kept, Templates({"typst/pen.typ": f"{built_in('typst/pen.typ')}\n"}.get))
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.long
def test_a_second_build_sets_nothing_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sets: list[str]
) -> None:
    workspace = Path(shutil.copytree(SMALL, tmp_path / "small"))
    monkeypatch.setattr("sopkit.aside.Aside.start", lambda *_: None)  # the copy would count for itself

    def built(name: str) -> dict[str, bytes]:
        out = tmp_path / name
        asked = ("--only", "card", "--only", "checklist", "--as-of", "2026-07-01")
        assert app.main(("--lang", "en", "build", str(workspace), "-o", str(out), *asked)) == 0
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}

    first = built("first")
    assert len(sets) == sum(name.endswith(".pdf") for name in first) > 0
    sets.clear()
    assert built("second") == first
    assert not sets
    cache = Path(os.environ["SOPKIT_CACHE_DIR"], FOLDER)
    victim = min(cache.iterdir())
    victim.write_bytes(b"damaged")
    assert built("third") == first
    assert len(sets) == 1
