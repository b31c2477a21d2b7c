"""What families said, as bytes, for a copy of this process to hand over: outcomes go in, and equal ones come out."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping

from sopkit.diagnostics import Outcome, Rule
from sopkit.source import Source

Said = tuple[tuple[Outcome, ...], int]
"""What one family says, and how many of its findings are held back."""
Piece = tuple[tuple[Outcome, ...], tuple[float, ...]]
"""What is said of some playbooks, and numbers of the family's own."""
Made = Mapping[str, tuple[tuple[str, ...], Piece]]
"""By name, of which playbooks a piece is, and the piece."""
New = tuple[tuple[str, ...], tuple[str, ...], Made]
"""The families that asked for pieces, the names of those that they took over, and what was made for them."""


def pack(said: Mapping[int, Said], pieces: New) -> bytes:
    """Return the bytes of what families said, by their numbers, and of their pieces; files and rules are named in them, not written out."""
    stream = io.BytesIO()
    _Packer(stream, pickle.HIGHEST_PROTOCOL).dump((said, pieces))
    return stream.getvalue()


def unpack(made: bytes, sources: Mapping[str, Source], rules: Mapping[str, Rule]) -> tuple[Mapping[int, Said], New]:
    """Return what was packed, with the files and rules that both processes had before they parted."""
    said: tuple[Mapping[int, Said], New] = _Unpacker(made, sources, rules).load()
    return said


class _Packer(pickle.Pickler):
    def persistent_id(self, one: object) -> tuple[str, str] | None:
        if isinstance(one, Source):
            return "source", one.path
        if isinstance(one, Rule):
            return "rule", one.name
        return None


class _Unpacker(pickle.Unpickler):
    def __init__(self, made: bytes, sources: Mapping[str, Source], rules: Mapping[str, Rule]) -> None:
        super().__init__(io.BytesIO(made))
        self._known: dict[str, Mapping[str, object]] = {"source": sources, "rule": rules}

    def persistent_load(self, named: tuple[str, str]) -> object:
        kind, name = named
        return self._known[kind][name]
