"""`sopkit check`: a workspace goes in, its findings come out, as a page to read or in a format of machines."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sopkit.cli.command import FINDINGS, OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.known import BASELINE, NO_BASELINE, without_known
from sopkit.cli.mending import Mended, key_of, mend
from sopkit.cli.page import Asked, show
from sopkit.cli.report_formats import FORMATS, refuse_screen_formats
from sopkit.cli.since import SINCE, Base, keep_verdicts
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.diagnostics import Severity
from sopkit.placing import write_files
from sopkit.render.terminal import counted
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

DETAILS = Phrase(
    "不写 DIR 时，检查当前文件夹所在的工作区。退出码：0 没有问题；1 有达到 --fail-on 的问题，或有没能判断的内容"
    "（加 --allow-not-assessed 则不算）；2 命令写错，或者系统不让读写；3 程序自身出错。",
    "Without DIR, the workspace that the working directory is in. Exit codes: 0 clean; 1 findings at or above --fail-on, or "
    "anything not assessed, unless --allow-not-assessed; 2 wrong usage, or a place that the system lets nobody read or write; "
    "3 a fault of the tool.",
)
ALLOW_NOT_ASSESSED: Final = Choice(
    ("--allow-not-assessed",), Phrase("有没能判断的内容也算通过", "pass in spite of what was not assessed"), flag=True
)
FAIL_ON: Final = Choice(
    ("--fail-on",),
    Phrase("从哪一级起算不通过", "the least severity that fails"),
    values=("error", "warning"),
    default="error",
)
OPTIONS = (
    Choice(("--select",), Phrase("只看选中部分的问题，如 kind:lifecycle", "only findings of a part, as kind:lifecycle"), "EXPR"),
    Choice(
        ("--format", "output_format"),
        Phrase(
            "输出格式；不写则是 terminal，在 GitHub Actions 里是 github",
            "how to print the findings; in GitHub Actions github, else terminal",
        ),
        values=FORMATS,
    ),
    Choice(
        ("--output", "-o"),
        Phrase("把 --format 的结果写进这个文件，屏幕上照常显示", "write the --format into this file; the screen as ever"),
        "FILE",
    ),
    FAIL_ON,
    ALLOW_NOT_ASSESSED,
    BASELINE,
    NO_BASELINE,
    SINCE,
    Choice(("--fix",), Phrase("把能自动改的改好（只做不会改变原意的修改）", "make the changes that can't alter what was meant"), flag=True),
    Choice(("--unsafe",), Phrase("与 --fix、--diff 同用：拿不准的修改也做", "with --fix or --diff: doubtful changes, too"), flag=True),
    Choice(
        ("--diff",),
        Phrase(
            "只显示 --fix 会改什么，不动文件；有要改的，退出码是 1",
            "show what --fix would change, and change nothing; exit code 1 if there is anything",
        ),
        flag=True,
    ),
)  # fmt: skip
EXAMPLES = (
    ("sopkit check my-brand", Phrase("检查 my-brand", "check my-brand")),
    ("sopkit check --fail-on warning", Phrase("有警告也算不通过", "let warnings fail, too")),
    ("sopkit check --changed-since main", Phrase("只报相对 main 新出现的问题", "only what is new against main")),
    ("sopkit check --format json", Phrase("供程序读取", "for another program")),
    (
        "sopkit check --format sarif -o out/sopkit.sarif",
        Phrase("供代码平台显示", "for a platform that shows code"),
    ),
)
MENDED = Phrase("已改 {count} 处（{files} 个文件）；再查一遍：{rest}", "{count} made in {files}; checked again: {rest}")
NOTHING_SAFE = Phrase(
    "没有可以放心自动改的；加上 --unsafe，拿不准的也改",
    "nothing can be changed without a doubt; --unsafe makes doubtful changes, too",
)
NOTHING_AT_ALL = Phrase("没有可以自动改的", "nothing can be changed by itself")
REMAIN = Phrase("还有 {rest}", "{rest} left")
UNSEEN = Phrase("，其中 {count} 个是新出现的", ", {count} of which had not been seen before")
TAKEN_BACK = Phrase(
    "撤回的修改：{count} 处（改了会带来新的错误，或者改了也没有用）",
    "changes taken back, since they would have brought new errors or mended nothing: {count}",
)
UNSAFE_ALONE = Phrase(
    "--unsafe 要和 --fix 或 --diff 一起用：sopkit check --diff --unsafe",
    "--unsafe goes with --fix or --diff: sopkit check --diff --unsafe",
)
LEFT = Phrase("没有改 {file}：git 忽略这个文件", "{file} is left as it is: git ignores it")


Narrow = Callable[["Compilation"], "Compilation"]
"""Leaves what was asked for of what was found: neither what a baseline knows, nor what a revision had, nor what was not selected."""


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
    output_format: str | None,
    output: str | None,
    fail_on: str,
    allow_not_assessed: bool,
    baseline: str | None,
    no_baseline: bool,
    changed_since: str | None,
    fix: bool,
    unsafe: bool,
    diff: bool,
) -> int:
    """Print the findings and return the exit code."""
    console = console_of(ctx)
    refuse_screen_formats(output_format, output)
    if unsafe and not (fix or diff):
        raise WrongUsageError(UNSAFE_ALONE)

    def wanted() -> tuple[Loaded, Narrow]:
        base = None if changed_since is None else Base(console, changed_since)
        whole = load(console, directory) if base is None else load(console, directory, base.beside)
        keep_verdicts(whole)
        known = without_known(whole, baseline, off=no_baseline)
        new = (lambda one: one) if base is None else base.new_in(whole)
        return whole, lambda one: chosen(replace(whole, compilation=new(known(one))), select, changed_since)

    whole, narrow = wanted()
    seen = narrow(whole.compilation)
    if diff or fix:
        mended = mend(whole, narrow, unsafe=unsafe)
        _mention(console, mended)
        if not mended.files:
            console.tell(console.word(NOTHING_AT_ALL if unsafe else NOTHING_SAFE))
        if diff:
            return _show_diff(console, whole, mended)
        if mended.files:
            before = seen
            write_files(whole.folder, [(Path(one.source.place), one.source.data, one.data) for one in mended.files])
            whole, narrow = wanted()
            seen = narrow(whole.compilation)
            _tell_outcome(console, mended, before, seen)
    show(console, whole, seen, Asked(output_format, output, Severity(fail_on), allow_not_assessed))
    return verdict(seen, fail_on, allow_not_assessed=allow_not_assessed)


def _show_diff(console: Console, loaded: Loaded, mended: Mended) -> int:
    """Print what would be changed, the paths as git has them, and return the exit code: whether there is any."""
    root = os.path.realpath(loaded.folder)
    for one in mended.files:
        path = os.path.relpath(os.path.realpath(one.source.place), root).replace(os.sep, "/")
        console.hand_over_text(one.diff(loaded.in_repository + path))
    return FINDINGS if mended.files else OK


def _mention(console: Console, mended: Mended) -> None:
    """Say what was not changed, and why."""
    for file in mended.left:
        console.tell(console.word(LEFT, file=file))
    if mended.taken_back:
        console.tell(console.word(TAKEN_BACK, count=str(mended.taken_back)))


def _tell_outcome(console: Console, mended: Mended, before: Compilation, after: Compilation) -> None:
    """Say how much was changed, and what is found now."""
    rest = counted(after.findings, console.lang)
    if after.findings:
        seen = {key_of(one) for one in before.findings}
        unseen = sum(key_of(one) not in seen for one in after.findings)
        rest = console.word(REMAIN, rest=rest)
        rest += console.word(UNSEEN, count=str(unseen)) if unseen else ""
    count, files = mended.count, len(mended.files)
    numbers = (
        (str(count), str(files))
        if console.lang == "zh-CN"
        else (f"{count} change{'s' * (count != 1)}", f"{files} file{'s' * (files != 1)}")
    )
    console.tell(console.word(MENDED, count=numbers[0], files=numbers[1], rest=rest))


def chosen(loaded: Loaded, select: str | None, since: str | None = None) -> Compilation:
    """Return the compilation with what it says about what `select` names alone; all of it without a selector.

    What has no subject was found before anything had a name, in a file that may hold what is selected: it is always kept.
    """
    whole = loaded.compilation
    if select is None:
        return whole
    from sopkit.cli.selection import selected  # noqa: PLC0415  knows the graph: whoever reads first needs none of it

    covers = selected(loaded, select, since).covers
    seen = replace(
        whole,
        findings=tuple(one for one in whole.findings if not one.subject or covers(one.subject)),
        proved=tuple(one for one in whole.proved if not one.subject or covers(one.subject)),
        not_assessed=tuple(one for one in whole.not_assessed if not one.subject or covers(one.subject)),
    )
    return replace(seen, errors_elsewhere=whole.errors_elsewhere + whole.unjudged_for - seen.unjudged_for)


def verdict(seen: Compilation, fail_on: str, *, allow_not_assessed: bool) -> int:
    """Return the exit code: open findings of that severity or graver fail, and whatever could not be settled, unless allowed.

    So do errors that hold something back, listed or not: it may be about what was selected, or new.
    """
    gravest_allowed = Severity(fail_on).rank
    found = any(one.weight.rank <= gravest_allowed for one in seen.findings)
    unsettled = seen.not_assessed or not seen.is_judged
    return FINDINGS if found or (unsettled and not allow_not_assessed) else OK
