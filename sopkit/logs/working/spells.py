"""How long things took: counts of lengths go in, by half percents of their size; quantiles, and lengths in words, come out."""

from __future__ import annotations

import math
from collections import Counter

from sopkit.text import Phrase


class Spells:
    """Lengths of time by the floor of 200 times the logarithm of a second more: parts of a store can be added up."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def add(self, size: int, count: int) -> None:
        self.counts[size] += count

    def at(self, share: float) -> int:
        """Return the seconds within which a share of them lies, to half a percent; there must be one."""
        wanted = math.ceil(share * self.counts.total())
        passed = 0
        for size, count in sorted(self.counts.items()):
            passed += count
            if passed >= wanted:
                return round(math.exp((size + 0.5) / 200) - 1)
        raise ValueError("no lengths")


def spell(seconds: int) -> Phrase:
    """Return a length of time in its two largest units."""
    if seconds < 60:
        return Phrase(f"{seconds} 秒", f"{seconds} s")
    minutes = round(seconds / 60)
    if minutes < 60:
        return Phrase(f"{minutes} 分钟", f"{minutes} min")
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        more = minutes and (f" {minutes} 分钟", f" {minutes} min")
        return Phrase(f"{hours} 小时{more[0] if more else ''}", f"{hours} h{more[1] if more else ''}")
    days, hours = divmod(round(seconds / 3600), 24)
    rest = hours and (f" {hours} 小时", f" {hours} h")
    return Phrase(f"{days} 天{rest[0] if rest else ''}", f"{days} d{rest[1] if rest else ''}")
