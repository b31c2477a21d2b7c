"""Lifecycles that may hold one customer at one time with nothing that says which goes first: SOP401."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from heapq import merge
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.model.documents import Journey
from sopkit.rules.case import Case
from sopkit.rules.conflicts_meeting import APART, meeting
from sopkit.rules.examples import CALL, END, KPI, LIFECYCLE
from sopkit.text import Phrase

STAGE: Final = "  hello:\n" + CALL + END
OTHER: Final = (
    LIFECYCLE.replace("newcomers", "buyers").replace("新客", "买过的客户").replace("member-joined", "order-paid")
)


def _pair(one: str, other: str) -> str:
    return f"{one}{LIFECYCLE}{STAGE}---\n{other}{OTHER}{STAGE}{KPI}"


OWNERS: Final = Rule(
    code="SOP401",
    name="lifecycles-without-priority",
    severity=Severity.WARNING,
    summary=Phrase("两个生命周期同管一位客户，没说谁优先", "two lifecycles that hold one customer, and no priority"),
    message=Phrase(
        "“{one}”和“{other}”可能同时管同一位客户，却没有写谁优先，例如：{customer}",
        "`{one}` and `{other}` can hold one customer at one time, and nothing says which goes first, for example: {customer}",
    ),
    why=Phrase(
        "两套节奏都觉得这位客户归自己，各发各的：该先发哪条、该停哪条，没有人说得清。",
        "Each takes the customer for its own and sends what it has; nobody can say which message goes first, or which is held.",
    ),
    fix=Phrase(
        "给两个都写上 priority，数字不同，大的优先；或者改 audience 或 while，让客户只归其中一个",
        "give both a `priority`, the higher goes first; or change `audience` or `while` so that a customer is in one of them",
    ),
    bad=_pair("", ""),
    good=_pair("priority: 20\n", "priority: 10\n"),
)

RULES: Final = (OWNERS,)

MOST_PAIRS: Final = 2_000
"""Pairs without priority that are looked at: some seconds."""


def check(case: Case) -> Iterator[Outcome]:
    """Yield each lifecycle once that may share a customer with an earlier one and has no order with it, or that there is none."""
    held = [one for _, one in case.playbooks if isinstance(one, Journey) and one.kind == "lifecycle"]
    held = sorted((one for one in held if not case.doubts.inside(one.at)), key=lambda one: one.id)
    left, open_ = MOST_PAIRS, False
    for other, earlier in _without_order(held):
        for one in earlier:
            left -= 1
            if left < 0:
                yield Unassessed(OWNERS, "workspace", _too_many(len(held)))
                return
            make = partial(_judge, case, one, other)
            outcomes = case.pieces.in_passing(OWNERS.code, f"lifecycle/{one.id}", f"lifecycle/{other.id}", make=make)
            yield from outcomes
            open_ = open_ or bool(outcomes)
            if any(isinstance(outcome, Finding) for outcome in outcomes):
                break
    if len(held) > 1 and not open_ and not case.doubts.anywhere:
        zh = f"{len(held)} 个生命周期里，凡是可能同时管同一位客户的，都写明了谁优先"
        en = f"of {len(held)} lifecycles, any two that can hold one customer at one time say which goes first"
        yield Proof(OWNERS, "workspace", Phrase(zh, en))


def _without_order(held: Sequence[Journey]) -> Iterator[tuple[Journey, Iterator[Journey]]]:
    """Yield each with the earlier ones that no priority puts before or behind it."""
    places: dict[int | None, list[int]] = {None: []}
    for place, one in enumerate(held):
        alike = places.setdefault(one.priority, [])
        earlier = range(place) if one.priority is None else merge(places[None], alike)
        yield one, (held[number] for number in earlier)
        alike.append(place)


def _judge(case: Case, one: Journey, other: Journey) -> Sequence[Outcome]:
    """Return what is said of two lifecycles that may hold one customer at one time; nothing of those that never do."""
    found = meeting(case, one, other)
    if found is None:
        question = Phrase(
            f"“{one.id}”和“{other.id}”会不会同时管同一位客户",
            f"whether `{one.id}` and `{other.id}` hold one customer at one time",
        )
        return tuple(case.unsettled(OWNERS, other.at, f"lifecycle/{other.id}", question))
    if found == APART:
        return ()
    here = (one.id_at, Phrase("另一个生命周期", "the other lifecycle"))
    finding = case.finding(
        OWNERS, other.id_at, f"lifecycle/{other.id}", here, one=one.id, other=other.id, customer=found.customer
    )
    verdict = Verdict.POSSIBLE if found.facts else Verdict.VIOLATED
    return (replace(finding, verdict=verdict, timeline=found.moments, assumptions=found.facts),)


def _too_many(count: int) -> Phrase:
    return Phrase(
        f"{count} 个生命周期没有写清优先顺序，超过 {MOST_PAIRS} 对不再逐对比较",
        f"too many of {count} lifecycles have no priority: beyond {MOST_PAIRS} pairs they are not compared",
    )
