"""A workspace that was checked and a git revision go in; what is new against that revision comes out, and what was modified.

The revision's own findings come from the cache where that very content was checked before; else both are judged together, and of the
revision only what differs from the workspace is bound and laid.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit import cache
from sopkit.aside import begun
from sopkit.cli import former
from sopkit.cli.command import Choice
from sopkit.cli.console import Console
from sopkit.cli.former import Former
from sopkit.cli.versions import at_revision, drafted
from sopkit.cli.workspace import Loaded, Other
from sopkit.frozen import dataclass
from sopkit.reader.files import Found
from sopkit.reader.pictures import Look, find_picture, is_file_in
from sopkit.text import Phrase, say

if TYPE_CHECKING:
    from datetime import date

    from sopkit.comparison import Verdicts
    from sopkit.graph.modified import Modified
    from sopkit.history import Snapshot
    from sopkit.pipeline import Compilation, Draft, Laid

SINCE: Final = Choice(
    ("--changed-since",),
    Phrase(
        "只报相对这个 git 版本新出现的问题，如 main、HEAD~1",
        "report only what is new against this git revision, as main or HEAD~1",
    ),
    "REV",
)
STATE: Final = Choice(
    SINCE.names,
    Phrase(
        "state:modified 与哪个 git 版本比，如 main；不写就与 HEAD 比",
        "the git revision that state:modified means, as main; by default HEAD",
    ),
    "REV",
)
NOW: Final = "HEAD"
"""What `state:modified` compares with where no revision is named."""


@dataclass(frozen=True, slots=True)
class Content:
    """One version of a workspace, and how to get at the files in it that are no YAML."""

    found: Found
    look: Look
    exists: Callable[[str], bool]


class Base:
    """The revision that a workspace is compared with."""

    def __init__(self, console: Console, revision: str) -> None:
        self._console = console
        self._revision = revision

    def beside(self, folder: Path, files: Found) -> Other:
        """Begin to read the revision; return what drafts it beside the workspace."""
        here = (*files.sources, *files.packs, *files.rules)
        return partial(self._drafted, folder, begun(partial(at_revision, folder, self._revision, here=here), here))

    def _drafted(self, folder: Path, read: Callable[[], Snapshot], former: Former, laid: Laid) -> Draft | None:
        """Return the revision, to be judged with the workspace; None where what it had is known. Raises `WrongUsageError`."""
        self._then = then = read()
        self._before = _verdicts_at(folder, then, self._console.today)
        if self._before is not None:
            return None
        earlier, past = former.at(then.found, laid, None), former.past(then.found, laid)
        return drafted(self._console, folder, then, laid, earlier=earlier, past=past, proofs=False)

    def new_in(self, whole: Loaded) -> Callable[[Compilation], Compilation]:
        """Return what leaves of a compilation only that which is new against the revision."""
        from sopkit.comparison import Since, only_new, verdicts  # noqa: PLC0415  knows the rules: whoever reads first needs none

        then, before = self._then, self._before
        if before is None and whole.other is not None:
            _keep(whole.folder, whole.other, Content(then.found, then.look, then.exists))
            before = verdicts(whole.other)
        assert before is not None  # noqa: S101  the revision was judged with the workspace
        since = Since(self._revision, then.commit, modified_against(whole, then), whole.compilation.graph, 0, 0, 0)
        return lambda made: only_new(made, before, since)


def modified_against(loaded: Loaded, then: Snapshot) -> Modified:
    """Return what was modified since: only files that differ are read."""
    from sopkit.graph.modified import modified  # noqa: PLC0415
    from sopkit.reader import read  # noqa: PLC0415

    now = {(one.path, one.data) for one in loaded.sources}
    before = {(one.path, one.data) for one in then.found.sources}
    gone = [one for one in then.found.sources if (one.path, one.data) not in now]
    came = {one.path for one in loaded.sources if (one.path, one.data) not in before}
    trees = [tree for tree in loaded.compilation.forest.trees if tree.source.path in came]
    return modified((tree for one in gone for tree in read(one).trees), trees)


def modified_nodes(loaded: Loaded, revision: str | None) -> frozenset[str]:
    """Return the ids in the graph of what was modified since a revision, by default since the last commit."""
    return modified_against(loaded, at_revision(loaded.folder, revision or NOW, here=loaded.sources)).nodes(
        loaded.compilation.graph
    )


def keep_verdicts(loaded: Loaded) -> None:
    """Keep what was found in a large workspace under git: when this very content is the base of a comparison, it is not checked again."""
    if len(loaded.files.sources) >= former.WORTH_KEEPING and loaded.is_in_git:
        look, exists = partial(find_picture, loaded.folder), partial(is_file_in, loaded.folder)
        _keep(loaded.folder, loaded.compilation, Content(loaded.files, look, exists))


def _verdicts_at(folder: Path, then: Snapshot, today: date) -> Verdicts | None:
    """Return what was found at a revision, if that very content was checked before."""
    from sopkit.comparison import Verdicts  # noqa: PLC0415

    content = Content(then.found, then.look, then.exists)
    kept = cache.recall_answer(folder, _key(content.found, today))
    if isinstance(kept, tuple):
        said, logo, files = kept
        if (logo, files) == _beside(content, logo[0], [name for name, _ in files]):
            return Verdicts.of(said)
    return None


def _keep(folder: Path, made: Compilation, content: Content) -> None:
    from sopkit.comparison import verdicts  # noqa: PLC0415

    brand = made.workspace.settings.brand
    names = sorted({one.file for one in made.workspace.artefacts.values() if one.file})
    beside = _beside(content, brand.logo if brand and brand.logo else "", names)
    cache.keep_answer(folder, _key(content.found, made.today), (verdicts(made).stored, *beside))


def _beside(content: Content, logo: str, names: Iterable[str]) -> tuple[tuple[str, str], tuple[tuple[str, bool], ...]]:
    """Return what a check sees of files that are no YAML: whether the logo can be used, and which documents' files there are."""
    seen = content.look(logo) if logo else ""
    fault = say(seen, "en") if isinstance(seen, Phrase | str) else "picture"
    return (logo, fault), tuple((name, content.exists(name)) for name in names)


def _key(found: Found, today: date) -> bytes:
    """Return a digest of all that a check depends on: the tool, the day, every file, and what kept others from being read."""
    seen = hashlib.sha256(former.version(found, today))
    for path, digest in (*former.content(found), *((source.path, source.digest) for source in found.rules)):
        name = path.encode("utf-8", "surrogatepass")
        seen.update(b"%d " % len(name) + name + digest)
    return seen.digest()
