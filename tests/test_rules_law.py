"""How consent is asked for, which data are kept, shared and sent abroad, what is documented: false alarms and misses."""

from __future__ import annotations

import pytest

from sopkit.rules.examples import UNDER_LAW
from sopkit.rules.law_examples import catalog, playbook
from sopkit.rules.personal_rules import ASKED, CONSENT, IN_SHOP, SIGNED, SKIN, SYNC, asking, keeping
from sopkit.rules.promotions_rules import BASELINE, BUYING, DRAW, SALE, by_segment, offering
from sopkit.rules.sharing_rules import (
    ABROAD,
    AGE,
    ALLERGY,
    DESK,
    GIVEN,
    NOTICE,
    PARTNER,
    PICKED,
    TOLD_ALONE,
    desk,
    sensitive,
    shared,
)
from sopkit.rules.sharing_rules import SYNC as TO_DESK
from tests.workspaces import compiled

POLICY = "kind: pack\nid: policy\ntitle: 企业制度\nparameters: {PARAMETER}\n"


def codes(text: str, **parameters: str) -> list[str]:
    files = {"sopkit.yaml": text}
    if parameters:
        said = ", ".join(f"{name.replace('_', '-')}: {{value: {value}}}" for name, value in parameters.items())
        files["packs/policy.yaml"] = POLICY.replace("PARAMETER", said)
    return [one.rule.code for one in compiled(files).findings]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ASKED, []),
        (ASKED.replace("version, channel", "device"), []),  # time and wording are what counts
        (ASKED.replace("time, ", ""), ["SOP524"]),
        (ASKED.replace("where: mp-page, ", ""), ["SOP524"]),
        (ASKED.replace(", kept_in: crm, for: 3y", ""), ["SOP525"]),
        (ASKED.replace("by: customer", "by: staff"), ["SOP522"]),
    ],
)
def test_a_consent_is_given_by_the_customer_and_recorded(asked: str, expected: list[str]) -> None:
    assert codes(asking(asked=asked)) == expected


@pytest.mark.parametrize(("give", "withdraw", "expected"), [(1, 1, []), (2, 1, []), (1, 2, ["SOP527"]), (3, 3, [])])
def test_withdrawing_is_as_easy(give: int, withdraw: int, expected: list[str]) -> None:
    steps = f"steps_to_give: {give}, steps_to_withdraw: {withdraw}, effective_within"
    assert codes(asking(CONSENT.replace("effective_within", steps))) == expected


TAIL = "notice: privacy-notice, withdrawn_by: [sms-unsubscribed], effective_within: 24h}}"


def test_one_event_that_gives_two_consents_bundles_them() -> None:
    two = CONSENT.removesuffix("}") + ", more: {title: 又一项, channels: [sms], purposes: [care], " + TAIL
    assert codes(asking(two, SIGNED.replace("asks: [sms-news]", "gives: [sms-news, more]"))) == ["SOP522"]
    assert codes(asking(two, SIGNED.replace("asks: [sms-news]", "asks: [sms-news, more]"))) == []


@pytest.mark.parametrize(
    ("datum", "expected"),
    [
        (SKIN, []),
        (SKIN.replace("category: user.demographic, ", ""), ["SOP531"]),
        (SKIN.replace("user.demographic", "user.demographic.gender"), []),
        (SKIN.replace("user.demographic", "user.unheard_of"), ["SOP532"]),
        (SKIN.replace("retention: 1y, ", ""), ["SOP533"]),
        (SKIN.replace("retention: 1y", "retention: 按法律规定的最短期限"), []),
    ],
)
def test_data_are_named_and_have_an_end(datum: str, expected: list[str]) -> None:
    assert codes(keeping(datum)) == expected


def test_a_copy_is_needed_where_it_is_used() -> None:
    carried = SYNC.replace("CARRIED", "data: [skin], events: [member-joined]")
    assert codes(IN_SHOP + carried) == ["SOP530"]
    in_bi = IN_SHOP.replace("runs_in: mini-program\n", "")  # where the guide reads it nobody says
    assert "SOP530" not in codes(in_bi + carried)


@pytest.mark.parametrize(
    ("datum", "notice", "expected"),
    [
        (ALLERGY, NOTICE, []),
        (ALLERGY, NOTICE.replace("impact, ", ""), ["SOP540"]),
        (ALLERGY.replace("user.health_and_medical", "user.demographic"), NOTICE.replace("impact, ", ""), []),
        (ALLERGY.replace("user.health_and_medical", "user.health_and_medical.skin"), NOTICE, ["SOP532"]),
        (ALLERGY.replace("user.health_and_medical", "user.childrens"), NOTICE, ["SOP542"]),
    ],
)
def test_sensitive_data(datum: str, notice: str, expected: list[str]) -> None:
    assert codes(sensitive(datum, notice)) == expected


def test_a_document_needs_owner_date_and_file() -> None:
    contract = DESK[1]
    assert codes(desk()) == []
    for lost in ("owner: guide, ", "date: 2026-01-10, ", "file: papers/desk.md, "):
        head, name, tail = contract.partition("desk-contract")
        assert codes(desk(papers=head + name + tail.replace(lost, "", 1))) == ["SOP546"], lost
    later = contract.replace("date: 2026-01-10, file: papers/desk.md", "date: 2026-12-10, file: papers/desk.md")
    assert codes(desk(papers=later)) == ["SOP546"], "a date to come"


@pytest.mark.parametrize(
    ("tool", "sync", "expected"),
    [
        (DESK[0], TO_DESK, ["SOP530"]),  # a processor needs no consent, but a use
        (PARTNER, TO_DESK, ["SOP545"]),
        (PARTNER, GIVEN, []),
        (ABROAD, GIVEN, []),
        (ABROAD.replace("people: 3000", "people: 99999"), GIVEN, []),
        (ABROAD.replace("people: 3000", "people: 100000"), GIVEN, ["SOP551"]),
        (ABROAD.replace(", people: 3000", ""), GIVEN, ["SOP551"]),
        (ABROAD.replace("exempt, people: 3000", "contract, people: 200000"), GIVEN, ["SOP549"]),  # no contract is shown
        (ABROAD.replace("exempt, people: 3000", "assessment, artefact: assessed"), GIVEN, []),
        (ABROAD.replace("exempt, people: 3000", "contract, artefact: assessed, people: 1000000"), GIVEN, ["SOP551"]),
    ],
)
def test_sharing_and_sending_abroad(tool: str, sync: str, expected: list[str]) -> None:
    assert sorted(codes(shared(sync, tool, *TOLD_ALONE))) == sorted(expected)


def test_the_tiers_of_transfers_are_the_packs() -> None:
    text = shared(GIVEN, ABROAD, *TOLD_ALONE)
    assert codes(text, transfer_exempt_below="3000") == ["SOP551"]
    assert codes(text, transfer_exempt_below="3001") == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("age-group: adult", "age-group: adult", []),
        ("age-group: adult", "not: {age-group: minor}", []),
        ("age-group: adult", "age-group: minor", ["SOP543"]),
        ("age-group: adult", "age-group: known", ["SOP543"]),
        ("[adult, minor]", "[adult, senior]", []),  # nobody is known to be a minor
        ("age-group: adult", "grown-up: known", ["SOP529", "SOP140"]),  # who gets it is not known
    ],
)
def test_minors_are_left_out_of_automated_marketing(old: str, new: str, expected: list[str]) -> None:
    assert AGE in PICKED
    assert codes(PICKED.replace(old, new)) == expected


@pytest.mark.parametrize(
    ("offer", "settings", "expected"),
    [
        (DRAW, "", []),
        (DRAW.replace("468", "50000"), "", []),
        (DRAW.replace("468", "50000.01"), "", ["SOP610"]),
        (DRAW.replace("468 CNY", "60000 USD"), "", []),  # another currency: nobody can say
        (SALE, BASELINE, []),
        (SALE, BASELINE.replace("7d", "30d"), []),
        (SALE, BASELINE.replace("7d", "3d"), ["SOP612"]),
        (SALE.replace("discount", "coupon"), "", []),
    ],
)
def test_prizes_and_discounts(offer: str, settings: str, expected: list[str]) -> None:
    assert [code for code in codes(offering(offer, settings)) if code >= "SOP5"] == expected


def test_a_price_differs_by_segment_only_where_the_branches_differ() -> None:
    assert codes(by_segment("large")) == ["SOP614"]
    assert codes(by_segment("small")) == []
    assert codes(by_segment("large").replace("{buying: high}", "{order-paid: ever}")) != ["SOP614"]
    rich = "---\nkind: catalog\nsegments: {rich: {title: 大客, when: {buying: high}}}\n"
    assert codes(by_segment("large").replace("{buying: high}", "{segment: rich}") + rich) == ["SOP614"]


@pytest.mark.parametrize(
    ("rich", "others", "expected"),
    [
        ("今天下单八折，满399减50", "今天下单，满399减100", ["SOP614"]),
        ("送您一张20元优惠券", "送您一张50元优惠券", ["SOP614"]),
        ("新品199元", "补充装99元", []),
        ("满399减50", "满399减50，另有新品", []),
        ("看看新品", "满399减50", []),
    ],
)
def test_a_price_may_differ_in_the_words_for_each_segment(rich: str, others: str, expected: list[str]) -> None:
    steps = "  - {id: tell, match: buying, send: {high: rich, low: others}, via: mp-page, for: care}\n"
    steps += "  - {id: wipe, erase: [buying], by: guide, within: 1d}\n"
    words = f"scripts: {{rich: {{title: 甲, text: {rich}}}, others: {{title: 乙, text: {others}}}}}"
    text = playbook(steps, before=catalog(words, BUYING)).replace(UNDER_LAW, UNDER_LAW + BASELINE)
    assert [code for code in codes(text) if code == "SOP614" or code < "SOP2"] == expected
