"""The same work on one occurrence, for which two roles answer: SOP403."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from sopkit.diagnostics import Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.graph.satisfiability import NOBODY, Customer
from sopkit.model.steps import Ask, Do, Send, Step
from sopkit.model.values import Ref
from sopkit.rules.case import Case, Playbook
from sopkit.rules.conflicts_causes import Deed, Deeds, Placed, nobody, on_one_cause, pairs_apart, told
from sopkit.rules.examples import AUTOMATION
from sopkit.rules.parcel import Piece
from sopkit.text import Phrase

ROLE: Final = "---\nkind: catalog\nroles:\n  caller: {title: 回访专员, of: headquarters}\n"
OTHER: Final = AUTOMATION.replace("id: follow-up", "id: greeting").replace("跟进", "问候")
CALL: Final = "  - {id: call, do: 电话问候, by: guide, within: 1d}\n"

ROLES: Final = Rule(
    code="SOP403",
    name="two-accountable-roles",
    severity=Severity.WARNING,
    summary=Phrase("同一件活由两个岗位负责", "two roles that answer for the same work"),
    message=Phrase(
        "{cause} 一发生，“{one}”和“{other}”安排了同一件活，却由 {first} 和 {second} 两个岗位负责",
        "when {cause} occurs, `{one}` and `{other}` order the same work, and two roles answer for it: {first} and {second}",
    ),
    why=Phrase(
        "两个人都做，客户被打扰两次；两个人都以为对方会做，就没有人做。",
        "Either both do it and the customer hears it twice, or each leaves it to the other and nobody does.",
    ),
    fix=Phrase(
        "只留一处，或者两处写同一个负责岗位（accountable）",
        "leave it in one of them, or name the same `accountable` role in both",
    ),
    bad=AUTOMATION + CALL + "---\n" + OTHER + CALL.replace("guide", "caller") + ROLE,
    good=AUTOMATION + CALL + "---\n" + OTHER + CALL.replace("by: guide", "by: caller, accountable: guide") + ROLE,
)

RULES: Final = (ROLES,)

MOST_PAIRS: Final = 2_000
"""Pairs of steps with the same work that are looked at: some seconds."""
TOO_MANY: Final = Phrase(
    f"内容相同的步骤超过 {MOST_PAIRS} 对，不再逐对比较",
    f"more than {MOST_PAIRS} pairs of steps order the same work: they are not all compared",
)


Work = tuple[str, ...]
"""What tells the work of a person's step from other work."""
Ordered = tuple[str, Placed]
"""The role that answers for a piece of work, and the step that orders it."""


def check(case: Case, deeds: Deeds) -> Iterator[Outcome]:
    """Yield each piece of work once for which two roles answer, or that there is none."""
    works = deeds.by(ROLES, _ordered)
    left, clean = MOST_PAIRS, not case.doubts.anywhere
    for work in sorted(work for work, of in works.items() if _is_of_several(of)):
        make = partial(_judge_all, case, deeds, works[work], left)
        found = case.pieces.of(ROLES.code, repr(work), works[work], make)
        if found is None or found[1][0] > left:
            yield Unassessed(ROLES, "workspace", TOO_MANY)
            return
        outcomes, (pairs, apart) = found
        left, clean = left - int(pairs), clean and bool(apart)
        yield from outcomes
    if clean and len({root for of in works.values() for root in of}) > 1:
        zh = "没有哪个触发条件会让两个岗位负责同一件活"
        yield Proof(
            ROLES,
            "workspace",
            Phrase(zh, "no trigger leads two playbooks to the same work with two roles that answer for it"),
        )


def _ordered(case: Case, root: str, playbook: Playbook) -> Iterator[tuple[Work, Ordered]]:
    """Yield the work that a playbook orders of people."""
    for node, step in case.steps(root):
        work = _work(step) if step.by is not None else None
        if work is not None:
            yield work, (_answers(step).id, Placed(node, step, playbook))


def _is_of_several(work: Mapping[str, Sequence[Ordered]]) -> bool:
    """Return whether several playbooks order the work, and several roles answer for it."""
    return len(work) > 1 and len({role for some in work.values() for role, _ in some}) > 1


def _judge_all(case: Case, deeds: Deeds, same: Mapping[str, Sequence[Ordered]], most: int) -> Piece | None:
    """Return what is said of steps with the same work, how many pairs were looked at, and whether nobody comes to both of any.

    None where there are more than `most` pairs to look at.
    """
    pairs, clean = 0, True
    done = [deed for some in same.values() for _, one in some for deed in deeds.of(one)]
    for one, other in (pair for group in on_one_cause(done) for pair in pairs_apart(group, _answering)):
        pairs += 1
        if pairs > most:
            return None
        found = tuple(_judge(case, one, other))
        if found:
            return found, (pairs, False)
        clean = clean and nobody(case, one, other)
    return (), (pairs, clean)


def _work(step: Step) -> Work | None:
    match step.verb:
        case Do(text):
            return ("do", *[words for _, words in text.variants])
        case Send() as send:
            return ("send", *[script.id for script in send.all_scripts])
        case Ask(what):
            return ("ask", *[one.id for one in what])
    return None


def _answers(step: Step) -> Ref:
    """Return the role that answers for a person's step: who does it, where nobody else is named."""
    role = step.accountable or step.by
    assert role is not None  # noqa: S101  `_work` has taken only steps that a person does
    return role


def _answering(deed: Deed) -> str:
    return _answers(deed.step).id


def _judge(case: Case, one: Deed, other: Deed) -> Iterator[Outcome]:
    answer = case.meet(*one.asked, *other.asked)
    if answer == NOBODY or nobody(case, one, other):
        return
    if not isinstance(answer, Customer):
        question = Phrase("有没有客户同时轮到这两步", "whether both steps are ever for one customer")
        yield from case.unsettled(ROLES, other.step.at, other.node.id, question)
        return

    def words(deed: Deed) -> Phrase:
        role = _answers(deed.step).id
        return Phrase(f"{deed.node.id} 由 {role} 负责", f"{role} answers for {deed.node.id}")

    found = told(case, one, other, answer, words)
    finding = case.finding(
        ROLES,
        _answers(other.step).at,
        other.node.id,
        (_answers(one.step).at, Phrase("另一个负责的岗位", "the other role that answers for it")),
        cause=one.cause.removeprefix("event/"),
        one=one.node.id,
        other=other.node.id,
        first=_answers(one.step).id,
        second=_answers(other.step).id,
    )
    verdict = Verdict.POSSIBLE if found.facts else Verdict.VIOLATED
    yield replace(finding, verdict=verdict, timeline=found.moments, assumptions=found.facts)
