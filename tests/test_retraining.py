"""Who must train again: `diff` names the roles that `build --edition` would name for the same change, though it tells less over."""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from sopkit.diff.rules_staff import RETRAIN
from sopkit.pipeline import Compilation
from sopkit.render.editions import compare, survey
from sopkit.render.manual.book import plan
from sopkit.render.manual.front import Edition
from sopkit.render.retraining import Version, retraining
from tests import rearranged
from tests.test_diff import CASES, files_of
from tests.workspaces import compiled

HERE = Path(__file__).parent
WORKSPACES = ("as_published", "everything")


def by_edition(old: Compilation, new: Compilation) -> set[str]:
    """Return the roles that the later of two editions names, each surveyed whole."""
    records = [survey(plan(one.workspace), Edition(date(2026, 7, 1))) for one in (old, new)]
    return set(compare(*records).roles)


def by_diff(old: Compilation, new: Compilation) -> set[str]:
    return set(retraining(Version(old.workspace, old.forest), Version(new.workspace, new.forest)))


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_kind_of_change_in_both_directions(case: Path) -> None:
    old, new = (compiled(files_of(case / side)) for side in ("before", "after"))
    assert by_diff(old, new) == by_edition(old, new)
    assert by_diff(new, old) == by_edition(new, old)


def test_whoever_does_a_step_of_another_id_trains_again_in_both() -> None:
    """Ids are printed and signed."""
    old, new = (
        compiled({"sopkit.yaml": text.encode()})
        for text in (RETRAIN.good, RETRAIN.good.replace("id: call,", "id: ring,"))
    )
    assert by_diff(old, new) == by_edition(old, new) == {"guide"}
    said = retraining(Version(old.workspace, old.forest), Version(new.workspace, new.forest))["guide"]
    assert said.zh.startswith("步骤 follow-up/call、follow-up/ring")
    assert said.en.startswith("steps follow-up/call, follow-up/ring")


@cache
def files_named(name: str) -> dict[str, bytes]:
    return rearranged.files_below(HERE / name if name in WORKSPACES else HERE.parent / name)


def edited(files: dict[str, bytes], rng: random.Random) -> dict[str, bytes] | None:
    """Return the files with one line taken away or one word of it put in the place of another's; None where that leaves nothing."""
    path = rng.choice(sorted(one for one in files if one.endswith(".yaml")))
    lines = files[path].decode().split("\n")
    number = rng.randrange(len(lines))
    key, colon, value = lines[number].partition(": ")
    other = rng.choice(
        [line.partition(": ")[2] for line in lines if line.partition(": ")[0].strip() == key.strip()] or [""]
    )
    changed = rng.choice((None, f"{key}{colon}{other}", f"{key}{colon}{value.replace('1', '2')}"))
    kept = [*lines[:number], *([changed] if changed is not None else []), *lines[number + 1 :]]
    return None if kept == lines else {**files, path: "\n".join(kept).encode()}


@pytest.mark.long
@pytest.mark.parametrize("name", [*WORKSPACES, "playbooks"])
def test_edits_by_chance(name: str) -> None:
    rng = random.Random(f"{name} 2")  # noqa: S311  repeatable, not secret
    files = files_named(name)
    old = compiled(files)
    told = 0
    for _ in range(12):
        after = edited(files, rng)
        if after is None:
            continue
        new = compiled(after)
        assert by_diff(old, new) == by_edition(old, new), [
            (line, path) for path in files for line in {*after[path].split(b"\n")} ^ {*files[path].split(b"\n")}
        ]
        told += bool(by_diff(old, new))
    assert told
