"""The command line: arguments go in, an exit code comes out; whatever happens, the reader gets a sentence, not a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from typing import Final

import click

from sopkit.cli.command import (
    BROKEN_PIPE,
    FINDINGS,
    INTERRUPTED,
    OK,
    OUR_FAULT,
    WRONG_USAGE,
    Entry,
    Group,
    WrongUsageError,
    console_of,
    nearest_option,
)
from sopkit.cli.console import EPOCH, Console, fixed_day
from sopkit.failure import DocumentFailedError
from sopkit.output import CAUSES, OutputRefusedError, cause
from sopkit.render.terminal import table
from sopkit.text import Phrase

SUMMARIES: Final = {
    "init": Phrase("新建一个工作区，马上就能检查和生成手册", "make a workspace that checks clean and builds at once"),
    "import": Phrase(
        "把表格（Excel、CSV）里的 SOP 变成剧本", "turn the SOP in a spreadsheet (Excel, CSV) into playbooks"
    ),
    "export": Phrase(
        "把工作区写成一份 Excel，改完可以再导入", "write a workspace as a spreadsheet that can be imported again"
    ),
    "new": Phrase("新加一份文档，带注释，照着填", "add a document to fill in, with comments"),
    "check": Phrase(
        "检查工作区：写法、引用、流程、触达、法规", "check a workspace: spelling, references, flow, touches, law"
    ),
    "build": Phrase(
        "检查，然后生成员工手册、检查清单和流程图", "check, then make the manuals, checklists and diagrams"
    ),
    "audit": Phrase(
        "合规审计报告：逐项结论、证据与法条", "a compliance audit report: each control, its evidence, its law"
    ),
    "compile": Phrase(
        "把整个工作区编译成一张执行图，写成文件", "compile a workspace to one execution graph, in a file"
    ),
    "diff": Phrase(
        "两个版本之间变了什么：客户、员工、证明、法规",
        "what changes between two versions: customers, staff, proofs, law",
    ),
    "graph": Phrase("画出流程图，整体或一部分", "draw the graph, or a part of it"),
    "baseline": Phrase(
        "把现有的问题记成基线，以后只报新的", "write down what is found now, to be told only what is new"
    ),
    "simulate": Phrase("随机模拟一批客户：触达、工作量、去留", "run random customers: touches, work, drop-offs"),
    "logs": Phrase(
        "日志：看懂、核对、用模拟生成", "logs of what was done: map them, read them, make some by simulation"
    ),
    "ls": Phrase("列出工作区里的文档和名词", "list what a workspace holds"),
    "explain": Phrase("说明一条规则：为何要紧、怎么改、例子", "explain a rule: why it matters, what to do, an example"),
    "rules": Phrase("列出全部规则", "list all rules"),
    "hook": Phrase(
        "检查改过的文件所在的工作区，供 pre-commit 调用",
        "check the workspaces that changed files are in, for pre-commit",
    ),
    "schema": Phrase("输出某种文档的 JSON Schema", "print the JSON Schema of a kind"),
}
COMMANDS: Final = {name: Entry(f"sopkit.cli.{name}", summary) for name, summary in SUMMARIES.items()}

FIRST_COMMANDS: Final = (
    (
        "sopkit init my-brand",
        Phrase("新建一个工作区，里面有一份能直接改的客户旅程", "make a workspace with a journey to start from"),
    ),
    (
        "sopkit check my-brand",
        Phrase("检查：有没有写错、漏写、走不通的地方", "find what is misspelt, missing or leads nowhere"),
    ),
    ("sopkit build my-brand -o out", Phrase("生成员工手册和检查清单", "make the staff manuals and checklists")),
)
NEXT: Final = Phrase("接下来可以输入：", "Commands to type next:")
ALL_COMMANDS: Final = Phrase("全部命令：sopkit --help", "All commands: sopkit --help")
SEE_HELP: Final = Phrase("用法：{path} --help", "Usage: {path} --help")
NOT_MADE: Final = Phrase(
    "文件 {document} 没有做成；什么也没有写，原来的输出也没有动",
    "the document {document} could not be made; nothing was written, and a former output was left as it is",
)
APOLOGY: Final = Phrase(
    "抱歉，sopkit 自己出错了（{kind}）。你的文件没有被改动。请加上 --debug 再运行一次，把输出连同触发它的文件发给维护者。",
    "Sorry: sopkit itself failed ({kind}). Your files were not changed. Please run the command again with --debug and send the "
    "output to the maintainers, with the file that triggers it.",
)
NO_TIME: Final = Phrase(
    "环境变量 {name} 的值“{value}”不是时间；请写成 1970 年以来的秒数，如 1767225600，或者去掉它",
    "the environment variable {name} is “{value}”, which is no time; write seconds since 1970, as 1767225600, or unset it",
)
STANDARD_OUTPUT: Final = Phrase("标准输出", "standard output")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    console = Console.open(given)
    try:
        code = _run(given, console)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_output()  # the reader has gone (`sopkit check | head`)
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.filename is None:
            _abandon_output()
        if error.errno not in CAUSES:
            return _apologise(error, console)
        place = (
            os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else console.word(STANDARD_OUTPUT)
        )
        return _refuse(console, f"{place}: {console.word(cause(error))}")
    except Exception as error:
        return _apologise(error, console)
    return code


def _abandon_output() -> None:
    """Let what Python still holds back for standard output go nowhere: it must not fail once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str], console: Console) -> int:
    root = Group(console.lang, COMMANDS, start)
    context = click.Context(root, info_name="sopkit", obj=console)
    try:
        console.today = _fixed_day() or console.today
        with root.make_context("sopkit", arguments, obj=console) as context:
            result = root.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.UsageError as error:
        path = (error.ctx or context).command_path
        return _refuse(console, f"{_usage(error, console)}\n{console.word(SEE_HELP, path=path)}")
    except WrongUsageError as error:
        return _refuse(console, console.word(error.reason, **error.args_of_reason))
    except DocumentFailedError as error:
        console.complain(": ".join(part for part in ("sopkit", error.place, error.reason.within(console.lang)) if part))
        if error.document:
            console.complain(console.word(NOT_MADE, document=error.document))
        return FINDINGS
    except OutputRefusedError as error:
        return _refuse(console, error.reason.within(console.lang))
    return result if isinstance(result, int) else OK


def _fixed_day() -> date | None:
    try:
        return fixed_day(os.environ)
    except (ValueError, OverflowError, OSError):
        raise WrongUsageError(NO_TIME, name=EPOCH, value=os.environ[EPOCH]) from None


def start(ctx: click.Context) -> int:
    """Name the next three commands, when none was typed."""
    if ctx.invoked_subcommand is None:
        console = console_of(ctx)
        console.say(console.word(NEXT))
        for line in table([("", command, console.word(what)) for command, what in FIRST_COMMANDS], console.screen()):
            console.say(line)
        console.say(console.word(ALL_COMMANDS))
    return OK


def _refuse(console: Console, reason: str) -> int:
    console.complain(f"sopkit: {reason}")
    return WRONG_USAGE


def _usage(error: click.UsageError, console: Console) -> str:
    """Return what is wrong with the command line, in the reader's language; click speaks English only."""
    match error:
        case click.NoSuchOption():
            meant = nearest_option(error.option_name, error.ctx)
            near = Phrase("；是不是 {near}？", "; did you mean {near}?")
            hint = console.word(near, near=meant) if meant else ""
            return console.word(Phrase("没有选项 {name}", "there is no option {name}"), name=error.option_name) + hint
        case click.MissingParameter():
            return console.word(Phrase("少了 {name}", "{name} is missing"), name=_name(error.param))
        case click.BadOptionUsage():
            return console.word(Phrase("选项 {name} 要带一个值", "option {name} needs a value"), name=error.option_name)
        case click.BadParameter() if error.param is not None and isinstance(error.param.type, click.Choice):
            phrase = Phrase("{name} 只能是 {choices}", "{name} must be one of {choices}")
            return console.word(phrase, name=_name(error.param), choices=", ".join(map(str, error.param.type.choices)))
        case click.BadParameter():
            return f"{_name(error.param)}: {error.message}"
        case _:
            return error.format_message()


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return ""
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.human_readable_name)


def _apologise(error: Exception, console: Console) -> int:
    if console.debug:
        console.complain("".join(traceback.format_exception(error)))
    console.complain(console.word(APOLOGY, kind=type(error).__name__))
    return OUR_FAULT
