"""Words of a command line that name two versions of a workspace go in; each version, compiled, comes out."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit import cache, reader, schema
from sopkit.cache import Cache
from sopkit.cli.command import WrongUsageError
from sopkit.cli.console import Console
from sopkit.cli.progress import watched
from sopkit.cli.reading import Reading
from sopkit.cli.workspace import Loaded, load, locate, schema_files
from sopkit.frozen import dataclass
from sopkit.history import HistoryError, Snapshot, sources_at
from sopkit.history.repository import NO_REVISION
from sopkit.memory import without_collections
from sopkit.reader.files import SETTINGS
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import Tree

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

Clean = Mapping[Source, tuple[Tree, ...]]
"""The trees of files in which nothing was found."""

READING: Final = Phrase("正在读取旧版本", "reading the former version")
NEITHER: Final = Phrase(
    "“{word}”既不是文件夹，git 里也没有这个版本", "“{word}” is no folder, and git knows no revision of that name"
)
WORKING: Final = Phrase("工作区现在的样子", "the working tree")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a workspace, compiled."""

    name: str
    compilation: Compilation
    shown: str
    """What to put before a path so that it can be opened, or shown by git."""
    in_repository: str


def two_versions(console: Console, old: str, new: str | None, workspace: str | None) -> tuple[Version, Version]:
    """Return both versions: each word is a folder or a revision, and no second word is the working tree. Raises `WrongUsageError`."""
    now = new if new is not None and Path(new).is_dir() else None
    folder = None if workspace is None and now is None and Path(old).is_dir() and new else locate(workspace or now)
    if new is not None and now is None:
        at = folder or locate(None)
        later = _at_revision(console, at, new, {})
    else:
        later = _on_disk(console, now or workspace)
    if Path(old).is_dir() and (Path(old) / SETTINGS).is_file():
        return _on_disk(console, old), later
    return _at_revision(console, folder or locate(None), old, later.compilation.clean), later


def _on_disk(console: Console, directory: str | None) -> Version:
    loaded: Loaded = load(console, directory)
    name = directory or console.word(WORKING)
    return Version(name, loaded.compilation, loaded.shown, loaded.in_repository)


def _at_revision(console: Console, folder: Path, word: str, clean: Clean) -> Version:
    try:
        then = sources_at(folder, word)
    except HistoryError as error:
        if error.reason is NO_REVISION:
            raise WrongUsageError(NEITHER, word=word) from None
        raise WrongUsageError(error.reason, **error.args_of_reason) from None
    inside = f"{then.folder}/" if then.folder else ""
    return Version(word, _compiled(console, folder, then, clean), f"{word}:{inside}", inside)


def _compiled(console: Console, folder: Path, then: Snapshot, clean: Clean) -> Compilation:
    """Return what the compiler makes of an earlier version; files that the later one has as well are not read again."""
    with without_collections():
        same = {(source.path, source.data): source for source in clean}
        sources = tuple([same.get((one.path, one.data), one) for one in then.found.sources])
        known = {source: clean[source] for source in sources if source in clean}
        unknown = tuple([source for source in sources if source not in known])
        remembered = Cache.open(folder, cache.version(reader.IDENTITY, schema.identity(), *schema_files()))
        reading = Reading(sources, {**known, **remembered.recall(unknown)})
        from sopkit import pipeline  # noqa: PLC0415  a second process reads meanwhile

        compilation = pipeline.compile(
            watched(console, reading.sources, READING, len(reading.sources)),
            today=console.today,
            packs=then.found.packs,
            own_rules=then.found.rules,
            found=then.found.findings,
            known=reading.known,
            look=then.look,
            exists=then.exists,
        )
        gc.freeze()
    return compilation
