"""A place and what stands there go in; the finding about one sort of mistake comes out, with a fix where there is one."""

from __future__ import annotations

import re
from typing import Final

from sopkit.reader import rules
from sopkit.reader.events import Problem
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import Line, Scene, quoting, shortened
from sopkit.text import Phrase

TAKE_OUT: Final = Phrase("删掉它", "take it out")

BLOCK_HEADER: Final = re.compile(r"(?:^|[:\-] +)([|>])[-+0-9]*$")
DIRECTIVE: Final = re.compile(r"(?:^|(?<=\r))%(?P<name>YAML|TAG)?[^\r\n]*", re.MULTILINE)
TAG: Final = re.compile(r"![^\s,\[\]{}]*")
OWN_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*", re.ASCII)
"""What a key or an id of the language looks like: never a human text."""

COMPARISON: Final = re.compile(r">=? *[0-9][\w.%]*(?: CNY)?", re.ASCII)
NEVER_FIRST: Final = frozenset("@`%")
"""Signs that begin nothing in YAML, so that only a text can be meant."""

WORD_AND_VALUE: Final = re.compile(r"(?P<key>[a-z][a-z_]*)(?: +[^ :].*)?", re.ASCII)
"""A line that is a key of the language and what was to be its value, but for the colon."""

ADD_COLON: Final = Phrase("加上冒号", "add the colon")
END_WITH_COLON: Final = Phrase("后面加英文冒号", "end it with a colon")

CLOSING: Final = {"{": "}", "[": "]"}
WRITE_AT_LEAST: Final = Phrase("换成 ≥", "use ≥")

WIDE_CLOSING: Final = {
    "{": re.compile(r"｝(?=[ ,\]}]*$)", re.MULTILINE),
    "[": re.compile(r"[］】](?=[ ,\]}]*$)", re.MULTILINE),
}
"""At the end of a line, where nothing but other brackets can follow."""

USE_PLAIN_BRACKET: Final = Phrase("换成英文括号", "use a plain bracket")


def explain_directive(text: str, start: int, notes: Notes) -> RefusedError:
    """Return the finding about a line that begins with a percent sign."""
    found = DIRECTIVE.search(text, start)
    if found is None or not found["name"]:
        return unquoted_sign(
            Scene(text, Problem("character", start, None), notes, None), found.start() if found else start
        )
    said = found.group().rstrip()
    line = (found.start(), found.start() + len(said))
    return RefusedError(rules.DIRECTIVE, *line, {"text": shortened(said)}, fixes=notes.replacing(TAKE_OUT, (*line, "")))


def colon_in_text(scene: Scene, start: int, end: int) -> RefusedError:
    said = scene.text[start:end]
    safe = not OWN_WORD.match(said) and not before_hash(scene, end)
    return RefusedError(
        rules.COLON_IN_TEXT, start, end, {"text": shortened(said)}, fixes=scene.quoting(start, end, safe=safe)
    )


def before_hash(scene: Scene, end: int) -> bool:
    """Whether one space and a `#` follow, so that it is open how much was meant to be text."""
    return scene.text.startswith(" #", end)


def block_sign_above(scene: Scene, line: Line) -> str:
    """Return the sign that ends the line above, if a block of text should follow it."""
    above = scene.above(line)
    header = BLOCK_HEADER.search(scene.words(above)) if above is not None else None
    return header[1] if header else ""


def block_sign_around(scene: Scene, line: Line) -> str:
    """Return the sign that begins a block of text above, if all lines from there to this one belong to it."""
    above, least = scene.above(line), None
    while above is not None and (least is None or above.indent <= least or not above.indent):
        found = BLOCK_HEADER.search(scene.words(above))
        if found and least is not None and above.indent < least:
            return found[1]
        least = above.indent if least is None else min(least, above.indent)
        above = scene.above(above)
    return ""


def full_width(scene: Scene, at: int, wrong: str, right: str, label: Phrase, *, safe: bool) -> RefusedError:
    gap = "" if right in "]}" or scene.text[at + 1 : at + 2] in (" ", "\r", "\n", "") else " "
    fixes = scene.notes.replacing(label, (at, at + 1, right + gap), safe=safe)
    args = {"wrong": wrong, "right": right}
    commas = (at,) if safe and right == "," else ()
    return RefusedError(rules.FULL_WIDTH_PUNCTUATION, at, at + 1, args, fixes=fixes, commas=commas)


def missing_colon(scene: Scene, line: Line) -> RefusedError:
    said = scene.words(line)
    key = WORD_AND_VALUE.fullmatch(said)
    if not key:
        args: dict[str, str | Phrase] = {"text": shortened(said), "better": END_WITH_COLON}
        return RefusedError(rules.MISSING_COLON, line.first, line.end, args)
    at = line.first + key.end("key")
    meant = f"{key['key']}:{said[key.end('key') :]}"
    better = Phrase(f"写成“{shortened(meant)}”", f"write `{shortened(meant)}`")
    fixes = scene.notes.replacing(ADD_COLON, (at, at, ":"))
    args = {"text": shortened(said), "better": better}
    return RefusedError(rules.MISSING_COLON, line.first, line.end, args, fixes=fixes)


def missing_space(scene: Scene, start: int, end: int) -> RefusedError:
    args = {"key": shortened(scene.text[start : end - 1])}
    safe = OWN_WORD.fullmatch(scene.text, start, end - 1) is not None
    fixes = scene.notes.replacing(rules.ADD_SPACE, (end, end, " "), safe=safe)
    return RefusedError(rules.MISSING_SPACE_AFTER_COLON, start, end, args, fixes=fixes)


def comparison(scene: Scene, start: int) -> RefusedError:
    return refuse_comparison(start, scene.value_end(start), scene.notes)


def refuse_comparison(start: int, end: int, notes: Notes) -> RefusedError:
    """Return the finding about `> 15%`, which needs quotes, or `>= 15%`, for which there is `≥`."""
    said = notes.text[start:end]
    safe = COMPARISON.fullmatch(said) is not None
    at_least = f"≥ {said.removeprefix('>').removeprefix('=').strip()}"
    if safe and said.startswith(">="):
        better, fixes = Phrase(at_least, at_least), notes.replacing(WRITE_AT_LEAST, (start, end, at_least), safe=True)
    else:
        quoted = f'"{shortened(said)}"'
        above = Phrase(f"{quoted}（大于），或者 {at_least}（不小于）", f"{quoted} (more than) or {at_least} (at least)")
        better, fixes = above if safe else Phrase(quoted, quoted), quoting(start, end, notes, safe=safe)
    return RefusedError(rules.UNQUOTED_COMPARISON, start, end, {"text": shortened(said), "better": better}, fixes=fixes)


def unquoted_sign(scene: Scene, start: int) -> RefusedError:
    end = max(scene.value_end(start), start + 1)
    sign = scene.text[start : start + 1]
    in_line = start > scene.line(start).start
    fixes = scene.quoting(start, end, safe=in_line and sign in NEVER_FIRST and not before_hash(scene, end))
    args = {"text": shortened(scene.text[start:end]), "sign": sign}
    return RefusedError(rules.UNQUOTED_SIGN, start, end, args, fixes=fixes)


def tagged(scene: Scene, at: int | None = None) -> RefusedError:
    at = scene.origin if at is None else at
    found = TAG.search(scene.text, at)
    start, end = found.span() if found else (at, at + 1)
    fixes = scene.quoting(start, scene.value_end(start))
    return RefusedError(rules.TAG, start, end, {"tag": scene.text[start:end]}, fixes=fixes)


def unclosed_quote(scene: Scene, start: int | None = None) -> RefusedError:
    start = scene.origin if start is None else start
    return RefusedError(rules.UNCLOSED_QUOTE, start, scene.line(start).end, {"quote": scene.text[start : start + 1]})


def unclosed_bracket(scene: Scene, at: int | None = None) -> RefusedError:
    at = scene.origin if at is None else at
    bracket = scene.text[at : at + 1]
    wide = WIDE_CLOSING[bracket].search(scene.text, at, scene.line(at).end) if bracket in WIDE_CLOSING else None
    if wide:
        return full_width(scene, wide.start(), wide.group(), CLOSING[bracket], USE_PLAIN_BRACKET, safe=True)
    args: dict[str, str | Phrase] = {
        "bracket": bracket,
        "closing": CLOSING.get(bracket, "]"),
        "because": Phrase("", ""),
    }
    return RefusedError(rules.UNCLOSED_BRACKET, at, at + 1, args)


def unreadable(scene: Scene) -> RefusedError:
    start = min(scene.at, max(len(scene.text) - 1, 0))
    end = max(scene.line(start).end, start)
    return RefusedError(rules.UNREADABLE_YAML, start, end, {"text": shortened(scene.text[start:end]) or "…"})
