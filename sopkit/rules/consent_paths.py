"""Uses and the ways to them go in; those that a customer comes to without a consent, or with one too old, come out: SOP501–SOP504."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field
from functools import partial
from typing import Final

from sopkit.diagnostics import Extent, Finding, Outcome, Proof, Related, Rule, Unassessed, Verdict
from sopkit.frozen import dataclass
from sopkit.graph.evidence import TooManyWaysError, first_below, is_come_to, ways
from sopkit.graph.flow import Flow
from sopkit.graph.nodes import Edge
from sopkit.graph.passing import Way, course_of
from sopkit.graph.resting import rests_of
from sopkit.graph.satisfiability import tests_of
from sopkit.graph.shown import NEVER, OLD, WITHDRAWN, Copies
from sopkit.model.nouns import Channel, Consent
from sopkit.model.predicates import ConsentTest, Predicate
from sopkit.model.steps import Choose
from sopkit.rules.case import Case, Playbook
from sopkit.rules.consent_copies import Withdrawals
from sopkit.rules.consent_fixes import asked_where, condition, declaration
from sopkit.rules.consent_replay import Replay
from sopkit.rules.consent_rules import AFTER, BEYOND, STALE, WITHOUT
from sopkit.rules.consent_sensitive import UNSEPARATE
from sopkit.rules.consent_times import Times
from sopkit.rules.consent_uses import Use, by_playbook, lacking
from sopkit.rules.parcel import Piece
from sopkit.rules.tools_routes import length
from sopkit.text import Phrase

NO_FAILURE: Final = Phrase("同步不失败，员工按时", "no sync run fails, and staff are on time")
ONE_WORLD: Final = Phrase(
    "没有写同步：各系统当作立即互通", "no syncs are declared: all tools are taken to know at once"
)
NOT_JOINT: Final = Phrase("最慢的同步、最晚的时间碰在一起", "the slowest sync run and the latest times fall together")
AS_RULED: Final = Phrase(
    "另一份剧本正好在这时占了它的位置，或者用完了触达上限",
    "another playbook takes its place, or has used the cap up, just then",
)
LOOKS: Final = Phrase(
    "要求复查（`recheck:`）的步骤，员工动手前再看一眼", "staff look again where a step says so (`recheck:`)"
)
MOST_EVIDENCE: Final = 3
"""Places shown beside a finding."""


@dataclass(frozen=True, eq=False)
class Paths:
    """The ways to all uses of a workspace; for each set of consents that covers a use, one analysis."""

    case: Case
    flow: Flow
    times: Times
    withdrawals: Withdrawals
    _ways: dict[frozenset[str], dict[str, list[Way]]] = field(default_factory=dict)
    _copies: dict[frozenset[str], Copies] = field(default_factory=dict)
    _floors: dict[Use, float] = field(default_factory=dict)

    def copies(self, key: frozenset[str]) -> Copies:
        if key not in self._copies:
            self._copies[key] = self.withdrawals.copies(key)
        return self._copies[key]

    def follow(self, uses: Iterable[Use]) -> frozenset[frozenset[str]]:
        """Follow the ways to these uses; return the sets of consents for which there are more than the bound allows."""
        places: dict[frozenset[str], set[str]] = {}
        for use in uses:
            places.setdefault(use.key, set()).add(use.place)
        beyond: set[frozenset[str]] = set()
        for key, targets in places.items():
            try:
                self._ways.setdefault(key, {}).update(ways(self.flow, self.copies(key), self.flow.leading_to(targets)))
            except TooManyWaysError:
                beyond.add(key)
        return frozenset(beyond)

    def breaking(self, use: Use) -> Way | None:
        """Return a shortest way, of those followed, on which the use has no consent that is fresh enough; the journeys' own ways first."""
        return next(
            first_below(sorted(self._ways_to(use), key=lambda way: way.by_rules), lambda way: self.slack(use, way)),
            None,
        )

    def floor(self, use: Use) -> float:
        """Return what is left at the use however it is come to: what its own condition, or its channel, sees to."""
        if use not in self._floors:
            self._floors[use] = self.slack(use, Way(use.place, NEVER, 0))
        return self._floors[use]

    def lowest(self, uses: Iterable[Use]) -> Sequence[tuple[Use, float]]:
        """Return, for each playbook, its first use with the lowest floor, and that floor."""
        using = by_playbook(uses)

        def of(root: str, _: Playbook) -> Iterator[tuple[Use, float]]:
            if some := using.get(root):
                piece = self.case.pieces.of(WITHOUT.code, root, (root,), partial(self._lowest_of, some))
                assert piece is not None  # noqa: S101  it always comes to its end
                at, floor = piece[1]
                yield some[int(at)], floor

        return [*self.case.each("lowest floors", of)]

    def _lowest_of(self, uses: Sequence[Use]) -> Piece:
        floors = [self.floor(use) for use in uses]
        floor = min(floors)
        return (), (floors.index(floor), floor)

    def oldest(self, uses: Sequence[Use], floors: Collection[tuple[Use, float]]) -> tuple[Use, float]:
        """Return the use with the least slack on any way, the first of them, and that slack; `floors` are `lowest` of these uses.

        None has less than the lowest floor: all ways are followed only if none leaves the use of that floor no more than it.
        """
        least = min(floor for _, floor in floors)
        low = {use for use, floor in floors if floor == least}
        lowest = next(use for use in uses if use in low)
        if self._falls_to_its_floor(lowest):
            return lowest, self.floor(lowest)
        self.follow(uses)
        oldest = min(uses, key=self._least)
        return oldest, self._least(oldest)

    def _falls_to_its_floor(self, use: Use) -> bool:
        """Return whether a way to the use, the lowest of its playbook, brings nothing beyond what its own condition sees to."""
        # how late tools learn of a consent hangs on where any playbook asks for it
        name = " ".join((use.playbook, "ways", *self.withdrawals.asked_in(use.key)))
        return bool(self.case.pieces.of_those(WITHOUT.code, name, partial(self._falls, use))[1][0])

    def _falls(self, use: Use) -> tuple[Iterable[str], Piece]:
        """Return the same, and the playbooks from which the use can be come to: in these are all ways to it."""
        floor = self.floor(use)
        try:
            falls = is_come_to(self.flow, self.copies(use.key), use.place, lambda way: self.slack(use, way) <= floor)
        except TooManyWaysError:
            falls = False
        return sorted(self.flow.playbooks_before(use.place)), ((), (falls,))

    def _least(self, use: Use) -> float:
        """Return the least slack of all ways followed; where nobody comes, no less than nought."""
        return min((self.slack(use, way) for way in self._ways_to(use)), default=max(0.0, self.floor(use)))

    def _ways_to(self, use: Use) -> Sequence[Way]:
        return self._ways.get(use.key, {}).get(use.place, ())

    def slack(self, use: Use, way: Way) -> float:
        """Return what is left at the use itself: its own condition, the time until the deed and the sending."""
        copies, step = self.copies(use.key), use.step
        slack = max(way.slack, self._member(use))
        if step is not None and step.by is not None:
            window = self.times.window(use.place, step)
            slack = max(slack, _less(copies.gain(step.if_, self.flow.tool_at(use.place)), window), self._kept(use))
            if step.recheck is not None:
                slack = max(slack, copies.gain(step.if_, step.recheck.id))
            return slack
        if step is not None:
            slack = max(slack, copies.gain(step.if_, self.flow.tool_at(use.place)))
        return _less(slack, self.times.sending(use.place, use.channel))

    def _kept(self, use: Use) -> float:
        """Return what a person's condition sees to until the deed, where each withdrawal ends the journey and the task with it."""
        journey, step = self.flow.journey_of(use.place), use.step
        shown = self.copies(use.key).lasting(journey) if journey is not None else None
        if shown is None or step is None or step.on or step.every:
            return NEVER
        return shown.gain(step.if_, self.flow.tool_at(use.place))

    def joined(self, use: Use) -> tuple[str, ...]:
        """Return the events that give the consent in the tool of a channel, by which all whom it reaches are taken to have joined it.

        None of them where somebody may still be reached who has left it, or whose consent has ended otherwise.
        """
        channel = use.channel
        if channel is None or channel.selects != "nobody" or channel.tool is None:
            return ()
        lasting = {one.id for one in use.consents if _lasts_as_membership(one, channel)}
        return tuple(event for event, given in self._given_in(channel.tool.id) if lasting & given)

    def _given_in(self, tool: str) -> Iterator[tuple[str, frozenset[str]]]:
        for event in self.case.workspace.events.values():
            if event.gives and event.tool is not None and event.tool.id == tool:
                yield event.id, frozenset(ref.id for ref in event.gives)

    def _member(self, use: Use) -> float:
        """Return what it shows that somebody is among those whom a channel reaches, who came in by giving the consent."""
        if use.channel is None or not self.joined(use):
            return NEVER
        whole = self.copies(use.key).whole
        return max(whole(one.id) for one in use.consents if _lasts_as_membership(one, use.channel))


def _lasts_as_membership(consent: Consent, channel: Channel) -> bool:
    """Return whether nothing but leaving a channel ends a consent."""
    leaves = channel.opt_out.event if channel.opt_out is not None else None
    return leaves is not None and {ref.id for ref in consent.withdrawn_by} == {leaves.id} and consent.expires is None


def _less(slack: float, seconds: float) -> float:
    return slack if slack <= OLD else OLD if seconds == float("inf") else slack - seconds


def check(case: Case, paths: Paths, uses: list[Use], *, in_time: bool) -> Iterator[Outcome]:
    """Yield a finding for each place, what was not settled, and a proof where all hold and withdrawals come in time."""
    floors = paths.lowest(uses)
    low = {use.playbook for use, floor in floors if floor < 0}
    # all others hold on whatever way
    open_ = [use for use in uses if use.playbook in low and paths.floor(use) < 0] if low else []
    beyond = paths.follow(open_)
    told: set[str] = set()
    broken: set[Rule] = set()
    for use in open_:
        if use.place in told:
            continue
        if use.key in beyond:
            told.add(use.place)
            broken |= {WITHOUT, BEYOND, AFTER, STALE, UNSEPARATE}
            reason = Phrase("通到这里的路径太多，没有走完", "too many ways lead there to follow them all")
            yield Unassessed(WITHOUT, use.place, reason, case.forest.span(use.at))
            continue
        way = paths.breaking(use)
        if way is not None:
            told.add(use.place)
            finding = _finding(case, paths, use, way)
            broken.add(finding.rule)
            yield finding
    if in_time and not broken and case.proofs:
        yield from _proofs(paths, uses, floors)


# What is wrong


def _finding(case: Case, paths: Paths, use: Use, way: Way) -> Finding:
    slack = paths.slack(use, way)
    other = _other_consent(case, paths, use, way) if slack == NEVER and not use.sensitive else None
    if other is not None:
        return _beyond(case, paths, use, way, other)
    without = UNSEPARATE if use.sensitive else WITHOUT
    rule = without if slack == NEVER else AFTER if slack == WITHDRAWN else STALE
    replay = Replay(case, paths.flow, paths.times)
    copies = paths.copies(use.key)
    names = [one.id for one in use.consents]
    allowed = max((paths.withdrawals.whole(one) for one in names), default=0.0)
    sure = _sure_age(paths, use)
    dated = replay.dated(use, way, copies, allowed, sure)
    timely = slack in (NEVER, WITHDRAWN) or (
        dated.age > allowed and not _is_denied_at_once(paths, copies, way, allowed)
    )
    certain = timely and not way.by_rules
    lateness = dated.age if certain else allowed - slack
    channel = use.channel.id if use.channel is not None else ""
    args: dict[str, str | Phrase] = {
        "step": use.name,
        "purpose": use.purpose.id,
        "channel": Phrase(f"（{channel}）", f" by `{channel}`") if channel else Phrase("", ""),
        "needed": _needed(use),
        "condition": condition(case, use),
        "asked": asked_where(case, use),
        "age": _age(slack, lateness),
        "allowed": length(int(allowed)),
        "data": "、".join(use.fields),
        "problem": Phrase(
            f"步骤“{use.name}”用到它，有一条路径上客户没有同意：要有{_needed(use).zh}",
            f"on one way to `{use.name}`, which uses it, customers have not agreed: it takes {_needed(use).en}",
        ),
    }
    return Finding(
        rule,
        case.forest.span(use.at),
        {name: args[name] for name in _placeholders(rule)},
        use.place,
        verdict=Verdict.VIOLATED if certain else Verdict.POSSIBLE,
        related=_related(case, use),
        timeline=replay.moments(use, way, dated, names, allowed),
        assumptions=(() if timely else (NOT_JOINT,)) + ((AS_RULED,) if way.by_rules else ()),
        stub=declaration(use) if rule is WITHOUT else "",
    )


def _is_denied_at_once(paths: Paths, copies: Copies, way: Way, allowed: float) -> bool:
    """Return whether a condition finds that the consent is not given in the very instant in which it was: few customers come that way."""
    for one in course_of(way):
        if one.before is None or one.edge is None or one.before.slack < allowed:
            continue
        taken = [one.edge]
        if one.edge.kind == "interrupt" and (one.edge.label != "while" or one.before.place != one.edge.source):
            rests = list(rests_of(paths.flow, copies, one.before, one.edge))
            least = min((slack for _, slack in rests), default=NEVER)
            taken = [edge for edge, slack in rests if slack == least]
        if taken and all(_denies(paths.flow, copies, edge) for edge in taken):
            return True
    return False


def _denies(flow: Flow, copies: Copies, edge: Edge) -> bool:
    """Return whether an edge is taken only where the consent is seen not to be given."""
    step = flow.graph.nodes[edge.source].step
    refused = step.verb.branches[: edge.rank] if step is not None and isinstance(step.verb, Choose) else ()
    if any(copies.gain(one.if_, None) > NEVER for one in refused):
        return edge.label in ("if", "else", "none")
    return copies.gain(edge.guard, None, wanted=False) > NEVER


def _placeholders(rule: Rule) -> tuple[str, ...]:
    names = ("step", "purpose", "channel", "needed", "age", "allowed", "data", "problem", "condition", "asked")
    return tuple(name for name in names if f"{{{name}}}" in rule.message.zh + rule.fix.zh)


def _needed(use: Use) -> Phrase:
    if not use.consents:
        return Phrase(
            "一项写明这个目的和渠道的同意（还没有声明）",
            "a consent to this purpose by this channel, and none is declared",
        )
    names = [one.id for one in use.consents]
    return Phrase("或".join(f"“{one}”" for one in names), " or ".join(f"`{one}`" for one in names))


def _age(slack: float, age: float) -> Phrase:
    if slack <= OLD or age > 300 * 86400:
        return Phrase("很久（没有上限）", "any time")
    return length(int(age))


def _sure_age(paths: Paths, use: Use) -> float:
    """Return how old the copy is, whenever it is looked at, that shows the consent: nothing where runs have their times."""
    tool = paths.flow.tool_at(use.place)
    if tool is None or not use.consents:
        return 0.0
    ages = []
    for one in use.consents:
        late, _ = paths.withdrawals.latest(one, tool)
        sure = len(late.legs) == 1 and late.legs[0].hop.runs is None
        ages.append(late.seconds if sure and late.seconds < float("inf") else 0.0)
    return min(ages)


def _related(case: Case, use: Use) -> tuple[Related, ...]:
    note = Phrase("目的在这里声明", "the purpose is declared here")
    found = [Related(case.forest.span(use.purpose.at), note)] if not use.purpose.builtin else []
    own = [one for one in use.consents if not one.builtin]
    found += [Related(case.forest.span(one.at), Phrase("要有的同意", "the consent that it takes")) for one in own]
    return tuple(found[:MOST_EVIDENCE])


def _other_consent(case: Case, paths: Paths, use: Use, way: Way) -> ConsentTest | None:
    """Return the test of another consent that the way rests on, the nearest one first."""
    for predicate in _conditions(paths, use, way):
        for test in tests_of(case.workspace, predicate):
            if isinstance(test, ConsentTest) and test.state == "given" and test.consent.id not in use.key:
                consent = case.workspace.consents.get(test.consent.id)
                if consent is not None and Copies.gain(paths.copies(frozenset((consent.id,))), predicate, None) > NEVER:
                    return test
    return None


def _conditions(paths: Paths, use: Use, way: Way) -> Iterator[Predicate]:
    """Yield the conditions that hold on a way, from the use backwards."""
    if use.step is not None and use.step.if_ is not None:
        yield use.step.if_
    journey = paths.flow.journey_of(use.place)
    if journey is not None and journey.while_ is not None:
        yield journey.while_
    for one in reversed(course_of(way)):
        if one.edge is not None and one.edge.guard is not None:
            yield one.edge.guard
            step = paths.flow.graph.nodes[one.edge.source].step
            if step is not None and isinstance(step.verb, Choose) and step.if_ is not None:
                yield step.if_


def _beyond(case: Case, paths: Paths, use: Use, way: Way, test: ConsentTest) -> Finding:
    consent = case.workspace.consents[test.consent.id]
    missing = lacking(consent, use.purpose, use.channel, use.fields)
    channel = use.channel.id if use.channel is not None else ""
    known = {ref.id for ref in consent.data}
    data = "、".join(one for one in use.fields if one not in known)
    words = {
        "purpose": Phrase(f"目的 {use.purpose.id}", f"the purpose `{use.purpose.id}`"),
        "channel": Phrase(f"渠道 {channel}", f"the channel `{channel}`"),
        "data": Phrase(f"数据 {data}", f"the data `{data.replace('、', '`, `')}`"),
    }
    parts = [words[one] for one in missing]
    said = Phrase("和".join(one.zh for one in parts), " and ".join(one.en for one in parts))
    replay = Replay(case, paths.flow, paths.times)
    dated = replay.dated(use, way, paths.copies(use.key), 0.0, 0.0)
    related = [Related(case.forest.span(test.at), Phrase("凭的是这个条件", "this is what it rests on"))]
    if not consent.builtin:
        related.append(Related(case.forest.span(consent.at), Phrase("同意在这里声明", "the consent is declared here")))
    return Finding(
        BEYOND,
        case.forest.span(use.at),
        {"step": use.name, "consent": consent.id, "missing": said},
        use.place,
        verdict=Verdict.VIOLATED,
        related=tuple(related),
        timeline=replay.moments(use, way, dated, [one.id for one in use.consents], 0.0),
    )


# What holds


def _proofs(paths: Paths, uses: list[Use], floors: Collection[tuple[Use, float]]) -> Iterator[Proof]:
    places = {use.place for use in uses}
    if not places:
        return
    assumed = [NO_FAILURE] if paths.withdrawals.carriage.syncs else [ONE_WORLD]
    if any(use.step is not None and use.step.recheck is not None for use in uses):
        assumed.append(LOOKS)
    assumed += dict.fromkeys(_membership(use, events) for use in uses if (events := paths.joined(use)))
    count = len(places)
    number = "1 contact rests" if count == 1 else f"{count} contacts rest"
    oldest, slack = paths.oldest(uses, floors)
    allowed = max(paths.withdrawals.whole(one) for one in oldest.key)
    seconds = max(0.0, allowed - slack)
    age = length(int(seconds))
    statement = Phrase(
        f"{count} 处联系要有同意，每条路径上都有；最久的是“{oldest.name}”，同意在 {age.zh}内确认过",
        f"{number} on consent, on every way; the oldest, of `{oldest.name}`, was seen within {age.en} before",
    )
    yield Proof(
        WITHOUT, "workspace", statement, tuple(assumed), extents=(Extent("consent", "workspace", seconds, allowed),)
    )


def _membership(use: Use, events: Sequence[str]) -> Phrase:
    """Return what is assumed of those who are in a group: the language does not say by which event they joined."""
    channel = use.channel.id if use.channel is not None else ""
    return Phrase(
        f"“{channel}”里的人都是经“{'”或“'.join(events)}”进来的",
        f"all who are in `{channel}` came in by `{'` or `'.join(events)}`",
    )
