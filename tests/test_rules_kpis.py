"""What one KPI says, whether its data reach its tool, whether an experiment can tell anything: bad and good ones."""

from __future__ import annotations

import pytest

from sopkit.rules.experiments import sample_size
from tests.flow_kpis import JOINED, codes, judged, kpi, playbook, retention, share

BACK = "{chat-received: ever}"


def found(*texts: str) -> list[str]:
    """Return the codes of what is found of KPIs and experiments."""
    return [
        one.rule.code
        for one in judged(*texts).findings
        if one.rule.code >= "SOP8" or one.rule.name == "kpi-without-source"
    ]


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        (share("back", BACK, JOINED, "measured_in: bi"), True),
        (share("back", BACK, JOINED, "cohort: member-joined"), True),
        (share("back", BACK, JOINED, "cohort: member-joined", "per: month"), True),
        (share("seven-day-retention", BACK, JOINED, "per: month"), True),
        (share("back", BACK).replace("指标 back", "7日留存"), True),
        (share("back", BACK, JOINED, "per: month"), False),
        (share("back", BACK, "{customers: {order-paid: ever}}", "measured_in: bi"), False),
        (retention("seven-day-retention", "days 1..7"), False),
        (share("back", BACK, JOINED, "window: 0h..24h"), False),
        (kpi("retention", "{share: {reported: video-link-clicks}, of: {reported: video-plays}}", "measured_in: bi"), False),
        (kpi("retention-cost", "{count: {events: order-paid}}", unit="count"), False),
    ],
)  # fmt: skip
def test_retention_says_which_days_of_whom(text: str, open_: bool) -> None:
    assert found(playbook(), text) == ["SOP803"] * open_


@pytest.mark.parametrize(
    ("better", "target", "wrong"),
    [
        ("higher", "≥ 15%", False), ("higher", "≤ 15%", True), ("higher", "< 15%", True), ("higher", "= 15%", False),
        ("lower", "≤ 15%", False), ("lower", "≥ 15%", True), ("lower", "+20% over baseline", True),
        ("higher", "+20% over baseline", False), ("higher", "-20% over baseline", True),
    ],
)  # fmt: skip
def test_targets_ask_for_the_better(better: str, target: str, wrong: bool) -> None:
    text = share("a", BACK, JOINED, "per: month", f"better: {better}", "baseline: {value: 12%, period: 2026-Q2}")
    assert found(playbook(f"a {target}"), text) == ["SOP804"] * wrong


def test_a_relative_target_needs_a_baseline() -> None:
    assert codes(playbook("a +20% over baseline"), share("a", BACK)) == ["SOP805:+20% over baseline"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("alert: {when: < 8%, to: guide}",), None),
        (("alert: {when: < 8%, before: 2h, to: guide}",), "SOP806"),
        (("alert: {when: < 8%, before: 23h, to: guide}", "review: {every: day, at: [\"09:00\"], by: guide}"), None),
        (("alert: {when: < 8%, before: 24h, to: guide}", "review: {every: day, at: [\"09:00\"], by: guide}"), "SOP807"),
        (("alert: {when: < 8%, before: 30d, to: guide}", "review: {every: month, at: [day 3 09:00], by: guide}"), None),
        (("alert: {when: < 8%, before: 31d, to: guide}", "review: {every: month, at: [day 3 09:00], by: guide}"), "SOP807"),
        (("alert: {when: < 8%, before: 1mo, to: guide}", "review: {every: month, at: [day 3 09:00], by: guide}"), None),
    ],
)  # fmt: skip
def test_alerts_ring_before_the_review_and_after_the_last(lines: tuple[str, ...], code: str | None) -> None:
    assert found(playbook(), share("a", BACK, JOINED, "per: month", *lines)) == ([code] if code else [])


def sync(id_: str, way: str, carries: str) -> str:
    start, end = way.split(" ")
    return f"---\nkind: sync\nid: {id_}\ntitle: 同步\nfrom: {start}\nto: {end}\ncarries: {{{carries}}}\nevery: 15m\n"


CHATS = share("a", "{chat-replied: ever}", "{customers: {chat-received: ever}}", "per: month", "measured_in: bi")
SENT = kpi("a", "{count: {touches: {channel: sms}}}", "measured_in: bi", unit="count")
BOTH = "events: [chat-received, chat-replied]"


@pytest.mark.parametrize(
    ("texts", "missing"),
    [
        ((CHATS,), False),  # no sync at all: not applicable
        ((CHATS, sync("s", "wecom bi", BOTH)), False),
        ((CHATS, sync("s", "wecom bi", "events: [chat-received]")), True),
        ((CHATS, sync("s", "wecom crm", BOTH)), True),
        ((CHATS, sync("s", "wecom crm", BOTH), sync("t", "crm bi", BOTH)), False),
        ((CHATS, sync("s", "wecom crm", BOTH), sync("t", "crm bi", "events: [chat-received]")), True),
        ((CHATS, sync("s", "bi wecom", BOTH)), True),
        ((CHATS.replace("measured_in: bi", "measured_in: wecom"), sync("s", "crm map", "events: [order-paid]")), False),
        ((CHATS.replace("measured_in: bi\n", ""), sync("s", "crm map", "events: [order-paid]")), False),
        ((SENT, sync("s", "sms-gateway bi", "touches: [sms]")), False),
        ((SENT, sync("s", "sms-gateway map", "touches: [sms]")), True),
    ],
)  # fmt: skip
def test_what_a_kpi_counts_reaches_its_tool(texts: tuple[str, ...], missing: bool) -> None:
    assert set(found(playbook(), *texts)) == ({"SOP705"} if missing else set())


EVENT = "---\nkind: catalog\nevents:\n  walked-in: {title: 进店, tool: crm, at_most: 1 per day, volume: VOLUME}\nexperiments:\n"
EVEN = "{a: {share: 50%}, b: {share: 50%}}"
PLAN = "metric: rate, alpha: 0.05, power: 80%, min_effect: +20%, stop: {after: 20d}"
RATE = share("rate", BACK, JOINED, "per: month", "baseline: {value: 10%, period: 2026-Q2}")


def trial(arms: str = EVEN, plan: str = PLAN, id_: str = "wording", step: str = "follow-up/call") -> str:
    return f"  {id_}: {{title: 试验, step: {step}, arms: {arms}, {plan}}}\n"


def experiments(*trials: str, volume: str = "1000 per day") -> list[str]:
    head = playbook().replace("starts_on: member-joined", "starts_on: walked-in")
    return found(head, EVENT.replace("VOLUME", volume), *trials, RATE)


@pytest.mark.parametrize(
    ("arms", "wrong"),
    [
        (EVEN, False), ("{a: {share: 60%}, b: {share: 50%}}", True),
        ("{a: {share: 33.3%}, b: {share: 33.3%}, c: {share: 33.4%}}", False), ("{a: {share: 33%}, b: {share: 33%}, c: {share: 33%}}", True),
    ],
)  # fmt: skip
def test_arms_are_the_whole(arms: str, wrong: bool) -> None:
    assert experiments(trial(arms, "split_by: customer")) == ["SOP810"] * wrong


@pytest.mark.parametrize(
    ("before", "after", "alpha", "power", "needed"),
    [(0.10, 0.12, 0.05, 0.80, 3841), (0.50, 0.60, 0.05, 0.80, 388), (0.05, 0.10, 0.05, 0.90, 582), (0.12, 0.138, 0.05, 0.80, 5443)],
)  # fmt: skip
def test_sample_sizes_are_those_of_the_tables(
    before: float, after: float, alpha: float, power: float, needed: int
) -> None:
    assert abs((sample_size(before, after, alpha, power) or 0) - needed) <= 1
    assert sample_size(after, before, alpha, power) == sample_size(before, after, alpha, power)


@pytest.mark.parametrize(
    ("volume", "arms", "plan", "small"),
    [
        ("1000 per day", EVEN, PLAN, False),
        ("384 per day", EVEN, PLAN, True),  # 3,840 in an arm, 3,841 are needed
        ("385 per day", EVEN, PLAN, False),
        ("2688 per week", EVEN, PLAN, True),
        ("1000 per day", "{a: {share: 90%}, b: {share: 10%}}", PLAN, True),
        ("10 per day", EVEN, PLAN.replace("alpha: 0.05, ", ""), False),
        ("10 per day", EVEN, PLAN + ", split_by: shop", False),
        ("10 per day", EVEN, PLAN.replace("stop: {after: 20d}", "split_by: customer"), False),
    ],
)
def test_experiments_are_large_enough(volume: str, arms: str, plan: str, small: bool) -> None:
    assert experiments(trial(arms, plan), volume=volume) == ["SOP811"] * small


def test_without_volume_or_baseline_size_is_not_applicable() -> None:
    head = playbook()
    assert found(head, "---\nkind: catalog\nexperiments:\n", trial(), RATE) == []
    bare = RATE.replace("baseline: {value: 10%, period: 2026-Q2}\n", "")
    text = EVENT.replace("VOLUME", "1 per day")
    assert found(head.replace("starts_on: member-joined", "starts_on: walked-in"), text, trial(), bare) == []


def test_two_experiments_on_one_step() -> None:
    assert experiments(trial(), trial(id_="tone")) == ["SOP812"]
    assert experiments(trial()) == []
