"""Two compilations go in; what nobody can tell of them, since a file can't be read or errors hold judgement back, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sopkit.diagnostics import Finding, Severity, Unassessed
from sopkit.diff.change import Change
from sopkit.diff.rules_staff import OTHER_CHANGED
from sopkit.frozen import dataclass
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

UNREAD: Final = ("SOP0", "SOP1")
"""Codes of what keeps a document, or a part of it, from being read."""
THEN, NOW = Phrase("旧版本", "the former version"), Phrase("新版本", "the new version")
MOST_NAMED: Final = 5
STILL: Final = Phrase("{what} 还在不在", "whether it still has {what}")
ALREADY: Final = Phrase("{what} 以前是不是就有", "whether it had {what}")
PROOFS: Final = Phrase("以前证明过的 {count} 条现在还成不成立", "whether what was proved before ({count}) still holds")
RETRAINING: Final = Phrase("谁要重新培训和签收", "who must train and sign again")
UNKNOWN: Final = Phrase("{which}有错误，没法判断：{what}", "{which} has errors, so nobody can tell {what}")


@dataclass(frozen=True, slots=True)
class Unread:
    """The files of both versions that can't be read, wholly or in part."""

    then: frozenset[str]
    now: frozenset[str]
    came: frozenset[str]
    """Those of `now` that the former version did not have: they may hold what stood elsewhere."""
    left: frozenset[str]
    """Those of `then` that the new version has no longer."""
    files_then: frozenset[str]
    files_now: frozenset[str]

    @classmethod
    def of(cls, old: Compilation, new: Compilation) -> Unread:
        then, now = (frozenset(each.span.path for each in _unread(one)) for one in (old, new))
        files_then, files_now = (
            frozenset(tree.source.path for tree in one.forest.trees) | unread
            for one, unread in ((old, then), (new, now))
        )
        return cls(then, now, now - files_then, then - files_now, files_then, files_now)

    @property
    def any(self) -> bool:
        return bool(self.then or self.now)

    def hides(self, change: Change) -> bool:
        """Return whether something that seems to have come or gone may stand in a file that can't be read in the other version."""
        if change.before and not change.after:
            return self._may_hold(change.before.path, self.now, self.came, self.files_now)
        if change.after and not change.before:
            return self._may_hold(change.after.path, self.then, self.left, self.files_then)
        return False

    @staticmethod
    def _may_hold(path: str, unread: frozenset[str], elsewhere: frozenset[str], files: frozenset[str]) -> bool:
        return path in unread or bool(elsewhere and path not in files)


def places(one: Compilation, which: Phrase) -> Iterator[Unassessed]:
    """Yield each place of a version that could not be read: what it says may have changed, and nobody can tell."""
    for finding in _unread(one):
        zh, en = finding.message("zh-CN"), finding.message("en")
        said = Phrase(f"{which.zh}：{zh}", f"{which.en}: {en}")
        yield Unassessed(OTHER_CHANGED, finding.subject, said, finding.span)


def unknown(unread: Unread, hidden: Iterable[Change], proofs: int) -> Iterator[Unassessed]:
    """Yield what nobody can tell for it, once for each version: of these changes, of so many proofs, and of who must train again."""
    hidden = tuple(hidden)
    gone, come = (_named(one.subject for one in hidden if bool(one.before) is former) for former in (True, False))
    of_proofs = [PROOFS.filled(count=str(proofs))] if proofs else []
    then = [ALREADY.filled(what=come)] if come else []
    now = [*([STILL.filled(what=gone)] if gone else []), *of_proofs]
    if unread.any:
        (now if unread.now else then).append(RETRAINING)
    for which, parts in ((THEN, then), (NOW, now)):
        if parts:
            what = Phrase("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))
            yield Unassessed(OTHER_CHANGED, "", UNKNOWN.filled(which=which, what=what))


def _unread(one: Compilation) -> Iterator[Finding]:
    for finding in one.findings:
        if finding.weight is Severity.ERROR and finding.rule.code.startswith(UNREAD):
            yield finding


def _named(subjects: Iterable[str]) -> Phrase | None:
    names = sorted(set(subjects))
    more = len(names) - MOST_NAMED
    if not names:
        return None
    shown = names[:MOST_NAMED]
    return Phrase(
        "、".join(shown) + (f" 等 {len(names)} 项" if more > 0 else ""),
        ", ".join(shown) + (f" and {more} more" if more > 0 else ""),
    )
