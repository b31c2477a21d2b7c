"""Programs of npm that judge what we write: their names go in, their paths come out. `.ci/test` installs them into tests/node."""

from __future__ import annotations

import shutil
from pathlib import Path

MODULES = Path(__file__).parent / "node/node_modules"


class NodeError(Exception):
    """Node.js or one of its packages is not here."""


def sarif_multitool() -> Path:
    """Return the validator for SARIF of those who wrote the format; its package leaves it to a script to make it a program."""
    found = _found("@microsoft/sarif-multitool-linux/Sarif.Multitool")
    found.chmod(0o755)
    return found


def yaml_language_server() -> list[str]:
    """Return the command of the language server that VS Code's YAML extension runs."""
    node = shutil.which("node")
    if node is None:
        raise NodeError("no Node.js here; .ci/test installs it")
    return [node, str(_found("yaml-language-server/bin/yaml-language-server")), "--stdio"]


def _found(name: str) -> Path:
    path = MODULES / name
    if not path.is_file():
        raise NodeError(f"no {name} here; .ci/test installs it")
    return path
