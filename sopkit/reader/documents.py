"""The text of a file goes in; its YAML documents come out, and why a part of it can't be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

from sopkit.reader import rules
from sopkit.reader.aliases import expand
from sopkit.reader.compose import MAX_DEPTH, Composed, compose
from sopkit.reader.events import (
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NextEvent,
    NodeEvent,
    ParserName,
    ScalarEvent,
    parse,
    problem,
)
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.syntax import explain, explain_tag, explain_text
from sopkit.tree import Tree

SPECIAL: Final = ("&", "*", "!", "<<")
"""What anchors, aliases, tags and merge keys begin with."""

BEFORE_SPECIAL: Final = frozenset(" \t\r\n[]{},:?-\"'")
"""What can stand before them, the start of the text apart: elsewhere they are part of a text."""

DOCUMENT: Final = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)

MOST_RESUMPTIONS: Final = 20


def read_documents(notes: Notes, parser: ParserName | None) -> tuple[tuple[Tree, ...], bool]:
    """Return the documents of `notes.text` that can be read, and whether that is all; what can't be read is in `notes`.

    After a mistake reading goes on at the next `---`: that can't be inside any scalar or bracket.
    """
    text = notes.text
    trees: list[Tree] = []
    resumed = 0
    for _ in range(MOST_RESUMPTIONS):
        try:
            trees.extend(_trees("\n" * resumed + text[resumed:] if resumed else text, notes, parser))
        except RefusedError as refusal:
            notes.refuse(refusal)
            failed_at = refusal.start
        except yaml.YAMLError as error:
            found = problem(error, text)
            failed_at = found.at
            begun = max((document.start() for document in DOCUMENT.finditer(text, 0, failed_at)), default=0)
            trees = [
                tree for tree in trees if tree.places[0] < begun
            ]  # of a document that goes on, only a part was read
            if not any(begun <= at <= failed_at for at in notes.layout):
                notes.refuse(explain(text, found, notes, parser))
        else:
            return tuple(trees), not resumed
        following = DOCUMENT.search(text, max(failed_at, resumed + 1))
        if following is None:
            break
        resumed = following.start()
    return tuple(trees), False


def _trees(text: str, notes: Notes, parser: ParserName | None) -> Iterator[Tree]:
    next_event = parse(text, parser)
    next_event()
    special = _has_special(text)
    while type(next_event()) is DocumentStartEvent:
        first = next_event()
        if special:
            composed, aliased = _compose_with_aliases(first, next_event, text, notes)
        else:
            composed, aliased = compose(first, next_event, notes), {}
        next_event()
        if composed.value is None and not composed.places[1] - composed.places[0]:
            continue
        if type(first) is ScalarEvent and not first.style and isinstance(composed.value, str):
            raise explain_text(text, composed.places[0], notes)
        yield Tree(notes.source, composed.value, composed.places, {}, composed.plain, aliased)


def _has_special(text: str) -> bool:
    """Whether the text may hold anchors, aliases, tags or merge keys."""
    for sign in SPECIAL:
        at = text.find(sign)
        while at >= 0:
            if not at or text[at - 1] in BEFORE_SPECIAL:
                return True
            at = text.find(sign, at + 1)
    return False


def _compose_with_aliases(
    first: Event, next_event: NextEvent, text: str, notes: Notes
) -> tuple[Composed, dict[int, tuple[int, int]]]:
    expanded = expand(_collect(first, next_event, text, notes), text)
    replayed = iter(expanded.events)
    return compose(next(replayed), replayed.__next__, notes), expanded.aliased


def _collect(first: Event, next_event: NextEvent, text: str, notes: Notes) -> list[Event]:
    """Return the events of one node, without tags and too much depth."""
    events: list[Event] = []
    event, depth = first, 0
    while True:
        events.append(event)
        start = event.start_mark.index
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            raise explain_tag(text, start, notes)
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif not isinstance(event, NodeEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise RefusedError(rules.TOO_DEEP, start, start + 1, {"limit": str(MAX_DEPTH)})
        if not depth:
            return events
        event = next_event()
