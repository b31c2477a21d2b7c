"""Two compilations go in; every change, and what could not be judged, come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sopkit.diff import caps, consents, documents, outcomes, unread
from sopkit.diff.change import Change, Comparison
from sopkit.diff.documents import Side, Sides
from sopkit.diff.rules_promises import ASK_AGAIN, CONSENT_CHANGED
from sopkit.diff.rules_staff import RETRAIN
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation


def compare(old: Compilation, new: Compilation, again: Mapping[str, Phrase] | None = None) -> Comparison:
    """Return what is otherwise in `new`. `again`: the roles that must train again, and what has changed for each."""
    sides = Sides.of(Side(old.workspace, old.forest), Side(new.workspace, new.forest))
    unreadable = unread.Unread.of(old, new)
    written = [*documents.changes(sides), *caps.changes(sides)]
    hidden = [one for one in written if unreadable.hides(one)]
    trained = {} if unreadable.any else (again or {})
    found = [
        *(one for one in written if not unreadable.hides(one)), *consents.changes(sides, new.law), *outcomes.changes(sides, old, new),
        *(Change(RETRAIN, f"role/{role}", {"what": what}) for role, what in sorted(trained.items())),
    ]  # fmt: skip
    then = tuple(unread.places(old, unread.THEN))
    unjudged = (
        *then, *unread.places(new, unread.NOW),
        *unread.unknown(unreadable, hidden, outcomes.held_back(sides, old, new)),
        *outcomes.unjudged(sides, old, new),
    )  # fmt: skip
    return Comparison(_in_order(found), unjudged, len(then))


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    unique = {one.sort_key: one for one in _without_repeats(tuple(changes))}
    return tuple(unique[key] for key in sorted(unique, key=str))


def _without_repeats(changes: tuple[Change, ...]) -> Iterator[Change]:
    """Yield the changes but that of a consent of which it is told that it must be asked again, where that is all of it."""
    asked = {one.subject for one in changes if one.rule is ASK_AGAIN}
    for one in changes:
        told = one.rule is CONSENT_CHANGED and one.subject in asked
        if not told or not {detail.key for detail in one.details} <= set(consents.WORDS):
            yield one
