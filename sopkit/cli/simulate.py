"""`sopkit simulate`: a workspace, a number of customers and a seed go in; what those customers meet comes out, as tables or a page."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import FINDINGS, OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.progress import watched
from sopkit.cli.selection import document_lang, mention_errors
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.output import refuse_foreign, write_folder
from sopkit.render.simulation.as_json import simulation_json
from sopkit.render.simulation.page import files
from sopkit.render.simulation.terminal import simulation_text
from sopkit.render.wording.names import Names
from sopkit.simulation.machine import EndlessError
from sopkit.simulation.outcome import Outcome, outcome_of
from sopkit.simulation.population import Population, Question
from sopkit.simulation.portions import SIZE, run_portions
from sopkit.simulation.tally import Counts
from sopkit.text import Lang, Phrase

MOST: Final = {"--customers": 10_000_000, "--seed": 2**32 - 1, "--days": 1_000}
LEAST: Final = {"--customers": 1, "--seed": 0, "--days": 1}
DETAILS = Phrase(
    "随机模拟一批客户：他们做的事、花的时间都在声明的范围内。结果告诉你客户通常会收到多少、在每个上限的窗口里最多收到几次、"
    "各岗位每周有多少工作、各阶段走了多少人。模拟只是举例，不是证明：没有超过上限，不等于不会超过；能不能超过由 check 判断。",
    "Runs random customers, whose deeds and delays stay within what is declared. It tells what customers usually get, the most that "
    "they got in the window of each cap, the work of each role by week, and how many left each stage. A simulation gives examples, "
    "not proofs: that no customer went beyond a cap does not mean that none can; check says that.",
)
OPTIONS = (
    Choice(("--customers",), Phrase("模拟多少位客户；不写则 1000", "how many customers; 1000 by default"), "N", default="1000"),
    Choice(("--seed",), Phrase("随机种子，同样的种子结果一样；不写则 1", "the same seed gives the same; 1 by default"), "S", default="1"),
    Choice(("--days",), Phrase("模拟多少天；不写则 28，即四周", "how many days; 28 by default, four weeks"), "D", default="28"),
    Choice(("--format", "output_format"), Phrase("输出格式", "what to print"), values=("terminal", "json"), default="terminal"),
    Choice(("--output", "-o"), Phrase("写一个文件夹：一张网页和各幅图", "write a folder: a page, and its plots"), "OUT"),
)  # fmt: skip
EXAMPLES = (
    ("sopkit simulate my-brand", Phrase("1000 位客户，四周", "1000 customers over four weeks")),
    (
        "sopkit simulate --customers 100000 --seed 7 -o out",
        Phrase("10 万位客户，写成网页", "100,000 customers, as a page"),
    ),
)
NOT_A_NUMBER: Final = Phrase(
    "{name} 应为 {low} 到 {high} 之间的整数", "{name} takes a whole number from {low} to {high}"
)
ENDLESS: Final = Phrase(
    "剧本会在同一时刻没完没了地转圈，无法模拟；sopkit check 会指出是哪些",
    "the playbooks go round and round within one instant and cannot be simulated; sopkit check names them",
)
RUNNING: Final = Phrase("正在模拟", "simulating")
WRITTEN: Final = Phrase("已写好：{place}", "written: {place}")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "simulate", run, lang, arguments=[directory_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(
    ctx: click.Context,
    *,
    directory: str | None,
    customers: str,
    seed: str,
    days: str,
    output_format: str,
    output: str | None,
) -> int:
    """Simulate, then print the tables or write the page."""
    console = console_of(ctx)
    if output is not None:
        refuse_foreign(Path(output))
    number, chosen, span = (whole(*pair) for pair in (("--customers", customers), ("--seed", seed), ("--days", days)))
    loaded = load(console, directory)
    mention_errors(ctx, loaded)
    try:
        outcome = _simulate(console, loaded, Question(number, chosen, loaded.compilation.today, span))
    except EndlessError:
        console.complain(console.word(ENDLESS))
        return FINDINGS
    _deliver(ctx, loaded, outcome, output_format, output)
    return OK


def whole(name: str, given: str) -> int:
    """Read a whole number within its bounds. Raises `WrongUsageError`."""
    value = int(given) if given.isascii() and given.isdigit() else -1
    if not LEAST[name] <= value <= MOST[name]:
        raise WrongUsageError(NOT_A_NUMBER, name=name, low=str(LEAST[name]), high=str(MOST[name]))
    return value


def _simulate(console: Console, loaded: Loaded, question: Question) -> Outcome:
    population = Population(loaded.compilation.workspace, loaded.compilation.graph, question)
    gc.freeze()  # the tables stay to the end: what each customer leaves behind is looked through without them
    counts = Counts()
    for portion in watched(
        console, run_portions(population, population.portions(SIZE)), RUNNING, -(-question.customers // SIZE)
    ):
        counts.add(portion)
    return outcome_of(population, counts)


def _deliver(ctx: click.Context, loaded: Loaded, outcome: Outcome, output_format: str, output: str | None) -> None:
    console, workspace = console_of(ctx), loaded.compilation.workspace
    if output_format == "json":
        console.hand_over(simulation_json(outcome, Names(workspace, console.lang)))
    elif output is None or not console.quiet:
        for line in simulation_text(outcome, Names(workspace, console.lang), console.screen()):
            console.say(line)
    if output is not None:
        write_folder(Path(output), files(outcome, Names(workspace, document_lang(ctx, loaded))))
        console.tell(console.word(WRITTEN, place=(Path(output) / "index.html").as_posix()))
