"""Offers: what is given, on which terms, how often; as a line for a step card and as a table for the manual."""

from __future__ import annotations

from typing import Final

from sopkit.model.nouns import Offer, Prize
from sopkit.model.values import Duration, Rate, Share
from sopkit.render.document import Column, RowGroup, Section, Table, text
from sopkit.render.manual.book import Book
from sopkit.render.marks import Line, ident
from sopkit.render.wording import amounts
from sopkit.render.wording.names import Names
from sopkit.render.wording.scripts import offer_value
from sopkit.text import Phrase

TYPES: Final[dict[str, Phrase]] = {
    "coupon": Phrase("券", "coupon"),
    "discount": Phrase("折扣", "discount"),
    "threshold": Phrase("满减", "spend and save"),
    "gift": Phrase("礼品", "gift"),
    "joint": Phrase("联合优惠", "joint offer"),
    "flash-sale": Phrase("秒杀", "flash sale"),
    "draw": Phrase("抽奖", "prize draw"),
    "points": Phrase("积分", "points"),
    "paid-service": Phrase("付费服务", "paid service"),
}
PER_PERIOD_ZH: Final = {"day": "每天", "week": "每周", "month": "每月", "quarter": "每季度", "year": "每年"}


def offer_line(id_: str, book: Book) -> str:
    """Return an offer in one line: 限时券：30 元，满 199 元可用，3 天内有效，每人每 30 天限 1 份."""
    names = book.names
    title = names.title(book.workspace.offers, id_)
    offer = book.workspace.offers.get(id_)
    said = names.pick("，", ", ").join(_terms(offer, names)) if offer else ""
    return names.colon(title, said) if said else title


def offer_notes(id_: str, book: Book) -> tuple[str, ...]:
    """Return what else is to be known of an offer: what it combines with, prizes, terms."""
    offer = book.workspace.offers.get(id_)
    return tuple(_notes(offer, book.names)) if offer else ()


def _terms(offer: Offer, names: Names) -> list[str]:
    terms = [_worth(offer, names)]
    if offer.threshold:
        amount = amounts.money(offer.threshold, names.lang)
        terms.append(names.pick(f"满 {amount}可用", f"from {amount}"))
    if offer.valid:
        amount = amounts.duration(offer.valid, names.lang)
        terms.append(names.pick(f"{amount}内有效", f"valid for {amount}"))
    if offer.per_customer:
        terms.append(per_customer(offer.per_customer, names))
    return [term for term in terms if term]


def _worth(offer: Offer, names: Names) -> str:
    """Return an offer's worth; of a discount also what the price falls by, so that nobody takes 七五折 for 75% off."""
    said = offer_value(offer, names)
    if names.zh and isinstance(offer.value, Share) and said.endswith("折"):
        said += names.bracketed(f"减 {amounts.share(offer.value)}")
    return said


def per_customer(rate: Rate, names: Names) -> str:
    """Return how often one customer may have it: 每人每 30 天限 1 份."""
    if names.zh:
        if isinstance(rate.per, Duration):
            return f"每人每 {amounts.duration(rate.per, names.lang)}限 {rate.count} 份"
        return f"每人{PER_PERIOD_ZH.get(rate.per, '终身')}限 {rate.count} 份"
    period = "ever" if rate.per == "lifetime" else amounts.per(rate.per, names.lang)
    return f"{rate.count} for each customer {period}"


def offers_section(book: Book) -> Section | None:
    """Return the table of all offers; None where there are none."""
    names = book.names
    groups: dict[str, list[tuple[Line, ...]]] = {}
    for offer in book.workspace.offers.values():
        family = offer.programme.id if offer.programme else ""
        groups.setdefault(family, []).append(_row(offer, names))
    if not groups:
        return None
    programmes = book.workspace.programmes
    ordered = sorted(groups, key=lambda id_: list(programmes).index(id_) if id_ in programmes else len(programmes))
    titles = {id_: text(names.title(programmes, id_)) if id_ else text(names.pick("其他", "Other")) for id_ in ordered}
    columns = (
        Column(text(names.pick("权益", "Offer")), 4),
        Column(text(names.pick("内容", "What")), 3),
        Column(text(names.pick("门槛与有效期", "Conditions")), 4),
        Column(text(names.pick("每人限领", "Limit")), 3),
        Column(text(names.pick("叠加与说明", "Combining, notes")), 5),
    )
    rows = tuple(RowGroup(titles[id_] if len(ordered) > 1 else (), tuple(groups[id_])) for id_ in ordered)
    title = names.pick("权益一览", "Offers")
    return Section("offers", text(title), (Table(text(title), columns, rows),))


def _row(offer: Offer, names: Names) -> tuple[Line, ...]:
    kind = TYPES[offer.type].within(names.lang) if offer.type else ""
    value = _worth(offer, names)
    conditions = _terms(offer, names)[1 if value else 0 :]
    if offer.per_customer:
        conditions = conditions[:-1]
    limit = per_customer(offer.per_customer, names) if offer.per_customer else "–"
    said = names.pick("，", ", ").join(conditions) or "–"
    title = (names.say(offer.title) or ident(offer.id)) + "\n" + ident(offer.id)
    worth = value + names.bracketed(kind) if value and kind else value or kind
    return (text(title), text(worth), text(said), text(limit), text("\n".join(_notes(offer, names)) or "–"))


def _notes(offer: Offer, names: Names) -> list[str]:
    notes = [_stacking(offer, names)]
    if offer.till_refuses:
        said = names.listed([names.title(names.workspace.offers, ref) for ref in offer.till_refuses])
        notes.append(names.pick(f"收银系统拒绝与{said}同用", f"the till refuses it together with {said}"))
    notes += [_prize(prize, names) for prize in offer.prizes]
    notes += [names.say(term) for term in offer.terms]
    return [note for note in notes if note]


def _stacking(offer: Offer, names: Names) -> str:
    if offer.type == "points" or offer.stacks_with is None:
        return ""
    if not offer.stacks_with:
        return names.pick("不与其他优惠叠加", "not together with other offers")
    said = names.listed([names.title(names.workspace.offers, ref) for ref in offer.stacks_with])
    return names.pick(f"可与{said}叠加", f"together with {said}")


def _prize(prize: Prize, names: Names) -> str:
    said = names.say(prize.title)
    if prize.value:
        said += names.bracketed(amounts.money(prize.value, names.lang))
    return said + (f" × {prize.count}" if prize.count else "")
