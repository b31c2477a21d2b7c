"""The worst price of a basket against brute force: every subset, every order, many baskets."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.graph.prices import Reduction, groups, worst_price, worst_price_on_what_is_left

IDS = "abcd"
SHARES = st.sampled_from([Fraction(n, 20) for n in (1, 2, 5, 10, 20)])
AMOUNTS = st.integers(1, 12).map(Fraction)
THRESHOLDS = st.sampled_from([Fraction(n) for n in (4, 5, 8, 10, 15)])


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Reduction], set[frozenset[str]]]:
    found = []
    for id_ in IDS[: draw(st.integers(1, 4))]:
        if draw(st.booleans()):
            found.append(Reduction(id_, share=draw(SHARES), threshold=draw(THRESHOLDS)))
        else:
            found.append(Reduction(id_, amount=draw(AMOUNTS), threshold=draw(THRESHOLDS)))
    pairs = [frozenset(pair) for pair in combinations([one.id for one in found], 2)]
    return found, {pair for pair in pairs if draw(st.booleans())}


def pay(order: tuple[Reduction, ...], basket: Fraction, *, on_list: bool) -> Fraction | None:
    left = basket
    for one in order:
        if (basket if on_list else left) < one.threshold:
            return None
        left = max(Fraction(0), left - left * one.share - one.amount)
    return left


def brute(offers: list[Reduction], refused: set[frozenset[str]], *, on_list: bool) -> Fraction:
    baskets = [Fraction(n, 2) for n in range(8, 80)]
    shares = []
    for size in range(1, len(offers) + 1):
        for subset in combinations(offers, size):
            if any(frozenset((a.id, b.id)) in refused for a, b in combinations(subset, 2)):
                continue
            for order in permutations(subset):
                paid = [(pay(order, basket, on_list=on_list), basket) for basket in baskets]
                shares += [price / basket for price, basket in paid if price is not None]
    return min(shares)


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(cases())
def test_thresholds_on_the_list_price_are_exact(case: tuple[list[Reduction], set[frozenset[str]]]) -> None:
    offers, refused = case
    worst = worst_price(offers, lambda a, b: frozenset((a, b)) not in refused)
    assert worst is not None
    assert worst.share == brute(offers, refused, on_list=True)
    assert pay(worst.order, worst.basket, on_list=True) == worst.price


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(cases())
def test_thresholds_on_what_is_left_are_never_beaten_and_replay(
    case: tuple[list[Reduction], set[frozenset[str]]],
) -> None:
    """The grid of baskets may miss the smallest that works: brute force is never below, and the basket found replays."""
    offers, refused = case
    stacks = lambda a, b: frozenset((a, b)) not in refused  # noqa: E731
    strict, loose = worst_price_on_what_is_left(offers, stacks), worst_price(offers, stacks)
    assert strict is not None
    assert loose is not None
    cent = Fraction(1, 100)  # a basket of whole cents may lie above the smallest by less than that, of at least 4
    assert strict.share <= brute(offers, refused, on_list=False) + cent
    assert strict.share >= loose.share
    assert pay(strict.order, strict.basket, on_list=False) == strict.price


def test_a_threshold_left_open_by_one_order_only() -> None:
    """5 off from 10 and half off from 10: half first leaves too little at 10, and at 20 both orders work."""
    offers = [Reduction("a", amount=Fraction(5), threshold=Fraction(10)), Reduction("b", share=Fraction(1, 2))]
    loose, strict = worst_price(offers, lambda *_: True), worst_price_on_what_is_left(offers, lambda *_: True)
    assert loose is not None
    assert strict is not None
    assert loose.basket == 10
    assert loose.price == 0
    assert [one.id for one in strict.order] == ["a", "b"]
    assert strict.share == Fraction(1, 4)


def test_beyond_the_bound_the_order_is_left_open() -> None:
    many = [
        Reduction(f"x{n}", amount=Fraction(n + 1), threshold=Fraction(50 + n))
        if n % 2
        else Reduction(f"x{n}", share=Fraction(n + 3, 20), threshold=Fraction(50 + n))
        for n in range(8)
    ]
    assert worst_price_on_what_is_left(many, lambda *_: True) is None
    assert worst_price(many, lambda *_: True) is not None


def test_groups_hold_apart_what_no_order_mixes() -> None:
    open_ = {frozenset("ab"), frozenset("bc")}
    assert groups("abcd", lambda a, b: frozenset((a, b)) in open_) == [("a", "b", "c"), ("d",)]
