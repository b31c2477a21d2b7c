"""Dataclasses that never change: for the type checker as frozen as `dataclasses` makes them, at run time quick to make.

What `frozen=True` adds at run time makes a value of many fields take ten times as long, and a compiler makes hundreds of thousands;
mypy refuses to assign to a field all the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  handed on
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: bool
    ) -> type | Callable[[type], type]:
        """Take what `dataclasses.dataclass` takes; `frozen` makes values hashable by their fields, and refuses nothing itself."""
        return dataclasses.dataclass(cls, eq=eq, unsafe_hash=frozen and eq, **options)
