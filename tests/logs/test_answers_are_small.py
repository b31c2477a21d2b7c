"""However many customers a log has, what Python is answered stays small: counts, kinds, the first cases; never a row for each customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from sopkit.logs import touching, working
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine, Row
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.files import write_logs
from sopkit.logs.generating.planting import Sower, wanted_of
from sopkit.logs.overview import touches_by_week
from sopkit.logs.reading import open_logs
from sopkit.logs.working.adhering import adhere
from sopkit.simulation.population import Question
from tests.logs.planting_ground import FILES
from tests.workspaces import compiled

CUSTOMERS = 2000
MOST = 500
LENGTHS = 3000
"""Half percents between a second and a month: lengths of time are counted by them, for each step."""
KPIS = """\
kind: kpi
id: delay
title: 多久下单
owner: guide
better: lower
formula: {median: {from: member-joined, to: order-paid}}
measured_in: bi
target: ≤ 100h
unit: seconds
---
kind: kpi
id: buyers
title: 买家
owner: guide
better: higher
formula: {share: {customers: {order-paid: ever}}, of: {customers: {any: [{member-joined: ever}, {order-paid: never}]}}}
per: week
measured_in: bi
target: ≥ 50%
unit: percent
---
kind: kpi
id: first-week
title: 首周买家
owner: guide
better: higher
formula: {share: {customers: {order-paid: ever}}, of: {customers: {member-joined: ever}}}
cohort: member-joined
window: days 1..7
measured_in: bi
target: ≥ 50%
unit: percent
"""


class Meter(Engine):
    """An engine that refuses to answer with many rows."""

    def run(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        found = super().run(query, values)
        most = len({row[0] for row in found}) * LENGTHS if "floor(ln(" in query else MOST
        assert len(found) <= most, (len(found), query)
        return found


@pytest.mark.long
def test_no_answer_grows_with_the_customers(tmp_path: Path) -> None:
    done = compiled({**FILES, "kpis.yaml": KPIS})
    courses = Courses(done.workspace, done.graph, Question(CUSTOMERS, 7, date(2026, 7, 1), 28))
    write_logs(
        tmp_path / "logs", [courses.sow(0, CUSTOMERS, Sower(courses.ground, wanted_of([("all", 30)]), 7))], "csv"
    )
    (tmp_path / "work").mkdir()
    with Meter(tmp_path / "work") as engine:
        store, _ = open_logs(done, tmp_path, [str(tmp_path / "logs")], engine, tmp_path / "work")
        case = LogCase(done, store)
        found = [one for observe in (*touching.FAMILIES, *working.FAMILIES) for one in observe(case)]
        assert store.spans["events"][0] > CUSTOMERS
        assert adhere(case).planned
        assert touches_by_week(case)
    said = {one.subject: one for one in found if one.rule.code == "SOP991"}
    assert all(one.looked for one in said.values()), said
    assert sum(one.broken for one in found if one.rule.code != "SOP991") > MOST
