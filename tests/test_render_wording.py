"""Sentences of the manuals as a shop assistant reads them: amounts, moments, counts and prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.offers import offer_line
from sopkit.render.walks import placed_steps
from sopkit.render.wording import amounts, timing
from sopkit.render.wording.conditions import condition
from sopkit.render.wording.formulas import formula
from sopkit.render.wording.names import Names
from sopkit.text import Lang
from tests.workspaces import compiled

OFFER: Final = """\
kind: catalog
offers:
  sale: {{title: {{zh-CN: 秒杀, en: Flash sale}}, type: flash-sale, value: {value}}}
"""


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("25%", "秒杀：七五折（减 25%）", "Flash sale: 25% off"),
        ("20%", "秒杀：八折（减 20%）", "Flash sale: 20% off"),
        ("12.5%", "秒杀：8.75 折（减 12.5%）", "Flash sale: 12.5% off"),
        ("95%", "秒杀：0.5 折（减 95%）", "Flash sale: 95% off"),
        ("30 CNY", "秒杀：30 元", "Flash sale: 30 CNY"),
    ],
)
def test_a_discount_is_said_as_a_price(value: str, zh: str, en: str) -> None:
    made = plan(compiled(OFFER.format(value=value)).workspace)
    assert offer_line("sale", Book(made, Names(made.workspace, "zh-CN"))) == zh
    assert offer_line("sale", Book(made, Names(made.workspace, "en"))) == en


@pytest.mark.parametrize(
    ("amount", "code", "zh", "en"),
    [
        ("1000", "CNY", "1000 元", "1000 CNY"),
        ("120000", "CNY", "120,000 元", "120,000 CNY"),
        ("12345.50", "EUR", "12,345.5 欧元", "12,345.5 EUR"),
    ],
)
def test_an_amount_of_money_from_five_digits_on_stands_in_threes(amount: str, code: str, zh: str, en: str) -> None:
    assert amounts.currency(Decimal(amount), code, "zh-CN") == zh
    assert amounts.currency(Decimal(amount), code, "en") == en


def test_a_count_from_five_digits_on_stands_in_threes() -> None:
    assert amounts.quantity(Decimal(12000), "", "en") == "12,000"
    assert amounts.quantity(Decimal(9999), "", "en") == "9999"


@pytest.mark.parametrize(
    ("said", "word", "whole"),
    [
        ("300 至 1199", "之间", "300 至 1199 之间"),
        ("低于 8%", "时", "低于 8% 时"),
        ("低于 170 元", "时", "低于 170 元时"),
    ],
)
def test_a_word_after_an_amount_has_a_space_only_behind_figures(said: str, word: str, whole: str) -> None:
    assert amounts.ahead_of(said, word) == whole


RANGE: Final = """\
kind: catalog
data: {points: {title: 积分余额, type: number, category: user.behavior, record: crm, retention: 1y after order-paid}}
segments: {some: {title: 够换的, when: {points: 300..1199}}}
"""


def test_quotation_marks_inside_others_are_single() -> None:
    assert Names(compiled({}).workspace, "en").quote("send “Welcome”") == "“send ‘Welcome’”"


def test_a_range_is_set_apart_on_both_sides() -> None:
    workspace = compiled(RANGE).workspace
    when = workspace.segments["some"].when
    assert when is not None
    assert condition(when, Names(workspace, "zh-CN")) == "“积分余额”在 300 至 1199 之间"


CLICKS: Final = """\
kind: kpi
id: clicks
formula: {{count: {{touches: {of}{state}}}}}
"""


@pytest.mark.parametrize(
    ("of", "state", "zh", "en"),
    [
        (
            "{channel: wecom-mass}",
            ", state: clicked",
            "企业微信群发助手发出的消息中，被点击的条数",
            "number of clicked messages by WeCom mass message",
        ),
        (
            "{category: marketing}",
            ", state: delivered",
            "营销类一对一消息中，已送达的条数",
            "number of delivered marketing one-to-one messages",
        ),
        ("{category: marketing}", "", "营销类一对一消息的条数", "number of marketing one-to-one messages"),
    ],
)
def test_touches_are_counted_as_messages_not_as_channels(of: str, state: str, zh: str, en: str) -> None:
    workspace = compiled(CLICKS.format(of=of, state=state)).workspace
    assert formula(workspace.kpis["clicks"], Names(workspace, "zh-CN")) == zh
    assert formula(workspace.kpis["clicks"], Names(workspace, "en")) == en


CORRIDOR: Final = """\
kind: automation
id: hello
starts_on: order-paid
steps:
  - {id: call, do: 打电话, by: guide, after: 1d, within: 2d, minutes: 5}
"""


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", "从“支付订单”算起，1 天后开始，2 天内完成"),
        ("en", "from 1 day after “Paid an order”, within 2 days of it"),
    ],
)
def test_a_delay_with_a_limit_names_the_moment_from_which_both_count(lang: Lang, said: str) -> None:
    workspace = compiled(CORRIDOR).workspace
    (placed,) = placed_steps(workspace.journeys["hello"])
    assert timing.due(placed, Names(workspace, lang)) == said
