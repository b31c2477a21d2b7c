"""Planted faults: each breaks what it says, once, and nothing else; what finds no place is said with the reason."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Rule
from sopkit.logs import touching, working
from sopkit.logs.generating.course import LOGS, Course
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.ground import Ground, most_beyond
from sopkit.logs.generating.planting import BY_NAME, FAULTS, Sower, wanted_of
from sopkit.model.values import Duration
from sopkit.simulation.clock import DAY, Zone
from sopkit.simulation.holidays import Holidays
from sopkit.simulation.population import Question
from sopkit.text import Phrase
from sopkit.tree import Mark
from tests.commands import Run, Write, runner, writer
from tests.logs.planting_ground import FILES
from tests.test_simulation_population import FILES as BARE
from tests.workspaces import compiled

START = date(2026, 7, 1)
OF_TOUCHES = ("over-touch", "quiet-hours", "without-consent", "beyond-consent", "after-withdrawal", "stale-consent")
ALSO: dict[str, set[str]] = {"minor": {"customers"}, "skipped-required": {"touches"}}
"""Logs in which a fault changes a row beside those that it is told by."""
ALSO_BREAKS = {"slow-response": {"SOP985"}, "sending-hours": {"SOP982"}}
"""What a fault breaks in other workspaces."""
run = pytest.fixture(runner)
workspace = pytest.fixture(writer)


@cache
def courses(seed: int = 7) -> Courses:
    done = compiled(FILES)
    return Courses(done.workspace, done.graph, Question(400, seed, START, 28))


@cache
def ground() -> Ground:
    return courses().ground


def sown(name: str, seed: int = 7, number: int = 2) -> tuple[Sower, list[Course]]:
    sower = Sower(ground(), {name: number}, seed)
    return sower, [sower.sow(courses(seed).course(one)) for one in range(400)]


@pytest.mark.parametrize("seed", [7, 8])
def test_what_is_simulated_breaks_nothing(seed: int) -> None:
    assert sum((ground().broken(courses(seed).course(number)) for number in range(200)), Counter()) == Counter()


@pytest.mark.parametrize("fault", OF_TOUCHES)
def test_a_fault_of_touches_breaks_its_own_limit_once(fault: str) -> None:
    sower, planted = sown(fault)
    assert sower.over
    targets = BY_NAME[fault].targets(ground())
    assert not isinstance(targets, Phrase)
    assert len(sower.planted) == 2 * len(list(targets))
    broken = {course.name: ground().broken(course) for course in planted}
    expected = {one.customer: Counter((fault, subject) for _, subject in one.breaks) for one, _ in sower.planted}
    assert {name: found for name, found in broken.items() if found} == expected


@pytest.mark.parametrize("fault", [one.name for one in FAULTS])
def test_a_fault_changes_only_what_is_written_down(fault: str) -> None:
    sower, planted = sown(fault)
    assert sower.planted
    told = {one.customer: one for one, _ in sower.planted}
    for course in planted:
        before = courses().course(course.number)
        changed = {of for of in LOGS if list(course.rows(of)) != list(before.rows(of))}
        if course.name not in told:
            assert changed == set()
            continue
        logs = {of for of, _ in told[course.name].rows}
        assert changed <= logs | ALSO.get(fault, set())
        for of, at in told[course.name].rows:
            times = [row.changed if of == "syncs" else row.time for row in course.rows(of)]  # type: ignore[union-attr]
            assert at in times


def test_each_fault_of_work_is_what_it_says() -> None:
    late, rows = sown("late-step")
    by_name = {course.name: course for course in rows}
    for one, _ in late.planted:
        (row,) = [row for row in by_name[one.customer].steps if row.time == one.at and row.step == one.step]
        assert row.state == "done"
        assert row.due is not None
        assert row.time > row.due
    missed, rows = sown("missed-step")
    by_name = {course.name: course for course in rows}
    for one, _ in missed.planted:
        states = [row.state for row in by_name[one.customer].steps if row.step == one.step and row.due == one.at]
        assert states == ["due"]
    lost, rows = sown("missing-sync")
    by_name = {course.name: course for course in rows}
    for one, _ in lost.planted:
        assert any(row.arrived is None and row.changed == one.at for row in by_name[one.customer].syncs)


def test_a_workspace_that_admits_no_such_fault_says_why() -> None:
    done = compiled({**BARE, "sopkit.yaml": BARE["sopkit.yaml"].split("caps:")[0]})
    bare = Courses(done.workspace, done.graph, Question(20, 1, START, 28))
    sower = Sower(bare.ground, wanted_of([("all", 1)]), 1)
    reasons = {name: why.en for name, _, why in sower.refused}
    assert reasons["over-touch"] == "the workspace has no caps on touches"
    assert reasons["late-sync"] == "no sync says how long it takes"
    for one in FAULTS:
        targets = one.targets(bare.ground)
        assert isinstance(targets, Phrase) is (one.name in reasons)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20 * DAY), st.integers(1, 2)), max_size=12),
    st.integers(1, 4),
    st.sampled_from([Duration(1, "d", Mark(0)), Duration(7, "d", Mark(0)), "day", "week"]),
)
def test_touches_beyond_a_limit_are_those_with_too_many_before_them(
    touches: list[tuple[int, int]], most: int, per: Duration | str
) -> None:
    zone = Zone.load("Asia/Shanghai", 0, 30 * DAY, Holidays())
    touches.sort()

    def together(one: int, other: int) -> bool:
        if isinstance(per, str):
            return zone.unit(one, per) == zone.unit(other, per)  # type: ignore[arg-type]
        return abs(one - other) < (per.seconds or 0)

    expected = sum(
        sum(weight for at, weight in touches[: number + 1] if together(at, touches[number][0])) > most
        for number in range(len(touches))
    )
    assert most_beyond(per, most, touches, zone) == expected  # type: ignore[arg-type]


UNPLANTED = {
    "SOP991": "whether a target is missed hangs on all customers together, and they are drawn by chance",
    "SOP992": "the arms of an experiment are all customers together",
    "SOP993": "which arm does worse hangs on all customers together",
}


def test_each_rule_that_logs_can_break_is_planted_or_says_why_not() -> None:
    asked = {
        rule.code
        for family in (touching, working)
        for one in pkgutil.iter_modules(family.__path__, f"{family.__name__}.")
        for rule in _rules(importlib.import_module(one.name))
    }
    planted = {code for fault in FAULTS for one, _ in sown(fault.name, number=1)[0].planted for code, _ in one.breaks}
    assert len(asked) > 20
    assert planted == asked - set(UNPLANTED)


def _rules(module: ModuleType) -> Iterator[Rule]:
    for value in vars(module).values():
        every = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        yield from (one for one in every if isinstance(one, Rule))


# The command


@pytest.mark.long
def test_faults_are_planted_and_written_down(run: Run, workspace: Write, tmp_path: Path) -> None:
    arguments = ("--customers", "400", "--seed", "7", "--from", "2026-07-01", "--plant", "all=1", "--plant", "minor=0")
    for name in ("one", "two"):
        code, _, told = run(
            "--lang", "en", "logs", "generate", str(workspace(FILES)), *arguments, "-o", str(tmp_path / name)
        )
        assert code == 0
    assert "planted over-touch (one touch more than a cap allows): 4" in told
    assert "planted minor" not in told
    account = json.loads((tmp_path / "one" / "planted.json").read_text(encoding="utf-8"))
    assert {one["fault"] for one in account["planted"]} == {one.name for one in FAULTS} - {"minor"}
    assert account["not_planted"] == []
    assert all(
        (tmp_path / "one" / f"{of}.csv").read_bytes() == (tmp_path / "two" / f"{of}.csv").read_bytes() for of in LOGS
    )


@pytest.mark.parametrize(
    ("given_", "said"),
    [("over-tuoch=3", "did you mean “over-touch”"), ("xyz=1", "quiet-hours"), ("minor", "takes a number"), ("minor=-1", "takes a number")],
)  # fmt: skip
def test_a_fault_that_is_misspelt_is_refused(
    run: Run, workspace: Write, tmp_path: Path, given_: str, said: str
) -> None:
    folder = str(workspace(FILES))
    code, _, told = run("--lang", "en", "logs", "generate", folder, "--plant", given_, "-o", str(tmp_path / "out"))
    assert code == 2
    assert said in told


@pytest.mark.long
@pytest.mark.parametrize("page", ["logs.md", "logs.zh-CN.md"])
def test_the_page_lists_each_fault_with_the_rules_that_it_breaks(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE))
    assert {name: set(re.findall(r"SOP\d+", rules)) for name, rules in listed.items() if name in BY_NAME} == {
        name: {rule for one, _ in sown(name)[0].planted for rule, _ in one.breaks} | ALSO_BREAKS.get(name, set())
        for name in BY_NAME
    }
