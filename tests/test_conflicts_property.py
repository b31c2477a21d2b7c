"""Random pairs of playbooks, written as YAML, against all that can happen to one customer: who owns, and what is written last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Severity, Verdict
from sopkit.pipeline import Compilation
from tests.workspaces import compiled

EVENTS = ("asked", "bought")
COHORTS = ("red", "green", "blue")
NOUNS = """\
kind: catalog
events:
  asked: {title: 提问, tool: wecom, at_most: 1 per day}
  bought: {title: 买过, tool: wecom, at_most: 1 per day}
  gone: {title: 离开, tool: wecom, at_most: 1 per day}
data:
  cohort: {title: 批次, type: [red, green, blue], category: user.behavior, record: crm, retention: 1y%s}
tags:
  marked: {title: 标记, record: crm}
---
"""


def condition(values: frozenset[str]) -> str:
    return f"{{cohort: [{', '.join(sorted(values))}]}}"


SOME = st.none() | st.frozensets(st.sampled_from(COHORTS), min_size=1, max_size=2)


def verdict_of(done: Compilation, code: str) -> str:
    """Return `proved`, or what the finding of that rule says; nothing was left open."""
    assert [one.rule.code for one in done.findings if one.weight is Severity.ERROR and one.rule.code < "SOP4"] == []
    assert done.not_assessed == ()
    found = {one.verdict for one in done.findings if one.rule.code == code}
    if found:
        return "violated" if Verdict.VIOLATED in found else "possible"
    return "proved" if any(one.rule.code == code for one in done.proved) else "silent"


# Ownership


@dataclass(frozen=True)
class Held:
    event: str
    audience: frozenset[str] | None
    while_: frozenset[str] | None
    ends: str | None
    priority: int | None
    always: bool

    def text(self, id_: str) -> str:
        lines = [
            "kind: lifecycle", f"id: {id_}", "title: 流程", "owner: guide", "review_by: 2027-12-31", f"starts_on: {self.event}",
            *([f"audience: {condition(self.audience)}"] if self.audience else []),
            *([f"while: {condition(self.while_)}"] if self.while_ else []),
            *([f"ends_on: {self.ends}"] if self.ends else []),
            *([f"priority: {self.priority}"] if self.priority else []),
            *(["reentry: always", "overlap: false"] if self.always else []),
            "stages:", "  first:", "    steps: [{id: call, do: 电话问候, by: guide, within: 1d}]", "    next: [{after: 7d, go: end}]",
        ]  # fmt: skip
        return "\n".join(lines) + "\n---\n"


HELD = st.builds(
    Held,
    event=st.sampled_from(EVENTS),
    audience=SOME,
    while_=SOME,
    ends=st.sampled_from((None, "gone", *EVENTS)),
    priority=st.sampled_from((None, 1, 2)),
    always=st.booleans(),
)

State = tuple[str, tuple[bool, bool], tuple[bool, bool]]
"""Cohort, who runs, who has run."""


def steps_from(state: State, held: tuple[Held, Held], *, changes: bool) -> Iterator[State]:
    cohort, running, ran = state
    for other in COHORTS if changes else ():
        yield settled((other, running, ran), held)
    for n in (0, 1):
        yield cohort, (running[0] and n != 0, running[1] and n != 1), ran  # its time is over
    for event in (*EVENTS, "gone"):
        now = [run and one.ends != event for run, one in zip(running, held, strict=True)]
        was = list(ran)
        for n, one in enumerate(held):
            free = not now[n] and (one.always or not ran[n])
            if one.event == event and free and (one.audience is None or cohort in one.audience):
                now[n] = was[n] = True
        yield settled((cohort, (now[0], now[1]), (was[0], was[1])), held)


def settled(state: State, held: tuple[Held, Held]) -> State:
    cohort, running, ran = state
    kept = [run and (one.while_ is None or cohort in one.while_) for run, one in zip(running, held, strict=True)]
    return cohort, (kept[0], kept[1]), ran


def can_share(held: tuple[Held, Held], *, changes: bool) -> bool:
    """Explore everything that can happen to one customer."""
    todo: list[State] = [(cohort, (False, False), (False, False)) for cohort in COHORTS]
    seen = set(todo)
    while todo:
        for state in steps_from(todo.pop(), held, changes=changes):
            if all(state[1]):
                return True
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return False


SHARED: Counter[tuple[str, bool]] = Counter()


@settings(max_examples=250, deadline=None)
@given(HELD, HELD, st.booleans())
def check_owners(one: Held, other: Held, changes: bool) -> None:
    nouns = NOUNS % ("" if changes else ", changes: never")
    said = verdict_of(compiled(nouns + one.text("one") + other.text("other") + "kind: catalog\n"), "SOP401")
    ordered = None not in (one.priority, other.priority) and one.priority != other.priority
    real = can_share((one, other), changes=changes) and not ordered
    SHARED[said, real] += 1
    assert said != "silent"
    assert real or said != "violated"
    assert not real or said != "proved"


@pytest.mark.long
def test_two_lifecycles_hold_one_customer_only_where_it_is_said() -> None:
    """Never proved where it happens, never violated where it can't; each verdict comes often enough to mean something."""
    SHARED.clear()
    check_owners()
    total = SHARED.total()
    for said, least in (("violated", 0.1), ("proved", 0.15), ("possible", 0.05)):
        assert sum(count for (word, _), count in SHARED.items() if word == said) >= least * total, SHARED


# Writes


@dataclass(frozen=True)
class Write:
    event: str
    audience: frozenset[str] | None
    guard: frozenset[str] | None
    after: tuple[int, int]
    removes: bool
    priority: int | None

    def text(self, id_: str) -> str:
        low, high = self.after
        timing = [] if not high else [f"after: {low}h..{high}h" if low < high else f"after: {low}h"]
        step = ", ".join((
            "id: write", f"{'untag' if self.removes else 'tag'}: marked",
            *timing, *([f"if: {condition(self.guard)}"] if self.guard else []),
        ))  # fmt: skip
        head = [
            "kind: automation",
            f"id: {id_}",
            "title: 流程",
            "owner: guide",
            "review_by: 2027-12-31",
            f"starts_on: {self.event}",
        ]
        head += [f"audience: {condition(self.audience)}"] if self.audience else []
        head += [f"priority: {self.priority}"] if self.priority else []
        return "\n".join([*head, "runs_in: crm", f"steps: [{{{step}}}]", "---\n"])


WRITE = st.builds(
    Write,
    event=st.sampled_from(("asked", "asked", "bought")),
    audience=SOME,
    guard=SOME,
    after=st.sampled_from(((0, 0), (0, 0), (1, 1), (1, 3), (2, 2), (4, 5))),
    removes=st.booleans(),
    priority=st.sampled_from((None, 1, 2)),
)


def ends_either_way(one: Write, other: Write, *, changes: bool) -> bool:
    """Return whether one occurrence may leave the tag set or not, for one customer: every cohort at every instant, every delay."""
    if one.event != other.event or one.removes == other.removes:
        return False
    for start, then in product(COHORTS, COHORTS if changes else ("",)):
        last = set()
        for first, second in product(range(one.after[0], one.after[1] + 1), range(other.after[0], other.after[1] + 1)):
            done = []
            for write, at in ((one, first), (other, second)):
                now = then if changes and at else start
                if (not write.audience or start in write.audience) and (not write.guard or now in write.guard):
                    done.append((at, write))
            if len(done) == 2:
                last |= _last(one, other, first - second)
        if len(last) == 2:
            return True
    return False


def _last(one: Write, other: Write, gap: int) -> set[bool]:
    if gap:
        return {one.removes if gap > 0 else other.removes}
    ranked = None not in (one.priority, other.priority) and one.priority != other.priority
    if ranked and one.after == other.after == (0, 0):
        return {min(one, other, key=lambda write: write.priority or 0).removes}
    return {True, False}


WRITTEN: Counter[tuple[str, bool]] = Counter()


@settings(max_examples=250, deadline=None)
@given(WRITE, WRITE, st.booleans())
def check_writes(one: Write, other: Write, changes: bool) -> None:
    nouns = NOUNS % ("" if changes else ", changes: never")
    said = verdict_of(compiled(nouns + one.text("one") + other.text("other") + "kind: catalog\n"), "SOP402")
    real = ends_either_way(one, other, changes=changes)
    WRITTEN[said, real] += 1
    assert real or said != "violated"
    assert not real or said != "proved"


@pytest.mark.long
def test_opposite_writes_are_found_where_their_order_is_open() -> None:
    WRITTEN.clear()
    check_writes()
    total = WRITTEN.total()
    for said, least in (("violated", 0.02), ("proved", 0.3), ("possible", 0.02)):
        assert sum(count for (word, _), count in WRITTEN.items() if word == said) >= least * total, WRITTEN
