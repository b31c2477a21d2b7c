"""Faults of work: too late, not at all, in the wrong order; and of syncs: too late, or never. Each breaks one rule once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from random import Random
from typing import Final

from sopkit.logs.generating.course import Course, StepRow
from sopkit.logs.generating.faults import Fault, Planted, Target
from sopkit.logs.generating.ground import Ground
from sopkit.model.documents import Procedure
from sopkit.model.steps import Wait
from sopkit.simulation.clock import DAY, Open, Schedule
from sopkit.simulation.deeds import SILENT
from sopkit.simulation.plan import Move
from sopkit.text import Phrase

LATE: Final = 5400
"""Seconds of open time by which what is late is late."""
NO_LIMIT: Final = Phrase("没有限时的步骤", "no step has a time limit")
NO_WHOLE: Final = Phrase(
    "没有写明整个流程要多久（due）的流程", "no procedure for customers says how long a run may take"
)
NO_REQUIRED: Final = Phrase("没有必做而且后面还有别的步骤的步骤", "no step is required and followed by another")
NO_ORDER: Final = Phrase("没有两个先后相接的步骤", "no two steps follow one another")
NO_SYNC: Final = Phrase("没有声明每次同步要多久的同步", "no sync says how long it takes")


def runs(course: Course) -> dict[str, list[StepRow]]:
    """Return the rows of each run, in order of time."""
    found: dict[str, list[StepRow]] = {}
    for row in sorted(course.steps, key=lambda one: one.time):
        found.setdefault(row.run, []).append(row)
    return found


def _untouching(ground: Ground) -> dict[str, Move]:
    """Return the steps that are no touches: no other log tells of them."""
    touching = {one.node for one in ground.felt}
    return {move.node: move for chain in chains(ground) for move in chain if move.node not in touching}


def _limited(ground: Ground) -> dict[str, Move]:
    """Return those with a time limit, in playbooks that have none for the whole."""
    whole = _whole(ground)
    return {
        node: move
        for node, move in _untouching(ground).items()
        if move.step.within and move.step.by and _root(node) not in whole
    }


def _whole(ground: Ground) -> dict[str, int]:
    """Return the procedures that say how long a run may take, and the seconds."""
    return {
        node: play.document.due.seconds
        for node, play in ground.plan.plays.items()
        if isinstance(play.document, Procedure) and play.document.due is not None and play.document.due.seconds
    }


def _at_work(ground: Ground, root: str) -> Schedule:
    """Return when all who work on a procedure are at work."""
    moves = [move for scene in ground.plan.plays[root].scenes.values() for move in (*scene.chain, *scene.beside)]
    return Schedule(tuple(dict.fromkeys(one for move in moves if move.step.by for one in _own_hours(ground, move))))


def _own_hours(ground: Ground, move: Move) -> tuple[Open, ...]:
    role = ground.workspace.roles.get(move.step.by.id) if move.step.by else None
    return (Open.of(role.hours, staff=True),) if role and role.hours else ()


def _root(node: str) -> str:
    return "/".join(node.split("/")[:2])


def chains(ground: Ground) -> Iterator[tuple[Move, ...]]:
    for play in ground.plan.plays.values():
        for scene in play.scenes.values():
            yield scene.chain


def late_step(ground: Ground) -> Iterable[Target] | Phrase:
    """The last step of a run is done after it was due."""
    nodes = _limited(ground)
    return [Target("", partial(_late, ground, nodes))] if nodes else NO_LIMIT


def _late(ground: Ground, nodes: Mapping[str, Move], course: Course, random: Random) -> Planted | None:
    last = _last(course, nodes, random)
    if last is None or last.due is None:
        return None
    time = nodes[last.step].hours.open_after(last.due, LATE, course.zone)
    if time >= ground.end:
        return None
    changed = last._replace(time=time)
    course.steps[course.steps.index(last)] = changed
    return _planted("late-step", "SOP985", course, last.step, changed.time, [changed])


def missed_step(ground: Ground) -> Iterable[Target] | Phrase:
    """The last step of a run is due and never done."""
    nodes = _limited(ground)
    return [Target("", partial(_missed, ground, nodes))] if nodes else NO_LIMIT


def _missed(ground: Ground, nodes: Mapping[str, Move], course: Course, random: Random) -> Planted | None:
    last = _last(course, nodes, random)
    if last is None or last.due is None or last.due + DAY >= ground.end:
        return None
    mine = [one for one in course.steps if (one.run, one.step) == (last.run, last.step)]
    if not any(one.state == "due" for one in mine):
        return None
    course.steps = [one for one in course.steps if one not in mine or one.state == "due"]
    return _planted("missed-step", "SOP986", course, last.step, last.due, [one for one in mine if one.state == "due"])


def _last(course: Course, nodes: Mapping[str, Move], random: Random) -> StepRow | None:
    """Return the last row of some run, where it is a step of these that was done once, and is followed by nothing."""
    found = []
    for rows in runs(course).values():
        last = rows[-1]
        once = sum(one.step == last.step and one.state == "done" for one in rows) == 1
        if last.state == "done" and last.step in nodes and once:
            found.append(last)
    return random.choice(found) if found else None


def slow_response(ground: Ground) -> Iterable[Target] | Phrase:
    """A run whose last step is done after the whole was to be done; that step is late, too, where it has a limit of its own."""
    whole, moves = _whole(ground), _untouching(ground)
    ends = {
        acting[-1].node: acting[-1]
        for chain in chains(ground)
        if (acting := [move for move in chain if not isinstance(move.step.verb, SILENT)])
    }
    nodes = {node: move for node, move in ends.items() if node in moves and _root(node) in whole}
    return [Target("", partial(_slow, ground, nodes, whole))] if nodes else NO_WHOLE


def _slow(
    ground: Ground, nodes: Mapping[str, Move], whole: Mapping[str, int], course: Course, random: Random
) -> Planted | None:
    last = _last(course, nodes, random)
    if last is None:
        return None
    root = _root(last.step)
    first = min(row.time for row in course.steps if row.run == last.run)
    time = _at_work(ground, root).open_after(first, whole[root] + LATE, course.zone)
    breaks = [("SOP988", root)]
    if last.due is not None and nodes[last.step].step.by:
        time = max(time, nodes[last.step].hours.open_after(last.due, LATE, course.zone))
        breaks.append(("SOP985", last.step))
    if time >= ground.end:
        return None
    changed = last._replace(time=time)
    course.steps[course.steps.index(last)] = changed
    return Planted("slow-response", last.step, tuple(sorted(breaks)), course.name, time, (("steps", time),))


def neighbours(ground: Ground) -> Iterator[tuple[Move, Move]]:
    """Yield two steps that follow one another, with nothing but waiting in between, the first of which is never done again after that."""
    for chain in chains(ground):
        acting = [move for move in chain if not isinstance(move.step.verb, Wait)]
        for one, other in pairwise(acting):
            steering = isinstance(one.step.verb, SILENT) or isinstance(other.step.verb, SILENT)
            if not steering and not ground.leads(other.node, one.node):
                yield one, other


def skipped_required(ground: Ground) -> Iterable[Target] | Phrase:
    """A required step of which the log says nothing, though the next was done."""
    pairs = {one.node: other.node for one, other in neighbours(ground) if one.step.required}
    return [Target("", partial(_skipped, pairs))] if pairs else NO_REQUIRED


def _skipped(pairs: dict[str, str], course: Course, random: Random) -> Planted | None:
    for run, rows in _shuffled(course, random):
        done = [one.step for one in rows if one.state == "done"]
        for row in rows:
            following = pairs.get(row.step)
            if row.state == "done" and following is not None and done.count(row.step) == done.count(following) == 1:
                course.steps = [one for one in course.steps if (one.run, one.step) != (run, row.step)]
                course.touches = [one for one in course.touches if (one.step, one.time) != (row.step, row.time)]
                after = next(one for one in rows if one.step == following and one.state == "done")
                return _planted("skipped-required", "SOP205", course, row.step, after.time, [after])
    return None


def out_of_order(ground: Ground) -> Iterable[Target] | Phrase:
    """Two steps that change their places in time, both before they are due; no other log tells of either, and nobody misses the second."""
    touching = {one.node for one in ground.felt}
    pairs = {
        one.node: other.node
        for one, other in neighbours(ground)
        if not touching & {one.node, other.node} and (other.step.within is None or other.step.via)
    }
    return [Target("", partial(_swapped, pairs))] if pairs else NO_ORDER


def _swapped(pairs: dict[str, str], course: Course, random: Random) -> Planted | None:
    for run, rows in _shuffled(course, random):
        once = [one.step for one in rows if one.state == "done"]
        done = {one.step: one for one in rows if one.state == "done" and once.count(one.step) == 1}
        for first, second in pairs.items():
            one, other = done.get(first), done.get(second)
            if one is None or other is None or one.time >= other.time or (one.due is not None and one.due < other.time):
                continue
            later, earlier = one._replace(time=other.time), other._replace(time=one.time)
            left = [row for row in course.steps if row.run != run or row.step not in (first, second)]
            course.steps = [*left, earlier, later]
            return _planted("out-of-order", "SOP987", course, second, earlier.time, [earlier, later])
    return None


def _shuffled(course: Course, random: Random) -> list[tuple[str, list[StepRow]]]:
    found = list(runs(course).items())
    random.shuffle(found)
    return found


# Syncs


def late_sync(ground: Ground) -> Iterable[Target] | Phrase:
    """A change that arrives long after the sync should have brought it."""
    return _syncs(ground, "late-sync", "SOP989", arrives=True)


def missing_sync(ground: Ground) -> Iterable[Target] | Phrase:
    """A change that never arrives."""
    return _syncs(ground, "missing-sync", "SOP990", arrives=False)


def _syncs(ground: Ground, name: str, rule: str, *, arrives: bool) -> Iterable[Target] | Phrase:
    known = [one.id for one in ground.workspace.syncs.values() if one.takes is not None and one.every is not None]
    return [Target("", partial(_held_up, ground, (name, rule), known, arrives))] if known else NO_SYNC


def _held_up(  # noqa: PLR0917  what tells the two apart
    ground: Ground, what: tuple[str, str], known: list[str], arrives: bool, course: Course, random: Random
) -> Planted | None:
    early = [one for one in course.syncs if one.sync in known and one.changed + 5 * DAY < ground.end]
    if not early:
        return None
    row = random.choice(early)
    changed = row._replace(arrived=(row.arrived or row.changed) + 3 * DAY if arrives else None)
    course.syncs[course.syncs.index(row)] = changed
    at = changed.arrived or changed.changed
    name, rule = what
    subject = f"sync/{row.sync}"
    return Planted(name, subject, ((rule, subject),), course.name, at, (("syncs", row.changed),))


def _planted(  # noqa: PLR0917  what is written down
    name: str, rule: str, course: Course, subject: str, at: int, rows: Iterable[StepRow]
) -> Planted:
    return Planted(name, subject, ((rule, subject),), course.name, at, tuple(("steps", one.time) for one in rows))


FAULTS: Final = (
    Fault("late-step", Phrase("步骤做晚了", "a step done too late"), late_step),
    Fault("missed-step", Phrase("步骤没有做", "a step not done"), missed_step),
    Fault("slow-response", Phrase("整个流程太慢", "a run that takes too long"), slow_response),
    Fault("skipped-required", Phrase("跳过必做的步骤", "a required step skipped"), skipped_required),
    Fault("out-of-order", Phrase("步骤顺序颠倒", "steps in the wrong order"), out_of_order),
    Fault("late-sync", Phrase("同步来晚了", "a change that arrives too late"), late_sync),
    Fault("missing-sync", Phrase("同步丢了", "a change that never arrives"), missing_sync),
)
