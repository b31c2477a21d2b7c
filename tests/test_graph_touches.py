"""Touches of a workspace: which there are, what selectors mean of them, when they may go out, and which a tool holds."""

from __future__ import annotations

import pytest

from sopkit.graph.openings import DAY, INFINITE, WEEK
from sopkit.graph.touches import Control, Touch, heard_of, match, match_step, seen, sync_latency, touches_of
from sopkit.model.documents import Workspace
from sopkit.model.formulas import Selector
from sopkit.tree import Mark
from tests.workspaces import SETTINGS, unjudged

HERE = Mark(0)
CATALOG = """\
---
kind: catalog
roles: {clerk: {title: 店员, headcount: 2, hours: mon-fri 10:00-18:00, minutes_a_day: 60}}
scripts: {hello: {title: 问候, text: 【示例】您好}}
channels:
  sms: {title: 短信, tool: sms-gateway, reach: direct, hours: "08:00-22:00"}
  own: {title: 自有, tool: map, reach: direct}
  drops: {title: 丢, tool: map, reach: direct, when_closed: drop}
  asked: {title: 确认, tool: map, reach: direct, confirmed_by: {role: clerk, within: 4h}}
  group: {title: 群, tool: wecom, reach: group, joins: 3}
  crowd: {title: 群, tool: wecom, reach: group}
  feed: {title: 动态, tool: wecom, reach: feed}
  answer: {title: 客服, tool: wecom, reach: reply}
"""
HEAD = "---\nkind: automation\nid: one\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\n"
CADENCE = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: group\nformat: post\n"
    "for: care\nevery: day\nat: ['10:00']\non_holiday: same\n"
)


def built(*steps: str, more: str = "", settings: str = "", extra: str = "") -> tuple[Workspace, dict[str, Touch]]:
    text = HEAD + more + "steps:\n" + "".join(f"  - {{id: s{n}, {one}}}\n" for n, one in enumerate(steps))
    done = unjudged(
        {"sopkit.yaml": SETTINGS.replace("enforce: none\n", "") + settings + text + CADENCE + CATALOG + extra}
    )
    return done.workspace, touches_of(done.workspace, done.graph)


def touch(step: str, settings: str = "", more: str = "") -> Touch:
    return built(step, settings=settings, more=more)[1]["automation/one/s0"]


def test_what_reaches_a_customer_is_a_touch() -> None:
    _, found = built(
        "send: hello, via: sms, for: care", "send: hello, via: answer, for: care", "do: 记录, by: guide, within: 1d",
        "send: hello, via: [answer, sms], for: care", "do: 电话, via: own, by: clerk, for: care, within: 1d",
        "send: hello, via: feed, for: care, cap: {counts: false, reason: 公告}",
        "send: hello, via: sms, for: care, cap: {stopped: false, reason: 公告}",
    )  # fmt: skip
    assert list(found) == [*(f"automation/one/s{n}" for n in (0, 3, 4, 5, 6)), "issue/tips"]
    assert {name: one.surely_first for name, one in found.items() if name.endswith(("s0", "s3"))} == {
        "automation/one/s0": True, "automation/one/s3": False,
    }  # fmt: skip
    assert [found[f"automation/one/s{n}"].counts for n in (0, 5, 6)] == [True, False, True]
    assert [found[f"automation/one/s{n}"].stopped for n in (0, 5, 6)] == [True, True, False]
    assert [found[f"automation/one/s{n}"].staff for n in (0, 4)] == [False, True]
    (issue,) = [one for one in found.values() if one.step is None]
    assert (issue.root, issue.format, issue.stopped, issue.counts, issue.weight) == (
        "cadence/tips",
        "post",
        True,
        True,
        3,
    )
    first = found["automation/one/s0"]
    assert (first.root, first.purpose, first.category, first.format) == ("automation/one", "care", "service", None)


@pytest.mark.parametrize(
    ("via", "weight", "drops"),
    [
        ("sms", 1, False),
        ("group", 3, False),
        ("crowd", 1, False),
        ("[sms, group]", 3, False),
        ("[sms, drops]", 1, True),
    ],
)
def test_a_post_is_felt_in_each_group(via: str, weight: int, drops: bool) -> None:
    one = touch(f"send: hello, via: {via}, for: care")
    assert (one.weight, one.drops) == (weight, drops)


def selector(**asked: object) -> Selector:
    """Return what a cap is `of`, as YAML has it."""
    text = ", ".join(f"{key}: {value}" for key, value in asked.items())
    done = unjudged({"sopkit.yaml": SETTINGS + f"caps: [{{id: c, max: 1, per: 7d, of: {{{text}}}}}]\n" + CATALOG})
    of = done.workspace.settings.caps[0].of
    assert of is not None
    return of


@pytest.mark.parametrize(
    ("asked", "step", "expected"),
    [
        ({}, "via: sms, for: care", "yes"),
        ({}, "via: group, for: care", "no"),
        ({"reach": "group"}, "via: group, for: care", "yes"),
        ({"reach": "group"}, "via: sms, for: care", "no"),
        ({"reach": "[direct, group]"}, "via: [sms, group], for: care", "yes"),
        ({"reach": "group"}, "via: [sms, group], for: care", "maybe"),
        ({}, "via: [answer, sms], for: care", "maybe"),
        ({"channel": "sms"}, "via: sms, for: care", "yes"),
        ({"channel": "sms"}, "via: own, for: care", "no"),
        ({"channel": "[sms, own]"}, "via: own, for: care", "yes"),
        ({"channel": "sms"}, "via: [sms, own], for: care", "maybe"),
        ({"sent_by": "staff"}, "via: sms, for: care, by: clerk, within: 1d", "yes"),
        ({"sent_by": "staff"}, "via: sms, for: care", "no"),
        ({"sent_by": "tool"}, "via: sms, for: care", "yes"),
        ({"sent_by": "tool"}, "via: sms, for: care, by: clerk, within: 1d", "no"),
        ({"purpose": "care"}, "via: sms, for: care", "yes"),
        ({"purpose": "personalised-promotion"}, "via: sms, for: care", "no"),
        ({"purpose": "care"}, "via: sms", "maybe"),
        ({"category": "service"}, "via: sms, for: care", "yes"),
        ({"category": "marketing"}, "via: sms, for: care", "no"),
        ({"category": "marketing"}, "via: sms", "maybe"),
        ({"format": "post"}, "via: sms, for: care", "no"),
    ],
)
def test_what_a_selector_means(asked: dict[str, object], step: str, expected: str) -> None:
    of = selector(**asked) if asked else None
    workspace, found = built(f"send: hello, {step}")
    one = found["automation/one/s0"]
    assert match(of, one) == expected
    if len(one.channels) == 1 and one.surely_first:  # the same is asked of a step on one channel
        assert one.step is not None
        assert match_step(workspace, of, one.step, one.channels[0]) == expected


def test_issues_have_a_format() -> None:
    issue = next(one for one in built("send: hello, via: sms, for: care")[1].values() if one.step is None)
    assert match(selector(reach="group", format="post"), issue) == "yes"
    assert match(selector(reach="group", format="mass-message"), issue) == "no"
    assert match(selector(format="post"), issue) == "no"  # only what is direct


def test_when_a_touch_may_go_out() -> None:
    quiet = "quiet_hours: {hours: '21:00-09:00', of: {category: %s}}\n"
    sms = "send: hello, via: sms, for: care"
    assert touch("send: hello, via: own, for: care").openings is None
    assert _first(touch(sms)) == (480, 1320)
    assert _first(touch(sms, quiet % "service")) == (540, 1260)
    assert _first(touch(sms, quiet % "marketing")) == (480, 1320)
    assert _first(touch("send: hello, via: sms", quiet % "marketing")) == (540, 1260)  # it may be marketing
    assert _first(touch("send: hello, via: own, for: care", quiet % "service")) == (540, 1260)
    staff = touch("send: hello, via: sms, for: care, by: clerk, within: 1d")
    assert staff.openings is not None
    assert staff.openings.stretches == tuple((day * DAY + 600, day * DAY + 1080) for day in range(5))
    assert [one.customers for one in staff.spans] == [False, True]
    assert staff.openings.stretches[-1][1] < WEEK


def _first(one: Touch) -> tuple[int, int]:
    assert one.openings is not None
    return one.openings.stretches[0]


ENFORCED = "enforce: {in: map, gap: wait 12h, count: skip}\n"


@pytest.mark.parametrize(
    ("step", "more", "settings", "held"),
    [
        ("via: own, for: care", "runs_in: map\n", ENFORCED, True),
        ("via: own, for: care", "runs_in: map\n", "enforce: none\n", False),
        ("via: own, for: care", "runs_in: map\n", "", False),
        ("via: own, for: care", "runs_in: crm\n", ENFORCED, False),
        ("via: own, for: care", "", ENFORCED, False),
        ("via: own, for: care, by: clerk, within: 1d", "runs_in: map\n", ENFORCED, False),
        ("via: own, for: care, cap: {stopped: false, reason: 公告}", "runs_in: map\n", ENFORCED, False),
        ("via: asked, for: care", "runs_in: map\n", ENFORCED, False),
        ("via: feed, for: care", "runs_in: crm\n", "enforce: {in: crm, gap: skip, count: skip}\n", False),
        ("via: [own, asked], for: care", "runs_in: map\n", ENFORCED, False),
    ],
)
def test_what_the_enforcing_tool_may_hold(step: str, more: str, settings: str, held: bool) -> None:
    workspace, found = built(f"send: hello, {step}", more=more, settings=settings)
    control = Control(workspace)
    assert control.holds(found["automation/one/s0"]) is held
    assert not control.holds(next(one for one in found.values() if one.step is None))


def sync(id_: str, every: str, carries: str, to: str = "map", more: str = "") -> str:
    return (
        f"---\nkind: sync\nid: {id_}\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: wecom\nto: {to}\n"
        f"carries: {{{carries}}}\nkey: unionid\nevery: {every}\n{more}"
    )


def test_when_the_enforcing_tool_hears_of_touches() -> None:
    syncs = (
        sync("slow", "1h", "touches: [sms, group]", more="takes: 10m\n")
        + sync("quick", "15m", "touches: [sms]")
        + sync("nightly", "day", "touches: [feed]", more="at: ['02:00']\ntakes: 1m..30m\n")
        + sync("elsewhere", "1m", "touches: [own]", to="crm")
        + sync("other", "1m", "data: [phone]")
    )
    workspace, found = built("send: hello, via: [sms, group], for: care", "send: hello, via: own, for: care",
                             settings=ENFORCED, extra=syncs)  # fmt: skip
    told = heard_of(workspace)
    own = dict.fromkeys(("own", "asked", "drops"), 0)  # it knows what goes through channels of its own
    assert told == {"sms": 900, "group": 4200, "feed": 86_400 + 1800, **own}
    assert seen(found["automation/one/s0"], told)
    assert seen(found["automation/one/s1"], told)
    assert not seen(found["automation/one/s1"], {"sms": 900})
    assert not seen(found["automation/one/s0"], {"sms": 900})
    assert heard_of(built("send: hello, via: sms, for: care", settings="enforce: none\n", extra=syncs)[0]) == {}
    assert heard_of(built("send: hello, via: sms, for: care", extra=syncs)[0]) == {}
    pushed = sync("pushed", "event", "touches: [sms]", more="takes: 1m..5m\n")
    assert heard_of(built("send: hello, via: sms, for: care", settings=ENFORCED, extra=pushed)[0])["sms"] == 300


@pytest.mark.parametrize(
    ("every", "more", "late"),
    [
        ("1h", "takes: 5m..20m\n", 3600 + 1200),
        ("1m", "", 60),
        ("event", "takes: 1m..5m\n", 300),
        ("day", "at: ['02:00']\ntakes: 20m\n", 86_400 + 1200),
        ("week", "at: [mon 02:00]\n", 7 * 86_400),
        ("week", "", 14 * 86_400),
        ("month", "at: [first mon 02:00]\n", 35 * 86_400),
        ("1m", "takes: 1mo\n", 60 + 31 * 86_400),
        ("1 workday", "", INFINITE),
        ("1m", "takes: 2 workdays\n", INFINITE),
        ("month", "at: [fifth mon 02:00]\n", INFINITE),
    ],
)
def test_how_late_a_sync_brings_what_it_carries(every: str, more: str, late: float) -> None:
    """By the calendar too: a week is no day, and holidays have no bound."""
    workspace, found = built("send: hello, via: sms, for: care", settings=ENFORCED,
                             extra=sync("told", every, "touches: [sms]", more=more))  # fmt: skip
    assert sync_latency(workspace.syncs["told"]) == late
    told = heard_of(workspace)
    assert told["sms"] == late
    assert seen(found["automation/one/s0"], told) is (late < INFINITE)
