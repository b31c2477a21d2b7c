"""A logo that is damaged: it is named with its place before anything is made, and no whole picture is taken for a damaged one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sopkit.cli import app
from sopkit.reader.picture_forms import DAMAGED, TOO_MANY
from sopkit.reader.pictures import Picture, picture_of
from tests.pictures import JPEG, WEBP, chunk, png, png_of
from tests.workspaces import SETTINGS, Files

Write = Callable[[Files | str], Path]

LINE = SETTINGS.count("\n") + 2
"""On which the settings below name the logo."""


def drawn(mode: str, form: str, **options: object) -> bytes:
    """Return what a common program writes of a picture with some detail in it."""
    picture = Image.radial_gradient("L").resize((70, 31)).convert("RGBA").convert(mode)
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def without_tables() -> bytes:
    """Return a JPEG in which every part is whole and the tables of its code are missing."""
    at, kept = 2, JPEG[:2]
    while JPEG[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(JPEG[at + 2 : at + 4], "big")
        kept += JPEG[at:end] if JPEG[at + 1] != 0xC4 else b""
        at = end
    return kept + JPEG[at:]


WHOLE = {
    **{f"png {mode}": drawn(mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")},
    # 5 × 3 of one byte each, coarse to fine: the rows of the passes that have any.
    "png interlaced": png_of((5, 3, 8, 0, 0, 0, 1), b"".join(b"\0" + b"x" * n for n in (1, 1, 1, 3, 2, 2, 5))),
    **{f"jpeg {mode}": drawn(mode, "JPEG") for mode in ("L", "RGB", "CMYK")},
    "jpeg progressive": drawn("RGB", "JPEG", progressive=True),
    "jpeg restarts": drawn("RGB", "JPEG", restart_marker_rows=1),
    "jpeg with notes": drawn("RGB", "JPEG", comment=b"\xff\xd9 made by hand", exif=Image.Exif()),
    "webp": drawn("RGB", "WEBP"),
    "webp lossless": drawn("RGB", "WEBP", lossless=True),
    "webp clear": drawn("RGBA", "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_whole_picture_is_taken(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as shown:
        shown.load()
    assert isinstance(picture_of(data), Picture)
    assert isinstance(picture_of(data + b"\0\0"), Picture), "what a program adds behind the end does no harm"


@pytest.mark.parametrize("data", [png(9, 9), JPEG, WEBP, *WHOLE.values()], ids=["png", "jpeg", "webp", *WHOLE])
def test_a_picture_that_was_not_copied_to_its_end_is_damaged(data: bytes) -> None:
    assert {str(picture_of(data[:end])) for end in range(12, len(data), max(1, len(data) // 97))} == {str(DAMAGED)}


@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 5000), st.binary(min_size=1, max_size=9))
def test_whatever_is_in_the_file_is_a_picture_or_told(name: str, at: int, odd: bytes) -> None:
    data = WHOLE[name]
    at %= len(data)
    picture_of(data[:at] + odd + data[at + len(odd) :])
    picture_of(data[:16] + odd)


def test_a_byte_that_was_changed_in_a_png_is_noticed_wherever_it_stands() -> None:
    whole = png(3, 2)
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :]
        assert not isinstance(picture_of(changed), Picture), at


@pytest.mark.parametrize(
    "data",
    [
        png_of((4, 4, 8, 2, 0, 0, 0), b"\0" + b"\0" * 12),
        png_of((0, 4, 8, 2, 0, 0, 0), b""),
        png_of((1, 1, 8, 5, 0, 0, 0), b"\0" * 9),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        b"\xff\xd8" + b"\xff" * 30,
    ],
    ids=["rows missing", "no width", "no such colours", "nothing", "no end of marks"],
)
def test_a_picture_that_says_more_than_it_has_is_damaged(data: bytes) -> None:
    assert picture_of(data) == DAMAGED


def test_a_small_file_that_unfolds_to_gigabytes_is_refused_unopened() -> None:
    assert picture_of(png_of((100_000, 100_000, 16, 6, 0, 0, 0), b"")) == TOO_MANY


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", "标志“brand/logo.png”用不了：图片不完整或已损坏"),
        ("en", "the logo `brand/logo.png` can't be used: the picture is incomplete or damaged"),
    ],
)
def test_a_check_names_a_damaged_logo_and_where_it_is_asked_for(
    write_workspace: Write, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    folder = branded(write_workspace, "brand/logo.png", png()[:-20])
    assert app.main(["check", str(folder), "--lang", lang]) == 1
    shown = capsys.readouterr().out
    assert f"sopkit.yaml:{LINE}:9" in shown
    assert said in shown


@pytest.mark.parametrize(
    ("lang", "said", "advice"),
    [
        ("zh-CN", "brand.logo 的标志图片“logo.jpg”印不进 PDF", "请从原图重新导出为 PNG"),
        ("en", "the picture `logo.jpg` of brand.logo can't be printed in a PDF", "Export it from the original as PNG"),
    ],
)
@pytest.mark.parametrize("layouts", ["ours", "their own"])
def test_what_only_the_typesetter_can_tell_is_told_of_the_logo_and_not_of_the_layout(
    write_workspace: Write,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    lang: str,
    said: str,
    advice: str,
    layouts: str,
) -> None:
    folder = branded(write_workspace, "logo.jpg", without_tables())
    if layouts != "ours":
        (folder / "templates/typst").mkdir(parents=True)
        (folder / "templates/typst/look.typ").write_bytes(
            Path("templates/typst/look.typ").read_bytes() + b"\n// ours\n"
        )
    command = ["build", str(folder), "-o", str(tmp_path / "out"), "--only", "manual", "--format", "pdf", "--lang", lang]
    assert app.main(command) == 1
    shown = capsys.readouterr().err
    assert f"sopkit.yaml:{LINE}: {said}" in shown
    assert advice in shown
    assert "templates/" not in shown
    assert not (tmp_path / "out").exists()


def branded(write_workspace: Write, name: str, picture: bytes) -> Path:
    folder = write_workspace({"sopkit.yaml": f"{SETTINGS}brand:\n  logo: {name}\n"})
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(picture)
    return folder
