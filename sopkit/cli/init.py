"""`sopkit init`: the name of a folder goes in; a workspace that checks clean and builds at once stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Final

import click

from sopkit import __version__
from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.schema import SUFFIX, for_workspace
from sopkit.output import MARKER, marker_of, write_folder
from sopkit.placing import write_beside
from sopkit.reader.files import ENDINGS, MAPPING
from sopkit.render.columns import visible
from sopkit.resources import folder
from sopkit.schema.definitions import UNION
from sopkit.source import Source
from sopkit.text import Lang, Phrase

OPTIONS = (
    Choice(
        ("--example",),
        Phrase(
            "minimal：一份20行的旅程；retail：带培育旅程的零售示例；email：邮件与推送的欧盟网店（英文）",
            "minimal: one short journey; retail: a shop with nurture journeys; email: e-mail and push in the EU",
        ),
        values=("minimal", "retail", "email"),
        default="minimal",
    ),
    Choice(
        ("--from", "spreadsheet"),
        Phrase(
            "从表格里的 SOP 开始（Excel、CSV），见 sopkit import",
            "start from the SOP in a spreadsheet (Excel, CSV), as sopkit import",
        ),
        "FILE",
    ),
)
EXAMPLES = (
    ("sopkit init my-brand", Phrase("在 my-brand 文件夹里新建", "in the folder my-brand")),
    ("sopkit init my-brand --example retail", Phrase("从零售示例开始", "start from the retail example")),
    ("sopkit init my-brand --from SOP.xlsx", Phrase("从表格开始", "start from a spreadsheet")),
)
MADE = Phrase("已新建工作区 {place}（{count} 个文件）。", "Made the workspace {place} ({count} files).")
FOLLOWS = Phrase("接下来：", "Next:")
NOT_EMPTY = Phrase("{place} 里已经有文件；请换一个文件夹名", "{place} already holds files; choose another name")
NEXT: Final = (
    (
        "sopkit check {place}",
        Phrase("检查；改几行再查一次，看它怎么说", "check it; change a line, check again and see what it says"),
    ),
    ("sopkit build {place} -o {place}/out", Phrase("生成员工手册和检查清单", "make the staff manuals and checklists")),
    (
        "sopkit new automation birthday",
        Phrase("（在 {place} 里）新加一个自动流程", "(inside {place}) add an automation"),
    ),
    (
        "sopkit audit {place} -o {place}/audit",
        Phrase(
            "合规审计报告；受托合同、影响评估、制度等要由企业自己登记，登记之前是“未评估”，退出码为 1",
            "the compliance audit; contracts, assessments and policies are the company's to enter, “not assessed” until then (exit code 1)",
        ),
    ),
)
SCHEMA: Final = f".sopkit/schemas/{UNION}{SUFFIX}"
"""Where an editor finds the schema, below the workspace."""
GIT: Final = ".git"
"""What a folder may hold already: whoever runs `git init` first has it."""
USUAL_ID: Final = "my-brand"
HALF_A_YEAR: Final = timedelta(days=183)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["directory"], metavar="DIR")]
    return Command("init", run, lang, arguments=arguments, options=OPTIONS, examples=EXAMPLES)


def run(ctx: click.Context, directory: str, example: str, spreadsheet: str | None) -> int:
    """Write the workspace, whole or not at all, and name the next commands."""
    console = console_of(ctx)
    target = Path(directory)
    beside = [one.name for one in target.iterdir()] if target.is_dir() else []
    if any(name != GIT for name in beside):
        raise WrongUsageError(NOT_EMPTY, place=directory)
    name = target.resolve().name
    said: list[str] = []
    if spreadsheet is None:
        files = dict(workspace_files(example, name, console.lang, console.today))
    else:
        files, said = _from_spreadsheet(console, spreadsheet, directory, name)
    if spreadsheet is None and not beside:
        write_folder(target, sorted(files.items()), marker=False)
    else:
        write_beside(target, sorted(files.items()), replace=False)
    made, follows = console.word(MADE, place=directory, count=str(len(files))), console.word(FOLLOWS)
    if said[:-1]:
        console.say(made)
        for line in said[:-1]:
            console.say(visible(line))
        console.say(follows)
    else:
        console.say(f"{made}{'' if console.lang == 'zh-CN' else ' '}{follows}")
    for line, what in NEXT:
        console.say(f"  {line.format(place=directory)}")
        console.say(f"      {console.word(what, place=directory)}")
    return OK


def _from_spreadsheet(
    console: Console, spreadsheet: str, directory: str, name: str
) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a workspace made from a spreadsheet, and what to say of it."""
    from sopkit.cli.spreadsheet import imported  # noqa: PLC0415  nobody else waits for it

    playbooks, said = imported(console, spreadsheet, None, directory, half_a_year_on(console.today))
    files = {path: _for_editors(path, data) for path, data in playbooks}
    documents = [Source(path, data) for path, data in files.items() if _is_document(path)]
    return files | dict(_beside(name, documents, console.lang, console.today)), said


def _is_document(path: str) -> bool:
    return path.endswith(ENDINGS) and path != MAPPING


def _for_editors(path: str, data: bytes) -> bytes:
    return editor_line(PurePosixPath(path)).encode() + data if _is_document(path) else data


def workspace_files(example: str, name: str, lang: Lang, today: date) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file of a new workspace called `name`, to be reviewed half a year on.

    It is written in `lang`, but for the example of a brand in the EU, which there is in English alone.
    """
    written_in = lang if (folder("templates") / "init" / lang / example).is_dir() else "en"
    documents = [
        Source(path, _for_editors(path, text.encode()))
        for path, text in _from_templates(f"{written_in}/{example}", name, today)
    ]
    yield from ((one.path, one.data) for one in documents)
    yield from _beside(name, documents, written_in, today)


def _beside(name: str, documents: list[Source], lang: Lang, today: date) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of what stands beside the documents of every new workspace: for editors, git and CI."""
    for path, text in _from_templates("common", name, today):
        yield path, text.encode()
    yield SCHEMA, _schema(documents, lang, today)
    beside = PurePosixPath(SCHEMA)
    yield f"{beside.parent}/{MARKER}", marker_of([beside.name])  # so that `sopkit schema -o` may replace it


def _from_templates(part: str, name: str, today: date) -> Iterator[tuple[str, str]]:
    blanks = {
        "@ID@": _as_id(name),
        # The title stands in double quotes there, escaped as in JSON.
        "@TITLE@": json.dumps(name, ensure_ascii=False)[1:-1],
        "@VERSION@": __version__,
        "@REVIEW_BY@": half_a_year_on(today).isoformat(),
    }
    home = folder("templates") / "init" / part
    for path in sorted(home.rglob("*")):
        if path.is_file():
            written = "/".join(re.sub("^dot-", ".", one) for one in path.relative_to(home).parts)
            yield written, _fill(path.read_text("utf-8"), blanks)


def _schema(documents: list[Source], lang: Lang, today: date) -> bytes:
    """Return the schema that offers what the documents declare, in the language that they are written in."""
    from sopkit import pipeline  # noqa: PLC0415  whoever only asks for help needs none of it

    return for_workspace(pipeline.drafted(documents, today=today).laid.resolution.workspace, lang)


def half_a_year_on(today: date) -> date:
    """Return when what is written today is to be reviewed; the last day there is, where half a year is beyond it."""
    return min(today, date.max - HALF_A_YEAR) + HALF_A_YEAR


def editor_line(path: PurePosixPath) -> str:
    """Return the line by which an editor finds the schema of a document at `path` in a workspace."""
    return f"# yaml-language-server: $schema={'../' * (len(path.parts) - 1)}{SCHEMA}\n"


def _fill(text: str, blanks: Mapping[str, str]) -> str:
    return re.sub("|".join(blanks), lambda blank: blanks[blank[0]], text)


def _as_id(name: str) -> str:
    """Return `name` as an id in kebab-case; a name without Latin letters, such as 晨曦, becomes the usual one."""
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return found if re.match("[a-z]", found) else USUAL_ID
