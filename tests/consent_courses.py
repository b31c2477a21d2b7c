"""Lifecycles whose stages lead on, and back, by events and timers: as YAML for sopkit, and acted out hour by hour.

As in `consent_plays`, whose deeds they are made of, nothing comes from the analysis. A course is stages with moves between them, a
journey that one of these starts, and perhaps an end on every withdrawal. `breaks` tries every history of the consent, and where the
journey ends on withdrawals every hour at which the tool hears of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import strategies as st

from tests.consent_plays import NOUNS, SETTINGS, SYNC, Act, Deed, _bits, _go, _journey, _lines, _number

LAST = 8
"""The last hour that is acted out."""
MOST = 300
"""Contacts, and states at the entry of a stage, of one course that are tried."""
RIVALS = ("preempt", "queue", "stage preempt", "stage queue", "stage drop")
NAMES = ("one", "two", "three")
END = -1


@dataclass(frozen=True)
class Move:
    """`next:` of a stage: on an event, or some hours after entry."""

    on: str
    after: int
    go: int
    """Number of a stage, or `END`."""


@dataclass(frozen=True)
class Stage:
    deeds: tuple[Deed, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Course:
    """One lifecycle, entered again and again, and a journey that it starts."""

    stages: tuple[Stage, ...]
    then: tuple[Deed, ...] | None
    starts_then: str
    """`ended`, `left`: the first stage, or `entered`: the second stage."""
    within: int
    late: int
    asked: bool
    ends: bool
    """`ends_on:` the one way to withdraw."""
    rival: str = ""
    """What becomes of the lifecycle, or of the steps of its first stage, beside a rival in its group: `preempt` or `queue` it, or
    the stage: `stage preempt`, `stage queue`, `stage drop`."""
    exits: bool = False
    """A cap that is used up ends the lifecycle."""


# As YAML


def as_yaml(course: Course) -> str:
    agreed = "agreed: {title: 同意, tool: map, at_most: 100 per day, gives: [mail]}"
    events = agreed + "\n  called: {title: 来电, tool: map, at_most: 100 per day}"
    nouns = NOUNS.replace("WITHIN", str(course.within)).replace(
        "agreed: {title: 同意, tool: map, at_most: 1 per day, gives: [mail]}", events
    )
    head = "---\nkind: lifecycle\nid: first\ntitle: first\nowner: carer\nreview_by: 2027-12-31\nruns_in: map\n"
    head += f"starts_on: {'agreed' if course.asked else 'arrived'}\nreentry: always\n"
    head += "ends_on: [refused-mail]\n" if course.ends else ""
    counter = iter(range(100))
    body = "".join(_stage(number, stage, counter) for number, stage in enumerate(course.stages))
    started = {"ended": "{ended: first}", "left": f"{{left: first/{NAMES[0]}}}"}
    trigger = started.get(course.starts_then, f"{{entered: first/{NAMES[1]}}}")
    second = _journey("second", trigger, "", course.then) if course.then is not None else ""
    sync = SYNC.replace("LATE", str(course.late)) if course.late else ""
    return nouns + head + "stages:\n" + body + second + (RIVAL if course.rival else "") + sync


RIVAL = """\
---
kind: automation
id: rival
title: rival
owner: carer
review_by: 2027-12-31
runs_in: map
starts_on: called
reentry: always
steps:
  - {id: rival-0, wait: 1h}
"""


def settings_of(course: Course) -> str:
    """Return the workspace's settings: SETTINGS, with the group and the enforcement of the course."""
    text = SETTINGS
    if course.exits:
        text = text.replace("enforce: none", "enforce: {in: map, count: exit}").replace("max: 1000", "max: 1")
    if course.rival:
        place = f"first/{NAMES[0]}" if course.rival.startswith("stage") else "first"
        busy = course.rival.removeprefix("stage ")
        text += f"one_at_a_time: {{one: {{journeys: [{place}, rival], if_busy: {busy}}}}}\n"
    return text


def _stage(number: int, stage: Stage, counter: Iterator[int]) -> str:
    steps = "".join(_lines(stage.deeds, "      ", "first", counter))
    moves = "".join(f"      - {_move(move)}\n" for move in stage.moves)
    return f"  {NAMES[number]}:\n    title: {NAMES[number]}\n    steps:\n{steps}" + (
        f"    next:\n{moves}" if moves else ""
    )


def _move(move: Move) -> str:
    where = "end" if move.go == END else NAMES[move.go]
    return f"{{on: {move.on}, go: {where}}}" if move.on else f"{{after: {move.after}h, go: {where}}}"


# Acted out


class TooLargeError(Exception):
    """There are too many ways to try them one by one."""


@dataclass(frozen=True)
class Contact:
    done: int
    step: str
    given: tuple[int, ...]
    seen: tuple[int, ...]
    unseen: tuple[int, ...]
    quiet: tuple[int, int] | None
    """The hours, the first one left out, in which the tool has heard of no withdrawal."""
    heard: int | None
    """The hour at which it has."""


def contacts(course: Course) -> set[Contact]:
    """Return every contact that a customer can meet, with what was seen of the consent by then."""
    found: set[Contact] = set()
    firsts, total = [], 0
    for stage in course.stages:
        firsts.append(total)
        total = _number(stage.deeds, total)[1]
    begun = Act(given=(0,) if course.asked else (), capped=course.exits)
    waits = range(course.within + 2) if course.rival == "queue" else (0,)
    waiting = [(0, replace(begun, now=hour, start=hour)) for hour in waits]
    known = set(waiting)
    while waiting:
        if max(len(found), len(known)) > MOST:
            raise TooLargeError
        number, act = waiting.pop()
        if number == 1 and course.starts_then == "entered":
            found |= _second(course, act, None)
        numbered = _number(course.stages[number].deeds, firsts[number])[0]
        stopped = course.rival.startswith("stage") and number == 0
        for played in {_plain(one) for one in _played(course, numbered, act, stopped=stopped)}:
            for target, state, heard in _leaves(course, course.stages[number], act, played):
                quiet = {one: (act.start, one[0]) if course.ends else None for one in state.contacts}
                found |= {_contact(one, hours, None) for one, hours in quiet.items()}
                onward = replace(state, contacts=(), left=False)
                moved = {"ended": target == END, "left": number == 0 and target >= END}
                if moved.get(course.starts_then):
                    found |= _second(course, onward, heard)
                if target >= 0 and (target, onward) not in known:
                    known.add((target, onward))
                    waiting.append((target, onward))
    return found


def _played(course: Course, numbered: list[tuple[int, Deed]], begun: Act, *, stopped: bool) -> Iterator[Act]:
    """Yield how the steps of a stage are played. `stopped`: beside the rival, which lets them wait, or ends them."""
    if not stopped:
        yield from _go(numbered, begun, "first", held=False)
        return
    yield begun  # not one is done
    for wait in range(course.within + 2) if course.rival == "stage queue" else (0,):
        for played in _go(numbered, replace(begun, now=begun.now + wait), "first", held=False):
            yield played
            for hour in range(begun.now, played.now + 1) if course.rival == "stage preempt" else ():
                yield from (_cut(begun, played, hour, at_once=early) for early in (True, False))


def _leaves(course: Course, stage: Stage, begun: Act, played: Act) -> Iterator[tuple[int, Act, int | None]]:
    """Yield how a stage is left that was played so: where to, how things are then, and when a withdrawal ended it."""
    entry = begun.now
    timers = [(entry + move.after, move.go) for move in stage.moves if not move.on]
    end = min([LAST, *(at for at, _ in timers)])
    if played.left and played.now <= end:
        yield END, played, None
        end = played.now
    else:
        yield -2, _cut(begun, played, end, at_once=False), None
        yield from (
            (go, _cut(begun, played, at, at_once=early), None)
            for at, go in timers
            if at == end
            for early in (True, False)
        )
    for hour in range(entry, end + 1):
        for early in (True, False):
            cut = _cut(begun, played, hour, at_once=early)
            for move in stage.moves:
                if move.on:
                    given = (*cut.given, hour) if move.on == "agreed" else cut.given
                    yield move.go, _plain(replace(cut, given=given)), None
            if course.rival == "preempt":
                yield END, cut, None
            if course.ends and hour > begun.start:
                yield END, cut, hour


def _cut(begun: Act, act: Act, hour: int, *, at_once: bool) -> Act:
    """Return how far it has come by an hour; `at_once`: what falls on that hour itself has not been done."""
    last = hour - 1 if at_once else hour
    return replace(
        begun,
        now=hour,
        given=tuple(at for at in act.given if at <= last or at in begun.given),
        seen=tuple(at for at in act.seen if at <= last or at in begun.seen),
        unseen=tuple(at for at in act.unseen if at <= last or at in begun.unseen),
        contacts=tuple(one for one in act.contacts if one[0] <= last),
    )


def _plain(act: Act) -> Act:
    """Return the act with each hour once."""
    given, seen, unseen = (tuple(sorted(set(hours))) for hours in (act.given, act.seen, act.unseen))
    return replace(act, given=given, seen=seen, unseen=unseen)


def _second(course: Course, act: Act, heard: int | None) -> set[Contact]:
    if course.then is None:
        return set()
    until = act.now if heard is None else heard - 1
    begun = replace(act, start=act.now, contacts=(), left=False)
    return {
        _contact(one, (act.start, until) if course.ends else None, heard)
        for played in _go(_number(course.then, 0)[0], begun, "second", held=False)
        for one in played.contacts
    }


def _contact(
    seen: tuple[int, str, tuple[int, ...], tuple[int, ...], tuple[int, ...]],
    quiet: tuple[int, int] | None,
    heard: int | None,
) -> Contact:
    done, step, *hours = seen
    given, shown, unseen = (tuple(sorted(set(one))) for one in hours)
    return Contact(done, step, given, shown, unseen, quiet, heard)


def breaks(course: Course) -> tuple[set[str], set[str]]:
    """Return the steps by which a customer is contacted with the consent given at no instant that counts, and those that follow on
    a withdrawal.
    """
    broken: set[str] = set()
    after: set[str] = set()
    for one in sorted(contacts(course), key=lambda contact: (contact.done, contact.step)):
        if one.done <= LAST:
            if one.heard is not None:
                after.add(one.step)
            if one.step not in broken and _some_history(course, one):
                broken.add(one.step)
    return broken, after


def _some_history(course: Course, one: Contact) -> bool:
    """Try every history of the consent, one bit an hour: those in which it is given at no instant that still counts."""
    late, first = course.late, -course.late - 1
    free = max(0, one.done - course.within - first)
    must = _bits([(at, at) for at in one.given], first)
    some = [_bits([(at - late, at)], first) for at in one.seen]
    gap = [_bits([(at - late, at)], first) for at in one.unseen]
    if must >> free:
        return False
    for history in range(1 << free):
        if (
            history & must != must
            or not all(history & span for span in some)
            or not all(~history & span for span in gap)
        ):
            continue
        if one.quiet is None or _heard_in_time(course, one, history, first):
            return True
    return False


def _heard_in_time(course: Course, one: Contact, history: int, first: int) -> bool:
    """Return whether the tool can have heard of each withdrawal outside of the hours in which it heard of none, and of one when it did.

    Where it has heard, its copy says given only once it was given anew.
    """
    low, high = one.quiet or (0, 0)
    hours = range(first, one.done + 1)
    given = {hour for hour in hours if history >> (hour - first) & 1}
    ends = [hour for before, hour in pairwise(hours) if before in given and hour not in given]

    def may(end: int, hour: int) -> bool:
        return not low < hour <= high and all(
            any(end < anew <= at for anew in given) for at in one.seen if at >= hour
        )  # fmt: skip

    times = [{hour for hour in range(end, end + course.late + 1) if may(end, hour)} for end in ends]
    return all(times) and (one.heard is None or any(one.heard in hours for hours in times))


def longest(course: Course) -> int:
    """Return the hours after which nothing new can come: each stage to its end, and where only an event ends it long enough for all
    that was seen to be too old.
    """
    hours = 0
    for stage in course.stages:
        timers = [move.after for move in stage.moves if not move.on]
        hours += min(timers) if timers else _hours(stage.deeds) + course.within + 1
    return hours + _hours(course.then or ())


def _hours(deeds_: tuple[Deed, ...]) -> int:
    return sum(one.high + _hours(one.yes) + _hours(one.no) for one in deeds_)


# Drawn at random


@st.composite
def short_deeds(draw: st.DrawFn, depth: int = 0) -> tuple[Deed, ...]:
    found = []
    for _ in range(draw(st.integers(1, 2))):
        verb = draw(
            st.sampled_from(["wait", "send", "send", "staff", "ask", *(["fork", "hear"] if depth < 1 else ["leave"])])
        )
        low = draw(st.sampled_from([0, 0, 1]))
        deed = Deed(verb, low, draw(st.integers(low, low + 1)), guarded=draw(st.booleans()))
        if verb == "fork":
            deed = replace(deed, high=0, yes=draw(short_deeds(1)), no=draw(st.one_of(st.just(()), short_deeds(1))))
        elif verb == "hear":
            deed = replace(deed, high=1, no=draw(st.one_of(st.just(()), short_deeds(1))))
        found.append(deed)
    return tuple(found)


@st.composite
def courses(draw: st.DrawFn) -> Course:
    count = draw(st.sampled_from([1, 2, 2, 3]))
    stages = []
    for number in range(count):
        onward = number + 1 if number + 1 < count else END
        on = draw(st.sampled_from(["", "called", "agreed"]))
        moves = [Move(on, draw(st.integers(1, 2)), onward)]
        if count > 1 and draw(st.booleans()):
            further = draw(st.sampled_from([one for one in ("", "called", "agreed") if one != on]))
            target = draw(st.sampled_from([one for one in (*range(count), END) if one not in (number, onward)]))
            moves.append(Move(further, draw(st.integers(1, 2)), target))
        stages.append(Stage(draw(short_deeds()), tuple(moves)))
    within = draw(st.integers(1, 3))
    return Course(
        stages=tuple(stages),
        then=draw(st.one_of(st.none(), short_deeds())),
        starts_then=draw(st.sampled_from(["ended", "left", *(["entered"] if count > 1 else [])])),
        within=within,
        late=draw(st.integers(0, min(2, within))),
        asked=draw(st.booleans()),
        ends=draw(st.booleans()),
        rival=draw(st.sampled_from(["", "", "", *RIVALS])),
        exits=draw(st.integers(0, 4)) == 0,
    )
