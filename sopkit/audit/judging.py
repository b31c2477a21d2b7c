"""A finished compilation goes in; every control of the packs that apply comes out with its status: nothing unchecked is kept.

A control passes only where its rules ran to their end, looked at something, and found nothing. It is not applicable where there
is nothing to look at, and not assessed where that can't be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from enum import Enum
from typing import Final, Literal

from sopkit.audit.adopted import adopt, found_in_catalogue
from sopkit.audit.places import Looked, Statement, look
from sopkit.audit.populations import LOOKS_AT, PROVED_BY
from sopkit.audit.tolerances import TOLERANT, tolerances
from sopkit.catalogue import RULES
from sopkit.diagnostics import Citation, Finding, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.frozen import dataclass
from sopkit.law import Control, Law, Pack
from sopkit.law.packs import BY_PEOPLE, Decided
from sopkit.law.topics import OTHER, TOPICS, Topic
from sopkit.pipeline import Compilation
from sopkit.rules import judged_on
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts, log_of
from sopkit.rules.inventory import Entry, inventory
from sopkit.rules.waivers import Waived, keeps_unjudged
from sopkit.text import Phrase


class Status(Enum):
    """What is known of a control, the worst first; the values are what the JSON report prints."""

    FAIL = "fail"
    NOT_ASSESSED = "not assessed"
    MANUAL = "manual"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105  no secret
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """One control in one workspace."""

    id: str
    title: Phrase
    severity: str
    """The gravest of the packs: critical, high, medium; empty where none says."""
    packs: tuple[Pack, ...]
    articles: tuple[Citation, ...]
    """In force on the day."""
    rules: tuple[Rule, ...]
    logs: bool
    """Whether event logs would have to show the same, which this version does not look at."""
    status: Status = Status.NOT_ASSESSED
    reasons: tuple[Phrase, ...] = ()
    """Why it is not shown to be kept; empty where it passes or fails."""
    findings: tuple[Finding, ...] = ()
    """Open ones."""
    waived: tuple[Waived, ...] = ()
    not_assessed: tuple[Unassessed, ...] = ()
    proved: tuple[Proof, ...] = ()
    looked: tuple[tuple[Rule, Looked], ...] = ()
    says: tuple[Statement, ...] = ()
    """What holds in so many words, said at the first control that looks there, and what is tolerated."""
    premises: tuple[Phrase, ...] = ()
    """What the proofs rest on, those of other rules too that show that an analysis came to its end."""
    practice: Phrase | None = None
    """What it depends on beyond what is declared."""
    papers: bool = False
    """Whether all that was looked at is that a document exists, and is in date."""
    in_catalogue: tuple[Finding, ...] = ()
    """What the built-in nouns that the playbooks use do not say."""

    @property
    def depends_on_practice(self) -> bool:
        return self.logs or self.practice is not None

    @property
    def unchecked(self) -> Literal["S", "U"] | None:
        """How its articles are known where none was checked against the official text: S second-hand, U from memory."""
        known = {one.status for one in self.articles}
        if not known or "V" in known:
            return None
        return "S" if "S" in known else "U"

    @property
    def critical_waived(self) -> bool:
        return any(one.critical for one in self.waived)


@dataclass(frozen=True, slots=True)
class Audit:
    """What the report says, whatever its form."""

    compilation: Compilation
    results: tuple[Result, ...]
    """In the order of the topics."""
    inventory: tuple[Entry, ...]

    def count(self, status: Status) -> int:
        return sum(one.status is status for one in self.results)

    def of(self, topic: Topic) -> tuple[Result, ...]:
        return tuple(one for one in self.results if topic_of(one.id) is topic)

    @property
    def other(self) -> tuple[Finding, ...]:
        """Open findings of rules that decide no control."""
        return tuple(one for one in self.compilation.findings if not one.rule.decides)

    @property
    def proved_otherwise(self) -> tuple[Proof, ...]:
        return tuple(one for one in self.compilation.proved if not one.rule.decides)

    @property
    def populations(self) -> tuple[Looked, ...]:
        """What was looked at, or should have been, each population once, in the order of the controls."""
        every = (looked for one in self.results for _, looked in one.looked)
        return tuple({one.population.id: one for one in every if one.judged or one.unseen}.values())


RULES_OF: Final = {
    name: tuple(rule for rule in RULES if name in rule.decides) for rule in RULES for name in rule.decides
}
"""Id of a control → the rules that decide it or a part of it."""
GRAVEST: Final = ("critical", "high", "medium")

BY_HAND: Final = Phrase("剧本说明不了，要由人核对", "the playbooks cannot show it; a person must look")
BETWEEN_VERSIONS: Final = Phrase(
    "要拿前后两个版本比较才能判断，这份报告只看一个版本：用 sopkit diff 比较上一个版本，再由人核对",
    "it is decided between two versions, and this report looks at one: compare with the former by sopkit diff, and let a person confirm",
)
NO_CHECK: Final = Phrase("这一版没有对应的检查", "this version has no check for it")
NO_EVIDENCE: Final = Phrase("这一版说不出检查了哪些地方", "this version cannot say what it looked at")
UNREADABLE: Final = Phrase(
    "工作区里还有写法或引用的错误（{count}处），相关内容读不出来，改好才能判断",
    "some of the workspace cannot be read, for mistakes in writing or references ({count}); mend these first",
)
UNPROVED: Final = Phrase(
    "同一项分析发现了别的问题、没有走完，或者前提不成立（例如撤回没有按时传到发送的系统），所以不另作结论",
    "the same analysis found something else, did not come to its end, or rests on what does not hold, such as withdrawals in time: "
    "nothing more is concluded",
)
PERHAPS: Final = Phrase("有可能不符合，要由人判断", "it may be broken; a person must judge")
NOT_YET: Final = Phrase("它的法条在基准日没有生效", "none of its articles is in force on the day")
IN_CATALOGUE: Final = Phrase(
    "用到的内置目录里有{count}处没有写全，换成企业自己的声明才能判断",
    "in the built-in catalogue that is used {count} are incomplete; declare your own to have them judged",
)
DOUBTFUL: Final = Phrase("有{count}处要由人判断：{why}", "{count} must be judged by people: {why}")
NOT_SEEN: Final = Phrase("有{count}处没法判断：{why}", "{count} could not be judged: {why}")


def audit(compilation: Compilation, exists: Callable[[str], bool]) -> Audit:
    """Return the audit; `exists` says whether the workspace has a file of that name."""
    case = Case(
        compilation.workspace, compilation.graph, compilation.forest, judged_on(compilation.today),
        Doubts(compilation.forest), compilation.law, exists,
    )  # fmt: skip
    judge = _Judge(compilation, case)
    ids = {name for pack in compilation.law.packs for name in pack.controls}
    results = (judge.result(name) for name in sorted(ids, key=_rank))
    return Audit(compilation, tuple(results), inventory(case))


def topic_of(control: str) -> Topic:
    return next((topic for topic in TOPICS if control in topic.controls), OTHER)


def _rank(control: str) -> tuple[int, int, str]:
    for number, topic in enumerate(TOPICS):
        if control in topic.controls:
            return number, topic.controls.index(control), control
    return len(TOPICS), 0, control


class _Judge:
    """One compilation, looked at control by control."""

    def __init__(self, compilation: Compilation, case: Case) -> None:
        self.done = compilation
        self.broken = sum(
            keeps_unjudged(one) and log_of(compilation.forest, one) is None for one in compilation.findings
        )
        self.adopted = adopt(case)
        self.in_catalogue = tuple(found_in_catalogue(self.adopted))
        self.accepted = {id(one.finding) for one in compilation.waived}
        self._looked: dict[str, Looked] = {}
        self._said: set[str] = set()

    def result(self, control: str) -> Result:
        law = self.done.law
        pairs = law.controls.get(control, ()) or tuple(_anyway(law, control))
        rules = RULES_OF.get(control, ())
        by_hand = {one.decided for _, one in pairs} & BY_PEOPLE
        asked = control in law.controls and not by_hand
        known = Result(
            id=control,
            title=next((one.title for _, one in pairs if one.title), Phrase(control, control)),
            severity=next((grave for grave in GRAVEST if any(one.severity == grave for _, one in pairs)), ""),
            packs=tuple(pack for pack, _ in pairs),
            articles=law.citations(control),
            rules=rules,
            logs=any(one.decided == "plan-and-logs" for _, one in pairs),
            findings=tuple(one for one in self.done.findings if one.rule in rules and id(one) not in self.accepted),
            waived=tuple(one for one in self.done.waived if one.finding.rule in rules),
            not_assessed=tuple(one for one in self.done.not_assessed if one.rule in rules),
            proved=tuple(one for one in self.done.proved if one.rule in rules),
            looked=tuple(self._look(rules)) if asked else (),
            in_catalogue=tuple(one for one in self.in_catalogue if one.rule in rules) if asked else (),
            practice=next((one.practice for _, one in pairs if one.practice), None),
            papers=any(one.decided == "document" for _, one in pairs),
        )
        status, reasons = self._status(known, by_hand, in_force=control in law.controls)
        says = tuple(self._say(known)) if status is Status.PASS else ()
        return replace(known, status=status, reasons=reasons, says=says, premises=self._premises(rules))

    def _premises(self, rules: Iterable[Rule]) -> tuple[Phrase, ...]:
        shown_by = {name for rule in rules for name in (rule.name, PROVED_BY.get(rule.name, ""))}
        return tuple(
            dict.fromkeys(
                said for proof in self.done.proved if proof.rule.name in shown_by for said in proof.assumptions
            )
        )

    def _say(self, known: Result) -> Iterator[Statement]:
        for _, one in known.looked:
            if one.population.id not in self._said:
                self._said.add(one.population.id)
                yield from one.population.says(self.adopted)
        if any(rule.name in TOLERANT and one.judged for rule, one in known.looked):
            yield from tolerances(self.adopted)

    def _look(self, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Looked]]:
        for rule in rules:
            population = LOOKS_AT.get(rule.name)
            if population is not None:
                if population.id not in self._looked:
                    self._looked[population.id] = look(population, self.adopted)
                yield rule, self._looked[population.id]

    def _status(
        self, known: Result, by_hand: Set[Decided | None], *, in_force: bool
    ) -> tuple[Status, tuple[Phrase, ...]]:
        """Return what is known of a control, the worst that can be said of it first."""
        weighty = [one for one in known.findings if one.weight is not Severity.NOTE]
        populations = [one.population for _, one in known.looked]
        if any(one.verdict is not Verdict.POSSIBLE for one in weighty):
            return Status.FAIL, ()
        if not in_force:
            return Status.NOT_APPLICABLE, (NOT_YET,)
        if by_hand:
            return Status.MANUAL, (BY_HAND if "manual" in by_hand else BETWEEN_VERSIONS,)
        if unsettled := tuple(self._unsettled(known)):
            return Status.NOT_ASSESSED, unsettled
        if weighty:
            return Status.MANUAL, (PERHAPS,)
        if doubts := tuple(_doubts(known)):
            return Status.MANUAL, doubts
        if known.waived:
            return Status.WAIVED, ()
        if any(one.judged for _, one in known.looked):
            return Status.PASS, ()
        empty = tuple(dict.fromkeys(one.empty for one in populations))
        settled = all(one.settled_when_empty for one in populations)
        return Status.NOT_APPLICABLE if settled else Status.NOT_ASSESSED, empty

    def _unsettled(self, known: Result) -> Iterator[Phrase]:
        """Yield why nobody can say that the control is kept, though nothing was found."""
        if not known.rules:
            yield NO_CHECK
        if self.broken:
            yield UNREADABLE.filled(count=str(self.broken))
        yield from dict.fromkeys(one.reason for one in known.not_assessed)
        if len(known.looked) < len(known.rules):
            yield NO_EVIDENCE
        proved = {"", *(one.rule.name for one in self.done.proved)}
        lacking = {rule for rule, one in known.looked if one.judged and PROVED_BY.get(rule.name, "") not in proved}
        if lacking and not known.not_assessed and not known.findings and not known.waived:
            yield UNPROVED
        for one in dict.fromkeys(looked.population.id for _, looked in known.looked if looked.unseen):
            looked = self._looked[one]
            yield NOT_SEEN.filled(count=str(len(looked.unseen)), why=looked.population.unseen_because)
        if known.in_catalogue:
            yield IN_CATALOGUE.filled(count=str(len(known.in_catalogue)))


def _doubts(known: Result) -> Iterator[Phrase]:
    """Yield what a person must judge, though no rule finds anything wrong."""
    for looked in {one.population.id: one for _, one in known.looked if one.doubtful}.values():
        yield DOUBTFUL.filled(count=str(len(looked.doubtful)), why=looked.population.doubtful_because)


def _anyway(law: Law, control: str) -> Iterator[tuple[Pack, Control]]:
    """Yield the packs that have a control, in force or not."""
    for pack in law.packs:
        if control in pack.controls:
            yield pack, pack.controls[control]
