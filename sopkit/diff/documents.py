"""Two workspaces go in; what playbooks, their steps, nouns and settings say otherwise comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.diff import fields
from sopkit.diff.change import Change, Detail
from sopkit.diff.content import details, differing, flow, written
from sopkit.diff.pairing import NAMESPACES, Item, Pairs, Placed, all_renamed, both_items, pair, steps_of
from sopkit.diff.rules_customers import (
    PLAYBOOK_ADDED,
    PLAYBOOK_REMOVED,
    RENAMED,
    STAGE_VANISHED,
    STEP_ADDED,
    STEP_REMOVED,
    TIME_CHANGED,
)
from sopkit.diff.rules_staff import OTHER_CHANGED
from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Document, Journey, Procedure, Stage, Workspace
from sopkit.model.steps import VERBS
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import Forest, Mark

Playbook = Journey | Cadence | Procedure
OF_CAPS: Final = ("caps", "quiet_hours", "enforce", "one_at_a_time", "budgets")
"""Settings whose changes are looked at apart."""
OF_STAGES: Final = ("stages", "steps")
ADDED: Final = Phrase("{subject}：新增", "{subject}: was added")
REMOVED: Final = Phrase("{subject}：删除", "{subject}: was removed")


@dataclass(frozen=True, slots=True)
class Side:
    """One version."""

    workspace: Workspace
    forest: Forest

    def span(self, at: Mark) -> Span:
        return self.forest.span(at)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both versions, and what is called otherwise in the new one."""

    old: Side
    new: Side
    renamed: Mapping[str, str]

    @classmethod
    def of(cls, old: Side, new: Side) -> Sides:
        return cls(old, new, all_renamed(old.workspace, new.workspace))


def changes(sides: Sides) -> Iterator[Change]:
    """Yield every change of what is written, those of caps apart."""
    yield from _settings(sides)
    for namespace in NAMESPACES:
        pairs = pair(*both_items(sides.old.workspace, sides.new.workspace, namespace), sides.renamed)
        yield from _come_and_gone(sides, namespace, pairs)
        for id_, (old, new) in sorted(pairs.both.items()):
            if old.id != id_:
                yield _renamed(sides, subject(namespace, old), subject(namespace, new), old.at, new.at)
            if isinstance(old, Journey | Cadence | Procedure) and isinstance(new, Journey | Cadence | Procedure):
                yield from _playbook(sides, old, new)
            else:
                yield from _noun(sides, namespace, old, new)


def subject(namespace: str, one: Item) -> str:
    """Return what something is called in findings: `role/guide`, `lifecycle/new-member`."""
    kind = one.kind if isinstance(one, Document) else NAMESPACES[namespace]
    return f"{kind}/{one.id}"


def _renamed(sides: Sides, before: str, now: str, was_at: Mark, is_at: Mark) -> Change:
    return Change(RENAMED, now, {"before": before}, before=sides.old.span(was_at), after=sides.new.span(is_at))


def _settings(sides: Sides) -> Iterator[Change]:
    old, new = sides.old.workspace.settings, sides.new.workspace.settings
    if not (old.id and new.id):
        return
    if old.id != new.id:
        yield _renamed(sides, f"workspace/{old.id}", f"workspace/{new.id}", old.at, new.at)
    found = fields.of_settings(differing(old, new, sides.renamed, OF_CAPS))
    yield from _kinds(sides, f"workspace/{new.id}", found, old.at, new.at)


def _kinds(sides: Sides, about: str, found: Mapping[Rule, list[str]], was_at: Mark, is_at: Mark) -> Iterator[Change]:
    """Yield a change for each kind, with the keys that read otherwise."""
    if not found:
        return
    was, now = written(sides.old.forest, was_at), written(sides.new.forest, is_at)
    for rule, names in sorted(found.items(), key=lambda one: one[0].code):
        yield Change(
            rule, about, details=details(was, now, names), before=sides.old.span(was_at), after=sides.new.span(is_at)
        )


def _come_and_gone(sides: Sides, namespace: str, pairs: Pairs[Item]) -> Iterator[Change]:
    for one in pairs.removed.values():
        about, said = subject(namespace, one), flow(written(sides.old.forest, one.at))
        if isinstance(one, Journey | Cadence | Procedure):
            weight = Severity.WARNING if isinstance(one, Journey) else Severity.NOTE
            what = _title(sides.old, one)
            yield Change(PLAYBOOK_REMOVED, about, {"what": what}, before=sides.old.span(one.at), severity=weight)
        else:
            gone = (Detail("", said[:160], ""),)
            yield Change(_of_noun(namespace), about, details=gone, before=sides.old.span(one.at), said=REMOVED)
    for one in pairs.added.values():
        about, said = subject(namespace, one), flow(written(sides.new.forest, one.at))
        if isinstance(one, Journey | Cadence | Procedure):
            yield Change(PLAYBOOK_ADDED, about, {"what": _title(sides.new, one)}, after=sides.new.span(one.at))
        else:
            come = (Detail("", "", said[:160]),)
            yield Change(
                _of_noun(namespace),
                about,
                details=come,
                after=sides.new.span(one.at),
                severity=Severity.NOTE,
                said=ADDED,
            )


def _of_noun(namespace: str) -> Rule:
    return fields.NOUNS.get(namespace, OTHER_CHANGED)


def _title(side: Side, one: Playbook) -> str:
    return one.title.pick(side.workspace.settings.locale) if one.title else one.id


def _noun(sides: Sides, namespace: str, old: Item, new: Item) -> Iterator[Change]:
    found = fields.of_noun(namespace, differing(old, new, sides.renamed))
    yield from _kinds(sides, subject(namespace, new), found, old.at, new.at)


# Playbooks


def _playbook(sides: Sides, old: Playbook, new: Playbook) -> Iterator[Change]:
    if old.id == new.id and sides.old.forest.tree(old.at).value == sides.new.forest.tree(new.at).value:
        return  # and what it names is told where that stands
    about = f"{new.kind}/{new.id}"
    found = fields.of_playbook(differing(old, new, sides.renamed, OF_STAGES))
    yield from _kinds(sides, about, found, old.at, new.at)
    stages: dict[str, str] = {}
    if isinstance(old, Journey) and isinstance(new, Journey):
        pairs = pair({one.id: one for one in old.stages}, {one.id: one for one in new.stages}, sides.renamed)
        stages = dict(pairs.renamed)
        yield from _stages(sides, about, pairs)
    yield from _steps(sides, about, old, new, stages)


def _stages(sides: Sides, about: str, pairs: Pairs[Stage]) -> Iterator[Change]:
    for gone in pairs.removed.values():
        yield Change(STAGE_VANISHED, f"{about}/{gone.id}", before=sides.old.span(gone.at))
    for id_, (old, new) in sorted(pairs.both.items()):
        if old.id != id_:
            yield _renamed(sides, f"{about}/{old.id}", f"{about}/{id_}", old.at, new.at)
        if id_:  # an automation's only stage is the automation
            found = fields.of_playbook(differing(old, new, sides.renamed, ("steps",), pairs.renamed))
            yield from _kinds(sides, f"{about}/{id_}", found, old.at, new.at)


def _steps(sides: Sides, about: str, old: Playbook, new: Playbook, stages: Mapping[str, str]) -> Iterator[Change]:
    kind = about.partition("/")[0]
    before = {_now_at(one.path, old, new, stages): one for one in steps_of(old)}
    after = {one.path: one for one in steps_of(new)}
    pairs = _paired(before, after, sides.renamed)
    local = {
        **stages,
        **{a.step.id: b.step.id for a, b in pairs.both.values() if a.step.id != b.step.id},
    }
    for gone in pairs.removed.values():
        yield Change(
            STEP_REMOVED, f"{kind}/{gone.path}", {"what": _what(sides.old, gone)}, before=sides.old.span(gone.step.at)
        )
    for come in pairs.added.values():
        yield Change(
            STEP_ADDED, f"{kind}/{come.path}", {"what": _what(sides.new, come)}, after=sides.new.span(come.step.at)
        )
    for path, (was, now) in pairs.both.items():
        if path in pairs.renamed.values():
            yield _renamed(sides, f"{kind}/{was.path}", f"{kind}/{path}", was.step.at, now.step.at)
        found = fields.of_step(now.step, differing(was.step, now.step, sides.renamed, (), local))
        yield from _kinds(sides, f"{kind}/{path}", found, was.step.at, now.step.at)
    yield from _order(sides, about, [(a, b) for a, b in pairs.both.values()], local)


def _now_at(path: str, old: Playbook, new: Playbook, stages: Mapping[str, str]) -> str:
    """Return where a former step would stand now, if only its playbook and its stage were renamed."""
    rest = path.removeprefix(f"{old.id}/")
    stage, slash, step = rest.partition("/")
    return f"{new.id}/{stages.get(stage, stage)}/{step}" if slash else f"{new.id}/{rest}"


def _paired(before: Mapping[str, Placed], after: Mapping[str, Placed], renamed: Mapping[str, str]) -> Pairs[Placed]:
    """Pair steps by path, then those that only stand elsewhere or are only called otherwise."""
    found = pair(
        {path: one.step for path, one in before.items()}, {path: one.step for path, one in after.items()}, renamed
    )
    former = {now: path for path, now in found.renamed.items()}
    return Pairs(
        {path: (before[former.get(path, path)], after[path]) for path in found.both},
        {path: before[path] for path in found.removed},
        {path: after[path] for path in found.added},
        found.renamed,
    )


def _order(sides: Sides, about: str, both: list[tuple[Placed, Placed]], renamed: Mapping[str, str]) -> Iterator[Change]:
    """Yield that steps of both versions follow one another, or stand inside others, otherwise than before."""
    if not both:
        return
    was = sorted((old for old, _ in both), key=lambda one: one.step.at)
    now = sorted((new for _, new in both), key=lambda one: one.step.at)
    kept = {id(old.step): new for old, new in both}
    moved = [kept[id(old.step)] for old in was]
    sequence = [one.path for one in moved] != [one.path for one in now]
    around = any(
        tuple(renamed.get(one, one) for one in old.around) != new.around
        and old.path.rpartition("/")[0] == new.path.rpartition("/")[0]
        for old, new in both
    )
    if sequence or around:
        ids = (", ".join(one.step.id for one in was), ", ".join(one.step.id for one in now))
        yield Change(
            TIME_CHANGED, about, details=(Detail("steps", *ids),),
            before=sides.old.span(was[0].step.at), after=sides.new.span(now[0].step.at),
        )  # fmt: skip


def _what(side: Side, placed: Placed) -> str:
    """Return what a step is: its verb and what that is about, as written."""
    step = written(side.forest, placed.step.at)
    mapping = step if isinstance(step, dict) else {}
    verb = next((key for key in VERBS if key in mapping), "")
    title = placed.step.title.pick(side.workspace.settings.locale) if placed.step.title else ""
    if title or verb == "choose":
        return title or verb
    return f"{verb} {flow(mapping.get(verb))}"[:60]
