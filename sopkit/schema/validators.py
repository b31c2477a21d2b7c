"""Values of a document go in; whether the schema accepts them, and each of its refusals, come out.

jsonschema-rs accepts quickly where it is installed; jsonschema is the reference, and the only one whose refusals are explained.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sopkit.frozen import dataclass
from sopkit.schema.definitions import bundle
from sopkit.schema.lean import lean
from sopkit.schema.places import Path
from sopkit.tree import Value

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Refusal:
    """One keyword of the schema that a value does not meet."""

    path: Path
    keyword: str
    wanted: Value
    """What the keyword says in the schema."""
    value: Value
    """What it was held against; the key, where a key was refused."""
    of_key: bool
    """A key was refused, not the value at the path."""


def accepts(kind: str, value: Value, *, fast: bool = True) -> bool:
    """Return whether `value` meets the schema of `kind`; with or without `fast` the answer is the same."""
    quick = _quick(kind) if fast else None
    if quick is not None:
        try:
            return quick(value)
        except (ValueError, OverflowError, RecursionError):  # numbers and depths that only Python can hold
            pass
    return next(_reference(kind).iter_errors(value), None) is None


def identity() -> bytes:
    """Return which validators decide, without importing them: what is remembered of one is not believed of another."""
    installed: list[str] = []
    for name in ("jsonschema_rs", "jsonschema"):
        found = find_spec(name)
        if found is not None and found.origin is not None:
            # The folder beside a package is named after its release; asking importlib.metadata costs more than a small check.
            beside = os.listdir(os.path.dirname(os.path.dirname(found.origin)))  # noqa: PTH120, PTH208
            installed += sorted(entry for entry in beside if entry.startswith(f"{name}-") and entry.endswith("-info"))
    return " ".join(installed).encode()


def refusals(kind: str, value: Value) -> list[Refusal]:
    """Return everything that the schema of `kind` has against `value`, in the order of the document's paths."""
    found = [_refusal(error) for error in _reference(kind).iter_errors(value)]
    return sorted(found, key=lambda refusal: [(isinstance(part, str), str(part).rjust(9)) for part in refusal.path])


def _refusal(error: ValidationError) -> Refusal:
    trail = error.absolute_schema_path
    of_key = len(trail) > 1 and trail[-2] == "propertyNames"
    wanted: Value = error.validator_value  # type: ignore[assignment]  # Unset only on errors made by hand
    value: Value = error.instance  # type: ignore[assignment]
    return Refusal(tuple(error.absolute_path), str(error.validator), wanted, value, of_key)


@cache
def _reference(kind: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  0.1 s, paid only where something was refused

    return Draft202012Validator(bundle(kind))


@cache
def _quick(kind: str) -> Callable[[Value], bool] | None:
    """Return the quick test of `kind`; None where jsonschema-rs is not installed."""
    try:
        from jsonschema_rs import Draft202012Validator as Quick  # noqa: PLC0415  48 ms, not for commands that read nothing
    except ImportError:
        return None
    return Quick(lean(bundle(kind))).is_valid
