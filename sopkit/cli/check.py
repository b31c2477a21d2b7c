"""`sopkit check`: a workspace goes in, its findings come out, as a page to read or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sopkit.cli.command import FINDINGS, OK, Choice, Command, console_of
from sopkit.cli.console import Console
from sopkit.cli.known import BASELINE, NO_BASELINE, without_known
from sopkit.cli.since import SINCE, keep_verdicts, new_since
from sopkit.cli.workspace import Loaded, directory_argument, load
from sopkit.diagnostics import Severity
from sopkit.fixing import apply_fixes
from sopkit.output import refuse_changed, write_file
from sopkit.render.findings_json import findings_json
from sopkit.render.terminal import Screen, accepted_text, elsewhere_text, findings_text, settled_text, summary_text
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

TO_COME: Final = (Phrase("事件日志是否照剧本发生", "event logs against the playbooks"),)
"""What is not checked yet, in one line."""
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
OPTIONS = (
    Choice(("--select",), Phrase("只看选中部分的问题，如 kind:lifecycle", "only findings of a part, as kind:lifecycle"), "EXPR"),
    Choice(("--format", "output_format"), Phrase("输出格式", "how to print the findings"), values=("terminal", "json"), default="terminal"),
    Choice(("--fail-on",), Phrase("从哪一级起算不通过", "the least severity that fails"), values=("error", "warning"), default="error"),
    ALLOW_NOT_ASSESSED,
    BASELINE,
    NO_BASELINE,
    SINCE,
    Choice(("--fix",), Phrase("把能自动改的改好（只做不会改变原意的修改）", "make the changes that can't alter what was meant"), flag=True),
    Choice(("--unsafe",), Phrase("与 --fix、--diff 同用：拿不准的修改也做", "with --fix or --diff: doubtful changes, too"), flag=True),
    Choice(("--diff",), Phrase("只显示 --fix 会改什么，不动文件", "show what --fix would change, and change nothing"), flag=True),
)  # fmt: skip
EXAMPLES = (
    ("sopkit check my-brand", Phrase("检查 my-brand", "check my-brand")),
    ("sopkit check --fail-on warning", Phrase("有警告也算不通过", "let warnings fail, too")),
    ("sopkit check --changed-since main", Phrase("只报相对 main 新出现的问题", "only what is new against main")),
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
    wanted = partial(_wanted, console, directory, baseline, changed_since, no_baseline=no_baseline)
    loaded = wanted()
    seen = chosen(loaded, select, changed_since)
    if not diff and fix and _mend(console, loaded, seen, unsafe=unsafe):
        loaded = wanted()
        seen = chosen(loaded, select, changed_since)
    if diff:
        _show_diff(console, loaded, seen, unsafe=unsafe)
    elif output_format == "json":
        _print_json(console, loaded, seen)
    else:
        print_findings(console, loaded, seen)
    return verdict(seen, fail_on, allow_not_assessed=allow_not_assessed)


def _wanted(
    console: Console, directory: str | None, baseline: str | None, since: str | None, *, no_baseline: bool
) -> Loaded:
    """Return the workspace with the findings that are asked for: without those that a baseline knows, or that a revision had."""
    whole = load(console, directory)
    keep_verdicts(whole)
    loaded = without_known(whole, baseline, off=no_baseline)
    return loaded if since is None else new_since(loaded, whole.compilation, since)


def _show_diff(console: Console, loaded: Loaded, seen: Compilation, *, unsafe: bool) -> None:
    for one in apply_fixes(seen.findings, unsafe=unsafe):
        console.hand_over_text(one.diff(loaded.in_repository + one.source.path))


def _mend(console: Console, loaded: Loaded, seen: Compilation, *, unsafe: bool) -> bool:
    """Write the files that fixes change, each whole or not at all; return whether there were any."""
    fixed = apply_fixes(seen.findings, unsafe=unsafe)
    for one in fixed:
        refuse_changed(loaded.folder, Path(one.source.place), one.source.data)
    for one in fixed:
        write_file(Path(one.source.place), one.data)
    if fixed:
        count = sum(one.count for one in fixed)
        console.tell(console.word(MENDED, count=str(count), files=str(len(fixed))))
    return bool(fixed)


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


def print_findings(console: Console, loaded: Loaded, seen: Compilation) -> None:
    """Print the findings for a person, the summary last; when asked to be quiet, of the summary only what was not assessed."""
    screen = console.screen(loaded.shown)
    for block in findings_text(seen.findings, screen):
        console.say(block)
    if console.quiet:
        for line in (*settled_text((), seen.not_assessed, screen), *elsewhere_text(seen.errors_elsewhere, screen)):
            console.say(line)
        for line in _since_text(seen, screen, quiet=True):
            console.say(line)
        for line in accepted_text(_baselined(seen), len(seen.waived), screen):
            console.say(line)
        return
    for line in _since_text(seen, screen):
        console.say(line)
    console.say(
        summary_text(
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
    )


def _since_text(seen: Compilation, screen: Screen, *, quiet: bool = False) -> Iterator[str]:
    if seen.since is not None:
        from sopkit.render.since_text import since_text  # noqa: PLC0415  few ask

        yield from since_text(seen.since, screen, quiet=quiet)


def _baselined(seen: Compilation) -> int:
    return len(seen.baseline.known) if seen.baseline else 0


def _print_json(console: Console, loaded: Loaded, seen: Compilation) -> None:
    text = findings_json(seen, seen.findings, lang=console.lang, prefix=loaded.in_repository, to_come=TO_COME)
    console.hand_over(text.encode())
