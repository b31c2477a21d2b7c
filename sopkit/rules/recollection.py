"""What families of rules said of a workspace goes in, to be kept; what of it still holds of another state of it comes out.

What a family said holds as long as nothing that it reads is otherwise: the files, in their order, but for words or times in them that
it does not read; what may be spent on a question; which files of artefacts there are; and what is one digest with the key that this is
kept under (the tool, the day, packs of law). While anything is wrong in itself nothing is kept: what the rules hold back then hangs on
where.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.resources import BUILTIN
from sopkit.rules.parcel import Said
from sopkit.rules.pieces import Pieces
from sopkit.rules.plain_outcomes import LostError, Plain, Reader, plain, texts, without
from sopkit.rules.wording import BEARING, PLAYBOOKS, Difference, difference
from sopkit.schema.places import Path, path_to
from sopkit.source import Span
from sopkit.tree import NUMBERS_A_NODE, Forest, Tree, Value

Content = tuple[tuple[str, bytes], ...]
"""Path and digest of every file, in order."""
Beside = tuple[int, tuple[tuple[str, bool], ...]]
"""What may be spent on one question, which the size of the workspace says, and which files of artefacts there are."""
Before = Callable[[str, bytes], Sequence[Tree] | None]
"""The trees of a file as it was, by path and digest; None where they are not known any more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What all families said of one state of a workspace."""

    files: Content
    beside: Beside
    said: tuple[Plain, ...]
    """By family, in their order."""
    pieces: tuple[Plain, ...] = ()
    """By name, each with the playbooks that it is of."""

    @classmethod
    def of(cls, stored: object) -> Kept | None:
        """Return what was kept; None where this is nothing of the kind."""
        match stored:
            case (tuple(files), tuple(beside), tuple(said), tuple(pieces)):
                return cls(files, beside, said, pieces)
        return None

    @property
    def stored(self) -> Plain:
        return self.files, self.beside, self.said, self.pieces


def keep(files: Content, beside: Beside, said: Iterable[Said], pieces: Pieces) -> Kept:
    return Kept(files, beside, tuple([plain(one) for one in said]), pieces.stored)


@dataclass(frozen=True, slots=True)
class Reads:
    """By their numbers, what families look at."""

    words: Collection[int]
    """They read texts, or titles of nouns."""
    work: Collection[int]
    """They read what people are told to do."""
    titles: Collection[int]
    """They put titles into what they say, and decide nothing by them."""
    times: Collection[int]
    """They read how long things take, and when."""
    alone: Collection[int]
    """What they say of a playbook hangs on it, on nouns, and on playbooks that name it or that it names."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What families said that would say the same now."""

    said: Mapping[int, Said]
    of_others: Mapping[int, Said]
    """What families would say the same of all but `playbooks`."""
    playbooks: frozenset[str]
    pieces: Pieces | None = None
    """What families worked out of playbooks that nothing which is otherwise now can matter to."""

    def joined(self, other: Recalled) -> Recalled:
        """Return what is recalled of either state; of others than some playbooks, of the first that has any."""
        some = self if self.of_others else other
        return Recalled({**other.said, **self.said}, some.of_others, some.playbooks, self.pieces or other.pieces)


NOTHING: Final = Recalled({}, {}, frozenset())


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What is otherwise in this state than in another, of which something was said."""

    change: Difference
    apart: frozenset[str] | None
    """The playbooks that what is graver than words can matter to; None where these may be all."""
    touched: frozenset[str] | None
    """The playbooks that anything which is otherwise can matter to; None where these may be all."""
    reader: Reader
    reads: Reads

    def again(
        self, number: int, said: Callable[[], Plain], here: Said | None = None
    ) -> tuple[Said | None, Said | None]:
        """Return what a family said of the other, if it would say the same; else what it would say the same of all but `apart`.

        It is known as plain data, and from `here` where it was said in this process.
        """
        with suppress(LostError):
            if not _is_read(number, said, self.change, self.reads):
                moving = number not in self.reads.titles or not self.change.titles
                whole = (
                    self.reader.said(said(), moving=moving) if here is None else self.reader.again(here, moving=moving)
                )
                return whole, None
            if number in self.reads.alone and self.apart:
                return None, self.reader.said(without(said(), self.apart), moving=False)
        return None, None


@dataclass(frozen=True, slots=True)
class Past:
    """The files of another state and of this one."""

    then: Content
    now: Content
    before: Before

    def otherwise(self, forest: Forest, rules: Mapping[str, Rule], reads: Reads) -> Otherwise | None:
        """Return what is otherwise; None where files came or went."""
        if [one for one, _ in self.then] != [one for one, _ in self.now]:
            return None
        moved = self._moved(forest)
        change = Difference()
        for one in moved.values():
            change = change.joined(one.difference)
        graver = [one for one in moved.values() if one.difference.is_graver]
        apart = _meeting(graver, forest)
        touched = apart if len(graver) == len(moved) else _meeting([*moved.values()], forest)
        reader = Reader(
            {tree.source.path: tree.source for tree in forest.trees},
            rules,
            {path: one.span for path, one in moved.items()},
        )
        return Otherwise(change, apart, touched, reader, reads)

    def _moved(self, forest: Forest) -> Mapping[str, _Moved]:
        """Return each file that is otherwise now."""
        changed = {path: old for (path, old), (_, new) in zip(self.then, self.now, strict=True) if old != new}
        after: dict[str, list[Tree]] = {path: [] for path in changed}
        for tree in forest.trees if changed else ():
            if tree.source.path in after:
                after[tree.source.path].append(tree)
        return {path: _Moved(self.before(path, old) or (), after[path]) for path, old in changed.items()}


@dataclass(frozen=True, slots=True)
class Recollection:
    """What was said of an earlier state, to be held against this one."""

    kept: Kept | None
    files: Content
    before: Before

    def recall(self, forest: Forest, beside: Beside, rules: Mapping[str, Rule], reads: Reads) -> Recalled:
        kept = self.kept
        if kept is None or kept.beside != beside:
            return NOTHING
        otherwise = Past(kept.files, self.files, self.before).otherwise(forest, rules, reads)
        if otherwise is None:
            return NOTHING
        found: dict[int, Said] = {}
        of_others: dict[int, Said] = {}
        for number in range(len(kept.said)):
            whole, others = otherwise.again(number, partial(kept.said.__getitem__, number))
            if whole is not None:
                found[number] = whole
            elif others is not None:
                of_others[number] = others
        touched = otherwise.touched
        pieces = None if touched is None else Pieces(_beyond(kept.pieces, touched), otherwise.reader.piece)
        return Recalled(found, of_others, otherwise.apart or frozenset(), pieces)


def _beyond(pieces: Iterable[Plain], playbooks: Collection[str]) -> Mapping[str, tuple[tuple[str, ...], Plain]]:
    """Return the pieces by name, but those of these playbooks."""
    found: dict[str, tuple[tuple[str, ...], Plain]] = {}
    for one in pieces:
        match one:
            case (str(name), tuple(among), piece) if frozenset(among).isdisjoint(playbooks):
                found[name] = tuple(map(str, among)), piece
    return found


def _is_read(number: int, said: Callable[[], Plain], change: Difference, reads: Reads) -> bool:
    """Return whether a family may have read something that is otherwise now."""
    return (
        change.bearing
        or (change.times and number in reads.times)
        or (change.work and number in reads.work)
        or (number in reads.words and change.words)
        or (bool(change.titles) and number in reads.titles and _names(said(), change.titles))
    )


def _meeting(changed: Sequence[_Moved], forest: Forest) -> frozenset[str] | None:
    """Return the changed playbooks, those that may name one of them and those that one may name, as `lifecycle/new-member`.

    None where something else is changed, or may name one: every playbook may hang on that. A name is looked for in the bytes of
    a file, as it can be written in no other way without a backslash.
    """
    found: set[str] = set()
    for one in changed:
        if not one.playbooks:
            return None
        found |= one.playbooks
    names = [one.partition("/")[2].encode() for one in found]
    told = "\n".join(one.told for one in changed)
    doubtful = {
        source: any(name in source.data for name in names) or b"\\" in source.data
        for source in {tree.source for tree in forest.trees}
    }
    for tree in forest.trees:
        playbook = _playbook(tree)
        if playbook and playbook.partition("/")[2] in told:
            found.add(playbook)
        elif doubtful[tree.source]:
            if not playbook and not tree.source.path.startswith(BUILTIN):
                return None
            found |= {playbook} if playbook else set()
    return frozenset(found)


def _playbook(tree: Tree) -> str:
    """Return the name of the playbook that a tree holds; nothing where it holds none."""
    root = tree.value
    if not isinstance(root, dict) or root.get("kind") not in PLAYBOOKS or not isinstance(root.get("id"), str):
        return ""
    return f"{root['kind']}/{root['id']}"


def _led(path: Path, old: Value, new: Value) -> Path:
    """Return the path by which a value stands now; in a list by its id. Raises `ValueError` where that leads nowhere, or to several."""
    led: list[str | int] = []
    for part in path:
        if isinstance(old, list) and isinstance(new, list) and isinstance(part, int):
            (at,) = _like(old, part, new)
            old, new = old[part], new[at]
            led.append(at)
        elif isinstance(old, dict) and isinstance(new, dict) and isinstance(part, str):
            old, new = old[part], new[part]
            led.append(part)
    return tuple(led)


def _like(old: list[Value], part: int, new: list[Value]) -> list[int]:
    """Return where the elements stand now that have the id of one; without ids it stands where it stood, unless some came or went."""
    name = _id(old[part])
    if name is None:
        return [part] if len(old) == len(new) else []
    return [number for number, one in enumerate(new) if _id(one) == name]


def _id(value: Value) -> str | None:
    name = value.get("id") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None


def _names(said: Plain, titles: Collection[str]) -> bool:
    """Return whether a title may be among what was said."""
    wanted = [title for title in titles if title]
    return len(wanted) < len(titles) or any(title in text for text in texts(said) for title in wanted)


class _Moved:
    """One file that is otherwise now: what became of places in it."""

    def __init__(self, before: Sequence[Tree], after: Sequence[Tree]) -> None:
        self._before = before
        self._after = after

    @property
    def playbooks(self) -> frozenset[str]:
        """The playbooks in the file, where it holds nothing else, then and now the same ones."""
        then, now = (tuple(map(_playbook, trees)) for trees in (self._before, self._after))
        return frozenset(now) if then == now and all(now) else frozenset()

    @property
    def told(self) -> str:
        """All that the file says, then and now."""
        return repr([tree.value for tree in (*self._before, *self._after)])

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
            if path is not None:
                return new.span(new.find(_led(path, old.value, new.value))[1])
            return new.span(new.find(_led(path_to(old, at + 1) or (), old.value, new.value))[0])
        except (LookupError, ValueError, StopIteration):
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
