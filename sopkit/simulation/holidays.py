"""Public holidays that a simulation knows, as data: a country goes in, its days off and make-up workdays come out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sopkit.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days off, and days at a weekend on which people work all the same; other years count as having neither."""

    days: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    """The years that are known."""


def _days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


CN_2026: Final = Holidays(
    frozenset(
        [
            *_days("2026-01-01", "2026-01-03"),
            *_days("2026-02-15", "2026-02-23"),
            *_days("2026-04-04", "2026-04-06"),
            *_days("2026-05-01", "2026-05-05"),
            *_days("2026-06-19", "2026-06-21"),
            *_days("2026-09-25", "2026-09-27"),
            *_days("2026-10-01", "2026-10-07"),
        ]
    ),
    frozenset(
        map(
            date.fromisoformat,
            ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
        )
    ),
    frozenset({2026}),
)
"""State Council notice on the holidays of 2026 (国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04)."""

KNOWN: Final = {"cn": CN_2026}


def holidays_of(country: str | None) -> Holidays:
    """Return what is known of a country; nothing for one that is not declared or not known."""
    return KNOWN.get(country or "", Holidays())
