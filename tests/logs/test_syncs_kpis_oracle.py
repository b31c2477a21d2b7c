"""Syncs, KPIs, whole runs and experiments against plain loops over small random logs."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.logs.working import experiments, kpis, responses, syncs
from sopkit.pipeline import Compilation
from tests.logs.stores import store_of
from tests.workspaces import SETTINGS, compiled

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = int(datetime(2026, 9, 1, tzinfo=ZONE).timestamp())
HOUR, DAY = 3600, 86_400
END = 30 * DAY
Row = Mapping[str, object]
SYNCS = {
    "often": "every: 15m\ntakes: 1m..5m",
    "nightly": "every: day\nat: [02:00]\ntakes: 10m..1h",
    "pushed": "every: event\ntakes: 0s..30s",
    "weekly": "every: week\nat: [mon 08:00]\ntakes: 1h..2h",
    "unsaid": "every: 1h",
}
KPIS = {
    "back": "formula: {share: {customers: {order-paid: ever}}, of: {customers: {member-joined: ever}}}\nper: month\n"
    "target: ≥ 50%\nunit: percent",
    "often": "formula: {share: {customers: {order-paid: ≥ 2}}, of: {customers: {any: [{member-joined: ever}, {order-paid: ever}]}}}\n"
    "per: week\ntarget: ≥ 30%\nunit: percent",
    "week1": "formula: {share: {customers: {order-paid: ever}}, of: {customers: {member-joined: ever}}}\ncohort: member-joined\n"
    "window: days 1..7\ntarget: ≥ 40%\nunit: percent",
    "basket": "formula: {ratio: {sum: order-paid.order-amount}, to: {events: order-paid}}\ntarget: ≥ 100 CNY\nunit: CNY",
    "orders": "formula: {count: {events: order-paid}}\nper: week\ntarget: ≥ 3\nunit: count",
    "quick": "formula: {mean: {from: member-joined, to: order-paid}}\nper: week\ntarget: ≤ 100h\nunit: seconds",
    "recent": "formula: {share: {customers: {segment: buyers}}, of: {customers: {member-joined: ever}}}\nper: week\n"
    "target: ≥ 50%\nunit: percent",
    "joiners": "formula: {share: {customers: {segment: joined, order-paid: ever}}, of: {customers: {segment: joined}}}\nper: week\n"
    "target: ≥ 50%\nunit: percent",
    "big": "formula: {share: {customers: {order-paid: ever, order-amount: ≥ 30 CNY}}, of: {customers: {order-paid: ever}}}\nper: week\n"
    "target: ≥ 50%\nunit: percent",
    "orders-each": "formula: {share: {events: order-paid}, of: {events: member-joined}}\nper: week\ntarget: ≥ 50%\nunit: percent",
    "answer": "formula: {median: {from: member-joined, to: order-paid}}\ntarget: ≤ 100h\nunit: seconds",
}
PLAY = """\
---
kind: procedure
id: care
title: 关怀
owner: guide
review_by: 2027-12-31
starts_on: member-joined
for_each: customer
due: 20h
steps:
  - {id: a, do: 记录, by: clerk}
  - {id: b, do: 回访, by: lead}
  - {id: c, do: 再看, by: lead, if: {order-paid: ever}}
---
kind: catalog
roles:
  clerk: {title: 文员, hours: "mon-fri 09:00-17:00"}
  lead: {title: 主管}
segments:
  buyers: {title: 最近买过, when: {order-paid: within 3d}}
  joined: {title: 入过会, when: {member-joined: ever}}
experiments:
  wording: {title: 问候, step: care/a, arms: {short: {share: 50%}, long: {share: 50%}}, split_by: customer, metric: back}
"""


@cache
def whole() -> Compilation:
    text = PLAY
    for name, said in SYNCS.items():
        text += f"---\nkind: sync\nid: {name}\ntitle: 同步\nfrom: crm\nto: map\ncarries: {{events: [member-joined]}}\nkey: phone\n{said}\n"
    for name, said in KPIS.items():
        better = "lower" if "≤" in said else "higher"
        text += f"---\nkind: kpi\nid: {name}\ntitle: 指标\nbetter: {better}\nmeasured_in: bi\n{said}\n"
    found = compiled({"sopkit.yaml": SETTINGS, "play.yaml": text})
    assert [(one.rule.code, one.message("en")) for one in found.findings if one.rule.code < "SOP2"] == []
    return found


TIMES = st.integers(0, 30 * 48 - 1).map(lambda n: BEGIN + n * 1800)
CHANGES = st.lists(
    st.tuples(st.sampled_from(sorted(SYNCS)), TIMES, st.one_of(st.none(), st.integers(-2, 20).map(lambda n: n * 300), st.just(10 * DAY))),
    min_size=1, max_size=25,
)  # fmt: skip
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["member-joined", "order-paid", "order-paid"]), st.integers(1, 6), TIMES, st.sampled_from(["", "short", "long"])
    ),
    min_size=2, max_size=30,
)  # fmt: skip
PARTS = st.sampled_from([1, 2])


def _latest(sync: str, changed: int) -> int:
    if sync == "often":
        return changed + 20 * 60
    if sync == "pushed":
        return changed + 30
    if sync == "unsaid":
        return changed + HOUR + DAY
    at = datetime.fromtimestamp(changed, ZONE)
    day = at.date()
    while True:
        clock = time(2) if sync == "nightly" else time(8)
        slot = int(datetime.combine(day, clock, ZONE).timestamp())
        if slot > changed and (sync == "nightly" or day.weekday() == 0):
            return slot + (HOUR if sync == "nightly" else 2 * HOUR)
        day += timedelta(days=1)


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(changes=CHANGES, parts=PARTS)
@example(changes=[("often", BEGIN, None), ("nightly", BEGIN + DAY, None)], parts=2)
@example(changes=[("often", BEGIN, None), ("pushed", BEGIN, 0), ("pushed", BEGIN + DAY, 0)], parts=1)
def test_syncs(changes: list[tuple[str, int, int | None]], parts: int) -> None:
    rows = [
        {"sync": name, "changed": at, "arrived": None if lag is None else at + lag, "customer": f"c{n % 3}"}
        for n, (name, at, lag) in enumerate(changes)
    ]
    end = max(max(at, at + (lag or 0)) for _, at, lag in changes)
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"syncs": rows}, parts)
        with store.engine:
            found = list(syncs.observe(LogCase(whole(), store)))
    if all(lag is None for *_, lag in changes):
        assert {(one.status, one.subject, one.broken) for one in found} == {("not assessed", "workspace", 0)}
        return
    for one in found:
        name = one.subject.removeprefix("sync/")
        mine = [(at, lag) for each, at, lag in changes if each == name]
        if all(lag is None for _, lag in mine):
            assert (name, one.status, one.looked, one.broken) == (name, "not assessed", 0, 0)
            continue
        if one.rule.code == "SOP989":
            seen = [(at, lag) for at, lag in mine if lag is not None and lag >= 0 and name != "unsaid"]
            wanted = (len(seen), sum(at + lag > _latest(name, at) for at, lag in seen))
            unsure = sum(lag is not None and lag < 0 for _, lag in mine) if name != "unsaid" else 0
        else:
            unsure = 0
            due = [(at, lag) for at, lag in mine if lag is not None or _latest(name, at) < end]
            wanted = (len(due), sum(lag is None for _, lag in due))
        assert (name, one.looked, one.broken, one.unsure) == (name, *wanted, unsure)
        assert one.status == ("broken" if one.broken else "kept" if one.looked and not unsure else "not assessed")


def _happened(events: Sequence[tuple[str, int, int, str]], event: str, who: int, lo: int, hi: int) -> int:
    return sum(name == event and customer == who and lo <= at < hi for name, customer, at, _ in events)


def _weeks(first: int, last: int) -> Iterator[tuple[int, int]]:
    day = datetime.fromtimestamp(first, ZONE).date()
    day -= timedelta(days=day.weekday())
    while _at(day) <= last:
        following = day + timedelta(days=7)
        if first < _at(day) + DAY and last >= _at(following) - DAY:
            yield _at(day), _at(following)
        day = following


def _at(day: date) -> int:
    return int(datetime.combine(day, time(), ZONE).timestamp())


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(events=EVENTS, parts=PARTS)
def test_kpis(events: list[tuple[str, int, int, str]], parts: int) -> None:
    rows = [
        {"event": name, "customer": f"c{who}", "time": at, "value": 10.0 * who + n if name == "order-paid" else None}
        for n, (name, who, at, _) in enumerate(events)
    ]
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"events": rows}, parts)
        with store.engine:
            found = {one.kpi: one for one in kpis.measures(LogCase(whole(), store))}
    first, last = min(at for *_, at, _ in events), max(at for *_, at, _ in events)
    people = sorted({who for _, who, *_ in events})
    weeks = list(_weeks(first, last))

    wanted = {}
    for lo, hi in weeks:
        of = [
            who
            for who in people
            if _happened(events, "member-joined", who, lo, hi) + _happened(events, "order-paid", who, lo, hi)
        ]
        part = [who for who in of if _happened(events, "order-paid", who, lo, hi) >= 2]
        if of:
            wanted[lo] = (len(of), len(part) / len(of))
    assert {one.start: (one.estimate.n, one.estimate.value) for one in found["often"].readings} == wanted

    counts = {lo: sum(_happened(events, "order-paid", who, lo, hi) for who in people) for lo, hi in weeks}
    assert {one.start: one.estimate.value for one in found["orders"].readings} == counts

    values = [float(str(row["value"])) for row in rows if row["value"] is not None]
    baskets = [(one.estimate.n, round(one.estimate.value, 6)) for one in found["basket"].readings]
    assert baskets == ([(len(values), round(sum(values) / len(values), 6))] if values else [])

    joined = {who: [at for name, each, at, _ in events if name == "member-joined" and each == who] for who in people}
    paid = {who: [at for name, each, at, _ in events if name == "order-paid" and each == who] for who in people}
    followed = came = 0
    for who in people:
        if joined[who]:
            since = datetime.fromtimestamp(min(joined[who]), ZONE).date()
            lo, hi = _at(since + timedelta(days=1)), _at(since + timedelta(days=8))
            if hi <= last + 1:
                followed += 1
                came += any(lo <= at < hi for at in paid[who])
    readings = [(one.estimate.n, one.estimate.value) for one in found["week1"].readings]
    assert readings == ([(followed, came / followed)] if followed else [])

    spells = sorted(
        min((end for end in paid[who] if end >= start), default=math.inf) - start for who in people for start in joined[who]
    )  # fmt: skip
    medians = [(one.estimate.n, one.estimate.value) for one in found["answer"].readings]
    assert medians == ([(len(spells), spells[(len(spells) + 1) // 2 - 1])] if spells else [])


Happening = tuple[str, int, int, str]


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(events=EVENTS, strangers=st.booleans(), parts=PARTS)
def test_kpis_of_segments_and_values(events: list[Happening], strangers: bool, parts: int) -> None:
    rows = [
        {
            "event": name,
            "customer": f"c{who}",
            "time": at,
            "value": 10.0 * who - 5 * n if name == "order-paid" else None,
        }
        for n, (name, who, at, _) in enumerate(events)
    ]
    people = sorted({who for _, who, *_ in events} | ({9} if strangers else set()))
    with tempfile.TemporaryDirectory() as folder:
        logs = {"events": rows, "customers": [{"customer": f"c{who}"} for who in people]}
        store = store_of(Path(folder), logs, parts)  # type: ignore[arg-type]
        with store.engine:
            found = {one.kpi: one for one in kpis.measures(LogCase(whole(), store))}
    weeks = list(_weeks(min(at for *_, at, _ in events), max(at for *_, at, _ in events)))

    def happened(event: str, who: int, lo: int, hi: int) -> bool:
        return _happened(events, event, who, lo, hi) > 0

    wanted: dict[str, dict[int, tuple[int, float]]] = {"recent": {}, "joiners": {}, "big": {}, "orders-each": {}}
    aside = beyond = 0
    for lo, hi in weeks:
        joined = [who for who in people if happened("member-joined", who, lo, hi)]
        if joined:
            recent = sum(happened("order-paid", who, hi - 3 * DAY, hi) for who in joined)
            wanted["recent"][lo] = (len(joined), recent / len(joined))
        if all(happened("member-joined", who, 0, hi) for who in people):
            bought = sum(happened("order-paid", who, lo, hi) for who in people)
            wanted["joiners"][lo] = (len(people), bought / len(people))
        else:
            aside += 1
        paid = [who for who in people if happened("order-paid", who, lo, hi)]
        if paid:
            last = [max((at, n) for n, (name, each, at, _) in enumerate(events) if (name, each) == ("order-paid", who) and at < hi)
                    for who in paid]  # fmt: skip
            large = sum(10.0 * who - 5 * n >= 30 for who, (_, n) in zip(paid, last, strict=True))
            wanted["big"][lo] = (len(paid), large / len(paid))
        orders, joins = (
            sum(_happened(events, one, who, lo, hi) for who in people) for one in ("order-paid", "member-joined")
        )
        beyond += orders > joins
        if joins and orders <= joins:
            wanted["orders-each"][lo] = (joins, orders / joins)
    for name, each in wanted.items():
        assert (name, {one.start: (one.estimate.n, one.estimate.value) for one in found[name].readings}) == (name, each)
    assert len(found["joiners"].aside) == aside
    assert len(found["orders-each"].aside) == beyond
    took = [
        (start, min((at for name, each, at, _ in events if (name, each) == ("order-paid", who) and at >= start), default=math.inf) - start)
        for event, who, start, _ in events if event == "member-joined"
    ]  # fmt: skip
    means = {}
    for lo, hi in weeks:
        mine = [length for start, length in took if lo <= start < hi]
        if mine and max(mine) < math.inf:
            means[lo] = (len(mine), sum(mine) / len(mine))
    quick = {one.start: (one.estimate.n, round(one.estimate.value, 6)) for one in found["quick"].readings}
    assert quick == {lo: (n, round(value, 6)) for lo, (n, value) in means.items()}


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(events=EVENTS, parts=PARTS)
def test_experiments(events: list[tuple[str, int, int, str]], parts: int) -> None:
    rows = [{"event": name, "customer": f"c{who}", "time": at, "arm": arm or None} for name, who, at, arm in events]
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"events": rows}, parts)
        with store.engine:
            case = LogCase(whole(), store)
            found = experiments.trial(case, case.compilation.workspace.experiments["wording"])
    named = {who: {arm for _, each, _, arm in events if arm and each == who} for _, who, *_ in events}
    if not any(named.values()):
        assert found == experiments.NOT_NAMED
        return
    assert isinstance(found, experiments.Trial)
    assert found.several == sum(len(arms) == 2 for arms in named.values())
    for arm in found.arms:
        mine = [who for who, arms in named.items() if arms == {arm.arm}]
        begun = {who: min(at for _, each, at, one in events if one and each == who) for who in mine}
        part = [
            who
            for who in mine
            if any(name == "order-paid" and each == who and at >= begun[who] for name, each, at, _ in events)
        ]
        assert (arm.n, arm.part) == (len(mine), len(part))


RUNS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from("abc"), st.sampled_from(["due", "done", "done"]), TIMES),
    min_size=1,
    max_size=12,
)


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(steps=RUNS, joined=st.lists(st.tuples(st.integers(1, 3), TIMES), max_size=5), parts=PARTS)
def test_whole_runs(steps: list[tuple[int, str, str, int]], joined: list[tuple[int, int]], parts: int) -> None:
    rows = [
        {"run": f"r{run}", "customer": f"c{run}", "step": f"care/{step}", "state": state, "time": at}
        for run, step, state, at in steps
    ]
    events = [{"event": "member-joined", "customer": f"c{who}", "time": at} for who, at in joined]
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"steps": rows, "events": events}, parts)
        with store.engine:
            (found,) = _slow(responses.observe(LogCase(whole(), store)))
    end, looked, broken = max(at for *_, at in steps), 0, 0
    for run in {run for run, *_ in steps}:
        mine = [(step, state, at) for each, step, state, at in steps if each == run]
        first = min(at for *_, at in mine)
        begun = max((at for who, at in joined if who == run and at <= first), default=first)
        over = any(step in "bc" and state == "done" for step, state, _ in mine)
        ended = max(_done(mine)) if over else end
        took = _open_time(begun, ended)
        looked += over or took > 20 * HOUR
        broken += took > 20 * HOUR
    assert (found.looked, found.broken) == (looked, broken)


def _open_time(start: int, end: int) -> int:
    """Return the seconds of the clerk's hours between two instants."""
    total, day = 0, datetime.fromtimestamp(start, ZONE).date()
    while day <= datetime.fromtimestamp(end, ZONE).date():
        if day.weekday() < 5:
            total += max(0, min(end, _at(day) + 17 * HOUR) - max(start, _at(day) + 9 * HOUR))
        day += timedelta(days=1)
    return total


def _slow(found: Iterator[Observation]) -> list[Observation]:
    return [one for one in found if one.subject == "procedure/care"]


def _done(steps: Sequence[tuple[str, str, int]]) -> list[int]:
    return [at for _, state, at in steps if state == "done"]
