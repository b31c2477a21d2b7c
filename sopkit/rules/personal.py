"""How consent is asked for and proved, which data are kept, for what and how long: SOP520–SOP534."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from sopkit.diagnostics import Outcome
from sopkit.model.documents import Cadence, Journey
from sopkit.model.nouns import AskedBy, Consent, Event
from sopkit.model.predicates import All, ConsentTest, Predicate
from sopkit.model.steps import Ask, Step
from sopkit.model.values import Text
from sopkit.rules import personal_fields
from sopkit.rules.case import Case
from sopkit.rules.content_texts import REFUSE_EN, REFUSE_ZH, Message, in_chinese, messages
from sopkit.rules.personal_rules import (
    BUNDLED,
    HARD_WITHDRAWAL,
    NO_NOTICE,
    NO_OPT_IN,
    NO_RECORD,
    NO_REFUSAL,
    NO_SMS_PROOF,
    RULES,
    THIN_NOTICE,
    TIED,
)
from sopkit.text import Phrase
from sopkit.tree import Mark

__all__ = ["RULES", "check"]

TOLD: Final = {
    "identity": Phrase("处理者是谁", "who processes"),
    "purposes": Phrase("目的", "the purposes"),
    "data": Phrase("收哪些数据", "which data"),
    "retention": Phrase("存多久", "for how long"),
    "rights": Phrase("客户的权利", "the customer's rights"),
}
"""What every notice has to tell (PIPL 17), by its word under `tells`."""
IDENTITY: Final = ("user.contact", "user.name", "user.unique_id", "user.demographic", "user.account")
"""Data of these categories are asked of the customer; others come up while dealing with one who was told already."""
RECORDED: Final = {"time": Phrase("时间", "the time"), "wording": Phrase("同意的原话", "the wording")}
PLACE: Final = Phrase("在哪里问的", "where it was asked")
KEPT: Final = Phrase("存在哪里", "where it is kept")


def check(case: Case) -> Iterator[Outcome]:
    """Yield what is wrong with the workspace's own events, consents, notices, steps and data."""
    yield from _notices(case)
    yield from _bundles(case)
    yield from _records(case)
    yield from _withdrawals(case)
    sent = messages(case)
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            yield from _tied(case, node.id, step)
    for one in sent:
        yield from _opt_in(case, one)
        yield from _refusals(case, one)
    yield from personal_fields.check(case)


def _notices(case: Case) -> Iterator[Outcome]:
    workspace = case.workspace
    collected: dict[str, str] = {}
    for datum in workspace.data.values():
        if (datum.category or "").startswith(IDENTITY):
            for ref in datum.collected_by:
                collected.setdefault(ref.id, datum.id)
    for event in workspace.events.values():
        if event.builtin or event.shows or case.doubts.inside(event.at):
            continue
        if event.asks or event.gives:
            asked = (event.asks or event.gives)[0].id
            what = Phrase(f"征求同意“{asked}”", f"asks for the consent `{asked}`")
        elif event.id in collected:
            what = Phrase(f"收集“{collected[event.id]}”", f"collects `{collected[event.id]}`")
        else:
            continue
        yield case.finding(NO_NOTICE, event.at, f"event/{event.id}", event=event.id, what=what)
    for notice in workspace.notices.values():
        missing = [said for word, said in TOLD.items() if word not in notice.tells]
        if missing and not notice.builtin:
            listed = Phrase("、".join(one.zh for one in missing), ", ".join(one.en for one in missing))
            yield case.finding(THIN_NOTICE, notice.at, f"notice/{notice.id}", notice=notice.id, missing=listed)


def _bundles(case: Case) -> Iterator[Outcome]:
    workspace = case.workspace
    for consent in workspace.consents.values():
        if consent.pre_ticked and not consent.builtin:
            what = Phrase(f"同意“{consent.id}”的勾选框预先勾上了", f"the box of `{consent.id}` is ticked beforehand")
            advice = Phrase(
                "改成 pre_ticked: false，让客户自己勾", "write `pre_ticked: false`, and let the customer tick it"
            )
            yield case.finding(BUNDLED, consent.at, f"consent/{consent.id}", what=what, advice=advice)
    for event in workspace.events.values():
        if event.builtin:
            continue
        if len(event.gives) > 1:
            names = "、".join(one.id for one in event.gives)
            what = Phrase(
                f"“{event.id}”一次就算同意了 {names}", f"`{event.id}` gives {names.replace('、', ', ')} in one"
            )
            advice = Phrase("改成 asks，每项一个勾选框", "write `asks`: a tick box for each")
            yield case.finding(BUNDLED, event.gives[1].at, f"event/{event.id}", what=what, advice=advice)
        asked = event.asked_by
        if (event.asks or event.gives) and asked is not None and asked.filled_in_by == "staff":
            what = Phrase(f"“{event.id}”的同意由员工代填", f"staff fill in the consent of `{event.id}`")
            advice = Phrase(
                "改成客户自己填：filled_in_by: customer", "let the customer do it: `filled_in_by: customer`"
            )
            yield case.finding(BUNDLED, asked.at, f"event/{event.id}", what=what, advice=advice)


# The record of consent


def _records(case: Case) -> Iterator[Outcome]:
    workspace = case.workspace
    for event in workspace.events.values():
        for ref in () if event.builtin else (*event.asks, *event.gives):
            consent = workspace.consents.get(ref.id)
            if consent is not None:
                yield from _record(case, ref.at, f"event/{event.id}", consent, _of_event(event))
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            for ref in step.verb.what if isinstance(step.verb, Ask) else ():
                consent = workspace.consents.get(ref.id)
                if consent is not None:
                    said = (step.id, step.proof, step.kept_in is not None, bool(step.via))
                    yield from _record(case, ref.at, node.id, consent, said)


def _of_event(event: Event) -> tuple[str, tuple[str, ...], bool, bool]:
    """Return (its id, what is recorded, whether it is said where that is kept, whether it is said where the customer was asked)."""
    asked: AskedBy | None = event.asked_by
    if asked is None:
        return (event.id, (), False, False)
    return (event.id, asked.proof, asked.kept_in is not None, asked.where is not None)


def _record(
    case: Case, at: Mark, subject: str, consent: Consent, said: tuple[str, tuple[str, ...], bool, bool]
) -> Iterator[Outcome]:
    by, proof, kept, placed = said
    if _is_sms_marketing(case, consent) and not (proof and kept):
        yield case.finding(NO_SMS_PROOF, at, subject, event=by, consent=consent.id)
        return
    missing = [words for name, words in RECORDED.items() if name not in proof]
    missing += [] if placed else [PLACE]
    missing += [] if kept else [KEPT]
    if missing:
        listed = Phrase("、".join(one.zh for one in missing), ", ".join(one.en for one in missing))
        yield case.finding(NO_RECORD, at, subject, event=by, consent=consent.id, missing=listed)


def _is_sms_marketing(case: Case, consent: Consent) -> bool:
    workspace = case.workspace
    by_sms = any(
        (workspace.channels[ref.id].preset or "").startswith("sms")
        for ref in consent.channels
        if ref.id in workspace.channels
    )
    return by_sms and any(
        workspace.purposes[ref.id].is_marketing for ref in consent.purposes if ref.id in workspace.purposes
    )


def _withdrawals(case: Case) -> Iterator[Outcome]:
    for consent in case.workspace.consents.values():
        give, withdraw = consent.steps_to_give, consent.steps_to_withdraw
        if give is not None and withdraw is not None and withdraw > give and not consent.builtin:
            yield case.finding(
                HARD_WITHDRAWAL, consent.at, f"consent/{consent.id}",
                consent=consent.id, give=str(give), withdraw=str(withdraw),
            )  # fmt: skip


# Steps


def _tied(case: Case, subject: str, step: Step) -> Iterator[Outcome]:
    """Yield that a service which needs no consent is kept from customers who refused one to something else."""
    purpose = case.workspace.purposes.get(step.for_.id) if step.for_ else None
    if purpose is None or purpose.is_marketing or purpose.basis in {None, "consent"}:
        return
    for test in required(step.if_):
        consent = case.workspace.consents.get(test.consent.id)
        if consent is not None and purpose.id not in {ref.id for ref in consent.purposes}:
            yield case.finding(TIED, test.at, subject, step=step.id, purpose=purpose.id, consent=consent.id)


def required(predicate: Predicate | None) -> Iterator[ConsentTest]:
    """Yield the consents without which the condition never holds."""
    match predicate:
        case ConsentTest(state="given"):
            yield predicate
        case All():
            for part in predicate.parts:
                yield from required(part)


def _opt_in(case: Case, one: Message) -> Iterator[Outcome]:
    """Yield that marketing goes by e-mail to people who neither agreed nor gave the address when they bought."""
    mail = [channel for channel in one.channels if (channel.preset or "").startswith("email")]
    if not mail or not one.marketing or not case.law.applies("CON09"):
        return
    covering = {
        consent.id
        for consent in case.workspace.consents.values()
        if {ref.id for ref in consent.channels} & {channel.id for channel in mail}
    }
    conditions = [one.step.if_]
    if isinstance(one.playbook, Journey):
        conditions += [one.playbook.audience, one.playbook.while_]
    elif isinstance(one.playbook, Cadence):
        conditions.append(one.playbook.audience)
    if any(test.consent.id in covering for condition in conditions for test in required(condition)):
        return
    soft = (
        one.purpose is not None and one.purpose.basis == "legitimate-interests" and all(mail_.opt_out for mail_ in mail)
    )
    addresses = {channel.address.id for channel in mail if channel.address}
    given_when_buying = {
        ref.id for name in addresses if name in case.workspace.data for ref in case.workspace.data[name].collected_by
    } & {event.id for event in case.workspace.events.values() if "order" in event.id or "bought" in event.id}
    if not (soft and given_when_buying):
        yield case.finding(NO_OPT_IN, one.step.id_at, one.node.id, step=one.step.id)


@cache  # many steps send the same text
def _says_how_to_refuse(text: Text, own: str) -> bool:
    """Return whether a text does so in each language; one that names no language is in the workspace's `own`."""
    return all((REFUSE_ZH if in_chinese(locale or own) else REFUSE_EN).search(words) for locale, words in text.variants)


def _refusals(case: Case, one: Message) -> Iterator[Outcome]:
    """Yield the personalised messages whose text does not say how to turn that off."""
    purpose = one.purpose
    if purpose is None or not purpose.is_marketing or not personal_fields.is_personal(case, purpose, one.step):
        return
    for script in one.scripts:
        if script.text is None or script.builtin:
            continue
        if not _says_how_to_refuse(script.text, case.workspace.settings.locale):
            yield case.finding(
                NO_REFUSAL, one.step.id_at, one.node.id, (script.text.at, Phrase("话术在这里", "its text")),
                step=one.step.id, script=script.id,
            )  # fmt: skip
