"""Waivers accept what their rule finds at their place until their day, and those that are amiss are found themselves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.cli import app
from sopkit.diagnostics import Severity
from sopkit.source import Source
from tests.workspaces import SETTINGS, TODAY, compiled, found, sources, write

HEAD = """\
kind: automation
id: welcome
title: 入会欢迎
review_by: 2027-12-31
"""
TAIL = """\
starts_on: member-joined
steps:
  - {id: call, do: 电话欢迎, by: guide, within: 1d}
"""


LEAD = "---\nkind: catalog\nroles: {lead: {title: 运营主管}}\n"


def waiver(
    rule: str = "missing-owner", at: str = "welcome", until: str = "2026-12-31", *, approver: str = "guide"
) -> str:
    return f"waive:\n  - {{rule: {rule}, at: {at}, reason: 下月到岗, approved_by: {approver}, until: {until}}}\n"


def test_a_waiver_accepts_what_it_names() -> None:
    compilation = compiled(HEAD + waiver() + TAIL)
    assert compilation.findings == ()
    (waived,) = compilation.waived
    assert waived.finding.rule.code == "SOP216"
    assert waived.waiver.approved_by is not None
    assert waived.waiver.approved_by.id == "guide"


@pytest.mark.parametrize("rule", ["missing-owner", "Missing-Owner", "SOP216", "sop216"])
def test_a_rule_is_named_by_code_or_name_in_any_case(rule: str) -> None:
    assert found(HEAD + waiver(rule) + TAIL) == []


def test_it_counts_on_its_last_day_and_no_longer_on_the_next() -> None:
    text = HEAD + waiver(until="2026-06-30") + TAIL
    assert found(text, date(2026, 6, 30)) == []
    assert found(text, date(2026, 7, 1)) == ["SOP216 play.yaml:2:5", "SOP901 play.yaml:6:81"]


def test_it_covers_no_other_place_rule_or_document() -> None:
    assert found(HEAD + waiver(at="welcome/call") + TAIL) == ["SOP216 play.yaml:2:5", "SOP902 play.yaml:6:31"]
    assert found(HEAD + waiver("missing-review-date") + TAIL) == ["SOP216 play.yaml:2:5", "SOP902 play.yaml:6:37"]
    other = HEAD.replace("welcome", "other") + TAIL
    assert found({"play.yaml": HEAD + waiver() + TAIL, "z.yaml": other}) == ["SOP216 z.yaml:2:5"]


def test_one_waiver_covers_every_such_finding_at_its_place() -> None:
    steps = "steps:\n  - {id: call, do: 电话欢迎, by: guide}\n  - {id: again, do: 再打, by: guide}\n"
    text = (
        HEAD
        + "owner: guide\n"
        + waiver("person-step-without-deadline", approver="lead")
        + TAIL.split("steps:", maxsplit=1)[0]
        + steps
        + LEAD
    )
    compilation = compiled(text)
    assert compilation.findings == ()
    assert len(compilation.waived) == 2


def test_a_step_alone_can_be_waived() -> None:
    steps = "steps:\n  - {id: call, do: 电话欢迎, by: guide}\n  - {id: again, do: 再打, by: guide}\n"
    text = (
        HEAD
        + "owner: guide\n"
        + waiver("person-step-without-deadline", "call", approver="lead")
        + TAIL.split("steps:", maxsplit=1)[0]
        + steps
        + LEAD
    )
    assert found(text) == ["SOP215 play.yaml:11:10"]


def test_what_cannot_be_read_cannot_be_waived() -> None:
    compilation = compiled(HEAD.replace("title", "titel") + waiver("unknown-key") + TAIL)
    assert [finding.rule.code for finding in compilation.findings] == ["SOP101", "SOP904"]
    assert compilation.waived == ()


def test_a_misspelt_rule_is_found_with_what_was_meant() -> None:
    *_, finding = compiled(HEAD + waiver("missing-ownr") + TAIL).findings
    assert finding.rule.code == "SOP903"
    assert finding.weight is Severity.ERROR
    assert finding.suggestions == ("missing-owner",)
    assert finding.span.excerpt() == "missing-ownr"


def test_in_a_refused_document_no_waiver_counts_as_unused() -> None:
    assert found(HEAD + "x: 1\n" + waiver("dead-end") + TAIL) == ["SOP101 play.yaml:5:1"]


@pytest.mark.parametrize("key", ["rule", "at", "reason", "approved_by", "until"])
def test_every_part_of_a_waiver_is_needed(key: str) -> None:
    text = HEAD + waiver() + TAIL
    line = next(line for line in text.splitlines() if "rule:" in line)
    parts = [part for part in line.strip("- {}").split(", ") if not part.startswith(f"{key}:")]
    compilation = compiled(text.replace(line, f"  - {{{', '.join(parts)}}}"))
    assert "SOP102" in {finding.rule.code for finding in compilation.findings}
    assert compilation.waived == ()


CATALOG = "kind: catalog\nscripts:\n  seen: {title: 到过店, text: 您好}\n"


def codes(text: str) -> set[str]:
    return {finding.rule.code for finding in compiled(text).findings}


@pytest.mark.parametrize("order", [1, -1])
def test_a_catalog_waives_nothing_of_another_document_in_its_file(order: int) -> None:
    documents = (HEAD + TAIL, CATALOG + waiver())
    assert {"SOP216", "SOP902"} <= codes("---\n".join(documents[::order]))
    assert "SOP216" not in codes("---\n".join((HEAD + waiver() + TAIL, CATALOG)[::order]))


DEADLINES = """\
owner: guide
starts_on: member-joined
steps:
  - {id: first, do: 电话欢迎, by: guide}
  - {id: again, do: 再打, by: guide}
"""


@pytest.mark.parametrize(
    ("first", "at", "waived"),
    [
        ("call", "welcome", 2),
        ("call", "automation/welcome", 2),
        ("call", "welcome/call", 1),
        ("call", "automation/welcome/call", 1),
        ("call", "automation", 0),
        ("call", "/", 0),
        ("welcome", "welcome", 1),
        ("welcome", "welcome/welcome", 1),
        ("welcome", "automation/welcome", 2),
        ("automation", "automation", 1),
    ],
)
def test_a_place_is_a_path_below_the_kind_and_a_part_goes_before_the_whole(first: str, at: str, waived: int) -> None:
    steps = DEADLINES.replace("id: first", f"id: {first}")
    compilation = compiled(HEAD + steps.replace("starts_on", waiver("person-step-without-deadline", at) + "starts_on"))
    assert len(compilation.waived) == waived
    left = [one.rule.code for one in compilation.findings]
    assert left.count("SOP215") == 2 - waived
    assert left.count("SOP902") == (waived == 0)


CADENCE = """\
---
kind: cadence
id: posts
title: 群发
owner: guide
review_by: 2027-12-31
WAIVE
via: sms
format: text
audience: members
for: promotion
every: week
at: [tue 10:00]
on_holiday: same
standards: [原创]
"""


@pytest.mark.parametrize("at", ["posts", "cadence/posts", "issue/posts"])
def test_what_is_found_of_the_issues_of_a_cadence_is_waived_in_it(at: str) -> None:
    text = uncovered("overdue-review") + CADENCE
    assert "SOP501" in {one.rule.code for one in compiled({"sopkit.yaml": text.replace("WAIVE\n", "")}).findings}
    waived = compiled({"sopkit.yaml": text.replace("WAIVE\n", waiver("contact-without-consent", at))})
    assert [one.finding.subject for one in waived.waived] == ["issue/posts"]
    assert "posts" not in {str(one.args["place"]) for one in waived.findings if one.rule.code == "SOP902"}


WAIVE = (
    "waive: [{rule: RULE, at: tell, reason: 试点, approved_by: guide, until: 2026-12-31}]\nstarts_on: member-joined\n"
)


def uncovered(rule: str = "stale-consent") -> str:
    """Return a workspace that sends on a consent seen three days before, a critical matter of Chinese law, and waives that."""
    text = (Path(__file__).parent / "consent" / "guard-before-a-wait.yaml").read_text("utf-8")
    return text.replace("starts_on: member-joined\n", WAIVE.replace("RULE", rule))


def test_what_is_critical_stays_open_and_names_its_waiver() -> None:
    compilation = compiled({"sopkit.yaml": uncovered()})
    (waived,) = compilation.waived
    (finding,) = [one for one in compilation.findings if one.weight is Severity.ERROR]
    assert waived.critical
    assert waived.finding is finding
    assert finding.rule.code == "SOP504"
    assert finding.related[-1].span.excerpt().startswith("{rule: stale-consent")
    (useless,) = [one for one in compilation.findings if one.rule.code.startswith("SOP9")]
    assert useless.rule.code == "SOP913"
    assert useless.span.excerpt() == "guide"
    assert "nobody's approval counts" in useless.message("en")
    assert "mend what is found and delete the waiver" in useless.fix("en")


def test_without_a_jurisdiction_that_calls_it_critical_the_same_waiver_holds() -> None:
    own = "kind: pack\nid: house\ntitle: 制度\ncontrols: {WDR02: {severity: high}}\n"
    text = uncovered().replace("jurisdictions: [cn]\n", "").replace("approved_by: guide", "approved_by: lead") + LEAD
    sources_ = sources({"sopkit.yaml": text})
    compilation = pipeline.compile(sources_, today=TODAY, packs=[Source("packs/house.yaml", own.encode())])
    (waived,) = compilation.waived
    assert not waived.critical
    assert compilation.findings == ()


UNREVIEWED = HEAD.replace("review_by: 2027-12-31\n", "")
SCRIPT = """\
kind: catalog
scripts:
  hi: {title: 问候, advertising: true, text: 您好}
OWNER
waive: [{rule: unlabelled-advertising, at: script/hi, reason: 下月启用, approved_by: guide, until: 2026-12-31}]
"""
LATE = TAIL.replace(", within: 1d", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UNREVIEWED + "owner: lead\n" + waiver("missing-review-date", approver="lead") + TAIL + LEAD, ["SOP913"]),
        (UNREVIEWED + "owner: lead\n" + waiver("missing-review-date") + TAIL + LEAD, []),
        (HEAD + waiver("person-step-without-deadline", "call") + LATE, ["SOP913"]),
        (HEAD + waiver("person-step-without-deadline", "call", approver="lead") + LATE + LEAD, []),
        (SCRIPT.replace("OWNER\n", ""), []),
        (SCRIPT.replace("OWNER", "owner: guide"), ["SOP913"]),
        (SCRIPT.replace("OWNER\n", "").replace("title: 问候", "title: 问候, owner: guide"), ["SOP913"]),
    ],
)
def test_nobody_approves_an_exception_of_their_own(text: str, expected: list[str]) -> None:
    """Not who answers for the document or the noun, and not who does the step; another may."""
    done = compiled({"sopkit.yaml": SETTINGS + "jurisdictions: [cn]\n", "play.yaml": text})
    findings = [one for one in done.findings if one.rule.code.startswith("SOP9")]
    assert len(done.waived) == 1
    assert [one.rule.code for one in findings] == expected
    assert all(one.weight is Severity.WARNING for one in findings)


def test_an_expired_waiver_of_what_is_critical_is_not_to_be_approved_again() -> None:
    past = uncovered().replace("until: 2026-12-31", "until: 2026-01-31")
    (expired,) = [one for one in compiled({"sopkit.yaml": past}).findings if one.rule.code == "SOP901"]
    assert "no approval counts: it must be mended" in expired.fix("en")
    assert "approve it again" not in expired.fix("en")
    (other,) = [one for one in compiled(HEAD + waiver(until="2026-01-31") + TAIL).findings if one.rule.code == "SOP901"]
    assert "have `guide` approve it again and move `until`" in other.fix("en")


@pytest.mark.parametrize("written", ["reason: ", 'reason: ""', "reason:  # later"])
def test_a_reason_that_was_emptied_is_to_be_filled_in_and_never_removed(written: str) -> None:
    """Without the key the same waiver would lack what it must have."""
    text = (
        HEAD
        + "waive:\n  - rule: SOP217\n    at: welcome\n    REASON\n    approved_by: guide\n    until: 2026-12-31\n"
        + TAIL
    )
    (finding,) = [one for one in compiled(text.replace("REASON", written)).findings if one.rule.code == "SOP111"]
    assert finding.fix("en") == "fill in a text"
    (missing,) = [one for one in compiled(text.replace("    REASON\n", "")).findings if one.rule.code == "SOP102"]
    assert "reason" in missing.message("en")


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_critical_waiver_changes_neither_the_exit_code_nor_what_is_shown(
    lang: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = str(write(tmp_path, {"sopkit.yaml": uncovered()}))
    assert app.main(["check", folder, "--as-of", "2026-07-01", "--lang", lang]) == 1
    printed = capfd.readouterr().out
    assert "SOP504" in printed
    assert {"en": "1 waived, 1 of them critical", "zh-CN": "1 个已豁免（其中 1 个严重"}[lang] in printed
    assert app.main(["check", folder, "--as-of", "2026-07-01", "--format", "json"]) == 1
    data = json.loads(capfd.readouterr().out)
    assert [(one["code"], one["state"], one["waiver"]["until"]) for one in data["findings"] if one["waiver"]] == [
        ("SOP504", "waived", "2026-12-31")
    ]
    assert (data["counts"]["error"], data["counts"]["waived"]) == (1, 1)
