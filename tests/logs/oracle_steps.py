"""What the rules on steps must find in a small log, worked out row by row in plain Python, from one playbook declared twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
PLAY = """\
kind: workspace
id: demo
title: 示例
owner: lead
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: America/New_York
enforce: none
---
kind: procedure
id: care
title: 关怀
owner: lead
review_by: 2027-12-31
starts_on: complaint-received
for_each: customer
steps:
  - {id: a, do: 记录, by: clerk, within: 4h, required: true}
  - {id: pause, wait: 1d}
  - {id: b, do: 回访, by: lead, within: 2h, required: true}
  - {id: c, do: 查订单, by: lead, if: {order-paid: ever}}
  - {id: d, do: 处理, by: lead, within: 6h}
  - {id: e, do: 归档, by: lead, within: 3d, since: a, required: true}
  - {id: f, do: 答复, by: lead, on: chat-received, within: 2h}
---
kind: catalog
roles:
  clerk: {title: 文员, hours: "mon-fri 09:00-17:00"}
  lead: {title: 主管}
"""
HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class Limit:
    seconds: int
    hours: bool
    bases: tuple[tuple[str, int], ...]
    """(step, or event in capitals, seconds of waiting); the latest counts."""
    must_follow: str = ""
    """The step that this one must come after, with nothing to call it off."""
    wait: int = 0


LIMITS = {
    "a": Limit(4 * HOUR, True, (("COMPLAINT", 0),)),
    "b": Limit(2 * HOUR, False, (("a", DAY),), "a", DAY),
    "d": Limit(6 * HOUR, False, (("c", 0), ("b", 0)), "c"),
    "e": Limit(3 * DAY, False, (("a", 0),)),
    "f": Limit(2 * HOUR, False, (("CHAT", 0),)),
}
CHAIN = "abcde"
FOLLOWING = "b"
"""Falls due whenever another step was done, and at no other time: whoever knows what was done knows when it was to be."""
REQUIRED = "abe"
EVENTS = {"COMPLAINT": "complaint-received", "CHAT": "chat-received"}
ORDER = {"due": 0, "started": 1, "done": 2, "skipped": 3}
Log = Sequence[Mapping[str, object]]
Counts = tuple[int, int, int]
"""(looked, broken, not to be judged)."""
Nameless = frozenset[str]
"""Runs that the log does not name: all that one customer did, perhaps in several runs."""


@dataclass
class Turn:
    """One time that a step was to be done."""

    run: str
    customer: str
    step: str
    first: int
    opened: int | None = None
    done: int | None = None
    skipped: int | None = None
    due: int | None = None


def turns_of(steps: Log) -> list[Turn]:
    found: list[Turn] = []
    for run in sorted({str(row["run"]) for row in steps}):
        for step in "abcdef":
            rows = [(n, row) for n, row in enumerate(steps) if row["run"] == run and row["step"] == f"care/{step}"]
            rows.sort(key=lambda one: (one[1]["time"], ORDER[str(one[1]["state"])], one[0]))
            turn: Turn | None = None
            for _, row in rows:
                at, state, due = int(str(row["time"])), row["state"], row.get("due")
                if turn is None:
                    turn = Turn(run, str(row["customer"]), step, at)
                    found.append(turn)
                if due is not None:
                    turn.due = max(turn.due or 0, int(str(due)))
                if state == "due" and turn.opened is None:
                    turn.opened = at
                if state == "done":
                    turn.done = at
                if state == "skipped":
                    turn.skipped = at
                if state in ("done", "skipped"):
                    turn = None
    return found


def open_time(start: int, end: int) -> int:
    """Return the seconds of the clerk's hours between two instants; less than none where they stand the wrong way round."""
    if end < start:
        return -open_time(end, start)
    total, day = 0, datetime.fromtimestamp(start, ZONE).date() - timedelta(days=1)
    while day <= datetime.fromtimestamp(end, ZONE).date():
        if day.weekday() < 5:
            total += max(0, min(end, _at(day, 17)) - max(start, _at(day, 9)))
        day += timedelta(days=1)
    return total


def _at(day: date, hour: int) -> int:
    return int(datetime.combine(day, time(hour), ZONE).timestamp())


def deadlines(steps: Log, events: Log, nameless: Nameless) -> dict[str, tuple[Counts, Counts]]:
    """Return for each step with a limit what was late and what was missed."""
    turns, end = turns_of(steps), max(int(str(row["time"])) for row in steps)
    found: dict[str, tuple[Counts, Counts]] = {}
    for step, limit in LIMITS.items():
        met = late = missed = unsure = unlisted = 0
        opens = any(row["step"] == f"care/{step}" and row["state"] == "due" for row in steps)
        for turn in (one for one in turns if one.step == step):
            passed = step in REQUIRED and any(
                one.run == turn.run and one.done is not None and one.step in CHAIN[CHAIN.index(step) + 1 :]
                for one in turns
            )
            if turn.done is None and (turn.skipped is not None or passed):
                continue
            base, allowed = _base(turn, limit, turns, events)
            if base is None:
                unsure += 1
                continue
            reached = end if turn.done is None else turn.done
            took = open_time(base, reached) if limit.hours else reached - base
            if turn.done is None:
                missed += took > allowed
                continue
            told = turn.opened is not None or (turn.due is not None and opens)
            unlisted += not (told or (step in FOLLOWING and turn.run not in nameless))
            if took > allowed:
                late += 1
            else:
                met += 1
        for before in turns:
            if before.step == limit.must_follow and before.done is not None:
                after = [one for one in turns if one.run == before.run and one.step == step]
                if any((one.done or one.skipped or one.first) >= before.done for one in after):
                    continue
                gone = step in REQUIRED and any(
                    one.run == before.run and one.done is not None and one.step in CHAIN[CHAIN.index(step) + 1 :]
                    for one in turns
                )
                if gone or end - (before.done + limit.wait) <= limit.seconds:
                    continue
                if not _disordered(before, step, turns):
                    missed += 1
                elif before.run in nameless:
                    unsure += 1
        looked = met + late - unlisted + missed
        found[step] = ((met + late, late, unsure), (looked, missed, unsure + unlisted))
    return found


def _disordered(before: Turn, step: str, turns: Sequence[Turn]) -> bool:
    """Whether a step was done before the first time of the one that it should follow."""
    mine = [one for one in turns if one.run == before.run and one.done is not None]
    first = min(one.done or 0 for one in mine if one.step == before.step)
    return first == before.done and any(one.step == step and (one.done or 0) < first for one in mine)


def _base(turn: Turn, limit: Limit, turns: Sequence[Turn], events: Log) -> tuple[int | None, int]:
    if turn.due is not None:
        return turn.due, 0
    if turn.opened is not None:
        return turn.opened, limit.seconds
    best: tuple[int, int] | None = None
    for name, wait in limit.bases:
        if name in EVENTS:
            before = turn.first if name == "CHAT" else min(one.first for one in turns if one.run == turn.run)
            times = [
                int(str(row["time"]))
                for row in events
                if row["event"] == EVENTS[name] and row["customer"] == turn.customer and int(str(row["time"])) <= before
            ]
        else:
            times = [
                one.done for one in turns
                if one.run == turn.run and one.step == name and one.done is not None and one.done <= turn.first
            ]  # fmt: skip
        for at in times:
            if best is None or at > best[0]:
                best = (at, wait)
    return (None, 0) if best is None else (best[0] + best[1], limit.seconds)


def skipped(steps: Log, nameless: Nameless) -> dict[str, Counts]:
    """Return for each required step how many runs came to it, and how many went past it."""
    turns = turns_of(steps)
    found: dict[str, Counts] = {}
    for step in REQUIRED:
        looked = broken = unsure = 0
        for run in {one.run for one in turns}:
            mine = [one for one in turns if one.run == run]
            done = any(one.step == step and one.done is not None for one in mine)
            marked = any(one.step == step and one.skipped is not None for one in mine)
            past = any(one.step in CHAIN[CHAIN.index(step) + 1 :] and one.done is not None for one in mine)
            if run in nameless:
                unsure += done or marked or past
                continue
            looked += done or marked or past
            broken += not done and (marked or past)
        found[step] = (looked, broken, unsure)
    return found


def order(steps: Log, nameless: Nameless) -> dict[str, Counts]:
    """Return for each step with others before it in how many runs both were done, and in how many in the wrong order."""
    turns = turns_of(steps)
    found: dict[str, Counts] = {}
    for n, step in enumerate(CHAIN):
        looked = broken = unsure = 0
        for run in {one.run for one in turns} if n else ():
            first = {
                each: min(
                    (one.done for one in turns if one.run == run and one.step == each and one.done is not None),
                    default=None,
                )
                for each in CHAIN
            }
            mine, before = first[step], [first[each] for each in CHAIN[:n] if first[each] is not None]
            if mine is not None and before and run in nameless:
                unsure += 1
            elif mine is not None and before:
                looked += 1
                broken += max(one for one in before if one is not None) > mine
        if n:
            found[step] = (looked, broken, unsure)
    return found
