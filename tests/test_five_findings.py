"""Five mistakes in one workspace are five findings, each at its place, and none besides."""

from __future__ import annotations

from tests.workspaces import found

FILES = {
    "journey.yaml": """\
        kind: lifecycle
        id: newcomers
        title: 新客
        owner: lead
        review_by: 2027-03-31
        audience: members
        starts_on: member-joined
        runs_in: map
        stages:
          hello:
            title: 欢迎
            steps:
              - {id: greet, send: greeting, via: sms, for: onboarding, witin: 1h}
              - {id: call, do: 电话问候, by: giude, within: 2d}
            targets: [{kpi: replies, target: ≥ 15%}]
            next:
              - {after: 7d, go: end}
          later:
            title: 之后
            next:
              - {after: 7d, go: end}
        """,
    "nouns.yaml": """\
        kind: catalog
        roles:
          lead: {title: 主管}
        scripts:
          greeting:
            title: 欢迎语 #晨曦
            text: 【晨曦】您好，欢迎入会，拒收请回复R
        """,
    "kpi.yaml": """\
        kind: kpi
        id: replies
        title: 回复率
        owner: lead
        review_by: 2027-03-31
        unit: percent
        better: higher
        formula: {share: {customers: {chat-replied: ever}}, of: {customers: {member-joined: ever}}}
        per: month
        measured_in: bi
        ---
        kind: kpi
        id: replies
        title: 又一个回复率
        owner: lead
        review_by: 2027-03-31
        unit: percent
        better: higher
        formula: {count: {events: chat-replied}}
        per: month
        measured_in: bi
        """,
}


def test_each_mistake_is_found_once_at_its_place() -> None:
    assert sorted(place.split(" ", 1)[1] for place in found(FILES)) == [
        "journey.yaml:13:64",
        "journey.yaml:14:34",
        "journey.yaml:18:3",
        "kpi.yaml:13:5",
        "nouns.yaml:6:12",
    ]


def test_their_codes_differ() -> None:
    assert len({place.split(" ", 1)[0] for place in found(FILES)}) == 5
