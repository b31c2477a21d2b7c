"""Amounts in words: durations, money, shares, comparisons and rates, with their units, in either language."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from sopkit.model.values import Comparison, Duration, DurationRange, Money, NumberRange, Rate, Share
from sopkit.text import Lang, Phrase

UNITS: Final[dict[str, Phrase]] = {
    "s": Phrase("秒", "second"),
    "m": Phrase("分钟", "minute"),
    "h": Phrase("小时", "hour"),
    "d": Phrase("天", "day"),
    "w": Phrase("周", "week"),
    "mo": Phrase("个月", "month"),
    "y": Phrase("年", "year"),
    "workday": Phrase("个工作日", "working day"),
}
CURRENCIES: Final = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "HKD": "港元",
    "TWD": "新台币",
    "JPY": "日元",
    "GBP": "英镑",
}

COMPARATORS: Final[dict[str, Phrase]] = {
    "≥": Phrase("不低于", "at least"),
    "≤": Phrase("不超过", "at most"),
    ">": Phrase("高于", "above"),
    "<": Phrase("低于", "below"),
    "=": Phrase("等于", "exactly"),
}
OPPOSITE: Final = {"≥": "<", "≤": ">", ">": "≤", "<": "≥"}

PERIODS: Final[dict[str, Phrase]] = {
    "day": Phrase("每天", "a day"),
    "week": Phrase("每周", "a week"),
    "month": Phrase("每月", "a month"),
    "quarter": Phrase("每季度", "a quarter"),
    "year": Phrase("每年", "a year"),
    "lifetime": Phrase("终身", "ever"),
}


FIVE_DIGITS: Final = 10_000


def number(value: Decimal | float) -> str:
    """Return a number without needless zeros."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    plain = f"{exact:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def in_threes(amount: Decimal) -> str:
    """Return `1000`, `120,000`: from five digits on they stand in threes."""
    whole, point, rest = number(amount).partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(amount) >= FIVE_DIGITS else f"{whole}{point}{rest}"


def units(amount: Decimal | int | float, unit: str, lang: Lang) -> str:
    """Return `3 天`, `3 days`."""
    name = UNITS[unit].within(lang)
    plural = "s" if lang == "en" and amount != 1 else ""
    return f"{number(Decimal(str(amount)))} {name}{plural}"


def duration(value: Duration, lang: Lang) -> str:
    return units(value.amount, value.unit, lang)


def span(value: DurationRange, lang: Lang) -> str:
    """Return `1–2 天`, `12 小时至 2 天`; an exact delay is one amount."""
    low, high = value.low, value.high
    if (low.amount, low.unit) == (high.amount, high.unit):
        return duration(low, lang)
    if low.amount == 0:
        return f"{'最多 ' if lang == 'zh-CN' else 'up to '}{duration(high, lang)}"
    if low.unit == high.unit:
        return f"{low.amount}–{duration(high, lang)}"
    return f"{duration(low, lang)}{'至' if lang == 'zh-CN' else ' to '}{duration(high, lang)}"


def minutes(value: float, lang: Lang) -> str:
    return units(value, "m", lang)


def money(value: Money, lang: Lang) -> str:
    return currency(value.amount, value.currency, lang)


def currency(amount: Decimal, code: str, lang: Lang) -> str:
    """Return `299 元`, `120,000 CNY`."""
    unit = CURRENCIES[code] if lang == "zh-CN" and code in CURRENCIES else code
    return f"{in_threes(amount)} {unit}"


def share(value: Share) -> str:
    return f"{number(value.value)}%"


def quantity(amount: Decimal, unit: str, lang: Lang) -> str:
    """Return a number with its unit: '', '%', a duration's unit or a currency."""
    if unit in UNITS:
        return units(amount, unit, lang)
    if not unit:
        return in_threes(amount)
    return f"{number(amount)}%" if unit == "%" else currency(amount, unit, lang)


def comparison(value: Comparison, lang: Lang) -> str:
    """Return `不低于 15%`, `at most 30 seconds`, `比基线高 20% 以上`."""
    if value.relative:
        return _relative(value, lang)
    return f"{COMPARATORS[value.comparator].within(lang)} {quantity(value.number, value.unit, lang)}"


def _relative(value: Comparison, lang: Lang) -> str:
    amount = quantity(abs(value.number), value.unit, lang)
    up = value.number >= 0
    # What falls by 40 % or more, whatever comparator the reader of values gives a negative change.
    if lang == "zh-CN":
        return f"比基线{'高' if up else '低'} {amount} 以上"
    return f"at least {amount} {'above' if up else 'below'} the baseline"


def opposite(value: Comparison, lang: Lang) -> str:
    """Return what holds where the comparison does not."""
    if value.comparator == "=":
        return f"{'不等于' if lang == 'zh-CN' else 'other than'} {quantity(value.number, value.unit, lang)}"
    turned = COMPARATORS[OPPOSITE[value.comparator]].within(lang)
    return f"{turned} {quantity(value.number, value.unit, lang)}"


def between(value: NumberRange, lang: Lang) -> str:
    low, high = in_threes(value.low), quantity(value.high, value.unit, lang)
    return f"{low} 至 {high}" if lang == "zh-CN" else f"{low} to {high}"


def ahead_of(said: str, word: str) -> str:
    """Return an amount with the Chinese word behind it: 300 之间, 170 元时; only figures and signs keep a space."""
    return f"{said} {word}" if said[-1:].isascii() else f"{said}{word}"


def per(period: Duration | str, lang: Lang) -> str:
    """Return `每 7 天` (rolling), `每天`; `in any 7 days`, `a day`."""
    if isinstance(period, str):
        return PERIODS[period].within(lang)
    return f"任意连续 {duration(period, lang)}内" if lang == "zh-CN" else f"in any {duration(period, lang)}"


def times(count: int, lang: Lang) -> str:
    if lang == "zh-CN":
        return f"{count} 次"
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def rate(value: Rate, lang: Lang, *, of: Phrase | None = None) -> str:
    """Return `每天 1 次`, `3 times in any 7 days`; `of` counts things rather than times (`份`, `piece`)."""
    period = per(value.per, lang)
    if lang == "zh-CN":
        return f"{period} {value.count} {of.zh if of else '次'}"
    counted = f"{value.count} {of.en}" if of else times(value.count, lang)
    return f"{counted} {period}"
