"""`sopkit logs generate`: a workspace, a number of customers and a seed go in; logs of what its playbooks would have done come out."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import FINDINGS, OK, WRONG_USAGE, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.progress import watched
from sopkit.cli.selection import mention_errors
from sopkit.cli.simulate import ENDLESS, whole
from sopkit.cli.workspace import directory_argument, load
from sopkit.logs.engine import MISSING, Engine
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.files import write_logs
from sopkit.logs.generating.planting import BY_NAME, Sower, wanted_of
from sopkit.logs.generating.writing import Portion
from sopkit.output import refuse_foreign
from sopkit.simulation.machine import EndlessError
from sopkit.simulation.population import Question
from sopkit.simulation.portions import SIZE, run_portions
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "随机模拟一批客户，把剧本会做的事写成日志：触达、同意、步骤、事件、客户、同步，各一个文件，和系统导出的一样。"
    "客户都是编出来的。同样的种子，写出来的文件一个字节也不差。",
    "Runs random customers and writes what the playbooks would do as logs, as tools would export them: touches, consents, steps, "
    "events, customers and syncs, a file each. The customers are made up. The same seed writes the same bytes.",
)
OPTIONS = (
    Choice(("--customers",), Phrase("多少位客户；不写则 1000", "how many customers; 1000 by default"), "N", default="1000"),
    Choice(("--seed",), Phrase("随机种子，同样的种子结果一样；不写则 1", "the same seed gives the same; 1 by default"), "S", default="1"),
    Choice(("--days",), Phrase("多少天；不写则 28，即四周", "how many days; 28 by default, four weeks"), "D", default="28"),
    Choice(("--from", "first"), Phrase("从哪一天开始；不写则到昨天为止", "the first day; by default the last is yesterday"), "DATE"),
    Choice(
        ("--plant",), Phrase("埋进几处错误，如 over-touch=3；all=3：每种三处", "plant faults, as over-touch=3; all=3: three of each"),
        "FAULT=N", many=True,
    ),
    Choice(("--format", "output_format"), Phrase("文件格式", "the format of the files"), values=("csv", "parquet"), default="csv"),
    Choice(("--output", "-o"), Phrase("写到哪个文件夹", "the folder to write"), "OUT", required=True),
)  # fmt: skip
EXAMPLES = (
    ("sopkit logs generate my-brand -o out", Phrase("1000 位客户，四周", "1000 customers over four weeks")),
    (
        "sopkit logs generate --customers 200000 --seed 7 -o out",
        Phrase("20 万位客户", "200,000 customers"),
    ),
)
RUNNING: Final = Phrase("正在生成", "generating")
WRITTEN: Final = Phrase("已写好：{place}", "written: {place}")
ROWS: Final = Phrase("{name}：{rows} 行", "{name}: {rows} rows")
MOST_PLANTED: Final = 10_000
PUT_IN: Final = Phrase("已埋入 {name}（{title}）：{number} 处", "planted {name} ({title}): {number}")
NOT_PUT_IN: Final = Phrase("没有埋入 {name}：{why}", "not planted {name}: {why}")
UNKNOWN: Final = Phrase("没有“{name}”这种错误；有这些：{known}", "there is no fault “{name}”; there are {known}")
NEAR: Final = Phrase("没有“{name}”这种错误；是不是“{near}”？", "there is no fault “{name}”; did you mean “{near}”?")
NO_NUMBER: Final = Phrase(
    "“{value}”里要写埋几处，如 over-touch=3，最多 {most}", "“{value}” takes a number, as over-touch=3, {most} at most"
)
NO_DAY: Final = Phrase("“{value}”不是日期，请写成 2026-12-31", "“{value}” is not a date; write it as 2026-12-31")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "generate", run, lang, arguments=[directory_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(
    ctx: click.Context,
    *,
    directory: str | None,
    customers: str,
    seed: str,
    days: str,
    first: str | None,
    plant: Sequence[str],
    output_format: str,
    output: str,
) -> int:
    """Run the customers and write their logs."""
    console = console_of(ctx)
    refuse_foreign(Path(output))
    number, chosen, span = (whole(*pair) for pair in (("--customers", customers), ("--seed", seed), ("--days", days)))
    wanted = wanted_of([_fault(one) for one in plant])
    start = _day(first) if first is not None else console.today - timedelta(days=span)
    if output_format == "parquet" and not Engine.installed():
        console.complain(console.word(MISSING))
        return WRONG_USAGE
    loaded = load(console, directory)
    mention_errors(ctx, loaded)
    courses = Courses(loaded.compilation.workspace, loaded.compilation.graph, Question(number, chosen, start, span))
    gc.freeze()  # the tables stay to the end: what each customer leaves behind is looked through without them
    sower = Sower(courses.ground, wanted, chosen)
    try:
        written = write_logs(
            Path(output), _portions(console, courses, sower), output_format, sower.account if wanted else None
        )
    except EndlessError:
        console.complain(console.word(ENDLESS))
        return FINDINGS
    for log in written:
        console.tell(console.word(ROWS, name=log.name, rows=f"{log.rows:,}"))
    _tell_planted(console, sower)
    console.tell(console.word(WRITTEN, place=Path(output).as_posix()))
    return OK


def _portions(console: Console, courses: Courses, sower: Sower) -> Iterator[Portion]:
    portions = list(courses.population.portions(SIZE))
    yield from watched(console, _run(courses, portions, sower), RUNNING, len(portions))
    sower.close()


def _run(courses: Courses, portions: Sequence[tuple[int, int]], sower: Sower) -> Iterator[Portion]:
    """Run portions with faults until all are planted, then the others, side by side."""
    done = 0
    while done < len(portions) and not sower.over:
        yield courses.sow(*portions[done], sower)
        done += 1
    yield from run_portions(courses, portions[done:])


def _tell_planted(console: Console, sower: Sower) -> None:
    for name, number in sorted(Counter(one.fault for one, _ in sower.planted).items()):
        console.tell(console.word(PUT_IN, name=name, title=BY_NAME[name].title, number=str(number)))
    for name, subject, why in sower.refused:
        console.tell(console.word(NOT_PUT_IN, name=" ".join(part for part in (name, subject) if part), why=why))


def _fault(given: str) -> tuple[str, int]:
    """Read `over-touch=3`. Raises `WrongUsageError`."""
    name, _, number = given.partition("=")
    if name != "all" and name not in BY_NAME:
        near = get_close_matches(name, BY_NAME, n=1)
        reason = NEAR if near else UNKNOWN
        raise WrongUsageError(reason, name=name, near=near[0] if near else "", known=", ".join(BY_NAME))
    if not (number.isascii() and number.isdigit() and int(number) <= MOST_PLANTED):
        raise WrongUsageError(NO_NUMBER, value=given, most=str(MOST_PLANTED))
    return name, int(number)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise WrongUsageError(NO_DAY, value=given) from None
