"""Hours, replies, duplicates, undeclared touches and personal data on random small logs, against plain loops over the rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.logs import touching
from sopkit.logs.observed import Observation
from tests.logs import oracle
from tests.logs.oracle import DAY, HOUR, Row
from tests.logs.shop import HOURS, RICH, case_of

START: Final = 1774656000
"""The day before clocks are put forward in Berlin."""
PEOPLE: Final = ("ann", "bob")
ZONES: Final = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Mars/Olympus", None)
USUAL: Final = "Asia/Shanghai"
MOMENTS: Final = st.builds(
    lambda hour, off, days: START + hour * 1800 + off + days * DAY,
    st.sampled_from((0, 0, 4, 5, 16, 24, 26, 27, 43, 44, 48)), st.sampled_from((-1, 0, 0, 1, 59, 60)), st.sampled_from((0, 0, 0, 1, 2)),
)  # fmt: skip
STEPS: Final = {
    "hi": ("sms", "promo", False), "post": ("club", "promo", False), "talk": ("chat", "care", True),
    "again": ("sms", "promo", False), "reply": ("line", "care", True),
}  # fmt: skip
TOUCHES: Final = st.builds(
    lambda step, who, at, channel, tool, data, country: {
        "customer": who, "time": at, "step": step, "channel": channel or STEPS[step][0], "tool": tool, "data": data, "country": country,
    },
    st.sampled_from(tuple(STEPS)), st.sampled_from(PEOPLE), MOMENTS, st.sampled_from((None, None, None, "sms", "chat", "notice")),
    st.sampled_from((None, None, "crm", "desk")), st.sampled_from((None, None, "allergy", "phone")),
    st.sampled_from((None, None, "cn", "CN", "sg", "CHN", "somewhere")),
)  # fmt: skip
CUSTOMERS: Final = st.lists(
    st.fixed_dictionaries({
        "customer": st.sampled_from(PEOPLE), "timezone": st.sampled_from(ZONES), "minor": st.sampled_from((None, True, False)),
        "born": st.sampled_from((None, 14331, 14332, 14333, 7000, 19000)),
    }), max_size=3,
)  # fmt: skip
EVENTS: Final = st.lists(
    st.fixed_dictionaries({
        "customer": st.sampled_from(PEOPLE),
        "time": st.builds(lambda at, back: at - back, MOMENTS, st.sampled_from((0, 59, 60, 3 * DAY, 2 * DAY))),
        "event": st.sampled_from(("wrote", "tapped", "paid", "other")),
    }), max_size=6,
)  # fmt: skip
CONSENTS: Final = st.lists(
    st.fixed_dictionaries({
        "customer": st.sampled_from(PEOPLE), "time": MOMENTS, "action": st.sampled_from(("given", "given", "withdrawn", "refused")),
        "consent": st.sampled_from(("health-ok", "abroad-ok", "sms-ok", None)),
    }), min_size=1, max_size=6,
)  # fmt: skip


def check(one: Observation, wrong: list[Row], looked: int | None, words: str) -> None:
    """Hold an observation against the rows that plain loops found."""
    assert one.broken == len(wrong), words
    assert one.customers == len({row["customer"] for row in wrong}), words
    assert (one.status == "broken") == bool(wrong), words
    assert one.status != "kept" or (one.looked and not one.unsure), words
    if looked is not None:
        assert one.looked == looked, words


def second_of(row: Row, zone: str) -> tuple[int, int]:
    """Return weekday and second of the day on a clock."""
    now = oracle.local(row["time"], zone)
    return now.weekday(), now.hour * HOUR + now.minute * 60 + now.second


def late(row: Row, rows: list[Row], events: list[Row]) -> bool:
    """Whether no act of the customer lets a reply out: too long ago, or too many since."""
    for event, seconds, most in (("wrote", 48 * HOUR, 5), ("tapped", 60, 3), ("paid", 48 * HOUR, None)):
        acts = [
            one["time"]
            for one in events
            if one["customer"] == row["customer"] and one["event"] == event and one["time"] <= row["time"]
        ]
        if not acts or row["time"] - max(acts) >= seconds:
            continue
        order = rows.index(row)
        since = [
            one for number, one in enumerate(rows)
            if one["customer"] == row["customer"] and (one["time"], number) <= (row["time"], order) and one["time"] >= max(acts)
        ]  # fmt: skip
        if most is None or len(since) <= most:
            return False
    return True


def said_before(row: Row, order: int, rows: list[Row], same: Callable[[Row, Row], bool]) -> bool:
    return any(
        one["customer"] == row["customer"] and same(one, row) and (one["time"], number) < (row["time"], order)
        and row["time"] - one["time"] < DAY
        for number, one in enumerate(rows)
    )  # fmt: skip


def is_minor(row: Row, customers: list[Row], rows: list[Row]) -> bool | None:
    mine = [one for one in customers if one["customer"] == row["customer"]]
    births, flags = {one["born"] for one in mine} - {None}, {one["minor"] for one in mine} - {None}
    if len(births) > 1 or len(flags) > 1:
        return None
    if not births:
        return flags.pop() if flags else None
    (born,) = births
    times = [one["time"] for one in rows]
    if flags == {True} and not is_young(born, datetime.fromtimestamp(min(times), UTC).date()):
        return None
    if flags == {False} and is_young(born, datetime.fromtimestamp(max(times), UTC).date()):
        return None
    zone = oracle.zone_of(row["customer"], customers, USUAL) or "UTC"
    return is_young(born, oracle.local(row["time"], zone).date())


def is_young(born: int, today: date) -> bool:
    birth = date(1970, 1, 1) + timedelta(days=born)
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return years < 18


def without(row: Row, consents: list[Row], name: str, grace: int) -> int | None:
    return oracle.judged(row, consents, [name], [], oracle.names, lambda *_: oracle.NEVER, {name: grace})


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.lists(TOUCHES, min_size=1, max_size=12), CUSTOMERS, EVENTS, CONSENTS, st.sampled_from((1, 2, 3)))
def test_what_the_rules_find(
    rows: list[Row], customers: list[Row], events: list[Row], consents: list[Row], parts: int
) -> None:
    logs: dict[str, Any] = {"touches": rows, "customers": customers, "events": events, "consents": consents}
    case = case_of(Path(tempfile.mkdtemp()), logs, parts, settings=HOURS, nouns=RICH)
    with case.store.engine:
        said = {(one.rule.code, one.subject): one for family in touching.FAMILIES[2:] for one in family(case)}
    zones = {who: oracle.zone_of(who, customers, USUAL) for who in PEOPLE}
    placed = [(row, *second_of(row, zones[row["customer"]] or "")) for row in rows if zones[row["customer"]]]

    direct = [one for one in placed if one[0]["channel"] in ("sms", "chat", "notice")]
    quiet = [row for row, _, second in direct if second >= 77400 or second < 28800]
    check(said["SOP982", "quiet_hours/1"], quiet, len(direct), "quiet hours")
    chats = [one for one in placed if one[0]["channel"] == "chat"]
    noon = [row for row, day, second in chats if day >= 5 and 43200 <= second < 46800]
    check(said["SOP982", "quiet_hours/2"], noon, len(chats), "noon")
    shut = [
        row for row, day, second in chats if not ((day < 5 and second >= 79200) or (1 <= day <= 5 and second < 7200))
    ]
    check(said["SOP982", "channel/chat"], shut, len(chats), "channel")
    promo = [
        one
        for one in placed
        if one[0]["channel"] == "sms" == STEPS[one[0]["step"]][0] and STEPS[one[0]["step"]][1] == "promo"
    ]
    check(
        said["SOP309", "hours/sms-cn"],
        [row for row, _, second in promo if not 28800 <= second < 75600],
        len(promo),
        "sms",
    )

    notices = [row for row in rows if row["channel"] == "notice"]
    if notices:
        barred = [row for row in notices if STEPS[row["step"]][1] == "promo"]
        check(said["SOP310", "channel/notice"], barred, len(notices), "barred")

    replies = oracle.in_order(row for row in rows if row["channel"] == "line")
    if replies and any(one["event"] != "other" for one in events):
        opened = [{"tapped": 60}.get(one["event"], 172800) for one in events if one["event"] != "other"]
        known = min(one["time"] for one in events) + max(opened)
        judged = [(row, late(row, replies, events)) for row in replies]
        logged = {"wrote", "tapped", "paid"} <= {one["event"] for one in events}
        wrong = [row for row, too_late in judged if too_late and row["time"] >= known and logged]
        check(
            said["SOP312", "channel/line"],
            wrong,
            len([0 for row, too_late in judged if not too_late]) + len(wrong),
            "replies",
        )

    def same(one: Row, other: Row) -> bool:
        journey = {"hi": 1, "post": 1, "again": 2, "talk": 3, "reply": 3}
        if one["step"] == other["step"]:
            return bool(one["tool"] and other["tool"] and one["tool"] != other["tool"])
        return {journey[one["step"]], journey[other["step"]]} == {1, 2}

    twice = [row for number, row in enumerate(rows) if said_before(row, number, rows, same)]
    check(said["SOP703", "workspace"], twice, None, "duplicates")
    toolless = [
        row for number, row in enumerate(rows)
        if not said_before(row, number, rows, same)
        and said_before(row, number, rows, lambda a, b: a["step"] == b["step"] and not (a["tool"] and b["tool"]))
    ]  # fmt: skip
    assert said["SOP703", "workspace"].unsure == len(toolless)

    check(said["SOP980", "workspace"], [], len(rows), "undeclared")
    for step, (channel, _, _) in STEPS.items():
        mine = [row for row in rows if row["step"] == step]
        other = [row for row in mine if row["channel"] != channel]
        found = next(
            (one for (code, subject), one in said.items() if code == "SOP981" and subject.endswith(f"/{step}")), None
        )
        assert (found is not None) == bool(other)
        if found:
            check(found, other, len(mine), "channels")

    automated = [(row, is_minor(row, customers, rows)) for row in rows if STEPS[row["step"]][1] == "promo"]
    if any(one["minor"] is not None or one["born"] is not None for one in customers):
        check(
            said["SOP543", "workspace"],
            [row for row, minor in automated if minor],
            sum(minor is not None for _, minor in automated),
            "minors",
        )

    allergic = [(row, without(row, consents, "health-ok", HOUR)) for row in rows if row["data"] == "allergy"]
    if allergic:
        found = said["SOP510", "data/allergy"]
        check(found, [row for row, code in allergic if code], sum(code != 0 for _, code in allergic), "sensitive")
    unsaid = sum(row["data"] is None for row in rows)
    if unsaid < len(rows):
        assert ("SOP510", "workspace") in said or not unsaid
        assert not unsaid or said["SOP510", "workspace"].unsure == unsaid
    unplaced = sum(row["country"] in (None, "somewhere") for row in rows)
    if unplaced and any(row["country"] is not None for row in rows):
        subject = "touches" if any(row["country"] == "sg" for row in rows) else "workspace"
        assert [said[code, subject].unsure for code in ("SOP549", "SOP550")] == [unplaced] * 2
    # Nothing is declared that would allow a transfer by the CRM: only a row that gives something unnamed leaves it open.
    tool_of = {"sms": "crm", "notice": "crm", "chat": "crm", "club": "crm", "line": "desk"}
    for tool in ("crm", "desk"):
        away = [row for row in rows if row["country"] == "sg" and (row["tool"] or tool_of[row["channel"]]) == tool]
        if away:
            check(said["SOP549", f"tool/{tool}"], away if tool == "crm" else [], len(away), "route")
            codes = [
                (
                    row,
                    without(row, consents, "abroad-ok", HOUR)
                    if tool == "desk"
                    else without(
                        row, [one for one in consents if one["consent"] or one["action"] == "given"], "none", 0
                    ),
                )
                for row in away
            ]
            check(
                said["SOP550", f"tool/{tool}"],
                [row for row, code in codes if code],
                sum(code != 0 for _, code in codes),
                "abroad",
            )
