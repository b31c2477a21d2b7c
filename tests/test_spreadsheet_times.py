"""Times as people write them: a table of what each means, and whatever the grammar can say it reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.workbook.times import DAYS, NTH, Timing, clock, hour_of_row, parse, say, weekday

JOINED, ORDERED = "member-joined", "order-paid"
MEANT = {
    "入会后1小时内": Timing(JOINED, within="1h"),
    "入会 1 小时内": Timing(JOINED, within="1h"),
    "within 1 hour of joining": Timing(JOINED, within="1h"),
    "入会后30分钟": Timing(JOINED, after="30m"),
    "入会后48h": Timing(JOINED, after="48h"),
    "入会后立即": Timing(JOINED, after="0m"),
    "加企微后24小时内": Timing("wecom-added", within="24h"),
    "2 days after joining": Timing(JOINED, after="2d"),
    "within 3 days of the order": Timing(ORDERED, within="3d"),
    "下单后第7天 20:00": Timing(ORDERED, "6d", "7d", whole_days=True, clock="20:00"),
    "T+1 10:00": Timing("", "1d", "2d", whole_days=True, clock="10:00"),
    "T+0": Timing("", "", "1d", whole_days=True),
    "D+7": Timing("", "7d", "8d", whole_days=True),
    "第3天": Timing("", "2d", "3d", whole_days=True),
    "day 3": Timing("", "2d", "3d", whole_days=True),
    "第1-3天": Timing("", "", "3d", whole_days=True),
    "D0": Timing("", "", "1d", whole_days=True),
    "2h after previous": Timing("step", after="2h"),
    "1st of every month 10:00": Timing(every="month", at=("day 1 10:00",)),
    "24小时内 within 24h": Timing(within="24h"),
    "day 3 第3天": Timing("", "2d", "3d", whole_days=True),
    "次日上午10点": Timing("", "1d", "2d", whole_days=True, clock="10:00"),
    "当天": Timing("", "", "1d", whole_days=True),
    "24h内": Timing(within="24h"),
    "≤2小时": Timing(within="2h"),
    "半小时内": Timing(within="30m"),
    "1.5小时后": Timing(after="90m"),
    "三个工作日内": Timing(within="3 workdays"),
    "一周后": Timing(after="1w"),
    "1~3天内": Timing(after="1d", within="3d"),
    "上一步后2小时": Timing("step", after="2h"),
    "每周二四六10点": Timing(every="week", at=("tue 10:00", "thu 10:00", "sat 10:00")),
    "每周二、四 10：00": Timing(every="week", at=("tue 10:00", "thu 10:00")),
    "every Tue/Thu 10:00": Timing(every="week", at=("tue 10:00", "thu 10:00")),
    "Mon, Wed and Fri at 7:30pm": Timing(every="week", at=("mon 19:30", "wed 19:30", "fri 19:30")),
    "周三18:00": Timing(every="week", at=("wed 18:00",)),
    "周六至周一 9点": Timing(every="week", at=("mon 09:00", "sat 09:00", "sun 09:00")),
    "每周六": Timing(every="week", at=("sat ?",)),
    "工作日 晚上8点半": Timing(every="week", at=tuple(f"{day} 20:30" for day in DAYS[:5])),
    "每天9点": Timing(every="day", at=("09:00",)),
    "每日 09:00、18:00": Timing(every="day", at=("09:00", "18:00")),
    "daily 9am": Timing(every="day", at=("09:00",)),
    "每天10:00-11:00": Timing(every="day", at=("10:00",), until="11:00"),
    "Tue & Thu, 6 PM": Timing(every="week", at=("tue 18:00", "thu 18:00")),
    "every Tue 6pm": Timing(every="week", at=("tue 18:00",)),
    "first Monday of the month 10:00": Timing(every="month", at=("first mon 10:00",)),
    "the last Friday of every month": Timing(every="month", at=("last fri ?",)),
    "入会满7天": Timing(JOINED, after="7d"),
    "+2d": Timing("", "2d", "3d", whole_days=True),
    "入会后30分钟内 / within 30 min": Timing(JOINED, within="30m"),
    "每周二 10点\nevery Tue 10:00": Timing(every="week", at=("tue 10:00",)),
    "每月8日": Timing(every="month", at=("day 8 ?",)),
    "每月8号、18号 10点": Timing(every="month", at=("day 8 10:00", "day 18 10:00")),
    "每月第二个周六14点": Timing(every="month", at=("second sat 14:00",)),
    "每月最后一天 18:00": Timing(every="month", at=("last day 18:00",)),
    "每3天": Timing(every="3d"),
    "every 2 weeks": Timing(every="2w"),
}
NOT_TIMES = (
    "尽快", "24h", "2026-06-18", "每季度", "10:00", "客户有空时", "第0天", "第3-1天", "每月32日", "入会后", "T+", "每周",
    "25点", "每天25点", "第3天 / day 4", "24小时内 / soon", "第3天 day 4", "2h after previous purchase",
    "1小时内或2天后", "半个工作日内", "", "入会后1小时内 10:00", "9" * 300,
)  # fmt: skip


@pytest.mark.parametrize("said", MEANT)
def test_what_people_write_is_understood(said: str) -> None:
    assert parse(said) == MEANT[said]


@pytest.mark.parametrize("said", NOT_TIMES)
def test_what_is_not_wholly_understood_is_not_read(said: str) -> None:
    assert parse(said) is None


CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
UNITS = st.sampled_from(("s", "m", "h", "d", "w", "mo"))
DURATIONS = st.builds("{}{}".format, st.integers(1, 9999), UNITS)
ANCHORS = st.sampled_from(("", "step", JOINED, ORDERED, "wecom-added", "cart-added", "group-joined"))
DELAYS = st.builds(Timing, anchor=ANCHORS, after=DURATIONS)
DEADLINES = st.builds(Timing, anchor=ANCHORS, within=DURATIONS)
RANGES = st.builds(
    lambda anchor, low, more, unit: Timing(anchor, f"{low}{unit}", f"{low + more}{unit}"),
    ANCHORS, st.integers(1, 999), st.integers(1, 999), UNITS,
)  # fmt: skip
WHOLE = st.builds(
    lambda anchor, low, more, hour: Timing(anchor, f"{low}d" if low else "", f"{low + more}d", True, hour),
    ANCHORS, st.integers(0, 999), st.integers(1, 99), CLOCKS | st.just(""),
)  # fmt: skip
WEEKLY = st.builds(
    lambda days, hours: Timing(every="week", at=tuple(f"{day} {hour}" for day in DAYS if day in days for hour in hours)),
    st.sets(st.sampled_from(DAYS), min_size=1), st.lists(CLOCKS, min_size=1, max_size=3, unique=True),
)  # fmt: skip
MONTHLY = st.builds(
    lambda day, hour: Timing(every="month", at=(f"{day} {hour}",)),
    st.builds("day {}".format, st.integers(1, 31))
    | st.builds("{} {}".format, st.sampled_from((*NTH, "last")), st.sampled_from(DAYS))
    | st.just("last day"),
    CLOCKS,
)


@given(DELAYS | DEADLINES | RANGES | WHOLE | WEEKLY | MONTHLY)
def test_every_time_that_can_be_said_reads_back(timing: Timing) -> None:
    assert parse(say(timing)) == timing


@given(
    st.text(
        st.sampled_from("每周第天日月T+D0123456789:：-~至点半内后入会小时h二四六 、工作日最一个week day at pm"),
        max_size=40,
    )
    | st.text()
)
def test_no_text_is_too_odd(said: str) -> None:
    found = parse(said)
    if found is not None and "?" not in "".join(found.at):
        assert parse(say(found)) == found
    clock(said)
    weekday(said)


def test_the_hour_of_a_row_may_have_words_behind_it() -> None:
    assert hour_of_row("8:00 早安") == ("08:00", "", "早安")
    assert hour_of_row("12:00-13:00（午休）") == ("12:00", "13:00", "（午休）")
    assert hour_of_row("上午10点") == ("10:00", "", "")
    assert hour_of_row("9:00 pm promo") == ("21:00", "", "promo")
    assert hour_of_row("9:00 am - 10:00 am walk") == ("09:00", "10:00", "walk")
    assert hour_of_row("早安 8:00") is None
    assert hour_of_row("3 件事") is None
