"""Slots of consents go in; who had them in force from when until when comes out, one row for each row of the log: the LEAD form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.graph.course import INFINITE, longest
from sopkit.logs.store import Store
from sopkit.logs.touching.needs import CODES, UNTOLD, Rows, Slot
from sopkit.logs.zones import Zones, calendar, day_of
from sopkit.model.nouns import Consent

NEVER: Final = 1 << 60
"""An instant that does not come."""


def stand(store: Store, zones: Zones, rows: Rows, numbers: Mapping[Slot, int]) -> None:
    """Make the table `standing` of the part in use, for the customers of the table `suspects`.

    (who, slot, ts, next, first, code, until): a row of the log, the instant of the next one on the same, whether it is the
    first, what it says, and until when it is in force from `ts` on; NULL where it never is. A withdrawal takes effect
    within the time that its consent states, and what it withdraws was in force before, even if the log does not say since when.
    """
    log = "(SELECT * FROM consents WHERE who IN (SELECT who FROM suspects))"
    store.engine.run(f"CREATE OR REPLACE TEMP TABLE standing AS {_query(store, zones, rows, numbers, log)}")


def held(store: Store, zones: Zones, rows: Rows, numbers: Mapping[Slot, int]) -> str:
    """Return the query for what was in force (who, slot, ts, until) up to the next row: what still holds after that is left out."""
    asked = f"SELECT who, slot, ts, code, expiry FROM ({_expiring(store, zones, rows, numbers, 'consents')})"
    one = len(numbers) == 1
    part, order = (
        ("who" if one else "who, slot"),
        ("ts, code" if _never_expires(store, rows, numbers) else "ts, code, expiry"),
    )
    return (
        f"SELECT who, slot, ts, least(coalesce(next, {NEVER}), expiry) AS until FROM (SELECT who, slot, ts, code, expiry, "
        f"lead(ts) OVER (PARTITION BY {part} ORDER BY {order}) AS next FROM ({asked})) WHERE code = 1"
    )


def _never_expires(store: Store, rows: Rows, numbers: Mapping[Slot, int]) -> bool:
    lives = any(rows.declared[slot.consent].expires for slot in numbers if slot.consent)
    return not lives and not store.engine.run("SELECT count(expires) FROM consents")[0][0]


def _query(store: Store, zones: Zones, rows: Rows, numbers: Mapping[Slot, int], log: str) -> str:
    return (
        "SELECT who, slot, ts, next, first, code, CASE "
        f"WHEN code = 1 THEN least(coalesce(CASE WHEN next_code = 1 THEN next ELSE next + grace + 1 END, {NEVER}), expiry) "
        "WHEN code = 3 AND first THEN ts + grace + 1 END AS until FROM ("
        "SELECT who, slot, ts, code, grace, expiry, lead(ts) OVER w AS next, lead(code) OVER w AS next_code, "
        f"lag(ts) OVER w IS NULL AS first FROM ({_expiring(store, zones, rows, numbers, log)}) "
        "WINDOW w AS (PARTITION BY who, slot ORDER BY ts, code, expiry))"
    )


def _expiring(store: Store, zones: Zones, rows: Rows, numbers: Mapping[Slot, int], log: str) -> str:
    """Return the rows of a log, each with when it expires by itself: as the row says, and as the consent does."""
    said = ", ".join(
        f"({kind}, {number}, {CODES.get(rows.kinds[kind]['action'], UNTOLD)}, {grace(rows.declared.get(slot.consent))})"
        for slot, number in numbers.items()
        for kind in slot.kinds
    )
    if not said:
        said = "(-1, -1, 0, 0)"
    base = f"{log} c JOIN (VALUES {said}) said(kind, slot, code, grace) USING (kind)"
    lives = {number: rows.declared[slot.consent].expires for slot, number in numbers.items() if slot.consent}
    elapsed = {number: one.seconds for number, one in lives.items() if one is not None and one.seconds is not None}
    months = {
        number: one.amount * (12 if one.unit == "y" else 1)
        for number, one in lives.items()
        if one is not None and one.seconds is None and one.unit != "workday"
    }
    ends = [f"coalesce(expires, {NEVER})"]
    if elapsed:
        cases = " ".join(f"WHEN {number} THEN ts + {seconds}" for number, seconds in elapsed.items())
        ends.append(f"CASE slot {cases} ELSE {NEVER} END")
    if not months:
        return f"SELECT who, slot, ts, code, grace, {_least(ends)} AS expiry FROM {base}"
    _, first, last = store.spans["consents"]
    joins, days = "", dict[int, str]()
    for number, amount in enumerate(dict.fromkeys(months.values())):
        days[amount] = f"CAST(days{number}.later AS BIGINT)"
        table = calendar(first // 86400 - 2, last // 86400 + 2, amount)
        joins += f" JOIN {table.replace(' days(', f' days{number}(')} ON {day_of('local')} = days{number}.day"
    clocks = {slot: f"({days[amount]} - {day_of('local')}) * 86400 + local" for slot, amount in months.items()}
    cases = " ".join(f"WHEN {slot} THEN {zones.instant(clock, 'zone')}" for slot, clock in clocks.items())
    ends.append(f"coalesce(CASE slot {cases} END, {NEVER})")
    local = zones.local("c.ts", zones.number) if zones.known else "c.ts"
    return (
        f"SELECT who, slot, ts, code, grace, {_least(ends)} AS expiry FROM (SELECT c.who, slot, ts, code, grace, expires, "
        f"coalesce({local}, ts) AS local, {zones.number} AS zone FROM {base}{zones.join('c')}){joins}"
    )


def _least(ends: list[str]) -> str:
    return ends[0] if len(ends) == 1 else f"least({', '.join(ends)})"


def grace(consent: Consent | None) -> int:
    """Return the seconds for which a contact may follow a withdrawal; workdays are given the longest that they can take."""
    allowed = consent.effective_within if consent else None
    if allowed is None:
        return 0
    seconds = longest(allowed)
    return int(seconds) if seconds < INFINITE else LONGEST_WORKDAYS + allowed.amount * 2 * 86400


LONGEST_WORKDAYS: Final = 15 * 86400
"""More than any holiday takes."""
