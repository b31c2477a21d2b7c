"""Uses and the events by which customers refuse go in; marketing by another way that such an event itself sets off comes out: SOP511."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding, Related, Rule, Severity, Verdict
from sopkit.graph.nodes import Edge
from sopkit.model.nouns import Consent
from sopkit.model.triggers import ConsentMoved, OnEvent
from sopkit.rules.case import Case
from sopkit.rules.consent_examples import GUARDED_SEND, journey
from sopkit.rules.consent_follow_ups import SETS_OFF, FollowUps, Reached
from sopkit.rules.consent_uses import Use, uses_of
from sopkit.text import Phrase

ELSEWHERE: Final = GUARDED_SEND.replace("via: sms", "via: wecom-chat").replace("sms-marketing", "wecom-marketing")
RESENT: Final = Rule(
    code="SOP511",
    name="resent-by-another-way",
    severity=Severity.ERROR,
    summary=Phrase("客户拒绝以后，换个渠道再发", "after a refusal, the same by another way"),
    message=Phrase(
        "客户用“{event}”撤回“{consent}”，步骤“{step}”接着为“{purpose}”联系他{channel}",
        "when customers withdraw `{consent}` by `{event}`, `{step}` follows it up for `{purpose}`{channel}",
    ),
    why=Phrase(
        "客户刚拒绝营销，就换名义、换渠道再来，等于没有让他拒绝；法律不许。",
        "Whoever has just refused marketing gets it under another name or by another channel; the law forbids that.",
    ),
    fix=Phrase(
        "不要由撤回来触发营销；去掉这个触发，或把这一步改成只确认撤回的服务通知",
        "let no withdrawal set off marketing: drop the trigger, or only confirm the withdrawal, as a message about the service",
    ),
    bad=journey(ELSEWHERE, starts="sms-unsubscribed"),
    good=journey(ELSEWHERE),
    aliases=("WDR06",),
)
RULES: Final = (RESENT,)


def check(case: Case) -> Iterator[Finding]:
    """Yield each marketing use that an end of another consent to marketing sets off, once; where it ends the use's own, SOP503 says so.

    Nothing where a document is wrong already, since every one may matter here.
    """
    if case.doubts.anywhere or not case.law.applies(*RESENT.decides):
        return
    marketing: dict[str, list[Use]] = {}
    for use in uses_of(case):
        if use.channel is not None and use.purpose.is_marketing:
            marketing.setdefault(use.place, []).append(use)
    ended = dict(_ends(case))
    found: dict[str, tuple[Reached, Use, Edge, Consent]] = {}
    follow_ups = FollowUps(case)
    for edge in case.graph.moves if marketing and ended else ():
        refused = ended.get(_end(edge), []) if edge.on is not None and edge.label in SETS_OFF else []
        for reached in follow_ups.onward(edge) if refused else ():
            for use in marketing.get(reached.place, ()):
                known = found.get(reached.place)
                surer = known is None or (reached.surely and not known[0].surely)
                if surer and not use.key & {one.id for one in refused}:
                    found[reached.place] = reached, use, edge, refused[0]
    for reached, use, edge, consent in found.values():
        yield _finding(case, use, edge, consent, reached)


def _ends(case: Case) -> Iterator[tuple[str, list[Consent]]]:
    """Yield the consents to marketing by what ends them: the id of an event, or of the consent itself behind `consent/`."""
    purposes = case.workspace.purposes
    by_event: dict[str, list[Consent]] = {}
    for consent in case.workspace.consents.values():
        if any(ref.id in purposes and purposes[ref.id].is_marketing for ref in consent.purposes):
            yield f"consent/{consent.id}", [consent]
            for ref in consent.withdrawn_by:
                by_event.setdefault(ref.id, []).append(consent)
    yield from by_event.items()


def _end(edge: Edge) -> str:
    match edge.on:
        case OnEvent(event):
            return event.id
        case ConsentMoved(consent, "withdrawn" | "refused"):
            return f"consent/{consent.id}"
    return ""


def _finding(case: Case, use: Use, edge: Edge, consent: Consent, reached: Reached) -> Finding:
    channel = use.channel.id if use.channel is not None else ""
    event = edge.on.event.id if isinstance(edge.on, OnEvent) else f"withdrawn: {consent.id}"
    args: dict[str, str | Phrase] = {
        "event": event,
        "consent": consent.id,
        "step": use.name,
        "purpose": use.purpose.id,
        "channel": Phrase(f"（{channel}）", f" by `{channel}`"),
    }
    span = case.forest.span
    note = Phrase("由撤回触发", "set off by the withdrawal")
    related = [] if edge.at == use.at else [Related(span(edge.at), note)]
    if reached.written is not None:
        wrote = Phrase("这一步记下的，选出了他们", "they were chosen by what this step writes down")
        related.append(Related(span(reached.written), wrote))
    verdict = Verdict.VIOLATED if reached.surely else Verdict.POSSIBLE
    return Finding(RESENT, span(use.at), args, use.place, verdict=verdict, related=tuple(related))


__all__ = ["RESENT", "RULES", "check"]
