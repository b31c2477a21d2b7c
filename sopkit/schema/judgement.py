"""A tree goes in; whether its shape is that of the language, as findings, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sopkit.diagnostics import Edit, Finding, Fix, in_order
from sopkit.schema import explanation, quoting, rules
from sopkit.schema.definitions import KINDS, Shape
from sopkit.schema.near import is_meant, near
from sopkit.schema.places import Places
from sopkit.schema.validators import accepts
from sopkit.schema.wording import Args, listed, replacing, what_is
from sopkit.text import Phrase
from sopkit.tree import Tree, Value

HOMES: Final = {"rule": "rules", "pack": "packs"}
"""Kinds that are read in a folder of their own only."""


def check(tree: Tree, *, fast: bool = True, kinds: Sequence[str] = KINDS) -> tuple[Finding, ...]:
    """Return what is wrong with the shape of the document, one of `kinds`; nothing when the schema accepts it.

    `fast` lets jsonschema-rs do the accepting where it is installed; the findings are the same without it.
    """
    value = tree.value
    if not isinstance(value, dict):
        return (Finding(rules.NOT_A_DOCUMENT, tree.span(0), {"found": what_is(value)}),)
    kind = value.get("kind")
    if kind is None:
        return (_without_kind(tree, value, kinds),)
    if not isinstance(kind, str) or kind not in kinds:
        return (_of_unknown_kind(tree, kind, kinds),)
    accepted = accepts(kind, value, fast=fast)
    if accepted and not tree.plain_hash:
        return ()
    places = Places(tree, kind)
    found = () if accepted else explanation.explain(places, kind, value)
    return in_order(_each_once((*found, *quoting.lost_ends(places))))


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what was found before at the same place: a part that aliases bring in several times is written once."""
    seen: set[tuple[object, ...]] = set()
    for finding in findings:
        mistake = (finding.rule.code, finding.span.sort_key, finding.message("en"))
        if mistake not in seen:
            seen.add(mistake)
            yield finding


def _titles(kinds: Sequence[str]) -> dict[str, str]:
    return {kind: Shape.of_kind(kind).title.zh for kind in kinds}


def _of_unknown_kind(tree: Tree, kind: Value, kinds: Sequence[str]) -> Finding:
    place = Places(tree, None).find(("kind",))
    meant = near(kind, _titles(kinds)) if isinstance(kind, str) else ()
    shown = kind if isinstance(kind, str) and kind else place.span.excerpt()
    fixes = replacing(place.span, meant[0], safe=is_meant(shown, meant)) if meant else ()
    values = listed(kinds)
    if shown in HOMES:
        values = Phrase(
            f"{values.zh}；{shown} 要放在工作区的 {HOMES[shown]}/ 文件夹里",
            f"{values.en}; a `{shown}` belongs in the folder `{HOMES[shown]}/` of the workspace",
        )
    args: Args = {"value": shown, "values": values}
    return Finding(rules.UNKNOWN_KIND, place.span, args, fixes=fixes, suggestions=meant)


def _without_kind(tree: Tree, value: dict[str, Value], kinds: Sequence[str]) -> Finding:
    root = Places(tree, None).find(())
    if "kind" in value:
        return Finding(rules.MISSING_KIND, tree.span(root.keys["kind"]), {"advice": _any_kind(kinds)})
    misspelt = next((key for key in value if near(key, {"kind": "类型"}) and value[key] in kinds), None)
    if misspelt is not None:
        span = tree.span(root.keys[misspelt])
        advice = Phrase(f"把“{misspelt}”改成 kind", f"write `kind` instead of `{misspelt}`")
        return Finding(
            rules.MISSING_KIND,
            span,
            {"advice": advice},
            fixes=replacing(span, "kind", safe=True),
            suggestions=("kind",),
        )
    alike = _kinds_alike(value, kinds)
    if not alike:
        return Finding(rules.MISSING_KIND, root.head, {"advice": _any_kind(kinds)})
    title = Shape.of_kind(alike[0]).title
    advice = Phrase(
        f"在开头加一行 kind: {alike[0]}（里面的键像是{title.zh}）",
        f"add a line `kind: {alike[0]}` at the top: its keys look like those of this kind",
    )
    start = root.head
    insertion = type(start)(start.source, start.line, start.column, start.line, start.column)
    block = start.line < tree.span(0).end_line and not tree.span(0).excerpt().startswith("{")
    edit = Edit(insertion, f"kind: {alike[0]}\n" + " " * (start.column - 1) if block else f"kind: {alike[0]}, ")
    fix = Fix(Phrase(f"加上 kind: {alike[0]}", f"add `kind: {alike[0]}`"), (edit,))
    return Finding(rules.MISSING_KIND, start, {"advice": advice}, fixes=(fix,), suggestions=alike[:3])


def _any_kind(kinds: Sequence[str]) -> Phrase:
    names = listed(kinds)
    return Phrase(f"在开头写明 kind，可以是：{names.zh}", f"say at the top what it is, `kind:` with one of {names.en}")


def _kinds_alike(value: dict[str, Value], kinds: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds that have most of the keys, best first; keys that every kind has do not count."""
    known = {kind: set(Shape.of_kind(kind).properties) for kind in kinds}
    shared = set.intersection(*known.values())
    scores = {kind: len((keys - shared) & value.keys()) for kind, keys in known.items()}
    return tuple(sorted((kind for kind in kinds if scores[kind]), key=lambda kind: -scores[kind]))
