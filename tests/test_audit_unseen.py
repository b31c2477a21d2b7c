"""What an audit must not call kept: data that decide who is reached, erasure that is never come to or in part, words nobody wrote."""

from __future__ import annotations

import pytest

from sopkit.audit import Status
from sopkit.rules.consent_examples import GUARDED_SEND, journey
from sopkit.rules.personal_rules import NEVER_ERASED
from sopkit.rules.sharing_rules import sensitive
from tests.test_audit import of, statuses
from tests.workspaces import compiled

SYNC = """\
---
kind: sync
id: to-map
title: 同步
owner: guide
review_by: 2027-12-31
from: crm
to: {tool}
carries: {{data: [skin]}}
key: member-id
every: day
at: ["02:00"]
takes: 10m..30m
"""
BY_HAND = (
    "  - {id: tell, do: 群发新品消息, via: sms, for: promotion, by: guide, within: 1h, if: {consent: sms-marketing}}\n"
)
POSTS = """\
---
kind: cadence
id: posts
title: 群发
owner: guide
review_by: 2027-12-31
via: sms
format: text
audience: {all: [{segment: members}, {consent: sms-marketing}]}
for: PURPOSE
every: week
at: [tue 10:00]
on_holiday: same
"""


def codes(text: str) -> list[str]:
    return [one.rule.code for one in compiled({"sopkit.yaml": text}).findings]


@pytest.mark.parametrize("asked", ["allergy: known", "all: [{allergy: known}, {consent: skin-care}]"])
def test_sensitive_data_that_decide_who_comes_here_take_a_consent(asked: str) -> None:
    expected = ["SOP510"] if asked.startswith("allergy") else []
    assert "SOP510" not in codes(sensitive())
    free = "  - {id: free, do: 送茶, by: guide, within: 1h}"
    for forked in (
        f"steps:\n  - id: fork\n    choose:\n      - if: {{{asked}}}\n        steps: [{free.strip()[2:]}]\n      - {{else: []}}\n",
        f"audience: {{{asked}}}\nsteps:\n{free}\n",
        f"while: {{{asked}}}\nsteps:\n{free}\n",
    ):
        text = sensitive().replace("steps:\n", forked)
        found = [one for one in codes(text) if one == "SOP510" or one < "SOP2"]
        assert found == expected, text


def test_what_nobody_comes_to_erases_nothing() -> None:
    good, wipe = NEVER_ERASED.good, "  - {id: wipe,"
    assert good.count(wipe) == 1
    assert "SOP534" not in codes(good)
    found = codes(good.replace(wipe, "  - {id: leave, go: end}\n" + wipe))
    assert "SOP202" in found
    assert "SOP534" in found


@pytest.mark.parametrize(("tool", "unseen"), [("map", ["data/skin"]), ("crm", [])])
def test_a_copy_that_nothing_erases_keeps_erasure_from_passing(tool: str, unseen: list[str]) -> None:
    made = of({"sopkit.yaml": NEVER_ERASED.good + SYNC.format(tool=tool)})
    (control,) = [one for one in made.results if one.id == "RET02"]
    subjects = [place.subject for _, looked in control.looked for place in looked.unseen]
    assert [one for one in subjects if one == "data/skin"] == unseen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (journey(GUARDED_SEND), Status.PASS),
        (journey(GUARDED_SEND, BY_HAND.replace("tell", "by-hand")), Status.NOT_ASSESSED),
        (journey(GUARDED_SEND, beside=POSTS.replace("PURPOSE", "promotion")), Status.NOT_ASSESSED),
        (journey(GUARDED_SEND, beside=POSTS.replace("PURPOSE", "care")), Status.PASS),
    ],
)
def test_marketing_in_words_that_nobody_wrote_down_is_not_assessed(text: str, expected: Status) -> None:
    found = statuses(of({"sopkit.yaml": text}))
    assert {found["AD01"], found["WDR03"]} == {expected}


WRITING = """\
---
kind: procedure
id: writing
title: 写群发
owner: guide
review_by: 2027-12-31
starts_on: {issue: any}
for_each: issue
steps:
  - {id: write, do: 按模板写, by: guide, within: 1h, minutes: 5, script: post}
---
kind: catalog
scripts: {post: {title: 群发, text: TEXT}}
"""


@pytest.mark.parametrize(
    ("words", "expected", "found"),
    [
        ("【晨曦】新品到店，客服400-000-0000，拒收请回复T【广告】", Status.PASS, []),
        ("【晨曦】新品到店，客服400-000-0000，拒收请回复T", Status.FAIL, ["SOP601"]),
        ("【晨曦】新品到店，客服400-000-0000【广告】", Status.PASS, ["SOP602"]),
    ],
)
def test_the_words_of_an_issue_are_those_that_its_workflow_writes(
    words: str, expected: Status, found: list[str]
) -> None:
    posts = POSTS.replace("PURPOSE", "promotion") + "workflow: writing\n"
    text = journey(GUARDED_SEND, beside=posts + WRITING.replace("TEXT", words))
    assert [one for one in codes(text) if one.startswith("SOP6")] == found
    assert statuses(of({"sopkit.yaml": text}))["AD01"] is expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("", Status.NOT_ASSESSED),
        ("category: user.nothing.of.it, ", Status.NOT_ASSESSED),
        ("category: user.contact, ", Status.NOT_APPLICABLE),
    ],
)
def test_data_of_no_known_category_may_be_sensitive(category: str, expected: Status) -> None:
    card = f"---\nkind: catalog\ndata:\n  card: {{title: 证件, {category}record: crm, retention: 1y}}\n"
    found = statuses(of({"sopkit.yaml": journey(GUARDED_SEND, beside=card)}))
    assert {found[one] for one in ("SEN01", "SEN02", "SEN03", "MIN01", "MIN03")} == {expected}
