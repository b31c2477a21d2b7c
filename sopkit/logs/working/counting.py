"""What a KPI counts goes in; how many of it each period of the log has comes out, or why the log can't tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.measured_sets import EVERYBODY, NOWHERE, cohort_of, is_cohort
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.offsets import DAY
from sopkit.logs.states import NONE, UNCLEAR, states_of
from sopkit.logs.tables import Of
from sopkit.logs.working.estimates import Estimate, mean, quantile
from sopkit.logs.working.lookups import CLOCKED, lay
from sopkit.logs.working.periods import Period
from sopkit.logs.working.places import Places, places_of
from sopkit.logs.working.predicates import Facts, UncountableError, numbers_of
from sopkit.logs.working.works import Works
from sopkit.model.documents import Kpi
from sopkit.model.formulas import (
    ByHand,
    Countable,
    Customers,
    Elapsed,
    Events,
    Grants,
    Issues,
    Playbooks,
    Reported,
    Runs,
    Selector,
    Steps,
    Sum,
    Touches,
)
from sopkit.model.predicates import All, Predicate
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
UNLOGGED: Final[Mapping[type, Phrase]] = {
    Grants: Phrase("它数的是发出的权益，日志里没有", "it counts offers that were granted, which the logs do not hold"),
    Runs: Phrase(
        "它数的是流程，日志没有写一次流程算不算开始、完成",
        "it counts runs, and the logs do not say which of them count as begun or done",
    ),
    Issues: Phrase("它数的是发出的期数，日志里没有", "it counts issues, which the logs do not hold"),
    Reported: Phrase("它是系统报出的总数，日志里没有", "it is a total that a tool reports, which the logs do not hold"),
    Playbooks: Phrase("它数的是手册，不是发生的事", "it counts playbooks, not what happened"),
    ByHand: Phrase("它由人来数", "it is counted by hand"),
}
"""What no log holds, and how that is said."""
UNSAID: Final = Phrase(
    "有的触达看不出算不算：日志没有写渠道、步骤、目的或形式",
    "of some touches it cannot be told whether they count: the log lacks channel, step, purpose or format",
)
NO_STATE: Final = Phrase("触达日志里从没出现过这个状态", "the log of touches never names that state")
NO_VALUE: Final = Phrase("有的事件没写数值", "some of the events have no value")
OTHER_VALUE: Final = Phrase(
    "日志里的数值不一定是它要加的那一项", "the value in the log need not be the one that it adds up"
)
NO_DUE: Final = Phrase("日志没写每一步什么时候到期", "the log does not say when each step was due")
SHORT: Final = Phrase("日志开始得不够早", "the log does not reach back far enough")
UNTOLD: Final = Phrase(
    "有的客户做没做过，要看日志开始以前的事", "of some customers it hangs on what happened before the log begins"
)
UNENDED: Final = Phrase(
    "有的到日志结束还没完，平均要多久说不准",
    "some had not ended when the log does, so that nobody can tell how long they take on average",
)
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
        self.periods: list[tuple[int, int, int]] = []
        self.aside: dict[int, Phrase] = {}
        """Period → why nothing is said of it."""

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
        self.periods = [(number, start, end) for number, (start, end) in enumerate(periods)]
        lay(self.engine, "periods", ("period INTEGER", "lo BIGINT", "hi BIGINT"), self.periods)

    # Customers

    def shares(self, part: Predicate, whole: Predicate, kpi: Kpi, first: int) -> dict[int, tuple[int, int]]:
        """Return for each period how many customers are in the whole, and of them in the part. Raises `UncountableError`.

        Periods in which the log does not tell it of everybody are set aside.
        """
        self._need("events")
        facts = Facts(self.workspace, self.kinds)
        cohort = cohort_of(kpi) if kpi.window is not None else None
        if kpi.cohort is not None and kpi.window is None:
            raise UncountableError(NO_WINDOW)
        if cohort is not None and is_cohort(whole, kpi):
            whole = EVERYBODY
        sides = *facts.sides(whole), *facts.sides(All((whole, part), NOWHERE))
        counts = ", ".join(f"sum(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in sides)
        if cohort is None:
            query, others = self._of_everybody(facts, counts), facts.of_nobody(self.engine, *sides)
            if others[1]:
                self._need("customers")
            if facts.back and any(hi - facts.back < first for _, _, hi in self.periods):
                raise UncountableError(SHORT)
        else:
            query, others = self._of_followers(facts, counts, self._followers(cohort, kpi, first, facts)), (False,) * 4
        found = {period: [0] * 4 for period, *_ in self.periods if cohort is None}
        for number in self.store.each():
            told = {period: counted for period, *counted in self._run(query)}
            people = self._people(number) if any(others) else 0
            for period in {*found, *told}:
                there, *counted = told.get(period, [0] * 5)
                rest = [(people - there) * one for one in others]
                before = found.setdefault(period, [0] * 4)
                found[period] = [sum(one) for one in zip(before, counted, rest, strict=True)]
        self.aside |= {period: UNTOLD for period, (n, n_, m, m_) in found.items() if (n, m) != (n_, m_)}
        return {period: (n, m) for period, (n, _, m, _) in found.items()}

    def _people(self, part: int) -> int:
        query = f"SELECT count(*) FROM people WHERE (who - 1) % {self.store.parts} = {part}"
        return int(self.engine.run(query)[0][0])

    def _of_everybody(self, facts: Facts, counts: str) -> str:
        """Return SQL for those with any of the events that are asked for: of all others the log says the same."""
        since = "" if facts.lasting else f" AND e.ts >= least(c.lo, c.hi - {facts.back})"
        return (
            f"SELECT period, count(*), {counts} FROM (SELECT e.who, c.period{facts.columns()} FROM events e "
            f"JOIN periods c ON e.ts < c.hi{since} WHERE e.who <> 0 AND e.kind IN ({facts.listed()}) "
            "GROUP BY e.who, c.period) AS facts GROUP BY period"
        )

    @staticmethod
    def _of_followers(facts: Facts, counts: str, crowd: str) -> str:
        return (
            f"WITH crowd AS ({crowd}) SELECT period, count(*), {counts} FROM (SELECT c.who, c.period{facts.columns()} "
            f"FROM crowd c LEFT JOIN events e ON e.who = c.who GROUP BY c.who, c.period) AS facts GROUP BY period"
        )

    def _followers(self, cohort: Predicate, kpi: Kpi, first: int, asked: Facts) -> str:
        """Return SQL for each customer's window, from the first of the cohort's events; of windows that the log has to the end.

        `first` is the first second of the log, and `asked` says how far it must reach back from there.
        """
        facts = Facts(self.workspace, self.kinds)
        if any(facts.of_nobody(self.engine, *facts.sides(cohort))):
            raise UncountableError(NOT_IN_LOGS)
        window = kpi.window
        if window is None or any(one.back is not None or one.lasting for one in facts.asked):
            raise UncountableError(NOT_IN_LOGS)
        end = self.store.spans["events"][2]
        lo, hi = stretch(window, "b.ts", end)
        back = f" AND {hi} - {asked.back} >= {first}" if asked.back else ""
        return (
            f"SELECT b.who, q.period, {lo} AS lo, {hi} AS hi FROM (SELECT who, min(ts) AS ts FROM events WHERE who <> 0 AND kind IN "
            f"({facts.listed()}) GROUP BY who) b {CLOCKED.format(ts='b.ts')} "
            f"JOIN periods q ON b.ts >= q.lo AND b.ts < q.hi WHERE {hi} <= {end + 1} AND {lo} < {hi}{back}"
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
        numbers = numbers_of(self.workspace, event)
        if numbers and numbers != [data]:
            raise UncountableError(OTHER_VALUE)

    def _events(self, event: str, value: str) -> dict[int, Total]:
        self._need("events")
        return self._sum("events", self.kinds.get(event, []), value)

    def _sum(self, table: str, kinds: Sequence[int], value: str) -> dict[int, Total]:
        query = (
            f"SELECT q.period, count(*), sum(CAST({value} AS DOUBLE)), sum(CAST({value} AS DOUBLE) * {value}), "
            f"sum(CASE WHEN {value} IS NULL THEN 1 ELSE 0 END) FROM {table} t JOIN periods q ON t.ts >= q.lo AND t.ts < q.hi "
            f"WHERE t.kind IN ({listed(kinds)}) GROUP BY q.period"
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
        chosen = {
            kind: happened
            for kind, happened in reached.items()
            if happened != "no" and self._is_of(what.of, said[kind])
        }
        if "maybe" in chosen.values():
            raise UncountableError(UNCLEAR)
        return self._sum("touches", list(chosen), "1")

    def _is_of(self, of: Selector, said: Mapping[str, str]) -> bool:
        """Return whether touches of a kind are selected. Raises `UncountableError` where what they say leaves it open."""
        facts, undeclared = self._facts(said), said["channel"] not in self.workspace.channels
        unsaid = [key for key in ("purpose", "category", "sent_by", "format") if not facts[key]]
        told = dict.fromkeys([*unsaid, "reach"] if undeclared else unsaid, ())
        if not selects(replace(of, **told), facts):  # type: ignore[arg-type]  # each of these is a tuple
            return False
        if undeclared or any(getattr(of, key) for key in told):
            raise UncountableError(UNSAID)
        return True

    def _facts(self, said: Mapping[str, str]) -> dict[str, str]:
        """Return what is known of touches of a kind, '' of what is not; of a channel that is not declared, what could be."""
        place = self.places.find(said["step"])
        step = place.step if place else None
        purpose = said["purpose"] or (step.for_.id if step is not None and step.for_ else "")
        channel, noun = self.workspace.channels.get(said["channel"]), self.workspace.purposes.get(purpose)
        return {
            "channel": said["channel"], "reach": channel.reach if channel else "direct", "format": "", "purpose": purpose,
            "sent_by": said["sent_by"] or ("" if step is None else "staff" if step.by else "tool"),
            "category": (noun.category or "") if noun else "",
        }  # fmt: skip

    @cached_property
    def places(self) -> Places:
        return places_of(self.case)

    def _steps(self, what: Steps) -> dict[int, Total]:
        self._need("steps")
        test = {"done": "done IS NOT NULL", "skipped": "skipped IS NOT NULL", "late": "done > due"}.get(
            what.state or "", "true"
        )
        query = (
            f"SELECT q.period, sum(CASE WHEN {test} THEN 1 ELSE 0 END), sum(CASE WHEN due IS NULL THEN 1 ELSE 0 END) "
            "FROM works w JOIN periods q ON w.first >= q.lo AND w.first < q.hi "
            f"WHERE place IN ({listed(self._chosen(what))}) GROUP BY q.period"
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

    def elapsed(self, what: Elapsed) -> dict[int, Estimate]:
        """Return for each period how long it took from each event to the customer's next end. Raises `UncountableError`.

        What had not ended when the log does took longer than all: of a mean, its period is set aside.
        """
        self._need("events")
        start, end = (listed(self.kinds.get(ref.id, [])) for ref in (what.start, what.end))
        lay(self.engine, "took", ("period INTEGER", "ended BOOLEAN", "seconds BIGINT", "n BIGINT"), ())
        last = self.store.spans["events"][2]
        query = (
            f"INSERT INTO took SELECT q.period, n.following IS NOT NULL, coalesce(n.following, {last}) - n.ts, "
            "count(*) FROM (SELECT who, ts, sort, min(ends) OVER "
            "(PARTITION BY who ORDER BY ts DESC, sort DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following FROM ("
            f"SELECT who, ts, 0 AS sort, CAST(NULL AS BIGINT) AS ends FROM events WHERE who <> 0 AND kind IN ({start}) UNION ALL "
            f"SELECT who, ts, 1, ts FROM events WHERE who <> 0 AND kind IN ({end})) AS told) AS n "
            "JOIN periods q ON n.ts >= q.lo AND n.ts < q.hi WHERE n.sort = 0 GROUP BY 1, 2, 3"
        )
        for _ in self.store.each():
            self._run(query)
        whole = self._run(
            "SELECT period, sum(n), sum(CASE WHEN ended THEN 0 ELSE n END), sum(CAST(seconds AS DOUBLE) * n), "
            "sum(CAST(seconds AS DOUBLE) * seconds * n) FROM took GROUP BY period"
        )
        if what.statistic == "mean":
            self.aside |= {period: UNENDED for period, _, unended, *_ in whole if unended}
            return {period: mean(total, squares, int(n)) for period, n, _, total, squares in whole}
        share = 0.5 if what.statistic == "median" else 0.9
        return {
            period: quantile(
                int(n), share, partial(self._nth, period, "ended"), partial(self._nth, period, "true"), int(unended)
            )
            for period, n, unended, *_ in whole
        }

    def _nth(self, period: int, where: str, nth: int) -> float:
        """Return how long the nth took of those of a period of which `where` is true, from the shortest on; the first is 1.

        It is infinite where there are fewer.
        """
        query = (
            "SELECT min(seconds) FROM (SELECT seconds, sum(n) OVER "
            "(ORDER BY seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto FROM "
            f"(SELECT seconds, sum(n) AS n FROM took WHERE period = {period} AND {where} GROUP BY seconds) AS each) AS sums "
            f"WHERE upto >= {nth}"
        )
        found = self.engine.run(query)[0][0]
        return math.inf if found is None else int(found)


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
