"""Ids of people go in; names that say nothing of them come out, the same for the same id as long as the workspace keeps its key.

Who holds the key can find a case again in the logs; who holds the report alone can't. See RFC 2104 for the keyed hash.
"""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
from base64 import b32encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from sopkit.text import Phrase

KEY_FILE: Final = Path(".sopkit") / "log-key"
VARIABLE: Final = "SOPKIT_LOG_KEY"
SIZE: Final = 32
"""Bytes of a key."""
SHORTEST: Final = 16
"""Of characters of a key that somebody chose: a shorter one is tried out."""
ALPHABET: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
"""Crockford's: no letter that is taken for a digit."""
SHORT: Final = Phrase(
    "环境变量 SOPKIT_LOG_KEY 或文件 .sopkit/log-key 太短：至少要 {count} 个字符，否则编号能被试出来",
    "the environment variable SOPKIT_LOG_KEY, or the file .sopkit/log-key, is too short: with less than {count} "
    "characters ids can be found by trying",
)


class KeyTooShortError(Exception):
    """The key is too short; `SHORT` says so."""


class Pseudonyms:
    """Names for ids under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, sort: str, id_: str) -> str:
        """Return eight signs for an id of a sort (`customer`, `staff`), as `K7F3-9QX2`: 40 bits."""
        digest = hmac.digest(self._key, f"{sort}\0{id_}".encode("utf-8", "surrogatepass"), "sha256")
        signs = b32encode(digest[:5]).decode().translate(ALPHABET)
        return f"{signs[:4]}-{signs[4:]}"


def has_key(folder: Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a workspace has a key already."""
    return bool(environment.get(VARIABLE)) or (folder / KEY_FILE).is_file()


def pseudonyms(folder: Path, environment: Mapping[str, str] = os.environ) -> Pseudonyms:
    """Return the names of a workspace; its key is made when it is first asked for, and read by its owner alone.

    Raises `KeyTooShortError`, `OSError`.
    """
    if given := environment.get(VARIABLE, ""):
        if len(given) < SHORTEST:
            raise KeyTooShortError
        return Pseudonyms(given.encode("utf-8", "surrogateescape"))
    return Pseudonyms(_kept(folder / KEY_FILE))


def _kept(file: Path) -> bytes:
    """Return the key in a file, which is made whole or not at all: two runs that begin together have the same."""
    file.parent.mkdir(exist_ok=True)
    _hide(file)
    if not file.exists():
        handle, made = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(secrets.token_bytes(SIZE))
            with suppress(FileExistsError):
                os.link(made, file)
        finally:
            Path(made).unlink()
    key = file.read_bytes()
    if len(key) < SHORTEST:
        raise KeyTooShortError
    return key


def _hide(file: Path) -> None:
    """Keep the key out of git; the folder's other files may be in it."""
    ignored = file.parent / ".gitignore"
    known = ignored.read_text(encoding="utf-8", errors="surrogateescape") if ignored.exists() else ignored.name
    lines = known.splitlines()
    if file.name not in lines:
        ignored.write_text("\n".join((*lines, file.name, "")), encoding="utf-8", errors="surrogateescape")
