"""Steps of all playbooks go in; on which occurrence each is done, how long after it, and for whom, comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from sopkit.diagnostics import Moment, Rule
from sopkit.frozen import dataclass
from sopkit.graph import Node
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.satisfiability import Customer
from sopkit.graph.timing import delay_of
from sopkit.graph.triggers import trigger_id
from sopkit.model.documents import Cadence, Journey, Procedure, Workspace
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Approve, Choose, Go, Step, Wait, inner
from sopkit.model.triggers import Becomes, IssueDue, Manual, OnEvent, Trigger
from sopkit.model.values import Ref
from sopkit.rules.branches import around
from sopkit.rules.case import Case, K, Playbook, Sorted, Sorter, T
from sopkit.rules.conflicts_meeting import Meeting, apart, at_once, run_together, start_of, unchanging
from sopkit.rules.latest import latest_times
from sopkit.text import Phrase

MOST_SEEN: Final = 1_000_000
"""Pairs of deeds that are passed over, most of them at sight, by each check: about a second."""
ONE_CUSTOMER: Final = Phrase("同一位客户走到这两步", "one customer comes to both steps")


@dataclass(frozen=True, eq=False)
class Deed:
    """A step that follows from a cause, between `earliest` and `latest` seconds after it."""

    node: Node
    step: Step
    playbook: Playbook
    cause: str
    trigger: Trigger
    earliest: float
    latest: float
    chosen: tuple[Predicate, ...] = ()
    """What is asked of a customer besides: the value that picks a text."""

    @cached_property
    def asked(self) -> tuple[Predicate, ...]:
        """What holds for a customer to whom it is done; each is tested at its own time."""
        return (*_asked(self.playbook, self.step), *self._where, *self.chosen)

    @cached_property
    def at_cause(self) -> tuple[Predicate, ...]:
        """Of what is asked, what is tested in the instant of the cause."""
        at_once = self.latest == 0.0
        return (*self._where, *_at_cause(self.playbook, self.step, self.trigger, at_once=at_once))

    @property
    def _where(self) -> tuple[Predicate, ...]:
        trigger = self.trigger
        return (trigger.where,) if isinstance(trigger, OnEvent) and trigger.where is not None else ()

    @property
    def at_entry(self) -> bool:
        """Return whether it is done, whoever it is done to, in the minute in which a plain event starts its journey."""
        journey = self.playbook
        return isinstance(journey, Journey) and start_of(journey) is self.trigger and at_once(journey, self.step)


class Placed(NamedTuple):
    """A step, and where it stands."""

    node: Node
    step: Step
    playbook: Playbook


class Deeds:
    """The steps of all playbooks that are in no doubt, and the deeds that they are: worked out of those alone that are asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case
        doubted = case.playbooks if case.doubts.anywhere else ()
        self._doubtful = frozenset(root for root, playbook in doubted if case.doubts.inside(playbook.at))
        self._ways: dict[str, Way] = {}
        """By what the steps hang below."""
        self._known: dict[str, Sequence[Deed]] = {}

    def by(self, rule: Rule, make: Sorter[K, T]) -> Sorted[K, T]:
        """Return what is made of the steps of each playbook for a rule, by its key and then by playbook."""
        found = self._case.by(rule.code, make)
        if not self._doubtful:
            return found
        sure = {
            key: {root: some for root, some in of.items() if root not in self._doubtful} for key, of in found.items()
        }
        return {key: of for key, of in sure.items() if of}

    def of(self, placed: Placed) -> Sequence[Deed]:
        """Return the step once for each cause that it follows from."""
        node, step, playbook = placed
        if node.id not in self._known:
            self._known[node.id] = tuple(_deeds_of(self._case, playbook, node, step, self._way(placed)))
        return self._known[node.id]

    def _way(self, placed: Placed) -> Way:
        node, step, playbook = placed
        if step.on or step.every:
            return NO_WAY
        entry = node.id.rpartition("/")[0]
        if entry not in self._ways:
            spans = _spans(self._case, node.playbook, playbook, entry)
            self._ways[entry] = spans, tuple(_entry_causes(self._case.workspace, playbook, entry))
        return self._ways[entry]


def causes_of(workspace: Workspace, placed: Placed) -> Sequence[str]:
    """Return what the step may follow from, as it can be told without working out how it is come to; itself where that is nothing."""
    node, step, playbook = placed
    if step.on:
        found = [cause for trigger in step.on for cause in _causes(workspace, trigger, node.playbook)]
    else:
        found = [cause for _, cause, _ in _entry_causes(workspace, playbook, node.id.rpartition("/")[0])]
    return found or (node.id,)


Cause = tuple[Trigger, str, bool]
"""What brings a customer, or a run, to a place, the id by which it is known, and whether it may be held up on the way."""
Spans = Mapping[str, tuple[float, float]]
"""How many seconds after what brings a customer, or a run, below an entry each step comes, at least and at most."""
Way = tuple[Spans, Sequence[Cause]]
NO_WAY: Final[Way] = ({}, ())


def _spans(case: Case, root: str, playbook: Playbook, entry: str) -> Spans:
    course, nodes = case.courses.get(root), case.graph.nodes
    if course is None:
        return {}
    whole = entry == root
    early = course.earliest(entry, lambda it: nodes[it].playbook == root) if whole else course.earliest_below(entry)
    if not isinstance(playbook, Journey) and any(one.before for one in playbook.steps):
        return dict.fromkeys(early, (0.0, INFINITE))  # counted back: nothing is known of the order
    late = latest_times(course, entry)
    return {place: (time, late.get(place, INFINITE)) for place, time in early.items()}


def _deeds_of(case: Case, playbook: Playbook, node: Node, step: Step, way: Way) -> Iterator[Deed]:
    """Yield the step once for each cause that it follows from; once, as its own cause, where it follows from none."""
    found, (spans, entries) = False, way
    if step.on:
        delay = delay_of(step)
        low = 0.0 if delay.since else shortest(delay.low)
        high = longest(delay.high) if delay.bounded and not delay.since else INFINITE
        for trigger in step.on:
            for cause in _causes(case.workspace, trigger, node.playbook):
                found = True
                yield Deed(node, step, playbook, cause, trigger, low, high)
    elif not step.every and node.id in spans:
        low, high = spans[node.id]
        for trigger, cause, held in entries:
            found = True
            yield Deed(node, step, playbook, cause, trigger, low, INFINITE if held else high)
    if not found:
        yield Deed(node, step, playbook, node.id, Manual(step.at), 0.0, INFINITE)


def _entry_causes(workspace: Workspace, playbook: Playbook, entry: str) -> Iterator[Cause]:
    root = f"{playbook.kind}/{playbook.id}"
    for trigger, held in _entries(workspace, playbook, entry):
        yield from ((trigger, cause, held) for cause in _causes(workspace, trigger, root))


def _causes(workspace: Workspace, trigger: Trigger, root: str) -> Iterator[str]:
    """Yield the ids by which a trigger is known; a change of a datum by each value that it may change to."""
    if not isinstance(trigger, Becomes):
        yield trigger_id(trigger, root)
        return
    datum = workspace.data.get(trigger.data.id)
    for value in trigger.values or (datum.values if datum else ()) or ("",):
        yield trigger_id(Becomes(trigger.data, (value,) if value else (), trigger.at), root)


def _entries(workspace: Workspace, playbook: Playbook, entry: str) -> Iterator[tuple[Trigger, bool]]:
    """Yield what brings a customer, or a run, to the place below which the steps hang, and whether it may be held up on the way."""
    if isinstance(playbook, Cadence):
        yield IssueDue(Ref(playbook.id, playbook.id_at), playbook.id_at), False
        return
    if isinstance(playbook, Procedure):
        yield from ((one, False) for trigger in playbook.starts_on for one in _issues(workspace, playbook, trigger))
        return
    stage = entry.rpartition("/")[2]
    if playbook.follows is not None:
        yield Becomes(playbook.follows, (stage,), playbook.follows.at), False
        return
    if playbook.kind == "automation" or playbook.stages[0].id == stage:
        yield from ((trigger, False) for trigger in playbook.starts_on)
    for one in playbook.stages:
        for move in one.next:
            if move.go.id == stage:
                yield from ((trigger, one.stays is not None) for trigger in move.on)


def _issues(workspace: Workspace, procedure: Procedure, trigger: Trigger) -> Iterator[Trigger]:
    """Yield the trigger; `issue: any` as the issues of all cadences that name the procedure as their workflow."""
    if not isinstance(trigger, IssueDue) or trigger.cadence is not None:
        yield trigger
        return
    for cadence in workspace.cadences.values():
        if cadence.workflow is not None and cadence.workflow.id == procedure.id:
            yield IssueDue(Ref(cadence.id, trigger.at), trigger.at)


def _asked(playbook: Playbook, step: Step) -> Iterator[Predicate]:
    if playbook.audience is not None:
        yield playbook.audience
    if isinstance(playbook, Journey) and playbook.while_ is not None:
        yield playbook.while_
    yield from _guards(playbook, step)


def _guards(playbook: Playbook, step: Step) -> Iterator[Predicate]:
    """Yield the conditions of the step and of the branches around it."""
    if isinstance(playbook, Journey):
        steps: Sequence[Step] = [one for stage in playbook.stages for one in stage.steps]
    else:
        steps = playbook.steps
    if step.if_ is not None:
        yield step.if_
    for first in steps:
        for one in inner(first):
            if isinstance(one.verb, Choose) and one is not step:
                yield from around(one.verb, step)


def _at_cause(playbook: Playbook, step: Step, trigger: Trigger, *, at_once: bool) -> Iterator[Predicate]:
    starts = any(one is trigger for one in playbook.starts_on) if isinstance(playbook, Journey) else False
    if starts and playbook.audience is not None:
        yield playbook.audience
    if at_once:
        yield from _guards(playbook, step)


def on_one_cause(deeds: Iterable[Deed]) -> Iterator[list[Deed]]:
    """Yield the deeds in groups of several that follow from one cause."""
    found: dict[str, list[Deed]] = {}
    for deed in deeds:
        found.setdefault(deed.cause, []).append(deed)
    yield from (group for group in found.values() if len(group) > 1)


def pairs_apart(deeds: Sequence[Deed], *kinds: Callable[[Deed], object]) -> Iterator[tuple[Deed, Deed]]:
    """Yield, in their order, each two of different playbooks that differ in all `kinds`; stretches of one kind are passed over at once."""
    if len(deeds) < 2 or all(deed.playbook is deeds[0].playbook for deed in deeds):
        return
    everywhere = [
        ([kind(deed) for deed in deeds], [0] * len(deeds)) for kind in (lambda deed: deed.node.playbook, *kinds)
    ]
    for values, ends in everywhere:
        for at in reversed(range(len(deeds))):
            more = at + 1 < len(deeds) and values[at + 1] == values[at]
            ends[at] = ends[at + 1] if more else at + 1
    for number, one in enumerate(deeds):
        at = number + 1
        while at < len(deeds):
            after = max(ends[at] if values[at] == values[number] else at for values, ends in everywhere)
            if after == at:
                yield one, deeds[at]
                after = at + 1
            at = after


def told(case: Case, one: Deed, other: Deed, answer: Customer, what: Callable[[Deed], Phrase]) -> Meeting:
    """Return how both come to be done to one customer; `what` says in words what is done.

    What follows on two causes is done at one time: nothing keeps the one from occurring later than the other.
    """
    noon = datetime.combine(case.today, time(12))
    last = max(one.earliest, other.earliest)
    moments: list[Moment] = []
    for deed in sorted((one, other), key=lambda deed: deed.earliest):
        begins = noon if one.cause == other.cause else noon + timedelta(seconds=last - deed.earliest)
        if deed.cause != deed.node.id:
            cause = deed.cause.removeprefix("event/")
            occurs = Phrase(f"发生 {cause}", f"{cause} occurs")
            moments.append(Moment(begins, occurs, case.forest.span(deed.trigger.at)))
        done = begins + timedelta(seconds=deed.earliest)
        moments.append(Moment(done, what(deed), case.forest.span(deed.step.at), counted=True))
    moments.sort(key=lambda moment: (moment.at, moment.counted))
    if one.cause == other.cause:
        del moments[1]
    facts = () if surely_one_customer(case, one, other) else (ONE_CUSTOMER,)
    return Meeting(answer.describe(), tuple(moments), facts)


def surely_one_customer(case: Case, one: Deed, other: Deed) -> bool:
    """Return whether both are certainly done to one customer, at once, when the event occurs; or in every run, where none is asked."""
    if _in_every_run(one) and _in_every_run(other):
        return True
    journeys = [deed.playbook for deed in (one, other) if isinstance(deed.playbook, Journey)]
    if len(journeys) < 2 or not (one.at_entry and other.at_entry):
        return False
    return run_together(case, journeys) is not None


def _in_every_run(deed: Deed) -> bool:
    """Return whether a step of a procedure, or beside an issue, is done each time, whatever comes before it."""
    if isinstance(deed.playbook, Journey) or deed.asked or isinstance(deed.trigger, Manual):
        return False
    before = [one for one in deed.playbook.steps if one.at <= deed.step.at]
    return not any(isinstance(one.verb, Choose | Wait | Go | Approve) for one in before)


def nobody(case: Case, one: Deed, other: Deed) -> bool:
    """Return whether it is certain that nobody comes to both at one time: by what is tested together, or lasts."""
    first, second = one.playbook, other.playbook
    if isinstance(first, Journey) and isinstance(second, Journey) and apart(case, first, second):
        return True
    tested = (*one.at_cause, *other.at_cause) if one.cause == other.cause else ()
    whiles = [deed.playbook.while_ for deed in (one, other) if isinstance(deed.playbook, Journey)]
    lasting = [part for deed in (one, other) for asked in deed.asked for part in unchanging(case.workspace, asked)]
    return case.excludes(*tested, *lasting, *(one for one in whiles if one is not None)) is True
