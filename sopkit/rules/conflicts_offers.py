"""Offers that one customer can use in one order, and the worst price that this makes: SOP406–SOP408."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Final

from sopkit.diagnostics import Finding, Moment, Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.graph.prices import MOST_LIVE, Reduction, Worst, groups, worst_price, worst_price_on_what_is_left
from sopkit.model.nouns import Offer
from sopkit.model.values import Money, Share
from sopkit.rules.case import Case
from sopkit.rules.conflicts_held import copies_held, held_together
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
        "最坏的一单：{basket} 的商品用上 {offers}，只付 {price}，是原价的 {share}，低于底价 {floor}",
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
        "没有写底价，优惠却能叠加：{basket} 的商品用上 {offers}，只付 {price}，是原价的 {share}",
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


@dataclass(frozen=True, eq=False)
class _Offers:
    """The reductions of one workspace and who may be combined with whom."""

    case: Case
    offers: tuple[Offer, ...]

    @cached_property
    def by_id(self) -> dict[str, Offer]:
        return {offer.id: offer for offer in self.offers}

    def declared(self, one: str, other: str) -> bool:
        """Return whether it is written, on either side, that the two stack."""
        a, b = self.by_id[one], self.by_id[other]
        return any(ref.id == other for ref in a.stacks_with) or any(ref.id == one for ref in b.stacks_with)

    def refused(self, one: str, other: str) -> bool:
        a, b = self.by_id[one], self.by_id[other]
        return any(ref.id == other for ref in a.till_refuses) or any(ref.id == one for ref in b.till_refuses)

    def stacks(self, one: str, other: str) -> bool:
        """Return whether nothing keeps the two out of one order."""
        return self.declared(one, other) if one == other else not self.refused(one, other)


def check(case: Case) -> Iterator[Outcome]:
    """Yield what offers do to the price of a basket, or that they keep to the floor."""
    cutting = tuple(one for one in case.workspace.offers.values() if one.type in CUTS and not one.builtin)
    if not cutting or any(case.doubts.inside(one.at) for one in cutting):
        return
    known = _Offers(case, cutting)
    yield from _check_together(known)
    missing = _missing(known)
    if missing is not None:
        yield Unassessed(BELOW, "workspace", missing)
        return
    worst = _worst(known)
    if worst is not None:
        yield from _judge(known, *worst)


def _check_together(known: _Offers) -> Iterator[Finding]:
    """Report each offer once, at the later of two, with all earlier ones."""
    for at, offer in enumerate(known.offers):
        open_ = [
            other
            for other in known.offers[:at]
            if not known.declared(offer.id, other.id) and not known.refused(offer.id, other.id)
        ]
        if open_:
            related = [(one.at, Phrase("另一个优惠", "the other offer")) for one in open_[:3]]
            finding = known.case.finding(
                TOGETHER, offer.at, f"offer/{offer.id}", *related, offer=offer.id, others=_names(open_)
            )
            facts = tuple(_not_refused(offer.id, one.id) for one in open_)
            yield _with(finding, Verdict.POSSIBLE, facts)


def _missing(known: _Offers) -> Phrase | None:
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
    group = max(_groups(known), key=len)
    if len(group) > MOST_LIVE:
        return Phrase(
            f"可以一起用的优惠有 {len(group)} 个，超过 {MOST_LIVE} 个不再计算最低价",
            f"{len(group)} offers may be combined: beyond {MOST_LIVE} the worst price is not worked out",
        )
    return None


def _groups(known: _Offers) -> list[tuple[Reduction, ...]]:
    """Return the reductions in groups that no order mixes, each as often as a customer can hold it where it stacks with itself."""
    found = []
    for ids in groups([offer.id for offer in known.offers], known.stacks):
        group: list[Reduction] = []
        for id_ in ids:
            times = (copies_held(known.by_id[id_]) or 1) if known.stacks(id_, id_) else 1
            group += [_reduction(known.by_id[id_])] * min(times, MOST_LIVE + 1)
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


def _worst(known: _Offers) -> tuple[Worst, tuple[Reduction, ...]] | None:
    found = [(worst, group) for group in _groups(known) if (worst := worst_price(group, known.stacks)) is not None]
    return min(found, key=lambda one: one[0].share, default=None)


def _judge(known: _Offers, worst: Worst, group: tuple[Reduction, ...]) -> Iterator[Outcome]:
    pricing = known.case.workspace.settings.pricing
    if pricing is None or pricing.floor is None:
        if len(worst.order) > 1:
            strict = worst_price_on_what_is_left(group, known.stacks)
            certain = strict is not None and len(strict.order) > 1
            yield _finding(known, NO_FLOOR, strict if strict and certain else worst, () if certain else (ON_LIST,))
        return
    floor = Fraction(pricing.floor.value) / 100
    if worst.share >= floor:
        # What could not be read may hold another offer.
        if not known.case.doubts.any:
            yield _proof(known, worst, pricing.floor)
        return
    strict = worst_price_on_what_is_left(group, known.stacks)
    facts: tuple[Phrase, ...] = ()
    if strict is not None and strict.share < floor:
        worst = strict
    else:
        facts = (ON_LIST,)
    yield _finding(known, BELOW, worst, facts, floor=str(pricing.floor))


def _proof(known: _Offers, worst: Worst, floor: Share) -> Proof:
    basket, price, share = (_money(known, worst.basket), _money(known, worst.price), _share(worst))
    offers = _names([known.by_id[one.id] for one in worst.order])
    zh = (
        f"同一位客户能一起用的优惠，都不会把价格压到原价的 {floor} 以下："
        f"最坏是 {basket} 用 {offers.zh}，付 {price}，是原价的 {share}"
    )
    en = (
        f"no offers that one customer can use together bring a basket below {floor} of the list price: "
        f"the worst is {basket} with {offers.en}, which costs {price} ({share})"
    )
    return Proof(BELOW, "workspace", Phrase(zh, en), (ONCE, EXACT))


def _finding(known: _Offers, rule: Rule, worst: Worst, facts: tuple[Phrase, ...], **args: str | Phrase) -> Finding:
    ids = [one.id for one in worst.order]
    offers = [known.by_id[id_] for id_ in dict.fromkeys(ids)]
    pairs = (pair for pair in combinations(dict.fromkeys(ids), 2) if not known.declared(*pair))
    facts = (*facts, *(_not_refused(*pair) for pair in pairs))
    if worst.any_basket:
        basket = _money(known, worst.basket)
        facts = (*facts, Phrase(f"有 {basket} 这么小的一单", f"there is an order as small as {basket}"))
    paid = datetime.combine(known.case.today, time(12))
    holding = held_together(known.case, offers, several=len(ids) > len(offers), paid=paid)
    facts = (*facts, *holding.facts)
    timeline = (*holding.moments, *_paying(known, worst, paid))
    related = [(one.at, Phrase("一起用的优惠", "used together with it")) for one in offers[1:4]]
    finding = known.case.finding(rule, offers[0].at, f"offer/{offers[0].id}", *related)
    finding = replace(finding, args={**_args(known, worst), **args})
    verdict = Verdict.POSSIBLE if facts else Verdict.VIOLATED
    return _with(finding, verdict, (*facts, EXACT), timeline)


def _paying(known: _Offers, worst: Worst, paid: datetime) -> Iterator[Moment]:
    """Yield the computation at the till, line by line."""
    basket = _money(known, worst.basket)
    yield Moment(paid, Phrase(f"结账：商品原价 {basket}", f"at the till: list price {basket}"))
    for number, (one, left) in enumerate(worst.steps(), 1):
        offer, rest = known.by_id[one.id], _money(known, left)
        what = Phrase(f"用“{one.id}”减 {offer.value}，剩 {rest}", f"`{one.id}` takes {offer.value} off: {rest} left")
        yield Moment(paid + timedelta(minutes=number), what, known.case.forest.span(offer.at), counted=True)


def _args(known: _Offers, worst: Worst) -> dict[str, str | Phrase]:
    return {
        "basket": _money(known, worst.basket),
        "offers": _names([known.by_id[one.id] for one in worst.order]),
        "price": _money(known, worst.price),
        "share": _share(worst),
    }


def _share(worst: Worst) -> str:
    """Return the share paid, rounded down: a price just below the floor never reads as the floor."""
    return f"{int(worst.share * 1000) / 10:g}%"


def _money(known: _Offers, amount: Fraction) -> str:
    money = [one for offer in known.offers for one in (offer.value, offer.threshold) if isinstance(one, Money)]
    currency = money[0].currency if money else known.case.workspace.settings.currency or "CNY"
    cents = int(amount * 100)
    whole, rest = divmod(cents, 100)
    return f"{whole} {currency}" if not rest else f"{whole}.{rest:02d} {currency}"


def _names(offers: Sequence[Offer]) -> Phrase:
    return Phrase("、".join(f"“{one.id}”" for one in offers), " + ".join(f"`{one.id}`" for one in offers))


def _not_refused(one: str, other: str) -> Phrase:
    return Phrase(f"收银台不拒绝“{one}”和“{other}”同用", f"no till refuses `{one}` together with `{other}`")


def _with(
    finding: Finding, verdict: Verdict, assumptions: tuple[Phrase, ...], timeline: tuple[Moment, ...] = ()
) -> Finding:
    return replace(finding, verdict=verdict, assumptions=assumptions, timeline=timeline)
