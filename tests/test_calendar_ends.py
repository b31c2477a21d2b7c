"""The first and the last day of the calendar, taken for today: every command that judges looks back and ahead from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.cli import app
from tests.workspaces import write

CADENCE = """\
---
kind: cadence
id: posts
title: 群发
owner: guide
review_by: 2027-12-31
via: sms
format: text
audience: members
for: promotion
every: month
at: [last fri 10:00]
on_holiday: same
standards: [原创]
"""


def workspace(folder: Path) -> str:
    """Return a workspace whose consents, caps and issues are followed through the calendar."""
    text = (Path(__file__).parent / "consent" / "guard-before-a-wait.yaml").read_text("utf-8")
    return str(write(folder, {"sopkit.yaml": text + CADENCE}))


@pytest.mark.long
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("command", ["check", "audit", "build"])
def test_a_day_at_an_end_of_the_calendar_is_a_day(
    command: str, day: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    to = [] if command == "check" else ["-o", str(tmp_path / "out")]
    assert app.main([command, workspace(tmp_path / "w"), "--as-of", day, "--lang", "en", *to]) in (0, 1)
    said = capfd.readouterr()
    assert command == "audit" or f"as of {day}: " in said.out + said.err
