"""Nodes and edges as the manifest has them go in; GraphML, for networkx, Gephi or yEd, comes out.

What an entry says stands in attributes of text, number or truth value; what has parts of its own, such as a condition, is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sopkit.render.marks import clean
from sopkit.text import Lang
from sopkit.tree import Value

PLACE: Final = ("file", "line", "column")
HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
)

Attribute = str | int | float | bool


def to_graphml(nodes: Iterable[Value], edges: Iterable[Value], lang: Lang, as_of: date) -> str:
    """Return the document; titles are in `lang` where they have it. The same entries on the same day give the same text."""
    keys: dict[tuple[str, str], str] = {}
    body = [*_data("graph", [("as_of", as_of.isoformat())], keys)]
    for node in _mappings(nodes):
        body.append(f"<node id={_attribute(str(node['id']))}>")
        body += _data("node", _flat(node, lang, without=("id",)), keys)
        body.append("</node>")
    for at, edge in enumerate(_mappings(edges)):
        ends = f"source={_attribute(str(edge['from']))} target={_attribute(str(edge['to']))}"
        body.append(f'<edge id="e{at}" {ends}>')
        body += _data("edge", _flat(edge, lang, without=("from", "to")), keys)
        body.append("</edge>")
    declared = [
        f'<key id="{id_}" for="{kind}" attr.name={_attribute(name.partition(":")[0])} attr.type="{name.partition(":")[2]}"/>'
        for (kind, name), id_ in keys.items()
    ]
    return "\n".join((*HEAD, *declared, '<graph edgedefault="directed">', *body, "</graph>", "</graphml>", ""))


def _mappings(entries: Iterable[Value]) -> Iterator[Mapping[str, Value]]:
    for entry in entries:
        if not isinstance(entry, dict):
            raise TypeError(f"no entry of a manifest: {entry!r}")
        yield entry


def _flat(entry: Mapping[str, Value], lang: Lang, *, without: tuple[str, ...]) -> Iterator[tuple[str, Attribute]]:
    """Yield an entry's attributes by name."""
    for name, value in entry.items():
        if name in without:
            continue
        match name, value:
            case "title", {}:
                yield name, str(value.get(lang) or next(iter(value.values()), ""))
            case "origin", {}:
                yield from ((part, one) for part in PLACE if isinstance(one := value[part], str | int))
            case (("delay" | "held"), {}):
                yield from ((f"{name}_{part}", one) for part, one in value.items() if isinstance(one, str | bool))
            case _, str() | bool() | int() | float():
                yield name, value
            case _:
                yield name, json.dumps(value, ensure_ascii=False)


def _data(kind: str, attributes: Iterable[tuple[str, Attribute]], keys: dict[tuple[str, str], str]) -> Iterator[str]:
    """Yield the `data` elements; a name that is new is given a key for its type."""
    for name, value in attributes:
        key = keys.setdefault((kind, f"{name}:{_type(value)}"), f"d{len(keys)}")
        text = str(value).lower() if isinstance(value, bool) else escape(clean(str(value)))
        yield f'  <data key="{key}">{text}</data>'


def _type(value: Attribute) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "int"
        case float():
            return "double"
    return "string"


def _attribute(text: str) -> str:
    return quoteattr(clean(text))
