"""The events of a document with anchors, aliases, merge keys or tags go in; the events of what it means come out, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from yaml.events import MappingEndEvent as NewMappingEnd
from yaml.events import MappingStartEvent as NewMappingStart
from yaml.events import SequenceEndEvent as NewSequenceEnd
from yaml.events import SequenceStartEvent as NewSequenceStart

from sopkit.frozen import dataclass
from sopkit.reader import rules
from sopkit.reader.compose import FIRST_HERE, MAX_DEPTH, before_blanks, block_end, note_key
from sopkit.reader.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import quoting
from sopkit.text import Phrase

MAX_COPIED: Final = 20_000
"""Nodes that aliases and merge keys of one document may bring in."""

PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*|(?<=\s)#[^\r\n]*|\s)*")
"""What can stand between the start of an anchored node and its content."""

ANCHOR_HERE: Final = Phrase("锚点在这里", "the anchor is here")

Extent = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A mark of our own."""

    index: int


@dataclass(frozen=True, slots=True)
class Expanded:
    """A document without aliases."""

    events: Sequence[Event]
    aliased: dict[int, Extent]
    """As in `Tree`."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value, as indexes of events; `site` is the alias through which they came."""

    key: int
    value: int
    site: Extent | None = None


def expand(events: Sequence[Event], notes: Notes) -> Expanded:
    """Return the events of one node with each alias replaced by what it stands for, keys that can't be kept noted and
    left out. Raises `RefusedError`."""
    if not any(_is_special(event) for event in events):
        return Expanded(events, {})
    expansion = _Expansion(events, notes)
    expansion.emit(0, 0)
    expansion.note_unused_anchors()
    return Expanded(expansion.out, expansion.aliased)


def _is_special(event: Event) -> bool:
    if isinstance(event, ScalarEvent) and event.value == "<<" and not event.style:
        return True
    if isinstance(event, ScalarEvent | CollectionStartEvent):
        return event.anchor is not None
    return isinstance(event, AliasEvent)


class _Expansion:
    """One document on its way; nodes are named by the index of their event."""

    def __init__(self, events: Sequence[Event], notes: Notes) -> None:
        self.events = events
        self.notes = notes
        self.text = notes.text
        self.out: list[Event] = []
        self.aliased: dict[int, Extent] = {}
        self.nodes = 0
        self.copied = 0
        self.copying = 0
        self.close: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self.anchors: dict[str, int] = {}
        self.written: dict[str, Extent] = {}
        self.repeated: set[str] = set()
        self.pairs: dict[int, tuple[Pair, ...]] = {}
        self._measure()

    def _measure(self) -> None:
        """Find each node's last event and end, and each anchor."""
        open_nodes: list[int] = []
        end = 0
        for at, event in enumerate(self.events):
            if isinstance(event, NodeEvent):
                self._register(at, event)
            if isinstance(event, CollectionStartEvent):
                open_nodes.append(at)
                continue
            if isinstance(event, NodeEvent):
                node = at
                block = isinstance(event, ScalarEvent) and event.style in ("|", ">")
                end = block_end(event, self.text) if block else event.end_mark.index  # type: ignore[arg-type]
            else:
                node = open_nodes.pop()
                opening = self.events[node]
                flow = isinstance(opening, CollectionStartEvent) and opening.flow_style
                end = event.end_mark.index if flow else end
            self.close[node] = at
            self.ends[node] = end

    def _register(self, at: int, event: NodeEvent) -> None:
        if not isinstance(event, ScalarEvent | CollectionStartEvent) or event.anchor is None:
            return
        name = f"&{event.anchor}"
        start = self.text.rfind(name, 0, event.start_mark.index + len(name))  # an empty node starts behind its anchor
        place = start, start + len(name)
        if event.anchor in self.anchors:
            related = ((*self.written[event.anchor], FIRST_HERE),)
            raise RefusedError(rules.DUPLICATE_ANCHOR, *place, {"name": event.anchor}, related=related)
        self.anchors[event.anchor] = at
        self.written[event.anchor] = place

    def emit(self, at: int, depth: int) -> None:
        """Put out the node at `at` with all it holds, aliases replaced."""
        event = self.events[at]
        if depth > MAX_DEPTH:
            raise RefusedError(
                rules.TOO_DEEP, event.start_mark.index, event.start_mark.index + 1, {"limit": str(MAX_DEPTH)}
            )
        if isinstance(event, AliasEvent):
            self._copy(self._target(at), self._extent(at), depth)
            return
        self.nodes += 1
        if self.copying:
            self._charge(at)
        if isinstance(event, ScalarEvent):
            self.out.append(self._without_anchor(at, event))
        elif isinstance(event, MappingStartEvent):
            self._emit_mapping(at, depth)
        else:
            self._emit_sequence(at, depth)

    def _emit_mapping(self, at: int, depth: int) -> None:
        start, end = map(Place, self._extent(at))
        self.out.append(NewMappingStart(None, None, True, start, start, flow_style=True))  # type: ignore[arg-type]
        for pair in self._kept(self._effective(at, depth)):
            for node in (pair.key, pair.value):
                if pair.site is None:
                    self.emit(node, depth + 1)
                else:
                    self._copy(node, pair.site, depth + 1)
        self.out.append(NewMappingEnd(end, end))  # type: ignore[arg-type]

    def _kept(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs whose key is a word that does not stand before; the others would have no place in the tree."""
        first: dict[str, Extent] = {}
        kept = []
        for pair in pairs:
            name, (start, end) = self._name(pair.key), pair.site or self._extent(pair.key)
            if name is None:
                self.notes.add(rules.COMPLEX_KEY, start, max(end, start + 1))
            elif not name or name in first:
                note_key(name, start, end, first.get(name, (0, 0)), self.notes)
            else:
                first[name] = start, end
                kept.append(pair)
        return kept

    def note_unused_anchors(self) -> None:
        """Note texts that lose their first word to an anchor that nothing refers to."""
        for name, at in self.anchors.items():
            event = self.events[at]
            if name in self.repeated or not isinstance(event, ScalarEvent) or event.style:
                continue
            start, end = self.written[name]
            fixes = quoting(start, max(end, self.ends[at]), self.notes)
            self.notes.add(rules.UNUSED_ANCHOR, start, end, {"name": name}, fixes=fixes)

    def _emit_sequence(self, at: int, depth: int) -> None:
        start, end = map(Place, self._extent(at))
        self.out.append(NewSequenceStart(None, None, True, start, start, flow_style=True))  # type: ignore[arg-type]
        for child in self._children(at):
            self.emit(child, depth + 1)
        self.out.append(NewSequenceEnd(end, end))  # type: ignore[arg-type]

    def _copy(self, at: int, site: Extent, depth: int) -> None:
        if not self.copying:
            self.aliased[self.nodes] = site
        self.copying += 1
        self.emit(at, depth)
        self.copying -= 1

    def _charge(self, at: int) -> None:
        self.copied += 1
        if self.copied > MAX_COPIED:
            site = next(reversed(self.aliased.values())) if self.copying else self._extent(at)
            raise RefusedError(rules.TOO_MANY_COPIES, *site, {"limit": str(MAX_COPIED)})

    def _effective(self, at: int, depth: int) -> tuple[Pair, ...]:
        """Return the pairs of the mapping at `at`, those of its merge key among them; its own keys win."""
        if at in self.pairs:
            return self.pairs[at]
        children = self._children(at)
        own = [Pair(key, value) for key, value in zip(children[::2], children[1::2], strict=True)]
        merges = [pair for pair in own if self._is_merge(pair.key)]
        if len(merges) > 1:
            first, second = (self._extent(pair.key) for pair in merges[:2])
            raise RefusedError(rules.DUPLICATE_KEY, *second, {"key": "<<"}, related=((*first, FIRST_HERE),))
        result = own
        if merges:
            names = {self._name(pair.key) for pair in own}
            place = own.index(merges[0])
            result = [*own[:place], *self._merged(merges[0].value, names, depth), *own[place + 1 :]]
        self.pairs[at] = tuple(result)
        return self.pairs[at]

    def _merged(self, value: int, names: set[str | None], depth: int) -> list[Pair]:
        if depth > MAX_DEPTH:
            start, end = self._extent(value)
            raise RefusedError(rules.TOO_DEEP, start, end, {"limit": str(MAX_DEPTH)})
        sources = self._children(value) if isinstance(self.events[value], SequenceStartEvent) else [value]
        result = []
        for source in sources:
            alias = isinstance(self.events[source], AliasEvent)
            target = self._target(source) if alias else source
            if not isinstance(self.events[target], MappingStartEvent):
                start, end = self._extent(source)
                raise RefusedError(rules.MERGED_NON_MAPPING, start, max(end, start + 1))
            for pair in self._effective(target, depth + 1):
                self._charge(pair.key)
                name = self._name(pair.key)
                if name not in names:
                    names.add(name)
                    result.append(Pair(pair.key, pair.value, self._extent(source) if alias else pair.site))
        return result

    def _is_merge(self, at: int) -> bool:
        event = self.events[at]
        return isinstance(event, ScalarEvent) and event.value == "<<" and not event.style

    def _name(self, at: int) -> str | None:
        event = self.events[self._target(at) if isinstance(self.events[at], AliasEvent) else at]
        return event.value if isinstance(event, ScalarEvent) else None

    def _target(self, at: int) -> int:
        """Return the node that the alias at `at` stands for."""
        event = self.events[at]
        name = event.anchor if isinstance(event, AliasEvent) else ""
        extent = self._extent(at)
        target = self.anchors.get(name)
        if target is None or target > at:
            raise RefusedError(rules.UNKNOWN_ALIAS, *extent, {"name": name})
        self.repeated.add(name)
        if at <= self.close[target]:
            related = ((*self.written[name], ANCHOR_HERE),)
            raise RefusedError(rules.RECURSIVE_ALIAS, *extent, {"name": name}, related=related)
        return target

    def _children(self, at: int) -> list[int]:
        children = []
        child = at + 1
        while child < self.close[at]:
            children.append(child)
            child = self.close[child] + 1
        return children

    def _extent(self, at: int) -> Extent:
        """Return where the node is written, its anchor left out."""
        event = self.events[at]
        start, end = event.start_mark.index, self.ends[at]
        if isinstance(event, ScalarEvent) and not event.value and not event.style:  # the parsers differ on where it is
            end = before_blanks(end, self.text)
            return end, end
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.anchor is not None:
            content = PROPERTIES.match(self.text, start)
            start = min(content.end() if content else start, end)
        return start, end

    def _without_anchor(self, at: int, event: ScalarEvent) -> ScalarEvent:
        start, end = map(Place, self._extent(at))
        event.start_mark, event.end_mark = start, end  # type: ignore[assignment]
        event.anchor = None
        return event
