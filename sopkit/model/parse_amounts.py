"""A string and its place go in; a comparison, rate, sum of money, percentage or a test of a condition, or a `MalformedError`, comes out."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple, cast

from sopkit.model import rules_values as rules
from sopkit.model.malformed import MalformedError
from sopkit.model.parse import CACHED, calendar, duration, inside, refusal
from sopkit.model.values import (
    Calendar,
    Comparator,
    Comparison,
    Duration,
    Money,
    NumberRange,
    Rate,
    Share,
)
from sopkit.schema import habits
from sopkit.text import Phrase
from sopkit.tree import Mark

NUMBER: Final = r"[0-9]{1,12}(?:\.[0-9]{1,6})?"
QUANTITY: Final = re.compile(rf"({NUMBER})(?:(%|s|m|h|d|w|mo|y)| ?([A-Z]{{3}})| (workday)s?)?")
COMPARISON: Final = re.compile(r"(≥|≤|>=|<=|<|>|=) ?(?=[^ ])(.*)")
RELATIVE: Final = re.compile(rf"([+-]{NUMBER})%(?: over baseline)?")
MONEY: Final = re.compile(rf"({NUMBER}) ?([A-Z]{{3}})")
SHARE: Final = re.compile(rf"({NUMBER})%")
RATE: Final = re.compile(r"([0-9]{1,9}) per (.+)")
NUMBER_RANGE: Final = re.compile(rf"({NUMBER})\.\.({NUMBER})(%| ?[A-Z]{{3}})?")
SUM: Final = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.([a-z0-9]+(?:-[a-z0-9]+)*)")
CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  a table is easier to read than two hundred quoted words
)
"""ISO 4217, money that people pay with."""


class Quantity(NamedTuple):
    """A number in a unit, as in `Comparison`."""

    number: Decimal
    unit: str


def quantity(text: str) -> Quantity | None:
    """Return a number with its unit, None for anything else."""
    found = QUANTITY.fullmatch(text)
    if found is None or (found[3] is not None and found[3] not in CURRENCIES):
        return None
    return Quantity(Decimal(found[1]), found[2] or found[3] or found[4] or "")


def comparison(text: str, at: Mark) -> Comparison:
    """Return `≥ 15%`, `< 30s`, `≥ 2000 CNY`, `">= 4"`, `+20% over baseline`, `+15%`."""
    comparator, number, unit, relative = _comparison(text)
    return Comparison(comparator, number, unit, relative, at)


@lru_cache(CACHED)
def _comparison(text: str) -> tuple[Comparator, Decimal, str, bool]:
    if found := RELATIVE.fullmatch(text):
        number = Decimal(found[1])
        return ("≤" if number < 0 else "≥"), number, "%", True
    found = COMPARISON.fullmatch(text)
    amount = quantity(found[2]) if found else None
    if found is None or amount is None:
        raise _no_comparison(text, found)
    sign = {">=": "≥", "<=": "≤"}.get(found[1], found[1])
    return cast("Comparator", sign), amount.number, amount.unit, False  # the expression allows no other sign


def _no_comparison(text: str, found: re.Match[str] | None) -> MalformedError:
    error = refusal(rules.MALFORMED_COMPARISON, text, habits.comparison, _comparison)
    if error.better is not None:
        return error
    bare = text if quantity(text) is not None else habits.amount(text)
    if bare is not None and quantity(bare) is not None:
        which = Phrase(f"写明方向：≥ {bare} 或 ≤ {bare}。", f"say which way, `≥ {bare}` or `≤ {bare}`; ")
        return MalformedError(rules.MALFORMED_COMPARISON, text, args={"better": which})
    if found is None:
        return error
    return MalformedError(rules.MALFORMED_COMPARISON, text, found.start(2), args=_no_currency(found[2]))


def _no_currency(text: str) -> dict[str, Phrase]:
    """Return the remark for an amount in a currency that does not exist; nothing for anything else."""
    found = MONEY.fullmatch(text)
    if found is None or found[2] in CURRENCIES:
        return {}
    return {"better": Phrase(f"没有 {found[2]} 这种货币。", f"there is no currency {found[2]}; ")}


def measured(text: str, at: Mark) -> Comparison:
    """Return a bare value, such as `8%` or `186 CNY`, as `= value`; a comparison too."""
    amount = quantity(text)
    if amount is not None:
        return Comparison("=", amount.number, amount.unit, False, at)
    if COMPARISON.fullmatch(text):
        return comparison(text, at)
    raise refusal(rules.MALFORMED_COMPARISON, text, habits.amount, lambda better: measured(better, at))


def rate(text: str, at: Mark) -> Rate:
    """Return `3 per 7d`, `1 per day`, `1 per lifetime`."""
    found = RATE.fullmatch(text)
    if found is None:
        raise refusal(rules.MALFORMED_RATE, text, habits.rate, lambda better: rate(better, at))
    try:
        return Rate(int(found[1]), _per(found[2], at), at)
    except MalformedError as error:
        better = habits.rate(text)
        start = found.start(2) + error.start if better is None else 0
        raise MalformedError(rules.MALFORMED_RATE, text, start, better=better) from None


def _per(text: str, at: Mark) -> Duration | Calendar | Literal["lifetime"]:
    if text == "lifetime":
        return "lifetime"
    return calendar(text) or duration(text, at)


def money(text: str, at: Mark) -> Money:
    """Return `99 CNY`."""
    found = MONEY.fullmatch(text)
    if found is None:
        raise refusal(rules.MALFORMED_MONEY, text, habits.money, lambda better: money(better, at))
    if found[2] not in CURRENCIES:
        known = habits.money(text)
        better = known if known and known[-3:] in CURRENCIES else None
        if better:
            raise MalformedError(rules.MALFORMED_MONEY, text, better=better)
        raise MalformedError(rules.MALFORMED_MONEY, text, found.start(2), args=_no_currency(text))
    return Money(Decimal(found[1]), found[2], at)


def share(text: str, at: Mark) -> Share:
    """Return `70%`."""
    found = SHARE.fullmatch(text)
    if found is None:
        raise refusal(rules.MALFORMED_PERCENTAGE, text, habits.share, lambda better: share(better, at))
    return Share(Decimal(found[1]), at)


def amount(text: str, at: Mark) -> Money | Share:
    """Return money or a percentage."""
    if text.endswith("%") or habits.share(text):
        return share(text, at)
    return money(text, at)


def number_or_money(text: str, at: Mark) -> str:
    """Return the text of a bare number, of points say, or of an amount of money, as it should be written."""
    return text if re.fullmatch(NUMBER, text) else str(money(text, at))


def total(text: str) -> tuple[str, str]:
    """Return event and datum of `EVENT.DATA`."""
    found = SUM.fullmatch(text)
    if found is None:
        raise MalformedError(rules.MALFORMED_SUM, text)
    return found[1], found[2]


# Tests in predicates

EVENT_TEST: Final = re.compile(r"(not )?(?:(≥|≤|>=|<=|<|>|=) ?([0-9]{1,9}))?(?: ?within (.+))?")
EVENTS: Final = Phrase("事件", "an event")
EVENT_FORMS: Final = Phrase(
    "ever、never、within 30d、not within 90d、≥ 2、≥ 2 within 90d",
    "ever, never, within 30d, not within 90d, ≥ 2 or ≥ 2 within 90d",
)
DATA: Final = Phrase("数据项", "a data item")
DATA_FORMS: Final = Phrase(
    "取值、[取值, 取值]、≥ 100、1..5、known、unknown",
    "a value, [value, value], ≥ 100, 1..5, known or unknown",
)


class Occurrence(NamedTuple):
    """How often, within which time, an event must have occurred; as in `EventTest`."""

    times: Comparison | None
    within: Duration | None
    negated: bool


def is_occurrence(text: str) -> bool:
    """Whether only an event is tested so: `ever`, `never`, `within …`, `not within …`, `≥ 2 within …`."""
    return text in {"ever", "never"} or "within " in text


def occurrence(text: str, at: Mark) -> Occurrence:
    """Return `ever | never | within 30d | not within 90d | ≥ 2 within 90d | ≥ 2`."""
    if text in {"ever", "never"}:
        return Occurrence(None, None, text == "never")
    found = EVENT_TEST.fullmatch(text)
    if found is None or not (found[2] or found[4]) or (found[1] and found[2]):
        args = {"kind": EVENTS, "forms": EVENT_FORMS}
        raise MalformedError(rules.MALFORMED_TEST, text, better=_occurrence_habit(text), args=args)
    within = inside(found.start(4), duration, found[4], at) if found[4] else None
    count = comparison(f"{found[2]} {found[3]}", at) if found[2] else None
    return Occurrence(count, within, bool(found[1]))


def _occurrence_habit(text: str) -> str | None:
    plain = habits.folded(text)
    if plain in {"有过", "发生过", "曾经", "yes", "true", "once"}:
        return "ever"
    if plain in {"没有", "没有过", "从未", "从不", "未", "no", "false"}:
        return "never"
    found = re.fullmatch(
        rf"(没有?|未|不在|not in|not within|no)?\s*(?:最近|近|过去|last|in|within)?\s*([0-9].*?)(?:内|之内|以内)?\s*"
        rf"(未|没有)?\s*(?:({habits.COMPARATOR})?\s*([0-9]+)\s*(?:次|times))?",
        plain,
    )
    within = habits.duration(found[2]) if found else None
    if found is None or within is None:
        return None
    if found[5]:
        return f"{habits.COMPARED[found[4] or '≥']} {found[5]} within {within}"
    return f"not within {within}" if found[1] or found[3] else f"within {within}"


DataValue = tuple[str, ...] | Comparison | NumberRange | Literal["known", "unknown"]
"""What a datum is tested for, as in `DataTest`."""


def data_test(text: str, at: Mark) -> DataValue:
    """Return what a datum is tested for: a comparison, a range, being known or not, or one value."""
    if is_occurrence(text):
        raise MalformedError(rules.MALFORMED_TEST, text, args={"kind": DATA, "forms": DATA_FORMS})
    if text == "known":
        return "known"
    if text == "unknown":
        return "unknown"
    if text[:1] in "≥≤<>=≧≦＞＜＝" and text:
        return comparison(text, at)
    found = NUMBER_RANGE.fullmatch(text)
    if found is None:
        return (text,)
    low, high = Decimal(found[1]), Decimal(found[2])
    if low > high:
        raise MalformedError(rules.REVERSED_RANGE, text, better=f"{found[2]}..{found[1]}{found[3] or ''}")
    return NumberRange(low, high, (found[3] or "").strip(), at)
