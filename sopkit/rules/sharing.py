"""Sensitive data, data of minors, data given to others or sent abroad: SOP540–SOP551."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome
from sopkit.frozen import dataclass
from sopkit.graph.satisfiability import NOBODY, Customer, meet
from sopkit.law.vocabulary import is_of_children, is_sensitive
from sopkit.model.documents import Journey, Sync
from sopkit.model.nouns import Consent, Datum, Notice, Tool
from sopkit.model.predicates import DataTest, Predicate
from sopkit.model.steps import Send
from sopkit.model.values import Duration, Ref
from sopkit.rules.case import Case
from sopkit.rules.content_texts import Message, messages
from sopkit.rules.papers_found import papers, problem
from sopkit.rules.personal_fields import is_personal
from sopkit.rules.sharing_rules import (
    CHILDREN,
    MINORS,
    NO_REASON,
    NO_RELATION,
    NO_ROUTE,
    PUBLISHED,
    RULES,
    TOO_LIGHT,
    UNAUDITED,
    UNCONSENTED,
    UNCONTRACTED,
    UNPROTECTED,
    UNTOLD,
)
from sopkit.rules.sharing_tools import is_abroad, receives, receives_sensitive
from sopkit.text import Phrase

__all__ = ["RULES", "check"]

REASONS: Final = {
    "necessity": Phrase("必要性", "why they are needed"),
    "impact": Phrase("对个人的影响", "what they mean for the person"),
}
UNDER_AGE: Final = frozenset(
    ("minor", "minors", "child", "children", "teen", "teenager", "under-18", "under-14", "未成年", "未成年人", "儿童")
)
"""Values of a datum about age that stand for minors."""
NO_CONSENT: Final = Phrase("没有写凭哪项同意", "and no consent is named")


def check(case: Case) -> Iterator[Outcome]:
    """Yield what is wrong with the workspace's own data, tools, partners, syncs and steps."""
    for datum in case.workspace.data.values():
        if not datum.builtin and not case.doubts.inside(datum.at):
            yield from _sensitive(case, datum)
            yield from _children(case, datum)
    yield from _audits(case)
    ages = tuple(ages_told(case))
    for one in messages(case):
        yield from _to_minors(case, one, ages)
        yield from _published(case, one)
    for tool in case.workspace.tools.values():
        if not tool.builtin and not case.doubts.inside(tool.at):
            yield from _of_tool(case, tool)
    for partner in case.workspace.partners.values():
        if partner.relation == "processor" and not partner.builtin:
            why = problem(case, papers(case, "processor-contract", partner.id))
            if why is not None:
                yield case.finding(UNCONTRACTED, partner.at, f"partner/{partner.id}", name=partner.id, problem=why)
    for sync in case.workspace.syncs.values():
        yield from _of_sync(case, sync)


# Sensitive data and children


def _covering(case: Case, datum: str) -> Iterator[Consent]:
    for consent in case.workspace.consents.values():
        if datum in {ref.id for ref in consent.data}:
            yield consent


def _notices(case: Case, datum: Datum) -> Iterator[Notice]:
    """Yield the notices shown where the datum is collected or consent to it is asked for."""
    workspace = case.workspace
    refs: list[Ref] = [one.notice for one in _covering(case, datum.id) if one.notice]
    for ref in datum.collected_by:
        event = workspace.events.get(ref.id)
        refs += event.shows if event else ()
    yield from (workspace.notices[ref.id] for ref in refs if ref.id in workspace.notices)


def _sensitive(case: Case, datum: Datum) -> Iterator[Outcome]:
    if not is_sensitive(datum.category):
        return
    subject = f"data/{datum.id}"
    told = {word for notice in _notices(case, datum) for word in notice.tells}
    missing = [words for name, words in REASONS.items() if name not in told]
    if missing:
        listed = Phrase("、".join(one.zh for one in missing), " and ".join(one.en for one in missing))
        yield case.finding(NO_REASON, datum.at, subject, data=datum.id, missing=listed)
    artefact = case.workspace.artefacts.get(datum.protection.id) if datum.protection else None
    why = problem(case, iter((artefact,) if artefact else ()))
    if why is not None:
        yield case.finding(UNPROTECTED, datum.at, subject, data=datum.id, problem=why)


def _children(case: Case, datum: Datum) -> Iterator[Outcome]:
    if not is_of_children(datum.category):
        return
    age = case.law.parameter("guardian-consent-under")
    why = None
    if not any(one.given_by == "guardian" for one in _covering(case, datum.id)):
        why = Phrase("没有监护人的同意覆盖它", "no consent of a guardian covers it")
    else:
        why = problem(case, papers(case, "policy", datum.id))
        why = why and Phrase(f"专门规则：{why.zh}", f"of special rules, {why.en}")
    if why is not None:
        yield case.finding(CHILDREN, datum.at, f"data/{datum.id}", data=datum.id, age=str(age), problem=why)


def _audits(case: Case) -> Iterator[Outcome]:
    every = case.law.parameter("minors-audit-every")
    for datum in case.workspace.data.values():
        if is_of_children(datum.category) and not datum.builtin:
            why = problem(case, papers(case, "audit", datum.id), every if isinstance(every, Duration) else None)
            if why is not None:
                yield case.finding(UNAUDITED, datum.at, f"data/{datum.id}", data=datum.id, problem=why)


@dataclass(frozen=True, slots=True)
class Age:
    """A datum that tells minors from others."""

    datum: Datum
    young: DataTest
    """The customer is known to be a minor."""
    adult: str
    """A value that is none of minors."""


def ages_told(case: Case) -> Iterator[Age]:
    """Yield the data by which the workspace tells minors apart; a built-in one only where some journey leaves minors out by it."""
    for datum in case.workspace.data.values():
        young = tuple(value for value in datum.values if value in UNDER_AGE)
        grown = [value for value in datum.values if value not in UNDER_AGE]
        if not (young and grown):
            continue
        test = DataTest(Ref(datum.id, datum.at), young, datum.at)
        if not datum.builtin or any(
            isinstance(playbook, Journey)
            and playbook.audience
            and meet(case.workspace, playbook.audience, test) == NOBODY
            for _, playbook in case.playbooks
        ):
            yield Age(datum, test, grown[0])


def _to_minors(case: Case, one: Message, ages: tuple[Age, ...]) -> Iterator[Outcome]:
    """Yield a personalised marketing step that a customer known to be a minor can get."""
    if not (one.marketing and one.purpose and is_personal(case, one.purpose, one.step)) or one.step.by is not None:
        return
    if one.playbook.kind == "procedure" or not isinstance(one.playbook, Journey):
        return
    conditions = [one.playbook.audience, one.playbook.while_, *guards(case, one.node.id)]
    stated = [condition for condition in conditions if condition is not None]
    unread = any(case.doubts.of_key(one.playbook.at, key) for key in ("audience", "while"))
    if unread or any(case.doubts.inside(condition.at) for condition in stated):
        return
    reached: list[tuple[Age, Customer]] = []
    for age in ages:
        who = meet(case.workspace, *stated, age.young)
        if not isinstance(who, Customer):
            return
        reached.append((age, who))
    for age, who in reached[:1]:
        yield case.finding(
            MINORS, one.step.id_at, one.node.id,
            step=one.step.id, customer=who.describe(), data=age.datum.id, value=age.adult,
        )  # fmt: skip


def guards(case: Case, node: str) -> Iterator[Predicate]:
    """Yield the step's own guard and those of the steps it stands in."""
    while node:
        found = case.graph.nodes.get(node)
        if found is not None and found.step is not None and found.step.if_ is not None:
            yield found.step.if_
        node = node.rpartition("/")[0]


# Publishing


def _published(case: Case, one: Message) -> Iterator[Outcome]:
    """Yield data of a customer that a step puts where everybody sees them, without consent to that."""
    public = [channel for channel in one.channels if channel.reach in {"group", "feed"} and channel.selects == "nobody"]
    used = [ref for ref in one.step.uses if ref.id in case.workspace.data]
    if isinstance(one.step.verb, Send) and one.step.verb.match is not None:
        used.append(one.step.verb.match)
    for channel in public:
        for ref in used:
            if not any(channel.id in {to.id for to in consent.channels} for consent in _covering(case, ref.id)):
                yield case.finding(PUBLISHED, ref.at, one.node.id, step=one.step.id, channel=channel.id, data=ref.id)


# Others, and abroad


def _of_tool(case: Case, tool: Tool) -> Iterator[Outcome]:
    subject = f"tool/{tool.id}"
    if tool.relation is None:
        yield case.finding(NO_RELATION, tool.at, subject, tool=tool.id)
    if tool.relation == "processor":
        why = problem(case, papers(case, "processor-contract", tool.id))
        if why is not None:
            yield case.finding(UNCONTRACTED, tool.at, subject, name=tool.id, problem=why)
    if is_abroad(case, tool) and receives(case, tool.id):
        yield from _route(case, tool, subject)


def _route(case: Case, tool: Tool, subject: str) -> Iterator[Outcome]:
    country, transfer = (tool.hosted_in or "").upper(), tool.transfer
    if transfer is None or transfer.route is None:
        why = Phrase("没有写出境的途径", "no route is named")
        yield case.finding(NO_ROUTE, tool.at, subject, tool=tool.id, country=country, problem=why)
        return
    if transfer.route != "exempt":
        artefact = case.workspace.artefacts.get(transfer.artefact.id) if transfer.artefact else None
        lacking = problem(case, iter((artefact,) if artefact else ()))
        if lacking is not None:
            yield case.finding(NO_ROUTE, transfer.at, subject, tool=tool.id, country=country, problem=lacking)
    light = _too_light(case, tool)
    if light is not None:
        why, needed = light
        yield case.finding(
            TOO_LIGHT, transfer.at, subject, tool=tool.id, route=transfer.route, problem=why, needed=needed
        )


def _too_light(case: Case, tool: Tool) -> tuple[Phrase, str] | None:
    """Return why the route is for fewer people, and the route that is needed."""
    transfer = tool.transfer
    if transfer is None or transfer.route in {None, "assessment"}:
        return None
    if transfer.people is None:
        return Phrase("没有写一年涉及多少人（people）", "and `people` does not say how many a year"), "assessment"
    delicate = receives_sensitive(case, tool.id)
    exempt, assessed = case.law.parameter("transfer-exempt-below"), case.law.parameter("transfer-assessed-from")
    sensitive = case.law.parameter("sensitive-transfer-assessed-from")
    bound = sensitive if delicate else assessed
    if isinstance(bound, int) and transfer.people >= bound:
        return _too_many(transfer.people, bound), "assessment"
    if transfer.route == "exempt" and delicate:
        return Phrase("里面有敏感个人信息，不能豁免", "and sensitive data are never exempt"), "contract"
    if transfer.route == "exempt" and isinstance(exempt, int) and transfer.people >= exempt:
        return _too_many(transfer.people, exempt), "contract"
    return None


def _too_many(people: int, bound: int) -> Phrase:
    return Phrase(f"一年 {people:,} 人，达到了 {bound:,} 人", f"and {people:,} people a year are {bound:,} or more")


def _of_sync(case: Case, sync: Sync) -> Iterator[Outcome]:
    """Yield what is missing where data of customers go to another controller, or abroad."""
    tool = case.workspace.tools.get(sync.to.id) if sync.to else None
    if (
        sync.builtin
        or tool is None
        or sync.carries is None
        or not sync.carries.data
        or case.doubts.of_document(sync.at)
    ):
        return
    first = sync.carries.data[0].id
    consent = case.workspace.consents.get(sync.consent.id) if sync.consent else None
    at, subject = sync.carries.data[0].at, f"sync/{sync.id}"
    if tool.relation == "controller":
        why = NO_CONSENT if consent is None else _untold(case, consent, sync, "recipients")
        if why is not None:
            yield case.finding(UNCONSENTED, at, subject, sync=sync.id, data=first, tool=tool.id, problem=why)
    if is_abroad(case, tool):
        why = NO_CONSENT if consent is None else _untold(case, consent, sync, "abroad")
        if why is not None:
            yield case.finding(UNTOLD, at, subject, sync=sync.id, data=first, tool=tool.id, problem=why)


def _untold(case: Case, consent: Consent, sync: Sync, word: str) -> Phrase | None:
    """Return what is wrong with a consent to giving data away: its notice, or data that it does not cover."""
    notice = case.workspace.notices.get(consent.notice.id) if consent.notice else None
    if notice is None or word not in notice.tells:
        return Phrase(
            f"同意“{consent.id}”的告知书没有写 {word}",
            f"and the notice of the consent `{consent.id}` does not tell `{word}`",
        )
    covered = {ref.id for ref in consent.data}
    beyond = [ref.id for ref in sync.carries.data if ref.id not in covered] if sync.carries else []
    if beyond:
        return Phrase(
            f"同意“{consent.id}”不包括“{beyond[0]}”", f"and the consent `{consent.id}` does not cover `{beyond[0]}`"
        )
    return None
