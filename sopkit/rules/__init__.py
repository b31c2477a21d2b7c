"""A workspace and its execution graph go in; what is wrong with them comes out, family by family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final, Protocol

from sopkit.aside import Aside, packed, unpacked
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
from sopkit.rules.parcel import Said
from sopkit.rules.pieces import Pieces
from sopkit.rules.plain_outcomes import plain
from sopkit.rules.recollection import NOTHING, Beside, Otherwise, Past, Reads, Recalled, Recollection
from sopkit.tree import Forest


class Family(Protocol):
    """A module of rules that belong together. It knows of no other family."""

    @property
    def RULES(self) -> tuple[Rule, ...]: ...  # noqa: N802  a constant of the module

    def check(self, case: Case) -> Iterator[Outcome]:
        """Yield what the rules find, prove or cannot settle."""


FAMILIES: Final[
    tuple[Family, ...]
] = (  # the dearest at both ends, for two processes to begin with, those of law near the second; neighbours share what they work out
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
    kpis,
    experiments,
    consent,
    consent_resent,
    sharing,
    content,
    promotions,
    papers,
    personal,
    targets,
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


@dataclass(frozen=True, slots=True)
class Question:
    """What the families are asked about one version of a workspace."""

    case: Case
    certain: Case
    """The same with nothing in doubt."""
    beside: Beside
    known: Recalled
    """What they said of earlier states and would say again."""
    otherwise: Otherwise | None = None
    """What is otherwise than in the version that they are asked about together with this one, and before it."""

    @property
    def is_sure(self) -> bool:
        return not self.case.doubts.anywhere


def ask(
    workspace: Workspace,
    graph: ExecutionGraph,
    forest: Forest,
    law: Law,
    found: Iterable[Finding] = (),
    *,
    exists: Callable[[str], bool] = lambda _: True,
    earlier: Iterable[Recollection] = (),
    like: Case | None = None,
    past: Past | None = None,
    proofs: bool = True,
) -> Question:
    """Return what the families are to be asked.

    `found` is what earlier stages found, whose consequences are held back and counted: a family that met a doubt is asked again
    with none. A family that said the same of an earlier state, and would again, is not asked. `like` is another version in this
    process, of which more is taken over; `past`, its files beside these, where both are to be judged together. Without `proofs`
    some of them are missing.
    """
    case = Case(workspace, graph, forest, judged_on(law.day), Doubts(forest, found), law, exists, proofs=proofs)
    beside = _beside(case)
    known, otherwise = NOTHING, None
    if not case.doubts.anywhere:
        for one in earlier:
            known = known.joined(one.recall(forest, beside, BY_NAME, READS))
        case = replace(case, pieces=known.pieces or Pieces())
        if like is not None:
            case = case.beside(like)
            if past is not None and beside == _beside(like):
                otherwise = past.otherwise(forest, BY_NAME, READS)
                if otherwise is not None and otherwise.touched is not None:
                    case.pieces.beside(like.pieces, otherwise.touched)
    return Question(case, replace(case, doubts=Doubts(forest)), beside, known, otherwise)


def _beside(case: Case) -> Beside:
    files = sorted({one.file for one in case.workspace.artefacts.values() if one.file})
    return case.effort, tuple([(name, case.exists(name)) for name in files])


def judge(*questions: Question) -> list[Judgement]:
    """Return what the rules find, prove, or cannot settle, of each version: each family is asked about one after the other."""
    aside = len(questions[0].case.graph.nodes) >= WORTH_A_SECOND_PROCESS
    return [_judgement(*one) for one in zip(questions, _all_said(questions, aside=aside), strict=True)]


def _judgement(question: Question, said: Sequence[Said]) -> Judgement:
    case, sure = question.case, question.is_sure
    outcomes = [one for outcomes, _ in said for one in outcomes]
    kept = tuple(_lawful(_without_repeats(outcomes), case.law))
    held_back = sum(held_back for _, held_back in said) + len(outcomes) - len(kept)
    return Judgement(kept, held_back, tuple(said) if sure else (), question.beside, case.pieces, case if sure else None)


def judged_on(day: date) -> date:
    """Return the day, or the nearest from which the analyses can look back and ahead."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def _all_said(questions: Sequence[Question], *, aside: bool) -> list[list[Said]]:
    """Return what every family says, in their order; a second process may be asked some of them, beginning with the last."""
    said = [dict(one.known.said) for one in questions]
    for question, known in zip(questions[1:], said[1:], strict=True):
        if question.otherwise is None:
            continue
        for number in said[0].keys() - known.keys():
            whole, _ = _again(question.otherwise, number, said[0][number])
            if whole is not None:
                known[number] = whole
    asked = [number for number in range(len(FAMILIES)) if any(number not in known for known in said)]
    if len(said[0]) < len(FAMILIES):
        questions[0].case.prepare()
    second = Aside.start(len(asked), partial(_said_aside, questions, said, asked)) if aside and len(asked) > 1 else None
    for place, number in enumerate(asked):
        if second is not None and not second.takes(place):
            for made, question, known in zip(second.result() or (), questions, said, strict=False):
                theirs, pieces = unpacked(made, _in_common(question))
                known.update(theirs)
                question.case.pieces.add(*pieces)
            second = None
        _say(questions, said, number)
    return [[known[number] for number in range(len(FAMILIES))] for known in said]


def _said_aside(
    questions: Sequence[Question], said: Sequence[dict[int, Said]], asked: Sequence[int], taken: Iterator[int]
) -> Iterator[bytes]:
    numbers = []
    for place in taken:
        _say(questions, said, asked[place])
        numbers.append(asked[place])
    for question, known in zip(questions, said, strict=True):
        said_here = {number: known[number] for number in numbers}
        yield packed((said_here, question.case.pieces.new()), _in_common(question))


def _in_common(question: Question) -> Sequence[object]:
    """Return what both processes have, the very same: the files, and the rules."""
    return [*(tree.source for tree in question.case.forest.trees), *RULES]


def _say(questions: Sequence[Question], said: Sequence[dict[int, Said]], number: int) -> None:
    """Add what a family says of each version; of which it says the same as of the first, or of an earlier state, it is not asked."""
    for question, known in zip(questions, said, strict=True):
        if number in known:
            continue
        whole, others, playbooks = None, question.known.of_others.get(number), question.known.playbooks
        if others is None and question.otherwise is not None:
            whole, others = _again(question.otherwise, number, said[0][number])
            playbooks = question.otherwise.apart or playbooks
        known[number] = whole if whole is not None else _said_now(question, number, others, playbooks)


def _again(otherwise: Otherwise, number: int, said: Said) -> tuple[Said | None, Said | None]:
    return otherwise.again(number, partial(plain, said), said)


def _said_now(question: Question, number: int, others: Said | None, playbooks: frozenset[str]) -> Said:
    """Return what a family says; where it would say the same of most playbooks, it is asked about the others alone."""
    if others is None:
        return _said(FAMILIES[number], question.case, question.certain)
    outcomes, held_back = _said(FAMILIES[number], question.case.only(playbooks), question.certain)
    new = (one for one in outcomes if playbook_of(one.subject) in playbooks)
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
