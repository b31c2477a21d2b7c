"""Triggers in words: what starts a journey, moves it on or ends a wait, as something that happens."""

from __future__ import annotations

from sopkit.model.triggers import (
    AlertRaised,
    Becomes,
    CalendarReached,
    ConsentMoved,
    DateReached,
    IssueDue,
    JourneyMoved,
    Manual,
    OfferMoved,
    OnEvent,
    SegmentCrossed,
    StepReported,
    Trigger,
)
from sopkit.render.wording import amounts, calendars
from sopkit.render.wording.conditions import condition, consent_scope
from sopkit.render.wording.names import Names

MOVED = {"entered": ("进入", "entering"), "left": ("离开", "leaving"), "ended": ("走完", "the end of")}
OFFERED = {"granted": ("发放", "being granted"), "used": ("使用", "being used"), "expired": ("过期", "expiring")}


def occasions(triggers: tuple[Trigger, ...], names: Names) -> str:
    """Return several triggers as alternatives; nothing for none."""
    return names.either([occasion(trigger, names) for trigger in triggers])


def occasion(trigger: Trigger, names: Names) -> str:
    """Return what happens, as a noun or clause that 时 or 后 can follow: “门店扫码入会”, “价值分层”变为“沉默”."""
    workspace = names.workspace
    match trigger:
        case OnEvent(event=event, where=where):
            said = names.quoted(workspace.events, event)
            if where is None:
                return said
            return said + names.pick(
                f"（且{condition(where, names)}）", f" (if the customer {condition(where, names)})"
            )
        case Becomes(data=data, values=values):
            return _becomes(data.id, values, names)
        case SegmentCrossed(segment=segment, way=way):
            said = names.quoted(workspace.segments, segment)
            return names.pick(
                f"客户{'成为' if way == 'enters' else '不再是'}{said}",
                f"the customer {'joining' if way == 'enters' else 'leaving'} {said}",
            )
        case JourneyMoved(place=place, way=way):
            zh, en = MOVED[way]
            said = names.quote(names.place(place))
            return names.pick(f"{zh}{said}", f"{en} {said}")
        case OfferMoved(offer=offer, way=way):
            zh, en = OFFERED[way]
            said = names.quoted(workspace.offers, offer)
            return names.pick(f"{said}{zh}", f"{said} {en}")
        case ConsentMoved(consent=consent, way=way):
            return _consent(consent.id, way, names)
        case _:
            return _inside(trigger, names)


def _inside(trigger: Trigger, names: Names) -> str:
    """Word the triggers that come from the calendar, from staff and from measurements."""
    workspace = names.workspace
    match trigger:
        case DateReached():
            return _date(trigger, names)
        case CalendarReached(every=every, slots=slots):
            return calendars.recurrence(every, slots, names.lang)
        case StepReported(step=ref, way=way):
            said = names.quote(names.step_at(ref.id))
            return names.pick(
                f"{said}{'完成' if way == 'done' else '超时未完成'}",
                f"{said} being {'done' if way == 'done' else 'late'}",
            )
        case IssueDue(cadence=cadence):
            if cadence is None:
                return names.pick("每期内容发布", "each issue")
            said = names.quoted(workspace.cadences, cadence)
            return names.pick(f"{said}每期发布", f"each issue of {said}")
        case AlertRaised(kpi=kpi):
            said = names.quoted(workspace.kpis, kpi)
            return names.pick(f"指标{said}预警", f"an alert on {said}")
        case Manual():
            return names.pick("由人发起", "a person starting it")
        case _:
            return ""


def _becomes(data: str, values: tuple[str, ...], names: Names) -> str:
    title = names.quoted(names.workspace.data, data)
    if not values:
        return names.pick(f"{title}有变化", f"a change of {title}")
    said = names.either([names.quote(names.value(data, value)) for value in values])
    return names.pick(f"{title}变为{said}", f"{title} becoming {said}")


def _date(trigger: DateReached, names: Names) -> str:
    title = names.quoted(names.workspace.data, trigger.data)
    if trigger.before:
        amount = amounts.duration(trigger.before, names.lang)
        return names.pick(f"{title}前 {amount}", f"{amount} before {title}")
    if trigger.after:
        amount = amounts.duration(trigger.after, names.lang)
        return names.pick(f"{title}后 {amount}", f"{amount} after {title}")
    return names.pick(f"{title}当天", f"the day of {title}")


def _consent(id_: str, way: str, names: Names) -> str:
    what, verb = consent_scope(id_, names)
    zh = {"given": f"客户{verb}{what}", "refused": f"客户拒绝{what}", "withdrawn": f"客户撤回对{what}的{verb}"}
    en = {
        "given": f"the customer agreeing to {what}",
        "refused": f"the customer refusing {what}",
        "withdrawn": f"the customer withdrawing the consent to {what}",
    }
    return names.pick(zh[way], en[way])


def starting(trigger: Trigger, names: Names) -> str:
    """Return when something starts, as a clause of its own: “门店扫码入会”时, 每季度首月 5 日 09:00."""
    said = occasion(trigger, names)
    if isinstance(trigger, CalendarReached | DateReached):
        return said
    if isinstance(trigger, Manual):
        return names.pick("需要时由人发起", "when a person starts it")
    return names.pick(f"{said}时", f"on {said}")
