"""Documents and the forms to write them in go in; their files come out, written by two processes where there are two."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from sopkit.failure import DocumentFailedError
from sopkit.frozen import dataclass
from sopkit.output import File
from sopkit.relay import relayed
from sopkit.render.document import Document, lines_of
from sopkit.render.writers import WRITERS, Form, Press

SLOW: Final = 10
"""How much longer a PDF takes than another form of the same document."""
THREADS: Final = "RAYON_NUM_THREADS"
"""What tells the typesetter how many threads to use: with a process for each processor, more than one are in each other's way."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file to write."""

    document: Document
    form: Form
    path: str


def printed(pieces: Sequence[Piece], press: Press, made: Iterable[File] = ()) -> Iterator[File]:
    """Yield each file as (posix path, bytes), about the largest first, and those that are `made` while others are at work.

    What a writer raises goes through.
    """
    pieces, first = _apart(_largest_first(pieces))
    if any(piece.form == "pdf" for piece in pieces):
        _ = press.typesetter  # all processes set by the layouts of one folder
    here = [*made]

    def write_first() -> None:
        while first:
            piece = first.pop()
            here.append((piece.path, _write(piece, press)))

    try:
        left = dict(enumerate(pieces))
        for number, written in relayed(len(pieces), partial(_made, pieces, press), write_first, press.load_fonts):
            piece = left.pop(number)
            yield piece.path, written if written is not None else _write(piece, press)
            while here:
                yield here.pop()
        write_first()
        yield from here
        for piece in left.values():
            yield piece.path, _write(piece, press)
    finally:
        press.close()


def _largest_first(pieces: Sequence[Piece]) -> Sequence[Piece]:
    documents = {id(piece.document): piece.document for piece in pieces}  # several forms of one are several pieces
    sizes = {key: sum(1 for each in made.sections for _ in lines_of(each)) for key, made in documents.items()}
    return sorted(pieces, key=lambda piece: -sizes[id(piece.document)] * (SLOW if piece.form == "pdf" else 1))


def _apart(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], list[Piece]]:
    """Return the pieces without the smallest of each form, and these: who writes them has loaded what all copies but the first need.

    PDF is left to the copies, since setting it starts threads; the first begins with one.
    """
    smallest: dict[Form, Piece] = {piece.form: piece for piece in pieces if piece.form != "pdf"}
    return [piece for piece in pieces if smallest.get(piece.form) is not piece], list(smallest.values())


def _made(pieces: Sequence[Piece], press: Press, taken: Iterator[int]) -> Iterator[bytes]:
    os.environ[THREADS] = "1"
    press.ends()
    for number in taken:
        yield _write(pieces[number], press)
        if press.full:
            return


def _write(piece: Piece, press: Press) -> bytes:
    try:
        return WRITERS[piece.form].write(piece.document, press)
    except DocumentFailedError as error:
        error.document = piece.path
        raise
