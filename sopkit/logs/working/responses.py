"""How long whole procedures take against their `due`, and confirmations against `confirmed_by`: SOP988.

The whole of a procedure counts the time in which all who work on it are at work. How soon single steps answer stands with their time
limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import Row
from sopkit.logs.observed import Deed, Doubt, Observation, not_assessed
from sopkit.logs.offsets import DAY
from sopkit.logs.working.courses import Course, courses_of, passable
from sopkit.logs.working.deadlines_queries import BEFORE
from sopkit.logs.working.found import Judged
from sopkit.logs.working.hours import Hours
from sopkit.logs.working.lookups import lay, lay_clock
from sopkit.logs.working.places import Place, Places, places_of
from sopkit.logs.working.spells import Spells, spell
from sopkit.logs.working.works import NO_LOG, NO_RUNS, Works
from sopkit.model.documents import Procedure
from sopkit.model.triggers import OnEvent
from sopkit.rules.practice import SLOW
from sopkit.text import Phrase

UNIT: Final = Phrase("次", "times")
LENGTH: Final = Phrase("以工作日、月计的时限，这里不作比较", "a limit in workdays or months is not compared")
NONE: Final = Phrase("日志里没有它的流程", "the log names no run of it")
WAITING: Final = Phrase("还没有到期的流程", "no run was due yet")
UNASKED: Final = Phrase(
    "日志里看不出什么时候交给人确认", "the log does not tell when it was handed over for confirmation"
)

RUNS: Final = """
CREATE OR REPLACE TABLE ran AS
WITH begun AS (
    SELECT w.course, w.playbook, max(w.who) AS who, max(w.run) AS run, min(w.first) AS first, max(w.done) AS ended, max(w.shop) AS shop,
           max(CASE WHEN w.done IS NOT NULL AND c.place IS NOT NULL THEN 1 ELSE 0 END) AS complete
    FROM works w LEFT JOIN closing c ON c.place = w.place WHERE w.course > 0 GROUP BY w.course, w.playbook
), told AS (
    SELECT e.who, s.playbook, e.ts, 0 AS sort, 0 AS course, e.ts AS happened
    FROM events e JOIN run_starts s ON e.kind = s.kind WHERE e.who <> 0
    UNION ALL SELECT who, playbook, first, 1, course, NULL FROM begun WHERE who <> 0
), latest AS (
    SELECT course, playbook, sort, max(happened) OVER (
        PARTITION BY who, playbook ORDER BY ts, sort ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS begun FROM told
)
SELECT b.course, b.playbook, b.who, b.run, b.shop, coalesce(l.begun, b.first) AS begun, b.complete = 1 AS complete, b.ended
FROM begun b LEFT JOIN latest l ON l.course = b.course AND l.playbook = b.playbook AND l.sort = 1
"""
"""Each run: since the event that began it, else since its first row, to the last step done."""
JUDGED_CONFIRMATIONS: Final = """
CREATE OR REPLACE TABLE judged AS
SELECT w.place AS subject, w.done - coalesce(w.started, w.opened) > l.seconds AS broken, w.done AS ts, w.who, w.run, w.staff, w.shop,
       w.role, coalesce(w.started, w.opened) AS since, true AS complete
FROM works w JOIN confirm_limits l ON l.place = w.place WHERE w.done IS NOT NULL AND coalesce(w.started, w.opened) IS NOT NULL
"""
UNASKED_CONFIRMATIONS: Final = """
SELECT w.place, count(*) FROM works w JOIN confirm_limits l ON l.place = w.place
WHERE w.done IS NOT NULL AND coalesce(w.started, w.opened) IS NULL GROUP BY w.place
"""


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of procedures with a time limit for the whole, and of confirmations."""
    places = places_of(case)
    limited = [(number, root) for number, root in enumerate(places.roots, 1) if _due(places, root) is not None]
    confirmed = [one for one in places.all if _confirmation(case, one) is not None]
    if "steps" not in case.store.spans:
        if limited or confirmed:
            yield not_assessed(SLOW, "workspace", NO_LOG, UNIT)
        return
    _, first, last = case.store.spans["steps"]
    lay_clock(case.store.engine, case.compilation.workspace.settings.timezone, first - BEFORE, last)
    yield from _Responses(case, places, limited, confirmed).observe()


def _due(places: Places, root: str) -> Phrase | int | None:
    """Return the seconds that a whole run may take, why that is not compared, or None where nothing is declared."""
    playbook = places.playbooks[root]
    due = playbook.due if isinstance(playbook, Procedure) else None
    return None if due is None else LENGTH if due.seconds is None else due.seconds


def _confirmation(case: LogCase, place: Place) -> int | None:
    """Return the seconds within which a person must confirm what a tool sends, where the step's channel asks for that."""
    channel = case.compilation.workspace.channels.get(place.step.via[0].id) if place.step.via else None
    confirmed = channel.confirmed_by if channel else None
    return confirmed.within.seconds if confirmed and confirmed.within and place.step.by is None else None


class _Responses:
    def __init__(self, case: LogCase, places: Places, limited: list[tuple[int, str]], confirmed: list[Place]) -> None:
        self.case, self.places, self.limited, self.confirmed = case, places, limited, confirmed
        self.engine, self.works, self.hours = case.store.engine, Works(case, places), Hours(case, ())
        _, self.begin, self.end = case.store.spans["steps"]
        self.runs, self.confirmations = (Judged(case.store, self.works.roles, self._tell) for _ in range(2))
        self.spells: dict[tuple[bool, int], Spells] = {}
        self.nameless, self.unasked = Counter[int](), Counter[int]()

    def observe(self) -> Iterator[Observation]:
        self._lay()
        for _ in self.works.each():
            self.engine.run(RUNS)
            self.engine.run(self._judging())
            self._take(self.runs, whole=True)
            self.engine.run(JUDGED_CONFIRMATIONS)
            self._take(self.confirmations, whole=False)
            self.unasked.update(dict(self.engine.run(UNASKED_CONFIRMATIONS)))
            for playbook, count in self.engine.run(
                "SELECT playbook, count(DISTINCT course) FROM works WHERE course <= 0 GROUP BY playbook"
            ):
                self.nameless[playbook] += count
        for number, root in self.limited:
            yield self._say_run(number, root)
        for place in self.confirmed:
            doubts = ((self.unasked[place.number], UNASKED),)
            yield self._say(place.node, place.number, self.confirmations, doubts, UNASKED, whole=False)

    def _lay(self) -> None:
        events = {kind: said["event"] for kind, said in self.case.store.kinds("events").items()}
        starts = [
            (number, kind)
            for number, root in self.limited
            for kind, event in events.items()
            if event in _starting(self.places, root)
        ]
        lay(self.engine, "run_starts", ("playbook INTEGER", "kind INTEGER"), starts)
        courses = courses_of(self.places)
        closing = [(place.number,) for _, root in self.limited for place in _closing(courses[root])]
        lay(self.engine, "closing", ("place INTEGER",), closing)
        limits = [
            (number, due, self.hours.common(courses[root].mine))
            for number, root in self.limited
            if isinstance(due := _due(self.places, root), int)
        ]
        lay(self.engine, "run_limits", ("playbook INTEGER", "seconds BIGINT", "hours INTEGER"), limits)
        self.hours.lay(self.begin - BEFORE, self.end + DAY)
        confirmations = [(place.number, _confirmation(self.case, place)) for place in self.confirmed]
        lay(self.engine, "confirm_limits", ("place INTEGER", "seconds BIGINT"), confirmations)

    def _judging(self) -> str:
        """Return SQL for the runs that are over, and for those whose time is."""
        measured = self.hours.open_time
        begun = f"greatest({self.begin - BEFORE}, r.begun)"
        joins = "".join(
            f" LEFT JOIN opens {name} ON {name}.hours = r.hours AND {name}.midnight = ({at}) - ({at}) % {DAY}"
            for name, at in (("o0", begun), ("o1", "r.ts"))
        )
        return f"""
CREATE OR REPLACE TABLE judged AS
WITH timed AS (
    SELECT r.*, l.seconds, l.hours, CASE WHEN r.complete THEN r.ended ELSE {self.end} END AS ts
    FROM ran r JOIN run_limits l ON l.playbook = r.playbook
), measured AS (
    SELECT r.*, ({measured("r.ts", "o1", "r.hours")}) - ({measured(begun, "o0", "r.hours")}) AS took FROM timed r{joins}
)
SELECT playbook AS subject, took > seconds AS broken, ts, who, run, 0 AS staff, shop, 0 AS role, begun AS since, complete
FROM measured WHERE complete OR took > seconds
"""

    def _take(self, judged: Judged, *, whole: bool) -> None:
        judged.take()
        for subject, size, count in self.engine.run(
            "SELECT subject, CAST(floor(ln(greatest(ts - since, 0) + 1) * 200) AS INTEGER), count(*) FROM judged "
            "WHERE complete GROUP BY 1, 2"
        ):
            self.spells.setdefault((whole, subject), Spells()).add(size, count)

    def _say_run(self, number: int, root: str) -> Observation:
        due = _due(self.places, root)
        if isinstance(due, Phrase):
            return not_assessed(SLOW, root, due, UNIT)
        named = any(place.number in self.works.named() for place in self.places.in_playbook(root))
        doubts = ((self.nameless[number], NO_RUNS),)
        return self._say(root, number, self.runs, doubts, WAITING if named else NONE, whole=True)

    def _say(
        self, subject: str, number: int, judged: Judged, doubts: Sequence[Doubt], nothing: Phrase, *, whole: bool
    ) -> Observation:
        found = judged.sums.get(number)
        if found is None:
            return not_assessed(SLOW, subject, nothing, UNIT, doubts=doubts)
        zh, en = f"{found.looked} 次里有 {found.broken} 次超时", f"{found.broken} of {found.looked} took too long"
        spells = self.spells.get((whole, number))
        if spells is not None:
            middle, most = spell(spells.at(0.5)), spell(spells.at(0.9))
            zh += f"；用时中位数约 {middle.zh}，九成不超过约 {most.zh}"
            en += f"; median about {middle.en}, nine in ten within about {most.en}"
        queries = (RUNS,) if whole else ()
        return judged.observation(SLOW, number, subject, Phrase(zh, en), unit=UNIT, queries=queries, doubts=doubts)

    def _tell(self, row: Row, columns: tuple[str, ...]) -> tuple[Deed, ...]:
        said = dict(zip(columns, row, strict=True))
        ended = (
            Phrase("做完", "done")
            if said["complete"]
            else Phrase("到日志结束还没做完", "not done by the end of the log")
        )
        return (Deed(said["since"], Phrase("从这时算起", "it begins")), Deed(said["ts"], ended, counted=True))


def _starting(places: Places, root: str) -> set[str]:
    """Return the events that start a playbook; none where something else may, too."""
    triggers = getattr(places.playbooks[root], "starts_on", ())
    if not all(isinstance(one, OnEvent) and one.where is None for one in triggers):
        return set()
    return {one.event.id for one in triggers if isinstance(one, OnEvent)}


def _closing(course: Course) -> Iterator[Place]:
    """Yield the steps after which a run may be over: behind them nothing must be done."""
    must = {place.node for place in course.mine if not place.beside and not passable(place.step)}
    for place in course.mine:
        if not place.beside and not _must_go_on(course, place.node, must):
            yield place


def _must_go_on(course: Course, node: str, must: set[str]) -> bool:
    """Return whether every way onward from a step comes to one that must be done."""
    seen, queue = {node}, [node]
    while queue:
        one = queue.pop()
        onward = [edge.target for edge in course.graph.leaving.get(one, ()) if edge.kind == "then"]
        if not onward or any(course.graph.nodes[target].kind == "exit" for target in onward):
            return False
        for target in onward:
            if target not in seen and target not in must:
                seen.add(target)
                queue.append(target)
    return True
