"""The name of a kind goes in; its JSON Schema comes out in one piece, for an editor that looks nothing up anywhere else.

Where a string has a grammar, the schema gets a pattern taken from the parser's own expressions. sopkit itself validates without
them, since the parser says better what is wrong and where; a pattern may accept more than the parser, and never less.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from sopkit.model import parse
from sopkit.model import parse_amounts as amounts
from sopkit.schema.definitions import KINDS, SHARED, UNION, Schema, bundle, document, mapping, renamed
from sopkit.tree import Value

NAMES: Final = (UNION, *KINDS, "pack", "rule")


def _plain(expression: re.Pattern[str]) -> str:
    """Return an expression in the dialect of editors, which names no groups so."""
    return "(?:" + re.sub(r"\(\?P<\w+>", "(?:", expression.pattern) + ")"


DURATION: Final = _plain(parse.DURATION)
RANGE: Final = rf"{DURATION}(?:\.\.{DURATION})?"
CALENDAR: Final = "|".join(parse.CALENDAR)
RATE: Final = rf"[0-9]+ per (?:{CALENDAR}|lifetime|{DURATION})"
PATTERNS: Final = {
    "date": _plain(parse.DATE),
    "duration": DURATION,
    "duration-range": RANGE,
    "hours": _plain(parse.HOURS),
    "slot": _plain(parse.SLOT),
    "slots": _plain(parse.SLOT),
    "every": f"event|{CALENDAR}|{DURATION}",
    "cap-period": f"day|week|month|{DURATION}",
    "window": f"{_plain(parse.WINDOW)}|{RANGE}",
    "stay": f"at least {DURATION}",
    "reentry": f"never|always|after {DURATION}",
    "on-cap": f"skip|exit|wait {DURATION}",
    "comparison": f"{_plain(amounts.RELATIVE)}|(?:(?:≥|≤|>=|<=|<|>|=) ?)?{_plain(amounts.QUANTITY)}",
    "rate": RATE,
    "changes": f"never|{RATE}",
    "money": _plain(amounts.MONEY),
    "share": _plain(amounts.SHARE),
    "amount": f"{amounts.NUMBER}|{_plain(amounts.MONEY)}|{_plain(amounts.SHARE)}",
}
"""Grammar → what a string of it looks like."""


def editor_schema(name: str) -> Schema:
    """Return the schema of a kind, or of any document; another name is a `KeyError`."""
    whole = _any_document() if name == UNION else bundle(name)
    return {"$schema": whole["$schema"], "$id": f"urn:sopkit:{name}", **mapping(_with_patterns(whole))}


def _any_document() -> Schema:
    """Return the union, with the schema of every kind among its definitions."""
    definitions: Schema = {}
    for kind in KINDS:
        own = mapping(renamed(bundle(kind), partial(_place, kind)))
        parts = mapping(own.pop("$defs"))
        del own["$schema"]
        definitions[kind] = own
        definitions.update((_inside(kind, name), part) for name, part in parts.items())
    union = renamed(document(UNION), lambda target: f"#/$defs/{target.partition('.')[0]}")
    return {**mapping(union), "$defs": definitions}


def _place(kind: str, target: str) -> str:
    return f"#/$defs/{_inside(kind, target.rsplit('/', 1)[-1])}"


def _inside(kind: str, name: str) -> str:
    """Return what a definition of one kind is called beside those of the others; shared ones are the same for all."""
    return name if name.startswith(f"{SHARED}.") else f"{kind}.{name}"


def _with_patterns(value: Value, said: Value = None) -> Value:
    """Return a schema with the patterns; editors show `patternErrorMessage`, what is `said` of the place, to whom one fails."""
    if isinstance(value, list):
        return [_with_patterns(item, said) for item in value]
    if not isinstance(value, dict):
        return value
    said = value.get("description", said)
    found: Schema = {key: _with_patterns(item, said) for key, item in value.items()}
    grammar = value.get("x-grammar")
    if isinstance(grammar, str) and grammar in PATTERNS and "pattern" not in value:
        found["pattern"] = f"^(?:{PATTERNS[grammar]})$"
        found["patternErrorMessage"] = said
    return found
