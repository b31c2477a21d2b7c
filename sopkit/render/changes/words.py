"""What every form of a comparison shares: between what, which group a change is listed in, its counts in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Moment, Severity, Unassessed
from sopkit.diff.change import Change, Comparison, Detail
from sopkit.diff.kinds import TITLES, Group
from sopkit.diff.rules import GROUPS
from sopkit.frozen import dataclass
from sopkit.render.terminal import COURSE, FIX, GIVEN, LAW, SEVERITIES, WHY, cited
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

NOTHING: Final = Phrase(
    "对客户、员工、证明和法规都没有变化", "nothing has changed for customers, staff, proofs or the law"
)
UNJUDGED: Final = Phrase("没能判断", "not judged")
UNJUDGED_COUNT: Final = Phrase("{count} 项没能判断", "{count} not judged")
WORST_BEFORE: Final = Phrase("旧版本的最坏情况", "the worst before")
WORST_NOW: Final = Phrase("新版本的最坏情况", "the worst now")
HEADING: Final = Phrase("剧本变化", "What changes in the playbooks")


@dataclass(frozen=True, slots=True)
class Frame:
    """The two versions by name, and what to put before paths of each."""

    old: str
    new: str
    old_prefix: str = ""
    new_prefix: str = ""

    def place(self, change: Change) -> str:
        """Return `file:line:column` of the new version, of what is gone that of the old one; nothing where it stands nowhere."""
        if change.after is not None:
            return _place(change.after, self.new_prefix)
        return _place(change.before, self.old_prefix) if change.before is not None else ""

    def unjudged(self, comparison: Comparison) -> Iterator[tuple[Unassessed, str]]:
        """Yield what could not be judged, that of the old version first, each with its place; nothing where it stands nowhere."""
        for number, one in enumerate(comparison.unjudged):
            prefix = self.old_prefix if number < comparison.former else self.new_prefix
            yield one, _place(one.span, prefix) if one.span is not None else ""


def explained(change: Change, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield (label, words) of what stands below a grave change: what it assumes, why it matters, what to do, the law."""
    for one in change.assumptions:
        yield GIVEN.within(lang), one.within(lang)
    yield WHY.within(lang), change.rule.why.within(lang)
    yield FIX.within(lang), change.fix(lang)
    if change.law:
        yield LAW.within(lang), "; ".join(cited(one, lang) for one in change.law)


def _place(span: Span, prefix: str) -> str:
    path = span.path if span.path.startswith(BUILTIN) else prefix + span.path
    return f"{path}:{span.line}:{span.column}"


def grouped(changes: tuple[Change, ...]) -> Iterator[tuple[Group, list[Change]]]:
    """Yield each group that has changes, in order; in it the gravest first."""
    for group in Group:
        found = [one for one in changes if GROUPS[one.rule.code] is group]
        if found:
            yield group, sorted(found, key=lambda one: one.weight.rank)  # stable: else by code and subject


def counts(comparison: Comparison, lang: Lang) -> str:
    """Return how many changes of each weight and group there are, in one line."""
    weights = [_number(comparison.count(one), SEVERITIES[one], lang) for one in Severity if comparison.count(one)]
    groups = [f"{TITLES[group].within(lang)} {len(found)}" for group, found in grouped(comparison.changes)]
    if comparison.unjudged:
        weights.append(UNJUDGED_COUNT.fill(lang, {"count": str(len(comparison.unjudged))}))
    comma, colon = ("、", "；") if lang == "zh-CN" else (", ", "; ")
    if not weights:
        return NOTHING.within(lang)
    return colon.join(part for part in (comma.join(weights), comma.join(groups)) if part)


def _number(count: int, word: Phrase, lang: Lang) -> str:
    return f"{count} 个{word.zh}" if lang == "zh-CN" else f"{count} {word.en}{'s' * (count != 1)}"


def courses(change: Change) -> Iterator[tuple[Phrase, tuple[Moment, ...]]]:
    """Yield the courses of events that a change is shown by, each with what it is; the former version's first."""
    if change.timeline_before:
        yield WORST_BEFORE, change.timeline_before
    if change.timeline:
        yield (WORST_NOW if change.timeline_before else COURSE), change.timeline


def reads(detail: Detail, lang: Lang) -> str:
    """Return how a key read before and reads now."""
    none = Phrase("（没有写）", "(not written)").within(lang)
    sign = f"{detail.key}{'：' if lang == 'zh-CN' else ': '}" if detail.key else ""
    if not detail.key:
        return f"+ {detail.after}" if detail.after else f"- {detail.before}"
    return f"{sign}{detail.before or none} → {detail.after or none}"
