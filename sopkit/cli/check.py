"""`sopkit check`: a workspace goes in, its findings come out, as a page to read or as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from sopkit.catalogue import TO_COME
from sopkit.cli.command import FINDINGS, OK, Choice, Command, console_of
from sopkit.cli.console import Console
from sopkit.cli.selection import selected
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.diagnostics import Finding, Severity
from sopkit.fixing import apply_fixes
from sopkit.output import refuse_changed, write_file
from sopkit.render.findings_json import findings_json
from sopkit.render.terminal import findings_text, summary_text
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "不写 DIR 时，检查当前文件夹所在的工作区。退出码：0 没有问题；1 有达到 --fail-on 的问题，或有没能判断的内容；"
    "2 命令写错，或者系统不让读写；3 程序自身出错。",
    "Without DIR, the workspace that the working directory is in. Exit codes: 0 clean; 1 findings at or above --fail-on, or "
    "anything not assessed; 2 wrong usage, or a place that the system lets nobody read or write; 3 a fault of the tool.",
)
OPTIONS = (
    Choice(("--select",), Phrase("只看选中部分的问题，如 kind:lifecycle", "only findings of a part, as kind:lifecycle"), "EXPR"),
    Choice(("--format", "output_format"), Phrase("输出格式", "how to print the findings"), values=("terminal", "json"), default="terminal"),
    Choice(("--fail-on",), Phrase("从哪一级起算不通过", "the least severity that fails"), values=("error", "warning"), default="error"),
    Choice(("--fix",), Phrase("把能自动改的改好（只做不会改变原意的修改）", "make the changes that can't alter what was meant"), flag=True),
    Choice(("--unsafe",), Phrase("与 --fix、--diff 同用：拿不准的修改也做", "with --fix or --diff: doubtful changes, too"), flag=True),
    Choice(("--diff",), Phrase("只显示 --fix 会改什么，不动文件", "show what --fix would change, and change nothing"), flag=True),
)  # fmt: skip
EXAMPLES = (
    ("sopkit check my-brand", Phrase("检查 my-brand", "check my-brand")),
    ("sopkit check --fail-on warning", Phrase("有警告也算不通过", "let warnings fail, too")),
    ("sopkit check --format json", Phrase("供程序读取", "for another program")),
)
MENDED = Phrase("已改好的问题：{count} 个，涉及文件：{files} 个", "findings mended: {count}; files changed: {files}")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command(
        "check", run, lang, arguments=[directory_argument()], options=OPTIONS, details=DETAILS, examples=EXAMPLES
    )


def run(
    ctx: click.Context,
    *,
    directory: str | None,
    select: str | None,
    output_format: str,
    fail_on: str,
    fix: bool,
    unsafe: bool,
    diff: bool,
) -> int:
    """Print the findings and return the exit code."""
    console = console_of(ctx)
    loaded = load(console, directory)
    findings = chosen(loaded, select)
    if diff:
        return _show_diff(console, loaded, findings, fail_on, unsafe=unsafe)
    if fix and _mend(console, loaded, findings, unsafe=unsafe):
        loaded = load(console, directory)
        findings = chosen(loaded, select)
    if output_format == "json":
        _print_json(console, loaded, findings)
    else:
        print_findings(console, loaded, findings)
    return verdict(findings, fail_on)


def _show_diff(console: Console, loaded: Loaded, findings: tuple[Finding, ...], fail_on: str, *, unsafe: bool) -> int:
    for one in apply_fixes(findings, unsafe=unsafe):
        console.hand_over_text(one.diff(loaded.in_repository + one.source.path))
    return verdict(findings, fail_on)


def _mend(console: Console, loaded: Loaded, findings: tuple[Finding, ...], *, unsafe: bool) -> bool:
    """Write the files that fixes change, each whole or not at all; return whether there were any."""
    fixed = apply_fixes(findings, unsafe=unsafe)
    for one in fixed:
        refuse_changed(loaded.folder, Path(one.source.place), one.source.data)
    for one in fixed:
        write_file(Path(one.source.place), one.data)
    if fixed:
        count = sum(one.count for one in fixed)
        console.tell(console.word(MENDED, count=str(count), files=str(len(fixed))))
    return bool(fixed)


def chosen(loaded: Loaded, select: str | None) -> tuple[Finding, ...]:
    """Return the findings about what `select` names, all of them without it.

    What has no subject was found before anything had a name, in a file that may hold what is selected: it is always kept.
    """
    findings = loaded.compilation.findings
    if select is None:
        return findings
    covers = selected(loaded, select).covers
    return tuple(finding for finding in findings if not finding.subject or covers(finding.subject))


def verdict(findings: tuple[Finding, ...], fail_on: str) -> int:
    """Return the exit code for open findings."""
    gravest_allowed = Severity(fail_on).rank
    return FINDINGS if any(one.weight.rank <= gravest_allowed for one in findings) else OK


def print_findings(console: Console, loaded: Loaded, findings: tuple[Finding, ...]) -> None:
    """Print the findings for a person, the summary last."""
    screen = console.screen(loaded.shown)
    for block in findings_text(findings, screen):
        console.say(block)
    if not console.quiet:
        compilation = loaded.compilation
        console.say(
            summary_text(
                findings,
                files=compilation.files,
                held_back=compilation.held_back,
                waived=len(compilation.waived),
                to_come=TO_COME,
                proved=compilation.proved,
                not_assessed=compilation.not_assessed,
                as_of=compilation.today if console.as_of_given else None,
                screen=screen,
            )
        )


def _print_json(console: Console, loaded: Loaded, findings: tuple[Finding, ...]) -> None:
    text = findings_json(loaded.compilation, findings, lang=console.lang, prefix=loaded.in_repository, to_come=TO_COME)
    console.hand_over(text.encode())
