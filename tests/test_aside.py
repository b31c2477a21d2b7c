"""Work that a second process does comes out as if one had done it all, and whatever becomes of the second process, it gets done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline, rules
from sopkit.reader.files import find_sources
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.parcel import Said, pack, unpack
from tests.benchmarks import synthesis

TODAY = date(2026, 7, 1)
LINUX = sys.platform == "linux"
RUN = """
import os, signal, threading
from sopkit.aside import Aside
{setup}
aside = Aside.start(lambda: {work})
print(aside and aside.result())
"""


def run(work: str, setup: str = "") -> str:
    """Return what `Aside` gives, in a process without the threads of the test runner."""
    code = RUN.format(work=work, setup=setup)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.skipif(not LINUX or len(os.sched_getaffinity(0)) < 2, reason="needs a second processor")
class TestAside:
    def test_the_bytes_come_back(self) -> None:
        assert run("b'x' * 300_000") == repr(b"x" * 300_000)

    @pytest.mark.parametrize(
        "work", ["1 / 0", "exit(0)", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "[][1]", "'no bytes'"]
    )
    def test_a_failure_is_no_answer(self, work: str) -> None:
        assert run(work) == "None"

    def test_threads_are_not_copied(self) -> None:
        assert run("b'x'", "threading.Thread(target=threading.Event().wait, daemon=True).start()") == "None"

    def test_one_processor_does_it_alone(self) -> None:
        assert run("b'x'", "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})") == "None"


@pytest.mark.parametrize("place", ["tests/everything", "tests/as_published", "playbooks"])
def test_what_families_said_comes_back_equal(place: str) -> None:
    found = find_sources(Path(place))
    done = pipeline.compile(found.sources, packs=found.packs, today=TODAY)
    case = Case(done.workspace, done.graph, done.forest, TODAY, Doubts(done.forest), done.law)
    said: list[Said] = [(tuple(family.check(case)), number) for number, family in enumerate(rules.FAMILIES)]
    sources = {tree.source.path: tree.source for tree in done.forest.trees}
    back = unpack(pack(said), sources, {rule.name: rule for rule in rules.RULES})
    assert back == said
    assert sum(len(outcomes) for outcomes, _ in said) > 20
    for (one, _), (other, _) in zip(back, said, strict=True):
        assert all(mine.rule is theirs.rule for mine, theirs in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace that is worth a second process, with every kind of broken file in both halves."""
    folder = tmp_path_factory.mktemp("large")
    synthesis.write(folder, 160, seed=3)
    files = sorted(folder.rglob("*.yaml"))
    for number, file in enumerate(files[10:26]):
        text = file.read_text(encoding="utf-8")
        broken = (text.replace("id:", "idd:", 1), text + "\n\tx: [", "", text.replace("kind:", "kind", 1))[
            number // 2 % 4
        ]
        file.write_text(broken, encoding="utf-8")
    return folder


@pytest.mark.skipif(not LINUX, reason="a second process is used on Linux only")
def test_two_processes_say_what_one_says(large: Path, tmp_path: Path) -> None:
    def check(before: Callable[[], None] | None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sopkit", "check", str(large), "--format", "json", "--as-of", "2026-07-01"],
            env={**os.environ, "SOPKIT_CACHE": "off", "PYTHONPATH": str(Path.cwd())},
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300, preexec_fn=before,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        return done.stdout

    alone = check(lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    assert check(None) == alone
    assert len(json.loads(alone)["findings"]) > 20
