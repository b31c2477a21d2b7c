"""What families of rules said of a workspace goes in, to be kept; what of it still holds of another state of it comes out.

What a family said holds as long as nothing that it reads is otherwise: the files, in their order, but for words in them that it does
not read; which files of artefacts there are; and what is one digest with the key that this is kept under (the tool, the day, packs of
law). While anything is wrong in itself nothing is kept: what the rules hold back then hangs on where.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.rules.parcel import Said
from sopkit.rules.plain_outcomes import LostError, Plain, Reader, plain, texts
from sopkit.rules.wording import BEARING, Difference, difference
from sopkit.schema.places import path_to
from sopkit.source import Span
from sopkit.tree import NUMBERS_A_NODE, Forest, Tree

Content = tuple[tuple[str, bytes], ...]
"""Path and digest of every file, in order."""
Beside = tuple[tuple[str, bool], ...]
"""Which files of artefacts there are."""
Before = Callable[[str, bytes], Sequence[Tree] | None]
"""The trees of a file as it was, by path and digest; None where they are not known any more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What all families said of one state of a workspace."""

    files: Content
    beside: Beside
    said: tuple[Plain, ...]
    """By family, in their order."""

    @classmethod
    def of(cls, stored: object) -> Kept | None:
        """Return what was kept; None where this is nothing of the kind."""
        match stored:
            case (tuple(files), tuple(beside), tuple(said)):
                return cls(files, beside, said)
        return None

    @property
    def stored(self) -> Plain:
        return self.files, self.beside, self.said


def keep(files: Content, beside: Beside, said: Iterable[Said]) -> Kept:
    return Kept(files, beside, tuple([plain(one) for one in said]))


@dataclass(frozen=True, slots=True)
class Recollection:
    """What was said of an earlier state, to be held against this one."""

    kept: Kept | None
    files: Content
    before: Before

    def recall(
        self, forest: Forest, beside: Beside, rules: Mapping[str, Rule], *, wordy: Collection[int], titled: Collection[int]
    ) -> Mapping[int, Said]:  # fmt: skip
        """Return by their numbers what those families said that would say the same now.

        `wordy` are families that read every text, `titled` those that put titles into what they say and decide nothing by them.
        """
        kept = self.kept
        if kept is None or kept.beside != beside or [one for one, _ in kept.files] != [one for one, _ in self.files]:
            return {}
        moved = self._moved(kept.files, forest)
        change = Difference()
        for one in moved.values():
            change = change.joined(one.difference)
        if change.bearing:
            return {}
        sources = {tree.source.path: tree.source for tree in forest.trees}
        found: dict[int, Said] = {}
        for number, said in enumerate(kept.said):
            reads = number in wordy and (change.words or change.titles)
            if reads or (number in titled and _names(said, change.titles)):
                continue
            reader = Reader(sources, rules, {path: one.span for path, one in moved.items()}, strict=number in titled and bool(change.titles))
            try:
                found[number] = reader.said(said)
            except LostError:
                continue
        return found

    def _moved(self, then: Content, forest: Forest) -> Mapping[str, _Moved]:
        """Return each file that is otherwise now."""
        changed = {path: old for (path, old), (_, new) in zip(then, self.files, strict=True) if old != new}
        after: dict[str, list[Tree]] = {path: [] for path in changed}
        for tree in forest.trees if changed else ():
            if tree.source.path in after:
                after[tree.source.path].append(tree)
        return {path: _Moved(self.before(path, old) or (), after[path]) for path, old in changed.items()}


def _names(said: Plain, titles: Collection[str]) -> bool:
    """Return whether a title may be among what was said."""
    wanted = [title for title in titles if title]
    return len(wanted) < len(titles) or any(title in text for text in texts(said) for title in wanted)


class _Moved:
    """One file that is otherwise now: what became of places in it."""

    def __init__(self, before: Sequence[Tree], after: Sequence[Tree]) -> None:
        self._before = before
        self._after = after

    @cached_property
    def difference(self) -> Difference:
        before, after = self._before, self._after
        if not before or len(before) != len(after) or any(tree.aliased for tree in (*before, *after)):
            return BEARING
        found = Difference()
        for old, new in zip(before, after, strict=True):
            found = found.joined(difference(old.value, new.value))
        return found

    def span(self, start: int, end: int) -> Span:
        """Return where the node now stands that stood at these offsets. Raises `LostError` where it was none, or one of several."""
        found = self._nodes.get((start, end), ())
        if len(found) != 1:
            raise LostError
        number, at = found[0]
        old, new = self._before[number], self._after[number]
        path = path_to(old, at)
        try:
            return new.span(new.find(path)[1] if path is not None else new.find(path_to(old, at + 1) or ())[0])
        except (LookupError, StopIteration):
            raise LostError from None

    @cached_property
    def _nodes(self) -> Mapping[tuple[int, int], Sequence[tuple[int, int]]]:
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for number, tree in enumerate(self._before):
            places = tree.places
            for at in range(len(places) // NUMBERS_A_NODE):
                first = at * NUMBERS_A_NODE
                found.setdefault((places[first], places[first + 1]), []).append((number, at))
        return found
