"""The whole compiler on one screen: sources in; a workspace, its execution graph and everything found out come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from sopkit import catalogue, graph, law, own, resources, rules
from sopkit.diagnostics import Finding, Proof, Severity, Unassessed, in_order, numbered
from sopkit.examination import Known, examine
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.law import Law
from sopkit.memory import without_collections
from sopkit.model.documents import Workspace
from sopkit.own import OwnRules
from sopkit.reader import read
from sopkit.reader.pictures import MISSING, Look, Picture
from sopkit.resolve import Resolution, resolve, used_catalogs
from sopkit.resolve.brand import find_logo
from sopkit.resolve.settings import JURISDICTIONS
from sopkit.rules import Judgement, Question, waivers
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.recollection import Past, Recollection
from sopkit.rules.waivers import Waived, Waiving, keeps_unjudged
from sopkit.source import Source
from sopkit.tree import Forest, Tree

if TYPE_CHECKING:
    from sopkit.baseline import Weighed
    from sopkit.comparison import Since

Settled = TypeVar("Settled", Proof, Unassessed)
Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True)
class Laid:
    """A version that is bound and laid, for another to take over from."""

    resolution: Resolution
    graph: ExecutionGraph
    clean: Mapping[Source, tuple[Tree, ...]]
    """The trees of every file in which reading and the schema found nothing."""
    case: Case | None
    """What the families look at; None where something is wrong in itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of a workspace, ready to be judged."""

    laid: Laid
    own: OwnRules
    logo: Picture | None
    found: tuple[Finding, ...]
    """What was found so far."""
    question: Question
    files: int
    today: date


@dataclass(frozen=True, slots=True)
class Compilation:
    """What one run of the compiler knows."""

    forest: Forest
    workspace: Workspace
    graph: ExecutionGraph
    law: Law
    """What the packs that apply say on `today`."""
    own: OwnRules
    """The workspace's own rules that can be applied."""
    findings: tuple[Finding, ...]
    """By place and code, each once; of those that are waived only the critical ones are among them."""
    proved: tuple[Proof, ...]
    not_assessed: tuple[Unassessed, ...]
    waived: tuple[Waived, ...]
    judgement: Judgement
    """What the families of rules said, before waivers."""
    resolution: Resolution
    logo: Picture | None
    """The brand's, where one is named and can be used."""
    held_back: int
    """Findings that only follow from others and are not shown."""
    files: int
    """Files of the workspace; built-in catalogs are not counted."""
    today: date
    clean: Mapping[Source, tuple[Tree, ...]]
    """The trees of every file in which reading and the schema found nothing: the next run may have them as `known`."""
    errors_elsewhere: int = 0
    """Errors that are not among the findings, since they were not selected or were there before, and that hold others back: what is
    listed can't be called all then."""
    baseline: Weighed | None = None
    """What a baseline holds back, where one is used; no longer among the findings."""
    since: Since | None = None
    """What was there before, where only what is new since a revision is among the findings."""

    @property
    def laid(self) -> Laid:
        """What another version may take over."""
        return Laid(self.resolution, self.graph, self.clean, self.judgement.case)

    @property
    def is_judged(self) -> bool:
        """Whether every family of rules was asked with nothing in doubt: no error kept a document from being read or resolved."""
        return bool(self.judgement.said)

    @property
    def unjudged_for(self) -> int:
        """How many of the findings keep others from being judged."""
        return 0 if self.is_judged else sum(map(keeps_unjudged, self.findings))

    def count(self, severity: Severity) -> int:
        """Return how many open findings weigh exactly `severity`."""
        return sum(finding.weight is severity for finding in self.findings)


def drafted(
    sources: Iterable[Source],
    *,
    today: date,
    packs: Iterable[Source] = (),
    own_rules: Iterable[Source] = (),
    found: Collection[Finding] = (),
    known: Known = lambda _: None,
    look: Look = lambda _: MISSING,
    exists: Callable[[str], bool] = lambda _: True,
    earlier: Iterable[Recollection] = (),
    like: Laid | None = None,
    past: Past | None = None,
    proofs: bool = True,
) -> Draft:
    """Read, bind and lay one workspace.

    `packs` are files of law that the workspace adds, `own_rules` those of its own rules; `found` is what kept files from being
    sources; `known` returns the trees of a file whose content was found clean before; `look` gets a picture out of the
    workspace, `exists` says whether a file is in it; `earlier` is what was said of other states of these very files. Where trees
    are the very ones of `like`, another version, what they hold is taken over from it; `past` are its files beside these, where
    both are to be judged together. Without `proofs` not all of them are told: of a version that another is only compared with,
    findings and what was not assessed will do.
    """
    with without_collections():
        examined = sorted((examine(source, known) for source in sources), key=lambda one: one.source.path)
        readings = [one.reading for one in examined]
        given = [tree for reading in readings for tree in reading.trees]
        shapes = [findings for one in examined for findings in one.shapes]
        builtin = [tree for name in used_catalogs(given) for tree in _catalog(name)]

        forest = Forest((*given, *builtin))
        broken = frozenset(number for number, findings in enumerate(shapes) if findings)
        complete = all(one.weight is Severity.NOTE for one in found) and all(reading.complete for reading in readings)
        resolution = resolve(
            forest,
            broken,
            frozenset(range(len(given), len(forest.trees))),
            complete,
            like=like.resolution if like is not None else None,
        )
        logo, unusable = find_logo(resolution.workspace.settings, forest, look)
        execution = graph.build(resolution.workspace, like.graph if like is not None else None)
        added = own.load(own_rules)
        written = law.load(packs, JURISDICTIONS)
        applied, lacking = written.law(resolution.workspace.settings.jurisdictions, today)

        read_and_resolved = (
            *found,
            *(finding for one in examined for finding in one.read(resolution.findings)),
            *(finding for findings in shapes for finding in findings),
            *resolution.findings,
            *unusable,
            *written.findings,
            *lacking,
        )
        question = rules.ask(
            resolution.workspace,
            execution,
            forest,
            applied,
            read_and_resolved,
            exists=exists,
            earlier=earlier,
            like=like.case if like is not None else None,
            past=past,
            proofs=proofs,
        )
        clean = {one.source: one.reading.trees for one in examined if one.clean}
        laid = Laid(resolution, execution, clean, question.case if question.is_sure else None)
    return Draft(laid, added, logo, read_and_resolved, question, len(readings), today)


def judged(*drafts: Draft) -> list[Compilation]:
    """Judge one version, or several of one workspace together: each later one was drafted like the first."""
    with without_collections():
        judgements = rules.judge(*[one.question for one in drafts])
        return [_settled(draft, judgement) for draft, judgement in zip(drafts, judgements, strict=True)]


def _alone(drafting: Callable[Given, Draft]) -> Callable[Given, Compilation]:
    """Return what drafts one version and judges it by itself."""

    def compiling(*given: Given.args, **named: Given.kwargs) -> Compilation:
        return judged(drafting(*given, **named))[0]

    return compiling


compile: Final = _alone(drafted)  # noqa: A001  the word for it
"""Compile one workspace, as `drafted` takes it. Bad input never raises."""


def _settled(draft: Draft, judgement: Judgement) -> Compilation:
    """Apply the workspace's own rules and its waivers to what the families said."""
    case, laid, added = draft.question.case, draft.laid, draft.own
    forest, applied = case.forest, case.law
    outcomes, resolution = judgement.outcomes, laid.resolution
    violations = [one for one in outcomes if isinstance(one, Finding)]
    of_own, held_by_own = own.check(added, laid.graph, forest, Doubts(forest, draft.found))
    waiving = waivers.apply(
        (*draft.found, *added.findings, *violations, *of_own), resolution.documents, forest, catalogue.by_name(added), draft.today,
        is_critical=lambda rule: applied.is_critical(*rule.decides),
        asking=partial(waivers.roles_behind, laid.graph),
    )  # fmt: skip
    findings, waived = _told_apart(waiving)
    return Compilation(
        forest=forest,
        workspace=resolution.workspace,
        graph=laid.graph,
        law=applied,
        own=added,
        findings=findings,
        proved=_sorted(one for one in outcomes if isinstance(one, Proof)),
        not_assessed=_sorted(one for one in outcomes if isinstance(one, Unassessed)),
        waived=waived,
        judgement=judgement,
        resolution=resolution,
        logo=draft.logo,
        held_back=resolution.held_back + judgement.held_back + held_by_own,
        files=draft.files,
        today=draft.today,
        clean=laid.clean,
    )


def _told_apart(judged: Waiving) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    """Return what is open, in order, and what is waived, those alike numbered: the open ones first, so that a waiver renumbers none."""
    opened = in_order(judged.open)
    accepted = in_order(one.finding for one in judged.waived if not one.critical)  # critical ones are open, too
    given = (*opened, *accepted)
    kept = dict(zip(map(id, given), numbered(given), strict=True))
    waived = tuple(replace(one, finding=kept.get(id(one.finding), one.finding)) for one in judged.waived)
    return tuple(kept[id(one)] for one in opened), waived


def _sorted(outcomes: Iterable[Settled]) -> tuple[Settled, ...]:
    """Return proofs, or what was not assessed, in order, each once."""
    unique = {one.sort_key: one for one in outcomes}
    return tuple(unique[key] for key in sorted(unique))


@lru_cache
def _catalog(name: str) -> tuple[Tree, ...]:
    """Return the trees of a built-in catalog, nothing where there is none of that name; read once, whatever versions use it."""
    data = resources.catalog(name)
    return () if data is None else read(Source(f"{resources.BUILTIN}{name}.yaml", data)).trees
