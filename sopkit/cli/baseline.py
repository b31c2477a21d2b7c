"""`sopkit baseline`: a workspace goes in, the list of what is known to be wrong with it comes out."""

from __future__ import annotations

from typing import Final

import click

from sopkit.baseline import baseline_text, entry_of, stays_in_sight, weigh
from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import WRITTEN, Console
from sopkit.cli.known import BASELINE, known_in, place_of, shown_as
from sopkit.cli.selection import document_lang
from sopkit.cli.workspace import directory_argument, load
from sopkit.output import write_result
from sopkit.pipeline import Compilation
from sopkit.rules.waivers import keeps_unjudged
from sopkit.text import Lang, Phrase

PRUNE: Final = Choice(
    ("--prune",),
    Phrase("只删掉已经没有的问题，不添新的", "only drop what is gone, and add nothing"),
    flag=True,
)
DETAILS: Final = Phrase(
    "把现在的问题记成基线：sopkit check 从此只报新出现的，并且每次都说基线里还有多少。法律上严重的问题、读不懂的文档、写错的法规包、"
    "没能判断的内容不能记进基线，照样报。",
    "Writes down what is found now: sopkit check then reports only what is new, and says each time how much the baseline holds back. "
    "What is critical by law, what can't be read, a mistaken pack of law, and what was not assessed can't be put into it, "
    "and is reported all the same.",
)
EXAMPLES: Final = (
    ("sopkit baseline my-brand", Phrase("把 my-brand 现在的问题记成基线", "write down what is found in my-brand now")),
    ("sopkit baseline --prune", Phrase("改好的问题从基线里删掉", "drop from the baseline what has been mended")),
)
TOLD: Final = Phrase("基线里有 {count} 个已知问题", "known findings in the baseline: {count}")
DROPPED: Final = Phrase("，删掉了 {count} 个已经没有的", "; dropped, since they are gone: {count}")
KEPT: Final = Phrase(
    "{count} 个已知问题这次看不出还在不在，留着：先改好读不懂的文档",
    "{count} known findings were kept, since it can't be told whether they are gone: mend what can't be read first",
)
NONE_WRITTEN: Final = Phrase(
    "没有可以记进基线的问题，没有写 {place}",
    "nothing was found that could be put into a baseline: {place} was not written",
)
REMOVED: Final = Phrase(
    "没有可以记进基线的问题了，删掉了 {place}",
    "nothing is left that could be put into a baseline: {place} was removed",
)
IN_SIGHT: Final = Phrase(
    "{count} 个问题不能记进基线，sopkit check 照样会报：法律上严重，或者文档读不懂、法规包写错",
    "sopkit check goes on to report {count} findings, which can't be put into a baseline: critical by law, "
    "or about what can't be read or a pack of law",
)
OPEN: Final = Phrase(
    "{count} 项没能判断，不能记进基线", "{count} things were not assessed, and can't be put into a baseline"
)
NONE_TO_PRUNE: Final = Phrase(
    "没有基线 {place}，没有什么可删。先写一份：sopkit baseline",
    "there is no baseline {place}, so there is nothing to drop. Write one first: sopkit baseline",
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "baseline", run, lang, arguments=[directory_argument()], options=[BASELINE, PRUNE], details=DETAILS, examples=EXAMPLES
    )  # fmt: skip


def run(ctx: click.Context, *, directory: str | None, baseline: str | None, prune: bool) -> int:
    """Write the baseline and return the exit code."""
    console = console_of(ctx)
    loaded = load(console, directory)
    made = loaded.compilation
    shown = shown_as(loaded, baseline)
    former = known_in(loaded, baseline)  # one that can't be read is not written over
    if prune and former is None:
        raise WrongUsageError(NONE_TO_PRUNE, place=shown)
    lang = document_lang(ctx, loaded)
    fit = [one for one in made.findings if not stays_in_sight(one, made.law)]
    entries = [entry_of(one, lang) for one in fit]
    stale = weigh(made.findings, former or (), made.law).stale
    kept = stale if made.held_back or any(map(keeps_unjudged, made.findings)) else ()
    dropped = len(stale) - len(kept) if prune else 0
    if prune and former is not None:
        entries = [one for one in former if one in kept or one not in stale]
    else:
        entries += kept
    place = place_of(loaded, baseline)
    if entries or baseline:  # one that was named is read by name: without it the check would be refused
        write_result(place, baseline_text(entries).encode())
        console.tell(console.word(WRITTEN, place=shown))
        told = console.word(TOLD, count=str(len(set(entries))))
        console.say(told + (console.word(DROPPED, count=str(dropped)) if dropped else ""))
    else:
        place.unlink(missing_ok=True)
        console.say(console.word(NONE_WRITTEN if former is None else REMOVED, place=shown))
    if kept:
        console.say(console.word(KEPT, count=str(len(kept))))
    _tell_of_the_rest(console, made)
    return OK


def _tell_of_the_rest(console: Console, made: Compilation) -> None:
    in_sight = sum(stays_in_sight(one, made.law) for one in made.findings)
    if in_sight:
        console.say(console.word(IN_SIGHT, count=str(in_sight)))
    if made.not_assessed:
        console.say(console.word(OPEN, count=str(len(made.not_assessed))))
