"""`sopkit audit --log`: logs go in beside a workspace; what they show against it comes out, as documents and as a verdict."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sopkit.audit import Audit
from sopkit.cli.audit import AUDIT
from sopkit.cli.command import WrongUsageError
from sopkit.cli.console import Console
from sopkit.cli.log_options import Wanted
from sopkit.cli.progress import measured
from sopkit.cli.workspace import Loaded
from sopkit.failure import DocumentFailedError
from sopkit.frozen import dataclass
from sopkit.logs.case import LogCase
from sopkit.logs.engine import MISSING, Engine, EngineError, Limits
from sopkit.logs.failure import LogRefusedError, TooManyBadError
from sopkit.logs.practice import Practice, observe
from sopkit.logs.pseudonyms import SHORT, SHORTEST, KeyTooShortError, pseudonyms
from sopkit.logs.reading import Reading, open_logs
from sopkit.logs.store import Store
from sopkit.output import File
from sopkit.render.audit.cover import Frame
from sopkit.render.practice.as_json import practice_json
from sopkit.render.practice.page import PRACTICE, TITLE, Telling, report
from sopkit.render.practice.set_aside import set_aside_csv
from sopkit.render.practice.terminal import practice_text
from sopkit.render.publication import Publication
from sopkit.render.terminal import located
from sopkit.render.wording.names import Names
from sopkit.render.writers import Form
from sopkit.text import LANGS, Phrase
from sopkit.tree import Mark

NOT_A_SIZE: Final = Phrase(
    "--memory 写成 2GB 或 800MB，至少 500MB", "--memory takes a size such as 2GB or 800MB, 500MB at least"
)
FAILED: Final = Phrase(
    "审计日志没有做完，可能内存或磁盘不够（试试更大的 --memory）：{why}",
    "the logs could not be audited, maybe for want of memory or disk (try a larger --memory): {why}",
)
AUDITING: Final = Phrase("正在审计日志", "auditing the logs")
READ: Final = 0.7
"""Share of the time that reading takes; the rest is for asking."""
SAID: Final = Phrase("{said}", "{said}")
OF_A_LOG: Final = 2
"""Keys that lead to one of the `logs` as a whole: its id is shown, not all that is said of it."""
LEAST: Final = 500
PYTHON: Final = 400
"""MB that Python and what it compiled take, and what the database gives back late."""
FORMS: Final[tuple[Form, ...]] = ("html", "pdf", "docx", "xlsx")
SET_ASIDE: Final = "set-aside.csv"
ASIDE: Final = Phrase(
    "{bad} 行读不懂，没有算进去；逐行的原因在 {file}",
    "rows that could not be read and were left out: {bad}; {file} says why, row by row",
)
PLACE: Final = Phrase("执行审计的报告：{place}", "The report on practice: {place}")
SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([MG])i?B?", re.IGNORECASE)


def limits_of(memory: str) -> Limits:
    """Read `--memory`. Raises `WrongUsageError`, also where the database is not installed."""
    found = SIZE.fullmatch(memory.strip())
    megabytes = float(found[1]) * (1000 if found[2] in "Gg" else 1) if found else 0
    if megabytes < LEAST:
        raise WrongUsageError(NOT_A_SIZE)
    if not Engine.installed():
        raise WrongUsageError(MISSING)
    return Limits(memory=f"{int(megabytes - PYTHON)}MB")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the logs showed, and in how much detail it is told."""

    practice: Practice
    reading: Reading
    queries: bool

    def publications(self, made: Audit, frame: Frame, names: Names) -> tuple[Publication, ...]:
        """Return the report in the language of `names`."""
        document = report(self.practice, made, Telling(frame, self.reading, self.queries), names)
        return (Publication(document, AUDIT, "", TITLE, frame.stem(PRACTICE), FORMS),)

    def data_files(self, made: Audit, frame: Frame, names: Names) -> Iterator[File]:
        """Yield the same for programs."""
        text = practice_json(self.practice, made, Telling(frame, self.reading, self.queries), names.lang)
        yield f"{frame.stem(PRACTICE)}.json", text.encode()
        if self.reading.aside:
            yield SET_ASIDE, set_aside_csv(self.reading.aside, names.lang)

    def tell(self, console: Console, output: Path, *, allow_not_assessed: bool) -> bool:
        """Print what is broken, the counts and where the report is; return whether nothing is broken, or unassessed that may not be."""
        if bad := sum(one.bad for one in self.reading.files):
            console.complain(console.word(ASIDE, bad=f"{bad:,}", file=SET_ASIDE))
        names = Names(self.practice.compilation.workspace, console.lang)
        for line in practice_text(self.practice, names, console.screen()):
            console.say(line)
        console.say(console.word(PLACE, place=(output / f"{PRACTICE}.html").as_posix()))
        return not self.practice.of("broken") and (allow_not_assessed or not self.practice.of("not assessed"))


@contextmanager
def reading_of(
    console: Console, loaded: Loaded, paths: Sequence[str], limits: Limits, watch: Callable[[float], None]
) -> Iterator[tuple[Store, Reading]]:
    """Read logs into a store that lasts as long as it is looked at; `watch` is told the share that is read, from 0 to 1.

    Raises `WrongUsageError`, `TooManyBadError`.
    """
    with tempfile.TemporaryDirectory(prefix="sopkit-logs-") as work, Engine(Path(work), limits) as engine:
        try:
            read = open_logs(loaded.compilation, loaded.folder, paths, engine, Path(work), watch=watch)
        except TooManyBadError:
            raise
        except LogRefusedError as error:
            raise WrongUsageError(SAID, said=_refusal(console, loaded, error)) from None
        yield read


def _refusal(console: Console, loaded: Loaded, error: LogRefusedError) -> Phrase:
    """Return why logs are refused; where `logs` is wrong, with the place and its line."""
    said = error.reason.filled(**error.args_of_reason)
    settings, forest = loaded.compilation.workspace.settings, loaded.compilation.forest
    try:
        key, value = forest.tree(settings.at).find(error.at)
    except LookupError:  # inherited, or written in another way
        return said
    if not error.at:
        return said
    span = forest.span(Mark(settings.at + (key if len(error.at) == OF_A_LOG else value)))
    return Phrase(*(located(span, said.within(lang), console.screen(loaded.shown)) for lang in LANGS))


def look(console: Console, loaded: Loaded, wanted: Wanted) -> Seen:
    """Read the logs and put every question to them. Raises `WrongUsageError`, `DocumentFailedError`."""
    limits = limits_of(wanted.memory)
    try:
        other_names = pseudonyms(loaded.folder)
    except KeyTooShortError:
        raise WrongUsageError(SHORT, count=str(SHORTEST)) from None
    try:
        with (
            measured(console, AUDITING) as told,
            reading_of(console, loaded, wanted.paths, limits, lambda share: told(share * READ)) as (store, reading),
        ):
            case = LogCase(loaded.compilation, store)
            practice = observe(case, other_names, watch=lambda share: told(READ + share * (1 - READ)))
            return Seen(practice, reading, wanted.queries)
    except TooManyBadError as error:
        raise DocumentFailedError("", error.reason.filled(**error.args_of_reason)) from None
    except EngineError as error:
        raise WrongUsageError(FAILED, why=str(error).partition("\n")[0][:200]) from None
