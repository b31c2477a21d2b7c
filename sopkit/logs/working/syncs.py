"""What syncs carried: late against `every`, `at` and `takes`, or never: SOP989, SOP990."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.clock import slot_instants, zone
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Row
from sopkit.logs.observed import Deed, Observation, not_assessed
from sopkit.logs.offsets import DAY
from sopkit.logs.working.found import Judged
from sopkit.logs.working.lookups import lay, lay_clock
from sopkit.logs.working.spells import Spells, spell
from sopkit.model.documents import Sync
from sopkit.model.values import Clock, Slot
from sopkit.rules.practice import LATE_SYNC, MISSING_SYNC
from sopkit.text import Phrase
from sopkit.tree import Mark

UNIT: Final = Phrase("条变更", "changes")
NO_LOG: Final = Phrase("没有同步日志", "there is no log of syncs")
NO_ARRIVALS: Final = Phrase("同步日志没有一行写了到达的时间", "no row of the log of syncs says when anything arrived")
NONE_ARRIVED: Final = Phrase(
    "日志里它没有一行写了到达的时间：可能全丢了，也可能只是没记",
    "no row of it says when it arrived: all may be lost, or that is only not logged",
)
NOT_NAMED: Final = Phrase("同步日志里没有它", "the log of syncs does not name it")
NO_TIME: Final = Phrase("没写多久同步一次（every）", "how often it runs (`every`) is not declared")
NO_LENGTH: Final = Phrase(
    "没写同步要多久（takes），晚不晚没有标准",
    "how long it takes (`takes`) is not declared: there is nothing to be late against",
)
BACKWARDS: Final = Phrase(
    "在变更之前就到了，时间对不上", "they arrived before they were changed: the clocks do not agree"
)
WAITING: Final = Phrase("到日志结束都还没到该到的时候", "none was to arrive before the log ends")
LENIENT: Final = DAY
"""Seconds after the run that carries it at which a change counts as lost, where nobody said how long the sync takes."""
FAR: Final = 40 * DAY
"""Seconds beyond the log in which the next run is looked for, as the simulator does."""

QUERY: Final = """
CREATE OR REPLACE TABLE synced AS
WITH told AS (
    SELECT k.sync, s.changed AS ts, 0 AS sort, s.arrived, s.who, s.source, s.line, NULL AS run
    FROM syncs s JOIN sync_said k ON s.kind = k.kind
    UNION ALL SELECT sync, ts, 1, NULL, NULL, NULL, NULL, ts FROM sync_runs
), next_ AS (
    SELECT *, min(run) OVER (PARTITION BY sync ORDER BY ts DESC, sort ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS following
    FROM told
)
SELECT n.sync AS subject, n.ts AS changed, n.arrived, n.who, n.source, n.line,
       CASE WHEN l.slotted THEN n.following ELSE n.ts + l.every END + l.most AS latest
FROM next_ n JOIN sync_limits l ON l.sync = n.sync WHERE n.sort = 0
"""
"""Each change, and when it has to have arrived: the run that starts strictly after it, and the longest that this takes."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a sync promises; a push waits for nothing."""

    every: int | None
    """Seconds between runs; None where slots say when."""
    most: int | None
    """Seconds that a run takes at most."""
    slots: tuple[int, ...] = ()


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of each sync."""
    syncs = [one for _, one in sorted(case.compilation.workspace.syncs.items()) if not one.builtin]
    lacking = _lacking(case)
    if lacking is not None:
        for rule in (LATE_SYNC, MISSING_SYNC) if syncs else ():
            yield not_assessed(rule, "workspace", lacking, UNIT)
        return
    yield from _Arrivals(case, syncs).observe()


def _lacking(case: LogCase) -> Phrase | None:
    """Return why nothing can be told of any sync. Without one arrival the log may only not say them: that is no loss of all changes."""
    if "syncs" not in case.store.spans:
        return NO_LOG
    arrived = sum(case.store.engine.run("SELECT count(arrived) FROM syncs")[0][0] for _ in case.store.each())
    return None if arrived else NO_ARRIVALS


class _Arrivals:
    def __init__(self, case: LogCase, syncs: list[Sync]) -> None:
        self.case, self.syncs, self.engine = case, syncs, case.store.engine
        self.first, self.last = case.store.spans["syncs"][1], self._last()
        self.declared = {one.id: self._declared(one) for one in syncs}
        self.late, self.missing = (Judged(case.store, ("",), _tell) for _ in range(2))
        self.spells: dict[int, Spells] = {}
        self.rows: dict[int, tuple[int, int, int]] = {}
        """Number of a sync → (its changes, those that arrived, those that arrived before they were made)."""

    def _last(self) -> int:
        """Return the last second of the log, of arrivals too."""
        found = 0
        for _ in self.case.store.each():
            last = self.engine.run("SELECT max(greatest(changed, coalesce(arrived, changed))) FROM syncs")[0][0]
            found = max(found, last or 0)
        return found

    def _declared(self, sync: Sync) -> Declared | None:
        """Return what a sync promises; None where it does not say when it runs."""
        every, most = sync.every, sync.takes[1].seconds if sync.takes else None
        if every is None:
            return None
        if every.unit == "event":
            return Declared(0, most)
        if every.interval is not None:
            return Declared(every.interval.seconds, most) if every.interval.seconds else None
        where = zone(self.case.compilation.workspace.settings.timezone)
        start, days = _day(self.first - DAY), (self.last + FAR - self.first) // DAY + 2
        slots = sync.at_slots or (Slot(Clock(0, Mark(0)), Mark(0), weekday="mon" if every.unit == "week" else None),)
        return Declared(None, most, tuple(slot_instants(every, slots, where, start, days)))

    def observe(self) -> Iterator[Observation]:
        self._lay()
        for _ in self.case.store.each():
            self.engine.run(QUERY)
            self._take()
        for number, sync in enumerate(self.syncs, 1):
            yield from self._say(number, sync)

    def _lay(self) -> None:
        numbers = {one.id: number for number, one in enumerate(self.syncs, 1)}
        said = [
            (kind, numbers[name])
            for kind, one in self.case.store.kinds("syncs").items()
            if (name := one["sync"].removeprefix("sync/")) in numbers
        ]
        lay(self.engine, "sync_said", ("kind INTEGER", "sync INTEGER"), said)
        known = {numbers[name]: one for name, one in self.declared.items() if one is not None}
        limits = [
            (number, one.every is None, one.every, LENIENT if one.most is None else one.most, one.most is not None)
            for number, one in known.items()
        ]
        columns = ("sync INTEGER", "slotted BOOLEAN", "every BIGINT", "most BIGINT", "bounded BOOLEAN")
        lay(self.engine, "sync_limits", columns, limits)
        runs = [(number, slot) for number, one in known.items() for slot in one.slots]
        lay(self.engine, "sync_runs", ("sync INTEGER", "ts BIGINT"), runs)
        lay_clock(self.engine, self.case.compilation.workspace.settings.timezone, self.first - DAY, self.last)

    def _take(self) -> None:
        run = self.engine.run
        for subject, *counts in run(
            "SELECT subject, count(*), count(arrived), sum(CASE WHEN arrived < changed THEN 1 ELSE 0 END) "
            "FROM synced GROUP BY subject"
        ):
            count, arrived, early = (sum(one) for one in zip(self.rows.get(subject, (0, 0, 0)), counts, strict=True))
            self.rows[subject] = (count, arrived, early)
        for subject, size, count in run(
            "SELECT subject, CAST(floor(ln(arrived - changed + 1) * 200) AS INTEGER), count(*) FROM synced "
            "WHERE arrived >= changed GROUP BY 1, 2"
        ):
            self.spells.setdefault(subject, Spells()).add(size, count)
        beside = (
            "changed AS ts, who, 0 AS run, 0 AS staff, 0 AS shop, 0 AS role, changed, arrived, latest, source, line"
        )
        run(
            f"CREATE OR REPLACE TABLE judged AS SELECT subject, arrived > latest AS broken, {beside} FROM synced "
            "JOIN sync_limits l ON l.sync = subject WHERE l.bounded AND arrived >= changed"
        )
        self.late.take()
        run(
            f"CREATE OR REPLACE TABLE judged AS SELECT subject, arrived IS NULL AS broken, {beside} FROM synced "
            f"WHERE arrived IS NOT NULL OR latest < {self.last}"
        )
        self.missing.take()

    def _say(self, number: int, sync: Sync) -> Iterator[Observation]:
        count, arrived, early = self.rows.get(number, (0, 0, 0))
        declared = self.declared[sync.id]
        for rule, judged in ((LATE_SYNC, self.late), (MISSING_SYNC, self.missing)):
            doubts = (
                (early if rule is LATE_SYNC and declared is not None and declared.most is not None else 0, BACKWARDS),
            )
            if number not in judged.sums or not arrived:
                reason = self._reason(sync, count, arrived, lacks_length=declared is not None and declared.most is None)
                yield not_assessed(rule, f"sync/{sync.id}", reason, UNIT, doubts=doubts)
                continue
            message = self._message(number)
            yield judged.observation(
                rule, number, f"sync/{sync.id}", message, unit=UNIT, queries=(QUERY,), doubts=doubts
            )

    def _reason(self, sync: Sync, count: int, arrived: int, *, lacks_length: bool) -> Phrase:
        if self.declared[sync.id] is None:
            return NO_TIME
        if not count:
            return NOT_NAMED
        if not arrived:
            return NONE_ARRIVED
        return NO_LENGTH if lacks_length else WAITING

    def _message(self, number: int) -> Phrase:
        late, missing = self.late.sums.get(number), self.missing.sums.get(number)
        zh = (
            f"晚到 {late.broken} 条，没到 {missing.broken if missing else 0} 条"
            if late
            else f"没到 {missing.broken if missing else 0} 条"
        )
        en = f"{late.broken} late, " if late else ""
        en += f"{missing.broken if missing else 0} never arrived"
        if number in self.spells:
            middle, most = spell(self.spells[number].at(0.5)), spell(self.spells[number].at(0.9))
            zh += f"；延迟中位数约 {middle.zh}，九成不超过约 {most.zh}"
            en += f"; median lag about {middle.en}, nine in ten within about {most.en}"
        return Phrase(zh, en)


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _tell(row: Row, columns: tuple[str, ...]) -> tuple[Deed, ...]:
    said = dict(zip(columns, row, strict=True))
    changed = Deed(
        said["changed"], Phrase("源系统里变更", "changed in the source"), False, said["source"], said["line"]
    )
    due = Deed(said["latest"], Phrase("最晚该到", "it is to have arrived"), counted=said["arrived"] is None)
    if said["arrived"] is None:
        return (changed, due)
    arrived = Deed(said["arrived"], Phrase("到达", "arrived"), counted=True)
    return tuple(sorted((changed, due, arrived), key=lambda deed: deed.at))
