"""The logs of steps and the declared courses go in; `Adherence` comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal, get_args

from sopkit.logs.case import LogCase
from sopkit.logs.offsets import DAY
from sopkit.logs.working import skipped
from sopkit.logs.working.adherence import Adherence, By, Deviation, Fitting, Planned, Training, Weakness
from sopkit.logs.working.courses import Course, courses_of
from sopkit.logs.working.deadlines import Deadlines
from sopkit.logs.working.deadlines_queries import LATE_, MISSED_, OPEN
from sopkit.logs.working.deadlines_queries import SKIPPED as WENT_PAST
from sopkit.logs.working.found import SURE
from sopkit.logs.working.lookups import CLOCKED, MONDAY, lay
from sopkit.logs.working.places import places_of
from sopkit.logs.working.works import ALONE, NO_LOG, NO_RUNS, repeats
from sopkit.simulation.clock import date_of
from sopkit.text import Phrase

Learner = Literal["role", "staff", "shop"]
DONE, LATE, MISSED, UNDONE = range(4)
STEPS_BEFORE: Final = 6
"""Steps told before the first that does not fit."""
PATH: Final = ", ".join(("playbook", *(f"p{n}" for n in range(STEPS_BEFORE, 0, -1)), "place"))
"""Columns of a way that does not fit, in order."""
MOST: Final = 50
"""Deviations that are told."""
MOST_STEPS: Final = 5
"""Of what somebody should learn again."""
NO_RUN: Final = Phrase("日志里没有它的流程", "the log names no run of it")

KEPT: Final = f"""
CREATE OR REPLACE TABLE kept AS
SELECT w.place, w.staff, w.shop, w.role, w.first AS ts,
       CASE WHEN w.done IS NOT NULL THEN CASE WHEN j.verdict = {LATE_} THEN {LATE} ELSE {DONE} END
            WHEN w.skipped IS NOT NULL OR j.verdict IN ({MISSED_}, {WENT_PAST}) THEN {MISSED} ELSE {UNDONE} END AS status
FROM works w LEFT JOIN (SELECT * FROM judging WHERE turn IS NOT NULL) j ON j.course = w.course AND j.place = w.place AND j.turn = w.turn
UNION ALL
SELECT place, staff, shop, 0, since, CASE WHEN verdict = {MISSED_} THEN {MISSED} ELSE {UNDONE} END
FROM judging WHERE turn IS NULL AND verdict IN ({MISSED_}, {OPEN})
UNION ALL
SELECT s.place, s.staff, s.shop, s.role, s.ts, {MISSED} FROM judged s
LEFT JOIN (SELECT DISTINCT course, place FROM works) w ON w.course = s.course AND w.place = s.place WHERE s.broken AND w.course IS NULL
"""
"""Each time that a run came to a step, and what became of it."""

STEPPED: Final = f"""
CREATE OR REPLACE TABLE stepped AS
WITH done AS (
    SELECT w.course, w.playbook, w.place, {", ".join(f"lag(w.place, {n}) OVER course_ AS p{n}" for n in range(1, STEPS_BEFORE + 1))},
           row_number() OVER course_ AS nth
    FROM works w JOIN chained c ON c.place = w.place
    WHERE w.done IS NOT NULL AND (w.course > 0 OR (c.once AND w.course > -{ALONE}))
    WINDOW course_ AS (PARTITION BY w.course, w.playbook ORDER BY w.done, w.place, w.turn)
), unfit AS (
    SELECT d.*, row_number() OVER (PARTITION BY d.course, d.playbook ORDER BY d.nth) AS which
    FROM done d LEFT JOIN allowed a ON a.earlier = coalesce(d.p1, -d.playbook) AND a.later = d.place WHERE a.later IS NULL
)
SELECT d.course, d.playbook, u.place, {", ".join(f"u.p{n}" for n in range(1, STEPS_BEFORE + 1))}
FROM (SELECT DISTINCT course, playbook FROM done) d
LEFT JOIN unfit u ON u.course = d.course AND u.playbook = d.playbook AND u.which = 1
"""
"""Each run, with the first step that does not fit behind the one before it, and those before."""


def adhere(case: LogCase) -> Adherence:
    """Return how the runs in the logs keep to what is declared."""
    if "steps" not in case.store.spans:
        return Adherence((), (), (), (), (("", NO_LOG),))
    return _Adhering(case).adherence()


def runs_that_do_not_fit(case: LogCase) -> list[str]:
    """Return the names of all runs with a step that does not fit behind the one before it, to be compared with those that others find.

    There must be a log of steps, so small that its runs may stand in memory.
    """
    return list(_Adhering(case).unfit_runs())


class _Adhering:
    def __init__(self, case: LogCase) -> None:
        self.case, self.engine, self.places = case, case.store.engine, places_of(case)
        self.courses = courses_of(self.places)
        self.deadlines = Deadlines(case, self.places)
        self.works = self.deadlines.works
        self.counts: dict[tuple[By, str], Counter[int]] = {}
        self.failing: dict[tuple[Learner, str], dict[int, Counter[int]]] = {}
        """(`role`, `staff` or `shop`, who) → step → what became of it."""
        self.staff_roles: dict[str, Counter[str]] = {}
        self.runs: Counter[int] = Counter()
        self.unfit: Counter[int] = Counter()
        self.nameless: set[int] = set()

    def adherence(self) -> Adherence:
        self._lay()
        for _ in self.deadlines.each():
            skipped.lay_wanted(self.works)
            for query in (skipped.QUERY, SURE, KEPT, STEPPED):
                self.engine.run(query)
            self._take()
        deviations = tuple(self._deviation(path, count) for path, count in self._commonest())
        return Adherence(
            tuple(sorted(self._planned(), key=lambda one: (get_args(By).index(one.by), one.of))),
            tuple(self._fitting()),
            deviations,
            tuple(self._training()),
            tuple(self._unassessed()),
            (KEPT, STEPPED),
        )

    def unfit_runs(self) -> Iterator[str]:
        self._lay()
        for _ in self.works.each():
            self.engine.run(STEPPED)
            unfit = [
                row[0] for row in self.engine.run("SELECT course FROM stepped WHERE place IS NOT NULL AND course > 0")
            ]
            yield from self.case.store.names("runs", unfit).values()

    def _lay(self) -> None:
        chained = [place for place in self.places.all if not place.beside]
        once = {place.number: not repeats(self.places.playbook(place)) for place in chained}
        lay(self.engine, "chained", ("place INTEGER", "once BOOLEAN"), list(once.items()))
        lay(self.engine, "unfit", (*(f"{one} INTEGER" for one in PATH.split(", ")), "n BIGINT"), ())
        lay(self.engine, "allowed", ("earlier INTEGER", "later INTEGER"), list(self._allowed()))

    def _allowed(self) -> Iterator[tuple[int, int]]:
        by_node = self.places.by_node
        for number, root in enumerate(self.places.roots, 1):
            course = self.courses[root]
            yield from ((-number, by_node[node].number) for node in course.openings())
            for place in course.mine:
                yield from ((place.number, by_node[node].number) for node in course.after(place))

    # Counts

    def _take(self) -> None:
        run, store = self.engine.run, self.case.store
        shops = store.names("shops", [row[0] for row in run("SELECT DISTINCT shop FROM kept WHERE shop <> 0")])
        for place, staff, shop, role, status, count in run(
            "SELECT place, staff, shop, role, status, count(*) FROM kept GROUP BY place, staff, shop, role, status"
        ):
            one = self.places.by_number[place]
            said = self.works.roles[role] or (one.step.by.id if one.step.by else "")
            parts: tuple[tuple[By, str], ...] = (
                ("playbook", one.playbook), ("step", one.node), ("role", said), ("shop", shops.get(shop, "")),
            )  # fmt: skip
            for key in parts:
                self.counts.setdefault(key, Counter())[status] += count
            learners: tuple[tuple[Learner, str], ...] = (
                ("role", said),
                ("shop", shops.get(shop, "")),
                ("staff", str(staff) if staff else ""),
            )
            for learner in learners:
                if learner[1]:
                    self.failing.setdefault(learner, {}).setdefault(place, Counter())[status] += count
            if staff:
                self.staff_roles.setdefault(str(staff), Counter())[said] += count
        monday = MONDAY.format(ts="kept.ts")
        for week, status, count in run(
            f"SELECT {monday} AS week, status, count(*) FROM kept {CLOCKED.format(ts='kept.ts')} GROUP BY 1, 2"
        ):
            self.counts.setdefault(("week", date_of(week // DAY).isoformat()), Counter())[status] += count
        run(f"INSERT INTO unfit SELECT {PATH}, count(*) FROM stepped WHERE place IS NOT NULL GROUP BY {PATH}")
        for playbook, runs, unfit in run("SELECT playbook, count(*), count(place) FROM stepped GROUP BY playbook"):
            self.runs[playbook] += runs
            self.unfit[playbook] += unfit
        self.nameless.update(row[0] for row in run("SELECT DISTINCT playbook FROM works WHERE course <= 0"))

    def _planned(self) -> Iterator[Planned]:
        for (by, of), counts in self.counts.items():
            yield Planned(by, of, counts.total(), counts[DONE], counts[LATE], counts[MISSED], counts[UNDONE])

    # Runs

    def _fitting(self) -> Iterator[Fitting]:
        for number, root in enumerate(self.places.roots, 1):
            if self.runs[number]:
                yield Fitting(root, self.runs[number], self.runs[number] - self.unfit[number])

    def _commonest(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield the commonest ways of runs that do not fit, as playbook and steps, with how many went so."""
        for *path, count in self.engine.run(
            f"SELECT {PATH}, CAST(sum(n) AS BIGINT) FROM unfit GROUP BY {PATH} ORDER BY sum(n) DESC, {PATH} LIMIT {MOST}"
        ):
            yield tuple(one for one in path if one is not None), count

    def _deviation(self, path: tuple[int, ...], count: int) -> Deviation:
        root = self.places.roots[path[0] - 1]
        steps = [self.places.by_number[number] for number in path[1:]]
        course = self.courses[root]
        expected = tuple(sorted(course.openings() if len(steps) == 1 else course.after(steps[-2])))
        names = tuple(place.node for place in steps)
        return Deviation(root, names, count, len(names) - 1, expected, _difference(course, names, expected))

    def _unassessed(self) -> Iterator[tuple[str, Phrase]]:
        for number, root in enumerate(self.places.roots, 1):
            if not self.runs[number] and self.places.in_playbook(root):
                yield root, NO_RUNS if number in self.nameless else NO_RUN

    # Training

    def _training(self) -> Iterator[Training]:
        found = [self._one(by, of, steps) for (by, of), steps in self.failing.items()]
        order = ("role", "staff", "shop")
        yield from sorted(
            (one for one in found if one.failed), key=lambda one: (order.index(one.by), -one.failed, one.of)
        )

    def _one(self, by: Learner, of: str, steps: dict[int, Counter[int]]) -> Training:
        weak = [
            Weakness(self.places.by_number[place].node, counts.total() - counts[UNDONE], counts[LATE] + counts[MISSED])
            for place, counts in steps.items()
        ]
        failing = sorted((one for one in weak if one.failed), key=lambda one: (-one.failed, one.step))
        role = of if by == "role" else self.staff_roles[of].most_common(1)[0][0] if by == "staff" else ""
        return Training(
            by, of, role, sum(one.planned for one in weak), sum(one.failed for one in weak), tuple(failing[:MOST_STEPS]),
            self._courses(role, failing[:MOST_STEPS]),
        )  # fmt: skip

    def _courses(self, role: str, weak: list[Weakness]) -> tuple[str, ...]:
        """Return the declared courses for a role that cover a step or its playbook."""
        places = {part for one in weak for part in _places(one.step)}
        return tuple(
            name for name, course in sorted(self.case.compilation.workspace.courses.items())
            if (not role or role in [ref.id for ref in course.for_]) and any(ref.id in places for ref in course.covers)
        )  # fmt: skip


def _places(node: str) -> Iterator[str]:
    """Yield what a course may call a step: itself, its stage, its playbook."""
    path = node.partition("/")[2]
    while path:
        yield path
        path = path.rpartition("/")[0]


def _difference(course: Course, steps: tuple[str, ...], expected: tuple[str, ...]) -> Phrase:
    """Return the first difference in words."""
    done, before = steps[-1], steps[-2] if len(steps) > 1 else ""
    names = [node.rpartition("/")[2] for node in expected]
    zh, en = "或".join(names), " or ".join(names)
    name = done.rpartition("/")[2]
    if not before:
        return Phrase(f"应从 {zh} 开始，先做了 {name}", f"it should begin with {en}, and {name} was done first")
    last = before.rpartition("/")[2]
    if not expected:
        return Phrase(f"{last} 之后已经没有步骤，又做了 {name}", f"nothing comes after {last}, and {name} was done")
    if done == before:
        return Phrase(f"{name} 重复做了，应接着做 {zh}", f"{name} was done again, where {en} should follow")
    if done in course.reach.get(before, ()):
        return Phrase(f"{last} 之后应做 {zh}，直接做了 {name}", f"after {last} comes {en}, and {name} was done at once")
    return Phrase(f"{last} 之后应做 {zh}，回头做了 {name}", f"after {last} comes {en}, and {name} was done belatedly")
