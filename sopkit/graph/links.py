"""A workspace goes in; which journeys start which others, by a step or by their end, comes out."""

from __future__ import annotations

from collections.abc import Mapping

from sopkit.frozen import dataclass
from sopkit.model.documents import Journey, Workspace
from sopkit.model.triggers import JourneyMoved


@dataclass(frozen=True, slots=True)
class Links:
    """Journeys by the id of another."""

    at_end: Mapping[str, tuple[Journey, ...]]
    """Those that its end starts."""
    begun: Mapping[str, frozenset[str]]
    """Ids of those that its steps start."""
    starters: Mapping[str, tuple[Journey, ...]]
    """Those that start it, in one way or the other."""


def links_of(workspace: Workspace, starts: Mapping[str, str]) -> Links:
    """Return the links between all journeys; `starts`: the playbook that a step starts, by the step's node id."""
    started: dict[str, set[str]] = {}
    for node, name in starts.items():
        started.setdefault(node.split("/", 2)[1], set()).add(name)
    at_end: dict[str, list[Journey]] = {}
    begun: dict[str, frozenset[str]] = {}
    starters: dict[str, list[Journey]] = {}
    for journey in workspace.journeys.values():
        for trigger in journey.starts_on:
            if isinstance(trigger, JourneyMoved) and trigger.way == "ended" and trigger.place.id in workspace.journeys:
                at_end.setdefault(trigger.place.id, []).append(journey)
                starters.setdefault(journey.id, []).append(workspace.journeys[trigger.place.id])
        names = started[journey.id] & workspace.journeys.keys() if journey.id in started else ()
        if names:
            begun[journey.id] = frozenset(names)
        for name in sorted(names):
            starters.setdefault(name, []).append(journey)
    return Links(_fixed(at_end), begun, _fixed(starters))


def _fixed(found: Mapping[str, list[Journey]]) -> dict[str, tuple[Journey, ...]]:
    return {name: tuple(journeys) for name, journeys in found.items()}
