"""Bytes go in; text comes out, or a finding that names the encoding, or the characters that nobody can see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.reader import rules
from sopkit.reader.notes import Notes, RefusedError
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import NUMBERS_A_NODE, Tree, Value

MAX_BYTES: Final = 1_000_000
"""A larger file is refused. As no byte makes more than one node, it also keeps documents below `tree.MAX_NODES`."""

STAND_IN: Final = "\ufffd"

CONTROL: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
"""What YAML forbids, and what old versions of it take for the end of a line."""

BIDIRECTIONAL: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

INVISIBLE: Final = (
    r"[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]+"
    r"|(?<![\U0001f3f4\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+"  # flags of regions end in such characters
    r"|(?<![^\x00-\xff\u2e80-\u9fff\uff00-\uffef])[\u200c\u200d]+"  # emoji and some scripts need joiners
)

HIDDEN: Final = re.compile(
    f"(?P<control>[{CONTROL}]+)|(?P<bidirectional>[{BIDIRECTIONAL}]+)|(?P<invisible>{INVISIBLE})"
)

FORBIDDEN: Final = re.compile(rf"[{CONTROL}\ufeff]")
"""What a YAML parser refuses, or passes over."""

LINE_ENDS: Final = frozenset("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
"""Control characters that some programs write at the end of a line: without them two lines would be one."""

BEFORE_WORD: Final = ("", *" \t\r\n[{,-:\"'")
AFTER_WORD: Final = ("", *" \t\r\n]},:\"'")

RULES: Final[dict[str, Rule]] = {
    "control": rules.CONTROL_CHARACTER,
    "bidirectional": rules.BIDIRECTIONAL_CHARACTER,
    "invisible": rules.INVISIBLE_CHARACTER,
}

TAKE_OUT: Final = Phrase("删掉这个字符", "take the character out")

ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
NAMED_ESCAPES: Final = {
    "0": 0x00,
    "a": 0x07,
    "b": 0x08,
    "v": 0x0B,
    "f": 0x0C,
    "e": 0x1B,
    "N": 0x85,
    "L": 0x2028,
    "P": 0x2029,
}


SIGNS: Final = "-?:,[]{}#&*!|>'\"%@`<=~"
"""What means something else at the beginning of a word than inside it."""
MARK: Final = b"\xef\xbb\xbf"

OFFICE: Final = {
    b"word/": Phrase("这是 Word 文件（.docx）", "this is a Word file (.docx)"),
    b"xl/": Phrase("这是 Excel 文件（.xlsx）", "this is an Excel file (.xlsx)"),
    b"ppt/": Phrase("这是 PowerPoint 文件（.pptx）", "this is a PowerPoint file (.pptx)"),
}
"""A folder in the zip file that it is → what it is."""
ZIP: Final = Phrase("这是压缩包文件", "this is a zip file")
BEGINNINGS: Final = {
    b"\xd0\xcf\x11\xe0": Phrase(
        "这是旧版 Word 或 Excel 文件（.doc、.xls）", "this is an old Word or Excel file (.doc, .xls)"
    ),
    b"%PDF-": Phrase("这是 PDF 文件", "this is a PDF file"),
}
"""How files of other programs begin → what they are."""
UTF16: Final = Phrase("像是 UTF-16（记事本里叫“Unicode”）", "it looks like UTF-16, which Notepad calls `Unicode`")
GBK: Final = Phrase("像是 GBK（中文 Windows 的“ANSI”编码）", "it looks like GBK, which Chinese Windows calls `ANSI`")
ODD_BYTES: Final = Phrase("这里有坏掉的字节，显示成 \ufffd", "here are broken bytes, shown as \ufffd")

SAVE_AS: Final = Phrase("在编辑器里选“另存为”，编码选 UTF-8", "in the editor choose `Save as` with the encoding UTF-8")
NO_TEXT: Final = Phrase(
    "改后缀不会改变内容：把它移出工作区，再把内容写成 YAML 文本文件",
    "its new name does not change what it is: move it out of the workspace, and write its content as a YAML text file",
)


def decode(source: Source) -> str:
    """Return the text without a byte order mark. Raises `RefusedError` for too many bytes and for bytes that are no UTF-8."""
    data = source.data
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f} MB"
        raise RefusedError(rules.FILE_TOO_LARGE, 0, 0, {"size": size, "limit": f"{MAX_BYTES / 1e6:g} MB"})
    if _of_another_program(data) is not None:
        raise _no_utf8(data, 0)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        at = len(data[: error.start].decode("utf-8-sig"))
        raise _no_utf8(data, at, seen_chinese=not data[: error.start].removeprefix(MARK).isascii()) from error
    text = text.removeprefix("\ufeff")
    if b"\0" in data and text.count("\0") > len(text) // 4:
        raise _no_utf8(data, 0)
    return text


def _no_utf8(data: bytes, at: int, *, seen_chinese: bool = False) -> RefusedError:
    """Return the finding about bytes that are no UTF-8, and what they look like; from `at` on they can't be read."""
    what, how = ODD_BYTES, SAVE_AS
    foreign = _of_another_program(data)
    if foreign is not None:
        what, how, at = foreign, NO_TEXT, 0
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")) or data.count(0) > len(data) // 4:
        what, at = UTF16, 0
    elif not seen_chinese:  # what reads as UTF-8 up to here would hardly be GBK
        try:
            data.decode("gb18030")
            what = GBK
        except UnicodeDecodeError:
            pass
    return RefusedError(rules.NOT_UTF8, at, at + 1, {"what": what, "how": how})


def _of_another_program(data: bytes) -> Phrase | None:
    """Return what a file is that another program wrote, and no text editor; None where its beginning does not tell."""
    if data.startswith(b"PK\x03\x04"):
        found = (what for folder, what in OFFICE.items() if folder in data)
        return next(found, ZIP)
    return next((what for beginning, what in BEGINNINGS.items() if data.startswith(beginning)), None)


def note_hidden(text: str, notes: Notes) -> str:
    """Note each character that can't be seen; return the text with those that YAML forbids replaced, offsets kept."""
    for found in HIDDEN.finditer(text):
        start, end = found.span()
        fixes = notes.replacing(TAKE_OUT, (start, end, ""), safe=_is_dispensable(found))
        notes.add(RULES[found.lastgroup or "control"], start, end, {"code": _code(found.group()[0])}, fixes=fixes)
    return FORBIDDEN.sub(STAND_IN, text)


def _is_dispensable(found: re.Match[str]) -> bool:
    """Whether it can be taken out without joining two lines, leaving a key or value empty, or letting a sign begin a word."""
    before, after = found.string[max(found.start() - 1, 0) : found.start()], found.string[found.end() : found.end() + 1]
    first = before in BEFORE_WORD
    return not (first and (after in AFTER_WORD or after in SIGNS)) and not LINE_ENDS.intersection(found.group())


def note_escapes(trees: tuple[Tree, ...], text: str, notes: Notes) -> None:
    r"""Note the escapes in double quotes that stand for such a character, as `"\u202e"`."""
    for tree in trees:
        for start, end in _double_quoted(tree, text):
            for escape in ESCAPE.finditer(text, start, end):
                digits = escape[1] or escape[2] or escape[3]
                code = int(digits, 16) if digits else NAMED_ESCAPES.get(escape[4], 0x20)
                found = HIDDEN.fullmatch(chr(code)) if code < 0x110000 else None
                if found and code not in (0x200C, 0x200D):
                    notes.add(RULES[found.lastgroup or "control"], *escape.span(), {"code": _code(chr(code))})


def _double_quoted(tree: Tree, text: str) -> Iterator[tuple[int, int]]:
    places = tree.places
    seen = -1
    for at in range(0, len(places), NUMBERS_A_NODE):
        start, end, size = places[at : at + NUMBERS_A_NODE]
        if size == 1 and start > seen and text[start : start + 1] == '"' and "\\" in text[start:end]:
            seen = start
            yield start, end


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def without_hidden(value: Value) -> Value:
    """Return the value as it reads when the characters that were noted are taken out."""
    if isinstance(value, str):
        return HIDDEN.sub("", value).replace(STAND_IN, "").strip(WIDE_BLANKS)
    if isinstance(value, list):
        return [without_hidden(item) for item in value]
    if isinstance(value, dict):
        keys = [str(without_hidden(key)) for key in value]
        if len(set(keys)) < len(keys):
            keys = list(value)
        return {key: without_hidden(item) for key, item in zip(keys, value.values(), strict=True)}
    return value


WIDE_BLANKS: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
