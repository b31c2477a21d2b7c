"""What only follows from another mistake is held back; what does not is told."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.flow_playbooks import AUTOMATION, LIFECYCLE, NOUNS, codes, judged
from tests.workspaces import compiled


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("stages:\n  hello:\n    next: [{after: 7d, go: latr}]\n  later:\n    next: [{after: 7d, go: end}]\n", "SOP147"),
        ("stages:\n  hello:\n    nxt: [{after: 7d, go: end}]\n    steps: [{id: m, tag: called}]\n", "SOP101"),
        ("stages:\n  hello:\n    steps: [{id: c, do: 电话, by: guide, witin: 1d}]\n    next: [{after: 7d, go: end}]\n", "SOP101"),
        ("stages:\n  hello:\n    steps: [{id: c, goo: later}]\n    next: [{after: 7d, go: end}]\n  later: {next: [{after: 7d, go: end}]}\n", "SOP101"),  # noqa: E501
        ("stages:\n  hello:\n    next: [{after: soon, go: later}]\n  later:\n    next: [{after: 7d, go: end}]\n", "SOP120"),
    ],
)  # fmt: skip
def test_what_only_follows_from_a_mistake_is_held_back(text: str, code: str) -> None:
    assert [one.rule.code for one in judged(text, LIFECYCLE)] == [code]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stages:\n  begin:\n    next: [{after: 7d, go: latr}]\n  later:\n    next: [{after: 7d, go: end}]\n", 1),
        ("stages:\n  begin:\n    nxt: [{after: 7d, go: end}]\n  later:\n    next: [{after: 7d, go: end}]\n", 2),
        ("stages:\n  begin:\n    steps: [{id: c, do: 电话, by: guide, witin: 1d}]\n    next: [{after: 7d, go: end}]\n", 1),
        ("stages:\n  begin:\n    steps: [{id: c, do: 电话, by: giude, within: 1d}]\n    next: [{after: 7d, go: end}]\n", 0),
    ],
)  # fmt: skip
def test_what_is_held_back_is_counted(text: str, expected: int) -> None:
    assert compiled(LIFECYCLE + dedent(text) + NOUNS).held_back == expected


def test_what_does_not_follow_is_told_all_the_same() -> None:
    text = """\
    stages:
      hello:
        steps: [{id: c, do: 电话, by: giude, within: 1d}]
        next: [{after: 7d, go: end}]
      later:
        next: [{after: 7d, go: end}]
    """
    assert [code[:6] for code in codes(text, LIFECYCLE)] == ["SOP140", "SOP201"]


def test_a_misspelt_owner_is_one_finding() -> None:
    text = "starts_on: member-joined\nsteps: [{id: m, tag: called}]\n"
    assert [code[:6] for code in codes(text, AUTOMATION.replace("owner: guide", "ownr: guide"))] == ["SOP101"]
