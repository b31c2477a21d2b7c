"""A workspace and its execution graph go in; what is wrong with them comes out, family by family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final, Protocol

from sopkit.aside import Aside
from sopkit.diagnostics import Finding, Outcome, Rule, in_order, playbook_of
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.law import Law
from sopkit.model.documents import Workspace
from sopkit.rules import (
    bounds,
    caps,
    conflicts,
    consent,
    consent_resent,
    content,
    cycles,
    experiments,
    governance,
    guards,
    kpis,
    papers,
    personal,
    promotions,
    reach,
    sharing,
    targets,
    times,
    tools,
    tools_data,
    waits,
)
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.parcel import Said, pack, unpack
from sopkit.rules.pieces import Pieces
from sopkit.rules.recollection import NOTHING, Beside, Reads, Recalled, Recollection
from sopkit.tree import Forest


class Family(Protocol):
    """A module of rules that belong together. It knows of no other family."""

    @property
    def RULES(self) -> tuple[Rule, ...]: ...  # noqa: N802  a constant of the module

    def check(self, case: Case) -> Iterator[Outcome]:
        """Yield what the rules find, prove or cannot settle."""


FAMILIES: Final[
    tuple[Family, ...]
] = (  # the dearest at both ends, those of law at the second, for two processes to begin with; neighbours share what they work out
    caps,
    conflicts,
    reach,
    cycles,
    waits,
    bounds,
    guards,
    governance,
    times,
    tools,
    tools_data,
    targets,
    kpis,
    experiments,
    consent,
    consent_resent,
    sharing,
    content,
    promotions,
    papers,
    personal,
)
RULES: Final[tuple[Rule, ...]] = tuple(
    sorted((rule for family in FAMILIES for rule in family.RULES), key=lambda rule: rule.code)
)
BY_NAME: Final[Mapping[str, Rule]] = {rule.name: rule for rule in RULES}
READS: Final = Reads(
    words=frozenset(map(FAMILIES.index, (content, kpis, papers, personal, promotions, sharing))),
    work=frozenset((FAMILIES.index(conflicts),)),
    titles=frozenset(map(FAMILIES.index, (caps, consent))),
    times=frozenset(
        map(FAMILIES.index, (reach, cycles, waits, bounds, guards, times, caps, conflicts, tools, consent))
    ),
    alone=frozenset(map(FAMILIES.index, (reach, guards, times))),
)
WORTH_A_SECOND_PROCESS: Final = 1_000
"""Nodes of the graph from which two processes are quicker than one."""
FIRST_DAY: Final = date.min.replace(year=date.min.year + 3)
LAST_DAY: Final = date.max.replace(year=date.max.year - 3)
"""Between these the analyses can still look back and ahead without leaving the calendar."""

SAID_BETTER: Final[Mapping[str, tuple[str, ...]]] = {
    "same-item-twice": ("duplicate-touch",),
    "needless-field-in-sync": ("sharing-without-consent", "transfer-without-consent"),
}
"""Name of a rule → those of other families which, at the same step or sync, say the same and when it happens, or what comes first."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the families say of one workspace."""

    outcomes: tuple[Outcome, ...]
    held_back: int
    """Findings that are not among the outcomes, since what they stand on is wrong in itself."""
    said: tuple[Said, ...]
    """What each family said, in their order; nothing where something is wrong in itself, which what they said then hangs on."""
    beside: Beside
    """What the families looked at besides the files."""
    pieces: Pieces
    """What they worked out of a few playbooks each."""
    case: Case | None
    """What they looked at, for another version to take over; None where something is wrong in itself."""


def check(
    workspace: Workspace,
    graph: ExecutionGraph,
    forest: Forest,
    law: Law,
    found: Iterable[Finding] = (),
    *,
    exists: Callable[[str], bool] = lambda _: True,
    earlier: Iterable[Recollection] = (),
    like: Judgement | None = None,
    proofs: bool = True,
) -> Judgement:
    """Return what the rules find, prove, or cannot settle, as of the day of the law.

    `found` is what earlier stages found, whose consequences are held back and counted: a family that met a doubt is asked again
    with none. A family that said the same of an earlier state, and would again, is not asked. `like` is what was
    said of another version in this process, of which more is taken over. Without `proofs` some of them are missing.
    """
    case = Case(workspace, graph, forest, judged_on(law.day), Doubts(forest, found), law, exists)
    files = sorted({one.file for one in workspace.artefacts.values() if one.file})
    beside = (case.effort, tuple([(name, exists(name)) for name in files]))
    sure = not case.doubts.anywhere
    known = NOTHING
    for one in earlier if sure else ():
        known = known.joined(one.recall(forest, beside, BY_NAME, READS))
    case = replace(case, pieces=known.pieces or Pieces(), proofs=proofs)
    if sure and like is not None and like.case is not None:
        case = case.beside(like.case)
    said = _all_said(case, known, aside=len(graph.nodes) >= WORTH_A_SECOND_PROCESS)
    outcomes = [one for outcomes, _ in said for one in outcomes]
    kept = tuple(_lawful(_without_repeats(outcomes), law))
    held_back = sum(held_back for _, held_back in said) + len(outcomes) - len(kept)
    return Judgement(kept, held_back, tuple(said) if sure else (), beside, case.pieces, case if sure else None)


def judged_on(day: date) -> date:
    """Return the day, or the nearest from which the analyses can look back and ahead."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def _all_said(case: Case, known: Recalled, *, aside: bool) -> list[Said]:
    """Return what every family says, in their order; a second process may be asked some of them, beginning with the last."""
    said = dict(known.said)
    asked = [number for number in range(len(FAMILIES)) if number not in said]
    if asked:
        case.prepare()
    certain = replace(case, doubts=Doubts(case.forest))
    say = partial(_said_now, case, certain, known)
    second = (
        Aside.start(len(asked), partial(_said_aside, case.pieces, say, asked)) if aside and len(asked) > 1 else None
    )
    for place, number in enumerate(asked):
        if second is not None and not second.takes(place):
            sources = {tree.source.path: tree.source for tree in case.forest.trees}
            for made in second.result() or ():
                theirs, pieces = unpack(made, sources, BY_NAME)
                said |= theirs
                case.pieces.add(*pieces)
            second = None
        if number not in said:
            said[number] = say(number)
    return [said[number] for number in range(len(FAMILIES))]


def _said_aside(
    pieces: Pieces, say: Callable[[int], Said], asked: Sequence[int], taken: Iterator[int]
) -> Iterator[bytes]:
    said = {asked[place]: say(asked[place]) for place in taken}
    yield pack(said, pieces.new())


def _said_now(case: Case, certain: Case, known: Recalled, number: int) -> Said:
    """Return what a family says; where it said the same of most playbooks before, it is asked about the others alone."""
    others = known.of_others.get(number)
    if others is None:
        return _said(FAMILIES[number], case, certain)
    outcomes, held_back = _said(FAMILIES[number], case.only(known.playbooks), certain)
    new = (one for one in outcomes if playbook_of(one.subject) in known.playbooks)
    return (*others[0], *new), held_back


def _said(family: Family, case: Case, certain: Case) -> Said:
    """Return what a family says, and how many findings more it would have had without doubts."""
    case.doubts.met = False
    outcomes = tuple(_applying(family.check(case), case.law))
    if not case.doubts.met:
        return outcomes, 0
    return outcomes, len(_findings(_applying(family.check(certain), case.law))) - len(_findings(outcomes))


def _without_repeats(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield the outcomes but those of `SAID_BETTER`, where the other rule has found something at the same subject."""
    outcomes = tuple(outcomes)
    said = {(one.rule.name, one.subject) for one in outcomes if isinstance(one, Finding)}
    for one in outcomes:
        better = SAID_BETTER.get(one.rule.name, ()) if isinstance(one, Finding) else ()
        if not any((name, one.subject) in said for name in better):
            yield one


def _applying(outcomes: Iterable[Outcome], law: Law) -> Iterator[Outcome]:
    """Yield the outcomes but those of rules of law that no pack of the workspace has: these are not applicable."""
    for one in outcomes:
        if not one.rule.decides or law.applies(*one.rule.decides):
            yield one


def _lawful(outcomes: Iterable[Outcome], law: Law) -> Iterator[Outcome]:
    """Yield the outcomes, findings of rules of law with their articles and no graver than these allow."""
    for one in outcomes:
        if isinstance(one, Finding) and one.rule.decides:
            at_most = law.heaviest(*one.rule.decides)
            weight = at_most if at_most.rank > one.weight.rank else one.severity
            yield replace(one, law=law.citations(*one.rule.decides), severity=weight)
        else:
            yield one


def _findings(outcomes: Iterable[Outcome]) -> tuple[Finding, ...]:
    return in_order(one for one in outcomes if isinstance(one, Finding))
