"""Documents and the forms to write them in go in; their files come out, written by two processes where there are two."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from sopkit.aside import Aside
from sopkit.failure import DocumentFailedError
from sopkit.frozen import dataclass
from sopkit.output import File
from sopkit.render.document import Document, lines_of
from sopkit.render.writers import WRITERS, Form, Press

NUMBER: Final = struct.Struct("I")
SLOW: Final = 10
"""How much longer a PDF takes than another form of the same document."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file to write."""

    document: Document
    form: Form
    path: str


def printed(pieces: Sequence[Piece], press: Press) -> Iterator[File]:
    """Yield each file as (posix path, bytes), the largest first and last; what a writer raises goes through."""
    pieces = _balanced(pieces)
    if any(piece.form == "pdf" for piece in pieces):
        _ = press.typesetter  # both processes set by the layouts of one folder
    second = Aside.start(len(pieces), partial(_printed_aside, pieces, press))
    made: dict[int, bytes] = {}
    try:
        for number, piece in enumerate(pieces):
            if second is not None and not second.takes(number):
                made = {NUMBER.unpack_from(part)[0]: part[NUMBER.size :] for part in second.result() or ()}
                second = None
            yield piece.path, made[number] if number in made else _write(piece, press)
    finally:
        if second is not None:
            second.stop()
        press.close()


def _balanced(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return the pieces so that both processes, which come from the two ends, begin with the long ones and meet among the short."""
    documents = {id(piece.document): piece.document for piece in pieces}  # several forms of one are several pieces
    sizes = {key: sum(1 for each in made.sections for _ in lines_of(each)) for key, made in documents.items()}
    ranked = sorted(pieces, key=lambda piece: -sizes[id(piece.document)] * (SLOW if piece.form == "pdf" else 1))
    return [*ranked[::2], *reversed(ranked[1::2])]


def _printed_aside(pieces: Sequence[Piece], press: Press, taken: Iterator[int]) -> Iterator[bytes]:
    for number in taken:
        yield NUMBER.pack(number) + _write(pieces[number], press)


def _write(piece: Piece, press: Press) -> bytes:
    try:
        return WRITERS[piece.form].write(piece.document, press)
    except DocumentFailedError as error:
        error.document = piece.path
        raise
