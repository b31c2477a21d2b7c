"""What is known of practice goes in; lines for a terminal come out: what is broken, then the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from sopkit.logs.observed import Observation
from sopkit.logs.practice import Practice
from sopkit.render.columns import pad, width, wrap
from sopkit.render.marks import clean, plain
from sopkit.render.practice.subjects import subject
from sopkit.render.practice.words import SIGNS, STATUSES, count, share
from sopkit.render.terminal import Screen, table
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

OF: Final = Phrase("{broken}/{looked}", "{broken} of {looked}")
CUSTOMERS: Final = Phrase("客户 {count}", "customers: {count}")
COUNT: Final = Phrase("{status} {count}", "{status} {count}")
LEFT: Final = Phrase("未评估（项数）：{rules}", "not assessed, how many: {rules}")


def practice_text(practice: Practice, names: Names, screen: Screen) -> Iterator[str]:
    """Yield the lines."""
    broken = practice.of("broken")
    if broken:
        yield from _by_rule(broken, names, screen)
        yield ""
    counts = [
        names.phrase(COUNT, status=f"{SIGNS[status]} {said.within(names.lang)}", count=count(len(practice.of(status))))
        for status, said in STATUSES.items()
    ]
    yield from wrap(names.pick("，", ", ").join(counts), screen.columns)
    if unknown := practice.of("not assessed"):
        many = Counter(one.rule.code for one in unknown)
        listed = names.pick("、", ", ").join(f"{code} ({count(number)})" for code, number in many.items())
        yield from wrap(names.phrase(LEFT, rules=listed), screen.columns)


def _by_rule(broken: Sequence[Observation], names: Names, screen: Screen) -> Iterator[str]:
    """Yield each rule and below it what it is broken at, all figures of counts aligned, and those of KPIs."""
    figures = [_figures(one, names) for one in broken]
    rooms = {
        measured: [max(map(width, column)) for column in zip(*alike, strict=True)]
        for measured in (False, True)
        if (alike := [cells for one, cells in zip(broken, figures, strict=True) if bool(one.figure) == measured])
    }
    inner = Screen(screen.lang, screen.columns - 2, screen.colour, screen.prefix)
    for rule, some in groupby(zip(broken, figures, strict=True), key=lambda pair: pair[0].rule):
        yield from wrap(f"{rule.code} {clean(rule.summary.within(names.lang))}", screen.columns)
        rows = [
            (
                *(pad(cell, room) for cell, room in zip(cells, rooms[bool(one.figure)], strict=True) if room),
                plain(subject(one.subject, names)),
            )
            for one, cells in some
        ]
        yield from (f"  {line}" for line in table(rows, inner))


def _figures(one: Observation, names: Names) -> tuple[str, ...]:
    of = names.phrase(OF, broken=count(one.broken), looked=count(one.looked))
    if one.figure:
        return of, one.figure.within(names.lang)
    who = names.phrase(CUSTOMERS, count=count(one.customers)) if one.customers else ""
    return of, share(one.broken, one.looked), who
