"""Steps of several playbooks that one event leads to go in; those by which a customer hears the same twice come out: SOP703."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from sopkit.diagnostics import Finding, Moment, Outcome, Proof, Related, Rule, Severity, Unassessed, Verdict
from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage
from sopkit.graph.clock import wall, zone
from sopkit.graph.course import longest
from sopkit.graph.latency import Leg, TooMuchError, missed
from sopkit.graph.satisfiability import NOBODY, UNDECIDED, Customer
from sopkit.graph.touches import match_step
from sopkit.model.predicates import ConsentTest, StageTest
from sopkit.model.triggers import OnEvent
from sopkit.rules.case import Case, Playbook
from sopkit.rules.tools_effects import Effect, effects_of, predicates_of
from sopkit.rules.tools_examples import TWICE, TWICE_AND_GUARDED
from sopkit.rules.tools_items import WORDS
from sopkit.rules.tools_occasions import Occasion, channels, occasions_in
from sopkit.rules.tools_routes import Delivery, Route, Way, length, routes, travels
from sopkit.text import Phrase

DUPLICATE: Final = Rule(
    code="SOP703",
    name="duplicate-touch",
    severity=Severity.ERROR,
    summary=Phrase("同一件事触达两次", "the same is said twice"),
    message=Phrase(
        "{event} 之后，步骤“{step}”与“{other}”在 {apart}内都会触达同一位客户，说的都是“{topic}”：{reason}",
        "after {event}, `{step}` and `{other}` both touch the customer about `{topic}`, {apart} apart: {reason}",
    ),
    why=Phrase(
        "客户为同一件事收到两条，觉得被打扰，也看得出各系统互不知情。",
        "Customers hear the same twice, feel pestered, and see that the tools know nothing of each other.",
    ),
    fix=Phrase(
        "只留一条；或者前一条发完打标签、后一条用 if 排除，并让同步及时送到；说的不是一件事，就各写 topic",
        "keep one; or let the first set a tag that the second's `if` rules out, synced in time; or give each a `topic`",
    ),
    bad=TWICE,
    good=TWICE_AND_GUARDED,
)
DAY: Final = 86_400
MOST_PAIRS: Final = 2_000
"""Pairs of steps on one event and topic that are looked at; beyond, the rest is not settled."""
MOST_LOOKS: Final = 1_000_000
"""Pairs that are counted with those that never run side by side."""
UNGUARDED: Final = Phrase("没有条件把它们隔开", "no condition keeps them apart")
NOT_DECIDED: Final = Phrase("有客户同时符合两边的条件", "some customer meets the conditions of both")
USED_UP: Final = Phrase("发出一条，这次许可就用完了", "sending uses the permission up")


@dataclass(frozen=True, slots=True)
class Send:
    """One step as it goes out after one occurrence of the event."""

    occasion: Occasion
    at: int
    """When it is sent."""
    heard: int
    """When its tool hears of the event."""
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Twice:
    """Two sends after one occurrence."""

    occurs: int
    first: Send
    second: Send
    late: tuple[Effect, tuple[Leg, ...]] | None
    """What was to stop the second, and how it comes too late."""


def check(case: Case, carriage: Carriage) -> Iterator[Outcome]:
    """Yield one finding for each event and topic, what was not looked at, else a proof where nothing had to be timed."""
    timed = seen = 0
    groups = _groups(case, carriage)
    ways: dict[int, Way] = {}
    exclusive = _exclusive(case)
    looks = MOST_LOOKS
    for together in groups:
        for one, other in combinations(together, 2):
            looks -= 1
            groups_of = [exclusive.get(each.journey.id, frozenset()) for each in (one, other)]
            if looks and (one.journey.id == other.journey.id or groups_of[0] & groups_of[1]):
                continue
            if seen == MOST_PAIRS or not looks:
                zh, en = (
                    f"同一事件同一主题的步骤超过 {MOST_PAIRS} 对",
                    f"more than {MOST_PAIRS} pairs on one event and topic",
                )
                yield Unassessed(DUPLICATE, "workspace", Phrase(zh, en))
                return
            seen += 1
            for each in (one, other):
                if id(each) not in ways:
                    ways[id(each)] = _way(case, carriage, each)
            outcome = _judge(case, carriage, (ways[id(one)], ways[id(other)]))
            timed += outcome != NOBODY
            if isinstance(outcome, Finding | Unassessed):
                yield outcome
                break
    if not timed and groups:
        zh = "直接由同一事件引发的步骤里，没有两个剧本对同一位客户说同一件事"
        en = "of the steps that one event leads to directly, no two playbooks' say the same to a customer"
        yield Proof(DUPLICATE, "workspace", Phrase(zh, en))


def _groups(case: Case, carriage: Carriage) -> list[list[Occasion]]:
    """Return the touches that follow one event, are about one topic, and run in a tool that hears of it."""
    groups: dict[tuple[str, str], list[Occasion]] = {}

    def of(root: str, playbook: Playbook) -> Iterator[tuple[tuple[str, str], Occasion]]:
        for one in occasions_in(case, root, playbook):
            topic = topic_of(one)
            if topic and case.touches(one.step) and not _starts_anew(one) and _is_heard(carriage, one):
                yield (one.trigger.event.id, topic), one

    for key, one in case.each("touches on topics", of):
        groups.setdefault(key, []).append(one)
    return [*groups.values()]


def _starts_anew(one: Occasion) -> bool:
    """Return whether the event, inside a journey, is also one that starts it."""
    starts = () if one.entry else one.journey.starts_on
    return any(isinstance(start, OnEvent) and start.event.id == one.trigger.event.id for start in starts)


def _is_heard(carriage: Carriage, one: Occasion) -> bool:
    return one.tool is None or one.source is None or one.tool in carriage.reach(one.event, {one.source})


def _judge(case: Case, carriage: Carriage, ways: tuple[Way, Way]) -> Finding | Unassessed | Customer | str | None:
    """Return what is wrong with a pair; NOBODY where no customer meets the conditions of both."""
    one, other = (way.route.occasion for way in ways)
    answer = _together(case, one, other)
    if answer == NOBODY or _drops(case, one, other):
        return answer
    try:
        twice = _twice(case, carriage, ways)
    except TooMuchError:
        reason = Phrase("要考察的时刻太多", "too many instants to look at")
        return Unassessed(DUPLICATE, other.subject, reason, case.forest.span(other.step.id_at))
    return _finding(case, carriage, twice, certain=answer != UNDECIDED) if twice is not None else answer


def topic_of(one: Occasion) -> str:
    """Return what a touch is about: its topic, else its purpose."""
    return one.step.topic or (one.step.for_.id if one.step.for_ else "")


def _exclusive(case: Case) -> Mapping[str, frozenset[str]]:
    """Return, by journey, the groups of which only one runs at a time."""
    found: dict[str, set[str]] = {}
    for group in case.workspace.settings.one_at_a_time:
        for ref in group.journeys:
            found.setdefault(ref.id.partition("/")[0], set()).add(group.id)
    return {name: frozenset(groups) for name, groups in found.items()}


def _drops(case: Case, one: Occasion, other: Occasion) -> bool:
    """Return whether the tool that keeps the caps may throw the second away."""
    enforced = case.workspace.settings.enforce
    if enforced is None or enforced.in_ is None:
        return False
    for cap in case.workspace.settings.caps:
        action = enforced.gap if cap.gap else enforced.count
        single = cap.gap is not None or cap.max == 1
        if single and (action is None or action.action != "wait") and all(
            each.tool == enforced.in_.id and each.step.by is None and each.step.cap is None
            and any(match_step(case.workspace, cap.of, each.step, channel) == "yes" for channel in channels(case, each.step))
            for each in (one, other)
        ):  # fmt: skip
            return True
    return False


def _together(case: Case, one: Occasion, other: Occasion) -> Customer | str:
    return case.meet(*(test for each in (one, other) for test, _ in predicates_of(each)))


# When both go out


def _twice(case: Case, carriage: Carriage, ways: tuple[Way, Way]) -> Twice | None:
    """Return a course in which both are sent in a short time, the second in spite of what was to stop it."""
    one, other = (way.route.occasion for way in ways)
    effects = {each.subject: _stopping(case, each, rest) for each, rest in ((one, other), (other, one))}
    instants = _instants(carriage, ways, [effect for each in effects.values() for effect, _ in each])
    for at in sorted(instants):
        sends = _sends(ways, at)
        for first, second in (sends, sends[::-1]) if sends else ():
            if first.at <= second.at < first.at + _short(case) and not _kept_out(carriage, effects, first, second):
                late = _stopped(carriage, effects[first.occasion.subject], first, second)
                if late is None or late[1] is not None:
                    return Twice(at, first, second, (late[0], late[1]) if late and late[1] is not None else None)
    return None


def _kept_out(carriage: Carriage, effects: Mapping[str, list[tuple[Effect, bool]]], first: Send, second: Send) -> bool:
    """Return whether being in the second's journey, which may begin before its touch, keeps the first from being sent."""
    places = [one for one in effects[second.occasion.subject] if isinstance(one[0].state, StageTest)]
    stopped = _stopped(carriage, places, second, first)
    return stopped is not None and stopped[1] is None


def _short(case: Case) -> int:
    declared = case.workspace.settings.duplicate_within
    return int(longest(declared)) if declared and declared.seconds is not None else DAY


def _way(case: Case, carriage: Carriage, one: Occasion) -> Way:
    source = one.source or one.tool or ""
    heard = replace(one, source=source, tool=one.tool or source)
    found = next(routes(case, carriage, heard), None) or Route(carriage, heard, 0, None, True, source, heard.tool or "")
    return found.ways((carriage.zones or (case.workspace.settings.timezone,))[0], lenient=False)


def _instants(carriage: Carriage, ways: Sequence[Way], effects: Sequence[Effect]) -> set[int]:
    first, last = carriage.span
    found = {at for way in ways for at in way.instants}
    for effect in effects:
        shifts = {way.route.occasion.least + way.drive for way in ways} | {0}
        hops = carriage.hops(effect.item)
        if effect.home in hops:
            runs = missed(hops, effect.home, first, last)
            found |= {run - shift for run in runs for shift in shifts if first <= run - shift}
    return found


def _sends(ways: Sequence[Way], at: int) -> tuple[Send, Send] | None:
    """Return both steps, each at its earliest, or the earlier one as near to the other as it may be."""
    found: list[Send] = []
    for way in ways:
        delivery = way.deliver(at)
        if delivery is None or delivery.dropped:
            return None
        heard = delivery.legs[-1].end if delivery.legs else at
        found.append(Send(way.route.occasion, delivery.sent, heard, delivery))
    early, later = (0, 1) if found[0].at <= found[1].at else (1, 0)
    step, opening = found[early].occasion.step, found[early].delivery.opening
    latest = at + int(longest(step.within)) if step.within and step.within.seconds and found[early].occasion.due else at
    near = opening.next_open(min(latest, found[later].at))
    if near is not None and found[early].at < near <= latest:
        found[early] = replace(found[early], at=near)
    return found[0], found[1]


# What keeps them apart


def _stopping(case: Case, first: Occasion, second: Occasion) -> list[tuple[Effect, bool]]:
    """Return the effects of the first step that rule the second out, and whether only at its entry."""
    tests = list(predicates_of(second))
    return [
        (effect, at_entry)
        for effect in effects_of(case, first)
        for test, at_entry in tests
        if case.excludes(test, effect.state) is not False
    ]


def _stopped(
    carriage: Carriage, effects: Sequence[tuple[Effect, bool]], first: Send, second: Send
) -> tuple[Effect, tuple[Leg, ...] | None] | None:
    """Return the effect that stops the second, with None; or one that comes too late, with its way; None where none would."""
    late: tuple[Effect, tuple[Leg, ...] | None] | None = None
    tool = second.occasion.tool or second.occasion.source or ""
    for effect, at_entry in effects:
        begins = first.heard if isinstance(effect.state, StageTest) else first.at
        tested = (
            second.heard if at_entry else second.delivery.ordered if second.at == second.delivery.sent else second.at
        )
        if effect.home == tool:
            if begins <= tested:
                return effect, None
            continue
        legs = carriage.legs(effect.item, effect.home, tool, begins)
        if legs is None:
            if tool in carriage.reach(effect.item, {effect.home}):
                return effect, None
            late = late or (effect, ())
        elif legs[-1].end < tested:
            return effect, None
        else:
            late = (effect, legs)
    return late


# What the reader sees


def _finding(case: Case, carriage: Carriage, twice: Twice, *, certain: bool) -> Finding:
    one, other = twice.first.occasion, twice.second.occasion
    assumptions = [] if certain else [NOT_DECIDED]
    if twice.late is not None and isinstance(twice.late[0].state, ConsentTest):
        assumptions.append(USED_UP)
    args: dict[str, str | Phrase] = {
        "event": one.trigger.event.id, "step": _path(other), "other": _path(one), "topic": topic_of(other),
        "apart": length(twice.second.at - twice.first.at), "reason": _reason(twice),
    }  # fmt: skip
    return Finding(
        DUPLICATE,
        case.forest.span(other.step.id_at),
        args,
        other.subject,
        verdict=Verdict.POSSIBLE if assumptions else Verdict.VIOLATED,
        related=(Related(case.forest.span(one.step.id_at), Phrase("先触达的是这一步", "the one that goes out first")),),
        timeline=tuple(_timeline(case, carriage, twice)),
        assumptions=tuple(assumptions),
    )


def _path(one: Occasion) -> str:
    return one.subject.partition("/")[2]


def _reason(twice: Twice) -> Phrase:
    if twice.late is None:
        return UNGUARDED
    (effect, legs), tool = twice.late, twice.second.occasion.tool or ""
    word, name = WORDS[effect.item[0]], effect.item[1]
    if legs:
        return Phrase(f"{word.zh} {name} 还没同步到 {tool}", f"the {word.en} {name} has not come to {tool} by then")
    return Phrase(f"{word.zh} {name} 从不同步到 {tool}", f"the {word.en} {name} never comes to {tool}")


def _timeline(case: Case, carriage: Carriage, twice: Twice) -> Iterator[Moment]:
    home, span = zone(case.workspace.settings.timezone), case.forest.span
    one = twice.first.occasion
    where = Phrase(f"发生在 {one.source}", f"occurs in {one.source}") if one.source else Phrase("发生", "occurs")
    name = one.trigger.event.id
    occurs = Phrase(f"{name} {where.zh}", f"{name} {where.en}")
    moments = [Moment(wall(twice.occurs, home), occurs, span(one.trigger.at))]
    legs = (*twice.first.delivery.legs, *twice.second.delivery.legs, *(twice.late[1] if twice.late else ()))
    moments += dict.fromkeys(travels(case, carriage, tuple(dict.fromkeys(legs))))
    for send in (twice.first, twice.second):
        step = send.occasion.step
        words = Phrase(f"{_path(send.occasion)} 触达客户", f"{_path(send.occasion)} touches the customer")
        moments.append(Moment(wall(send.at, home), words, span(step.id_at), counted=True))
    yield from sorted(moments, key=lambda moment: moment.at)
