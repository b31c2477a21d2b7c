"""Ways round that take no time, within a playbook and between playbooks."""

from __future__ import annotations

import pytest

from tests.flow_playbooks import AUTOMATION, LIFECYCLE, codes, judged


def test_a_cycle_shows_its_way_and_its_places() -> None:
    text = """\
    stages:
      hello:
        next: [{when: {tier: gold}, go: middle}, {after: 7d, go: end}]
      middle:
        next: [{when: {tier: [gold, silver]}, go: last}, {after: 7d, go: end}]
      last:
        steps: [{id: back, go: hello}]
    """
    (finding,) = judged(text, LIFECYCLE)
    assert finding.rule.code == "SOP204"
    assert "hello → middle → last → back → hello" in finding.message("en")
    assert [one.span.excerpt().splitlines()[0] for one in finding.related] == [
        "middle",
        "last",
        "{id: back, go: hello}",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("when: {tier: gold}", "when: {tier: silver}"),
        ("when: {tier: gold}", "on: order-paid"),
        ("when: {tier: gold}", "after: 1h"),
        ("when: {in: newcomers/hello}", "when: {tier: gold}"),
    ],
)
def test_cycles_that_nobody_can_go_round_at_once(first: str, second: str) -> None:
    text = f"""\
    stages:
      hello:
        next: [{{{first}, go: other}}, {{after: 7d, go: end}}]
      other:
        next: [{{{second}, go: hello}}, {{on: chat-replied, go: end}}]
    """
    assert codes(text, LIFECYCLE) == []


def test_a_cycle_ends_where_a_step_changes_what_its_guard_asks() -> None:
    text = """\
    stages:
      hello:
        steps:
          - {id: mark, tag: called}
          - {id: out, go: other, if: {not: {tag: called}}}
        next: [{after: 7d, go: end}]
      other:
        steps: [{id: back, go: hello}]
    """
    assert codes(text, LIFECYCLE) == []


def test_a_stage_that_stays_takes_time() -> None:
    text = """\
    stages:
      hello:
        stays: at least 7d
        next: [{when: {tier: gold}, go: other}, {after: 8d, go: end}]
      other:
        next: [{when: {tier: gold}, go: hello}, {after: 8d, go: end}]
    """
    assert codes(text, LIFECYCLE) == []


def test_two_ways_between_the_same_stages_are_both_tried() -> None:
    text = """\
    stages:
      hello:
        next: [{when: {tier: silver}, go: other}, {when: {tier: gold}, go: other}, {after: 8d, go: end}]
      other:
        next: [{when: {tier: gold}, go: hello}, {after: 8d, go: end}]
    """
    assert codes(text, LIFECYCLE) == ["SOP204:hello"]


def handing_over(more: str, step: str) -> str:
    other = AUTOMATION.replace("follow-up", "another") + f"starts_on: order-paid\nreentry: always\nsteps:\n{step}"
    first = f"starts_on: order-paid\n{more}steps:\n  - {{id: mark, tag: called}}\n  - {{id: hand, start: another}}\n"
    return f"{first}---\n{other}"


BACK = "  - {id: back, start: follow-up}\n"


@pytest.mark.parametrize(
    ("more", "step", "found_"),
    [
        ("reentry: always\n", BACK, True),
        ("reentry: always\n", "  - {id: rest, wait: 1h}\n" + BACK, False),
        ("reentry: always\n", "  - {id: call, do: 电话, by: guide, within: 1d}\n" + BACK, False),
        ("reentry: always\n", BACK.replace("}", ", if: {tier: gold}}"), False),  # may well be untrue the next time
        ("reentry: always\noverlap: false\n", BACK, False),  # the second start is refused
        ("", BACK, False),  # once in a lifetime
        ("reentry: after 1d\n", BACK, False),
    ],
)
def test_playbooks_that_start_each_other_at_once(more: str, step: str, found_: bool) -> None:
    assert codes(handing_over(more, step), AUTOMATION) == (["SOP204:back"] if found_ else [])
