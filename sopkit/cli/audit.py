"""`sopkit audit`: a workspace, and logs where there are any, go in; reports and the record of processing stand in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sopkit import __version__, resources
from sopkit.audit import Audit, Status, audit
from sopkit.cli.check import ALLOW_NOT_ASSESSED, verdict
from sopkit.cli.command import FINDINGS, Choice, Command, console_of
from sopkit.cli.console import Console
from sopkit.cli.formats import FORMATS, brand_fonts, forms_wanted, tell_left_out, templates_of
from sopkit.cli.log_options import LOG, MEMORY, QUERIES, Wanted
from sopkit.cli.progress import watched
from sopkit.cli.revision import revision
from sopkit.cli.selection import document_lang, mention_errors
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.kept import Kept
from sopkit.memory import without_collections
from sopkit.output import File, refuse_foreign, write_folder
from sopkit.reader.pictures import is_file_in
from sopkit.render.audit.annexes import Input
from sopkit.render.audit.as_json import audit_json
from sopkit.render.audit.cover import Frame, Revision
from sopkit.render.audit.page import INVENTORY, REPORT, TITLE, report
from sopkit.render.audit.words import STATUSES
from sopkit.render.data_inventory import TITLE as RECORD
from sopkit.render.data_inventory import inventory_csv, inventory_document
from sopkit.render.index import Entry
from sopkit.render.printing import Piece, printed
from sopkit.render.publication import FORMS_TO_READ, Publication
from sopkit.render.wording.names import Names
from sopkit.render.writers import WRITERS, Form, Press
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.cli.practice import Seen

DETAILS = Phrase(
    "报告按专题列出每个检查项：符合、不符合、已豁免、待人判断、未评估或不适用，各带证据（文件、行号、原文）和法条依据；没有检查的一律不算符合。"
    "有不符合也照样写出报告；有检查项不符合或未评估，退出码就是 1，其余与 check 相同。文件夹一次换新，里面有别的文件就不动它。",
    "The report has every control by topic: pass, fail, waived, manual, not assessed or not applicable, with evidence (file, line, the "
    "line itself) and the articles behind it; what was not checked is never a pass. It is written whatever was found; the exit code is 1 "
    "where a control fails or is not assessed, else that of check. The folder is replaced as a whole; one that holds anything else is "
    "refused.",
)
OPTIONS = (
    Choice(("--output", "-o"), Phrase("输出文件夹", "the folder to write"), "OUT", required=True),
    FORMATS,
    ALLOW_NOT_ASSESSED,
    LOG,
    QUERIES,
    MEMORY,
)
EXAMPLES = (
    (
        "sopkit audit my-brand -o audit",
        Phrase("报告与个人信息处理清单", "the report, and the record of processing activities"),
    ),
    ("sopkit audit -o audit --as-of 2026-12-31", Phrase("按那一天有效的法条", "by the law of that day")),
    (
        "sopkit audit my-brand --log touches.csv -o audit --allow-not-assessed",
        Phrase("计划之外，还看日志里实际发生了什么", "the plan, and what the logs show of practice"),
    ),
)
AUDIT = Phrase("合规审计", "Compliance audit")
FORMS_OF_RECORD: tuple[Form, ...] = ("html", "pdf", "docx", "xlsx")
WORKING = Phrase("正在生成", "writing")
WRITTEN = Phrase("{counts}。报告：{place}", "{counts}. The report: {place}")
NOT_ASSESSED = Phrase(
    "未评估，不能当作符合：{controls}。缺什么见报告；暂时接受就加 --allow-not-assessed",
    "not assessed, and no passes: {controls}. The report says what is missing; --allow-not-assessed accepts it for now",
)
NO_LAW = Phrase(
    "没有适用的法规包，什么也没有评估：在 sopkit.yaml 写 jurisdictions，例如 [cn]",
    "no pack of law applies, and nothing was assessed: write `jurisdictions` in sopkit.yaml, such as [cn]",
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "audit", run, lang, arguments=[directory_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(
    ctx: click.Context,
    *,
    directory: str | None,
    output: str,
    output_format: tuple[Form, ...],
    allow_not_assessed: bool,
    logs: tuple[str, ...],
    show_queries: bool,
    memory: str,
) -> int:
    """Write the folder, whole or not at all, and print how many controls came to which status."""
    console = console_of(ctx)
    refuse_foreign(Path(output))
    forms = forms_wanted(output_format)
    loaded = load(console, directory)
    mention_errors(ctx, loaded)
    seen = _seen(console, loaded, Wanted(logs, memory, show_queries))
    with without_collections():
        made = audit(loaded.compilation, lambda name: is_file_in(loaded.folder, name))
        read = inputs(loaded)
        frame = Frame(read, f"sopkit {__version__}", loaded.in_repository, revision=revision_of(loaded, read))
        names = Names(loaded.compilation.workspace, document_lang(ctx, loaded))
        documents = (*publications(made, frame, names), *(seen.publications(made, frame, names) if seen else ()))
        pieces = [Piece(each.document, form, entry.path) for each in documents for form, entry in each.written(forms)]
        data = chain(
            (file for _, file in data_files(made, frame, names)), seen.data_files(made, frame, names) if seen else ()
        )
        fonts = brand_fonts(loaded, forms)
        press = Press(templates_of(loaded.folder), loaded.compilation.today, fonts, Kept.open(loaded.folder))
        write_folder(Path(output), watched(console, chain(printed(pieces, press), data), WORKING))
    tell_left_out(console, output_format, tuple(WRITERS))
    _report(console, made, Path(output), allow_not_assessed=allow_not_assessed)
    held = seen is None or seen.tell(console, Path(output), allow_not_assessed=allow_not_assessed)
    return _verdict(made, allow_not_assessed=allow_not_assessed) if held else FINDINGS


def _seen(console: Console, loaded: Loaded, wanted: Wanted) -> Seen | None:
    """Look at the logs that were asked for. Raises `WrongUsageError`, `DocumentFailedError`."""
    if not wanted.asked:
        return None
    from sopkit.cli.practice import look  # noqa: PLC0415  few ask

    return look(console, loaded, wanted)


def _verdict(made: Audit, *, allow_not_assessed: bool) -> int:
    """Return the exit code: that of a check, but that nothing which fails, and nothing that was left unassessed, is passed over."""
    if made.count(Status.FAIL) or (_unassessed(made) and not allow_not_assessed):
        return FINDINGS
    return verdict(made.compilation, "error", allow_not_assessed=allow_not_assessed)


def _unassessed(made: Audit) -> bool:
    return made.count(Status.NOT_ASSESSED) > 0 or not made.results


def publications(made: Audit, frame: Frame, names: Names, folder: str = "") -> tuple[Publication, ...]:
    """Return the report and the record of processing activities in the language of `names`; `folder` ends in a slash."""
    record = inventory_document(
        made.inventory, made.compilation.today.isoformat(), names, draft=frame.draft, edition=frame.edition
    )
    return (
        Publication(report(made, frame, names), AUDIT, "", TITLE, folder + frame.stem(REPORT), FORMS_TO_READ),
        Publication(record, AUDIT, "", RECORD, folder + frame.stem(INVENTORY), FORMS_OF_RECORD),
    )


def data_files(made: Audit, frame: Frame, names: Names, folder: str = "") -> Iterator[tuple[Entry, File]]:
    """Yield the same for programs, each with its entry for an index: the report as JSON, the record as CSV."""
    for title, form, path, data in (
        (TITLE, "JSON", f"{folder}{frame.stem(REPORT)}.json", audit_json(made, frame, names.lang)),
        (RECORD, "CSV", f"{folder}{frame.stem(INVENTORY)}.csv", inventory_csv(made.inventory, names)),
    ):
        yield Entry(AUDIT, "", title, names.lang, form, path), (path, data.encode())


def inputs(loaded: Loaded) -> tuple[Input, ...]:
    """Return what an audit rests on: the workspace's files, the documents that it names, built-in catalogues and packs."""
    return tuple(_inputs(loaded))


def revision_of(loaded: Loaded, read: Sequence[Input]) -> Revision | None:
    """Return the commit of the repository in which the workspace stands, and whether what was read is that commit."""
    return revision(loaded.folder, loaded.in_repository, {one.path for one in read})


def _inputs(loaded: Loaded) -> Iterator[Input]:
    for source in loaded.sources:
        yield Input(loaded.in_repository + source.path, source.data)
    named = {one.file for one in loaded.compilation.workspace.artefacts.values() if one.file and not one.builtin}
    for name in sorted(named):
        if is_file_in(loaded.folder, name):
            yield Input(loaded.in_repository + name, (loaded.folder / name).read_bytes())
    for tree in {tree.source.path: tree.source for tree in loaded.compilation.forest.trees}.values():
        if tree.path.startswith(resources.BUILTIN):
            yield Input(tree.path, tree.data)
    for pack in loaded.compilation.law.packs:
        data = resources.pack(pack.id)
        if pack.path.startswith(resources.BUILTIN) and data is not None:
            yield Input(pack.path, data)


def _report(console: Console, made: Audit, output: Path, *, allow_not_assessed: bool) -> None:
    """Print how many controls came to which status, where the report is, and what was not assessed, even when asked to be quiet."""
    place = (output / "report.html").as_posix()
    counts = [f"{console.word(said)} {made.count(status)}" for status, said in STATUSES.items() if made.count(status)]
    said = console.word(Phrase("，", ", ")).join(counts) or console.word(STATUSES[Status.NOT_ASSESSED])
    console.say(place if console.quiet else console.word(WRITTEN, counts=said, place=place))
    if _unassessed(made) and not allow_not_assessed:
        left = [one.id for one in made.results if one.status is Status.NOT_ASSESSED]
        listed = console.word(Phrase("、", ", ")).join(left)
        console.complain(console.word(NOT_ASSESSED, controls=listed) if left else console.word(NO_LAW))
