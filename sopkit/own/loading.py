"""Files of the folder `rules/` go in; the workspace's own rules, and what is wrong with them at its place, come out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Final

from sopkit import schema
from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.graph.selection import SelectorError, select
from sopkit.own import rules
from sopkit.own.conditions import Condition, MistakenError, Path, read
from sopkit.reader import read as read_file
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import Tree, Value

MOST_RULES: Final = 200
PREFIX: Final = "own/"
"""What stands before the id of an own rule, so that none is taken for one of ours."""
PLACEHOLDERS: Final = ("id", "title", "kind", "playbook", "step", "role", "channel", "value")
TEMPLATE: Final = re.compile(r"(?:[^{}]|\{(?:" + "|".join(PLACEHOLDERS) + r")\})*+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One rule as it is applied."""

    rule: Rule
    select: str
    condition: Condition
    tree: Tree

    def finding(self, kind: Rule, path: Path, **args: str | Phrase) -> Finding:
        """Return what is wrong with the rule itself."""
        return mistake(self.tree, kind, path, self.rule.name, (), **args)


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The rules of a workspace's own folder."""

    rules: tuple[OwnRule, ...] = ()
    findings: tuple[Finding, ...] = ()


def load(sources: Iterable[Source]) -> OwnRules:
    """Return the rules in these files; bad input never raises."""
    loading = _Loading()
    for source in sources:
        reading = read_file(source)
        loading.findings += reading.findings
        for tree in reading.trees:
            refused = schema.check(tree, kinds=("rule",))
            loading.findings += refused
            if not refused:
                loading.add(tree)
    return OwnRules(tuple(loading.rules.values()), tuple(loading.findings))


def mistake(tree: Tree, kind: Rule, path: Path, name: str, near: tuple[str, ...] = (), **args: str | Phrase) -> Finding:
    """Return the finding at a place of a rule's document."""
    key_at, at = tree.find(path)
    span = tree.span(key_at if path and isinstance(path[-1], str) else at)
    return Finding(kind, span, {"rule": name, **args}, f"rule/{name}", suggestions=near)


@dataclass(slots=True)
class _Loading:
    rules: dict[str, OwnRule] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, tree: Tree) -> None:
        """Take the rule of a document, unless it can't work."""
        said = tree.value if isinstance(tree.value, dict) else {}
        name = str(said.get("id"))
        try:
            self._refuse_repeated(name)
            for key in ("message", "fix"):
                _refuse_strange(said.get(key), (key,))
            condition = read(said.get("where"), ("where",))
        except MistakenError as error:
            args = {"problem": error.problem, "advice": error.advice}
            self.findings.append(mistake(tree, rules.MISTAKEN, error.path, name, error.near, **args))
            return
        self.rules[name] = OwnRule(_rule(name, said), str(said.get("select")), condition, tree)

    def _refuse_repeated(self, name: str) -> None:
        if name in self.rules:
            raise MistakenError(
                ("id",),
                Phrase("另一条规则已经用了这个编号", "another rule has this id"),
                Phrase("换一个编号", "choose another id"),
            )
        if len(self.rules) >= MOST_RULES:
            raise MistakenError(
                ("id",),
                Phrase(
                    f"规则多于 {MOST_RULES} 条，这一条没有用上",
                    f"there are more than {MOST_RULES} rules, so it is not used",
                ),
                Phrase("合并或删掉一些规则", "join some of the rules, or delete them"),
            )


def _rule(name: str, said: dict[str, Value]) -> Rule:
    return Rule(
        code=f"{PREFIX}{name}",
        name=name,
        severity=Severity(str(said.get("severity") or "warning")),
        summary=_phrase(said.get("title")),
        message=_phrase(said.get("message")),
        why=_phrase(said.get("why")),
        fix=_phrase(said.get("fix")),
        bad=str(said.get("bad")),
        good=str(said.get("good")),
    )


def _refuse_strange(text: Value, path: Path) -> None:
    """Raise `MistakenError` for a brace that is none of the placeholders: what they are filled with is ours alone."""
    variants = [(path, text)] if not isinstance(text, dict) else [((*path, key), one) for key, one in text.items()]
    for place, one in variants:
        if TEMPLATE.fullmatch(str(one)) is None:
            names = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise MistakenError(
                place,
                Phrase("里面有不认识的花括号", "it has braces that nothing is filled in for"),
                Phrase(f"只能用 {names}", f"only {names.replace('、', ', ')} are filled in"),
            )


def _phrase(value: Value) -> Phrase:
    """Return a text in both languages; one that has only the other serves for both."""
    if not isinstance(value, dict):
        return Phrase(str(value or ""), str(value or ""))
    every = [str(text) for text in value.values()]
    zh = str(value.get("zh-CN") or every[0])
    return Phrase(zh, str(value.get("en") or zh))


def selected(own: OwnRule, graph: ExecutionGraph, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the ids of the nodes that a rule looks at, in order; `known` keeps what selectors mean. Raises `MistakenError`."""
    if own.select not in known:
        try:
            known[own.select] = tuple(sorted(select(own.select, graph).ids))
        except SelectorError as error:
            raise MistakenError(
                ("select",),
                error.reason,
                Phrase("改正 select", "mend `select`"),
                error.near[:3],
            ) from None
    return known[own.select]
