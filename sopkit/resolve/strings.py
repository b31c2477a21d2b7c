"""Strings that could not be read as the values that their places take go in; findings at the offending part come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model import rules_values as rules
from sopkit.model.bind_values import Malformed
from sopkit.resolve.case import Args, Case
from sopkit.text import Phrase

LONGEST: Final = 40
"""A value that a message quotes is cut here."""

NOTHING: Final = Phrase("", "")


def malformed(case: Case) -> Iterator[Finding]:
    """Yield a finding for each string that is no duration, time, comparison … where one belongs; one for each place."""
    seen = set()
    for one in case.binding.noticed.malformed:
        finding = _finding(case, one)
        if (finding.rule.code, finding.span) not in seen:
            seen.add((finding.rule.code, finding.span))
            yield finding


def _finding(case: Case, one: Malformed) -> Finding:
    error = one.error
    part = one.value[error.start : error.end] or one.value
    span = case.span_of_part(one.at, one.value, error.start, error.end)
    better = error.better
    hint = Phrase(f"这里应写 {better}。", f"write `{better}` here; ") if better else NOTHING
    if better is not None and error.rule is rules.REVERSED_RANGE:
        hint = Phrase(better, better)
    args: Args = {"value": shown(part), "better": hint, **error.details}
    fixes = case.replacing(one.at, span, better) if better and span.excerpt() else ()
    return case.finding(error.rule, one.at, args, span=span, fixes=fixes)


def shown(value: str) -> str:
    """Return a value on one line, cut when it is long."""
    line = " ".join(value.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


FITTING: Final[dict[str, Phrase]] = {
    "day": Phrase("每天的时刻只写时间，如 10:00", "a slot of each day is only a time, such as 10:00"),
    "week": Phrase(
        "每周的时刻写星期和时间，如 tue 10:00", "a slot of each week is a weekday and a time, such as tue 10:00"
    ),
    "event": Phrase("event 是随时推送，删掉 at", "`event` is a push at any time: remove `at`"),
}
OF_MONTHS: Final = Phrase(
    "按月、季、年的时刻写日期或第几个星期几，如 day 5 09:00、last day 09:00、second sat 14:00",
    "a slot of a month, quarter or year is a day or an nth weekday, such as day 5 09:00, last day 09:00 or second sat 14:00",
)
OF_INTERVALS: Final = Phrase(
    "间隔（如 15m）没有固定的时刻：删掉 at，或把 every 改成 day、week、month",
    "an interval such as 15m has no fixed moments: remove `at`, or write `every: day`, `week` or `month`",
)


def slots_outside_periods(case: Case) -> Iterator[Finding]:
    """Yield the slots that do not say one moment of their period."""
    for one in case.binding.noticed.misfits:
        months = one.every in {"month", "quarter", "year"}
        advice = OF_MONTHS if months else FITTING.get(one.every, OF_INTERVALS)
        yield case.finding(rules.UNFIT_SLOT, one.at, {"every": one.every, "value": one.slot, "advice": advice})
