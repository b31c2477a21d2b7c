"""A workspace that was checked and a git revision go in; what is new against that revision comes out, and what was modified.

The revision's own findings come from the cache where that very content was checked before; else the revision is checked, with the
trees of all files that did not change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit import cache, schema
from sopkit.cli.command import Choice, WrongUsageError
from sopkit.cli.workspace import Loaded, schema_files
from sopkit.diagnostics import fingerprint
from sopkit.frozen import dataclass
from sopkit.reader.files import Found
from sopkit.reader.pictures import Look, find_picture, is_file_in
from sopkit.source import Source
from sopkit.text import Phrase, say
from sopkit.tree import Tree

if TYPE_CHECKING:
    from sopkit.comparison import Verdicts
    from sopkit.graph.modified import Modified
    from sopkit.history import Snapshot
    from sopkit.pipeline import Compilation

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
WORTH_KEEPING: Final = 200
"""Files from which what a check said is kept: smaller workspaces are checked sooner than looked up."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a workspace, and how to get at the files in it that are no YAML."""

    found: Found
    look: Look
    exists: Callable[[str], bool]


def at_revision(loaded: Loaded, revision: str) -> Snapshot:
    """Return the workspace as it was. Raises `WrongUsageError`."""
    from sopkit.history import HistoryError, sources_at  # noqa: PLC0415  asks git: most checks need none

    try:
        return sources_at(loaded.folder, revision)
    except HistoryError as error:
        raise WrongUsageError(error.reason, **error.args_of_reason) from None


def new_since(loaded: Loaded, whole: Compilation, revision: str) -> Loaded:
    """Return the workspace with what is new against a revision alone; `whole` is what was found in it, whatever a baseline knows."""
    from sopkit.comparison import Since, only_new  # noqa: PLC0415  knows the rules: whoever reads first needs none of them

    then = at_revision(loaded, revision)
    before = _verdicts_at(loaded, whole, then)
    changed = modified_against(loaded, then)
    affected = changed.affected(whole.graph)
    since = Since(revision, then.commit, changed, affected, 0, 0, 0)
    return replace(loaded, compilation=only_new(loaded.compilation, before, since))


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
    return modified_against(loaded, at_revision(loaded, revision or NOW)).nodes(loaded.compilation.graph)


def keep_verdicts(loaded: Loaded) -> None:
    """Keep what was found in a large workspace: when this very content is the base of a comparison, it need not be checked again."""
    if len(loaded.files.sources) >= WORTH_KEEPING:
        look, exists = partial(find_picture, loaded.folder), partial(is_file_in, loaded.folder)
        _keep(loaded.folder, loaded.compilation, Version(loaded.files, look, exists))


def _verdicts_at(loaded: Loaded, whole: Compilation, then: Snapshot) -> Verdicts:
    from sopkit.comparison import Verdicts  # noqa: PLC0415

    version = Version(then.found, then.look, then.exists)
    kept = cache.recall_answer(loaded.folder, _key(version.found, whole.today))
    if isinstance(kept, tuple):
        said, logo, files = kept
        if (logo, files) == _beside(version, logo[0], [name for name, _ in files]):
            return Verdicts.of(said)
    return _checked(loaded.folder, whole, version)


def _checked(folder: Path, whole: Compilation, version: Version) -> Verdicts:
    """Check a version, with the trees of every file that is the same in the version checked already."""
    from sopkit import pipeline  # noqa: PLC0415
    from sopkit.comparison import verdicts  # noqa: PLC0415

    same = {(source.path, source.data): source for source in whole.clean}
    sources = [same.get((one.path, one.data), one) for one in version.found.sources]
    known: dict[Source, tuple[Tree, ...]] = {one: whole.clean[one] for one in sources if one in whole.clean}
    made = pipeline.compile(
        sources,
        today=whole.today,
        packs=version.found.packs,
        own_rules=version.found.rules,
        found=version.found.findings,
        known=known.get,
        look=version.look,
        exists=version.exists,
    )
    _keep(folder, made, version)
    return verdicts(made)


def _keep(folder: Path, made: Compilation, version: Version) -> None:
    from sopkit.comparison import verdicts  # noqa: PLC0415

    brand = made.workspace.settings.brand
    names = sorted({one.file for one in made.workspace.artefacts.values() if one.file})
    beside = _beside(version, brand.logo if brand and brand.logo else "", names)
    cache.keep_answer(folder, _key(version.found, made.today), (verdicts(made).stored, *beside))


def _beside(version: Version, logo: str, names: Iterable[str]) -> tuple[tuple[str, str], tuple[tuple[str, bool], ...]]:
    """Return what a check sees of files that are no YAML: whether the logo can be used, and which documents' files there are."""
    seen = version.look(logo) if logo else ""
    fault = say(seen, "en") if isinstance(seen, Phrase | str) else "picture"
    return (logo, fault), tuple((name, version.exists(name)) for name in names)


def _key(found: Found, today: date) -> bytes:
    """Return a digest of all that a check depends on: the tool, the day, every file, and what kept others from being read."""
    seen = hashlib.sha256(cache.code() + schema.identity() + b"".join(schema_files()) + today.isoformat().encode())
    for source in (*found.sources, *found.packs, *found.rules):
        path = source.path.encode("utf-8", "surrogatepass")
        seen.update(b"%d %d " % (len(path), len(source.data)) + path)
        seen.update(source.data)
    for one in found.findings:
        seen.update(fingerprint(one).encode())
    return seen.digest()
