"""KPIs that the logs can't tell are not assessed, and each says why; none is kept, or missed, on what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.logs.tables import Of
from sopkit.logs.working import experiments, kpis
from tests.logs.stores import Rows, store_of
from tests.workspaces import SETTINGS, compiled

BEGIN = int(datetime(2026, 9, 1, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
DAY = 86_400
SHARE = "{{share: {{touches: {{{of}}}, state: clicked}}, of: {{touches: {{{of}}}}}}}"
JOINED = "{member-joined: ever}"
NOUNS = """\
---
kind: catalog
tags: {vip: {title: 贵宾, record: crm}}
segments:
  joined: {title: 入过会, when: {member-joined: ever}}
  recent: {title: 最近买过, when: {order-paid: within 2d}}
tasks:
  first-order: {title: 首单, done_on: [order-paid]}
"""


def observed(folder: Path, formula: str, logs: Mapping[Of, Rows], more: str = "") -> Observation:
    kpi = (
        f"---\nkind: kpi\nid: it\ntitle: 指标\nowner: guide\nbetter: higher\nunit: percent\nmeasured_in: bi\ntarget: ≥ 50%\n"
        f"formula: {formula}\n{more}"
    )
    done = compiled({"sopkit.yaml": SETTINGS + NOUNS + kpi})
    assert [one.message("en") for one in done.findings if one.rule.code < "SOP14" or one.rule.code == "SOP149"] == []
    store = store_of(folder, logs)
    with store.engine:
        (found,) = kpis.observe(LogCase(done, store))
    return found


def touches(**more: str) -> Rows:
    row = {"channel": "sms", "purpose": "promotion", "sent_by": "tool", **more}
    return [
        {"customer": f"c{n}", "time": BEGIN + n * 3600, "state": state, **row}
        for state in ("sent", "clicked")
        for n in range(10)
    ]


def events(*rows: tuple[str, str, int]) -> Rows:
    return [{"event": event, "customer": who, "time": BEGIN + day * DAY} for event, who, day in rows]


@pytest.mark.parametrize(
    ("of", "more", "reason"),
    [
        ("channel: sms", {}, None),
        ("channel: sms", {"channel": "pigeon"}, "nothing to count"),
        ("reach: direct", {"channel": "pigeon"}, "cannot be told whether they count"),
        ("reach: group", {"channel": "pigeon"}, "cannot be told whether they count"),
        ("purpose: promotion", {"purpose": ""}, "cannot be told whether they count"),
        ("category: marketing", {"purpose": "whatever"}, "cannot be told whether they count"),
        ("category: marketing", {"purpose": "transaction"}, "nothing to count"),
        ("sent_by: staff", {"sent_by": ""}, "cannot be told whether they count"),
        ("channel: sms, format: article", {}, "cannot be told whether they count"),
        ("channel: wecom-mass, format: article", {}, "nothing to count"),
    ],
)
def test_touches_that_may_count_or_not(tmp_path: Path, of: str, more: dict[str, str], reason: str | None) -> None:
    found = observed(tmp_path, SHARE.format(of=of), {"touches": touches(**more)})
    if reason is None:
        assert found.looked == 1
    else:
        assert found.status == "not assessed"
        assert found.reason is not None
        assert reason in found.reason.en


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("{share: {customers: {tag: vip}}, of: {customers: %s}}", "tags"),
        ("{share: {customers: {consent: sms-marketing}}, of: {customers: %s}}", "consents"),
        ("{share: {customers: {age-band: known}}, of: {customers: %s}}", "no event has the value"),
        ("{share: {customers: {order-paid: ever}}, of: {customers: {segment: joined}}}", "in 1 of 1 periods"),
        ("{share: {events: order-paid}, of: {events: member-joined}}", "more were counted than there were"),
        ("{share: {by_hand: {zh-CN: 数, en: count}}, of: {events: order-paid}}", "by hand"),
        ("{share: {reported: article-opens}, of: {reported: article-recipients}}", "a tool reports"),
    ],
)
def test_what_no_log_holds_is_named(tmp_path: Path, formula: str, reason: str) -> None:
    logs: dict[Of, Rows] = {
        "events": events(("member-joined", "c1", 0), ("order-paid", "c1", 1), ("order-paid", "c2", 2)),
        "customers": [{"customer": "c1"}, {"customer": "c2"}],
    }
    found = observed(tmp_path, formula.replace("%s", JOINED), logs)
    assert found.status == "not assessed"
    assert found.reason is not None
    assert reason in found.reason.en


@pytest.mark.parametrize(
    ("statistic", "ended", "target", "status", "words"),
    [
        ("median", 20, "≤ 2h", "not assessed", "∞ (95% interval"),
        ("median", 20, "≤ 100m", "not assessed", "of which 180 had not ended when the log does"),
        ("median", 20, "≤ 30m", "broken", "of which 180 had not ended when the log does"),
        ("median", 150, "≤ 2h", "kept", "3600s (95% interval"),
        ("mean", 200, "≤ 2h", "kept", "3600s"),
        ("mean", 199, "≤ 2h", "not assessed", "some had not ended"),
    ],
)
def test_what_never_ended_took_longer_than_all(
    tmp_path: Path, statistic: str, ended: int, target: str, status: str, words: str
) -> None:
    rows = [
        {"event": event, "customer": f"c{n}", "time": BEGIN + n * 60 + after}
        for n in range(200)
        for event, after in (("member-joined", 0), ("order-paid", 3600))
        if not after or n < ended
    ]
    rows.append({"event": "order-paid", "customer": "z", "time": BEGIN + 200 * 60 + 1800})
    kpi = f"---\nkind: kpi\nid: it\ntitle: 指标\nowner: guide\nbetter: lower\nunit: seconds\nmeasured_in: bi\ntarget: {target}\n"
    formula = f"formula: {{{statistic}: {{from: member-joined, to: order-paid}}}}\n"
    store = store_of(tmp_path, {"events": rows})
    with store.engine:
        (found,) = kpis.observe(LogCase(compiled({"sopkit.yaml": SETTINGS + NOUNS + kpi + formula}), store))
    assert (found.status, words in found.message.en) == (status, True), found.message.en


@pytest.mark.parametrize("asked", ["{segment: recent}", "{task: first-order}"])
def test_what_events_tell_is_judged(tmp_path: Path, asked: str) -> None:
    rows = [(event, f"c{n}", day) for n in range(30) for event, day in (("member-joined", 0), ("order-paid", 5))]
    formula = f"{{share: {{customers: {asked}}}, of: {{customers: {JOINED}}}}}"
    found = observed(tmp_path, formula, {"events": events(*rows)})
    assert (found.status, found.looked, found.reason) == ("kept", 1, None)


def test_periods_set_aside_are_counted_and_nothing_is_kept_for_them(tmp_path: Path) -> None:
    rows = [("member-joined", f"c{n}", day) for day in (0, 1, 3) for n in range(50)]
    rows += [("order-paid", f"c{n}", day) for day, many in ((0, 50), (1, 50), (2, 3), (3, 50)) for n in range(many)]
    found = observed(
        tmp_path, "{share: {events: order-paid}, of: {events: member-joined}}", {"events": events(*rows)}, "per: day\n"
    )
    assert (found.status, found.looked) == ("not assessed", 3)
    assert found.reason is not None
    assert found.reason.en == "in 1 of 4 periods more were counted than there were"
    assert found.message.en.endswith("; not assessed: in 1 of 4 periods more were counted than there were")
    missed = [one for one in rows if one != ("order-paid", "c0", 1)][:-48]
    (tmp_path / "missed").mkdir()
    found = observed(
        tmp_path / "missed", "{share: {events: order-paid}, of: {events: member-joined}}", {"events": events(*missed)}, "per: day\n"
    )  # fmt: skip
    assert (found.status, found.broken, found.reason) == ("broken", 1, None)
    assert "in 1 of 4 periods" in found.message.en
    assert found.figure is not None
    assert all(part in found.message.en for part in found.figure.en.split(", "))


def test_an_experiment_whose_metric_hangs_on_what_was_before_the_log_says_so(tmp_path: Path) -> None:
    text = NOUNS + (
        "---\nkind: automation\nid: hello\ntitle: 问候\nowner: guide\nstarts_on: member-joined\n"
        "steps: [{id: greet, do: 问候, by: guide, within: 1d}]\n---\nkind: kpi\nid: it\ntitle: 指标\nowner: guide\nbetter: higher\n"
        f"unit: percent\nmeasured_in: bi\nformula: {{share: {{customers: {{task: first-order}}}}, of: {{customers: {JOINED}}}}}\n"
        "---\nkind: catalog\nexperiments:\n  wording: {title: 问候, step: hello/greet, arms: {short: {share: 50%}, long: {share: 50%}}, "
        "split_by: customer, metric: it}\n"
    )
    rows = [
        {"event": "member-joined", "customer": f"{arm}{n}", "time": BEGIN, "arm": arm} for arm in ("short", "long") for n in range(50)
    ]  # fmt: skip
    store = store_of(tmp_path, {"events": rows})
    with store.engine:
        sizes, result = experiments.observe(LogCase(compiled({"sopkit.yaml": SETTINGS + text}), store))
    assert sizes.status == "kept"
    assert result.status == "not assessed"
    assert result.reason is not None
    assert "before the log begins" in result.reason.en
