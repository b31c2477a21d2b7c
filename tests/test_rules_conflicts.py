"""Offers used together: what is found as published, what is proved, what is left open, what is left alone."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Proof, Verdict
from sopkit.pipeline import Compilation
from sopkit.rules.conflicts_offers import FLOOR, WORKSPACE
from tests.workspaces import compiled

PUBLISHED = """\
---
kind: automation
id: coupon-after-purchase
title: 购后发券
owner: guide
review_by: 2027-12-31
starts_on: order-paid
reentry: always
steps: [{id: coupon, grant: purchase-coupon}]
---
kind: automation
id: conversion
title: 转化期
owner: guide
review_by: 2027-12-31
starts_on: product-viewed
reentry: after 30d
steps: [{id: coupon, grant: limited-time-coupon}]
---
kind: automation
id: cart-flash-sale
title: 加购秒杀提醒
owner: guide
review_by: 2027-12-31
starts_on: cart-added
reentry: after 7d
steps: [{id: sale, grant: flash-sale}]
---
kind: catalog
offers:
  purchase-coupon: {title: 购后券, type: coupon, value: 20 CNY, threshold: 129 CNY, valid: 30d}
  limited-time-coupon: {title: 限时券, type: coupon, value: 30 CNY, threshold: 199 CNY, valid: 3d}
  flash-sale: {title: 秒杀, type: flash-sale, value: 25%, valid: 2h}
"""


def offers(*lines: str, pricing: str = FLOOR) -> Compilation:
    body = "".join(f"  o{n}: {{title: 优惠, {line}}}\n" for n, line in enumerate(lines))
    return compiled({"sopkit.yaml": (WORKSPACE + pricing + "---\nkind: catalog\noffers:\n" + body).encode()})


def priced(compilation: Compilation) -> list[Finding]:
    return [one for one in compilation.findings if one.rule.code in ("SOP407", "SOP408")]


@pytest.mark.parametrize(("pricing", "code"), [("", "SOP408"), (FLOOR, "SOP407")])
def test_as_published_the_promotions_stack_with_no_floor(pricing: str, code: str) -> None:
    """Coupon after purchase, limited-time coupon and flash sale: 25 % off and 50 CNY off; nothing refuses it."""
    (finding,) = priced(compiled({"sopkit.yaml": (WORKSPACE + pricing + PUBLISHED).encode()}))
    assert finding.rule.code == code
    assert finding.verdict is Verdict.POSSIBLE
    assert ["stacks with" in one.en for one in finding.assumptions] == [True, True, True, False]
    told = [moment.what.en for moment in finding.timeline]
    assert sum("is granted" in line for line in told) == 3
    assert told[-4:] == [
        "at the till: list price 202 CNY",
        "`limited-time-coupon` takes 30 CNY off: 172 CNY left",
        "`flash-sale` takes 25% off: 129 CNY left",
        "`purchase-coupon` takes 20 CNY off: 109 CNY left",
    ]
    assert [moment.at for moment in finding.timeline] == sorted(moment.at for moment in finding.timeline)


def test_what_the_till_refuses_is_proved_to_keep_the_floor() -> None:
    done = offers(
        "type: coupon, value: 20 CNY, threshold: 100 CNY, till_refuses: [o1]",
        "type: coupon, value: 20 CNY, threshold: 100 CNY",
    )
    assert [one.rule.code for one in done.findings if one.rule.code > "SOP4"] == []
    assert "the worst is 100 CNY with `o0`, which costs 80 CNY (80%)" in done.proved[0].statement.en


def test_exactly_the_floor_is_no_violation() -> None:
    assert priced(offers("type: coupon, value: 30 CNY, threshold: 100 CNY")) == []
    assert len(priced(offers("type: coupon, value: 30.01 CNY, threshold: 100 CNY"))) == 1


def proved_of_prices(done: Compilation) -> list[Proof]:
    return [one for one in done.proved if "SOP4" < one.rule.code < "SOP5"]


def test_gifts_points_and_draws_leave_the_price_alone() -> None:
    done = offers("type: gift, value: 90 CNY", "type: points, points: 50", "type: draw", pricing="")
    assert [one.rule.code for one in done.findings if "SOP4" < one.rule.code < "SOP5"] == []
    assert proved_of_prices(done) == []


def test_an_amount_with_no_threshold_is_possible_and_says_for_which_order() -> None:
    (finding,) = priced(offers("type: coupon, value: 10 CNY"))
    assert finding.verdict is Verdict.POSSIBLE
    assert "there is an order as small as 10 CNY" in [one.en for one in finding.assumptions]


def test_an_offer_that_stacks_with_itself_is_counted_as_often_as_it_is_held() -> None:
    line = "type: coupon, value: 10 CNY, threshold: 100 CNY, valid: 7d, stacks_with: [o0]"
    assert priced(offers(f"{line}, per_customer: 3 per 7d")) == []
    (finding,) = priced(offers(f"{line}, per_customer: 4 per 7d"))
    assert finding.args["price"] != ""
    done = offers(line)
    assert priced(done) == []
    assert [one.rule.code for one in done.not_assessed] == ["SOP407"]
    assert proved_of_prices(done) == []


def test_beyond_eight_offers_it_says_that_it_was_not_assessed() -> None:
    done = offers(*["type: coupon, value: 1 CNY, threshold: 100 CNY"] * 9)
    assert "beyond 8" in done.not_assessed[0].reason.en
    assert proved_of_prices(done) == []
    eight = offers(*["type: coupon, value: 1 CNY, threshold: 100 CNY"] * 8)
    assert eight.not_assessed == ()
    assert [one.rule.code for one in proved_of_prices(eight)] == ["SOP407"]


def test_what_stacks_with_itself_any_number_of_times_counts_as_one_more_than_can_be_worked_out() -> None:
    line = "type: coupon, value: 1 CNY, threshold: 100 CNY, valid: 7d, stacks_with: [o0], per_customer: 90 per 7d"
    (left,) = offers(line).not_assessed
    assert left.reason.en == "9 offers may be combined: beyond 8 the worst price is not worked out"


def test_unknown_values_and_several_currencies_are_not_assessed() -> None:
    for lines in (["type: coupon"], ["type: coupon, value: 1 CNY", "type: coupon, value: 1 USD"]):
        done = offers(*lines)
        assert [one.rule.code for one in done.not_assessed] == ["SOP407"]
        assert proved_of_prices(done) == []


def test_stacking_is_symmetric() -> None:
    for first, second in (("stacks_with: [o1]", ""), ("", "stacks_with: [o0]")):
        pair = [f"type: coupon, value: 1 CNY, threshold: 100 CNY, {more}".rstrip(", ") for more in (first, second)]
        assert [one.rule.code for one in offers(*pair).findings if one.rule.code > "SOP4"] == []


def test_stacking_that_nobody_speaks_of_is_a_doubt_and_stacking_ruled_out_is_another() -> None:
    """`stacks_with: []` says "with none", and the till lets it pass; no `stacks_with` at all says nothing."""
    line = "type: coupon, value: 20 CNY, threshold: 100 CNY"
    (silent,) = [one for one in offers(line, line).findings if one.rule.code > "SOP4"]
    assert (silent.rule.code, silent.verdict) == ("SOP407", Verdict.POSSIBLE)
    assert "`o0` stacks with `o1` (no `stacks_with` says)" in [one.en for one in silent.assumptions]
    ruled = [one for one in offers(f"{line}, stacks_with: []", line).findings if one.rule.code > "SOP4"]
    assert [one.rule.code for one in ruled] == ["SOP407", "SOP406"]
    assert all("no till refuses `o0` together with `o1`" in [fact.en for fact in one.assumptions] for one in ruled)


GRANTED = """\
---
kind: automation
id: thanks
title: 答谢
owner: guide
review_by: 2027-12-31
starts_on: order-paid
reentry: after 30d
steps: [{id: first, grant: o0}, {id: second, grant: o1}]
"""


def test_what_is_ruled_out_and_what_the_till_is_known_to_take_is_violated() -> None:
    line = "type: coupon, value: 20 CNY, threshold: 100 CNY, stacks_with: [], till_refuses: []"
    text = (
        WORKSPACE
        + FLOOR
        + GRANTED
        + f"---\nkind: catalog\noffers:\n  o0: {{title: 甲, {line}}}\n  o1: {{title: 乙, {line}}}\n"
    )
    found = [one for one in compiled({"sopkit.yaml": text.encode()}).findings if one.rule.code > "SOP4"]
    assert [(one.rule.code, one.verdict) for one in found] == [
        ("SOP407", Verdict.VIOLATED),
        ("SOP406", Verdict.VIOLATED),
    ]
    assert next(one.what.en for one in found[1].timeline) == "order-paid starts `thanks`"


def test_a_certain_violation_comes_before_a_worse_one_that_is_only_possible() -> None:
    """o0 with o1 is said to stack and breaks the floor; with o2 it would be worse, and nobody has said so."""
    line = "type: coupon, value: 20 CNY, threshold: 100 CNY"
    third = "  o2: {title: 丙, type: coupon, value: 60 CNY, threshold: 100 CNY}\n"
    nouns = f"---\nkind: catalog\noffers:\n  o0: {{title: 甲, {line}, stacks_with: [o1]}}\n  o1: {{title: 乙, {line}}}\n{third}"
    (one,) = priced(compiled({"sopkit.yaml": (WORKSPACE + FLOOR + GRANTED + nouns).encode()}))
    assert one.verdict is Verdict.VIOLATED
    assert "`o0` + `o1`" in one.message("en")


def test_customers_who_differ_in_what_never_changes_hold_no_two_of_them() -> None:
    text = WORKSPACE + FLOOR
    for n, kind in enumerate(("new", "old")):
        text += (
            GRANTED.replace("id: thanks", f"id: thanks-{kind}")
            .replace(", {id: second, grant: o1}", "")
            .replace("grant: o0", f"grant: o{n}")
            .replace("reentry:", f"audience: {{cohort: {kind}}}\nreentry:")
        )
    line = "type: coupon, value: 20 CNY, threshold: 100 CNY"
    text += f"---\nkind: catalog\noffers:\n  o0: {{title: 甲, {line}}}\n  o1: {{title: 乙, {line}}}\n"
    data = "data:\n  cohort: {title: 批次, type: [new, old], category: user.behavior, record: crm, retention: 1y%s}\n"
    assert priced(compiled({"sopkit.yaml": (text + data % ", changes: never").encode()})) == []
    (one,) = priced(compiled({"sopkit.yaml": (text + data % "").encode()}))
    assert one.verdict is Verdict.POSSIBLE


def test_beyond_eight_offers_a_single_one_that_breaks_the_floor_is_still_found() -> None:
    deep = "type: coupon, value: 40 CNY, threshold: 100 CNY"
    (one,) = priced(offers(deep, *["type: coupon, value: 1 CNY, threshold: 100 CNY"] * 8))
    assert "`o0`" in one.message("en")


def test_with_no_floor_and_nothing_to_combine_nothing_is_said() -> None:
    done = offers("type: coupon", "type: gift, value: 90 CNY", pricing="")
    assert [one.rule.code for one in done.findings if one.rule.code > "SOP4"] == []
    assert done.not_assessed == ()
