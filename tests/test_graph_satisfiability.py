"""Whether anybody meets some predicates: against all customers one by one, each predicate taken at its word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations, combinations_with_replacement, product
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sopkit.graph import satisfiability
from sopkit.graph.lengths import days_that_differ, length
from sopkit.graph.satisfiability import NOBODY, UNDECIDED, Customer, excludes, implies, meet
from sopkit.model.documents import Workspace
from sopkit.model.parse import duration
from sopkit.model.parse_amounts import comparison, occurrence
from sopkit.model.predicates import (
    All,
    Any,
    ConsentState,
    ConsentTest,
    DataTest,
    Else,
    EventTest,
    Not,
    Predicate,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import SECONDS, NumberRange, Ref
from sopkit.tree import Mark
from tests.workspaces import compiled

HERE = Mark(0)
TEXT = """\
kind: catalog
data:
  tier: {title: 等级, type: [gold, silver, bronze], category: user.behavior, record: crm, retention: 1y}
  grade:
    title: 评级
    type: [high, low]
    category: user.behavior
    record: map
    retention: 1y
    computed: {from: [spent], every: week, at: [mon 03:00], first_of: [{high: {spent: ≥ 9}}, {low: else}]}
  spent: {title: 次数, type: number, category: user.behavior, record: crm, retention: 1y}
tags: {called: {title: 已致电, record: crm}}
tasks: {first-order: {title: 首单, done_on: order-paid}}
segments:
  buyers: {title: 买过的人, when: {order-paid: ever}}
  regulars: {title: 常客, when: {segment: buyers, order-paid: ≥ 2 within 90d}}
---
kind: lifecycle
id: newcomers
title: 新客
starts_on: member-joined
stages:
  hello: {next: [{after: 7d, go: other}]}
  other: {next: [{after: 7d, go: end}]}
"""


@cache
def workspace() -> Workspace:
    return compiled(TEXT).workspace


def ref(name: str) -> Ref:
    return Ref(name, HERE)


# A customer, and what a test asks of one

State = Mapping[str, object]
Meaning = Callable[[State], bool]


@dataclass(frozen=True)
class Asked:
    """A test as the model has it, beside what it means; `of` names the part of a customer that it asks about."""

    predicate: Predicate
    means: Meaning
    of: frozenset[str]


AGES = (10, 60, 200)
"""Days ago: within 30 days, within 90, before."""
ORDERS = tuple(
    tuple(age for age, n in zip(AGES, counts, strict=True) for _ in range(n)) for counts in product(range(4), repeat=3)
)
STAGES = ("hello", "other")


class Place(NamedTuple):
    """The stage that the customer is in, and those that they have been in."""

    at: str | None
    been: frozenset[str]


PLACES = tuple(
    Place(at, been)
    for at in (None, *STAGES)
    for been in (frozenset[str](), frozenset(("hello",)), frozenset(("other",)), frozenset(STAGES))
    if at is None or at in been
)
PARTS: Mapping[str, tuple[object, ...]] = {
    "tier": ("gold", "silver", "bronze", None),
    "grade": ("high", "low"),
    "spent": (None, *(Decimal(n) for n in ("4", "5", "7", "10", "11"))),
    "orders": ORDERS,
    "joined": ((), *((age,) for age in AGES)),
    "consent": ("given", "refused", "withdrawn", "expired", "unknown"),
    "tag": (False, True),
    "place": PLACES,
}


def customers(of: frozenset[str]) -> Iterator[State]:
    """Yield every customer that differs in the parts asked about."""
    names = sorted(of)
    for values in product(*(PARTS[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def one_of(datum: str, values: tuple[str, ...]) -> Asked:
    return Asked(DataTest(ref(datum), values, HERE), lambda who: who[datum] in values, frozenset((datum,)))


def known(datum: str, *, wanted: bool) -> Asked:
    test = DataTest(ref(datum), "known" if wanted else "unknown", HERE)
    return Asked(test, lambda who: (who[datum] is not None) == wanted, frozenset((datum,)))


COMPARES: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "≥": lambda one, other: one >= other, "≤": lambda one, other: one <= other, "<": lambda one, other: one < other,
    ">": lambda one, other: one > other, "=": lambda one, other: one == other,
}  # fmt: skip


def compares(sign: str, number: int) -> Asked:
    def means(who: State) -> bool:
        spent = who["spent"]
        return isinstance(spent, Decimal) and COMPARES[sign](spent, Decimal(number))

    return Asked(DataTest(ref("spent"), comparison(f"{sign} {number}", HERE), HERE), means, frozenset(("spent",)))


def between(low: int, high: int) -> Asked:
    def means(who: State) -> bool:
        spent = who["spent"]
        return isinstance(spent, Decimal) and low <= spent <= high

    test = NumberRange(Decimal(low), Decimal(high), "", HERE)
    return Asked(DataTest(ref("spent"), test, HERE), means, frozenset(("spent",)))


def occurs(part: str, sign: str | None, number: int, days: int | None, *, negated: bool) -> Asked:
    """Return `order-paid: [not] [≥ n] [within D]`."""

    def means(who: State) -> bool:
        ages = who[part]
        assert isinstance(ages, tuple)
        count = sum(1 for age in ages if days is None or age <= days)
        met = count >= 1 if sign is None else COMPARES[sign](Decimal(count), Decimal(number))
        return met != negated

    asked = comparison(f"{sign} {number}", HERE) if sign else None
    within = duration(f"{days}d", HERE) if days else None
    name = "order-paid" if part == "orders" else "member-joined"
    return Asked(EventTest(ref(name), asked, within, negated, HERE), means, frozenset((part,)))


def consent(state: ConsentState) -> Asked:
    return Asked(
        ConsentTest(ref("sms-marketing"), state, HERE), lambda who: who["consent"] == state, frozenset(("consent",))
    )


def is_at(stage: str | None, *, ever: bool) -> Asked:
    def means(who: State) -> bool:
        place = who["place"]
        assert isinstance(place, Place)
        if ever:
            return stage in place.been if stage else bool(place.been)
        return place.at == stage if stage else place.at is not None

    place = f"newcomers/{stage}" if stage else "newcomers"
    return Asked(StageTest(ref(place), ever, HERE), means, frozenset(("place",)))


def count_within(who: State, days: int | None, least: int) -> bool:
    ages = who["orders"]
    assert isinstance(ages, tuple)
    return sum(1 for age in ages if days is None or age <= days) >= least


ORDERED = frozenset(("orders",))
FAMILIES: tuple[st.SearchStrategy[Asked], ...] = (
    st.lists(st.sampled_from(["gold", "silver", "bronze"]), min_size=1, max_size=2, unique=True)
    .map(lambda some: one_of("tier", tuple(some))),
    st.booleans().map(lambda wanted: known("tier", wanted=wanted)),
    st.sampled_from(["high", "low"]).map(lambda value: one_of("grade", (value,))),
    st.tuples(st.sampled_from("≥≤<>="), st.sampled_from([5, 10])).map(lambda both: compares(*both)),
    st.sampled_from([(5, 10), (5, 5), (10, 10)]).map(lambda both: between(*both)),
    st.booleans().map(lambda wanted: known("spent", wanted=wanted)),
    st.builds(occurs, st.just("orders"), st.sampled_from([None, "≥", "<", "=", "≤"]), st.sampled_from([1, 2]),
              st.sampled_from([None, 30, 90]), negated=st.booleans()),
    st.builds(occurs, st.just("joined"), st.sampled_from([None, "≥"]), st.sampled_from([1, 2]),
              st.sampled_from([None, 30, 90]), negated=st.booleans()),
    st.sampled_from(["given", "refused", "withdrawn", "expired", "unknown"]).map(consent),  # type: ignore[arg-type]  # its own states
    st.just(Asked(TagTest(ref("called"), HERE), lambda who: bool(who["tag"]), frozenset(("tag",)))),
    st.builds(is_at, st.sampled_from([None, *STAGES]), ever=st.booleans()),
    st.just(Asked(SegmentTest(ref("buyers"), HERE), lambda who: count_within(who, None, 1), ORDERED)),
    st.just(Asked(SegmentTest(ref("regulars"), HERE), lambda who: count_within(who, 90, 2), ORDERED)),
    st.just(Asked(TaskTest(ref("first-order"), HERE), lambda who: count_within(who, None, 1), ORDERED)),
)  # fmt: skip


def conditions(families: list[st.SearchStrategy[Asked]]) -> st.SearchStrategy[Asked]:
    return st.recursive(st.one_of(families), lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: together(parts, every=True)),
        st.lists(inner, max_size=3).map(lambda parts: together(parts, every=False)),
        inner.map(lambda part: Asked(Not(part.predicate, HERE), lambda who: not part.means(who), part.of)),
    ), max_leaves=6)  # fmt: skip


def together(parts: list[Asked], *, every: bool) -> Asked:
    kind, test = (All, all) if every else (Any, any)
    of = frozenset(name for part in parts for name in part.of)
    return Asked(
        kind(tuple(part.predicate for part in parts), HERE), lambda who: test(part.means(who) for part in parts), of
    )


few_families = st.lists(st.sampled_from(FAMILIES), min_size=1, max_size=3)
asked = few_families.flatmap(lambda families: st.lists(conditions(families), min_size=1, max_size=3))


def somebody(parts: list[Asked]) -> bool:
    of = frozenset(name for part in parts for name in part.of)
    return any(all(part.means(who) for part in parts) for who in customers(of))


@pytest.mark.long
@settings(max_examples=600, deadline=None)
@given(asked)
def test_the_answer_is_that_of_trying_all_customers(parts: list[Asked]) -> None:
    answer = meet(workspace(), *(part.predicate for part in parts))
    assert answer != UNDECIDED
    event(f"met: {answer != NOBODY}")
    assert isinstance(answer, Customer) is somebody(parts)


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(few_families.flatmap(lambda families: st.tuples(conditions(families), conditions(families))))
def test_what_follows_from_what(pair: tuple[Asked, Asked]) -> None:
    one, other = pair
    denied = Asked(Not(other.predicate, HERE), lambda who: not other.means(who), other.of)
    assert implies(workspace(), one.predicate, other.predicate) is not somebody([one, denied])


def test_beyond_the_bound_nothing_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    clash = (one_of("tier", ("gold",)).predicate, one_of("tier", ("silver",)).predicate)
    assert excludes(workspace(), *clash)
    monkeypatch.setattr(satisfiability, "EFFORT", 1)
    assert meet(workspace(), *clash) == UNDECIDED
    assert excludes(workspace(), *clash) is None


def test_pairs_that_go_together_may_clash_as_three() -> None:
    pairs = [
        one_of("tier", values).predicate for values in (("gold", "silver"), ("silver", "bronze"), ("gold", "bronze"))
    ]
    for left_out in range(3):
        assert isinstance(meet(workspace(), *(one for n, one in enumerate(pairs) if n != left_out)), Customer)
    assert meet(workspace(), *pairs) == NOBODY


# Counts and times


def paid(text: str) -> EventTest:
    """Return `order-paid: TEXT`."""
    asked = occurrence(text, HERE)
    return EventTest(ref("order-paid"), asked.times, asked.within, asked.negated, HERE)


def refused(text: str) -> Predicate:
    return Not(paid(text), HERE)


@pytest.mark.parametrize(
    ("tests", "possible"),
    [
        ((paid("≥ 100 within 365d"), refused("≥ 100 within 365d")), False),
        ((paid("≥ 100 within 365d"), refused("≥ 99 within 365d")), False),
        ((paid("≥ 99 within 365d"), refused("≥ 100 within 365d")), True),
        ((paid("≥ 900000 within 30d"), paid("< 900000")), False),
        ((paid("≥ 3 within 30d"), paid("< 3 within 90d")), False),
        ((paid("within 1d"), *(paid(f"= {2**n} within {4**n}d") for n in range(1, 7))), True),
        ((paid("> 64 within 1d"), *(paid(f"= {2**n} within {4**n}d") for n in range(1, 7))), False),
        # A month has 28 to 31 days, two of them 59 to 62, a year 365 or 366; twelve months are a year.
        ((paid("within 1mo"), paid("not within 30d")), True),
        ((paid("within 30d"), paid("not within 1mo")), True),
        ((paid("within 1mo"), paid("not within 31d")), False),
        ((paid("within 28d"), paid("not within 1mo")), False),
        ((paid("within 2mo"), paid("not within 61d")), True),
        ((paid("within 2mo"), paid("not within 62d")), False),
        ((paid("within 12mo"), paid("not within 1y")), False),
        ((paid("within 1y"), paid("not within 12mo")), False),
        ((paid("within 1y"), paid("not within 365d")), True),
        ((paid("within 1y"), paid("not within 366d")), False),
        ((paid("within 999999y"), paid("not within 999999mo")), True),
        # On one day a month is either longer than 30 days or not.
        ((paid("within 1mo"), paid("not within 30d"), paid("≥ 2 within 29d")), False),
        # Three workdays: a weekend may lie between them.
        ((paid("within 3 workdays"), paid("not within 4d")), True),
        ((paid("within 3d"), paid("not within 3 workdays")), False),
        ((paid("within 3 workdays"), paid("not within 5 workdays")), False),
    ],
)
def test_counts_and_times(tests: tuple[Predicate, ...], possible: bool) -> None:
    assert isinstance(meet(workspace(), *tests), Customer) is possible
    assert excludes(workspace(), *tests) is (not possible)


def test_only_a_holiday_makes_a_workday_so_long() -> None:
    holiday = (paid("within 3 workdays"), paid("not within 9d"))
    assert meet(workspace(), *holiday) == UNDECIDED
    assert excludes(workspace(), *holiday) is None
    assert implies(workspace(), holiday[0], paid("within 9d")) is None
    assert excludes(workspace(), paid("within 3 workdays"), paid("not within 3 workdays"), paid("within 9d")) is True


LENGTHS: Mapping[str, tuple[int, ...]] = {
    "within 20d": (20,) * 4, "within 28d": (28,) * 4, "within 29d": (29,) * 4, "within 30d": (30,) * 4,
    "within 31d": (31,) * 4, "within 1mo": (28, 29, 30, 31), "within 60d": (60,) * 4,
}  # fmt: skip
"""Days of each time in a month of each length."""


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["≥ 1", "≥ 3", "= 70", "< 2", "≤ 80"]), st.sampled_from(sorted(LENGTHS))), max_size=4
    )
)
def test_counts_in_months_of_every_length(asked_of: list[tuple[str, str]]) -> None:
    counts = (0, 1, 2, 3, 69, 70, 71, 80, 81)
    met = False
    for month in range(4):
        days = sorted({LENGTHS[time][month] for _, time in asked_of})
        for within in combinations_with_replacement(counts, len(days)):
            number = dict(zip(days, within, strict=True))
            met = met or all(
                COMPARES[test[0]](Decimal(number[LENGTHS[time][month]]), Decimal(test[2:])) for test, time in asked_of
            )
    answer = meet(workspace(), *(paid(f"{test} {time}") for test, time in asked_of))
    assert answer != UNDECIDED
    assert isinstance(answer, Customer) is met


# The bound on effort


def tag(number: int) -> Predicate:
    return TagTest(ref(f"t{number}"), HERE)


def untagged(number: int) -> Predicate:
    return Not(tag(number), HERE)


@pytest.mark.long
def test_hundreds_of_clauses_are_decided() -> None:
    linked = [
        Any((All((tag(n), tag(n + 1)), HERE), All((untagged(n), untagged(n + 1)), HERE)), HERE) for n in range(400)
    ]
    assert isinstance(meet(workspace(), *linked), Customer)
    assert meet(workspace(), *linked, tag(0), untagged(400)) == NOBODY
    refusals = [
        Not(All((paid(f"≥ {n % 7} within {n % 5 + 1}d"), tag(n % 90), tag(n * 7 % 90)), HERE), HERE) for n in range(400)
    ]
    assert isinstance(meet(workspace(), *refusals), Customer)


def test_a_clash_is_found_among_choices_that_have_nothing_to_do_with_it() -> None:
    apart = [Any((tag(n), tag(n + 1)), HERE) for n in range(0, 200, 2)]
    clash = [Any((one, other), HERE) for one in (tag(900), untagged(900)) for other in (tag(901), untagged(901))]
    assert meet(workspace(), *apart, *clash) == NOBODY
    assert isinstance(meet(workspace(), *apart, *clash[1:]), Customer)


def test_what_denies_itself_is_decided_beyond_any_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(satisfiability, "EFFORT", 1)
    either = Any((paid("within 3 workdays"), tag(1)), HERE)
    assert meet(workspace(), either, Not(either, HERE)) == NOBODY
    assert implies(workspace(), All((tag(2), either), HERE), either) is True
    assert implies(workspace(), tag(1), Any((tag(1), tag(2)), HERE)) is True
    assert implies(workspace(), either, tag(1)) is None


def test_else_is_met_by_anybody() -> None:
    answer = meet(workspace(), Else(HERE))
    assert isinstance(answer, Customer)
    assert answer.describe().en == "any customer"


def test_who_is_in_a_lifecycle_is_in_one_of_its_stages() -> None:
    inside, hello, other = (is_at(stage, ever=False).predicate for stage in (None, *STAGES))
    assert meet(workspace(), inside, Not(hello, HERE), Not(other, HERE)) == NOBODY
    assert isinstance(meet(workspace(), inside, Not(hello, HERE)), Customer)


def test_who_is_in_one_stage_is_in_no_other_unless_runs_overlap() -> None:
    hello, other = (is_at(stage, ever=False).predicate for stage in STAGES)
    assert meet(workspace(), hello, other) == NOBODY
    often = compiled(TEXT.replace("starts_on: member-joined", "starts_on: member-joined\nreentry: always")).workspace
    assert isinstance(meet(often, hello, other), Customer)
    again = "starts_on: member-joined\nreentry: always\noverlap: false"
    assert meet(compiled(TEXT.replace("starts_on: member-joined", again)).workspace, hello, other) == NOBODY
    twins = TEXT + TEXT.partition("---")[2].replace("newcomers", "twins").join(("---", ""))
    there = StageTest(ref("twins/other"), ever=False, at=HERE)
    assert isinstance(meet(compiled(twins).workspace, hello, there), Customer)  # of another lifecycle


def test_a_customer_is_told_by_what_makes_a_difference() -> None:
    free = Any((one_of("tier", ("gold",)).predicate, Not(one_of("tier", ("gold",)).predicate, HERE)), HERE)
    answer = meet(workspace(), tag(1), untagged(2), one_of("grade", ("low",)).predicate, free)
    assert isinstance(answer, Customer)
    assert answer.describe().en == "grade is low, has the tag t1, lacks the tag t2"
    assert answer.describe().zh == "grade 是 low，有标签 t1，没有标签 t2"


def test_effort_is_spent_to_the_last_part() -> None:
    asked_of = (one_of("tier", ("gold", "silver")).predicate, Any((tag(1), tag(2)), HERE))
    left = [1000]
    assert isinstance(meet(workspace(), *asked_of, effort=left), Customer)
    enough, few = [1000 - left[0]], [999 - left[0]]
    assert isinstance(meet(workspace(), *asked_of, effort=enough), Customer)
    assert enough == [0]
    assert meet(workspace(), *asked_of, effort=few) == UNDECIDED


@pytest.mark.long
def test_choices_are_made_one_in_the_other_up_to_a_bound() -> None:
    chain = [Any((tag(n), tag(n + 1)), HERE) for n in range(500)]
    assert isinstance(meet(workspace(), *chain[:300], effort=[10**6]), Customer)
    assert meet(workspace(), *chain, effort=[10**6]) == UNDECIDED


def exactly_one(*tests: Predicate) -> Predicate:
    """Return that one of the tests holds and no other."""
    return Any(
        tuple(All(tuple(one if one is other else Not(one, HERE) for one in tests), HERE) for other in tests), HERE
    )


def test_choices_that_share_nothing_are_not_tried_together() -> None:
    """Each of sixteen has two answers; that four can't have a place each of three would be tried under each of their 65,536."""
    apart = [exactly_one(tag(n), tag(n + 1)) for n in range(0, 32, 2)]
    places = [[tag(100 + 3 * who + place) for place in range(3)] for who in range(4)]
    crowd: list[Predicate] = [Any(tuple(own), HERE) for own in places]
    crowd += [
        Not(All((one[place], other[place]), HERE), HERE) for one, other in combinations(places, 2) for place in range(3)
    ]
    assert meet(workspace(), *crowd) == NOBODY
    assert meet(workspace(), *apart[:8], *crowd, *apart[8:]) == NOBODY
    assert isinstance(meet(workspace(), *apart, *crowd[1:]), Customer)


# Lengths of times


def within(text: str) -> Predicate:
    return paid(f"within {text}")


def test_the_days_on_which_times_are_of_other_lengths() -> None:
    assert list(days_that_differ([within("1d"), within("90d"), tag(1)])) == [date(2024, 1, 1)]
    assert list(days_that_differ([within("1mo"), within("1d")])) == [date(2024, 1, 1)]
    assert list(days_that_differ([within("1mo"), within("31d")])) == [date(2024, 1, 1), date(2024, 3, 1)]
    assert list(days_that_differ([within("1mo"), within("1y")])) == [date(2024, 1, 1)]
    twenty = list(days_that_differ([within("1mo"), within("20 workdays")]))
    assert twenty[0] == date(2024, 1, 1)
    assert len(twenty) > 1


def test_months_reach_back_to_the_first_year() -> None:
    """Before it they are as long as in the mean."""
    last = date(2024, 3, 31)
    of = {months: length(duration(f"{months}mo", HERE), last) / SECONDS["d"] for months in (24_277, 24_278, 24_279)}
    assert of[24_277] == (last - date(1, 2, 28)).days
    assert of[24_278] == (last - date(1, 1, 31)).days
    assert of[24_279] == 24_279 * 146_097 // 4_800
