"""A compiled workspace goes in; the files that its fixes change, each change checked again before it is kept, come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit.cli.command import WrongUsageError
from sopkit.cli.ignored import ignored
from sopkit.cli.workspace import Loaded
from sopkit.diagnostics import Finding, Fix, Severity
from sopkit.fixing import Fixed, make
from sopkit.frozen import dataclass
from sopkit.source import Source
from sopkit.text import say

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

MOST_ROUNDS: Final = 100
"""Compilations after which what is left to mend is left for the next run."""
OF_EARLIER_STAGES: Final = ("SOP0", "SOP1")
"""While these find errors, the analyses hold back: what they find afterwards was there before."""

Key = tuple[str, ...]
Offer = tuple[Finding, Fix]


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of it."""

    files: tuple[Fixed, ...]
    """Each file as it was read, and as it is to be."""
    count: int
    """Changes made."""
    taken_back: int
    """Changes that would have brought new errors, or would have mended nothing."""
    left: tuple[str, ...]
    """Files with something to mend that git ignores."""


def mend(loaded: Loaded, see: Callable[[Compilation], Compilation], *, unsafe: bool) -> Mended:
    """Return the files with the fixes of what `see` shows, made round by round until none is left; nothing is written.

    What meets a change of the same round waits for the next. Repairs of an analysis are made one by one: each changes what
    the others were worked out from.
    """
    work = _Work(loaded, see, unsafe, loaded.compilation)
    for _ in range(MOST_ROUNDS):
        if not work.round():
            break
    return work.mended()


def key_of(finding: Finding) -> Key:
    """Return what makes a finding the same after a change elsewhere: of a cap, whichever step it is shown at."""
    cap = finding.args.get("cap")
    return (finding.rule.code, say(cap, "en")) if cap else (finding.rule.code, finding.span.path, finding.subject)


@dataclass(slots=True)
class _Work:
    loaded: Loaded
    see: Callable[[Compilation], Compilation]
    unsafe: bool
    state: Compilation
    sources: dict[str, Source] = field(default_factory=dict)
    """Place on disk → the file as changed so far."""
    count: int = 0
    taken_back: int = 0
    refused: set[Key] = field(default_factory=set)
    alone: bool = False
    """Whether one change is made at a time, since of several one was bad."""
    known: dict[str, bool] = field(default_factory=dict)
    """Place on disk → whether git ignores it."""
    left: set[str] = field(default_factory=set)

    def round(self) -> bool:
        """Make changes that get along, and keep them if they are for the better; return whether there was anything to do."""
        chosen = self._chosen()
        fixed = make([fix for _, fix in chosen])
        if not fixed:
            self.refused.update(_key(*one) for one in chosen)
            return bool(chosen)
        changed = {**self.sources, **{one.source.place: _changed(one) for one in fixed}}
        after = self.loaded.recompile(changed)
        made = sum(one.count for one in fixed)
        if not self._is_worse(after, chosen):
            self.sources, self.state, self.count = changed, after, self.count + made
        elif len(chosen) > 1:
            self.alone = True
        else:
            self.refused.add(_key(*chosen[0]))
            self.taken_back += 1
        return True

    def _chosen(self) -> Sequence[Offer]:
        try:
            offers = [*self._offers()]
        except WrongUsageError:  # what was selected is no more
            return ()
        mechanical = [one for one in offers if one[0].verdict is None]
        return (mechanical or offers)[: 1 if self.alone or not mechanical else None]

    def _offers(self) -> Iterator[Offer]:
        offers = [
            (finding, fix)
            for finding in self.see(self.state).findings
            for fix in [one for one in finding.fixes if _key(finding, one) not in self.refused][:1]
            if fix.edits and (fix.safe or self.unsafe)
        ]
        self._learn({edit.span.source for _, fix in offers for edit in fix.edits})
        for finding, fix in offers:
            places = [edit.span.source for edit in fix.edits]
            if any(self.known[one.place] for one in places):
                self.left.update(one.path for one in places)
            else:
                yield finding, fix

    def _learn(self, sources: set[Source]) -> None:
        new = {one.place for one in sources} - self.known.keys()
        if new:
            passed_over = ignored(self.loaded.folder, [Path(one) for one in sorted(new)])
            self.known.update({one: Path(one) in passed_over for one in new})

    def _is_worse(self, after: Compilation, made: Sequence[Offer]) -> bool:
        before = self.state
        if after.held_back > before.held_back and not before.held_back:
            return True
        if before.held_back or any(_is_early(one) for one in before.findings):
            return False
        if _unsettled(after) - _unsettled(before):
            return True
        left = {key_of(one) for one in after.findings}
        return any(finding.verdict is not None and key_of(finding) in left for finding, _ in made)

    def mended(self) -> Mended:
        before = {one.place: one for one in self.loaded.sources}
        files = (Fixed(before[place], source.data, 0) for place, source in self.sources.items())
        changed = sorted((one for one in files if one.data != one.source.data), key=lambda one: one.source.path)
        return Mended(tuple(changed), self.count, self.taken_back, tuple(sorted(self.left)))


def _key(finding: Finding, fix: Fix) -> Key:
    return (*key_of(finding), fix.label.en)


def _changed(fixed: Fixed) -> Source:
    return Source(fixed.source.path, fixed.data, fixed.source.place)


def _is_early(finding: Finding) -> bool:
    return finding.weight is Severity.ERROR and finding.rule.code.startswith(OF_EARLIER_STAGES)


def _unsettled(compilation: Compilation) -> Counter[Key]:
    """Return the errors, and what was not assessed, each as often as it is there."""
    errors = (key_of(one) for one in compilation.findings if one.weight is Severity.ERROR)
    return Counter([*errors, *((one.rule.code, "not assessed", one.subject) for one in compilation.not_assessed)])
