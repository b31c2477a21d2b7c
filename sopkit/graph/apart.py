"""Touches of several owners go in; whether one customer can get one of each, and within how short a time, comes out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sopkit.graph.worst import Asked, Plan, chains_of


def apart(plan: Plan, some: Collection[str], others: Collection[str], window: float) -> bool:
    """Return whether it is certain that no window of so many seconds holds one of `some` and one of `others`."""
    asked = Asked(plan, {*some, *others}, window, 2)
    roots = {plan.touches[node].root for node in (*some, *others)}
    nets = [asked.group_net(group)[0] for group in plan.workspace.settings.one_at_a_time]
    for chain in chains_of({root: plan.only_before(root) for root in asked.roots}):
        journeys = [plan.journey(root) for root in chain]
        if roots <= {*chain} and all(one is not None and one.reentry.mode == "never" for one in journeys):
            nets.append(asked.line(chain))
    return any(
        net is not None and net.keeps_apart(some, others, window) and net.keeps_apart(others, some, window)
        for net in nets
    )


def can_meet(plan: Plan, groups: Sequence[Collection[str]]) -> bool:
    """Return whether one sort of customer may get a touch of each group."""
    sorts = plan.sorts.open_to({node for group in groups for node in group})
    return any(all(some & {*group} for group in groups) for some in sorts)
