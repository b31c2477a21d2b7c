"""The events of one YAML document go in; its value and the places of all its nodes come out.

What `nodes` does with the nodes of ordinary documents, for all there are: events keep the places of aliases, a bound on depth and
what stood before a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader import rules, scalars
from sopkit.reader.events import (
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NextEvent,
    ScalarEvent,
    ScalarNode,
    SequenceEndEvent,
    SequenceStartEvent,
)
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.refusals import refuse_comparison
from sopkit.reader.scene import shortened
from sopkit.text import Phrase
from sopkit.tree import NUMBERS_A_NODE, Value

MAX_DEPTH: Final = 50
"""Mappings and lists inside each other; a playbook has some ten."""

GLUED: Final = re.compile(  # possessive, so that it takes linear time on any text
    r"(?:(?P<comma>， *+)|(?<![\w-]))(?P<key>[A-Za-z_][\w-]*+)(?P<colon>[:：]+(?!//) *)", re.ASCII
)
"""Keys of the language, each with a colon that does not count."""
JOINED: Final = re.compile(r"[A-Za-z_][\w-]*：.*，[ ]*[A-Za-z_][\w-]*", re.ASCII)
"""A key with its value, and the next key, which has a plain colon."""

HEADER: Final = re.compile(r"[^\r\n]*")
KEY_OR_END: Final = re.compile(r"\s*(?:\Z|[-?}\].,]|[^\r\n]*:(?:\s|\Z))")
BLANK: Final = " \r\n"
FOLLOWING: Final = re.compile(r"[^\r\n]*\r?\n( *)[A-Za-z_]")
"""The indent of a key on the line below."""

SECOND_ITEM: Final = Phrase("这里又从同一个键写起，像是新的一项", "here the same key begins again, as of one more item")
SECOND_KIND: Final = Phrase(
    "这里又写了一次 kind，像是另一份文档的开头", "a second `kind` begins here, as of another document"
)
ONE_KIND: Final = Phrase("删掉一个 kind", "take one `kind` out")
FIRST_HERE: Final = Phrase("前面已经写过一次", "it stands here already")


@dataclass(frozen=True, slots=True)
class Composed:
    """One document: as `Tree` has it."""

    value: Value
    places: list[int]
    plain: frozenset[int]


def compose(first: Event, next_event: NextEvent, notes: Notes) -> Composed:  # noqa: PLR0915  one hot loop
    """Read one node with all it holds; `first` is its event. Raises `RefusedError` and what `next_event` raises."""
    places: list[int] = []
    plain: list[int] = []
    scalar = ScalarEvent
    read, words, after_numbers = scalars.read, scalars.WORDS, scalars.AFTER_NUMBERS
    longest = scalars.LONGEST_WORD  # a longer text need not be hashed
    closed = 0  # where the last collection ended: libyaml lets a block collection end where the next token starts

    def mapping(opening: CollectionStartEvent, depth: int) -> Value:  # noqa: PLR0912
        nonlocal closed, places
        at, start = len(places), opening.start_mark.index
        places += (start, start, 0)
        if depth > MAX_DEPTH:
            raise _too_deep(opening)
        result: dict[str, Value] = {}
        while True:
            event = next_event()
            if type(event) is not scalar:
                if type(event) is MappingEndEvent:
                    break
                _skip_complex_key(event, next_event, notes)
                continue
            key = event.value
            if key in result or not key:
                first_at = _place_of(key, result, places, at)
                note_key(key, event.start_mark.index, event.end_mark.index, first_at, notes)
                _skip(next_event(), next_event)
                continue
            held = next_event()
            if opening.flow_style and "：" in key and _is_joined(event, held):
                _note_colon(event, notes, in_brackets=True)
            if type(held) is scalar:
                places += (
                    event.start_mark.index,
                    event.end_mark.index,
                    1,
                    held.start_mark.index,
                    held.end_mark.index,
                    1,
                )
                said = held.value
                if held.style:
                    if held.style in "|>":
                        places[-2] = settle_block(held, notes)
                    result[key] = said
                elif said < after_numbers or (len(said) <= longest and said in words):
                    value = read(said)
                    result[key] = value if isinstance(value, str) else no_text(value, held, places, plain, notes)
                    if not said and not event.style and (":" in key or "：" in key):
                        _note_colon(event, notes, in_brackets=opening.flow_style)
                else:
                    result[key] = said
                continue
            places += (event.start_mark.index, event.end_mark.index, 1)
            result[key] = composers[type(held)](held, depth + 1)
        if opening.flow_style:
            closed = event.end_mark.index
        elif closed < places[-2]:
            closed = places[-2]
        places[at + 1] = closed
        places[at + 2] = (len(places) - at) // NUMBERS_A_NODE
        return result

    def sequence(opening: CollectionStartEvent, depth: int) -> Value:
        nonlocal closed, places
        at, start = len(places), opening.start_mark.index
        places += (start, start, 0)
        if depth > MAX_DEPTH:
            raise _too_deep(opening)
        result: list[Value] = []
        while True:
            event = next_event()
            if type(event) is scalar:
                places += (event.start_mark.index, event.end_mark.index, 1)
                said = event.value
                if event.style:
                    if event.style in "|>":
                        places[-2] = settle_block(event, notes)
                    result.append(said)
                elif said < after_numbers or (len(said) <= longest and said in words):
                    value = read(said)
                    result.append(value if isinstance(value, str) else no_text(value, event, places, plain, notes))
                else:
                    result.append(said)
            elif type(event) is SequenceEndEvent:
                break
            else:
                result.append(composers[type(event)](event, depth + 1))
        if opening.flow_style:
            closed = event.end_mark.index
        elif closed < places[-2]:
            closed = places[-2]
        places[at + 1] = closed
        places[at + 2] = (len(places) - at) // NUMBERS_A_NODE
        return result

    composers: dict[type[Event], Callable[..., Value]] = {MappingStartEvent: mapping, SequenceStartEvent: sequence}
    value = (
        _root_scalar(first, places, plain, notes)
        if isinstance(first, ScalarEvent)
        else composers[type(first)](first, 1)
    )
    composers.clear()  # they hold each other and all of this, and the garbage collector is off while files are read
    return Composed(value, places, frozenset(plain))


def _root_scalar(event: ScalarEvent, places: list[int], plain: list[int], notes: Notes) -> Value:
    places.extend((event.start_mark.index, event.end_mark.index, 1))
    if event.style:
        if event.style in "|>":
            places[-2] = settle_block(event, notes)
        return event.value
    value = scalars.read(event.value)
    return value if isinstance(value, str) else no_text(value, event, places, plain, notes)


def no_text(
    value: scalars.NoText, event: ScalarEvent | ScalarNode, places: list[int], plain: list[int], notes: Notes
) -> Value:
    """Return an unquoted value that is no text, and whose place is the last one."""
    if isinstance(value, scalars.Ambiguous):
        start, end, said = event.start_mark.index, event.end_mark.index, event.value
        label = Phrase("加上引号，按文字读", "quote it, so that it reads as text")
        fixes = notes.replacing(label, (start, end, f'"{said}"'))
        notes.add(rules.AMBIGUOUS_NUMBER, start, end, {"number": said}, fixes=fixes)
        return said
    if not event.value:  # the two parsers differ on where that is: here, right behind its colon, dash or key
        places[-3] = places[-2] = before_blanks(places[-3], notes.text)
    plain.append(len(places) // NUMBERS_A_NODE - 1)
    return value


def before_blanks(end: int, text: str) -> int:
    """Return the offset of the blanks and line ends that lead up to `end`."""
    while end and text[end - 1] in BLANK:
        end -= 1
    return end


def block_end(event: ScalarEvent | ScalarNode, text: str) -> int:
    """Return where a block scalar ends without the blank lines behind it."""
    return before_blanks(event.end_mark.index, text)


def settle_block(event: ScalarEvent | ScalarNode, notes: Notes) -> int:
    """Return where a block scalar ends; refuse `>5` and a lone `>`, meant as comparisons, and `|#`."""
    text = notes.text
    start, end = event.start_mark.index, block_end(event, text)
    header = HEADER.match(text, start)
    said = header.group().rstrip() if header else ""
    last = start + len(said)
    glued = said.lstrip("|>-+0123456789").startswith("#")
    if event.style == ">" and (glued or text[start + 1 : start + 2].isdigit() or _stands_alone(event, text)):
        raise refuse_comparison(start, last, notes)
    if glued:
        raise RefusedError(rules.TEXT_AFTER_BLOCK_SIGN, start, last, {"text": shortened(said[1:])})
    return end


def _stands_alone(event: ScalarEvent | ScalarNode, text: str) -> bool:
    """Whether a `>` has nothing below it that could have been meant as its text: `>-` and what is no key could be."""
    if event.value.strip() or text[event.start_mark.index + 1 : event.start_mark.index + 2] in ("-", "+"):
        return False
    following = KEY_OR_END.match(text, event.end_mark.index)
    return following is not None


def _too_deep(opening: Event) -> RefusedError:
    start, end = opening.start_mark.index, opening.end_mark.index
    return RefusedError(rules.TOO_DEEP, start, max(end, start), {"limit": str(MAX_DEPTH)})


def note_key(key: str, start: int, end: int, first: tuple[int, int], notes: Notes) -> None:
    """Note a key that stands in its mapping already, at `first`, or an empty one; refuse a second head of a document."""
    if key == "kind" and all(notes.text[at - 1 : at] in ("", "\n", "\r") for at in (start, first[0])):
        raise _second_head(start, end, first, notes)
    if key and _begins_item(start, first[0], notes.text):
        raise RefusedError(rules.LIST_SIGN, start, end, {"found": SECOND_ITEM}, related=((*first, FIRST_HERE),))
    if key:
        notes.add(rules.DUPLICATE_KEY, start, end, {"key": key}, related=((*first, FIRST_HERE),))
        return
    start = before_blanks(start, notes.text) if start == end else start
    notes.add(rules.EMPTY_KEY, start, max(end, start + 1))


def _begins_item(start: int, first: int, text: str) -> bool:
    """Whether the key stands below itself as the first of a list's item, and more follows: one more item was to begin."""
    line, item = text.rfind("\n", 0, start) + 1, text.rfind("\n", 0, first) + 1
    indent = start - line
    if first - item != indent or text[line:start].strip():
        return False
    dashes = text[item:first].strip()
    if not dashes or dashes.strip(" -"):
        return False
    following = FOLLOWING.match(text, start)
    return following is not None and len(following[1]) == indent


def _second_head(start: int, end: int, first: tuple[int, int], notes: Notes) -> RefusedError:
    """Return the refusal of two documents in one, and the line to put before the second and the remarks right above it."""
    text, at = notes.text, start
    while text[at - 1 : at] == "\n" and text.startswith("#", above := text.rfind("\n", 0, at - 1) + 1):
        at = above
    mark = "---\r\n" if text.endswith("\r\n", 0, start) else "---\n"
    fixes = notes.replacing(rules.PUT_MARK, (at, at, mark))
    args = {"found": SECOND_KIND, "otherwise": ONE_KIND}
    return RefusedError(rules.MISSING_DOCUMENT_MARK, start, end, args, related=((*first, FIRST_HERE),), fixes=fixes)


def _place_of(key: str, mapping: dict[str, Value], places: list[int], at: int) -> tuple[int, int]:
    """Return where a key of the mapping stands whose own place begins at `at` in `places`."""
    index = at + NUMBERS_A_NODE
    for known in mapping:
        if known == key:
            break
        index += NUMBERS_A_NODE
        index += places[index + 2] * NUMBERS_A_NODE
    return (places[index], places[index + 1]) if key in mapping else (0, 0)


def _skip_complex_key(event: Event, next_event: NextEvent, notes: Notes) -> None:
    last = _skip(event, next_event)
    notes.add(rules.COMPLEX_KEY, event.start_mark.index, max(last.end_mark.index, event.start_mark.index + 1))
    _skip(next_event(), next_event)


def _skip(event: Event, next_event: NextEvent) -> Event:
    """Pass over a node with all it holds, and return its last event."""
    open_collections = 0
    while True:
        if isinstance(event, CollectionStartEvent):
            open_collections += 1
        elif not isinstance(event, ScalarEvent):
            open_collections -= 1
        if not open_collections:
            return event
        event = next_event()


def _is_joined(key: ScalarEvent, held: Event) -> bool:
    """Whether a key is several: `id：welcome，do`. One that holds nothing is noted as glued."""
    is_empty = type(held) is ScalarEvent and not held.value
    return not (key.style or is_empty) and JOINED.fullmatch(key.value) is not None


def _note_colon(event: ScalarEvent, notes: Notes, *, in_brackets: bool) -> None:
    """Note `{id：welcome}`, `{id:welcome}` and `{id：welcome，do: Call}`: a key with a value glued to it, and the next one."""
    start, end = event.start_mark.index, event.end_mark.index
    end += 2 * notes.text.startswith(": ", end)
    glued = [found for found in GLUED.finditer(notes.text, start, end) if found.start() == start or found["comma"]]
    if not glued:
        return
    edits = []
    for found in glued:
        edits += [(*found.span("comma"), ", ")] if found["comma"] else []
        edits += [(*found.span("colon"), ": ")] if found["colon"] != ": " else []
    sure = all(
        len(found["colon"].rstrip()) == 1 and (found["key"].islower() or found["key"] == "zh-CN") for found in glued
    )
    fixes = notes.replacing(rules.USE_COLON, *edits, safe=in_brackets and sure)
    at = glued[0].start("colon")
    if notes.text[at] == "：":
        notes.add(rules.FULL_WIDTH_PUNCTUATION, at, at + 1, {"wrong": "：", "right": ":"}, fixes=fixes)
    elif in_brackets:
        notes.add(rules.MISSING_SPACE_AFTER_COLON, start, at + 1, {"key": glued[0]["key"]}, fixes=fixes)
