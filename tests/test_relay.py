"""Pieces that copies of a process did come out as if one had done them all, and what becomes of a copy is told."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys

import pytest

RUN = """
import os, signal, threading, time
from sopkit.relay import relayed

def work(taken):
    for number in taken:
{body}

{setup}
print([(number, made and bytes(made[:9])) for number, made in relayed(8, work{more})])
"""
MADE = "yield str(number).encode()"
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs a second processor"
)


def run(*body: str, setup: str = "", more: str = "") -> dict[int, bytes | None]:
    """Return what came of eight pieces, in a process without the threads of the test runner."""
    code = RUN.format(body="\n".join(f"        {line}" for line in body), setup=setup, more=more)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    came: list[tuple[int, bytes | None]] = ast.literal_eval(done.stdout)
    assert len(dict(came)) == len(came)
    return dict(came)


EACH = {number: str(number).encode() for number in range(8)}


def test_each_piece_is_made_once() -> None:
    assert run(MADE) == EACH
    assert run("time.sleep(0.01)", MADE) == EACH


def test_a_copy_that_ends_is_followed_by_another() -> None:
    followed = run("yield str(os.getpid()).encode()", "return")
    assert sorted(followed) == list(range(8))
    assert len(set(followed.values())) == 8
    assert len(set(run("yield str(os.getpid()).encode()", "time.sleep(0.02)").values())) == 2


def test_later_copies_have_what_was_done_between_them() -> None:
    more = ", lambda: done.append(1), lambda: done.append(2)"
    came = run("yield str(done).encode()", "return", setup="done = []", more=more)
    assert sorted(came.values(), key=str) == [b"[1, 2]"] * 6 + [b"[1]", b"[]"]


def test_large_pieces_come_whole() -> None:
    assert run("yield b'x' * 3_000_000") == dict.fromkeys(range(8), b"x" * 9)
    assert run("yield b''") == dict.fromkeys(range(8), b"")


@pytest.mark.parametrize("fault", ["1 / 0", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_piece_at_which_a_copy_fails_is_named_and_none_that_it_made_is_lost(fault: str) -> None:
    came = run("if number == 3:", f"    {fault}", MADE)
    assert came.pop(3) is None
    assert came.items() <= EACH.items()
    assert set(came) >= {0, 1, 2}


def test_copies_that_fail_at_once_do_not_come_again_and_again() -> None:
    assert run(MADE, setup="def work(taken): 1 / 0") == {}


def test_no_copy_is_made_beside_other_threads() -> None:
    assert run(MADE, setup="threading.Thread(target=time.sleep, args=(1,), daemon=True).start()") == {}


def test_copies_end_with_whoever_wants_no_more() -> None:
    code = """
import os, time
from sopkit.relay import relayed

def work(taken):
    for number in taken:
        yield str(os.getpid()).encode()
        time.sleep(30)

wanted = relayed(8, work)
copies = {int(next(wanted)[1]), int(next(wanted)[1])}
wanted.close()
print([copy for copy in copies if os.path.exists(f"/proc/{copy}")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_copies_end_with_a_process_that_is_killed() -> None:
    code = """
import os, signal
from sopkit.relay import relayed

def work(taken):
    for number in taken:
        yield b"x" * 3_000_000

wanted = relayed(8, work)
next(wanted)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=20
    )  # waits for all that hold its pipes
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, b"")
