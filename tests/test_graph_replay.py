"""Courses that break a cap: which is found for which journeys, instant by instant; and none where there is none."""

from __future__ import annotations

from datetime import datetime
from unittest.mock import patch

import pytest

from sopkit.graph import replay
from sopkit.graph.purse import Purse
from sopkit.graph.replay import Course
from tests.test_graph_worst import CATALOG, QUIET, SEND, automation, lifecycle, stages
from tests.witnesses import witnesses
from tests.workspaces import SETTINGS, compiled

TIPS = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: %s\nformat: post\nfor: care\n"
    "every: week\nat: [mon 10:00, wed 10:00]\non_holiday: same\n"
)


def course(cap: str, *texts: str, settings: str = "") -> Course | None:
    """Return the course that is shown for the only cap."""
    text = SETTINGS + settings + f"caps: [{{id: c, {cap}}}]\n" + "".join(texts) + CATALOG
    found = [one for one in witnesses({"sopkit.yaml": text}) if one.limit.cap is not None]
    return found[0].course if found else None


def told(found: Course) -> str:
    """Return when it begins, then events and touches with their hours from there; `*` marks what breaks the cap."""
    first = min([at for at, _ in found.came] + [at for at, _, _ in found.done])

    def hours(at: datetime) -> str:
        return f"{(at - first).total_seconds() / 3600:g}"

    came = [f"{event.event.id} {hours(at)}" for at, event in found.came]
    done = [f"{touch.node.partition('/')[2]} {hours(at)}{'*' * counts}" for at, touch, counts in found.done]
    return f"{first:%a %H:%M}: {', '.join(came)}: {', '.join(done)}"


IN_TURN = automation("a", "", on="daily", more="reentry: after 2d\n")
ANY_TIME = automation("a", "", on="often", more="reentry: always\n")
CHAIN = [
    automation("a", "1d"),
    *(automation(one, "1d", on=f"{{ended: {before}}}") for before, one in ("ab", "bc", "cd", "de")),
]
BIRTH = "---\nkind: catalog\nevents: {birth: {title: 事件, tool: crm, at_most: 1 per lifetime}}\n"
FORK = (
    "choose: [{if: {kind: one}, steps: [{id: x, after: 1d, SEND}]}, {else: [{id: y, after: 6d, SEND}, {id: z, SEND}]}]"
)
FORKED = automation("a", on="daily") + f"  - {{id: f, {FORK.replace('SEND', SEND)}}}\n"
EITHER = "audience: {kind: one}\n", "audience: {kind: other}\n"


@pytest.mark.parametrize(
    ("cap", "texts", "expected"),
    [
        # What one run does by itself
        ("max: 1, per: 2d", [automation("a", "1d..3d", "1d..9d")], "Mon 09:00: once 0: a/s0 24*, a/s1 48*"),
        ("max: 1, per: 1d", [automation("a", "1d..3d", "1d..9d")], None),
        ("gap: 2h", [automation("a", "", "1h", "3h")], "Mon 09:00: once 0: a/s0 0*, a/s1 1*"),
        ("gap: 2h", [automation("a", "", "3h", "1h")], "Mon 09:00: once 0: a/s0 0, a/s1 3*, a/s2 4*"),
        # Runs of one journey
        ("max: 2, per: 7d", [IN_TURN], "Mon 09:00: daily 0, daily 48, daily 96: a/s0 0*, a/s0 48*, a/s0 96*"),
        ("max: 3, per: 6d", [IN_TURN], None),
        ("max: 3, per: 145h", [IN_TURN], "Mon 09:00: daily 0, daily 48, daily 96, daily 144: "
                                         "a/s0 0*, a/s0 48*, a/s0 96*, a/s0 144*"),
        ("max: 2, per: 1d", [ANY_TIME], "Mon 09:00: often 0, often 0, often 0: a/s0 0*, a/s0 0*, a/s0 0*"),
        ("max: 3, per: 1d", [ANY_TIME], None),
        ("max: 1, per: 7d", [automation("a", "", on="free")], None),
        # Journeys beside each other
        ("max: 1, per: 7d", [automation("a", "2d", on="daily"), automation("b", "", on="often")],
         "Mon 09:00: daily 0, often 48: a/s0 48*, b/s0 48*"),
        ("max: 1, per: 2d", [automation("a", "1d", on="often"), automation("b", "2d", on="often")],
         "Mon 09:00: often 0: a/s0 24*, b/s0 48*"),
        ("max: 1, per: 2d", [automation("a", "1d", on="often"), automation("b", "4d", on="often")], None),
        ("max: 1, per: 7d", [automation("a", "", on="daily", more=EITHER[0]), automation("b", "", on="often", more=EITHER[1])],
         None),
        ("max: 1, per: 7d", [automation("a", "", on="daily", more=EITHER[0]), automation("b", "", on="often", more=EITHER[0])],
         "Mon 09:00: daily 0, often 0: a/s0 0*, b/s0 0*"),
        # One after another
        ("max: 1, per: 7d", [automation("a", "1d"), automation("b", "2d", on="{ended: a}")],
         "Mon 09:00: once 0: a/s0 24*, b/s0 72*"),
        ("max: 1, per: 2d", [automation("a", "1d"), automation("b", "2d", on="{ended: a}")], None),
        ("max: 1, per: 7d", [automation("a", "1d") + "  - {id: on, after: 1d, start: b}\n", automation("b", "2d", on="daily")],
         "Mon 09:00: once 0: a/s0 24*, b/s0 96*"),
        # Stages
        ("max: 2, per: 3d", [lifecycle("a", (
            f"  first:\n    steps: [{{id: x, {SEND}}}]\n    next: [{{on: daily, go: second}}, {{after: 9d, go: end}}]\n"
            f"  second:\n    steps: [{{id: y, {SEND}}}, {{id: z, after: 1d, {SEND}}}]\n    next: [{{after: 9d, go: end}}]\n"
        ))], "Mon 09:00: once 0, daily 1: a/first/x 0*, a/second/y 1*, a/second/z 25*"),
        ("max: 2, per: 3d", [lifecycle("a", stages(f"id: o, every: 1d, {SEND}"))],
         "Mon 09:00: once 0: a/first/o 24*, a/first/o 48*, a/first/o 72*"),
        ("max: 1, per: 3d", [lifecycle("a", stages(f"id: x, {SEND}", f"id: o, on: daily, {SEND}"))],
         "Mon 09:00: once 0, daily 1: a/first/x 0*, a/first/o 1*"),
        # The calendar
        ("max: 1, per: day", [automation("a", "", "20h")], "Mon 00:00: once 0: a/s0 0*, a/s1 20*"),
        ("max: 1, per: day", [automation("a", "", "24h")], None),
        ("max: 1, per: week", [automation("a", "", "6d")], "Mon 09:00: once 0: a/s0 0*, a/s1 144*"),
        ("max: 1, per: month", [automation("a", "", "6d")], "Mon 09:00: once 0: a/s0 0*, a/s1 144*"),
        # Cadences
        ("max: 1, per: 7d", [TIPS % "sms"], "Mon 10:00: : tips 0*, tips 48*"),
        ("max: 1, per: week", [TIPS % "sms"], "Mon 10:00: : tips 0*, tips 48*"),
        ("max: 2, per: week", [TIPS % "sms"], None),
        # A wait for an event is as long as a pause: an hour, or a quarter of a short window
        ("gap: 2h", [automation("a", "") + f"  - {{id: w, wait: often, up_to: 5h}}\n  - {{id: x, {SEND}}}\n"],
         "Mon 09:00: once 0, often 1: a/s0 0*, a/x 1*"),
        ("gap: 1h", [automation("a", "") + f"  - {{id: w, wait: often, up_to: 5h}}\n  - {{id: x, {SEND}}}\n"],
         "Mon 09:00: once 0, often 0.25: a/s0 0*, a/x 0.25*"),
        # Only the second is late: the first soon, or both would come after the other journey
        ("max: 1, per: 1h", [automation("a", "1d..2d", "1d..7d", on="often"), automation("b", "8d", on="often")],
         "Mon 09:00: often 0: a/s0 24, a/s1 192*, b/s0 192*"),
        # Journeys that start each other
        ("max: 3, per: 7d", CHAIN[:4], "Mon 09:00: once 0: a/s0 24*, b/s0 48*, c/s0 72*, d/s0 96*"),
        ("max: 4, per: 7d", CHAIN, None),  # no further than that
        # Of what one event starts, one may run again
        ("max: 7, per: 7d", [automation("a", *[""] * 5, on="daily"), IN_TURN.replace("id: a", "id: b")],
         f"Mon 09:00: daily 0, daily 48, daily 96: {''.join(f'a/s{n} 0*, ' for n in range(5))}b/s0 0*, b/s0 48*, b/s0 96*"),
        ("max: 2, per: 7d", [automation("a", "5d", "", on="daily", more="reentry: after 1d\n")],
         "Mon 09:00: daily 0, daily 144: a/s0 120*, a/s1 120*, a/s0 264*, a/s1 264*"),
        # What each event allows is its own
        ("max: 1, per: 7d", [automation("a", "2d"), automation("b", "", on="birth"), BIRTH],
         "Sat 09:00: once 0, birth 48: a/s0 48*, b/s0 48*"),
        ("max: 1, per: 7d", [automation("a", "2d", on="weekly"), automation("b", "", on="mo")],
         "Sat 09:00: weekly 0, mo 48: a/s0 48*, b/s0 48*"),
        ("max: 1, per: 7d", [automation("a", "", on="daily"), automation("b", "177h", on="often")],
         "Mon 00:00: often 0, daily 177: a/s0 177*, b/s0 177*"),
        # Several by the calendar
        ("max: 1, per: week", [automation("a", "2d", on="daily"), automation("b", "", on="often")],
         "Mon 00:00: often 0, daily 9: b/s0 0*, a/s0 57*"),
        ("max: 2, per: day", [automation("a", "2d", on="daily"), automation("b", "5d", on="often"), automation("c", "", on="free")],
         "Fri 00:00: often 0, daily 81, free 120: b/s0 120*, c/s0 120*, a/s0 129*"),
        ("max: 1, per: week", [automation("a", "9d", on="daily"), automation("b", "8d", on="often")],
         "Sun 00:00: often 0, daily 33: b/s0 192*, a/s0 249*"),
        ("max: 2, per: week", [IN_TURN],
         "Mon 09:00: daily 0, daily 48, daily 96: a/s0 0*, a/s0 48*, a/s0 96*"),
        ("max: 3, per: week", [IN_TURN],
         "Mon 09:00: daily 0, daily 48, daily 96, daily 144: a/s0 0*, a/s0 48*, a/s0 96*, a/s0 144*"),
        ("max: 4, per: week", [IN_TURN], None),
        ("max: 3, per: week", [automation("a", "", on="daily", more="reentry: always\n")],
         "Mon 09:00: daily 0, daily 24, daily 48, daily 72: a/s0 0*, a/s0 24*, a/s0 48*, a/s0 72*"),
        # Long before its touch: both at once, and each by its longer way
        ("max: 1, per: day", [automation("a", "11d", on="often", more="reentry: always\n")],
         "Mon 09:00: often 0, often 0: a/s0 264*, a/s0 264*"),
        ("max: 3, per: day", [FORKED, FORKED.replace("id: a", "id: b").replace("daily", "often")],
         "Mon 00:00: often 0, daily 9: b/y 144*, b/z 144*, a/y 153*, a/z 153*"),
    ],
)  # fmt: skip
def test_the_course_that_is_shown(cap: str, texts: list[str], expected: str | None) -> None:
    found = course(cap, *texts)
    assert (told(found) if found else None) == expected


@pytest.mark.parametrize(
    ("cap", "waits", "expected"),
    [
        ("max: 1, per: 10h", ("", "14h"), None),
        ("max: 1, per: 13h", ("", "1h"), "Mon 09:00: once 0: a/s0 0*, a/s1 1*"),
        ("max: 1, per: 5h", ("", "12h"), None),
        ("max: 1, per: 14h", ("", "13h"), "Mon 20:00: once 0: a/s0 0*, a/s1 13*"),
    ],
)
def test_closed_hours_move_touches(cap: str, waits: tuple[str, ...], expected: str | None) -> None:
    found = course(cap, automation("a", *waits), settings=QUIET)
    assert (told(found) if found else None) == expected


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        (("", "24h"), "Sun 00:00: once 0: a/s0 0*, a/s1 23*"),
        (("1d", "24h"), "Sat 00:00: once 0: a/s0 24*, a/s1 47*"),
        (("2d", "24h"), "Fri 00:00: once 0: a/s0 48*, a/s1 71*"),
        (("1d..2d", "24h"), "Sat 00:00: once 0: a/s0 24*, a/s1 47*"),
        (("", "25h"), None),
    ],
)
def test_a_night_in_which_the_clock_is_put_back(waits: tuple[str, ...], expected: str | None) -> None:
    """On the last Sunday of October, which has 25 hours; it is Saturday, by the clock, 24 hours before that is over."""
    text = SETTINGS.replace("Asia/Shanghai", "Europe/Berlin") + "caps: [{id: c, max: 1, per: day}]\n"
    found = [one.course for one in witnesses({"sopkit.yaml": text + automation("a", *waits) + CATALOG})]
    assert [told(one) for one in found] == ([expected] if expected else [])


def sync(every: str) -> str:
    return (
        "---\nkind: sync\nid: s\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: crm\nto: map\n"
        f"carries: {{events: [once]}}\nkey: unionid\n{every}\n"
    )


@pytest.mark.parametrize(
    ("runs_in", "every", "shown"),
    [
        ("map", "every: day\nat: ['02:00']", False),  # it starts when the sync has come
        ("crm", "every: day\nat: ['02:00']", True),  # where the event is
        ("map", "every: event", True),
        ("map", "every: 4h", True),
    ],
)
def test_what_a_sync_brings_at_its_own_hours_starts_at_no_other(runs_in: str, every: str, shown: bool) -> None:
    one = automation("a", "", "1h", more=f"runs_in: {runs_in}\n")
    assert (course("gap: 2h", one, sync(every)) is not None) is shown


def test_a_customer_of_another_zone_is_told_of_by_their_clock() -> None:
    found = course("max: 1, per: 7d", automation("a", "", "1d"), settings="customer_timezones: [Europe/Berlin]\n")
    assert found is not None
    assert found.zone == "Europe/Berlin"
    home = course("max: 1, per: 7d", automation("a", "", "1d"))
    assert home is not None
    assert home.zone == ""


def test_what_a_search_spends_is_taken_from_what_all_searches_may_spend() -> None:
    texts = automation("a", "2d", on="daily"), automation("b", "", on="often")

    def shown(purse: Purse) -> bool:
        with patch("sopkit.graph.worst.Purse", return_value=purse):
            return course("max: 1, per: 7d", *texts) is not None

    whole, spent = Purse(), Purse()
    assert shown(spent)
    steps, looks = whole.steps - spent.steps, whole.looks - spent.looks
    assert min(steps, looks) > 0
    assert shown(exact := Purse(steps, looks))
    assert (exact.steps, exact.looks) == (0, 0)
    for short in (Purse(steps - 1, looks), Purse(steps, looks - 1)):
        assert not shown(short)
        assert 0 in (short.steps, short.looks)


def test_where_the_effort_is_spent_nothing_is_claimed() -> None:
    """With as many runs as it takes, all is known; with one less it is not, nor with none."""

    def settled(effort: int) -> bool:
        with patch.object(replay, "EFFORT", effort):
            done = compiled({"sopkit.yaml": SETTINGS + "caps: [{id: c, max: 4, per: 7d}]\n" + "".join(CHAIN) + CATALOG})
        return not [one for one in done.not_assessed if one.subject == "cap/c"]

    assert [settled(effort) for effort in range(6)] == [False, False, False, False, True, True]
