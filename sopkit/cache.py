"""Trees that were read before, by the content of their files: sources go in; what reading them gave the last time comes out.

One folder for each user, never inside a workspace; for each workspace two packs, the second with what changed of late. A pack is
believed only if its owner, its version and its checksum are right; else it is as if there were none, and it is written anew.
Nothing here ever fails: a cache that can't be read or written is no cache. Packs are `marshal` data, numbers and texts that are
never run; `pickle` would run what it reads, and JSON takes twice as long to read.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import re
import stat
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from sopkit import __version__
from sopkit.source import Source
from sopkit.tree import Tree, Value

SWITCH: Final = "SOPKIT_CACHE"
"""Environment: `off` for no cache."""

PLACE: Final = "SOPKIT_CACHE_DIR"
"""Environment: the folder to use instead of the system's folder for caches."""

OFF: Final = frozenset({"0", "off", "no", "false"})

MAGIC: Final = b"sopkit-cache-2\n"
HASH_BYTES: Final = 32
HEADER_BYTES: Final = len(MAGIC) + 2 * HASH_BYTES

MAX_BYTES: Final = 1_000_000_000
"""All packs of a user together; those that were not used for longest go first. A larger pack is not read."""

FEW: Final = 64
"""So many new files are written beside the large pack, whatever its size; beyond that an eighth of it."""

LONGEST_WRITE: Final = 3600.0
"""Seconds after which an unfinished pack was left behind by a run that was killed."""

PACK: Final = re.compile(r"[0-9a-f]{32}\.(base|recent|answer|said|\w+\.part)")
"""How our files are called."""

READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

Plain = tuple[Value, str, bytes, dict[int, str], tuple[int, ...], dict[int, tuple[int, int]]]
"""A `Tree` without its source, of types that `marshal` knows."""

Stored = tuple[Plain, ...]
"""The trees of one file."""


Answer = None | bool | int | float | str | bytes | tuple["Answer", ...]
"""What one run said, as it is kept."""


def version(*parts: bytes) -> bytes:
    """Return a digest of all that what is stored depends on, the file apart: this code, Python, and `parts`.

    The code goes in as it stands on disk, so that a checkout under work never meets its own past.
    """
    package = Path(__file__).parent
    seen = hashlib.sha256(MAGIC)
    tool = (__version__, sys.implementation.cache_tag or sys.version, sys.byteorder, str(marshal.version))
    code = [path for pattern in ("*.py", "reader/*.py", "schema/*.py") for path in sorted(package.glob(pattern))]
    for part in (*map(str.encode, tool), *map(_bytes, code), *parts):
        seen.update(len(part).to_bytes(8, "big") + part)
    return seen.digest()


@lru_cache(maxsize=1)
def code() -> bytes:
    """Return a digest of this whole package, and of its schemas and templates where they lie inside: what a check says depends on it."""
    package = Path(__file__).parent
    seen = hashlib.sha256(version())
    for path in sorted(one for pattern in ("**/*.py", "**/*.yaml", "**/*.json") for one in package.glob(pattern)):
        data = _bytes(path)
        seen.update(len(data).to_bytes(8, "big") + data)
    return seen.digest()


def recall_answer(root: Path, key: bytes) -> object:
    """Return what was kept under a key, a digest of all that it depends on; None where nothing was."""
    return Cache.at(root, key.hex()[:HASH_BYTES], key).plain("answer")


def keep_answer(root: Path, key: bytes, answer: Answer) -> None:
    """Keep plain data under a key; the workspace in `root` is never written to."""
    Cache.at(root, key.hex()[:HASH_BYTES], key).keep_plain("answer", answer)


def recall_said(root: Path, version: bytes) -> object:
    """Return what was kept last of the workspace in `root` under a version, a digest of all but the workspace; None where nothing was."""
    return Cache.at(root, _name_of(root), version).plain("said")


def keep_said(root: Path, version: bytes, said: Answer) -> None:
    """Keep plain data of the workspace in `root`, one for each workspace; it is never written to itself."""
    Cache.at(root, _name_of(root), version).keep_plain("said", said)


def folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder for the caches of this user; None when caching is off or there is no such folder."""
    if environment.get(SWITCH, "").lower() in OFF:
        return None
    if environment.get(PLACE):
        return Path(environment[PLACE]).absolute()
    home = Path(environment["HOME"]) if environment.get("HOME") else None
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA", ""))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches" if home else Path()
    else:
        named = environment.get("XDG_CACHE_HOME")
        base = Path(named) if named else home / ".cache" if home else Path()
    return base / "sopkit" if base.is_absolute() else None


def folder_outside(root: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder for the caches of this user; None where it would lie inside the workspace in `root`, too."""
    directory = folder(environment)
    inside = directory is not None and Path(os.path.realpath(directory)).is_relative_to(os.path.realpath(root))
    return None if inside else directory


class Cache:
    """What was read before in one workspace: `recall` it before compiling, `keep` what was found clean afterwards."""

    def __init__(self, directory: Path | None, name: str, version: bytes) -> None:
        self._directory = directory
        self._name = name
        self._version = version
        self._base = self._load("base")
        self._recent = self._load("recent")
        self._used: dict[bytes, Stored] = {}

    @classmethod
    def open(cls, root: Path, version: bytes, environment: Mapping[str, str] = os.environ) -> Cache:
        """Return the cache of the workspace in `root`; an empty one where caching is off or would write inside the workspace."""
        return cls.at(root, _name_of(root), version, environment)

    @classmethod
    def at(cls, root: Path, name: str, version: bytes, environment: Mapping[str, str] = os.environ) -> Cache:
        """Return the cache of that name; an empty one where caching is off or would write inside the workspace."""
        return cls(folder_outside(root, environment), name, version)

    def plain(self, part: str) -> object:
        """Return the plain data of a part that was kept whole; None where there is none."""
        return self._payload(part)

    def keep_plain(self, part: str, data: Answer) -> None:
        if self._write(part, marshal.dumps(data)):
            self._prune()

    def recall(self, sources: Iterable[Source]) -> dict[Source, tuple[Tree, ...]]:
        """Return the trees of every source whose content was found clean before."""
        known: dict[Source, tuple[Tree, ...]] = {}
        for source in sources if self._directory is not None else ():
            kept = self._entry(source.digest)
            if kept is not None:
                self._used[source.digest] = kept
                known[source] = trees(source, kept)
        return known

    def former(self, path: str, digest: bytes) -> tuple[Tree, ...] | None:
        """Return the trees of a file as it was when its content had this digest; None where they are not kept any more.

        Only values and offsets are known of it, and nothing of its text.
        """
        kept = self._entry(digest)
        return None if kept is None else trees(Source(path, b""), kept)

    def _entry(self, digest: bytes) -> Stored | None:
        return self._recent.get(digest, self._base.get(digest))

    def keep(self, clean: Mapping[Source, tuple[Tree, ...]]) -> None:
        """Write what is new among these files, and drop what is no longer used when it is time to; the last call of a run.

        `clean` are files that were read completely and without a finding, trees that came from here among them.
        """
        if self._directory is None:
            return
        new: dict[bytes, Stored] = {}
        for source, read in clean.items():
            if source.digest not in self._used:
                new[source.digest] = stored(read)
        base, used = self._base, self._used
        recent = {key: stored for key, stored in used.items() if key not in base} | new
        lost = len(base) - sum(key in base for key in used)
        if len(recent) > max(FEW, len(base) // 8) or lost > max(FEW, len(base) // 2):
            if self._save("base", used | new):
                self._delete("recent")
                self._prune()
        elif new:
            self._save("recent", recent)
        self._base, self._recent, self._used = {}, {}, {}

    def _path(self, part: str) -> Path | None:
        return None if self._directory is None else self._directory / f"{self._name}.{part}"

    def _load(self, part: str) -> dict[bytes, Stored]:
        """Return the entries of a pack; none when anything about it is not as it was written."""
        entries = self._payload(part)
        return entries if isinstance(entries, dict) else {}

    def _payload(self, part: str) -> object:
        path = self._path(part)
        if path is None:
            return None
        try:
            with os.fdopen(os.open(path, READ), "rb") as stream:
                if not is_ours(os.fstat(stream.fileno())):
                    return None
                header = stream.read(HEADER_BYTES)
                if header[:-HASH_BYTES] != MAGIC + self._version:
                    return None
                payload = stream.read()
            if hashlib.sha256(payload).digest() != header[-HASH_BYTES:]:
                return None
            entries: object = marshal.loads(payload)  # noqa: S302  the checksum says that we wrote it
            os.utime(path)  # packs that are used are not pruned
        except (OSError, ValueError, EOFError, TypeError, MemoryError):
            return None
        return entries

    def _save(self, part: str, entries: dict[bytes, Stored]) -> bool:
        """Write a pack whole or not at all; return whether it was."""
        try:
            payload = packed(dict(sorted(entries.items())))
        except (ValueError, MemoryError):
            return False
        return self._write(part, payload)

    def _write(self, part: str, payload: bytes) -> bool:
        path = self._path(part)
        if path is None:
            return False
        temporary = ""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f"{self._name}.", suffix=".part", dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(MAGIC + self._version + hashlib.sha256(payload).digest())
                stream.write(payload)
            os.replace(temporary, path)  # noqa: PTH105  a name, no Path
        except (OSError, ValueError, MemoryError):
            if temporary:
                remove(Path(temporary))
            return False
        return True

    def _delete(self, part: str) -> None:
        path = self._path(part)
        if path is not None:
            remove(path)

    def _prune(self) -> None:
        """Delete the packs of other workspaces that were not used for longest until all fit, and what killed runs left behind."""
        if self._directory is None:
            return
        try:
            packs = [
                (path.stat(), path)
                for path in self._directory.iterdir()
                if PACK.fullmatch(path.name)  # the folder may hold what others put there
            ]
        except OSError:
            return
        total = sum(status.st_size for status, _ in packs)
        for status, path in sorted(packs, key=lambda pack: (pack[0].st_mtime, pack[1].name)):
            unfinished = path.suffix == ".part"
            left_behind = unfinished and time.time() - status.st_mtime > LONGEST_WRITE
            if left_behind or (total > MAX_BYTES and not unfinished and not path.name.startswith(self._name)):
                remove(path)
                total -= status.st_size


def packed(entries: Mapping[bytes, Stored] | Mapping[int, Stored]) -> bytes:
    """Return `marshal` data of the entries, equal texts in them written once. Raises `ValueError` for what it can't hold."""
    texts: dict[str, str] = {}
    once = texts.setdefault
    return marshal.dumps(
        {key: tuple([(_share(plain[0], once), *plain[1:]) for plain in kept]) for key, kept in entries.items()}
    )


def stored(read: Iterable[Tree]) -> Stored:
    """Return the trees of one file as they are kept."""
    return tuple([_plain(tree) for tree in read])


def trees(source: Source, kept: Stored) -> tuple[Tree, ...]:
    """Return the trees that were kept of a file of this content."""
    return tuple([_tree(source, plain) for plain in kept])


def _name_of(root: Path) -> str:
    return hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:HASH_BYTES]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def is_ours(status: os.stat_result) -> bool:
    """Whether a pack is a regular file of this user, and no larger than we write them."""
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and stat.S_ISREG(status.st_mode) and status.st_size <= MAX_BYTES


def remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _tree(source: Source, plain: Plain) -> Tree:
    value, typecode, places, plain_hash, plain_scalars, aliased = plain
    return Tree(source, value, array(typecode, places), plain_hash, frozenset(plain_scalars), aliased)


def _plain(tree: Tree) -> Plain:
    places = array("I", tree.places)
    with suppress(OverflowError):
        places = array("H", places)  # half the bytes to read back
    return (
        tree.value,
        places.typecode,
        places.tobytes(),
        dict(tree.plain_hash),
        tuple(sorted(tree.plain)),
        dict(tree.aliased),
    )


def _share(value: Value, once: Callable[[str, str], str]) -> Value:
    """Return the value with equal texts being one object: `marshal` stores it once, and reads it back much faster."""
    if isinstance(value, dict):
        return {
            once(key, key): once(item, item) if type(item) is str else _share(item, once) for key, item in value.items()
        }
    if isinstance(value, list):
        return [once(item, item) if type(item) is str else _share(item, once) for item in value]
    return once(value, value) if type(value) is str else value
