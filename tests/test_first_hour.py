"""What an operations lead writes in the first hour, and what is said of it: the words to write instead."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding
from tests.workspaces import SETTINGS, compiled

PLAY = """\
kind: automation
id: birthday-wishes
title: 生日祝福
owner: guide
review_by: 2027-12-31
audience: members
starts_on: {date: birthday}
runs_in: map
steps:
  - {do: 打电话, by: guide, within: 1d}
"""
CADENCE = """\
kind: cadence
id: news
title: 群内容
owner: guide
review_by: 2027-12-31
via: group
every: week
at: mon 10:00
"""
MANAGER = "kind: catalog\nroles: {store-manager: {title: 店长, hours: 09:00-18:00}}\n"


def of_play(text: str) -> list[Finding]:
    return [one for one in compiled({"sopkit.yaml": SETTINGS, "play.yaml": text}).findings if one.rule.code < "SOP141"]


@pytest.mark.parametrize(
    ("good", "old", "new", "code", "fix"),
    [
        (PLAY, "{date: birthday}", "birthday", "SOP140", "write `{date: birthday}`"),
        (CADENCE, "every: week", "every: monday", "SOP128", "write `week` here"),
        (MANAGER, "09:00-18:00", "9-18", "SOP124", "write `09:00-18:00` here"),
    ],
)
def test_what_was_meant_is_said(good: str, old: str, new: str, code: str, fix: str) -> None:
    assert of_play(good) == []
    finding = of_play(good.replace(old, new))[0]
    assert finding.rule.code == code
    assert fix in finding.fix("en")
    assert fix.split("`")[1] in finding.fix("zh-CN")
