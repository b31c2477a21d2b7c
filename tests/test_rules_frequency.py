"""Touches on triggers without a bound, and runs that pile up."""

from __future__ import annotations

import pytest

from tests.flow_playbooks import AUTOMATION, LIFECYCLE, NOUNS, codes, judged

OPENED = NOUNS + "---\nkind: catalog\nevents:\n  opened: {title: 打开, tool: mini-program}\n"
TOUCH = "steps:\n  - {id: hi, send: hello, via: mp-notice, for: care}\n"


@pytest.mark.parametrize(
    ("more", "found_"),
    [
        ("starts_on: opened\nreentry: always\n" + TOUCH, True),
        ("starts_on: opened\nreentry: always\n" + TOUCH.replace("mp-notice", "service-chat"), False),
        ("starts_on: opened\nreentry: always\n" + TOUCH.replace("care}", "care, cap: {counts: false, reason: 顾客自己要的}}"), False),
        ("starts_on: opened\nreentry: after 7d\n" + TOUCH, False),
        ("starts_on: opened\n" + TOUCH, False),
        ("starts_on: order-paid\nreentry: always\n" + TOUCH, False),
        ("starts_on: opened\nreentry: always\noverlap: false\n" + TOUCH, True),
        ("starts_on: opened\nreentry: always\noverlap: false\n" + TOUCH + "  - {id: rest, wait: 1d}\n", False),
        ("starts_on: member-joined\n" + TOUCH.replace("id: hi", "id: hi, on: opened"), True),
        ("starts_on: member-joined\n" + TOUCH.replace("id: hi", "id: hi, on: order-paid"), False),
        ("starts_on: member-joined\nsteps:\n  - {id: mark, on: opened, tag: called}\n", False),
    ],
)  # fmt: skip
def test_events_without_a_bound(more: str, found_: bool) -> None:
    if "opened" not in more:
        more += "  - {id: note, on: opened, tag: called}\n"
    assert [one.rule.code for one in judged(more, AUTOMATION, nouns=OPENED)] == ["SOP209"] * found_


def test_one_event_to_blame_is_one_finding() -> None:
    second = AUTOMATION.replace("follow-up", "another") + "starts_on: opened\nreentry: always\n" + TOUCH
    text = "starts_on: opened\nreentry: always\n" + TOUCH + "---\n" + second
    (finding,) = (one for one in judged(text, AUTOMATION, nouns=OPENED) if one.rule.code == "SOP209")
    assert [one.span.excerpt() for one in finding.related] == ["opened", "opened"]


def test_a_chain_of_journeys_hands_on_what_has_no_bound() -> None:
    first = "starts_on: opened\nreentry: always\nsteps:\n  - {id: give, grant: gift}\n---\n"
    second = AUTOMATION.replace("follow-up", "another") + "starts_on: {granted: gift}\nreentry: always\n" + TOUCH
    (finding,) = judged(first + second, AUTOMATION, nouns=OPENED)
    assert finding.rule.code == "SOP209"
    assert finding.span.excerpt() == "{granted: gift}"
    limited = OPENED.replace("type: gift,", "type: gift, per_customer: 1 per 30d,")
    assert judged(first + second, AUTOMATION, nouns=limited) == []


@pytest.mark.parametrize(
    ("more", "found_"),
    [
        ("starts_on: order-paid\nreentry: always\nends_on: account-closed\nsteps:\n  - {id: pause, wait: chat-replied}\n", True),
        ("starts_on: order-paid\nreentry: always\nends_on: account-closed\nsteps:\n  - {id: pause, wait: chat-replied, up_to: 9d}\n", False),  # noqa: E501
        ("starts_on: order-paid\nreentry: always\noverlap: false\nends_on: account-closed\nsteps:\n  - {id: pause, wait: chat-replied}\n", False),  # noqa: E501
        ("starts_on: member-joined\nreentry: always\nends_on: account-closed\nsteps:\n  - {id: pause, wait: chat-replied}\n", False),
    ],
)  # fmt: skip
def test_runs_that_pile_up_before_a_touch(more: str, found_: bool) -> None:
    text = more + "  - {id: hi, send: hello, via: mp-notice, for: care}\n"
    assert codes(text, AUTOMATION) == (["SOP209:pause"] if found_ else [])


def test_a_stage_without_a_way_out_by_time_piles_up() -> None:
    head = LIFECYCLE.replace("starts_on: member-joined", "starts_on: order-paid\nreentry: always")
    text = """\
    stages:
      waiting:
        next: [{on: chat-replied, go: greeted}]
      greeted:
        steps: [{id: hi, send: hello, via: mp-notice, for: care}]
        next: [{after: 7d, go: end}]
    """
    assert codes(text, head) == ["SOP209:waiting"]
    assert codes(text.replace("go: greeted}]", "go: greeted}, {after: 9d, go: end}]"), head) == []


@pytest.mark.parametrize(
    ("there", "back", "touch", "found_"),
    [
        ("on: opened", "on: opened", "", True),
        ("on: opened", "when: {tag: called}", "", True),
        ("on: opened", "on: order-paid", "", False),  # as often as orders: a rate
        ("on: opened", "after: 1d", "", False),
        ("on: opened", "on: opened", ", after: 1h", False),  # whoever goes round quickly is not touched
        ("on: opened", "on: opened", ", cap: {counts: false, reason: 顾客自己要的}", False),
    ],
)
def test_going_round_between_stages_on_events_without_a_bound(there: str, back: str, touch: str, found_: bool) -> None:
    text = f"""\
    stages:
      hello:
        next: [{{{there}, go: other}}, {{after: 60d, go: end}}]
      other:
        steps: [{{id: hi, send: hello, via: mp-notice, for: care{touch}}}]
        next: [{{{back}, go: hello}}, {{on: account-closed, go: end}}]
    """
    assert [code[:6] for code in codes(text, LIFECYCLE, nouns=OPENED)] == ["SOP209"] * found_


def test_a_stage_that_stays_bounds_going_round() -> None:
    text = """\
    stages:
      hello:
        stays: at least 1d
        next: [{on: opened, go: other}, {after: 60d, go: end}]
      other:
        steps: [{id: hi, send: hello, via: mp-notice, for: care}]
        next: [{on: opened, go: hello}, {after: 60d, go: end}]
    """
    assert codes(text, LIFECYCLE, nouns=OPENED) == []


def test_journeys_that_start_each_other() -> None:
    text = """\
    starts_on: [order-paid, {ended: another}]
    reentry: always
    steps: [{id: hi, send: hello, via: mp-notice, for: care, after: 1d}]
    ---
    kind: automation
    id: another
    title: 另一个
    owner: guide
    review_by: 2027-12-31
    starts_on: {ended: follow-up}
    reentry: always
    steps: [{id: mark, tag: called}]
    """
    (finding,) = judged(text, AUTOMATION)
    assert finding.rule.code == "SOP209"
    assert "another → follow-up → another" in finding.message("en")
    assert (
        judged(
            text.replace("reentry: always\n    steps: [{id: mark", "reentry: after 1d\n    steps: [{id: mark"),
            AUTOMATION,
        )
        == []
    )
