"""KPIs in words: formula, cohort, window and period as a sentence that whoever counts can follow."""

from __future__ import annotations

from typing import Final

from sopkit.model.documents import Kpi
from sopkit.model.formulas import (
    ByHand,
    Count,
    Countable,
    Customers,
    Elapsed,
    Events,
    Formula,
    Funnel,
    Grants,
    Growth,
    Issues,
    Playbooks,
    Ratio,
    Reported,
    Runs,
    Selector,
    ShareOf,
    Steps,
    StepSelector,
    Sum,
    Touches,
)
from sopkit.model.predicates import EventTest, Predicate
from sopkit.model.values import Window
from sopkit.render.marks import clean, ident
from sopkit.render.wording import amounts
from sopkit.render.wording.conditions import audience
from sopkit.render.wording.limits import touches
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

TOUCH_STATES: Final[dict[str, Phrase]] = {
    "sent": Phrase("已发出的", "sent"),
    "delivered": Phrase("已送达的", "delivered"),
    "opened": Phrase("被打开的", "opened"),
    "clicked": Phrase("被点击的", "clicked"),
    "replied": Phrase("得到回复的", "answered"),
    "failed": Phrase("发送失败的", "failed"),
    "duplicate": Phrase("重复的", "duplicate"),
}
RUN_STATES: Final[dict[str, Phrase]] = {
    "started": Phrase("启动次数", "times started"),
    "done": Phrase("完成次数", "times completed"),
    "on-time": Phrase("按时完成次数", "times completed in time"),
    "late": Phrase("超时次数", "times late"),
    "approved": Phrase("通过审批次数", "times approved"),
    "rejected": Phrase("被退回次数", "times rejected"),
}
STEP_STATES: Final[dict[str, Phrase]] = {
    "due": Phrase("应做的步骤数", "steps due"),
    "done": Phrase("已完成的步骤数", "steps done"),
    "late": Phrase("超时的步骤数", "steps late"),
    "skipped": Phrase("跳过的步骤数", "steps skipped"),
}
PLAYBOOK_STATES: Final[dict[str, Phrase]] = {
    "all": Phrase("剧本总数", "all playbooks"),
    "with-owner": Phrase("有负责人的剧本数", "playbooks with an owner"),
    "with-review": Phrase("有复审日期的剧本数", "playbooks with a review date"),
    "reviewed": Phrase("已按期复审的剧本数", "playbooks reviewed in time"),
}
STATISTICS: Final[dict[str, Phrase]] = {
    "mean": Phrase("平均用时", "mean time"),
    "median": Phrase("用时的中位数", "median time"),
    "p90": Phrase("九成情况下的最长用时", "90th percentile of the time"),
}
PERIODS: Final[dict[str, Phrase]] = {
    "day": Phrase("按天统计", "counted each day"),
    "week": Phrase("按周统计", "counted each week"),
    "month": Phrase("按月统计", "counted each month"),
    "quarter": Phrase("按季度统计", "counted each quarter"),
    "year": Phrase("按年统计", "counted each year"),
    "issue": Phrase("每期统计一次", "counted for each issue"),
    "run": Phrase("每次执行统计一次", "counted for each run"),
}


def formula(kpi: Kpi, names: Names) -> str:
    """Return the whole definition: what is counted, of whom, within which window, in which period."""
    parts = [_formula(kpi.formula, names) if kpi.formula else ""]
    cohort = _customers(kpi.cohort, names) if kpi.cohort else ""
    if cohort and cohort not in parts[0]:
        parts.append(names.colon(names.pick("统计对象", "cohort"), cohort))
    if kpi.window:
        parts.append(names.colon(names.pick("统计窗口", "window"), window(kpi.window, names)))
    if kpi.per:
        parts.append(PERIODS[kpi.per].within(names.lang))
    return names.pick("；", "; ").join(part for part in parts if part)


def _formula(value: Formula, names: Names) -> str:
    match value:
        case Count(of=of):
            return countable(of, names)
        case ShareOf(part=part, whole=whole):
            return f"{countable(part, names)} ÷ {countable(whole, names)}"
        case Ratio(top=top, bottom=bottom):
            return f"{_side(top, names)} ÷ {_side(bottom, names)}"
        case Sum():
            return _side(value, names)
        case Elapsed(statistic=statistic, start=start, end=end):
            events = names.workspace.events
            first, last = names.quoted(events, start), names.quoted(events, end)
            what = STATISTICS[statistic].within(names.lang)
            return names.pick(f"从{first}到{last}的{what}", f"{what} from {first} to {last}")
        case Growth(of=of):
            return names.pick(
                f"{_side(of, names)}，比上一期增长多少", f"growth of {_side(of, names)} over the period before"
            )
        case Funnel(steps=steps):
            return " → ".join(f"{clean(name)}{names.bracketed(countable(of, names))}" for name, of in steps)


def _side(value: Countable | Sum, names: Names) -> str:
    if not isinstance(value, Sum):
        return countable(value, names)
    data = names.quoted(names.workspace.data, value.data)
    event = names.quoted(names.workspace.events, value.event)
    return names.pick(f"{event}的{data}合计", f"sum of {data} over {event}")


def countable(value: Countable, names: Names) -> str:
    """Return what is counted, as a noun."""
    workspace = names.workspace
    match value:
        case Customers(who=who):
            return names.pick(f"{_customers(who, names)}数", f"number of {_customers(who, names)}")
        case Events(event=event):
            said = names.quoted(workspace.events, event)
            return names.pick(f"{said}次数", f"number of {said}")
        case Touches(of=of, state=state):
            return _touches(of, TOUCH_STATES[state] if state else None, names)
        case Grants(offer=offer):
            said = names.quoted(workspace.offers, offer)
            return names.pick(f"{said}发放数", f"number of {said} granted")
        case Issues(cadence=cadence):
            said = names.quoted(workspace.cadences, cadence)
            return names.pick(f"{said}期数", f"issues of {said}")
        case _:
            return _internal(value, names)


def _touches(of: Selector | None, state: Phrase | None, names: Names) -> str:
    """Return `企业微信群发助手发出的消息中，被点击的条数`: a channel is no message, and is not counted as one."""
    said = touches(of, names)
    by_channel = bool(of and of.channel)
    if names.zh:
        said += "发出的消息" if by_channel else ""
        return f"{said}中，{state.zh}条数" if state else f"{said}的条数"
    return " ".join(
        part for part in ("number of", state.en if state else "", "messages by" if by_channel else "", said) if part
    )


def _internal(value: Countable, names: Names) -> str:
    """Word what is counted among staff and tools."""
    match value:
        case Runs(playbook=playbook, state=state):
            said = names.quoted(names.playbooks, playbook)
            return f"{said}{names.pick('', ' ')}{RUN_STATES[state or 'started'].within(names.lang)}"
        case Steps(of=of, state=state):
            return _steps(of, STEP_STATES[state or "due"], names)
        case Reported(name=name):
            return names.pick("系统统计的", "as reported: ") + names.report(name)
        case Playbooks(state=state):
            phrase = PLAYBOOK_STATES.get(state)
            return (
                phrase.within(names.lang)
                if phrase
                else names.pick("剧本数", "playbooks") + names.bracketed(ident(state))
            )
        case ByHand(how=how):
            return names.pick("人工统计：", "counted by hand: ") + names.say(how)
        case _:
            return ""


def _steps(selector: StepSelector, state: Phrase, names: Names) -> str:
    """Return `由审核员做的必做步骤中，已完成的步骤数`, `steps done by the reviewer, required ones only`."""
    who = names.listed([names.role(id_) for id_ in selector.by])
    where = names.listed([names.quoted(names.playbooks, ref) for ref in selector.playbook])
    which = names.listed([names.quote(names.step_at(path)) for path in selector.step])
    if not names.zh:
        said = state.en + (f" of {which}" if which else "") + (f" in {where}" if where else "")
        return said + (f" by {who}" if who else "") + (", required ones only" if selector.required else "")
    said = (f"{where}里" if where else "") + (f"由{who}做的" if who else "")
    said += (f"必做的{which}" if which else "必做步骤") if selector.required else which
    return f"{said}中，{state.zh}" if said else state.zh


def _customers(who: Predicate, names: Names) -> str:
    if isinstance(who, EventTest) and not who.negated and who.count is None and who.within is None:
        said = names.quoted(names.workspace.events, who.event)
        return names.pick(f"有{said}的客户", f"customers with {said}")
    return names.pick(audience(who, names), audience(who, names).replace("a customer who", "customers of whom each", 1))


def window(value: Window, names: Names) -> str:
    """Return `第 7 天当天`, `第 1 至 7 天内至少一次`, `第 7 天及以后`, `0–24 小时内`."""
    first, last = value.first_day, value.last_day
    match value.form:
        case "point":
            return names.pick(f"之后第 {first} 天当天", f"on day {first} after it")
        case "any":
            return names.pick(
                f"之后第 {first} 至 {last} 天内至少一次", f"at least once on days {first} to {last} after it"
            )
        case "survival":
            return names.pick(f"之后第 {first} 天及更晚", f"on day {first} after it or later")
        case "range":
            return _range(value, names)


def _range(value: Window, names: Names) -> str:
    if value.span is None:
        return ""
    if value.span.low.amount == 0:
        said = amounts.duration(value.span.high, names.lang)
        return names.pick(f"之后 {said}内", f"within {said} of it")
    said = amounts.span(value.span, names.lang)
    return names.pick(f"之后 {said}之间", f"from {said} after it")
