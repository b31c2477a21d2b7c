"""Offers that one customer can use in one order, and the worst price that this makes: SOP406–SOP408."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Final

from sopkit.diagnostics import Extent, Finding, Moment, Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.graph.prices import MOST_LIVE, Reduction, Worst, groups, worst_price, worst_price_on_what_is_left
from sopkit.model.nouns import Offer
from sopkit.model.values import Money, Share
from sopkit.rules.case import Case
from sopkit.rules.conflicts_held import copies_held, held_together
from sopkit.rules.conflicts_stacking import Stacking
from sopkit.text import Phrase

CUTS: Final = frozenset(("coupon", "discount", "threshold", "joint", "flash-sale"))
"""Types of offers that lower what is paid; gifts, points, draws and paid services leave the price of a basket as it is."""

WORKSPACE: Final = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
uses: [retail-cn]
timezone: Asia/Shanghai
jurisdictions: [cn]
enforce: none
"""
FLOOR: Final = "pricing: {floor: 70%, of: list-price}\n"
GRANTS: Final = """\
---
kind: automation
id: thanks
title: 答谢
owner: guide
review_by: 2027-12-31
starts_on: order-paid
reentry: after 30d
steps:
  - {id: first, grant: thank-you}
  - {id: second, grant: back-soon}
---
kind: catalog
offers:
"""


def _example(pricing: str, first: str, second: str) -> str:
    one = f"  thank-you: {{title: 谢礼券, type: coupon, value: 20 CNY, threshold: 100 CNY, valid: 7d, {first}}}\n"
    other = f"  back-soon: {{title: 回访券, type: coupon, value: 20 CNY, threshold: 100 CNY, valid: 7d, {second}}}\n"
    return WORKSPACE + pricing + GRANTS + one + other


REFUSED: Final = _example(FLOOR, "till_refuses: [back-soon]", "stacks_with: []")

TOGETHER: Final = Rule(
    code="SOP406",
    name="offers-held-together",
    severity=Severity.WARNING,
    summary=Phrase("不该叠加、却没人拦的优惠", "offers that are not to be combined, and nothing refuses it"),
    message=Phrase(
        "优惠“{offer}”没说能和 {others} 叠加，收银台也不拦：客户可以一单同时用",
        "`{offer}` is not said to stack with {others}, yet no till refuses it: a customer can use both in one order",
    ),
    why=Phrase(
        "写在纸上的“不能叠加”收银台不知道；门店各按各的理解办，客户会投诉，利润会漏掉。",
        "A till knows nothing of what only a plan says; each shop decides for itself, customers complain and margins leak.",
    ),
    fix=Phrase(
        "收银系统拦得住的，写 till_refuses；确实允许叠加的，写 stacks_with",
        "write `till_refuses` where the till keeps them apart, `stacks_with` where they may be combined",
    ),
    bad=_example(FLOOR.replace("70%", "50%"), "stacks_with: []", "stacks_with: []"),
    good=REFUSED,
)
BELOW: Final = Rule(
    code="SOP407",
    name="price-below-floor",
    severity=Severity.ERROR,
    summary=Phrase("优惠把价格压到底价以下", "offers that bring the price below the floor"),
    message=Phrase(
        "最坏的一单：{basket} 的商品用上{offers}，只付 {price}，是原价的 {share}，低于底价 {floor}",
        "the worst order: a basket of {basket} with {offers} costs {price}, {share} of the list price, below the floor of {floor}",
    ),
    why=Phrase(
        "每张券单独看都合理，客户会挑最划算的组合一起用，卖得越多亏得越多。",
        "Each offer looks reasonable alone; customers find the best combination, and every sale costs more than it brings.",
    ),
    fix=Phrase(
        "提高门槛、降低面额，或者让收银台拒绝同时使用（till_refuses）",
        "raise a threshold, lower a value, or have the till refuse the combination (`till_refuses`)",
    ),
    bad=_example(FLOOR, "stacks_with: [back-soon]", "stacks_with: []"),
    good=REFUSED,
)
NO_FLOOR: Final = Rule(
    code="SOP408",
    name="stacking-without-floor",
    severity=Severity.WARNING,
    summary=Phrase("优惠可以叠加，却没有底价", "offers that stack with no floor"),
    message=Phrase(
        "没有写底价，优惠却能叠加：{basket} 的商品用上{offers}，只付 {price}，是原价的 {share}",
        "offers stack and no floor is set: a basket of {basket} with {offers} costs {price}, {share} of the list price",
    ),
    why=Phrase(
        "没有底价就没有人说得清亏到哪里为止，下一个活动只会叠得更低。",
        "With no floor nobody can say where it ends, and the next campaign stacks on top.",
    ),
    fix=Phrase(
        "在 sopkit.yaml 写上 pricing，例如 floor: 70%，再决定哪些优惠不能同时用（till_refuses）",
        "write `pricing` in sopkit.yaml, with `floor: 70%`, say, and decide which offers the till refuses together",
    ),
    bad=_example("", "stacks_with: [back-soon]", "stacks_with: []"),
    good=REFUSED,
)

RULES: Final = (TOGETHER, BELOW, NO_FLOOR)

ONCE: Final = Phrase(
    "同一优惠一单只用一次，除非写明可与自己叠加",
    "a till takes one offer once in an order, unless the offer says that it stacks with itself",
)
EXACT: Final = Phrase(
    "收银台按分计算、不另行抹零；礼品、积分、抽奖不改变商品价格",
    "the till rounds nothing away; gifts, points and draws leave the price of a basket as it is",
)
ON_LIST: Final = Phrase(
    "门槛按原价算，不按用过其他优惠后的余额算",
    "thresholds count the list price, not what other offers leave to pay",
)

MOST_OFFERS: Final = 120
"""Offers of which each two are compared: some seconds."""
TOO_MANY: Final = Phrase(
    f"减价的优惠超过 {MOST_OFFERS} 个，不再两两比较",
    f"more than {MOST_OFFERS} offers cut the price: they are not compared one with another",
)


def check(case: Case) -> Iterator[Outcome]:
    """Yield what offers do to the price of a basket, or that they keep to the floor."""
    cutting = tuple(one for one in case.workspace.offers.values() if one.type in CUTS and not one.builtin)
    if not cutting or any(case.doubts.inside(one.at) for one in cutting):
        return
    if len(cutting) > MOST_OFFERS:
        yield from (Unassessed(rule, "workspace", TOO_MANY) for rule in (TOGETHER, BELOW))
        return
    known = Stacking(case, cutting)
    yield from _check_together(known)
    floor = _floor(known)
    if floor is None and not any(known.stacks(*pair) for pair in combinations(known.by_id, 2)):
        return
    missing = _missing(known)
    if missing is None:
        yield from _judge(known, floor)
    elif floor is not None:
        yield Unassessed(BELOW, "workspace", missing)


def _floor(known: Stacking) -> Share | None:
    pricing = known.case.workspace.settings.pricing
    return pricing.floor if pricing is not None else None


def _check_together(known: Stacking) -> Iterator[Finding]:
    """Report each offer once, at the later of two, with all earlier ones that it is not to be combined with."""
    for at, offer in enumerate(known.offers):
        open_ = [
            other
            for other in known.offers[:at]
            if known.ruled_out(offer.id, other.id) and not known.refused(offer.id, other.id)
        ]
        if open_:
            related = [(one.at, Phrase("另一个优惠", "the other offer")) for one in open_[:3]]
            finding = known.case.finding(
                TOGETHER, offer.at, f"offer/{offer.id}", *related, offer=offer.id, others=_names(open_)
            )
            yield _together(known, finding, offer, open_)


def _together(known: Stacking, finding: Finding, offer: Offer, others: Sequence[Offer]) -> Finding:
    """Return the finding with its verdict: the first pair that is certain decides, else all doubts are named."""
    doubts: list[Phrase] = []
    for other in others:
        holding = held_together(known.case, known.granted, (other, offer), several=False, paid=_paid(known))
        doubt = known.doubt(other.id, offer.id)
        facts = (doubt, *holding.facts) if doubt else holding.facts
        if not facts:
            return _with(finding, Verdict.VIOLATED, (), holding.moments)
        doubts += facts
    return _with(finding, Verdict.POSSIBLE, tuple(dict.fromkeys(doubts)))


def _missing(known: Stacking) -> Phrase | None:
    """Return what the price cannot be worked out without."""
    unknown = [offer for offer in known.offers if offer.value is None]
    if unknown:
        return Phrase(f"{_names(unknown).zh} 没有写优惠多少", f"{_names(unknown).en} do not say what they are worth")
    money = [one for offer in known.offers for one in (offer.value, offer.threshold) if isinstance(one, Money)]
    if len({one.currency for one in money}) > 1:
        return Phrase("优惠用了几种货币", "the offers are in several currencies")
    pricing = known.case.workspace.settings.pricing
    if pricing is not None and pricing.of not in (None, "list-price"):
        return Phrase(
            f"底价按 {pricing.of} 算，原价与它的关系没有写",
            f"the floor is of {pricing.of}, which is not related to the list price",
        )
    several = [offer for offer in known.offers if known.stacks(offer.id, offer.id) and copies_held(offer) is None]
    if several:
        return Phrase(
            f"{_names(several).zh} 可与自己叠加，却没有写 valid 和 per_customer",
            f"{_names(several).en} stack with themselves and say neither `valid` nor `per_customer`",
        )
    return None


def _groups(known: Stacking) -> list[tuple[Reduction, ...]]:
    """Return the reductions in groups that no order mixes, each as often as a customer can hold it where it stacks with itself."""
    found = []
    for ids in groups([offer.id for offer in known.offers], known.stacks):
        group: list[Reduction] = []
        for id_ in ids:
            times = copies_held(known.by_id[id_]) if known.stacks(id_, id_) else None
            group += [_reduction(known.by_id[id_])] * min(times or 1, MOST_LIVE + 1)
        found.append(tuple(group))
    return found


def _reduction(offer: Offer) -> Reduction:
    value = offer.value
    return Reduction(
        offer.id,
        share=min(Fraction(value.value) / 100, Fraction(1)) if isinstance(value, Share) else Fraction(0),
        amount=Fraction(value.amount) if isinstance(value, Money) else Fraction(0),
        threshold=Fraction(offer.threshold.amount) if offer.threshold is not None else Fraction(0),
    )


def _judge(known: Stacking, floor: Share | None) -> Iterator[Outcome]:
    rule = NO_FLOOR if floor is None else BELOW
    args = {} if floor is None else {"floor": str(floor)}
    least = Fraction(1) if floor is None else Fraction(floor.value) / 100

    def breaks(worst: Worst) -> bool:
        return worst.share < least and (floor is not None or len(worst.order) > 1)

    for worst in filter(breaks, _certain(known)):
        facts, moments = _course(known, worst)
        if not facts:
            yield _finding(known, rule, worst, (), moments, args=args)
            return
    wide = [one for group in _groups(known) for one in _widest(known, group) if breaks(one)]
    if wide:
        yield _possible(known, rule, min(wide, key=lambda one: one.share), breaks, args)
        return
    many = max(map(len, _groups(known)))
    if floor is not None and many > MOST_LIVE:
        reason = Phrase(
            f"可以一起用的优惠有 {many} 个，超过 {MOST_LIVE} 个不再计算最低价",
            f"{many} offers may be combined: beyond {MOST_LIVE} the worst price is not worked out",
        )
        yield Unassessed(BELOW, "workspace", reason)
    elif floor is not None and not known.case.doubts.anywhere:  # what could not be read may hold another offer
        yield _proof(known, floor)


def _certain(known: Stacking) -> Iterator[Worst]:
    """Yield worst baskets of offers that are said to stack, with thresholds counted the stricter way: whole groups, pairs, each alone."""
    for group in _groups(known):
        reductions = [*dict.fromkeys(group)]
        sets = [group] if len(group) <= MOST_LIVE else []
        sets += [pair for pair in combinations(reductions, 2) if known.surely_stacks(pair[0].id, pair[1].id)]
        for some in (*sets, *((one,) for one in reductions)):
            worst = worst_price_on_what_is_left(some, known.surely_stacks)
            if worst is not None:
                yield worst


def _widest(known: Stacking, group: tuple[Reduction, ...]) -> Iterator[Worst]:
    """Yield the worst basket of all that nothing keeps apart; beyond the bound, that of each two."""
    sets = [group] if len(group) <= MOST_LIVE else [*combinations(group, 2)]
    yield from (worst for some in sets if (worst := worst_price(some, known.stacks)) is not None)


def _possible(
    known: Stacking, rule: Rule, worst: Worst, breaks: Callable[[Worst], bool], args: Mapping[str, str]
) -> Finding:
    """Return the finding of a worst basket that rests on something; on how thresholds are counted only where it must."""
    strict = worst_price_on_what_is_left(worst.order, known.stacks)
    on_list = strict is None or not breaks(strict)
    shown = worst if on_list or strict is None else strict
    facts, moments = _course(known, shown)
    return _finding(known, rule, shown, (ON_LIST, *facts) if on_list else facts, moments, args=args)


def _proof(known: Stacking, floor: Share) -> Proof:
    found = [worst for group in _groups(known) for worst in _widest(known, group)]
    worst = min(found, key=lambda one: one.share)
    basket, price, share = (_money(known, worst.basket), _money(known, worst.price), _share(worst))
    offers = _names([known.by_id[one.id] for one in worst.order])
    zh = (
        f"同一位客户能一起用的优惠，都不会把价格压到原价的 {floor} 以下："
        f"最坏是 {basket} 用{offers.zh}，付 {price}，是原价的 {share}"
    )
    en = (
        f"no offers that one customer can use together bring a basket below {floor} of the list price: "
        f"the worst is {basket} with {offers.en}, which costs {price} ({share})"
    )
    extent = Extent("price", "workspace", float(1 - worst.share), 1 - float(floor.value) / 100)
    return Proof(BELOW, "workspace", Phrase(zh, en), (ONCE, EXACT), extents=(extent,))


def _paid(known: Stacking) -> datetime:
    return datetime.combine(known.case.today, time(12))


def _course(known: Stacking, worst: Worst) -> tuple[tuple[Phrase, ...], tuple[Moment, ...]]:
    """Return what it rests on that the offers are used in one order, and how that comes about."""
    ids = [one.id for one in worst.order]
    once = list(dict.fromkeys(ids))
    facts = [doubt for pair in combinations(once, 2) if (doubt := known.doubt(*pair)) is not None]
    if worst.any_basket:
        basket = _money(known, worst.basket)
        facts.append(Phrase(f"有 {basket} 这么小的一单", f"there is an order as small as {basket}"))
    offers = [known.by_id[id_] for id_ in once]
    several = len(ids) > len(once)
    holding = held_together(known.case, known.granted, offers, several=several, paid=_paid(known))
    return (*facts, *holding.facts), (*holding.moments, *_paying(known, worst, _paid(known)))


def _finding(
    known: Stacking,
    rule: Rule,
    worst: Worst,
    facts: tuple[Phrase, ...],
    moments: tuple[Moment, ...],
    *,
    args: Mapping[str, str],
) -> Finding:
    offers = [known.by_id[id_] for id_ in dict.fromkeys(one.id for one in worst.order)]
    related = [(one.at, Phrase("一起用的优惠", "used together with it")) for one in offers[1:4]]
    finding = known.case.finding(rule, offers[0].at, f"offer/{offers[0].id}", *related)
    finding = replace(finding, args={**_args(known, worst), **args})
    return _with(finding, Verdict.POSSIBLE if facts else Verdict.VIOLATED, (*facts, EXACT), moments)


def _paying(known: Stacking, worst: Worst, paid: datetime) -> Iterator[Moment]:
    """Yield the computation at the till, line by line."""
    basket = _money(known, worst.basket)
    yield Moment(paid, Phrase(f"结账：商品原价 {basket}", f"at the till: list price {basket}"))
    for number, (one, left) in enumerate(worst.steps(), 1):
        offer, rest = known.by_id[one.id], _money(known, left)
        what = Phrase(f"用“{one.id}”减 {offer.value}，剩 {rest}", f"`{one.id}` takes {offer.value} off: {rest} left")
        yield Moment(paid + timedelta(minutes=number), what, known.case.forest.span(offer.at), counted=True)


def _args(known: Stacking, worst: Worst) -> dict[str, str | Phrase]:
    return {
        "basket": _money(known, worst.basket),
        "offers": _names([known.by_id[one.id] for one in worst.order]),
        "price": _money(known, worst.price),
        "share": _share(worst),
    }


def _share(worst: Worst) -> str:
    """Return the share paid, rounded down: a price just below the floor never reads as the floor."""
    return f"{int(worst.share * 1000) / 10:g}%"


def _money(known: Stacking, amount: Fraction) -> str:
    money = [one for offer in known.offers for one in (offer.value, offer.threshold) if isinstance(one, Money)]
    currency = money[0].currency if money else known.case.workspace.settings.currency or "CNY"
    cents = int(amount * 100)
    whole, rest = divmod(cents, 100)
    return f"{whole} {currency}" if not rest else f"{whole}.{rest:02d} {currency}"


def _names(offers: Sequence[Offer]) -> Phrase:
    return Phrase("、".join(f"“{one.id}”" for one in offers), " + ".join(f"`{one.id}`" for one in offers))


def _with(
    finding: Finding, verdict: Verdict, assumptions: tuple[Phrase, ...], timeline: tuple[Moment, ...] = ()
) -> Finding:
    return replace(finding, verdict=verdict, assumptions=assumptions, timeline=timeline)
