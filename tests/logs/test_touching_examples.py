"""The examples of the rules that only a log can show, and a good and a bad log for each rule that the plan has, too."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from sopkit import pipeline
from sopkit.diagnostics import Rule
from sopkit.logs import touching
from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.rules import touched
from sopkit.source import Source
from tests.logs.shop import HOURS, RICH, TODAY, case_of
from tests.logs.stores import store_of

pytestmark = pytest.mark.long

AT: Final = 1782871200
"""10:00 on 1 July 2026 in Shanghai."""
HOUR: Final = 3600
DAY: Final = 86400


def asked(case: LogCase) -> list[Observation]:
    with case.store.engine:
        return [one for family in touching.FAMILIES for one in family(case)]


def broken(found: list[Observation]) -> set[str]:
    return {one.rule.code for one in found if one.status == "broken"}


def of_example(folder: Path, example: str) -> LogCase:
    """Return the workspace of an example and the rows in the comments behind it."""
    done = pipeline.compile([Source("sopkit.yaml", example.encode())], today=TODAY)
    _, names, *lines = (line.removeprefix("# ") for line in example.splitlines() if line.startswith("# "))
    rows: list[dict[str, Any]] = [dict(zip(names.split(","), line.split(","), strict=True)) for line in lines]
    for row in rows:
        when = datetime.fromisoformat(row["time"]).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        row["time"] = int(when.timestamp())
    return LogCase(done, store_of(folder, {"touches": rows}))


@pytest.mark.parametrize("rule", touched.RULES, ids=lambda rule: rule.code)
def test_the_bad_example_shows_the_rule_and_the_good_one_does_not(rule: Rule, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    assert broken(asked(of_example(tmp_path / "bad", rule.bad))) == {rule.code}
    assert broken(asked(of_example(tmp_path / "good", rule.good))) == set()


def touch(step: str, at: int = AT, **more: object) -> dict[str, object]:
    channel = {"hi": "sms", "again": "sms", "talk": "chat", "post": "club", "reply": "line"}[step]
    return {"customer": "ann", "time": at, "channel": channel, "step": step, **more}


def agreed(consent: str, at: int = AT - DAY, action: str = "given") -> dict[str, object]:
    return {"customer": "ann", "time": at, "action": action, "consent": consent}


OLD: Final = {"customer": "zoe", "time": AT - 90 * DAY, "action": "given", "consent": "all-ok"}
"""The log of consents begins long before."""
OPENED: Final = [{"customer": "zoe", "time": AT, "event": event} for event in ("wrote", "tapped", "paid")]
WROTE: Final = {"customer": "ann", "time": AT, "event": "wrote"}
BORN: Final = {"customer": "ann", "born": 7000}
CASES: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "SOP301": (
        {"touches": [touch("post", AT + day * DAY, customer="ann") for day in (0, 1, 2, 3)]},
        {"touches": [touch("post", AT + day * DAY) for day in (0, 7, 14, 21)]},
    ),
    "SOP305": (
        {"touches": [touch("hi"), touch("post", AT + DAY)]},
        {"touches": [touch("hi"), touch("post", AT + 8 * DAY)]},
    ),
    "SOP309": ({"touches": [touch("hi", AT + 12 * HOUR)]}, {"touches": [touch("hi")]}),
    "SOP310": ({"touches": [touch("hi", channel="notice")]}, {"touches": [touch("talk", channel="notice")]}),
    "SOP312": (
        {"touches": [touch("reply", AT + 48 * HOUR)], "events": [WROTE, *OPENED]},
        {"touches": [touch("reply", AT + 48 * HOUR - 1)], "events": [WROTE, *OPENED]},
    ),
    "SOP501": (
        {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok", action="refused")]},
        {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok", AT)]},
    ),
    "SOP502": (
        {"touches": [touch("hi")], "consents": [OLD, agreed("club-ok")]},
        {"touches": [touch("post")], "consents": [OLD, agreed("club-ok")]},
    ),
    "SOP503": (
        {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok"), agreed("sms-ok", AT - HOUR - 1, "withdrawn")]},
        {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok"), agreed("sms-ok", AT - HOUR, "withdrawn")]},
    ),
    "SOP504": (
        {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok", AT - 30 * DAY)]},
        {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok", AT - 30 * DAY + 1)]},
    ),
    "SOP510": (
        {"touches": [touch("talk", data="allergy")], "consents": [OLD]},
        {"touches": [touch("talk", data="allergy")], "consents": [OLD, agreed("health-ok")]},
    ),
    "SOP543": (
        {"touches": [touch("hi")], "customers": [{"customer": "ann", "minor": True}]},
        {"touches": [touch("hi")], "customers": [BORN]},
    ),
    "SOP549": ({"touches": [touch("hi", country="sg")]}, {"touches": [touch("reply", country="sg")]}),
    "SOP550": (
        {"touches": [touch("reply", country="sg")], "consents": [OLD]},
        {"touches": [touch("reply", country="sg")], "consents": [OLD, agreed("abroad-ok")]},
    ),
    "SOP703": (
        {"touches": [touch("hi"), touch("again", AT + 24 * HOUR - 1)]},
        {"touches": [touch("hi"), touch("again", AT + 24 * HOUR)]},
    ),
    "SOP980": ({"touches": [{**touch("hi"), "step": "nowhere"}]}, {"touches": [touch("hi")]}),
    "SOP981": ({"touches": [{**touch("talk"), "channel": "sms"}]}, {"touches": [touch("talk")]}),
    "SOP982": ({"touches": [touch("hi", AT + 14 * HOUR)]}, {"touches": [touch("hi")]}),
}  # fmt: skip
CAPS: Final = """\
caps: [{id: weekly, max: 2, per: 7d, of: {reach: [direct, group]}}, {id: club, max: 2, per: 36h, of: {reach: group}}]
budgets: {weekly: {welcome: 2}}
"""


@pytest.mark.parametrize("code", CASES)
def test_each_rule_is_broken_by_its_bad_log_and_kept_by_its_good_one(code: str, tmp_path: Path) -> None:
    for name, logs, expected in (("bad", CASES[code][0], "broken"), ("good", CASES[code][1], "kept")):
        (tmp_path / name).mkdir()
        mine = [
            one
            for one in asked(case_of(tmp_path / name, logs, settings=CAPS + HOURS, nouns=RICH))
            if one.rule.code == code
        ]
        assert expected in {one.status for one in mine}, [one.message.en for one in mine]
        if expected == "kept":
            assert "broken" not in {one.status for one in mine}


def test_what_a_log_lacks_is_never_kept(tmp_path: Path) -> None:
    logs: dict[str, Any] = {"touches": [{"customer": "ann", "time": AT, "channel": "sms"}]}
    found = asked(case_of(tmp_path, logs, settings=HOURS + CAPS + "customer_timezones: unknown\n", nouns=RICH))
    kept = {(one.rule.code, one.subject) for one in found if one.status == "kept"}
    assert kept == set()
    assert all(one.reason is not None for one in found if one.status == "not assessed")


BARE: Final = {"customer": "ann", "time": AT - DAY, "action": "given"}
ONE: Final = re.sub(r"  (?:all|club|care|health|abroad)-ok: .*\n", "", RICH).replace("consent: abroad-ok\n", "")
"""The only consent that is declared is `sms-ok`."""


@pytest.mark.parametrize(
    ("nouns", "given", "statuses"),
    [
        (RICH, BARE, dict.fromkeys((501, 502, 503, 504, 510, 550), "not assessed")),
        (RICH, {**BARE, "purpose": "promo"}, {501: "kept", 502: "kept", 510: "broken", 550: "broken"}),
        (RICH, {**BARE, "consent": "health-ok", "purpose": "care"}, {502: "broken", 510: "kept", 550: "broken"}),
        (ONE, BARE, {501: "kept", 502: "kept", 510: "broken", 550: "broken"}),
    ],
)
def test_a_consent_that_is_not_named_stands_for_the_only_one(
    tmp_path: Path, nouns: str, given: dict[str, object], statuses: dict[int, str]
) -> None:
    touches = [touch("hi"), touch("talk", data="allergy", country="sg", tool="desk")]
    found = asked(case_of(tmp_path, {"touches": touches, "consents": [OLD, given]}, nouns=nouns))
    mine = [one for one in found if int(one.rule.code[3:]) in statuses]
    mine.sort(key=lambda one: one.subject != "workspace")  # where `hi` names no data, that is not assessed as well
    assert {int(one.rule.code[3:]): one.status for one in mine} == statuses


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ({"consent": "sms-ok"}, "not assessed"),
        ({}, "not assessed"),
        ({"purpose": "promo", "channel": "sms"}, "not assessed"),
        ({"consent": "club-ok"}, "kept"),
        ({"consent": "sms-ok", "time": AT + HOUR}, "kept"),
        ({"consent": "sms-ok", "time": AT - 2 * DAY}, "kept"),
    ],
)
def test_after_a_row_whose_action_is_not_known_nobody_can_tell_whether_a_consent_still_holds(
    tmp_path: Path, odd: dict[str, object], status: str
) -> None:
    row = {"customer": "ann", "time": AT - 2 * HOUR, "action": "paused", **odd}
    logs: dict[str, Any] = {"touches": [touch("hi")], "consents": [OLD, agreed("sms-ok"), row]}
    found = {(one.rule.code, one.subject): one for one in asked(case_of(tmp_path, logs))}
    assert found["SOP501", "purpose/promo"].status == status
    assert found["SOP501", "purpose/promo"].unsure == (status != "kept")


@pytest.mark.parametrize(("complete", "status"), [(False, "not assessed"), (True, "broken")])
def test_an_act_that_opens_and_is_never_logged_may_have_happened(tmp_path: Path, complete: bool, status: str) -> None:
    logs: dict[str, Any] = {"touches": [touch("reply", AT + 72 * HOUR)], "events": [WROTE, OPENED[1]]}
    case = case_of(tmp_path, logs, nouns=RICH)
    if complete:
        case.store.complete["events"] = AT
    with case.store.engine:
        (found,) = (one for one in touching.replies.observe(case) if one.rule.code == "SOP312")
    assert found.status == status
    assert complete or (found.unsure == 1 and found.reason is not None and "paid, which open it" in found.reason.en)


def test_what_caps_ask_is_plain_sql(tmp_path: Path) -> None:
    """No shifts and no bits: other engines have none, or write them otherwise."""
    case = case_of(tmp_path, {"touches": [touch("hi", AT + day * DAY) for day in range(4)]}, settings=CAPS)
    with case.store.engine:
        found = [one for one in touching.caps.observe(case) if one.queries]
    assert found
    assert not [one.queries for one in found if re.search(r">>|<<|&|//", one.queries[0])]


def test_an_empty_log_is_not_assessed(tmp_path: Path) -> None:
    found = asked(case_of(tmp_path, {}, settings=HOURS + CAPS, nouns=RICH))
    assert {one.status for one in found} == {"not assessed"}


def test_what_a_file_says_never_comes_into_a_case(tmp_path: Path) -> None:
    """Names, steps and channels that are not declared are free text."""
    evil = "'; DROP TABLE touches; --<b>张三 13800000000</b>"
    row = {
        "customer": evil,
        "channel": evil,
        "step": evil,
        "purpose": evil,
        "tool": evil,
        "state": "sent",
        "country": evil,
        "data": evil,
    }
    logs: dict[str, Any] = {
        "touches": [{**row, "time": AT}, {**touch("hi"), "customer": evil, "tool": evil}],
        "consents": [
            {"customer": evil, "time": AT - 1, "action": evil, "consent": evil, "purpose": evil, "channel": evil}
        ],
        "customers": [{"customer": evil, "timezone": evil, "country": evil}],
    }
    found = asked(case_of(tmp_path, logs, settings=HOURS + CAPS, nouns=RICH))
    said = repr([(one.subject, one.message, one.reason, one.cases, one.groups) for one in found])
    assert not re.search("DROP|13800000000|张三", said)


WEIGHTS: Final = {"error": "错误", "warning": "警告", "note": "提示"}
GOLDEN: Final = Path(__file__).with_name("touching.out")


@pytest.mark.parametrize(
    ("day", "status"),
    [(None, "not assessed"), (AT - 2 * DAY, "broken"), (AT, "broken"), (AT + HOUR, "not assessed")],
)
def test_a_log_is_complete_from_the_day_that_is_declared(tmp_path: Path, day: int | None, status: str) -> None:
    logs: dict[str, Any] = {"touches": [touch("hi")], "consents": [{**OLD, "time": AT + DAY}]}
    case = case_of(tmp_path, logs)
    if day is not None:
        case.store.complete["consents"] = day
    (found,) = [one for one in asked(case) if (one.rule.code, one.subject) == ("SOP501", "purpose/promo")]
    assert found.status == status
    assert ("declared complete" in found.message.en) == (day is not None)


def test_what_is_said_of_bad_logs(tmp_path: Path) -> None:
    """As the user reads it, in both languages."""
    lines: list[str] = []
    for number, (code, (bad, _)) in enumerate(CASES.items()):
        (tmp_path / str(number)).mkdir()
        for one in asked(case_of(tmp_path / str(number), bad, settings=CAPS + HOURS, nouns=RICH)):
            if one.rule.code == code and one.status == "broken":
                weight, what = one.rule.severity.value, f"{code} {one.rule.name}  {one.subject}"
                lines += [f"{WEIGHTS[weight]} {what}", f"  {one.message.zh}", f"{weight} {what}", f"  {one.message.en}"]
    said = "\n".join(lines) + "\n"
    if os.environ.get("SOPKIT_REGENERATE"):
        GOLDEN.write_text(said, "utf-8")
    assert said == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize(("settings", "status"), [("", "not assessed"), (HOURS, "broken")])
def test_what_only_vendors_say_is_held_against_hours_that_were_chosen_as_on_the_plan(
    tmp_path: Path, settings: str, status: str
) -> None:
    logs: dict[str, Any] = {"touches": [touch("hi", AT + 12 * HOUR), touch("hi")]}
    (said,) = [
        one for one in asked(case_of(tmp_path, logs, settings=settings, nouns=RICH)) if one.rule.code == "SOP309"
    ]
    assert said.status == status
    if not settings:
        assert said.reason is not None
        assert (said.looked, said.unsure, said.broken) == (0, 2, 0)
        assert "vendors alone" in said.reason.en
