"""On what purposes rest: each purpose without a basis once, advertisements under another purpose, and what is proved of the rest."""

from __future__ import annotations

import pytest

from tests.test_rules_consent import run, text

NO_BASIS = text("purpose-without-a-basis")
STEP = "  - {id: tell, send: news, via: sms, for: news}\n"
MORE = "  - {id: more, after: 1d, send: news, via: sms, for: news}\n"


UNFIT = text("contract-for-a-promotion")
SERVICE = UNFIT.replace("category: marketing, basis: contract", "category: service, basis: contract")
PROMOTED = "  - {id: promo, send: news, via: sms, for: promotion, if: {consent: sms-marketing}}\n"


def found(workspace: str) -> list[tuple[str, str]]:
    return [(one.rule.code, one.subject) for one in run(workspace).findings if one.rule.code in ("SOP505", "SOP506")]


def proved(workspace: str) -> list[str]:
    return [one.statement.en for one in run(workspace).proved if one.rule.code == "SOP505"]


def test_a_purpose_without_a_basis_is_told_once() -> None:
    assert found(NO_BASIS.replace(STEP, STEP + MORE)) == [("SOP506", "purpose/news")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ["automation/news/tell"]),
        (STEP, STEP + MORE, ["automation/news/tell", "automation/news/more"]),
        ("advertising: true\n", "advertising: false\n", []),
        ("via: sms", "via: mp-page", []),  # whoever likes looks at a page
        ("send: news", "do: 记录", []),
        ("basis: contract", "basis: consent", []),
    ],
)
def test_what_advertises_under_the_name_of_a_service(old: str, new: str, told: list[str]) -> None:
    assert found(SERVICE.replace(old, new)) == [("SOP505", one) for one in told]


def test_any_of_several_texts_may_be_the_advertisement() -> None:
    several = SERVICE.replace("send: news", "send: {one: plain, other: news}, match: kind").replace(
        "scripts:\n", "data:\n  kind: {title: 类型, type: [one, other], category: user.behavior, record: crm, retention: 1y}\n"
        "scripts:\n  plain: {title: 平常, text: 【示例】您好，拒收请回复T}\n"
    )  # fmt: skip
    assert found(several) == [("SOP505", "automation/news/tell")]
    assert found(several.replace("other: news", "other: plain")) == []


def test_a_basis_that_carries_no_marketing_is_told_once_and_where_it_is_used_first() -> None:
    (one,) = [one for one in run(UNFIT.replace(STEP, STEP + MORE)).findings if one.rule.code == "SOP505"]
    assert one.subject == "purpose/news"
    first = UNFIT.partition(STEP)[0].count("\n") + 1
    assert [(place.note.en, place.span.line) for place in one.related] == [("used here", first)]
    (step,) = [one for one in run(SERVICE).findings if one.rule.code == "SOP505"]
    assert step.related == ()


def test_what_advertises_by_several_channels_is_told_once() -> None:
    assert found(SERVICE.replace("via: sms", "via: [sms, mp-notice]")) == [("SOP505", "automation/news/tell")]


def test_what_is_proved_of_purposes_that_advertise() -> None:
    """Of those for marketing alone: a service beside them needs no proof."""
    served = STEP.replace("via: sms", "via: mp-page")
    proof = ["the basis of every marketing purpose can carry it: `promotion`"]
    assert proved(SERVICE.replace(STEP, PROMOTED)) == proof
    assert proved(SERVICE.replace(STEP, PROMOTED + served)) == proof
    assert proved(SERVICE.replace(STEP, STEP + PROMOTED)) == []
    assert proved(UNFIT) == []
