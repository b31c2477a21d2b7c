"""Fixtures that tests of several parts share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest

from tests import workspaces
from tests.workspaces import Files

# A run that failed yesterday must fail today: new examples are looked for on purpose, with HYPOTHESIS_PROFILE=explore.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.register_profile("explore", derandomize=False)
# For mutants the first failure is enough: looking for the smallest takes time. That a machine is slow is none.
found = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
slow = (hypothesis.HealthCheck.too_slow,)
hypothesis.settings.register_profile(
    "first", derandomize=True, database=None, phases=found, deadline=None, suppress_health_check=slow
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def unused_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield paths at which nothing is: a folder for each of thousands of tests would cost more than most of them."""
    folder = tmp_path_factory.mktemp("caches")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def _neutral_environment(monkeypatch: pytest.MonkeyPatch, unused_caches: Iterator[Path]) -> None:
    """Keep the machine's language, colours and caches out of every test."""
    for name in (
        "LANG",
        "LC_ALL",
        "LC_MESSAGES",
        "LANGUAGE",
        "NO_COLOR",
        "FORCE_COLOR",
        "SOPKIT_LANG",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOPKIT_CACHE_DIR", str(next(unused_caches)))


@pytest.fixture
def write_workspace(tmp_path: Path) -> Callable[[Files | str], Path]:
    """Return a function that writes files into a fresh workspace folder and returns it."""
    return lambda files: workspaces.write(tmp_path / "workspace", files)
