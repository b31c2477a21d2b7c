"""A selector such as `kind:lifecycle`, `+new-member` or `channel:sms,role:guide` goes in; the nodes that it means come out.

Words side by side are a union, words joined by commas an intersection. `+x` adds all that x depends on, `x+` all that depends on it,
`2+x` and `x+2` only so many steps of it, `@x` what depends on x and all that this depends on. `*` and `?` are wildcards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final, get_args

from sopkit.frozen import dataclass
from sopkit.graph.nodes import ExecutionGraph, Node, NodeKind
from sopkit.model.documents import Document, Stage
from sopkit.model.nouns import Noun
from sopkit.text import LANGS, Phrase

WORD: Final = re.compile(r"(?P<all>@)?(?:(?P<up>\d*)\+)?(?P<name>[^+@]+?)(?:\+(?P<down>\d*))?", re.DOTALL)
"""One word with its signs."""

KINDS: Final[tuple[str, ...]] = get_args(NodeKind)
LINKED: Final = tuple(
    kind for kind in KINDS if kind not in ("trigger", "stage", "step", "exit", "issue", "alert", "source")
)
"""Kinds of which `kind:ID` means the node and all that has an edge to or from it."""
MODIFIED: Final = "state:modified"
"""What is new, or says something else than at a revision."""
MOST_TITLED: Final = 5
"""Titles shown that hold the words somebody selected by."""
Changed = Callable[[], frozenset[str]]
"""What `MODIFIED` means; asked only where that is written."""


class SelectorError(Exception):
    """A selector that can't be read or names nothing; says why, and what is meant perhaps."""

    def __init__(self, reason: Phrase, near: Iterable[str] = ()) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.near = tuple(near)


@dataclass(frozen=True, eq=False)
class Selection:
    """The nodes that a selector means."""

    ids: frozenset[str]
    graph: ExecutionGraph

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in order of their ids."""
        return tuple(self.graph.nodes[id_] for id_ in sorted(self.ids))

    @cached_property
    def whole(self) -> Selection:
        """The same with all parts of the playbooks and stages in it."""
        parts = {part.id for id_ in self.ids for part in self.graph.parts.get(id_, ())}
        stages = tuple(f"{id_}/" for id_ in self.ids if self.graph.nodes[id_].kind == "stage")
        inside = {id_ for id_ in self.graph.nodes if id_.startswith(stages)} if stages else set()
        return Selection(self.ids | parts | inside, self.graph)

    def covers(self, subject: str) -> bool:
        """Return whether a finding's subject, as `lifecycle/new-member/awareness`, is or lies in something selected."""
        parts = subject.split("/")
        return any("/".join(parts[:length]) in self.ids for length in range(2, len(parts) + 1))


def select(expression: str, graph: ExecutionGraph, exclude: str = "", modified: Changed = frozenset[str]) -> Selection:
    """Return what `expression` means, without what `exclude` means. Raises `SelectorError`."""
    chosen = _union(expression, graph, modified)
    if exclude.strip():
        chosen -= Selection(frozenset(_union(exclude, graph, modified)), graph).whole.ids
    return Selection(frozenset(chosen), graph)


def _union(expression: str, graph: ExecutionGraph, modified: Changed) -> set[str]:
    words = expression.split()
    if not words:
        raise SelectorError(
            Phrase(
                "选择式是空的，可以写 kind:lifecycle 或者一个编号",
                "the selector is empty: write `kind:lifecycle`, say, or an id",
            )
        )
    return set().union(*(_intersection(word, graph, modified) for word in words))


def _intersection(word: str, graph: ExecutionGraph, modified: Changed) -> set[str]:
    parts = word.split(",")
    if not all(parts):
        raise SelectorError(
            Phrase(
                f"“{word}”里逗号两边都要写选择式，中间不留空格",
                f"`{word}` lacks a selector beside a comma; leave no spaces there",
            )
        )
    return set.intersection(*(_one(part, graph, modified) for part in parts))


def _one(word: str, graph: ExecutionGraph, modified: Changed) -> set[str]:
    signs = WORD.fullmatch(word)
    if signs is None:
        core = word.strip("+@") or "new-member"
        raise SelectorError(
            Phrase(
                f"读不懂选择式“{word}”，加号和 @ 只能写在两头，如 +{core}",
                f"can't read the selector `{word}`: `+` and `@` stand at its ends, as in `+{core}`",
            )
        )
    found = set(modified()) if signs["name"] == MODIFIED else _named(signs["name"], graph)
    chosen = set(found)
    if signs["all"]:
        below = found | _spread(found, graph, None, up=False)
        return below | _spread(below, graph, None, up=True)
    if signs["up"] is not None:
        chosen |= _spread(found, graph, _steps(signs["up"]), up=True)
    if signs["down"] is not None:
        chosen |= _spread(found, graph, _steps(signs["down"]), up=False)
    return chosen


def _steps(number: str) -> int | None:
    return int(number) if number else None


def _spread(start: Collection[str], graph: ExecutionGraph, steps: int | None, *, up: bool) -> set[str]:
    """Return what the nodes depend on (`up`), or what depends on them, at most so many steps away.

    A playbook or stage stands for its parts, or nothing would depend on it.
    """
    lineage = graph.lineage
    onward: Callable[[str], Iterator[str]] = lineage.predecessors if up else lineage.successors
    seen: set[str] = set()
    edge = set(Selection(frozenset(start), graph).whole.ids)
    inside = set(edge)
    while edge and (steps is None or steps > 0):
        edge = {other for node in edge for other in onward(node)} - seen - inside
        seen |= edge
        steps = None if steps is None else steps - 1
    return seen | inside


def _named(name: str, graph: ExecutionGraph) -> set[str]:
    method, colon, value = name.partition(":")
    if not colon:
        return _by_id(name, graph)
    read = METHODS.get(method)
    if method == "state":
        raise SelectorError(
            Phrase("选择方式“state:”只有 state:modified", f"the selector `state:` has one form: {MODIFIED}"),
            (MODIFIED,),
        )
    if read is None:
        near = get_close_matches(method, METHODS, n=3)
        shown = "、".join(f"{one}:" for one in near or METHODS)
        raise SelectorError(
            Phrase(
                f"没有选择方式“{method}:”；可以用 {shown}",
                f"there is no selector `{method}:`; there is {shown.replace('、', ', ')}",
            ),
            near,
        )
    return read(value, graph)


def _by_id(name: str, graph: ExecutionGraph) -> set[str]:
    """Return the nodes whose id, or its end behind the kind, is `name`."""
    found = set(_matching(name, graph.nodes))
    found |= {id_ for id_ in graph.nodes if _plain(id_) and _matches(name, id_.partition("/")[2])}
    if not found:
        _refuse_words(name, graph)
    return found or _nothing(name, (id_.partition("/")[2] for id_ in graph.nodes if _plain(id_)))


def _refuse_words(words: str, graph: ExecutionGraph) -> None:
    """Raise `SelectorError` where the words stand in titles: the ids are what selects."""
    titled = {
        id_.partition("/")[2]: title
        for id_, node in graph.nodes.items()
        if _plain(id_) and node.title
        for title in (node.title.pick(lang) for lang in LANGS)
        if words.casefold() in title.casefold()
    }
    if titled:
        first = dict(sorted(titled.items())[:MOST_TITLED])
        raise SelectorError(
            Phrase(
                f"“{words}”不是编号；名称里有它的：{'、'.join(f'{id_}（{title}）' for id_, title in first.items())}",
                f"`{words}` is no id; it stands in the title of {', '.join(f'{id_} ({title})' for id_, title in first.items())}",
            ),
            list(first),
        )


def _plain(id_: str) -> bool:
    return not id_.startswith(("exit/", "trigger/", "issue/", "alert/"))


def _matching(name: str, ids: Mapping[str, object]) -> Iterator[str]:
    if name in ids:
        yield name
    elif any(sign in name for sign in "*?["):
        yield from (id_ for id_ in ids if fnmatchcase(id_, name))


def _matches(name: str, id_: str) -> bool:
    return id_ == name or (any(sign in name for sign in "*?[") and fnmatchcase(id_, name))


def _nothing(name: str, known: Iterable[str]) -> set[str]:
    near = get_close_matches(name, sorted(set(known)), n=3)
    hint = Phrase(f"；是不是 {'、'.join(near)}？", f"; did you mean {', '.join(near)}?") if near else Phrase("", "")
    raise SelectorError(
        Phrase(f"工作区里没有“{name}”{hint.zh}", f"nothing in the workspace is called `{name}`{hint.en}"), near
    )


def _of_kind(value: str, graph: ExecutionGraph) -> set[str]:
    if value not in KINDS and not any(fnmatchcase(kind, value) for kind in KINDS):
        near = get_close_matches(value, KINDS, n=3)
        shown = near or KINDS
        raise SelectorError(
            Phrase(
                f"没有“{value}”这一类；可以写 {'、'.join(shown)}",
                f"there is no kind `{value}`; there is {', '.join(shown)}",
            ),
            near,
        )
    if value in KINDS:
        return {node.id for node in graph.nodes.values() if node.kind == value}
    return {node.id for node in graph.nodes.values() if fnmatchcase(node.kind, value)}


def _linked(kind: str) -> Callable[[str, ExecutionGraph], set[str]]:
    """Return how to find the nouns of a kind by id, and all that has an edge to or from them."""

    def find(value: str, graph: ExecutionGraph) -> set[str]:
        ids = [node.id.partition("/")[2] for node in graph.nodes.values() if node.kind == kind]
        found = {f"{kind}/{id_}" for id_ in ids if _matches(value, id_)}
        if not found:
            _refuse_title(value, kind, graph)
            _nothing(value, ids)
        near = {edge.source for id_ in found for edge in graph.arriving.get(id_, ())}
        return found | near | {edge.target for id_ in found for edge in graph.leaving.get(id_, ())}

    return find


def _refuse_title(value: str, kind: str, graph: ExecutionGraph) -> None:
    """Raise `SelectorError` where the value is a title of such nouns: their ids are what selects."""
    titled = [node for node in graph.nodes.values() if node.kind == kind and node.title]
    ids = [
        node.id.partition("/")[2]
        for node in titled
        if node.title and value in {node.title.pick(lang) for lang in LANGS}
    ]
    if ids:
        raise SelectorError(
            Phrase(
                f"“{value}”是 {'、'.join(ids)} 的名称；请写编号，如 {kind}:{ids[0]}",
                f"`{value}` is the title of {', '.join(ids)}: write the id, as {kind}:{ids[0]}",
            ),
            ids,
        )


def _staged(value: str, graph: ExecutionGraph) -> set[str]:
    stages = [node.id.partition("/")[2] for node in graph.nodes.values() if node.kind == "stage"]
    found = {f"lifecycle/{path}" for path in stages if _matches(value, path) or _matches(value, path.partition("/")[2])}
    return found or _nothing(value, (*stages, *(path.partition("/")[2] for path in stages)))


def _cited(value: str, graph: ExecutionGraph) -> set[str]:
    """Return what cites a row of the source, and the row."""
    cited: set[str] = set()
    found: set[str] = set()
    for node in graph.nodes.values():
        origin = node.origin
        rows = [ref.id for ref in origin.source] if isinstance(origin, Document | Noun | Stage) else []
        cited.update(rows)
        if any(_matches(value, row) for row in rows) or (
            node.kind == "source" and _matches(value, node.id.partition("/")[2])
        ):
            found.add(node.id)
    return found or _nothing(value, cited)


def _owned(value: str, graph: ExecutionGraph) -> set[str]:
    owners: set[str] = set()
    found: set[str] = set()
    for node in graph.nodes.values():
        origin = node.origin
        owner = origin.owner.id if isinstance(origin, Document | Noun) and origin.owner else ""
        owners.add(owner)
        if owner and _matches(value, owner):
            found.add(node.id)
    return found or _nothing(value, owners - {""})


METHODS: Final[Mapping[str, Callable[[str, ExecutionGraph], set[str]]]] = {
    "kind": _of_kind,
    "id": _by_id,
    "stage": _staged,
    "source": _cited,
    "owner": _owned,
    **{kind: _linked(kind) for kind in LINKED},
}
"""What stands before a colon, and how the rest is looked up."""
