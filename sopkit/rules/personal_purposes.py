"""A datum goes in; the purposes for which it is processed, who uses it for each, and the tools to which it comes for each, come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from sopkit.frozen import dataclass
from sopkit.model.documents import Workspace
from sopkit.model.nouns import Datum
from sopkit.model.steps import inner
from sopkit.rules.case import Case
from sopkit.rules.personal_uses import PASSED_ON, Further, users


@dataclass(frozen=True, eq=False)
class Purposes:
    """What data are processed for, each worked out once."""

    case: Case
    further: Further
    _by_user: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _of_data: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def named(self, name: str) -> tuple[str, ...]:
        """Return the purposes that name the datum, themselves or in a consent to them."""
        workspace = self.case.workspace
        agreed = {
            purpose.id
            for consent in workspace.consents.values()
            if name in {ref.id for ref in consent.data}
            for purpose in consent.purposes
        }
        return tuple(
            one.id for one in workspace.purposes.values() if one.id in agreed or name in {ref.id for ref in one.data}
        )

    def of(self, name: str) -> tuple[str, ...]:
        """Return the purposes that name the datum; where none does, those of what uses it, in the workspace's order."""
        if name not in self._of_data:
            self._of_data[name] = self.named(name)  # until it is known: what is computed in a circle
            if not self._of_data[name]:
                found = {one for user in users(self.further, f"data/{name}", PASSED_ON) for one in self.of_user(user)}
                self._of_data[name] = tuple(one for one in self.case.workspace.purposes if one in found)
        return self._of_data[name]

    def of_user(self, node: str) -> tuple[str, ...]:
        """Return what a step, a playbook or a computed datum uses data for; nothing where it doesn't say."""
        if node not in self._by_user:
            self._by_user[node] = tuple(dict.fromkeys(self._for(node)))
        return self._by_user[node]

    def _for(self, node: str) -> Iterator[str]:
        kind, _, rest = node.partition("/")
        name, _, inside = rest.partition("/")
        if kind == "data":
            yield from self.of(name)
        elif kind in {"cadence", "issue"}:
            cadence = self.case.workspace.cadences.get(name)
            yield from [cadence.for_.id] if cadence and cadence.for_ else []
        elif kind in {"lifecycle", "automation", "procedure"}:
            known = self.case.graph.nodes.get(node)
            step = known.step if known is not None else None
            if step is not None:
                yield from (one.for_.id for one in (step, *inner(step)) if one.for_)
            else:  # the conditions of a journey, or of one of its stages, are for all that is done there
                under = f"{node}/" if inside else f"{kind}/{name}/"
                for one, each in self.case.steps(f"{kind}/{name}"):
                    yield from [each.for_.id] if each.for_ and one.id.startswith(under) else []


def comes_to(workspace: Workspace, datum: Datum, purpose: str) -> tuple[str, ...]:
    """Return the tools to which a datum comes for a purpose: a sync that rests on a consent takes it along for that consent's alone."""
    syncs = [
        (one.from_.id, one.to.id, one.consent.id if one.consent else None)
        for one in workspace.syncs.values()
        if one.from_ and one.to and one.carries and datum.id in {ref.id for ref in one.carries.data}
    ]
    found = set(homes(workspace, datum)) or {source for source, _, _ in syncs}
    waiting = list(found)
    while waiting:
        here = waiting.pop()
        for source, target, consent in syncs:
            if source == here and target not in found and (consent is None or _is_for(workspace, consent, purpose)):
                found.add(target)
                waiting.append(target)
    return tuple(sorted(found))


def _is_for(workspace: Workspace, consent: str, purpose: str) -> bool:
    known = workspace.consents.get(consent)
    return known is None or not known.purposes or purpose in {ref.id for ref in known.purposes}


def homes(workspace: Workspace, datum: Datum) -> Iterator[str]:
    """Yield where a datum is known of itself: its record, and the tools of the events that collect it."""
    if datum.record:
        yield datum.record.id
    for ref in datum.collected_by:
        event = workspace.events.get(ref.id)
        if event is not None and event.tool is not None:
            yield event.tool.id
