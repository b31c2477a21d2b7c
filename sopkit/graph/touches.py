"""A workspace and its graph go in; every touch that a customer may get comes out, with what the selectors of caps ask about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property
from typing import Final, Literal, Self

from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, longest
from sopkit.graph.nodes import ExecutionGraph, Node
from sopkit.graph.openings import Openings, Span, weekly
from sopkit.graph.periods import most_apart
from sopkit.model.documents import Cadence, Sync, Workspace
from sopkit.model.formulas import Selector
from sopkit.model.nouns import Channel, Role
from sopkit.model.steps import Step
from sopkit.tree import Mark

REACHES: Final = frozenset(("direct", "group", "feed"))
"""An answer to the customer and a page that the customer opens are no touches."""
Match = Literal["yes", "maybe", "no"]


@dataclass(frozen=True, slots=True)
class Touch:
    """One step, or the issues of one cadence, by which a customer is touched."""

    node: str
    root: str
    """Node id of the playbook."""
    at: Mark
    channels: tuple[Channel, ...]
    """The ways that it may take, those that are touches; the first that reaches is taken."""
    surely_first: bool
    """Whether the first way written is among them: another is taken only where that one does not reach."""
    purpose: str | None
    category: str | None
    staff: bool
    format: str | None
    stopped: bool
    """Whether an enforcing tool may hold it."""
    step: Step | None
    """None: the issues of a cadence."""
    spans: tuple[Span, ...]
    """What opens and closes it: channel, quiet hours, and the hours of the person who does it."""
    openings: Openings | None
    """When it may go out, where all live by one clock."""
    drops: bool
    """A closed hour drops it instead of moving it."""
    likeness: tuple[object, ...]
    """All that selectors ask about it: touches that are alike in this are selected alike."""

    def placed(self, node: str, root: str, at: Mark, step: Step | None) -> Touch:
        """Return a touch that is like this one in all but its place."""
        return Touch(
            node, root, at, self.channels, self.surely_first, self.purpose, self.category, self.staff, self.format,
            self.stopped, step, self.spans, self.openings, self.drops, self.likeness,
        )  # fmt: skip

    @property
    def counts(self) -> bool:
        """Whether caps count it."""
        return self.step is None or self.step.cap is None or self.step.cap.counts

    @property
    def weight(self) -> int:
        """How often one customer feels it: once in each group, where it goes to groups."""
        return max((one.joins or 1) if one.reach == "group" else 1 for one in self.channels)


class Chosen(dict[str, Touch]):
    """Touches by their nodes, in the order written.

    `like` are those chosen in the same way in another version, of which those of the nodes `gone` are otherwise: `come` has them now.
    """

    def __init__(
        self,
        touches: Mapping[str, Touch],
        like: Self | None = None,
        gone: Sequence[str] = (),
        come: Mapping[str, Touch] | None = None,
    ) -> None:
        super().__init__(touches)
        self._like, self._gone, self._come = like, gone, come or {}
        self._parts: dict[Hashable, Self] = {}

    def beside(self, gone: Sequence[str], come: Mapping[str, Touch], order: Iterable[str]) -> Self:
        """Return those of another version, in this order of nodes."""
        found = {**self, **come}
        for node in gone:
            if node not in come:
                found.pop(node, None)
        if [node for node in gone if node in self and node in come] != [*come]:
            found = {node: found[node] for node in order if node in found}
        return type(self)(found, self, gone, come)

    def where(self, name: Hashable, choose: Callable[[Touch], bool]) -> Self:
        """Return those that are to be chosen, which hangs on a touch and its playbook alone; `name` tells this choice from others."""
        if name not in self._parts:
            then = self._like._parts.get(name) if self._like is not None else None
            asked = self if then is None else self._come
            found = {node: one for node, one in asked.items() if choose(one)}
            self._parts[name] = type(self)(found) if then is None else then.beside(self._gone, found, self)
        return self._parts[name]

    @cached_property
    def by_playbook(self) -> Mapping[str, Set[str]]:
        """The nodes of steps by their playbooks."""
        if self._like is None or "by_playbook" not in vars(self._like):
            return _by_playbook(self.values())
        then = self._like
        found = dict(then.by_playbook)
        for root in {then[node].root for node in self._gone if node in then}:
            found.pop(root, None)
        return found | _by_playbook(self._come.values())

    @cached_property
    def playbooks(self) -> Set[str]:
        """The playbooks, cadences among them."""
        return {*self.by_playbook, *(one.root for one in self.issues)}

    @cached_property
    def issues(self) -> Sequence[Touch]:
        """Those of cadences."""
        return [one for one in self.values() if one.root.startswith("cadence/")]


def _by_playbook(touches: Iterable[Touch]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in touches:
        if one.root in found:
            found[one.root].add(one.node)
        elif not one.root.startswith("cadence/"):
            found[one.root] = {one.node}
    return found


def touches_of(workspace: Workspace, graph: ExecutionGraph, among: Sequence[Node] | None = None) -> Chosen:
    """Return all touches by node id, in the order written; those that no cap counts, too. Only those `among` some nodes, if given."""
    known = Touches(workspace)
    nodes = graph.nodes.values() if among is None else among
    reaching = [node for node in nodes if (node.origin.via if isinstance(node.origin, Step) else node.kind == "issue")]
    return Chosen({node.id: touch for node in reaching if (touch := known.at(node)) is not None})


class Touches:
    """Works out touches one by one; those that are alike once, since hundreds go the same ways for the same purpose."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._alike: dict[tuple[object, ...], Touch | None] = {}

    def at(self, node: Node) -> Touch | None:
        """Return the touch that a node is; None where it touches nobody."""
        one = _touching(self.workspace, node)
        if one is None:
            return None
        key = _said(one)
        if key not in self._alike:
            self._alike[key] = _touch(self.workspace, node.id, node, one)
        like = self._alike[key]
        if like is None:
            return None
        step = one if isinstance(one, Step) else None
        at = step.id_at if step is not None else node.at or Mark(0)
        return like.placed(node.id, node.playbook or node.id, at, step)


def _touching(workspace: Workspace, node: Node) -> Step | Cadence | None:
    """Return what a node touches somebody by."""
    one: Step | Cadence | None = node.step
    if one is None and node.kind == "issue":
        one = workspace.cadences.get(node.id.partition("/")[2])
    return None if one is None or not one.via or (isinstance(one, Step) and one.verb is None) else one


def _said(one: Step | Cadence) -> tuple[object, ...]:
    """Return all that makes a touch but its place."""
    cap = one.cap if isinstance(one, Step) else None
    return (
        tuple([ref.id for ref in one.via]),
        one.for_.id if one.for_ else None,
        one.by.id if one.by else None,
        one.format if isinstance(one, Cadence) else None,
        isinstance(one, Step),
        cap is None or cap.stopped,
        cap is None or cap.counts,
    )


def _touch(workspace: Workspace, id_: str, node: Node, one: Step | Cadence) -> Touch | None:
    via, for_, by = one.via, one.for_, one.by
    step, format_ = (one, None) if isinstance(one, Step) else (None, one.format)
    channels = tuple(workspace.channels[ref.id] for ref in via if ref.id in workspace.channels)
    touching = tuple(one for one in channels if one.reach in REACHES)
    if not touching:
        return None
    purpose = workspace.purposes.get(for_.id) if for_ else None
    touch = Touch(
        node=id_,
        root=node.playbook or id_,
        at=step.id_at if step is not None else node.at or Mark(0),
        channels=touching,
        surely_first=touching[0] is channels[0],
        purpose=for_.id if for_ else None,
        category=purpose.category if purpose else None,
        staff=by is not None,
        format=format_,
        stopped=step is None or step.cap is None or step.cap.stopped,
        step=step,
        spans=(),
        openings=None,
        drops=any(one.when_closed == "drop" for one in touching),
        likeness=(
            tuple([one.id for one in touching]),
            touching[0] is channels[0],
            purpose.id if purpose else for_.id if for_ else None,
            by is not None,
            format_,
            step is None or step.cap is None or step.cap.counts,
        ),
    )
    role = workspace.roles.get(by.id) if by else None
    spans = (*staffed(role), *_customers(workspace, touch))
    return replace(touch, spans=spans, openings=weekly(spans)) if spans else touch


def staffed(role: Role | None) -> tuple[Span, ...]:
    """Return when a person is at work."""
    return (Span(role.hours, closed=False, customers=False),) if role and role.hours else ()


def _customers(workspace: Workspace, touch: Touch) -> Iterator[Span]:
    for channel in touch.channels:
        if channel.hours is not None:
            yield Span(channel.hours, closed=False, customers=True)
    for quiet in workspace.settings.quiet_hours:
        if quiet.hours is not None and match(quiet.of, touch) != "no":
            yield Span(quiet.hours, closed=True, customers=True)


def match(selector: Selector | None, touch: Touch) -> Match:
    """Return whether a selector means the touch; `maybe` where that hangs on the way taken, or on a purpose that nobody declared."""
    ways = [_match_way(selector, touch, channel) for channel in touch.channels]
    if all(one == "yes" for one in ways) and touch.surely_first:
        return "yes"
    return "no" if all(one == "no" for one in ways) else "maybe"


def _match_way(selector: Selector | None, touch: Touch, channel: Channel) -> Match:
    return _selects(selector, channel, touch.purpose, touch.category, "staff" if touch.staff else "tool", touch.format)


def match_step(workspace: Workspace, selector: Selector | None, step: Step, channel: Channel) -> Match:
    """Return whether a selector means a step on one of its channels; cadences alone have formats."""
    purpose = workspace.purposes.get(step.for_.id) if step.for_ else None
    sender: Literal["staff", "tool"] = "staff" if step.by else "tool"
    category = purpose.category if purpose else None
    return _selects(selector, channel, step.for_.id if step.for_ else None, category, sender, None)


def _selects(  # noqa: PLR0917  what a selector may ask about
    selector: Selector | None,
    channel: Channel,
    purpose: str | None,
    category: str | None,
    sender: Literal["staff", "tool"],
    format_: str | None,
) -> Match:
    reaches = selector.reach if selector and selector.reach else ("direct",)
    if channel.reach not in reaches:
        return "no"
    if selector is None:
        return "yes"
    if selector.channel and channel.id not in [ref.id for ref in selector.channel]:
        return "no"
    if selector.sent_by and sender not in selector.sent_by:
        return "no"
    if selector.format and format_ not in selector.format:
        return "no"
    if selector.purpose and purpose not in [ref.id for ref in selector.purpose]:
        return "no" if purpose else "maybe"
    if selector.category and category not in selector.category:
        return "no" if category else "maybe"
    return "yes"


class Control:
    """Says which touches the enforcing tool sends and may hold: no person's, of its own journeys, by channels of its own or that it drives.

    A mass message that a person confirms goes out at the person's time: the tool can't hold it any more.
    """

    def __init__(self, workspace: Workspace) -> None:
        enforce = workspace.settings.enforce
        own = enforce.in_.id if enforce is not None and enforce.in_ is not None else None
        tool = workspace.tools.get(own) if own is not None else None
        driven = {own, *(ref.id for ref, _ in (tool.drives if tool else ()))}
        self._channels = {
            one.id
            for one in workspace.channels.values()
            if one.tool is not None and one.tool.id in driven and one.confirmed_by is None
        }
        self._own, self._journeys = own, workspace.journeys

    def holds(self, touch: Touch) -> bool:
        """Return whether the tool sends it and may hold it."""
        if touch.staff or not touch.stopped or not self._channels.issuperset([one.id for one in touch.channels]):
            return False
        kind, _, name = touch.root.partition("/")
        journey = self._journeys.get(name)
        runs_in = journey.runs_in if journey is not None and journey.kind == kind else None
        return runs_in is not None and runs_in.id == self._own


def seen(touch: Touch, told: Mapping[str, float]) -> bool:
    """Return whether the enforcing tool hears of every such touch within a known time."""
    return all(told.get(one.id, INFINITE) < INFINITE for one in touch.channels)


def heard_of(workspace: Workspace, shift: float = 0.0) -> dict[str, float]:
    """Return, for each channel whose touches the enforcing tool hears of, after how many seconds at most: its own, or by a sync.

    Clocks may be moved by `shift` seconds meanwhile.
    """
    enforce = workspace.settings.enforce
    found: dict[str, float] = {}
    if enforce is None or enforce.in_ is None:
        return found
    found |= {one.id: 0.0 for one in workspace.channels.values() if one.tool and one.tool.id == enforce.in_.id}
    for sync in workspace.syncs.values():
        if sync.to is None or sync.to.id != enforce.in_.id or sync.carries is None:
            continue
        late = sync_latency(sync, shift)
        for ref in sync.carries.touches:
            found[ref.id] = min(late, found.get(ref.id, late))
    return found


def sync_latency(sync: Sync, shift: float = 0.0) -> float:
    """Return the seconds from a fact to its arrival, at most: INFINITE where holidays, or months without such a day, may lie between."""
    takes = longest(sync.takes[1], shift) if sync.takes else 0.0
    return takes + (most_apart(sync.every, sync.at_slots, shift) if sync.every else 0.0)
