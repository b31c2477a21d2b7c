"""The traps of consent: each bad case of `tests/consent` beside the one edit that mends it, and cases that must be left alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sopkit.cli import app
from sopkit.diagnostics import Finding, Verdict
from sopkit.graph import evidence
from sopkit.pipeline import Compilation
from tests.workspaces import compiled, write

FOLDER = Path(__file__).parent / "consent"
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SEND = "- {id: tell, send: news, via: sms, for: promotion"
GUARD = ", if: {consent: sms-marketing}}"

MENDED: dict[str, tuple[str, str]] = {
    "after-a-withdrawal": (f"{SEND}}}", SEND + GUARD),
    "asked-day-after-day": ("proof:", "again_after: 30d, proof:"),
    "captured-in-another-journey": ("for: promotion}", "for: promotion, if: {consent: mp-suggestion-once}}"),
    "contract-for-a-promotion": ("for: news}", "for: promotion, if: {consent: sms-marketing}}"),
    "copy-half-an-hour-too-old": ('every: day\nat: ["02:00"]', "every: 1h"),
    "expires-before-the-end": ("for: tips}", "for: tips, if: {consent: tips}}"),
    "guard-before-a-wait": (f"{SEND}}}", SEND + GUARD),
    "legitimate-interests-in-china": ("for: news}", "for: promotion, if: {consent: sms-marketing}}"),
    "next-step-unguarded": (
        "again, send: news, via: sms, for: promotion}",
        "again, send: news, via: sms, for: promotion" + GUARD,
    ),
    "no-tool-sees-the-withdrawal": ("口头拒绝}", "口头拒绝, tool: map}"),
    "purpose-without-a-basis": ("for: news}", "for: promotion, if: {consent: sms-marketing}}"),
    "sms-consent-for-wecom": ("if: {consent: sms-marketing}", "if: {consent: wecom-marketing}"),
    "staff-act-days-later": ("within: 3d,", "within: 3d, recheck: wecom,"),
    "withdrawal-a-day-late": ('every: day\nat: ["02:00"]', "every: event"),
}
"""Case → what is replaced by what."""
OF_CONSENT = tuple(f"SOP50{n}" for n in range(1, 10))


def text(case: str) -> str:
    return (FOLDER / f"{case}.yaml").read_text("utf-8")


def run(workspace: str) -> Compilation:
    return compiled({"sopkit.yaml": workspace})


def of_consent(done: Compilation) -> list[Finding]:
    assert not done.not_assessed
    return [one for one in done.findings if one.rule.code in OF_CONSENT]


def codes(workspace: str) -> list[str]:
    return [one.rule.code for one in of_consent(run(workspace))]


def test_each_trap_has_its_mend() -> None:
    assert set(MENDED) == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_one_edit_mends_the_trap(case: str) -> None:
    old, new = MENDED[case]
    workspace = text(case)
    assert workspace.count(old) >= 1
    assert len(codes(workspace)) == 1
    assert codes(workspace.replace(old, new)) == []


@pytest.mark.parametrize("case", CASES)
def test_without_a_jurisdiction_nothing_is_asked(case: str) -> None:
    found = codes(text(case).replace("jurisdictions: [cn]\n", ""))
    assert [code for code in found if code not in ("SOP506", "SOP508")] == []


def test_a_timeline_tells_when_consent_was_seen_when_it_ended_and_when_the_customer_is_contacted() -> None:
    (finding,) = of_consent(run(text("staff-act-days-later")))
    assert finding.verdict is Verdict.VIOLATED
    told = [moment.what.en for moment in finding.timeline]
    assert told[0] == "Joined in the mini-program (member-joined)"
    assert told[-4:] == [
        "“Consent to marketing on WeCom” (wecom-marketing) is seen to be given, and the task goes out",
        "the customer withdraws “Consent to marketing on WeCom” (wecom-marketing): WeCom opt-out (wecom-do-not-disturb)",
        "by now the withdrawal must have taken effect",
        "tell (Marketing, by WeCom one-to-one)",
    ]
    assert [moment.counted for moment in finding.timeline[-2:]] == [False, True]
    assert finding.timeline[-1].at > finding.timeline[-2].at


def test_a_late_withdrawal_tells_by_which_syncs_it_goes() -> None:
    (finding,) = of_consent(run(text("withdrawal-a-day-late")))
    assert finding.subject == "consent/sms-marketing/sms-gateway"
    assert "crm-to-sms" in " ".join(moment.what.en for moment in finding.timeline)
    assert "1 d 31 min" in finding.message("en")


def test_either_of_two_consents_on_either_branch_is_enough() -> None:
    workspace = text("next-step-unguarded").replace("  - {id: pause, wait: 7d}\n", "")
    either = workspace.replace(
        "via: sms, for: promotion}",
        "via: mp-notice, for: personalised-promotion, if: {any: [{consent: profiling}, {consent: mp-suggestion-once}]}}",
    )
    assert codes(either) == []
    assert codes(either.replace("{consent: profiling}", "{tag: in-community}")) == ["SOP501"]


def test_what_a_denied_branch_leaves_is_known_too() -> None:
    fork = """\
  - id: fork
    choose:
      - if: {not: {consent: sms-marketing}}
        steps: [{id: stop, end: true}]
      - else: []
"""
    workspace = (
        text("next-step-unguarded")
        .replace("  - {id: pause, wait: 7d}\n", fork)
        .replace(
            "{id: tell, send: news, via: sms, for: promotion, if: {consent: sms-marketing}}",
            "{id: note, do: 记录, by: guide, within: 1h}",
        )
    )
    assert codes(workspace) == []


def test_posts_to_a_group_rest_on_joining_it() -> None:
    cadence = """\
---
kind: cadence
id: tips
title: 贴士
owner: guide
review_by: 2027-12-31
via: group
for: care
by: guide
every: week
at: [tue 12:00]
"""
    workspace = text("after-a-withdrawal").split("---")[0] + cadence
    assert codes(workspace) == []
    assert codes(workspace.replace("via: group", "via: wecom-mass")) == ["SOP501"]


def test_everything_that_holds_is_said_in_one_line_each() -> None:
    old, new = MENDED["withdrawal-a-day-late"]
    done = run(text("withdrawal-a-day-late").replace(old, new))
    said = {one.rule.code: one.statement.en for one in done.proved if one.rule.code in OF_CONSENT}
    assert set(said) == {"SOP501", "SOP505", "SOP507"}
    assert said["SOP501"].startswith("1 contact rests on consent, on every way; the oldest, of `tell`,")
    assert "takes 31 min" in said["SOP507"]


def test_where_there_are_too_many_ways_a_step_that_asks_itself_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_WAYS", 0)
    old, new = MENDED["guard-before-a-wait"]
    unguarded = text("guard-before-a-wait")
    assert [one.rule.code for one in run(unguarded).not_assessed] == ["SOP501"]
    guarded = run(unguarded.replace(old, new))
    assert not guarded.not_assessed
    assert "SOP501" in {one.rule.code for one in guarded.proved}


def test_the_oldest_is_looked_for_behind_what_brings_more_than_each_step_asks() -> None:
    """A step of a journey that the giving starts has newer evidence than its own question; the oldest is of the other journey."""
    old, new = MENDED["withdrawal-a-day-late"]
    workspace = text("withdrawal-a-day-late").replace(old, new)
    assert _oldest(workspace) == "the oldest, of `tell`, was seen within 31 min before"
    journey = "---\n" + workspace.split("---\n")[1].replace("id: news", "id: late").replace("id: tell", "id: second")
    event = "---\nkind: catalog\nevents:\n  replied: {title: 回复, tool: sms-gateway, at_most: 1 per day, gives: [sms-marketing]}\n"
    started = workspace.replace("starts_on: member-joined\n", "starts_on: replied\n")
    assert _oldest(started + journey + event) == "the oldest, of `second`, was seen within 31 min before"


def _oldest(workspace: str) -> str:
    return next(one.statement.en for one in run(workspace).proved if one.rule.code == "SOP501").partition("; ")[2]


def ending(events: str = "sms-unsubscribed, member-settings-off, account-closed") -> str:
    return text("guard-before-a-wait").replace(
        "starts_on: member-joined\n", f"starts_on: member-joined\nends_on: [{events}]\n"
    )


def test_a_journey_that_every_withdrawal_ends_keeps_what_was_shown_in_it() -> None:
    assert codes(ending()) == []
    (finding,) = of_consent(run(ending("sms-unsubscribed, account-closed")))
    assert finding.rule.code == "SOP504"
    assert any(
        one.what.en.startswith("the customer withdraws") and one.what.en.endswith("(member-settings-off)")
        for one in finding.timeline
    )


def test_an_end_that_the_tool_never_hears_of_keeps_nothing() -> None:
    sync = """\
---
kind: sync
id: opt-outs
title: 退订
owner: guide
review_by: 2027-12-31
from: {FROM}
to: map
carries: {carries: CARRIED}
key: phone
every: 15m
takes: 1m..2m
"""
    both = sync.replace("opt-outs", "from-sms").replace("{FROM}", "sms-gateway") + sync.replace(
        "{FROM}", "mini-program"
    )
    as_events = both.replace("{carries: CARRIED}", "{events: [sms-unsubscribed, member-settings-off, account-closed]}")
    assert [one for one in codes(ending() + as_events) if one == "SOP504"] == []
    as_state = both.replace("{carries: CARRIED}", "{consents: [sms-marketing]}")
    assert "SOP504" in codes(ending() + as_state)


def test_a_journey_begun_by_the_giving_keeps_it_and_one_begun_by_the_end_of_another_does_not() -> None:
    second = text("guard-before-a-wait").partition("steps:\n")[0].partition("---\n")[2]
    asked = ending().replace(
        "          - {id: pause, wait: 3d}\n          - {id: tell, send: news, via: sms, for: promotion}\n",
        "          - {id: note, do: 记录, by: guide, within: 1h}\n",
    )
    second = f"---\n{second}".replace("id: news", "id: after").replace("audience: members\n", "").replace(
        "starts_on: member-joined", "starts_on: {given: sms-marketing}\nends_on: [sms-unsubscribed, member-settings-off, account-closed]"
    ) + "steps:\n  - {id: pause, wait: 3d}\n  - {id: tell, send: news, via: sms, for: promotion}\n"  # fmt: skip
    assert codes(asked + second) == []
    assert codes(asked + second.replace("{given: sms-marketing}", "{ended: news}")) == ["SOP503"]


def many_ways(forks: int) -> str:
    """Return a workspace in which each of some forks waits a different time: every choice of branches is another age of the consent."""
    steps = "".join(
        f"  - id: fork-{n}\n    choose:\n"
        f"      - {{if: {{tag: in-community}}, steps: [{{id: short-{n}, wait: {2 ** (forks - n)}m}}]}}\n"
        f"      - {{else: [{{id: long-{n}, wait: {2 ** (forks - n + 1)}m}}]}}\n"
        for n in range(forks)
    )
    head, _, tail = text("guard-before-a-wait").partition("steps:\n")
    starts = head.replace("starts_on: member-joined", "starts_on: {given: sms-marketing}")
    return (
        f"{starts}steps:\n{steps}  - {{id: tell, send: news, via: sms, for: promotion}}\n---{tail.partition('---')[2]}"
    )


def test_the_bound_on_ways_is_kept_and_what_was_not_settled_is_said() -> None:
    settled = run(many_ways(6))
    assert not settled.not_assessed
    assert [one for one in settled.findings if one.rule.code in OF_CONSENT] == []
    started = time.process_time()
    done = run(many_ways(14))
    assert time.process_time() - started < 20
    (one,) = [one for one in done.not_assessed if one.rule.code == "SOP501"]
    assert one.reason.en == "too many ways lead there to follow them all"
    assert one.span is not None
    assert not [proof for proof in done.proved if proof.rule.code == "SOP501"]


def test_what_was_not_settled_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "many", {"sopkit.yaml": many_ways(14)})
    assert app.main(["check", str(folder), "--lang", "en", "--as-of", "2026-07-01"]) == 1
    said = capsys.readouterr().out
    assert "? not assessed: too many ways lead there to follow them all" in said
    assert "error" not in said


def test_a_giving_of_the_past_is_not_kept_by_the_end_of_the_journey() -> None:
    """The withdrawal may have been heard of before the journey began."""
    fork = "  - {id: fork, choose: [{if: IF, steps: [{id: pause, wait: 3d}, {id: tell, send: news, via: sms, for: tips}]}, {else: []}]}\n"
    past = (
        text("expires-before-the-end")
        .replace(", expires: 30d", "")
        .replace("effective_within: 60d", "effective_within: 48h")
        .replace("starts_on: signed\n", "starts_on: member-joined\nends_on: [sms-unsubscribed]\n")
        .replace("  - {id: pause, wait: 40d}\n  - {id: tell, send: news, via: sms, for: tips}\n", fork)
    )
    assert codes(past.replace("IF", "{consent: tips}")) == []
    assert codes(past.replace("IF", "{signed: within 1d}")) == ["SOP504"]


def test_a_fork_that_some_pass_by_denies_nothing() -> None:
    fork = "  - {id: fork, GUARDchoose: [{if: {not: {consent: sms-marketing}}, steps: [{id: stop, end: true}]}]}\n"
    head, _, tail = text("guard-before-a-wait").partition("steps:\n")
    tell = "  - {id: tell, send: news, via: sms, for: promotion}\n"
    forked = f"{head}steps:\n{fork}{tell}---{tail.partition('---')[2]}"
    assert codes(forked.replace("GUARD", "")) == []
    assert codes(forked.replace("GUARD", "if: {tag: in-community}, ")) == ["SOP501"]
