"""Two compilations go in; every change, and what could not be judged, come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from sopkit.diagnostics import Severity, Unassessed
from sopkit.diff import caps, consents, documents, outcomes
from sopkit.diff.change import Change, Comparison
from sopkit.diff.documents import Side, Sides
from sopkit.diff.rules_promises import ASK_AGAIN, CONSENT_CHANGED
from sopkit.diff.rules_staff import OTHER_CHANGED, RETRAIN
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

UNREAD: Final = ("SOP0", "SOP1")
"""Codes of what keeps a document, or a part of it, from being read."""
THEN, NOW = Phrase("旧版本", "the former version"), Phrase("新版本", "the new version")


def compare(old: Compilation, new: Compilation, again: Mapping[str, Phrase] | None = None) -> Comparison:
    """Return what is otherwise in `new`. `again`: the roles that must train again, and what has changed for each."""
    sides = Sides.of(Side(old.workspace, old.forest), Side(new.workspace, new.forest))
    found = [
        *documents.changes(sides), *caps.changes(sides), *consents.changes(sides, new.law), *outcomes.changes(sides, old, new),
        *(Change(RETRAIN, f"role/{role}", {"what": what}) for role, what in sorted((again or {}).items())),
    ]  # fmt: skip
    unread = [*_unread(old, THEN), *_unread(new, NOW)]
    return Comparison(_in_order(found), (*unread, *outcomes.unjudged(sides, old, new)))


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


def _unread(one: Compilation, which: Phrase) -> Iterator[Unassessed]:
    """Yield each place that could not be read: what it says may have changed, and nobody can tell."""
    for finding in one.findings:
        if finding.weight is Severity.ERROR and finding.rule.code.startswith(UNREAD):
            zh, en = finding.message("zh-CN"), finding.message("en")
            yield Unassessed(
                OTHER_CHANGED, finding.subject, Phrase(f"{which.zh}：{zh}", f"{which.en}: {en}"), finding.span
            )
