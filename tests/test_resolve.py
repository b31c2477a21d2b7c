"""One mistake, one finding: what only follows from it is held back, and no mistake is passed over in silence."""

from __future__ import annotations

import pytest

from tests.workspaces import SETTINGS, compiled, place

CLEAN = """\
kind: lifecycle
id: care
title: 关怀
owner: guide
review_by: 2027-12-31
starts_on: member-joined
targets: [{kpi: replies, target: ≥ 15%}]
stages:
  first:
    title: 开始
    steps:
      - {id: greet, send: hello, via: sms, for: onboarding}
      - {id: mark, tag: gold}
    next: [{after: 30d, go: second}]
  second:
    title: 继续
    next: [{after: 30d, go: end}]
---
kind: catalog
scripts:
  hello: {title: 问候, text: 您好}
tags:
  gold: {title: 金}
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
FOLLOWER = """\
kind: automation
id: follower
title: 跟进
owner: guide
review_by: 2027-12-31
starts_on: {entered: care/second}
steps: [{id: call, do: 打电话, by: guide, within: 1d}]
"""

MISTAKES = {
    "misspelt key of the playbook": ("stages:", "stage:", "SOP101 play.yaml:8:1"),
    "misspelt key of a stage": ("    steps:", "    stpes:", "SOP101 play.yaml:11:5"),
    "misspelt key that leads on": (
        "    next: [{after: 30d, go: second}]",
        "    nxt: [{after: 30d, go: second}]",
        "SOP101 play.yaml:14:5",
    ),
    "misspelt key of a step": ("tag: gold", "tagg: gold", "SOP101 play.yaml:13:20"),
    "misspelt key of a script": ("text: 您好", "txt: 您好", "SOP101 play.yaml:21:22"),
    "misspelt key that starts it": ("starts_on:", "start_on:", "SOP101 play.yaml:6:1"),
    "misspelt owner": (
        "owner: guide\nreview_by: 2027-12-31\nstarts",
        "onwer: guide\nreview_by: 2027-12-31\nstarts",
        "SOP101 play.yaml:4:1",
    ),
    "misspelt targets": ("targets:", "target:", "SOP101 play.yaml:7:1"),
    "misspelt section": ("scripts:", "scritps:", "SOP101 play.yaml:20:1"),
    "misspelt kind of a playbook": ("kind: lifecycle", "kind: lifecyle", "SOP109 play.yaml:1:7"),
    "misspelt kind of a KPI": ("kind: kpi", "kind: KPI", "SOP109 play.yaml:25:7"),
    "misspelt key id": ("id: replies", "ID: replies", "SOP101 play.yaml:26:1"),
    "misspelt id of a KPI": ("id: replies", "id: repleis", "SOP140 play.yaml:7:17"),
    "misspelt noun": ("  hello:", "  hallo:", "SOP140 play.yaml:12:27"),
    "capital in a noun": ("  gold: {", "  Gold: {", "SOP114 play.yaml:23:3"),
    "blank in an id": ("id: care", "id: Care 1", "SOP114 play.yaml:2:5"),
    "misspelt destination": ("go: second", "go: secnd", "SOP147 play.yaml:14:29"),
    "misspelt stage": ("  second:", "  secnod:", "SOP147 play.yaml:14:29"),
    "misspelt event in a formula": ("chat-replied: ever", "chat-repled: ever", "SOP140 play.yaml:32:31"),
    "misspelt formula": ("{share:", "{shre:", "SOP101 play.yaml:32:11"),
    "a tag for a script": ("send: hello", "send: gold", "SOP140 play.yaml:12:27"),
    "a script for a tag": ("tag: gold", "tag: [gold, hello]", "SOP140 play.yaml:13:32"),
    "one channel of two": ("via: sms", "via: [sms, smss]", "SOP140 play.yaml:12:45"),
    "malformed delay": ("after: 30d, go: second", "after: 30天, go: second", "SOP120 play.yaml:14:20"),
    "comment in a title": ("title: 开始", "title: 开始 #1", "SOP105 play.yaml:10:12"),
    "lost alias": ("{id: mark, tag: gold}", "*nowhere", "SOP050 play.yaml:13:9"),
    "noun twice in one place": (
        "  gold: {title: 金}",
        "  gold: {title: 金}\n  gold: {title: 银}",
        "SOP040 play.yaml:24:3",
    ),
}


def found(files: dict[str, str] | str) -> list[str]:
    return [place(finding) for finding in compiled(files).findings]


def test_the_workspace_is_clean_before_anything_is_wrong() -> None:
    assert found(CLEAN) == []
    assert found({"play.yaml": CLEAN, "follower.yaml": FOLLOWER}) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_found_once(name: str) -> None:
    old, new, expected = MISTAKES[name]
    assert old in CLEAN
    assert found(CLEAN.replace(old, new, 1)) == [expected]


CATALOGS = {
    "misspelt name": (SETTINGS.replace("retail-cn", "retail"), "SOP144 sopkit.yaml:6:8"),
    "misspelt key": (SETTINGS.replace("uses:", "use:"), "SOP101 sopkit.yaml:6:1"),
    "misspelt kind": (SETTINGS.replace("workspace", "workspce"), "SOP109 sopkit.yaml:1:7"),
    "unreadable": (f"{SETTINGS}a: [\n", "SOP027 sopkit.yaml:10:4"),
}


@pytest.mark.parametrize("name", CATALOGS)
def test_names_of_a_catalog_that_is_not_brought_in_are_held_back(name: str) -> None:
    text, expected = CATALOGS[name]
    compilation = compiled({"sopkit.yaml": text, "play.yaml": CLEAN})
    assert [place(finding) for finding in compilation.findings] == [expected]
    assert compilation.held_back > 0


def test_without_a_catalog_the_names_are_asked_for_and_the_catalog_is_offered() -> None:
    compilation = compiled({"sopkit.yaml": SETTINGS.replace("uses: [retail-cn]\n", ""), "play.yaml": CLEAN})
    assert {finding.rule.code for finding in compilation.findings} == {"SOP140"}
    assert all("uses: [retail-cn]" in finding.fix("zh-CN") for finding in compilation.findings)


def test_two_documents_with_one_id_show_both_places() -> None:
    files = {
        "a.yaml": CLEAN,
        "b/c.yaml": FOLLOWER.replace("id: follower", "id: care").replace("{entered: care/second}", "manual"),
    }
    (finding,) = compiled(files).findings
    assert place(finding) == "SOP142 b/c.yaml:2:5"
    assert [(one.span.path, one.span.line, one.span.column) for one in finding.related] == [("a.yaml", 2, 5)]


def test_a_name_of_another_kind_says_what_it_is() -> None:
    (finding,) = compiled(CLEAN.replace("starts_on: member-joined", "starts_on: guide")).findings
    assert finding.message("en") == "the event `guide` is not declared (`guide` is a role)"
    assert finding.message("zh-CN") == "没有声明事件“guide”（“guide”是岗位）"
    assert finding.stub == ""


def test_a_title_is_understood_as_the_id_that_has_it() -> None:
    (finding,) = compiled(
        CLEAN.replace("owner: guide\nreview_by: 2027-12-31\nstarts", "owner: 导购\nreview_by: 2027-12-31\nstarts")
    ).findings
    assert finding.suggestions == ("guide",)


def test_a_name_used_often_is_reported_once_with_its_other_places() -> None:
    (finding,) = compiled(f"{CLEAN}---\n{FOLLOWER}".replace("guide", "giude")).findings
    assert finding.rule.code == "SOP140"
    assert finding.suggestions == ("guide",)
    assert len(finding.related) == 3


def test_what_a_lost_file_may_declare_is_not_asked_for() -> None:
    playbook, catalog, kpi = CLEAN.split("---\n")
    compilation = compiled({"play.yaml": playbook, "catalog.yaml": f"{catalog}x: [\n", "kpi.yaml": kpi})
    assert {finding.span.path for finding in compilation.findings} == {"catalog.yaml"}
    assert compilation.held_back == 2


def test_paths_into_a_refused_playbook_are_held_back() -> None:
    compilation = compiled({"play.yaml": CLEAN.replace("stages:", "stage:"), "follower.yaml": FOLLOWER})
    assert [place(finding) for finding in compilation.findings] == ["SOP101 play.yaml:8:1"]
    assert compilation.held_back > 0


def test_a_noun_is_unused_only_when_nothing_can_mean_it() -> None:
    spare = "\n---\nkind: catalog\nscripts:\n  spare: {title: 备用, text: 您好}\n"
    assert found(CLEAN + spare) == ["SOP141 play.yaml:39:3"]
    assert found(CLEAN.replace("send: hello", "send: sparre") + spare) == [
        "SOP140 play.yaml:12:27",
        "SOP141 play.yaml:21:3",
    ]


def test_a_replaced_noun_is_shown_with_the_one_it_replaces() -> None:
    (finding,) = compiled(f"{CLEAN}---\nkind: catalog\nroles:\n  guide: {{title: 美容顾问, of: shop}}\n").findings
    assert finding.rule.code == "SOP143"
    assert [one.span.path for one in finding.related] == ["sopkit:retail-cn.yaml"]


@pytest.mark.parametrize(
    ("written", "fixed"),
    [
        ("via: smss", "sms"),
        ("via: sms", None),
        ("via: wechat", None),
        ("by: 导购", "guide"),
        ("by: gudie", "guide"),
        ("by: 店小二", None),
    ],
)
def test_only_a_slip_or_a_title_is_mended(written: str, fixed: str | None) -> None:
    """微信 and 企业微信 are alike, and two channels."""
    key, _, name = written.partition(": ")
    others = {"by": "guide", "via": "sms", "within": "1d", key: name}
    step = ", ".join(f"{one}: {other}" for one, other in others.items())
    text = f"kind: automation\nid: hello\ntitle: 欢迎\nstarts_on: member-joined\nsteps:\n  - {{do: 联系, {step}}}\n"
    edits = [fix.edits[0].text for one in compiled(text).findings if one.rule.code == "SOP140" for fix in one.fixes]
    assert edits == ([fixed] if fixed else [])


def test_a_language_that_is_written_wrong_is_one_finding() -> None:
    findings = compiled({"sopkit.yaml": SETTINGS.replace("locale: zh-CN", "locale: zh_CN")}).findings
    assert [one.rule.code for one in findings if one.span.line == 7] == ["SOP119"]


def test_a_name_in_chinese_quotes_is_one_finding() -> None:
    text = "kind: automation\nid: hello\ntitle: 欢迎\nstarts_on: member-joined\nsteps:\n  - {do: 联系, by: “guide”, within: 1d}\n"
    (finding,) = (one for one in compiled(text).findings if one.span.line == 6)
    assert (finding.rule.code, finding.fixes[0].edits[0].text) == ("SOP140", "guide")
