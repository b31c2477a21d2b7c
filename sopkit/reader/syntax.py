"""The place where a parser gave up goes in; what the author did there, in plain words and with a fix, comes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from sopkit.reader import rules
from sopkit.reader.brackets import explain_cut_off, in_brackets, no_value
from sopkit.reader.events import ParserName, Problem
from sopkit.reader.indents import (
    KEYED,
    bad_indent,
    columns,
    comment_above,
    explain_below_value,
    explain_indent,
    spaces,
)
from sopkit.reader.list_signs import explain_list
from sopkit.reader.marks import explain_mark
from sopkit.reader.missing_dashes import explain_missing_dash
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.pasted import explain_pasted
from sopkit.reader.refusals import (
    CLOSING,
    DIRECTIVE,
    OWN_WORD,
    block_sign_above,
    block_sign_around,
    colon_in_text,
    comparison,
    explain_directive,
    full_width,
    missing_colon,
    missing_space,
    tagged,
    unclosed_bracket,
    unclosed_quote,
    unquoted_sign,
    unreadable,
)
from sopkit.reader.scene import Line, Scene, shortened
from sopkit.reader.wide_brackets import explain_wide_bracket
from sopkit.text import Phrase

GLUED_KEY: Final = re.compile(r"([^\s:：,{}\[\]\"'#]+):(?=[^\s:/])")
"""A key with a colon and no space; not the start of an address."""


def explain(text: str, problem: Problem, notes: Notes, parser: ParserName | None) -> RefusedError:
    """Return the finding about the first mistake that keeps a document from being read."""
    scene = Scene(text, problem, notes, parser)
    directive = DIRECTIVE.search(text, max(text.rfind("\n---", 0, problem.at), 0), problem.at + 1)
    if directive:
        return explain_directive(text, directive.start(), notes)
    return _recognised(scene) or EXPLANATIONS.get(problem.kind, unreadable)(scene)


def _recognised(scene: Scene) -> RefusedError | None:
    """Return the finding about what is plain from the lines themselves, whatever the parser ran into there."""
    return (
        explain_pasted(scene)
        or explain_mark(scene)
        or explain_list(scene)
        or explain_missing_dash(scene)
        or explain_wide_bracket(scene)
        or explain_cut_off(scene)
    )


def explain_text(text: str, start: int, notes: Notes) -> RefusedError:
    """Return the finding about a document that is nothing but an unquoted text: its first line should be a key."""
    scene = Scene(text, Problem("no-colon", start, start), notes, None)
    return _recognised(scene) or _no_colon(scene)


def explain_tag(text: str, start: int, notes: Notes) -> RefusedError:
    """Return the finding about a value that begins with an exclamation mark."""
    return tagged(Scene(text, Problem("tag", start, start), notes, None))


def _second_colon(scene: Scene) -> RefusedError:
    """`title: 提醒: 今晚`, or a key below a text that should have been a key."""
    line = scene.line(scene.at)
    head = scene.text[line.first : scene.at]
    if ": " in head:
        start = line.first + head.index(": ") + 1
        return colon_in_text(scene, start + len(scene.text[start:]) - len(scene.text[start:].lstrip(" ")), line.end)
    above = scene.above(line)
    if above is None:
        return colon_in_text(scene, line.first, line.end)
    said = scene.words(above)
    if ": " in said:
        return explain_below_value(scene, line, above)
    return _keyless(scene, above)


def _no_colon(scene: Scene) -> RefusedError:
    return _lost_key(scene, scene.line(scene.origin))


def _lost_key(scene: Scene, line: Line) -> RefusedError:
    """A line in the column of the keys that holds none."""
    sign = block_sign_above(scene, line)
    if sign:
        return RefusedError(rules.UNINDENTED_BLOCK, line.lead, line.end, {"sign": sign})
    said = scene.words(line)
    if said[:1] in CLOSING and said.count(said[0]) > said.count(CLOSING[said[0]]):
        return unclosed_bracket(scene, line.first)
    return tagged(scene, line.first) if said.startswith("!") else _keyless(scene, line)


def _keyless(scene: Scene, line: Line) -> RefusedError:
    """A line that should be a key and has no colon that counts."""
    said = scene.words(line)
    if "：" in said:
        before = said[: said.index("：")]
        safe = OWN_WORD.fullmatch(before) is not None
        return full_width(scene, line.first + len(before), "：", ":", rules.USE_COLON, safe=safe)
    glued = GLUED_KEY.match(said)
    if glued:
        return missing_space(scene, line.first, line.first + glued.end())
    return missing_colon(scene, line)


def _glued_colon(scene: Scene) -> RefusedError:
    start = scene.at
    while start > 0 and scene.text[start - 1] not in " ,{[\r\n":
        start -= 1
    return missing_space(scene, start, scene.at + 1)


def _character(scene: Scene) -> RefusedError:
    if scene.sign == "\t":
        return _tab(scene)
    return comparison(scene, scene.at) if scene.sign == ">" else unquoted_sign(scene, scene.at)


def _tab(scene: Scene) -> RefusedError:
    return RefusedError(rules.TAB_INDENT, scene.at, scene.at + 1, {"more": ""})


def _sign_at_origin(scene: Scene) -> RefusedError:
    return unquoted_sign(scene, scene.origin)


def _block_scalar(scene: Scene) -> RefusedError:
    start = scene.origin
    if scene.text[start : start + 1] == ">":
        return comparison(scene, start)
    end = scene.line(start).end
    return RefusedError(rules.TEXT_AFTER_BLOCK_SIGN, start, end, {"text": shortened(scene.text[start + 1 : end])})


def _dash(scene: Scene) -> RefusedError:
    reason = Phrase("列表不能和键写在同一行", "a list can't stand on the line of its key")
    return RefusedError(rules.MISPLACED_DASH, scene.at, scene.line(scene.at).end, {"reason": reason})


def _escape(scene: Scene) -> RefusedError:
    length = {"x": 4, "u": 6, "U": 10}.get(scene.text[scene.at + 1 : scene.at + 2], 2)
    shown = re.compile(r'\\[^\s"]*').match(scene.text, scene.at, scene.at + length)
    end = max(shown.end() if shown else 0, scene.at + 1)
    return RefusedError(rules.BAD_ESCAPE, scene.at, end, {"text": scene.text[scene.at : end]})


def _in_block(scene: Scene) -> RefusedError:
    """Something that fits none of the keys and lists above."""
    before = scene.before()
    if scene.sign in ("]", "}", ","):
        return RefusedError(rules.STRAY_SIGN, scene.at, scene.at + 1, {"sign": scene.sign})
    if scene.sign == ":":
        return RefusedError(rules.EMPTY_KEY, scene.at, scene.at + 1)
    if before.strip(" -"):
        return _behind_value(scene, before)
    line = scene.line(scene.at)
    if line.lead >= line.end or scene.text.startswith("...", scene.at):
        return unreadable(scene)
    cut, sign = comment_above(scene, line), block_sign_above(scene, line)
    if cut:
        return bad_indent(line, cut)
    if sign:
        return RefusedError(rules.UNINDENTED_BLOCK, line.lead, line.end, {"sign": sign})
    tab = scene.notes.source.text.find("\t", line.start, line.lead)
    if tab >= 0:  # not noted before, since an earlier problem hid what the line belongs to
        return RefusedError(rules.TAB_INDENT, tab, tab + 1, {"more": ""})
    return explain_indent(scene, line) or _in_text(scene, line) or _unaligned(scene, line)


def _in_text(scene: Scene, line: Line) -> RefusedError | None:
    """A line of words below a text that `|` begins, and not indented as that is."""
    sign = "" if KEYED.match(scene.words(line)) else block_sign_around(scene, line)
    return RefusedError(rules.UNINDENTED_BLOCK, line.lead, line.end, {"sign": sign}) if sign else None


def _unaligned(scene: Scene, line: Line) -> RefusedError:
    """A line that has no place where it stands, and for which no better one is known."""
    if scene.problem.context_at is None and line.indent < 1:
        return _first_line_indented(scene, line)
    dash = line.first > line.lead or scene.words(line) == "-"
    same_column = line.indent == scene.origin - scene.line(scene.origin).start
    if dash and same_column:
        reason = Phrase("同一列上面的行是键", "the lines above in this column are keys")
        return RefusedError(rules.MISPLACED_DASH, line.lead, line.end, {"reason": reason})
    if same_column and scene.problem.kind == "block-mapping":
        return _lost_key(scene, line)
    if same_column:
        items = Phrase(
            "同一列上面的行是列表的一项，以“- ”开头", "the lines above in this column are list items with a dash"
        )
        return bad_indent(line, items)
    return bad_indent(line, columns(scene, line))


def _first_line_indented(scene: Scene, line: Line) -> RefusedError:
    above, first = scene.above(line), None
    while above is not None and not scene.text.startswith("---", above.start):
        first, above = above, scene.above(above)
    if first is None or not first.indent:
        return unreadable(scene)
    reason = Phrase(
        f"第一行前面有 {first.indent} 个空格，这一行没有",
        f"the first line has {spaces(first.indent)} before it and this one has none",
    )
    return bad_indent(line, reason)


def _behind_value(scene: Scene, before: str) -> RefusedError:
    """Text behind a closing quote or bracket."""
    line = scene.line(scene.at)
    if before[-1] in "\"'":
        quoted = scene.quoted_before()
        if quoted is not None and "\n" in scene.text[slice(*quoted)]:
            return unclosed_quote(scene, quoted[0])
        fixes = scene.quoting(quoted[0], line.end) if quoted is not None else ()
        args = {"text": shortened(scene.text[scene.at : line.end])}
        return RefusedError(rules.TEXT_AFTER_QUOTE, scene.at, max(line.end, scene.at + 1), args, fixes=fixes)
    said = scene.text[line.first : scene.at]
    start = line.first + (said.index(": ") + 2 if ": " in said else 0)
    if scene.text[start] == "*":
        return unquoted_sign(scene, start)
    if before[-1] in "]}" and scene.text[start] in "[{":
        args = {"text": shortened(scene.text[start : line.end])}
        return RefusedError(rules.UNQUOTED_BRACKET, start, line.end, args, fixes=scene.quoting(start, line.end))
    return unreadable(scene)


EXPLANATIONS: Final[Mapping[str, Callable[[Scene], RefusedError]]] = {
    "second-colon": _second_colon,
    "no-colon": _no_colon,
    "glued-colon": _glued_colon,
    "character": _character,
    "tab": _tab,
    "dash": _dash,
    "question-mark": _sign_at_origin,
    "quote": unclosed_quote,
    "escape": _escape,
    "block-scalar": _block_scalar,
    "anchor": _sign_at_origin,
    "tag": tagged,
    "block-mapping": _in_block,
    "block-sequence": _in_block,
    "extra": _in_block,
    "flow-mapping": in_brackets,
    "flow-sequence": in_brackets,
    "node": no_value,
}
