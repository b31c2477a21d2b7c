"""What tests of the commands share: a good workspace and a misspelt one, how they are written, how a command line is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sopkit.cli import app
from tests.workspaces import SETTINGS, Files, write

Write = Callable[[Files | str], Path]
Run = Callable[..., tuple[int, str, str]]

GOOD = """\
kind: automation
id: thanks
title: 下单感谢
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [order-paid]
runs_in: map
steps:
  - {id: thank, send: thanks-sms, via: sms, for: transaction, within: 1h}
---
kind: catalog
scripts:
  thanks-sms: {title: 感谢短信, text: "【示例】谢谢下单，客服400-000-0000"}
"""
MISSPELT = GOOD.replace("starts_on", "start_on").replace("owner: guide", "owner: guid")


CAPPED = SETTINGS + "caps: [{id: daily, max: 3, per: day}]\n"
"""Without a cap, how often customers are touched is not assessed."""

UNSETTLED = GOOD.replace(
    "steps:\n",
    "steps:\n"
    "  - id: fork\n"
    "    choose:\n"
    "      - {if: {order-paid: within 9d}, steps: [{id: a, do: 电话, by: guide, within: 1d}]}\n"
    "      - {if: {order-paid: within 3 workdays}, steps: [{id: b, do: 电话, by: guide, within: 1d}]}\n"
    "      - {else: []}\n",
)
"""Whether the second branch is ever taken hangs on holidays."""


def writer(tmp_path: Path) -> Write:
    """Return a function that writes files into a fresh workspace that has a cap."""

    def write_capped(given: Files | str) -> Path:
        named = {"play.yaml": given} if isinstance(given, str) else dict(given)
        return write(tmp_path / "workspace", {"sopkit.yaml": CAPPED, **named})

    return write_capped


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command line in this process: (exit code, out, err)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(["--as-of", "2026-07-01", *map(str, arguments)])
        return code, *capfd.readouterr()

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
