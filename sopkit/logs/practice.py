"""A compiled workspace and its logs go in; everything that is known of practice comes out, with the counts behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.logs import touching, working
from sopkit.logs.case import LogCase
from sopkit.logs.mistakes import reason, unless_mistaken
from sopkit.logs.observed import Observation, of_one
from sopkit.logs.overview import Weekly, customers_of, touches_by_week
from sopkit.logs.pseudonyms import Pseudonyms
from sopkit.logs.tables import Of
from sopkit.logs.working.adherence import Adherence
from sopkit.logs.working.adhering import adhere
from sopkit.pipeline import Compilation

Family = Callable[[LogCase], Iterator[Observation]]
FAMILIES: Final[tuple[Family, ...]] = (*touching.FAMILIES, *working.FAMILIES)


@dataclass(frozen=True, slots=True)
class Practice:
    """What the report says, whatever its form: nobody's id is in it."""

    compilation: Compilation
    observations: tuple[Observation, ...]
    """By code of the rule and subject."""
    spans: Mapping[Of, tuple[int, int, int]]
    """Of each log that has rows: how many, the first second, the last."""
    weeks: tuple[Weekly, ...]
    customers: int
    people: Mapping[int, str]
    """Number of a customer in a case → the name that stands for the id."""
    staff: Mapping[str, str]
    """The same for staff in groups, whose `of` is the number as text."""
    shops: Mapping[str, str]
    """The same for what the logs call a shop and the workspace does not: it may be anything."""
    adherence: Adherence

    def of(self, *statuses: str) -> tuple[Observation, ...]:
        return tuple(one for one in self.observations if one.status in statuses)

    @property
    def looked_at(self) -> tuple[Observation, ...]:
        """Those of which anything could be judged, if only in part."""
        return tuple(one for one in self.observations if one.looked)

    def about(self, rules: Iterable[Rule]) -> tuple[Observation, ...]:
        codes = {one.code for one in rules}
        return tuple(one for one in self.observations if one.rule.code in codes)


def observe(
    case: LogCase,
    names: Pseudonyms,
    families: tuple[Family, ...] = FAMILIES,
    *,
    watch: Callable[[float], None] = lambda _: None,
) -> Practice:
    """Put every question that the playbooks give rise to, to the logs; `watch` is told the share that is done, from 0 to 1."""
    found: list[Observation] = []
    for number, family in enumerate(families, 1):
        found += family(case)
        watch(number / (len(families) + 1))
    observations = tuple(
        sorted(map(_counted, unless_mistaken(case.store, found)), key=lambda one: (one.rule.code, one.subject))
    )
    wrong = reason(case.store, ("steps", "events"))
    adherence = adhere(case) if wrong is None else Adherence((), (), (), (), (("", wrong),))
    watch(1)
    who = sorted({each.who for one in observations for each in one.cases if each.who})
    staff = {int(each.of) for one in observations for each in one.groups if each.by == "staff"}
    staff |= {int(one.of) for one in adherence.training if one.by == "staff"}
    shops = {each.of for one in observations for each in one.groups if each.by == "shop"}
    shops |= {one.of for one in adherence.planned if one.by == "shop"} | {
        one.of for one in adherence.training if one.by == "shop"
    }
    declared = case.compilation.workspace.shops
    return Practice(
        compilation=case.compilation,
        observations=observations,
        spans=case.store.spans,
        weeks=touches_by_week(case),
        customers=customers_of(case),
        people={number: names.of("customer", id_) for number, id_ in case.store.names("people", who).items()},
        staff={str(number): names.of("staff", id_) for number, id_ in case.store.names("staff", sorted(staff)).items()},
        shops={name: names.of("shop", name) for name in sorted(shops) if name and name not in declared},
        adherence=adherence,
    )


def _counted(one: Observation) -> Observation:
    """Return an observation whose sentences count one thing as one."""
    return replace(one, message=of_one(one.message), reason=of_one(one.reason) if one.reason else None)
