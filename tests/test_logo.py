"""The brand's logo: what is refused and where, and how it stands in the documents."""

from __future__ import annotations

import base64
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import DictionaryObject

from sopkit.cli import app
from sopkit.reader.picture_forms import NO_PICTURE
from sopkit.reader.pictures import MAX_PICTURE, MISSING, NO_FILE, OUTSIDE, Picture, find_picture, too_large
from sopkit.render.publication import Request
from sopkit.text import Phrase
from tests.documents import made, small
from tests.pictures import JPEG, WEBP, png
from tests.workspaces import SETTINGS, Files

Write = Callable[[Files | str], Path]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(("data", "kind"), [(png(), "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
def test_a_picture_is_what_its_bytes_say(tmp_path: Path, data: bytes, kind: str) -> None:
    (tmp_path / "brand").mkdir()
    (tmp_path / "brand/logo.svg").write_bytes(data)
    found = find_picture(tmp_path, "brand/logo.svg")
    assert isinstance(found, Picture)
    assert (found.data, found.media_type) == (data, kind)


@pytest.mark.parametrize("data", [b"", SVG, b"GIF89a", b"RIFF", b"\x89PNG", b"<?xml version='1.0'?>" + SVG])
def test_what_may_hold_a_program_is_no_picture_whatever_it_is_called(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "logo.png").write_bytes(data)
    assert find_picture(tmp_path, "logo.png") == NO_PICTURE


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone.png", MISSING),
        ("no/such/folder.png", MISSING),
        ("../secret.png", OUTSIDE),
        ("brand/../../secret.png", OUTSIDE),
        ("brand\\..\\..\\secret.png", OUTSIDE),
        ("C:secret.png", OUTSIDE),
        ("https://example.com/logo.png", OUTSIDE),
        ("a\0b.png", OUTSIDE),
        ("outward.png", OUTSIDE),
        ("brand", NO_FILE),
        (".", NO_FILE),
        ("pipe.png", NO_FILE),
        ("round.png", None),
    ],
)
def test_a_picture_lies_in_the_workspace(tmp_path: Path, name: str, why: Phrase | None) -> None:
    root = tmp_path / "shop"
    (root / "brand").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(png())
    (root / "outward.png").symlink_to(tmp_path / "secret.png")
    (root / "round.png").symlink_to(root / "round.png")
    os.mkfifo(root / "pipe.png")
    found = find_picture(root, name)
    assert isinstance(found, Phrase)
    assert why is None or found == why
    assert find_picture(root, str(tmp_path / "secret.png")) == OUTSIDE
    assert find_picture(root, str(root / "brand")) == OUTSIDE, "a path of one machine is none of another"


def test_a_link_inside_the_workspace_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(png())
    (tmp_path / "logo.png").symlink_to("real.png")
    assert isinstance(find_picture(tmp_path, "logo.png"), Picture)


def test_a_picture_has_a_bound(tmp_path: Path) -> None:
    most = png() + b"\0" * (MAX_PICTURE - len(png()))
    (tmp_path / "most.png").write_bytes(most)
    (tmp_path / "more.png").write_bytes(most + b"\0")
    assert isinstance(find_picture(tmp_path, "most.png"), Picture)
    assert find_picture(tmp_path, "more.png") == too_large(MAX_PICTURE)


def test_a_missing_logo_is_answered_where_it_is_named(
    write_workspace: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_workspace({"sopkit.yaml": SETTINGS + "brand:\n  name: 晨曦\n  logo: brand/logo.png\n"})
    assert app.main(["check", str(folder), "--format", "json", "--lang", "en"]) == 1
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["file"], finding["line"], finding["column"]) == ("SOP163", "sopkit.yaml", 12, 9)
    assert "there is no such file" in finding["message"]
    (folder / "brand").mkdir()
    (folder / "brand/logo.png").write_bytes(png())
    assert app.main(["check", str(folder), "--quiet"]) == 0


def built(write_workspace: Write, tmp_path: Path, picture: bytes, *options: str) -> Path:
    folder = write_workspace({"sopkit.yaml": SETTINGS + 'brand: {name: "晨<曦", logo: logo.png}\n'})
    (folder / "logo.png").write_bytes(picture)
    out = tmp_path / "out"
    assert app.main(["build", str(folder), "-o", str(out), "--as-of", "2026-07-01", *options]) == 0
    return out


def test_every_page_shows_the_logo_and_loads_nothing(write_workspace: Write, tmp_path: Path) -> None:
    out = built(write_workspace, tmp_path, png())
    pages = [path.read_text("utf-8") for path in out.rglob("*.html")]
    address = "data:image/png;base64," + base64.b64encode(png()).decode()
    assert pages
    for page in pages:
        assert page.count(f'<img class="logo" src="{address}" alt="晨&lt;曦">') == 1
        assert "img-src data:;" in page
    assert not list(out.rglob("*.png"))
    for path in out.rglob("*.pdf"):
        first, *others = pypdf.PdfReader(path).pages
        assert [str(each["/Width"]) for each in pictures(first)] == ["2"], path.name
        assert not any(pictures(each) for each in others), path.name
    words = sorted(out.rglob("*.docx"))
    assert words
    for path in words:
        with zipfile.ZipFile(path) as package:
            assert package.read("word/media/logo.png") == png()


@pytest.mark.parametrize("picture", [JPEG, WEBP], ids=["jpeg", "webp"])
def test_a_pdf_shows_every_kind_of_picture_that_is_taken(
    write_workspace: Write, tmp_path: Path, picture: bytes
) -> None:
    out = built(write_workspace, tmp_path, picture, "--format", "pdf", "--only", "manual")
    found = sorted(out.rglob("*.pdf"))
    assert found
    assert all([str(each["/Width"]) for each in pictures(pypdf.PdfReader(path).pages[0])] == ["1"] for path in found)


def pictures(page: pypdf.PageObject) -> list[DictionaryObject]:
    """Return the pictures that a page of a PDF shows."""
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    shown = [each.get_object() for each in resources.get("/XObject", DictionaryObject()).values()]
    return [each for each in shown if isinstance(each, DictionaryObject) and str(each["/Subtype"]) == "/Image"]


@pytest.mark.long
def test_a_logo_changes_no_content_that_people_signed() -> None:
    plain, dressed = made(small()), made(small(), Request(logo=Picture(png(), "image/png")))
    assert plain.keys() == dressed.keys()
    for path, text in plain.items():
        without = "".join(line for line in dressed[path].splitlines(keepends=True) if 'class="logo"' not in line)
        assert without == text
        assert (dressed[path] != text) == path.endswith(".html")
