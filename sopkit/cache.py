"""Trees that were read before, by the content of their files: bytes go in; what reading them gave the last time comes out.

One folder for each user, never inside a workspace; for each workspace two packs, the second with what changed of late. A pack is
believed only if its owner, its version and its checksum are right; else it is as if there were none, and it is written anew.
Nothing here ever fails: a cache that can't be read or written is no cache.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from sopkit import __version__
from sopkit.source import Source
from sopkit.tree import Tree, Value

VARIABLE: Final = "SOPKIT_CACHE"
"""Environment: `off`, or the folder to use."""

OFF: Final = frozenset({"", "0", "off", "no"})

MAGIC: Final = b"sopkit-cache-1\n"
HASH_BYTES: Final = 32
HEADER_BYTES: Final = len(MAGIC) + 2 * HASH_BYTES

MAX_BYTES: Final = 1_000_000_000
"""All packs of a user together; the oldest go first."""

FEW: Final = 64
"""So many new files are written beside the large pack, whatever its size; beyond that an eighth of it."""

Plain = tuple[Value, str, bytes, dict[int, str], tuple[int, ...], dict[int, tuple[int, int]]]
"""A `Tree` without its source, of types that `marshal` knows."""

Stored = tuple[bool, tuple[Plain, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a file that has been read without findings."""

    trees: tuple[Tree, ...]
    accepted: bool
    """Whether the schema accepted every tree."""


def digest(data: bytes) -> bytes:
    """Return the name of a file's content."""
    return hashlib.sha256(data).digest()


def version(*parts: bytes) -> bytes:
    """Return a digest of all that what is stored depends on, the file apart: this code, Python, and `parts`.

    The code goes in as it stands on disk, so that a checkout under work never meets its own past.
    """
    package = Path(__file__).parent
    code = [package / "cache.py", package / "tree.py", *package.glob("reader/*.py"), *package.glob("schema/*.py")]
    seen = hashlib.sha256(MAGIC)
    tool = (__version__, sys.implementation.cache_tag or sys.version, sys.byteorder, str(marshal.version))
    for part in (*map(str.encode, tool), *(path.read_bytes() for path in sorted(code)), *parts):
        seen.update(len(part).to_bytes(8, "big") + part)
    return seen.digest()


def folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder for the caches of this user; None when caching is off or there is no such folder."""
    wanted = environment.get(VARIABLE)
    if wanted is not None:
        return None if wanted.lower() in OFF else Path(wanted).absolute()
    home = Path(environment["HOME"]) if environment.get("HOME") else None
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA", ""))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches" if home else Path()
    else:
        named = environment.get("XDG_CACHE_HOME")
        base = Path(named) if named else home / ".cache" if home else Path()
    return base / "sopkit" if base.is_absolute() else None


class Cache:
    """What was read before in one workspace. Use it in a `with` statement: at its end new entries are written."""

    def __init__(self, directory: Path | None, name: str, version: bytes) -> None:
        self._directory = directory
        self._name = name
        self._version = version
        self._base = self._load("base")
        self._recent = self._load("recent")
        self._used: dict[bytes, Stored] = {}
        self._new: dict[bytes, Stored] = {}

    @classmethod
    def open(cls, root: Path, version: bytes, environment: Mapping[str, str] = os.environ) -> Cache:
        """Return the cache of the workspace in `root`; an empty one where caching is off or would write inside the workspace."""
        workspace = os.path.realpath(root)
        directory = folder(environment)
        if directory is not None and Path(os.path.realpath(directory)).is_relative_to(workspace):
            directory = None
        return cls(directory, hashlib.sha256(os.fsencode(workspace)).hexdigest()[:HASH_BYTES], version)

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.write()

    def get(self, key: bytes, source: Source) -> Entry | None:
        """Return what reading `source` gives, whose content has the digest `key`; None when that is not known."""
        stored = self._recent.get(key) or self._base.get(key)
        if stored is None:
            return None
        self._used[key] = stored
        accepted, plain_trees = stored
        return Entry(tuple([_tree(source, plain) for plain in plain_trees]), accepted)

    def put(self, key: bytes, trees: Iterable[Tree], accepted: bool) -> None:
        """Remember what reading a file gave; only for a file that was read completely and without findings."""
        if self._directory is not None:
            self._new[key] = (accepted, tuple(_plain(tree) for tree in trees))

    def write(self) -> None:
        """Write what is new, and drop what is no longer used when it is time to."""
        if self._directory is None:
            return
        self._write()
        self._used, self._new, self._base, self._recent = {}, {}, {}, {}

    def _write(self) -> None:
        recent = {key: stored for key, stored in self._used.items() if key not in self._base} | self._new
        lost = len(self._base) - sum(key in self._base for key in self._used)
        if len(recent) > max(FEW, len(self._base) // 8) or lost > max(FEW, len(self._base) // 2):
            if self._save("base", self._used | self._new):
                self._remove("recent")
                self._prune()
        elif self._new:
            self._save("recent", recent)

    def _path(self, part: str) -> Path | None:
        return None if self._directory is None else self._directory / f"{self._name}.{part}"

    def _load(self, part: str) -> dict[bytes, Stored]:
        """Return the entries of a pack; none when anything about it is not as it was written."""
        path = self._path(part)
        if path is None:
            return {}
        try:
            with path.open("rb") as stream:
                if hasattr(os, "getuid") and os.fstat(stream.fileno()).st_uid != os.getuid():
                    return {}
                header = stream.read(HEADER_BYTES)
                if header[:-HASH_BYTES] != MAGIC + self._version:
                    return {}
                payload = stream.read()
            if hashlib.sha256(payload).digest() != header[-HASH_BYTES:]:
                return {}
            entries: dict[bytes, Stored] = marshal.loads(payload)  # noqa: S302  the checksum says that we wrote it
        except (OSError, ValueError, EOFError, TypeError, MemoryError):
            return {}
        return entries

    def _save(self, part: str, entries: dict[bytes, Stored]) -> bool:
        """Write a pack whole or not at all; return whether it was."""
        path = self._path(part)
        if path is None:
            return False
        names: dict[str, str] = {}
        shared = {
            key: (accepted, tuple((_share(plain[0], names), *plain[1:]) for plain in trees))
            for key, (accepted, trees) in sorted(entries.items())
        }
        payload = marshal.dumps(shared)
        temporary = ""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f"{self._name}.", suffix=".part", dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(MAGIC + self._version + hashlib.sha256(payload).digest())
                stream.write(payload)
            os.replace(temporary, path)  # noqa: PTH105  a name, no Path
        except OSError:
            if temporary:
                _delete(Path(temporary))
            return False
        return True

    def _remove(self, part: str) -> None:
        path = self._path(part)
        if path is not None:
            _delete(path)

    def _prune(self) -> None:
        """Delete the oldest packs, of whatever workspace, until all fit; and what killed runs left behind."""
        if self._directory is None:
            return
        try:
            packs = [
                (path.stat(), path)
                for path in self._directory.iterdir()
                if path.suffix in (".base", ".recent", ".part")
            ]
        except OSError:
            return
        total = sum(status.st_size for status, _ in packs)
        for status, path in sorted(packs, key=lambda pack: (pack[0].st_mtime, pack[1].name)):
            if total <= MAX_BYTES:
                return
            if not path.name.startswith(self._name):
                _delete(path)
                total -= status.st_size


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _tree(source: Source, plain: Plain) -> Tree:
    value, typecode, places, plain_hash, plain_scalars, aliased = plain
    table = array(typecode)
    table.frombytes(places)
    return Tree(source, value, table, plain_hash, frozenset(plain_scalars), aliased)


def _plain(tree: Tree) -> Plain:
    narrow = not tree.places or max(tree.places) < 1 << 16
    places = array("H", tree.places) if narrow else tree.places
    return (
        tree.value,
        places.typecode,
        places.tobytes(),
        dict(tree.plain_hash),
        tuple(sorted(tree.plain)),
        dict(tree.aliased),
    )


def _share(value: Value, names: dict[str, str]) -> Value:
    """Return the value with equal strings being one object: they are stored once, and read back much faster."""
    if isinstance(value, str):
        return names.setdefault(value, value)
    if isinstance(value, list):
        return [_share(item, names) for item in value]
    if isinstance(value, dict):
        return {names.setdefault(key, key): _share(item, names) for key, item in value.items()}
    return value
