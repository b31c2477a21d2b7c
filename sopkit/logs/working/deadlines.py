"""Steps with a time limit: done in time, late, or missed: SOP985, SOP986.

A limit counts from what it counts from on the plan, in open time unless the step says `clock: wall`. Where a row says by when the step
was due, that is taken; else the row that says that it fell due, the step before in the same run, or the event that began the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import Row
from sopkit.logs.observed import Deed, Observation
from sopkit.logs.working.courses import START, Course, courses_of
from sopkit.logs.working.found import Judged
from sopkit.logs.working.hours import Hours
from sopkit.logs.working.lookups import DAY, lay, lay_clock
from sopkit.logs.working.places import Place, Places, places_of
from sopkit.logs.working.spells import Spells, spell
from sopkit.logs.working.works import ALONE, NO_LOG, Works
from sopkit.model.documents import Journey, Procedure
from sopkit.model.triggers import OnEvent, Trigger
from sopkit.rules.practice import LATE, MISSED
from sopkit.text import Phrase

MET, LATE_, MISSED_, OPEN, SKIPPED = range(5)
NO_BASE, NO_DELAY, NO_ZONE, NO_LENGTH, ALONE_ = range(10, 15)
REASONS: Final[Mapping[int, Phrase]] = {
    NO_BASE: Phrase("日志里看不出时限从什么时候算起", "the log does not tell when its time began"),
    NO_DELAY: Phrase(
        "前一步没做，看不出什么时候轮到它", "the step before was not done, and when its turn came can't be told"
    ),
    NO_ZONE: Phrase("不知道客户在哪个时区", "the customer's time zone is not known"),
    NO_LENGTH: Phrase(
        "以工作日、月计的时限，要日志写明到期时间才能判断",
        "a limit in workdays or months is judged only where the log says when it was due",
    ),
    ALONE_: Phrase("这些行既没有流水号也没有客户编号", "these rows name neither a run nor a customer"),
}
NEVER_NAMED: Final = Phrase("步骤日志里从没出现过这一步", "the log of steps never names it")
UNIT: Final = Phrase("次到期", "times due")
BEFORE: Final = 400 * DAY
"""Seconds ahead of the log over which hours are looked up: a step may have been due long before."""

BASES: Final = """
CREATE OR REPLACE TABLE based AS
WITH begun AS (
    SELECT course, playbook, max(who) AS who, min(first) AS ts FROM works WHERE playbook IN (SELECT playbook FROM starts) GROUP BY course, playbook
), told AS (
    SELECT e.who, s.playbook, e.ts, 0 AS sort, 0 AS course, e.ts AS happened FROM events e JOIN starts s ON e.kind = s.kind WHERE e.who <> 0
    UNION ALL
    SELECT who, playbook, ts, 1, course, NULL FROM begun WHERE who <> 0
), latest AS (
    SELECT course, playbook, sort, max(happened) OVER (
        PARTITION BY who, playbook ORDER BY ts, sort ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS base FROM told
), candidates AS (
    SELECT w.course, w.place, w.turn, b.done AS base, f.plus
    FROM works w JOIN bases f ON w.place = f.place JOIN works b ON b.course = w.course AND b.place = f.origin
    WHERE b.done <= w.first
    UNION ALL
    SELECT w.course, w.place, w.turn, l.base, f.plus
    FROM works w JOIN bases f ON w.place = f.place AND f.origin = 0
    JOIN latest l ON l.course = w.course AND l.playbook = w.playbook AND l.sort = 1
    WHERE l.base IS NOT NULL
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY course, place, turn ORDER BY base DESC, CASE WHEN plus IS NULL THEN 0 ELSE 1 END, plus) AS nth FROM candidates
)
SELECT course, place, turn, base, plus FROM ranked WHERE nth = 1
"""
"""Each time of a step → what its limit counts from: the latest of what it may."""

ASKED: Final = """
CREATE OR REPLACE TABLE asked_beside AS
WITH told AS (
    SELECT e.who, a.place, e.ts, 0 AS sort, 0 AS course, 0 AS turn, e.ts AS happened FROM events e JOIN asks a ON e.kind = a.kind WHERE e.who <> 0
    UNION ALL
    SELECT w.who, w.place, w.first, 1, w.course, w.turn, NULL FROM works w WHERE w.place IN (SELECT place FROM asks) AND w.who <> 0
)
SELECT course, place, turn, base FROM (
    SELECT course, place, turn, sort, max(happened) OVER (
        PARTITION BY who, place ORDER BY ts, sort ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS base FROM told
) AS latest WHERE sort = 1 AND base IS NOT NULL
"""
"""Each time of a step that an event asks for → the last such event."""


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of every time limit of a step."""
    places = places_of(case)
    limited = limited_of(places)
    span = case.store.spans.get("steps")
    if span is None:
        if limited:
            for rule in (LATE, MISSED):
                yield Observation(rule, "workspace", "not assessed", NO_LOG, unit=UNIT, reason=NO_LOG)
        return
    yield from Deadlines(case, places).observe()


class Deadlines:
    """The time limits of one case; there must be a log of steps."""

    def __init__(self, case: LogCase, places: Places) -> None:
        self.case, self.places, self.limited = case, places, limited_of(places)
        limited = self.limited
        self.works, self.hours, self.engine = Works(case, places), Hours(case, limited), case.store.engine
        self.courses = courses_of(places)
        self.end = case.store.spans["steps"][2]
        self.late = Judged(case.store, self.works.roles, self._tell)
        self.missed = Judged(case.store, self.works.roles, self._tell)
        self.verdicts: dict[int, Counter[int]] = {}
        self.spells: dict[int, Spells] = {}

    def observe(self) -> Iterator[Observation]:
        said = len(self.engine.said)
        for _ in self.each():
            self._take()
        queries = tuple(dict.fromkeys(one for one in self.engine.said[said:] if "works" in one or "judged" in one))
        named = self.works.named()
        for place in self.limited:
            yield from self._say(place, queries, named)

    def each(self) -> Iterator[int]:
        """Yield the parts, the table `judging` being that of the last: a row for each time of a step with a limit, and its verdict."""
        self._lay()
        for part in self.works.each():
            for query in (BASES, ASKED, self._expected(), self._judging()):
                self.engine.run(query)
            yield part

    def _lay(self) -> None:
        span = self.case.store.spans["steps"]
        self.hours.lay(span[1] - BEFORE, span[2] + DAY)
        lay_clock(self.engine, self.case.compilation.workspace.settings.timezone, span[1] - BEFORE, span[2])
        limits = []
        for place in self.limited:
            within, after = place.step.within, place.step.after
            wall = place.step.clock == "wall"
            hours = 0 if wall else self.hours.of[place.number]
            seconds = within.seconds if within else None
            limits.append(
                (place.number, seconds, hours, hours in self.hours.personal, after is None and seconds is not None)
            )
        columns = ("place INTEGER", "seconds BIGINT", "hours INTEGER", "personal BOOLEAN", "at_once BOOLEAN")
        lay(self.engine, "limits", columns, limits)
        bases = [row for place in self.limited for row in self._bases(place)]
        lay(self.engine, "bases", ("place INTEGER", "origin INTEGER", "plus BIGINT"), bases)
        starts = [
            (number, kind)
            for number, root in enumerate(self.places.roots, 1)
            for kind in self._events(getattr(self.places.playbooks[root], "starts_on", ()))
        ]
        lay(self.engine, "starts", ("playbook INTEGER", "kind INTEGER"), starts)
        asks = [(place.number, kind) for place in self.limited if place.step.on for kind in self._events(place.step.on)]
        lay(self.engine, "asks", ("place INTEGER", "kind INTEGER"), asks)
        follows = [row for place in self.limited for row in self._follows(place)]
        lay(self.engine, "follows", ("place INTEGER", "origin INTEGER", "plus BIGINT"), follows)
        pairs = [(a.number, b.number) for course in self.courses.values() for a, b in course.pairs()]
        lay(self.engine, "pairs", ("earlier INTEGER", "later INTEGER"), pairs)
        required = [(place.number,) for place in self.limited if place.step.required]
        lay(self.engine, "required", ("place INTEGER",), required)

    def _bases(self, place: Place) -> Iterator[tuple[int, int, int | None]]:
        for base in self.courses[place.playbook].bases(place) or ():
            if base.node == START:
                yield place.number, 0, base.plus
            elif base.node in self.places.by_node:
                yield place.number, self.places.by_node[base.node].number, base.plus

    def _events(self, triggers: Iterable[Trigger]) -> list[int]:
        """Return the kinds of event that triggers mean; none where anything else may be meant, too."""
        triggers = tuple(triggers)
        if not all(isinstance(one, OnEvent) and one.where is None for one in triggers):
            return []
        wanted = {one.event.id for one in triggers if isinstance(one, OnEvent)}
        return [kind for kind, said in self.case.store.kinds("events").items() if said["event"] in wanted]

    def _follows(self, place: Place) -> Iterator[tuple[int, int, int]]:
        """Yield after which step this one must come, with nothing that could call it off: it is missed where it never does."""
        step, course = place.step, self.courses[place.playbook]
        if step.if_ is not None or step.via or place.beside or step.since or not _uncut(course):
            return
        if step.within is None or step.within.seconds is None:
            return
        for base in course.bases(place) or ():
            if base.node in self.places.by_node and base.plus is not None and _only_way(course, base.node, place.node):
                yield place.number, self.places.by_node[base.node].number, base.plus

    def _expected(self) -> str:
        """Return SQL for the times at which a step had to follow another and the log has no row of it."""
        return (
            "CREATE OR REPLACE TABLE expected AS SELECT b.course, f.place, b.turn, b.who, b.run, b.staff, b.shop, b.done AS base, f.plus "
            "FROM works b JOIN follows f ON b.place = f.origin "
            "LEFT JOIN (SELECT course, place, max(coalesce(done, skipped, first)) AS last FROM works GROUP BY course, place) s "
            "ON s.course = b.course AND s.place = f.place "
            f"WHERE b.done IS NOT NULL AND b.course > -{ALONE} AND (s.last IS NULL OR s.last < b.done)"
        )

    def _judging(self) -> str:
        measured = self.hours.open_time
        first, last = self.case.store.spans["steps"][1] - BEFORE, self.end + DAY
        anchor = f"greatest({first}, least({last}, t.origin))"  # so far around the log hours are known
        joins = "".join(
            f" LEFT JOIN opens {name} ON {name}.hours = t.hours AND {name}.zone = t.zone AND {name}.midnight = ({at}) - ({at}) % {DAY}"
            for name, at in (("o0", anchor), ("o1", "t.reached"))
        )
        return f"""
CREATE OR REPLACE TABLE judging AS
WITH zones AS (
    SELECT c.who, min(k.zone) AS zone FROM customers c JOIN customer_said k ON c.kind = k.kind GROUP BY c.who
), timed AS (
    SELECT w.course, w.place, w.turn, w.who, w.run, w.staff, w.shop, w.role, w.opened, w.done, w.skipped, w.due, w.source, w.line,
           l.seconds, l.hours, CASE WHEN l.personal THEN coalesce(z.zone, d.zone) ELSE 0 END AS zone,
           CASE WHEN w.due IS NOT NULL THEN w.due WHEN l.at_once AND w.opened IS NOT NULL THEN w.opened
                WHEN a.base IS NOT NULL THEN a.base ELSE b.base + b.plus END AS origin,
           CASE WHEN w.due IS NOT NULL THEN 0 ELSE l.seconds END AS allowed,
           CASE WHEN b.base IS NOT NULL AND b.plus IS NULL THEN {NO_DELAY} ELSE {NO_BASE} END AS lacking,
           coalesce(w.done, {self.end}) AS reached, coalesce(w.opened, a.base, b.base) AS since
    FROM works w JOIN limits l ON w.place = l.place
    LEFT JOIN based b ON b.course = w.course AND b.place = w.place AND b.turn = w.turn
    LEFT JOIN asked_beside a ON a.course = w.course AND a.place = w.place AND a.turn = w.turn
    LEFT JOIN zones z ON z.who = w.who LEFT JOIN zoned d ON d.hours = l.hours
    UNION ALL
    SELECT e.course, e.place, NULL, e.who, e.run, e.staff, e.shop, 0, NULL, NULL, NULL, NULL, NULL, NULL,
           l.seconds, l.hours, CASE WHEN l.personal THEN coalesce(z.zone, d.zone) ELSE 0 END, e.base + e.plus, l.seconds, {NO_BASE}, {self.end}, e.base
    FROM expected e JOIN limits l ON e.place = l.place
    LEFT JOIN zones z ON z.who = e.who LEFT JOIN zoned d ON d.hours = l.hours
), measured AS (
    SELECT t.*, ({measured("t.reached", "o1", "t.hours")}) - ({measured(anchor, "o0", "t.hours")}) AS took
    FROM timed t{joins}
), passed AS (
    SELECT DISTINCT m.course, m.place FROM measured m JOIN required q ON q.place = m.place JOIN pairs p ON p.earlier = m.place
    JOIN works v ON v.course = m.course AND v.place = p.later WHERE m.done IS NULL AND v.done IS NOT NULL
)
SELECT m.*, CASE
    WHEN m.done IS NULL AND m.skipped IS NOT NULL THEN {SKIPPED}
    WHEN m.done IS NULL AND p.course IS NOT NULL THEN {SKIPPED}
    WHEN m.done IS NULL AND m.course <= -{ALONE} THEN {ALONE_}
    WHEN m.origin IS NULL AND m.seconds IS NULL THEN {NO_LENGTH}
    WHEN m.origin IS NULL THEN m.lacking
    WHEN m.allowed IS NULL THEN {NO_LENGTH}
    WHEN m.zone = -1 OR m.took IS NULL THEN {NO_ZONE}
    WHEN m.done IS NULL THEN CASE WHEN m.took > m.allowed THEN {MISSED_} ELSE {OPEN} END
    WHEN m.took > m.allowed THEN {LATE_} ELSE {MET} END AS verdict
FROM measured m LEFT JOIN passed p ON p.course = m.course AND p.place = m.place
"""

    def _take(self) -> None:
        for place, verdict, count in self.engine.run("SELECT place, verdict, count(*) FROM judging GROUP BY 1, 2"):
            self.verdicts.setdefault(place, Counter())[verdict] += count
        for place, took, count in self.engine.run(
            "SELECT place, CAST(floor(ln(greatest(reached - since, 0) + 1) * 200) AS INTEGER), count(*) FROM judging "
            f"WHERE verdict IN ({MET}, {LATE_}) AND since IS NOT NULL GROUP BY 1, 2"
        ):
            self.spells.setdefault(place, Spells()).add(took, count)
        for judged, broken, looked in (
            (self.late, LATE_, (MET, LATE_)),
            (self.missed, MISSED_, (MET, LATE_, MISSED_)),
        ):
            self.engine.run(
                f"CREATE OR REPLACE TABLE judged AS SELECT place AS subject, verdict = {broken} AS broken, "
                "CASE WHEN done IS NULL THEN coalesce(due, since, origin) ELSE done END AS ts, who, run, staff, shop, role, "
                f"place, since, due, done, source, line FROM judging WHERE verdict IN ({', '.join(map(str, looked))})"
            )
            judged.take()

    def _tell(self, row: Row, columns: tuple[str, ...]) -> tuple[Deed, ...]:
        said = dict(zip(columns, row, strict=True))
        name = self.places.by_number[said["place"]].node
        deeds = []
        if said["since"] is not None:
            deeds.append(Deed(said["since"], Phrase("时限从这时算起", "its time begins")))
        if said["due"] is not None:
            deeds.append(Deed(said["due"], Phrase("应在这时以前做完", "it is due")))
        if said["done"] is not None:
            words = Phrase(f"做完 {name}", f"{name} is done")
            deeds.append(Deed(said["done"], words, counted=True, source=said["source"] or 0, line=said["line"] or 0))
        else:
            words = Phrase(f"到日志结束还没做 {name}", f"{name} is not done by the end of the log")
            deeds.append(Deed(self.end, words, counted=True))
        return tuple(sorted(deeds, key=lambda deed: deed.at))

    def _say(self, place: Place, queries: tuple[str, ...], named: frozenset[int]) -> Iterator[Observation]:
        counts = self.verdicts.get(place.number, Counter())
        reasons = [(count, REASONS[verdict]) for verdict, count in sorted(counts.items()) if verdict in REASONS]
        for rule, judged in ((LATE, self.late), (MISSED, self.missed)):
            found = judged.sums.get(place.number)
            if found is None or not found.looked:
                reason = max(reasons, key=lambda one: one[0])[1] if reasons else NEVER_NAMED
                if not reasons and (place.number in named or counts):
                    reason = Phrase("还没有到期的", "none was due yet")
                yield Observation(rule, place.node, "not assessed", reason, unit=UNIT, reason=reason, queries=queries)
                continue
            yield Observation(
                rule,
                place.node,
                "broken" if found.broken else "kept",
                self._message(place, counts, reasons),
                looked=found.looked,
                unit=UNIT,
                broken=found.broken,
                customers=found.customers,
                cases=found.cases,
                groups=judged.groups(place.number),
                queries=queries,
            )

    def _message(self, place: Place, counts: Counter[int], reasons: list[tuple[int, Phrase]]) -> Phrase:
        zh = f"按时 {counts[MET]} 次，超时 {counts[LATE_]} 次，没做 {counts[MISSED_]} 次"
        en = f"{counts[MET]} in time, {counts[LATE_]} late, {counts[MISSED_]} missed"
        spells = self.spells.get(place.number)
        if spells is not None:
            middle, most = spells.at(0.5), spells.at(0.9)
            zh += f"；用时中位数约 {spell(middle).zh}，九成不超过约 {spell(most).zh}"
            en += f"; median about {spell(middle).en}, nine in ten within about {spell(most).en}"
        if counts[OPEN]:
            zh += f"；{counts[OPEN]} 次还没到期"
            en += f"; {counts[OPEN]} not due yet"
        for count, reason in reasons:
            zh += f"；{count} 次没有判断：{reason.zh}"
            en += f"; {count} not judged: {reason.en}"
        return Phrase(zh, en)


def limited_of(places: Places) -> list[Place]:
    """Return the steps with a time limit."""
    return [one for one in places.all if one.step.within is not None or one.step.before is not None]


def _uncut(course: Course) -> bool:
    """Return whether nothing ends a run of the playbook before its steps are done."""
    playbook = course.places.playbooks[course.root]
    if isinstance(playbook, Procedure):
        return True
    return (
        isinstance(playbook, Journey)
        and playbook.kind == "automation"
        and not playbook.ends_on
        and playbook.while_ is None
        and not any(one.step.via for one in course.mine)
    )


def _only_way(course: Course, source: str, target: str) -> bool:
    """Return whether a run that has done a step comes to another next, whatever holds."""
    edges = [one for one in course.graph.leaving.get(source, ()) if one.kind == "then"]
    if len(edges) != 1 or edges[0].guard is not None:
        return False
    return edges[0].target == target or (
        edges[0].target not in course.places.by_node and _only_way(course, edges[0].target, target)
    )
