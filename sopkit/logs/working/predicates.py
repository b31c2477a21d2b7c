"""Conditions of KPIs over what happened to a customer go in; SQL over counts of events comes out, or why no log can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.predicates import All, Any, EventTest, Not, Predicate
from sopkit.text import Phrase

NEEDS_DATA: Final = Phrase(
    "条件要看客户资料、标签、分群或阶段，日志里没有",
    "it asks for data, tags, segments or stages of customers, which the logs do not hold",
)
CALENDAR: Final = Phrase("条件里有以月、年计的时间", "it asks for a time in months or years")
COMPARED: Final = {"≥": ">=", "≤": "<=", ">": ">", "<": "<", "=": "="}


class UncountableError(Exception):
    """The logs can't tell; `reason` says why."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason


@dataclass(slots=True)
class Facts:
    """The counts of events that conditions ask for: columns `f0`, `f1` … over (kinds, how far back)."""

    kinds: Mapping[str, Sequence[int]]
    """Event → the kinds of row that report it."""
    asked: list[tuple[tuple[int, ...], int | None]] = field(default_factory=list)

    def sql(self, predicate: Predicate) -> str:
        """Return the condition over the columns. Raises `UncountableError`."""
        match predicate:
            case All(parts):
                return " AND ".join(f"({self.sql(part)})" for part in parts) or "true"
            case Any(parts):
                return " OR ".join(f"({self.sql(part)})" for part in parts) or "false"
            case Not(part):
                return f"NOT ({self.sql(part)})"
            case EventTest():
                return self._event(predicate)
        raise UncountableError(NEEDS_DATA)

    def _event(self, test: EventTest) -> str:
        back = None
        if test.within is not None:
            back = test.within.seconds
            if back is None:
                raise UncountableError(CALENDAR)
        key = (tuple(self.kinds.get(test.event.id, ())), back)
        if key not in self.asked:
            self.asked.append(key)
        sign, least = (COMPARED[test.count.comparator], test.count.number) if test.count else (">=", 1)
        said = f"f{self.asked.index(key)} {sign} {least}"
        return f"NOT ({said})" if test.negated else said

    @property
    def back(self) -> int:
        """How many seconds before the end of a period the log must reach, at most."""
        return max((back for _, back in self.asked if back is not None), default=0)

    def columns(self) -> str:
        """Return SQL for the columns, of events `e` beside a row `c` with `lo` and `hi`."""
        return ", ".join(
            f"sum(CASE WHEN e.kind IN ({', '.join(map(str, kinds)) or 'NULL'}) AND e.ts < c.hi AND e.ts >= "
            f"{'c.lo' if back is None else f'c.hi - {back}'} THEN 1 ELSE 0 END) AS f{n}"
            for n, (kinds, back) in enumerate(self.asked)
        )


def holds_for_nobody(predicate: Predicate) -> bool:
    """Return whether a condition holds for who had no event at all, so that who they are must be known."""
    match predicate:
        case All(parts):
            return all(holds_for_nobody(part) for part in parts)
        case Any(parts):
            return any(holds_for_nobody(part) for part in parts)
        case Not(part):
            return not holds_for_nobody(part)
        case EventTest() as test:
            count = 0
            least = float(test.count.number) if test.count else 1
            sign = test.count.comparator if test.count else "≥"
            holds = {
                "≥": count >= least,
                "≤": count <= least,
                ">": count > least,
                "<": count < least,
                "=": count == least,
            }
            return holds[sign] != test.negated
    return False
