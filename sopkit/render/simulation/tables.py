"""The outcome of a simulation goes in; sections of tables in one language come out, for a page and for a terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.model.documents import Cap
from sopkit.render.document import Block, Bullets, Paragraph, Section, Table, plain_table, text
from sopkit.render.marks import ident
from sopkit.render.simulation.silence import silence
from sopkit.render.simulation.words import count, title
from sopkit.render.wording import amounts, limits
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import CapMet, Load, Outcome, Way
from sopkit.text import Phrase

SECTIONS: Final = {
    "caps": Phrase("触达上限", "Caps on touches"),
    "touches": Phrase("每位客户收到几次", "Touches a customer"),
    "sent": Phrase("各剧本发了多少", "What each playbook sent"),
    "ways": Phrase("各阶段的去留", "Where customers went from each stage"),
    "work": Phrase("各岗位每周的工作量", "Work by role and week"),
    "ground": Phrase("按什么模拟", "What the simulation assumes"),
}
CAPS: Final = (
    Phrase("上限", "cap"), Phrase("允许", "allows"), Phrase("模拟中遇到", "met"), Phrase("超过的客户", "customers beyond it"),
    Phrase("因此没发", "held back"),
)  # fmt: skip
TOUCHES: Final = (
    Phrase("方式", "how"), Phrase("平均", "mean"), Phrase("半数客户不超过", "half get at most"),
    Phrase("九成客户不超过", "nine in ten at most"), Phrase("最多", "most"),
)  # fmt: skip
SENT: Final = (
    Phrase("剧本", "playbook"), Phrase("触达", "touches"), Phrase("被上限拦下", "held back by caps"),
    Phrase("条件不符没发", "not sent"), Phrase("没能进入", "did not start"),
)  # fmt: skip
WAYS: Final = (
    Phrase("阶段", "stage"), Phrase("进入", "entered"), Phrase("还在", "still there"), Phrase("中途退出", "taken out"),
    Phrase("去向", "went on to"),
)  # fmt: skip
WORK: Final = (
    Phrase("岗位", "role"), Phrase("最忙一周（分钟）", "busiest week (minutes)"), Phrase("是第几周", "which week"),
    Phrase("平均每周", "mean a week"), Phrase("每周可用", "available a week"),
)  # fmt: skip
MOST: Final = Phrase(
    "{cap}：次数最多的是第 {customer} 位客户，从 {when} 起。", "{cap}: customer {customer} got the most, from {when}."
)
CLOSEST: Final = Phrase(
    "{cap}：隔得最近的是第 {customer} 位客户，从 {when} 起。",
    "{cap}: the closest two reached customer {customer}, from {when}.",
)
APART: Final = Phrase("相隔 {span}", "{span} apart")
NEVER: Final = Phrase("没有两次", "never two")
NO_CAPS: Final = Phrase("工作区没有声明上限。", "The workspace declares no caps.")
NO_WORK: Final = Phrase("没有写明用时的工作。", "No work says how many minutes it takes.")
DONE: Final = Phrase("走完", "the end")
TIMES: Final = Phrase("{count} 次", "{count}")
WEEK: Final = Phrase("第 {number} 周（{date} 起）", "week {number} (from {date})")

HOW: Final = Phrase(
    "{customers} 位客户，从 {start} 起 {days} 天，随机种子 {seed}。起初谁也没做过任何事；同样的种子，结果总是一样。",
    "{customers} customers over {days} days from {start}, seed {seed}. At first nobody has done anything; "
    "the same seed always gives the same.",
)
WHOLE: Final = Phrase(
    "这些客户就是全部客户：事件的总量（volume）由他们分摊，岗位的工作量也由他们产生。",
    "These are all the customers there are: the volumes of events are shared among them, and so the work of the roles comes from them.",
)
VOLUMES: Final = Phrase("按声明的总量发生：{events}。", "As often as their volume says: {events}.")
MONTHLY: Final = Phrase(
    "{count} 种事件没有写总量：每位客户平均30天发生一次，不超过 at_most。",
    "{count} events declare no volume: each comes to a customer once in 30 days on average, within its at_most.",
)
YEARLY: Final = Phrase(
    "{count} 种退订、撤回类事件没有写总量：每位客户平均一年一次。",
    "{count} events that opt out or withdraw a consent declare no volume: once a year for each customer on average.",
)
CHANCES: Final = Phrase(
    "事件之间互不影响，也不受发了什么影响。征求同意，一半的客户答应；数据在剧本区分的各个取值里均匀选取；时长在写明的范围内均匀选取；员工都按时完成。",
    "Events come independently of each other and of what is sent. Half of the customers agree when asked; data take each value that "
    "playbooks tell apart equally often; delays fall evenly within their bounds; staff are on time.",
)
TRUTH: Final = Phrase(
    "触发按同步的班次传到各系统；条件按客户的真实情况判断，不按系统里的旧数据。",
    "Triggers reach each tool with the runs of its syncs; conditions are tested on what is true of the "
    "customer, not on a tool's older copy.",
)
CAPPED: Final = Phrase(
    "客户太少，装不下声明的总量：{events} 已到 at_most 的上限。请加大 --customers。",
    "Too few customers for the volumes declared: {events} came as often as at_most allows. Use more --customers.",
)
ZONES: Final = Phrase("客户平均分布在 {zones}。", "Customers are spread evenly over {zones}.")
NO_ZONE: Final = Phrase(
    "不知道客户所在的时区，一律按工作区的时区算。",
    "The time zones of customers are not known: all are taken in the workspace's.",
)
HOLIDAYS: Final = Phrase(
    "{years} 年的放假安排还不知道，一律按没有假日算。",
    "The holidays of {years} are not known yet; they count as having none.",
)
LEFT_OUT: Final = Phrase("没有模拟：{what}。", "Left out: {what}.")
ONCE: Final = Phrase(
    "内容和例行工作的用时，每期、每次各算一遍。",
    "The minutes of content and routine work count once for each issue and each time.",
)
MOST_NAMED: Final = 8


def tables(outcome: Outcome, names: Names) -> tuple[Section, ...]:
    """Return the sections in the order in which they are read."""
    made: dict[str, tuple[Block, ...]] = {
        "caps": _caps(outcome, names),
        "touches": (_touches(outcome, names),),
        "ways": (_ways(outcome, names),),
        "work": _work(outcome, names),
        "sent": (_sent(outcome, names), *(Paragraph(text(line), quiet=True) for line in silence(outcome, names))),
        "ground": (Bullets(tuple(map(text, ground(outcome, names)))),),
    }
    return tuple(Section(key, text(SECTIONS[key].within(names.lang)), blocks) for key, blocks in made.items())


def _table(names: Names, heads: tuple[Phrase, ...], rows: Sequence[tuple[str, ...]], widths: tuple[int, ...]) -> Table:
    return plain_table([head.within(names.lang) for head in heads], rows, widths)


def _caps(outcome: Outcome, names: Names) -> tuple[Block, ...]:
    if not outcome.caps:
        return (Paragraph(text(NO_CAPS.within(names.lang))),)
    rows = [
        (
            limits.cap_title(one.cap, names),
            allowed(one.cap, names),
            met(one, names),
            count(one.beyond),
            count(one.held_back),
        )
        for one in outcome.caps
    ]
    worst = [_worst(one, names) for one in outcome.caps if one.beyond]
    return _table(names, CAPS, rows, (3, 4, 2, 2, 2)), *(Paragraph(text(line), quiet=True) for line in worst)


def _worst(one: CapMet, names: Names) -> str:
    customer, when = count((one.customer or 0) + 1), moment(one.at or 0, names)
    said = MOST if one.cap.gap is None else CLOSEST
    return said.fill(names.lang, {"cap": limits.cap_title(one.cap, names), "customer": customer, "when": when})


def allowed(cap: Cap, names: Names) -> str:
    """Return what a cap allows, in few words."""
    lang = names.lang
    if cap.gap is not None:
        return APART.fill(lang, {"span": amounts.duration(cap.gap, lang)})
    if cap.max is None or cap.per is None:
        return "–"
    return (
        f"{amounts.times(cap.max, lang)} {amounts.per(cap.per, lang)}"
        if lang == "en"
        else f"{amounts.per(cap.per, lang)} {cap.max} 次"
    )


def met(one: CapMet, names: Names) -> str:
    """Return the most in a window, or the least gap."""
    if one.cap.gap is None:
        return TIMES.fill(names.lang, {"count": count(one.met or 0)})
    return NEVER.within(names.lang) if one.met is None else length(one.met, names)


def length(seconds: int, names: Names) -> str:
    """Return a span of time in its two greatest units."""
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount or (unit == "s" and not parts):
            parts.append(amounts.units(amount, unit, names.lang))
    return " ".join(parts[:2])


def moment(at: int, names: Names) -> str:
    """Return an instant on the workspace's clock."""
    zone = names.workspace.settings.timezone
    return datetime.fromtimestamp(at, ZoneInfo(zone) if zone else UTC).strftime("%Y-%m-%d %H:%M")


def _touches(outcome: Outcome, names: Names) -> Table:
    rows = [
        (
            limits.known(limits.REACHES, one.reach, names),
            f"{one.mean:,.1f}",
            count(one.median),
            count(one.nine_in_ten),
            count(one.most),
        )
        for one in outcome.spreads
    ]
    return _table(names, TOUCHES, rows, (2, 1, 2, 2, 1))


def _sent(outcome: Outcome, names: Names) -> Table:
    rows = [
        (title(one.node, names), count(one.touches), count(one.held_back), count(one.unsent), count(one.refused))
        for one in outcome.sent
    ]
    return _table(names, SENT, rows, (4, 2, 2, 2, 2))


def _ways(outcome: Outcome, names: Names) -> Table:
    rows = [
        (
            title(one.node, names),
            count(one.entered),
            count(one.inside),
            count(one.ended),
            "  ".join(gone(one, names)) or "–",
        )
        for one in outcome.ways
        if one.entered
    ]
    return _table(names, WAYS, rows, (4, 1, 1, 1, 5))


def gone(way: Way, names: Names) -> list[str]:
    """Return where customers went, with their share of those who came."""
    playbook = "/".join(way.node.split("/")[1:2])
    return [
        f"{DONE.within(names.lang) if stage == 'done' else _stage(playbook, stage, names)} {many / way.entered:.0%}"
        for stage, many in sorted(way.on, key=lambda one: (-one[1], one[0]))
    ]


def _stage(playbook: str, name: str, names: Names) -> str:
    journey = names.workspace.journeys.get(playbook)
    stage = next((one for one in journey.stages if one.id == name), None) if journey else None
    return names.stage(stage) if stage else ident(name)


def _work(outcome: Outcome, names: Names) -> tuple[Block, ...]:
    if not outcome.loads:
        return (Paragraph(text(NO_WORK.within(names.lang))),)
    rows = []
    for one in outcome.loads:
        busiest = max(one.weeks)
        rows.append(
            (
                names.role(one.role),
                count(busiest) + share(busiest, one),
                week(outcome, one.weeks.index(busiest), names),
                count(sum(one.weeks) / len(one.weeks)),
                count(one.capacity) if one.capacity is not None else "–",
            )
        )
    return (_table(names, WORK, rows, (3, 3, 3, 2, 2)),)


def share(minutes: float, load: Load) -> str:
    return f" ({minutes / load.capacity:.0%})" if load.capacity else ""


def week(outcome: Outcome, number: int, names: Names) -> str:
    day = outcome.question.start + timedelta(days=7 * number)
    return WEEK.fill(names.lang, {"number": str(number + 1), "date": day.isoformat()})


def ground(outcome: Outcome, names: Names) -> list[str]:
    """Return what the simulation rests on, a sentence each."""
    question, lang = outcome.question, names.lang
    events = names.workspace.events
    volumes = [names.title(events, one.event) for one in outcome.drawn if one.ground == "volume"]
    capped = [names.title(events, one.event) for one in outcome.drawn if one.capped]
    monthly, yearly = (sum(one.ground == ground for one in outcome.drawn) for ground in ("assumed", "leaving"))
    asked = {
        "customers": count(question.customers),
        "start": question.start.isoformat(),
        "days": str(question.days),
        "seed": str(question.seed),
    }
    said = [HOW.fill(lang, asked), WHOLE.within(lang)]
    if volumes:
        said.append(VOLUMES.fill(lang, {"events": names.listed(volumes)}))
    if monthly:
        said.append(MONTHLY.fill(lang, {"count": str(monthly)}))
    if yearly:
        said.append(YEARLY.fill(lang, {"count": str(yearly)}))
    said += [CHANCES.within(lang), TRUTH.within(lang)]
    zones = names.workspace.settings.customer_timezones
    if isinstance(zones, tuple) and len(zones) > 1:
        said.append(ZONES.fill(lang, {"zones": names.listed(list(zones))}))
    elif zones == "unknown":
        said.append(NO_ZONE.within(lang))
    if outcome.unknown_years:
        said.append(HOLIDAYS.fill(lang, {"years": names.listed(list(map(str, outcome.unknown_years)))}))
    if outcome.loads:
        said.append(ONCE.within(lang))
    if capped:
        said.append(CAPPED.fill(lang, {"events": names.listed(capped)}))
    if outcome.left_out:
        named = [ident(one) for one in outcome.left_out[:MOST_NAMED]]
        more = len(outcome.left_out) - len(named)
        named += [names.pick(f"其他 {more} 项", f"{more} more")] if more else []
        said.append(LEFT_OUT.fill(lang, {"what": names.listed(named)}))
    return said
