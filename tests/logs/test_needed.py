"""What the page on logs says that a rule takes is what it takes: with that alone its fault is found, and without any of it it is not."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from sopkit.logs import touching, working
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.generating.ground import Broken
from sopkit.logs.generating.planting import wanted_of
from sopkit.logs.needed import NEEDS
from sopkit.logs.reading import open_logs
from sopkit.logs.tables import FIELDS, Of
from sopkit.pipeline import Compilation
from sopkit.rules import practice, touched
from sopkit.simulation.population import Question
from tests.logs.planting_ground import FILES
from tests.logs.test_recovery import broken, generate
from tests.workspaces import compiled

OPTIONAL: Final = {of: tuple(one.name for one in fields if not one.required) for of, fields in FIELDS.items()}
Left = Mapping[Of, Collection[str]]
"""Logs with the columns that they keep beside the required ones."""


Kept = frozenset[tuple[str, str]]
"""Rules and subjects of which the logs say that nothing broke them."""


STILL_KEPT: Final[Mapping[tuple[str, Of], str]] = {
    ("SOP986", "steps"): "a log without `state` is taken to list what was done",
}
"""Rules that are kept at the subject of their fault without a column of a log, and why."""


def asked(done: Compilation, logs: Path, left: Left, number: int) -> tuple[Broken, Kept]:
    """Return what is found broken, and kept, in logs of which only this is left."""
    folder = logs.parent / f"left-{number}"
    (folder / "work").mkdir(parents=True)
    for of, columns in left.items():
        kept = {one.name for one in FIELDS[of] if one.required} | set(columns)
        with (logs / f"{of}.csv").open(encoding="utf-8", newline="") as old:
            rows = list(csv.DictReader(old))
        with (folder / f"{of}.csv").open("w", encoding="utf-8", newline="") as new:
            writer = csv.DictWriter(new, [one for one in rows[0] if one in kept], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    with Engine(folder / "work") as engine:
        store, _ = open_logs(done, folder, [str(folder / f"{of}.csv") for of in left], engine, folder / "work")
        case = LogCase(done, store)
        found = [one for ask in (*touching.FAMILIES, *working.FAMILIES) for one in ask(case)]
        return broken(found), frozenset((one.rule.code, one.subject) for one in found if one.status == "kept")


@pytest.mark.long
def test_a_rule_takes_what_is_said_and_no_more(tmp_path: Path) -> None:
    done = compiled(FILES)
    planted = generate(done, Question(800, 7, date(2026, 7, 1), 28), tmp_path / "logs", wanted_of([("all", 1)]))
    number = count()
    remembered: dict[str, tuple[Broken, Kept]] = {}

    def told(left: Left) -> tuple[Broken, Kept]:
        key = repr(sorted((of, sorted(columns)) for of, columns in left.items()))
        if key not in remembered:
            remembered[key] = asked(done, tmp_path / "logs", left, next(number))
        return remembered[key]

    def found(code: str, left: Left) -> bool:
        return all(one in told(left)[0] for one in planted if one[0] == code)

    for code in sorted({code for code, _ in planted}):
        needs = NEEDS[code]
        for first in (0, -1):
            assert found(code, {of: [some[first] for some in columns] for of, columns in needs.items()}), (code, first)
        for of, columns in needs.items():
            for some in columns:
                less = {each: set(OPTIONAL[each]) - (set(some) if each == of else set()) for each in FIELDS}
                assert not found(code, less), (code, of, some)
                kept = {one for one in planted if one[0] == code and one in told(less)[1]}
                assert not kept or (code, of) in STILL_KEPT, (kept, of, some)


def test_every_rule_that_is_asked_of_logs_says_what_it_takes() -> None:
    assert {rule.code for rule in (*touched.RULES, *practice.RULES)} <= set(NEEDS)
    assert all(
        {name for some in columns for name in some} <= set(OPTIONAL[of])
        for logs in NEEDS.values()
        for of, columns in logs.items()
    )
