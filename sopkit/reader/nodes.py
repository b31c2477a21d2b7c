"""The text of a file goes in; the trees of its documents come out, if there is nothing about them that needs to be said.

PyYAML composes nodes in C in less time than it takes to ask for every event. But nodes lose where an alias stands and all that
stood before a mistake, and nothing bounds their number. So they are for ordinary files, and the rest is read by events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import yaml

from sopkit.reader import scalars
from sopkit.reader.compose import MAX_DEPTH, no_text, settle_block
from sopkit.reader.events import AVAILABLE, MappingNode, Node, ScalarNode, SequenceNode
from sopkit.reader.notes import Notes, RefusedError
from sopkit.tree import NUMBERS_A_NODE, Tree, Value

MAX_LENGTH: Final = 1 << 16
"""A longer text is read by events: they are gone once they are read, and nodes all stand in memory together."""

MAX_DOCUMENTS: Final = 100
"""More are read by events, too, which count them for the author."""

BOUNDED: Final = (0, 2, 6)
"""Since this version libyaml refuses more than a thousand levels; composing in C goes down as deep as the text does."""


AFTER_HYPHEN: Final = "."
"""Keys that come before it are `-id`, where a blank was forgotten, and the empty one."""


class OddError(Exception):
    """The text is to be read by events."""


def _composing_parser() -> type | None:
    """Return libyaml's parser; None where it is absent, or has no bound on depth."""
    if AVAILABLE[0] != "c":
        return None
    # Absent where PyYAML was built without libyaml; the published types leave the parser out.
    from yaml._yaml import get_version  # noqa: PLC0415
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # noqa: PLC0415

    class Composer(CParser):
        """Calls these for every node, to find its tag; nobody asks for that, so they do next to nothing, in C."""

        __slots__ = ()
        resolve = object.__subclasshook__
        descend_resolver = dict[object, object]().get
        ascend_resolver = "".isascii

    return Composer if get_version() >= BOUNDED else None


COMPOSER: Final = _composing_parser()


def ordinary_trees(text: str, notes: Notes) -> list[Tree] | None:
    """Return all trees of a text without anchors, aliases, tags, merge keys and directives; None where something is odd."""
    if COMPOSER is None or len(text) > MAX_LENGTH:
        return None
    trees: list[Tree] = []
    quiet = Notes(notes.source, text)
    composer = COMPOSER(text)
    try:
        while composer.check_node():
            if len(trees) >= MAX_DOCUMENTS:
                return None
            trees.append(_tree(composer.get_node(), quiet))
    except (yaml.YAMLError, RefusedError, OddError, TypeError):
        return None
    return None if quiet.findings else trees


def _tree(root: Node, notes: Notes) -> Tree:  # noqa: PLR0915  one hot loop
    """Return what a root node holds. The hot loop of the reader; does what `compose` does with events."""
    places: list[int] = []
    plain: list[int] = []
    add = places.extend
    scalar = ScalarNode
    read, words, after_numbers = scalars.read, scalars.WORDS, scalars.AFTER_NUMBERS
    longest = scalars.LONGEST_WORD
    closed = 0

    def mapping(node: MappingNode, depth: int) -> Value:  # noqa: PLR0912
        nonlocal closed
        at, start = len(places), node.start_mark.index
        add((start, start, 0))
        if depth > MAX_DEPTH:
            raise OddError
        result: dict[str, Value] = {}
        for key_node, held in node.value:
            key = key_node.value  # type: ignore[attr-defined]  # a scalar's text, or a list
            key_start, key_end = key_node.start_mark.index, key_node.end_mark.index
            if key < AFTER_HYPHEN:  # lists can't be compared: a key that is no scalar is odd too
                raise OddError
            if type(held) is scalar:
                add((key_start, key_end, 1, held.start_mark.index, held.end_mark.index, 1))
                said = held.value
                if held.style:
                    if held.style in "|>":
                        places[-2] = settle_block(held, notes)
                    result[key] = said
                elif said < after_numbers or (len(said) <= longest and said in words):
                    if not said and (":" in key or "：" in key):
                        raise OddError
                    value = read(said)
                    if said[:1] == "-" and isinstance(value, str):
                        raise OddError
                    result[key] = value if isinstance(value, str) else no_text(value, held, places, plain, notes)
                else:
                    result[key] = said
            else:
                add((key_start, key_end, 1))
                result[key] = composers[type(held)](held, depth + 1)
        if len(result) < len(node.value):
            raise OddError
        if node.flow_style:
            closed = node.end_mark.index
        elif closed < places[-2]:
            closed = places[-2]
        places[at + 1] = closed
        places[at + 2] = (len(places) - at) // NUMBERS_A_NODE
        return result

    def sequence(node: SequenceNode, depth: int) -> Value:
        nonlocal closed
        at, start = len(places), node.start_mark.index
        add((start, start, 0))
        if depth > MAX_DEPTH:
            raise OddError
        result: list[Value] = []
        for held in node.value:
            if type(held) is scalar:
                add((held.start_mark.index, held.end_mark.index, 1))
                said = held.value
                if held.style:
                    if held.style in "|>":
                        places[-2] = settle_block(held, notes)
                    result.append(said)
                elif said < after_numbers or (len(said) <= longest and said in words):
                    value = read(said)
                    if said[:1] == "-" and isinstance(value, str):
                        raise OddError
                    result.append(value if isinstance(value, str) else no_text(value, held, places, plain, notes))
                else:
                    result.append(said)
            else:
                result.append(composers[type(held)](held, depth + 1))
        if node.flow_style:
            closed = node.end_mark.index
        elif closed < places[-2]:
            closed = places[-2]
        places[at + 1] = closed
        places[at + 2] = (len(places) - at) // NUMBERS_A_NODE
        return result

    composers: dict[type[Node], Callable[..., Value]] = {MappingNode: mapping, SequenceNode: sequence}
    if type(root) is scalar:
        raise OddError
    value = composers[type(root)](root, 1)
    composers.clear()  # they hold each other and all of this, and the garbage collector is off while files are read
    return Tree(notes.source, value, places, {}, frozenset(plain))
