"""Seeds of cases go in; what the front end and the engines say of each cap, and what trying every course says, comes out as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from unittest.mock import patch

from sopkit import rules
from sopkit.graph import replay
from sopkit.pipeline import Compilation
from sopkit.rules import caps
from tests.touch_cases import Case, case
from tests.touch_oracle import TooManyError
from tests.touch_verdicts import Table, said
from tests.workspaces import compiled

EFFORT = 1000
"""How far courses that break a cap are looked for: a sixth of what is usual, since the plays are small."""
MORE = 20
"""How many times the states are allowed where what is said has to be looked at again."""


def judged(made: Case, effort: int = EFFORT) -> Compilation:
    """Return the case compiled, from its YAML on; of the analyses only that of caps is made."""
    with patch.object(rules, "FAMILIES", (caps,)), patch.object(replay, "EFFORT", effort):
        return compiled({"sopkit.yaml": made.text})


def verdict(made: Case, effort: int = EFFORT) -> str:
    """Return what is said of the case's only cap."""
    return said(judged(made, effort))


def compare(seeds: Iterable[int], states: int, effort: int = EFFORT) -> Table:
    """Return the table of the cases all of whose courses can be tried within so many states."""
    table = Table()
    for seed in seeds:
        made = case(seed)
        table.plays += 1
        try:
            broken = made.breaks(states)
            said = verdict(made, effort)
            if said == "violated" and not broken:
                broken = made.breaks_later(states * MORE)
        except TooManyError:
            continue
        table.tried[said, broken] += 1
        for name in made.constructs():
            table.constructs.setdefault(name, Counter())[said] += 1
        if (said, broken) in (("proved", True), ("violated", False)):
            table.wrong.append(f"seed {seed}: {said}, but {'a course breaks it' if broken else 'no course breaks it'}")
    return table
