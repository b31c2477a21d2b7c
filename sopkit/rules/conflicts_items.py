"""The same text, or the same topic, sent to one customer by two playbooks: SOP405."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from sopkit.diagnostics import Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.graph.course import longest
from sopkit.graph.satisfiability import NOBODY, Customer
from sopkit.model.predicates import DataTest, Predicate
from sopkit.model.steps import Send, Step
from sopkit.rules.case import Case, Playbook
from sopkit.rules.conflicts_causes import MOST_SEEN, Deed, Deeds, Placed, nobody, on_one_cause, pairs_apart, told
from sopkit.rules.conflicts_sent import Sending
from sopkit.rules.examples import AUTOMATION, SCRIPT
from sopkit.rules.parcel import Piece
from sopkit.text import Phrase

OTHER: Final = AUTOMATION.replace("id: follow-up", "id: greeting").replace("跟进", "问候")
SEND: Final = "  - {id: hi, send: hello, via: mp-notice, for: care}\n"
LATER: Final = "  - {id: hi, send: hello, via: mp-notice, for: care, after: 3d}\n"

TWICE: Final = Rule(
    code="SOP405",
    name="same-item-twice",
    severity=Severity.WARNING,
    summary=Phrase("两个剧本给同一位客户发同一条内容", "two playbooks that send one customer the same"),
    message=Phrase(
        "“{one}”和“{other}”发的是同一条内容（{item}），同一位客户 {within} 内会收到两遍，例如：{customer}",
        "`{one}` and `{other}` send the same ({item}): one customer gets it twice within {within}, for example: {customer}",
    ),
    why=Phrase(
        "收到两遍一样的话，客户会觉得是群发，也占掉一次触达的名额。",
        "The same words twice read like a mass message, and use up a touch that something else needed.",
    ),
    fix=Phrase(
        "只留一处发，或者换一条内容；不会同时走到的，用 audience、while 或 one_at_a_time 写清楚",
        "leave it to one of them or send something else; where nobody comes to both, say so with `audience`, `while` or `one_at_a_time`",
    ),
    bad=AUTOMATION + SEND + "---\n" + OTHER + SEND.replace("for: care", "for: care, topic: greeting") + SCRIPT,
    good=AUTOMATION + SEND + "---\n" + OTHER + LATER + SCRIPT,
)

RULES: Final = (TWICE,)

MOST_PAIRS: Final = 2_000
"""Pairs of touches with the same content that are looked at: some seconds."""
TOO_MANY: Final = Phrase(
    f"内容相同的触达超过 {MOST_PAIRS} 对，不再逐对比较",
    f"more than {MOST_PAIRS} pairs of touches send the same: they are not all compared",
)
DAY: Final = 86_400.0

Sent = tuple[Placed, tuple[Predicate, ...]]
"""A step that sends an item, and who gets it where that is chosen by a datum."""


def check(case: Case, deeds: Deeds) -> Iterator[Outcome]:
    """Yield each item once that two playbooks send, or that there is none. Only a note where no occurrence is shared."""
    items = deeds.by(TWICE, _sent)
    sending = Sending(case)
    left, passed, clean = MOST_PAIRS, MOST_SEEN, not case.doubts.anywhere
    for item in sorted(item for item, of in items.items() if len(of) > 1):
        make = partial(_judge_all, case, sending, deeds, item, items[item], (left, passed))
        found = case.pieces.of(TWICE.code, item, items[item], make)
        if found is None or found[1][0] > left or found[1][1] > passed:
            yield Unassessed(TWICE, "workspace", TOO_MANY)
            return
        outcomes, (pairs, seen, apart) = found
        left, passed, clean = left - int(pairs), passed - int(seen), clean and bool(apart)
        yield from outcomes
    if clean and len({root for of in items.values() for root in of}) > 1:
        zh = "没有两个剧本会同时给同一位客户发同一条内容"
        yield Proof(
            TWICE, "workspace", Phrase(zh, "no two playbooks send one customer the same text or topic at one time")
        )


def _sent(case: Case, root: str, playbook: Playbook) -> Iterator[tuple[str, Sent]]:
    """Yield the items that a playbook sends."""
    for node, step in case.steps(root):
        if step.via and case.touches(step):
            placed = Placed(node, step, playbook)
            yield from ((item, (placed, asked)) for item, asked in _items(step))


def _judge_all(  # noqa: PLR0917  all of one item
    case: Case, sending: Sending, deeds: Deeds, item: str, sent: Mapping[str, Sequence[Sent]], most: tuple[int, int]
) -> Piece | None:
    """Return what is said of an item, how many pairs were looked at and seen, and whether nobody comes to both of any.

    None where there are more than `most` pairs to look at, or to see.
    """
    within, pairs, seen, clean = _within(case), 0, 0, True
    same = [
        replace(deed, chosen=asked) if asked else deed
        for some in sent.values()
        for one, asked in some
        for deed in deeds.of(one)
    ]
    for one, other in _pairs(same):
        seen, close = seen + 1, _close(one, other, within)
        pairs += close
        if pairs > most[0] or seen > most[1]:
            return None
        if close:
            found = tuple(_judge(case, sending, one, other, item))
            if found:
                return found, (pairs, seen, False)
            clean = clean and nobody(case, one, other)
    return (), (pairs, seen, clean)


def _pairs(deeds: Sequence[Deed]) -> Iterator[tuple[Deed, Deed]]:
    """Yield each two of different playbooks, those on one cause first: a certain finding comes before a note."""
    for group in on_one_cause(deeds):
        yield from pairs_apart(group)
    yield from pairs_apart(deeds, lambda deed: deed.cause)


def _within(case: Case) -> float:
    declared = case.workspace.settings.duplicate_within
    return longest(declared) if declared is not None else DAY


def _items(step: Step) -> Iterator[tuple[str, tuple[Predicate, ...]]]:
    """Yield what tells the content of a touch from that of others, and who gets it where that is chosen by a datum."""
    if step.topic is not None:
        yield f"topic: {step.topic}", ()
    if step.script is not None:
        yield step.script.id, ()
    if not isinstance(step.verb, Send):
        return
    if step.verb.script is not None:
        yield step.verb.script.id, ()
    elif step.verb.match is not None:
        for value, script in step.verb.scripts:
            yield script.id, (DataTest(step.verb.match, (value,), script.at),)


def _close(one: Deed, other: Deed, within: float) -> bool:
    """Return whether both can come within the time: on causes of their own that may coincide, or after one occurrence."""
    gap = max(one.earliest - other.latest, other.earliest - one.latest)
    return one.cause != other.cause or gap < within


def _judge(case: Case, sending: Sending, one: Deed, other: Deed, item: str) -> Iterator[Outcome]:
    answer = case.meet(*one.asked, *other.asked)
    if answer == NOBODY or nobody(case, one, other):
        return
    if not isinstance(answer, Customer):
        question = Phrase("有没有客户同时走到这两步", "whether any customer comes to both steps")
        yield from case.unsettled(TWICE, other.step.at, other.node.id, question)
        return
    found = told(case, one, other, answer, lambda deed: Phrase(f"{deed.node.id} 发出", f"{deed.node.id} sends it"))
    finding = case.finding(
        TWICE,
        other.step.verb_at,
        other.node.id,
        (one.step.verb_at, Phrase("同一条内容", "the same content")),
        one=one.node.id,
        other=other.node.id,
        item=item,
        within=str(case.workspace.settings.duplicate_within or "24h"),
        customer=found.customer,
    )
    if one.cause != other.cause:
        note = replace(finding, severity=Severity.NOTE, verdict=Verdict.POSSIBLE)
        yield replace(note, timeline=found.moments, assumptions=(ONE_DAY,))
        return
    facts = () if sending.both_go_out(one, other, _within(case)) else found.facts
    verdict = Verdict.POSSIBLE if facts else Verdict.VIOLATED
    yield replace(finding, verdict=verdict, timeline=found.moments, assumptions=facts)


ONE_DAY: Final = Phrase("两件事碰巧赶在一起", "the two occurrences happen to fall together")
