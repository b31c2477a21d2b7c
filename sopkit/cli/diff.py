"""`sopkit diff`: two versions of a workspace go in; what the change does to customers, staff, proofs and the law comes out."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Final

import click

from sopkit.cli.check import ALLOW_NOT_ASSESSED
from sopkit.cli.command import FINDINGS, OK, OUTPUT, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.versions import Version, two_versions
from sopkit.diagnostics import Rule, Severity
from sopkit.diff.change import Change, Comparison
from sopkit.diff.rules import RULES
from sopkit.render.changes.words import Frame
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "OLD 和 NEW 各是一个文件夹，或 git 的一个版本（提交、分支、标签）。不写 NEW，就和工作区现在的样子比。"
    "挪动、给文件改名、调换键的次序、改注释都不算变化。退出码：0 没有达到 --fail-on 的变化；1 有，或有没能判断的内容"
    "（加 --allow-not-assessed 则不算）；2 命令写错，或者读不到那个版本；3 程序自身出错。",
    "OLD and NEW are folders, or revisions of git: commits, branches, tags. Without NEW, the workspace as it is now. Moving or renaming "
    "files, another order of keys, and comments are no change. Exit codes: 0 no change at or above --fail-on; 1 such a change, or "
    "anything not judged, unless --allow-not-assessed; 2 wrong usage, or a version that can't be read; 3 a fault of the tool.",
)
OPTIONS = (
    Choice(("--format", "output_format"), Phrase("输出格式；md 用作合并请求的评论", "how to print it; md is for a pull-request comment"),
           values=("terminal", "md", "json", "html"), default="terminal"),
    OUTPUT,
    Choice(("--fail-on",), Phrase("从哪一级起算不通过", "the least severity that fails"),
           values=("error", "warning", "note"), default="error"),
    Choice(("--error", "errors"), Phrase("把这种变化当作错误，可写多次", "count this kind of change as an error; may be repeated"),
           "RULE", many=True),
    Choice(("--workspace", "-w"), Phrase("两个版本都是 git 版本时，比哪个工作区；不写则是当前文件夹所在的",
                                         "the workspace, where both are revisions; by default that of the working directory"), "DIR"),
    ALLOW_NOT_ASSESSED,
)  # fmt: skip
EXAMPLES = (
    ("sopkit diff main", Phrase("和 main 分支比，现在改了什么", "what is otherwise than on the branch main")),
    ("sopkit diff v1.0 v1.1", Phrase("两个版本之间", "between two revisions")),
    ("sopkit diff main --format md", Phrase("合并请求的评论", "a comment for a pull request")),
    ("sopkit diff main --error cap-loosened", Phrase("放宽上限就不通过", "fail where a cap was loosened")),
)
NO_KIND: Final = Phrase(
    "没有叫“{name}”的变化{near}；全部种类：sopkit rules",
    "no kind of change is called “{name}”{near}; all of them: sopkit rules",
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["old"], metavar="OLD"), click.Argument(["new"], required=False, metavar="[NEW]")]
    return Command("diff", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(
    ctx: click.Context,
    *,
    old: str,
    new: str | None,
    output_format: str,
    output: str | None,
    fail_on: str,
    errors: tuple[str, ...],
    workspace: str | None,
    allow_not_assessed: bool,
) -> int:
    """Compare and print; return the exit code."""
    console = console_of(ctx)
    forced = frozenset(_kind(name).code for name in errors)
    before, after = two_versions(console, old, new, workspace)
    comparison = _compared(before, after, forced)
    frame = Frame(before.name, after.name, before.shown, after.shown)
    if output_format == "terminal" and output is None:
        _print(console, comparison, frame)
    else:
        frame = replace(frame, old_prefix=before.in_repository, new_prefix=after.in_repository)
        console.deliver(_made(console, comparison, frame, after, output_format).encode(), output)
    return verdict(comparison, fail_on, allow_not_assessed=allow_not_assessed)


def verdict(comparison: Comparison, fail_on: str, *, allow_not_assessed: bool) -> int:
    """Return the exit code: changes of that severity or graver fail, and whatever could not be judged, unless allowed."""
    grave = any(one.weight.rank <= Severity(fail_on).rank for one in comparison.changes)
    return FINDINGS if grave or (comparison.unjudged and not allow_not_assessed) else OK


def _kind(name: str) -> Rule:
    names = {each.casefold(): rule for rule in RULES for each in (rule.code, rule.name, *rule.aliases)}
    found = names.get(name.casefold())
    if found is None:
        near = get_close_matches(name.casefold(), names, 1)
        hint = Phrase(f"；是不是“{near[0]}”？", f"; did you mean “{near[0]}”?") if near else Phrase("", "")
        raise WrongUsageError(NO_KIND, name=name, near=hint)
    return found


def _compared(before: Version, after: Version, forced: frozenset[str]) -> Comparison:
    from sopkit.diff.comparison import compare  # noqa: PLC0415  --help needs none of it
    from sopkit.render import retraining  # noqa: PLC0415

    old, new = before.compilation, after.compilation
    again = retraining.retraining(
        retraining.Version(old.workspace, old.forest), retraining.Version(new.workspace, new.forest)
    )
    found = compare(old, new, again)
    return replace(found, changes=tuple(_forced(one, forced) for one in found.changes))


def _forced(change: Change, forced: frozenset[str]) -> Change:
    return replace(change, severity=Severity.ERROR) if change.rule.code in forced else change


def _print(console: Console, comparison: Comparison, frame: Frame) -> None:
    from sopkit.render.changes.terminal import changes_text, summary  # noqa: PLC0415

    screen = console.screen()
    if not console.quiet:
        for block in changes_text(comparison, frame, screen):
            console.say(block)
    for line in summary(comparison, frame, screen):
        console.say(line)


def _made(console: Console, comparison: Comparison, frame: Frame, after: Version, output_format: str) -> str:
    """Return the text of the form that was asked for."""
    workspace, today, lang = after.compilation.workspace, after.compilation.today, console.lang
    if output_format == "json":
        from sopkit.render.changes.as_json import changes_json  # noqa: PLC0415

        return changes_json(comparison, frame, workspace.settings.id, today, lang)
    if output_format == "md":
        from sopkit.render.changes.comment import comment  # noqa: PLC0415

        return comment(comparison, frame, lang)
    if output_format == "html":
        from sopkit.render.changes.page import page  # noqa: PLC0415
        from sopkit.render.html import to_html  # noqa: PLC0415
        from sopkit.render.templating import Templates  # noqa: PLC0415
        from sopkit.render.wording.names import Names  # noqa: PLC0415

        return to_html(page(comparison, frame, today.isoformat(), Names(workspace, lang)), Templates())
    from sopkit.render.changes.terminal import changes_text, summary  # noqa: PLC0415
    from sopkit.render.terminal import Screen  # noqa: PLC0415

    screen = Screen(lang)
    return "\n".join([*changes_text(comparison, frame, screen), *summary(comparison, frame, screen)]) + "\n"
