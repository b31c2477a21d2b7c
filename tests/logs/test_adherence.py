"""Adherence: planned against done adds up, runs that go another way are told by their first difference, training by what fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.logs.case import LogCase
from sopkit.logs.working.adherence import Adherence
from sopkit.logs.working.adhering import adhere
from tests.logs.oracle_steps import PLAY
from tests.logs.stores import Rows, store_of
from tests.workspaces import compiled

COURSE = """\
---
kind: catalog
courses:
  care-course: {title: 关怀培训, for: [lead], covers: [care]}
"""
DAY = 86_400
BEGIN = 1_790_000_000


def run_of(name: str, steps: str, shop: str = "s1", staff: str = "li") -> Rows:
    """Return a run that did these steps, two hours apart but for the day of waiting."""
    return [
        {"run": name, "customer": f"c-{name}", "step": f"care/{step}", "state": "done", "shop": shop, "staff": staff,
         "time": BEGIN + n * 7000 + (DAY if step in "bcde" else 0)}
        for n, step in enumerate(steps)
    ]  # fmt: skip


def adherence(folder: Path, *runs: Rows, parts: int | None = None) -> Adherence:
    store = store_of(folder, {"steps": [row for rows in runs for row in rows]}, parts)
    with store.engine:
        return adhere(LogCase(compiled({"sopkit.yaml": PLAY + COURSE}), store))


@pytest.mark.parametrize("parts", [1, 3])
def test_runs_that_go_another_way_are_told_by_their_first_difference(tmp_path: Path, parts: int) -> None:
    found = adherence(
        tmp_path, run_of("r1", "abde"), run_of("r2", "abcde"), run_of("r3", "ade"), run_of("r4", "ade"), run_of("r5", "abdce"), parts=parts
    )  # fmt: skip
    assert [(one.playbook, one.runs, one.fitting) for one in found.fitting] == [("procedure/care", 5, 2)]
    root = "procedure/care/"
    assert [(one.steps, one.runs, one.differs) for one in found.deviations] == [
        ((f"{root}a", f"{root}d"), 2, 1),
        ((f"{root}a", f"{root}b", f"{root}d", f"{root}c"), 1, 3),
    ]
    assert found.deviations[0].expected == (f"{root}b",)
    assert found.deviations[0].what.en == "after a comes b, and d was done at once"


def test_what_was_planned_adds_up_in_every_part(tmp_path: Path) -> None:
    found = adherence(tmp_path, run_of("r1", "abde"), run_of("r2", "ade", "s2", "wu"), run_of("r3", "ab", "s2", "wu"))
    totals = {}
    for by in ("playbook", "step", "role", "shop", "week"):
        rows = [one for one in found.planned if one.by == by]
        assert all(one.planned == one.done + one.late + one.missed + one.open for one in rows)
        totals[by] = tuple(
            sum(getattr(one, of) for one in rows) for of in ("planned", "done", "late", "missed", "open")
        )
    assert len(set(totals.values())) == 1
    assert totals["playbook"][3] >= 1, "b of the second run was never done"


def test_training_names_who_fails_where_and_the_course_for_it(tmp_path: Path) -> None:
    found = adherence(tmp_path, run_of("r1", "abde"), run_of("r2", "ade", "s2", "wu"))
    lead = next(one for one in found.training if (one.by, one.of) == ("role", "lead"))
    assert [(one.step, one.failed) for one in lead.weaknesses] == [("procedure/care/b", 1)]
    assert lead.courses == ("care-course",)


def test_a_log_without_steps_says_so(tmp_path: Path) -> None:
    found = adherence(tmp_path)
    assert found.planned == ()
    assert [of for of, _ in found.unassessed] == [""]
