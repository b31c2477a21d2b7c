"""A case goes in; the steps that treat customers differently by a personal trait come out, with the prices of each way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph import Node
from sopkit.graph.satisfiability import leaves
from sopkit.model.nouns import Offer, Script
from sopkit.model.predicates import DataTest, Predicate, SegmentTest
from sopkit.model.steps import Choose, Grant, Send, Step, inner
from sopkit.rules.case import Case
from sopkit.tree import Mark

PERSONAL: Final = ("user.behavior", "user.demographic", "user.location", "user.financial", "user.device")
PRICES: Final = frozenset(("coupon", "discount", "threshold", "flash-sale"))
"""Types of offer that change what a customer pays."""
AMOUNT: Final = r"(?:[¥￥$€]|CNY|USD|EUR)?\s?\d+(?:\.\d+)?"
TOLD: Final = re.compile(
    rf"(?:\d(?:\.\d+|\d)?|[一二三四五六七八九]{{1,2}})\s?折|(?:减|优惠|抵)\s?{AMOUNT}|{AMOUNT}\s?元?(?:无门槛|优惠|代金|满减|抵扣|现金|折扣)?券"
    rf"|\d+(?:\.\d+)?\s?%\s?off|{AMOUNT}\s?(?:off\b|coupon|voucher)",
    re.IGNORECASE,
)
"""A reduction in words that customers read; the price of a product is none, and products may differ."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one way of a fork says about the price: by an offer, or in a text."""

    name: str
    """Id of the offer or the script."""
    at: Mark
    type: str
    """Prices of other types can't be compared."""
    worth: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """A step at which customers go different ways by a personal datum."""

    node: Node
    step: Step
    datum: str
    ways: tuple[tuple[Price, ...], ...]

    def differing(self) -> tuple[Price, Price] | None:
        """Return two prices of one type that differ between two ways."""
        for way, other in combinations(self.ways, 2):
            for one in way:
                for two in other:
                    if one.type == two.type and one.worth != two.worth:
                        return one, two
        return None


def forks(case: Case) -> Iterator[Fork]:
    """Yield the choices, and the messages in words by a datum, that turn on a personal trait."""
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            verb = step.verb
            if isinstance(verb, Choose):
                datum = _trait(case, [branch.if_ for branch in verb.branches])
                if datum is not None:
                    ways = tuple(tuple(_prices(case, branch.steps)) for branch in verb.branches)
                    yield Fork(node, step, datum, ways)
            elif isinstance(verb, Send) and verb.match is not None and _is_personal(case, verb.match.id):
                scripts = [case.workspace.scripts.get(ref.id) for ref in verb.all_scripts]
                ways = tuple(tuple(_told(script)) for script in scripts if script is not None)
                yield Fork(node, step, verb.match.id, ways)


def _trait(case: Case, conditions: list[Predicate], inside: frozenset[str] = frozenset()) -> str | None:
    """Return the personal datum by which the branches differ, by way of segments too; None where they differ by none."""
    for condition in conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, DataTest) and _is_personal(case, leaf.data.id):
                return leaf.data.id
            if isinstance(leaf, SegmentTest) and leaf.segment.id not in inside:
                segment = case.workspace.segments.get(leaf.segment.id)
                within = [segment.when] if segment is not None and segment.when is not None else []
                if found := _trait(case, within, inside | {leaf.segment.id}):
                    return found
    return None


def _is_personal(case: Case, name: str) -> bool:
    datum = case.workspace.data.get(name)
    return datum is not None and (datum.category or "").startswith(PERSONAL)


def _prices(case: Case, steps: tuple[Step, ...]) -> Iterator[Price]:
    for step in steps:
        for one in inner(step):
            ref = one.verb.offer if isinstance(one.verb, Grant) else one.offer
            offer = case.workspace.offers.get(ref.id) if ref else None
            if offer is not None and offer.type in PRICES:
                yield _worth(offer)
            for told in one.verb.all_scripts if isinstance(one.verb, Send) else ():
                if told.id in case.workspace.scripts:
                    yield from _told(case.workspace.scripts[told.id])


def _worth(offer: Offer) -> Price:
    return Price(offer.id, offer.at, offer.type or "", (str(offer.value), str(offer.threshold)))


def _told(script: Script) -> Iterator[Price]:
    """Yield the prices that a text names in each of its languages, together; nothing where it names none."""
    for lang, words in script.text.variants if script.text else ():
        if found := TOLD.findall(words):
            yield Price(script.id, script.at, f"text {lang}", tuple(sorted(found)))
