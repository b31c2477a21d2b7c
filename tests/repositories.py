"""Git repositories written in tests: a folder and git's words go in; what git answers comes out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

DAY: Final = "2026-07-01T09:00:00+0800"
"""When whatever is committed is committed, so that commits have the same names everywhere."""
WRITER: Final = {
    name: value
    for who in ("AUTHOR", "COMMITTER")
    for name, value in (
        (f"GIT_{who}_NAME", "Mei"), (f"GIT_{who}_EMAIL", "mei@example.com"), (f"GIT_{who}_DATE", DAY),
    )
}  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints, its settings apart from those of the machine."""
    settings = ("-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", "-c", "core.autocrlf=false")
    apart = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True,
        env={**os.environ, **WRITER, **apart},
    )  # fmt: skip
    return done.stdout.strip()


def committed(folder: Path, message: str = "first") -> str:
    """Commit whatever is in a folder, which becomes a repository if it is none, and return the commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A", "-f", ".")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")
