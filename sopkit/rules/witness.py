"""A cap and the plan of touches go in; a dated course of one customer who gets that many comes out, where one is found."""

from __future__ import annotations

from collections.abc import Collection
from heapq import nsmallest
from itertools import islice
from typing import Final

from sopkit.diagnostics import Moment
from sopkit.frozen import dataclass
from sopkit.graph.clock import zone
from sopkit.graph.face import Face, Timetable, faces
from sopkit.graph.held import Holding, Late
from sopkit.graph.replay import MOST_JOURNEYS, Course, Question, replay
from sopkit.graph.runs import SpentError
from sopkit.graph.touches import Chosen
from sopkit.graph.worst import Bound, Plan
from sopkit.graph.zones import Clocks
from sopkit.rules import excess
from sopkit.rules.case import Case
from sopkit.rules.limits import Limit, of_workspace
from sopkit.text import Phrase

MOST_FACES: Final = 8
"""Clocks of customers by which a course is looked for."""
BEYOND: Final = 20
"""Touches above a cap that are still counted."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """How many touches a customer gets at worst, as far as the plan is known."""

    most: int
    """A bound that no customer exceeds; where there is a course, one that is reached."""
    timeline: tuple[Moment, ...] = ()
    assumptions: tuple[Phrase, ...] = ()


def extremes(case: Case, subjects: Collection[str]) -> dict[str, Extreme]:
    """Return for these caps, as `cap/weekly`, what the plan makes of a customer at worst; nothing of a cap without a known bound."""
    plan = Plan(case.workspace, case.graph, case.courses, case.touches_at, Clocks(case.workspace, case.today))
    found: dict[str, Extreme] = {}
    for limit in of_workspace(case, plan.clocks):
        if limit.subject not in subjects:
            continue
        counted = limit.covered(plan.touches)
        bound = _least_bound(plan, limit, counted)
        if bound is None:
            continue
        try:
            way = course(case, plan, limit.with_most(bound.count - 1), counted, bound) if bound.count else None
        except SpentError:
            way = None
        found[limit.subject] = (
            Extreme(bound.count, excess.moments(case, way), excess.clock_of(way)) if way else Extreme(bound.count)
        )
    return found


def _least_bound(plan: Plan, limit: Limit, counted: Chosen) -> Bound | None:
    """Return the bound in whole, then as near as it can be shown; None where there is none."""
    bound = plan.most(counted, limit.window, limit.most + BEYOND, unit=limit.unit)
    if bound.open or bound.partial or not bound.count:
        return None if bound.count or bound.open else bound
    return plan.most(counted, limit.window, bound.count, unit=limit.unit)  # only what is too many is looked at closely


def course(  # noqa: PLR0917  all of one question
    case: Case,
    plan: Plan,
    limit: Limit,
    counted: Chosen,
    bound: Bound,
    holding: Holding | None = None,
    late: Late | None = None,
) -> Course | None:
    """Return a course that breaks the cap, if one is found: of a customer in each zone, then about the hours that clocks are moved."""
    if not isinstance(limit.per, str) and limit.per.seconds is None:
        return None
    sure = limit.covered(counted, surely=True)
    roots = (root for root in sure.by_playbook if plan.journey(root))
    first = nsmallest(MOST_JOURNEYS, roots, key=lambda root: (-bound.parts.get(root, 0), root))
    window = limit.window - (limit.slack if limit.unit else 0)
    clocks = plan.clocks
    # without hours, days or issues, a time is the same by any clock
    dated = limit.unit or any(one.spans or not one.step for one in sure.values())
    for number, face in enumerate(islice((one for one in faces(clocks) if dated or not one.moving), MOST_FACES)):
        question = Question(
            case.workspace,
            plan.links,
            clocks,
            Timetable(plan, face),
            plan.touches,
            sure,
            limit.most,
            window,
            limit.unit,
            face,
            plan.purse,
            thrift=4 if number else 1,
            holding=holding,
            late=late,
        )
        found = replay(question, first)
        if found is not None and (face.moving or _no_clock_moves(clocks, face, found)):
            return found
    return None


def _no_clock_moves(clocks: Clocks, face: Face, course: Course) -> bool:
    times = [at for at, _ in course.came] + [at for at, _, _ in course.done]
    return all(len({at.replace(tzinfo=zone(one)).utcoffset() for at in times}) == 1 for one in (clocks.home, face.name))
