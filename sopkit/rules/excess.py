"""A cap that is broken, or that was not shown to hold, goes in; the finding that says so to an operations lead comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Finding, Moment, Related, Rule, Severity, Verdict, Worst
from sopkit.graph.replay import Course
from sopkit.graph.touches import Chosen, Touch
from sopkit.graph.worst import Bound
from sopkit.model.documents import Journey
from sopkit.model.triggers import OnEvent
from sopkit.rules.case import Case
from sopkit.rules.limits import DAYS, Limit
from sopkit.text import Phrase

MOST_PLACES: Final = 4
MOST_NAMES: Final = 8
MOST_MOMENTS: Final = 10
THE_CAP: Final = Phrase("上限写在这里", "the cap")
THE_SHARE: Final = Phrase("预算写在这里", "the budget")
THE_CHANNEL: Final = Phrase("平台的限制来自这个渠道", "the channel that the platform limits")
COUNTED: Final = Phrase("算在内的触达", "a touch that counts")


def violated(case: Case, rule: Rule, limit: Limit, course: Course, edits: Sequence[Phrase]) -> Finding:
    """Return the finding with its dated course."""
    marked = [touch for _, touch, counts in course.done if counts]
    felt = sum(touch.weight for touch in marked)
    many = Phrase(f"{limit.words.zh}，却可能有 {felt} 次", f"{limit.words.en}, and there can be {felt}")
    sure = limit.platform is None or limit.platform.status == "verified"
    return Finding(
        rule,
        case.forest.span(marked[-1].at),
        {"cap": limit.name, "case": many, "advice": _advice(limit, edits, _again(case, marked))},
        marked[-1].node,
        severity=None if sure else Severity.WARNING,
        verdict=Verdict.VIOLATED if sure else Verdict.POSSIBLE,
        related=cap_place(case, limit),
        timeline=moments(case, course),
        assumptions=(*platform_facts(limit), *clock_of(course)),
        worst=Worst(limit.subject, felt),
    )


def moments(case: Case, course: Course) -> tuple[Moment, ...]:
    """Return a course in lines: what happens and what is sent, and which of it counts."""
    found = [(at, 0, Moment(at, _event(case, event), case.forest.span(event.at))) for at, event in course.came]
    found += [
        (at, 1, Moment(at, _said(touch), case.forest.span(touch.at), counted=counts))
        for at, touch, counts in course.done
    ]
    if len(found) > MOST_MOMENTS:  # what does not count is left out where all would be too much to read
        found = [one for one in found if one[1] == 0 or one[2].counted]
    return tuple(moment for _, _, moment in sorted(found, key=lambda one: one[:2]))


def clock_of(course: Course) -> tuple[Phrase, ...]:
    """Return by whose clock a course is told, where that needs saying."""
    if not course.zone:
        return ()
    return (Phrase(f"时间按 {course.zone} 的钟", f"times are by the clock of {course.zone}"),)


def cap_place(case: Case, limit: Limit) -> tuple[Related, ...]:
    """Return where a limit is written."""
    said = THE_SHARE if limit.share else THE_CAP if limit.cap else THE_CHANNEL
    return (Related(case.forest.span(limit.at), said),)


def possible(  # noqa: PLR0917  all that it says
    case: Case, rule: Rule, limit: Limit, bound: Bound, touches: Iterable[Touch], edits: Sequence[Phrase]
) -> Finding:
    """Return the finding that the cap was neither shown to hold nor to break."""
    names = row_of(one.partition("/")[2] or one for one in bound.parts)
    text = Phrase(
        f"{limit.words.zh}，而分别计算之和会到 {bound.count} 次，没能证明合在一起不超",
        f"{limit.words.en}, and the playbooks' own numbers add up to {bound.count}: that they keep within it together was not proved",
    )
    apart = Phrase(
        f"把这几份剧本隔开，或者列入 one_at_a_time：{names.zh}",
        f"keep these playbooks apart, or list them under `one_at_a_time`: {names.en}",
    )
    doubt = _doubtful(case, rule, limit, text, _joined(edits) if edits else apart, touches)
    return replace(doubt, worst=Worst(limit.subject, bound.count))


def unstoppable(  # noqa: PLR0917  all that it says
    case: Case,
    rule: Rule,
    limit: Limit,
    touches: Chosen,
    unseen: Chosen,
    heard: Mapping[str, float],
    course: Course | None,
) -> Finding:
    """Return the finding that an enforcing tool can't keep the cap: what others send on when it has stopped, and what it counts late."""
    enforce = case.workspace.settings.enforce
    tool = enforce.in_.id if enforce and enforce.in_ else ""
    sent = {touch.node for _, touch, counts in course.done if counts} if course is not None else None
    names, stale = _names(touches, sent), _stale(unseen, sent, touches, heard)
    many = Phrase("", "")
    if course is not None:
        felt = sum(touch.weight for _, touch, counts in course.done if counts)
        many = Phrase(f"，却可能有 {felt} 次", f", and there can be {felt}")
    text = Phrase(
        f"{limit.words.zh}{many.zh}，{tool} 只拦得住自己发的；它发满以后，这些照样会到客户那里：{names.zh}{stale.zh}",
        f"{limit.words.en}{many.en}, and {tool} holds only what it sends itself; when that is used up, these still reach the "
        f"customer: {names.en}{stale.en}",
    )
    advice = Phrase(
        "让这些触达也由它发送，或者把它们隔开，使计划本身不超上限",
        "let it send these too, or space them so that the plan itself keeps within the cap",
    )
    if course is None:
        return _doubtful(case, rule, limit, text, advice, touches.values())
    return replace(
        violated(case, rule, limit, course, ()),
        args={"cap": limit.name, "case": text, "advice": advice},
        assumptions=(*clock_of(course), _let_out(tool)),
    )


def _let_out(tool: str) -> Phrase:
    return Phrase(f"{tool} 拦下的没有列出", f"what {tool} holds back is not listed")


def _names(touches: Chosen, sent: Set[str] | None) -> Phrase:
    """Return the playbooks of touches, of those alone that are `sent` where that is known."""
    roots = touches.playbooks if sent is None else {touches[node].root for node in sent if node in touches}
    return row_of(root.partition("/")[2] for root in roots)


def _stale(unseen: Chosen, sent: Set[str] | None, touches: Chosen, heard: Mapping[str, float]) -> Phrase:
    """Return what the tool never learns of, or how late it does."""
    behind = unseen.values() if sent is None else [unseen[node] for node in sent if node in unseen]
    if behind:
        deaf = _names(unseen, sent)
        if all(one.id in heard for touch in behind for one in touch.channels):
            return Phrase(
                f"；其中这些它说不准何时才知道：{deaf.zh}", f"; of these it learns at no known time: {deaf.en}"
            )
        return Phrase(f"；其中这些它根本不知道：{deaf.zh}", f"; of these it never learns: {deaf.en}")
    late = max((heard.get(one.id, 0.0) for touch in touches.values() for one in touch.channels), default=0.0) / 60
    if not late:
        return Phrase("", "")
    return Phrase(f"；它最晚 {late:.0f} 分钟后才知道", f"; it learns of them up to {late:.0f} minutes late")


def at_once(case: Case, rule: Rule, limit: Limit, touches: Chosen) -> Finding:
    """Return the finding that one send is felt several times at one instant, which no tool that spaces its sends can mend."""
    names = _names(touches, None)
    text = Phrase(
        f"{limit.words.zh}，但同一条群消息会在客户所在的几个群里同时出现（joins）：{names.zh}",
        f"{limit.words.en}, but one post is felt at one time in each of the groups that a customer is in (`joins`): {names.en}",
    )
    advice = Phrase(
        "群消息改用每天、每周的次数来限（max、per），或者让一位客户只进一个群",
        "limit posts by their number a day or a week (`max`, `per`), or let a customer join one group only",
    )
    return _doubtful(case, rule, limit, text, advice, touches.values())


def row_of(names: Iterable[str]) -> Phrase:
    """Return the first of the names in a row, and how many more there are."""
    every = sorted(set(names))
    more = len(every) - MOST_NAMES
    zh = "、".join(every[:MOST_NAMES]) + (f" 等 {len(every)} 份" if more > 0 else "")
    return Phrase(zh, ", ".join(every[:MOST_NAMES]) + (f" and {more} more" if more > 0 else ""))


def platform_facts(limit: Limit) -> tuple[Phrase, ...]:
    """Return who says that a platform sets the limit, and how sure that is; nothing for a cap of the workspace's own."""
    fact = limit.platform
    if fact is None:
        return ()
    sure_zh = {"verified": "官方文档", "vendor": "服务商的说法", "unverified": "未经核实"}[fact.status]
    sure_en = {"verified": "official page", "vendor": "said by vendors", "unverified": "not verified"}[fact.status]
    when = f"，{fact.checked_on}" if fact.checked_on else ""
    return (
        Phrase(
            f"平台限制：{fact.source}（{sure_zh}{when}）；写一条 id 为 {fact.id} 的上限即可改写它",
            f"limit of the platform: {fact.source} ({sure_en}{when.replace('，', ', ')}); a cap with the id {fact.id} replaces it",
        ),
    )


def _doubtful(  # noqa: PLR0917  all that it says
    case: Case, rule: Rule, limit: Limit, text: Phrase, advice: Phrase, touches: Iterable[Touch]
) -> Finding:
    places = tuple(Related(case.forest.span(one.at), COUNTED) for one in [*touches][:MOST_PLACES])
    return Finding(
        rule,
        case.forest.span(limit.at),
        {"cap": limit.name, "case": text, "advice": advice},
        limit.subject,
        severity=Severity.WARNING,
        verdict=Verdict.POSSIBLE,
        related=places,
        assumptions=(*platform_facts(limit), *_zones(case)),
    )


def _zones(case: Case) -> tuple[Phrase, ...]:
    """Return what is not known of the customers' clocks."""
    zones = case.workspace.settings.customer_timezones
    if zones == "unknown":
        return (
            Phrase(
                "客户的时区未知（customer_timezones: unknown），按任何时区都可能来算",
                "the customers' time zones are not known (`customer_timezones: unknown`), so that any was reckoned with",
            ),
        )
    if not zones or zones == (case.workspace.settings.timezone,):
        return ()
    named = row_of(zones)
    return (
        Phrase(
            f"客户分布在几个时区，每个都算过：{named.zh}",
            f"customers live in several time zones, each of which was reckoned with: {named.en}",
        ),
    )


def _again(case: Case, marked: Sequence[Touch]) -> Journey | None:
    """Return a journey of `reentry: always` that a customer is in more than once, by one step of it that is felt twice."""
    steps = Counter(touch.node for touch in marked)
    roots = {touch.root for touch in marked if steps[touch.node] > 1}
    free = (one for root, one in case.playbooks if root in roots and isinstance(one, Journey))
    return next((one for one in free if one.reentry.mode == "always"), None)


def _advice(limit: Limit, edits: Sequence[Phrase], again: Journey | None) -> Phrase:
    if edits:
        return _joined(edits)
    if again is not None:
        pause = f"{DAYS[limit.per]}d" if isinstance(limit.per, str) else str(limit.per)
        return Phrase(
            f"{again.id} 随时可以重来（reentry: always）：先改成隔一段时间才能重来，如 reentry: after {pause}",
            f"`{again.id}` may start again at any time (`reentry: always`): first let it pause, as `reentry: after {pause}`",
        )
    if limit.gap:
        return Phrase("把其中一次往后移，隔开这么久", "move one of them so that they are that far apart")
    return Phrase(
        "只改其中一步还不够：少发几次，或者把这几份剧本隔开（one_at_a_time）",
        "no change of one step is enough: send fewer, or keep these playbooks apart (`one_at_a_time`)",
    )


def _joined(edits: Sequence[Phrase]) -> Phrase:
    return Phrase("；或者".join(one.zh for one in edits), ", or ".join(one.en for one in edits))


def _event(case: Case, event: OnEvent) -> Phrase:
    noun = case.workspace.events.get(event.event.id)
    title = noun.title if noun else None
    return Phrase(title.pick("zh-CN"), title.pick("en")) if title else Phrase(event.event.id, event.event.id)


def _said(touch: Touch) -> Phrase:
    title = touch.step.title if touch.step else None
    path = touch.node.removeprefix(touch.root).strip("/") or touch.node.partition("/")[2]
    zh, en = (title.pick("zh-CN"), title.pick("en")) if title else (path, path)
    way = touch.channels[0].title
    zh_way, en_way = (way.pick("zh-CN"), way.pick("en")) if way else (touch.channels[0].id, touch.channels[0].id)
    who = touch.step.by.id if touch.step and touch.step.by else ""
    by_zh, by_en = (f"，{who} 发", f", by {who}") if who else ("", "")
    playbook = touch.root.partition("/")[2]
    return Phrase(f"{playbook} {zh}，{zh_way}{by_zh}", f"{playbook} {en}, {en_way}{by_en}")
