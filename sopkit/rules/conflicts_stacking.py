"""Offers and who is granted them go in; which of them may be used in one order, and on whose word, comes out."""

from __future__ import annotations

from functools import cached_property

from sopkit.frozen import dataclass
from sopkit.model.nouns import Offer
from sopkit.rules.case import Case
from sopkit.rules.conflicts_held import Granters, granters, never_held_by_one
from sopkit.text import Phrase


@dataclass(frozen=True, eq=False)
class Stacking:
    """The reductions of one workspace and who may be combined with whom."""

    case: Case
    offers: tuple[Offer, ...]

    @cached_property
    def by_id(self) -> dict[str, Offer]:
        return {offer.id: offer for offer in self.offers}

    @cached_property
    def granted(self) -> Granters:
        return granters(self.case)

    @cached_property
    def _partners(self) -> dict[str, set[str]]:
        return {offer.id: {ref.id for ref in offer.stacks_with or ()} for offer in self.offers}

    @cached_property
    def _refused(self) -> dict[str, set[str]]:
        return {offer.id: {ref.id for ref in offer.till_refuses or ()} for offer in self.offers}

    @cached_property
    def _apart(self) -> dict[frozenset[str], bool]:
        return {}

    def declared(self, one: str, other: str) -> bool:
        """Return whether it is written, on either side, that the two stack."""
        return other in self._partners[one] or one in self._partners[other]

    def ruled_out(self, one: str, other: str) -> bool:
        """Return whether somebody has said with what one of the two stacks, and it is not the other."""
        said = self.by_id[one].stacks_with is not None or self.by_id[other].stacks_with is not None
        return said and not self.declared(one, other)

    def refused(self, one: str, other: str) -> bool:
        """Return whether the till refuses the two together, or nobody can have both."""
        if other in self._refused[one] or one in self._refused[other]:
            return True
        pair = frozenset((one, other))
        if pair not in self._apart:
            a, b = self.by_id[one], self.by_id[other]
            self._apart[pair] = one != other and never_held_by_one(self.case, self.granted, a, b)
        return self._apart[pair]

    def stacks(self, one: str, other: str) -> bool:
        """Return whether nothing keeps the two out of one order."""
        return self.declared(one, other) if one == other else not self.refused(one, other)

    def surely_stacks(self, one: str, other: str) -> bool:
        """Return whether the two are said to stack, and nothing keeps them out of one order."""
        return self.declared(one, other) and self.stacks(one, other)

    def doubt(self, one: str, other: str) -> Phrase | None:
        """Return what nobody has declared and yet decides whether the two are used together; None where it is declared."""
        if self.declared(one, other):
            return None
        if not self.ruled_out(one, other):
            return Phrase(
                f"“{one}”和“{other}”可以叠加（没有写 stacks_with）",
                f"`{one}` stacks with `{other}` (no `stacks_with` says)",
            )
        if self.by_id[one].till_refuses is not None and self.by_id[other].till_refuses is not None:
            return None
        return Phrase(f"收银台不拒绝“{one}”和“{other}”同用", f"no till refuses `{one}` together with `{other}`")
