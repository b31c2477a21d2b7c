"""Stages and steps that nobody reaches or leaves, and steps that are passed by."""

from __future__ import annotations

import pytest

from tests.flow_playbooks import AUTOMATION, LIFECYCLE, PROCEDURE, codes, judged


def test_a_chain_of_stages_is_reported_where_it_is_cut_off() -> None:
    text = """\
    stages:
      hello:
        next: [{after: 7d, go: end}]
      lost:
        steps: [{id: leave, go: end}, {id: never, tag: called}]
        next: [{after: 7d, go: also-lost}]
      also-lost: {}
    """
    assert codes(text, LIFECYCLE) == ["SOP201:lost", "SOP201:also-lost"]


def test_of_steps_behind_a_jump_only_the_first_is_reported() -> None:
    text = """\
    stages:
      hello:
        steps:
          - {id: leave, go: end}
          - {id: first, tag: called}
          - {id: second, untag: called}
        next: [{after: 7d, go: end}]
    """
    assert codes(text, LIFECYCLE) == ["SOP202:first"]


def test_a_choose_whose_branches_all_leave_cuts_off_what_follows() -> None:
    text = """\
    starts_on: member-joined
    steps:
      - id: fork
        choose:
          - if: {tier: gold}
            steps: [{id: out, go: end}]
          - else: [{id: out-too, end: true}]
      - {id: never, tag: called}
    """
    assert codes(text, AUTOMATION) == ["SOP202:never"]


def test_a_guarded_jump_lets_others_pass() -> None:
    text = """\
    starts_on: member-joined
    steps:
      - {id: out, go: end, if: {tier: gold}}
      - {id: mark, tag: called}
    """
    assert codes(text, AUTOMATION) == []


def test_a_step_that_is_due_after_the_stage_ends_never_comes() -> None:
    text = """\
    stages:
      hello:
        steps:
          - {id: soon, tag: called, after: 2d}
          - {id: too-late, untag: called, after: 1d..5d}
          - {id: later-still, tag: called, after: 1h}
          - {id: weekly, every: 7d, untag: called}
          - {id: daily, every: 1d, untag: called}
        next: [{on: chat-replied, go: end}, {after: 72h, go: end}]
    """
    assert codes(text, LIFECYCLE) == ["SOP202:too-late", "SOP202:weekly"]


def test_a_step_that_may_be_in_time_is_left_alone() -> None:
    text = """\
    stages:
      hello:
        steps:
          - {id: anchored, tag: called, after: 71h, since: stage}
          - {id: bought, wait: order-paid, up_to: 14d}
          - {id: mark, untag: called}
        next: [{after: 72h, go: end}]
    """
    assert codes(text, LIFECYCLE) == []


def test_stages_that_follow_a_datum_need_no_next() -> None:
    text = """\
    follows: tier
    stages:
      gold: {steps: [{id: mark, tag: called}]}
      silver: {}
      bronze: {}
    """
    assert codes(text, LIFECYCLE) == []


def test_a_stage_that_a_step_leaves_is_no_dead_end() -> None:
    text = """\
    stages:
      hello:
        steps: [{id: mark, tag: called}, {id: out, go: end}]
    """
    assert codes(text, LIFECYCLE) == []


def test_required_steps_may_be_cut_short_by_events_but_not_by_jumps_or_time() -> None:
    text = """\
    stages:
      hello:
        steps:
          - {id: in-time, do: 电话问候, by: guide, within: 2d, required: true}
          - {id: too-slow, do: 再次电话, by: guide, within: 2d, required: true}
        next: [{on: order-paid, go: end}, {after: 3d, go: end}]
    """
    assert codes(text, LIFECYCLE) == ["SOP205:too-slow"]


def test_a_required_step_in_a_branch_is_required_there() -> None:
    text = """\
    starts_on: member-joined
    steps:
      - id: fork
        choose:
          - if: {tier: gold}
            steps: [{id: call, do: 电话问候, by: guide, within: 1d, required: true}]
          - else: [{id: out, go: end}]
      - {id: mark, tag: called}
    """
    assert codes(text, AUTOMATION) == []


def test_a_timeout_that_leaves_passes_a_required_step_by() -> None:
    text = """\
    starts_on: member-joined
    steps:
      - {id: bought, wait: order-paid, up_to: 14d, otherwise: [{id: out, go: end}]}
      - {id: thank, do: 电话致谢, by: guide, within: 1d, required: true}
    """
    assert codes(text, AUTOMATION) == ["SOP205:thank"]


def test_a_procedure_may_go_back_before_a_required_step() -> None:
    text = """\
    steps:
      - {id: draft, do: 起草, by: guide, within: 1d}
      - {id: again, go: draft, if: {tier: gold}}
      - {id: review, approve: draft, by: guide, within: 1d, if_rejected: draft, required: true}
      - {id: sign, do: 签字, by: guide, within: 1d, required: true}
    """
    assert codes(text, PROCEDURE) == []


def test_a_jump_ahead_passes_a_required_step_by() -> None:
    text = """\
    steps:
      - {id: skip, go: sign, if: {tier: gold}}
      - {id: review, do: 审核, by: guide, within: 1d, required: true}
      - {id: sign, do: 签字, by: guide, within: 1d}
    """
    assert codes(text, PROCEDURE) == ["SOP205:review"]


@pytest.mark.parametrize(
    ("entries", "shadowed"),
    [
        ("[{after: 3d, go: end}, {after: 3d, go: end}]", True),
        ("[{after: 72h, go: end}, {after: 3d, go: end}]", True),
        ("[{after: 7d, go: end}, {after: 3d, go: end}]", False),
        ("[{on: order-paid, go: end}, {on: [order-paid], go: end}]", True),
        ("[{on: order-paid, go: end}, {on: {event: order-paid, where: {spent: ≥ 9 CNY}}, go: end}]", True),
        ("[{on: {event: order-paid, where: {spent: ≥ 9 CNY}}, go: end}, {on: order-paid, go: end}]", False),
        ("[{on: {event: order-paid, where: {spent: ≥ 9 CNY}}, go: end}, {on: {event: order-paid, where: {spent: ≥ 10 CNY}}, go: end}]", True),  # noqa: E501
        ("[{on: order-paid, go: end}, {on: [order-paid, chat-replied], go: end}]", False),
        ("[{when: {tier: [gold, silver]}, go: end}, {when: {tier: silver}, go: end}]", True),
        ("[{when: {tier: silver}, go: end}, {when: {tier: [gold, silver]}, go: end}]", False),
        ("[{when: {any: [{tag: called}, {not: {tag: called}}]}, go: end}, {after: 3d, go: end}]", True),
        ("[{on: {becomes: {tier: gold}}, go: end}, {on: {becomes: {tier: silver}}, go: end}]", False),
    ],
)  # fmt: skip
def test_transitions_that_earlier_ones_forestall(entries: str, shadowed: bool) -> None:
    text = f"stages:\n  hello:\n    steps: [{{id: mark, tag: called}}]\n    next: {entries}\n"
    assert [one.rule.code for one in judged(text, LIFECYCLE)] == ["SOP207"] * shadowed
