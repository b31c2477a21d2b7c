"""A contact without consent goes in; the condition to write on it, where it is asked for, or the consent to declare, comes out."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.model.nouns import Consent
from sopkit.model.steps import Ask
from sopkit.rules.case import Case
from sopkit.rules.consent_uses import Use
from sopkit.text import Phrase


def consent_name(use: Use) -> str:
    """Return the consent to ask for: the first that covers the use, else one to be declared."""
    channel = use.channel.id if use.channel is not None else ""
    return use.consents[0].id if use.consents else "-".join(filter(None, (channel, use.purpose.id)))


def condition(case: Case, use: Use) -> str:
    """Return the line that lets the contact go to those alone who agreed."""
    test = f"{{consent: {consent_name(use)}}}"
    cadence = case.workspace.cadences.get(use.name) if use.step is None else None
    key = "audience" if cadence is not None else "if"
    written = cadence.audience if cadence is not None else use.step.if_ if use.step is not None else None
    return f"{key}: {{all: […, {test}]}}" if written is not None else f"{key}: {test}"


def asked_where(case: Case, use: Use) -> Phrase:
    """Say where customers are asked for that consent, or that nobody is."""
    if not use.consents:
        return Phrase("；先声明这项同意，内容见下", "; declare that consent first, as below")
    places = list(dict.fromkeys(_askers(case, use.consents[0])))
    if places:
        zh, en = "、".join(places[:2]), " and ".join(f"`{one}`" for one in places[:2])
        return Phrase(f"；在 {zh} 征求这项同意", f"; they are asked for it at {en}")
    asks = f"asks: [{use.consents[0].id}]"
    return Phrase(
        f"；目前没有地方征求它，在客户能选择的那个事件上写 {asks}",
        f"; nobody is asked for it yet: write `{asks}` on the event at which customers can choose",
    )


def _askers(case: Case, consent: Consent) -> Iterator[str]:
    yield from (event.id for event in case.workspace.events.values() if consent.id in {ref.id for ref in event.asks})
    for root, _ in case.playbooks:
        for _, step in case.steps(root):
            if isinstance(step.verb, Ask) and consent.id in {ref.id for ref in step.verb.what}:
                yield step.id


def declaration(use: Use) -> str:
    """Return the catalog to paste where no consent covers the use; empty where one does."""
    if use.consents:
        return ""
    channels = f", channels: [{use.channel.id}]" if use.channel is not None else ""
    data = f", data: [{', '.join(use.fields)}]" if use.fields else ""
    said = f"{{title: …, purposes: [{use.purpose.id}]{channels}{data}, effective_within: 24h}}"
    return f"kind: catalog\nconsents:\n  {consent_name(use)}: {said}\n"
