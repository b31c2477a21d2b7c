"""What one version of a workspace takes over from another is what it would have worked out by itself."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sopkit.graph.touches import Chosen
from sopkit.pipeline import Compilation
from sopkit.rules import case
from sopkit.rules.case import Case
from sopkit.rules.sending_hours import OUTSIDE
from tests.edits import Files, edited
from tests.test_recollection import SHARED, compiled, compiled_like, told, workspace

PLAYBOOK = re.compile(rb"^kind: (lifecycle|automation|cadence|procedure)", re.MULTILINE)


@pytest.fixture(autouse=True)
def the_effort_of_a_large_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "ALL_EFFORT", 0)


def chosen(touches: Chosen, path: str) -> Iterator[tuple[str, object]]:
    """Yield touches in their order, by playbook, and what was chosen from them."""
    by_playbook = sorted((root, sorted(nodes)) for root, nodes in touches.by_playbook.items())
    yield path, [[*map(repr, touches.items())], by_playbook, [*map(repr, touches.issues)], sorted(touches.playbooks)]
    for name, part in touches._parts.items():
        yield from chosen(part, f"{path} {name}")


def worked_out(of: Case) -> dict[str, object]:
    """Return all that was made of playbooks one by one, and what was chosen from touches."""
    found: dict[str, object] = {
        f"{what} {root}": repr(made) for what, each in of._of_each.items() for root, made in each.items()
    }
    for what, sorts in of._by.items():
        by_key = {repr(key): [(root, repr(some)) for root, some in each.items()] for key, each in sorts.items()}
        found[what] = dict(sorted(by_key.items()))
    found |= chosen(of.touches_at, "touches")
    found["sorts"] = {**of.plan.sorts.asked}
    found["starts"] = of.plan.links
    return found


def is_taken_over(made: Compilation, after: Files) -> bool:
    """Return whether a version takes over anything from another one, which must be as made anew."""
    like, whole = compiled_like(after, made), compiled(after)
    assert told(like) == told(whole)
    one, other = like.judgement.case, whole.judgement.case
    if one is None or other is None or one.like is None:
        return False
    mine, anew = worked_out(one), worked_out(other)
    assert not [what for what in mine.keys() & anew.keys() if mine[what] != anew[what]]
    return True


def judged(files: Files) -> Compilation:
    """Return a version of which all was asked that is asked here."""
    made = compiled(files)
    if made.judgement.case is not None:
        worked_out(made.judgement.case)
    return made


@pytest.mark.long
@pytest.mark.parametrize(("name", "seeds"), [("synthetic", range(8)), ("everything", range(8)), ("shared", range(60))])
def test_what_is_taken_over_is_as_worked_out_anew(name: str, seeds: range, tmp_path: Path) -> None:
    files, taken = workspace(name, tmp_path), 0
    playbooks = {path: data for path, data in files.items() if PLAYBOOK.search(data)}
    first = judged(files)
    for seed in seeds:
        now = {**files, **edited(playbooks, random.Random(seed))}  # noqa: S311  repeatable, not secret
        taken += is_taken_over(first, now) + is_taken_over(judged(now), files)
    assert taken > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - {id: hi, send: text-0, via: mp-notice, for: care}\n", ""),
        ("{id: hi, send", "{id: hello, send: text-1, via: sms, for: care}\n  - {id: hi, send"),
        ("steps:\n", "steps:\n  - {id: begin, wait: 1d}\n"),
        ("starts_on: member-joined", "starts_on: order-paid"),
        ("within: 1d", "within: 1d, if: {order-paid: within 7d}"),
    ],
)
def test_a_playbook_that_is_otherwise_is_worked_out_anew(old: str, new: str) -> None:
    text = SHARED["play-1.yaml"].decode()
    now = {**SHARED, "play-1.yaml": text.replace(old, new).encode()}
    assert now != SHARED
    for before, after in ((SHARED, now), (now, SHARED)):
        assert is_taken_over(judged(before), after)


def test_playbooks_in_another_order_take_nothing_over() -> None:
    head = "title: 周一见\nowner: guide\nreview_by: 2027-12-31\nvia: sms\nfor: promotion\nevery: week\n"
    one, two = (f"kind: cadence\nid: {name}\n{head}at: [{name} 06:00]\n".encode() for name in ("mon", "tue"))
    before, after = ({**SHARED, "play-1.yaml": first, "play-2.yaml": then} for first, then in ((one, two), (two, one)))
    whole = compiled(after)
    assert [found.subject for found in whole.findings if found.rule is OUTSIDE] == ["issue/tue"], "the first of them"
    assert told(compiled_like(after, judged(before))) == told(whole)


def test_under_other_law_nothing_is_taken_over() -> None:
    one = judged(SHARED).judgement.case
    assert one is not None
    assert one.beside(one).like is one
    tomorrow = replace(one.law, day=one.law.day + timedelta(days=1))
    assert replace(one, law=tomorrow).beside(one).like is None


def test_where_more_may_be_spent_on_a_question_nothing_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    one = judged(SHARED).judgement.case
    assert one is not None
    less = replace(one)
    assert less.beside(one).like is one
    monkeypatch.setattr(case, "LEAST_EFFORT", case.LEAST_EFFORT * 2)
    assert replace(one).beside(one).like is None
