"""A workspace's folder and a revision go in; what git holds of it comes out: which files there were, and their bytes.

A repository may be hostile: git is only asked for objects, by commands that run no hook, filter, pager or program of its settings and
fetch nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader.characters import MAX_BYTES
from sopkit.reader.files import OF_WORKSPACE, SETTINGS
from sopkit.source import Source
from sopkit.text import Phrase

SAFELY: Final = (
    "--no-optional-locks", "--no-replace-objects", "--no-pager", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never",
)  # fmt: skip
ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # what older versions of git, which know no GIT_NO_LAZY_FETCH, heed
    "GIT_ADVICE": "0",
}
OF_A_HOOK: Final = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
"""Set while a hook runs, and relative to another folder than ours."""
LONGEST: Final = 60.0
"""Seconds that one question to git may take."""
MOST_NAMES: Final = 5_000
"""Branches and tags among which a near name is looked for."""
MOST_NAMED: Final = 3
LONGEST_NAME: Final = 200
LINK, MODULE, BLOB = "120000", "160000", "blob"
ID: Final = re.compile(rb"""^id[ \t]*:[ \t]*["']?([\w-]+)""", re.MULTILINE)
HEX: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

NO_GIT: Final = Phrase(
    "找不到 git，没法读取以前的版本。请安装 git（https://git-scm.com），或改为比较两个文件夹",
    "git was not found, so no earlier version can be read. Install git (https://git-scm.com), or compare two folders",
)
NO_REPOSITORY: Final = Phrase(
    "{place} 不在 git 仓库里，没有以前的版本可比。先运行 git init 并提交，或改为比较两个文件夹",
    "{place} is in no git repository, so there is no earlier version. Run git init and commit, or compare two folders",
)
NOT_OURS: Final = Phrase(
    "{place} 的 git 仓库属于另一个用户，git 不肯读。确认可信后运行：git config --global --add safe.directory {root}",
    "the git repository of {place} belongs to another user, and git won't read it. If you trust it, run: "
    "git config --global --add safe.directory {root}",
)
DASHED: Final = Phrase(
    "“{revision}”不是版本：版本名不能以 - 开头，也不能为空",
    "“{revision}” is no revision: it may not begin with “-” or be empty",
)
NO_REVISION: Final = Phrase("git 里没有版本“{revision}”", "git knows no revision “{revision}”")
NO_COMMIT: Final = Phrase(
    "这个 git 仓库还没有提交，没有更早的版本可比；先提交一次：git commit",
    "this git repository has no commit yet, so there is no earlier version: commit first",
)
NEAR: Final = Phrase(
    "git 里没有版本“{revision}”；是不是 {near}？", "git knows no revision “{revision}”; did you mean {near}?"
)
SHALLOW: Final = Phrase(
    "这个克隆只有最近的提交，没有版本“{revision}”。取回全部历史：git fetch --unshallow（GitHub Actions 里写 fetch-depth: 0）",
    "this clone holds the latest commits only and lacks revision “{revision}”. Get them all: git fetch --unshallow "
    "(in GitHub Actions: fetch-depth: 0)",
)
NOT_THEN: Final = Phrase(
    "版本“{revision}”里还没有这个工作区：{place} 里没有 sopkit.yaml，也看不出它那时叫什么。如果是新建的，全部内容都是新的：sopkit check",
    "the workspace did not exist at revision “{revision}”: {place} holds no sopkit.yaml there, and what it was called can't be told. "
    "If it was made since, all of it is new: sopkit check",
)
SEVERAL_THEN: Final = Phrase(
    "版本“{revision}”的 {place} 里没有 sopkit.yaml，而那时可能是它的有好几个：{names}。请把要比较的文件夹取出来，比较两个文件夹",
    "at revision “{revision}” {place} holds no sopkit.yaml, and it may have been any of {names}. Check out the one to compare with, "
    "and compare two folders",
)
SUBMODULE: Final = Phrase(
    "{place} 是 git 子模块，它在版本“{revision}”里的文件不在这个仓库里，没法读。请把两个版本各取到一个文件夹"
    "（git clone --recurse-submodules），再比较两个文件夹",
    "{place} is a git submodule: its files at revision “{revision}” are not in this repository. Check both versions out "
    "(git clone --recurse-submodules) and compare two folders",
)
INCOMPLETE: Final = Phrase(
    "版本“{revision}”的文件不全（{place}）：这个克隆没有下载它们。运行 git fetch --refetch，或重新完整克隆",
    "files of revision “{revision}” are missing ({place}): this clone did not download them. Run git fetch --refetch, or clone anew",
)
DAMAGED: Final = Phrase(
    "这个 git 仓库损坏了，读不出版本“{revision}”（{reason}）。运行 git fsck 看坏了什么，或重新克隆",
    "this git repository is damaged, and revision “{revision}” can't be read ({reason}). Run git fsck to see what is broken, or clone "
    "anew",
)
FAILED: Final = Phrase("git 没能读取版本“{revision}”：{reason}", "git could not read revision “{revision}”: {reason}")
TOO_LONG: Final = Phrase("超过了 60 秒", "it took more than 60 seconds")


class HistoryError(Exception):
    """Why an earlier version can't be read, and what to do."""

    def __init__(self, reason: Phrase, /, **args: str | Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.args_of_reason = args


@dataclass(frozen=True, slots=True)
class Entry:
    mode: str
    kind: str
    oid: str
    size: int
    path: str
    """Relative to the workspace, as on disk."""


class Repository:
    def __init__(self, folder: Path, revision: str, here: Iterable[Source] = ()) -> None:
        """What files `here` hold is known without git: an object is called after its content."""
        found = shutil.which("git")
        if found is None:
            raise HistoryError(NO_GIT)
        self.git = found
        self.folder = folder
        self.revision = revision
        if not revision or revision.startswith("-") or len(revision) > LONGEST_NAME or not revision.isprintable():
            raise HistoryError(DASHED, revision=revision[:LONGEST_NAME])
        self.root, self.inside = self._place()
        self.commit = self._commit()
        self._here = {_called(one.data, self.commit): one for one in here}

    def ask(self, *words: str, given: bytes = b"") -> bytes:
        """Return what git answers. Raises `subprocess.CalledProcessError`, and `HistoryError` where it takes too long."""
        environment = {name: value for name, value in os.environ.items() if name not in OF_A_HOOK}
        try:
            done = subprocess.run(  # noqa: S603  its words are our own; the revision begins with no dash
                [self.git, *SAFELY, *words], cwd=self.folder, input=given, capture_output=True, check=True,
                timeout=LONGEST, env={**environment, **ENVIRONMENT},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise HistoryError(FAILED, revision=self.revision, reason=TOO_LONG) from None
        except OSError as error:
            raise HistoryError(FAILED, revision=self.revision, reason=error.strerror or "") from error
        return done.stdout

    def blobs(self, entries: Iterable[Entry]) -> dict[str, bytes]:
        """Return the content of files, by object. Raises `HistoryError` where one was never downloaded."""
        asked = {entry.oid: entry.path for entry in entries}
        known = {oid: self._here[oid].data for oid in asked if oid in self._here}
        wanted = {oid: path for oid, path in asked.items() if oid not in known}
        if not wanted:
            return known
        try:
            answer = self.ask("cat-file", "--batch", given="".join(f"{oid}\n" for oid in wanted).encode())
        except subprocess.CalledProcessError:
            first = next(iter(wanted.values()))
            raise HistoryError(INCOMPLETE, revision=self.revision, place=shown(first)) from None
        contents, at = known, 0
        for oid, path in wanted.items():
            end = answer.find(b"\n", at)
            head = answer[at:end].split(b" ") if end >= 0 else []
            if len(head) != 3:
                raise HistoryError(INCOMPLETE, revision=self.revision, place=shown(path))
            size = int(head[2])
            contents[oid] = answer[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return contents

    def source(self, path: str, oid: str, data: bytes) -> Source:
        """Return a file of the commit: the very one that is here, where it is the same."""
        here = self._here.get(oid)
        return here if here is not None and here.path == shown(path) else Source(shown(path), data)

    def _place(self) -> tuple[str, str]:
        """Return the root of the repository, and where in it the workspace lies, with a slash at the end, or nothing."""
        try:
            answer = self.ask("rev-parse", "--show-toplevel", "--show-prefix")
        except subprocess.CalledProcessError as error:
            if b"dubious ownership" in error.stderr:
                around = next(
                    (one for one in (self.folder, *self.folder.resolve().parents) if (one / ".git").exists()),
                    self.folder,
                )
                raise HistoryError(NOT_OURS, place=str(self.folder), root=str(around.resolve())) from None
            raise HistoryError(NO_REPOSITORY, place=str(self.folder)) from None
        root, _, inside = os.fsdecode(answer).partition("\n")
        return root, inside.removesuffix("\n")

    def _commit(self) -> str:
        try:
            answer = self.ask("rev-parse", "--verify", "--quiet", f"{self.revision}^{{commit}}").decode().strip()
        except subprocess.CalledProcessError:
            answer = ""
        if HEX.fullmatch(answer):
            return answer
        if self.ask("rev-parse", "--is-shallow-repository").strip() == b"true":
            raise HistoryError(SHALLOW, revision=self.revision)
        try:
            newest = self.ask("rev-list", "--all", "--max-count=1")
        except subprocess.CalledProcessError as error:
            said = shown(" ".join(error.stderr.decode("utf-8", "replace").split()))[:LONGEST_NAME]
            raise HistoryError(DAMAGED, revision=self.revision, reason=said) from None
        if not newest.strip():
            raise HistoryError(NO_COMMIT)
        near = self._near()
        if near:
            raise HistoryError(NEAR, revision=self.revision, near=", ".join(near))
        raise HistoryError(NO_REVISION, revision=self.revision)

    def _near(self) -> list[str]:
        listed = self.ask("for-each-ref", f"--count={MOST_NAMES}", "--format=%(refname:short)")
        names = [name for name in os.fsdecode(listed).split("\n") if name and name.isprintable()]
        same = [name for name in names if name.endswith(f"/{self.revision}")]
        return list(dict.fromkeys((*same, *get_close_matches(self.revision, names, MOST_NAMED))))[:MOST_NAMED]

    def workspace_then(self) -> str:
        """Return where the workspace lay at the commit: where it is now, else the one place of which it may have come."""
        if self._has(f"{self.commit}:{self.inside}{SETTINGS}"):
            return self.inside
        ends = [entry for entry in self.listed(self.commit, "") if PurePosixPath(entry.path).name == SETTINGS]
        kept = [entry for entry in ends if entry.kind == BLOB and 0 <= entry.size <= MAX_BYTES]
        contents = self.blobs(kept)
        root = Path(self.root)
        gone = {
            entry.path.removesuffix(SETTINGS): contents[entry.oid]
            for entry in kept
            if OF_WORKSPACE.search(contents[entry.oid]) and not (root / entry.path).is_file()
        }
        id_ = self._id()
        moved = [one for one, data in gone.items() if id_ and ID.findall(data) == id_] or sorted(gone)
        place = shown(self.inside.rstrip("/")) or "."
        if not moved:
            raise HistoryError(NOT_THEN, revision=self.revision, place=place)
        if len(moved) > 1:
            names = ", ".join(shown(one.rstrip("/")) or "." for one in sorted(moved)[:MOST_NAMED])
            raise HistoryError(SEVERAL_THEN, revision=self.revision, place=place, names=names)
        return moved[0]

    def _id(self) -> list[bytes]:
        """Return what the workspace is called now, as written."""
        try:
            with (self.folder / SETTINGS).open("rb") as file:
                return ID.findall(file.read(MAX_BYTES))
        except OSError:
            return []

    def _has(self, name: str) -> bool:
        try:
            self.ask("cat-file", "-e", name)
        except subprocess.CalledProcessError:
            return False
        return True

    def listed(self, tree: str, inside: str) -> list[Entry]:
        try:
            answer = self.ask("ls-tree", "-r", "-z", "-l", "--full-tree", tree.removesuffix("/"))
        except subprocess.CalledProcessError:
            place = shown(inside.rstrip("/")) or "."
            raise HistoryError(INCOMPLETE, revision=self.revision, place=place) from None
        entries = []
        for row in answer.split(b"\0")[:-1]:
            head, _, path = row.partition(b"\t")
            mode, kind, oid, size = head.decode().split()
            entries.append(Entry(mode, kind, oid, int(size) if size.isdigit() else -1, os.fsdecode(path)))
        return entries


def _called(data: bytes, like: str) -> str:
    """Return the name of the object that holds these bytes, by the hash that another name is of."""
    seen = hashlib.sha256 if len(like) > hashlib.sha1().digest_size * 2 else hashlib.sha1  # noqa: S324  git's own choice
    return seen(b"blob %d\0" % len(data) + data).hexdigest()


def shown(path: str) -> str:
    return path if path.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in path)
