"""The data inventory and its vocabulary: what is collected, used, carried and kept, and what nobody can name."""

from __future__ import annotations

import csv
import io
import re

import pytest

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
from sopkit.render.markdown import to_markdown
from sopkit.render.wording.names import Names
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.inventory import Entry, inventory
from sopkit.text import LANGS
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
    text = inventory_csv(entries.values(), language)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 1 + len(entries)
    assert {len(row) for row in rows} == {len(HEADS)}
    assert [row[1] for row in rows if row[0] == "hobby"] == ["'=爱好"], "no cell is a formula"
    page = to_markdown(
        inventory_document(tuple(entries.values()), "2026-07-01", Names(compiled(PLAY).workspace, language))
    )
    assert [f"`{one}`" in page for one in entries] == [True] * len(entries)
    assert "=爱好" in page
