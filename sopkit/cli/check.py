"""`sopkit check`: a workspace goes in, its findings come out, as a page to read or in a format of machines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sopkit.cli.command import FINDINGS, OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.known import BASELINE, NO_BASELINE, without_known
from sopkit.cli.mending import Mended, key_of, mend
from sopkit.cli.report_formats import FORMATS, GITHUB, ON_SCREEN, refuse_screen_formats, usual_format, written
from sopkit.cli.since import SINCE, keep_verdicts, new_since
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.diagnostics import Severity
from sopkit.frozen import dataclass
from sopkit.output import write_files
from sopkit.render.terminal import (
    Screen,
    accepted_text,
    counted,
    elsewhere_text,
    findings_text,
    settled_text,
    summary_text,
)
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation
    from sopkit.render.report import Report

TO_COME: Final = (Phrase("事件日志是否照剧本发生（sopkit audit --log）", "event logs against the playbooks (sopkit audit --log)"),)
"""What is not checked here, in one line."""
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
REMAIN = Phrase("还有{rest}", "{rest} left")
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """How the findings are to be shown, and which of them fail the check."""

    format: str | None
    output: str | None
    fail_on: Severity
    allow_not_assessed: bool


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
    wanted = partial(_wanted, console, directory, baseline, changed_since, no_baseline=no_baseline)
    loaded = wanted()
    seen = chosen(loaded, select, changed_since)
    if diff or fix:
        mended = mend(
            loaded, lambda state: chosen(replace(loaded, compilation=state), select, changed_since), unsafe=unsafe
        )
        _mention(console, mended)
        if diff:
            return _show_diff(console, loaded, mended)
        if mended.files:
            before = seen
            write_files(loaded.folder, [(Path(one.source.place), one.source.data, one.data) for one in mended.files])
            loaded = wanted()
            seen = chosen(loaded, select, changed_since)
            _tell_outcome(console, mended, before, seen)
    _show(console, loaded, seen, _Asked(output_format, output, Severity(fail_on), allow_not_assessed))
    return verdict(seen, fail_on, allow_not_assessed=allow_not_assessed)


def _wanted(
    console: Console, directory: str | None, baseline: str | None, since: str | None, *, no_baseline: bool
) -> Loaded:
    """Return the workspace with the findings that are asked for: without those that a baseline knows, or that a revision had."""
    whole = load(console, directory)
    keep_verdicts(whole)
    loaded = without_known(whole, baseline, off=no_baseline)
    return loaded if since is None else new_since(loaded, whole.compilation, since)


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
    elsewhere = whole.count(Severity.ERROR) - seen.count(Severity.ERROR)
    return replace(seen, errors_elsewhere=elsewhere if whole.held_back else 0)


def verdict(seen: Compilation, fail_on: str, *, allow_not_assessed: bool) -> int:
    """Return the exit code: open findings of that severity or graver fail, and whatever could not be settled, unless allowed.

    So do errors outside of the selection that hold something back: it may be about what was selected.
    """
    gravest_allowed = Severity(fail_on).rank
    found = any(one.weight.rank <= gravest_allowed for one in seen.findings)
    return FINDINGS if found or seen.errors_elsewhere or (seen.not_assessed and not allow_not_assessed) else OK


def _show(console: Console, loaded: Loaded, seen: Compilation, asked: _Asked) -> None:
    """Print the findings, or write them to a file and print them for whoever watches."""
    if asked.format is not None and asked.format not in ON_SCREEN:
        console.deliver(written(_report(console, loaded, seen, asked), asked.format), asked.output)
        if asked.output is None:
            return
    if (asked.format if asked.output is None and asked.format else usual_format(os.environ)) == GITHUB:
        _annotate(console, loaded, seen, asked)
    else:
        print_findings(console, loaded, seen)


def _annotate(console: Console, loaded: Loaded, seen: Compilation, asked: _Asked) -> None:
    """Print the page for the log, then a command for each annotation, in UTF-8: it names files."""
    from sopkit.render.findings_github import without_commands, workflow_commands  # noqa: PLC0415  on GitHub alone

    page = "\n".join(_page(console, loaded, seen))
    lines = [without_commands(page)] if page else []
    lines += workflow_commands(_report(console, loaded, seen, asked))
    console.hand_over("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def _report(console: Console, loaded: Loaded, seen: Compilation, asked: _Asked) -> Report:
    from sopkit.render.report import Report  # noqa: PLC0415  for machines alone

    return Report(
        seen,
        console.lang,
        prefix=loaded.in_repository,
        to_come=TO_COME,
        fail_on=asked.fail_on,
        allow_not_assessed=asked.allow_not_assessed,
    )


def print_findings(console: Console, loaded: Loaded, seen: Compilation) -> None:
    """Print the findings for a person."""
    for block in _page(console, loaded, seen):
        console.say(block)


def _page(console: Console, loaded: Loaded, seen: Compilation) -> Iterator[str]:
    """Yield the findings for a person, the summary last; when asked to be quiet, of the summary only what was not assessed."""
    screen = console.screen(loaded.shown)
    yield from findings_text(seen.findings, screen)
    if console.quiet:
        yield from settled_text((), seen.not_assessed, screen)
        yield from elsewhere_text(seen.errors_elsewhere, screen)
        yield from _since_text(seen, screen, quiet=True)
        yield from accepted_text(_baselined(seen), len(seen.waived), screen)
        return
    yield from _since_text(seen, screen)
    yield summary_text(
        seen.findings,
        files=seen.files,
        held_back=seen.held_back,
        waived=len(seen.waived),
        baselined=_baselined(seen),
        stale=len(seen.baseline.stale) if seen.baseline else 0,
        critical=sum(one.critical for one in seen.waived),
        to_come=TO_COME,
        proved=seen.proved,
        not_assessed=seen.not_assessed,
        errors_elsewhere=seen.errors_elsewhere,
        apart=loaded.apart,
        as_of=seen.today if console.as_of_given else None,
        screen=screen,
    )


def _since_text(seen: Compilation, screen: Screen, *, quiet: bool = False) -> Iterator[str]:
    if seen.since is not None:
        from sopkit.render.since_text import since_text  # noqa: PLC0415  few ask

        yield from since_text(seen.since, screen, quiet=quiet)


def _baselined(seen: Compilation) -> int:
    return len(seen.baseline.known) if seen.baseline else 0
