"""What a check says of a workspace is the same with what was said before and without, whatever was changed since."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest

from sopkit import cache, pipeline, rules
from sopkit.cli import former, reading, versions
from sopkit.law.rules import PACK
from tests.commands import CAPPED, GOOD, Run, runner
from tests.edits import edited
from tests.repositories import committed
from tests.test_own_rules import RULE
from tests.test_recollection import workspace
from tests.workspaces import Files, write

sopkit = pytest.fixture(runner)


@pytest.fixture(autouse=True)
def _keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(former, "WORTH_KEEPING", 1)


def laid(folder: Path, files: Files) -> Path:
    """Return the folder with these files and no others, but for git's."""
    for path in folder.glob("[!.]*") if folder.is_dir() else ():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return write(folder, files)


@pytest.mark.long
@pytest.mark.parametrize(("name", "seed"), [("synthetic", 1), ("synthetic", 2), ("as_published", 3), ("everything", 4)])
def test_a_course_of_changes_is_judged_the_same_with_what_was_said_before(
    name: str, seed: int, sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)  # noqa: S311  repeatable, not secret
    first = dict(workspace(name, tmp_path / "made"))
    folder = laid(tmp_path / "ops", first)
    committed(folder)
    states = [first]
    for _ in range(6):
        states.append(rng.choice((edited(states[-1], rng), edited(first, rng), first)))
    for files in states:
        laid(folder, files)
        for asked in ((), ("--changed-since", "HEAD")):
            words = ("check", folder, "--format", "json", "--lang", "en", *asked)
            recalling = sopkit(*words)
            with monkeypatch.context() as alone:
                alone.setenv(cache.SWITCH, "off")
                assert sopkit(*words) == recalling


def put(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(text, "utf-8", newline="\n")


def asked(sopkit: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """Return how many families are asked by a check."""
    asking = Mock(side_effect=rules._said)
    with monkeypatch.context() as counted:
        counted.setattr(rules, "_said", asking)
        sopkit("check", folder, *more)
    return asking.call_count


def test_any_other_tool_day_file_law_or_setting_is_another_question(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = len(rules.FAMILIES)
    files = {"sopkit.yaml": CAPPED, "play.yaml": GOOD}
    folder = write(tmp_path / "ops", files)
    assert asked(sopkit, folder, monkeypatch) == every
    assert asked(sopkit, folder, monkeypatch) == 0
    assert asked(sopkit, folder, monkeypatch, "--as-of", "2026-07-02") == every
    assert asked(sopkit, folder, monkeypatch) == every, "one state is kept"
    put(folder, "sopkit.yaml", CAPPED + "currency: CNY\n")
    assert asked(sopkit, folder, monkeypatch) == every
    put(folder, "packs/a.yaml", PACK)
    assert asked(sopkit, folder, monkeypatch) == every
    put(folder, "packs/a.yaml", PACK + "# otherwise\n")
    assert asked(sopkit, folder, monkeypatch) == every
    put(folder, "rules/a.yaml", RULE.replace("NAME", "slow"))
    assert asked(sopkit, folder, monkeypatch) == 0, "own rules are applied each time, and no family knows of them"
    put(folder, "more.yaml", GOOD.partition("---")[0].replace("id: thanks", "id: more"))
    assert asked(sopkit, folder, monkeypatch) == every
    assert asked(sopkit, folder, monkeypatch) == 0
    monkeypatch.setattr(cache, "code", lambda: b"another version")
    assert asked(sopkit, folder, monkeypatch) == every


def test_while_anything_is_wrong_in_itself_nothing_is_kept_and_nothing_is_lost(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = len(rules.FAMILIES)
    folder = write(tmp_path / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    sopkit("check", folder)
    put(folder, "play.yaml", GOOD.replace("owner: guide", "owner: guid"))
    assert asked(sopkit, folder, monkeypatch) >= every
    put(folder, "play.yaml", GOOD)
    assert asked(sopkit, folder, monkeypatch) == 0


@pytest.mark.parametrize("data", [b"", b"sopkit-cache-2\n", b"x" * 200])
def test_what_is_kept_and_damaged_is_as_if_there_were_nothing(
    data: bytes, sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.PLACE, str(tmp_path / "caches"))
    folder = write(tmp_path / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    expected = sopkit("check", folder)
    (kept,) = (tmp_path / "caches").glob("*.said")
    kept.write_bytes(data)
    assert sopkit("check", folder) == expected
    assert kept.read_bytes() != data


def test_an_earlier_version_is_judged_by_what_was_said_of_the_later(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "WORTH_KEEPING", 1000)
    folder = write(tmp_path / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    committed(folder)
    put(folder, "play.yaml", "# a remark\n" + GOOD)
    compiling = Mock(side_effect=pipeline.drafted)
    monkeypatch.setattr(pipeline, "drafted", compiling)
    assert asked(sopkit, folder, monkeypatch, "--changed-since", "HEAD") == len(rules.FAMILIES)
    assert compiling.call_count == 2


def test_an_earlier_version_is_judged_by_what_was_said_of_the_last_state_too(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    committed(folder)
    put(folder, "play.yaml", "# a remark\n" + GOOD)
    sopkit("check", folder)
    later = GOOD.replace("within: 1h", "within: 2h")
    assert later != GOOD
    put(folder, "play.yaml", later)
    compiling = Mock(side_effect=pipeline.drafted)
    monkeypatch.setattr(pipeline, "drafted", compiling)
    assert asked(sopkit, folder, monkeypatch, "--changed-since", "HEAD") == len(rules.READS.times)
    assert compiling.call_count == 2


def test_of_an_earlier_version_few_files_are_read_anew_and_no_proofs_asked_for(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    committed(folder)
    put(folder, "play.yaml", GOOD.replace("within: 1h", "within: 2h"))
    compiling, opened = Mock(side_effect=pipeline.drafted), Mock(wraps=reading.remembered_trees)
    monkeypatch.setattr(pipeline, "drafted", compiling)
    monkeypatch.setattr(versions, "remembered_trees", opened)
    sopkit("check", folder, "--changed-since", "HEAD")
    now, then = compiling.call_args_list
    assert now.kwargs.get("like") is None
    assert then.kwargs["like"] is not None
    assert then.kwargs["proofs"] is False
    assert not opened.called
    monkeypatch.setattr(versions, "FEW", 0)
    sopkit("check", folder, "--changed-since", "HEAD", "--as-of", "2026-07-02")
    assert opened.called
