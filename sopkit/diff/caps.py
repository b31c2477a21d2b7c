"""Two workspaces go in; what their caps, and whatever else limits touches, allow otherwise comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.diff.change import Change
from sopkit.diff.content import content, details, differing, written
from sopkit.diff.documents import Sides
from sopkit.diff.rules_promises import CAP_LOOSENED, CAP_REMOVED, CAP_TIGHTENED
from sopkit.model.documents import Settings
from sopkit.model.policies import Budget, Cap, OneAtATime, QuietHours
from sopkit.model.values import Duration

Limit = Cap | Budget | OneAtATime | QuietHours
NAMED: Final = frozenset({"title"})
"""Fields of a cap that limit nothing."""


def changes(sides: Sides) -> Iterator[Change]:
    """Yield the changes of caps, budgets, quiet hours, of what runs one at a time and of how a tool enforces it."""
    old, new = sides.old.workspace.settings, sides.new.workspace.settings
    was, now = _limits(old), _limits(new)
    for about in sorted(was.keys() | now.keys()):
        before, after = was.get(about), now.get(about)
        if before is None and after is not None:
            yield _change(sides, CAP_TIGHTENED, about, None, after)
        elif before is not None and after is None:
            yield _change(sides, CAP_REMOVED, about, before, None)
        elif before is not None and after is not None:
            names = differing(before, after, sides.renamed)
            if names:
                tighter = set(names) <= NAMED or _is_tighter(before, after, sides)
                yield _change(sides, CAP_TIGHTENED if tighter else CAP_LOOSENED, about, before, after, names=names)
    yield from _enforcement(sides, old, new)


def _limits(settings: Settings) -> dict[str, Limit]:
    """Return what limits touches, by what findings call it."""
    found: dict[str, Limit] = {f"cap/{one.id}": one for one in settings.caps}
    found |= {f"one_at_a_time/{one.id}": one for one in settings.one_at_a_time}
    found |= {f"budget/{one.cap.id}/{one.of.id}": one for one in settings.budgets}
    for one in settings.quiet_hours:  # they have no name: those of one selection are the same, read otherwise
        number = sum(key.startswith("quiet_hours") for key in found)
        found[f"quiet_hours/{number + 1}" if number else "quiet_hours"] = one
    return found


def _change(
    sides: Sides, rule: Rule, about: str, before: Limit | None, after: Limit | None, *, names: Iterable[str] = ()
) -> Change:
    was = written(sides.old.forest, before.at) if before else None
    now = written(sides.new.forest, after.at) if after else None
    keys = names or sorted(
        {*(was if isinstance(was, dict) else ()), *(now if isinstance(now, dict) else ())} - {"id", "title"}
    )
    return Change(
        rule, about, details=details(was, now, keys),
        before=sides.old.span(before.at) if before else None, after=sides.new.span(after.at) if after else None,
    )  # fmt: skip


def _is_tighter(before: Limit, after: Limit, sides: Sides) -> bool:
    """Return whether whatever keeps the new limit keeps the former one, as far as that is plain to see."""
    match before, after:
        case Cap(), Cap():
            same = content(before.of, sides.renamed) == content(after.of, {})
            if before.gap is not None and after.gap is not None:
                return same and _seconds(after.gap) >= _seconds(before.gap) > 0
            if before.max is None or after.max is None or after.max > before.max:
                return False
            return same and _covers(after.per, before.per)
        case Budget(), Budget():
            return after.max <= before.max
        case OneAtATime(), OneAtATime():
            was, now = ({content(one, sides.renamed) for one in each.journeys} for each in (before, after))
            others = set(differing(before, after, sides.renamed)) - NAMED
            return was <= now and others <= {"journeys"}
    return False


def _covers(longer: Duration | str | None, shorter: Duration | str | None) -> bool:
    if isinstance(longer, Duration) and isinstance(shorter, Duration):
        return _seconds(longer) >= _seconds(shorter) > 0
    return longer == shorter


def _seconds(time: Duration) -> int:
    """Return the length; 0 where it depends on the calendar."""
    return time.seconds or 0


def _enforcement(sides: Sides, old: Settings, new: Settings) -> Iterator[Change]:
    before, after = old.enforce, new.enforce
    if content(before, sides.renamed) == content(after, {}) or not (old.id and new.id):
        return
    was, now = (written(side.forest, side.workspace.settings.at) for side in (sides.old, sides.new))
    tighter = before is not None and before.in_ is None and after is not None and after.in_ is not None
    yield Change(
        CAP_TIGHTENED if tighter else CAP_LOOSENED, "enforce", details=details(was, now, ["enforce"]),
        before=sides.old.span(before.at if before else old.at), after=sides.new.span(after.at if after else new.at),
        severity=None if before is not None else Severity.NOTE,
    )  # fmt: skip


def per_is_same(old: Settings, new: Settings, about: str) -> bool:
    """Return whether a cap counts the same touches over the same time in both versions, so that its numbers compare."""
    was, now = (next((one for one in each.caps if f"cap/{one.id}" == about), None) for each in (old, new))
    if was is None or now is None:
        return was is now
    return all(content(getattr(was, name), {}) == content(getattr(now, name), {}) for name in ("per", "gap", "of"))
