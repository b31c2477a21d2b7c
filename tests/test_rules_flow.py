"""Every rule of the flow family: its examples, what else it finds, and what it leaves alone."""

from __future__ import annotations

import string
from datetime import date
from textwrap import dedent

import pytest

from sopkit import rules
from sopkit.diagnostics import Finding, Rule, Severity
from tests.workspaces import compiled, found

LIFECYCLE = """\
kind: lifecycle
id: newcomers
title: 新客
owner: guide
review_by: 2027-12-31
starts_on: member-joined
targets: [{kpi: replies, target: ≥ 15%}]
"""
AUTOMATION = """\
kind: automation
id: follow-up
title: 跟进
owner: guide
review_by: 2027-12-31
"""
PROCEDURE = """\
kind: procedure
id: work
title: 工作
owner: guide
review_by: 2027-12-31
starts_on: manual
"""
NOUNS = """\
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】您好，有问题随时找我}
data:
  tier: {title: 等级, type: [gold, silver, bronze], category: user.behavior, record: crm, retention: 1y}
  spent: {title: 消费额, type: money, category: user.behavior, record: crm, retention: 1y}
offers:
  gift: {title: 小礼, type: gift, terms: 到店领取}
tags:
  called: {title: 已致电, record: crm}
segments:
  buyers: {title: 买过的人, when: {order-paid: ever}}
---
kind: kpi
id: replies
title: 回复率
owner: guide
review_by: 2027-12-31
unit: percent
better: higher
formula: {share: {customers: {chat-replied: ever}}, of: {customers: {member-joined: ever}}}
per: month
measured_in: bi
"""
UNUSED = "SOP141"


def judged(text: str, head: str = "", *, nouns: str = NOUNS, today: date = date(2026, 7, 1)) -> list[Finding]:
    """Return what is found in a playbook, unused nouns of the shared catalog apart."""
    whole = head + dedent(text) + nouns
    return [one for one in compiled(whole, today).findings if one.rule.code != UNUSED]


def codes(text: str, head: str = "", *, nouns: str = NOUNS) -> list[str]:
    return [f"{one.rule.code}:{one.span.excerpt().splitlines()[0]}" for one in judged(text, head, nouns=nouns)]


# Examples and texts


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_the_bad_example_is_found_and_nothing_else(rule: Rule) -> None:
    assert [place.split()[0] for place in found(rule.bad)] == [rule.code]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_the_good_example_is_clean(rule: Rule) -> None:
    assert found(rule.good) == []


def test_codes_and_names_are_unique_and_in_order() -> None:
    flow = [rule.code for rule in rules.RULES if rule.code < "SOP3"]
    assert flow == [f"SOP{number}" for number in range(201, 201 + len(flow))]
    assert [rule.code for rule in rules.RULES] == sorted({rule.code for rule in rules.RULES})
    assert len({rule.name for rule in rules.RULES}) == len(rules.RULES)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_both_languages_have_the_same_placeholders(rule: Rule) -> None:
    for phrase in (rule.message, rule.fix):
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (phrase.zh, phrase.en)]
        assert names[0] == names[1]
    for phrase in (rule.summary, rule.message, rule.why, rule.fix):
        assert any("\u4e00" <= char <= "\u9fff" for char in phrase.zh)
        assert phrase.en.isascii() or set(phrase.en) - set(string.printable) <= set("“”≥≤–")


# Reaching and leaving


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


# Cycles


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
    assert codes(handing_over(more, step), AUTOMATION) == (["SOP204:hand"] if found_ else [])


# Waits and deadlines


@pytest.mark.parametrize(
    ("wait", "severity"),
    [
        ("wait: order-paid", Severity.WARNING),
        ("wait: [order-paid, {expired: gift}]", None),
        ("wait: order-paid, up_to: 3d", None),
        ("wait: member-joined", Severity.ERROR),
        ("wait: [member-joined, order-paid]", Severity.WARNING),
        ("wait: {alert: replies}", Severity.ERROR),
        ("wait: {every: week, at: [mon 10:00]}", None),
        ("wait: 3d", None),
    ],
)
def test_waits(wait: str, severity: Severity | None) -> None:
    text = f"starts_on: member-joined\nsteps:\n  - {{id: pause, {wait}}}\n  - {{id: give, grant: gift}}\n"
    assert [(one.rule.code, one.weight) for one in judged(text, AUTOMATION)] == (
        [("SOP208", severity)] if severity else []
    )


def test_the_end_of_the_journey_is_a_way_out() -> None:
    text = "starts_on: member-joined\nends_on: account-closed\nsteps:\n  - {id: pause, wait: order-paid}\n"
    assert codes(text, AUTOMATION) == []


def test_transitions_are_a_way_out() -> None:
    text = "stages:\n  hello:\n    steps: [{id: pause, wait: order-paid}]\n    next: [{after: 9d, go: end}]\n"
    assert codes(text, LIFECYCLE) == []


@pytest.mark.parametrize(
    ("timing", "found_"),
    [("", True), (", after: 2h", True), (", after: 1d..2d", False), (", within: 2h", False), (", before: 1d", False), (", every: 7d", False)],  # noqa: E501
)  # fmt: skip
def test_deadlines_of_people(timing: str, found_: bool) -> None:
    text = f"steps:\n  - {{id: call, do: 电话问候, by: guide{timing}}}\n"
    assert codes(text, PROCEDURE) == (["SOP215:call"] if found_ else [])


def test_a_procedure_that_is_due_as_a_whole_sets_the_deadline() -> None:
    assert codes("due: 3d\nsteps:\n  - {id: call, do: 电话问候, by: guide}\n", PROCEDURE) == []


def test_a_tool_needs_no_deadline() -> None:
    assert codes("starts_on: member-joined\nsteps:\n  - {id: mark, tag: called}\n", AUTOMATION) == []


# Touches without a bound

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
    (finding,) = judged(text, AUTOMATION, nouns=OPENED)
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
    assert "follow-up → another → follow-up" in finding.message("en")
    assert (
        judged(
            text.replace("reentry: always\n    steps: [{id: mark", "reentry: after 1d\n    steps: [{id: mark"),
            AUTOMATION,
        )
        == []
    )


# Guards


def fork(*branches: str) -> str:
    lines = [f"      - {{if: {one}, steps: [{{id: do-{n}, tag: called}}]}}\n" for n, one in enumerate(branches)]
    return "starts_on: member-joined\nsteps:\n  - id: fork\n    choose:\n" + "".join(lines)


ELSE = "      - {else: []}\n"


@pytest.mark.parametrize(
    ("text", "found_"),
    [
        (fork("{tier: gold}", "{tier: [silver, bronze]}"), ["SOP210"]),  # nobody knows the tier of some
        (fork("{tier: gold}", "{tier: [silver, bronze]}", "{tier: unknown}"), []),
        (fork("{tier: gold}"), []),
        (fork("{spent: < 100 CNY}", "{spent: ≥ 100 CNY}", "{spent: unknown}"), []),
        (fork("{spent: < 100 CNY}", '{spent: "> 100 CNY"}', "{spent: unknown}"), ["SOP210"]),
        (fork("{order-paid: ever}", "{order-paid: never}"), []),
        (fork("{order-paid: within 30d}", "{order-paid: not within 90d}"), ["SOP210"]),
        (fork("{order-paid: ≥ 2 within 90d}", "{order-paid: within 90d}", "{order-paid: not within 90d}"), []),
        (fork("{spent: ≥ 1000 CNY}", "{spent: ≥ 500 CNY}") + ELSE, []),
        (fork("{spent: ≥ 500 CNY}", "{spent: ≥ 1000 CNY}") + ELSE, ["SOP212"]),
        (fork("{tier: [gold, silver]}", "{tier: [silver, bronze]}") + ELSE, ["SOP211"]),
        (fork("{consent: sms-marketing}", "{consent: wecom-marketing}") + ELSE, []),
        (fork("{spent: 1..5 CNY}", "{spent: 5..9 CNY}") + ELSE, ["SOP211"]),
        (fork("{tag: called}", "{not: {tag: called}}"), []),
        (fork("{all: [{tier: gold}, {tier: bronze}]}", "{tier: gold}") + ELSE, ["SOP213"]),
        (fork("{segment: buyers}", "{order-paid: never}"), []),
    ],
)  # fmt: skip
def test_branches(text: str, found_: list[str]) -> None:
    assert [one.rule.code for one in judged(text, AUTOMATION)] == found_


def test_a_gap_names_a_customer_in_both_languages() -> None:
    (finding,) = judged(fork("{order-paid: within 30d}", "{order-paid: not within 90d}"), AUTOMATION)
    assert "order-paid 30d 内 0 次、90d 内 1 次" in finding.message("zh-CN")
    assert "order-paid 0× within 30d, 1× within 90d" in finding.message("en")


def test_an_inner_choose_may_rely_on_the_outer_branch() -> None:
    text = """\
    starts_on: member-joined
    steps:
      - id: outer
        choose:
          - if: {tier: [gold, silver]}
            steps:
              - id: inner
                choose:
                  - {if: {tier: gold}, steps: [{id: one, tag: called}]}
                  - {if: {tier: silver}, steps: [{id: two, untag: called}]}
          - else: []
    """
    assert codes(text, AUTOMATION) == []


@pytest.mark.parametrize(
    "text",
    [
        "starts_on: member-joined\naudience: {all: [{tag: called}, {not: {tag: called}}]}\nsteps: [{id: m, tag: called}]\n",
        "starts_on: member-joined\nwhile: {order-paid: ever, all: [{order-paid: never}]}\nsteps: [{id: m, tag: called}]\n",
        "starts_on: {event: order-paid, where: {all: [{spent: < 5 CNY}, {spent: ≥ 5 CNY}]}}\nsteps: [{id: m, tag: called}]\n",
        "starts_on: member-joined\nsteps: [{id: m, tag: called, if: {all: [{order-paid: within 7d}, {order-paid: not within 30d}]}}]\n",
        "starts_on: member-joined\nsteps: [{id: m, tag: called, if: {all: [{segment: buyers}, {order-paid: never}]}}]\n",
    ],
)
def test_conditions_that_nobody_meets(text: str) -> None:
    assert [one.rule.code for one in judged(text, AUTOMATION)] == ["SOP213"]


def test_segments_are_checked_where_they_are_declared() -> None:
    nouns = (
        NOUNS
        + "---\nkind: catalog\nsegments:\n  nobody: {title: 没人, when: {all: [{tag: called}, {not: {tag: called}}]}}\n"
    )
    text = "starts_on: member-joined\naudience: nobody\nsteps: [{id: m, tag: called}]\n"
    assert [(one.rule.code, one.subject) for one in judged(text, AUTOMATION, nouns=nouns)] == [
        ("SOP213", "segment/nobody")
    ]


@pytest.mark.parametrize(("via", "found_"), [("group", True), ("mp-notice", False), ("[wecom-chat, group]", True)])
def test_guards_where_nobody_can_be_left_out(via: str, found_: bool) -> None:
    text = f"starts_on: member-joined\nsteps: [{{id: hi, send: hello, via: {via}, for: care, if: {{tag: called}}}}]\n"
    assert [one.rule.code for one in judged(text, AUTOMATION)] == ["SOP214"] * found_


def test_a_branch_is_a_guard_on_what_stands_in_it() -> None:
    text = """\
    starts_on: member-joined
    steps:
      - id: fork
        choose:
          - if: {consent: group-marketing}
            steps: [{id: post, send: hello, via: group, for: care}]
          - else: [{id: chat, send: hello, via: mp-notice, for: care}]
    """
    assert codes(text, AUTOMATION) == ["SOP214:group-marketing"]
    assert codes(text.replace("via: group", "via: mp-notice"), AUTOMATION) == []


@pytest.mark.parametrize(
    ("audience", "first", "found_"),
    [
        ("{tier: [gold, silver]}", "", []),  # at the very start the audience is as it was tested
        ("{tier: [gold, silver]}", "  - {id: rest, wait: 1d}\n", ["SOP210"]),  # the tier may have changed
        ("{tier: [gold, silver]}", "  - {id: call, do: 电话, by: guide, within: 1h}\n", ["SOP210"]),
        ("{tier: [gold, silver]}", "  - {id: mark, untag: called}\n", []),
        ("{tier: gold}", "", []),
        ("members", "", ["SOP210"]),
    ],
)
def test_who_has_just_entered_is_of_the_audience(audience: str, first: str, found_: list[str]) -> None:
    branches = fork("{tier: gold}", "{tier: silver}").partition("steps:\n")[2]
    text = f"starts_on: member-joined\naudience: {audience}\nsteps:\n{first}{branches}"
    assert [one.rule.code for one in judged(text, AUTOMATION)] == found_


def test_what_started_the_journey_has_happened() -> None:
    branches = fork("{order-paid: within 30d}", "{all: [{order-paid: ever}, {order-paid: not within 30d}]}").partition(
        "steps:\n"
    )[2]
    for starts, found_ in (("order-paid", []), ("member-joined", ["SOP210"]), ("[order-paid, manual]", ["SOP210"])):
        text = f"starts_on: {starts}\nsteps:\n  - {{id: rest, wait: 60d}}\n{branches}"
        assert [one.rule.code for one in judged(text, AUTOMATION)] == found_


POSTS = """\
kind: cadence
id: posts
title: 推文
owner: guide
review_by: 2027-12-31
via: CHANNEL
for: follow-feed
audience: AUDIENCE
every: week
at: [tue 10:00]
targets: [{kpi: replies, target: ≥ 15%}]
"""


@pytest.mark.parametrize(
    ("channel", "audience", "expected"),
    [
        ("group", "{consent: wecom-marketing}", ["SOP214"]),
        ("group", "{segment: buyers, consent: wecom-marketing}", ["SOP214"]),
        ("official-account", "{tier: gold}", ["SOP214"]),
        ("group", "{all: [{segment: buyers}, {not: {tag: called}}]}", ["SOP214"]),
        ("group", "buyers", []),  # who is in the group
        ("group", "{segment: buyers}", []),
        ("moments", "{consent: wecom-marketing}", []),  # selects by list
    ],
)
def test_an_audience_cannot_leave_anybody_out_of_a_group(channel: str, audience: str, expected: list[str]) -> None:
    text = POSTS.replace("CHANNEL", channel).replace("AUDIENCE", audience)
    assert [one.rule.code for one in judged(text)] == expected


# What is not settled is no finding and not clean either


def unsettled(text: str, head: str) -> list[tuple[str, str]]:
    compilation = compiled(head + dedent(text) + NOUNS)
    assert [one for one in compilation.findings if one.rule.code != UNUSED] == []
    return [(one.rule.code, one.span.excerpt() if one.span else "") for one in compilation.not_assessed]


HOLIDAY = "{all: [{order-paid: within 3 workdays}, {order-paid: not within 9d}]}"
"""Nobody can say without a calendar of holidays whether anybody meets it."""


@pytest.mark.parametrize(
    ("text", "head", "code"),
    [
        ("starts_on: manual\nsteps:\n  - {id: m, tag: called, if: HOLIDAY}\n", AUTOMATION, "SOP213"),
        ("starts_on: manual\naudience: HOLIDAY\nsteps:\n  - {id: m, tag: called}\n", AUTOMATION, "SOP213"),
        (
            "stages:\n  hello:\n    next:\n      - {when: {order-paid: within 9d}, go: end}\n"
            "      - {when: {order-paid: within 3 workdays}, go: end}\n      - {after: 30d, go: end}\n",
            LIFECYCLE, "SOP207",
        ),
        (
            "stages:\n  hello:\n    next: [{when: {order-paid: not within 9d}, go: again}, {after: 30d, go: end}]\n"
            "  again:\n    next: [{when: {order-paid: within 3 workdays}, go: hello}, {after: 30d, go: end}]\n",
            LIFECYCLE, "SOP204",
        ),
        (
            "starts_on: manual\nsteps:\n  - id: fork\n    choose:\n"
            "      - {if: {order-paid: within 9d}, steps: [{id: a, tag: called}]}\n"
            "      - {if: {order-paid: not within 3 workdays}, steps: [{id: b, tag: called}]}\n",
            AUTOMATION, "SOP210",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_settled_is_said_and_is_no_finding(text: str, head: str, code: str) -> None:
    assert {rule for rule, _ in unsettled(text.replace("HOLIDAY", HOLIDAY), head)} == {code}


def test_equal_branches_are_told_whatever_they_count() -> None:
    text = """\
    starts_on: manual
    steps:
      - id: fork
        choose:
          - {if: {order-paid: "≥ 100 within 365d"}, steps: [{id: a, tag: called}]}
          - {if: {order-paid: "≥ 100 within 365d"}, steps: [{id: b, tag: called}]}
          - {else: []}
    """
    assert [code[:6] for code in codes(text, AUTOMATION)] == ["SOP212"]
    assert (
        codes(text.replace("{id: b", "{id: c").replace("≥ 100 within 365d", "≥ 101 within 365d", 1), AUTOMATION) == []
    )


# Owners, reviews, targets


def test_review_dates_of_other_documents_and_nouns_count_too() -> None:
    text = "starts_on: member-joined\nsteps: [{id: m, tag: called}]\n"
    nouns = NOUNS.replace("title: 已致电,", "title: 已致电, review_by: 2026-06-30,")
    (finding,) = judged(text, AUTOMATION, nouns=nouns)
    assert (finding.rule.code, finding.subject) == ("SOP218", "tag/called")
    assert judged(text, AUTOMATION, nouns=nouns, today=date(2026, 6, 30)) == []


def test_targets_of_a_stage_are_targets() -> None:
    head = LIFECYCLE.replace("targets: [{kpi: replies, target: ≥ 15%}]\n", "")
    stage = "stages:\n  hello:\n    steps: [{id: m, tag: called}]\n    next: [{after: 7d, go: end}]\n"
    assert codes(stage, head) == ["SOP219:newcomers"]
    assert codes(stage + "    targets: [{kpi: replies, target: ≥ 15%}]\n", head) == []


def test_cadences_need_an_owner_a_review_date_and_a_target() -> None:
    text = (
        "kind: cadence\nid: posts\ntitle: 推文\nvia: official-account\nfor: follow-feed\nevery: week\nat: [tue 10:00]\n"
    )
    assert codes(text) == ["SOP216:posts", "SOP217:posts", "SOP219:posts"]


# Consequences are held back


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
