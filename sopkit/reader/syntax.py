"""The place where a parser gave up goes in; what the author did there, in plain words and with a fix, comes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from sopkit.reader import rules
from sopkit.reader.events import ParserName, Problem
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import Line, Scene, shortened
from sopkit.text import Phrase

GLUED_KEY: Final = re.compile(r"([^\s:：,{}\[\]\"'#]+):(?=[^\s:/])")
"""A key with a colon and no space; not the start of an address."""

BLOCK_HEADER: Final = re.compile(r"(?:^|[:\-] +)[|>][-+0-9]*$")
LAST_WORD: Final = re.compile(r"\S\s+([A-Za-z_][\w-]*)$")
ITEM_START: Final = re.compile(r"[,\[{]")
DIRECTIVE: Final = re.compile(r"(?:^|(?<=\r))%", re.MULTILINE)
TAG: Final = re.compile(r"![^\s,\[\]{}]*")
CLOSING: Final = {"{": "}", "[": "]"}


def explain(text: str, problem: Problem, notes: Notes, parser: ParserName | None) -> RefusedError:
    """Return the finding about the first mistake that keeps a document from being read."""
    scene = Scene(text, problem, notes, parser)
    directive = DIRECTIVE.search(text, max(text.rfind("\n---", 0, problem.at), 0), problem.at + 1)
    if directive:
        return _sign(scene, directive.start())
    return EXPLANATIONS.get(problem.kind, _unreadable)(scene)


def explain_text(text: str, start: int, notes: Notes) -> RefusedError:
    """Return the finding about a document that is nothing but an unquoted text: its first line should be a key."""
    return _no_colon(Scene(text, Problem("no-colon", start, start), notes, None))


def explain_tag(text: str, start: int, notes: Notes) -> RefusedError:
    """Return the finding about a value that begins with an exclamation mark."""
    return _tag(Scene(text, Problem("tag", start, start), notes, None))


def _second_colon(scene: Scene) -> RefusedError:
    """`title: 提醒: 今晚`, or a key below a text that should have been a key."""
    line = scene.line(scene.at)
    head = scene.text[line.first : scene.at]
    if ": " in head:
        start = line.first + head.index(": ") + 1
        return _colon_in_text(scene, start + len(scene.text[start:]) - len(scene.text[start:].lstrip(" ")), line.end)
    above = scene.above(line)
    if above is None:
        return _colon_in_text(scene, line.first, line.end)
    said = scene.words(above)
    if ": " in said:
        key = said[: said.index(": ")]
        reason = Phrase(
            f"上一行“{shortened(key)}”已经有值了，这一行却缩进得更深",
            f"`{shortened(key)}` above has its value already, and this line is further in",
        )
        return _bad_indent(line, reason)
    return _keyless(scene, above)


def _colon_in_text(scene: Scene, start: int, end: int) -> RefusedError:
    args = {"text": shortened(scene.text[start:end])}
    return RefusedError(rules.COLON_IN_TEXT, start, end, args, fixes=scene.quoting(start, end))


def _no_colon(scene: Scene) -> RefusedError:
    return _lost_key(scene, scene.line(scene.origin))


def _lost_key(scene: Scene, line: Line) -> RefusedError:
    """A line in the column of the keys that holds none."""
    if _below_block_sign(scene, line):
        return RefusedError(rules.UNINDENTED_BLOCK, line.lead, line.end)
    said = scene.words(line)
    if said[:1] in CLOSING and said.count(said[0]) > said.count(CLOSING[said[0]]):
        return _unclosed_bracket(scene, line.first)
    return _tag(scene, line.first) if said.startswith("!") else _keyless(scene, line)


def _below_block_sign(scene: Scene, line: Line) -> bool:
    above = scene.above(line)
    return above is not None and BLOCK_HEADER.search(scene.words(above)) is not None


def _keyless(scene: Scene, line: Line) -> RefusedError:
    """A line that should be a key and has no colon that counts."""
    said = scene.words(line)
    if said.startswith("-"):
        reason = Phrase("短横线后面少了空格", "there is no space behind the dash")
        fixes = scene.notes.replacing(Phrase("加上空格", "add the space"), (line.first + 1, line.first + 1, " "))
        return RefusedError(rules.MISPLACED_DASH, line.first, line.end, {"reason": reason}, fixes=fixes)
    if "：" in said:
        return _full_width(scene, line.first + said.index("："), "：", ":", rules.USE_COLON)
    glued = GLUED_KEY.match(said)
    if glued:
        return _missing_space(scene, line.first, line.first + glued.end())
    return RefusedError(rules.MISSING_COLON, line.first, line.end, {"text": shortened(said)})


def _full_width(scene: Scene, at: int, wrong: str, right: str, label: Phrase) -> RefusedError:
    fixes = scene.notes.replacing(label, (at, at + 1, right + " "))
    return RefusedError(rules.FULL_WIDTH_PUNCTUATION, at, at + 1, {"wrong": wrong, "right": right}, fixes=fixes)


def _missing_space(scene: Scene, start: int, end: int) -> RefusedError:
    args = {"key": shortened(scene.text[start : end - 1])}
    fixes = scene.notes.replacing(rules.ADD_SPACE, (end, end, " "))
    return RefusedError(rules.MISSING_SPACE_AFTER_COLON, start, end, args, fixes=fixes)


def _glued_colon(scene: Scene) -> RefusedError:
    start = scene.at
    while start > 0 and scene.text[start - 1] not in " ,{[\r\n":
        start -= 1
    return _missing_space(scene, start, scene.at + 1)


def _character(scene: Scene) -> RefusedError:
    if scene.sign == "\t":
        return _tab(scene)
    return _comparison(scene, scene.at) if scene.sign == ">" else _sign(scene, scene.at)


def _tab(scene: Scene) -> RefusedError:
    return RefusedError(rules.TAB_INDENT, scene.at, scene.at + 1)


def _comparison(scene: Scene, start: int) -> RefusedError:
    end = scene.value_end(start)
    args = {"text": shortened(scene.text[start:end])}
    return RefusedError(rules.UNQUOTED_COMPARISON, start, end, args, fixes=scene.quoting(start, end))


def _sign(scene: Scene, start: int) -> RefusedError:
    end = max(scene.value_end(start), start + 1)
    args = {"text": shortened(scene.text[start:end]), "sign": scene.text[start : start + 1]}
    return RefusedError(rules.UNQUOTED_SIGN, start, end, args, fixes=scene.quoting(start, end))


def _tag(scene: Scene, at: int | None = None) -> RefusedError:
    at = scene.origin if at is None else at
    found = TAG.search(scene.text, at)
    start, end = found.span() if found else (at, at + 1)
    fixes = scene.quoting(start, scene.value_end(start))
    return RefusedError(rules.TAG, start, end, {"tag": scene.text[start:end]}, fixes=fixes)


def _sign_at_origin(scene: Scene) -> RefusedError:
    return _sign(scene, scene.origin)


def _block_scalar(scene: Scene) -> RefusedError:
    start = scene.origin
    if scene.text[start : start + 1] == ">":
        return _comparison(scene, start)
    end = scene.line(start).end
    return RefusedError(rules.TEXT_AFTER_BLOCK_SIGN, start, end, {"text": shortened(scene.text[start + 1 : end])})


def _dash(scene: Scene) -> RefusedError:
    reason = Phrase("列表不能和键写在同一行", "a list can't stand on the line of its key")
    return RefusedError(rules.MISPLACED_DASH, scene.at, scene.line(scene.at).end, {"reason": reason})


def _unclosed_quote(scene: Scene, start: int | None = None) -> RefusedError:
    start = scene.origin if start is None else start
    return RefusedError(rules.UNCLOSED_QUOTE, start, scene.line(start).end, {"quote": scene.text[start : start + 1]})


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
        return _unreadable(scene)
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
        return _bad_indent(
            line,
            Phrase(
                "同一列上面的行是列表的一项，以“- ”开头", "the lines above in this column are list items with a dash"
            ),
        )
    return _bad_indent(line, _columns(scene, line))


def _first_line_indented(scene: Scene, line: Line) -> RefusedError:
    above, first = scene.above(line), None
    while above is not None and not scene.text.startswith("---", above.start):
        first, above = above, scene.above(above)
    if first is None or not first.indent:
        return _unreadable(scene)
    return _bad_indent(
        line,
        Phrase(
            f"第一行前面有 {first.indent} 个空格，这一行没有",
            f"the first line has {first.indent} spaces before it and this one has none",
        ),
    )


def _columns(scene: Scene, line: Line) -> Phrase:
    """Say how far this line is in, and how far the levels above are."""
    indents: list[int] = []
    above = scene.above(line)
    while above is not None and (not indents or indents[-1]):
        starts = {above.indent, above.first - above.start}
        indents += sorted((start for start in starts if not indents or start < indents[-1]), reverse=True)
        above = scene.above(above) if not scene.text.startswith("---", above.start) else None
    shown = sorted(set(indents))[-3:]
    zh = "、".join(str(indent) for indent in shown)
    en = ", ".join(str(indent) for indent in shown)
    return Phrase(
        f"它前面有 {line.indent} 个空格，上面各级是 {zh} 个",
        f"it has {line.indent} spaces before it, and the levels above have {en}",
    )


def _bad_indent(line: Line, reason: Phrase) -> RefusedError:
    return RefusedError(rules.BAD_INDENT, line.lead, max(line.end, line.lead + 1), {"reason": reason})


def _behind_value(scene: Scene, before: str) -> RefusedError:
    """Text behind a closing quote or bracket."""
    line = scene.line(scene.at)
    if before[-1] in "\"'":
        quoted = scene.last_scalar()
        if quoted is not None and "\n" in scene.text[slice(*quoted)]:
            return _unclosed_quote(scene, quoted[0])
        fixes = scene.quoting(quoted[0], line.end) if quoted is not None else ()
        args = {"text": shortened(scene.text[scene.at : line.end])}
        return RefusedError(rules.TEXT_AFTER_QUOTE, scene.at, max(line.end, scene.at + 1), args, fixes=fixes)
    said = scene.words(line)
    start = line.first + (said.index(": ") + 2 if ": " in said else 0)
    if before[-1] in "]}" and scene.text[start] in "[{":
        args = {"text": shortened(scene.text[start : line.end])}
        return RefusedError(rules.UNQUOTED_BRACKET, start, line.end, args, fixes=scene.quoting(start, line.end))
    return _unreadable(scene)


def _in_brackets(scene: Scene) -> RefusedError:
    """Something that is neither comma nor closing bracket."""
    opened = scene.line(scene.origin)
    if opened.first == scene.origin and _below_block_sign(scene, opened):
        return RefusedError(rules.UNINDENTED_BLOCK, opened.lead, opened.end)
    item = _item_start(scene)
    said = scene.text[item : scene.at]
    if "，" in said:
        return _full_width(scene, item + said.index("，"), "，", ",", rules.USE_COMMA)
    if not scene.sign or scene.sign in "]}" or _on_outer_line(scene):
        return _unclosed_bracket(scene)
    if scene.sign in "{[":
        start = item + (said.index(": ") + 2 if ": " in said else 0)
        end = scene.line(scene.at).end
        return RefusedError(rules.UNQUOTED_BRACKET, start, end, {"text": shortened(scene.text[start:end])})
    if scene.sign == ":":
        return _colon_in_brackets(scene, item, said)
    if said.rstrip().endswith(('"', "'")):
        word = re.compile(r"[^\s,\]}]*").match(scene.text, scene.at)
        end = max(word.end() if word else 0, scene.at + 1)
        rule = rules.MISSING_COMMA if scene.text[end - 1] == ":" or scene.sign in "\"'" else rules.TEXT_AFTER_QUOTE
        return RefusedError(rule, scene.at, end, {"text": shortened(scene.text[scene.at : end])})
    return _unclosed_bracket(scene)


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
    return _colon_in_text(scene, start, scene.value_end(start))


def _unclosed_bracket(scene: Scene, at: int | None = None) -> RefusedError:
    at = scene.origin if at is None else at
    bracket = scene.text[at : at + 1]
    args = {"bracket": bracket, "closing": CLOSING.get(bracket, "]")}
    return RefusedError(rules.UNCLOSED_BRACKET, at, at + 1, args)


def _no_value(scene: Scene) -> RefusedError:
    """A comma, bracket or dash where a value should stand."""
    opened = scene.open_bracket()
    if opened is not None and (not scene.sign or scene.text.startswith(("---", "..."), scene.at)):
        return _unclosed_bracket(scene, opened)
    if scene.sign == "-":
        reason = Phrase("括号里的列表不用短横线", "a list in brackets takes no dashes")
        return RefusedError(rules.MISPLACED_DASH, scene.at, scene.at + 1, {"reason": reason})
    if scene.sign and scene.sign in ",]}:?":
        return RefusedError(rules.STRAY_SIGN, scene.at, scene.at + 1, {"sign": scene.sign})
    return _unreadable(scene)


def _unreadable(scene: Scene) -> RefusedError:
    start = min(scene.at, max(len(scene.text) - 1, 0))
    end = max(scene.line(start).end, start)
    return RefusedError(rules.UNREADABLE_YAML, start, end, {"text": shortened(scene.text[start:end]) or "…"})


EXPLANATIONS: Final[Mapping[str, Callable[[Scene], RefusedError]]] = {
    "second-colon": _second_colon,
    "no-colon": _no_colon,
    "glued-colon": _glued_colon,
    "character": _character,
    "tab": _tab,
    "dash": _dash,
    "question-mark": _sign_at_origin,
    "quote": _unclosed_quote,
    "escape": _escape,
    "block-scalar": _block_scalar,
    "anchor": _sign_at_origin,
    "tag": _tag,
    "block-mapping": _in_block,
    "block-sequence": _in_block,
    "extra": _in_block,
    "flow-mapping": _in_brackets,
    "flow-sequence": _in_brackets,
    "node": _no_value,
}
