"""Strings as values: what is read, what is refused, where exactly, and what is offered instead."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.model import parse
from sopkit.model import parse_amounts as amounts
from sopkit.model import rules_values as rules
from sopkit.model.malformed import MalformedError
from sopkit.model.values import Comparison, Duration, DurationRange, NumberRange
from sopkit.tree import Mark

AT = Mark(7)
Parser = Callable[[str, Mark], object]

PARSERS: dict[str, Parser] = {
    "duration": parse.duration,
    "duration_range": parse.duration_range,
    "clock": parse.clock,
    "hours": parse.hours,
    "slot": parse.slot,
    "date": parse.date,
    "every": parse.every,
    "cap_period": parse.cap_period,
    "window": parse.window,
    "retention": parse.retention,
    "stay": parse.stay,
    "reentry": parse.reentry,
    "reaction": parse.reaction,
    "comparison": amounts.comparison,
    "measured": amounts.measured,
    "rate": amounts.rate,
    "money": amounts.money,
    "share": amounts.share,
    "amount": amounts.amount,
    "occurrence": amounts.occurrence,
    "data_test": amounts.data_test,
}

WRITTEN_AS_READ = {
    "duration": "0h|30s|15m|4h|3d|2w|6mo|1y|3 workdays|1 workday|999999d",
    "duration_range": "1h..3h|1d|15m..2h|1mo..2mo|1 workday..3 workdays",
    "clock": "00:00|09:30|23:59",
    "hours": "09:00-21:00|21:00-09:00|00:00-24:00|mon-fri 10:00-18:00|sat 10:00-12:00|mon,wed 10:00-12:00",
    "slot": "10:00|tue 10:00|day 5 09:00|day 31 23:59|last day 09:00|second sat 14:00|last fri 08:00|fifth mon 08:00",
    "date": "2026-12-31|2028-02-29",
    "every": "day|week|month|quarter|year|event|15m|2w",
    "window": "day 7|days 1..7|from day 7|0h..24h|day 0",
    "comparison": "≥ 15%|≤ 3|< 30s|> 0.5%|= 100%|≥ 2000 CNY|+20% over baseline|-5% over baseline|≥ 3 workdays|≥ 2mo",
    "rate": "3 per 7d|1 per day|2 per week|1 per month|1 per lifetime|5 per 3 workdays",
    "money": "99 CNY|0.045 CNY|1000000 USD",
    "share": "70%|2.5%|0%",
}
"""Strings that `str()` of the value gives back."""


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in WRITTEN_AS_READ.items() for text in texts.split("|")]
)
def test_a_value_is_written_as_it_was_read(name: str, text: str) -> None:
    value = PARSERS[name](text, AT)
    assert str(value) == text
    assert getattr(value, "at", None) == AT


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        ("clock", "9:05", "09:05"),
        ("hours", "9:00-21:00", "09:00-21:00"),
        ("hours", "mon-sun 10:00-22:00", "10:00-22:00"),
        ("hours", "sat-mon 10:00-12:00", "mon,sat,sun 10:00-12:00"),
        ("comparison", "≥15%", "≥ 15%"),
        ("comparison", ">= 4", "≥ 4"),
        ("comparison", "<=3d", "≤ 3d"),
        ("comparison", "+15%", "+15% over baseline"),
        ("comparison", "≥ 2000CNY", "≥ 2000 CNY"),
        ("measured", "8%", "= 8%"),
        ("measured", "186 CNY", "= 186 CNY"),
        ("measured", "≤ 3", "≤ 3"),
        ("money", "99CNY", "99 CNY"),
        ("amount", "15%", "15%"),
        ("amount", "10 CNY", "10 CNY"),
        ("cap_period", "7d", "7d"),
        ("cap_period", "week", "week"),
        ("stay", "at least 7d", "7d"),
    ],
)
def test_other_spellings_that_are_accepted(name: str, text: str, written: str) -> None:
    assert str(PARSERS[name](text, AT)) == written


BETTER = {
    "duration": [
        ("3天", "3d"),
        ("３d", "3d"),
        ("4 h", "4h"),
        ("4H", "4h"),
        ("48小时", "48h"),
        ("24小时内", "24h"),
        ("半小时", "30m"),
        ("1.5h", "90m"),
        ("1小时30分", "90m"),
        ("两周", "2w"),
        ("十五天", "15d"),
        ("三个月", "3mo"),
        ("半年", "6mo"),
        ("3个工作日", "3 workdays"),
        ("1个工作日", "1 workday"),
        ("3 days", "3d"),
        ("30min", "30m"),
    ],
    "duration_range": [
        ("1-3天", "1d..3d"),
        ("1h-3h", "1h..3h"),
        ("1h...3h", "1h..3h"),
        ("1~3小时", "1h..3h"),
        ("1天到3天", "1d..3d"),
        ("2天", "2d"),
    ],
    "clock": [
        ("20：00", "20:00"),
        ("9点半", "09:30"),
        ("晚上8点", "20:00"),
        ("8pm", "20:00"),
        ("下午2点15分", "14:15"),
    ],
    "hours": [
        ("21：00-09：00", "21:00-09:00"),
        ("９点～21点", "09:00-21:00"),
        ("周一至周五 10:00-18:00", "mon-fri 10:00-18:00"),
        ("每天 9:00-18:00", "09:00-18:00"),
        ("Mon-Fri 9:00-18:00", "mon-fri 09:00-18:00"),
    ],
    "slot": [
        ("周二 10：00", "tue 10:00"),
        ("星期三下午3点", "wed 15:00"),
        ("每月5号 9:00", "day 5 09:00"),
        ("月底 9点", "last day 09:00"),
        ("第二个周六 14:00", "second sat 14:00"),
        ("Tuesday 10:00", "tue 10:00"),
        ("每天10:00", "10:00"),
    ],
    "date": [
        ("2026年12月31日", "2026-12-31"),
        ("2026/1/3", "2026-01-03"),
        ("2026.12.31", "2026-12-31"),
        ("20261231", "2026-12-31"),
        ("２０２６-12-31", "2026-12-31"),
    ],
    "every": [("每周", "week"), ("weekly", "week"), ("每15分钟", "15m"), ("天", "day")],
    "window": [
        ("第7天", "day 7"),
        ("7天内", "days 1..7"),
        ("7天后", "from day 7"),
        ("day 1-7", "days 1..7"),
        ("24小时内", "0h..24h"),
    ],
    "retention": [("3年", "3y"), ("180天", "180d"), ("3年 after order-paid", "3y after order-paid")],
    "stay": [("7d", "at least 7d"), ("至少7天", "at least 7d"), ("≥ 7d", "at least 7d")],
    "reentry": [("90天后", "after 90d"), ("90d", "after 90d"), ("从不", "never"), ("每次", "always")],
    "reaction": [("等12小时", "wait 12h"), ("跳过", "skip"), ("退出", "exit")],
    "comparison": [
        ("≥１５％", "≥ 15%"),
        ("≧15％", "≥ 15%"),
        ("≥ 15％", "≥ 15%"),
        ("不低于2000元", "≥ 2000 CNY"),
        ("＜ 30秒", "< 30s"),
        ("提升20%", "+20% over baseline"),
        ("≥ 2,000", "≥ 2000"),
        ("≥ 2万", "≥ 20000"),
    ],
    "measured": [("8％", "8%"), ("186元", "186 CNY")],
    "rate": [("每天3次", "3 per day"), ("3次/天", "3 per day"), ("7天5次", "5 per 7d"), ("1 per 天", "1 per day")],
    "money": [
        ("99元", "99 CNY"),
        ("¥99", "99 CNY"),
        ("￥９９", "99 CNY"),
        ("99 RMB", "99 CNY"),
        ("1.5万元", "15000 CNY"),
    ],
    "share": [("15％", "15%"), ("7折", "70%"), ("八五折", "85%"), ("百分之十五", "15%")],
    "occurrence": [
        ("30天内", "within 30d"),
        ("最近30天内", "within 30d"),
        ("90天内没有", "not within 90d"),
        ("不在90天内", "not within 90d"),
        ("90天内2次", "≥ 2 within 90d"),
        ("从未", "never"),
        ("有过", "ever"),
    ],
}
"""What people write by habit, and what they are offered; each is the whole string."""


@pytest.mark.parametrize(
    ("name", "text", "better"), [(name, text, better) for name, pairs in BETTER.items() for text, better in pairs]
)
def test_habits_get_the_right_form_offered(name: str, text: str, better: str) -> None:
    with pytest.raises(MalformedError) as caught:
        PARSERS[name](text, AT)
    error = caught.value
    assert error.better == better
    assert text[error.start : error.end] == text
    PARSERS[name](better, AT)


REFUSED = [
    ("duration", "3x", rules.MALFORMED_DURATION, "3x"),
    ("duration", "", rules.MALFORMED_DURATION, ""),
    ("duration", "-3d", rules.MALFORMED_DURATION, "-3d"),
    ("duration", "1234567d", rules.MALFORMED_DURATION, "1234567d"),
    ("duration", "1h..3h", rules.RANGE_AS_DEADLINE, "1h..3h"),
    ("duration_range", "1h..3x", rules.MALFORMED_DURATION, "3x"),
    ("duration_range", "1x..3h", rules.MALFORMED_DURATION, "1x"),
    ("duration_range", "3h..1h", rules.REVERSED_RANGE, "3h..1h"),
    ("duration_range", "2d..3h", rules.REVERSED_RANGE, "2d..3h"),
    ("duration_range", "..3h", rules.MALFORMED_DURATION, "..3h"),
    ("clock", "25:00", rules.MALFORMED_TIME, "25:00"),
    ("clock", "24:00", rules.MALFORMED_TIME, "24:00"),
    ("clock", "9:5", rules.MALFORMED_TIME, "9:5"),
    ("hours", "09:00-25:00", rules.MALFORMED_TIME, "25:00"),
    ("hours", "mon-fri 9:60-18:00", rules.MALFORMED_TIME, "9:60"),
    ("hours", "09:00-09:00", rules.MALFORMED_HOURS, "09:00-09:00"),
    ("hours", "all day", rules.MALFORMED_HOURS, "all day"),
    ("slot", "tue 25:00", rules.MALFORMED_TIME, "25:00"),
    ("slot", "day 32 09:00", rules.MALFORMED_SLOT, "32"),
    ("slot", "day 0 09:00", rules.MALFORMED_SLOT, "0"),
    ("slot", "tuesday", rules.MALFORMED_SLOT, "tuesday"),
    ("date", "2026-02-30", rules.MALFORMED_DATE, "2026-02-30"),
    ("date", "soon", rules.MALFORMED_DATE, "soon"),
    ("every", "fortnight", rules.MALFORMED_PERIOD, "fortnight"),
    ("cap_period", "year", rules.MALFORMED_PERIOD, "year"),
    ("window", "day", rules.MALFORMED_WINDOW, "day"),
    ("window", "days 7..1", rules.REVERSED_RANGE, "days 7..1"),
    ("window", "0h..24x", rules.MALFORMED_DURATION, "24x"),
    ("retention", "3x after order-paid", rules.MALFORMED_RETENTION, "3x after order-paid"),
    ("retention", "3y afer order-paid", rules.MALFORMED_RETENTION, "3y afer order-paid"),
    ("retention", "-3y", rules.MALFORMED_RETENTION, "-3y"),
    ("stay", "at least 7x", rules.MALFORMED_DURATION, "7x"),
    ("reentry", "after 90x", rules.MALFORMED_DURATION, "90x"),
    ("reentry", "sometimes", rules.MALFORMED_REENTRY, "sometimes"),
    ("reaction", "wait 12x", rules.MALFORMED_DURATION, "12x"),
    ("comparison", "15%", rules.MALFORMED_COMPARISON, "15%"),
    ("comparison", "≥ many", rules.MALFORMED_COMPARISON, "many"),
    ("comparison", "≥ 2000 XYZ", rules.MALFORMED_COMPARISON, "2000 XYZ"),
    ("comparison", "≥", rules.MALFORMED_COMPARISON, "≥"),
    ("rate", "3 per 7x", rules.MALFORMED_RATE, "7x"),
    ("rate", "often", rules.MALFORMED_RATE, "often"),
    ("money", "99", rules.MALFORMED_MONEY, "99"),
    ("money", "99 XYZ", rules.MALFORMED_MONEY, "XYZ"),
    ("share", "70", rules.MALFORMED_PERCENTAGE, "70"),
    ("occurrence", "within 30x", rules.MALFORMED_DURATION, "30x"),
    ("occurrence", "not ≥ 2", rules.MALFORMED_TEST, "not ≥ 2"),
    ("occurrence", "often", rules.MALFORMED_TEST, "often"),
    ("data_test", "≥ many", rules.MALFORMED_COMPARISON, "many"),
    ("data_test", "5..1", rules.REVERSED_RANGE, "5..1"),
    ("data_test", "within 30d", rules.MALFORMED_TEST, "within 30d"),
]


@pytest.mark.parametrize(("name", "text", "rule", "part"), REFUSED, ids=[f"{case[0]}-{case[1]}" for case in REFUSED])
def test_the_offending_part_is_named(name: str, text: str, rule: object, part: str) -> None:
    with pytest.raises(MalformedError) as caught:
        PARSERS[name](text, AT)
    assert (caught.value.rule, text[caught.value.start : caught.value.end]) == (rule, part)


def test_units_of_comparisons() -> None:
    assert amounts.comparison("< 30s", AT) == Comparison("<", Decimal(30), "s", relative=False, at=AT)
    assert amounts.comparison("+20% over baseline", AT) == Comparison("≥", Decimal(20), "%", relative=True, at=AT)
    assert amounts.comparison("-5%", AT) == Comparison("≤", Decimal(-5), "%", relative=True, at=AT)


def test_tests_of_data() -> None:
    assert amounts.data_test("known", AT) == "known"
    assert amounts.data_test("gold", AT) == ("gold",)
    assert amounts.data_test("1..5", AT) == NumberRange(Decimal(1), Decimal(5), "", AT)
    assert amounts.data_test("100..200 CNY", AT) == NumberRange(Decimal(100), Decimal(200), "CNY", AT)


def test_tests_of_events() -> None:
    assert amounts.occurrence("ever", AT) == (None, None, False)
    assert amounts.occurrence("never", AT) == (None, None, True)
    assert amounts.occurrence("not within 90d", AT) == (None, Duration(90, "d", AT), True)
    two = Comparison("≥", Decimal(2), "", relative=False, at=AT)
    assert amounts.occurrence("≥ 2 within 90d", AT) == (two, Duration(90, "d", AT), False)
    assert amounts.occurrence(">= 2", AT) == (two, None, False)


def test_an_exact_delay_is_a_range_of_equal_ends() -> None:
    hour = Duration(1, "h", AT)
    assert parse.duration_range("1h", AT) == DurationRange(hour, hour, AT)


def test_a_retention_in_words_is_kept_as_words() -> None:
    rule = parse.retention("客户注销后一年内删除", AT).rule
    assert rule is not None
    assert rule.pick("") == "客户注销后一年内删除"


def test_seconds_of_durations() -> None:
    assert [parse.duration(text, AT).seconds for text in ("90s", "2m", "1h", "1d", "1w")] == [
        90,
        120,
        3600,
        86400,
        604800,
    ]
    assert [parse.duration(text, AT).seconds for text in ("1mo", "1y", "2 workdays")] == [None, None, None]


TYPED = st.text(
    alphabet="0123456789.. :-%≥≤<>=+smhdwoyprnateiuCNY天小时分钟周月年元折％：３５点半每次内至，", max_size=14
)


@pytest.mark.parametrize("name", PARSERS)
@given(text=TYPED | st.text(max_size=30))
def test_no_string_raises_anything_else(name: str, text: str) -> None:
    refused: MalformedError | None = None
    try:
        value = PARSERS[name](text, AT)
    except MalformedError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.start <= refused.end <= len(text)
        if refused.better is not None and (refused.start, refused.end) == (0, len(text)):
            PARSERS[name](refused.better, AT)
    elif name in WRITTEN_AS_READ:
        assert PARSERS[name](str(value), AT) == value
