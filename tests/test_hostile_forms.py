"""Whatever authors write is text in the files that are no markup, too: PDF, Word, spreadsheets and calendars of a whole build.

`test_render_hostile.py` has pages and Markdown. Here each text of the small workspace gets all of it at once at its end.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import pypdf
import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest
from icalendar import Calendar
from lxml import etree

from sopkit.render.publication import Request, publish
from tests.documents import EDITION
from tests.office import docx_text, narrow, packed, xlsx_book
from tests.test_render_hostile import files
from tests.workspaces import compiled

pytestmark = pytest.mark.long

ENDING: Final = (
    "=cmd|'/c calc'!A1 @SUM(1) -1+1 <script>alert(1)</script> javascript:alert(1) {{ 7*7 }} #panic(1) BEGIN:VEVENT "
    "\u202egnp.\u2066a\u2069 \u0007 ]]> &amp; \U00020bb7 👩‍👩‍👧 " + "w" * 300
)
SEEN: Final = (
    "=cmd|'/c calc'!A1 @SUM(1) -1+1 <script>alert(1)</script> javascript:alert(1) {{ 7*7 }} #panic(1) BEGIN:VEVENT"
)


@cache
def made() -> Mapping[str, bytes]:
    """Return the files of the hostile workspace, of the guide in Chinese."""
    workspace = compiled(files(ENDING)).workspace
    request = Request(("zh-CN",), ("guide",), forms=("pdf", "docx", "xlsx"))
    return MappingProxyType(dict(publish(workspace, EDITION, request)))


def of(form: str) -> dict[str, bytes]:
    found = {path: data for path, data in made().items() if path.endswith(f".{form}")}
    assert found
    return found


def test_in_a_pdf() -> None:
    for path, data in of("pdf").items():
        said = narrow("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)))
        assert narrow("<script>alert(1)</script>") in said, path
        assert "\u202e" not in said
        reader = pypdf.PdfReader(io.BytesIO(data))
        actions = [
            note.get_object()["/A"]
            for page in reader.pages
            for note in page.annotations or ()
            if "/A" in note.get_object()
        ]
        assert all("javascript" not in str(each).lower() for each in actions), path
        assert "/JavaScript" not in str(reader.root_object), path


def test_in_a_word_file() -> None:
    for path, data in of("docx").items():
        assert packed(SEEN) in docx_text(data), path
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            inside = {name: package.read(name) for name in package.namelist()}
        for name, xml in inside.items():
            etree.fromstring(xml)
            assert "\u202e" not in xml.decode(), (path, name)
            assert not re.search(r'Target="(?!https?://|mailto:)[^"]*:', xml.decode()), (path, name)


def test_in_a_spreadsheet() -> None:
    for path, data in of("xlsx").items():
        cells = [
            cell for sheet in xlsx_book(data) for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        assert any(SEEN in str(cell.value) for cell in cells), path
        assert all(str(cell.value).startswith("=COUNTIF(") for cell in cells if cell.data_type == "f"), path
        assert all("\u202e" not in str(cell.value) for cell in cells), path


def test_in_a_calendar() -> None:
    for path, data in of("ics").items():
        events = list(Calendar.from_ical(data).walk("VEVENT"))
        assert len(events) == data.count(b"\r\nBEGIN:VEVENT\r\n") > 0, path
        assert any(SEEN in str(each["SUMMARY"]) for each in events), path
        assert "\u202e" not in data.decode(), path
