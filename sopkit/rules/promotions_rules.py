"""What can be wrong with prizes and prices: SOP610–SOP614."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.examples import UNDER_LAW
from sopkit.rules.law_examples import catalog, playbook
from sopkit.text import Phrase

GIVE: Final = "  - {id: give, grant: lucky}\n"
DRAW: Final = (
    "offers: {lucky: {title: 抽奖, type: draw, stacks_with: [], terms: [开奖前公告奖品与概率，公布后不变更], "
    "prizes: [{title: 正装一支, value: 468 CNY, count: 1}]}}"
)
SALE: Final = "offers: {lucky: {title: 限时折扣, type: discount, value: 15%, valid: 2h, stacks_with: []}}"
BASELINE: Final = "pricing: {floor: 70%, of: list-price, baseline: lowest-7d}\n"
FOR_RICH: Final = (
    "  - id: price\n    choose:\n"
    "      - {if: {buying: high}, steps: [{id: more, grant: small, for: promotion}]}\n"
    "      - {else: [{id: less, grant: OTHER}]}\n"
    "  - {id: later, grant: large, after: 30d}\n"
    "  - {id: wipe, erase: [buying], by: guide, within: 1d}\n"
)
COUPONS: Final = (
    "offers:\n"
    "  small: {title: 小券, type: coupon, value: 5 CNY, threshold: 99 CNY, stacks_with: [], till_refuses: [large]}\n"
    "  large: {title: 大券, type: coupon, value: 50 CNY, threshold: 399 CNY, stacks_with: [], till_refuses: [small]}"
)
BUYING: Final = (
    "data: {buying: {title: 购买力, type: [high, low], category: user.behavior.purchase_history, record: crm, retention: 1y, "
    "collected_by: [order-paid]}}"
)


def offering(offer: str, settings: str = "") -> str:
    """Return a workspace that gives one offer."""
    return playbook(GIVE, before=catalog(offer)).replace(UNDER_LAW, UNDER_LAW + settings)


def by_segment(other: str) -> str:
    return playbook(FOR_RICH.replace("OTHER", other), before=catalog(COUPONS, BUYING)).replace(
        UNDER_LAW, UNDER_LAW + BASELINE
    )


TOP_PRIZE: Final = Rule(
    code="SOP610",
    name="prize-above-limit",
    severity=Severity.ERROR,
    summary=Phrase("抽奖的最高奖超过上限", "a top prize above the limit"),
    message=Phrase(
        "抽奖“{offer}”的奖品“{prize}”值 {value}，上限是 {limit}",
        "the prize “{prize}” of `{offer}` is worth {value}; the limit is {limit}",
    ),
    why=Phrase(
        "最高奖超过法定金额的抽奖是不正当竞争，会被罚款。",
        "A draw with a top prize above the limit is unfair competition and fined.",
    ),
    fix=Phrase("换成不超过 {limit} 的奖品，按同期市价计", "take a prize of {limit} at most, at market value"),
    bad=offering(DRAW.replace("468 CNY", "60000 CNY")),
    good=offering(DRAW),
    aliases=("PRM01",),
)
UNPRICED: Final = Rule(
    code="SOP611",
    name="prize-without-value",
    severity=Severity.ERROR,
    summary=Phrase("奖品没有写价值", "a prize without its value"),
    message=Phrase("抽奖“{offer}”的奖品“{prize}”没有写价值", "the prize “{prize}” of `{offer}` has no value"),
    why=Phrase(
        "奖品要按同期市价标价，不标就看不出是否超限。",
        "Prizes are stated at market value; without it nobody can tell whether they are within the limit.",
    ),
    fix=Phrase("写上 value，如 468 CNY", "write `value`, as `468 CNY`"),
    bad=offering(DRAW.replace("value: 468 CNY, ", "")),
    good=offering(DRAW),
    controls=("PRM01",),
)
NO_BASELINE: Final = Rule(
    code="SOP612",
    name="discount-without-baseline",
    severity=Severity.ERROR,
    summary=Phrase(
        "折扣没有基准价，或基准看得太短", "a discount without a baseline, or with one that looks back too little"
    ),
    message=Phrase("“{offer}”打折，{problem}", "`{offer}` is a discount, and {problem}"),
    why=Phrase(
        "没有基准的折扣说不清便宜了多少，会被认定为虚假促销。",
        "Without a baseline nobody can say what a discount is off from, and it counts as misleading.",
    ),
    fix=Phrase(
        "在工作区写 pricing 的 baseline：lowest-{days}d",
        "write `pricing` with `baseline: lowest-{days}d` in the workspace",
    ),
    bad=offering(SALE),
    good=offering(SALE, BASELINE),
    aliases=("PRM02",),
)
NO_TERMS: Final = Rule(
    code="SOP613",
    name="draw-without-terms",
    severity=Severity.WARNING,
    summary=Phrase("抽奖没有先公布规则", "a draw whose terms are not published"),
    message=Phrase("抽奖“{offer}”没有写规则（terms）", "the draw `{offer}` has no `terms`"),
    why=Phrase(
        "奖项、概率、时间要先公布，公布后不改；说不出规则的抽奖会被投诉。",
        "Prizes, odds and times are published first and stay.",
    ),
    fix=Phrase(
        "写上 terms：奖品、数量、概率、开奖时间，公布后不变更",
        "write `terms`: prizes, numbers, odds, time, not changed afterwards",
    ),
    bad=offering(DRAW.replace("terms: [开奖前公告奖品与概率，公布后不变更], ", "")),
    good=offering(DRAW),
    aliases=("PRM03",),
)
BY_SEGMENT: Final = Rule(
    code="SOP614",
    name="price-by-segment",
    severity=Severity.ERROR,
    summary=Phrase("按人群给不同的价格", "another price for another segment"),
    message=Phrase(
        "按“{data}”分人群给不同的优惠：“{one}”和“{other}”",
        "customers get another price by `{data}`: `{one}` or `{other}`",
    ),
    why=Phrase(
        "按个人特征在价格上不合理地差别对待，就是“大数据杀熟”；是否合理要由人判断。",
        "An unreasonable difference in price by personal traits is unlawful; whether it is reasonable is for a person to judge.",
    ),
    fix=Phrase(
        "给同样的优惠，或写明人人可达到的条件（如满额、会员等级）",
        "give the same, or tie it to a condition that anybody can meet",
    ),
    bad=by_segment("large"),
    good=by_segment("small"),
    aliases=("AUT02",),
)

RULES: Final = (TOP_PRIZE, UNPRICED, NO_BASELINE, NO_TERMS, BY_SEGMENT)
