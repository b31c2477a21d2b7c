"""Steps of one run that were done before what must come first: SOP987."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import Row
from sopkit.logs.observed import Deed, Observation, not_assessed
from sopkit.logs.working.courses import courses_of
from sopkit.logs.working.found import SURE, judged_runs
from sopkit.logs.working.lookups import lay, lay_clock
from sopkit.logs.working.places import Places, places_of
from sopkit.logs.working.works import ALONE, NO_LOG, NO_RUNS, Works, repeats
from sopkit.rules.practice import OUT_OF_ORDER
from sopkit.text import Phrase

UNIT: Final = Phrase("次流程", "runs")
NONE: Final = Phrase("日志里没有同一次流程做了它和它前面的步骤", "no run in the log did both it and a step before it")

QUERY: Final = f"""
CREATE OR REPLACE TABLE looked_at AS
WITH done AS (
    SELECT course, place, min(done) AS done, max(who) AS who, max(run) AS run, max(staff) AS staff, max(shop) AS shop, max(role) AS role,
           min(source) AS source, min(line) AS line
    FROM works WHERE done IS NOT NULL GROUP BY course, place
), compared AS (
    SELECT l.course, l.place, l.done, l.who, l.run, l.staff, l.shop, l.role, l.source, l.line, e.place AS earlier, e.done AS after,
           row_number() OVER (PARTITION BY l.course, l.place ORDER BY e.done DESC, e.place) AS nth
    FROM done l JOIN pairs p ON p.later = l.place JOIN done e ON e.course = l.course AND e.place = p.earlier
)
SELECT c.place AS subject, c.after > c.done AS broken, c.done AS ts, c.who, c.run, c.staff, c.shop, c.role, c.place, c.earlier, c.after,
       c.source, c.line, c.course > 0 OR (o.once AND c.course > -{ALONE}) AS named
FROM compared c JOIN orders o ON o.place = c.place WHERE c.nth = 1
"""


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of each step that others must come before."""
    places = places_of(case)
    pairs = [pair for course in courses_of(places).values() for pair in course.pairs()]
    later = {place.number: place for _, place in pairs}
    span = case.store.spans.get("steps")
    if span is None:
        if pairs:
            yield not_assessed(OUT_OF_ORDER, "workspace", NO_LOG, UNIT)
        return
    works, engine = Works(case, places), case.store.engine
    lay(engine, "pairs", ("earlier INTEGER", "later INTEGER"), [(a.number, b.number) for a, b in pairs])
    orders = [(number, not repeats(places.playbook(place))) for number, place in later.items()]
    lay(engine, "orders", ("place INTEGER", "once BOOLEAN"), orders)
    lay_clock(engine, case.compilation.workspace.settings.timezone, span[1], span[2])
    judged, nameless = judged_runs(works, QUERY, lambda row, columns: _tell(places, row, columns))
    for number, place in sorted(later.items()):
        found, doubts = judged.sums.get(number), ((nameless[number], NO_RUNS),)
        if found is None:
            yield not_assessed(OUT_OF_ORDER, place.node, NONE, UNIT, doubts=doubts)
            continue
        message = Phrase(
            f"{found.looked} 次流程里，{found.broken} 次在该先做的步骤之前做了它",
            f"in {found.broken} of {found.looked} runs it was done before a step that must come first",
        )
        yield judged.observation(
            OUT_OF_ORDER, number, place.node, message, unit=UNIT, queries=(QUERY, SURE), doubts=doubts
        )


def _tell(places: Places, row: Row, columns: tuple[str, ...]) -> tuple[Deed, ...]:
    said = dict(zip(columns, row, strict=True))
    name, first = (places.by_number[said[one]].node for one in ("place", "earlier"))
    return (
        Deed(said["ts"], Phrase(f"做完 {name}", f"{name} is done"), True, said["source"] or 0, said["line"] or 0),
        Deed(said["after"], Phrase(f"这时才做完 {first}", f"only now {first} is done")),
    )
