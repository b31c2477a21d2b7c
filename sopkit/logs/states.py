"""The states that a log of touches names go in; which rows are touches, and which tell that a touch got so far, comes out.

Some logs write a row for each state that a touch comes to, others one row for each touch and overwrite its state. Which of the two a
channel and tool do is told from the rows: where states are written apart, those behind the first mostly follow a row of the first soon,
to the same customer by the same step, much oftener than rows of the first follow each other; where they are overwritten, hardly any does,
and whether a row says the first state or a later one has nothing to do with how long the last of the first is ago.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final, Literal
from weakref import WeakKeyDictionary

from sopkit.frozen import dataclass
from sopkit.graph.touches import Match
from sopkit.logs.offsets import DAY
from sopkit.logs.store import Store
from sopkit.text import Phrase

LEVELS: Final[Mapping[str, int]] = {"sent": 1, "delivered": 2, "opened": 3, "clicked": 4, "replied": 4}
"""How far a touch got: who clicked has opened, what was opened was delivered."""
NONE: Final = frozenset(("failed", "unsent", "duplicate"))
"""States of what is no touch; a log may well have none of them."""
ALONE: Final = frozenset(("clicked", "replied", *NONE))
"""States that no other one implies."""
SOON: Final = 12
"""Hours within which most of what becomes of a touch is known, and hardly anybody is touched twice by one step."""
WEEK: Final = 7 * 24
"""Hours that are told apart, of how long after a row of the first state another row comes; longer ones are one."""
SLACK: Final = 3600
"""Seconds by which the clocks of those who write the rows may differ."""
MANY: Final = 100
"""Rows of which shares are told; those of fewer may be accident."""
MOST: Final = 2_000_000
"""Rows of a log that are looked at, about: of a larger one, those of a time in its middle."""
LEAST: Final = 7 * DAY
"""Seconds that this time has at least; rows of later states count in its second half, so that each has a past."""
UNCLEAR: Final = Phrase(
    "日志里有几种状态，看不出是一次触达一行，还是一种状态一行（在 values 里写明）",
    "the log has several states, and it cannot be told whether a touch has one row or one for each state (say it under `values`)",
)
Written = Literal["apart", "over", "unclear"]
"""A row for each state; one row for each touch, with its furthest state; it cannot be told."""
Hours = Counter[int | None]
"""How many rows come so many whole hours after the last one of the first state; None: after no such row."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one channel by one tool, as far as they tell of touches that were sent."""

    states: Mapping[int, str]
    """By kind."""
    steps: Mapping[int, str]
    """By kind; nothing for all where only some states name them."""

    def lowest(self, wanted: str) -> str | None:
        """Return the first state that says that a touch got as far as that."""
        if wanted in ALONE:
            return wanted if wanted in self.states.values() else None
        return min((one for one in self.states.values() if LEVELS[one] >= LEVELS[wanted]), key=_far, default=None)


def _far(state: str) -> tuple[int, str]:
    """Return what states are ordered by."""
    return LEVELS[state], state


class States:
    """How one log of touches writes states."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.said = {kind: one["state"] or "sent" for kind, one in store.kinds("touches").items()}
        self.groups = tuple(_grouped(store.kinds("touches")))

    @cached_property
    def written(self) -> tuple[Written, ...]:
        """By group; asked of all parts, where a group has several states."""
        counts: dict[tuple[int, int], Hours] = {}
        rows = [row for number, one in enumerate(self.groups) for row in _laid(number, one)]
        query = _query(rows, *self._stretch())
        for _ in self.store.each() if rows else ():
            for number, later, hours, count in self.store.engine.run(query):
                counts.setdefault((number, later), Counter())[hours] += count
        none: Hours = Counter()
        return tuple(
            _written(counts.get((number, 0), none), counts.get((number, 1), none)) for number in range(len(self.groups))
        )

    def _stretch(self) -> tuple[int, int, int]:
        """Return from when to when rows are looked at, and from when on those of later states."""
        count, first, last = self.store.spans.get("touches", (0, 0, 0))
        if count <= MOST:
            return first, last + 1, first
        length = max(LEAST, (last - first) * MOST // count)
        start = max(first, (first + last - length) // 2)
        return start, start + length, start + length // 2

    def reached(self, wanted: str) -> dict[int, Match]:
        """Return of each kind whether each of its rows stands for one touch that got so far; `sent`: whether it is a touch at all."""
        found: dict[int, Match] = {kind: "yes" if one == wanted else "no" for kind, one in self.said.items()}
        beyond: Mapping[Written, Match] = {"apart": "no", "over": "yes", "unclear": "maybe"}
        for group, written in zip(self.groups, self.written, strict=True):
            lowest = group.lowest(wanted)
            for kind, state in group.states.items():
                implied = lowest is not None and wanted not in ALONE and LEVELS[state] >= LEVELS[lowest]
                found[kind] = "yes" if state == lowest else beyond[written] if implied else "no"
        return found


def _grouped(kinds: Mapping[int, Mapping[str, str]]) -> Iterable[Group]:
    """Yield the kinds of each channel, and of each tool where all rows of the channel name one and each tool has its first state."""
    sent = {kind: one for kind, one in kinds.items() if (one["state"] or "sent") in LEVELS}
    lacking = _of_no_tool(sent.values())
    found: dict[tuple[str, str], list[int]] = {}
    for kind, one in sent.items():
        tool = "" if one["channel"] in lacking else one["tool"]
        found.setdefault((one["channel"], tool), []).append(kind)
    for mine in found.values():
        group = Group(
            {kind: sent[kind]["state"] or "sent" for kind in mine}, {kind: sent[kind]["step"] for kind in mine}
        )
        yield group if _named_alike(group) else replace(group, steps=dict.fromkeys(mine, ""))


def _of_no_tool(sent: Iterable[Mapping[str, str]]) -> set[str]:
    """Return the channels that are one whole: of unnamed tools, or where a tool tells only what became of another's touches."""
    said: dict[str, dict[str, str]] = {}
    for one in sent:
        tools, state = said.setdefault(one["channel"], {}), one["state"] or "sent"
        tools[one["tool"]] = min(state, tools.get(one["tool"], state), key=_far)
    return {channel for channel, tools in said.items() if "" in tools or len(set(tools.values())) > 1}


def _named_alike(group: Group) -> bool:
    """Return whether rows of the first state name steps as those of later ones do: all, none or some."""
    lowest = group.lowest("sent")
    first, later = (
        {bool(group.steps[kind]) for kind, one in group.states.items() if (one == lowest) is first}
        for first in (True, False)
    )
    return first == later


def _laid(number: int, group: Group) -> Iterable[tuple[int, int, int, int]]:
    """Yield (kind, group, step, 1 for a later state) of a group of several states."""
    lowest, steps = group.lowest("sent"), sorted(set(group.steps.values()))
    if len(set(group.states.values())) > 1:
        for kind, one in group.states.items():
            yield kind, number, steps.index(group.steps[kind]), int(one != lowest)


def _query(rows: Iterable[tuple[int, int, int, int]], start: int, end: int, counted: int) -> str:
    """Return the query for (group, 1 for later states, whole hours since the last row of the first state or NULL, rows)."""
    values = ", ".join(map(str, rows))
    return (
        f"SELECT way, later, CASE WHEN own IS NOT NULL THEN least(greatest(ts - own, 0) // 3600, {WEEK}) END AS since, count(*) "
        "FROM (SELECT way, later, ts, "
        "max(CASE WHEN later = 0 THEN ts END) OVER (PARTITION BY who, way, step ORDER BY "
        f"ts - CASE WHEN later = 0 THEN {SLACK} ELSE 0 END, later ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS own "
        f"FROM touches JOIN (VALUES {values}) said(kind, way, step, later) USING (kind) WHERE ts >= {start} AND ts < {end}) "
        f"WHERE ts >= {counted} GROUP BY way, later, since"
    )


def _written(first: Hours, later: Hours) -> Written:
    """Return how states are written, by how long rows of the first and of later ones come after the last of the first."""
    rows, (soon, owned) = later.total(), (_within(later, hours) for hours in (SOON, WEEK + 1))
    again = _within(first, SOON)
    if rows and soon * 3 >= rows and owned * 10 >= rows * 9 and soon * first.total() > 3 * again * rows:
        return "apart"
    return "over" if soon * 20 <= rows and (owned * 10 <= rows or _by_chance(first, later)) else "unclear"


def _by_chance(first: Hours, later: Hours) -> bool:
    """Return whether later states do surely not follow the first one oftener than it follows itself, within any time."""
    rows, others = later.total(), first.total()
    return min(rows, others) >= MANY and all(
        (_within(later, hours) * others - _within(first, hours) * rows) * 20 <= rows * others
        for hours in range(1, WEEK + 2)
    )


def _within(rows: Hours, hours: int) -> int:
    """Return how many come less than so many hours after one of the first state."""
    return sum(count for since, count in rows.items() if since is not None and since < hours)


_KNOWN: WeakKeyDictionary[Store, States] = WeakKeyDictionary()


def states_of(store: Store) -> States:
    """Return how a store's log of touches writes states; all who count touches ask here."""
    found = _KNOWN.get(store)
    if found is None:
        found = _KNOWN[store] = States(store)
    return found
