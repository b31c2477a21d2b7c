"""Work that a second process does comes out as if one had done it all, and whatever becomes of the second process, it gets done."""

from __future__ import annotations

import ast
import json
import marshal
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from sopkit import cache, pipeline, rules
from sopkit.aside import Aside, begun, packed, shared, unpacked
from sopkit.cli import former
from sopkit.reader.files import find_sources
from sopkit.render.document import Paragraph
from sopkit.render.marks import foreign, line, link, quiet, strong
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.parcel import New, Said
from tests.benchmarks import synthesis

TODAY = date(2026, 7, 1)
EVERYTHING = Path("tests/everything").absolute()
LINUX = sys.platform == "linux"
RUN = """
import os, signal, threading, time
from sopkit.aside import Aside
{setup}
aside = Aside.start(8, lambda taken: {work})
if aside:
    print([number for number in range(8) if aside.takes(number) and not time.sleep({pause})])
    print(aside.result())
else:
    print("alone")
"""
SHARED = """
import os, signal, time
from sopkit.aside import shared
here = os.getpid()
def task(number):
    time.sleep(0.02)
    {work}
    return number, os.getpid() == here
try:
    print(shared([lambda number=number: task(number) for number in range(8)]))
except ValueError as error:
    print(error)
"""
BEGUN = """
import os, signal
from sopkit.aside import begun
known, here = [object(), object()], os.getpid()
def task():
    {work}
    return [known[1], "made", known[0]], os.getpid() != here
made, elsewhere = begun(task, known)()
print(made == [known[1], "made", known[0]], elsewhere)
"""
PARTS = "(str(number).encode() for number in taken)"


def run_shared(work: str) -> str:
    """Return what eight tasks made, each its number and whether it was done by the process that asked."""
    code = SHARED.format(work=work)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.stdout.strip()


def run(work: str, setup: str = "", pause: float = 0) -> list[str]:
    """Return which of eight pieces `Aside` leaves here, and what it made, in a process without the threads of the test runner."""
    code = RUN.format(work=work, setup=setup, pause=pause)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(not LINUX or len(os.sched_getaffinity(0)) < 2, reason="needs a second processor")
class TestAside:
    @pytest.mark.parametrize("pause", [0, 0.001, 0.2])
    def test_every_piece_is_done_from_both_ends(self, pause: float) -> None:
        here, there = map(ast.literal_eval, run(PARTS, pause=pause))
        assert here == list(range(len(here)))
        assert there == [str(number).encode() for number in reversed(range(8))][: len(there)]
        assert len(here) + len(there) in (8, 9)  # where they meet, both may do one piece

    def test_this_process_goes_on_when_the_copy_is_slow(self) -> None:
        here, there = run("(time.sleep(0.5) or b'x' * 300_000 for _ in taken)", pause=0.05)
        assert len(ast.literal_eval(here)) == 7
        assert ast.literal_eval(there) == [b"x" * 300_000]

    @pytest.mark.parametrize(
        "work", ["1 / 0", "exit(0)", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "[][1]", "['no bytes']"]
    )
    def test_a_failure_is_no_answer(self, work: str) -> None:
        assert run(work)[1] == "None"

    def test_a_failure_after_some_pieces_is_none(self) -> None:
        assert run("(b'1' if number > 5 else 1 / 0 for number in taken)", pause=0.2)[1] == "None"

    def test_threads_are_not_copied(self) -> None:
        assert run(PARTS, "threading.Thread(target=threading.Event().wait, daemon=True).start()") == ["alone"]

    def test_one_processor_does_it_alone(self) -> None:
        assert run(PARTS, "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})") == ["alone"]


@pytest.mark.skipif(not LINUX or len(os.sched_getaffinity(0)) < 2, reason="needs a second processor")
class TestShared:
    def test_tasks_are_done_by_two_and_come_back_in_order(self) -> None:
        made = ast.literal_eval(run_shared("pass"))
        assert [number for number, _ in made] == list(range(8))
        by_whom = [here for _, here in made]
        assert by_whom == sorted(by_whom, reverse=True)  # the copy takes the last
        assert by_whom[0]
        assert not by_whom[-1]

    @pytest.mark.parametrize("work", ["os.getpid() == here or 1 / 0", "os.getpid() == here or os._exit(0)"])
    def test_what_the_copy_could_not_do_is_done_here(self, work: str) -> None:
        assert ast.literal_eval(run_shared(work)) == [(number, True) for number in range(8)]

    def test_what_a_task_raises_goes_through(self) -> None:
        assert run_shared("if number == 7: raise ValueError('the last')") == "the last"


def test_one_process_does_every_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Aside, "start", lambda *_: None)
    assert shared([lambda: 1, lambda: 2]) == [1, 2]
    assert shared([]) == []
    assert begun(lambda: 1, [])() == 1


@pytest.mark.parametrize(
    ("work", "told"),
    [
        ("pass", f"True {LINUX and len(os.sched_getaffinity(0)) > 1}"),
        ("if os.getpid() != here: raise ValueError", "True False"),
        ("if os.getpid() != here: os.kill(os.getpid(), signal.SIGKILL)", "True False"),
    ],
)
def test_what_was_begun_is_made_elsewhere_or_here_and_holds_the_very_things_known(work: str, told: str) -> None:
    done = subprocess.run([sys.executable, "-c", BEGUN.format(work=work)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told


def test_what_was_begun_raises_where_it_is_asked_for() -> None:
    made = begun(partial(dict[str, str]().__getitem__, "missing"), [])
    with pytest.raises(KeyError, match="missing"):
        made()


def test_documents_come_back_equal_from_another_process() -> None:
    said = Paragraph(line(f"Ask {link(strong('the guide'), '#guide')}{quiet(foreign('顾问', 'zh-CN'))}."), quiet=True)
    assert pickle.loads(pickle.dumps(said)) == said  # noqa: S301  our own
    assert len({*said.words}) == 4


@pytest.mark.long
@pytest.mark.parametrize("place", ["tests/everything", "tests/as_published", "playbooks"])
def test_what_families_said_comes_back_equal(place: str) -> None:
    found = find_sources(Path(place))
    done = pipeline.compile(found.sources, packs=found.packs, today=TODAY)
    case = Case(done.workspace, done.graph, done.forest, TODAY, Doubts(done.forest), done.law)
    said: dict[int, Said] = {n: (tuple(family.check(case)), n) for n, family in enumerate(rules.FAMILIES)}
    known = [*(tree.source for tree in done.forest.trees), *rules.RULES]
    pieces: New = ("families",), ("used",), {"name": (("lifecycle/one",), (said[0][0], (1, 0.5)))}
    back, theirs = unpacked(packed((said, pieces), known), known)
    assert back == said
    assert theirs == pieces
    assert sum(len(outcomes) for outcomes, _ in said.values()) > 20
    for (one, _), (other, _) in zip(back.values(), said.values(), strict=True):
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


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.skipif(not LINUX, reason="a second process is used on Linux only")
def test_two_processes_build_what_one_builds(tmp_path: Path) -> None:
    def built(name: str, before: Callable[[], None] | None) -> dict[str, bytes]:
        forms = [part for form in ("html", "md", "ics") for part in ("--format", form)]
        arguments = [
            "build",
            str(EVERYTHING),
            "-o",
            name,
            "--as-of",
            "2026-07-01",
            "--edition",
            "one",
            "--force",
            *forms,
        ]
        done = subprocess.run(
            [sys.executable, "-m", "sopkit", *arguments],
            env={**os.environ, "SOPKIT_CACHE": "off", "PYTHONPATH": str(Path.cwd())},
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300, preexec_fn=before,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made = tmp_path / name
        return {path.relative_to(made).as_posix(): path.read_bytes() for path in made.rglob("*") if path.is_file()}

    alone = built("alone", lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    assert built("both", None) == alone
    assert len(alone) > 20
    assert "edition.json" in alone


@pytest.mark.long
@pytest.mark.skipif(not LINUX, reason="a second process is used on Linux only")
def test_two_processes_keep_what_one_keeps(tmp_path: Path) -> None:
    """What families said, and the pieces that the second process made, come to be known to the next check."""
    folder = tmp_path / "clean"
    synthesis.write(folder, former.WORTH_KEEPING)

    def kept(caches: Path, before: Callable[[], None] | None) -> tuple[object, ...]:
        subprocess.run(
            [sys.executable, "-m", "sopkit", "check", str(folder), "--quiet", "--as-of", "2026-07-01"],
            env={**os.environ, "SOPKIT_CACHE": "on", "SOPKIT_CACHE_DIR": str(caches), "PYTHONPATH": str(Path.cwd())},
            cwd=tmp_path, capture_output=True, check=False, timeout=300, preexec_fn=before,
        )  # fmt: skip
        (made,) = caches.glob("*.said")
        said: tuple[object, ...] = marshal.loads(  # noqa: S302  our own
            made.read_bytes()[cache.HEADER_BYTES :]
        )
        return said

    alone = kept(tmp_path / "one", lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    assert kept(tmp_path / "two", None) == alone
    pieces = alone[3]
    assert isinstance(pieces, tuple)
    assert {str(name).partition(" ")[0] for name, *_ in pieces} == {"SOP204", "SOP403", "SOP405", "SOP409", "SOP501"}
