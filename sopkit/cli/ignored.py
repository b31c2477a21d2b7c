"""Files of a folder go in; those that git is told to ignore come out, none where git is not at hand or knows no repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sopkit.cli.revision import LONGEST, QUIETLY


def ignored(folder: Path, files: Iterable[Path]) -> frozenset[Path]:
    """Return those of the files, which lie in the folder, that git ignores; one that it keeps all the same is not among them."""
    git = shutil.which("git")
    root = os.path.realpath(folder)
    named = {os.path.relpath(os.path.realpath(file), root): file for file in files}
    if git is None or not named:
        return frozenset()
    asked = "".join(f"{name}\0" for name in sorted(named)).encode(errors="surrogateescape")
    try:
        done = subprocess.run(  # noqa: S603  its words are our own
            [git, *QUIETLY, "check-ignore", "-z", "--stdin"], cwd=root, input=asked, capture_output=True, timeout=LONGEST, check=False
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    names = done.stdout.decode(errors="surrogateescape").split("\0") if done.returncode == 0 else []
    return frozenset(named[name] for name in names if name in named)
