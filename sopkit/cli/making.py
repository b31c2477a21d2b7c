"""What `build` makes of a workspace that passed its check: the folder of documents, and a word on where to begin to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from sopkit import __version__
from sopkit.audit import audit
from sopkit.cli.audit import data_files, inputs, publications, revision_of
from sopkit.cli.command import WrongUsageError
from sopkit.cli.console import Console
from sopkit.cli.formats import (
    apart_wanted,
    brand_fonts,
    tell_left_out,
    templates_of,
    unprintable_logo,
)
from sopkit.cli.progress import watched
from sopkit.cli.workspace import Loaded
from sopkit.failure import LogoFailedError
from sopkit.frozen import dataclass
from sopkit.graph.manifest import manifest
from sopkit.kept import Kept
from sopkit.model.nouns import Role
from sopkit.output import File, cause, write_folder
from sopkit.reader.pictures import is_file_in
from sopkit.render.audit.cover import Frame
from sopkit.render.check_report import Results
from sopkit.render.diagrams import Flow, diagrams
from sopkit.render.edition_file import NAME, EditionFile, EditionUnreadableError, read
from sopkit.render.index import Entry
from sopkit.render.kinds import KINDS
from sopkit.render.manual.front import Edition, languages_of
from sopkit.render.marks import clean
from sopkit.render.publication import Part, Publication, Request, publish, roles_with_work
from sopkit.render.qr import is_ready, may_be_drawn
from sopkit.render.unjudged import unjudged_said
from sopkit.render.wording.names import Names
from sopkit.render.writers import APART, WRITERS, Apart, Form
from sopkit.schema.near import near
from sopkit.text import Lang, Phrase

NO_ROLE = Phrase(
    "没有岗位“{role}”{near}有工作的岗位：{roles}", "there is no role “{role}”{near} These have work: {roles}"
)
NO_WORK = Phrase(
    "岗位“{role}”没有任何工作，没有可生成的；有工作的岗位：{roles}",
    "the role “{role}” has no work, so there is nothing to make for it; these have: {roles}",
)
QR_CODES = Phrase("二维码", "QR codes")
UNREAD = Phrase("读不了 {path}：{why}", "{path} cannot be read: {why}")
SAID = Phrase("{said}", "{said}")
BUILT = Phrase("已生成 {count} 个文件。手册：{place}", "built {count} files. The manual: {place}")
BUILT_NO_MANUAL = Phrase("已生成 {count} 个文件。目录：{place}", "built {count} files. The index: {place}")
WORKING = Phrase("正在生成", "building")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    only: tuple[str, ...]
    """Kinds of documents; all, where none is named."""
    role: tuple[str, ...]
    """The same for roles, by ids or titles."""
    output_format: tuple[Form | Apart, ...]
    """The same for forms."""
    forms: tuple[Form, ...]
    """Those of documents that follow from it."""
    since: str | None
    """The file of a former edition; by default that in the folder to write."""
    edition: str
    draft: bool


def make(console: Console, loaded: Loaded, output: Path, wanted: Wanted) -> None:
    """Write the folder, whole or not at all, and print where the manual is."""
    compilation = loaded.compilation
    edition = Edition(compilation.today, wanted.edition, draft=wanted.draft, tool=f"sopkit {__version__}")
    request = Request(
        roles=_roles(loaded, wanted.role),
        kinds=tuple(kind for kind in KINDS if kind in wanted.only),
        forms=wanted.forms,
        diagrams=_diagrams(loaded, wanted),
        logo=compilation.logo,
        fonts=brand_fonts(loaded, wanted.forms),
        apart=apart_wanted(wanted.output_format),
        former=_former(loaded, output, wanted.since),
        results=Results(compilation.findings, compilation.proved, compilation.not_assessed, unjudged_said(compilation)),
        more=(partial(_audited, loaded, edition, wanted), partial(_told, loaded)),
        kept=Kept.open(loaded.folder),
    )
    published = publish(compilation.workspace, edition, request, templates_of(loaded.folder))
    written = _Written(watched(console, published, WORKING))
    try:
        write_folder(output, written)
    except LogoFailedError as error:
        raise unprintable_logo(loaded, error) from error
    tell_left_out(console, wanted.output_format, (*WRITERS, *APART), _undrawn(loaded, wanted))
    _report(console, output, written.names, languages_of(compilation.workspace.settings)[0])


def _former(loaded: Loaded, output: Path, since: str | None) -> EditionFile | None:
    """Return what is known of earlier editions: from the file that is named, else from the folder. Raises `WrongUsageError`."""
    path = Path(since) if since else output / NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        if since is None and isinstance(error, FileNotFoundError | NotADirectoryError):
            return None
        raise WrongUsageError(UNREAD, path=str(path), why=cause(error)) from error
    try:
        return read(data, clean(loaded.compilation.workspace.settings.id), str(path))
    except EditionUnreadableError as error:
        raise WrongUsageError(SAID, said=error.reason) from error


def _undrawn(loaded: Loaded, wanted: Wanted) -> tuple[Phrase, ...]:
    """Return what manuals and quick cards lack: the code to scan, where the live edition has an address and the library is missing."""
    outputs = loaded.compilation.workspace.settings.outputs
    shown = not wanted.only or {"manual", "card"} & set(wanted.only)
    drawn = shown and outputs is not None and outputs.url is not None and may_be_drawn(outputs.url)
    return (QR_CODES,) if drawn and not is_ready() else ()


class _Written:
    """Files on their way to the folder, their names kept."""

    def __init__(self, files: Iterator[File]) -> None:
        self.files = files
        self.names: list[str] = []

    def __iter__(self) -> Iterator[File]:
        for name, data in self.files:
            self.names.append(name)
            yield name, data


def _audited(loaded: Loaded, edition: Edition, wanted: Wanted) -> Part:
    """Return the audit in each language, as documents and as data; none for a role, or where no law applies."""
    compilation = loaded.compilation
    if wanted.role or (wanted.only and "audit" not in wanted.only) or not compilation.law.packs:
        return Part()
    documents: list[Publication] = []
    data: list[tuple[Entry, File]] = []
    made = audit(compilation, lambda name: is_file_in(loaded.folder, name))
    rests_on = inputs(loaded)
    commit = revision_of(loaded, rests_on)
    for lang in languages_of(compilation.workspace.settings):
        frame = Frame(rests_on, edition.tool, loaded.in_repository, f".{lang}", edition.draft, edition.label, commit)
        names = Names(compilation.workspace, lang)
        documents += publications(made, frame, names, "audit/")
        data += data_files(made, frame, names, "audit/")
    return Part(documents, data)


def _told(loaded: Loaded) -> Part:
    """Return the file that tells the graph to machines."""
    of = loaded.compilation
    return Part(unlisted=[("manifest.json", manifest(of.workspace, of.graph, of.forest, of.today))])


def _diagrams(loaded: Loaded, wanted: Wanted) -> Mapping[tuple[str, Lang], Flow]:
    """Return the drawings; none where neither they nor manuals are made, since drawing takes its time."""
    if wanted.only and not {"manual", "diagram"} & set(wanted.only):
        return {}
    compilation = loaded.compilation
    return diagrams(compilation.graph, compilation.workspace, languages_of(compilation.workspace.settings))


def _roles(loaded: Loaded, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of the roles that are meant, by id or by title. Raises `WrongUsageError`."""
    roles = loaded.compilation.workspace.roles
    working = roles_with_work(loaded.compilation.workspace)
    listed = ", ".join(working)
    meant: dict[str, None] = {}
    for name in wanted:
        called = [name] if name in roles else [id_ for id_, role in roles.items() if name in _titles(role)]
        if not called:
            raise WrongUsageError(NO_ROLE, role=name, near=_near(name, loaded), roles=listed)
        if not any(id_ in working for id_ in called):
            raise WrongUsageError(NO_WORK, role=name, roles=listed)
        meant.update((id_, None) for id_ in called if id_ in working)
    return tuple(meant)


def _titles(role: Role) -> Iterator[str]:
    """Yield what people call a role, in every language."""
    if role.title:
        yield from (title for _, title in role.title.variants)


def _near(name: str, loaded: Loaded) -> Phrase:
    roles = loaded.compilation.workspace.roles
    found = near(name, {id_: next(_titles(role), "") for id_, role in roles.items()})
    if not found:
        return Phrase("。", ".")
    return Phrase(f"；是不是“{'”或“'.join(found)}”？", f"; did you mean “{'” or “'.join(found)}”?")


def _report(console: Console, output: Path, names: list[str], lang: Lang) -> None:
    """Print what to open first: the first manual in the workspace's language, else the index."""
    manuals = sorted(name for name in names if re.fullmatch(rf"manuals/[^.]+\.{lang}\.html", name))
    place = (output / (manuals[0] if manuals else "index.html")).as_posix()
    said = BUILT if manuals else BUILT_NO_MANUAL
    console.say(place if console.quiet else console.word(said, count=str(len(names)), place=place))
