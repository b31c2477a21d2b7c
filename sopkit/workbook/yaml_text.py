"""A document's value and remarks about its parts go in; YAML text that reads as the same value comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.tree import Value

Path = tuple[str | int, ...]
Remarks = Mapping[Path, tuple[str, ...]]
"""Path of keys and positions → lines of comment to stand above that part."""

PLAIN: Final = re.compile(r"[A-Za-z\u4e00-\u9fff](?:[\w\u4e00-\u9fff .,/+%、。，！？-]*[\w\u4e00-\u9fff%。！？])?")
"""Texts that need no quotes wherever they stand in a block."""
ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
BARE: Final = re.compile(r"[0-9]{1,6}(?:s|m|h|d|w|mo|y)|[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Durations and dates, which YAML 1.2 reads as texts."""
LONGEST_IN_FLOW: Final = 30
MEANS_MORE: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
BLOCK: Final = re.compile(r"[^\s#].*(?:\n(?:|[^\t\n].*))*\n?")
"""Texts of several lines that a block scalar holds as they are."""
WIDTH: Final = 100


def write(value: Value, remarks: Remarks | None = None) -> str:
    """Return `value` as a document in block style."""
    lines = _block(value, (), remarks or {}) if isinstance(value, dict | list) and value else [scalar(value)]
    return "\n".join((*_above((), remarks or {}), *lines)) + "\n"


def scalar(value: Value) -> str:
    """Return a value that holds no others, on one line."""
    if isinstance(value, str):
        return value if is_plain(value) or BARE.fullmatch(value) else quoted(value)
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
    return json.dumps(value)


def is_plain(text: str) -> bool:
    """Whether the text reads as itself without quotes."""
    return PLAIN.fullmatch(text) is not None and text.casefold() not in MEANS_MORE and "  " not in text


def quoted(text: str) -> str:
    """Return the text in double quotes, everything that can't be seen escaped."""
    said = json.dumps(text, ensure_ascii=False)
    return said if said.isprintable() else "".join(one if one.isprintable() else _escaped(one) for one in said)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _above(path: Path, remarks: Remarks) -> Iterator[str]:
    for remark in remarks.get(path, ()):
        yield from (f"# {line}".rstrip() for line in remark.splitlines() or [""])


def _block(value: dict[str, Value] | list[Value], path: Path, remarks: Remarks) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _above((*path, key), remarks)
            yield from _entry(scalar(key) + ":", part, (*path, key), remarks)
        return
    for number, part in enumerate(value):
        inside = (*path, number)
        yield from _above(inside, remarks)
        if isinstance(part, dict | list) and part:
            first, *rest = _block(part, inside, remarks)
            if first.startswith("#"):  # a remark about the first key: it must not stand behind the dash
                yield from ("-", *(f"  {line}" if line else "" for line in (first, *rest)))
            else:
                yield from (f"- {first}", *(f"  {line}" if line else "" for line in rest))
        else:
            yield from _entry("-", part, inside, remarks)


def _entry(head: str, value: Value, path: Path, remarks: Remarks) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        flow = _flow(value)
        if (
            flow
            and len(head) + len(flow) < WIDTH
            and not any(one[: len(path)] == path for one in remarks if one != path)
        ):
            yield f"{head} {flow}"
            return
        yield head
        yield from (f"  {line}" if line else "" for line in _block(value, path, remarks))
    elif isinstance(value, str) and "\n" in value and _fits_block(value):
        yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {scalar(value) if not isinstance(value, dict | list) else json.dumps(value)}"


def _fits_block(text: str) -> bool:
    return (
        BLOCK.fullmatch(text) is not None
        and text.replace("\n", "").isprintable()
        and not text.endswith("\n\n")
        and not any(line != line.rstrip() for line in text.split("\n"))
    )


def _flow(value: dict[str, Value] | list[Value]) -> str:
    """Return a small collection of ids and short values on one line; nothing where it is to stand in a block."""
    if isinstance(value, list):
        parts = [_flow(one) if isinstance(one, dict | list) and one else _small(one) for one in value]
        return f"[{', '.join(parts)}]" if all(parts) else ""
    pairs = [(_small(key), _small(one)) for key, one in value.items()]
    return (
        "{" + ", ".join(f"{key}: {one}" for key, one in pairs) + "}" if all(key and one for key, one in pairs) else ""
    )


def _small(value: Value) -> str:
    if isinstance(value, dict | list):
        return ""
    if isinstance(value, str):
        said = scalar(value)
        return (
            ""
            if len(value) > LONGEST_IN_FLOW or "\n" in value
            else quoted(value)
            if "," in said and said == value
            else said
        )
    return scalar(value)
