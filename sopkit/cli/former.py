"""A workspace that was found goes in; what the families of rules said of its last state, kept in the user's cache, comes out.

One state of each workspace is kept, under a digest of all that the families read besides its files. The next check of it asks only
those families that would say something else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit import cache, resources, schema
from sopkit.diagnostics import fingerprint
from sopkit.reader.files import Found
from sopkit.tree import Tree

if TYPE_CHECKING:
    from sopkit.pipeline import Laid
    from sopkit.rules import Judgement
    from sopkit.rules.recollection import Before, Content, Kept, Past, Recollection

WORTH_KEEPING: Final = 200
"""Files from which what was said is kept: smaller workspaces are judged sooner than looked up."""
ZONES: Final = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")
"""Where a system keeps its rules of time zones; new ones come in with an update of the folder."""


class Former:
    """What the families said of a workspace, before and now."""

    def __init__(self, folder: Path, found: Found, today: date) -> None:
        self._folder = folder
        self._found = found
        self._today = today
        self._known: Kept | None = None
        self._before: dict[str, Sequence[Tree] | None] = {}
        """The trees of the last state's files that are otherwise now."""
        self._now: Kept | None = None

    def earlier(self, before: Before) -> tuple[Recollection, ...]:
        """Return what was said of the last state, to be held against this one; `before` knows the trees of its files."""
        from sopkit.rules.recollection import Kept, Recollection  # noqa: PLC0415  a second process reads meanwhile

        if self._is_large:
            self._known = Kept.of(cache.recall_said(self._folder, self._version))
        if self._known is None:
            return ()
        now = frozenset(self._content)
        self._before = {path: before(path, digest) for path, digest in self._known.files if (path, digest) not in now}
        return (Recollection(self._known, self._content, lambda path, _: self._before.get(path)),)

    def keep(self, judgement: Judgement) -> None:
        """Keep what was said of this state of a large workspace, unless that is what is kept already."""
        known = self._known
        if known is not None and (known.files, known.beside) == (self._content, judgement.beside):
            self._now = known
        elif self._is_large and judgement.said:
            cache.keep_said(self._folder, self._version, self._kept(judgement).stored)

    def at(self, then: Found, laid: Laid, judgement: Judgement | None) -> tuple[Recollection, ...]:
        """Return what was said of this state, if it was judged, and of the last, to be held against `then`; nothing where other law
        applied.
        """
        from sopkit.rules.recollection import Recollection  # noqa: PLC0415

        past = self.past(then, laid)
        if past is None:
            return ()
        last, now = self._known, None
        if judgement is not None and judgement.said:
            now = Recollection(self._kept(judgement), past.now, past.before)

        def before(path: str, digest: bytes) -> Sequence[Tree] | None:
            return self._before[path] if path in self._before else past.before(path, digest)

        former = Recollection(last, past.now, before) if last and last is not self._now else None
        return tuple(filter(None, (now, former)))

    def past(self, then: Found, laid: Laid) -> Past | None:
        """Return the files of this state beside those of `then`; None where other law applied."""
        from sopkit.rules.recollection import Past  # noqa: PLC0415

        if version(then, self._today) != self._version:
            return None
        trees: dict[str, list[Tree]] = {}
        for tree in laid.resolution.forest.trees:
            trees.setdefault(tree.source.path, []).append(tree)
        return Past(self._content, content(then), lambda path, _: trees.get(path))

    def _kept(self, judgement: Judgement) -> Kept:
        if self._now is None:
            from sopkit.rules.recollection import keep  # noqa: PLC0415

            self._now = keep(self._content, judgement.beside, judgement.said, judgement.pieces)
        return self._now

    @property
    def _is_large(self) -> bool:
        return len(self._found.sources) >= WORTH_KEEPING

    @cached_property
    def _content(self) -> Content:
        return content(self._found)

    @cached_property
    def _version(self) -> bytes:
        return version(self._found, self._today)


def content(found: Found) -> Content:
    """Return what tells one state of the files from another: path and digest of each, and what kept others from being read."""
    unread = hashlib.sha256("".join(map(fingerprint, found.findings)).encode()).digest()
    return (*sorted((source.path, source.digest) for source in found.sources), ("", unread))


def version(found: Found, today: date) -> bytes:
    """Return a digest of all that verdicts depend on besides the files: the tool and what it counts with, the day, packs of law."""
    tool = (cache.code(), schema.identity(), *resources.schema_files(), _reckoned_with(), today.isoformat().encode())
    seen = hashlib.sha256(b"".join(tool))
    for source in found.packs:
        path = source.path.encode("utf-8", "surrogatepass")
        seen.update(b"%d " % len(path) + path + source.digest)
    return seen.digest()


@lru_cache(maxsize=1)
def _reckoned_with() -> bytes:
    """Return what tells other libraries, or other rules of time zones, from those that there are now."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  small workspaces need none

    seen = [os.environ.get("PYTHONTZPATH", "")]
    for name in ("networkx", "tzdata"):
        with suppress(PackageNotFoundError):
            seen.append(f"{name} {version(name)}")
    for place in ZONES:
        with suppress(OSError):
            seen.append(f"{place} {Path(place).stat().st_mtime_ns}")
    return repr(seen).encode()
