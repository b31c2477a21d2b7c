"""The text of a file goes in; its YAML documents come out, and why a part of it can't be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

from sopkit.reader import rules
from sopkit.reader.aliases import expand
from sopkit.reader.compose import MAX_DEPTH, Composed, before_blanks, compose
from sopkit.reader.events import (
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NextEvent,
    NodeEvent,
    ParserName,
    Problem,
    ScalarEvent,
    parse,
    problem,
)
from sopkit.reader.list_signs import may_hold_lists, refuse_lists
from sopkit.reader.nodes import ordinary_trees
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.refusals import explain_directive
from sopkit.reader.scene import DOCUMENT
from sopkit.reader.syntax import explain, explain_tag, explain_text
from sopkit.reader.wide_brackets import refuse_wide_brackets
from sopkit.reader.wide_commas import may_join_ids, refuse_wide_commas
from sopkit.tree import NUMBERS_A_NODE, Tree

SPECIAL: Final = ("&", "*", "!", "<<")
"""What anchors, aliases, tags and merge keys begin with."""

BEFORE_SPECIAL: Final = frozenset(" \t\r\n[]{},:?-\"'")
"""What can stand before them, the start of the text apart: elsewhere they are part of a text."""

DIRECTIVE: Final = "%"
"""What a directive begins with, at the start of a line: elsewhere it is a share of something."""

LINE_ENDS: Final = frozenset("\r\n")

VERSIONS: Final = (None, (1, 2))
"""What a document may say that it is written in."""

JOINED: Final = re.compile(r"：(?<=[A-Za-z]：)[^，：\n]*，([^\n]*)")
"""The first of the keys in a line as `after：2h，within: 1d`, which reads as one key; begins with a sign that seldom follows a letter."""

MAX_DOCUMENTS: Final = 1_000
"""In one file."""

GLUED: Final = (rules.FULL_WIDTH_PUNCTUATION, rules.MISSING_SPACE_AFTER_COLON)
"""What is said of a key with a colon that does not count."""

MOST_RESUMPTIONS: Final = 20

MOST_REPAIRS: Final = 40
"""Commas that are read as if they were written right; each costs one more reading."""


def read_documents(notes: Notes, parser: ParserName | None) -> tuple[tuple[Tree, ...], bool]:
    """Return the documents of `notes.text` that can be read, and whether that is all; what can't be read is in `notes`.

    After a mistake reading goes on at the next `---`: that can't be inside any scalar or bracket. Where the mistake is a comma of
    full width, the document is read once more with a plain one.
    """
    trees: list[Tree] = []
    resumed = repaired = 0
    for _ in range(MOST_RESUMPTIONS + MOST_REPAIRS):
        text, kept, before = notes.text, len(trees), notes.state()
        refused: RefusedError | None = None
        try:
            trees.extend(_trees("\n" * resumed + text[resumed:] if resumed else text, notes, parser))
        except RefusedError as refusal:
            refused, failed_at = refusal, refusal.start
        except yaml.YAMLError as error:
            found = problem(error, text)
            failed_at = found.at
            begun = max((document.start() for document in DOCUMENT.finditer(text, 0, failed_at)), default=0)
            if not _follows(begun, failed_at, notes):
                refused = _why_not(begun, found, notes, parser)
            if not (refused and refused.commas):  # of a document that goes on, only a part was read
                trees = [tree for tree in trees if tree.places[0] < begun]
        else:
            return tuple(trees), not resumed
        if refused and refused.commas and repaired < MOST_REPAIRS:
            del trees[kept:]
            notes.forget_since(before)
            notes.read_as_plain(refused)
            repaired += 1
            continue
        if refused:
            notes.refuse(refused)
            if refused.rule is rules.TOO_MANY_DOCUMENTS:
                break
        following = DOCUMENT.search(text, max(failed_at, resumed + 1))
        if following is None:
            break
        resumed = following.start()
    return tuple(trees), False


def _why_not(begun: int, found: Problem, notes: Notes, parser: ParserName | None) -> RefusedError:
    if found.kind == "nesting":  # libyaml gives up before it says what it has read; PyYAML's own parser goes further
        try:
            for _ in _trees("\n" * begun + notes.text[begun:], Notes(notes.source, notes.text), "python"):
                pass
        except RefusedError as refusal:
            return refusal
        except yaml.YAMLError:
            pass
    return explain(notes.text, found, notes, parser)


def _follows(begun: int, failed_at: int, notes: Notes) -> bool:
    """Whether it has been said already what made reading break off: an odd indent, a key on this line that is no word, `of：{`."""
    here = notes.source.span(failed_at, failed_at)
    on_line = any(
        one.span.end_line == here.line
        and (one.rule is rules.COMPLEX_KEY or (one.rule in GLUED and one.span.end_column == here.column))
        for one in notes.findings
    )
    return on_line or any(begun <= at <= failed_at for at in notes.layout)


def _trees(text: str, notes: Notes, parser: ParserName | None) -> Iterator[Tree]:
    special, explicit_keys = _has_special(text), "?" in text
    wide = _has_wide_signs(text)
    odd = special or explicit_keys or wide or may_hold_lists(text) or _stands(DIRECTIVE, text, behind=LINE_ENDS)
    if parser is None and not odd:
        ordinary = ordinary_trees(text, notes)
        if ordinary is not None:
            yield from ordinary
            return
    next_event = parse(text, parser)
    next_event()
    count = 0
    while type(opening := next_event()) is DocumentStartEvent:
        if opening.tags or opening.version not in VERSIONS:
            raise explain_directive(text, opening.start_mark.index, notes)
        count += 1
        if count > MAX_DOCUMENTS:
            at = opening.start_mark.index
            raise RefusedError(rules.TOO_MANY_DOCUMENTS, at, at + 3, {"limit": f"{MAX_DOCUMENTS:,}"})
        first = next_event()
        if special:
            composed, aliased = _compose_with_aliases(first, next_event, text, notes)
        else:
            composed, aliased = compose(first, next_event, notes), {}
        next_event()
        if explicit_keys:
            _shorten_keys(composed.places, text)
        if composed.value is None and not composed.places[1] - composed.places[0]:
            continue
        if type(first) is ScalarEvent and not first.style and isinstance(composed.value, str):
            raise explain_text(text, composed.places[0], notes)
        tree = Tree(notes.source, composed.value, composed.places, {}, composed.plain, aliased)
        refuse_lists(tree, text, notes)
        if wide:
            refuse_wide_brackets(tree, text, notes)
            refuse_wide_commas(tree, text, notes)
        yield tree


def _shorten_keys(places: list[int], text: str) -> None:
    """Let a block of text that is a key, as `? |`, end where it does: the parsers let it reach to the next sign."""
    for at in range(0, len(places), NUMBERS_A_NODE):
        start, end, size = places[at : at + NUMBERS_A_NODE]
        if size == 1 and start < end and text[start] in "|>":
            places[at + 1] = before_blanks(end, text)


def _has_wide_signs(text: str) -> bool:
    """Whether the text may hold brackets, commas or colons of full width where plain ones belong."""
    return "｛" in text or "［" in text or may_join_ids(text) or any(": " in one[1] for one in JOINED.finditer(text))


def _has_special(text: str) -> bool:
    """Whether the text may hold anchors, aliases, tags or merge keys."""
    return any(_stands(sign, text, behind=BEFORE_SPECIAL) for sign in SPECIAL)


def _stands(sign: str, text: str, *, behind: frozenset[str]) -> bool:
    """Whether the sign stands at the start of the text or behind one of these characters."""
    at = text.find(sign) if sign[0] in text else -1  # one character is found ten times as fast as two
    while at >= 0:
        if not at or text[at - 1] in behind:
            return True
        at = text.find(sign, at + 1)
    return False


def _compose_with_aliases(
    first: Event, next_event: NextEvent, text: str, notes: Notes
) -> tuple[Composed, dict[int, tuple[int, int]]]:
    expanded = expand(_collect(first, next_event, text, notes), notes)
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
