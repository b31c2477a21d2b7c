"""Plan, log and audit agree: what is simulated breaks no proved rule; of planted faults the audit finds each, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from sopkit.cli import app
from sopkit.logs import touching, working
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.files import write_logs
from sopkit.logs.generating.ground import Broken
from sopkit.logs.generating.planting import FAULTS, Sower, wanted_of
from sopkit.logs.observed import Observation
from sopkit.logs.reading import open_logs
from sopkit.pipeline import Compilation
from sopkit.simulation.population import Question
from tests.logs.planting_ground import FILES
from tests.test_simulation_witnesses import ROOT, folder
from tests.workspaces import compiled

BY_CHANCE = ("SOP991", "SOP992", "SOP993")
"""Targets and experiments: what customers do is drawn, and no plan says that it reaches a target."""


def audited(done: Compilation, folder: Path, form: str = "csv") -> tuple[Observation, ...]:
    """Return all that the rules say of the logs in a folder."""
    work = folder.parent / f"{folder.name}-work"
    work.mkdir()
    with Engine(work) as engine:
        paths = [
            str(folder / f"{of}.{form}") for of in ("touches", "consents", "steps", "events", "customers", "syncs")
        ]
        store, reading = open_logs(done, folder, paths, engine, work)
        assert not reading.aside
        case = LogCase(done, store)
        return tuple(one for observe in (*touching.FAMILIES, *working.FAMILIES) for one in observe(case))


def broken(observations: Sequence[Observation]) -> Broken:
    """Return (code, subject) → how often."""
    found = [one for one in observations if one.status == "broken" and one.rule.code not in BY_CHANCE]
    return Counter({(one.rule.code, one.subject): one.broken for one in found})


def generate(done: Compilation, question: Question, folder: Path, faults: dict[str, int], form: str = "csv") -> Broken:
    """Write logs with faults and return what these break."""
    courses = Courses(done.workspace, done.graph, question)
    sower = Sower(courses.ground, faults, question.seed)
    write_logs(folder, [courses.sow(0, question.customers, sower)], form)
    sower.close()
    return Counter(broken for one, _ in sower.planted for broken in one.breaks)


@pytest.mark.long
@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_audit_finds_the_planted_faults_and_no_others(tmp_path: Path, seed: int, form: str) -> None:
    done = compiled(FILES)
    planted = generate(
        done, Question(800, seed, date(2026, 7, 1), 28), tmp_path / "logs", wanted_of([("all", 3)]), form
    )
    assert broken(audited(done, tmp_path / "logs", form)) == planted
    assert len({rule for rule, _ in planted}) >= len(FAULTS)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_planted_beside_the_reference_workspace_is_all_that_is_found_more(tmp_path: Path, seed: int) -> None:
    done, question = compiled(folder(ROOT / "playbooks")), Question(1000, seed, date(2026, 10, 31), 28)
    assert not generate(done, question, tmp_path / "clean", {})
    planted = generate(done, question, tmp_path / "planted", wanted_of([("all", 2)]))
    before, after = (broken(audited(done, tmp_path / name)) for name in ("clean", "planted"))
    assert Counter({key: after[key] - before[key] for key in {*before, *after} if after[key] != before[key]}) == planted


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_log_of_the_reference_workspace_breaks_no_rule_that_is_proved(tmp_path: Path, seed: int) -> None:
    """But for `spacing`: its proof says itself that staff may follow sooner on what the tool has sent."""
    done = compiled(folder(ROOT / "playbooks"))
    generate(done, Question(800, seed, date(2026, 10, 31), 28), tmp_path / "logs", {})
    proved = {(one.rule.code, one.subject) for one in done.proved}
    rules = {code for code, _ in proved if code.startswith("SOP5")}
    found = broken(audited(done, tmp_path / "logs"))
    assert not {key for key in found if key in proved or key[0] in rules} - {("SOP301", "cap/spacing")}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_a_log_of_a_small_proved_workspace_breaks_nothing(tmp_path: Path, seed: int) -> None:
    done = compiled(FILES)
    generate(done, Question(300, seed, date(2026, 7, 1), 60), tmp_path / "logs", {})
    assert broken(audited(done, tmp_path / "logs")) == Counter()


@pytest.mark.long
@pytest.mark.parametrize(("example", "by_itself"), [("minimal", set()), ("retail", set()), ("email", {"SOP985"})])
def test_a_log_of_an_example_breaks_nothing_but_what_the_docs_name(
    tmp_path: Path, example: str, by_itself: set[str]
) -> None:
    """Of e-mail: customers live in three zones, and a message that a cap makes wait may be late."""
    made = tmp_path / "made"
    assert app.main(["init", str(made), "--example", example, "--lang", "en", "--as-of", "2026-07-01"]) == 0
    done = compiled(folder(made))
    generate(done, Question(600, 7, date(2026, 10, 31), 28), tmp_path / "logs", {})
    assert {code for code, _ in broken(audited(done, tmp_path / "logs"))} <= by_itself
