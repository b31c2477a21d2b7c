"""The path of a log goes in; what its columns are and a query that gives its rows comes out. Nothing is written to the file.

CSV is read as text, whatever stands in it: no spreadsheet's guess, no formula. What the database can't read by itself (other encodings,
Excel, SQLite) is copied to a text file first, row by row, beside the store.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from tempfile import gettempdir
from typing import Final
from urllib.parse import quote

from sopkit.frozen import dataclass
from sopkit.logs.engine import Engine, EngineError, identifier, quoted
from sopkit.logs.failure import LogRefusedError
from sopkit.text import Phrase

TEXTS: Final = (".csv", ".tsv", ".txt")
SHEETS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
LITES: Final = (".sqlite", ".sqlite3", ".db")
DUCKS: Final = (".duckdb", ".ddb")
PARQUETS: Final = (".parquet", ".pq")
SUFFIXES: Final = (*TEXTS, *SHEETS, *LITES, *DUCKS, *PARQUETS)
CHUNK: Final = 1 << 20
UNTOLD: Final = bytes(sorted(set(range(256)) - set(b'"\n')))
"""All bytes but quotes and the ends of lines."""
MANY_ZEROS: Final = 10
"""One of so many characters, at least, is of ASCII in a log, be it Chinese: digits and delimiters are."""
SAMPLE: Final = 1 << 16
LONGEST_RECORD: Final = 10_000
"""Lines that one row may take, at most."""
LARGEST: Final = 2 * 10**9
"""Bytes that a spreadsheet may unpack to."""
DELIMITERS: Final = (",", "\t", ";", "|")
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
PATTERN: Final = frozenset("*?[")
LINE: Final = "_line"
"""The column in which a query gives the number of each row that it gives, from 1."""
ROW: Final = "row"
"""The only column of a list of rows that are passed over."""

NO_FILE: Final = Phrase("没有文件 {file}", "there is no file {file}")
NO_RIGHT: Final = Phrase("没有权限读 {file}", "there is no permission to read {file}")
STRANGE: Final = Phrase(
    "{file} 不是能读的日志；能读 CSV、TSV、Excel、Parquet、SQLite 和 DuckDB 文件",
    "{file} is no log that can be read; CSV, TSV, Excel, Parquet, SQLite and DuckDB files can be",
)
NO_ENCODING: Final = Phrase(
    "{file} 的文字编码认不出来（第 {byte} 个字节起）；请另存为“CSV UTF-8”",
    "the encoding of {file} can't be told (from byte {byte} on); save it as CSV UTF-8",
)
NO_HEADER: Final = Phrase("{file} 是空的：第一行应为列名", "{file} is empty: its first line should name the columns")
TWICE: Final = Phrase("{file} 有两列都叫“{column}”", "{file} has two columns that are called “{column}”")
BROKEN: Final = Phrase("{file} 读不出来，可能没有传完：{why}", "{file} can't be read and may be cut off: {why}")
FULL: Final = Phrase(
    "读 {file} 时磁盘满了：临时文件夹 {folder} 要有日志几倍的空间（用环境变量 TMPDIR 换一个）",
    "the disk ran full while {file} was read: the temporary folder {folder} needs room for the log and more (TMPDIR names another)",
)
NO_ROOM: Final = re.compile(r"No space left|failed to offload", re.IGNORECASE)
"""What the engine says where the disk is full: of writing a file, of spilling."""
CUT_OFF: Final = Phrase("{file} 不完整，可能没有传完", "{file} is cut off: it is shorter than it says")
SEVERAL: Final = Phrase(
    "{file} 里有几张表（{tables}），请在 logs 里用 table 写明是哪一张",
    "{file} holds several tables ({tables}): say under `logs` with `table` which one is meant",
)
NO_TABLE: Final = Phrase(
    "{file} 里没有表“{table}”；有的是：{tables}", "{file} has no table “{table}”; it has: {tables}"
)
NO_TABLES: Final = Phrase("{file} 里没有表", "{file} holds no table")
SWOLLEN: Final = Phrase(
    "{file} 解压后超过 {limit} GB；请分成几份，或导出为 CSV",
    "{file} unpacks to more than {limit} GB; split it, or export it as CSV",
)
PASSWORD: Final = Phrase(
    "{file} 打不开：有密码，或不是 Excel 文件", "{file} can't be opened: it has a password, or is no Excel file"
)
LOCKED: Final = Phrase("{file} 读不出来：{why}", "{file} can't be read: {why}")
OLD: Final = Phrase(
    "读 Excel 日志要另装一个库：pip install 'sopkit[logs]'",
    "reading logs from Excel needs one more library: pip install 'sopkit[logs]'",
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A text that may be read in pieces at the same time, as it has nothing but a row on each line."""

    query: str
    """Gives the columns, row by row where the engine keeps to the order; fails at what is no row."""
    rows: int
    """How many it gives; where it gives others, the text is not what it seemed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One file, ready to be asked."""

    path: Path
    columns: tuple[tuple[str, str], ...]
    """(name, SQL type), as the file has them."""
    query: str
    """Gives the columns, and the number of the row as `LINE`."""
    told: tuple[Phrase, ...] = ()
    """What was understood of it: its encoding, its delimiter."""
    rejects: str = ""
    """The table in which the engine keeps the lines that it could not read; '' where there can be none."""
    packed: bool = False
    """Whether the file keeps column by column, so that some can be asked without the others."""
    blank: Path | None = None
    """A list, as a text with a head, of the rows on which nothing stands: the query passes over them and doesn't count them."""
    lost: tuple[int, int] | None = None
    """The row from which on nothing could be read, for a quote that does not end, and how many lines that are."""
    whole: Whole | None = None
    """How to read it faster, where that may come to the same."""


def open_file(engine: Engine, path: Path, work: Path, number: int, table: str | None = None) -> Opened:
    """Open one file; `work` takes the copy of what has to be copied. Raises `LogRefusedError`."""
    suffix = path.suffix.lower()
    if not path.exists():
        raise LogRefusedError(NO_FILE, file=path.as_posix())
    if not path.is_file() or suffix not in SUFFIXES:
        raise LogRefusedError(STRANGE, file=path.as_posix())
    try:
        with path.open("rb") as opened:
            start = opened.read(SAMPLE)
    except PermissionError:
        raise LogRefusedError(NO_RIGHT, file=path.as_posix()) from None
    try:
        if suffix in TEXTS:
            return _open_text(path, start, work, number)
        if suffix in PARQUETS:
            return _open_parquet(engine, path, _named_plainly(path, work, number))
        if suffix in DUCKS:
            return _open_duck(engine, path, number, table)
        rows = _sheet(path, table) if suffix in SHEETS else _lite(path, table)
        return _copied(path, rows, work, number)
    except EngineError as error:
        raise unreadable(path, error) from None
    except OSError as error:
        if not NO_ROOM.search(str(error)):
            raise
        raise unreadable(path, error) from None


def unreadable(path: Path, error: EngineError | OSError) -> LogRefusedError:
    """Return what is wrong with a file that the engine could not read, or whose rows it could not keep."""
    if NO_ROOM.search(str(error)):
        return LogRefusedError(FULL, file=path.as_posix(), folder=gettempdir())
    return LogRefusedError(BROKEN, file=path.as_posix(), why=str(error).partition("\n")[0][:200])


def _named_plainly(path: Path, work: Path, number: int) -> Path:
    """Return the file, or a copy of it where the engine would take its name for a pattern that other files fit, too."""
    if not PATTERN.intersection(str(path)):
        return path
    return Path(shutil.copyfile(path, work / f"plain-{number}{path.suffix.lower()}"))


# Text


def _open_text(path: Path, start: bytes, work: Path, number: int) -> Opened:
    encoding, seen = _encoding(path, start)
    file, mixed = _named_plainly(path, work, number), seen.mixed
    if mixed or encoding not in ("utf-8", "utf-8-sig"):
        file = work / f"text-{number}.csv"
        with (
            path.open(encoding=encoding, newline=None if mixed else "") as old,
            file.open("w", encoding="utf-8", newline="") as new,
        ):
            while text := old.read(CHUNK):
                new.write(text)
    with file.open(encoding="utf-8-sig", newline="", errors="replace") as begun:
        sample = begun.read(SAMPLE)
    delimiter = _delimiter(sample)
    told = (
        Phrase(f"编码 {encoding.upper().removesuffix('-SIG')}", f"encoding {encoding.upper().removesuffix('-SIG')}"),
        Phrase(f"分隔符 {delimiter!r}", f"delimiter {delimiter!r}"),
    )
    header = next(csv.reader(sample.splitlines(), delimiter=delimiter), [])
    blank = _blank(file, delimiter, work / f"blank-{number}.csv") if (mixed or seen.blank) and len(header) > 1 else None
    lines = 0 if mixed or seen.spanning or blank else seen.lines
    opened = replace(_delimited(path, file, header, delimiter, number, *told, lines=lines), blank=blank)
    return replace(opened, lost=_lost(file, delimiter)) if seen.quotes % 2 else opened


def _blank(file: Path, delimiter: str, place: Path) -> Path | None:
    """Write the numbers of the rows on which nothing stands, in their order, to `place`; None where there are none.

    The engine passes over them without a word, but where a row has one column.
    """
    with (
        file.open(encoding="utf-8-sig", newline="", errors="replace") as lines,
        place.open("w", encoding="ascii") as listed,
    ):
        listed.write(f"{ROW}\n")
        found = False
        for number, (row, _) in enumerate(_records(lines, delimiter)):
            if not row:
                found = True
                listed.write(f"{number}\n")
    return place if found else None


def _lost(file: Path, delimiter: str) -> tuple[int, int] | None:
    """Return the row in which a quote begins that never ends, and how many lines are lost to it; None where every quote ends.

    The engine passes over such lines without a word.
    """
    rows = -1
    with file.open(encoding="utf-8-sig", newline="", errors="replace") as lines:
        for _, record in _records(lines, delimiter):
            rows += 1
            last = len(record)
            unended = sum(line.count('"') for line in record) % 2
        return (rows, last + sum(1 for _ in lines)) if rows > 0 and unended else None


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each row, the head too, with the lines that it takes; one of more than `LONGEST_RECORD` is the last."""
    csv.field_size_limit(2**31 - 1)
    record: list[str] = []

    def fed() -> Iterator[str]:
        for line in lines:
            record.append(line)
            if len(record) > LONGEST_RECORD:
                return
            yield line

    for row in csv.reader(fed(), delimiter=delimiter):
        yield row, record
        if len(record) > LONGEST_RECORD:
            return
        record.clear()


def _encoding(path: Path, start: bytes) -> tuple[str, _Seen]:
    """Return how a text is encoded, and what was seen on the way: by its mark or its zeros, else UTF-8 where all is, else GB18030."""
    told = [encoding for mark, encoding in MARKS if start.startswith(mark)] or _wide(start)
    place = 0
    for encoding in told or ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        seen = _Seen()
        read = 0
        try:
            with path.open("rb") as opened:
                while data := opened.read(CHUNK):
                    text = decoder.decode(data)
                    seen.see(text.encode("utf-8", "surrogatepass") if encoding.startswith("utf-16") else data)
                    read += len(data)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            place = read + error.start
        else:
            return encoding, seen
    raise LogRefusedError(NO_ENCODING, file=path.as_posix(), byte=f"{place + 1:,}")


def _wide(start: bytes) -> list[str]:
    """Return UTF-16 where many characters of a text without a mark have one byte that is zero, always the same of the two."""
    first, second = start[0::2].count(0), start[1::2].count(0)
    if max(first, second) * MANY_ZEROS < len(start) // 2 or min(first, second) * 4 > max(first, second):
        return []
    return ["utf-16-le" if second > first else "utf-16-be"] if first or second else []


class _Seen:
    """How lines end, and where quotes stand, as far as a text was seen; its bytes are those of ASCII wherever they look so."""

    def __init__(self) -> None:
        self.returns = self.feeds = self.both = self.quotes = 0
        self.spanning = False
        """Whether a quote may go over the end of a line: some line has an odd number of them."""
        self.blank = False
        """Whether a line is empty, be it inside of quotes."""
        self.last = b""
        self.ended = b""
        """The last two bytes."""
        self.open = b""
        """The quotes of the line that has not ended."""

    def see(self, data: bytes) -> None:
        if b"\r" in data or self.last == b"\r":
            self.returns += data.count(b"\r")
            self.both += (self.last + data).count(b"\r\n")
        self.feeds += data.count(b"\n")
        if b'"' in data or self.open:
            self.quotes += data.count(b'"')
            *ended, self.open = (self.open + data.translate(None, UNTOLD)).replace(b'""', b"").rsplit(b"\n", 1)
            self.spanning = self.spanning or any(b'"' in one for one in ended)
        around = self.ended + data[:2]
        self.blank = self.blank or any(end in part for end in (b"\n\n", b"\n\r\n") for part in (around, data))
        self.ended = (self.ended + data[-2:])[-2:]
        self.last = data[-1:]

    @property
    def mixed(self) -> bool:
        return self.returns > 0 and not self.returns == self.feeds == self.both

    @property
    def lines(self) -> int:
        return self.feeds + (self.last not in (b"", b"\n"))


def _delimiter(sample: str) -> str:
    """Return the mark that cuts the first lines into the most columns, the same number in each."""
    lines = sample.splitlines()[:50]
    scores = []
    for mark in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines[:-1] or lines, delimiter=mark) if row]
        like = sum(width == widths[0] for width in widths) if widths else 0
        scores.append((widths[0] > 1 if widths else False, like, widths[0] if widths else 0))
    return DELIMITERS[max(range(len(DELIMITERS)), key=lambda each: (scores[each], -each))]


def _delimited(
    path: Path, file: Path, header: Sequence[str], delimiter: str, number: int, *told: Phrase, lines: int = 0
) -> Opened:
    """Return how a text is read; `lines` where it has one row on each, 0 where that is not known."""
    names = _names(path, header)
    columns = ", ".join(f"{quoted(one)}: 'VARCHAR'" for one in names)
    rejects = f"rejects_{number}"
    read = (
        f"read_csv({quoted(str(file))}, columns = {{{columns}}}, auto_detect = false, header = true, delim = {quoted(delimiter)}, "
        f"quote = '\"', escape = '\"', null_padding = false, max_line_size = 4000000"
    )
    kept = f"ignore_errors = true, store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan', rejects_limit = 0"
    query = f"SELECT *, row_number() OVER () AS {LINE} FROM {read}, {kept}, parallel = false)"
    whole = Whole(f"SELECT * FROM {read})", lines - 1) if lines else None
    return Opened(path, tuple((one, "VARCHAR") for one in names), query, told, rejects, whole=whole)


def _names(path: Path, header: Sequence[str]) -> tuple[str, ...]:
    names = tuple(" ".join(one.split()) or f"column {place}" for place, one in enumerate(header, 1))
    if not any(one.strip() for one in header):
        raise LogRefusedError(NO_HEADER, file=path.as_posix())
    seen: set[str] = set()
    for one in names:
        if one.casefold() in seen:
            raise LogRefusedError(TWICE, file=path.as_posix(), column=one)
        seen.add(one.casefold())
    return names


# What is copied


def _copied(path: Path, rows: Iterable[Sequence[object]], work: Path, number: int) -> Opened:
    file = work / f"text-{number}.csv"
    header: list[str] | None = None
    with file.open("w", encoding="utf-8", newline="", errors="replace") as opened:
        writer = csv.writer(opened)
        for row in rows:
            cells = [_cell(one) for one in row]
            if header is None:
                header = cells
            writer.writerow(cells)
    return _delimited(path, file, header or [], ",", number)


def _cell(value: object) -> str:
    """Return a cell as text: a number without needless decimals, so that an id stays an id."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace").replace("\0", "\ufffd")
        case _:
            return str(value).replace("\0", "\ufffd")


def _sheet(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    try:
        import python_calamine  # noqa: PLC0415  nobody else waits for it
    except ImportError:
        raise LogRefusedError(OLD) from None
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST:
                raise LogRefusedError(SWOLLEN, file=path.as_posix(), limit=str(LARGEST // 10**9))
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError, ValueError):
        raise LogRefusedError(PASSWORD, file=path.as_posix()) from None
    sheet = book.get_sheet_by_name(_chosen(path, table, list(book.sheet_names)))
    rows = sheet.to_python(skip_empty_area=True)
    for number, row in enumerate(rows):
        yield row
        # What is left empty above the head: each row keeps the number that it has in the sheet.
        if number == 0 and sheet.start:
            yield from repeat([None] * len(row), sheet.start[0])


def _lite(path: Path, table: str | None) -> Iterator[Sequence[object]]:
    if _is_cut_off(path):
        raise LogRefusedError(CUT_OFF, file=path.as_posix())
    place = f"file:{quote(str(path.resolve()))}?mode=ro{_untouched(path)}"
    try:
        with closing(sqlite3.connect(place, uri=True, timeout=2)) as base:
            base.execute("PRAGMA query_only = ON")
            rows = base.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
            chosen = _chosen(path, table, [one for (one,) in rows])
            cursor = base.execute(f"SELECT * FROM {identifier(chosen)}")
            yield tuple(column[0] for column in cursor.description)
            while rows_ := cursor.fetchmany(10_000):
                yield from rows_
    except sqlite3.Error as error:
        raise LogRefusedError(LOCKED, file=path.as_posix(), why=str(error)) from None


def _untouched(path: Path) -> str:
    """Return what keeps SQLite from laying files beside a database that writes ahead, where nobody has it open."""
    head = _head(path)
    return "&immutable=1" if head[18:19] == b"\x02" and not path.with_name(f"{path.name}-wal").exists() else ""


def _is_cut_off(path: Path) -> bool:
    """Whether the file is shorter than it says: what is left would be read without a word."""
    head = _head(path)
    pages, size = int.from_bytes(head[28:32]), int.from_bytes(head[16:18])
    return head[24:28] == head[92:96] and path.stat().st_size < pages * (65_536 if size == 1 else size)


def _head(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(100)


def _chosen(path: Path, table: str | None, tables: list[str]) -> str:
    listed = ", ".join(tables)
    if not tables:
        raise LogRefusedError(NO_TABLES, file=path.as_posix())
    if table is None:
        if len(tables) != 1:
            raise LogRefusedError(SEVERAL, file=path.as_posix(), tables=listed)
        return tables[0]
    if table not in tables:
        raise LogRefusedError(NO_TABLE, file=path.as_posix(), table=table, tables=listed)
    return table


# What the engine reads by itself


def _open_parquet(engine: Engine, path: Path, file: Path) -> Opened:
    read = f"read_parquet({quoted(str(file))}, file_row_number = true)"
    columns = tuple(
        (str(row[0]), str(row[1])) for row in engine.run(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {read}")
    )
    _names(path, [one for one, _ in columns])
    query = f"SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {LINE} FROM {read}"
    return Opened(path, columns, query, packed=True)


def _open_duck(engine: Engine, path: Path, number: int, table: str | None) -> Opened:
    base = f"duck_{number}"
    engine.run(f"ATTACH {quoted(str(path))} AS {base} (READ_ONLY)")
    # A view may read any other file.
    rows = engine.run(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_type = 'BASE TABLE' ORDER BY 1",
        [base],
    )
    chosen = f"{base}.{identifier(_chosen(path, table, [str(row[0]) for row in rows]))}"
    columns = tuple((str(row[0]), str(row[1])) for row in engine.run(f"DESCRIBE SELECT * FROM {chosen}"))
    return Opened(path, columns, f"SELECT *, row_number() OVER () AS {LINE} FROM {chosen}")
