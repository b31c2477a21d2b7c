"""A field of a document, step or noun goes in; the kind of change comes out that it is when the field reads otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.diff.rules_customers import (
    AUDIENCE_CHANGED,
    CHANNEL_CHANGED,
    OFFER_CHANGED,
    TIME_CHANGED,
    WORDS_CHANGED,
)
from sopkit.diff.rules_promises import CAP_LOOSENED, CONSENT_CHANGED, NOTICE_CHANGED, PURPOSE_CHANGED
from sopkit.diff.rules_staff import OTHER_CHANGED, ROLE_CHANGED, SYNC_CHANGED, TARGET_CHANGED, WORK_CHANGED
from sopkit.model.steps import Ask, Choose, Erase, Grant, Measure, Send, Step, Wait

STEP: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(
        ("after", "within", "before", "since", "clock", "on", "every", "at_slots", "up_to", "again_after"), TIME_CHANGED
    ),
    **dict.fromkeys(("if_", "to"), AUDIENCE_CHANGED),
    "via": CHANNEL_CHANGED,
    **dict.fromkeys(("script", "topic", "layer", "title"), WORDS_CHANGED),
    **dict.fromkeys(("offer", "amount"), OFFER_CHANGED),
    **dict.fromkeys(("by", "accountable", "consult", "inform", "escalate"), ROLE_CHANGED),
    "for_": PURPOSE_CHANGED,
    "uses": CONSENT_CHANGED,
    "cap": CAP_LOOSENED,
}
"""Any other field of a step is how it is done."""
VERBS: Final[Mapping[type, Rule]] = {
    Send: WORDS_CHANGED, Grant: OFFER_CHANGED, Wait: TIME_CHANGED, Choose: AUDIENCE_CHANGED, Ask: CONSENT_CHANGED,
    Erase: CONSENT_CHANGED, Measure: TARGET_CHANGED,
}  # fmt: skip

PLAYBOOK: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(
        ("audience", "while_", "starts_on", "ends_on", "reentry", "overlap", "follows", "for_each"), AUDIENCE_CHANGED
    ),
    **dict.fromkeys(
        ("every", "at_slots", "except_", "on_holiday", "replaces", "lasts", "due", "dates", "next", "stays"),
        TIME_CHANGED,
    ),
    "via": CHANNEL_CHANGED,
    **dict.fromkeys(("format", "headline", "standards", "layer", "ai_written"), WORDS_CHANGED),
    **dict.fromkeys(("by", "owner"), ROLE_CHANGED),
    **dict.fromkeys(("priority", "runs_in", "workflow", "objective"), WORK_CHANGED),
    "budget": OFFER_CHANGED,
    "targets": TARGET_CHANGED,
    "for_": PURPOSE_CHANGED,
}
SETTINGS: Final[Mapping[str, Rule]] = {
    "owner": ROLE_CHANGED,
    "pricing": OFFER_CHANGED,
    "content_mix": TARGET_CHANGED,
    "company": NOTICE_CHANGED,
    "jurisdictions": CONSENT_CHANGED,
    **dict.fromkeys(("timezone", "customer_timezones", "holidays"), TIME_CHANGED),
}
NOUNS: Final[Mapping[str, Rule]] = {
    "roles": ROLE_CHANGED, "shops": OTHER_CHANGED, "channels": CHANNEL_CHANGED, "tools": SYNC_CHANGED, "notices": NOTICE_CHANGED,
    "events": OTHER_CHANGED, "data": CONSENT_CHANGED, "consents": CONSENT_CHANGED, "purposes": CONSENT_CHANGED,
    "segments": AUDIENCE_CHANGED, "tasks": OFFER_CHANGED, "programmes": OFFER_CHANGED, "scripts": WORDS_CHANGED,
    "offers": OFFER_CHANGED, "partners": CONSENT_CHANGED, "syncs": SYNC_CHANGED, "kpis": TARGET_CHANGED,
}  # fmt: skip
"""Namespace → the kind of any change of a noun in it, titles and what it says of itself apart."""
OF_ITSELF: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(("title", "summary", "review_by"), OTHER_CHANGED),
    "owner": ROLE_CHANGED,
}


def of_step(step: Step, fields: Iterable[str]) -> dict[Rule, list[str]]:
    """Return the fields by the kind of change that they are."""
    return _sorted_out(fields, lambda name: _of_verb(step) if name == "verb" else STEP.get(name, WORK_CHANGED))


def of_playbook(fields: Iterable[str]) -> dict[Rule, list[str]]:
    return _sorted_out(fields, lambda name: PLAYBOOK.get(name, OTHER_CHANGED))


def of_settings(fields: Iterable[str]) -> dict[Rule, list[str]]:
    return _sorted_out(fields, lambda name: SETTINGS.get(name, OTHER_CHANGED))


def of_noun(namespace: str, fields: Iterable[str]) -> dict[Rule, list[str]]:
    kind = NOUNS.get(namespace, OTHER_CHANGED)
    return _sorted_out(fields, lambda name: OF_ITSELF.get(name, kind))


def _of_verb(step: Step) -> Rule:
    return VERBS.get(type(step.verb), WORK_CHANGED)


def _sorted_out(fields: Iterable[str], kind_of: Callable[[str], Rule]) -> dict[Rule, list[str]]:
    found: dict[Rule, list[str]] = {}
    for name in fields:
        found.setdefault(kind_of(name), []).append(name)
    return found
