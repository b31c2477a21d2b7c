"""Where the package's own files are: `schemas`, `templates`, `catalogs` and `packs`, in a wheel or in a checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

PACKAGE: Final = Path(__file__).resolve().parent

BUILTIN: Final = "sopkit:"
"""How the paths of built-in catalogs begin in findings: they are no files of the workspace."""

Folder = Literal["schemas", "templates", "catalogs", "packs"]


def folder(name: Folder) -> Path:
    """Return the folder of that name: inside the package (wheel), else beside it (checkout, editable install)."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def schema_files() -> Iterator[bytes]:
    """Yield the content of every schema."""
    for path in sorted(folder("schemas").glob("*.json")):
        yield path.read_bytes()


def catalog_names() -> tuple[str, ...]:
    """Return the built-in catalogs that `uses:` may name, in order."""
    return tuple(sorted(path.stem for path in folder("catalogs").glob("*.yaml")))


def catalog(name: str) -> bytes | None:
    """Return the bytes of a built-in catalog, None when there is none of that name."""
    return (folder("catalogs") / f"{name}.yaml").read_bytes() if name in catalog_names() else None


def pack(jurisdiction: str) -> bytes | None:
    """Return the bytes of the pack of a jurisdiction, None when there is none."""
    path = folder("packs") / f"{jurisdiction}.yaml"
    return path.read_bytes() if path.is_file() else None
