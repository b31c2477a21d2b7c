"""The reference workspace goes in; `docs/sources.md` comes out: the handbooks' rows, and which playbooks implement each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sopkit.model.names import SECTIONS
from sopkit.tree import Tree, Value
from tests import figures

PARTS: Final = {
    "L": ("Lifecycle", "客户生命周期"),
    "C": ("Content matrix", "内容矩阵"),
    "T": ("Tools and automation", "系统与自动化"),
    "D": ("Data-driven optimisation", "数据驱动优化"),
    "O": ("Organisation, service, commerce", "组织、服务与经营"),
    "K": ("Risk and compliance", "风险与合规"),
}
"""The parts of the handbooks, by the letter in a row's id."""

INTRO: Final = """\
# Sources of the reference playbooks · 参考剧本的出处

Published Chinese handbooks of retail and e-commerce operations were read for this project. Below is what they prescribe, as
facts and figures; the wording is ours. Each playbook of the reference workspace in `playbooks/` cites the rows that it implements
with `source: [R-L1]`. *(ours)* marks what we add and no handbook prescribes. This page is generated from
`playbooks/catalog/sources.yaml` and those citations.

Tests hold the playbooks to these tables: every row is cited by a playbook, and every figure stands at the field that gives it
force, such as `within`, `every` or `targets`, so that changing a figure in a playbook fails a test.

本项目研读了已公开的中国零售与电商运营手册，下表是其中规定的事实与数字，文字由我们重写。`playbooks/` 里的参考剧本用
`source: [R-L1]` 写明自己实现了哪一条；*（自加）* 是我们补充、手册没有规定的。本页由 `playbooks/catalog/sources.yaml` 和这些引用生成。

测试保证：每一条都有剧本引用；每个数字都写在真正起作用的字段上（`within`、`every`、`targets` 等），
改动剧本里的任何一个数字，都有测试不通过。
"""

Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Use:
    """What cites a row: a playbook with its file, or a KPI, a sync or a noun."""

    kind: str
    id: str
    path: str


def page() -> str:
    """Return the page as it should be now."""
    trees = figures.documents()
    rows: dict[str, Row] = dict(_rows(trees))
    uses: dict[str, list[Use]] = {}
    for row, use in _uses(trees):
        uses.setdefault(row, []).append(use)
    parts = [INTRO]
    for letter, (en, zh) in PARTS.items():
        own = {id_: row for id_, row in rows.items() if id_.startswith(f"R-{letter}")}
        parts.append(f"## {letter} · {en} · {zh}\n")
        parts.append(_table(own, uses, "en"))
        parts.append(_table(own, uses, "zh-CN"))
    return "\n".join(parts)


def _rows(trees: figures.Documents) -> Iterator[tuple[str, Row]]:
    for tree in trees:
        section = tree.value.get("sources") if isinstance(tree.value, dict) else None
        for id_, row in section.items() if isinstance(section, dict) else ():
            if isinstance(row, dict):
                yield id_, row


def _uses(trees: figures.Documents) -> Iterator[tuple[str, Use]]:
    """Yield each citation: of a playbook once, wherever in it the row is cited; of a catalog, by noun."""
    for tree in trees:
        if not isinstance(tree.value, dict):
            continue
        kind = str(tree.value.get("kind"))
        if kind == "catalog":
            yield from _uses_of_nouns(tree)
        elif kind != "workspace":
            use = Use(kind, str(tree.value.get("id")), tree.source.path)
            yield from ((row, use) for row in sorted(set(figures.sources(tree.value))))


def _uses_of_nouns(tree: Tree) -> Iterator[tuple[str, Use]]:
    for section, nouns in tree.value.items() if isinstance(tree.value, dict) else ():
        if section in SECTIONS and section != "sources" and isinstance(nouns, dict):
            for id_, noun in nouns.items():
                yield from ((row, Use("noun", id_, tree.source.path)) for row in set(figures.sources(noun)))


def _table(rows: dict[str, Row], uses: dict[str, list[Use]], lang: str) -> str:
    heads = ("id", "what", "figures", "implemented by") if lang == "en" else ("编号", "内容", "数字", "由谁实现")
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
    for id_, row in rows.items():
        colon = ": " if lang == "en" else "："
        what = f"**{_say(row, 'title', lang)}**{colon}{_continued(_say(row, 'summary', lang))}"
        # A Chinese row's id is bold, so that whoever looks for a row by its bare id finds one.
        name = id_ if lang == "en" else f"**{id_}**"
        # Emphasis that ends in a bracket needs a blank behind it, or Markdown shows the stars.
        ours = re.sub(
            r"[(（](ours|自加)[)）] ?", lambda found: f"*{found[0].strip()}* ", _continued(_say(row, "figures", lang))
        )
        lines.append(f"| {name} | {what} | {ours} | {_implemented(uses.get(id_, []), lang)} |")
    return "\n".join(lines) + "\n"


def _say(row: Row, key: str, lang: str) -> str:
    text = row.get(key)
    return str(text.get(lang, "")) if isinstance(text, dict) else ""


def _continued(words: str) -> str:
    """Return a sentence as it goes on after a colon or in a table: small first letter, unless it is an abbreviation."""
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


def _implemented(uses: list[Use], lang: str) -> str:
    playbooks = [use for use in uses if use.kind in figures.PLAYBOOK_KINDS]
    links = [f"[{use.id}](../playbooks/{use.path})" for use in sorted(playbooks, key=lambda use: use.id)]
    others = Counter(use.kind if use.kind in ("kpi", "sync") else "noun" for use in uses if use not in playbooks)
    names = {"kpi": ("KPI", "KPIs", "个指标"), "sync": ("sync", "syncs", "条同步"), "noun": ("noun", "nouns", "个名词")}
    tail = [
        f"{count} {names[kind][count > 1]}" if lang == "en" else f"{count} {names[kind][2]}"
        for kind in names
        if (count := others[kind])
    ]
    comma = ", " if lang == "en" else "、"
    also = (f"; with {comma.join(tail)}" if lang == "en" else f"；另有 {comma.join(tail)}") if tail else ""
    return comma.join(links) + also
