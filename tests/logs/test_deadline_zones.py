"""Time limits of what tools send count by the customer's own clock, and are not judged where nobody knows it."""

from __future__ import annotations

from pathlib import Path

from sopkit.logs.case import LogCase
from sopkit.logs.working import deadlines
from tests.commands import GOOD
from tests.logs.plays import second
from tests.logs.stores import store_of
from tests.workspaces import SETTINGS, compiled

QUIET = 'quiet_hours: [{hours: "21:00-09:00"}]\n'


def counts(folder: Path, settings: str) -> tuple[int, int, str]:
    paid, sent = second("2026-09-01T20:30:00+08:00"), second("2026-09-02T09:20:00+08:00")
    zones = [("home", "Asia/Shanghai"), ("east", "Asia/Tokyo"), ("nowhere", None), ("nonsense", "Mars/Base")]
    zones += [
        ("moved", "Asia/Shanghai"),
        ("moved", "Asia/Tokyo"),
        ("alike", "Asia/Shanghai"),
        ("alike", "Asia/Chongqing"),
    ]
    people = list(dict(zones))
    logs = {
        "customers": [{"customer": who, "timezone": zone} for who, zone in zones],
        "events": [{"customer": who, "event": "order-paid", "time": paid} for who in people],
        "steps": [
            {"customer": who, "step": "thanks/thank", "state": "done", "time": sent, "run": who} for who in people
        ],
    }
    store = store_of(folder, logs)  # type: ignore[arg-type]  # the names are those of logs
    with store.engine:
        found = deadlines.observe(LogCase(compiled({"sopkit.yaml": settings, "play.yaml": GOOD}), store))
        (late,) = [one for one in found if one.rule.code == "SOP985"]
    return late.looked, late.broken, late.message.en


def test_open_time_is_that_of_the_customer_and_who_has_two_clocks_is_not_judged(tmp_path: Path) -> None:
    looked, broken, message = counts(tmp_path, SETTINGS + QUIET)
    assert (looked, broken) == (4, 1), message
    assert "2 more were not assessed: the customer's time zone is not known" in message


def test_who_names_no_zone_is_not_judged_where_zones_are_unknown(tmp_path: Path) -> None:
    looked, broken, message = counts(tmp_path, SETTINGS + "customer_timezones: unknown\n" + QUIET)
    assert (looked, broken) == (3, 1), message
    assert "3 more were not assessed: the customer's time zone is not known" in message
