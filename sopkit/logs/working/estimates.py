"""Counts and samples go in; values with the interval in which the true value lies with 95 % confidence come out, and tests between shares.

Wilson's interval for shares (Wilson 1927), the normal one for means, order statistics for quantiles; two-sided tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.text import Phrase

CONFIDENCE: Final = 0.95
NORMAL: Final = NormalDist()
Method = Literal["wilson", "normal", "order", "full"]
METHODS: Final = {
    "wilson": Phrase("Wilson 区间", "Wilson's interval"),
    "normal": Phrase("正态近似", "normal approximation"),
    "order": Phrase("次序统计量", "order statistics"),
    "full": Phrase("全数，没有抽样误差", "counted in full, no sampling error"),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, between which two the true one lies, from how many cases, by which method."""

    value: float
    low: float
    high: float
    n: int
    method: Method
    unended: int = 0
    """Of n, those of which only a least value is known: they had not ended when the log did."""


def z(confidence: float = CONFIDENCE) -> float:
    return NORMAL.inv_cdf((1 + confidence) / 2)


def share(part: int, whole: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return a share of a whole that is not empty."""
    p, q = part / whole, z(confidence)
    centre = (p + q * q / (2 * whole)) / (1 + q * q / whole)
    reach = q / (1 + q * q / whole) * math.sqrt(p * (1 - p) / whole + q * q / (4 * whole * whole))
    low = 0.0 if part == 0 else max(0.0, centre - reach)
    high = 1.0 if part == whole else min(1.0, centre + reach)
    return Estimate(p, low, high, whole, "wilson")


def mean(total: float, squares: float, n: int) -> Estimate:
    """Return the mean of n values of which the sum and the sum of squares are known; of one value nothing is known but itself."""
    value = total / n
    if n < 2:
        return Estimate(value, -math.inf, math.inf, n, "normal")
    spread = math.sqrt(max(0.0, (squares - n * value * value) / (n - 1)) / n) * z()
    return Estimate(value, value - spread, value + spread, n, "normal")


def quantile(
    n: int, part: float, nth: Callable[[int], float], least: Callable[[int], float] | None = None, unended: int = 0
) -> Estimate:
    """Return a quantile of n values, of which `nth` says the first (1) to the last (n) in order; its interval is between two, or open.

    Where some are `unended`, `nth` takes them for infinite, and `least` for the least that each is.
    """
    at = max(1, math.ceil(part * n))
    spread = z() * math.sqrt(n * part * (1 - part))
    low, high = math.floor(n * part - spread), math.ceil(n * part + spread) + 1
    below = (least or nth)(low) if low >= 1 else -math.inf
    return Estimate(nth(at), below, nth(high) if high <= n else math.inf, n, "order", unended)


def in_full(value: float, n: int) -> Estimate:
    return Estimate(value, value, value, n, "full")


@dataclass(frozen=True, slots=True)
class Difference:
    """How much one share is above another."""

    value: float
    low: float
    high: float
    p: float
    """Of a difference as large by chance alone."""


def difference(one: tuple[int, int], other: tuple[int, int], confidence: float = CONFIDENCE) -> Difference:
    """Return how far the first (part, whole) is above the second: unpooled interval, pooled z-test; neither whole is empty."""
    (a, n), (b, m) = one, other
    p, q, pooled = a / n, b / m, (a + b) / (n + m)
    reach = z(confidence) * math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    chance = 1.0 if error == 0 else 2 * (1 - NORMAL.cdf(abs(p - q) / error))
    return Difference(p - q, p - q - reach, p - q + reach, chance)


def goodness(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the probability that counts differ from their shares so much by chance: Pearson's chi-square."""
    total = sum(counts)
    statistic = sum((n - total * part) ** 2 / (total * part) for n, part in zip(counts, shares, strict=True))
    return upper_gamma((len(counts) - 1) / 2, statistic / 2)


def upper_gamma(a: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function for whole and half `a`, by its recurrence (DLMF 8.8.6)."""
    if x <= 0:
        return 1.0
    value, at = (math.erfc(math.sqrt(x)), 0.5) if a % 1 else (math.exp(-x), 1.0)
    while at < a:
        value += math.exp(at * math.log(x) - x - math.lgamma(at + 1))
        at += 1
    return min(1.0, value)
