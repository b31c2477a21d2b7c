"""`sopkit ls`: selectors go in, what they mean comes out: id, kind, title and place, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from sopkit.cli.command import OK, Choice, Command, console_of
from sopkit.cli.selection import SIGNS, document_lang, mention_day, mention_errors, selected, selector_argument, split
from sopkit.cli.since import STATE
from sopkit.cli.workspace import Loaded, load
from sopkit.graph import Node
from sopkit.graph.part import builtin
from sopkit.graph.plain import words
from sopkit.model.documents import Document
from sopkit.model.nouns import Noun
from sopkit.render.columns import clip
from sopkit.render.terminal import Screen, table
from sopkit.text import Lang, Phrase
from sopkit.tree import Value

OPTIONS = (
    Choice(
        ("--format", "output_format"),
        Phrase("输出格式", "how to print them"),
        values=("terminal", "json"),
        default="terminal",
    ),
    STATE,
)
EXAMPLES = (
    ("sopkit ls role:guide", Phrase("导购要做的一切", "all that guides do")),
    ("sopkit ls kind:lifecycle", Phrase("全部生命周期", "all lifecycles")),
    ("sopkit ls channel:sms,role:guide", Phrase("导购发的短信", "what guides send by SMS")),
    ("sopkit ls my-brand +new-member", Phrase("new-member 依赖的一切", "all that new-member depends on")),
)
TITLE = 44
"""Columns of a title; longer ones are cut, so that places stay on the line."""
VERSION = 1
EMPTY = Phrase("工作区里还没有文档和名词", "the workspace holds no documents and no nouns yet")
NOTHING = Phrase("没有选中任何内容", "nothing is selected by that")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command("ls", run, lang, arguments=[selector_argument()], options=OPTIONS, details=SIGNS, examples=EXAMPLES)


def run(ctx: click.Context, named: tuple[str, ...], output_format: str, changed_since: str | None) -> int:
    """List what is selected; without a selector all documents and nouns of the workspace's own."""
    console = console_of(ctx)
    directory, expression = split(named)
    loaded = load(console, directory)
    nodes = selected(loaded, expression, changed_since).nodes if expression else tuple(_own(loaded))
    mention_day(console)
    mention_errors(ctx, loaded)
    if output_format == "json":
        listed: dict[str, Value] = {
            "version": VERSION,
            "as_of": loaded.compilation.today.isoformat(),
            "listed": [_described(node, loaded) for node in nodes],
        }
        console.hand_over((json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode())
        return OK
    if not nodes:
        console.tell(console.word(NOTHING if expression else EMPTY))
    screen = console.screen(loaded.shown)
    for line in table(_rows(nodes, loaded, document_lang(ctx, loaded), screen), screen):
        console.say(line)
    return OK


def _own(loaded: Loaded) -> Iterator[Node]:
    nodes = loaded.compilation.graph.nodes
    for id_ in sorted(nodes):
        node = nodes[id_]
        if isinstance(node.origin, Document | Noun) and not node.playbook and not builtin(node):
            yield node


def _rows(nodes: tuple[Node, ...], loaded: Loaded, lang: Lang, screen: Screen) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        title = clip(" ".join(node.title.pick(lang).split()), 0, 0, TITLE)[0] if node.title else ""
        place = ""
        if node.at is not None:
            place = screen.place(loaded.compilation.forest.span(node.at)).rpartition(":")[0]
        yield node.id.partition("/")[2], node.kind, title, place


def _described(node: Node, loaded: Loaded) -> dict[str, Value]:
    found: dict[str, Value] = {"id": node.id.partition("/")[2], "kind": node.kind, "node": node.id}
    found |= {"title": words(node.title)} if node.title else {}
    found |= {"playbook": node.playbook} if node.playbook else {}
    found |= {"builtin": True} if builtin(node) else {}
    if node.at is not None:
        span = loaded.compilation.forest.span(node.at)
        file = span.path if builtin(node) else loaded.in_repository + span.path
        found |= {"file": file, "line": span.line, "column": span.column}
    return found
