"""Every course that is shown in the fixtures goes the same way on the simulator: examples of rules, flow tests, the published SOP."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.catalogue import RULES
from sopkit.rules import caps
from tests.test_simulation_witnesses import ADULT, exceeds, folder
from tests.touch_cases import case
from tests.witnesses import Data, replayed, witnesses
from tests.workspaces import Files

ROOT = Path(__file__).parent.parent
IN_GROUP: Data = (("in-community", "tagged"),)
CUSTOMERS: tuple[Data, ...] = (ADULT, (), IN_GROUP)
SIDES: tuple[Data, ...] = tuple((("mood", "fine"), ("side", side)) for side in ("left", "right"))


def not_replayed(files: Files, customers: tuple[Data, ...]) -> tuple[list[str], int]:
    """Return the caps whose courses do not replay, and how many there are."""
    wrong, count = [], 0
    for witness in witnesses(files):
        log = replayed(witness, customers)
        count += 1
        if log is None or log.unmodelled or not exceeds(witness, log):
            wrong.append(witness.limit.id)
    return wrong, count


FLOW = sorted(one for one in (ROOT / "tests/flow").glob("*.yaml") if b"caps:" in one.read_bytes())


@pytest.mark.parametrize("path", FLOW, ids=lambda path: path.stem)
def test_courses_of_the_flow_tests_replay(path: Path) -> None:
    wrong, count = not_replayed({"sopkit.yaml": path.read_bytes()}, CUSTOMERS)
    assert wrong == []
    assert count or path.stem != "over-touch"


@pytest.mark.parametrize("rule", [one for one in RULES if one in caps.RULES], ids=lambda rule: rule.name)
def test_courses_of_the_examples_replay(rule) -> None:  # type: ignore[no-untyped-def]
    assert not_replayed({"sopkit.yaml": rule.bad}, CUSTOMERS)[0] == []
    assert not_replayed({"sopkit.yaml": rule.good}, CUSTOMERS) == ([], 0)


def test_courses_of_the_published_sop_replay() -> None:
    wrong, count = not_replayed(folder(ROOT / "tests/as_published"), CUSTOMERS)
    assert wrong == []
    assert count >= 3


@pytest.mark.long
def test_courses_of_random_workspaces_of_every_kind_replay() -> None:
    """Days, workdays and the calendar included; the simulator of the witnesses knows one zone, so other clocks are left out."""
    wrong, count = [], 0
    for seed in range(5000, 5400):
        made = case(seed)
        if "timezone: Asia/Shanghai" not in made.text or "customer_timezones" in made.text:
            continue
        found, shown = not_replayed({"sopkit.yaml": made.text}, SIDES)
        wrong += [(seed, one) for one in found]
        count += shown
    assert wrong == []
    assert count >= 50
