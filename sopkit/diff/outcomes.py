"""What the analyses say of two versions goes in; which proofs are lost or weaker, what is new, who gets more, comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from sopkit.diagnostics import Finding, Moment, Outcome, Proof, Severity, Unassessed, Worst
from sopkit.diff import extents
from sopkit.diff.caps import per_is_same
from sopkit.diff.change import Change
from sopkit.diff.documents import Sides
from sopkit.diff.rules_promises import (
    DEADLINE_INFEASIBLE,
    FEWER_TOUCHES,
    MORE_TOUCHES,
    NEW_FINDING,
    PROOF_LOST,
    PROOF_WEAKENED,
)
from sopkit.frozen import dataclass
from sopkit.rules import witness
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.witness import Extreme
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

DEADLINES: Final = frozenset(
    {
        "infeasible-deadline", "deadline-before-start", "put-off-past-deadline", "late-alert", "never-open", "slot-in-closed-hours",
        "wait-with-no-way-out",
    }
)  # fmt: skip
"""Rules whose findings say that a time can't be kept."""
NOW: Final = {
    Severity.ERROR: Phrase("现在不成立", "it no longer holds"),
    Severity.WARNING: Phrase("现在证明不了", "it is proved no longer"),
    Severity.NOTE: Phrase(
        "现在不再证明：说的那些没有了，或照现在的写法证明不了",
        "it is proved no longer: what it speaks of is gone, or can't be proved as it is written now",
    ),
}
UNKNOWN: Final = Phrase("现在没能判断", "it could not be assessed now")
Key = tuple[str, str]
"""Name of a rule and what it speaks of."""


def changes(sides: Sides, old: Compilation, new: Compilation) -> Iterator[Change]:
    """Yield what the analyses say otherwise."""
    fresh = list(_new_findings(sides, old, new))
    lost = list(_lost(sides, old, new, fresh))
    told = {id(finding) for finding, _ in lost if finding and finding.rule.name not in DEADLINES}
    yield from (change for _, change in lost)
    yield from _weakened(sides, old, new)
    yield from extents.changes(old.proved, new.proved, partial(_by_new_names, renamed=sides.renamed))
    yield from _touches(sides, old, new)
    for finding in fresh:
        if id(finding) not in told and finding.weight is not Severity.NOTE:
            yield _new(finding)


def unjudged(sides: Sides, old: Compilation, new: Compilation) -> tuple[Unassessed, ...]:
    """Return what could not be settled of the new version, and could of the old one or was not asked of it."""
    before = {_key(one, sides.renamed) for one in old.not_assessed}
    return tuple(one for one in new.not_assessed if _key(one, {}) not in before)


def _key(one: Outcome, renamed: Mapping[str, str]) -> Key:
    """Return what an outcome speaks of by its new name; a broken cap by the cap, as its proof does."""
    worst = None if isinstance(one, Unassessed) else one.worst
    return one.rule.name, _by_new_names(worst.of if worst else one.subject, renamed)


def _by_new_names(about: str, renamed: Mapping[str, str]) -> str:
    return "/".join(renamed.get(part, part) for part in about.split("/")) if renamed else about


def _new_findings(sides: Sides, old: Compilation, new: Compilation) -> Iterator[Finding]:
    """Yield the findings of the new version beyond those of the old one, of each rule about each subject."""
    known = Counter(_identity(one, sides.renamed) for one in _all(old))
    for finding in _all(new):
        key = _identity(finding, {})
        known[key] -= 1
        if known[key] < 0:
            yield finding


def _all(one: Compilation) -> Iterable[Finding]:
    return (*one.findings, *(each.finding for each in one.waived if not each.critical))


def _identity(finding: Finding, renamed: Mapping[str, str]) -> tuple[str, str, str]:
    return (*_key(finding, renamed), "" if finding.subject else finding.message("en"))


def _lost(
    sides: Sides, old: Compilation, new: Compilation, fresh: list[Finding]
) -> Iterator[tuple[Finding | None, Change]]:
    """Yield each proof that is no more, with the finding that is in its place; not those that nothing was said of for errors.

    A time that can't be kept any longer is told by itself, as each one is.
    """
    for proof, found, is_open in _missing(sides, old, new, fresh):
        if found is None and not is_open and not new.is_judged:
            continue
        weight = found.weight if found else Severity.WARNING if is_open else Severity.NOTE
        said = UNKNOWN if found is None and is_open else NOW[weight]
        told = found if found and found.rule.name not in DEADLINES else None
        yield found, Change(
            PROOF_LOST, _key(proof, sides.renamed)[1] or proof.rule.name,
            {"now": _message(told) if told else said, "said": proof.statement},
            after=found.span if found else None, severity=weight, timeline=told.timeline if told else (),
            assumptions=told.assumptions if told else (), law=told.law if told else (), advice=_advice(told) if told else None,
        )  # fmt: skip


def held_back(sides: Sides, old: Compilation, new: Compilation) -> int:
    """Return how many proofs of the old version nothing is said of in the new one, since errors hold its judgement back."""
    if new.is_judged:
        return 0
    fresh = list(_new_findings(sides, old, new))
    return sum(found is None and not is_open for _, found, is_open in _missing(sides, old, new, fresh))


def _missing(
    sides: Sides, old: Compilation, new: Compilation, fresh: list[Finding]
) -> Iterator[tuple[Proof, Finding | None, bool]]:
    """Yield each proof that the new version does not have, the finding in its place, and whether it was not assessed."""
    still = {_key(one, {}) for one in new.proved}
    caps = sides.new.workspace.settings.caps
    gone = {f"cap/{one.id}" for one in sides.old.workspace.settings.caps} - {f"cap/{one.id}" for one in caps}
    open_ = {_key(one, {}) for one in new.not_assessed}
    for proof in old.proved:
        key = _key(proof, sides.renamed)
        if key in still or key[1] in gone:
            continue
        found = next((one for one in fresh if _key(one, {}) == key), None)
        yield proof, found or next((one for one in fresh if one.rule is proof.rule), None), key in open_


def _weakened(sides: Sides, old: Compilation, new: Compilation) -> Iterator[Change]:
    before: dict[Key, set[str]] = {}
    for proof in old.proved:
        before.setdefault(_key(proof, sides.renamed), set()).update(one.en for one in proof.assumptions)
    for proof in new.proved:
        known = before.get(_key(proof, {}))
        more = [one for one in proof.assumptions if known is not None and one.en not in known]
        if more:
            said = Phrase("；".join(one.zh for one in more), "; ".join(one.en for one in more))
            yield Change(PROOF_WEAKENED, proof.subject or proof.rule.name, {"said": said})


def _touches(sides: Sides, old: Compilation, new: Compilation) -> Iterator[Change]:
    """Yield for each cap whether a customer gets more or fewer at worst, as far as the same is counted."""
    settings = sides.old.workspace.settings, sides.new.workspace.settings
    was, now = _worst(old), _worst(new)
    alike = [one for one in sorted(was.keys() & now.keys()) if per_is_same(*settings, one)]
    asked = [one for one in alike if was[one].worst != now[one].worst or was[one].finding or now[one].finding]
    if not asked:
        return
    extremes_before, extremes_after = (witness.extremes(_case(one), asked) for one in (old, new))
    for about in asked:
        before, after = was[about].with_extreme(extremes_before), now[about].with_extreme(extremes_after)
        if before.most == after.most:
            continue
        finding = after.finding
        yield Change(
            MORE_TOUCHES if after.most > before.most else FEWER_TOUCHES, about,
            {"before": before.words, "after": after.words}, after=finding.span if finding else None,
            timeline=after.timeline, timeline_before=before.timeline,
            assumptions=tuple(dict.fromkeys((*before.assumptions, *after.assumptions))),
        )  # fmt: skip


def _case(one: Compilation) -> Case:
    return Case(one.workspace, one.graph, one.forest, one.today, Doubts(one.forest, ()), one.law)


@dataclass(frozen=True, slots=True)
class Number:
    """What is known of how often a customer is touched at worst, under one cap of one version."""

    worst: Worst
    finding: Finding | None = None
    extreme: Extreme | None = None

    def with_extreme(self, extremes: Mapping[str, Extreme]) -> Number:
        """Return it with the worst course, of what no tool holds."""
        return self if self.worst.held_by else replace(self, extreme=extremes.get(self.worst.of))

    @property
    def most(self) -> int:
        return self.extreme.most if self.extreme else self.worst.most

    @property
    def timeline(self) -> tuple[Moment, ...]:
        if self.extreme and self.extreme.timeline:
            return self.extreme.timeline
        return self.finding.timeline if self.finding else ()

    @property
    def assumptions(self) -> tuple[Phrase, ...]:
        return self.extreme.assumptions if self.extreme else ()

    @property
    def words(self) -> Phrase:
        if self.worst.held_by:
            most, tool = self.worst.most, self.worst.held_by
            return Phrase(f"{most}（由 {tool} 守住，不会更多）", f"at most {most} (held to that by {tool})")
        if self.extreme and self.extreme.timeline:
            return Phrase(str(self.most), str(self.most))
        if self.finding and self.finding.timeline and self.extreme is None:
            return Phrase(f"{self.most}（或更多）", f"{self.most} or more")
        return Phrase(f"{self.most}（上界，不一定会到）", f"at most {self.most}")


def _worst(one: Compilation) -> dict[str, Number]:
    """Return the worst number of each cap, with the finding where it is too many."""
    found = {proof.worst.of: Number(proof.worst) for proof in one.proved if proof.worst is not None}
    for finding in _all(one):
        if finding.worst is not None:
            found[finding.worst.of] = Number(finding.worst, finding)
    return found


def _new(finding: Finding) -> Change:
    """Return a finding as a change: a time that can't be kept any longer, or anything else that is new."""
    rule = DEADLINE_INFEASIBLE if finding.rule.name in DEADLINES else NEW_FINDING
    args: dict[str, str | Phrase] = {"rule": finding.rule.code, "said": _message(finding)}
    return Change(
        rule, finding.subject or finding.rule.name, args, after=finding.span, severity=finding.weight,
        timeline=finding.timeline, assumptions=finding.assumptions, law=finding.law, advice=_advice(finding),
    )  # fmt: skip


def _advice(finding: Finding) -> Phrase | None:
    """Return what the finding says is to be done; nothing where that goes with something to paste, which `check` shows."""
    return None if finding.stub else Phrase(finding.fix("zh-CN"), finding.fix("en"))


def _message(finding: Finding) -> Phrase:
    return Phrase(finding.message("zh-CN"), finding.message("en"))
