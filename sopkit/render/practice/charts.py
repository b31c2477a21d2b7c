"""What is known of practice goes in; plots come out, each with the same in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from sopkit.logs.overview import UNDECLARED
from sopkit.logs.practice import Practice
from sopkit.render.document import Diagram
from sopkit.render.marks import plain
from sopkit.render.practice.subjects import subject
from sopkit.render.practice.words import count, share
from sopkit.render.simulation.plots import Bar, bars, columns
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

WEEKS: Final = Phrase("每周的触达", "Touches by week")
WEEKS_BELOW: Final = Phrase("周（周一的日期）", "week (its Monday)")
CHANNELS: Final = Phrase("各渠道的触达", "Touches by channel")
RATES: Final = Phrase("违反的占多少", "Share that breaks the rule")
MOST: Final = 60
"""Weeks of one plot; of more, the last."""
NO_CHANNEL: Final = Phrase("没写渠道", "no channel given")
OTHER_CHANNEL: Final = Phrase("没有声明的渠道", "channels that are not declared")


def plots(practice: Practice, names: Names) -> Iterator[Diagram]:
    """Yield the plots that the logs give something for."""
    if practice.weeks:
        yield _weeks(practice, names)
        yield _channels(practice, names)
    if any(one.customers for one in practice.of("broken")):
        yield _rates(practice, names)


def _weeks(practice: Practice, names: Names) -> Diagram:
    totals: Counter[str] = Counter()
    for one in practice.weeks:
        totals[one.week.isoformat()] += one.touches
    made = [Bar(week[5:], (float(many),), count(many)) for week, many in sorted(totals.items())[-MOST:]]
    head = WEEKS.within(names.lang)
    said = _lines(head, ((week, count(many)) for week, many in sorted(totals.items())[-MOST:]))
    return Diagram("plot-weeks", head, columns(head, said, made, WEEKS_BELOW.within(names.lang), names.lang), said)


def _channels(practice: Practice, names: Names) -> Diagram:
    totals: Counter[str] = Counter()
    for one in practice.weeks:
        totals[one.channel] += one.touches
    all_ = sum(totals.values())
    made = [
        Bar(_channel(id_, names), (float(many),), f"{count(many)} · {share(many, all_)}")
        for id_, many in totals.most_common()
    ]
    head = CHANNELS.within(names.lang)
    said = _lines(head, ((one.name, one.note) for one in made))
    return Diagram("plot-channels", head, bars(head, said, made, (), names.lang), said)


def _channel(id_: str, names: Names) -> str:
    if id_ == UNDECLARED:
        return OTHER_CHANNEL.within(names.lang)
    return plain(names.title(names.workspace.channels, id_)) if id_ else NO_CHANNEL.within(names.lang)


def _rates(practice: Practice, names: Names) -> Diagram:
    """Return the shares of what customers met: a target is missed or not, which is no share to set beside them."""
    made = []
    for one in practice.of("broken"):
        if not one.customers:
            continue
        note = f"{count(one.broken)} / {count(one.looked)} · {share(one.broken, one.looked)}"
        made.append(Bar(f"{one.rule.code} {plain(subject(one.subject, names))}", (one.rate or 0.0,), note))
    head = RATES.within(names.lang)
    said = _lines(head, ((one.name, one.note) for one in made))
    return Diagram("plot-rates", head, bars(head, said, made, (), names.lang), said)


def _lines(head: str, rows: Iterator[tuple[str, str]]) -> str:
    return "\n".join([head, *(f"- {name}: {note}" for name, note in rows)])
