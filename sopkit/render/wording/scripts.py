"""Scripts as staff read them: placeholders become blanks that say what belongs there, or the value where it is known."""

from __future__ import annotations

import re
from typing import Final

from sopkit.model.nouns import Offer, Script
from sopkit.model.values import Money, Share
from sopkit.render.marks import Line, clean, foreign, line, slot
from sopkit.render.wording import amounts
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\.([\w-]+)(?:\|([^{}]*))?\}")
EDITORS_BLANK: Final = re.compile(r"〔([^〔〕]*)〕")

DIGITS: Final = "零一二三四五六七八九"

FIELDS: Final[dict[tuple[str, str], Phrase]] = {
    ("staff", "name"): Phrase("员工姓名", "your name"),
    ("staff", "phone"): Phrase("员工电话", "your phone number"),
    ("shop", "name"): Phrase("门店名", "shop name"),
    ("shop", "address"): Phrase("门店地址", "shop address"),
    ("shop", "hours"): Phrase("门店营业时间", "shop hours"),
    ("offer", "title"): Phrase("权益名称", "offer"),
    ("offer", "value"): Phrase("权益面额", "value of the offer"),
    ("offer", "threshold"): Phrase("使用门槛", "minimum order"),
    ("offer", "ends"): Phrase("到期日", "end date"),
    ("offer", "points"): Phrase("积分数", "points"),
    ("issue", "title"): Phrase("本期标题", "title of the issue"),
    ("issue", "starts"): Phrase("开始时间", "start time"),
    ("issue", "place"): Phrase("地点", "place"),
}


def script_lines(script: Script, names: Names, offer: Offer | None = None) -> tuple[Line, ...]:
    """Return the script's lines with blanks marked; `offer` fills what is said of an offer."""
    if script.text is None:
        return ()
    locale, words = names.choose(script.text)
    blanks = PLACEHOLDER.sub(lambda match: _blank(match, names, offer), clean(words).strip("\n"))
    said = EDITORS_BLANK.sub(lambda match: slot(match.group(1)), blanks)
    own = locale.partition("-")[0].lower() == names.lang.partition("-")[0].lower()
    return tuple(line(each if own else foreign(each, locale)) for each in said.split("\n"))


def _blank(match: re.Match[str], names: Names, offer: Offer | None) -> str:
    space, field, fallback = match.group(1), match.group(2), match.group(3)
    known = _known(space, field, names, offer)
    if known:
        # Words that customers read are set as in a message: 满199元, not 满 199 元.
        return known.replace(" ", "") if names.zh else known
    label = _label(space, field, names)
    if fallback:
        label += names.pick(f"，没有就写“{fallback}”", f", else “{fallback}”")
    return slot(label)


def _known(space: str, field: str, names: Names, offer: Offer | None) -> str:
    """Return the value of a placeholder that is the same for every customer; '' where it is not."""
    brand = names.workspace.settings.brand
    if space == "brand" and brand:
        texts = {"name": brand.name, "signature": brand.signature, "header": brand.header, "footer": brand.footer}
        if field == "service_line":
            return clean(brand.service_line or "")
        return names.say(texts.get(field))
    if space == "offer" and offer:
        return _offer_value(field, names, offer)
    return ""


def _offer_value(field: str, names: Names, offer: Offer) -> str:
    match field:
        case "title":
            return names.say(offer.title)
        case "value":
            return offer_value(offer, names)
        case "threshold" if offer.threshold:
            return amounts.money(offer.threshold, names.lang)
        case _:
            return ""


def offer_value(offer: Offer, names: Names) -> str:
    """Return what an offer is worth, as it is said in a shop: 10 元, 八五折, 50 积分; '' where it does not say."""
    match offer.value:
        case Money() as money:
            return amounts.money(money, names.lang)
        case Share() as share:
            return discount(share, names)
        case _:
            return names.pick(f"{offer.points} 积分", f"{offer.points} points") if offer.points else ""


def discount(share: Share, names: Names) -> str:
    """Return a share that the price falls by as a price: 25% is 七五折, 12.5% is 8.75 折, 25% off."""
    if not names.zh:
        return f"{amounts.share(share)} off"
    left = (100 - share.value) / 10
    if not 0 < left < 10:
        return f"减 {amounts.share(share)}"
    digits = amounts.number(left)
    if left < 1 or len(digits.replace(".", "")) > 2:
        return f"{digits} 折"
    return "".join(DIGITS[int(digit)] for digit in digits if digit != ".") + "折"


def _label(space: str, field: str, names: Names) -> str:
    known = FIELDS.get((space, field))
    if known:
        return known.within(names.lang)
    if space in ("customer", "event"):
        title = names.title(names.workspace.data, field)
        within = title[:1].lower() + title[1:] if title[1:2].islower() else title
        return names.pick(f"客户{title}", f"customer's {within}") if space == "customer" else title
    return f"{space}.{field}"
