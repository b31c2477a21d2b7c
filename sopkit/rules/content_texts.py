"""Playbooks go in; the messages that they send, with purpose, channels and texts, come out, and where words stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from sopkit.diagnostics import Finding, Rule
from sopkit.frozen import dataclass
from sopkit.graph import Node
from sopkit.model.documents import Cadence
from sopkit.model.nouns import Channel, Purpose, Script
from sopkit.model.steps import Send, Step
from sopkit.model.values import Text
from sopkit.rules.case import Case, Playbook
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import MAX_NODES, NUMBERS_A_NODE, Mark

PLACEHOLDER: Final = re.compile(r"\{[a-z]+\.[a-z0-9_-]+(\|[^{}|]*)?\}")
REFUSE_ZH: Final = re.compile(r"退订|拒收|不再打扰|不想(?:再)?收到|谢绝|取消订阅|停止接收|关闭|不感兴趣|回复?T|TD")
REFUSE_EN: Final = re.compile(
    r"\bopt[- ]?out\b|unsubscribe|\breply (?:stop|t)\b|\bturn(?:ed|ing)?\b.{0,40}\boff\b|not interested|\bstop\b",
    re.IGNORECASE,
)
CONTEXT: Final = 12
"""Characters beside a term by which it is found where it is written."""


@dataclass(frozen=True, slots=True)
class Message:
    """One step that sends or asks in words, or that writes what the issues of a cadence say."""

    root: str
    playbook: Playbook
    node: Node
    step: Step
    scripts: tuple[Script, ...]
    channels: tuple[Channel, ...]
    purpose: Purpose | None

    @property
    def marketing(self) -> bool:
        return self.purpose is not None and self.purpose.is_marketing

    @property
    def is_direct(self) -> bool:
        return any(each.reach == "direct" for each in self.channels)


@lru_cache(maxsize=1)  # four families ask
def messages(case: Case) -> tuple[Message, ...]:
    """Return every step of the workspace's own playbooks that goes out through a channel or has a text."""
    return tuple(_messages(case))


def _messages(case: Case) -> Iterator[Message]:
    for root, playbook in case.playbooks:
        for node, step in case.steps(root):
            if step.via or step.script is not None or isinstance(step.verb, Send):
                yield _message(case, root, playbook, node, step)
        if isinstance(playbook, Cadence) and playbook.workflow is not None:
            for node, step in case.steps(f"procedure/{playbook.workflow.id}"):
                if step.script is not None and not step.via:
                    yield _message(case, root, playbook, node, step)


def _message(case: Case, root: str, playbook: Playbook, node: Node, step: Step) -> Message:
    """Return a step as a message; one of a cadence that goes out through no channel of its own goes out with the issue."""
    workspace = case.workspace
    refs = step.verb.all_scripts if isinstance(step.verb, Send) else ()
    named = (*refs, step.script) if step.script else refs
    via, for_ = step.via, step.for_
    if isinstance(playbook, Cadence) and not via:
        via, for_ = playbook.via, for_ or playbook.for_
    return Message(
        root,
        playbook,
        node,
        step,
        tuple(workspace.scripts[ref.id] for ref in named if ref.id in workspace.scripts),
        tuple(workspace.channels[ref.id] for ref in via if ref.id in workspace.channels),
        workspace.purposes.get(for_.id) if for_ else None,
    )


def variants(case: Case, text: Text) -> Iterator[tuple[str, str]]:
    """Yield (locale, words); a plain text is in the workspace's own."""
    for locale, words in text.variants:
        yield locale or case.workspace.settings.locale, words


def in_chinese(locale: str) -> bool:
    return locale.startswith("zh")


def named(locale: str, text: Text) -> Phrase:
    """Return how a sentence names the text of a locale; nothing where there is one text only."""
    if len(text.variants) == 1:
        return Phrase("文中", "")
    if in_chinese(locale):
        return Phrase("中文里", " in Chinese")
    return Phrase(f"{locale} 文本里", f" in `{locale}`")


def span_of(case: Case, text: Text, words: str, start: int, end: int) -> Span:
    """Return where `words[start:end]` is written; the whole text where that can't be told."""
    return span_in(case, text.at, words, start, end)


def span_in(case: Case, mark: Mark, words: str, start: int, end: int) -> Span:
    tree = case.forest.tree(mark)
    at = (mark & (MAX_NODES - 1)) * NUMBERS_A_NODE
    first, last = tree.places[at], tree.places[at + 1]
    written = tree.source.text[first:last]
    head = words[max(0, start - CONTEXT) : start].rpartition("\n")[2]
    offset = written.find(head + words[start:end])
    if offset < 0:
        return tree.source.span(first, last)
    return tree.source.span(first + offset + len(head), first + offset + len(head) + end - start)


def at(span: Span, rule: Rule, subject: str, args: Mapping[str, str | Phrase]) -> Finding:
    return Finding(rule, span, args, subject)
