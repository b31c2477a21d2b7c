"""References into playbooks go in (`journey/stage/step`, `since:`, `go:`, budgets); findings about those that lead nowhere come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from sopkit.diagnostics import Finding
from sopkit.frozen import dataclass
from sopkit.model import rules_names as rules
from sopkit.model.documents import Cadence, Document, Journey, Procedure, Workspace
from sopkit.model.names import PLAYBOOKS
from sopkit.model.steps import Step, inner
from sopkit.model.values import Text
from sopkit.resolve.case import Args, Case
from sopkit.resolve.names import ALSO_HERE, MOST_RELATED
from sopkit.resolve.wording import called, called_so, choice
from sopkit.text import LANGS, Phrase
from sopkit.tree import Mark

Playbook = Journey | Cadence | Procedure


@dataclass(frozen=True, slots=True)
class Astray:
    """Why a path leads nowhere: its part that fails, what stands above it, and what could stand there."""

    part: str
    reason: Phrase
    known: tuple[str, ...]
    above: str = ""
    """The path before the part, with its slash."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Steps of the same playbook's other stages: id → path."""
    unnamed: bool = False
    """Whether there are steps without an id, of which one may be meant."""


def undefined_places(case: Case) -> Iterator[Finding]:
    """Yield the paths to journeys, stages and steps that do not exist; one finding for each path and playbook."""
    for namespace in ("stage", "step", "any"):
        for path, marks in case.binding.uses[namespace].items():
            if namespace == "any" and "/" not in path:
                continue
            yield from _undefined(case, namespace, path, marks)


def _undefined(case: Case, namespace: str, path: str, marks: Sequence[Mark]) -> Iterator[Finding]:
    lost = [(mark, astray) for mark in marks if (astray := _astray(case, namespace, path, mark))]
    if not lost:
        return
    first, astray = lost[0]
    head = path.partition("/")[0]
    if not case.complete or head in case.names.uncertain or case.is_doubled(head) or _is_broken(case, path):
        case.held_back += 1
        return
    near = _near(case, namespace, path, first, astray)
    span = case.span_of_part(first, path, 0, len(path))
    args: Args = {"path": path, "reason": astray.reason, "advice": _advice(astray, near)}
    yield case.finding(
        rules.UNDEFINED_PLACE,
        first,
        args,
        span=span,
        related=[(mark, ALSO_HERE) for mark, _ in lost[1 : MOST_RELATED + 1]],
        fixes=case.replacing(first, span, near[0]) if len(near) == 1 and len(lost) == 1 else (),
        suggestions=near[:3],
    )


def _near(case: Case, namespace: str, path: str, mark: Mark, astray: Astray) -> tuple[str, ...]:
    """Return the paths that may be meant: to a near name in the same place, else to one elsewhere in the playbook."""
    beside = tuple(astray.above + name for name in case.near(astray.part, dict.fromkeys(astray.known, "")))
    if beside:
        return beside
    moved = tuple(astray.elsewhere[name] for name in case.near(astray.part, dict.fromkeys(astray.elsewhere, "")))
    return moved or _near_elsewhere(case, namespace, path, mark)


def _advice(astray: Astray, near: tuple[str, ...]) -> Phrase:
    if near:
        shown = choice(near)
        return Phrase(f"是不是 {shown.zh}？", f"did you mean {shown.en}?")
    shown = choice(tuple(astray.above + name for name in astray.known))
    there = (
        Phrase(f"可以写：{shown.zh}", f"write {shown.en}")
        if astray.known
        else Phrase("改成已有的编号", "write an id that exists")
    )
    if not astray.unnamed:
        return there
    return Phrase(
        f"{there.zh}；如果那一步还没有 id，就给它写上 id: {astray.part}",
        f"{there.en}; if the step has no id yet, give it `id: {astray.part}`",
    )


def _is_broken(case: Case, path: str) -> bool:
    """Whether the path leads into a document that the schema refused: the stage or step may stand in the refused part."""
    document = playbook(case.workspace, path.partition("/")[0])
    return document is not None and document.broken and "/" in path


def playbook(workspace: Workspace, name: str) -> Playbook | None:
    """Return the journey, cadence or procedure of that id."""
    return workspace.journeys.get(name) or workspace.cadences.get(name) or workspace.procedures.get(name)


def _astray(case: Case, namespace: str, path: str, mark: Mark) -> Astray | None:
    """Return why `path`, as written at `mark`, leads nowhere; None where it leads somewhere."""
    head, *rest = path.split("/")
    if namespace == "stage" and not rest and head in case.workspace.journeys:
        return None
    document = case.document(mark)
    if namespace == "step" and not rest:
        return _astray_step(case, head, document)
    target = playbook(case.workspace, head)
    if target is None:
        inside = isinstance(document, Journey | Cadence | Procedure)
        return _no_playbook(case, namespace, head) if inside and not rest else None  # else an undefined name
    if namespace == "stage" and not isinstance(target, Journey):
        return _no_playbook(case, namespace, head)
    return _astray_inside(target, head, rest, step=namespace == "step")


def _no_playbook(case: Case, namespace: str, name: str) -> Astray:
    kind = "journey" if namespace == "stage" else "playbook"
    noun = called(kind)
    tables = [case.workspace.journeys] if kind == "journey" else [_table(case.workspace, one) for one in PLAYBOOKS]
    known = tuple(one for table in tables for one in table)
    return Astray(name, Phrase(f"没有{noun.zh}“{name}”", f"there is no {noun.en.removeprefix('the ')} `{name}`"), known)


def _table(workspace: Workspace, namespace: str) -> Mapping[str, Document]:
    if namespace == "journey":
        return workspace.journeys
    return workspace.cadences if namespace == "cadence" else workspace.procedures


def _astray_step(case: Case, name: str, document: Document | None) -> Astray | None:
    """Return why a bare step id leads nowhere: it may be a step of the same playbook, or of a noun's, a playbook."""
    if isinstance(document, Journey | Cadence | Procedure):
        steps = tuple(all_steps(document))
        if any(step.id == name for step in steps):
            return None
        where = Phrase(f"本剧本没有步骤“{name}”", f"this playbook has no step `{name}`")
        return Astray(name, where, _ids(steps), unnamed=_some_unnamed(steps))
    return None  # a playbook, or an undefined name


def all_steps(document: Playbook) -> Iterator[Step]:
    """Yield every step of a playbook, inner ones too, in the order written."""
    if isinstance(document, Journey):
        for stage in document.stages:
            for one in stage.steps:
                yield from inner(one)
        return
    for one in document.steps:
        yield from inner(one)


def _astray_inside(target: Playbook, head: str, rest: Sequence[str], *, step: bool) -> Astray | None:
    steps: Sequence[Step] = tuple(all_steps(target))
    elsewhere: dict[str, str] = {}
    above = head + "/"
    if rest and isinstance(target, Journey) and target.kind == "lifecycle":
        stages = {stage.id: stage for stage in target.stages}
        name, *rest = rest
        if name not in stages:
            return Astray(name, _lacks(called("journey"), head, Phrase("阶段", "stage"), name), tuple(stages), above)
        steps = tuple(one for first in stages[name].steps for one in inner(first))
        above += name + "/"
        for other in target.stages:
            inside = tuple(one for first in other.steps for one in inner(first)) if other.id != name else ()
            elsewhere.update((one, f"{head}/{other.id}/{one}") for one in _ids(inside))
    if not rest:
        return None
    place = above[:-1]
    if len(rest) > 1 or all(one.id != rest[0] for one in steps):
        wanted = "/".join(rest)
        noun = Phrase("", "") if "/" in place else called("playbook")
        reason = _lacks(noun, place, Phrase("步骤", "step"), wanted)
        return Astray(wanted, reason, _ids(steps), above, elsewhere, _some_unnamed(steps) and len(rest) == 1)
    return None


def _ids(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the ids that are written: one made from a position means another step as soon as a step is put in."""
    return tuple(dict.fromkeys(step.id for step in steps if step.id_at != step.at))


def _some_unnamed(steps: Iterable[Step]) -> bool:
    return any(step.id_at == step.at for step in steps)


def _lacks(noun: Phrase, place: str, what: Phrase, name: str) -> Phrase:
    return Phrase(f"{noun.zh}“{place}”没有{what.zh}“{name}”", f"{noun.en} `{place}` has no {what.en} `{name}`".strip())


def _near_elsewhere(case: Case, namespace: str, path: str, mark: Mark) -> tuple[str, ...]:
    """Return the full path where a stage of the same lifecycle, or a step in a stage, was named by its bare id."""
    document = case.document(mark)
    if "/" in path or not isinstance(document, Journey) or namespace != "stage":
        return ()
    return (f"{document.id}/{path}",) if any(stage.id == path for stage in document.stages) else ()


KINDS = {
    "since": Phrase("这个阶段", "this stage"),
    "approve": Phrase("这个作业流程", "this procedure"),
    "if_rejected": Phrase("这个作业流程", "this procedure"),
}


def undefined_destinations(case: Case) -> Iterator[Finding]:
    """Yield the `since`, `go`, `approve` and `if_rejected` that name nothing in their playbook."""
    for jump, all_known in case.binding.noticed.dangling:
        number = case.number(jump.to.at)
        if number in case.broken:
            case.held_back += 1
            continue
        document = case.document(jump.to.at)
        inside = KINDS.get(jump.key, Phrase("这个剧本", "this playbook"))
        if jump.key == "since" and not jump.stage:
            inside = Phrase("这个剧本", "this playbook")
        if jump.key == "go" and document is not None and document.kind == "automation":
            inside = Phrase("自动流程里只能写 go: end，", "an automation can only `go: end` and")
        steps = tuple(all_steps(document)) if isinstance(document, Journey | Cadence | Procedure) else ()
        unfit = {step.id for step in steps if step.id_at == step.at}
        unfit.add(case.subject(jump.to.at).rpartition("/")[2])  # the step that it stands in
        known = tuple(one for one in all_known if one not in unfit)
        titles = {step.id: step.title for step in steps}
        if isinstance(document, Journey):
            titles |= {stage.id: stage.title for stage in document.stages}
        titled = tuple(one for one in known if _is_called(titles.get(one), jump.to.id))
        near = titled or case.near(jump.to.id, dict.fromkeys(known, ""))
        span = case.span_of_name(jump.to.at, jump.to.id)
        advice = choice(near or known)
        if titled:
            so = called_so(jump.to.id, titled)
            advice = Phrase(f"{advice.zh}（{so.zh}）", f"{advice.en} ({so.en})")
        args: Args = {"key": jump.key, "name": jump.to.id, "where": inside, "known": advice}
        yield case.finding(
            rules.UNDEFINED_DESTINATION,
            jump.to.at,
            args,
            span=span,
            fixes=case.correcting(jump.to.at, span, jump.to.id, near, jump.to.id if titled else ""),
            suggestions=near,
        )


def _is_called(title: Text | None, name: str) -> bool:
    return title is not None and name in {title.pick(lang) for lang in LANGS}


def undefined_shares(case: Case) -> Iterator[Finding]:
    """Yield the budgets of caps, journeys and groups that do not exist."""
    settings = case.workspace.settings
    caps = dict.fromkeys((cap.id for cap in settings.caps), "")
    groups = {group.id: "" for group in settings.one_at_a_time}
    seen: set[str] = set()
    reported = {name for _, name, _ in case.lost_heads()}
    for budget in settings.budgets:
        if budget.cap.id not in caps and budget.cap.id not in seen:
            seen.add(budget.cap.id)
            yield _no_share(case, "cap", budget.cap.id, budget.cap.at, caps)
        playbooks = {name: "" for namespace in PLAYBOOKS for name in case.names.all(namespace)}
        of = budget.of.id
        if of in groups or of in playbooks or _is_stage(case, of) or of in reported:
            continue
        if not case.complete or of in case.names.uncertain:
            case.held_back += 1
            continue
        yield _no_share(case, "playbook|group", of, budget.of.at, {**playbooks, **groups})


def _is_stage(case: Case, path: str) -> bool:
    name, _, stage = path.partition("/")
    journey = case.workspace.journeys.get(name)
    return journey is not None and any(one.id == stage for one in journey.stages)


def _no_share(case: Case, namespace: str, name: str, mark: Mark, known: Mapping[str, str]) -> Finding:
    near = case.near(name, known)
    shown = choice(near or tuple(known))
    advice = (
        Phrase(f"可以写：{shown.zh}", f"write {shown.en}")
        if known
        else Phrase(f"先声明“{name}”", f"declare `{name}` first")
    )
    args: Args = {"noun": called(namespace), "name": name, "elsewhere": Phrase("", ""), "advice": advice}
    return case.finding(rules.UNDEFINED_NAME, mark, args, suggestions=near)
