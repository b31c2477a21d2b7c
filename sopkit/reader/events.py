"""Text goes in; the events of a YAML parser come out, the same from libyaml's parser and from PyYAML's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import yaml
from yaml.error import MarkedYAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from sopkit.frozen import dataclass

if TYPE_CHECKING:
    from yaml.tokens import ScalarToken as ScannedScalar

    class Mark:
        """What the parsers promise; the published types leave every mark optional."""

        index: int

    class Event:
        start_mark: Mark
        end_mark: Mark

    class NodeEvent(Event):
        anchor: str | None

    class AliasEvent(NodeEvent):
        anchor: str

    class ScalarEvent(NodeEvent):
        tag: str | None
        value: str
        style: str | None

    class CollectionStartEvent(NodeEvent):
        tag: str | None
        flow_style: bool

    class MappingStartEvent(CollectionStartEvent): ...

    class SequenceStartEvent(CollectionStartEvent): ...

    class MappingEndEvent(Event): ...

    class SequenceEndEvent(Event): ...

    class DocumentStartEvent(Event):
        version: tuple[int, int] | None
        tags: dict[str, str] | None

    class Node:
        start_mark: Mark
        end_mark: Mark

    class ScalarNode(Node):
        value: str
        style: str | None

    class CollectionNode(Node):
        flow_style: bool

    class MappingNode(CollectionNode):
        value: list[tuple[Node, Node]]

    class SequenceNode(CollectionNode):
        value: list[Node]

    class Token:
        start_mark: Mark
        end_mark: Mark

    class ScalarToken(Token):
        style: str | None

else:
    from yaml.events import (
        AliasEvent,
        CollectionStartEvent,
        DocumentStartEvent,
        Event,
        MappingEndEvent,
        MappingStartEvent,
        NodeEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
    )
    from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
    from yaml.tokens import ScalarToken, Token

__all__ = [
    "AVAILABLE",
    "IDENTITY",
    "AliasEvent",
    "CollectionStartEvent",
    "DocumentStartEvent",
    "Event",
    "MappingEndEvent",
    "MappingNode",
    "MappingStartEvent",
    "NextEvent",
    "Node",
    "NodeEvent",
    "ParserName",
    "Problem",
    "ScalarEvent",
    "ScalarNode",
    "ScalarToken",
    "SequenceEndEvent",
    "SequenceNode",
    "SequenceStartEvent",
    "parse",
    "problem",
    "tokens",
]

ParserName = Literal["c", "python"]
NextEvent = Callable[[], "Event"]

AVAILABLE: Final[tuple[ParserName, ...]] = ("c", "python") if yaml.__with_libyaml__ else ("python",)
"""The parsers of this installation, the one to use first."""


IDENTITY: Final = f"PyYAML {yaml.__version__} {AVAILABLE[0]}".encode()
"""Which parser reads: what is remembered of one is not believed of another."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Where and why a parser gave up; offsets into the text."""

    kind: str
    at: int
    context_at: int | None


def parse(text: str, parser: ParserName | None = None) -> NextEvent:
    """Return what gives one event after another and raises `yaml.YAMLError` where the text is no YAML."""
    if (parser or AVAILABLE[0]) == "c":
        # Absent where PyYAML was built without libyaml; the published types leave it out, and every mark optional.
        from yaml.cyaml import CParser  # type: ignore[attr-defined]  # noqa: PLC0415

        next_event: NextEvent = CParser(text).get_event  # type: ignore[assignment]
        return next_event
    return _PythonParser(text).get_event


def tokens(text: str, parser: ParserName | None = None) -> Callable[[], Token]:
    """Return what gives one token after another, also where they make no sense together; otherwise as `parse`."""
    if (parser or AVAILABLE[0]) == "c":
        from yaml.cyaml import CParser  # type: ignore[attr-defined]  # noqa: PLC0415

        return CParser(text).get_token  # type: ignore[return-value]
    return _PythonParser(text).get_token


KINDS: Final = (
    ("maximum nesting", "nesting"),
    ("mapping values are not allowed", "second-colon"),
    ("sequence entries are not allowed", "dash"),
    ("mapping keys are not allowed", "question-mark"),
    ("could not find expected ':'", "no-colon"),
    ("found unexpected ':'", "glued-colon"),
    ("that cannot start any token", "character"),
    ("found unexpected end of stream", "quote"),
    ("found unexpected document", "quote"),
    ("found a tab character", "tab"),
)
CONTEXTS: Final = (
    ("quoted scalar", "escape"),
    ("block scalar", "block-scalar"),
    ("an anchor", "anchor"),
    ("an alias", "anchor"),
    ("a tag", "tag"),
    ("directive", "directive"),
    ("block mapping", "block-mapping"),
    ("block collection", "block-sequence"),
    ("flow mapping", "flow-mapping"),
    ("flow sequence", "flow-sequence"),
    ("block node", "node"),
    ("flow node", "node"),
)


def problem(error: yaml.YAMLError, text: str) -> Problem:
    """Return what the error says, in words of our own: the two parsers word it differently."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem("unknown", 0, None)
    said, context = error.problem or "", error.context or ""
    kind = next((kind for words, kind in KINDS if words in said), None)
    if kind is None:
        kind = next((kind for words, kind in CONTEXTS if words in context), "extra")
    at = min(error.problem_mark.index, len(text))
    start = error.context_mark.index if error.context_mark is not None and context else None
    if kind == "escape" and start is not None:
        at = max(text.rfind("\\", start, at + 1), start)
    return Problem(kind, at, None if kind == "character" else start)


NO_CHARACTER: Final = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F]|\\U(?!000|0010)")
"""Escapes that name half of a surrogate pair, or nothing in Unicode."""


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, held to what libyaml does where the two differ."""

    def __init__(self, text: str) -> None:
        self._in_plain = False
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def peek(self, index: int = 0) -> str:
        found: str = Reader.peek(self, index)
        if found != "?" or not self._in_plain:
            return found
        return "," if index and Reader.peek(self, index - 1) == ":" and self.flow_level else "x"

    def fetch_stream_end(self) -> None:
        """Refuse a key without its colon at the end of the file, too."""
        for key in self.possible_simple_keys.values():
            if key.required:
                raise ScannerError(
                    "while scanning a simple key", key.mark, "could not find expected ':'", self.get_mark()
                )
        Scanner.fetch_stream_end(self)

    def scan_tag_uri(self, name: str, start_mark: yaml.Mark) -> str:
        """End a tag before brackets and commas, unless it stands in `<>`."""
        here, verbatim = (
            self.get_mark(),
            self.buffer[self.pointer - 1 : self.pointer] == "<",
        )
        uri: str = Scanner.scan_tag_uri(self, name, start_mark)
        if name == "tag" and not verbatim and any(sign in uri for sign in ",[]"):
            raise ScannerError("while scanning a tag", start_mark, "did not find expected whitespace", here)
        return uri

    def scan_directive_name(self, start_mark: yaml.Mark) -> str:
        """Refuse a directive that YAML does not know."""
        name: str = Scanner.scan_directive_name(self, start_mark)  # type: ignore[no-untyped-call]
        if name not in ("YAML", "TAG"):
            raise ScannerError("while scanning a directive", start_mark, "found unknown directive", start_mark)
        return name

    def scan_plain(self) -> ScannedScalar:
        """In `{title: 好吗?}` the question mark belongs to the text; `{a:[1]}` lacks a space."""
        self._in_plain = True
        try:
            token: ScannedScalar = Scanner.scan_plain(self)
        finally:
            self._in_plain = False
        if self.flow_level and self.peek() == ":" and self.peek(1) in ",?[]{}":
            raise ScannerError(
                "while scanning a plain scalar", token.start_mark, "found unexpected ':'", self.get_mark()
            )
        return token

    def scan_block_scalar_indicators(self, start_mark: yaml.Mark) -> tuple[bool | None, int | None]:
        """Let a comment follow at once, as in `|#`: what is wrong there is said elsewhere."""
        chomping: bool | None = None
        increment: int | None = None
        for _ in range(2):
            sign = self.peek()
            if sign in "+-" and chomping is None:
                chomping = sign == "+"
            elif sign in "123456789" and increment is None:
                increment = int(sign)
            else:
                break
            self.forward()
        if self.peek() not in "# \t\r\n\0":
            raise ScannerError("while scanning a block scalar", start_mark, "expected a line end", self.get_mark())
        return chomping, increment

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: yaml.Mark) -> list[str]:
        """Read the text between quotes, and refuse a code that is no character."""
        here = self.get_mark()
        chunks: list[str]
        try:
            chunks = Scanner.scan_flow_scalar_non_spaces(self, double, start_mark)
        except (ValueError, OverflowError):
            end = len(self.buffer)
        except ScannerError as error:
            end = here.pointer + error.problem_mark.index - here.index if error.problem_mark else 0
            if not NO_CHARACTER.search(self.buffer, here.pointer, end):
                raise
        else:
            if not any("\ud800" <= character <= "\udfff" for chunk in chunks for character in chunk):
                return chunks
            end = len(self.buffer)
        found = NO_CHARACTER.search(self.buffer, here.pointer, end)
        here.index += found.start() - here.pointer if found else 0
        raise ScannerError("while scanning a double-quoted scalar", start_mark, "found no character", here)
