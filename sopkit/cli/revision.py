"""A workspace's folder and the files that were read go in; the commit of its repository comes out, and which files differ from it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sopkit.render.audit.cover import Revision

QUIETLY: Final = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
"""Nothing is written, and no program of the repository runs."""
STATUS: Final = (
    *QUIETLY, "status", "--porcelain=v2", "--branch", "--untracked-files=all", "--no-renames", "-z", "--", ".",
)  # fmt: skip
OID: Final = "# branch.oid "
FIELDS: Final = {"1": 8, "u": 10, "?": 1}
"""Kind of a line → how many fields stand before the path."""
LONGEST: Final = 30.0
"""Seconds; a repository that takes longer is passed over."""


def revision(folder: Path, in_repository: str, read: Collection[str]) -> Revision | None:
    """Return the commit, and which of the files `read`, or of those deleted, differ from it; None where git knows none.

    Paths are relative to the repository; those of the workspace begin with `in_repository`.
    """
    from sopkit.render.audit.cover import Revision  # noqa: PLC0415  knows the rules: whoever reads first needs none of them

    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  its words are our own
            [git, *STATUS], cwd=folder, capture_output=True, check=True, timeout=LONGEST, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.decode("utf-8", "replace").split("\0")
    commit = next((line.removeprefix(OID) for line in lines if line.startswith(OID)), "")
    if not commit or commit.startswith("("):
        return None
    changed = {path for line in lines if (path := _path(line, in_repository, read))}
    return Revision(commit, tuple(sorted(changed)))


def _path(line: str, in_repository: str, read: Collection[str]) -> str:
    """Return the path of a line of status where it matters; '' else."""
    kind, _, _ = line.partition(" ")
    if kind not in FIELDS:
        return ""
    *fields, path = line.split(" ", FIELDS[kind])
    deleted = kind == "1" and "D" in fields[1] and path.startswith(in_repository)
    return path if path in read or deleted else ""
