"""Groups of linear inequalities with rational numbers go in; which of the groups contradict each other comes out, exactly.

The simplex method on fractions as solvers of logic use it, which mends one unmet row after another and names the rows that forbid it
(Dutertre and de Moura, “A fast linear-arithmetic solver for DPLL(T)”, 2006), with Bland's rule, which never goes round in circles.
Leaving out one group after another makes the set irreducible (Chinneck and Dravnieks, “Locating minimal infeasible constraint sets in
linear programs”, 1991). Nothing is rounded. `Effort` says when to give up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Final

from sopkit.frozen import dataclass

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


class EffortSpentError(Exception):
    """The bound on effort was reached: the question is open."""


class Effort:
    """How much work may still be done, in numbers that are computed."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise EffortSpentError


Terms = dict[str, Fraction]
"""Quantity → its factor."""


@dataclass(frozen=True, slots=True)
class Row:
    """The sum of factor times quantity is at least `least`, or more than it where `strict`; no quantity is below zero."""

    terms: tuple[tuple[str, Fraction], ...]
    least: Fraction = ZERO
    strict: bool = False


def row(terms: Terms, least: Fraction = ZERO, *, strict: bool = False) -> Row:
    return Row(tuple(sorted(terms.items())), least, strict)


def combine(*parts: tuple[Fraction, Terms]) -> Terms:
    """Return the sum of factor times terms."""
    total: Terms = {}
    for factor, terms in parts:
        for name, value in terms.items():
            total[name] = total.get(name, ZERO) + factor * value
    return total


Group = Sequence[Row]
"""Rows that stand or fall together, as those of one target."""


def conflict(groups: Sequence[Group], given: Sequence[Row], effort: Effort) -> tuple[int, ...] | None:
    """Return the positions of groups that contradict each other, given some rows, none of which can be left out.

    None where all can be met together; nothing where what is given contradicts itself. Raises `EffortSpentError`.
    """
    suspects = _guilty(groups, range(len(groups)), given, effort)
    if suspects is None:
        return None
    for one in tuple(suspects):
        if one in suspects:
            fewer = _guilty(groups, [other for other in suspects if other != one], given, effort)
            suspects = suspects if fewer is None else fewer
    return tuple(suspects)


def _guilty(groups: Sequence[Group], chosen: Iterable[int], given: Sequence[Row], effort: Effort) -> list[int] | None:
    """Return some of the chosen groups that, with what is given, cannot be met; None where all can."""
    rows = [(None, one) for one in given] + [(number, one) for number in chosen for one in groups[number]]
    guilty = _Tableau([one for _, one in rows], effort).contradiction()
    return None if guilty is None else sorted({number for one in guilty if (number := rows[one][0]) is not None})


def needless(groups: Sequence[Group], given: Sequence[Row], chosen: Iterable[int], effort: Effort) -> Iterator[int]:
    """Yield those of the chosen groups that are met whenever the other groups are; each is left out before the next is asked about.

    All groups together can be met. What makes a fraction possible, a strict row that comes before others, is kept. Raises
    `EffortSpentError`.
    """
    rows = [*given]
    starts = []
    for group in groups:
        starts.append(len(rows))
        rows += group
    solved = _Tableau(rows, effort)
    solved.contradiction()
    for number in chosen:
        bounds = [
            starts[number] + place
            for place in range(len(groups[number]) > 1 and groups[number][0].strict, len(groups[number]))
        ]
        if all(solved.copy().flip(one).contradiction() is not None for one in bounds):
            yield number
            for one in bounds:
                solved.drop(one)
            solved.contradiction()


Variable = str | int
"""A quantity by its name, or what a row sums up to by the number of the row."""

Line = dict[Variable, int]
"""What a variable is worth, as factors of the variables that stand at their least value; all are over one number, kept beside the line.

Whole numbers that are divided once take a tenth of the time of as many fractions.
"""

Level = tuple[Fraction, Fraction]
"""A number, and how much above it in units that are smaller than any number: what is more than 3 is at least (3, 1)."""


class _Tableau:
    """Some variables stand at their least value and the others follow from them; no variable has a greatest value."""

    def __init__(self, rows: Sequence[Row], effort: Effort) -> None:
        self.effort = effort
        self.least: dict[Variable, Level] = {name: (ZERO, ZERO) for one in rows for name, _ in one.terms}
        self.order: dict[Variable, int] = {
            name: place for place, name in enumerate([*sorted(self.least, key=str), *range(len(rows))])
        }
        self.lines: dict[Variable, Line] = {}
        self.over: dict[Variable, int] = {}
        """Above zero, for each line."""
        self.levels: dict[Variable, Level] = {}
        for number, one in enumerate(rows):
            self.over[number] = over = lcm(*(factor.denominator for _, factor in one.terms))
            self.lines[number] = {
                name: factor.numerator * (over // factor.denominator) for name, factor in one.terms if factor
            }
            self.levels[number] = (ZERO, ZERO)
            self.least[number] = (one.least, ONE if one.strict else ZERO)

    def copy(self) -> _Tableau:
        other = _Tableau((), self.effort)
        self.effort.spend(sum(map(len, self.lines.values())))
        other.order, other.least, other.levels = self.order, dict(self.least), dict(self.levels)
        other.lines = {key: dict(line) for key, line in self.lines.items()}
        other.over = dict(self.over)
        return other

    def flip(self, number: int) -> _Tableau:
        """Ask for the contrary of a row; return the tableau."""
        least, strict = self.least[number]
        self.least[number] = (-least, ZERO if strict else ONE)
        if number in self.lines:
            self.lines[number] = {key: -factor for key, factor in self.lines[number].items()}
            level = self.levels[number]
            self.levels[number] = (-level[0], -level[1])
        else:
            for key, line in self.lines.items():
                if number in line:
                    factor = Fraction(line[number], self.over[key])
                    line[number] = -line[number]
                    level = self.levels[key]
                    self.levels[key] = (level[0], level[1] - factor * (self.least[number][1] + strict))
        return self

    def drop(self, number: int) -> None:
        """Forget a row."""
        user = next((key for key, line in self.lines.items() if number in line), None)
        if number not in self.lines and user is not None:
            self._pivot(user, number)
        self.lines.pop(number, None)
        self.over.pop(number, None)
        self.levels.pop(number, None)

    def contradiction(self) -> list[int] | None:
        """Return the rows that prove that not all can be met, or None where they can."""
        while low := [key for key, level in self.levels.items() if level < self.least[key]]:
            short = min(low, key=self.order.__getitem__)
            line = self.lines[short]
            helping = [key for key, factor in line.items() if factor > 0]
            if not helping:
                return sorted(key for key in (short, *line) if isinstance(key, int))
            self._pivot(short, min(helping, key=self.order.__getitem__))
        return None

    def _pivot(self, short: Variable, helping: Variable) -> None:
        """Let `helping` rise until `short` is at its least value."""
        level, wanted = self.levels.pop(short), self.least[short]
        line, over = self.lines.pop(short), self.over.pop(short)
        factor = line.pop(helping)
        rise = ((wanted[0] - level[0]) * over / factor, (wanted[1] - level[1]) * over / factor)
        sign, divisor = (1 if factor > 0 else -1), abs(factor)
        solved: Line = {key: -sign * value for key, value in line.items()}
        solved[short] = sign * over
        for key, other in self.lines.items():
            share = other.pop(helping, 0)
            if share:
                self.effort.spend(len(solved))
                before, part = self.levels[key], Fraction(share, self.over[key])
                self.levels[key] = (before[0] + part * rise[0], before[1] + part * rise[1])
                self.over[key] = _add(other, self.over[key], share, solved, divisor)
        self.lines[helping], self.over[helping] = solved, divisor
        start = self.least[helping]
        self.levels[helping] = (start[0] + rise[0], start[1] + rise[1])


def _add(line: Line, over: int, share: int, solved: Line, divisor: int) -> int:
    """Add to a line its share of what a variable is worth; return what the line is over then, all in lowest terms."""
    for name in line:
        line[name] *= divisor
    over *= divisor
    for name, value in solved.items():
        total = line.get(name, 0) + share * value
        if total:
            line[name] = total
        else:
            del line[name]
    common = gcd(over, *line.values())
    if common > 1:
        for name in line:
            line[name] //= common
    return over // common
