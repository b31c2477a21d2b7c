"""`sopkit build`: a workspace goes in; manuals, checklists, diagrams, and an index over them, stand in a folder."""

from __future__ import annotations

import os
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from sopkit.cli.check import ALLOW_NOT_ASSESSED, verdict
from sopkit.cli.command import OK, Choice, Command, console_of
from sopkit.cli.formats import ALL_FORMATS, forms_wanted
from sopkit.cli.known import BASELINE, NO_BASELINE, without_known
from sopkit.cli.page import print_findings
from sopkit.cli.workspace import directory_argument, load
from sopkit.diagnostics import Severity
from sopkit.output import refuse_foreign
from sopkit.render.kinds import KINDS
from sopkit.render.writers import Apart, Form
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
    """Check, and have the folder written where nothing speaks against it."""
    console = console_of(ctx)
    refuse_foreign(Path(output))
    forms = forms_wanted(output_format)
    loaded = load(console, directory, meanwhile=partial(import_module, "sopkit.cli.making"))
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
    from sopkit.cli.making import Wanted, make  # noqa: PLC0415  imported by now

    wanted = Wanted(only, role, output_format, forms, since, edition or "", draft=failed != OK)
    make(console, loaded, Path(output), wanted)
    return OK
