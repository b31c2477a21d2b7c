"""The workspace's own rules in words: caps on touches, quiet hours, one journey at a time, the price floor."""

from __future__ import annotations

from typing import Final

from sopkit.model.documents import Cap, Enforcement, OnCap, OneAtATime, Pricing, QuietHours, Workspace
from sopkit.model.formulas import Selector
from sopkit.render.marks import clean, ident
from sopkit.render.wording import amounts, calendars
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

CATEGORIES: Final[dict[str, Phrase]] = {
    "marketing": Phrase("营销", "marketing"),
    "service": Phrase("服务", "service"),
    "transactional": Phrase("交易通知", "transactional"),
    "operations": Phrase("运营", "operations"),
}
REACHES: Final[dict[str, Phrase]] = {
    "direct": Phrase("一对一", "one-to-one"),
    "group": Phrase("社群", "group"),
    "feed": Phrase("信息流", "feed"),
    "reply": Phrase("回复", "reply"),
    "pull": Phrase("客户自己打开的页面", "page that customers open"),
}
SENDERS: Final[dict[str, Phrase]] = {
    "staff": Phrase("员工发送的", "staff-sent"),
    "tool": Phrase("系统发送的", "tool-sent"),
}
LAYERS: Final[dict[str, Phrase]] = {
    "feed": Phrase("信息", "feed"),
    "interactive": Phrase("互动", "interactive"),
    "value": Phrase("价值", "value"),
    "emotional": Phrase("情感", "emotional"),
}
FORMATS: Final[dict[str, Phrase]] = {
    "article": Phrase("图文", "article"),
    "short-video": Phrase("短视频", "short video"),
    "video": Phrase("视频", "video"),
    "live": Phrase("直播", "live"),
    "post": Phrase("帖子", "post"),
    "event": Phrase("活动", "event"),
    "campaign": Phrase("活动", "campaign"),
    "message": Phrase("消息", "message"),
}

HEADLINES: Final[dict[str, Phrase]] = {
    "number": Phrase("标题有数字", "a number in the headline"),
    "question": Phrase("标题有疑问", "a question in the headline"),
}


def known(words: dict[str, Phrase], value: str, names: Names) -> str:
    """Return the word for a value of the language, else the value as written."""
    phrase = words.get(value)
    return phrase.within(names.lang) if phrase else clean(value)


def touches(selector: Selector | None, names: Names) -> str:
    """Return which touches a selector takes: 营销类一对一消息, 短信, 社群消息; without `reach` they are direct."""
    workspace = names.workspace
    if selector is None:
        return names.pick("一对一消息", "one-to-one messages")
    parts = [known(SENDERS, value, names) for value in selector.sent_by]
    parts += [names.either([known(CATEGORIES, value, names) for value in selector.category]) + names.pick("类", "")]
    parts += [names.either([names.quoted(workspace.purposes, ref) for ref in selector.purpose])]
    parts += [names.either([known(FORMATS, value, names) for value in selector.format])]
    kept = [part for part in parts if part and part != "类"]
    kept.append(_medium(selector, names))
    return names.pick("", " ").join(kept)


def _medium(selector: Selector, names: Names) -> str:
    channels = [names.title(names.workspace.channels, ref) for ref in selector.channel]
    if channels:
        return names.either(channels)
    reaches = [known(REACHES, value, names) for value in selector.reach] or [REACHES["direct"].within(names.lang)]
    return names.pick(f"{names.either(reaches)}消息", f"{names.either(reaches)} messages")


def cap(value: Cap, names: Names) -> str:
    """Return a cap as a rule of the house: 同一位客户，任意连续 7 天内最多收到 5 次营销类一对一消息."""
    what = touches(value.of, names)
    if value.gap:
        amount = amounts.duration(value.gap, names.lang)
        return names.pick(
            f"同一位客户收到的两次{what}之间，至少间隔 {amount}",
            f"at least {amount} between two {what} to one customer",
        )
    if value.max is None or value.per is None:
        return what
    period = amounts.per(value.per, names.lang)
    count = amounts.times(value.max, names.lang)
    return names.pick(
        f"同一位客户，{period}最多收到 {count}{what}",
        f"one customer gets {what} at most {count} {period}",
    )


def quiet_hours(value: QuietHours, names: Names) -> str:
    if value.hours is None:
        return ""
    when = calendars.hours(value.hours, names.lang)
    what = touches(value.of, names)
    start, end = calendars.clock(value.hours.start), calendars.clock(value.hours.end)
    return names.pick(
        f"{when} 不发{what}，到 {end} 以后再发", f"no {what} from {start} to {end}; they wait until {end}"
    )


def enforcement(value: Enforcement, names: Names) -> str:
    """Return what the enforcing tool does with a touch that a cap stops."""
    tool = names.title(names.workspace.tools, value.in_) if value.in_ else ""
    parts = [part for part in (_on_cap(value.count, names), _on_gap(value.gap, names)) if part]
    said = names.pick("；", "; ").join(parts)
    return names.pick(f"由{tool}自动把关：{said}", f"{tool} sees to this by itself: {said}")


def _on_cap(value: OnCap | None, names: Names) -> str:
    if value is None:
        return ""
    return names.pick(f"次数已满时，{_action(value, names)}", f"where the number is used up, {_action(value, names)}")


def _on_gap(value: OnCap | None, names: Names) -> str:
    if value is None:
        return ""
    return names.pick(f"间隔不足时，{_action(value, names)}", f"where the gap is too short, {_action(value, names)}")


def _action(value: OnCap, names: Names) -> str:
    if value.action == "skip":
        return names.pick("这一条不发", "the message is left out")
    if value.action == "exit":
        return names.pick("客户退出这段旅程", "the customer leaves the journey")
    amount = amounts.duration(value.at_most, names.lang) if value.at_most else ""
    return names.pick(
        f"这一条等一等，最多等 {amount}，仍不行就不发" if amount else "这一条等一等再发",
        f"the message waits, for at most {amount}, and is then left out" if amount else "the message waits",
    )


def one_at_a_time(value: OneAtATime, names: Names) -> str:
    """Return which journeys exclude one another."""
    journeys = names.listed([names.quote(names.place(ref)) for ref in value.journeys])
    busy = {
        "drop": names.pick("新的不再开始", "the new one does not start"),
        "queue": names.pick("新的排队等候", "the new one waits for its turn"),
        "preempt": names.pick("新的接替旧的", "the new one takes its place"),
    }[value.if_busy]
    said = names.pick(
        f"{journeys}，同一位客户一次只进一个；已在其中一个时，{busy}",
        f"{journeys}: one customer is in one of them at a time; where one is running, {busy}",
    )
    if not value.cool_down:
        return said
    amount = amounts.duration(value.cool_down, names.lang)
    return said + names.pick(f"；上一个结束 {amount}后才能进下一个", f"; {amount} must pass before the next")


def pricing(value: Pricing, names: Names) -> str:
    floor = amounts.share(value.floor) if value.floor else ""
    of = {"list-price": names.pick("标价", "the list price")}.get(value.of or "", clean(value.of or ""))
    said = names.pick(
        f"各种优惠叠加之后，成交价不得低于{of}的 {floor}", f"all offers together never go below {floor} of {of}"
    )
    if value.baseline == "lowest-7d":
        said += names.pick(
            "；划线价以前 7 天最低成交价为准", "; a crossed-out price is the lowest of the 7 days before"
        )
    return said


def cap_title(value: Cap, names: Names) -> str:
    return names.say(value.title) or ident(value.id)


def budget_owner(id_: str, workspace: Workspace, names: Names) -> str:
    """Return the title of a journey or of a group of journeys that a budget is for."""
    group = next((each for each in workspace.settings.one_at_a_time if each.id == id_), None)
    return (names.say(group.title) or ident(id_)) if group else names.place(id_)
