"""LibreOffice opens what is written for Word and Excel, and prints it whole: manuals and checklists of a small workspace.

Their structure, as independent readers see it, is kept word for word in `tests/golden/office`.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

import docx
import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from sopkit.cli import app
from sopkit.render.checklist import checklist
from sopkit.render.document import Document
from sopkit.render.docx import to_docx
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.manual import manual
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.render.xlsx import to_xlsx
from sopkit.text import LANGS, Lang
from tests.documents import EDITION, SHOP, SMALL, small
from tests.office import converted, narrow, said_by, xlsx_book

KEPT: Final = SMALL.parent / "office"
REGENERATE: Final = bool(os.environ.get("SOPKIT_REGENERATE"))


@cache
def written() -> Mapping[str, tuple[Document, bytes]]:
    """Return the guide's manual and daily checklist in both languages as name → document and file."""
    files: dict[str, tuple[Document, bytes]] = {}
    for lang in LANGS:
        book = Book(plan(small()), Names(small(), lang), "guide", {})
        document = manual(book, EDITION, Templates())
        files[f"manual.{lang}.docx"] = (document, to_docx(document))
        sheet = checklist(book, "daily", EDITION)
        assert sheet
        files[f"checklist.{lang}.docx"] = (sheet, to_docx(sheet))
        files[f"sheet.{lang}.xlsx"] = (sheet, to_xlsx(sheet))
    return MappingProxyType(files)


def outline(data: bytes) -> Iterator[str]:
    """Yield a line for each paragraph and each row of a Word file."""
    for each in docx.Document(BytesIO(data)).iter_inner_content():
        if isinstance(each, WordParagraph):
            if each.text.strip():
                yield f"{each.style.name if each.style else ''}: {each.text}"
        else:
            yield from _rows(each)


def _rows(table: WordTable) -> Iterator[str]:
    yield f"[{table.style.name if table.style else ''}]"
    for row in table.rows:
        cells = dict.fromkeys(row.cells)
        yield "  " + " | ".join(" / ".join(each.text for each in cell.paragraphs).strip(" /") for cell in cells)


def cells(data: bytes) -> Iterator[str]:
    """Yield a line for each row of a spreadsheet."""
    for sheet in xlsx_book(data):
        yield f"[{sheet.title}] {sheet.dimensions} {sheet.print_title_rows or ''} {sheet.auto_filter.ref or ''}".rstrip()
        for row in sheet.iter_rows(values_only=True):
            yield "  " + " | ".join("" if value is None else str(value) for value in row).rstrip(" |")


@pytest.mark.parametrize(
    "name", [f"{each}.{lang}.{end}" for each, end in (("manual", "docx"), ("sheet", "xlsx")) for lang in LANGS]
)
def test_the_structure_is_this(name: str) -> None:
    data = written()[name][1]
    shown = "\n".join(outline(data) if name.endswith("docx") else cells(data)) + "\n"
    kept = KEPT / f"{name}.txt"
    if REGENERATE:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(shown, "utf-8")
    assert shown == kept.read_text("utf-8")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return name → what is read on the pages that LibreOffice makes of each file."""
    made = converted({name: data for name, (_, data) in written().items()}, tmp_path_factory.mktemp("office"))
    return {
        name: narrow("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)))
        for name, path in made.items()
    }


@pytest.mark.office
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["manual.{}.docx", "checklist.{}.docx", "sheet.{}.xlsx"])
def test_libreoffice_opens_it_and_shows_every_word(name: str, lang: Lang, printed: dict[str, str]) -> None:
    document = written()[name.format(lang)][0]
    seen = printed[name.format(lang)].replace("〔", "").replace("〕", "")
    missing = [line for line in said_by(document) if narrow(line) not in seen]
    assert not missing
    assert narrow(document.title) in seen
    pages = "第1页,共" if lang == "zh-CN" else "Page1of"
    assert narrow(pages) in narrow(seen.replace("，", ","))


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Return one file of each kind of document and language that is written for Word and Excel, by name."""
    folder = tmp_path_factory.mktemp("every")
    common = ("--format", "docx", "--format", "xlsx", "--as-of", "2026-07-01")
    for workspace, options in (
        (SMALL, ("--edition", "2026-07")),
        (SHOP, ("--force", "--only", "audit", "--only", "findings")),
    ):
        assert app.main(["build", str(workspace), "-o", str(folder / workspace.name), *common, *options]) == 0
    found = {
        path.relative_to(folder).as_posix().replace("/", "_"): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".docx", ".xlsx"}
        and (path.parent.name in {"audit", "check"} or ".guide." in f".{path.name}")
    }
    assert {name.partition(".")[0] for name in found} >= KINDS
    return MappingProxyType(found)


KINDS: Final = frozenset(
    {
        *("small_manuals_guide", "small_checklists_guide", "small_calendar_guide", "small_training_guide"),
        *("small_check_findings", "audit_check_findings", "audit_audit_report", "audit_audit_data-inventory"),
    }
)


@pytest.mark.office
@pytest.mark.long
def test_libreoffice_opens_every_kind_of_document(every_kind: Mapping[str, bytes], tmp_path: Path) -> None:
    for ending in (".docx", ".xlsx"):
        (tmp_path / ending).mkdir()
        chosen = {name: data for name, data in every_kind.items() if name.endswith(ending)}
        for name, path in converted(chosen, tmp_path / ending).items():
            said = narrow("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)))
            assert narrow(title_of(every_kind[name])) in said, name


def title_of(data: bytes) -> str:
    """Return the title that a Word or Excel file has in its properties."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return next(re.finditer(r"<dc:title>(.*?)</dc:title>", package.read("docProps/core.xml").decode()))[1]


@pytest.mark.long
def test_every_word_file_has_real_headings_and_what_is_long_has_contents(every_kind: Mapping[str, bytes]) -> None:
    for name, data in every_kind.items():
        if not name.endswith(".docx"):
            continue
        opened = docx.Document(BytesIO(data))
        styles = [each.style.name for each in opened.paragraphs if each.style]
        fields = [each.text for each in opened.element.body.iter(qn("w:instrText"))]
        sheet = ".card." in name or "_calendar_" in name
        assert sheet or "Heading 1" in styles, name
        assert any(field.startswith(" TOC ") for field in fields) == (not sheet), name
        listed = [each.text for each in opened.paragraphs if each.style and each.style.name == "toc 1"]
        headings = [each.text for each in opened.paragraphs if each.style and each.style.name == "Heading 1"]
        assert sheet or [each.partition("  ")[2] for each in listed] == headings, name
