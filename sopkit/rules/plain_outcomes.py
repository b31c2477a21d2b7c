"""What a family said goes in; plain data, which `marshal` holds and which is never run, comes out; and the same the other way round."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from sopkit.cache import Answer
from sopkit.diagnostics import (
    Citation,
    Edit,
    Extent,
    Finding,
    Fix,
    Moment,
    Proof,
    Related,
    Rule,
    Severity,
    Unassessed,
    Verdict,
    Worst,
    playbook_of,
)
from sopkit.rules.parcel import Piece, Said
from sopkit.source import Source, Span
from sopkit.text import Phrase

Plain = Answer
"""A value, or a tuple whose first element says of which kind it is."""

KINDS: Final[tuple[type, ...]] = (
    Finding, Proof, Unassessed, Related, Moment, Phrase, Edit, Fix, Worst, Citation, Extent,
)  # fmt: skip
NUMBERS: Final = {kind: number for number, kind in enumerate(KINDS)}
FIELDS: Final = [tuple([one.name for one in fields(kind)]) for kind in KINDS]
ENUMS: Final[tuple[type[Enum], ...]] = (Severity, Verdict)
TUPLE, MAPPING, SPAN, RULE, ENUM, DAY, TIME = range(-7, 0)
SIMPLE: Final = frozenset((type(None), bool, int, float, str))


class LostError(Exception):
    """What was said can't be said of the later state."""


def plain(value: object) -> Plain:
    kind = type(value)
    if kind in SIMPLE:
        return value  # type: ignore[return-value]
    number = NUMBERS.get(kind)
    if number is not None:
        return (number, *[plain(getattr(value, name)) for name in FIELDS[number]])
    match value:
        case Span():
            return (SPAN, value.path, value.line, value.column, value.end_line, value.end_column, *_offsets(value))
        case Rule():
            return (RULE, value.name)
        case tuple():
            return (TUPLE, *[plain(one) for one in value])
        case Mapping():
            return (MAPPING, *[(key, plain(one)) for key, one in value.items()])
        case Enum():
            return (ENUM, ENUMS.index(kind), value.value)
        case datetime():
            return (TIME, value.isoformat())
        case date():
            return (DAY, value.isoformat())
    raise TypeError(kind)


def _offsets(span: Span) -> tuple[int, int]:
    starts = span.source.line_starts
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1


def texts(value: Plain) -> Iterator[str]:
    """Yield every text in a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)


def without(said: Plain, playbooks: Collection[str]) -> Plain:
    """Return what a family said, but of these playbooks and of parts of them."""
    match said:
        case (kind, (_, *outcomes), held_back):
            kept = [one for one in outcomes if playbook_of(_subject(one)) not in playbooks]
            return kind, (TUPLE, *kept), held_back
    raise LostError


def _subject(outcome: Plain) -> str:
    if not isinstance(outcome, tuple) or not isinstance(outcome[0], int):
        raise LostError
    subject = outcome[1 + FIELDS[outcome[0]].index("subject")]
    if not isinstance(subject, str):
        raise LostError
    return subject


class Reader:
    """Makes outcomes of plain data again: in files that are otherwise now, at the places where what they are about stands now."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        rules: Mapping[str, Rule],
        moved: Mapping[str, Callable[[int, int], Span]],
    ) -> None:
        """`moved` are the files that are otherwise now: each returns where what stood at two offsets stands."""
        self._sources = sources
        self._rules = rules
        self._moved = moved
        self._moving = True

    def said(self, value: Plain, *, moving: bool) -> Said:
        """Return what a family said. Raises `LostError` where that can't be said of what there is now.

        Without `moving` nothing can that was said of a place in a file that is otherwise now.
        """
        self._moving = moving
        said: Said = self._made(value)
        return said

    def again(self, said: Said, *, moving: bool) -> Said:
        """Return the same of what was said in this process: what is about no place in a file that is otherwise now is it already."""
        outcomes, held_back = said
        self._moving = moving
        return tuple([self._made(plain(one)) if self._is_moved(one) else one for one in outcomes]), held_back

    def piece(self, value: Plain) -> Piece:
        """Return what was said of some playbooks. Raises `LostError` where that was of a place in a file that is otherwise now."""
        self._moving = False
        piece: Piece = self._made(value)
        return piece

    def _is_moved(self, value: object) -> bool:
        """Return whether any part of it is about a place in a file that is otherwise now."""
        kind = type(value)
        if kind in SIMPLE:
            return False
        if kind in NUMBERS:
            return any(self._is_moved(getattr(value, name)) for name in FIELDS[NUMBERS[kind]])
        match value:
            case Span():
                return value.path in self._moved
            case tuple():
                return any(map(self._is_moved, value))
            case Mapping():
                return any(map(self._is_moved, value.values()))
        return False

    def _made(self, value: Plain) -> Any:
        try:
            return self._of(value)
        except (LookupError, TypeError, ValueError):
            raise LostError from None

    def _of(self, value: Any) -> Any:
        if type(value) is not tuple:
            return value
        number = value[0]
        if number >= 0:
            kind = KINDS[number]
            if kind is Edit and value[1][1] in self._moved:
                raise LostError  # its text may hang on how the file is laid out
            return kind(*[one if type(one) is not tuple else self._of(one) for one in value[1:]])
        if number == SPAN:
            return self._span(value[1], value[2:6], value[6:])
        if number == TUPLE:
            return tuple([self._of(one) for one in value[1:]])
        if number == MAPPING:
            return {key: self._of(one) for key, one in value[1:]}
        if number == RULE:
            return self._rules[value[1]]
        if number == ENUM:
            return ENUMS[value[1]](value[2])
        return (datetime if number == TIME else date).fromisoformat(value[1])

    def _span(self, path: str, lines: tuple[int, int, int, int], offsets: tuple[int, int]) -> Span:
        move = self._moved.get(path)
        if move is None:
            return Span(self._sources[path], *lines)
        if not self._moving:
            raise LostError
        return move(*offsets)
