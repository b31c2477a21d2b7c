"""`sopkit build`: a workspace goes in; manuals, checklists, diagrams, and an index over them, stand in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import click

from sopkit import __version__
from sopkit.audit import audit
from sopkit.cli.audit import data_files, inputs, publications, revision_of
from sopkit.cli.check import ALLOW_NOT_ASSESSED, verdict
from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.formats import (
    ALL_FORMATS,
    apart_wanted,
    brand_fonts,
    forms_wanted,
    tell_left_out,
    templates_of,
    unprintable_logo,
)
from sopkit.cli.known import BASELINE, NO_BASELINE, without_known
from sopkit.cli.page import print_findings
from sopkit.cli.progress import watched
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.diagnostics import Severity
from sopkit.failure import LogoFailedError
from sopkit.graph.manifest import manifest
from sopkit.kept import Kept
from sopkit.model.nouns import Role
from sopkit.output import File, cause, refuse_foreign, write_folder
from sopkit.reader.pictures import is_file_in
from sopkit.render.audit.cover import Frame
from sopkit.render.check_report import Results
from sopkit.render.diagrams import Flow, diagrams
from sopkit.render.edition_file import NAME, EditionFile, EditionUnreadableError, read
from sopkit.render.index import Entry
from sopkit.render.manual.front import Edition, languages_of
from sopkit.render.marks import clean
from sopkit.render.publication import KINDS, Part, Publication, Request, publish, roles_with_work
from sopkit.render.qr import is_ready, may_be_drawn
from sopkit.render.unjudged import unjudged_said
from sopkit.render.wording.names import Names
from sopkit.render.writers import APART, WRITERS, Apart, Form
from sopkit.schema.near import near
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "先检查；有错误或有没能判断的内容就不生成（--force 除外，那样每一页都会印上“草稿”）。整个输出文件夹一次换新：生成失败时，"
    "原来的一份原样保留；里面有别的文件就不动它。",
    "Checks first and makes nothing when there are errors or anything was not assessed, unless --force, which stamps every page "
    "DRAFT. The output folder is replaced as a whole: when a build fails the former one stays. A folder that holds anything else is "
    "refused.",
)
OPTIONS = (
    Choice(("--output", "-o"), Phrase("输出文件夹", "the folder to write"), "OUT", required=True),
    Choice(("--only",), Phrase("只生成这一类，可写多次", "only documents of this kind; may be repeated"), values=KINDS, many=True),
    Choice(
        ("--role",),
        Phrase("只生成这个岗位的，写编号或名称，可写多次", "only documents of this role, by id or title; may be repeated"),
        "ROLE", many=True,
    ),
    ALL_FORMATS,
    Choice(
        ("--since",),
        Phrase("与这份 edition.json 比较，标出变化；不写则用输出文件夹里的", "mark what changed since this edition.json; else that in OUT"),
        "FILE",
    ),
    Choice(("--edition",), Phrase("版次，印在每份文件上，如 2026-07", "the edition, printed on every document, as 2026-07"), "LABEL"),
    ALLOW_NOT_ASSESSED,
    BASELINE,
    NO_BASELINE,
    Choice(("--force",), Phrase("通不过检查也生成，每一页印上“草稿”", "build what fails the check; every page says DRAFT"), flag=True),
)  # fmt: skip
EXAMPLES = (
    ("sopkit build my-brand -o out", Phrase("全部文件", "everything")),
    ("sopkit build -o out --role guide", Phrase("只要导购的手册和清单；写“导购”也行", "only what the guides need")),
)
NO_ROLE = Phrase(
    "没有岗位“{role}”{near}有工作的岗位：{roles}", "there is no role “{role}”{near} These have work: {roles}"
)
NO_WORK = Phrase(
    "岗位“{role}”没有任何工作，没有可生成的；有工作的岗位：{roles}",
    "the role “{role}” has no work, so there is nothing to make for it; these have: {roles}",
)
REFUSED = Phrase(
    "有错误，没有生成文件{former}。改好再来；或加 --force 生成草稿",
    "nothing was built because of the errors above{former}. Mend them, or use --force for a draft",
)
UNSETTLED = Phrase(
    "有没能判断的内容，没有生成文件{former}。改好再来；或加 --allow-not-assessed 照样生成，或加 --force 生成草稿",
    "nothing was built because not everything could be assessed{former}. Mend that, or use --allow-not-assessed to build all the same, "
    "or --force for a draft",
)
FORMER = Phrase("，原来的输出也没有动", ", and the former output was left as it is")
NO_FORMER = Phrase("", "")
QR_CODES = Phrase("二维码", "QR codes")
UNREAD = Phrase("读不了 {path}：{why}", "{path} cannot be read: {why}")
SAID = Phrase("{said}", "{said}")
BUILT = Phrase("已生成 {count} 个文件。手册：{place}", "built {count} files. The manual: {place}")
BUILT_NO_MANUAL = Phrase("已生成 {count} 个文件。目录：{place}", "built {count} files. The index: {place}")
WORKING = Phrase("正在生成", "building")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "build", run, lang, arguments=[directory_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(
    ctx: click.Context,
    *,
    directory: str | None,
    output: str,
    only: tuple[str, ...],
    role: tuple[str, ...],
    output_format: tuple[Form | Apart, ...],
    since: str | None,
    edition: str | None,
    allow_not_assessed: bool,
    baseline: str | None,
    no_baseline: bool,
    force: bool,
) -> int:
    """Write the folder, whole or not at all, and print where the manual is."""
    console = console_of(ctx)
    refuse_foreign(Path(output))
    forms = forms_wanted(output_format)
    loaded = load(console, directory)
    compilation = loaded.compilation
    seen = without_known(loaded, baseline, off=no_baseline)(compilation)
    failed = verdict(seen, "error", allow_not_assessed=allow_not_assessed)
    held = seen.baseline is not None and (seen.baseline.known or seen.baseline.stale)
    if held or seen.not_assessed or any(one.weight is not Severity.NOTE for one in seen.findings):
        print_findings(console, loaded, seen)
    if failed != OK and not force:
        former = FORMER if os.path.lexists(output) else NO_FORMER
        console.complain(console.word(REFUSED if seen.count(Severity.ERROR) else UNSETTLED, former=former))
        return failed
    made = Edition(compilation.today, edition or "", draft=failed != OK, tool=f"sopkit {__version__}")
    request = Request(
        roles=_roles(loaded, role),
        kinds=tuple(kind for kind in KINDS if kind in only),
        forms=forms,
        diagrams=_diagrams(loaded, only),
        logo=compilation.logo,
        fonts=brand_fonts(loaded, forms),
        apart=apart_wanted(output_format),
        former=_former(loaded, Path(output), since),
        results=Results(compilation.findings, compilation.proved, compilation.not_assessed, unjudged_said(compilation)),
        more=(partial(_audited, loaded, made, only, role), partial(_told, loaded)),
        kept=Kept.open(loaded.folder),
    )
    published = publish(compilation.workspace, made, request, templates_of(loaded.folder))
    written = _Written(watched(console, published, WORKING))
    try:
        write_folder(Path(output), written)
    except LogoFailedError as error:
        raise unprintable_logo(loaded, error) from error
    tell_left_out(console, output_format, (*WRITERS, *APART), _undrawn(loaded, only))
    _report(console, Path(output), written.names, languages_of(compilation.workspace.settings)[0])
    return OK


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


def _undrawn(loaded: Loaded, only: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Return what manuals and quick cards lack: the code to scan, where the live edition has an address and the library is missing."""
    outputs = loaded.compilation.workspace.settings.outputs
    shown = not only or {"manual", "card"} & set(only)
    wanted = shown and outputs is not None and outputs.url is not None and may_be_drawn(outputs.url)
    return (QR_CODES,) if wanted and not is_ready() else ()


class _Written:
    """Files on their way to the folder, their names kept."""

    def __init__(self, files: Iterator[File]) -> None:
        self.files = files
        self.names: list[str] = []

    def __iter__(self) -> Iterator[File]:
        for name, data in self.files:
            self.names.append(name)
            yield name, data


def _audited(loaded: Loaded, edition: Edition, only: tuple[str, ...], role: tuple[str, ...]) -> Part:
    """Return the audit in each language, as documents and as data; none for a role, or where no law applies."""
    compilation = loaded.compilation
    if role or (only and "audit" not in only) or not compilation.law.packs:
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


def _diagrams(loaded: Loaded, only: tuple[str, ...]) -> Mapping[tuple[str, Lang], Flow]:
    """Return the drawings; none where neither they nor manuals are made, since drawing takes its time."""
    if only and not {"manual", "diagram"} & set(only):
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
