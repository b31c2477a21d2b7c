"""What one version of a workspace takes over from another is what it would have worked out by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit.graph.touches import Chosen
from sopkit.rules import case
from sopkit.rules.case import Case
from tests.edits import edited
from tests.test_recollection import compiled, compiled_like, told, workspace


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


def takes_over_the_same(name: str, seeds: range, tmp_path: Path) -> int:
    """Return in how many of the versions, edited by these seeds, something was taken over."""
    files = workspace(name, tmp_path)
    first = compiled(files)
    taken = 0
    for seed in seeds:
        now = edited(files, random.Random(seed))  # noqa: S311  repeatable, not secret
        for before, made, after in ((files, first, now), (now, compiled(now), files)):
            like, whole = compiled_like(after, made), compiled(after)
            assert told(like) == told(whole), (seed, before is files)
            one, other = like.judgement.case, whole.judgement.case
            if one is not None and other is not None:
                taken += one.like is not None
                mine, anew = worked_out(one), worked_out(other)
                assert not [what for what in mine.keys() & anew.keys() if mine[what] != anew[what]], seed
    return taken


@pytest.mark.long
@pytest.mark.parametrize(("name", "seeds"), [("synthetic", range(12)), ("everything", range(8)), ("shared", range(60))])
def test_what_is_taken_over_is_as_worked_out_anew(name: str, seeds: range, tmp_path: Path) -> None:
    assert takes_over_the_same(name, seeds, tmp_path) > 0
