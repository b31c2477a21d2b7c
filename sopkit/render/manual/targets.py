"""KPI targets: what the playbooks promise, how it is counted, who looks at it, and what happens on an alert."""

from __future__ import annotations

from sopkit.model.documents import Kpi
from sopkit.render.document import Column, RowGroup, Section, Table, text
from sopkit.render.manual.book import Book
from sopkit.render.marks import Line, clean, ident
from sopkit.render.wording import amounts, calendars
from sopkit.render.wording.formulas import formula
from sopkit.render.wording.names import Names


def targets_section(book: Book) -> Section | None:
    """Return the KPI card; None where no KPI concerns the reader."""
    names = book.names
    kpis = book.kpis()
    if not kpis:
        return None
    promised: dict[str, list[str]] = {}
    for place, target in book.targets():
        if target.kpi and target.target:
            said = amounts.comparison(target.target, names.lang)
            promised.setdefault(target.kpi.id, []).append(said + names.bracketed(_place(place, book)))
    rows = tuple(_row(kpi, promised.get(kpi.id, []), names) for kpi in kpis)
    columns = (
        Column(text(names.pick("指标", "KPI")), 3),
        Column(text(names.pick("目标", "Target")), 4),
        Column(text(names.pick("怎么算", "How it is counted")), 6),
        Column(text(names.pick("谁看、何时看", "Looked at")), 3),
        Column(text(names.pick("预警", "Alert")), 4),
    )
    title = names.pick("指标卡", "KPI card")
    return Section("targets", text(title), (Table(text(title), columns, (RowGroup((), rows),)),))


def _place(place: str, book: Book) -> str:
    names = book.names
    sync = book.workspace.syncs.get(place)
    return names.say(sync.title) if sync and sync.title else names.place(place)


def _row(kpi: Kpi, promised: list[str], names: Names) -> tuple[Line, ...]:
    title = (names.say(kpi.title) or ident(kpi.id)) + "\n" + ident(kpi.id)
    targets = list(dict.fromkeys(promised))
    if not targets and kpi.target:
        targets = [amounts.comparison(kpi.target, names.lang)]
    if kpi.baseline and kpi.baseline.value:
        value = amounts.quantity(kpi.baseline.value.number, kpi.baseline.value.unit, names.lang)
        period = names.bracketed(clean(kpi.baseline.period)) if kpi.baseline.period else ""
        targets.append(names.colon(names.pick("基线", "baseline"), value) + period)
    how = formula(kpi, names)
    if kpi.measured_in:
        tool = names.title(names.workspace.tools, kpi.measured_in)
        how += names.pick(f"\n数据来自{tool}", f"\nfrom {tool}")
    return (
        text(title),
        text("\n".join(targets) or "–"),
        text(how or "–"),
        text(_review(kpi, names)),
        text(_alert(kpi, names)),
    )


def _review(kpi: Kpi, names: Names) -> str:
    if kpi.review is None:
        return "–"
    said = names.role(kpi.review.by) if kpi.review.by else ""
    if kpi.review.every:
        said += names.pick("，", ", ") if said else ""
        said += calendars.recurrence(kpi.review.every, kpi.review.at_slots, names.lang)
    return said or "–"


def _alert(kpi: Kpi, names: Names) -> str:
    alert = kpi.alert
    if alert is None or alert.when is None:
        return "–"
    limit = amounts.comparison(alert.when, names.lang)
    parts = [names.pick(amounts.ahead_of(limit, "时预警"), f"when {limit}")]
    within = ""
    if alert.before:
        amount = amounts.duration(alert.before, names.lang)
        within = names.pick(f"{amount}内", f" within {amount}")
    if alert.to:
        parts.append(names.pick(f"{within}通知{names.roles(alert.to)}", f"tells {names.roles(alert.to)}{within}"))
    if alert.start:
        said = names.quoted(names.workspace.procedures, alert.start)
        parts.append(names.pick(f"启动{said}", f"starts {said}"))
    return names.pick("，", ", ").join(parts)
