"""When a step is due, in words: from which moment its clock runs, how long to wait, and by when it must be done."""

from __future__ import annotations

from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Journey, Procedure
from sopkit.model.steps import Choose, Grant, Send, Step, Wait
from sopkit.model.triggers import CalendarReached, DateReached, IssueDue, Manual, Trigger
from sopkit.render.walks import Placed
from sopkit.render.wording import amounts, calendars
from sopkit.render.wording.names import Names
from sopkit.render.wording.occasions import occasion, occasions

FEW: Final = 3
"""So many triggers are named as the moment from which the first step counts; more are called the start."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """From when the clock runs: `since` ends so that 后 / the amount can follow, `at` says it happens now."""

    zh: str
    """“方案定稿”完成, 进入“认知期”."""
    en: str
    """“Plan” being done, entering “Awareness”; follows `after` and `of`."""

    def after(self, amount: str, names: Names) -> str:
        """Return `“方案定稿”完成 3 天后`, `3 days after “Plan” is done`."""
        return names.pick(f"{self.zh} {amount}后", f"{amount} after {self.en}")

    def within(self, amount: str, names: Names) -> str:
        return names.pick(f"{self.zh}后 {amount}内", f"within {amount} of {self.en}")

    def then(self, names: Names, *, person: bool) -> str:
        return names.pick(f"{self.zh}后{'接着做' if person else '自动进行'}", f"right after {self.en}")


def due(placed: Placed, names: Names) -> str:
    """Return when the step is done: 入会后 1 小时内, “方案定稿”完成 1–2 天后, 每 14 天一次，2 天内完成."""
    step = placed.step
    said = _due(placed, names)
    if step.clock == "wall" and (step.within or step.after):
        said += names.bracketed(names.pick("按自然时间计，夜间和休息日也算", "by the clock, closed hours included"))
    return said


def _due(placed: Placed, names: Names) -> str:
    step = placed.step
    if step.every:
        return _recurring(placed, names)
    if step.before:
        return _before(placed, names)
    if step.on and step.since is None:
        return _at_event(step, names)
    moment = _moment(placed, names)
    if _publishes(placed) and not step.after and not step.within:
        return names.pick("发布时间一到", "at the time of publication")
    if step.after and step.within:
        return _corridor(moment, step, names)
    if step.after:
        return moment.after(amounts.span(step.after, names.lang), names)
    if step.within:
        return moment.within(amounts.duration(step.within, names.lang), names)
    return moment.then(names, person=step.by is not None)


def _corridor(moment: _Moment, step: Step, names: Names) -> str:
    first = amounts.span(step.after, names.lang) if step.after else ""
    last = amounts.duration(step.within, names.lang) if step.within else ""
    return names.pick(
        f"从{moment.zh}算起，{first}后开始，{last}内完成", f"from {first} after {moment.en}, within {last} of it"
    )


def _recurring(placed: Placed, names: Names) -> str:
    step = placed.step
    said = calendars.recurrence(step.every, step.at_slots, names.lang) if step.every else ""
    if placed.stage and placed.stage.id:
        stage = names.quote(names.stage(placed.stage))
        said = names.pick(f"在{stage}期间，{said}", f"{said} while in {stage}")
    return said + _then_within(step, names)


def _at_event(step: Step, names: Names) -> str:
    moment = _Moment(occasions(step.on, names), occasions(step.on, names))
    if step.after and step.within:
        return _corridor(moment, step, names)
    if step.after:
        return moment.after(amounts.span(step.after, names.lang), names)
    if step.within:
        said = moment.within(amounts.duration(step.within, names.lang), names)
        return names.pick(f"每次{said}", f"each time, {said}")
    return names.pick(f"每次{moment.zh}时", f"on each {moment.en}")


def _then_within(step: Step, names: Names) -> str:
    if not step.within:
        return ""
    amount = amounts.duration(step.within, names.lang)
    return names.pick(f"，每次 {amount}内完成", f", each time within {amount}")


def _before(placed: Placed, names: Names) -> str:
    amount = amounts.duration(placed.step.before, names.lang) if placed.step.before else ""
    event = counted_back_from(placed, names)
    if placed.step.by:
        return names.pick(f"最迟在{event}前 {amount}完成", f"at the latest {amount} before {event}")
    return names.pick(f"{event}前 {amount}", f"{amount} before {event}")


def counted_back_from(placed: Placed, names: Names) -> str:
    """Return the moment from which `before` counts back: the issue's publication, or the date that the playbook waits for."""
    if isinstance(placed.playbook, Cadence):
        return names.pick("每期发布", "each issue is published")
    for trigger in placed.playbook.starts_on:
        if isinstance(trigger, IssueDue):
            return names.pick("发布", "publication")
        if isinstance(trigger, DateReached):
            return names.quoted(names.workspace.data, trigger.data)
    return names.pick("开始", "the start")


def _publishes(placed: Placed) -> bool:
    """Tell whether a step is the first of a workflow that is not counted back from the issue: it is due when the issue is."""
    playbook, before = placed.playbook, placed.previous
    served = isinstance(playbook, Procedure) and any(isinstance(each, IssueDue) for each in playbook.starts_on)
    return served and placed.step.since is None and (before is None or before.before is not None)


def _moment(placed: Placed, names: Names) -> _Moment:
    """Return the zero of the step's clock."""
    step = placed.step
    if _publishes(placed):
        return _Moment(names.pick("发布时间到", ""), "the time of publication")
    since = step.since.id if step.since else ""
    if since == "start":
        return _start(placed, names)
    if since == "stage" or (not since and placed.previous is None):
        return _stage_entry(placed, names) if placed.stage else _start(placed, names)
    if since:
        said = names.quote(names.step_in(placed.playbook, placed.stage, since))
        return _Moment(f"{said}完成", f"{said} being done")
    return _done(placed, names) if placed.previous else _start(placed, names)


def _done(placed: Placed, names: Names) -> _Moment:
    """Return the end of the step before, in the verb that fits what it does."""
    before = placed.previous
    if before is None:
        return _start(placed, names)
    said = names.quote(names.step(before))
    match before.verb:
        case Wait(until=until) if until and placed.overdue:
            limit = amounts.duration(before.up_to, names.lang) if before.up_to else ""
            what = occasions(until, names)
            return _Moment(f"等了 {limit}仍没有{what}", f"{limit} of waiting in vain for {what}")
        case Wait(until=until) if until:
            return _Moment(occasions(until, names), occasions(until, names))
        case Wait(for_=length) if length:
            amount = amounts.span(length, names.lang)
            return _Moment(f"等满 {amount}", f"a wait of {amount}")
        case Choose():
            return _Moment("上面的分支处理完", "the branch above")
        case Send() if before.by is None:
            return _Moment(f"{said}发出", f"{said} being sent")
        case Grant():
            return _Moment(f"{names.step(before)}", f"{said} being granted")
        case _:
            return _Moment(f"{said}完成", f"{said} being done")


def _stage_entry(placed: Placed, names: Names) -> _Moment:
    stage = placed.stage
    if stage is None or not stage.id:
        return _start(placed, names)
    said = names.quote(names.stage(stage))
    return _Moment(f"进入{said}", f"entering {said}")


def _start(placed: Placed, names: Names) -> _Moment:
    """Return the start of the playbook: by its triggers where they are few and happen at one moment."""
    playbook = placed.playbook
    if isinstance(playbook, Cadence):
        return _Moment("每期发布", "each issue")
    triggers = [trigger for trigger in playbook.starts_on if not isinstance(trigger, Manual)]
    if 0 < len(triggers) <= FEW and len(triggers) == len(playbook.starts_on):
        said = names.either([_instant(trigger, playbook, names) for trigger in triggers])
        return _Moment(said, said)
    if isinstance(playbook, Procedure):
        return _Moment("作业流程开始", "the start")
    return _Moment("旅程开始", "the start of the journey")


def _instant(trigger: Trigger, playbook: Journey | Procedure, names: Names) -> str:
    match trigger:
        case IssueDue():
            return names.pick("发布", "publication")
        case CalendarReached() | DateReached():
            said = occasion(trigger, names)
            return names.pick(amounts.ahead_of(said, "开始"), f"the start ({said})")
        case _:
            return occasion(trigger, names)
