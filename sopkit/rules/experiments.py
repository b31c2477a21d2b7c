"""Whether an experiment can tell anything: SOP810–SOP812."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.promises import amount
from sopkit.model.documents import Journey
from sopkit.model.nouns import Experiment
from sopkit.model.triggers import OnEvent
from sopkit.model.values import Duration, Rate
from sopkit.rules.case import Case
from sopkit.rules.kpi_examples import kpi, share
from sopkit.text import Phrase

VOLUME: Final = 20
PLAYBOOK: Final = """\
kind: automation
id: hello
title: 入会问候
owner: guide
review_by: 2027-12-31
starts_on: walked-in
targets: [{kpi: replies, target: ≥ 15%}]
steps:
  - {id: greet, do: 问候, by: guide, within: 1d}
"""
EVENT: Final = """\
---
kind: catalog
events:
  walked-in: {title: 进店, tool: crm, at_most: 1 per day, volume: %d per day}
"""
REPLIES: Final = kpi(
    "replies",
    share("{customers: {chat-received: ever}}"),
    "per: month",
    "measured_in: bi",
    "baseline: {value: 12%, period: 2026-Q2}",
)
HALVES: Final = "{short: {share: 50%}, long: {share: 50%}}"


def _trial(name: str, arms: str = HALVES, *, more: str = "") -> str:
    return f"  {name}: {{title: 试验 {name}, step: hello/greet, arms: {arms}{more}}}\n"


def _example(*trials: str, volume: int = 2000) -> str:
    return PLAYBOOK + EVENT % volume + "experiments:\n" + "".join(trials) + REPLIES


PLANNED: Final = ", split_by: customer, metric: replies, alpha: 0.05, power: 80%, min_effect: +15%, stop: {after: 21d}"

SHARES: Final = Rule(
    code="SOP810",
    name="arms-not-whole",
    severity=Severity.ERROR,
    summary=Phrase("对比测试各组的占比加起来不是 100%", "shares of an experiment's arms that are not 100% in all"),
    message=Phrase("“{id}”各组的占比加起来是 {sum}", "the shares of the arms of `{id}` make up {sum}"),
    why=Phrase(
        "加起来不是 100%，系统分不了组：有的客户落空，或一个客户落进两组。",
        "No tool can split customers so: some would be in no arm, or in two.",
    ),
    fix=Phrase("改各组的 share，加起来正好 100%", "change the `share` of the arms so that they are 100% in all"),
    bad=_example(_trial("wording", "{short: {share: 50%}, long: {share: 40%}}")),
    good=_example(_trial("wording")),
)
TOO_SMALL: Final = Rule(
    code="SOP811",
    name="experiment-too-small",
    severity=Severity.WARNING,
    summary=Phrase(
        "对比测试的客户太少，测不出想看的差别", "an experiment with too few customers for the effect it looks for"
    ),
    message=Phrase(
        "“{id}”每组要 {needed} 人才看得出 {effect} 的差别，到结束时最少的一组最多 {there} 人",
        "to show an effect of {effect}, `{id}` needs {needed} customers in an arm; its smallest has at most {there} when it stops",
    ),
    why=Phrase(
        "人数不够，有效果也看不出来；看出来的差别多半是碰巧。",
        "With too few a real effect goes unseen, and what is seen is mostly chance.",
    ),
    fix=Phrase(
        "测久一点（stop），少分几组，或只看更大的差别（min_effect）",
        "let it run longer (`stop`), with fewer arms, or look for a larger effect (`min_effect`)",
    ),
    bad=_example(_trial("wording", more=PLANNED), volume=VOLUME),
    good=_example(_trial("wording", more=PLANNED)),
)
OVERLAP: Final = Rule(
    code="SOP812",
    name="overlapping-experiments",
    severity=Severity.WARNING,
    summary=Phrase("同一步骤上有两项对比测试", "two experiments on one step"),
    message=Phrase(
        "“{id}”和“{other}”都测 {step}，面对同一批客户", "`{id}` and `{other}` both test `{step}`, on the same customers"
    ),
    why=Phrase(
        "一步只能有一种做法：两项测试互相盖住，分不清是谁的效果。",
        "A step is done in one way: each covers the other up, and nobody can tell whose effect it was.",
    ),
    fix=Phrase(
        "合成一项测试，多分几组；或一项测完再测另一项",
        "make them one experiment with more arms, or run one after the other",
    ),
    bad=_example(_trial("wording"), _trial("tone")),
    good=_example(_trial("wording", "{short: {share: 40%}, long: {share: 30%}, warm: {share: 30%}}")),
)
RULES: Final = (SHARES, TOO_SMALL, OVERLAP)


def check(case: Case) -> Iterator[Finding]:
    """Yield experiments that can't be split, can't show what they look for, or disturb each other."""
    first: dict[str, Experiment] = {}
    for one in sorted(case.workspace.experiments.values(), key=lambda one: one.id):
        if one.builtin or case.doubts.inside(one.at):
            continue
        yield from _check_shares(case, one)
        yield from _check_size(case, one)
        step = one.step.id if one.step else None
        if step is None:
            continue
        other = first.setdefault(step, one)
        if other is not one:
            there = (other.at, Phrase("另一项在这里", "the other one is here"))
            yield case.finding(
                OVERLAP, one.at, f"experiment/{one.id}", there, id=one.id, other=other.id, step=step
            )  # fmt: skip


def _check_shares(case: Case, one: Experiment) -> Iterator[Finding]:
    total = sum((arm.share.value for arm in one.arms if arm.share is not None), Decimal(0))
    if total != 100:
        yield case.finding(SHARES, one.at, f"experiment/{one.id}", id=one.id, sum=f"{total.normalize():f}%")


# Sizes


def _check_size(case: Case, one: Experiment) -> Iterator[Finding]:
    """Nothing where the plan, the baseline of the metric or the volume of what starts the journey is not declared."""
    needed, there = _needed(case, one), _there(case, one)
    if needed is not None and there is not None and there < needed:
        yield case.finding(
            TOO_SMALL,
            one.at,
            f"experiment/{one.id}",
            id=one.id,
            needed=str(needed),
            there=str(there),
            effect=_effect(one),
        )


def _effect(one: Experiment) -> str:
    effect = one.min_effect
    return "" if effect is None else f"{effect.number:+}{effect.unit}" if effect.relative else str(effect)


def _needed(case: Case, one: Experiment) -> int | None:
    """Return how many customers an arm needs; only shares are planned for, as other numbers scatter nobody knows how much."""
    metric = case.workspace.kpis.get(one.metric.id) if one.metric else None
    base = metric.baseline.value if metric is not None and metric.baseline else None
    effect = one.min_effect
    if metric is None or metric.unit != "percent" or base is None or effect is None:
        return None
    if one.alpha is None or one.power is None or one.split_by not in (None, "customer"):
        return None
    before, step = amount(base, metric), Fraction(effect.number) / 100
    if before is None or effect.unit != "%":
        return None
    after = before * (1 + step) if effect.relative else before + step
    return sample_size(float(before), float(after), one.alpha, float(one.power.value) / 100)


def sample_size(before: float, after: float, alpha: float, power: float) -> int | None:
    """Return how many each of two equal arms needs to tell two shares apart, by a two-sided test; None where it can't be said.

    Fleiss, Levin and Paik, *Statistical Methods for Rates and Proportions*, 3rd edition, 2003, formula 4.14, without the correction
    for continuity, which would ask for more.
    """
    if not (0 < before < 1 and 0 < after < 1) or before == after or not (0 < alpha < 1 and 0.5 <= power < 1):
        return None
    normal, mean = NormalDist(), (before + after) / 2
    by_chance = normal.inv_cdf(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    by_effect = normal.inv_cdf(power) * math.sqrt(before * (1 - before) + after * (1 - after))
    return math.ceil(((by_chance + by_effect) / (before - after)) ** 2)


def _there(case: Case, one: Experiment) -> int | None:
    """Return how many customers the smallest arm has at most when the experiment stops: as many as start the journey."""
    days = _days(one.stop.after) if one.stop and one.stop.after else None
    name = one.step.id.partition("/")[0] if one.step else ""
    journey = case.workspace.journeys.get(name)
    daily = _daily(case, journey) if journey is not None else None
    if days is None or daily is None or not any(arm.share for arm in one.arms):
        return None
    smallest = min(Fraction(arm.share.value) / 100 for arm in one.arms if arm.share is not None)
    return math.floor(daily * days * smallest)


def _daily(case: Case, journey: Journey) -> Fraction | None:
    """Return how many customers start a journey in a day; None where a trigger does not say."""
    total = Fraction(0)
    for trigger in journey.starts_on:
        event = case.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
        length = _period(event.volume) if event is not None and event.volume is not None else None
        if event is None or event.volume is None or length is None:
            return None
        total += event.volume.count / length
    return total if journey.starts_on else None


SHORTEST: Final = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
"""Days."""


def _period(rate: Rate) -> Fraction | None:
    """Return how many days the period of a rate lasts at least."""
    if isinstance(rate.per, Duration):
        return _days(rate.per)
    days = SHORTEST.get(rate.per)
    return Fraction(days) if days else None


def _days(time: Duration) -> Fraction | None:
    if time.seconds is None or time.seconds == 0:
        return None
    return Fraction(time.seconds, 86400)
