"""What is asked of the log of steps about time limits: what each counts from, how much time passed, what that comes to."""

from __future__ import annotations

from typing import Final

from sopkit.logs.offsets import DAY
from sopkit.logs.working.hours import Hours
from sopkit.logs.working.works import ALONE
from sopkit.logs.zones import UNKNOWN

MET, LATE_, MISSED_, OPEN, SKIPPED = range(5)
NO_BASE, NO_DELAY, NO_ZONE, NO_LENGTH, ALONE_, EARLY = range(10, 16)
"""What is said of one time of a step; from `NO_BASE` on why nothing is."""
BEFORE: Final = 400 * DAY
"""Seconds ahead of the log over which hours are looked up: a step may have been due long before."""

BASES: Final = """
CREATE OR REPLACE TABLE based AS
WITH begun AS (
    SELECT course, playbook, max(who) AS who, min(first) AS ts FROM works
    WHERE playbook IN (SELECT playbook FROM starts) GROUP BY course, playbook
), told AS (
    SELECT e.who, s.playbook, e.ts, 0 AS sort, 0 AS course, e.ts AS happened
    FROM events e JOIN starts s ON e.kind = s.kind WHERE e.who <> 0
    UNION ALL
    SELECT who, playbook, ts, 1, course, NULL FROM begun WHERE who <> 0
), latest AS (
    SELECT course, playbook, sort, max(happened) OVER (
        PARTITION BY who, playbook ORDER BY ts, sort ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS base FROM told
), candidates AS (
    SELECT w.course, w.place, w.turn, b.done AS base, f.plus
    FROM works w JOIN bases f ON w.place = f.place JOIN works b ON b.course = w.course AND b.place = f.origin
    WHERE b.done <= w.first
    UNION ALL
    SELECT w.course, w.place, w.turn, l.base, f.plus
    FROM works w JOIN bases f ON w.place = f.place AND f.origin = 0
    JOIN latest l ON l.course = w.course AND l.playbook = w.playbook AND l.sort = 1
    WHERE l.base IS NOT NULL
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY course, place, turn ORDER BY base DESC, CASE WHEN plus IS NULL THEN 0 ELSE 1 END, plus
    ) AS nth FROM candidates
)
SELECT course, place, turn, base, plus FROM ranked WHERE nth = 1
"""
"""Each time of a step → what its limit counts from: the latest of what it may."""

ASKED: Final = """
CREATE OR REPLACE TABLE asked_beside AS
WITH told AS (
    SELECT e.who, a.place, e.ts, 0 AS sort, 0 AS course, 0 AS turn, e.ts AS happened
    FROM events e JOIN asks a ON e.kind = a.kind WHERE e.who <> 0
    UNION ALL
    SELECT w.who, w.place, w.first, 1, w.course, w.turn, NULL FROM works w WHERE w.place IN (SELECT place FROM asks) AND w.who <> 0
)
SELECT course, place, turn, base FROM (
    SELECT course, place, turn, sort, max(happened) OVER (
        PARTITION BY who, place ORDER BY ts, sort ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS base FROM told
) AS latest WHERE sort = 1 AND base IS NOT NULL
"""
"""Each time of a step that an event asks for → the last such event."""

EXPECTED: Final = f"""
CREATE OR REPLACE TABLE expected AS
WITH turns AS (
    SELECT course, place, max(coalesce(done, skipped, first)) AS last, min(done) AS done FROM works GROUP BY course, place
)
SELECT b.course, f.place, b.turn, b.who, b.run, b.staff, b.shop, b.done AS base, f.plus,
       s.done < b.done AND o.done = b.done AND f.ordered AS early, b.course > 0 OR f.once AS named
FROM works b JOIN follows f ON b.place = f.origin JOIN turns o ON o.course = b.course AND o.place = b.place
LEFT JOIN turns s ON s.course = b.course AND s.place = f.place
WHERE b.done IS NOT NULL AND b.course > -{ALONE} AND (s.last IS NULL OR s.last < b.done)
"""
"""The times at which a step had to follow another, and the log has no row of it afterwards.

It is `early` where it was done before the first time that it could follow: out of order then, if it is one run, and not missed.
"""


def judging(hours: Hours, first: int, last: int, end: int) -> str:
    """Return SQL that judges each time of a step; hours are known from `first` to `last`, the log ends at `end`."""
    measured = hours.open_time
    anchor = f"greatest({first}, least({last}, t.origin))"
    joins = "".join(
        f" LEFT JOIN opens {name} ON {name}.hours = t.hours AND {name}.zone = t.zone AND {name}.midnight = ({at}) - ({at}) % {DAY}"
        for name, at in (("o0", anchor), ("o1", "t.reached"))
    )
    return f"""
CREATE OR REPLACE TABLE judging AS
WITH zones AS (
    {hours.zones.lives}
), timed AS (
    SELECT w.course, w.place, w.turn, w.who, w.run, w.staff, w.shop, w.role, w.opened, w.done, w.skipped, w.due, w.source, w.line,
           l.seconds, l.hours, CASE WHEN l.personal THEN coalesce(z.zone, d.zone) ELSE 0 END AS zone,
           CASE WHEN w.due IS NOT NULL THEN w.due WHEN l.at_once AND w.opened IS NOT NULL THEN w.opened
                WHEN a.base IS NOT NULL THEN a.base ELSE b.base + b.plus END AS origin,
           CASE WHEN w.due IS NOT NULL THEN 0 ELSE l.seconds END AS allowed,
           CASE WHEN b.base IS NOT NULL AND b.plus IS NULL THEN {NO_DELAY} ELSE {NO_BASE} END AS lacking,
           coalesce(w.done, {end}) AS reached, coalesce(w.opened, a.base, b.base) AS since,
           false AS early, w.opened IS NOT NULL OR (w.due IS NOT NULL AND l.opens)
           OR (l.followed AND w.course > CASE WHEN l.once THEN -{ALONE} ELSE 0 END) AS listed
    FROM works w JOIN limits l ON w.place = l.place
    LEFT JOIN based b ON b.course = w.course AND b.place = w.place AND b.turn = w.turn
    LEFT JOIN asked_beside a ON a.course = w.course AND a.place = w.place AND a.turn = w.turn
    LEFT JOIN zones z ON z.who = w.who LEFT JOIN zoned d ON d.hours = l.hours
    UNION ALL
    SELECT e.course, e.place, NULL, e.who, e.run, e.staff, e.shop, 0, NULL, NULL, NULL, NULL, NULL, NULL,
           l.seconds, l.hours, CASE WHEN l.personal THEN coalesce(z.zone, d.zone) ELSE 0 END,
           e.base + e.plus, l.seconds, {NO_BASE}, {end}, e.base, coalesce(e.early, false), true
    FROM expected e JOIN limits l ON e.place = l.place
    LEFT JOIN zones z ON z.who = e.who LEFT JOIN zoned d ON d.hours = l.hours
    WHERE NOT coalesce(e.early AND e.named, false)
), measured AS (
    SELECT t.*, ({measured("t.reached", "o1", "t.hours")}) - ({measured(anchor, "o0", "t.hours")}) AS took
    FROM timed t{joins}
), passed AS (
    SELECT DISTINCT m.course, m.place FROM measured m JOIN required q ON q.place = m.place JOIN pairs p ON p.earlier = m.place
    JOIN works v ON v.course = m.course AND v.place = p.later WHERE m.done IS NULL AND v.done IS NOT NULL
)
SELECT m.*, CASE
    WHEN m.done IS NULL AND m.skipped IS NOT NULL THEN {SKIPPED}
    WHEN m.done IS NULL AND p.course IS NOT NULL THEN {SKIPPED}
    WHEN m.done IS NULL AND m.course <= -{ALONE} THEN {ALONE_}
    WHEN m.origin IS NULL AND m.seconds IS NULL THEN {NO_LENGTH}
    WHEN m.origin IS NULL THEN m.lacking
    WHEN m.allowed IS NULL THEN {NO_LENGTH}
    WHEN m.zone = {UNKNOWN} OR m.took IS NULL THEN {NO_ZONE}
    WHEN m.done IS NULL AND m.took <= m.allowed THEN {OPEN}
    WHEN m.done IS NULL THEN CASE WHEN m.early THEN {EARLY} ELSE {MISSED_} END
    WHEN m.took > m.allowed THEN {LATE_} ELSE {MET} END AS verdict
FROM measured m LEFT JOIN passed p ON p.course = m.course AND p.place = m.place
"""
