"""A `choose` and a step inside it go in; what must hold for the customer to come to that step, comes out."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.model.predicates import Else, Not, Predicate
from sopkit.model.steps import Choose, Step, inner


def around(choose: Choose, step: Step) -> Iterator[Predicate]:
    """Yield that no earlier branch holds, and that its own does; nothing where the step is not inside."""
    denied: list[Predicate] = []
    for branch in choose.branches:
        if any(one is step for first in branch.steps for one in inner(first)):
            yield from denied
            if not isinstance(branch.if_, Else):
                yield branch.if_
            return
        denied.append(Not(branch.if_, branch.at))
