"""Courses that break a cap: which is found for which journeys, instant by instant; and none where there is none."""

from __future__ import annotations

from datetime import datetime

import pytest

from sopkit.graph.replay import Course
from tests.test_graph_worst import CATALOG, SEND, automation, lifecycle, stages
from tests.witnesses import witnesses
from tests.workspaces import SETTINGS

QUIET = "quiet_hours: {hours: '21:00-09:00', of: {reach: direct}}\n"
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


def test_a_customer_of_another_zone_is_told_of_by_their_clock() -> None:
    found = course("max: 1, per: 7d", automation("a", "", "1d"), settings="customer_timezones: [Europe/Berlin]\n")
    assert found is not None
    assert found.zone == "Europe/Berlin"
    home = course("max: 1, per: 7d", automation("a", "", "1d"))
    assert home is not None
    assert home.zone == ""
