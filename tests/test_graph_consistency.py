"""Whether one customer can have some runs: each reason why not, beside the same without it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from functools import cache

import pytest

from sopkit.graph.consistency import Start, Trace, customer_of, happenings
from sopkit.graph.face import Face
from sopkit.graph.runs import Came, Run
from sopkit.model.documents import Workspace
from sopkit.model.predicates import Predicate
from sopkit.model.triggers import OnEvent
from sopkit.model.values import Ref
from sopkit.tree import Mark
from tests.workspaces import SETTINGS, unjudged

HERE = Mark(0)
HOUR, DAY = 3600.0, 86_400.0
MONDAY = datetime(2026, 7, 6)
FACE = Face(None, MONDAY)
CATALOG = """\
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】您好}
data:
  kind: {title: 类型, type: [one, other], category: user.behavior, record: crm, retention: 1y}
  mood: {title: 心情, type: [fine, low], category: user.behavior, record: crm, retention: 1y}
  grade:
    title: 评级
    type: [high, low]
    category: user.behavior
    record: map
    retention: 1y
    computed: {from: [kind], every: week, at: [mon 03:00], first_of: [{high: {kind: one}}, {low: else}]}
tags: {seen: {title: 看过, record: crm}, gone: {title: 走了, record: crm}}
segments: {ones: {title: 一类人, when: {kind: one}}}
events:
"""
RATES = {
    "a": "9 per 1d", "b": "9 per 1d", "c": "9 per 1d", "d": "9 per 1d", "no": "0 per 1d", "once": "1 per lifetime",
    "twice": "2 per lifetime", "week": "2 per 7d", "day": "2 per day", "weekly": "2 per week", "month": "2 per month",
    "year": "2 per year", "months": "2 per 2mo", "free": "",
}  # fmt: skip


def events() -> str:
    rows = [
        f"  {name}: {{title: 事件, tool: crm{f', at_most: {rate}' if rate else ''}}}" for name, rate in RATES.items()
    ]
    return CATALOG + "\n".join(rows) + "\n"


@cache
def workspace(text: str = "", settings: str = "") -> Workspace:
    return unjudged({"sopkit.yaml": SETTINGS + settings + text + events()}).workspace


def automation(id_: str, more: str = "", steps: str = "", on: str = "a") -> str:
    lines = (f"---\nkind: automation\nid: {id_}\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: {on}\n",
             f"{more}\n" if more else "", "steps:\n  - {id: first, send: hello, via: sms, for: care}\n",
             f"  - {steps}\n" if steps else "")  # fmt: skip
    return "".join(lines)


def on(event: str) -> OnEvent:
    return OnEvent(Ref(event, HERE), None, HERE)


def start(at: float, event: str = "a") -> Start:
    return Start(at, on(event))


def run(of: Workspace, id_: str, begin: float, end: float | None = None, **more: object) -> Run:
    """Return a run that has ended, if an end is given; `came` are pairs of an instant and an event."""
    came = tuple(Came(at, on(event)) for at, event in more.pop("came", ()))  # type: ignore[attr-defined]
    journey = of.journeys[id_]
    one = Run(f"automation/{id_}", journey, begin, begin if end is None else end, end is not None, came=came)
    return one._replace(**more)  # type: ignore[arg-type]  # its fields


def possible(of: Workspace, starts: list[Start], *runs: Run) -> bool:
    return customer_of(of, FACE, starts, runs, [1000]) is not None


# Events


def allowed(rate: str, times: list[float]) -> bool:
    """Return what a rate means, counting every window that begins with an occurrence."""
    if not rate:
        return True
    count, per = rate.split(" per ")
    if per == "lifetime":
        return len(times) <= int(count)
    days = [MONDAY + timedelta(seconds=at) for at in times]
    keys = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m", "year": "%Y"}
    if per in keys:
        return max(Counter(day.strftime(keys[per]) for day in days).values(), default=0) <= int(count)
    window = int(per.removesuffix("d")) * DAY
    return all(sum(at <= other < at + window for other in times) <= int(count) for at in times)


@pytest.mark.parametrize("event", sorted(set(RATES) - {"months"}))
def test_events_come_no_more_often_than_they_may(event: str) -> None:
    trace = Trace(workspace(), FACE)
    rng = random.Random(event)  # noqa: S311
    answers = Counter[bool]()
    for _ in range(300):
        apart = rng.choice((0.1, 0.5, 1, 3, 7, 20, 200))
        times = [rng.randrange(30) * apart * DAY for _ in range(rng.randint(1, 4))]
        answer = trace.within(event, sorted(times))
        assert answer is allowed(RATES[event], times), times
        answers[answer] += 1
    assert len(answers) == (1 if event in {"a", "b", "c", "d", "no", "free"} else 2)


def test_a_week_after_is_not_within_a_week() -> None:
    trace = Trace(workspace(), FACE)
    assert trace.within("week", [0, 1, 7 * DAY])
    assert not trace.within("week", [0, 1, 7 * DAY - 1])


def test_what_months_allow_is_not_worked_out_and_unknown_events_never_come() -> None:
    trace = Trace(workspace(), FACE)
    assert trace.within("months", [0, 400 * DAY])
    assert not trace.within("months", [0, 400 * DAY, 800 * DAY])
    assert not trace.within("unknown", [0])


def test_one_occurrence_serves_all_runs_that_need_it_and_two_starts_are_two() -> None:
    one = workspace(automation("one"))
    waiting = run(one, "one", 0, came=[(5, "b"), (5, "b"), (6, "c")])
    other = run(one, "one", 1, came=[(5, "b"), (7, "a")])
    assert happenings([start(0), start(0), start(7)], [waiting, other]) == {
        (0, "a"): 2, (7, "a"): 1, (5, "b"): 2, (6, "c"): 1,
    }  # fmt: skip


def test_what_starts_and_what_is_waited_for_count_together() -> None:
    two = workspace(automation("one", on="twice", more="reentry: always"))
    runs = [run(two, "one", at, at) for at in (0, 1)]
    assert possible(two, [start(0, "twice"), start(1, "twice")], *runs)
    assert not possible(two, [start(0, "twice"), start(0, "twice"), start(1, "twice")], *runs)


# What happens while a run goes on

WAITS = automation("one", "ends_on: [c]", "{id: wait, wait: b, up_to: 9d}")


@pytest.mark.parametrize(
    ("others", "can"),
    [
        ([], True),
        ([(HOUR, "d")], True),  # nobody hears it
        ([(HOUR, "c")], False),  # it would have ended the run
        ([(3 * HOUR, "c")], False),  # at the very end, too
        ([(3 * HOUR + 1, "c")], True),
        ([(0.0, "c")], False),
        ([(HOUR, "b")], False),  # the wait would have been over sooner
        ([(0.0, "b")], False),
        ([(3 * HOUR, "b")], False),
        ([(3 * HOUR + 1, "b")], True),
        ([(2 * HOUR, "b")], True),  # the one that is waited for, and it may start something else
        ([(2 * HOUR, "b"), (2 * HOUR, "b")], False),
    ],
)
def test_nothing_else_happens_that_moves_a_run(others: list[tuple[float, str]], can: bool) -> None:
    one = workspace(WAITS + automation("two", "reentry: always", on="[b, c, d]"))
    waited = run(one, "one", 0.0, 3 * HOUR, came=[(2 * HOUR, "b")])
    starts = [start(0.0), *(start(at, event) for at, event in others)]
    assert possible(one, starts, waited) is can


def test_before_a_run_anything_may_happen_and_one_that_goes_on_hears_for_ever() -> None:
    one = workspace(WAITS)
    waits = run(one, "one", HOUR)
    assert possible(one, [start(HOUR), start(0.0, "b"), start(0.0, "c")], waits)
    assert not possible(one, [start(HOUR), start(900 * DAY, "b")], waits)
    assert not possible(one, [start(HOUR), start(900 * DAY, "c")], waits)


def test_an_occurrence_that_two_places_hear_is_not_followed() -> None:
    steps = "{id: wait, wait: b, up_to: 9d}\n  - {id: note, do: 记录, on: b, by: guide, within: 1d}"
    for text, can in ((automation("one", "", steps), False), (automation("one", "", steps.partition("\n")[0]), True)):
        one = workspace(text)
        assert possible(one, [start(0.0)], run(one, "one", 0.0, DAY, came=[(HOUR, "b")])) is can


def test_the_event_that_starts_a_run_is_not_heard_by_it() -> None:
    one = workspace(automation("one", "", "{id: wait, wait: a, up_to: 9d}"))
    assert possible(one, [start(0.0)], run(one, "one", 0.0))
    assert not possible(one, [start(0.0), start(0.5)], run(one, "one", 0.0))
    assert possible(one, [start(0.0)], run(one, "one", 0.0, DAY, came=[(HOUR, "a")]))


def test_steps_inside_others_hear_too() -> None:
    inside = "{id: which, choose: [{if: {kind: one}, steps: [{id: wait, wait: b, up_to: 9d}]}, {else: [{id: mark, tag: gone, in: crm}]}]}"
    one = workspace(automation("one", "", inside))
    assert possible(one, [start(0.0)], run(one, "one", 0.0))
    assert not possible(one, [start(0.0), start(1.0, "b")], run(one, "one", 0.0))


def test_transitions_hear_events() -> None:
    stages = """---
kind: lifecycle
id: one
title: 周期
owner: guide
review_by: 2027-12-31
starts_on: a
stages:
  first: {steps: [{id: hi, send: hello, via: sms, for: care}], next: [{on: b, go: second}, {after: 9d, go: end}]}
  second: {steps: [{id: hi, send: hello, via: sms, for: care}], next: [{after: 9d, go: end}]}
"""
    one = workspace(stages)
    moved = run(one, "one", 0.0, came=[(HOUR, "b")])
    assert possible(one, [start(0.0)], moved)
    assert not possible(one, [start(0.0), start(1.0, "b")], moved)
    assert not possible(one, [start(0.0)], moved._replace(came=(*moved.came, *moved.came)))


# What else could start or move a journey


@pytest.mark.parametrize(
    ("more", "on_", "can"),
    [
        ("", "[a, {becomes: {kind: one}}]", True),  # nobody writes it: the customer does without
        ("", "[a, {becomes: {grade: high}}]", False),  # the tool works it out
        ("", "[a, {becomes: {mood: fine}}]", False),  # a step of the course writes it
        ("", "[a, {enters: ones}]", False),
        ("", "[a, {every: month, at: [day 1 09:00]}]", False),
        ("reentry: always", "[a, {every: month, at: [day 1 09:00]}]", True),  # a run more is only more
        ("reentry: always\noverlap: false", "[a, {every: month, at: [day 1 09:00]}]", False),
        ("", "[a, manual]", True),
        ("ends_on: [{becomes: {kind: one}}]", "a", True),
        ("ends_on: [{becomes: {grade: high}}]", "a", False),
        ("ends_on: [{becomes: {mood: fine}}]", "a", False),
        ("ends_on: [{leaves: ones}]", "a", False),
    ],
)
def test_only_what_is_seen_starts_and_ends_a_journey(more: str, on_: str, can: bool) -> None:
    one = workspace(automation("one", more, "{id: note, set: {mood: fine}, in: crm}", on_))
    assert possible(one, [start(0.0)], run(one, "one", 0.0, 0.0)) is can


@pytest.mark.parametrize(
    ("step", "can"),
    [
        ("{id: wait, wait: {becomes: {kind: one}}, up_to: 2d}", True),
        ("{id: wait, wait: {becomes: {grade: high}}, up_to: 2d}", False),
        ("{id: note, do: 记录, on: {becomes: {grade: high}}, by: guide, within: 1d}", False),
        ("{id: note, do: 记录, on: d, by: guide, within: 1d}", True),
    ],
)
def test_only_what_is_seen_moves_a_step(step: str, can: bool) -> None:
    one = workspace(automation("one", "", step))
    assert possible(one, [start(0.0)], run(one, "one", 0.0, DAY)) is can


@pytest.mark.parametrize(
    ("trigger", "can"),
    [("{ended: one}", True), ("{entered: one}", False), ("{ended: other}", True), ("{left: other}", True)],
)
def test_the_end_of_a_journey_in_the_course_starts_a_run_that_is_in_it(trigger: str, can: bool) -> None:
    one = workspace(automation("one") + automation("two", on=f"[b, {trigger}]") + automation("other", on="c"))
    runs = run(one, "one", 0.0, HOUR), run(one, "two", HOUR, HOUR)
    assert possible(one, [start(0.0)], *runs) is can


# Starting again


@pytest.mark.parametrize(
    ("reentry", "times", "can"),
    [
        ("never", [(0, 1)], True),
        ("never", [(0, 1), (DAY, DAY)], False),
        ("after 3d", [(0, HOUR), (HOUR + 3 * DAY, None)], True),
        ("after 3d", [(0, HOUR), (HOUR + 3 * DAY - 1, None)], False),
        ("after 3d", [(0, None), (HOUR + 9 * DAY, None)], False),  # the first has not ended
        ("after 0d", [(0, HOUR), (HOUR, HOUR)], False),  # one at a time, and both would be at one instant
        ("after 0d", [(0, HOUR), (HOUR + 1, None)], True),
        ("after 1mo", [(0, HOUR)], False),  # months are not worked out
        ("always", [(0, None), (1, None), (2, 3)], True),
        ("always\noverlap: false", [(0, 1), (2, 3)], True),
        ("always\noverlap: false", [(0, 2), (1, 3)], False),
        ("always\noverlap: false", [(0, None), (1, 3)], False),
    ],
)
def test_a_journey_starts_again_only_as_it_may(
    reentry: str, times: list[tuple[float, float | None]], can: bool
) -> None:
    one = workspace(automation("one", f"reentry: {reentry}"))
    runs = [run(one, "one", begin, end) for begin, end in times]
    starts = [start(begin) for begin, _ in times]
    assert possible(one, starts, *runs) is can
    assert possible(one, starts, *reversed(runs)) is can


@pytest.mark.parametrize(
    ("reentry", "at", "can"),
    [
        ("never", 0, False),  # it would have been the only run
        ("never", 3 * DAY, True),  # refused
        ("after 3d", 0, False),
        ("after 3d", 2 * DAY + HOUR / 2, True),  # refused while the run goes on
        ("after 3d", 2 * DAY + HOUR, True),  # and at its very end
        ("after 3d", 4 * DAY, True),  # and during the pause
        ("after 3d", 5 * DAY + HOUR, False),  # it would have started a run
        ("after 3d", 19 * DAY, False),
        ("after 3d", 20 * DAY, True),
        ("after 3d", 21 * DAY, True),  # after the last there is nothing to be told of
        ("always", 0, True),
    ],
)
def test_what_would_have_started_a_run_of_its_own_does_not_happen(reentry: str, at: float, can: bool) -> None:
    """Between runs from 2 d to 2 d 1 h and from 20 d on; the other journey hears the event too."""
    one = workspace(automation("one", f"reentry: {reentry}") + automation("two", "reentry: always", on="a"))
    runs = [run(one, "one", 2 * DAY, 2 * DAY + HOUR)]
    runs += [run(one, "one", 20 * DAY)] if reentry != "never" else []
    starts = [start(at), *(start(one.start) for one in runs)]
    assert possible(one, starts, *runs, run(one, "two", at, at)) is can


# Groups

GROUP = "one_at_a_time:\n  ones: {journeys: [one, two], if_busy: drop}\n"


def pair(two: str) -> Workspace:
    return workspace(automation("one", "", "{id: on, start: three}") + two + automation("three", on="d"), GROUP)


def test_of_a_group_one_run_is_followed_and_nothing_starts_another() -> None:
    of = pair(automation("two", on="b"))
    one, two, three = (run(of, id_, 0.0, HOUR) for id_ in ("one", "two", "three"))
    assert possible(of, [start(0.0)], one)
    assert possible(of, [start(0.0), start(0.0, "d")], one, three)
    assert not possible(of, [start(0.0), start(5 * DAY, "b")], one, run(of, "two", 5 * DAY, 6 * DAY))
    assert not possible(of, [start(0.0), start(5 * DAY, "b")], one)
    assert possible(of, [start(0.0, "b")], two)
    assert not possible(of, [start(0.0, "b"), start(1.0)], two)
    assert not possible(of, [start(0.0)], one._replace(begun=((0.0, "two"),)))
    assert possible(of, [start(0.0)], one._replace(begun=((0.0, "three"),)))


@pytest.mark.parametrize(("trigger", "can"), [("{ended: one}", False), ("{ended: three}", True), ("c", True)])
def test_no_end_of_a_run_starts_another_of_its_group(trigger: str, can: bool) -> None:
    of = pair(automation("two", on=f"[b, {trigger}]"))
    assert possible(of, [start(0.0)], run(of, "one", 0.0, HOUR)) is can


# Tools that hear of an event at different times

SYNC = """---
kind: sync
id: nightly
title: 同步
owner: guide
review_by: 2027-12-31
from: crm
to: map
carries: {events: [a, b]}
key: unionid
every: day
at: ["02:00"]
"""


@pytest.mark.parametrize(
    ("first", "second", "sync", "can"),
    [
        ("runs_in: crm", "runs_in: crm", SYNC, True),
        ("runs_in: crm", "runs_in: map", SYNC, False),
        ("", "runs_in: map", SYNC, False),
        ("", "", SYNC, True),
        ("runs_in: crm", "runs_in: map", "", True),
        ("runs_in: crm", "runs_in: map", SYNC.replace("[a, b]", "[b]"), True),
        ("runs_in: crm", "runs_in: map", SYNC.replace("events: [a, b]", "data: [phone]"), True),
    ],
)
def test_journeys_hear_of_one_event_at_one_time(first: str, second: str, sync: str, can: bool) -> None:
    of = workspace(automation("one", first) + automation("two", second) + sync)
    assert possible(of, [start(0.0)], run(of, "one", 0.0, HOUR), run(of, "two", 0.0, HOUR)) is can


@pytest.mark.parametrize(("sync", "can"), [(SYNC, False), ("", True), (SYNC.replace("[a, b]", "[a]"), True)])
def test_what_moves_a_run_comes_by_no_sync(sync: str, can: bool) -> None:
    of = workspace(automation("one", "", "{id: wait, wait: b, up_to: 9d}") + sync)
    assert possible(of, [start(0.0)], run(of, "one", 0.0, HOUR, came=[(HOUR, "b")])) is can


# Who the customer is


def asks(text: str) -> Predicate:
    """Return what a guard asks."""
    step = unjudged(
        {
            "sopkit.yaml": SETTINGS
            + automation("g", "", f"{{id: n, send: hello, via: sms, for: care, if: {text}}}")
            + events()
        }
    )
    asked = step.workspace.journeys["g"].stages[0].steps[1].if_
    assert asked is not None
    return asked


@pytest.mark.parametrize(
    ("asked", "can"),
    [
        (["{kind: one}"], True),
        (["{kind: one}", "{kind: other}"], False),
        (["{kind: one}", "{mood: fine}"], False),  # a step writes it meanwhile
        (["{grade: high}"], False),  # worked out meanwhile
        (["{tag: seen}"], False),  # a step sets it
        (["{tag: gone}"], True),
        (["{a: ever}"], True),  # it has started the run
        (["{a: never}"], False),
        (["{not: {a: ever}}"], False),
        (["{not: {d: ever}}"], True),
        (["{a: within 3d}"], False),
        (["{a: ≥ 2}"], False),
        (["{d: ever}"], True),
        (["{d: never}"], True),
        (["{d: within 3d}"], True),
        (["{b: ever}"], False),  # it comes in the middle
        (["{c: ever}"], True),
        (["{stage: life/first}"], False),
        (["{consent: {sms-marketing: given}}"], True),
    ],
)
def test_somebody_meets_all_that_is_asked_all_through(asked: list[str], can: bool) -> None:
    life = "---\nkind: lifecycle\nid: life\ntitle: 周期\nowner: guide\nreview_by: 2027-12-31\nstarts_on: c\nstages:\n  first: {}\n"
    steps = (
        "{id: note, set: {mood: fine}, in: crm}\n  - {id: mark, tag: seen, in: crm}\n  - {id: wait, wait: b, up_to: 9d}"
    )
    of = workspace(automation("one", "", steps) + life)
    predicates = tuple(asks(one) for one in asked)
    waited = run(of, "one", 0.0, DAY, came=[(HOUR, "b")], asked=predicates)
    assert possible(of, [start(0.0)], waited) is can
