"""Real documents go in; the same with nodes dropped, renamed, retyped and swapped come out, as a hypothesis strategy."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from sopkit.reader import read
from sopkit.source import Source
from sopkit.tree import Value
from tests.benchmarks import synthesis

HERE = Path(__file__).parent
PLACES = (HERE.parent / "playbooks", HERE / "schema", HERE / "values", HERE / "names", HERE / "flow")

Document = dict[str, Value]
At = tuple[dict[str, Value] | list[Value], str | int]
"""A node, as what holds it and where in it."""

STRANGE: tuple[Value, ...] = (
    None, True, False, 0, -1, 3, 10**30, 0.5, -0.0, 1e300, "", " ", "x", "guide", "end", "any", "none", "manual", "…", "a/b/c", "/",
    "3d", "1h..3h", "≥ 3", "≥ 15%", "+20% over baseline", "99 CNY", "tue 10:00", "2026-02-30", "within 30d", "ever", "\u200b",
    "{customer.x}", "{offer.value}", [], {}, [[]], [{}], [None], {"": ""}, {"x": None}, {"en": "x"}, {"zh-CN": 1}, ["x", "x"], {"else": []},
    [{"do": "x"}],
    {"all": []}, {"not": {"not": {"any": ["x"]}}}, {"event": "x"}, {"becomes": {}}, {"if": "else"}, {"every": "day", "at": "tue 10:00"},
)  # fmt: skip
KEYS = (
    "id", "kind", "title", "steps", "stages", "if", "else", "choose", "wait", "on", "by", "go", "next", "every", "at", "since", "within",
    "send", "match", "text", "type", "when", "all", "any", "not", "consent", "uses", "waive", "meta", "x", "tagg", "en", "zh-CN", "",
)  # fmt: skip


@cache
def documents() -> tuple[Document, ...]:
    """Return the documents of the reference workspace, of all fixtures and of a synthetic workspace."""
    with TemporaryDirectory() as folder:
        synthesis.write(Path(folder), 12)
        paths = [path for place in (*PLACES, Path(folder)) for path in sorted(place.rglob("*.yaml"))]
        trees = [tree for path in paths for tree in read(Source(path.name, path.read_bytes())).trees]
    found = [tree.value for tree in trees if isinstance(tree.value, dict)]
    return tuple(value for value in found if len(json.dumps(value)) < 12_000)


def nodes(value: Value) -> Iterator[At]:
    """Yield every node below the root."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from nodes(inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield value, number
            yield from nodes(inner)


def mutate(document: Document, rng: random.Random) -> None:
    """Change one node of the document."""
    places = list(nodes(document))
    if not places:
        document["kind"] = rng.choice(STRANGE)
        return
    holder, at = rng.choice(places)
    match rng.randrange(7):
        case 0:
            _drop(holder, at)
        case 1:
            _rename(holder, at, rng)
        case 2:
            other, there = rng.choice(places)
            _put(holder, at, copy.deepcopy(_get(other, there)))
        case 3:
            _put(holder, at, [_get(holder, at)])
        case 4:
            _put(holder, at, {rng.choice(KEYS): _get(holder, at)})
        case 5 if isinstance(holder, dict):
            holder[rng.choice(KEYS)] = copy.deepcopy(rng.choice(STRANGE))
        case _:
            _put(holder, at, copy.deepcopy(rng.choice(STRANGE)))


def _get(holder: dict[str, Value] | list[Value], at: str | int) -> Value:
    return (
        holder[at]
        if isinstance(holder, dict) and isinstance(at, str)
        else holder[int(at)]
        if isinstance(holder, list)
        else None
    )


def _put(holder: dict[str, Value] | list[Value], at: str | int, value: Value) -> None:
    if isinstance(holder, dict):
        holder[str(at)] = value
    else:
        holder[int(at)] = value


def _drop(holder: dict[str, Value] | list[Value], at: str | int) -> None:
    if isinstance(holder, dict):
        del holder[str(at)]
    else:
        del holder[int(at)]


def _rename(holder: dict[str, Value] | list[Value], at: str | int, rng: random.Random) -> None:
    if isinstance(holder, dict):
        value = holder.pop(str(at))
        key = str(at)
        holder[rng.choice((key[1:], key + "s", key.upper(), key.replace("_", "-"), rng.choice(KEYS)))] = value
    else:
        holder.reverse()


def written(document: Document) -> bytes:
    """Return the document as YAML, in flow style, which is JSON."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


@st.composite
def mutated(draw: st.DrawFn, most: int = 6) -> bytes:
    """Draw a real document with up to `most` nodes changed, written as YAML."""
    document = copy.deepcopy(draw(st.sampled_from(documents())))
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  drawn by hypothesis
    for _ in range(draw(st.integers(1, most))):
        mutate(document, rng)
    return written(document)
