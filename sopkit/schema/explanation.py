"""What the schema refuses in a document goes in; one finding for each mistake, with what follows from it left out, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from sopkit.diagnostics import Finding
from sopkit.schema import keys, quoting, values
from sopkit.schema.places import Place, Places
from sopkit.schema.validators import Refusal, refusals
from sopkit.tree import Value


def explain(places: Places, kind: str, document: Value) -> Iterator[Finding]:
    """Yield what is wrong with a document that the schema of `kind` refuses."""
    for path, group in groupby(refusals(kind, document), key=lambda refusal: refusal.path):
        yield from _judge(places.find(path), tuple(group))


def _judge(place: Place, found: tuple[Refusal, ...]) -> Iterator[Finding]:
    """Yield the findings of one node; a value of the wrong type is one, whatever else its type breaks."""
    by_keyword: dict[str, Refusal] = {}
    for refusal in found:
        by_keyword.setdefault(_name(refusal), refusal)
    if quoting.is_broken_text(place, by_keyword.keys()):
        yield quoting.unquoted(place)
        return
    if "type" in by_keyword:
        yield values.wrong_type(place, by_keyword["type"])
        return
    if isinstance(place.value, dict):
        yield from keys.judge(place, found)
        by_keyword.pop("not", None)
    narrowest = _narrowest(found)
    if narrowest is not None:
        yield values.unknown_value(place, narrowest)
        return
    for keyword, explain_keyword in values.BY_KEYWORD.items():
        if keyword in by_keyword:
            yield explain_keyword(place, by_keyword[keyword])


def _name(refusal: Refusal) -> str:
    return f"key {refusal.keyword}" if refusal.of_key else refusal.keyword


def _narrowest(found: Iterable[Refusal]) -> Refusal | None:
    """Return the refusal with the shortest list of allowed values: the one that knows most about the place."""
    enums = [refusal for refusal in found if refusal.keyword == "enum" and not refusal.of_key]
    return min(enums, key=lambda refusal: len(refusal.wanted) if isinstance(refusal.wanted, list) else 0, default=None)
