"""Conditions in words: what a guard, an audience or a segment asks of a customer, and the same turned round."""

from __future__ import annotations

import itertools
from typing import Final

from sopkit.model.predicates import (
    All,
    Any,
    ConsentTest,
    DataTest,
    Else,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import Comparison, NumberRange
from sopkit.render.wording import amounts
from sopkit.render.wording.names import AND, OR, Names
from sopkit.text import Phrase

ZH_ENDINGS: Final = ("同意", "授权")
EN_BEGINNING: Final = "Consent to "

CONSENT: Final[dict[str, tuple[Phrase, Phrase]]] = {
    "given": (Phrase("已{verb}{what}", "has agreed to {what}"), Phrase("未{verb}{what}", "has not agreed to {what}")),
    "refused": (Phrase("已拒绝{what}", "has refused {what}"), Phrase("没有拒绝{what}", "has not refused {what}")),
    "withdrawn": (
        Phrase("已撤回对{what}的{verb}", "has withdrawn the consent to {what}"),
        Phrase("没有撤回对{what}的{verb}", "has not withdrawn the consent to {what}"),
    ),
    "expired": (
        Phrase("对{what}的{verb}已过期", "has let the consent to {what} expire"),
        Phrase("对{what}的{verb}没有过期", "has not let the consent to {what} expire"),
    ),
    "unknown": (
        Phrase("还没有表示是否{verb}{what}", "has not yet said yes or no to {what}"),
        Phrase("已经表示是否{verb}{what}", "has said yes or no to {what}"),
    ),
}
COUNTS: Final[dict[str, Phrase]] = {
    "≥": Phrase("至少 {n}", "at least {n}"),
    "≤": Phrase("最多 {n}", "at most {n}"),
    ">": Phrase("超过 {n}", "more than {n}"),
    "<": Phrase("不到 {n}", "fewer than {n}"),
    "=": Phrase("恰好 {n}", "exactly {n}"),
}


def condition(predicate: Predicate, names: Names, *, holds: bool = True) -> str:
    """Return what the predicate asks of a customer, as a clause without a subject; `holds=False` turns it round."""
    match predicate:
        case All(parts=parts):
            return _several(parts, names, holds, together=holds)
        case Any(parts=parts):
            return _several(parts, names, holds, together=not holds)
        case Not(part=part):
            return condition(part, names, holds=not holds)
        case Else():
            return names.pick("其他情况", "in any other case")
        case _:
            return _single(predicate, names, holds)


def _several(parts: tuple[Predicate, ...], names: Names, holds: bool, *, together: bool) -> str:
    if not parts:
        everyone = holds == together
        return names.pick("所有客户" if everyone else "没有客户", "is any customer" if everyone else "is no customer")
    if len(parts) == 1:
        return condition(parts[0], names, holds=holds)
    said = _parts(parts, names, holds, together)
    if together:
        return names.pick("，且".join(said), f" {AND.en} ".join(said))
    return names.pick("，或".join(said), f" {OR.en} ".join(said))


def _parts(parts: tuple[Predicate, ...], names: Names, holds: bool, together: bool) -> list[str]:
    """Word each part; alternatives between like tests are said in one breath: 有过“小程序入会”或“门店扫码入会”."""
    if together or not holds:
        return [_inner(part, names, holds, together) for part in parts]
    said: list[str] = []
    for _, like in itertools.groupby(parts, key=_kind):
        group = list(like)
        titles = [_title(part, names) for part in group]
        if len(group) > 1 and all(titles):
            said.append(_happened(names.either(titles), names))
        else:
            said += [_inner(part, names, holds, together) for part in group]
    return said


def _kind(part: Predicate) -> bool:
    return isinstance(part, EventTest) and not part.negated and part.count is None and part.within is None


def _title(part: Predicate, names: Names) -> str:
    return names.quoted(names.workspace.events, part.event) if isinstance(part, EventTest) and _kind(part) else ""


def _happened(title: str, names: Names) -> str:
    return names.pick(f"有过{title}", f"has had {title}")


def _inner(part: Predicate, names: Names, holds: bool, together: bool) -> str:
    """Bracket a part that joins its own parts the other way round."""
    words = condition(part, names, holds=holds)
    while isinstance(part, Not):
        part, holds = part.part, not holds
    joins = isinstance(part, All | Any) and len(_parts(part.parts, names, holds, isinstance(part, All) == holds)) > 1
    inner_together = isinstance(part, All) == holds
    if not joins or inner_together == together:
        return words
    return names.pick(f"（{words}）", f"({words})")


def _single(test: Predicate, names: Names, holds: bool) -> str:
    workspace = names.workspace
    match test:
        case DataTest():
            return _data(test, names, holds)
        case EventTest():
            return _event(test, names, holds)
        case ConsentTest():
            return consent(test, names, holds=holds)
        case TagTest(tag=tag):
            title = names.quoted(workspace.tags, tag)
            return names.pick(
                f"{'有' if holds else '没有'}{title}标签", f"{'has' if holds else 'does not have'} the tag {title}"
            )
        case SegmentTest(segment=segment):
            title = names.quoted(workspace.segments, segment)
            return names.pick(
                f"{'属于' if holds else '不属于'}{title}", f"{'belongs' if holds else 'does not belong'} to {title}"
            )
        case StageTest():
            return _stage(test, names, holds)
        case TaskTest(task=task):
            title = names.quoted(workspace.tasks, task)
            return names.pick(
                f"{'已' if holds else '还没有'}完成{title}", f"has {'' if holds else 'not yet '}done {title}"
            )
        case ReachableTest(channel=channel):
            title = names.title(workspace.channels, channel)
            return names.pick(
                f"{'能' if holds else '不能'}用{title}联系到", f"{'can' if holds else 'cannot'} be reached by {title}"
            )
        case _:
            return ""


def _stage(test: StageTest, names: Names, holds: bool) -> str:
    title = names.quote(names.place(test.place))
    if test.ever:
        return names.pick(
            f"{'曾进入过' if holds else '从未进入过'}{title}", f"has {'' if holds else 'never '}been in {title}"
        )
    return names.pick(f"{'正处于' if holds else '不在'}{title}", f"is {'' if holds else 'not '}in {title}")


def _data(test: DataTest, names: Names, holds: bool) -> str:
    title = names.quoted(names.workspace.data, test.data)
    match test.test:
        case "known" | "unknown" as state:
            has = (state == "known") == holds
            return names.pick(
                f"{'已有' if has else '还没有'}{title}", f"{'has' if has else 'does not have'} {title} on record"
            )
        case Comparison() as wanted:
            said = (
                amounts.comparison(wanted, names.lang)
                if holds or wanted.relative
                else amounts.opposite(wanted, names.lang)
            )
            return names.pick(f"{title}{said}", f"has {title} {said}")
        case NumberRange() as wanted:
            said = amounts.between(wanted, names.lang)
            return names.pick(
                f"{title}{'在' if holds else '不在'} {amounts.ahead_of(said, '之间')}",
                f"has {title} {'' if holds else 'not '}from {said}",
            )
        case values:
            said = names.either([names.quote(names.value(test.data.id, value)) for value in values])
            return names.pick(
                f"{title}{'是' if holds else '不是'}{said}", f"has {title} {'' if holds else 'not '}{said}"
            )


def _event(test: EventTest, names: Names, holds: bool) -> str:
    title = names.quoted(names.workspace.events, test.event)
    lately = ""
    if test.within:
        amount = amounts.duration(test.within, names.lang)
        lately = names.pick(f"最近 {amount}内", f" in the last {amount}")
    happens = holds != test.negated
    if test.count is not None:
        return _counted(test.count, title, lately, names, happens)
    if not lately:
        return names.pick(
            f"{'有过' if happens else '从未有过'}{title}", f"has {'had' if happens else 'never had'} {title}"
        )
    return names.pick(
        f"{lately}{'有过' if happens else '没有'}{title}", f"has had {'' if happens else 'no '}{title}{lately}"
    )


def _counted(count: Comparison, title: str, lately: str, names: Names, happens: bool) -> str:
    sign = count.comparator if happens else amounts.OPPOSITE.get(count.comparator, count.comparator)
    unequal = count.comparator == "=" and not happens
    n = COUNTS[sign].fill(names.lang, {"n": amounts.number(count.number)})
    if unequal:
        n = names.pick(f"不是 {amounts.number(count.number)}", f"other than {amounts.number(count.number)}")
    return names.pick(f"{lately}{title}{n} 次", f"has had {title} {n} times{lately}")


def consent(test: ConsentTest, names: Names, *, holds: bool = True) -> str:
    """Return 已同意短信营销 · has agreed to marketing by SMS."""
    what, verb = consent_scope(test.consent.id, names)
    return CONSENT[test.state][0 if holds else 1].fill(names.lang, {"what": what, "verb": verb})


def consent_scope(consent_id: str, names: Names) -> tuple[str, str]:
    """Return what a consent is to, without the word consent, and the verb for giving it: (短信营销, 同意)."""
    noun = names.workspace.consents.get(consent_id)
    title = names.say(noun.title) if noun else ""
    for ending in ZH_ENDINGS:
        if title.endswith(ending) and title != ending:
            return title.removesuffix(ending), ending
    if title.startswith(EN_BEGINNING):
        return title.removeprefix(EN_BEGINNING), "同意"
    return names.quote(title or names.title({}, consent_id)), "同意"


def audience(predicate: Predicate, names: Names) -> str:
    """Return who is meant, as a noun: 成年会员 · 已同意短信营销的客户."""
    if isinstance(predicate, SegmentTest):
        return names.title(names.workspace.segments, predicate.segment)
    if isinstance(predicate, Else) or (isinstance(predicate, All) and not predicate.parts):
        return names.pick("所有客户", "all customers")
    said = condition(predicate, names)
    return names.pick(f"{said}的客户", f"a customer who {said}")


def only(predicate: Predicate, names: Names) -> str:
    """Return who gets a touch: 仅限已同意短信营销的客户."""
    if isinstance(predicate, Else):
        return condition(predicate, names)
    said = condition(predicate, names)
    return names.pick(f"仅限{said}的客户", f"only a customer who {said}")


def refusals(predicate: Predicate) -> tuple[ConsentTest, ...]:
    """Return the consents that must be given for the predicate to hold; without one of them there must be no touch."""
    match predicate:
        case All(parts=parts):
            return tuple(test for part in parts for test in refusals(part))
        case ConsentTest(state="given"):
            return (predicate,)
        case _:
            return ()
