"""Required steps that a run went past, or that staff marked as skipped: SOP205."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import Row
from sopkit.logs.observed import Deed, Observation, not_assessed
from sopkit.logs.working.courses import courses_of
from sopkit.logs.working.found import SURE, Judged, judged_runs
from sopkit.logs.working.lookups import lay, lay_clock
from sopkit.logs.working.places import Place, Places, places_of
from sopkit.logs.working.works import ALONE, NO_LOG, NO_RUNS, Works, repeats
from sopkit.rules.reach import SKIPPED_REQUIRED_STEP
from sopkit.text import Phrase

UNIT: Final = Phrase("次流程", "runs")
GUARDED: Final = Phrase(
    "这一步带条件，日志里看不出条件成不成立", "the step has a condition, and the log does not tell whether it held"
)
NOT_LOGGED: Final = Phrase(
    "步骤日志里从没出现过这一步，可能只记在触达日志里",
    "the log of steps never names it: it may stand in the log of touches only",
)
NONE: Final = Phrase("日志里没有走到这一步的流程", "no run in the log came so far")

QUERY: Final = f"""
CREATE OR REPLACE TABLE looked_at AS
WITH done AS (
    SELECT w.course, w.place, min(w.done) AS done, min(w.skipped) AS skipped, max(w.who) AS who, max(w.run) AS run, max(w.staff) AS staff,
           max(w.shop) AS shop, max(w.role) AS role
    FROM works w JOIN wanted q ON q.place = w.place GROUP BY w.course, w.place
), passed AS (
    SELECT v.course, m.place, min(v.done) AS ts, max(v.who) AS who, max(v.run) AS run, max(v.shop) AS shop
    FROM works v JOIN musts m ON v.place = m.later WHERE v.done IS NOT NULL GROUP BY v.course, m.place
), both_ AS (
    SELECT coalesce(d.course, p.course) AS course, coalesce(d.place, p.place) AS place, d.done, d.skipped, p.ts AS passed,
           coalesce(d.who, p.who) AS who, coalesce(d.run, p.run) AS run, coalesce(d.staff, 0) AS staff, coalesce(d.shop, p.shop) AS shop,
           coalesce(d.role, 0) AS role
    FROM done d FULL OUTER JOIN passed p ON d.course = p.course AND d.place = p.place
)
SELECT b.place AS subject, b.done IS NULL AS broken, coalesce(b.done, b.skipped, b.passed) AS ts, b.who, b.run, b.staff, b.shop,
       CASE WHEN b.role = 0 THEN q.role ELSE b.role END AS role, b.course, b.place, b.skipped, b.passed,
       b.course > 0 OR (q.once AND b.course > -{ALONE}) AS named
FROM both_ b JOIN wanted q ON q.place = b.place
WHERE b.done IS NOT NULL OR b.skipped IS NOT NULL OR b.passed IS NOT NULL
"""


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of each required step."""
    places = places_of(case)
    required = [one for one in places.all if one.step.required and not one.beside]
    span = case.store.spans.get("steps")
    if span is None:
        if required:
            yield not_assessed(SKIPPED_REQUIRED_STEP, "workspace", NO_LOG, UNIT)
        return
    works = Works(case, places)
    wanted = wanted_of(works)
    engine = case.store.engine
    lay_wanted(works)
    lay_clock(engine, case.compilation.workspace.settings.timezone, span[1], span[2])
    judged, nameless = judged_runs(works, QUERY, lambda row, columns: _tell(places, row, columns))
    for place in required:
        yield _say(place, judged, guarded=place not in wanted, nameless=nameless[place.number])


def wanted_of(works: Works) -> list[Place]:
    """Return the required steps of which a log can tell whether a run went past them."""
    named = works.named()
    return [
        one for one in works.places.all
        if one.step.required and not one.beside and one.step.if_ is None and (one.number in named or not one.step.via)
    ]  # fmt: skip


def lay_wanted(works: Works) -> None:
    """Put in place what `QUERY` looks up."""
    engine, places = works.case.store.engine, works.places
    rows = [(one.number, _role(works, one), not repeats(places.playbook(one))) for one in wanted_of(works)]
    lay(engine, "wanted", ("place INTEGER", "role INTEGER", "once BOOLEAN"), rows)
    musts = [(a.number, b.number) for course in courses_of(places).values() for a, b in course.musts()]
    lay(engine, "musts", ("place INTEGER", "later INTEGER"), musts)


def _role(works: Works, place: Place) -> int:
    by = place.step.by.id if place.step.by else ""
    return works.roles.index(by) if by in works.roles else 0


def _say(place: Place, judged: Judged, *, guarded: bool, nameless: int) -> Observation:
    found, doubts = judged.sums.get(place.number), ((nameless, NO_RUNS),)
    if guarded or found is None:
        reason = (GUARDED if place.step.if_ is not None else NOT_LOGGED) if guarded else NONE
        return not_assessed(SKIPPED_REQUIRED_STEP, place.node, reason, UNIT, doubts=doubts)
    message = Phrase(
        f"走到这一步的 {found.looked} 次流程里，{found.broken} 次跳过了它",
        f"{found.broken} of {found.looked} runs that came to it went past it",
    )
    return judged.observation(
        SKIPPED_REQUIRED_STEP, place.number, place.node, message, unit=UNIT, queries=(QUERY, SURE), doubts=doubts
    )


def _tell(places: Places, row: Row, columns: tuple[str, ...]) -> tuple[Deed, ...]:
    said = dict(zip(columns, row, strict=True))
    name = places.by_number[said["place"]].node
    if said["skipped"] is not None:
        words = Phrase(f"{name} 记为跳过", f"{name} was marked as skipped")
        return (Deed(said["skipped"], words, counted=True),)
    words = Phrase(f"做了后面的步骤，{name} 一直没做", f"a later step is done, and {name} never was")
    return (Deed(said["passed"], words, counted=True),)
