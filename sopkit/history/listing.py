"""The files of a commit go in; those that belong to a workspace come out, as `find_sources` finds them on disk."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping

from sopkit.diagnostics import Finding, Rule, Severity, in_order
from sopkit.history.repository import BLOB, INCOMPLETE, LINK, MODULE, SUBMODULE, Entry, HistoryError, Repository, shown
from sopkit.reader import rules
from sopkit.reader.characters import MAX_BYTES
from sopkit.reader.files import (
    AS_TEXT,
    ENDINGS,
    MAPPING,
    MAX_FILES,
    MAX_TOTAL,
    NOT_PLAYBOOKS,
    NOWHERE,
    OF_WORKSPACE,
    OUTSIDE,
    OWN_RULES,
    PACKS,
    SETTINGS,
    Found,
)
from sopkit.reader.pictures import MAX_PICTURE, Picture, picture_of
from sopkit.source import Source
from sopkit.text import Phrase


class Search:
    """One commit's files, by path below the workspace."""

    def __init__(self, entries: Mapping[str, Entry], repository: Repository) -> None:
        self.entries = entries
        self.repository = repository
        self.findings: list[Finding] = []
        self.files = frozenset(path for path, entry in entries.items() if entry.kind == BLOB and entry.mode != LINK)
        self.apart = self._workspaces_inside()
        pictures = [one for one in entries.values() if one.path in self.files and 0 <= one.size <= MAX_PICTURE]
        self._pictures = [one for one in pictures if one.path.lower().endswith((".png", ".jpg", ".jpeg", ".webp"))]
        self.logos: Mapping[str, Picture | Phrase] = {}

    def found(self) -> Found:
        """Return the files that belong to the workspace."""
        read = [entry for path, entry in sorted(self.entries.items()) if self._is_read(path) and self._usable(entry)]
        packs, own = self._beside(PACKS), self._beside(OWN_RULES)
        links = list(self._linked({entry.path for entry in read}))
        kept = self._within_bounds([*read, *packs, *own, *(entry for _, entry in links)])
        contents = self.repository.blobs((*kept, *self._pictures))
        self.logos = {one.path: picture_of(contents[one.oid]) for one in self._pictures}
        inside = {id(entry) for entry in kept}
        sources = [
            self.repository.source(entry.path, entry.oid, contents[entry.oid]) for entry in read if id(entry) in inside
        ]
        sources += [
            self.repository.source(path, entry.oid, contents[entry.oid]) for path, entry in links if id(entry) in inside
        ]
        of_packs, of_rules = (
            tuple(
                self.repository.source(entry.path, entry.oid, contents[entry.oid])
                for entry in some
                if id(entry) in inside
            )
            for some in (packs, own)
        )
        in_place = tuple(sorted(sources, key=lambda one: one.path))
        return Found(in_place, in_order(self.findings), of_packs, self._walked_past(), of_rules)

    def _workspaces_inside(self) -> tuple[str, ...]:
        """Return the folders below that are workspaces of their own."""
        settings = [
            entry
            for path, entry in self.entries.items()
            if path.endswith(f"/{SETTINGS}") and path in self.files and entry.size <= MAX_BYTES
        ]
        contents = self.repository.blobs(settings)
        found = sorted(
            entry.path.removesuffix(SETTINGS) for entry in settings if OF_WORKSPACE.search(contents[entry.oid])
        )
        return tuple(one for one in found if not any(one != other and one.startswith(other) for other in found))

    def _walked_past(self) -> int:
        return sum(not _passed_over(one) for one in self.apart)

    def _belongs(self, path: str) -> bool:
        return not _passed_over(path) and not (self.apart and path.startswith(self.apart))

    def _is_read(self, path: str) -> bool:
        if not self._belongs(path):
            return False
        entry, lower, name = self.entries[path], path.lower(), path.rpartition("/")[2]
        if entry.mode == MODULE:
            self._refuse_module(path)
            return False
        if lower.endswith(AS_TEXT) and entry.mode != LINK:
            self._refuse(rules.TEXT_ENDING, path, {"name": name[: -len(".txt")]})
        return lower.endswith(ENDINGS) and entry.mode != LINK and name != MAPPING

    def _refuse_module(self, path: str) -> None:
        if not (self.repository.folder / path / SETTINGS).is_file():  # else a workspace of its own, never read
            raise HistoryError(SUBMODULE, place=shown(path), revision=self.repository.revision)

    def _beside(self, folder: str) -> list[Entry]:
        """Return the files in a folder of what belongs to the workspace and is no playbook."""
        found = [
            entry
            for path, entry in sorted(self.entries.items())
            if path.count("/") == 1 and path.startswith(f"{folder}/") and path.lower().endswith(ENDINGS)
        ]
        return [entry for entry in found if self._usable(entry)]

    def _usable(self, entry: Entry) -> bool:
        if entry.size > MAX_BYTES:
            sizes = {"size": f"{entry.size / 1e6:.1f} MB", "limit": f"{MAX_BYTES / 1e6:g} MB"}
            self._refuse(rules.FILE_TOO_LARGE, entry.path, sizes)
        elif entry.size < 0 and entry.kind == BLOB:
            raise HistoryError(INCOMPLETE, revision=self.repository.revision, place=shown(entry.path))
        return 0 <= entry.size <= MAX_BYTES and entry.mode != LINK

    def _linked(self, read: set[str]) -> Iterator[tuple[str, Entry]]:
        """Yield (path, file) of links to files of the workspace that are not read otherwise."""
        links = [
            entry
            for path, entry in sorted(self.entries.items())
            if entry.mode == LINK and self._belongs(path) and path.lower().endswith(ENDINGS)
        ]
        contents = self.repository.blobs(links)
        for link in links:
            to = os.fsdecode(contents[link.oid])
            target = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), to))
            if target.startswith(("../", "/")) or target == "..":
                self._refuse(rules.OUTWARD_LINK, link.path, {"reason": OUTSIDE})
            elif target not in self.files:
                self._refuse(rules.OUTWARD_LINK, link.path, {"reason": NOWHERE})
            elif target not in read and self._usable(self.entries[target]):
                read.add(target)
                yield link.path, self.entries[target]

    def _within_bounds(self, entries: list[Entry]) -> list[Entry]:
        total = 0
        kept: list[Entry] = []
        for entry in entries:
            if len(kept) >= MAX_FILES or total >= MAX_TOTAL:
                limit = f"{MAX_FILES:,}", f"{MAX_TOTAL // 1_000_000} MB"
                said = Phrase("{} 个文件或 {}".format(*limit), "{} files or {}".format(*limit))
                self._refuse(rules.TOO_MANY_FILES, ".", {"limit": said})
                break
            total += entry.size
            kept.append(entry)
        return kept

    def _refuse(
        self, rule: Rule, path: str, args: Mapping[str, str | Phrase], severity: Severity | None = None
    ) -> None:
        span = Source(shown(path), b"").span(0, 0)
        self.findings.append(Finding(rule, span, dict(args), severity=severity))


def _passed_over(path: str) -> bool:
    """Whether it is hidden, or lies in a folder of something else than playbooks."""
    return "/." in f"/{path}" or ("/" in path and path[: path.index("/")] in NOT_PLAYBOOKS)
