"""Queries for rows that break a rule go in, part by part; how many there are, of how many customers, and the first cases come out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from heapq import nsmallest
from typing import Final

from sopkit.frozen import dataclass
from sopkit.diagnostics import Rule
from sopkit.logs.observed import FIRST, Case, Deed, Observation
from sopkit.logs.store import Store
from sopkit.logs.touching.contacts import Contacts
from sopkit.text import Phrase

MOST_DEEDS: Final = 50
"""Rows that one case tells at most."""


@dataclass(slots=True)
class Broken:
    """What was found so far."""

    rows: int = 0
    customers: int = 0
    cases: tuple[Case, ...] = ()
    queries: tuple[str, ...] = ()

    def add(self, store: Store, query: str, tell: Callable[[int, int], tuple[Deed, ...]]) -> None:
        """Add what a query for (who, ts) of the broken rows finds in the part in use; `tell` returns the course up to one of them."""
        engine = store.engine
        engine.run(f"CREATE OR REPLACE TEMP TABLE broken AS {query}")
        self.take(store, tell)
        self.queries = (query,)

    def take(self, store: Store, tell: Callable[[int, int], tuple[Deed, ...]], where: str = "true") -> None:
        """Add the rows of the table `broken` of which `where` is true."""
        rows, customers = store.engine.run(f"SELECT count(*), count(DISTINCT who) FROM broken WHERE {where}")[0]
        if not rows:
            return
        self.rows, self.customers = self.rows + rows, self.customers + customers
        first = store.engine.run(
            f"SELECT who, min(ts) FROM broken WHERE {where} GROUP BY who ORDER BY min(ts), who LIMIT {FIRST}"
        )
        new = [Case(who, 0, ts, ()) for who, ts in first]
        kept = nsmallest(FIRST, (*self.cases, *new), key=lambda one: (one.at, one.who))
        self.cases = tuple(one if one.deeds else Case(one.who, 0, one.at, tell(one.who, one.at)) for one in kept)


def touched(contacts: Contacts, who: int, span: tuple[int, int], counted: Collection[int]) -> tuple[Deed, ...]:
    """Return a customer's touches between two instants, both included, those of the kinds that count marked; the last where they are many."""
    rows = contacts.store.engine.run(
        f"SELECT ts, kind, source, line FROM touches WHERE who = {who} AND ts BETWEEN {span[0]} AND {span[1]} "
        f"ORDER BY ts DESC, source DESC, line DESC LIMIT {MOST_DEEDS}"
    )
    return tuple(
        Deed(ts, contacts.by_kind[kind].words, counted=kind in counted, source=source, line=line)
        for ts, kind, source, line in reversed(rows)
        if contacts.by_kind[kind].happened != "no"
    )


def listed(numbers: Collection[int]) -> str:
    """Return numbers as SQL lists them; one that no row has where there are none."""
    return ", ".join(map(str, sorted(numbers))) or "-1"


def told(  # noqa: PLR0913  all that one question comes to
    rule: Rule,
    subject: str,
    about: Phrase,
    wrong: Phrase,
    looked: int,
    broken: Broken,
    *,
    unsure: int = 0,
    why: Phrase | None = None,
    nothing: Phrase | None = None,
) -> Observation:
    """Return the observation: of `looked` touches `about` something some are `wrong`; `unsure` more cannot be told, and `why`.

    `nothing` says why nothing was looked at. None that is wrong is only said to be kept where nothing is unsure.
    """
    reason = None if broken.rows else nothing if not looked and not unsure else why if unsure else None
    zh, en = f"{about.zh}：{looked:,} 次触达里，", f"{about.en}: of {looked:,} touches, "
    if broken.rows:
        zh += f"{broken.rows:,} 次{wrong.zh}，涉及 {broken.customers:,} 位客户"
        en += f"{broken.rows:,} {wrong.en} (customers: {broken.customers:,})"
    else:
        zh, en = f"{zh}没有一次{wrong.zh}", f"{en}none {wrong.en}"
    if unsure and why is not None:
        zh, en = f"{zh}；另有 {unsure:,} 次没有判断：{why.zh}", f"{en}; {unsure:,} more were not assessed: {why.en}"
    return Observation(
        rule=rule,
        subject=subject,
        status="broken" if broken.rows else "not assessed" if reason else "kept",
        message=Phrase(zh, en),
        looked=looked,
        broken=broken.rows,
        customers=broken.customers,
        reason=reason,
        cases=broken.cases,
        queries=broken.queries,
    )


def not_assessed(rule: Rule, subject: str, reason: Phrase) -> Observation:
    """Return that a question could not be asked at all."""
    return Observation(rule, subject, "not assessed", reason, reason=reason)
