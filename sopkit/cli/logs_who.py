"""`sopkit logs who`: names of a report go in; whom they stand for in the logs comes out, for who holds the workspace's key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import FINDINGS, OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.log_options import LOG, MEMORY
from sopkit.cli.logs_read import NO_LOGS, READING
from sopkit.cli.practice import limits_of, reading_of
from sopkit.cli.progress import measured
from sopkit.cli.workspace import load
from sopkit.logs.failure import TooManyBadError
from sopkit.logs.pseudonyms import SHORT, SHORTEST, KeyTooShortError, Pseudonyms, has_key, pseudonyms
from sopkit.logs.store import Store
from sopkit.render.columns import visible
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "用工作区的密钥（.sopkit/log-key 或环境变量 SOPKIT_LOG_KEY），在日志里找出化名对应的客户、员工或门店编号。要用审计时的密钥和日志；"
    "输出的是个人信息，请小心保管。",
    "Finds in the logs the ids of the customers, staff or shops that names of a report stand for, by the workspace's key "
    "(.sopkit/log-key, or the environment variable SOPKIT_LOG_KEY). Takes the key and the logs of the audit. What it prints is personal "
    "data: keep it with care.",
)
OPTIONS = (
    Choice(("--in", "directory"), Phrase("哪个工作区；不写则是当前所在的", "the workspace; by default the one around you"), "DIR"),
    LOG,
    MEMORY,
)  # fmt: skip
EXAMPLES = (
    (
        "sopkit logs who K7F3-9QX2 --in my-brand --log touches.csv",
        Phrase("报告里的客户 K7F3-9QX2", "the customer K7F3-9QX2 of the report"),
    ),
)
SORTS: Final = {
    "people": ("customer", Phrase("客户", "customer")),
    "staff": ("staff", Phrase("员工", "staff")),
    "shops": ("shop", Phrase("门店", "shop")),
}
"""Table of the store → what the ids in it are, as names are made of them, and in words."""
NAME: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
NO_NAME: Final = Phrase("请写上报告里的化名，例如 K7F3-9QX2", "say which name of the report, such as K7F3-9QX2")
NOT_A_NAME: Final = Phrase(
    "“{name}”不是报告里的化名，例如 K7F3-9QX2", "“{name}” is no name of a report, such as K7F3-9QX2"
)
NO_KEY: Final = Phrase(
    "没有密钥：{folder} 里没有 .sopkit/log-key，也没有环境变量 SOPKIT_LOG_KEY",
    "there is no key: no .sopkit/log-key in {folder}, and no environment variable SOPKIT_LOG_KEY",
)
FOUND: Final = Phrase("{name}：{sort} {id}", "{name}: {sort} {id}")
NOT_FOUND: Final = Phrase(
    "{name}：这些日志里没有，或者密钥不是审计时的那一个", "{name}: not in these logs, or the key is not that of the audit"
)  # fmt: skip


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["names"], nargs=-1, metavar="NAME …")]
    return Command("who", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(
    ctx: click.Context, *, names: tuple[str, ...], directory: str | None, logs: tuple[str, ...], memory: str
) -> int:
    """Print whom each name stands for; two ids may share one, and both are printed."""
    console = console_of(ctx)
    wanted = tuple(dict.fromkeys(name.upper() for name in names))
    if not wanted:
        raise WrongUsageError(NO_NAME)
    if wrong := next((name for name in wanted if not NAME.fullmatch(name)), None):
        raise WrongUsageError(NOT_A_NAME, name=wrong)
    limits = limits_of(memory)
    loaded = load(console, directory)
    if not logs and not loaded.compilation.workspace.settings.logs:
        raise WrongUsageError(NO_LOGS)
    key = _key(loaded.folder)
    try:
        with measured(console, READING) as told, reading_of(console, loaded, logs, limits, told) as (store, _):
            found = tuple(_found(store, key, frozenset(wanted)))
    except TooManyBadError as error:
        console.complain(console.word(error.reason, **error.args_of_reason))
        return FINDINGS
    for name, sort, id_ in sorted(found, key=lambda one: wanted.index(one[0])):
        console.say(visible(console.word(FOUND, name=name, sort=sort, id=id_)))
    lacking = [name for name in wanted if name not in {one[0] for one in found}]
    for name in lacking:
        console.complain(console.word(NOT_FOUND, name=name))
    return FINDINGS if lacking else OK


def _key(folder: Path) -> Pseudonyms:
    """Return the names of a workspace that has a key: a new one would find nobody. Raises `WrongUsageError`."""
    if not has_key(folder):
        raise WrongUsageError(NO_KEY, folder=folder.as_posix())
    try:
        return pseudonyms(folder)
    except KeyTooShortError:
        raise WrongUsageError(SHORT, count=str(SHORTEST)) from None


def _found(store: Store, key: Pseudonyms, wanted: frozenset[str]) -> Iterator[tuple[str, Phrase, str]]:
    """Yield each wanted name with what it stands for."""
    for table, (sort, said) in SORTS.items():
        for id_ in store.every_name(table):
            if (name := key.of(sort, id_)) in wanted:
                yield name, said, id_
