"""The bytes of an .xlsx file go in; a package that is safe to read comes out: bounded, without macros, with formulas and notes told.

Whatever the file says of its own size is not believed: members are unpacked here, up to a bound, and handed on unpacked.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from sopkit.frozen import dataclass
from sopkit.text import Phrase

MAX_UNPACKED: Final = 120_000_000
"""Bytes of all parts together."""
MAX_MEMBERS: Final = 2_000
MAX_INDEX: Final = 4_000_000
"""Bytes of a part that lists others, or holds notes."""
MAX_GRID: Final = 4_000_000
"""Cells from A1 to the last one, empty ones among them: that many are laid out in memory."""
MAX_TEXT: Final = 60_000_000
"""Characters of all cells of a sheet, those repeated counted each time."""

OOXML: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL: Final = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)(/?)>(?:\s*(<(?:\w+:)?f\b))?(?:[^<]*<(?:\w+:)?v>(\d+)<)?")
PLACE: Final = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
SHARED: Final = re.compile(rb"""\bt=["']s["']""")
STRING: Final = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
KEPT: Final = re.compile(
    r"(\[Content_Types\]|_rels/|docProps/|xl/(?!vbaProject|externalLinks|embeddings|media|activeX|ctrlProps))"
)

NOT_A_PACKAGE: Final = Phrase(
    "这个文件打不开，可能已损坏；请在 Excel 或 WPS 里打开它，另存为 .xlsx 再试",
    "this file can't be opened and may be damaged; open it in Excel or WPS, save it as .xlsx and try again",
)
TOO_LARGE: Final = Phrase(
    "解开后超过 {limit} MB，没有读取；请把需要的工作表另存成一个小文件",
    "it unpacks to more than {limit} MB and was not read; save the sheets you need as a smaller file",
)
ENTITIES: Final = Phrase(
    "文件里有表格程序不会写的内容（自定义实体），没有读取",
    "it holds what no spreadsheet program writes (entities of its own) and was not read",
)
MACROS: Final = Phrase("文件带宏：没有运行，也没有读", "the file holds macros: they were neither run nor read")
LINKED: Final = Phrase(
    "文件引用了别的文件：没有去读，用的是表里存着的数", "the file refers to other files: these were not read"
)
SHEET_TOO_LARGE: Final = Phrase(
    "这张工作表太大（到 {last} 为止），没有读取；请删掉用不到的行列",
    "this sheet is too large (it reaches {last}) and was not read; delete the rows and columns that are not needed",
)


DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, KeyError, ElementTree.ParseError,
)  # fmt: skip
"""What the libraries say of a package that is none."""


class UnreadableError(Exception):
    """The file can't be read; says why and what to do."""

    def __init__(self, reason: Phrase, **args: str | Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.args_of_reason = args


@dataclass(frozen=True, slots=True)
class Package:
    """An .xlsx file as it may be read."""

    data: bytes
    formulas: dict[str, tuple[tuple[int, int], ...]]
    """Sheet → rows and columns, counted from 0, whose value a formula worked out."""
    notes: dict[str, dict[str, str]]
    """Sheet → cell as `B7` → note."""
    too_large: dict[str, str]
    """Sheet that is not to be read → the cell that it reaches."""
    told: tuple[Phrase, ...]


def unpack(data: bytes) -> Package:
    """Return what may be read of the file. Raises `UnreadableError`."""
    try:
        members = dict(_members(data))
        sheets = dict(_sheets(members))
    except DAMAGED as error:
        raise UnreadableError(NOT_A_PACKAGE) from error
    lengths = [len(found[1] or b"") for found in STRING.finditer(members.get("xl/sharedStrings.xml", b""))]
    formulas, too_large = {}, {}
    for name, part in sheets.items():
        formulas[name], last = _scan(members.get(part, b""), lengths)
        if last:
            too_large[name] = last
            members[part] = (
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
            )
    told = [MACROS] if any("vbaProject" in name for name in _names(data)) else []
    told += [LINKED] if any(name.startswith("xl/externalLinks/") for name in _names(data)) else []
    return Package(_packed(members), formulas, _notes(members, sheets), too_large, tuple(told))


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return package.namelist()


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    left = MAX_UNPACKED
    with zipfile.ZipFile(BytesIO(data)) as package:
        infos = package.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise UnreadableError(TOO_LARGE, limit=str(MAX_UNPACKED // 1_000_000))
        for info in infos:
            if not KEPT.match(info.filename) or info.is_dir():
                continue
            with package.open(info) as member:
                content = member.read(left + 1)
            left -= len(content)
            if left < 0:
                raise UnreadableError(TOO_LARGE, limit=str(MAX_UNPACKED // 1_000_000))
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise UnreadableError(ENTITIES)
            yield info.filename, content


def _parsed(members: dict[str, bytes], name: str) -> ElementTree.Element:
    content = members[name]
    if len(content) > MAX_INDEX:
        raise UnreadableError(TOO_LARGE, limit=str(MAX_INDEX // 1_000_000))
    return ElementTree.fromstring(content)  # noqa: S314  bounded, and without entities of its own


def _links(members: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Return id → (type, path) of what a part refers to inside the package."""
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in members:
        return {}
    found = {}
    for link in _parsed(members, rels):
        target = link.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[link.get("Id", "")] = (link.get("Type", "").rpartition("/")[2], path)
    return found


def _sheets(members: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    links = _links(members, "xl/workbook.xml")
    for sheet in _parsed(members, "xl/workbook.xml").iter(f"{OOXML}sheet"):
        yield sheet.get("name", ""), links.get(sheet.get(LINK, ""), ("", ""))[1]


def _scan(content: bytes, lengths: list[int]) -> tuple[tuple[tuple[int, int], ...], str]:
    """Return the places of formulas; and the last cell where the sheet is larger than may be laid out."""
    formulas: list[tuple[int, int]] = []
    rows = columns = text = 0
    for count, found in enumerate(CELL.finditer(content)):
        attributes, _, formula, value = found.groups()
        place = PLACE.search(attributes)
        if place:
            row, column = int(place[2]) - 1, _column(place[1])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if formula:
                formulas.append((row, column))
        if value and SHARED.search(attributes):
            text += lengths[int(value)] if len(value) < 9 and int(value) < len(lengths) else 0
        if rows * columns > MAX_GRID or count > MAX_GRID or text > MAX_TEXT:
            return (), f"{_letters(columns)}{rows}"
    return tuple(formulas), ""


def _column(said: bytes) -> int:
    number = 0
    for char in said:
        number = number * 26 + char - ord("A") + 1
    return number - 1


def _letters(columns: int) -> str:
    from sopkit.workbook.cells import letters  # noqa: PLC0415  needed for a refusal alone

    return letters(max(columns - 1, 0))


def _notes(members: dict[str, bytes], sheets: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the notes of each sheet; a part that can't be read holds none."""
    found: dict[str, dict[str, str]] = {}
    for name, part in sheets.items():
        try:
            parts = [path for kind, path in _links(members, part).values() if kind == "comments" and path in members]
            roots = [_parsed(members, path) for path in parts]
        except (ElementTree.ParseError, UnreadableError):
            continue
        for root in roots:
            for note in root.iter(f"{OOXML}comment"):
                said = "".join(piece.text or "" for piece in note.iter(f"{OOXML}t"))
                found.setdefault(name, {})[note.get("ref", "")] = said
    return found


def _packed(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()
