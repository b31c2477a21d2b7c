"""The data inventory and its vocabulary: what is collected, used, carried and kept, and what nobody can name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import pytest

from sopkit.diagnostics import Finding
from sopkit.law.vocabulary import (
    BY_KEY,
    CATEGORIES,
    USES,
    is_of_children,
    is_sensitive,
    nearest_categories,
    nearest_use,
)
from sopkit.render.data_inventory import HEADS, inventory_csv, inventory_document
from sopkit.render.document import Facts
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import plain
from sopkit.render.wording.names import Names
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.examples import UNDER_LAW
from sopkit.rules.inventory import Entry, inventory
from sopkit.text import LANGS, Lang
from tests.workspaces import compiled

PLAY = """\
kind: automation
id: follow-up
title: 跟进
owner: guide
review_by: 2027-12-31
starts_on: told
runs_in: crm
steps:
  - {id: call, do: 电话问候, by: guide, within: 1d, if: {any: [{segment: sore}, {shade: fair}]}}
  - {id: write, send: news, via: sms, for: onboarding, within: 1d}
  - {id: wipe, erase: [allergy], in: [crm]}
---
kind: catalog
events: {told: {title: 登记, tool: crm, at_most: 1 per lifetime}}
segments: {sore: {title: 易敏, when: {allergy: known}}}
scripts: {news: {title: 通知, text: "【示例】{customer.nickname|您好}，有问题随时找我"}}
data:
  allergy: {title: 过敏史, category: user.health_and_medical, record: crm, retention: 1y, collected_by: [told]}
  shade: {title: 肤色, type: [fair, dark], category: user.demographic, record: crm, retention: 180d, computed: {from: [allergy]}}
  hobby: {title: =爱好, record: crm, retention: 1y, collected_by: [told]}
  mail: {title: 邮箱, category: user.contact.mail, record: crm, retention: 1y, collected_by: [told]}
  ward: {title: 病房, record: crm, retention: 1y, collected_by: [told]}
tools: {desk: {title: 香港服务台, owner: guide, relation: controller, hosted_in: hk}, back: {title: 后台, owner: guide, hosted_in: sg}}
purposes:
  visit: {title: 到港护理, category: service, basis: consent, data: [phone]}
consents:
  going: {title: 到港同意, channels: [sms], purposes: [visit], data: [phone], withdrawn_by: [told], effective_within: 24h}
---
kind: kpi
id: wards
title: 病房分布
owner: guide
review_by: 2027-12-31
formula: {count: {customers: {ward: known}}}
per: month
---
kind: sync
id: to-hk
title: 同步到香港
from: crm
to: desk
carries: {data: [phone]}
consent: going
every: day
at: ["03:00"]
---
kind: sync
id: on
title: 继续
from: desk
to: back
carries: {data: [phone]}
every: day
at: ["04:00"]
---
kind: sync
id: to-bi
title: 同步
from: crm
to: bi
carries: {data: [allergy]}
every: day
at: ["02:00"]
"""


@pytest.fixture(name="entries", scope="module")
def entries_() -> dict[str, Entry]:
    done = compiled(PLAY)
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    return {one.id: one for one in inventory(case)}


def test_the_vocabulary_is_whole() -> None:
    assert len(CATEGORIES) == len(BY_KEY) >= 40
    assert len({one.key for one in USES}) == len(USES) >= 20
    for one in (*CATEGORIES, *USES):
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)*", one.key)
        assert re.search(r"[\u4e00-\u9fff]|^IP|^Cookie", one.title.zh)
        assert not re.search(r"[\u4e00-\u9fff]", one.title.en)
        assert any(name.isascii() for name in one.names) or any(not name.isascii() for name in one.names)


@pytest.mark.parametrize(
    ("key", "sensitive"),
    [
        ("user.health_and_medical", True), ("user.health_and_medical.allergy", True), ("user.childrens", True),
        ("user.location.precise", True), ("user.location", False), ("user.contact.phone_number", False), ("user.nonsense", False),
        (None, False), ("user.financial.credit_card", True),
    ],
)  # fmt: skip
def test_what_is_sensitive(key: str | None, sensitive: bool) -> None:
    assert is_sensitive(key) is sensitive


def test_children_are_told_apart_from_what_begins_alike() -> None:
    assert is_of_children("user.childrens.name")
    assert not is_of_children("user.childrens_shoes")


@pytest.mark.parametrize(
    ("words", "best"),
    [
        (("mobile-phone", "会员手机号"), "user.contact.phone_number"),
        (("skin-photo", "测肤照片"), "user.biometric.facial_recognition"),
        (("user.contact.phone",), "user.contact"),
        (("user.demografic",), "user.demographic"),
        (("gps",), "user.location.precise"),
        (("id-card", "身份证"), "user.government_id"),
    ],
)
def test_names_lead_to_the_likely_category(words: tuple[str, ...], best: str) -> None:
    assert nearest_categories(*words)[0] == best


def test_what_nobody_knows_has_no_category() -> None:
    assert nearest_categories("xyzzy", "字段") == ()
    assert nearest_use("xyzzy") is None


def test_an_entry_says_where_data_come_from_who_uses_them_and_where_they_go(entries: dict[str, Entry]) -> None:
    allergy = entries["allergy"]
    assert allergy.sensitive
    assert allergy.collected_by == ("told",)
    assert allergy.erased_by == ("automation/follow-up/wipe",)
    assert allergy.users == ("automation/follow-up/call", "data/shade"), "through the segment, and as a source"
    assert allergy.tools == ("bi", "crm")
    assert allergy.countries == ("cn",)
    assert allergy.retention == "1y"
    assert entries["shade"].computed_from == ("allergy",)
    assert "automation/follow-up/write" in entries["nickname"].users, "a placeholder is a use"


def test_only_what_is_used_of_the_built_in_data_is_listed(entries: dict[str, Entry]) -> None:
    assert "nickname" in entries
    assert "cart-items" not in entries


def test_unused_and_unknown_are_told(entries: dict[str, Entry]) -> None:
    assert entries["hobby"].unused
    assert not entries["shade"].unused
    assert entries["mail"].near[0] == "user.contact.email"


@pytest.mark.parametrize("lang", LANGS)
def test_spreadsheets_and_pages_hold_every_entry(lang: str, entries: dict[str, Entry]) -> None:
    (language,) = (one for one in LANGS if one == lang)
    names = Names(compiled(PLAY).workspace, language)
    rows = list(csv.reader(io.StringIO(inventory_csv(entries.values(), names).removeprefix("\ufeff"))))
    assert len(rows) == 1 + sum(max(1, len(one.activities)) for one in entries.values())
    assert {len(row) for row in rows} == {len(HEADS)}
    assert [row[1] for row in rows if row[0] == "hobby"] == ["'=爱好"], "no cell is a formula"
    page = to_markdown(inventory_document(tuple(entries.values()), "2026-07-01", names))
    assert [f"`{one}`" in page for one in entries] == [True] * len(entries)
    assert "=爱好" in page


def test_the_record_says_whose_it_is(entries: dict[str, Entry]) -> None:
    for company, said in (
        ("company: 晨曦（上海）有限公司\n", "晨曦（上海）有限公司"),
        ("", "没有声明（sopkit.yaml 的 company）"),
    ):
        settings = UNDER_LAW.replace("kind: workspace\n", f"kind: workspace\n{company}", 1)
        names = Names(compiled({"sopkit.yaml": f"{settings}---\n{PLAY}".encode()}).workspace, "zh-CN")
        record = inventory_document(tuple(entries.values()), "2026-07-01", names, edition="2026-07")
        facts = {plain(each.label): [plain(line) for line in each.lines] for each in record.facts}
        assert facts["企业"] == [said]
        assert facts["版次"] == ["2026-07"]


def test_each_datum_of_a_purpose_has_a_line_with_its_retention(entries: dict[str, Entry]) -> None:
    record = inventory_document(tuple(entries.values()), "2026-07-01", Names(compiled(PLAY).workspace, "zh-CN"))
    facts = [block for section in record.sections[0].sections for block in section.blocks if isinstance(block, Facts)]
    lists = [
        [plain(line) for line in each.lines] for one in facts for each in one.entries if plain(each.label) == "数据"
    ]
    assert max(map(len, lists)) > 1
    assert all(line.count("保存") == 1 for lines in lists for line in lines), lists


def judged(play: str) -> Sequence[Finding]:
    """Return what is found under Chinese law."""
    return compiled({"sopkit.yaml": f"{UNDER_LAW}---\n{play}".encode()}).findings


def rows_of(entries: dict[str, Entry], lang: Lang = "zh-CN") -> list[dict[str, str]]:
    """Return the rows of the table as a spreadsheet reads them."""
    text = inventory_csv(entries.values(), Names(compiled(PLAY).workspace, lang))
    return list(csv.DictReader(io.StringIO(text.encode().decode("utf-8-sig"))))


def test_each_purpose_has_its_basis_and_its_consents(entries: dict[str, Entry]) -> None:
    found = {row["目的"]: (row["依据"], row["同意"]) for row in rows_of(entries) if row["编号"] == "phone"}
    assert found["到港护理"] == ("个人同意", "到港同意")
    assert found["入会服务"] == ("履行合同所必需", "")
    assert found["营销推广"][0] == "个人同意"
    english = {row["Purpose"]: row["Legal basis"] for row in rows_of(entries, "en") if row["Id"] == "phone"}
    assert english["Membership service"] == "necessary for a contract"


def test_data_go_abroad_for_those_purposes_alone_whose_consent_takes_them(entries: dict[str, Entry]) -> None:
    """What is taken on from there stands abroad for the same purposes."""
    where = {one.purpose: one.countries for one in entries["phone"].activities}
    assert where.pop("visit") == ("cn", "hk", "sg")
    assert len(where) > 3
    assert set(where.values()) == {("cn",)}
    assert entries["phone"].countries == ("cn", "hk", "sg")
    names = Names(compiled(PLAY).workspace, "zh-CN")
    page = to_markdown(inventory_document(tuple(entries.values()), "2026-07-01", names))
    by_purpose, _, _ = page.partition("## 按数据项")
    assert by_purpose.count("中国香港") == 1
    assert re.search(r"\| 香港服务台 +\| 中国香港 +\| 手机号 +\|", by_purpose)


def test_what_no_purpose_names_is_processed_for_those_of_its_uses_or_said_to_have_none(
    entries: dict[str, Entry],
) -> None:
    assert entries["shade"].purposes == (), "a person looks at it, and the step doesn't say what for"
    assert entries["ward"].purposes == ()
    assert not entries["ward"].unused
    remarks = {row["编号"]: row["备注"] for row in rows_of(entries)}
    assert "也没有写为了什么" in remarks["ward"]
    assert "收了没有用到" in remarks["hobby"]
    found = {one.args["data"] for one in judged(PLAY) if one.rule.code == "SOP535"}
    assert found == {"allergy", "ward"}, "what is unused is told by another rule, what is computed by its source"


def test_uses_without_a_purpose_of_their_own_take_that_of_their_journey_and_of_what_is_computed() -> None:
    play = PLAY.replace("if: {any: [{segment: sore}, {shade: fair}]}", "for: care, if: {shade: fair}")
    play = play.replace("runs_in: crm\n", "runs_in: crm\naudience: {ward: known}\n")
    done = compiled(play)
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    found = {one.id: one for one in inventory(case)}
    assert found["allergy"].purposes == ("care",), "through the datum that is computed from it"
    assert found["ward"].purposes == ("onboarding", "care"), (
        "whoever starts is in the journey for all that is done there"
    )
    assert not found["ward"].named
    assert [one for one in judged(play) if one.rule.code == "SOP535"] == []


def test_the_chinese_table_says_what_things_are_called(entries: dict[str, Entry]) -> None:
    """Ids stand in the columns for them alone."""
    coded = {"编号", "目的编号", "类别编码", "用途编码", "出处", "备注"}
    cells = [(head, cell) for row in rows_of(entries) for head, cell in row.items() if head not in coded]
    assert [one for one in cells if re.search(r"[a-z]+[-/][a-z]+", one[1])] == []
    (allergy,) = (row for row in rows_of(entries) if row["编号"] == "allergy")
    assert allergy["用于"] == "跟进·电话问候、肤色"
    assert allergy["收集于"] == "登记"
    assert allergy["保存期限"].startswith("收集之后")
    assert allergy["出处"] == "play.yaml:18"


@pytest.mark.parametrize(
    "start", ["=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠x", " =1+1", "　=1+1", "\xa0@x", "\t=1"]
)
def test_no_title_becomes_a_formula(start: str) -> None:
    """In Chinese and Japanese spreadsheets full-width signs start one, too."""
    done = compiled(PLAY.replace("title: =爱好", f'title: "{start}"'))
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    text = inventory_csv(inventory(case), Names(done.workspace, "zh-CN"))
    (title,) = {
        row["名称"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))) if row["编号"] == "hobby"
    }
    assert title.startswith("'")


def test_the_table_is_what_a_spreadsheet_on_a_chinese_computer_reads(entries: dict[str, Entry]) -> None:
    data = inventory_csv(entries.values(), Names(compiled(PLAY).workspace, "zh-CN")).encode()
    assert data.startswith(b"\xef\xbb\xbf"), "without the mark it would be read as GBK"
    assert data.count(b"\r\n") == data.count(b"\n")
    assert "中国香港" in data.decode("utf-8-sig")
