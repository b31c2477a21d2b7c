"""`sopkit logs read`: logs go in; how they were understood comes out, and nothing else is done with them: a dry run of the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from sopkit.cli.command import FINDINGS, OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.log_options import LOG, MEMORY
from sopkit.cli.practice import limits_of, reading_of
from sopkit.cli.progress import measured
from sopkit.cli.selection import mention_errors
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.logs.failure import SetAside, TooManyBadError
from sopkit.logs.reading import FileRead, Reading
from sopkit.logs.store import Store
from sopkit.output import write_result
from sopkit.render.columns import visible
from sopkit.render.practice.set_aside import set_aside_csv
from sopkit.render.practice.words import LOGS
from sopkit.render.terminal import table
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "只读日志，不审计：每个文件有多少行、从哪天到哪天、用了哪些列、哪些值剧本里没有、哪些行读不懂。先用它核对 logs 的写法。",
    "Reads the logs and audits nothing: rows and span of each file, columns that are used, values that the playbooks do not know, rows "
    "that can't be read. Use it to check what `logs` says before an audit.",
)
OPTIONS = (
    LOG,
    Choice(
        ("--output", "-o"),
        Phrase("把读不懂的行写成 CSV：文件、行号、原因", "write the rows that can't be read as CSV: file, row, reason"),
        "FILE",
    ),
    MEMORY,
)
EXAMPLES = (
    ("sopkit logs read my-brand", Phrase("sopkit.yaml 里声明的日志", "the logs that sopkit.yaml names")),
    ("sopkit logs read my-brand --log exports", Phrase("文件夹 exports 里的", "those in the folder exports")),
)
READING: Final = Phrase("正在读日志", "reading the logs")
NO_LOGS: Final = Phrase(
    "没有日志可读：在 sopkit.yaml 里写 logs（sopkit logs map FILE 给出写法），或用 --log 给出文件",
    "there are no logs to read: write `logs` in sopkit.yaml (sopkit logs map FILE shows how), or name files with --log",
)
HEAD: Final = Phrase("{file}：{of}，{rows} 行", "{file}: {of}, {rows} rows")
FORM: Final = Phrase("格式", "format")
COLUMNS: Final = Phrase("列", "columns")
UNUSED: Final = Phrase("没有用到", "not used")
UNKNOWN: Final = Phrase("剧本里没有", "not declared")
ASIDE: Final = Phrase("读不懂", "can't be read")
NONE: Final = Phrase("无", "none")
COUNTED: Final = Phrase(
    "行号从列名下面数起，空行也算：第 1 行是文件或工作表的第 2 行",
    "Rows are counted from below the header, blank ones too: row 1 is line 2 of the file, or row 2 of the sheet",
)
BAD: Final = Phrase("{reason}：{rows} 行，如第 {line} 行", "{reason}: {rows} rows, such as row {line}")
SPAN: Final = Phrase("{of}：{rows} 行，{first} 至 {last}", "{of}: {rows} rows, {first} to {last}")
LATER: Final = Phrase(
    "{of}里有晚于今天（{today}）的记录，请核对时间的写法和时区",
    "{of}: some rows lie after today ({today}); check how times are written, and their zone",
)
OLD: Final = Phrase(
    "{of}的最后一条在 {last}，是一年多以前：那时的剧本也许和现在的不同",
    "{of}: the last row is of {last}, more than a year ago; the playbooks of that time may have been others",
)
EMPTY: Final = Phrase("{file} 只有列名，没有行", "{file} has a header and no rows")
TWO_FORMS: Final = Phrase(
    "有 {count} 个客户编号同时写成两样（如 007 和 7、7 和 7.0），按不同的客户算；请在导出时统一",
    "customers that are written in two ways, as 007 and 7, or 7 and 7.0, and count as different: {count}; export them alike",
)
YEAR: Final = 366 * 86_400
SHOWN: Final = 200
"""Characters of one value that are shown."""


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "read", run, lang, arguments=[directory_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(ctx: click.Context, *, directory: str | None, logs: tuple[str, ...], output: str | None, memory: str) -> int:
    """Read, tell, forget."""
    console = console_of(ctx)
    limits = limits_of(memory)
    loaded = load(console, directory)
    mention_errors(ctx, loaded)
    if not logs and not loaded.compilation.workspace.settings.logs:
        raise WrongUsageError(NO_LOGS)
    try:
        with measured(console, READING) as told, reading_of(console, loaded, logs, limits, told) as (store, reading):
            lines = list(_told(console, loaded, store, reading))
    except TooManyBadError as error:
        console.complain(console.word(error.reason, **error.args_of_reason))
        _write(console, error.aside, output)
        return FINDINGS
    for line in lines:
        console.say(visible(line))
    _write(console, reading.aside, output)
    return OK


def _write(console: Console, aside: Sequence[SetAside], output: str | None) -> None:
    if output is not None:
        write_result(Path(output), set_aside_csv(aside, console.lang))


def _told(console: Console, loaded: Loaded, store: Store, reading: Reading) -> Iterator[str]:
    for one in reading.files:
        yield from _file(console, one)
        yield ""
    if any(one.aside for one in reading.files):
        yield console.word(COUNTED)
    zone = ZoneInfo(loaded.compilation.workspace.settings.timezone or "UTC")
    today = loaded.compilation.today
    now = int(datetime(today.year, today.month, today.day, tzinfo=zone).timestamp())
    for of, (rows, first, last) in store.spans.items():
        shown: dict[str, str | Phrase] = {"of": LOGS[of], "today": today.isoformat(), "rows": f"{rows:,}"}
        shown |= {"first": _day(first, zone), "last": _day(last, zone)}
        yield console.word(SPAN, **shown)
        if last >= now + 86_400:
            yield console.word(LATER, **shown)
        if last < now - YEAR:
            yield console.word(OLD, **shown)
    if store.written_twice:
        yield console.word(TWO_FORMS, count=f"{store.written_twice:,}")


def _day(seconds: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _file(console: Console, one: FileRead) -> Iterator[str]:
    comma = console.word(Phrase("，", ", "))
    yield console.word(HEAD, file=one.path.as_posix(), of=LOGS[one.of], rows=f"{one.rows:,}")
    if not one.rows:
        yield f"  {console.word(EMPTY, file=one.path.name)}"
    asides = [console.word(BAD, reason=each.reason, rows=f"{each.rows:,}", line=f"{each.line:,}") for each in one.aside]
    unknown = [f"{field} {said[:SHOWN]} ({rows:,})" for field, said, rows in one.unknown]
    rows = [
        (FORM, comma.join(console.word(each) for each in one.told)),
        (COLUMNS, comma.join(field if field == column else f"{field} = {column}" for field, column in one.columns)),
        (UNUSED, comma.join(one.unused)),
        (UNKNOWN, comma.join(unknown)),
        (ASIDE, comma.join(asides) or console.word(NONE)),
    ]
    yield from table([("", console.word(head), said) for head, said in rows if said], console.screen())
