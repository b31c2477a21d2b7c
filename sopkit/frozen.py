"""Dataclasses that never change: for the type checker as frozen as `dataclasses` makes them, at run time quick to make.

What `frozen=True` adds at run time makes a value of many fields take ten times as long, and a compiler makes hundreds of thousands;
mypy refuses to assign to a field all the same. And `dataclasses` writes and compiles four functions for each of 300 classes, half of
what importing them takes: here all but `__init__` are the same few lines for every class, no slower to call.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  handed on
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: bool
    ) -> type | Callable[[type], type]:
        """Take what `dataclasses.dataclass` takes, `order` and `repr` apart; `frozen` makes values hashable, and refuses nothing itself."""

        def made(cls: type) -> type:
            own = vars(cls)
            new = dataclasses.dataclass(cls, eq=False, repr=False, **options)
            if eq and "__eq__" not in own:
                _compare(new, hashable=frozen and "__hash__" not in own)
            if "__repr__" not in own:
                new.__repr__ = _shown
            return new

        return made if cls is None else made(cls)

    def _compare(cls: type, *, hashable: bool) -> None:
        """Let values of the class be equal, and hashed, by those of their fields that are compared."""
        names = [one.name for one in dataclasses.fields(cls) if one.compare]
        content = attrgetter(*names) if names else lambda _: ()

        def equal(self: object, other: object) -> bool:
            return content(self) == content(other) if other.__class__ is self.__class__ else NotImplemented

        def hashed(self: object) -> int:
            return hash(content(self))

        cls.__eq__ = equal
        cls.__hash__ = hashed if hashable else None

    def _shown(self: object) -> str:
        shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"
