"""Reductions and who may be combined with whom go in; the worst price of any basket, as a plain computation, comes out. Exact.

A reduction takes a share or an amount off. In which order a till applies them is not fixed. With thresholds counted on the list
price, shares first and amounts last is the cheapest order, and the price over the list price only rises with the basket: the worst
basket is the highest threshold of the set. With thresholds counted on what is left to pay, every order that can matter is tried, at
the smallest basket for which it works. The first reading allows all that the second does: what holds in it holds in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import ceil, prod
from typing import Final

from sopkit.frozen import dataclass

MOST_LIVE: Final = 8
"""More offers that may be combined are not assessed: orders and subsets would grow beyond use."""
MOST_STATES: Final = 2_000
"""Sets of used offers with what they took off, looked at in search of the worst order: about a second."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What one offer takes off; exactly one of share and amount is not zero."""

    id: str
    share: Fraction = Fraction(0)
    """0..1 of what is left to pay."""
    amount: Fraction = Fraction(0)
    threshold: Fraction = Fraction(0)
    """The least spend; 0 where none is asked for."""

    def of(self, price: Fraction) -> Fraction:
        """Return what is left of a price, never below 0."""
        return max(Fraction(0), price * (1 - self.share) - self.amount)


@dataclass(frozen=True, slots=True)
class Worst:
    """A basket and an order of reductions that leave the least of the list price."""

    order: tuple[Reduction, ...]
    basket: Fraction
    """The list price of the basket; where nothing sets a least spend, one that makes the computation plain."""
    price: Fraction
    any_basket: bool
    """The set has an amount off and no threshold: the smaller the basket, the worse."""

    @property
    def share(self) -> Fraction:
        """What is paid, of the list price."""
        return self.price / self.basket

    def steps(self) -> Iterator[tuple[Reduction, Fraction]]:
        """Yield each reduction and what is left to pay after it."""
        left = self.basket
        for one in self.order:
            left = one.of(left)
            yield one, left


Stacks = Callable[[str, str], bool]
"""Whether two offers, or an offer and itself, may be used in one order."""


def worst_price(reductions: Sequence[Reduction], stacks: Stacks) -> Worst | None:
    """Return the worst basket with thresholds counted on the list price; None where there is nothing to combine."""
    found = (_on_list_price(subset) for subset in stackable(reductions, stacks))
    return min(found, key=_rank, default=None)


def worst_price_on_what_is_left(reductions: Sequence[Reduction], stacks: Stacks) -> Worst | None:
    """Return the worst basket where a threshold counts what is left to pay when its offer is used.

    After a set of offers, `kept` × basket − off is left: `kept` depends on the set alone, so of the orders with the same `off`
    only the one that works from the smallest basket on can matter. None, too, beyond `MOST_STATES`.
    """
    found = list(islice(_orders(reductions, stacks), MOST_STATES + 1))
    if len(found) > MOST_STATES:
        return None
    return min((_at(order, least) for order, least in found), key=_rank, default=None)


def _orders(reductions: Sequence[Reduction], stacks: Stacks) -> Iterator[tuple[tuple[Reduction, ...], Fraction]]:
    """Yield the orders that matter, each with the smallest basket, in whole cents, for which every threshold is met."""
    places = range(len(reductions))
    open_ = {(a, b): stacks(reductions[a].id, reductions[b].id) for a in places for b in places if a != b}
    waves: dict[tuple[frozenset[int], Fraction], tuple[Fraction, tuple[int, ...]]]
    waves = {(frozenset(), Fraction(0)): (Fraction(0), ())}
    while waves:
        grown: dict[tuple[frozenset[int], Fraction], tuple[Fraction, tuple[int, ...]]] = {}
        for (used, off), (least, order) in waves.items():
            kept = prod((1 - reductions[at].share for at in used), start=Fraction(1))
            for at in places:
                one = reductions[at]
                if at in used or not all(open_[at, other] for other in used) or (one.threshold and not kept):
                    continue
                needed = max(least, (one.threshold + off) / kept) if one.threshold else least
                key = (used | {at}, off * (1 - one.share) + one.amount)
                if key not in grown or needed < grown[key][0]:
                    grown[key] = (needed, (*order, at))
        for least, order in grown.values():
            yield tuple(reductions[at] for at in order), Fraction(ceil(least * 100), 100)
        waves = grown


def stackable(reductions: Sequence[Reduction], stacks: Stacks) -> Iterator[tuple[Reduction, ...]]:
    """Yield every set, not empty, of which any two may be combined."""

    def grow(chosen: tuple[Reduction, ...], start: int) -> Iterator[tuple[Reduction, ...]]:
        for at in range(start, len(reductions)):
            one = reductions[at]
            if all(stacks(one.id, other.id) for other in chosen):
                wider = (*chosen, one)
                yield wider
                yield from grow(wider, at + 1)

    return grow((), 0)


def groups(ids: Sequence[str], stacks: Stacks) -> list[tuple[str, ...]]:
    """Return the offers in groups so that no two of different groups may be combined."""
    left, found = list(ids), []
    while left:
        group = [left.pop(0)]
        for one in group:
            more = [other for other in left if stacks(one, other)]
            group += more
            left = [other for other in left if other not in more]
        found.append(tuple(one for one in ids if one in group))
    return found


def _rank(worst: Worst) -> tuple[Fraction, int, tuple[str, ...]]:
    return worst.share, len(worst.order), tuple(one.id for one in worst.order)


def _on_list_price(subset: Sequence[Reduction]) -> Worst:
    order = tuple(sorted(subset, key=lambda one: (one.amount != 0, one.id)))
    least = max(one.threshold for one in order)
    return _at(order, least)


def _at(order: tuple[Reduction, ...], least: Fraction) -> Worst:
    amounts = sum((one.amount for one in order), Fraction(0))
    basket = least or amounts or Fraction(100)
    price = basket
    for one in order:
        price = one.of(price)
    return Worst(order, basket, price, any_basket=not least and amounts > 0)
