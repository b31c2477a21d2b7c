"""What a KPI counts goes in; how many of it each period of the log has comes out, or why the log can't tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.measured_sets import EVERYBODY, cohort_of, is_cohort
from sopkit.logs.case import LogCase
from sopkit.logs.offsets import DAY
from sopkit.logs.states import NONE, UNCLEAR, states_of
from sopkit.logs.tables import Of
from sopkit.logs.working.lookups import lay
from sopkit.logs.working.periods import Period
from sopkit.logs.working.places import Places, places_of
from sopkit.logs.working.predicates import Facts, UncountableError, holds_for_nobody
from sopkit.logs.working.works import Works
from sopkit.model.documents import Kpi
from sopkit.model.formulas import Countable, Customers, Elapsed, Events, Steps, Sum, Touches
from sopkit.model.predicates import Predicate
from sopkit.model.values import Window
from sopkit.simulation.plan import selects
from sopkit.text import Phrase

NO_LOG: Final[Mapping[Of, Phrase]] = {
    "events": Phrase("没有事件日志", "there is no log of events"),
    "touches": Phrase("没有触达日志", "there is no log of touches"),
    "steps": Phrase("没有步骤日志", "there is no log of steps"),
    "customers": Phrase(
        "要知道全部客户才能数出没做过的人，日志里没有客户名单",
        "who never did it can be counted only among all customers, and there is no log of customers",
    ),
}
NOT_IN_LOGS: Final = Phrase("它数的东西不在日志里", "what it counts is not in the logs")
NO_STATE: Final = Phrase("触达日志里从没出现过这个状态", "the log of touches never names that state")
NO_VALUE: Final = Phrase("有的事件没写数值", "some of the events have no value")
OTHER_VALUE: Final = Phrase(
    "日志里的数值不一定是它要加的那一项", "the value in the log need not be the one that it adds up"
)
NO_DUE: Final = Phrase("日志没写每一步什么时候到期", "the log does not say when each step was due")
SHORT: Final = Phrase("日志开始得不够早", "the log does not reach back far enough")
NO_WINDOW: Final = Phrase("cohort 要和 window 一起写才能数", "a cohort can be counted only with a `window`")


@dataclass(frozen=True, slots=True)
class Total:
    """What a period has of it; `squares` is the sum of the squares of what was added up."""

    n: int
    total: float
    squares: float


class Counting:
    """Counts for the KPIs of one case."""

    def __init__(self, case: LogCase) -> None:
        self.case, self.store, self.engine = case, case.store, case.store.engine
        self.workspace = case.compilation.workspace
        self.kinds: dict[str, list[int]] = {}
        for kind, said in case.store.kinds("events").items():
            self.kinds.setdefault(said["event"], []).append(kind)
        self.queries: list[str] = []

    def _run(self, query: str) -> list[tuple[int, ...]]:
        if query not in self.queries:
            self.queries.append(query)
        return self.engine.run(query)

    def _need(self, *logs: Of) -> None:
        for of in logs:
            if of not in self.store.spans and not (of == "customers" and self.store.kinds("customers")):
                raise UncountableError(NO_LOG[of])

    def lay(self, periods: Sequence[Period]) -> None:
        """Put the periods in place that counts are asked of."""
        rows = [(number, start, end) for number, (start, end) in enumerate(periods)]
        lay(self.engine, "periods", ("period INTEGER", "lo BIGINT", "hi BIGINT"), rows)

    # Customers

    def shares(self, part: Predicate, whole: Predicate, kpi: Kpi, first: int) -> dict[int, tuple[int, int]]:
        """Return for each period how many customers are in the whole, and of them in the part. Raises `UncountableError`."""
        self._need("events")
        facts = Facts(self.kinds)
        cohort = cohort_of(kpi) if kpi.window is not None else None
        if kpi.cohort is not None and kpi.window is None:
            raise UncountableError(NO_WINDOW)
        crowd = self._crowd() if cohort is None else self._followers(cohort, kpi)
        if cohort is not None and is_cohort(whole, kpi):
            whole = EVERYBODY
        elif holds_for_nobody(whole):
            self._need("customers")
        said = facts.sql(whole), facts.sql(part)
        if facts.back and any(hi - facts.back < first for _, _, hi in self.engine.run("SELECT * FROM periods")):
            raise UncountableError(SHORT)
        query = (
            f"WITH crowd AS ({crowd}), facts AS (SELECT c.who, c.period{''.join(', ' + one for one in [facts.columns()] if one)} "
            "FROM crowd c LEFT JOIN events e ON e.who = c.who GROUP BY c.who, c.period) "
            f"SELECT period, sum(CASE WHEN {said[0]} THEN 1 ELSE 0 END), "
            f"sum(CASE WHEN ({said[0]}) AND ({said[1]}) THEN 1 ELSE 0 END) FROM facts GROUP BY period"
        )
        found: dict[int, tuple[int, int]] = {}
        for number in self.store.each():
            for period, n, m in self._run(query.replace("$part", str(number))):
                before = found.get(period, (0, 0))
                found[period] = (before[0] + n, before[1] + m)
        return found

    def _crowd(self) -> str:
        return (
            "SELECT p.who, q.period, q.lo, q.hi FROM people p CROSS JOIN periods q "
            f"WHERE (p.who - 1) % {self.store.parts} = $part"
        )

    def _followers(self, cohort: Predicate, kpi: Kpi) -> str:
        """Return SQL for each customer's window, from the first of the cohort's events; of windows that were over when the log ended."""
        facts = Facts(self.kinds)
        if holds_for_nobody(cohort):
            raise UncountableError(NOT_IN_LOGS)
        facts.sql(cohort)
        kinds = sorted({kind for kinds, back in facts.asked for kind in kinds if back is None})
        window = kpi.window
        if window is None or any(back is not None for _, back in facts.asked):
            raise UncountableError(NOT_IN_LOGS)
        end = self.store.spans["events"][2]
        lo, hi = stretch(window, "b.ts", end)
        return (
            f"SELECT b.who, q.period, {lo} AS lo, {hi} AS hi FROM (SELECT who, min(ts) AS ts FROM events WHERE who <> 0 AND kind IN "
            f"({', '.join(map(str, kinds)) or 'NULL'}) GROUP BY who) b JOIN clock ON b.ts >= clock.since AND b.ts < clock.until "
            f"JOIN periods q ON b.ts >= q.lo AND b.ts < q.hi WHERE {hi} <= {end + 1} AND {lo} < {hi}"
        )

    # All else

    def totals(self, what: Countable | Sum, kpi: Kpi, first: int) -> dict[int, Total]:
        """Return what each period has of it. Raises `UncountableError`."""
        match what:
            case Customers(who):
                found = self.shares(EVERYBODY, who, kpi, first)
                return {period: Total(n, n, n) for period, (n, _) in found.items()}
            case Events(event):
                return self._events(event.id, "1")
            case Sum(event, data):
                self._check_value(event.id, data.id)
                return self._events(event.id, "value")
            case Touches():
                return self._touches(what)
            case Steps():
                return self._steps(what)
        raise UncountableError(NOT_IN_LOGS)

    def _check_value(self, event: str, data: str) -> None:
        """An event's one number is that of every number that it makes known; of several nobody can tell which it is."""
        numbers = [
            one.id for one in self.workspace.data.values()
            if one.type in ("money", "number") and any(ref.id == event for ref in one.collected_by)
        ]  # fmt: skip
        if numbers and numbers != [data]:
            raise UncountableError(OTHER_VALUE)

    def _events(self, event: str, value: str) -> dict[int, Total]:
        self._need("events")
        return self._sum("events", self.kinds.get(event, []), value)

    def _sum(self, table: str, kinds: Sequence[int], value: str) -> dict[int, Total]:
        query = (
            f"SELECT q.period, count(*), sum(CAST({value} AS DOUBLE)), sum(CAST({value} AS DOUBLE) * {value}), "
            f"sum(CASE WHEN {value} IS NULL THEN 1 ELSE 0 END) FROM {table} t JOIN periods q ON t.ts >= q.lo AND t.ts < q.hi "
            f"WHERE t.kind IN ({', '.join(map(str, kinds)) or 'NULL'}) GROUP BY q.period"
        )
        found: dict[int, Total] = {}
        for _ in self.store.each():
            for period, n, total, squares, lacking in self._run(query):
                if lacking:
                    raise UncountableError(NO_VALUE)
                before = found.get(period, Total(0, 0, 0))
                found[period] = Total(before.n + n, before.total + total, before.squares + squares)
        return found

    def _touches(self, what: Touches) -> dict[int, Total]:
        self._need("touches")
        said, wanted = self.store.kinds("touches"), what.state or "sent"
        reached = states_of(self.store).reached(wanted)
        if wanted not in NONE and not {"yes", "maybe"} & set(reached.values()):
            raise UncountableError(NO_STATE)
        chosen = {kind: reached[kind] for kind, one in said.items() if selects(what.of, self._facts(one))}
        if "maybe" in chosen.values():
            raise UncountableError(UNCLEAR)
        return self._sum("touches", [kind for kind, one in chosen.items() if one == "yes"], "1")

    def _facts(self, said: Mapping[str, str]) -> dict[str, str]:
        place = self.places.find(said["step"])
        step = place.step if place else None
        purpose = said["purpose"] or (step.for_.id if step is not None and step.for_ else "")
        channel, noun = self.workspace.channels.get(said["channel"]), self.workspace.purposes.get(purpose)
        return {
            "channel": said["channel"], "reach": channel.reach if channel else "direct", "format": "", "purpose": purpose,
            "sent_by": said["sent_by"] or ("staff" if step is not None and step.by else "tool"),
            "category": (noun.category or "") if noun else "",
        }  # fmt: skip

    @cached_property
    def places(self) -> Places:
        return places_of(self.case)

    def _steps(self, what: Steps) -> dict[int, Total]:
        self._need("steps")
        chosen = list(self._chosen(what))
        test = {"done": "done IS NOT NULL", "skipped": "skipped IS NOT NULL", "late": "done > due"}.get(
            what.state or "", "true"
        )
        numbers = ", ".join(map(str, chosen)) or "NULL"
        query = (
            f"SELECT q.period, sum(CASE WHEN {test} THEN 1 ELSE 0 END), sum(CASE WHEN due IS NULL THEN 1 ELSE 0 END) "
            f"FROM works w JOIN periods q ON w.first >= q.lo AND w.first < q.hi WHERE place IN ({numbers}) GROUP BY q.period"
        )
        found: dict[int, Total] = {}
        for _ in Works(self.case, self.places).each():
            for period, n, lacking in self._run(query):
                if what.state == "late" and lacking:
                    raise UncountableError(NO_DUE)
                count = n + (found[period].n if period in found else 0)
                found[period] = Total(count, count, count)
        return found

    def _chosen(self, what: Steps) -> Iterator[int]:
        of = what.of
        for place in self.places.all:
            step = place.step
            if (
                (not of.by or (step.by is not None and step.by.id in [ref.id for ref in of.by]))
                and (not of.playbook or place.playbook.partition("/")[2] in [ref.id for ref in of.playbook])
                and (not of.step or step.id in of.step or place.node.partition("/")[2] in of.step)
                and (of.required is None or step.required is of.required)
            ):
                yield place.number

    def spells(self, what: Elapsed) -> dict[int, list[int]]:
        """Return for each period how many seconds passed from each event to the customer's next end, in order."""
        self._need("events")
        start, end = (", ".join(map(str, self.kinds.get(ref.id, []))) or "NULL" for ref in (what.start, what.end))
        query = (
            "SELECT q.period, n.following - n.ts FROM (SELECT who, ts, sort, min(ends) OVER (PARTITION BY who ORDER BY ts DESC, sort DESC "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following FROM ("
            f"SELECT who, ts, 0 AS sort, CAST(NULL AS BIGINT) AS ends FROM events WHERE who <> 0 AND kind IN ({start}) UNION ALL "
            f"SELECT who, ts, 1, ts FROM events WHERE who <> 0 AND kind IN ({end})) AS told) AS n "
            "JOIN periods q ON n.ts >= q.lo AND n.ts < q.hi WHERE n.sort = 0 AND n.following IS NOT NULL"
        )
        found: dict[int, list[int]] = {}
        for _ in self.store.each():
            for period, seconds in self._run(query):
                found.setdefault(period, []).append(seconds)
        return {period: sorted(values) for period, values in found.items()}


def stretch(window: Window, since: str, end: int) -> tuple[str, str]:
    """Return SQL for the first second of a window and the first after it; days are those of the clock, the first is day 0.

    `end` is the last second of the log. Raises `UncountableError`.
    """
    midnight = f"{since} - ({since} + clock.ahead) % {DAY}"
    if window.span is not None:
        low, high = window.span.low.seconds, window.span.high.seconds
        if low is None or high is None:
            raise UncountableError(NOT_IN_LOGS)
        return f"{since} + {low}", f"{since} + {high}"
    begins = f"{midnight} + {(window.first_day or 0) * DAY}"
    if window.form == "survival":
        return begins, str(end + 1)
    last = window.first_day if window.form == "point" else window.last_day
    return begins, f"{midnight} + {((last or 0) + 1) * DAY}"
