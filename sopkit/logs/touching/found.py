"""Queries for rows that break a rule go in, part by part; how many there are, of how many customers, and the first cases come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from heapq import nsmallest
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.logs.engine import listed
from sopkit.logs.observed import FIRST, NOTHING, Case, Deed, Doubt, Observation, concluded, doubted, in_doubt
from sopkit.logs.store import Store
from sopkit.logs.touching.contacts import Contacts
from sopkit.text import Phrase

MOST_DEEDS: Final = 50
"""Rows that one case tells at most."""

Tell = Callable[[Mapping[int, int]], Mapping[int, tuple[Deed, ...]]]
"""Customer → instant of the first row that is broken; customer → what they got up to it."""


@dataclass(slots=True)
class Broken:
    """What was found so far."""

    rows: int = 0
    customers: int = 0
    cases: tuple[Case, ...] = ()
    queries: tuple[str, ...] = ()

    def add(self, store: Store, query: str, tell: Tell) -> None:
        """Add what a query for (who, ts) of the broken rows finds in the part in use; `tell` returns the courses up to some of them."""
        store.engine.run(f"CREATE OR REPLACE TEMP TABLE broken AS {query}")
        self.queries = (query,)
        self.take(store, tell, *store.engine.run("SELECT count(*), count(DISTINCT who) FROM broken")[0])

    def take(self, store: Store, tell: Tell, rows: int, customers: int, where: str = "true") -> None:
        """Add so many rows of the table `broken`, those of which `where` is true."""
        if not rows:
            return
        self.rows, self.customers = self.rows + rows, self.customers + customers
        new = store.engine.run(
            f"SELECT who, min(ts) FROM broken WHERE {where} GROUP BY who ORDER BY min(ts), who LIMIT {FIRST}"
        )
        known = {one.who: one for one in self.cases}
        kept = nsmallest(FIRST, [*((one.at, one.who) for one in self.cases), *((ts, who) for who, ts in new)])
        courses = tell({who: ts for ts, who in kept if who not in known})
        self.cases = tuple(known.get(who) or Case(who, 0, ts, courses.get(who, ())) for ts, who in kept)


def touched(
    contacts: Contacts, firsts: Mapping[int, int], before: int, counted: Collection[int]
) -> dict[int, tuple[Deed, ...]]:
    """Return each customer's touches in the seconds `before` an instant and at it, those of the kinds that count marked.

    Where they are many, the last of them.
    """
    found: dict[int, list[Deed]] = {}
    if not firsts:
        return {}
    rows = contacts.store.engine.run(
        f"SELECT who, ts, kind, source, line FROM touches WHERE who IN ({listed(firsts)}) "
        f"AND ts BETWEEN {min(firsts.values()) - before} AND {max(firsts.values())} ORDER BY ts, source, line"
    )
    for who, ts, kind, source, line in rows:
        if firsts[who] - before <= ts <= firsts[who] and contacts.by_kind[kind].happened != "no":
            deed = Deed(ts, contacts.by_kind[kind].words, counted=kind in counted, source=source, line=line)
            found.setdefault(who, []).append(deed)
    return {who: tuple(deeds[-MOST_DEEDS:]) for who, deeds in found.items()}


def told(  # noqa: PLR0917  all that one question comes to
    rule: Rule,
    subject: str,
    about: Phrase,
    wrong: Phrase,
    looked: int,
    broken: Broken,
    doubts: Sequence[Doubt] = (),
    nothing: Phrase = NOTHING,
) -> Observation:
    """Return the observation: of `looked` touches `about` something some are `wrong`; others are in doubt.

    `nothing` says why nothing was looked at.
    """
    status, reason = concluded(looked, broken.rows, doubts, nothing)
    zh, en = f"{about.zh}：{looked:,} 次触达里，", f"{about.en}: of {looked:,} touches, "
    if broken.rows:
        zh += f"{broken.rows:,} 次{wrong.zh}，涉及 {broken.customers:,} 位客户"
        en += f"{broken.rows:,} {wrong.en} (customers: {broken.customers:,})"
    else:
        zh, en = f"{zh}没有一次{wrong.zh}", f"{en}none {wrong.en}"
    return Observation(
        rule=rule,
        subject=subject,
        status=status,
        message=doubted(Phrase(zh, en), doubts),
        looked=looked,
        unsure=in_doubt(doubts),
        broken=broken.rows,
        customers=broken.customers,
        reason=reason,
        cases=broken.cases,
        queries=broken.queries,
    )
