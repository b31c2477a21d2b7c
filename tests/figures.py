"""Figures of the handbooks and the places in the playbooks that give them force: a table goes in; what stands there comes out.

A place is a path of ids as in the language (`new-member/awareness/welcome`, `weekly-marketing` of a workspace's `caps`), and a
field is a path of keys below it (`targets.task-completion.target`). Both descend one YAML document; in a list, a part of the
path is the `id`, `kpi` or position of an element. Nouns are found by section: `risks/no-standard-welcome`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sopkit.reader import read
from sopkit.reader.files import find_sources
from sopkit.source import Source
from sopkit.tree import NUMBERS_A_NODE, Tree, Value

ROOT: Final = Path(__file__).parent.parent
PLAYBOOKS: Final = ROOT / "playbooks"
ROWS: Final = ROOT / "docs" / "sources.md"

Documents = tuple[Tree, ...]
Path_ = tuple[str | int, ...]

PLAYBOOK_KINDS: Final = frozenset({"lifecycle", "automation", "cadence", "procedure"})
PROMISES: Final = frozenset({"targets", "baseline", "alert", "within", "every"})
"""Keys under which a playbook or a KPI promises a figure."""
STEPS: Final = ("steps", "choose", "otherwise")
"""Keys under which steps stand."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one row, and where it must stand."""

    row: str
    words: str
    """As the row in `docs/sources.md` words it."""
    place: str
    field: str
    value: Value

    def __str__(self) -> str:
        return f"{self.row} {self.place} {self.field}"


@cache
def documents() -> Documents:
    """Read every document of the reference workspace."""
    return tuple(tree for source in find_sources(PLAYBOOKS).sources for tree in read(source).trees)


def standing(figure: Figure, among: Documents) -> Value:
    """Return what stands at the figure's place; LookupError where nothing does."""
    tree, path = _locate(figure, among)
    value = tree.value
    for part in path:
        value = value[part]  # type: ignore[index]  # the path was found in this value
    return value


def altered(figure: Figure, among: Documents) -> Documents:
    """Return the documents with the figure changed in the text of its file, at its span, and that file read again."""
    tree, path = _locate(figure, among)
    at = tree.find(path)[1] * NUMBERS_A_NODE
    start, end = tree.places[at], tree.places[at + 1]
    source = tree.source
    text = source.text[:start] + _another(source.text[start:end]) + source.text[end:]
    again = read(Source(source.path, text.encode())).trees
    return (*(one for one in among if one.source is not source), *again)


def bound(figure: Figure, among: Documents) -> str:
    """Return the name, as `promises` gives it, of the place where a figure stands."""
    tree, path = _locate(figure, among)
    return _name(tree.value, path)


def promises(among: Documents) -> Iterator[tuple[str, Value]]:
    """Yield what playbooks and KPIs that cite a row promise: the name of each place, and the text or number that stands there.

    A name is the path of keys, with ids for the elements of lists, and without the keys that only hold stages and steps.
    """
    for tree in among:
        if (
            isinstance(tree.value, dict)
            and tree.value.get("kind") in PLAYBOOK_KINDS | {"kpi"}
            and any(sources(tree.value))
        ):
            for path, value in _promised(tree.value, (), promised=False):
                yield _name(tree.value, path), value


def _promised(value: Value, path: Path_, *, promised: bool) -> Iterator[tuple[Path_, Value]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _promised(inner, (*path, str(key)), promised=promised or key in PROMISES)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _promised(inner, (*path, n), promised=promised)
    elif promised and path[-1] not in {"kpi", "period"} and (path[-1] == "every" or re.search(r"\d", str(value))):
        yield path, value


def _name(value: Value, path: Path_) -> str:
    names = [str(value["id"])] if isinstance(value, dict) else []
    for part in path:
        value = value[part]  # type: ignore[index]  # the path was found in this value
        named = (
            next((str(value[key]) for key in ("id", "kpi") if key in value), str(part))
            if isinstance(value, dict)
            else str(part)
        )
        names += [] if part in ("stages", *STEPS) else [named]
    return "/".join(names)


def row_text(row: str) -> str:
    """Return what and which figures `docs/sources.md` says in a row, without what we added to the handbooks."""
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == row:
            return " | ".join(cell.partition("*(ours)*")[0].strip() for cell in cells[1:3])
    raise LookupError(row)


def unbound(row: str, figures: Iterable[Figure]) -> list[str]:
    """Return the numbers of a row that no figure's words hold; LookupError for words that the row does not say."""
    said = text = row_text(row)
    for words in sorted({figure.words for figure in figures if figure.row == row}, key=len, reverse=True):
        if words not in said:
            raise LookupError(f"{row} does not say: {words}")
        text = text.replace(words, "")
    return re.findall(r"\d[\d-]*", text)


def rows(letter: str) -> tuple[str, ...]:
    """Return the ids of the rows of one table of `docs/sources.md`, such as `L`."""
    return tuple(re.findall(rf"^\| (R-{letter}\d+) ", ROWS.read_text(encoding="utf-8"), re.MULTILINE))


def cited_rows(among: Documents) -> frozenset[str]:
    """Return the rows that a playbook cites with `source:`, anywhere in it; catalogs, KPIs and syncs do not count."""
    return frozenset(
        row
        for tree in among
        if isinstance(tree.value, dict) and tree.value.get("kind") in PLAYBOOK_KINDS
        for row in sources(tree.value)
    )


def sources(value: Value) -> Iterator[str]:
    """Yield the rows that a value cites with `source:`, at any depth."""
    if isinstance(value, dict):
        cited = value.get("source")
        yield from (str(row) for row in (cited if isinstance(cited, list) else [cited] if cited else []))
        for inner in value.values():
            yield from sources(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from sources(inner)


def _locate(figure: Figure, among: Documents) -> tuple[Tree, Path_]:
    head, *place = figure.place.split("/")
    field = figure.field.split(".")
    for tree in among:
        if not isinstance(tree.value, dict):
            continue
        for parts in ([*place, *field] if tree.value.get("id") == head else None, [head, *place, *field]):
            path = _path(tree.value, parts) if parts else None
            if path:
                return tree, path
    raise LookupError(f"{figure}: nothing stands there")


def _path(value: Value, parts: list[str]) -> Path_ | None:
    """Return keys and positions that lead along `parts`, going into stages and steps by id; None where nothing does."""
    if not parts:
        return ()
    part, rest = parts[0], parts[1:]
    ways: list[tuple[str | int, Value, list[str]]] = []
    if isinstance(value, dict):
        ways = [(part, value.get(part), rest)] if part in value else []
        ways += [(key, value[key], parts) for key in ("stages", *STEPS) if key in value]
    elif isinstance(value, list):
        ways = [(n, one, rest) for n, one in enumerate(value) if part == str(n) or _named(one, part)]
        ways += [(n, one, parts) for n, one in enumerate(value) if _has_steps(one)]
    for key, inner, onward in ways:
        found = _path(inner, onward)
        if found is not None:
            return (key, *found)
    return None


def _named(value: Value, part: str) -> bool:
    return isinstance(value, dict) and part in (value.get("id"), value.get("kpi"))


def _has_steps(value: Value) -> bool:
    return isinstance(value, dict) and any(key in value for key in STEPS)


def _another(written: str) -> str:
    """Return other text of the same kind: the first number one higher, a list one shorter, a word another word."""
    if re.search(r"\d", written):
        return re.sub(r"\d+", lambda number: str(int(number[0]) + 1).zfill(len(number[0])), written, count=1)
    if written.startswith("["):
        return written.rpartition(",")[0] + "]" if "," in written else "[]"
    return written + "-else"
