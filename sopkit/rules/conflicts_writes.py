"""Steps of different playbooks that write the opposite on one occurrence, in no order: SOP402."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from sopkit.diagnostics import Finding, Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.graph.satisfiability import NOBODY, Customer
from sopkit.model.documents import Journey, Procedure
from sopkit.model.steps import SetData, Step, Tag
from sopkit.rules.case import Case, Playbook
from sopkit.rules.conflicts_causes import (
    MOST_SEEN,
    Deed,
    Deeds,
    Placed,
    causes_of,
    nobody,
    on_one_cause,
    pairs_apart,
    told,
)
from sopkit.rules.examples import AUTOMATION
from sopkit.text import Phrase

TAG: Final = "---\nkind: catalog\ntags:\n  called: {title: 已致电, record: crm}\n"
OTHER: Final = AUTOMATION.replace("id: follow-up", "id: reset").replace("跟进", "重置")

WRITES: Final = Rule(
    code="SOP402",
    name="contradictory-writes",
    severity=Severity.WARNING,
    summary=Phrase("同一件事引出相反的写入，没有先后", "opposite writes on one occurrence, in no order"),
    message=Phrase(
        "{cause} 一发生，“{one}”{first}，“{other}”{second}，谁先谁后没有定，例如：{customer}",
        "when {cause} occurs, `{one}` {first} and `{other}` {second}, in no order, for example: {customer}",
    ),
    why=Phrase(
        "最后留下哪个值全凭运气：同样的客户，有的这样，有的那样，后面的分组和消息跟着错。",
        "Which of them stays is left to chance: alike customers come out differently, and groups and messages go wrong with them.",
    ),
    fix=Phrase(
        "只留一处写，或者给其中一步写 after，让它排在另一步后面",
        "leave the writing to one of them, or give one an `after` so that it comes behind the other",
    ),
    bad=AUTOMATION + "  - {id: mark, tag: called}\n---\n" + OTHER + "  - {id: unmark, untag: called}\n" + TAG,
    good=AUTOMATION
    + "  - {id: mark, tag: called}\n---\n"
    + OTHER
    + "  - {id: unmark, untag: called, after: 1d}\n"
    + TAG,
)

RULES: Final = (WRITES,)

MOST_PAIRS: Final = 2_000
"""Pairs of opposite writes that are looked at: some seconds."""

Target = tuple[str, str, str]
"""What is written: kind, id, and to whom."""


class Written(NamedTuple):
    """A step that writes, what it writes in words, and what it may follow from."""

    placed: Placed
    value: Phrase
    causes: Sequence[str]


def check(case: Case, deeds: Deeds) -> Iterator[Outcome]:
    """Yield each write once that contradicts an earlier one on the same cause, or that none does."""
    targets = deeds.by(WRITES, _written)
    left, seen, clean = MOST_PAIRS, 0, not case.doubts.anywhere
    for target in sorted(target for target, of in targets.items() if len(of) > 1):
        written = [one for some in targets[target].values() for one in some]
        value_of = {deed: one.value for one in _at_odds(written) for deed in deeds.of(one.placed)}
        reported: set[str] = set()
        for group in on_one_cause(value_of):
            for first, other in pairs_apart(group, _saying(value_of)):
                seen += 1
                settled = other.node.id in reported or _in_order(first, other)
                left -= not settled
                if left < 0 or seen > MOST_SEEN:
                    yield Unassessed(WRITES, "workspace", TOO_MANY)
                    return
                if settled:
                    continue
                found = list(_judge(case, (first, other), target, (value_of[first], value_of[other])))
                clean = clean and not found and nobody(case, first, other)
                reported |= {other.node.id for outcome in found if isinstance(outcome, Finding)}
                yield from found
    if clean and len({root for of in targets.values() for root in of}) > 1:
        zh = "没有哪个触发条件会引出两个剧本里相反又不分先后的写入"
        en = "no trigger leads two playbooks to write the opposite to a tag or datum without an order"
        yield Proof(WRITES, "workspace", Phrase(zh, en))


TOO_MANY: Final = Phrase(
    f"写法相反的步骤超过 {MOST_PAIRS} 对，不再逐对比较",
    f"more than {MOST_PAIRS} pairs of steps write the opposite: they are not all compared",
)


def _written(case: Case, root: str, playbook: Playbook) -> Iterator[tuple[Target, Written]]:
    """Yield what a playbook writes about a customer."""
    for node, step in case.steps(root) if _about_a_customer(playbook) else ():
        if isinstance(step.verb, (Tag, SetData)):
            placed = Placed(node, step, playbook)
            causes = causes_of(case.workspace, placed)
            yield from ((target, Written(placed, value, causes)) for target, value in dict(_writes(step)).items())


def _at_odds(written: Collection[Written]) -> Iterator[Written]:
    """Yield the writes that may meet, on one cause, one of another playbook that says otherwise: when they come is asked of these alone."""
    if len({one.value.en for one in written}) < 2:
        return
    by: dict[str, set[str]] = {}
    said: dict[str, set[str]] = {}
    for one in written:
        for cause in one.causes:
            by.setdefault(cause, set()).add(one.placed.node.playbook)
            said.setdefault(cause, set()).add(one.value.en)
    for one in written:
        if any(len(by[cause]) > 1 and len(said[cause]) > 1 for cause in one.causes):
            yield one


def _saying(value_of: Mapping[Deed, Phrase]) -> Callable[[Deed], str]:
    return lambda deed: value_of[deed].en


def _writes(step: Step) -> Sequence[tuple[Target, Phrase]]:
    to = step.to or "customer"
    match step.verb:
        case Tag(tags, removes):
            return [(("tag", tag.id, to), _of_tag(tag.id, removes=removes)) for tag in tags]
        case SetData(values):
            return [(("data", datum.id, to), _of_datum(datum.id, value)) for datum, value in values]
    return ()


def _of_tag(tag: str, *, removes: bool) -> Phrase:
    if removes:
        return Phrase(f"去掉标签“{tag}”", f"removes the tag `{tag}`")
    return Phrase(f"打上标签“{tag}”", f"sets the tag `{tag}`")


def _of_datum(datum: str, value: str) -> Phrase:
    return Phrase(f"把“{datum}”写成 {value}", f"writes `{datum}` as {value}")


def _about_a_customer(playbook: Playbook) -> bool:
    return isinstance(playbook, Journey) or (
        isinstance(playbook, Procedure) and playbook.for_each in (None, "customer", "ticket")
    )


def _in_order(one: Deed, other: Deed) -> bool:
    """Return whether one is always done before the other: by its place, its time, or its journey's priority in one tool."""
    if one.node.playbook == other.node.playbook or one.latest < other.earliest or other.latest < one.earliest:
        return True
    a, b = one.playbook, other.playbook
    if not isinstance(a, Journey) or not isinstance(b, Journey) or one.latest or other.latest:
        return False
    ranked = None not in (a.priority, b.priority) and a.priority != b.priority
    return ranked and a.runs_in is not None and b.runs_in is not None and a.runs_in.id == b.runs_in.id


def _judge(case: Case, deeds: tuple[Deed, Deed], target: Target, values: tuple[Phrase, Phrase]) -> Iterator[Outcome]:
    one, other = deeds
    answer = case.meet(*one.asked, *other.asked)
    if answer == NOBODY or nobody(case, one, other):
        return
    if not isinstance(answer, Customer):
        question = Phrase(
            f"有没有客户同时走到写“{target[1]}”的两步",
            f"whether any customer comes to both writes of `{target[1]}`",
        )
        yield from case.unsettled(WRITES, other.step.at, other.node.id, question)
        return
    said = {one.node.id: values[0], other.node.id: values[1]}

    def words(deed: Deed) -> Phrase:
        value = said[deed.node.id]
        return Phrase(f"{deed.node.id} {value.zh}", f"{deed.node.id} {value.en}")

    found = told(case, one, other, answer, words)
    finding = case.finding(
        WRITES,
        other.step.verb_at,
        other.node.id,
        (one.step.verb_at, Phrase("相反的写入", "the opposite write")),
        cause=one.cause.removeprefix("event/"),
        one=one.node.id,
        other=other.node.id,
        first=values[0],
        second=values[1],
        customer=found.customer,
    )
    verdict = Verdict.POSSIBLE if found.facts else Verdict.VIOLATED
    yield replace(finding, verdict=verdict, timeline=found.moments, assumptions=found.facts)
