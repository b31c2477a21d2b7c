"""What is known of practice goes in; lines for a terminal come out: what is broken, then the counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.logs.practice import Practice
from sopkit.render.columns import wrap
from sopkit.render.marks import clean, plain
from sopkit.render.practice.subjects import subject
from sopkit.render.practice.words import SIGNS, STATUSES, count, share
from sopkit.render.terminal import Screen, table
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

HEADS: Final = (
    Phrase("规则", "rule"), Phrase("对象", "about"), Phrase("违反/查了", "broken of"), Phrase("比例", "share"), Phrase("客户", "customers"),
)  # fmt: skip
COUNT: Final = Phrase("{status} {count}", "{status} {count}")
LEFT: Final = Phrase("未评估：{rules}", "not assessed: {rules}")


def practice_text(practice: Practice, names: Names, screen: Screen) -> Iterator[str]:
    """Yield the lines."""
    broken = practice.of("broken")
    if broken:
        rows = [
            (
                f"{one.rule.code} {clean(one.rule.summary.within(names.lang))}",
                plain(subject(one.subject, names)),
                f"{count(one.broken)}/{count(one.looked)}",
                share(one.broken, one.looked),
                count(one.customers),
            )
            for one in broken
        ]
        yield from table([tuple(head.within(names.lang) for head in HEADS), *rows], screen)
        yield ""
    counts = [
        names.phrase(COUNT, status=f"{SIGNS[status]} {said.within(names.lang)}", count=count(len(practice.of(status))))
        for status, said in STATUSES.items()
    ]
    yield from wrap(names.pick("，", ", ").join(counts), screen.columns)
    if unknown := practice.of("not assessed"):
        listed = names.pick("、", ", ").join(dict.fromkeys(one.rule.code for one in unknown))
        yield from wrap(names.phrase(LEFT, rules=listed), screen.columns)
