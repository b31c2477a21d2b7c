"""A place between brackets where a parser gave up goes in; the finding about what the author did there comes out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.diagnostics import Fix
from sopkit.reader import rules
from sopkit.reader.notes import RefusedError
from sopkit.reader.refusals import (
    CLOSING,
    OWN_WORD,
    block_sign_above,
    colon_in_text,
    full_width,
    unclosed_bracket,
    unclosed_quote,
    unquoted_sign,
    unreadable,
)
from sopkit.reader.scene import Scene, shortened
from sopkit.text import Phrase

LAST_WORD: Final = re.compile(r"\S\s+([A-Za-z_][\w-]*)$")
ITEM: Final = re.compile(r"\s*(?:[A-Za-z_][\w-]*: +)?(?P<value>[^,\[\]{}\s](?:[^,\[\]{}]*[^,\[\]{}\s])?)")
AFTER_HASH: Final = Phrase("：从“#”起都被当成注释", ": all from the `#` on is taken for a comment")
HASH: Final = re.compile(r"(?<=[ \t])#[^\r\n]*[\]}]")
HASH_IN_ITEM: Final = re.compile(r"(?:^|[ \t])#")
ITEM_START: Final = re.compile(r"[,\[{]")


def in_brackets(scene: Scene) -> RefusedError:
    """Something that is neither comma nor closing bracket."""
    opened = scene.line(scene.origin)
    sign = block_sign_above(scene, opened) if opened.first == scene.origin else ""
    if sign:
        return RefusedError(rules.UNINDENTED_BLOCK, opened.lead, opened.end, {"sign": sign})
    item = _item_start(scene)
    said = scene.text[item : scene.at]
    quoted = scene.quoted_before() if said.rstrip()[-1:] in ("'", '"') else None
    if quoted is not None and "\n" in scene.text[slice(*quoted)]:
        return unclosed_quote(scene, quoted[0])
    if "，" in said:
        between = said[said.index("，") + 1 :].strip()
        safe = scene.sign == ":" and OWN_WORD.fullmatch(between) is not None
        return full_width(scene, item + said.index("，"), "，", ",", rules.USE_COMMA, safe=safe)
    if not scene.sign or scene.sign in "]}" or _on_outer_line(scene):
        return unclosed_bracket(scene)
    if scene.sign in "{[":
        start = item + (said.index(": ") + 2 if ": " in said else 0)
        end = _behind_bracket(scene)
        fixes = scene.quoting(start, end)
        return RefusedError(rules.UNQUOTED_BRACKET, start, end, {"text": shortened(scene.text[start:end])}, fixes=fixes)
    if said.startswith("*"):
        return unquoted_sign(scene, item)
    if scene.sign == ":":
        return _colon_in_brackets(scene, item, said)
    if said.rstrip().endswith(('"', "'")):
        word = re.compile(r"[^\s,\]}]*").match(scene.text, scene.at)
        end = max(word.end() if word else 0, scene.at + 1)
        rule = rules.MISSING_COMMA if scene.text[end - 1] == ":" or scene.sign in "\"'" else rules.TEXT_AFTER_QUOTE
        return RefusedError(rule, scene.at, end, {"text": shortened(scene.text[scene.at : end])})
    return unclosed_bracket(scene)


def _behind_bracket(scene: Scene) -> int:
    """Return where the value ends that goes on behind the bracket at the problem."""
    line_end = scene.line(scene.at).end
    closing = scene.text.find(CLOSING[scene.sign], scene.at, line_end)
    return scene.value_end(closing + 1) if closing >= 0 else line_end


def _on_outer_line(scene: Scene) -> bool:
    """Whether the problem stands on a later line that is no further in than the bracket's: then that should have been closed."""
    opened, here = scene.line(scene.origin), scene.line(scene.at)
    return here.start > opened.start and here.indent <= opened.indent


def _item_start(scene: Scene) -> int:
    starts = [found.end() for found in ITEM_START.finditer(scene.text, scene.origin, scene.at)]
    start = starts[-1] if starts else scene.origin
    while start < scene.at and scene.text[start] in " \r\n":
        start += 1
    return start


def _colon_in_brackets(scene: Scene, item: int, said: str) -> RefusedError:
    word = LAST_WORD.search(said.rstrip())
    if word:
        start, end = item + word.start(1), item + word.end(1)
        fixes = scene.notes.replacing(Phrase("加上逗号", "add the comma"), (item + word.start() + 1, start, ", "))
        return RefusedError(rules.MISSING_COMMA, start, end, {"text": scene.text[start:end]}, fixes=fixes)
    start = item + (said.index(": ") + 2 if ": " in said else 0)
    return colon_in_text(scene, start, scene.value_end(start))


def no_value(scene: Scene) -> RefusedError:
    """A comma, bracket or dash where a value should stand."""
    opened = scene.open_bracket()
    if opened is not None and (not scene.sign or scene.text.startswith(("---", "..."), scene.at)):
        return unclosed_bracket(scene, opened)
    if scene.sign == "-":
        reason = Phrase("括号里的列表不用短横线", "a list in brackets takes no dashes")
        return RefusedError(rules.MISPLACED_DASH, scene.at, scene.at + 1, {"reason": reason})
    if scene.sign == ":":
        return RefusedError(rules.EMPTY_KEY, scene.at, scene.at + 1)
    if scene.sign and scene.sign in ",]}?":
        return RefusedError(rules.STRAY_SIGN, scene.at, scene.at + 1, {"sign": scene.sign})
    return unreadable(scene)


def explain_cut_off(scene: Scene) -> RefusedError | None:
    """Return the finding about a bracket whose closing one stands behind a `#`, as in `[先看 #1, 再看 #2]`."""
    line = scene.line(scene.at)
    last = (
        scene.line(scene.origin) if scene.origin < scene.at else scene.above(line) or line
    )  # at the end: the last line
    while True:
        found = HASH.search(scene.text, line.start, scene.line_end(line))
        opened = _left_open(scene.text, line.start, found.start()) if found else None
        if found and opened is not None:
            return _cut_off(scene, opened, found)
        above = scene.above(line)
        if above is None or line.start <= last.start:
            return None
        line = above


def _left_open(text: str, start: int, end: int) -> int | None:
    """Return the innermost bracket that is open at `end`, of those behind `start`; None inside quotes, too."""
    opened: list[int] = []
    for at in range(start, end):
        if text[at] in "\"'":
            return None
        if text[at] in CLOSING:
            opened.append(at)
        elif text[at] in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _cut_off(scene: Scene, opened: int, found: re.Match[str]) -> RefusedError:
    bracket = scene.text[opened]
    closing = scene.text.rfind(CLOSING[bracket], found.start(), found.end())
    args: dict[str, str | Phrase] = {"bracket": bracket, "closing": CLOSING[bracket], "because": AFTER_HASH}
    fixes: tuple[Fix, ...] = ()
    if closing >= 0:
        items = [
            found for found in ITEM.finditer(scene.text, opened + 1, closing) if HASH_IN_ITEM.search(found["value"])
        ]
        edits = [edit for one in items for fix in scene.quoting(*one.span("value")) for edit in fix.edits]
        fixes = (Fix(rules.QUOTE_IT, tuple(edits)),) if len(edits) == len(items) else ()
    return RefusedError(rules.UNCLOSED_BRACKET, found.start(), found.end(), args, fixes=fixes)
