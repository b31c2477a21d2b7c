"""A workspace folder goes in; its YAML files with their bytes, and what kept others from being read, come out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity, in_order
from sopkit.frozen import dataclass
from sopkit.reader import rules
from sopkit.reader.characters import MAX_BYTES
from sopkit.source import Source
from sopkit.text import Phrase

SETTINGS: Final = "sopkit.yaml"
ENDINGS: Final = (".yaml", ".yml")

AS_TEXT: Final = (".yaml.txt", ".yml.txt")
"""What some editors make of a name, and what file managers show without its end."""

PACKS: Final = "packs"
OWN_RULES: Final = "rules"
NOT_PLAYBOOKS: Final = frozenset({OWN_RULES, PACKS, "templates"})
"""Folders at the top of a workspace that hold YAML of another kind."""

MAPPING: Final = "sopkit-import.yaml"
"""How a spreadsheet was imported: it stands beside the playbooks and is none of them."""

MAX_FILES: Final = 50_000
MAX_TOTAL: Final = 250_000_000
"""Bytes of all files together."""

CHUNK: Final = 1 << 14
"""Most files are read at once."""

READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

OF_WORKSPACE: Final = re.compile(rb"""^[^#\r\n]*\bkind["']?[ \t]*:[ \t]*["']?workspace\b""", re.MULTILINE)

OUTSIDE: Final = Phrase("指向工作区外面", "leads out of the workspace")
NOWHERE: Final = Phrase("指不到任何文件", "leads nowhere")
PASSED_OVER: Final = Phrase("指向工作区里不读的文件夹", "leads to a folder of the workspace that is not read")
GONE: Final = Phrase("文件刚刚被移走了", "it has just been moved away")
NO_FILE: Final = Phrase("它不是普通文件", "it is no regular file")


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a workspace, by path."""

    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    packs: tuple[Source, ...] = ()
    """The files in the folder of packs, which hold no playbooks."""
    apart: int = 0
    """Folders inside that are workspaces of their own, and were left out."""
    rules: tuple[Source, ...] = ()
    """The files in the folder of the workspace's own rules."""


def find_sources(root: Path) -> Found:
    """Read every `*.yaml` and `*.yml` below `root` that belongs to its workspace; never raises.

    Not among them: hidden files and folders, the folders of rules, packs and templates, and workspaces inside this one. What
    stands in an output is read, too: we write no YAML there. Links are not followed, except a link to a file of this workspace
    that is not read otherwise. What is passed over because of its kind, its size or a link is a finding.
    """
    search = _Search(os.path.realpath(root))
    for path in search.walk():
        search.read(path)
    packs, own = search.beside(PACKS), search.beside(OWN_RULES)
    for link, target in sorted(search.links):
        if target not in search.seen:
            search.read(link)
            search.seen.add(target)
    search.refuse_unwalked()
    if not search.sources and not search.findings:
        search.refuse_empty()
    sources = tuple(source for _, source in sorted(search.sources.items()))
    return Found(sources, in_order(search.findings), packs, search.apart, own)


def own_rules(root: Path) -> tuple[Source, ...]:
    """Read the files in the folder of the workspace's own rules alone; what can't be read is passed over."""
    return _Search(os.path.realpath(root)).beside(OWN_RULES)


@dataclass(slots=True)
class _Search:
    root: str
    sources: dict[tuple[str, str], Source] = field(default_factory=dict)
    """By path as shown and path on disk: what is not printable is not shown."""
    findings: list[Finding] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    folder_links: list[tuple[str, str]] = field(default_factory=list)
    walked: set[str] = field(default_factory=set)
    total: int = 0
    apart: int = 0

    def walk(self) -> Iterator[str]:
        """Yield the path of every YAML file that is no link, folder by folder."""
        folders = [self.root]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = list(listing)
            except OSError as error:
                self._refuse(rules.UNREADABLE_FILE, folder, {"reason": _reason(error)})
                continue
            inside = folder != self.root
            if inside and any(entry.name == SETTINGS and _is_workspace(entry) for entry in entries):
                self.apart += 1
                continue
            self.walked.add(folder)
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink():
                    self._keep_link(entry)
                elif entry.is_dir(follow_symlinks=False):
                    if inside or entry.name not in NOT_PLAYBOOKS:
                        folders.append(entry.path)
                elif entry.name.lower().endswith(ENDINGS) and entry.name != MAPPING:
                    if entry.is_file(follow_symlinks=False):
                        yield entry.path
                    else:
                        self._refuse(rules.UNREADABLE_FILE, entry.path, {"reason": NO_FILE})
                elif entry.name.lower().endswith(AS_TEXT):
                    self._refuse(rules.TEXT_ENDING, entry.path, {"name": entry.name[: -len(".txt")]})

    def beside(self, name: str) -> tuple[Source, ...]:
        """Read and return the files of a folder at the top that holds none of the workspace's documents: packs, own rules."""
        before = set(self.sources)
        folder = os.path.join(self.root, name)  # noqa: PTH118  a name, no Path
        if os.path.isdir(folder) and not os.path.islink(folder):  # noqa: PTH112, PTH114
            with suppress(OSError), os.scandir(folder) as listing:
                for entry in sorted(listing, key=lambda one: one.name):
                    if entry.name.lower().endswith(ENDINGS) and entry.is_file(follow_symlinks=False):
                        self.read(entry.path)
        return tuple(self.sources.pop(key) for key in sorted(set(self.sources) - before))

    def _keep_link(self, entry: os.DirEntry[str]) -> None:
        named_yaml = entry.name.lower().endswith(ENDINGS)
        try:
            target = os.path.realpath(entry.path)
            inside = os.path.commonpath((self.root, target)) == self.root
            folder = entry.is_dir()
            file = entry.is_file()
        except (OSError, ValueError):  # a loop; another drive
            target, inside, folder, file = "", False, False, False
        if folder and not inside:
            self._refuse(rules.OUTWARD_LINK, entry.path, {"reason": OUTSIDE}, Severity.WARNING)
        elif folder:
            self.folder_links.append((entry.path, target))
        elif named_yaml:
            if file and inside:
                self.links.append((entry.path, target))
            else:
                self._refuse(rules.OUTWARD_LINK, entry.path, {"reason": OUTSIDE if file else NOWHERE})

    def refuse_unwalked(self) -> None:
        """Name the links to folders of this workspace that were passed over where they stand, too."""
        for link, target in self.folder_links:
            if target not in self.walked:
                self._refuse(rules.OUTWARD_LINK, link, {"reason": PASSED_OVER}, Severity.WARNING)

    def refuse_empty(self) -> None:
        """Say that there was nothing to read: that is no reason to pass."""
        self._refuse(rules.UNREADABLE_FILE, os.path.join(self.root, SETTINGS), {"reason": GONE})  # noqa: PTH118  a name, no Path

    def read(self, path: str) -> None:
        """Read one file, within the bounds."""
        if len(self.sources) >= MAX_FILES or self.total >= MAX_TOTAL:
            if not any(finding.rule is rules.TOO_MANY_FILES for finding in self.findings):
                total = f"{MAX_TOTAL // 1_000_000} MB"
                limit = Phrase(f"{MAX_FILES:,} 个文件或 {total}", f"{MAX_FILES:,} files or {total}")
                self._refuse(rules.TOO_MANY_FILES, self.root, {"limit": limit})
            return
        self.seen.add(path)
        try:
            data, size = _bytes(path)
        except OSError as error:
            self._refuse(rules.UNREADABLE_FILE, path, {"reason": _reason(error)})
            return
        if size > MAX_BYTES:
            sizes = {"size": f"{size / 1e6:.1f} MB", "limit": f"{MAX_BYTES / 1e6:g} MB"}
            self._refuse(rules.FILE_TOO_LARGE, path, sizes)
            return
        self.total += size
        shown = self._shown(path)
        self.sources[shown, path] = Source(shown, data, path)

    def _shown(self, path: str) -> str:
        """Return the path below the workspace in the posix way, safe to print."""
        inside = path[len(self.root) :].lstrip(os.sep) or "."
        inside = inside if os.sep == "/" else inside.replace(os.sep, "/")
        return inside if inside.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in inside)

    def _refuse(
        self, rule: Rule, path: str, args: dict[str, str] | dict[str, Phrase], severity: Severity | None = None
    ) -> None:
        span = Source(self._shown(path), b"").span(0, 0)
        self.findings.append(Finding(rule, span, dict(args), severity=severity))


def _is_workspace(entry: os.DirEntry[str]) -> bool:
    """Whether the file says that it is of a workspace; an empty one, or one that can't be read, hides no folder."""
    try:
        return entry.is_file() and OF_WORKSPACE.search(_bytes(entry.path)[0]) is not None
    except OSError:
        return False


def _bytes(path: str) -> tuple[bytes, int]:
    """Return a file's bytes and how many there are; of a file that is too large only the number. Raises `OSError`."""
    handle = os.open(path, READ)
    try:
        data = os.read(handle, CHUNK)
        if len(data) < CHUNK:
            return data, len(data)
        size = os.fstat(handle).st_size
        chunks, length = [data], len(data)
        while length <= MAX_BYTES and (data := os.read(handle, CHUNK)):
            chunks.append(data)
            length += len(data)
        return (b"".join(chunks), length) if length <= MAX_BYTES else (b"", max(size, length))
    finally:
        os.close(handle)


def _reason(error: OSError) -> Phrase:
    """Say why the system gave no file; its own words are in the language of the machine."""
    if isinstance(error, PermissionError):
        return Phrase("没有访问权限", "access is denied")
    if isinstance(error, FileNotFoundError):
        return GONE
    return Phrase("磁盘或电脑出错", "the disk or the system failed")
