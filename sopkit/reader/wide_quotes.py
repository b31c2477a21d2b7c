"""Trees and their text go in; findings about quotes that are no quotes to YAML, and so are part of a value, come out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Severity
from sopkit.reader import rules
from sopkit.reader.notes import Notes
from sopkit.tree import NUMBERS_A_NODE, Tree

WRAPPED: Final = re.compile(
    r"(?:(?<=[:,-] )|(?<=[\[{]))(?P<open>[“”])(?P<inside>[^“”\"\\\r\n]+)[“”](?=[ \t]*(?:[,\]}\r\n]|\Z))"
)
"""A value between Chinese quotes, both ways round; `“双11”大促` goes on behind them."""

LONE: Final = re.compile(r"(?<=: )[^\s\"'\[{|>&*!#“”][^\"“”\\\r\n]*[^\s0-9\"]\"(?=[ \t]*(?:[\r\n]|\Z))")
"""A value that ends with the only quote in it; behind a number it may mean inches."""


AT_END: Final = re.compile(r"\"[ \t]*(?:[\r\n]|\Z)")


def note_quotes(trees: tuple[Tree, ...], text: str, notes: Notes) -> None:
    """Note the values that such quotes begin or end, where YAML sees no quotes."""
    found = [*WRAPPED.finditer(text)] if "“" in text or "”" in text else []
    found += _lone(text)
    if not found:
        return
    values = {
        (tree.places[at], tree.places[at + 1]) for tree in trees for at in range(0, len(tree.places), NUMBERS_A_NODE)
    }
    for one in found:
        if one.span() in values:
            _note(one, notes)


def _lone(text: str) -> Iterator[re.Match[str]]:
    """Yield the values that end with a quote and have no other. Lines are looked at one by one: few end with a quote."""
    for quote in AT_END.finditer(text):
        start = max(text.rfind("\n", 0, quote.start()), text.rfind("\r", 0, quote.start())) + 1
        if '"' not in text[start : quote.start()]:
            value = LONE.search(text, start, quote.end())
            if value is not None:
                yield value


def _note(found: re.Match[str], notes: Notes) -> None:
    wrapped = found.re is WRAPPED
    inside = found["inside"] if wrapped else found[0][:-1]
    right = wrapped and found["open"] == "“" and not inside.isascii()
    fixes = notes.replacing(rules.QUOTE_IT, (*found.span(), json.dumps(inside, ensure_ascii=False)))
    quote = found[0][0] if wrapped else '"'
    severity = Severity.NOTE if right else None  # a title may be meant so
    notes.add(rules.QUOTES_IN_TEXT, *found.span(), {"quote": quote}, fixes=fixes, severity=severity)
