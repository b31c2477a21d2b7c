"""Own rules with the workspace's nouns go in; the examples that they do not agree with come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit import graph, resources
from sopkit.diagnostics import Finding, Severity
from sopkit.own import check, rules
from sopkit.own.loading import OwnRule, OwnRules
from sopkit.reader import read
from sopkit.resolve import resolve, used_catalogs
from sopkit.rules.doubts import Doubts
from sopkit.schema import check as judge
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import Forest, Tree

NOUNS: Final = frozenset(("workspace", "catalog"))


def disagreeing(own: OwnRules, forest: Forest) -> Iterator[Finding]:
    """Yield a finding for each example in which a rule finds something and should not, or nothing and should."""
    nouns = tuple(one for one in forest.trees if isinstance(one.value, dict) and one.value.get("kind") in NOUNS)
    for one in own.rules:
        for example, text in (("good", one.rule.good), ("bad", one.rule.bad)):
            problem = _problem(one, text, nouns, bad=example == "bad")
            if problem is not None:
                yield one.finding(rules.FAILED, (example,), example=example, problem=problem)


def _problem(own: OwnRule, text: str, nouns: tuple[Tree, ...], *, bad: bool) -> Phrase | None:
    reading = read(Source("example.yaml", text.encode()))
    wrong = [*reading.findings, *(each for tree in reading.trees for each in judge(tree))]
    error = next((one for one in wrong if one.weight is Severity.ERROR), None)
    if error is not None:
        line = error.span.line
        return Phrase(
            f"第 {line} 行有错：{error.message('zh-CN')}", f"has a mistake in its line {line}: {error.message('en')}"
        )
    found, _ = _found(own, reading.trees, nouns)
    if bad and not any(one.rule is own.rule for one in found):
        return Phrase("里什么也没有找到", "has nothing that it finds")
    if not bad and found:
        return Phrase(f"里找到了问题：{found[0].message('zh-CN')}", f"is found fault with: {found[0].message('en')}")
    return None


def _found(own: OwnRule, trees: tuple[Tree, ...], nouns: tuple[Tree, ...]) -> tuple[tuple[Finding, ...], int]:
    """Return what the rule finds in documents that use the workspace's nouns, which are none of its business here."""
    given = (*trees, *nouns)
    catalogs = [
        tree
        for name in used_catalogs(given)
        if (data := resources.catalog(name)) is not None
        for tree in read(Source(f"{resources.BUILTIN}{name}.yaml", data)).trees
    ]
    known = {one.source.path for one in given}
    forest = Forest((*given, *(one for one in catalogs if one.source.path not in known)))
    first = len(trees)
    resolution = resolve(forest, frozenset(), frozenset(range(first, len(forest.trees))), True)
    found, held_back = check(OwnRules((own,)), graph.build(resolution.workspace), forest, Doubts(forest))
    return tuple(one for one in found if one.span.path == "example.yaml" or one.rule is not own.rule), held_back
