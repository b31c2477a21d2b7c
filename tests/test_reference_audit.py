"""The audit of the reference workspace: every control passes or does not apply, but those that only people can settle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.audit import Audit, Status, audit
from sopkit.audit.judging import BETWEEN_VERSIONS, BY_HAND
from sopkit.reader.files import find_sources
from sopkit.reader.pictures import is_file_in
from sopkit.render.audit.cover import Frame
from sopkit.render.audit.page import report
from sopkit.render.markdown import to_markdown
from sopkit.render.wording.names import Names
from sopkit.source import Source

PLAYBOOKS = Path(__file__).parents[1] / "playbooks"
TODAY = date(2026, 7, 1)
FILES = find_sources(PLAYBOOKS)


def audited(file: str = "", old: str = "", new: str = "") -> Audit:
    """Return the audit of the reference with one edit."""
    sources = []
    for source in FILES.sources:
        assert source.path != file or old in source.text, f"{file} says so no longer"
        edited = source.text.replace(old, new, 1) if source.path == file else source.text
        sources.append(Source(source.path, edited.encode()))
    done = pipeline.compile(sources, packs=FILES.packs, today=TODAY, found=FILES.findings)
    return audit(done, lambda name: is_file_in(PLAYBOOKS, name))


@pytest.mark.long
def test_the_reference_passes_without_a_waiver() -> None:
    made = audited()
    assert made.compilation.waived == ()
    open_ = {one.id: one for one in made.results if one.status not in {Status.PASS, Status.NOT_APPLICABLE}}
    assert {name: one.status for name, one in open_.items()} == dict.fromkeys(
        ("CON03", "CON06", "RET03"), Status.MANUAL
    )
    assert [open_[name].reasons for name in ("CON03", "RET03")] == [(BETWEEN_VERSIONS,), (BY_HAND,)]
    ((_, asking),) = open_["CON06"].looked
    assert "event/wecom-added" in {place.subject for place in asking.doubtful}
    assert "event/member-joined" not in {place.subject for place in asking.doubtful}
    assert made.count(Status.PASS) == 38


@pytest.mark.long
def test_what_a_pass_does_not_show_is_said() -> None:
    made = audited()
    passed = {one.id: one for one in made.results if one.status is Status.PASS}
    assert {name for name, one in passed.items() if not one.depends_on_practice} == {"CON10", "PUR04", "RET01", "SHA03"}
    unchecked = {name: one.unchecked for name, one in passed.items() if one.unchecked}
    second = ("CON08", "XBD03", "WDR06", "AI01", "PRM01", "PRM02", "LNK01")
    assert unchecked == {**dict.fromkeys(second, "S"), "PUR03": "U", "PRM03": "U"}
    assert {passed[name].premises for name in ("CON01", "WDR01", "WDR02")} == {passed["CON01"].premises}
    assert passed["CON01"].premises
    assert all("24h" in passed[name].says[-1][0].en for name in ("CON01", "WDR01", "WDR02", "WDR05"))


@pytest.mark.long
def test_every_number_of_a_statement_is_that_of_its_list() -> None:
    """What a proof counts is what the control lists; where a control has several lists, it is one of them."""
    for one in audited().results:
        listed = {str(len(looked.judged)) for _, looked in one.looked}
        for proof in one.proved:
            assert {found[0] for found in [proof.statement.zh.split(" ")] if found[0].isdigit()} <= listed, one.id


@pytest.mark.long
@pytest.mark.parametrize(
    ("control", "file", "old", "new", "status"),
    [
        (
            "RET02",
            "catalog/compliance.yaml",
            "carries:\n  data: [phone]\n",
            "carries:\n  data: [phone, birthday]\n",
            Status.NOT_ASSESSED,
        ),
        ("PUR02", "procedure/risk.yaml", "    uses: [chat-history]\n", "", Status.NOT_ASSESSED),
        ("AD01", "cadence/community.yaml", "workflow: members-event-run\n", "", Status.NOT_ASSESSED),
        ("AUT01", "cadence/community.yaml", "workflow: members-event-run\n", "", Status.PASS),
        ("AD01", "catalog/scripts-content.yaml", "【广告】本周会员活动现在开始", "本周会员活动现在开始", Status.FAIL),
        ("AD01", "lifecycle/retention-content.yaml", "for: care\n", "for: promotion\n", Status.FAIL),
    ],
)
def test_an_edit_that_undoes_it_is_seen(control: str, file: str, old: str, new: str, status: Status) -> None:
    (one,) = [one for one in audited(file, old, new).results if one.id == control]
    assert one.status is status


@pytest.mark.long
def test_where_two_numbers_of_data_differ_the_report_says_by_which() -> None:
    made = audited()
    page = to_markdown(report(made, Frame((), "sopkit"), Names(made.compilation.workspace, "zh-CN")))
    said = page.partition("## 个人信息处理清单")[2].partition("\n## ")[0]
    (data,) = [one for one in made.populations if one.population.id == "data"]
    kept = {f"data/{one.id}" for one in made.inventory}
    more = [place for place in data.judged if place.subject not in kept]
    assert (f"有{len(data.judged)}项数据：多出的是" in said) == bool(more)
    assert f"剧本用到{len(kept)}项数据" in said


@pytest.mark.long
def test_prices_are_judged_wherever_customers_are_told_apart() -> None:
    (one,) = [one for one in audited().results if one.id == "AUT02"]
    ((_, looked),) = one.looked
    assert {place.subject for place in looked.judged} == {
        "automation/buying-power-page/by-power",
        "automation/tier-message/by-tier",
        "procedure/chat-service/answer",
        "procedure/points-redemption/which",
    }
    assert all(len(place.rests_on) > 1 for place in looked.judged)
