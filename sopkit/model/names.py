"""The trees of a workspace go in; every declared id by namespace, with its places, comes out, before anything is bound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from sopkit.schema.values import as_id
from sopkit.tree import Forest, Mark, Tree, Value

SECTIONS: Final[dict[str, str]] = {
    "roles": "role",
    "shops": "shop",
    "channels": "channel",
    "tools": "tool",
    "notices": "notice",
    "events": "event",
    "data": "data",
    "consents": "consent",
    "purposes": "purpose",
    "tags": "tag",
    "segments": "segment",
    "tasks": "task",
    "programmes": "programme",
    "scripts": "script",
    "offers": "offer",
    "partners": "partner",
    "risks": "risk",
    "experiments": "experiment",
    "artefacts": "artefact",
    "courses": "course",
    "sources": "source",
}
"""Section of a catalog → namespace of the ids in it."""

DOCUMENTS: Final[dict[str, str]] = {
    "lifecycle": "journey",
    "automation": "journey",
    "cadence": "cadence",
    "procedure": "procedure",
    "sync": "sync",
    "kpi": "kpi",
    "workspace": "workspace",
    "catalog": "catalog",
}
"""Kind of document → namespace of its id."""

ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SOURCE_ID: Final = re.compile(r"[A-Za-z0-9]+([-.][A-Za-z0-9]+)*")

PLAYBOOKS: Final = ("journey", "cadence", "procedure")
"""These share one namespace."""

NAMESPACES: Final = (*SECTIONS.values(), "journey", "cadence", "procedure", "sync", "kpi", "workspace", "catalog")

RESERVED: Final = (
    "all", "any", "not", "tag", "segment", "stage", "in", "been_in", "task", "reachable", "consent", "else",
)  # fmt: skip
"""Keys of predicates, which no event or datum can be called."""


class Names:
    """What is declared. Built-in nouns apart, so that one of the workspace can replace them."""

    def __init__(self) -> None:
        self.own: dict[str, dict[str, list[Mark]]] = {namespace: {} for namespace in NAMESPACES}
        self.builtin: dict[str, dict[str, list[Mark]]] = {namespace: {} for namespace in NAMESPACES}
        self.uncertain: dict[str, Mark] = {}
        """Names that may be declared where the schema refused what stands there: under a misspelt section or kind."""
        self.nameless: set[str] = set()
        """Namespaces in which a document has no id that could be referred to: what is undefined there may mean it."""

    def has(self, namespace: str, name: str) -> bool:
        """Whether `name` is declared; `a|b` is any of the namespaces, `playbook` those that playbooks share."""
        return any(name in self.own[one] or name in self.builtin[one] for one in parts(namespace))

    def declare_like(self, other: Names) -> bool:
        """Whether the same names are declared, wherever they stand."""
        return all(
            mine[one].keys() == theirs[one].keys()
            for mine, theirs in ((self.own, other.own), (self.builtin, other.builtin))
            for one in NAMESPACES
        )

    def all(self, namespace: str) -> Iterator[str]:
        """Yield the declared ids, built-in ones first."""
        for one in parts(namespace):
            yield from self.builtin[one]
            yield from (name for name in self.own[one] if name not in self.builtin[one])

    def place(self, namespace: str, name: str) -> Mark | None:
        """Return where `name` is declared, in the workspace rather than built in."""
        for one in parts(namespace):
            marks = self.own[one].get(name) or self.builtin[one].get(name)
            if marks:
                return marks[0]
        return None

    def homes(self, name: str) -> list[str]:
        """Return the namespaces in which `name` is declared."""
        return [namespace for namespace in NAMESPACES[:-2] if self.has(namespace, name)]

    def tests(self) -> dict[str, Literal["event", "data"]]:
        """Return what the keys of predicates name, reserved words apart; an id that is both counts as an event."""
        found: dict[str, Literal["event", "data"]] = dict.fromkeys(self.all("data"), "data")
        found.update(dict.fromkeys(self.all("event"), "event"))
        return found


def parts(namespace: str) -> tuple[str, ...]:
    """Return the single namespaces that `namespace` stands for."""
    if namespace == "playbook":
        return PLAYBOOKS
    if namespace == "any":
        return NAMESPACES[:-2]
    return tuple(namespace.split("|")) if "|" in namespace else (namespace,)


def index(forest: Forest, numbers: Iterable[int], broken: frozenset[int], builtin: frozenset[int]) -> Names:
    """Return all names that the trees of these numbers declare, in that order."""
    names = Names()
    for number in numbers:
        tree, base = forest.trees[number], Forest.base(number)
        root = tree.value
        if not isinstance(root, dict):
            continue
        declared = names.builtin if number in builtin else names.own
        kind = root.get("kind")
        if isinstance(kind, str) and kind in DOCUMENTS:
            for namespace, name, at in _declared(tree, root, kind):
                declared[namespace].setdefault(name, []).append(Mark(base + at))
        if number in broken:
            _note_uncertain(names, tree, root, base)
            if isinstance(kind, str) and kind in DOCUMENTS and not _has_id(root, DOCUMENTS[kind]):
                names.nameless.add(DOCUMENTS[kind])
    for namespace, table in names.own.items():
        for name in [name for name in table if not is_id(namespace, name)]:
            names.uncertain.setdefault(as_id(name, capitals=False), table[name][0])
    return names


def is_id(namespace: str, name: str) -> bool:
    """Whether a name is written as ids are; the schema has refused any other, and shown how to write it."""
    return (SOURCE_ID if namespace == "source" else ID).fullmatch(name) is not None


def _has_id(root: dict[str, Value], namespace: str) -> bool:
    name = root.get("id")
    return isinstance(name, str) and is_id(namespace, name)


def _declared(tree: Tree, root: dict[str, Value], kind: str) -> Iterator[tuple[str, str, int]]:
    """Yield namespace, id and index of everything that the document declares."""
    name = root.get("id")
    if isinstance(name, str) and name:
        yield DOCUMENTS[kind], name, tree.find(("id",))[1]
    if kind != "catalog":
        return
    for section, _, nouns, at in tree.items(0, root):
        if section in SECTIONS and isinstance(nouns, dict):
            for noun, noun_at, _, _ in tree.items(at, nouns):
                yield SECTIONS[section], noun, noun_at


def _note_uncertain(names: Names, tree: Tree, root: dict[str, Value], base: int) -> None:
    """Note what a refused document may mean to declare: its id under a misspelt kind, nouns under a misspelt section."""
    known = isinstance(root.get("kind"), str) and root["kind"] in DOCUMENTS
    for key, _, value, at in tree.items(0, root):
        if isinstance(value, dict) and (not known or (root["kind"] == "catalog" and key not in SECTIONS)):
            for name, name_at, _, _ in tree.items(at, value):
                names.uncertain.setdefault(name, Mark(base + name_at))
        elif (
            isinstance(value, str) and (key == "id" or key not in {"kind", "title"}) and (not known or "id" not in root)
        ):
            names.uncertain.setdefault(value, Mark(base + at))
