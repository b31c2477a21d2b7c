"""Everything that the checks of resolution look at; places and findings are made here, only when something is wrong."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Final

from sopkit.diagnostics import Edit, Finding, Fix, Related, Rule
from sopkit.frozen import dataclass
from sopkit.model.bind_values import Binding
from sopkit.model.documents import Cadence, Document, Journey, Procedure, Workspace
from sopkit.model.names import PLAYBOOKS, SECTIONS, Names, parts
from sopkit.model.values import Text
from sopkit.resolve.assembly import Assembly, table_of
from sopkit.schema.near import is_slip, near
from sopkit.schema.places import path_to, subject
from sopkit.source import Span
from sopkit.text import LANGS, Phrase
from sopkit.tree import INDEX_BITS, MAX_NODES, NUMBERS_A_NODE, Forest, Mark, Tree

MOST_LOOKED_UP: int = 200
"""So many names get suggestions; comparing names takes time, and a file full of wrong names has another cause."""

Args = Mapping[str, str | Phrase]


NOUNS: Final = frozenset(SECTIONS.values())
"""Namespaces that catalogs fill."""


WRAPPING: Final = "【】［］[]「」『』《》〈〉“”‘’()（）<>"
"""Signs that Chinese texts set names between; no id has them."""


@dataclass
class Case:
    """One workspace to be judged."""

    forest: Forest
    binding: Binding
    assembly: Assembly
    workspace: Workspace
    broken: frozenset[int]
    complete: bool
    catalogs: tuple[str, ...]
    held_back: int = 0
    looked_up: int = 0
    meant: set[tuple[str, str]] = field(default_factory=set)
    """Namespace and id of what an undefined name may have been meant to be; the id is empty where it may be any."""
    _titles: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> Names:
        return self.binding.names

    @cached_property
    def lacks_catalogs(self) -> bool:
        """Whether built-in catalogs may be missing that the workspace means to use: then nouns are unknown for that reason."""
        documents = list(self.assembly.settings())
        if not documents:
            return True
        uses = self.workspace.settings.uses
        if any(ref.id not in self.catalogs for ref in uses):
            return True
        return not uses and self.workspace.settings.broken

    def is_in_doubt(self, namespace: str, name: str) -> bool:
        """Whether `name` may be declared where nothing could be read: what names it is held back."""
        if not self.complete or name in self.names.uncertain:
            return True
        if any(part in self.names.nameless for part in parts(namespace)) and not self._near_any(namespace, name):
            return True
        return self.lacks_catalogs and any(part in NOUNS for part in parts(namespace))

    def _near_any(self, namespace: str, name: str) -> bool:
        return any(self.near(name, self.titles(part)) for part in parts(namespace))

    def is_doubled(self, playbook: str) -> bool:
        """Whether two playbooks have the id, so that it is open which of them a path leads into."""
        return sum(len(self.names.own[namespace].get(playbook, ())) for namespace in PLAYBOOKS) > 1

    def tree(self, mark: Mark) -> Tree:
        return self.forest.tree(mark)

    def order(self, mark: Mark) -> tuple[str, int]:
        """Return what places are sorted by: file, then place in it."""
        return self.forest.tree(mark).source.path, mark

    def lost_heads(self) -> Iterator[tuple[str, str, list[Mark]]]:
        """Yield namespace, id and places of the playbooks that paths lead into and that do not exist."""
        for namespace, kind in (("stage", "journey"), ("step", "playbook"), ("any", "playbook")):
            lost: dict[str, list[Mark]] = {}
            for path, marks in self.binding.uses[namespace].items():
                head, slash, _ = path.partition("/")
                if not self.names.has("playbook", head) and (slash or namespace != "any"):
                    places = [mark for mark in marks if slash or not self._stands_in_playbook(mark)]
                    if places:
                        lost.setdefault(head, []).extend(places)
            yield from ((kind, head, marks) for head, marks in lost.items())

    def _stands_in_playbook(self, mark: Mark) -> bool:
        """Whether a bare id there means a stage or step of the same playbook."""
        return isinstance(self.document(mark), Journey | Cadence | Procedure)

    def number(self, mark: Mark) -> int:
        return mark >> INDEX_BITS

    def document(self, mark: Mark) -> Document | None:
        """Return the document that holds the place."""
        return self.assembly.by_tree.get(mark >> INDEX_BITS)

    def subject(self, mark: Mark) -> str:
        """Return the name of what holds the place, as `lifecycle/new-member/awareness/welcome`."""
        tree, index = self.forest.tree(mark), mark & (MAX_NODES - 1)
        root = tree.value
        kind = root.get("kind") if isinstance(root, dict) else None
        path = path_to(tree, index)
        if path is None:  # a key: its value stands next
            path = path_to(tree, index + 1)
        return subject(root, kind if isinstance(kind, str) else "", path or ())

    def span_of_part(self, mark: Mark, value: str, start: int, end: int) -> Span:
        """Return where `value[start:end]` of the string at `mark` is written; the whole string where that cannot be told."""
        tree = self.forest.tree(mark)
        at = (mark & (MAX_NODES - 1)) * 3
        first, last = tree.places[at], tree.places[at + 1]
        written, part = tree.source.text[first:last], value[start:end]
        if not part or written.count(part) != value.count(part):
            return tree.source.span(first, last)
        offset = -1
        for _ in range(value.count(part, 0, start) + 1):
            offset = written.find(part, offset + 1)
        return tree.source.span(first + offset, first + offset + len(part))

    def place_of_key(self, mark: Mark, key: str) -> Mark:
        """Return where `key` of the mapping at `mark` stands."""
        tree, index = self.forest.tree(mark), mark & (MAX_NODES - 1)
        at, end = index + 1, tree.after(index)
        while at < end:  # the way from the root is long in a catalog of thousands; a key as it is written is found here
            if tree.source.text[slice(*tree.places[at * NUMBERS_A_NODE : at * NUMBERS_A_NODE + 2])] == key:
                return Mark(mark - index + at)
            at = tree.after(at + 1)
        path = path_to(tree, index)
        return Mark(mark - index + tree.find((*(path or ()), key))[0])

    def has_key(self, mark: Mark, key: str) -> bool:
        """Whether `key` stands in the mapping at `mark`, readable or not."""
        try:
            self.place_of_key(mark, key)
        except LookupError:
            return False
        return True

    def span_of_name(self, mark: Mark, name: str) -> Span:
        """Return where `name` is written in the string at `mark`; all of it where that cannot be told."""
        span = self.forest.span(mark)
        written = span.excerpt()
        if span.line != span.end_line or written.count(name) != 1:
            return span
        start = span.column + written.index(name)
        return Span(span.source, span.line, start, span.line, start + len(name))

    def finding(
        self,
        rule: Rule,
        mark: Mark,
        args: Args,
        *,
        span: Span | None = None,
        related: Iterable[tuple[Mark, Phrase]] = (),
        fixes: tuple[Fix, ...] = (),
        stub: str = "",
        suggestions: tuple[str, ...] = (),
    ) -> Finding:
        """Return the finding about the place `mark`, or about `span` in it."""
        return Finding(
            rule,
            span or self.forest.span(mark),
            dict(args),
            subject=self.subject(mark),
            related=tuple(Related(self.forest.span(place), note) for place, note in related),
            fixes=fixes,
            stub=stub,
            suggestions=suggestions,
        )

    def replacing(self, mark: Mark, span: Span, text: str, *, slip: bool = False) -> tuple[Fix, ...]:
        """Return the fix that writes `text` at `span`, quoted where YAML would read it as something else."""
        whole = self.forest.span(mark)
        plain = span == whole and not whole.excerpt().startswith(("'", '"'))
        written = json.dumps(text, ensure_ascii=False) if plain and needs_quotes(text) else text
        safe = slip or unicodedata.normalize("NFKC", span.excerpt()) == text
        return (Fix(Phrase(f"改成 {written}", f"write `{written}`"), (Edit(span, written),), safe),)

    def correcting(self, mark: Mark, span: Span, name: str, near: tuple[str, ...], called: str = "") -> tuple[Fix, ...]:
        """Return the fix for a misspelt name: none unless it is but a slip away from a single other one."""
        bare = name.strip(WRAPPING)
        sure = len(near) == 1 and is_slip(bare, near[0], called)
        return self.replacing(mark, span, near[0], slip=True) if sure else ()

    def titles(self, namespace: str) -> dict[str, str]:
        """Return the names of a namespace with their Chinese titles."""
        if namespace not in self._titles:
            table = table_of(self.workspace, namespace)
            self._titles[namespace] = {
                name: _chinese(thing.title) if (thing := table.get(name)) else "" for name in self.names.all(namespace)
            }
        return self._titles[namespace]

    def with_title(self, namespace: str, title: str) -> tuple[str, ...]:
        """Return the names of a namespace that a title, in any language, belongs to."""
        things = ((name, thing) for part in parts(namespace) for name, thing in table_of(self.workspace, part).items())
        return tuple(
            name for name, thing in things if thing.title and title in {thing.title.pick(lang) for lang in LANGS}
        )

    def near(self, name: str, known: Mapping[str, str]) -> tuple[str, ...]:
        """Return at most three of the known names that `name` may mean."""
        self.looked_up += 1
        return near(name, known) if self.looked_up <= MOST_LOOKED_UP else ()


def _chinese(title: Text | None) -> str:
    return title.pick("zh-CN") if title else ""


def needs_quotes(text: str) -> bool:
    """Whether YAML reads `text` as something else without quotes, inside brackets too."""
    return text[:1] in ">|@`%&*!?-#" or any(char in text for char in ",[]{}#") or ": " in text
