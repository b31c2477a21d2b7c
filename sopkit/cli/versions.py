"""Words of a command line that name versions of a workspace go in; each version, compiled, comes out."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit.cli.command import WrongUsageError
from sopkit.cli.console import Console
from sopkit.cli.former import Former
from sopkit.cli.progress import watched
from sopkit.cli.reading import Reading, remembered_trees
from sopkit.cli.workspace import load, locate
from sopkit.frozen import dataclass
from sopkit.memory import without_collections
from sopkit.reader.files import SETTINGS
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.history import Snapshot
    from sopkit.pipeline import Compilation, Draft, Laid
    from sopkit.rules.recollection import Past, Recollection
    from sopkit.source import Source

READING: Final = Phrase("正在读取旧版本", "reading the former version")
NEITHER: Final = Phrase(
    "“{word}”既不是文件夹，git 里也没有这个版本", "“{word}” is no folder, and git knows no revision of that name"
)
EMPTY_FOLDER: Final = Phrase(
    "文件夹“{word}”里没有 sopkit.yaml，git 里也没有叫这个名字的版本",
    "the folder “{word}” holds no sopkit.yaml, and git knows no revision of that name",
)
NO_FOLDER: Final = Phrase(
    "没有文件夹“{word}”；如果是 git 的版本，请在工作区里运行，或用 --workspace 指明工作区",
    "there is no folder “{word}”; if it is a revision of git, run this in the workspace, or name that with --workspace",
)
FEW: Final = 64
"""So many files are read sooner than all that was read before is opened."""
WORKING: Final = Phrase("工作区现在的样子", "the working tree")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a workspace, compiled."""

    name: str
    compilation: Compilation
    shown: str
    """What to put before a path so that it can be opened, or shown by git."""
    in_repository: str
    former: Former


def two_versions(console: Console, old: str, new: str | None, workspace: str | None) -> tuple[Version, Version]:
    """Return both versions: each word is a folder or a revision, and no second word is the working tree. Raises `WrongUsageError`."""
    now = new if new is not None and _is_folder(new) else None
    beside = workspace is None and now is None and _is_folder(old)
    folder = _around(new) if beside and new else locate(workspace or now)
    of_git = new is not None and now is None
    later = _at(console, folder, new or "", None) if of_git else _on_disk(console, now or workspace)
    if _is_folder(old) and (Path(old) / SETTINGS).is_file():
        return _on_disk(console, old), later
    return _at(console, folder, old, later), later


def _around(word: str) -> Path:
    """Return the workspace that a revision is one of: that of the working directory, since the other version is a folder."""
    try:
        return locate(None)
    except WrongUsageError:
        raise WrongUsageError(NO_FOLDER, word=word) from None


def _is_folder(word: str) -> bool:
    return word != "" and Path(word).is_dir()  # what is empty, as a variable of CI may be, is not the working directory


def at_revision(folder: Path, revision: str, unknown: Phrase | None = None, here: Iterable[Source] = ()) -> Snapshot:
    """Return the workspace as it was; what files `here` hold is not asked of git.

    Raises `WrongUsageError`, with `unknown` to say of a `{word}` that no revision is near to.
    """
    from sopkit.history import HistoryError, sources_at  # noqa: PLC0415  asks git: most commands need none
    from sopkit.history.repository import NO_REVISION  # noqa: PLC0415

    try:
        return sources_at(folder, revision, here)
    except HistoryError as error:
        if unknown is not None and error.reason is NO_REVISION:
            raise WrongUsageError(unknown, word=revision) from None
        raise WrongUsageError(error.reason, **error.args_of_reason) from None


def drafted(
    console: Console,
    folder: Path,
    then: Snapshot,
    laid: Laid | None,
    *,
    earlier: Iterable[Recollection] = (),
    past: Past | None = None,
    proofs: bool = True,
) -> Draft:
    """Return an earlier version, ready to be judged: what it has in common with the version that is `laid` is neither read nor laid again.

    The rest is as `pipeline.drafted` takes it.
    """
    clean = laid.clean if laid is not None else {}
    sources = then.found.sources
    known = {source: clean[source] for source in sources if source in clean}
    unknown = tuple([source for source in sources if source not in known])
    many = len(unknown) > FEW
    reading = Reading(sources, {**known, **(remembered_trees(folder).recall(unknown) if many else {})})
    from sopkit import pipeline  # noqa: PLC0415  a second process reads meanwhile

    return pipeline.drafted(
        watched(console, reading.sources, READING, len(reading.sources)),
        today=console.today,
        packs=then.found.packs,
        own_rules=then.found.rules,
        found=then.found.findings,
        known=reading.known,
        look=then.look,
        exists=then.exists,
        earlier=earlier,
        like=laid,
        past=past,
        proofs=proofs,
    )


def _on_disk(console: Console, directory: str | None) -> Version:
    loaded = load(console, directory)
    name = directory or console.word(WORKING)
    return Version(name, loaded.compilation, loaded.shown, loaded.in_repository, loaded.former)


def _at(console: Console, folder: Path, word: str, later: Version | None) -> Version:
    here = later.compilation.clean if later is not None else ()
    then = at_revision(folder, word, EMPTY_FOLDER if _is_folder(word) else NEITHER, here)
    inside = f"{then.folder}/" if then.folder else ""
    former = Former(folder, then.found, console.today)
    laid: Laid | None = None
    earlier: tuple[Recollection, ...] = ()
    if later is not None:
        laid = later.compilation.laid
        earlier = later.former.at(then.found, laid, later.compilation.judgement)
    with without_collections():
        draft = drafted(console, folder, then, laid, earlier=earlier)
        from sopkit import pipeline  # noqa: PLC0415  files were read meanwhile

        (compilation,) = pipeline.judged(draft)
        gc.freeze()
    return Version(word, compilation, f"{word}:{inside}", inside, former)
