"""Purposes and what they rest on go in; those whose basis is none for what they are, or that name none, come out: SOP505, SOP506."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from sopkit.diagnostics import Outcome, Proof, Rule, Severity
from sopkit.model.nouns import Purpose
from sopkit.model.steps import Send
from sopkit.rules.case import Case, Playbook
from sopkit.rules.consent_examples import GUARDED_SEND, journey, purpose
from sopkit.rules.consent_uses import Use, uses_in
from sopkit.text import Phrase
from sopkit.tree import Mark

NEWS: Final = GUARDED_SEND.replace("for: promotion", "for: news").replace(", if: {consent: sms-marketing}", "")
UNFIT: Final = Rule(
    code="SOP505",
    name="unfit-basis",
    severity=Severity.ERROR,
    summary=Phrase("营销用了不成立的依据", "marketing on a basis that does not carry it"),
    message=Phrase("{what}，依据写的是“{basis}”：{reason}", "{what} rests on `{basis}`: {reason}"),
    why=Phrase(
        "依据不成立，联系和使用数据就都没有依据，不论客户有没有勾选。",
        "With no valid basis, every contact and every use of data for it has none, whatever customers ticked.",
    ),
    fix=Phrase(
        "改成 basis: consent，并征求一项写明这个目的和渠道的同意",
        "write `basis: consent`, and ask for a consent to this purpose and channel",
    ),
    bad=journey(NEWS, beside=purpose("contract")),
    good=journey(NEWS, beside=purpose("contract", "service")).replace("    advertising: true\n", ""),
    aliases=("CON10",),
)
NO_BASIS: Final = Rule(
    code="SOP506",
    name="purpose-without-basis",
    severity=Severity.ERROR,
    summary=Phrase("目的没有写依据", "a purpose with no basis"),
    message=Phrase(
        "目的“{purpose}”没有写依据，步骤“{step}”却为它联系客户或使用数据",
        "the purpose `{purpose}` names no basis, yet `{step}` contacts customers or uses data for it",
    ),
    why=Phrase(
        "没有依据就查不了：要不要同意、要哪一项、能不能拒绝，都取决于它。",
        "Nothing can be checked without it: whether it takes a consent, which one, and whether it may be refused.",
    ),
    fix=Phrase(
        "在目的里写 basis：营销写 consent；履行订单、会员服务写 contract",
        "write `basis` in the purpose: `consent` for marketing, `contract` for orders and membership",
    ),
    bad=journey(NEWS, beside=purpose("", "service")).replace("    advertising: true\n", ""),
    good=journey(NEWS, beside=purpose("contract", "service")).replace("    advertising: true\n", ""),
)
RULES: Final = (UNFIT, NO_BASIS)
FOR_MARKETING: Final = frozenset(("consent", "legitimate-interests", "public-information"))
"""Bases that can carry marketing somewhere; all others are about what must be done anyway."""
NOT_NECESSARY: Final = Phrase(
    "营销不是履行合同或法定义务所必需的", "marketing is not necessary for a contract or a legal duty"
)
NONE_HERE: Final = Phrase("中国法律没有“正当利益”这一项依据", "Chinese law knows no legitimate interests")
ADVERTISING: Final = Phrase(
    "它发的是广告，不是服务信息", "what it sends is an advertisement, not a message about the service"
)


def check(case: Case, uses: Sequence[Use]) -> Iterator[Outcome]:
    """Yield a finding for each purpose, and for each step that advertises under a purpose that is none of marketing."""
    purposes = {one.id: one for one in case.each("purposes", partial(_purposes, case))}
    reasons = {id_: _reason(case, one) for id_, one in purposes.items()}
    told: set[str] = set()
    wrong = False
    unfit = {id_ for id_, one in purposes.items() if one.basis is None or reasons[id_] is not None}
    for use in [use for use in uses if use.purpose.id in unfit] if unfit else ():
        purpose_, basis, reason = use.purpose, use.purpose.basis, reasons[use.purpose.id]
        at, subject = (use.at, use.place) if purpose_.builtin else (purpose_.at, f"purpose/{purpose_.id}")
        if basis is None and subject not in told:
            told.add(subject)
            yield case.finding(NO_BASIS, at, subject, *_place(use, at), purpose=purpose_.id, step=use.name)
        elif basis is not None and reason is not None and subject not in told:
            told.add(subject)
            wrong = True
            what = Phrase(f"目的“{purpose_.id}”", f"the purpose `{purpose_.id}`")
            yield case.finding(UNFIT, at, subject, *_place(use, at), what=what, basis=basis, reason=reason)
    for use in case.each("advertising", partial(_advertising, case)):
        if use.purpose.id not in unfit:
            wrong = True
            what = Phrase(f"步骤“{use.name}”为“{use.purpose.id}”", f"`{use.name}`, for `{use.purpose.id}`,")
            yield case.finding(UNFIT, use.at, use.place, what=what, basis=use.purpose.basis or "", reason=ADVERTISING)
    marketing = {id_ for id_, one in purposes.items() if one.is_marketing}
    if marketing and not wrong:
        names = "、".join(sorted(marketing)), ", ".join(f"`{one}`" for one in sorted(marketing))
        yield Proof(
            UNFIT,
            "workspace",
            Phrase(
                f"营销目的（{names[0]}）的依据都成立", f"the basis of every marketing purpose can carry it: {names[1]}"
            ),
        )


def _purposes(case: Case, root: str, playbook: Playbook) -> Iterable[Purpose]:
    """Return what a playbook uses data or contacts customers for."""
    return {use.purpose.id: use.purpose for use in uses_in(case, root, playbook)}.values()


def _advertising(case: Case, root: str, playbook: Playbook) -> Iterator[Use]:
    """Yield the uses that advertise on a basis that can't carry marketing."""
    for use in uses_in(case, root, playbook):
        if use.purpose.basis not in (None, *FOR_MARKETING) and _advertises(case, use):
            yield use


def _place(use: Use, at: Mark) -> Iterator[tuple[Mark, Phrase]]:
    if at != use.at:
        yield use.at, Phrase("用在这里", "used here")


def _reason(case: Case, purpose_: Purpose) -> Phrase | None:
    """Return why the basis of a purpose does not carry it under the law of the workspace."""
    if purpose_.basis == "legitimate-interests" and "cn" in {pack.id for pack in case.law.packs_with("CON10")}:
        return NONE_HERE
    if purpose_.is_marketing and purpose_.basis not in (None, *FOR_MARKETING):
        return NOT_NECESSARY
    return None


def _advertises(case: Case, use: Use) -> bool:
    """Return whether an advertisement is sent to somebody: feeds and pages are looked at by whoever likes."""
    step = use.step
    if step is None or use.channel is None or use.channel.reach not in ("direct", "group"):
        return False
    scripts = [step.script] if step.script is not None else []
    scripts += step.verb.all_scripts if isinstance(step.verb, Send) else ()
    known = case.workspace.scripts
    return any(ref.id in known and known[ref.id].advertising for ref in scripts)
