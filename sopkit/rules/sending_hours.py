"""Marketing goes in; what the platforms of its channels bar, at some hours or at all, comes out: SOP309, SOP310."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Rule, Severity, Verdict
from sopkit.graph.openings import DAY, Openings, weekly
from sopkit.graph.touches import Chosen, Touch
from sopkit.model.documents import Journey, Workspace
from sopkit.model.presets import HOURS_LIMITS, NO_MARKETING, HoursLimit
from sopkit.model.triggers import CalendarReached, IssueDue
from sopkit.rules.case import Case
from sopkit.rules.examples import AUTOMATION, SCRIPT, WORKSPACE
from sopkit.text import Phrase

MOST_PLACES: Final = 4
SETTINGS: Final = WORKSPACE + "caps: [{id: weekly, max: 2, per: 7d}]\n"
PROMOTED: Final = "---\n" + AUTOMATION + "  - {id: hi, send: hello, via: sms, for: promotion, within: 1h}\n" + SCRIPT
OUTSIDE: Final = Rule(
    code="SOP309",
    name="outside-sending-hours",
    severity=Severity.WARNING,
    summary=Phrase("营销消息会在渠道不放行的钟点发出", "marketing at hours that its channel does not allow"),
    message=Phrase(
        "{channel} 的营销只能在 {hours} 发（{source}），这里什么钟点都可能发：{steps}",
        "marketing by `{channel}` goes out in {hours} only ({source}), and these may go out at another hour: {steps}",
    ),
    why=Phrase(
        "夜里发的营销短信会被拦下，也最招投诉；拦下的就当没发，后面的步骤却照常走。",
        "What is sent at night is blocked, and annoys most; a blocked message is lost while the steps behind it go on.",
    ),
    fix=Phrase(
        "在工作区写 quiet_hours: {{hours: 21:00-08:00, of: {{category: marketing}}}}，或者给渠道写 hours: {hours}",
        "write `quiet_hours: {{hours: 21:00-08:00, of: {{category: marketing}}}}` in the workspace, or `hours: {hours}` on the channel",
    ),
    bad=SETTINGS + "quiet_hours: {hours: 23:00-07:00, of: {category: marketing}}\n" + PROMOTED,
    good=SETTINGS + "quiet_hours: {hours: 21:00-09:00, of: {category: marketing}}\n" + PROMOTED,
)
TEMPLATE: Final = """\
---
kind: catalog
channels:
  template: {title: 模板消息, tool: official-account, preset: wechat-template, reach: direct, selects: customer, address: oa-openid}
"""
BARRED: Final = Rule(
    code="SOP310",
    name="marketing-on-barred-channel",
    severity=Severity.ERROR,
    summary=Phrase("用不许营销的渠道发营销", "marketing by a channel that carries none"),
    message=Phrase(
        "步骤“{step}”为营销（{purpose}）用 {channel} 发送：{source}",
        "`{step}` sends marketing (`{purpose}`) by `{channel}`: {source}",
    ),
    why=Phrase(
        "平台查到会封停接口，订单、物流这些该发的通知也就一起停了。",
        "The platform closes the interface when it notices, and with it the notices that customers wait for.",
    ),
    fix=Phrase(
        "换一个渠道；如果内容确实是服务通知，改用不属于营销的用途",
        "use another channel; where it is a notice in truth, give it a purpose that is no marketing",
    ),
    bad=SETTINGS + PROMOTED.replace("via: sms", "via: template") + TEMPLATE,
    good=SETTINGS + PROMOTED.replace("via: sms", "via: template").replace("for: promotion", "for: care") + TEMPLATE,
)
RULES: Final = (OUTSIDE, BARRED)
THE_CHANNEL: Final = Phrase("渠道写在这里", "the channel")
ANY_HOUR: Final = Phrase("引发它的事件什么钟点都可能来", "what leads to it may come at any hour")
SURE: Final = {
    "verified": Phrase("官方条文", "official text"),
    "vendor": Phrase("服务商的说法", "said by vendors"),
    "unverified": Phrase("未经核实", "not verified"),
}


def check(case: Case, touches: Chosen, *, one_clock: bool) -> Iterator[Outcome]:
    """Yield, for each channel whose platform allows some hours only, what may go out at others; else that nothing does.

    `one_clock`: customers live by the workspace's clock, so that the hours of staff and posts are theirs too.
    """
    marketing = touches.where("marketing", lambda one: one.category == "marketing")
    yield from _barred(case, marketing)
    for limit in HOURS_LIMITS:
        mine = _by_presets(marketing, limit.preset)
        late = mine.where("late", partial(_is_outside, case, limit, one_clock=one_clock))
        chosen = [one for one in late.values() if is_held(limit, one, case.workspace)]
        if chosen:
            yield _finding(case, limit, chosen)
        elif mine and not late:
            name = _channel(limit, next(iter(mine.values())))
            zh = f"{name} 的营销都在 {limit.words} 之内发（{len(mine)} 处）"
            en = f"marketing by {name} goes out within {limit.words} ({len(mine)} place{'s' * (len(mine) != 1)})"
            yield Proof(OUTSIDE, f"hours/{limit.preset}", Phrase(zh, en), (_fact(limit),))


def is_held(limit: HoursLimit, touch: Touch, workspace: Workspace) -> bool:
    """Return whether a touch is held to a limit, on the plan and in logs: to what only vendors say, where somebody chose its hours."""
    issue = touch.step is None and touch.root != ""
    return limit.status == "verified" or issue or bool(touch.spans) or _by_calendar(workspace, touch)


def _by_presets(touches: Chosen, *presets: str) -> Chosen:
    """Return the touches that may go by a channel of such a preset."""
    return touches.where(presets, lambda one: any(channel.preset in presets for channel in one.channels))


def _barred(case: Case, marketing: Chosen) -> Iterator[Finding]:
    for touch in _by_presets(marketing, *(one.preset for one in NO_MARKETING)).values():
        for one in NO_MARKETING:
            channel = next((each for each in touch.channels if each.preset == one.preset), None)
            if channel is not None:
                yield case.finding(
                    BARRED, touch.at, touch.node, (channel.at, THE_CHANNEL),
                    step=touch.node.partition("/")[2], purpose=touch.purpose or "", channel=channel.id, source=one.source,
                )  # fmt: skip


def _channel(limit: HoursLimit, touch: Touch) -> str:
    return next(one.id for one in touch.channels if one.preset == limit.preset)


def _is_outside(case: Case, limit: HoursLimit, touch: Touch, *, one_clock: bool) -> bool:
    return not _inside(case, touch, limit, one_clock=one_clock)


def _inside(case: Case, touch: Touch, limit: HoursLimit, *, one_clock: bool) -> bool:
    spans = [one for one in touch.spans if one.customers or one_clock]
    openings = weekly(spans) if spans else None
    if touch.step is None:
        return _at_slots(case, touch, openings, limit, one_clock=one_clock)
    if openings is None and _by_calendar(case.workspace, touch):
        return True  # it comes at its own hour, which whoever wrote it has chosen
    return openings is not None and all(
        limit.start <= start - day * DAY and end - day * DAY <= limit.end
        for start, end in openings.stretches
        for day in (start // DAY,)
    )


def _at_slots(case: Case, touch: Touch, openings: Openings | None, limit: HoursLimit, *, one_clock: bool) -> bool:
    """Return whether the issues of a cadence come at allowed hours."""
    cadence = case.workspace.cadences[touch.root.partition("/")[2]]
    if not one_clock or not cadence.at_slots:
        return False
    minutes = [slot.time.minutes for slot in cadence.at_slots]
    put_off = [(one + (openings.wait(one) if openings else 0)) % DAY for one in minutes]
    return all(limit.start <= one < limit.end for one in put_off)


def _by_calendar(workspace: Workspace, touch: Touch) -> bool:
    journey = workspace.journeys.get(touch.root.partition("/")[2])
    return isinstance(journey, Journey) and all(
        isinstance(one, CalendarReached | IssueDue) for one in journey.starts_on
    )


def _finding(case: Case, limit: HoursLimit, late: list[Touch]) -> Finding:
    names = [one.node.partition("/")[2] for one in late[:MOST_PLACES]]
    more = len(late) - len(names)
    steps = Phrase(
        "、".join(names) + (f" 等 {len(late)} 处" if more else ""),
        ", ".join(names) + (f" and {more} more" if more else ""),
    )
    channel = _channel(limit, late[0])
    related = [(one.at, Phrase("也可能在别的钟点发", "this one too")) for one in late[1:MOST_PLACES]]
    found = case.finding(
        OUTSIDE,
        late[0].at,
        late[0].node,
        *related,
        channel=channel,
        hours=limit.words,
        source=limit.source,
        steps=steps,
    )
    return replace(found, verdict=Verdict.POSSIBLE, assumptions=(ANY_HOUR, _fact(limit)))


def _fact(limit: HoursLimit) -> Phrase:
    sure = SURE[limit.status]
    return Phrase(
        f"渠道允许的钟点：{limit.source.zh}（{sure.zh}）；给渠道写 hours 或换一个 preset 即可改写",
        f"hours of the channel: {limit.source.en} ({sure.en}); `hours` on the channel, or another preset, replaces them",
    )
