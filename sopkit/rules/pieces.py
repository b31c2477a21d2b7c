"""What a family worked out of a few playbooks goes in, to be kept; it comes out again where none of them is otherwise now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar
from zlib import crc32

from sopkit.rules.parcel import Made, New, Piece
from sopkit.rules.plain_outcomes import LostError, Plain, plain

Stored = Mapping[str, tuple[tuple[str, ...], Plain]]
"""The same as plain data."""
Read = Callable[[Plain], Piece]
"""Makes a piece of plain data; raises `LostError` where that can't be said of what there is now."""

T = TypeVar("T")
HEAPS: Final = 128
"""Into so many are playbooks parted of which sums are kept: one that is otherwise costs the work of its heap."""


def _nothing(_: Plain) -> Piece:
    raise LostError


def heaps(playbooks: Iterable[str]) -> Iterable[tuple[str, Sequence[str]]]:
    """Return the playbooks in heaps by their names: a heap stays the same whatever becomes of others. Each heap has a name, too."""
    found: dict[int, list[str]] = {}
    for one in playbooks:
        found.setdefault(crc32(one.encode("utf-8", "surrogatepass")) % HEAPS, []).append(one)
    return [(str(number), of) for number, of in found.items()]


class Pieces:
    """The pieces of one state of a workspace. A family asks for each by a name that begins with its own."""

    def __init__(self, known: Stored | None = None, read: Read = _nothing) -> None:
        """`known` are pieces of an earlier state that hang on nothing which is otherwise now."""
        self._known: Final = known or {}
        self._read = read
        self._families: set[str] = set()
        self._used: set[str] = set()
        self._made: dict[str, tuple[tuple[str, ...], Piece]] = {}
        self._told: dict[str, tuple[tuple[str, ...], Piece]] = {}
        """What was made here, or recalled."""
        self._passing: dict[tuple[str, ...], Any] = {}
        """What is told to other versions alone."""
        self._other: tuple[Pieces, frozenset[str]] | None = None

    def beside(self, other: Pieces, touched: frozenset[str]) -> None:
        """Take over what another version tells in this process of playbooks that nothing which is otherwise touches.

        It is not kept as this version's own.
        """
        self._other = other, touched

    def of(self, family: str, name: str, playbooks: Iterable[str], make: Callable[[], Piece | None]) -> Piece | None:
        """Return the piece that is of these very playbooks, in this order; `make` may return None, where it did not come to its end."""
        among, key = tuple(playbooks), f"{family} {name}"
        self._families.add(family)
        if (known := self._recalled(key, among)) is not None:
            return known
        made = make()
        if made is not None:
            self._made[key] = self._told[key] = among, made
        return made

    def of_those(self, family: str, name: str, make: Callable[[], tuple[Iterable[str], Piece]]) -> Piece:
        """Return the piece of that name, where only `make` says of which playbooks it is; nothing else may matter to it."""
        key = f"{family} {name}"
        self._families.add(family)
        if (known := self._recalled(key)) is not None:
            return known
        playbooks, made = make()
        self._made[key] = self._told[key] = tuple(playbooks), made
        return made

    def in_passing(self, family: str, *playbooks: str, make: Callable[[], T]) -> T:
        """Return what is made of these playbooks, in this order; another version in this process may have it. It is not kept."""
        known, key = None, (family, *playbooks)
        if self._other is not None:
            other, touched = self._other
            known = other._passing.get(key) if touched.isdisjoint(playbooks) else None
        self._passing[key] = made = make() if known is None else known
        return made

    def _recalled(self, key: str, among: tuple[str, ...] | None = None) -> Piece | None:
        """Return a piece that is known, if it is of these very playbooks; None: whatever it is of."""
        if self._other is not None:
            other, touched = self._other
            told = other._told.get(key)
            if told is not None and among in (None, told[0]) and touched.isdisjoint(told[0]):
                return told[1]
        of_whom, stored = self._known.get(key, (None, None))
        if of_whom is not None and among in (None, of_whom):
            with suppress(LostError):
                piece = self._read(stored)
                self._used.add(key)
                self._told[key] = of_whom, piece
                return piece
        return None

    def new(self) -> New:
        """Return what was asked for, to be told to another process."""
        return tuple(self._families), tuple(self._used), self._made

    def add(self, families: Iterable[str], used: Iterable[str], made: Made) -> None:
        """Take in what another process asked for and made."""
        self._families.update(families)
        self._used.update(used)
        self._made.update(made)

    @property
    def stored(self) -> tuple[Plain, ...]:
        """What is to be kept: all that was asked for, and what is known of families that were not asked."""
        kept = {
            key: one
            for key, one in self._known.items()
            if key in self._used or key.partition(" ")[0] not in self._families
        }
        kept |= {key: (among, plain(piece)) for key, (among, piece) in self._made.items()}
        return tuple([(key, *kept[key]) for key in sorted(kept)])
