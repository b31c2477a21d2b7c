"""A disk that fails while every form is written: what is said, and that the former output stays whole."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Final

import pytest

from tests.documents import SMALL

pytestmark = pytest.mark.long

PARTS: Final = ("--role", "guide", "--only", "checklist", "--only", "card", "--only", "calendar", "--only", "training")
"""Enough for a file of each form that a build writes beside Markdown and drawings."""

FAILS: Final = """
import os, sys
from sopkit import output
from sopkit.cli import app

real, seen = output.Path.write_bytes, []

def write_bytes(path, data):
    if path.suffix == sys.argv[1]:
        real(path, data[: len(data) // 2])
        if sys.argv[2] == "kill":
            os.kill(os.getpid(), 9)
        raise OSError(int(sys.argv[2]), os.strerror(int(sys.argv[2])), str(path))
    return real(path, data)

output.Path.write_bytes = write_bytes
sys.exit(app.main(sys.argv[3:]))
"""


def run(*arguments: str | Path, limit: int = 0, place: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python as in a shell that lets files grow to `limit` bytes, with `place` for temporary files."""
    needed = {name: os.environ[name] for name in ("PATH", "SOPKIT_CACHE_DIR") if name in os.environ}
    needed |= {"TMPDIR": str(place)} if place else {}

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env=needed,
        preexec_fn=bounded if limit else None,
    )


def build(out: Path, *options: str) -> tuple[str, ...]:
    return ("--lang", "en", "build", str(SMALL), "-o", str(out), "--as-of", "2026-07-01", *PARTS, *options)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("former") / "out"
    assert run("-m", "sopkit", *build(out)).returncode == 0
    forms = {path.rpartition(".")[2] for path in tree(out) if "/" in path}
    assert forms == {"html", "pdf", "docx", "xlsx", "ics"}
    return out


FULL: Final = (str(errno.ENOSPC), "the disk is full; free some space")
READ_ONLY: Final = (str(errno.EROFS), "the disk is read-only; choose another place")
KILLED: Final = ("kill", "")


@pytest.mark.parametrize(
    ("form", "fault", "said"),
    [
        *((form, *FULL) for form in (".html", ".pdf", ".docx", ".xlsx", ".ics")),
        (".docx", *READ_ONLY),
        (".pdf", *KILLED),
        (".xlsx", *KILLED),
    ],
)
def test_the_former_output_stays_whole_whatever_form_fails(former: Path, form: str, fault: str, said: str) -> None:
    before = tree(former)
    ran = run("-c", textwrap.dedent(FAILS), form, fault, *build(former, "--edition", "next"))
    assert ran.returncode == (2 if said else -signal.SIGKILL), ran.stderr
    assert said in ran.stderr
    assert form in ran.stderr or not said
    assert "Traceback" not in ran.stderr
    assert tree(former) == before


def test_a_limit_on_the_size_of_files_is_told_with_the_file(former: Path) -> None:
    before = tree(former)
    ran = run("-m", "sopkit", *build(former, "--edition", "next"), limit=30_000)
    assert ran.returncode == 2
    assert "cannot be written (it is larger than files may be here)" in ran.stderr
    assert str(former) in ran.stderr
    assert tree(former) == before


def test_a_full_place_for_temporary_files_is_told_by_its_name(former: Path, tmp_path: Path) -> None:
    before = tree(former)
    ran = run("-m", "sopkit", *build(former, "--format", "pdf"), limit=2_000, place=tmp_path)
    assert ran.returncode == 2
    assert f"{tmp_path}: cannot be written" in ran.stderr
    assert list(tmp_path.iterdir()) == []
    assert tree(former) == before
