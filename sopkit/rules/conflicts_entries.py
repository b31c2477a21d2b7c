"""Ways out of one stage on which one customer can be sent to two stages at one instant: SOP404."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from sopkit.diagnostics import Outcome, Rule, Severity
from sopkit.graph.satisfiability import NOBODY, Customer, leaves
from sopkit.graph.triggers import trigger_id
from sopkit.graph.variables import key_of
from sopkit.model.documents import Journey, Stage, Transition
from sopkit.model.predicates import Predicate
from sopkit.model.triggers import OnEvent
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import CALL, END, TIER, lifecycle
from sopkit.text import Phrase

GOLD: Final = "      - {when: {tier: [gold, silver]}, go: care}\n"
SILVER: Final = "      - {when: {tier: [silver, bronze]}, go: plain}\n"
STAGES: Final = f"  care:\n{CALL}{END}  plain:\n{CALL}{END}"


def _example(first: str, second: str) -> str:
    return lifecycle(
        "  hello:\n", CALL, "    next:\n", first, second, "      - {after: 7d, go: end}\n", STAGES, before=TIER
    )


ENTRIES: Final = Rule(
    code="SOP404",
    name="stage-entries-meet",
    severity=Severity.WARNING,
    summary=Phrase("两个阶段的进入条件能同时成立", "two stages whose entries meet"),
    message=Phrase(
        "有的客户同时符合去“{first}”和去“{second}”的条件，例如：{customer}",
        "some customers meet the entry of both `{first}` and `{second}`, for example: {customer}",
    ),
    why=Phrase(
        "先写的那一行会把他们带走。两行像是在把客户分到不同阶段，重叠多半是写错了。",
        "The line written first takes them. The two look like a division of customers between stages; an overlap is likely a slip.",
    ),
    fix=Phrase("把两个条件改成互不重叠", "change the two conditions so that nobody meets both"),
    bad=_example(GOLD, SILVER),
    good=_example(GOLD.replace("[gold, silver]", "gold"), SILVER),
)

RULES: Final = (ENTRIES,)


Entries = tuple[Journey, Stage, str, Sequence[tuple[Transition, Transition, Predicate, Predicate]]]
"""Of a stage with its id in the graph, each two ways out to two stages by conditions on the same data, and these."""


def check(case: Case) -> Iterator[Outcome]:
    """Yield each way out once that meets an earlier one to another stage."""
    for journey, stage, subject, pairs in case.each(ENTRIES.code, _entries):
        if not case.doubts.inside(stage.at):
            yield from _judge(case, journey, subject, pairs)


def _entries(root: str, playbook: Playbook) -> Iterator[Entries]:
    if isinstance(playbook, Journey) and playbook.kind == "lifecycle":
        for stage in playbook.stages:
            subject = f"{root}/{stage.id}"
            pairs = [
                (one, other, *conditions)
                for one, other in combinations(stage.next, 2)
                if one.go.id != other.go.id and (conditions := _conditions(one, other, subject)) is not None
            ]
            if pairs:
                yield playbook, stage, subject, pairs


def _judge(
    case: Case, journey: Journey, subject: str, pairs: Iterable[tuple[Transition, Transition, Predicate, Predicate]]
) -> Iterator[Outcome]:
    """Compare the conditions. One inside the other is a habit, and fine: the narrower stands first, or is shadowed."""
    around = () if journey.while_ is None else (journey.while_,)
    reported: set[int] = set()
    for one, other, first, second in pairs:
        if other.at in reported:
            continue
        both = case.meet(first, second, *around)
        if both == NOBODY:
            continue
        nested = {case.implies(first, second), case.implies(second, first)}
        if True in nested:
            continue
        reported.add(other.at)
        if isinstance(both, Customer) and nested == {False}:
            here = (one.at, Phrase("先写的去向", "the way that is written first"))
            yield case.finding(
                ENTRIES, other.at, subject, here, first=one.go.id, second=other.go.id, customer=both.describe()
            )
        else:
            question = Phrase("去两个阶段的条件有没有重叠", "whether the entries of two stages meet")
            yield from case.unsettled(ENTRIES, other.at, subject, question)


def _conditions(one: Transition, other: Transition, subject: str) -> tuple[Predicate, Predicate] | None:
    """Return the two conditions where they divide customers by the same data: at any time, or on the same event."""
    pairs: Sequence[tuple[Predicate, Predicate]] = [(one.when, other.when)] if one.when and other.when else []
    pairs = pairs or [
        (a.where, b.where)
        for a in one.on
        for b in other.on
        if isinstance(a, OnEvent) and isinstance(b, OnEvent) and a.where is not None and b.where is not None
        if trigger_id(a, subject) == trigger_id(b, subject)
    ]
    for first, second in pairs:
        asked = [frozenset(map(key_of, leaves(part))) for part in (first, second)]
        if asked[0] == asked[1] and all(kind == "data" for kind, _ in asked[0]):
            return first, second
    return None
