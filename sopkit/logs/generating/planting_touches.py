"""Faults of touches: too many, at the wrong time, without the consent that they need. Each breaks one limit once, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from random import Random
from typing import Final

from sopkit.logs.generating.course import ConsentRow, Course, TouchRow
from sopkit.logs.generating.faults import Breaks, Fault, Planted, Target
from sopkit.logs.generating.ground import OVER, Ground, Way
from sopkit.logs.tables import Of
from sopkit.model.documents import Cap
from sopkit.model.presets import HOURS_LIMITS
from sopkit.simulation.clock import DAY
from sopkit.text import Phrase

HOUR: Final = 3600
APART: Final = 14 * DAY
"""How far from other touches of the same step an extra one stands, so that it is no repetition."""
TRIES: Final = 40
OPEN: Final = (9 * HOUR + 1800, 20 * HOUR + 1800)
"""Between these hours of the customer's day extra touches go out."""
LONGEST: Final = 7
"""Days in which a window is filled."""
NO_CAPS: Final = Phrase("工作区没有触达上限", "the workspace has no caps on touches")
NO_BUDGETS: Final = Phrase("没有给剧本分配触达次数", "no playbook has a budget of touches")
NO_HOURS: Final = Phrase("没有营销要守渠道的放行时段", "no marketing is held to hours of its channel")
NO_QUIET: Final = Phrase("没有哪种触达要避开静默时段", "no touch has quiet hours to keep to")
NO_CONSENT: Final = Phrase("没有触达要靠同意", "no touch rests on a consent")
NO_EXPIRY: Final = Phrase("没有会到期的同意", "no consent expires")
NO_WITHDRAWAL: Final = Phrase("没有可以撤回的同意", "no consent can be withdrawn")
NO_OTHER: Final = Phrase("除了所需的同意，没有别的同意", "there is no consent but those that are needed")


def adds(ground: Ground, course: Course, touch: TouchRow, wanted: tuple[str, str] | None) -> bool:
    """Put a touch in if it breaks what is `wanted`, once, and nothing else; else leave the course as it is."""
    before = ground.broken(course)
    course.touches.append(touch)
    if ground.broken(course) == before + (Counter([wanted]) if wanted else Counter()):
        return True
    course.touches.pop()
    return False


def unused(course: Course, node: str, now: int) -> bool:
    """Whether no touch of the same step is near."""
    return all(one.step != node or abs(one.time - now) >= APART for one in course.touches)


def moments(ground: Ground, course: Course, random: Random, amount: int = TRIES) -> Iterator[int]:
    """Yield seconds of the customer's day, open and at random, in the later three quarters of the log."""
    low = ground.start + (ground.end - ground.start) // 4
    first, last = course.zone.day(low), course.zone.day(ground.end) - 1
    for _ in range(amount):
        yield course.zone.at(random.randint(first, max(first, last)) * DAY + random.randint(*OPEN))


def tried(ways: Iterable[Way], random: Random, most: int = 6) -> list[Way]:
    ways = list(ways)
    return random.sample(ways, min(most, len(ways)))


# Caps


def over_touch(ground: Ground) -> Iterable[Target] | Phrase:
    """A target for each cap that some way counts for."""
    found = []
    for cap in ground.workspace.settings.caps:
        ways = [one for one in ground.felt if cap in one.via.caps and one.counts]
        if ways:
            found.append(_limit(ground, cap, ways, ("over-touch", "SOP301", f"cap/{cap.id}")))
    return found or NO_CAPS


def over_budget(ground: Ground) -> Iterable[Target] | Phrase:
    """A target for each budget that some way counts for."""
    found, caps = [], {cap.id: cap for cap in ground.workspace.settings.caps}
    for budget in ground.workspace.settings.budgets:
        cap = caps.get(budget.cap.id)
        ways = [
            one for one in ground.felt if cap in one.via.caps and one.counts and ground.is_of(budget.of.id, one.node)
        ]
        if cap is not None and ways:
            what = "over-budget", "SOP305", f"budget/{cap.id}/{budget.of.id}"
            found.append(_limit(ground, cap, ways, what))
    return found or NO_BUDGETS


def _limit(ground: Ground, cap: Cap, ways: list[Way], what: tuple[str, str, str]) -> Target:
    return Target(what[2], partial(_over, ground, cap, ways, what))


def _over(  # noqa: PLR0917  what tells caps and budgets apart
    ground: Ground, cap: Cap, ways: list[Way], what: tuple[str, str, str], course: Course, random: Random
) -> Planted | None:
    """Add touches until one is beyond the limit; all are taken out again where that does not come about."""
    (name, rule, subject), before = what, len(course.touches)
    chosen = tried(ways, random)
    for now in _climb(ground, course, cap, random):
        for way in chosen:
            touch = way.touch(course, now)
            if adds(ground, course, touch, (OVER, subject)):
                return planted(name, ((rule, subject),), course, course.touches[before:])
            if adds(ground, course, touch, None):
                break
    del course.touches[before:]
    return None


def _climb(ground: Ground, course: Course, cap: Cap, random: Random) -> Iterator[int]:
    """Yield instants, one after another, at which touches fill a window of the cap."""
    start = next(moments(ground, course, random))
    if cap.gap is not None:
        yield from (start, start + (cap.gap.seconds or HOUR) // 2)
        return
    day = course.zone.day(start)
    for later in range(1 if cap.per == "day" else LONGEST):
        for clock in range(OPEN[0] + random.randint(0, 600), OPEN[1], HOUR):
            now = course.zone.at((day + later) * DAY + clock)
            if now < ground.end:
                yield now


# Hours and consents


def quiet_hours(ground: Ground) -> Iterable[Target] | Phrase:
    """A target for each of the quiet hours that some way has to keep."""
    found = []
    for number in range(1, len(ground.workspace.settings.quiet_hours) + 1):
        ways = [one for one in ground.felt if number in one.quiet and not one.hours.open]
        if ways:
            found.append(Target(f"quiet_hours/{number}", partial(_at_night, ground, ways, number)))
    return found or NO_QUIET


def _at_night(ground: Ground, ways: list[Way], number: int, course: Course, random: Random) -> Planted | None:
    subject = f"quiet_hours/{number}"
    for way in tried(ways, random):
        for hour in random.sample(range(24), 24):
            day = course.zone.day(next(moments(ground, course, random)))
            now = course.zone.at(day * DAY + hour * HOUR + random.randint(0, HOUR - 1))
            touch = way.touch(course, now)
            if unused(course, way.node, now) and adds(ground, course, touch, ("quiet-hours", subject)):
                return planted("quiet-hours", (("SOP982", subject),), course, [touch])
    return None


def sending_hours(ground: Ground) -> Iterable[Target] | Phrase:
    """A target for each preset that lets marketing through in some hours alone."""
    found = []
    for preset in sorted({one.preset for one in HOURS_LIMITS}):
        ways = [
            one for one in ground.felt
            if one.via.channel.preset == preset and not one.via.channel.hours and one.purpose and one.purpose.is_marketing
            and ground.limits_of(one.node, one.via.channel)
        ]  # fmt: skip
        if ways:
            found.append(Target(f"hours/{preset}", partial(_beside_hours, ground, ways, f"hours/{preset}")))
    return found or NO_HOURS


def _beside_hours(ground: Ground, ways: list[Way], subject: str, course: Course, random: Random) -> Planted | None:
    """Add a touch outside the hours, which may be quiet hours, too."""
    before = ground.broken(course)
    for way in tried(ways, random):
        for hour in random.sample(range(24), 24):
            day = course.zone.day(next(moments(ground, course, random)))
            now = course.zone.at(day * DAY + hour * HOUR + random.randint(0, HOUR - 1))
            if not unused(course, way.node, now):
                continue
            touch = way.touch(course, now)
            course.touches.append(touch)
            new = ground.broken(course) - before
            breaks = sorted(
                {"hours": ("SOP309", subject), "quiet-hours": ("SOP982", of)}.get(why, ("", "")) for why, of in new
            )
            only = new.total() == len(breaks) and all(rule for rule, _ in breaks)
            if ("hours", way.node) in new and only:
                return planted("sending-hours", tuple(breaks), course, [touch])
            course.touches.pop()
    return None


def without_consent(ground: Ground) -> Iterable[Target] | Phrase:
    return _unconsented(ground, "without-consent", "SOP501", lambda _course: True)


def beyond_consent(ground: Ground) -> Iterable[Target] | Phrase:
    covering = {one.id for way in ground.felt if way.needs_consent for one in way.covered_by}
    if not set(ground.workspace.consents) - covering and len(covering) < 2:
        return NO_OTHER
    return _unconsented(ground, "beyond-consent", "SOP502", _agreed)


def after_withdrawal(ground: Ground) -> Iterable[Target] | Phrase:
    if not any(one.withdrawn_by for one in ground.workspace.consents.values()):
        return NO_WITHDRAWAL
    return _unconsented(ground, "after-withdrawal", "SOP503", _withdrew)


def _agreed(course: Course) -> bool:
    return any(one.action == "given" for one in course.consents)


def _withdrew(course: Course) -> bool:
    return any(one.action == "withdrawn" for one in course.consents)


def _unconsented(ground: Ground, name: str, rule: str, fits: Callable[[Course], bool]) -> Iterable[Target] | Phrase:
    ways = [one for one in ground.felt if one.needs_consent and one.covered_by]
    return [Target("", partial(_lacking, ground, ways, (name, rule), fits))] if ways else NO_CONSENT


def _lacking(  # noqa: PLR0917  what tells the three apart
    ground: Ground,
    ways: list[Way],
    what: tuple[str, str],
    fits: Callable[[Course], bool],
    course: Course,
    random: Random,
) -> Planted | None:
    if not fits(course):
        return None
    for way in tried(ways, random):
        for now in moments(ground, course, random, 4):
            touch = way.touch(course, now)
            if unused(course, way.node, now) and adds(ground, course, touch, (what[0], way.of_purpose)):
                return planted(what[0], ((what[1], way.of_purpose),), course, [touch])
    return None


def stale_consent(ground: Ground) -> Iterable[Target] | Phrase:
    """A consent that was given long before the log begins, and has expired since."""
    ways = [one for one in ground.felt if one.needs_consent and len(one.covered_by) == 1 and one.covered_by[0].expires]
    return [Target("", partial(_expired, ground, ways))] if ways else NO_EXPIRY


def _expired(ground: Ground, ways: list[Way], course: Course, random: Random) -> Planted | None:
    for way in tried(ways, random):
        consent = way.covered_by[0]
        if any(one.consent == consent.id for one in course.consents) or consent.expires is None:
            continue
        for now in moments(ground, course, random, 4):
            given = course.zone.earlier(now, consent.expires) - DAY
            row = ConsentRow(
                course.name, given, "given", consent.id, expires=course.zone.later(given, consent.expires),
                given_by=consent.given_by,
            )  # fmt: skip
            course.consents.append(row)
            touch = way.touch(course, now)
            if unused(course, way.node, now) and adds(ground, course, touch, ("stale-consent", way.of_purpose)):
                return planted("stale-consent", (("SOP504", way.of_purpose),), course, [touch], [row])
            course.consents.pop()
    return None


def planted(
    name: str, breaks: Breaks, course: Course, touches: list[TouchRow], consents: Iterable[ConsentRow] = ()
) -> Planted:
    """Write down a fault that shows in the last of the touches."""
    shown = touches[-1]
    rows: list[tuple[Of, int]] = [("consents", one.time) for one in consents]
    rows += [("touches", one.time) for one in touches]
    return Planted(name, shown.step, breaks, course.name, shown.time, tuple(rows))


FAULTS: Final = (
    Fault("over-touch", Phrase("超过触达上限", "one touch more than a cap allows"), over_touch),
    Fault("over-budget", Phrase("超过分配的触达次数", "one touch more than a budget allows"), over_budget),
    Fault("sending-hours", Phrase("渠道不放行的时段发营销", "marketing at an hour that the channel bars"), sending_hours),
    Fault("quiet-hours", Phrase("静默时段里触达", "a touch in quiet hours"), quiet_hours),
    Fault("without-consent", Phrase("没有同意就触达", "a touch without consent"), without_consent),
    Fault("beyond-consent", Phrase("同意没有覆盖的触达", "a touch that the consent does not cover"), beyond_consent),
    Fault("after-withdrawal", Phrase("撤回之后触达", "a touch after a withdrawal"), after_withdrawal),
    Fault("stale-consent", Phrase("同意过期之后触达", "a touch on an expired consent"), stale_consent),
)  # fmt: skip
