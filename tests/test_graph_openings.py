"""Weekly open hours, against a week tried minute by minute."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from sopkit.graph.openings import DAY, INFINITE, WEEK, Openings, Span, both, weekly
from sopkit.model.values import WEEKDAYS, Clock, Hours, Weekday
from sopkit.tree import Mark

HERE = Mark(0)
ALL_DAYS = tuple(WEEKDAYS)
Open = Callable[[int], bool]
"""Whether a minute of the week is open."""


def hours(start: int, end: int, *days: Weekday) -> Hours:
    return Hours(days, Clock(start, HERE), Clock(end, HERE), HERE)


def opens(start: int, end: int, *days: Weekday) -> Span:
    return Span(hours(start, end, *days), closed=False, customers=True)


def shuts(start: int, end: int, *days: Weekday) -> Span:
    return Span(hours(start, end, *days), closed=True, customers=True)


def found(*spans: Span, ahead: int = 0) -> Openings:
    one = weekly(spans, ahead)
    assert one is not None
    return one


def says(one: Hours) -> Open:
    """Return what hours mean, read as a person reads them."""

    def inside(minute: int) -> bool:
        day, at = divmod(minute % WEEK, DAY)
        start, end = one.start.minutes, one.end.minutes
        days = one.days or ALL_DAYS
        if start < end:
            return WEEKDAYS[day] in days and start <= at < end
        today, yesterday = WEEKDAYS[day] in days, WEEKDAYS[day - 1] in days
        return (today and at >= start) or (yesterday and at < end)

    return inside


def random_spans(rng: random.Random) -> list[Span]:
    spans = []
    for _ in range(rng.randint(1, 3)):
        start, end = rng.sample(range(0, DAY, 90), 2)
        days = tuple(day for day in ALL_DAYS if rng.random() < rng.choice((0.4, 1)))
        spans.append(Span(hours(start, end, *days), closed=rng.random() < 0.4, customers=rng.random() < 0.6))
    return spans


CASES = [(random.Random(seed), seed) for seed in range(40)]  # noqa: S311


STEP = 30
"""All hours below begin and end on a half hour."""
HALVES = range(0, WEEK, STEP)


def is_open(one: Openings) -> list[bool]:
    """Return for each half hour of the week whether it is open."""
    return [any(start <= minute < end for start, end in one.stretches) for minute in HALVES]


@pytest.mark.parametrize("ahead", [0, 120, -120])
def test_what_is_open_is_what_every_span_lets_through(ahead: int) -> None:
    for rng, seed in CASES:
        spans = random_spans(rng)
        one = found(*spans, ahead=ahead)
        meant = [
            all(says(span.hours)(minute if span.customers else minute + ahead) is not span.closed for span in spans)
            for minute in HALVES
        ]
        assert is_open(one) == meant, seed
        assert all(start < end for start, end in one.stretches)
        assert all(before[1] < after[0] for before, after in pairwise(one.stretches)), seed
        assert one.empty is not any(meant)
        assert one.always is all(meant)
        days = [meant[day * 48 : day * 48 + 48] for day in range(7)]
        assert one.daily is all(day == days[0] for day in days), seed


def test_a_wait_lasts_until_the_next_open_minute() -> None:
    for rng, seed in CASES:
        one = found(*random_spans(rng))
        if one.empty:
            assert one.wait(3) == one.longest_wait() == INFINITE
            continue
        opened = is_open(one) * 2
        waits = [opened.index(True, number) * STEP - minute for number, minute in enumerate(HALVES)]
        assert [one.wait(minute) for minute in HALVES] == waits, seed
        assert [one.wait(minute + WEEK) for minute in HALVES] == waits, seed
        assert one.longest_wait() == max(waits), seed


def test_a_wait_counts_from_the_middle_of_a_minute() -> None:
    one = found(opens(600, 660))
    assert one.wait(599.5) == 0.5
    assert one.wait(659.5) == 0
    assert one.wait(660) == DAY - 60


def test_open_time_is_longest_from_where_it_closes() -> None:
    """Every half hour is counted."""
    for rng, seed in CASES:
        one = found(*random_spans(rng))
        if one.empty:
            assert one.longest_time(5) == INFINITE
            continue
        opened = is_open(one)
        a_week = sum(opened)
        for left in {0, 1, 3, a_week - 1, a_week, a_week + 2, 3 * a_week, 3 * a_week + 1}:
            longest = max(_passed(opened, end // STEP, left) for _, end in one.stretches)
            assert one.longest_time(left * STEP) == longest * STEP, (seed, left)


def _passed(opened: list[bool], start: int, left: int) -> int:
    """Return how many half hours pass until so many open ones have, and the next open one begins."""
    now = start
    while left or not opened[now % len(opened)]:
        left -= opened[now % len(opened)]
        now += 1
    return now - start


@pytest.mark.parametrize(
    ("spans", "stretches"),
    [
        ([opens(540, 1260, "mon")], [(540, 1260)]),
        ([opens(1260, 540, "mon")], [(1260, DAY + 540)]),
        ([opens(1260, 540, "sun")], [(0, 540), (6 * DAY + 1260, WEEK)]),
        ([opens(0, DAY, "tue")], [(DAY, 2 * DAY)]),
        ([opens(0, DAY)], [(0, WEEK)]),
        ([shuts(0, DAY, "tue")], [(0, DAY), (2 * DAY, WEEK)]),
        ([opens(0, 60, "mon"), opens(60, 120, "mon")], []),
        ([shuts(0, 60, "mon"), shuts(60, 120, "mon")], [(120, WEEK)]),
    ],
)
def test_stretches_of_plain_hours(spans: list[Span], stretches: list[tuple[int, int]]) -> None:
    assert list(found(*spans).stretches) == stretches


def test_the_workspaces_hours_are_moved_to_the_customers_clock() -> None:
    shop = Span(hours(60, 180, "mon"), closed=False, customers=False)
    assert found(shop, ahead=60).stretches == ((0, 120),)
    assert found(shop, ahead=120).stretches == ((0, 60), (WEEK - 60, WEEK))
    assert found(shop, ahead=-60).stretches == ((120, 240),)


def test_no_hours_are_always() -> None:
    assert weekly([]) is None
    one = Openings(((5, 6),))
    assert both(None, one) is one
    assert both(one, None) is one
    assert both(None, None) is None
    assert Openings(((0, WEEK),)).longest_wait() == 0
    assert Openings(((0, WEEK),)).longest_time(7) == 7


def week(*daily: tuple[int, int], but: tuple[int, int] | None = None) -> Openings:
    """Return the same stretches on every day, and one that replaces the last."""
    found = [(day * DAY + start, day * DAY + end) for day in range(7) for start, end in daily]
    return Openings((*found[:-1], but or found[-1]))


def test_days_are_alike_where_all_begin_and_end_alike() -> None:
    assert week((60, 120), (600, DAY)).daily
    assert week((1, DAY - 1)).daily
    assert not week((60, 120), but=(6 * DAY + 60, 6 * DAY + 121)).daily
    assert not week((60, 120), but=(6 * DAY + 61, 6 * DAY + 120)).daily
    assert not week((60, DAY), but=(6 * DAY + 60, WEEK - 1)).daily
    assert not Openings(((0, 60),)).daily
    over_midnight = [(day * DAY + 1300, day * DAY + DAY + 100) for day in range(6)]
    assert Openings(((0, 100), *over_midnight, (6 * DAY + 1300, WEEK))).daily
    assert not Openings(((0, 100), *over_midnight, (6 * DAY + 1300, WEEK - 1))).daily


def test_always_is_the_whole_week() -> None:
    assert Openings(((0, WEEK),)).always
    assert not Openings(((1, WEEK),)).always
    assert not Openings(((0, WEEK - 1),)).always


def test_open_time_ends_where_so_much_of_it_has_passed() -> None:
    """Every half hour is counted; where it is used up as it closes, that is the end."""
    for rng, seed in CASES:
        one = found(*random_spans(rng))
        if one.empty:
            assert one.end_of(0, 5) == INFINITE
            continue
        opened = is_open(one)
        a_week = sum(opened)
        for start in (0, 100, len(opened) - 1):
            for left in (1, 3, a_week, a_week + 2, 3 * a_week + 1):
                now, spent = start, 0
                while spent < left:
                    spent += opened[now % len(opened)]
                    now += 1
                assert one.end_of(start * STEP, left * STEP) == now * STEP, (seed, start, left)
    assert found(opens(0, 60)).end_of(0, INFINITE) == INFINITE
    assert found(opens(600, 660)).end_of(0, 0) == 600


def test_a_minute_after_midnight_makes_a_day_of_its_own() -> None:
    assert not Openings(((0, 1),)).daily
    assert not Openings(((0, DAY + 1),)).daily
    assert Openings(tuple((day * DAY, day * DAY + 1) for day in range(7))).daily
    assert Openings(((0, WEEK),)).daily
