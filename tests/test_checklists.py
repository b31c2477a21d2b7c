"""Checklists of campaigns and of shops: what stands on them, whose they are, and under which name their ticks are kept."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest

from sopkit.model.documents import Workspace
from sopkit.render.calendar import Calendars
from sopkit.render.campaign_checklist import campaign_checklist, campaigns
from sopkit.render.checklist import checklist
from sopkit.render.document import Document, FillIn, Table
from sopkit.render.manual.book import Book, plan
from sopkit.render.marks import plain
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.publication import Request
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.text import Lang
from tests.documents import EDITION, made
from tests.workspaces import TODAY, unjudged

WORKSPACE: Final = """\
kind: workspace
id: demo
title: 示例
owner: lead
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: Asia/Shanghai
holidays: cn
enforce: none
---
kind: catalog
id: people
owner: lead
roles:
  lead: {title: 负责人}
  guide: {title: 导购, of: shop}
  manager: {title: 店长, of: shop}
SHOPS
---
kind: procedure
id: autumn
title: {zh-CN: 秋季活动, en: Autumn}
owner: lead
review_by: 2027-12-31
starts_on: manual
for_each: campaign
objective: 拉动复购
dates: {from: 2026-09-24, to: 2026-09-26}
steps:
  - {id: plan, title: 方案, do: 写方案, by: lead, within: 3 workdays, minutes: 30, checklist: [过审批, 有库存]}
  - {id: run, title: 执行, do: 照方案做, by: manager, within: 5d}
---
kind: procedure
id: opening
title: 开店
owner: lead
review_by: 2027-12-31
starts_on: {every: day, at: ["10:00"]}
for_each: shop
steps:
  - {id: open, title: 开门检查, do: 检查, by: manager, within: 1h}
---
kind: procedure
id: weekly-look
title: 周会
owner: lead
review_by: 2027-12-31
starts_on: {every: week, at: [mon 09:30]}
for_each: period
steps:
  - {id: meet, title: 开周会, do: 开会, by: lead, within: 1h}
---
kind: cadence
id: tips
title: 每周贴士
owner: lead
review_by: 2027-12-31
by: guide
via: group
audience: everyone
for: community-content
every: week
at: [fri 11:00]
"""
TWO_SHOPS: Final = """\
shops:
  east: {title: {zh-CN: 东门店, en: East gate}, address: 东门街1号, hours: "10:00-22:00"}
  west: {title: {zh-CN: 西门店, en: West gate}}"""

CAMPAIGN_SHEETS: Final = Request(kinds=["checklist"], languages=("zh-CN",))


def workspace(shops: str = "") -> Workspace:
    return unjudged(WORKSPACE.replace("SHOPS", shops)).workspace


def book(shops: str = "", lang: Lang = "zh-CN") -> Book:
    declared = workspace(shops)
    return Book(plan(declared), Names(declared, lang))


def tables(document: Document) -> list[Table]:
    return [each for section in document.sections for each in section.blocks if isinstance(each, Table)]


def cells(table: Table) -> list[list[str]]:
    return [[plain(cell) for cell in row] for group in table.groups for row in group.rows]


def campaign(lang: Lang = "zh-CN") -> Document:
    whole = book(lang=lang)
    (procedure,) = campaigns(whole)
    return campaign_checklist(procedure, whole, Calendars(whole.plan, EDITION).found, EDITION)


def test_a_campaign_has_its_steps_with_who_and_when_and_each_point_to_tick() -> None:
    steps, _ = tables(campaign())
    assert cells(steps) == [
        ["作业流程开始后 3 个工作日内", "1. 方案（约 30 分钟）", "负责人"],
        ["", "1 · 过审批", "负责人"],
        ["", "1 · 有库存", "负责人"],
        ["“方案”完成后 5 天内", "2. 执行", "店长"],
    ]
    assert [plain(each.head) for each in steps.columns][-5:] == ["应完成日", "完成", "执行人", "完成时间", "备注"]


def test_each_day_of_a_campaign_says_what_is_published_and_whether_it_is_a_holiday() -> None:
    _, days = tables(campaign())
    assert cells(days) == [
        ["2026-09-24 周四", ""],
        ["2026-09-25 周五 休", "11:00 每周贴士"],
        ["2026-09-26 周六 休", ""],
    ]


def test_where_nothing_is_known_to_be_published_no_column_says_so() -> None:
    whole = book()
    (procedure,) = campaigns(whole)
    _, days = tables(campaign_checklist(procedure, whole, (), EDITION))
    assert cells(days) == [["2026-09-24 周四"], ["2026-09-25 周五 休"], ["2026-09-26 周六 休"]]
    assert plain(days.columns[1].head) == "完成"


def test_no_day_of_a_campaign_is_cut_in_two() -> None:
    with Typesetter(Templates(), TODAY) as typesetter:
        pdf = pypdfium2.PdfDocument(to_pdf(campaign("en"), typesetter))
    said = pdf[0].get_textpage().get_text_range()
    assert {"2026-09-24 Thursday", "2026-09-25 Friday off", "2026-09-26 Saturday off"} <= set(
        re.findall(r"2026-09-2\d \w+day(?: off)?", said)
    )


def test_a_campaign_without_dates_or_of_many_days_has_no_line_for_each() -> None:
    for dates in ("", "dates: {from: 2026-01-01, to: 2026-12-31}\n"):
        text = WORKSPACE.replace("SHOPS", "").replace("dates: {from: 2026-09-24, to: 2026-09-26}\n", dates)
        declared = unjudged(text).workspace
        whole = Book(plan(declared), Names(declared, "en"))
        (procedure,) = campaigns(whole)
        assert len(tables(campaign_checklist(procedure, whole, (), EDITION))) == 1


def test_ticks_of_a_campaign_belong_to_its_run_and_edition() -> None:
    document = campaign()
    assert (document.period, document.begins) == ("run", "2026-09-24")
    assert document.keeps.startswith("sopkit demo campaign-autumn run 2026-07 ")


def shop_sheet(id_: str, shops: str, lang: Lang = "zh-CN") -> Document:
    document = checklist(replace(book(shops, lang), staff=("guide", "manager"), shop=id_), "weekly", EDITION)
    assert document
    return document


def test_a_shop_s_sheet_has_the_work_of_all_who_work_there_and_of_nobody_else() -> None:
    daily, weekly = tables(shop_sheet("", ""))
    assert [what for _, what in cells(daily)] == ["“开店”：开门检查（店长）"]
    assert [what for _, what in cells(weekly)] == ["发布“每周贴士”（导购）"]


def test_a_declared_shop_is_named_and_has_ticks_of_its_own() -> None:
    east, west, any_shop = shop_sheet("east", TWO_SHOPS), shop_sheet("west", TWO_SHOPS), shop_sheet("", "")
    assert [each.title for each in (east, west, any_shop)] == [
        "东门店每周检查清单",
        "西门店每周检查清单",
        "门店每周检查清单",
    ]
    assert len({each.keeps for each in (east, west, any_shop)}) == 3
    assert " shop-east weekly " in east.keeps
    asked = [
        [plain(label) for each in document.sections[0].blocks if isinstance(each, FillIn) for label in each.labels]
        for document in (east, any_shop)
    ]
    assert "门店/部门" not in asked[0]
    assert "门店/部门" in asked[1]


@pytest.mark.parametrize(("shops", "names"), [("", ["all"]), (TWO_SHOPS, ["east", "west"])])
def test_each_campaign_and_shop_gets_files_that_the_index_lists(shops: str, names: list[str]) -> None:
    files = made(workspace(shops), CAMPAIGN_SHEETS)
    sheets = {path for path in files if path.startswith(("checklists/shops/", "checklists/campaigns/"))}
    assert sheets == {
        "checklists/campaigns/autumn.zh-CN.html",
        *(f"checklists/shops/{name}.{period}.zh-CN.html" for name in names for period in ("daily", "weekly")),
    }
    for path in sheets:
        assert f'href="{path}"' in files["index.html"]
    assert not [path for path in made(workspace(shops), Request(roles=("guide",))) if path.count("/") > 1]
