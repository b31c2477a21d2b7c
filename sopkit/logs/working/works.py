"""The log of steps goes in; each time that a step was to be done, as one row, comes out: due, begun, done, skipped, by whom.

Rows of one run belong together; where a log has no runs, all that one customer does in one playbook is one run. A row with neither
stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import quoted
from sopkit.logs.working.lookups import lay
from sopkit.logs.working.places import Places, Playbook
from sopkit.model.documents import Journey
from sopkit.text import Phrase

STATES: Final = {"due": 0, "started": 1, "done": 2, "": 2, "skipped": 3}
"""A log that says no state lists what was done."""
ALONE: Final = 1 << 40
"""From here down a row has a number of its own for a run."""
NO_LOG: Final = Phrase("没有步骤日志", "there is no log of steps")
NO_RUNS: Final = Phrase(
    "日志没有流水号，而这个手册同一个客户可以走好几遍",
    "the log does not name runs, and one customer may go through this playbook several times",
)

WORKS: Final = f"""
WITH said AS (
    SELECT CASE WHEN s.run <> 0 THEN s.run WHEN s.who <> 0 THEN -s.who ELSE -({ALONE} + s.line * 32768 + s.source) END AS course,
           s.who, s.run, s.ts, s.due, s.staff, s.shop, s.source, s.line, k.place, k.playbook, k.state, k.role
    FROM steps s JOIN step_said k ON s.kind = k.kind
), turned AS (
    SELECT *, coalesce(sum(CASE WHEN state >= 2 THEN 1 ELSE 0 END) OVER (
        PARTITION BY course, place ORDER BY ts, state, source, line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS turn
    FROM said
)
SELECT course, playbook, place, CAST(turn AS INTEGER) AS turn, max(who) AS who, max(run) AS run,
       min(ts) AS first, min(CASE WHEN state = 0 THEN ts END) AS opened, min(CASE WHEN state = 1 THEN ts END) AS started,
       min(CASE WHEN state = 2 THEN ts END) AS done, min(CASE WHEN state = 3 THEN ts END) AS skipped, max(due) AS due,
       coalesce(max(CASE WHEN state >= 2 THEN nullif(staff, 0) END), max(staff)) AS staff,
       coalesce(max(CASE WHEN state >= 2 THEN nullif(shop, 0) END), max(shop)) AS shop,
       coalesce(max(CASE WHEN state >= 2 THEN nullif(role, 0) END), max(role)) AS role,
       max(CASE WHEN state >= 2 THEN source END) AS source, max(CASE WHEN state >= 2 THEN line END) AS line
FROM turned GROUP BY course, playbook, place, turn
"""


class Works:
    """What was to be done and was done, a part of the store at a time; the first that asks has it written down."""

    def __init__(self, case: LogCase, places: Places) -> None:
        self.case, self.places = case, places
        self.roles = ("", *sorted(case.compilation.workspace.roles))

    def each(self) -> Iterator[int]:
        """Yield the parts, `works` being that of the last."""
        store, engine = self.case.store, self.case.store.engine
        for part in store.each():
            file = store.folder / "works" / f"{part}.parquet"
            if not file.exists():
                file.parent.mkdir(exist_ok=True)
                self._lay()
                engine.run(f"COPY ({WORKS}) TO {quoted(str(file))} (FORMAT parquet)")
            engine.run(f"CREATE OR REPLACE VIEW works AS SELECT * FROM read_parquet({quoted(str(file))})")
            yield part

    def _lay(self) -> None:
        rows = []
        for kind, said in self.case.store.kinds("steps").items():
            place, state = self.places.find(said["step"]), STATES.get(said["state"])
            if place is not None and state is not None:
                by = said["role"] or (place.step.by.id if place.step.by else "")
                role = self.roles.index(by) if by in self.roles else 0
                rows.append((kind, place.number, place.root, state, role))
        columns = ("kind INTEGER", "place INTEGER", "playbook INTEGER", "state INTEGER", "role INTEGER")
        lay(self.case.store.engine, "step_said", columns, rows)

    def named(self, state: str | None = None) -> frozenset[int]:
        """Return the steps that the log names in a state; None: in whatever state."""
        kinds = self.case.store.kinds("steps").values()
        found = (self.places.find(said["step"]) for said in kinds if state in (None, said["state"]))
        return frozenset(place.number for place in found if place is not None)


def repeats(playbook: Playbook) -> bool:
    """Return whether one customer may have several runs of a playbook."""
    return not isinstance(playbook, Journey) or playbook.reentry.mode != "never"
