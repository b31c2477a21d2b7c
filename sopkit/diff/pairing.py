"""Two workspaces go in; which thing of the one is which of the other comes out, those that only have another id now included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

from sopkit.diff.content import Content, content
from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Journey, Kpi, Procedure, Sync, Workspace
from sopkit.model.nouns import Noun
from sopkit.model.steps import Choose, Step

Item = Noun | Journey | Cadence | Procedure | Sync | Kpi
Thing = TypeVar("Thing")

NAMESPACES: Final = {
    "roles": "role", "shops": "shop", "channels": "channel", "tools": "tool", "notices": "notice", "events": "event", "data": "data",
    "consents": "consent", "purposes": "purpose", "tags": "tag", "segments": "segment", "tasks": "task",
    "programmes": "programme", "scripts": "script", "offers": "offer", "partners": "partner", "risks": "risk",
    "experiments": "experiment", "artefacts": "artefact", "courses": "course", "sources": "source",
    "journeys": "", "cadences": "", "procedures": "", "syncs": "", "kpis": "",
}  # fmt: skip
"""Namespace of a workspace → how a subject begins; '' where that is the document's kind."""
ROUNDS: Final = 2
"""A thing that was renamed and names another one that was is found in the second round."""


@dataclass(frozen=True, slots=True)
class Pairs(Generic[Thing]):
    """What is in both, by new id, and what is in one only."""

    both: Mapping[str, tuple[Thing, Thing]]
    removed: Mapping[str, Thing]
    added: Mapping[str, Thing]
    renamed: Mapping[str, str]
    """Former id → new id, of those in `both` that were renamed."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A step where it stands."""

    step: Step
    path: str
    """`journey/stage/step`."""
    around: tuple[str, ...]
    """The steps that it is inside of, and which of their branches."""


def items(workspace: Workspace, namespace: str) -> Mapping[str, Item]:
    """Return what the workspace itself declares in a namespace, by id."""
    found: Mapping[str, Item] = getattr(workspace, namespace)
    return {id_: one for id_, one in found.items() if not one.builtin}


def both_items(old: Workspace, new: Workspace, namespace: str) -> tuple[Mapping[str, Item], Mapping[str, Item]]:
    """Return what each of two workspaces declares itself, and what is built in where the other has its own of that id."""
    own = items(old, namespace), items(new, namespace)
    return _with_builtin(old, namespace, own[1]), _with_builtin(new, namespace, own[0])


def _with_builtin(workspace: Workspace, namespace: str, others: Mapping[str, Item]) -> Mapping[str, Item]:
    found: Mapping[str, Item] = getattr(workspace, namespace)
    return {id_: one for id_, one in found.items() if not one.builtin or id_ in others}


def pair(old: Mapping[str, Thing], new: Mapping[str, Thing], renamed: Mapping[str, str]) -> Pairs[Thing]:
    """Pair two collections by id, and what is left by what it says, where that leaves no choice."""
    taken = {id_: former for id_ in new if (former := _former(id_, old, renamed)) is not None}
    both = {id_: (old[former], new[id_]) for id_, former in taken.items()}
    known = set(taken.values())
    gone = {id_: one for id_, one in old.items() if id_ not in known}
    fresh = {id_: one for id_, one in new.items() if id_ not in both}
    before, after = _by_content(gone, renamed), _by_content(fresh, {})
    for said, ids in after.items():
        alike = before.get(said, [])
        if len(ids) == 1 and len(alike) == 1:
            both[ids[0]] = (gone.pop(alike[0]), fresh.pop(ids[0]))
            taken[ids[0]] = alike[0]
    return Pairs(both, gone, fresh, {former: id_ for id_, former in taken.items() if former != id_})


def _former(id_: str, old: Mapping[str, object], renamed: Mapping[str, str]) -> str | None:
    if id_ in old:
        return id_
    return next((one for one, now in renamed.items() if now == id_ and one in old), None)


def _by_content(things: Mapping[str, object], renamed: Mapping[str, str]) -> dict[Content, list[str]]:
    found: dict[Content, list[str]] = {}
    for id_, one in things.items():
        said = (content(one, renamed, ("id",)), inside(one, renamed))
        found.setdefault(said, []).append(id_)
    return found


def inside(one: object, renamed: Mapping[str, str]) -> Content:
    """Return what the steps inside a step say: they count where a step is told again by what it says."""
    if not isinstance(one, Step):
        return ()
    return tuple((each.step.id, content(each.step, renamed)) for each in nested((one,), "", ()) if each.step is not one)


def all_renamed(old: Workspace, new: Workspace) -> dict[str, str]:
    """Return former id → new id of what was renamed, of ids that name nothing else in either version."""
    renamed: dict[str, str] = {}
    spaces = [space for space in NAMESPACES if _differ(items(old, space), items(new, space))]
    before = [id_ for space in NAMESPACES for id_ in items(old, space)]
    now = {id_ for space in NAMESPACES for id_ in items(new, space)}
    for _ in range(ROUNDS):
        for space in spaces:
            found = pair(items(old, space), items(new, space), renamed).renamed
            renamed |= {one: id_ for one, id_ in found.items() if before.count(one) == 1 and one not in now}
    return renamed


def _differ(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return bool(old.keys() - new.keys()) and bool(new.keys() - old.keys())


def steps_of(playbook: Journey | Cadence | Procedure) -> tuple[Placed, ...]:
    """Return every step of a playbook in the order written, those inside others right behind them."""
    if not isinstance(playbook, Journey):
        return tuple(nested(playbook.steps, playbook.id, ()))
    return tuple(
        placed
        for stage in playbook.stages
        for placed in nested(stage.steps, f"{playbook.id}/{stage.id}" if stage.id else playbook.id, ())
    )


def nested(steps: tuple[Step, ...], base: str, around: tuple[str, ...]) -> Iterator[Placed]:
    """Yield these steps and those inside them."""
    for step in steps:
        yield Placed(step, f"{base}/{step.id}", around)
        if isinstance(step.verb, Choose):
            for number, branch in enumerate(step.verb.branches):
                yield from nested(branch.steps, base, (*around, step.id, str(number)))
        yield from nested(step.otherwise, base, (*around, step.id, "otherwise"))
