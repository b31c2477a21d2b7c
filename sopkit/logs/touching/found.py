"""Queries for rows that break a rule go in, part by part; how many there are, of how many customers, and the first cases come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from heapq import nsmallest
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.logs.engine import Row, listed
from sopkit.logs.observed import FIRST, NOTHING, Case, Deed, Doubt, Observation, concluded, doubted, in_doubt
from sopkit.logs.store import Store
from sopkit.logs.tables import Of
from sopkit.logs.touching.contacts import Contacts
from sopkit.text import Phrase

MOST_DEEDS: Final = 50
"""Rows that one case tells at most."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a case tells of a customer, in order of time."""

    deeds: tuple[Deed, ...] = ()
    left: int = 0
    """Rows before these that are not told."""


Tell = Callable[[Mapping[int, int]], Mapping[int, Past]]
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
        self.queries = (query,)
        self.take(store, tell, query)

    def take(self, store: Store, tell: Tell, query: str) -> None:
        """Do the same with a query that is not the one to be shown."""
        ((rows, customers, new),) = store.engine.run(
            f"SELECT coalesce(CAST(sum(n) AS BIGINT), 0), count(*), coalesce(min(row(ts, who), {FIRST}), []) "
            f"FROM (SELECT who, count(*) AS n, min(ts) AS ts FROM ({query}) GROUP BY who)"
        )
        if not rows:
            return
        self.rows, self.customers = self.rows + rows, self.customers + customers
        known = {one.who: one for one in self.cases}
        kept = nsmallest(FIRST, [*((one.at, one.who) for one in self.cases), *new])
        courses = tell({who: ts for ts, who in kept if who not in known})
        self.cases = tuple(known.get(who) or _case(who, ts, courses.get(who, Past())) for ts, who in kept)


def _case(who: int, at: int, past: Past) -> Case:
    return Case(who, 0, at, past.deeds, past.left)


def touched(contacts: Contacts, firsts: Mapping[int, int], before: int, counted: Collection[int]) -> dict[int, Past]:
    """Return each customer's touches in the seconds `before` an instant and at it, those of the kinds that count marked.

    Where they are many, the last of them.
    """
    none = listed(one.kind for one in contacts.all if one.happened == "no")
    rows, left = last_rows(contacts.store, "touches", firsts, f"ts >= upto - {before} AND kind NOT IN ({none})")
    found: dict[int, list[Deed]] = {}
    for who, ts, kind, source, line in rows:
        deed = Deed(ts, contacts.by_kind[kind].words, counted=kind in counted, source=source, line=line)
        found.setdefault(who, []).append(deed)
    return {who: Past(tuple(deeds), left[who]) for who, deeds in found.items()}


def last_rows(store: Store, of: Of, firsts: Mapping[int, int], where: str = "true") -> tuple[list[Row], dict[int, int]]:
    """Return (who, ts, kind, source, line) of the last rows of each customer up to an instant, in order, and how many lie before them.

    A customer may be an account for tests, with millions of rows: no more than `MOST_DEEDS` of each are fetched.
    """
    if not firsts:
        return [], {}
    asked = ", ".join(f"({who}, {upto})" for who, upto in firsts.items())
    rows = store.engine.run(
        "SELECT who, ts, kind, source, line, number FROM (SELECT who, ts, kind, source, line, count(*) OVER (PARTITION BY who) AS number, "
        "row_number() OVER (PARTITION BY who ORDER BY ts DESC, source DESC, line DESC) AS later "
        f"FROM {of} JOIN (VALUES {asked}) asked(who, upto) USING (who) WHERE ts <= upto AND {where}) "
        f"WHERE later <= {MOST_DEEDS} ORDER BY ts, source, line"
    )
    return [row[:-1] for row in rows], {row[0]: max(row[-1] - MOST_DEEDS, 0) for row in rows}


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
