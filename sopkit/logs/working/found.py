"""Judged rows of one part after another go in; counts, groups and the first cases of each step come out.

The table `judged` has a row for each time that a rule looked at something: `subject`, `broken`, `ts`, `who`, `run`, `staff`, `shop`,
`role`, and whatever a case is told from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from heapq import nsmallest
from typing import Final, Literal

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.logs.engine import Row
from sopkit.logs.observed import FIRST, Case, Deed, Doubt, Group, Observation, concluded, doubted, in_doubt
from sopkit.logs.offsets import DAY
from sopkit.logs.store import Store
from sopkit.logs.working.lookups import CLOCKED, MONDAY
from sopkit.logs.working.works import Works
from sopkit.simulation.clock import date_of
from sopkit.text import Phrase

Tell = Callable[[Row, tuple[str, ...]], tuple[Deed, ...]]
By = Literal["shop", "role", "staff", "week"]
BY: Final[tuple[By, ...]] = ("role", "shop", "staff", "week")


@dataclass(slots=True)
class Sum:
    """What is known of one subject so far."""

    looked: int = 0
    broken: int = 0
    customers: int = 0
    cases: tuple[Case, ...] = ()


class Judged:
    """What all parts say, by number of the subject."""

    def __init__(self, store: Store, roles: tuple[str, ...], tell: Tell) -> None:
        self.store, self.roles, self.tell = store, roles, tell
        self.sums: dict[int, Sum] = {}
        self._groups: dict[int, dict[By, Counter[tuple[int, bool]]]] = {}

    def take(self) -> None:
        """Add what the table `judged` of the part in use says."""
        run = self.store.engine.run
        for subject, looked, broken, customers in run(
            "SELECT subject, count(*), sum(CASE WHEN broken THEN 1 ELSE 0 END), "
            "count(DISTINCT CASE WHEN broken AND who <> 0 THEN who END) FROM judged GROUP BY subject"
        ):
            one = self.sums.setdefault(subject, Sum())
            one.looked, one.broken, one.customers = one.looked + looked, one.broken + broken, one.customers + customers
        for by in BY:
            value = MONDAY.format(ts="judged.ts") if by == "week" else by
            joined = CLOCKED.format(ts="judged.ts") if by == "week" else ""
            for subject, of, broken, count in run(
                f"SELECT subject, {value} AS part, broken, count(*) FROM judged {joined} GROUP BY 1, 2, 3"
            ):
                self._groups.setdefault(subject, {}).setdefault(by, Counter())[of, broken] += count
        self._take_cases()

    def _take_cases(self) -> None:
        columns = [row[0] for row in self.store.engine.run("DESCRIBE judged")]
        found: dict[int, list[Case]] = {}
        for row in self.store.engine.run(
            f"SELECT {', '.join(columns)} FROM (SELECT *, row_number() OVER (PARTITION BY subject ORDER BY ts, who, run) AS nth "
            f"FROM judged WHERE broken) AS first WHERE nth <= {FIRST} ORDER BY subject, nth"
        ):
            said = dict(zip(columns, row, strict=True))
            case = Case(said["who"], said["run"], said["ts"], self.tell(row, tuple(columns)))
            found.setdefault(said["subject"], []).append(case)
        for subject, cases in found.items():
            one = self.sums[subject]
            one.cases = tuple(nsmallest(FIRST, (*one.cases, *cases), key=lambda each: (each.at, each.who, each.run)))

    def observation(
        self,
        rule: Rule,
        number: int,
        subject: str,
        message: Phrase,
        *,
        unit: Phrase,
        queries: tuple[str, ...],
        doubts: Sequence[Doubt] = (),
    ) -> Observation:
        """Return what is known of the subject with a number, of which there are rows; others are in doubt."""
        found = self.sums[number]
        status, reason = concluded(found.looked, found.broken, doubts)
        return Observation(
            rule,
            subject,
            status,
            doubted(message, doubts),
            looked=found.looked,
            unit=unit,
            unsure=in_doubt(doubts),
            broken=found.broken,
            customers=found.customers,
            reason=reason,
            cases=found.cases,
            groups=tuple(group for by in BY for group in self._by(number, by)),
            queries=queries,
        )

    def _by(self, subject: int, by: By) -> Iterator[Group]:
        counts = self._groups.get(subject, {}).get(by, Counter())
        parts = sorted({of for of, _ in counts})
        if by != "week" and not any(parts):
            return
        names = self.store.names("shops", parts) if by == "shop" else {}
        for of in parts:
            broken = counts[of, True]
            yield Group(by, self._name(by, of, names), counts[of, False] + broken, broken)

    def _name(self, by: By, of: int, names: dict[int, str]) -> str:
        """Return what a part is called; staff by their number, which a report turns into a pseudonym, `0` for none."""
        if by == "week":
            return date_of(of // DAY).isoformat()
        return {"shop": names.get(of, ""), "role": self.roles[of] if by == "role" else "", "staff": str(of)}[by]


SURE: Final = "CREATE OR REPLACE TABLE judged AS SELECT * FROM looked_at WHERE named"
"""Those of the runs in `looked_at` that are known to be one run each."""


def judged_runs(works: Works, query: str, tell: Tell) -> tuple[Judged, Counter[int]]:
    """Judge the works of all parts by a query that makes `looked_at`; count as well by subject what cannot be told apart into runs."""
    engine = works.case.store.engine
    judged, nameless = Judged(works.case.store, works.roles, tell), Counter[int]()
    for _ in works.each():
        engine.run(query)
        engine.run(SURE)
        judged.take()
        nameless.update(dict(engine.run("SELECT subject, count(*) FROM looked_at WHERE NOT named GROUP BY subject")))
    return judged, nameless
