"""Files that took long to make: what one is made from goes in; its bytes come out, as they were made before or are made now.

Each stands under the digest of all that it depends on, in the user's folder for caches and never inside a workspace. It is believed
only where its owner and its checksum are right; else it is made and written anew. Nothing here ever fails: where nothing can be
read or written, everything is made.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from sopkit.cache import LONGEST_WRITE, READ, folder_outside, is_ours, remove

MAGIC: Final = b"sopkit-made-1\n"
DIGEST_BYTES: Final = 32
FOLDER: Final = "made"
MAX_BYTES: Final = 500_000_000
"""All files together; those that were not used for longest go first."""
NAME: Final = re.compile(r"[0-9a-f]{64}(\.\w+\.part)?")
"""How our files are called."""
NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)


class Kept:
    """What was made before; without a folder, nothing."""

    def __init__(self, directory: Path | None = None, most: int = MAX_BYTES) -> None:
        self._directory = directory
        self._most = most

    @classmethod
    def open(cls, root: Path, environment: Mapping[str, str] = os.environ) -> Kept:
        """Return what the user keeps; nothing where caching is off, or would write inside the workspace in `root`."""
        directory = folder_outside(root, environment)
        return cls(directory and directory / FOLDER)

    def made(self, key: bytes, make: Callable[[], bytes]) -> bytes:
        """Return what was made under this digest, or make it and keep it; what `make` raises goes through, and nothing is kept."""
        if self._directory is None:
            return make()
        path = self._directory / key.hex()
        found = _read(path, key)
        if found is None:
            found = make()
            _write(path, MAGIC + _checksum(key, found) + found)
        return found

    def sweep(self) -> None:
        """Delete what was not used for longest until all fits, and what killed runs left behind; the last call of a build."""
        if self._directory is None:
            return
        try:
            with os.scandir(self._directory) as entries:
                files = [
                    (entry.stat(follow_symlinks=False), entry.path) for entry in entries if NAME.fullmatch(entry.name)
                ]
        except OSError:
            return
        total = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda file: (file[0].st_mtime_ns, file[1])):
            unfinished = path.endswith(".part")
            left_behind = unfinished and time.time() - status.st_mtime > LONGEST_WRITE
            if left_behind or (total > self._most and not unfinished):
                remove(Path(path))
                total -= status.st_size


def _checksum(key: bytes, data: bytes) -> bytes:
    return hashlib.sha256(key + data).digest()


def _read(path: Path, key: bytes) -> bytes | None:
    """Return what stands under this digest; None when anything about it is not as it was written."""
    try:
        with os.fdopen(os.open(path, READ | NO_LINK), "rb") as stream:
            if not is_ours(os.fstat(stream.fileno())):
                return None
            head = stream.read(len(MAGIC) + DIGEST_BYTES)
            data = stream.read()
        if head != MAGIC + _checksum(key, data):
            return None
    except (OSError, MemoryError):
        return None
    with suppress(OSError):
        os.utime(path)  # what is used is not swept away
    return data


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(part, path)  # noqa: PTH105  a name, no Path
    except OSError:
        if part:
            remove(Path(part))
