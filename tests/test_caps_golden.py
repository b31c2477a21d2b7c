"""What is said of the caps of seeded random workspaces stays as it is recorded: verdict, bound, course and advice, word for word.

`SOPKIT_REGENERATE=1` records it anew; read the difference before you keep it. That nothing of it is wrong is for
`test_caps_oracle.py`; here nothing may become less exact unseen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit.diagnostics import Finding
from sopkit.rules import caps
from tests.touch_cases import case
from tests.touch_table import judged

GOLDEN = Path(__file__).parent / "golden" / "caps"
FIRSTS = range(5000, 5120, 12)


def said(seed: int) -> Iterator[str]:
    """Yield what is said of one workspace."""
    made = case(seed)
    done = judged(made)
    yield f"# {seed}: " + ", ".join(sorted(made.constructs()))
    yield from (f"{one.rule.name} proved {one.subject}: {one.statement.en}" for one in done.proved)
    yield from (f"{one.rule.name} not assessed {one.subject}: {one.reason.en}" for one in done.not_assessed)
    for found in done.findings:
        if found.rule in caps.RULES:
            yield from _found(found)


def _found(one: Finding) -> Iterator[str]:
    yield f"{one.rule.name} {one.verdict.value if one.verdict else ''} {one.span.line}: {one.message('en')}; {one.fix('en')}"
    yield from (f"  {moment.at:%a %H:%M} {'x' if moment.counted else ' '} {moment.what.en}" for moment in one.timeline)
    yield from (f"  assumed: {fact.en}" for fact in one.assumptions)


@pytest.mark.long
@pytest.mark.parametrize("first", FIRSTS)
def test_what_is_said_of_random_workspaces_stays_as_it_is(first: int) -> None:
    text = "\n".join(line for seed in range(first, first + FIRSTS.step) for line in said(seed)) + "\n"
    golden = GOLDEN / f"cases-{first}.txt"
    if os.environ.get("SOPKIT_REGENERATE"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    assert golden.read_text("utf-8") == text
