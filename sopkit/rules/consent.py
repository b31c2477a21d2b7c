"""The playbooks, consents and purposes go in; uses of customers' data that rest on no valid basis come out: SOP501–SOP510."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Proof, Rule, Unassessed
from sopkit.graph.flow import Flow
from sopkit.rules import (
    consent_asking,
    consent_bases,
    consent_paths,
    consent_reach,
    consent_rules,
    consent_sensitive,
)
from sopkit.rules.case import Case
from sopkit.rules.consent_copies import Withdrawals
from sopkit.rules.consent_paths import Paths
from sopkit.rules.consent_times import Times
from sopkit.rules.consent_uses import uses_of, without_purpose
from sopkit.text import Phrase

RULES: Final[tuple[Rule, ...]] = (
    consent_rules.WITHOUT,
    consent_rules.BEYOND,
    consent_rules.AFTER,
    consent_rules.STALE,
    *consent_bases.RULES,
    *consent_reach.RULES,
    *consent_asking.RULES,
    *consent_sensitive.RULES,
)
NO_PURPOSE: Final = Phrase(
    "联系客户却没有写目的（for），要不要同意无从判断：在这里写 for: …",
    "it contacts customers and does not say what for, so that nobody can tell whether it takes a consent: write `for: …` here",
)


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts; nothing where a document is wrong already, since every one may matter here."""
    if case.doubts.anywhere or not case.law.applies(*(alias for rule in RULES for alias in rule.aliases)):
        return
    for place, at in without_purpose(case):
        yield Unassessed(consent_rules.WITHOUT, place, NO_PURPOSE, case.forest.span(at))
    uses = uses_of(case)
    yield from consent_bases.check(case, uses)
    yield from consent_asking.check(case)
    yield from consent_sensitive.check(case)
    resting = [use for use in uses if use.purpose.basis == "consent"]
    resting += consent_sensitive.uses_of(case)
    if not resting:
        return
    times = Times(case, case.carriage)
    flow = Flow(case.graph, case.workspace, times.openings, times.drops, times.holds, times.turns_away)
    paths = Paths(case, flow, times, Withdrawals(case, case.carriage))
    reach = list(consent_reach.check(case, paths, resting))
    yield from reach
    yield from consent_paths.check(case, paths, resting, in_time=all(isinstance(one, Proof) for one in reach))
