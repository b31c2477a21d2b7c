"""A change that keeps a cap, or a date that is missing, goes in; what it is in words, and as a fix of the file, come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sopkit.changes import dropping, writing
from sopkit.diagnostics import Fix
from sopkit.graph.edits import Dropped, Moved
from sopkit.rules.case import Case
from sopkit.text import Phrase
from sopkit.tree import Mark

BEHIND_IDS: Final = ("kind", "id", "title", "owner")
BEHIND_STEPS: Final = ("id", "title", "send", "do", "via", "for", "by")
UNTIL_REVIEW: Final = timedelta(days=365)


def in_words(change: Dropped | Moved) -> Phrase:
    """Return what the change is."""
    name = change.touch.node.partition("/")[2]
    if isinstance(change, Dropped):
        return Phrase(f"不发 {name}", f"leave out {name}")
    return Phrase(f"把 {name} 改为 after: {change.after}", f"let {name} come `after: {change.after}`")


def repair(case: Case, change: Dropped | Moved) -> tuple[Fix, ...]:
    """Return the fix that makes the change; none for issues of a cadence, or where the file can't be changed for certain.

    What hangs on the step may come at another time then: whoever applies it checks the whole again.
    """
    step = change.touch.step
    if step is None:
        return ()
    tree = case.forest.tree(step.at)
    edit = (
        dropping(tree, step.at)
        if isinstance(change, Dropped)
        else writing(tree, step.at, "after", change.after, BEHIND_STEPS)
    )
    return (Fix(in_words(change), (edit,)),) if edit is not None else ()


def review_date(case: Case, document: Mark) -> tuple[Fix, ...]:
    """Return the fix that has a document looked at again in a year; the mark is its root."""
    date = (case.today + UNTIL_REVIEW).isoformat()
    edit = writing(case.forest.tree(document), document, "review_by", date, BEHIND_IDS)
    return (Fix(Phrase(f"加上 review_by: {date}", f"add `review_by: {date}`"), (edit,), safe=True),) if edit else ()
