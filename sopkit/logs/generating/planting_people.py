"""Faults that hang on who the customer is, where data went, and what no playbook declares; and what is sent twice by two tools."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Final

from sopkit.law.vocabulary import is_sensitive
from sopkit.logs.generating.course import Course, TouchRow
from sopkit.logs.generating.faults import Fault, Planted, Target
from sopkit.logs.generating.ground import Ground, Way
from sopkit.logs.generating.planting_touches import adds, moments, planted, tried, unused
from sopkit.simulation.clock import DAY
from sopkit.text import Phrase

WHOLE: Final = "workspace"
YOUNG: Final = 16 * 365 * DAY
"""Seconds since birth: a minor, and no child."""
ABROAD: Final = ("us", "sg", "jp", "de")
MADE_UP: Final = "campaign/unplanned-push/blast"
"""A step that no playbook has."""
SOON: Final = 300
NO_MARKETING: Final = Phrase("没有系统自动发的个性化营销", "no tool sends personalised marketing by itself")
NO_ABROAD: Final = Phrase(
    "没有声明系统所在国家，无从判断出境", "no tool says in which country it is, so that nothing goes abroad"
)
NO_SENSITIVE: Final = Phrase("没有声明敏感信息", "no datum is sensitive")
ONE_TOOL: Final = Phrase("只有一个系统能触达客户", "but one tool reaches customers")
NO_FREE: Final = Phrase("没有不需要同意、不计入上限的触达", "every touch takes a consent or counts for a cap")


def minor(ground: Ground) -> Iterable[Target] | Phrase:
    """A minor who is sent, with every consent, marketing that a tool chose by traits of the person."""
    ways = [
        one for one in ground.felt if one.is_personal and not one.role and one.via.channel.reach == "direct"
    ]  # fmt: skip
    return [Target("", partial(_to_minor, ground, ways))] if ways else NO_MARKETING


def _to_minor(ground: Ground, ways: list[Way], course: Course, random: Random) -> Planted | None:
    if any(
        ground.ways[one.step, one.channel] in ways for one in course.touches if (one.step, one.channel) in ground.ways
    ):
        return None
    touch = _lawful(ground, ways, course, random)
    if touch is None:
        return None
    born = (ground.start - YOUNG - random.randint(0, 300) * DAY) // DAY
    course.customer = course.customer._replace(born=born, minor=True)
    return planted("minor", (("SOP543", WHOLE),), course, [touch])


def _lawful(ground: Ground, ways: list[Way], course: Course, random: Random) -> TouchRow | None:
    """Put in a touch that breaks nothing."""
    for way in tried(ways, random):
        for now in moments(ground, course, random, 6):
            touch = way.touch(course, now)
            if unused(course, way.node, now) and adds(ground, course, touch, None):
                return touch
    return None


def cross_border(ground: Ground) -> Iterable[Target] | Phrase:
    """A touch for which data were used in a country to which no tool of the workspace takes them."""
    known = {one.hosted_in for one in ground.workspace.tools.values() if one.hosted_in}
    abroad = [one for one in ABROAD if one not in known]
    return [Target("", partial(_abroad, abroad))] if known and abroad else NO_ABROAD


def _abroad(abroad: list[str], course: Course, random: Random) -> Planted | None:
    direct = [number for number, one in enumerate(course.touches) if one.country]
    if not direct:
        return None
    number = random.choice(direct)
    course.touches[number] = changed = course.touches[number]._replace(country=random.choice(abroad))
    tool = f"tool/{changed.tool}"
    return planted("cross-border", (("SOP549", tool), ("SOP550", tool)), course, [changed])


def sensitive(ground: Ground) -> Iterable[Target] | Phrase:
    """A touch for which sensitive data were used, without a consent to these alone."""
    data = [one.id for one in ground.workspace.data.values() if is_sensitive(one.category)]
    return [Target("", partial(_sensitive, data))] if data else NO_SENSITIVE


def _sensitive(data: list[str], course: Course, random: Random) -> Planted | None:
    if not course.touches:
        return None
    number = random.randrange(len(course.touches))
    course.touches[number] = changed = course.touches[number]._replace(data=random.choice(data))
    return planted("sensitive", (("SOP510", f"data/{changed.data}"),), course, [changed])


def undeclared(ground: Ground) -> Iterable[Target] | Phrase:
    """A touch by a step that no playbook has, for a purpose that takes no consent and that no cap counts."""
    ways = _free(ground)
    return [Target("", partial(_undeclared, ground, ways))] if ways else NO_FREE


def _undeclared(ground: Ground, ways: list[Way], course: Course, random: Random) -> Planted | None:
    touch = _lawful(ground, ways, course, random)
    if touch is None:
        return None
    course.touches[-1] = changed = touch._replace(step=MADE_UP)
    return planted("undeclared-touch", (("SOP980", WHOLE),), course, [changed])


def duplicate(ground: Ground) -> Iterable[Target] | Phrase:
    """The same, sent once more by another tool a few minutes later."""
    tools = sorted({one.tool for one in ground.felt if one.tool})
    ways = _free(ground)
    if len(tools) < 2:
        return ONE_TOOL
    return [Target("", partial(_twice, ground, ways, tools))] if ways else NO_FREE


def _twice(ground: Ground, ways: list[Way], tools: list[str], course: Course, random: Random) -> Planted | None:
    touch = _lawful(ground, ways, course, random)
    if touch is None:
        return None
    other = random.choice([one for one in tools if one != touch.tool])
    again = touch._replace(time=touch.time + SOON, tool=other)
    if again.time >= ground.end or not adds(ground, course, again, None):
        course.touches.remove(touch)
        return None
    return planted("duplicate", (("SOP703", WHOLE),), course, [touch, again])


def _free(ground: Ground) -> list[Way]:
    """Return the ways that take no consent and that no cap counts."""
    return [
        one for one in ground.felt
        if one.purpose and not one.needs_consent and not one.via.caps and one.via.channel.reach == "direct"
    ]  # fmt: skip


FAULTS: Final = (
    Fault("minor", Phrase("自动营销发给未成年人", "marketing to a minor by a tool"), minor),
    Fault("cross-border", Phrase("数据在未声明的国家使用", "data used in a country that is not declared"), cross_border),
    Fault("sensitive", Phrase("用了敏感信息而没有单独同意", "sensitive data without a separate consent"), sensitive),
    Fault("undeclared-touch", Phrase("剧本里没有的触达", "a touch that no playbook declares"), undeclared),
    Fault("duplicate", Phrase("两个系统重复触达", "the same from two tools"), duplicate),
)  # fmt: skip
