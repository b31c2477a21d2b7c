"""Branches, conditions that nobody meets, guards where nobody can be left out, and what can't be settled about them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import get_args, get_origin, get_type_hints

import pytest

from sopkit.model.conditions import holders
from sopkit.model.documents import Settings, Workspace
from tests.flow_playbooks import AUTOMATION, LIFECYCLE, NOUNS, UNUSED, codes, judged
from tests.workspaces import compiled


def fork(*branches: str) -> str:
    lines = [f"      - {{if: {one}, steps: [{{id: do-{n}, tag: called}}]}}\n" for n, one in enumerate(branches)]
    return "starts_on: member-joined\nsteps:\n  - id: fork\n    choose:\n" + "".join(lines)


ELSE = "      - {else: []}\n"
FULL_ELSE = "      - {else: [{id: do-last, untag: called}]}\n"


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
        (fork("{tier: gold}", "{not: {tier: gold}}") + FULL_ELSE, ["SOP212"]),
        (fork("{tier: gold}", "{not: {tier: gold}}") + ELSE, []),  # nothing is lost
        (fork("{tier: [gold, silver, bronze]}") + FULL_ELSE, []),  # whose tier is unknown
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


CLASH, FINE = "{all: [{tier: gold}, {tier: silver}]}", "{any: [{tier: gold}, {tier: silver}]}"
START = "starts_on: member-joined\n"
DATUM = """\
---
kind: catalog
data:
  mood:
    title: 情绪
    type: [up, down]
    category: user.behavior
    record: crm
    retention: 1y
    computed: {from: [tier], every: day, at: [01:00], first_of: [{up: WHEN}, {down: else}]}
"""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (START + "audience: WHEN\nsteps: [{id: m, tag: called}]\n", "audience"),
        (START + "while: WHEN\nsteps: [{id: m, tag: called}]\n", "while"),
        ("starts_on: {event: order-paid, where: WHEN}\nsteps: [{id: m, tag: called}]\n", "where"),
        (START + "ends_on: {event: order-paid, where: WHEN}\nsteps: [{id: m, tag: called}]\n", "where"),
        (START + "steps: [{id: m, tag: called, if: WHEN}]\n", "if"),
        (START + "steps: [{id: w, wait: {event: order-paid, where: WHEN}, up_to: 3d}]\n", "where"),
        (START + "steps: [{id: m, tag: called, on: {event: order-paid, where: WHEN}}]\n", "where"),
        (
            START + "steps:\n  - {id: w, wait: order-paid, up_to: 3d, otherwise: [{id: m, tag: called, if: WHEN}]}\n",
            "if",
        ),
        (START + "steps:\n  - {id: f, choose: [{if: WHEN, steps: [{id: m, tag: called}]}, {else: []}]}\n", "if"),
        (START + "steps: [{id: m, tag: called}]\n" + DATUM, "first_of"),
    ],
)
def test_a_clash_is_found_wherever_a_condition_stands(text: str, place: str) -> None:
    (finding,) = judged(text.replace("WHEN", CLASH), AUTOMATION)
    assert (finding.rule.code, finding.span.excerpt()) == ("SOP213", CLASH[len("{all: ") : -1])
    assert f"the condition of `{place}`" in finding.message("en")
    assert judged(text.replace("WHEN", FINE), AUTOMATION) == []


PROCEDURE = """\
kind: procedure
id: visits
title: 回访
owner: guide
review_by: 2027-12-31
starts_on: {event: order-paid, where: WHEN}
for_each: customer
targets: [{kpi: replies, target: ≥ 5%}]
steps: [{id: call, do: 电话, by: guide, within: 1d}]
"""


def test_a_clash_is_found_in_procedures_and_kpis() -> None:
    for wanted, found_ in ((CLASH, ["SOP213"]), (FINE, [])):
        assert [one.rule.code for one in judged(PROCEDURE.replace("WHEN", wanted))] == found_
        nouns = NOUNS.replace("{customers: {chat-replied: ever}}", f"{{customers: {wanted}}}")
        assert nouns != NOUNS
        found = judged(START + "steps: [{id: m, tag: called}]\n", AUTOMATION, nouns=nouns)
        assert [(one.rule.code, one.subject) for one in found] == [(one, "kpi/replies") for one in found_]


ONCE = "---\nkind: catalog\nevents:\n  once: {title: 一次, at_most: 1 per lifetime}\n"


@pytest.mark.parametrize(
    ("test", "found_"),
    [
        ("{once: ≥ 2 within 30d}", True),
        ("{once: ≥ 1 within 30d}", False),
        ("{once: ≤ 1}", False),
        ('{order-paid: "< 0 within 30d"}', True),
        ('{order-paid: "< 1 within 30d"}', False),
        ("{order-paid: ≥ 2 within 30d}", False),
        ("{not: {order-paid: ≥ 0}}", True),
    ],
)
def test_numbers_of_times_that_cannot_be(test: str, found_: bool) -> None:
    nouns = NOUNS + ONCE + f"segments:\n  some: {{title: 有些人, when: {test}}}\n"
    text = START + f"audience: some\nsteps: [{{id: m, tag: called, if: {test}}}]\n"
    found = [one for one in judged(text, AUTOMATION, nouns=nouns) if one.rule.code.startswith("SOP2")]
    assert [one.subject for one in found if one.rule.code == "SOP213"] == [
        "automation/follow-up/m",
        "segment/some",
    ] * found_
    assert len(found) == 2 * found_
    assert all("at_most" in one.related[0].note.en for one in found if "once" in test)


def test_every_part_of_the_model_that_holds_conditions_is_asked() -> None:
    hints = get_type_hints(Workspace)
    kinds = {name: get_args(hint)[1] for name, hint in hints.items() if get_origin(hint) is Mapping}
    asked = {name for name, kind in kinds.items() if holders(kind)}
    assert asked == {"segments", "data", "kpis", "journeys", "cadences", "procedures"}
    assert holders(Settings) == ()


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
