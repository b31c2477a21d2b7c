"""Owners, dates of review and targets of playbooks."""

from __future__ import annotations

from datetime import date

from tests.flow_playbooks import AUTOMATION, LIFECYCLE, NOUNS, codes, judged


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
