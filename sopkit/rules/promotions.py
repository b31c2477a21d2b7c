"""Prizes and prices as the law limits them: SOP610–SOP614."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Outcome, Verdict
from sopkit.law.parameters import DAYS
from sopkit.model.nouns import Offer
from sopkit.model.values import Duration, Money
from sopkit.rules.case import Case
from sopkit.rules.promotions_forks import forks
from sopkit.rules.promotions_rules import BY_SEGMENT, NO_BASELINE, NO_TERMS, RULES, TOP_PRIZE, UNPRICED
from sopkit.text import Phrase

__all__ = ["RULES", "check"]

LOWEST: Final = re.compile(r"lowest-(\d+)d")


def check(case: Case) -> Iterator[Outcome]:
    """Yield what is wrong with the workspace's own offers and with who gets them."""
    for offer in case.workspace.offers.values():
        if offer.builtin or case.doubts.inside(offer.at):
            continue
        if offer.type == "draw":
            yield from _draw(case, offer)
        if offer.type in {"discount", "flash-sale"}:
            yield from _baseline(case, offer)
    yield from _by_segment(case)


def _draw(case: Case, offer: Offer) -> Iterator[Outcome]:
    limit = case.law.parameter("top-prize")
    subject = f"offer/{offer.id}"
    if not offer.terms:
        yield case.finding(NO_TERMS, offer.at, subject, offer=offer.id)
    for prize in offer.prizes:
        title = Phrase(prize.title.pick("zh-CN"), prize.title.pick("en")) if prize.title else Phrase("奖品", "prize")
        if prize.value is None:
            yield case.finding(UNPRICED, prize.at, subject, offer=offer.id, prize=title)
        elif isinstance(limit, Money) and prize.value.currency == limit.currency and prize.value.amount > limit.amount:
            yield case.finding(
                TOP_PRIZE,
                prize.value.at,
                subject,
                offer=offer.id,
                prize=title,
                value=str(prize.value),
                limit=str(limit),
            )


def _baseline(case: Case, offer: Offer) -> Iterator[Outcome]:
    wanted = case.law.parameter("price-baseline")
    days = round(wanted.amount * DAYS[wanted.unit]) if isinstance(wanted, Duration) else 0
    pricing = case.workspace.settings.pricing
    said = pricing.baseline if pricing else None
    if said is None:
        why = Phrase("工作区没有写基准价", "the workspace states no baseline")
    else:
        found = LOWEST.fullmatch(said)
        if found is None or int(found[1]) >= days:
            return
        why = Phrase(
            f"基准只看前 {found[1]} 天，要看 {days} 天",
            f"the baseline looks back {found[1]} days where it takes {days}",
        )
    yield case.finding(NO_BASELINE, offer.at, f"offer/{offer.id}", offer=offer.id, problem=why, days=str(days))


def _by_segment(case: Case) -> Iterator[Outcome]:
    """Yield the forks by a personal trait whose ways give or promise other prices."""
    for fork in forks(case):
        differing = fork.differing()
        if differing is not None:
            one, other = differing
            found = case.finding(
                BY_SEGMENT, fork.step.id_at, fork.node.id, data=fork.datum, one=one.name, other=other.name
            )
            yield replace(found, verdict=Verdict.POSSIBLE)
