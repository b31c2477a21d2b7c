"""The kinds of a log of touches and the plan go in; which declared touches the rows of each may be, and whether they are any, comes out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from sopkit.frozen import dataclass
from sopkit.graph.nodes import Node
from sopkit.graph.touches import Match, Touch, touches_of
from sopkit.logs.case import LogCase
from sopkit.logs.observed import Doubt
from sopkit.logs.states import UNCLEAR, states_of
from sopkit.logs.store import Store
from sopkit.model.documents import Cadence, Workspace
from sopkit.model.nouns import Channel
from sopkit.model.steps import Step
from sopkit.rules import judged_on
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.text import Phrase
from sopkit.tree import Mark

NOWHERE: Final = Mark(0)


@dataclass(frozen=True, slots=True)
class Contact:
    """The rows of one kind: one channel, step, purpose and so on."""

    kind: int
    said: Mapping[str, str]
    channel: Channel | None
    """None: it is not declared."""
    happened: Match
    """Whether each row is a touch: not where it failed, or only says what became of one."""
    nodes: tuple[str, ...]
    """The declared steps or cadences that the rows name; several where they name them too shortly."""
    touches: tuple[Touch, ...]
    """What the rows may be; where they name no step, the declared touches that fit, else what they say themselves."""
    rows: int

    @property
    def words(self) -> Phrase:
        """The rows in declared words: what a file says besides never comes into a report."""
        channel = Phrase(self.channel.id, self.channel.id) if self.channel else UNDECLARED
        if len(self.nodes) == 1:
            place = self.nodes[0].partition("/")[2]
            return Phrase(f"{channel.zh}：{place}", f"{channel.en}: {place}")
        purposes = {one.purpose for one in self.touches if one.purpose}
        purpose = purposes.pop() if len(purposes) == 1 and self.channel else ""
        return Phrase(f"{channel.zh}（{purpose}）", f"{channel.en} ({purpose})") if purpose else channel

    def answer(self, ask: Callable[[Touch], Match]) -> Match:
        """Return what is so of all that the rows may be; `maybe` where that differs, or it is not known whether they are touches."""
        if self.happened == "no":
            return "no"
        answers = {ask(one) for one in self.touches}
        if answers == {"no"}:
            return "no"
        return "yes" if answers == {"yes"} and self.happened == "yes" else "maybe"


UNDECLARED: Final = Phrase("没有声明的渠道", "a channel that is not declared")


class Contacts:
    """All kinds of the touch log of one audit."""

    def __init__(self, case: LogCase) -> None:
        self.workspace: Workspace = case.compilation.workspace
        self.graph = case.compilation.graph
        self.store = case.store
        self.rules = Case(
            self.workspace, self.graph, case.compilation.forest, judged_on(case.compilation.today),
            Doubts(case.compilation.forest), case.compilation.law,
        )  # fmt: skip
        self.planned = touches_of(self.workspace, self.graph)

    @cached_property
    def all(self) -> tuple[Contact, ...]:
        """Every kind that has rows."""
        counts: dict[int, int] = {}
        for _ in self.store.each():
            for kind, count in self.store.engine.run("SELECT kind, count(*) FROM touches GROUP BY kind"):
                counts[kind] = counts.get(kind, 0) + count
        happened, kinds = states_of(self.store).reached("sent"), self.store.kinds("touches")
        return tuple(
            self._contact(kind, said, happened[kind], counts[kind]) for kind, said in kinds.items() if kind in counts
        )

    @cached_property
    def by_kind(self) -> Mapping[int, Contact]:
        return {one.kind: one for one in self.all}

    def _contact(self, kind: int, said: Mapping[str, str], happened: Match, rows: int) -> Contact:
        channel = self.workspace.channels.get(said["channel"])
        nodes = tuple(self.places.get(said["step"], ())) if said["step"] else ()
        return Contact(kind, said, channel, happened, nodes, tuple(self._touches(said, channel, nodes)), rows)

    @cached_property
    def places(self) -> Mapping[str, list[str]]:
        """Whatever a log may call a step or a cadence → the nodes of that name."""
        found: dict[str, list[str]] = {}
        for id_, node in self.graph.nodes.items():
            if node.step is not None or node.kind == "issue":
                path = id_.partition("/")[2]
                names = {id_, path, f"cadence/{path}"} if node.kind == "issue" else {id_, path, id_.rpartition("/")[2]}
                for name in names:
                    found.setdefault(name, []).append(id_)
        for name, ids in found.items():
            exact = [one for one in ids if name in (one, one.partition("/")[2])]
            if exact and len(exact) < len(ids):
                found[name] = exact
        return found

    def _touches(self, said: Mapping[str, str], channel: Channel | None, nodes: tuple[str, ...]) -> Iterator[Touch]:
        if channel is None:
            channel = Channel(id=said["channel"], at=NOWHERE)
        if nodes:
            for id_ in nodes:
                touch = self.planned.get(id_) or self._of_node(self.graph.nodes[id_], channel)
                yield from self._as_said(touch, said, channel, stated=True)
            return
        likely = (one for one in self.planned.values() if channel in one.channels) if not said["step"] else ()
        fit = [each for one in likely for each in self._as_said(one, said, channel, stated=False)]
        if fit:
            yield from {_sort(one): one for one in fit}.values()
            return
        for staff in self._senders(said):
            yield self._plain("", "", channel, said["purpose"] or None, staff=staff, step=None)

    def _senders(self, said: Mapping[str, str]) -> tuple[bool, ...]:
        if said["sent_by"] in ("staff", "tool"):
            return (said["sent_by"] == "staff",)
        return (True,) if said["role"] else (True, False)

    def _as_said(self, touch: Touch, said: Mapping[str, str], channel: Channel, *, stated: bool) -> Iterator[Touch]:
        """Yield a planned touch as a row has it; none where the row says something else and does not name it."""
        purpose, staff = said["purpose"] or touch.purpose, touch.staff
        senders = self._senders(said)
        if len(senders) == 1:
            staff = senders[0]
        if stated or (purpose == (touch.purpose or purpose) and staff is touch.staff):
            known = self.workspace.purposes.get(purpose or "")
            yield replace(
                touch, channels=(channel,), surely_first=True, purpose=purpose, staff=staff,
                category=known.category if known else None,
            )  # fmt: skip

    def _of_node(self, node: Node, channel: Channel) -> Touch:
        """Return what a step that is no touch on the plan is as one."""
        one: Step | Cadence | None = node.step or self.workspace.cadences.get(node.id.partition("/")[2])
        purpose = one.for_.id if one is not None and one.for_ else None
        by = one is not None and one.by is not None
        return self._plain(node.id, node.playbook, channel, purpose, staff=by, step=node.step)

    def _plain(
        self, node: str, root: str, channel: Channel, purpose: str | None, *, staff: bool, step: Step | None
    ) -> Touch:
        known = self.workspace.purposes.get(purpose or "")
        return Touch(
            node=node, root=root, at=NOWHERE, channels=(channel,), surely_first=True, purpose=purpose,
            category=known.category if known else None, staff=staff, format=None, stopped=True, step=step,
            spans=(), openings=None, drops=False, likeness=(),
        )  # fmt: skip

    def kinds(self, answers: Mapping[int, Match], wanted: Match) -> list[int]:
        """Return the kinds of which the answer is this."""
        return [kind for kind, answer in answers.items() if answer == wanted]

    def rows(self, kinds: Iterable[int]) -> int:
        """Return how many rows there are of these kinds."""
        return sum(self.by_kind[kind].rows for kind in kinds)

    def doubts(self, kinds: Collection[int], why: Phrase) -> tuple[Doubt, ...]:
        """Return the rows of kinds of which something may be so: whether they are touches is not known, or what `why` says."""
        stated = [kind for kind in kinds if self.by_kind[kind].happened == "yes"]
        return (self.rows(kinds) - self.rows(stated), UNCLEAR), (self.rows(stated), why)


def _sort(touch: Touch) -> tuple[object, ...]:
    """Return all that tells touches of unknown steps apart: as many are kept as may matter."""
    return (touch.node, touch.purpose, touch.staff)


_KNOWN: WeakKeyDictionary[Store, Contacts] = WeakKeyDictionary()


def contacts_of(case: LogCase) -> Contacts:
    """Return the kinds of the touch log; several families ask."""
    found = _KNOWN.get(case.store)
    if found is None:
        found = _KNOWN[case.store] = Contacts(case)
    return found
