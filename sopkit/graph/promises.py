"""The targets of a workspace go in; crowd by crowd, what they ask of the sizes of sets, as groups of rows, comes out.

A target of a share, a count or a ratio is a row over the sizes of sets of customers (`set_sizes.py`); anything else that is counted is
a quantity of its own, which only equals itself. The levels of a declared funnel never grow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.linear import ONE, Effort, Group, Row, Terms, combine, row
from sopkit.graph.measured_sets import EVERYBODY, NOWHERE, as_measured, crowd_of, is_cohort, wording
from sopkit.graph.plain import plain
from sopkit.graph.set_sizes import SetSizes
from sopkit.model.documents import Cadence, Journey, Kpi, Procedure, Sync, Target, Workspace
from sopkit.model.formulas import (
    Count,
    Countable,
    Customers,
    Elapsed,
    Funnel,
    Growth,
    Ratio,
    ShareOf,
    Sum,
)
from sopkit.model.predicates import All, Predicate
from sopkit.model.values import SECONDS, Comparison
from sopkit.resolve.data import fits_unit
from sopkit.tree import Mark

CROWD: Final = "crowd"


@dataclass(frozen=True)
class Promise:
    """One target: what a playbook, or the KPI itself, promises of the KPI."""

    kpi: Kpi
    target: Comparison
    root: str
    """The node id of the document that promises it."""
    scope: str = ""
    """Where the KPI is about the runs or issues of one playbook alone: that playbook."""

    @property
    def at(self) -> Mark:
        return self.target.at

    @cached_property
    def same(self) -> tuple[str, str, Fraction | None]:
        """Equal for targets that ask the same of the same KPI."""
        return self.kpi.id, self.target.comparator, bound(self.target, self.kpi)


def promises(workspace: Workspace) -> Iterator[Promise]:
    """Yield every target of the workspace's own documents, in the order written."""
    for kpi in workspace.kpis.values():
        if kpi.target is not None and not kpi.builtin:
            yield Promise(kpi, kpi.target, f"kpi/{kpi.id}", _scope(kpi, f"kpi/{kpi.id}", campaign=False))
    documents: tuple[Journey | Cadence | Procedure | Sync, ...] = (
        *workspace.journeys.values(), *workspace.cadences.values(),
        *workspace.procedures.values(), *workspace.syncs.values(),
    )  # fmt: skip
    for one in documents:
        root = f"{one.kind}/{one.id}"
        stages = one.stages if isinstance(one, Journey) else ()
        targets: tuple[Target, ...] = (*one.targets, *(target for stage in stages for target in stage.targets))
        campaign = isinstance(one, Procedure) and one.for_each == "campaign"
        for target in () if one.builtin else targets:
            kpi_ = workspace.kpis.get(target.kpi.id) if target.kpi else None
            if kpi_ is not None and target.target is not None:
                yield Promise(kpi_, target.target, root, _scope(kpi_, root, campaign=campaign))


def _scope(kpi: Kpi, root: str, *, campaign: bool) -> str:
    """A campaign's target is for its own days; a KPI of each issue or run is for those of the playbook that promises it."""
    return root if campaign or kpi.per in ("issue", "run") else ""


def amount(value: Comparison, kpi: Kpi) -> Fraction | None:
    """Return a value as a plain number: percent as a fraction of one, times in seconds; None where it does not fit the KPI's unit."""
    if kpi.unit is not None and not fits_unit(kpi.unit, value):
        return None
    if value.unit == "%":
        return Fraction(value.number) / 100
    if value.unit in SECONDS:
        return Fraction(value.number) * SECONDS[value.unit]
    return None if value.unit in ("mo", "y", "workday") else Fraction(value.number)


def bound(target: Comparison, kpi: Kpi) -> Fraction | None:
    """Return the number that a target asks for; None where that is not known.

    `+20% over baseline` is a fifth more than the baseline, of a percentage too: of the two ways to read it, the one that asks less.
    """
    if not target.relative:
        return amount(target, kpi)
    base = kpi.baseline.value if kpi.baseline else None
    before = amount(base, kpi) if base is not None else None
    return None if before is None or before < 0 else before * (1 + Fraction(target.number) / 100)


# Rows


@dataclass(frozen=True, slots=True)
class Rule:
    """A funnel's word that one level is no larger than the one before."""

    funnel: Kpi
    group: Group


@dataclass(eq=False)
class Crowd:
    """What is asked of one crowd of customers in one period."""

    name: str
    asked: tuple[Promise, ...]
    """Targets that ask for different things; equal ones once."""
    given: list[Row] = field(default_factory=list)
    """What holds for the sizes of all sets."""
    groups: list[Group] = field(default_factory=list)
    """What each of `asked` wants, then what each of `rules` says."""
    denied: list[tuple[Group, ...]] = field(default_factory=list)
    """For each of `asked` the ways in which it may be missed."""
    values: list[tuple[Terms, Terms]] = field(default_factory=list)
    """For each of `asked` what its KPI divides by what; nothing stands for one."""
    rules: list[Rule] = field(default_factory=list)


def crowds(known: Iterable[Promise]) -> list[Crowd]:
    """Return the targets that can be held against each other, by crowd."""
    found: dict[str, dict[object, Promise]] = {}
    for promise in known:
        kpi = promise.kpi
        if kpi.formula is not None and promise.same[-1] is not None:
            found.setdefault(f"{promise.scope} {crowd_of(kpi)}", {}).setdefault(promise.same, promise)
    return [Crowd(name, tuple(asked.values())) for name, asked in found.items()]


def spell_out(crowd: Crowd, workspace: Workspace, effort: Effort) -> None:
    """Fill in the rows of a crowd. Raises `UndecidedError` and `EffortSpentError`."""
    reading = _Reading()
    values = [reading.of(promise.kpi) for promise in crowd.asked]
    levels = [(kpi, reading.levels(kpi)) for kpi in workspace.kpis.values() if _is_funnel_of(kpi, crowd)]
    sets = SetSizes(workspace, reading.predicates, CROWD, effort)
    crowd.given = [*sets.rows, *reading.rows]

    def terms(parts: Terms) -> Terms:
        return combine(*((factor, reading.terms(name, sets)) for name, factor in parts.items()))

    for promise, (top, bottom) in zip(crowd.asked, values, strict=True):
        above, below = terms(top), terms(bottom)
        crowd.values.append((above, below))
        wanted, missed = _rows(promise, above, below, fraction=bool(bottom))
        crowd.groups.append(wanted)
        crowd.denied.append(missed)
    for kpi, names in levels:
        for wide, narrow in pairwise(names):
            fewer = combine((ONE, reading.terms(wide, sets)), (-ONE, reading.terms(narrow, sets)))
            crowd.rules.append(Rule(kpi, (row(fewer),)))
    crowd.groups += [one.group for one in crowd.rules]


def _is_funnel_of(kpi: Kpi, crowd: Crowd) -> bool:
    return isinstance(kpi.formula, Funnel) and f" {crowd_of(kpi)}" == crowd.name


def _rows(promise: Promise, top: Terms, bottom: Terms, *, fraction: bool) -> tuple[Group, tuple[Group, ...]]:
    """Return what a target asks for, and the ways to miss it; a fraction of nothing is neither."""
    least = bound(promise.target, promise.kpi) or Fraction(0)
    over = combine((ONE, top), (-least, bottom)) if fraction else top
    under = combine((-ONE, over))
    at = Fraction(0) if fraction else least
    some = [row(bottom, strict=True)] if fraction else []
    up, down = row(over, at), row(under, -at)
    above, beneath = row(over, at, strict=True), row(under, -at, strict=True)
    wanted, missed = {
        "≥": ([up], [beneath]),
        "≤": ([down], [above]),
        ">": ([above], [down]),
        "<": ([beneath], [up]),
        "=": ([up, down], [beneath, above]),
    }[promise.target.comparator]
    return (*some, *wanted), tuple((*some, one) for one in missed)


class _Reading:
    """What KPIs count, each thing once: sets of customers, and quantities of their own."""

    def __init__(self) -> None:
        self.predicates: list[Predicate] = []
        self.rows: list[Row] = []
        self._sets: dict[str, int] = {}

    def of(self, kpi: Kpi) -> tuple[Terms, Terms]:
        """Return what a KPI divides by what, by name; nothing below where it is no fraction."""
        match kpi.formula:
            case Count(of):
                return self._amount(of, kpi), {}
            case Sum():
                return self._amount(kpi.formula, kpi), {}
            case ShareOf(part, whole):
                return self._share(part, whole, kpi)
            case Ratio(top, bottom):
                return self._amount(top, kpi), self._amount(bottom, kpi)
            case Elapsed(statistic, start, end):
                return {self._elapsed(statistic, f"{start.id} {end.id} {kpi.window or ''}"): ONE}, {}
            case Growth():
                return _signed(_name(kpi, plain(kpi.formula))), {}
        return _signed(f"kpi {kpi.id}"), {}

    def levels(self, kpi: Kpi) -> list[str]:
        """Return the levels of a funnel, as sets; none where anything but customers is counted."""
        levels = kpi.formula.steps if isinstance(kpi.formula, Funnel) else ()
        people = [of.who for _, of in levels if isinstance(of, Customers)]
        return [self._set(who, kpi) for who in people] if len(people) == len(levels) else []

    def terms(self, name: str, sets: SetSizes) -> Terms:
        return sets.sizes[self._sets[name]] if name in self._sets else {name: ONE}

    def _share(self, part: Countable, whole: Countable, kpi: Kpi) -> tuple[Terms, Terms]:
        """The part is among the whole."""
        if isinstance(part, Customers) and isinstance(whole, Customers):
            both = part.who if is_cohort(whole.who, kpi) else All((whole.who, part.who), NOWHERE)
            return {self._set(both, kpi): ONE}, {self._set(whole.who, kpi, whole=True): ONE}
        among = f"{_name(kpi, plain(part))} of {_name(kpi, plain(whole))}"
        all_of_it = self._amount(whole, kpi)
        if not isinstance(whole, Customers):
            self.rows.append(row(combine((ONE, all_of_it), (-ONE, {among: ONE}))))
        return {among: ONE}, all_of_it

    def _amount(self, what: Countable | Sum, kpi: Kpi) -> Terms:
        if isinstance(what, Customers):
            return {self._set(what.who, kpi): ONE}
        name = _name(kpi, plain(what))
        return _signed(name) if isinstance(what, Sum) else {name: ONE}

    def _elapsed(self, statistic: str, what: str) -> str:
        """Half of the cases take no longer than the median, so nine in ten take no less at the most."""
        if statistic in ("median", "p90"):
            self.rows.append(row({f"p90 {what}": ONE, f"median {what}": -ONE}))
        return f"{statistic} {what}"

    def _set(self, who: Predicate, kpi: Kpi, *, whole: bool = False) -> str:
        """Return the name of a set; as a whole the cohort is everybody, while as a part its event must come again in the window."""
        everybody = whole and is_cohort(who, kpi)
        name = "everybody" if everybody else f"{wording(who)} {kpi.window or ''}"
        if name not in self._sets:
            self._sets[name] = len(self.predicates)
            self.predicates.append(EVERYBODY if everybody else as_measured(who, kpi.window))
        return name


def _name(kpi: Kpi, what: object) -> str:
    """Return a name for something that is counted: the same where it is the same, as the same tool counts it in the same window."""
    tool = kpi.measured_in.id if kpi.measured_in else ""
    return f"{json.dumps(what, sort_keys=True, ensure_ascii=False)} {tool} {kpi.window or ''}"


def _signed(name: str) -> Terms:
    """Return a quantity that may be below zero, as the difference of two that may not."""
    return {f"{name} +": ONE, f"{name} -": -ONE}
