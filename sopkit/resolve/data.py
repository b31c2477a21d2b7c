"""Values of data and of KPIs go in, wherever one is named; findings about those that the datum or KPI cannot take come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model import rules_names as rules
from sopkit.model.documents import Cadence, Document, Journey, Kpi, Procedure, Sync
from sopkit.model.nouns import Datum
from sopkit.model.parse_amounts import CURRENCIES, quantity
from sopkit.model.values import SECONDS, Comparison, Money, NumberRange
from sopkit.resolve.case import Args, Case
from sopkit.resolve.strings import shown
from sopkit.resolve.wording import choice, listed
from sopkit.text import Phrase
from sopkit.tree import Mark

TYPES: Final[dict[str, Phrase]] = {
    "text": Phrase("文字型数据项", "text"),
    "number": Phrase("数字型数据项", "a number"),
    "money": Phrase("金额型数据项", "an amount of money"),
    "date": Phrase("日期型数据项", "a date"),
    "boolean": Phrase("真假型数据项", "true or false"),
}
LISTED: Final = Phrase("取值固定的数据项", "one of a list of values")


def unknown_values(case: Case) -> Iterator[Finding]:
    """Yield the values that their datum does not list; one for each datum and value."""
    seen: set[tuple[str, str]] = set()
    for data, value, mark in case.binding.noticed.data_values:
        datum = case.workspace.data.get(data)
        if datum is None or (data, value) in seen:
            continue
        if datum.values:
            if value not in datum.values:
                seen.add((data, value))
                yield _unknown(case, datum, value, mark)
        elif datum.type != "text" and not _fits(datum, value):
            seen.add((data, value))
            yield _unfit(case, datum, value, mark)


def _unknown(case: Case, datum: Datum, value: str, mark: Mark) -> Finding:
    near = case.near(value, dict.fromkeys(datum.values, ""))
    span = case.span_of_name(mark, value)
    fixes = case.correcting(mark, span, value, near) if span.excerpt() == value else ()
    args: Args = {"data": datum.id, "value": shown(value), "known": choice(datum.values)}
    related = [(datum.at, Phrase("取值在这里声明", "its values are declared here"))]
    return case.finding(rules.UNKNOWN_DATA_VALUE, mark, args, span=span, related=related, fixes=fixes, suggestions=near)


def _fits(datum: Datum, value: str) -> bool:
    if datum.type == "boolean":
        return value in {"true", "false"}
    amount = quantity(value.removeprefix("-"))
    if datum.type == "number":
        return amount is not None and not amount.unit
    return amount is not None and amount.unit in CURRENCIES if datum.type == "money" else True


def unfit_tests(case: Case) -> Iterator[Finding]:
    """Yield the comparisons and ranges that do not go with the type of their datum."""
    for data, test, mark in case.binding.noticed.data_tests:
        datum = case.workspace.data.get(data)
        if datum is not None and not _compares(datum, test):
            yield _unfit(case, datum, str(test), mark)


def _compares(datum: Datum, test: Comparison | NumberRange) -> bool:
    if isinstance(test, Comparison) and test.relative:
        return False
    if datum.values:
        return False
    if datum.type == "money":
        return test.unit in CURRENCIES
    if datum.type == "date":
        return test.unit in {"d", "w", "mo", "y"}
    return datum.type == "number" and test.unit in {"", "%"}


def _unfit(case: Case, datum: Datum, test: str, mark: Mark) -> Finding:
    kind = LISTED if datum.values else TYPES[datum.type]
    args: Args = {"test": shown(test), "data": datum.id, "kind": kind, "advice": _advice(datum)}
    related = [(datum.at, Phrase("数据项在这里声明", "the data item is declared here"))]
    return case.finding(rules.UNFIT_TEST, mark, args, related=related)


def _advice(datum: Datum) -> Phrase:
    if datum.values:
        known = choice(datum.values)
        return Phrase(f"写出取值：{known.zh}", f"write {known.en}")
    return {
        "text": Phrase("写出取值，或 known、unknown", "name a value, or write known or unknown"),
        "number": Phrase("写不带单位的数，如 ≥ 3、1..5", "write a number without a unit, such as ≥ 3 or 1..5"),
        "money": Phrase("写带币种的金额，如 ≥ 2000 CNY", "write an amount with its currency, such as ≥ 2000 CNY"),
        "date": Phrase(
            "日期用触发 {date: 数据项, before: 7d}，或 known、unknown",
            "for a date use the trigger {date: DATA, before: 7d}, or known and unknown",
        ),
        "boolean": Phrase("写 true 或 false", "write true or false"),
    }[datum.type]


def stages_without_value(case: Case) -> Iterator[Finding]:
    """Yield the stages of a journey that follows a datum which are none of its values."""
    for journey in case.workspace.journeys.values():
        datum = case.workspace.data.get(journey.follows.id) if journey.follows else None
        if datum is None or journey.broken:
            continue
        for stage in journey.stages:
            if stage.id not in datum.values:
                near = case.near(stage.id, dict.fromkeys(datum.values, ""))
                known = listed(datum.values) if datum.values else Phrase("（没有列出取值）", "(it lists no values)")
                args: Args = {"data": datum.id, "stage": stage.id, "known": known}
                related = [(datum.at, Phrase("数据项在这里声明", "the data item is declared here"))]
                yield case.finding(rules.STAGE_WITHOUT_VALUE, stage.at, args, related=related, suggestions=near)


# Units of KPIs


def unfit_units(case: Case) -> Iterator[Finding]:
    """Yield the targets, alerts, baselines and thresholds whose unit is not their KPI's."""
    for kpi_id, value in _measured(case):
        kpi = case.workspace.kpis.get(kpi_id)
        if kpi is None or kpi.unit is None or fits_unit(kpi.unit, value):
            continue
        args: Args = {"value": str(value), "kpi": kpi.id, "unit": kpi.unit, "example": _in_unit(kpi.unit)}
        related = [] if case.number(kpi.at) == case.number(value.at) else [(kpi.id_at, Phrase("指标在这里", "the KPI"))]
        yield case.finding(rules.UNFIT_UNIT, value.at, args, related=related)


def _measured(case: Case) -> Iterator[tuple[str, Comparison]]:
    """Yield every value that is compared with a KPI, with the KPI's id."""
    for document in case.assembly.documents:
        yield from _targets(document)
    for risk in case.workspace.risks.values():
        if risk.indicator and risk.threshold:
            yield risk.indicator.id, risk.threshold


def _targets(document: Document) -> Iterator[tuple[str, Comparison]]:
    if isinstance(document, Kpi):
        baseline = document.baseline.value if document.baseline else None
        alert = document.alert.when if document.alert else None
        yield from ((document.id, value) for value in (document.target, baseline, alert) if value)
    if not isinstance(document, Journey | Cadence | Procedure | Sync):
        return
    targets = list(document.targets)
    if isinstance(document, Journey):
        targets += [target for stage in document.stages for target in stage.targets]
    yield from ((target.kpi.id, target.target) for target in targets if target.kpi and target.target)


def fits_unit(unit: str, value: Comparison) -> bool:
    """Whether a value can be compared with a KPI of this unit; a change against the baseline always can."""
    if value.relative:
        return True
    if unit == "percent":
        return value.unit == "%"
    if unit == "seconds":
        return value.unit in SECONDS or value.unit == ""
    if unit in CURRENCIES:
        return value.unit == unit
    return value.unit == ""


def _in_unit(unit: str) -> str:
    if unit == "percent":
        return "≥ 15%"
    if unit == "seconds":
        return "< 30s"
    return f"≥ 2000 {unit}" if unit in CURRENCIES else "≥ 3"


def other_currencies(case: Case) -> Iterator[Finding]:
    """Yield the amounts in another currency than the workspace's."""
    currency = case.workspace.settings.currency
    if currency is None:
        return
    amounts = [value for offer in case.workspace.offers.values() for value in (offer.value, offer.threshold)]
    amounts += [channel.cost for channel in case.workspace.channels.values()]
    amounts += [prize.value for offer in case.workspace.offers.values() for prize in offer.prizes]
    amounts += [procedure.budget for procedure in case.workspace.procedures.values()]
    for amount in amounts:
        if isinstance(amount, Money) and amount.currency != currency:
            yield case.finding(rules.OTHER_CURRENCY, amount.at, {"value": str(amount), "currency": currency})
