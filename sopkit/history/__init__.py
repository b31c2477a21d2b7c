"""A workspace's folder and a git revision go in; its files as they were then come out, and which paths differ from it now.

What is on disk is compared by our own hashes: `git status` and `git diff` would run the programs that a repository names as filters.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path

from sopkit.frozen import dataclass
from sopkit.history.listing import Search
from sopkit.history.repository import HistoryError, Repository
from sopkit.reader.files import Found, find_sources
from sopkit.reader.pictures import MISSING, Picture
from sopkit.source import Source
from sopkit.text import Phrase

__all__ = ["Changed", "HistoryError", "Snapshot", "changed_paths", "sources_at"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a workspace at one commit."""

    commit: str
    found: Found
    folder: str
    """Where the workspace lay in the repository then: `ops/aurora`, or nothing for its root."""
    paths: frozenset[str]
    """Every file of the workspace's folder, whatever its kind."""
    logos: Mapping[str, Picture | Phrase]

    def exists(self, name: str) -> bool:
        """Whether `name`, a posix path below the workspace, was a file of it."""
        return posixpath.normpath(name) in self.paths

    def look(self, name: str) -> Picture | Phrase:
        """Return the picture at `name`, or why there was none."""
        return self.logos.get(posixpath.normpath(name), MISSING)


@dataclass(frozen=True, slots=True)
class Changed:
    """Paths of YAML files, relative to the workspace, that are otherwise on disk than at a revision; sorted."""

    added: tuple[str, ...]
    deleted: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    """(then, now), of files with the same content."""

    @property
    def now(self) -> tuple[str, ...]:
        """The paths on disk that are added, changed or renamed."""
        return tuple(sorted((*self.added, *self.changed, *(new for _, new in self.renamed))))


def sources_at(folder: Path, revision: str, here: Iterable[Source] = ()) -> Snapshot:
    """Return the files of the workspace in `folder` as they were at a revision. Raises `HistoryError`.

    git is not asked for what files `here` hold, and those that are the very same then are among the sources.
    """
    repository = Repository(folder, revision, here)
    inside = repository.workspace_then()
    listed = repository.listed(f"{repository.commit}:{inside}", inside)
    search = Search({entry.path: entry for entry in listed}, repository)
    found = search.found()
    return Snapshot(repository.commit, found, inside.rstrip("/"), search.files, search.logos)


def changed_paths(folder: Path, revision: str, now: Iterable[Source] | None = None) -> Changed:
    """Return which YAML files on disk differ from a revision, untracked ones included. Raises `HistoryError`.

    `now` spares reading the files once more; files whose lines only end otherwise are the same.
    """
    then = sources_at(folder, revision).found
    before = {source.path: _content(source) for source in (*then.sources, *then.packs)}
    if now is None:
        here = find_sources(folder)
        now = (*here.sources, *here.packs)
    after = {source.path: _content(source) for source in now}
    gone = {content: path for path, content in sorted(before.items(), reverse=True) if path not in after}
    renamed: dict[str, str] = {}
    for path, content in sorted(after.items()):
        if path not in before and content in gone:
            renamed[gone.pop(content)] = path
    both = before.keys() & after.keys()
    return Changed(
        tuple(sorted(after.keys() - before.keys() - set(renamed.values()))),
        tuple(sorted(before.keys() - after.keys() - renamed.keys())),
        tuple(sorted(path for path in both if before[path] != after[path])),
        tuple(sorted(renamed.items())),
    )


def _content(source: Source) -> bytes:
    data = source.data
    return hashlib.sha256(data.replace(b"\r\n", b"\n") if b"\r" in data else data).digest()
