"""Values of our dataclasses are equal, hashed and shown as those of `dataclasses` are."""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import Any

import pytest

from sopkit import frozen


def classes(decorate: Any) -> tuple[type, ...]:
    """Return the same classes, made by `decorate`."""

    @decorate(frozen=True, slots=True)
    class Empty:
        pass

    @decorate(frozen=True)
    class One:
        first: Any

    @decorate(frozen=True, slots=True)
    class Two:
        first: Any
        second: Any = field(default=0, compare=False, repr=False)

    @decorate(frozen=True, slots=True)
    class Three(Two):
        third: Any = ()

    @decorate()
    class Open:
        first: Any = 1

    return Empty, One, Two, Three, Open


OURS, THEIRS = classes(frozen.dataclass), classes(dataclasses.dataclass)
VALUES = [
    (0, ()),
    (1, (1,)),
    (1, ("a",)),
    (1, (1.0,)),
    (2, (1,)),
    (2, (1, 2)),
    (2, (3, 2)),
    (3, (1,)),
    (3, (1, 2, 3)),
    (4, ()),
    (4, (1,)),
]


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_two_values_are_equal_as_with_dataclasses(
    one: tuple[int, tuple[object, ...]], other: tuple[int, tuple[object, ...]]
) -> None:
    equal = [kinds[one[0]](*one[1]) == kinds[other[0]](*other[1]) for kinds in (OURS, THEIRS)]
    assert equal[0] == equal[1]
    if equal[0] and one[0] != 4:
        assert len({OURS[one[0]](*one[1]), OURS[other[0]](*other[1])}) == 1


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_shown_and_hashed_as_with_dataclasses(value: tuple[int, tuple[object, ...]]) -> None:
    kind, arguments = value
    ours, theirs = OURS[kind](*arguments), THEIRS[kind](*arguments)
    assert repr(ours) == repr(theirs)
    assert (type(ours).__hash__ is None) == (type(theirs).__hash__ is None)
    assert dataclasses.replace(ours) == ours
    assert ours != theirs
    assert ours != arguments


def test_what_a_class_says_itself_stays() -> None:
    @frozen.dataclass(frozen=True, slots=True)
    class Own:
        first: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    assert (Own(1) == 2, hash(Own(1)), repr(Own(1))) == (True, 7, "own")
