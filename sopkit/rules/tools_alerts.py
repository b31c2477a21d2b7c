"""KPIs with an alert go in; those whose data come in too late for it come out: SOP706."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sopkit.diagnostics import Extent, Finding, Moment, Outcome, Proof, Related, Rule, Severity, Unassessed, Verdict
from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage, Item
from sopkit.graph.clock import instant, slot_instants, wall, zone
from sopkit.graph.course import longest
from sopkit.graph.latency import Leg
from sopkit.model.documents import Kpi
from sopkit.model.values import Duration
from sopkit.rules.case import Case
from sopkit.rules.tools_examples import ALERT, MEASURED
from sopkit.rules.tools_fields import sources
from sopkit.rules.tools_items import WORDS, Items
from sopkit.rules.tools_routes import length, travels
from sopkit.text import Phrase

LATE: Final = Rule(
    code="SOP706",
    name="late-alert",
    severity=Severity.ERROR,
    summary=Phrase("来不及的告警", "an alert that comes too late"),
    message=Phrase(
        "指标“{kpi}”要在复盘前 {before} 告警，但{tool}那时还没有{kind}“{item}”，要晚 {late}",
        "the alert of `{kpi}` is due {before} before the review, but `{tool}` has the {kind} `{item}` {late} later than that",
    ),
    why=Phrase(
        "数据还没到，告警要么不响，要么按旧数响；开会时没有时间查原因。",
        "Until the data are there it rings on old figures or not at all, and no time is left to look into the cause.",
    ),
    fix=Phrase(
        "让同步早一点或勤一点，或者把复盘推后 {late}，或者缩短 alert.before",
        "sync earlier or more often, review {late} later, or shorten `alert.before`",
    ),
    bad=ALERT + MEASURED.replace("02:00", "08:00"),
    good=ALERT + MEASURED,
)
NO_FAILURE: Final = Phrase("同步不失败", "no sync run fails")
UNNAMED: Final = Phrase("同步的开始时刻没有写明", "when the syncs start is not declared")
BEYOND: Final = Phrase("同步的结果落在考察期以外", "the data arrive beyond the horizon")
REVIEWS: Final = 22
"""Days beyond the horizon of questions in which reviews are looked at, so that a month has one."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One alert, and what it waits for."""

    kpi: Kpi
    tool: str
    needed: tuple[Item, ...]
    reviews: tuple[tuple[int, int, int], ...]
    """End of the period, when the alert is due, the review."""


@dataclass(frozen=True, slots=True)
class Late:
    """One item that is not there in time for one review."""

    seconds: int
    item: Item
    ends: int
    """When the period ends that the review speaks of."""
    due: int
    review: int
    legs: tuple[Leg, ...]


def check(case: Case, carriage: Carriage, items: Items) -> Iterator[Outcome]:
    """Yield a finding for each alert that its data come too late for, what was not settled, and one proof for the rest."""
    wrong = False
    extents: list[Extent] = []
    for kpi in case.workspace.kpis.values():
        before, tool = kpi.alert.before if kpi.alert else None, kpi.measured_in
        if before is None or tool is None or kpi.builtin or before.seconds is None:
            continue
        reviews = tuple(_reviews(case, carriage, kpi, int(longest(before))))
        needed = tuple(item for item in sources(case, kpi) if tool.id in items.known_in(item))
        if not reviews or not needed:
            continue
        outcome = _latest(case, carriage, items, Watch(kpi, tool.id, needed, reviews))
        if isinstance(outcome, Late):
            allowed = outcome.due - outcome.ends
            extents.append(Extent("alert", f"kpi/{kpi.id}", allowed + outcome.seconds, allowed))
        else:
            wrong = True
            yield outcome
    proved = len(extents)
    if proved and not wrong:
        alerts = "1 alert" if proved == 1 else f"{proved} alerts"
        statement = Phrase(f"{proved} 个指标的告警都赶得上复盘", f"the data of {alerts} come in time for the review")
        yield Proof(LATE, "workspace", statement, (NO_FAILURE,), extents=tuple(extents))


def _reviews(case: Case, carriage: Carriage, kpi: Kpi, before: int) -> Iterator[tuple[int, int, int]]:
    """Yield the end of the period, when the alert is due, and the review, for each review of the next weeks."""
    review = kpi.review
    unit = kpi.per or (review.every.unit if review and review.every else None)
    if review is None or review.every is None or unit in {None, "event", "issue", "run"}:
        return
    where = zone(case.workspace.settings.timezone)
    for at in slot_instants(review.every, review.at_slots, where, case.today, carriage.horizon + REVIEWS):
        day = wall(at, where).date()
        ends = instant(_first_day(day, str(unit)), 0, where)
        if ends >= instant(case.today, 0, where):
            yield ends, at - before, at


def _first_day(day: date, unit: str) -> date:
    """Return the first day of the period in which a day lies: there the period before it ends."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "day":
        return day
    month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3}.get(unit, 1)
    return day.replace(month=month, day=1)


def _latest(case: Case, carriage: Carriage, items: Items, watch: Watch) -> Finding | Unassessed | Late:
    """Return what comes too late for an alert, whatever the syncs whose times nobody declared, or at worst; else what comes last."""
    worst = _worst(carriage, items, watch, prompt=False)
    if worst is None:
        return Unassessed(LATE, f"kpi/{watch.kpi.id}", BEYOND, case.forest.span(watch.kpi.id_at))
    if worst.seconds <= 0:
        return worst
    sure = _worst(carriage, items, watch, prompt=True)
    certain = sure is not None and sure.seconds > 0
    return _finding(case, carriage, watch.kpi, sure if sure is not None and certain else worst, certain=certain)


def _worst(carriage: Carriage, items: Items, watch: Watch, *, prompt: bool) -> Late | None:
    """Return the item that is latest, of what occurred at the very end of a period; None where one comes beyond the horizon."""
    found: list[Late] = []
    for item in watch.needed:
        for home in sorted(home for home in items.homes(item) if watch.tool in carriage.reach(item, {home})):
            for ends, due, review in watch.reviews:
                legs = carriage.legs(item, home, watch.tool, ends - 1, prompt=prompt)
                if legs is None:
                    return None
                found.append(Late((legs[-1].end if legs else ends) - due, item, ends, due, review, legs))
    return max(found, key=lambda one: (one.seconds, -one.review))


def _finding(case: Case, carriage: Carriage, kpi: Kpi, late: Late, *, certain: bool) -> Finding:
    home, span = zone(case.workspace.settings.timezone), case.forest.span
    before = kpi.alert.before if kpi.alert else None
    at = before.at if before else kpi.id_at
    review = kpi.review.at if kpi.review else kpi.id_at
    ends = Phrase("要看的这一期结束", "the period that is looked at ends")
    due = Phrase("这时就该告警", "the alert is due")
    moments = [
        Moment(wall(late.ends, home), ends, span(review)),
        *travels(case, carriage, late.legs),
        Moment(wall(late.due, home), due, span(at), counted=True),
        Moment(wall(late.review, home), Phrase("复盘", "the review"), span(review)),
    ]
    args: dict[str, str | Phrase] = {
        "kpi": kpi.id, "before": _said(before), "tool": kpi.measured_in.id if kpi.measured_in else "",
        "kind": WORDS[late.item[0]], "item": late.item[1], "late": length(late.seconds),
    }  # fmt: skip
    return Finding(
        LATE,
        span(at),
        args,
        f"kpi/{kpi.id}",
        verdict=Verdict.VIOLATED if certain else Verdict.POSSIBLE,
        related=(Related(span(review), Phrase("复盘在这里", "the review")),),
        timeline=tuple(sorted(moments, key=lambda moment: moment.at)),
        assumptions=() if certain else (UNNAMED,),
    )


def _said(before: Duration | None) -> str:
    return str(before) if before else ""
