"""A line that lines up with nothing goes in; which line is odd, and what was meant there, come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import yaml

from sopkit.diagnostics import Fix
from sopkit.frozen import dataclass
from sopkit.reader import rules
from sopkit.reader.compose import compose
from sopkit.reader.events import parse
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import DOCUMENT, Line, Scene, shortened
from sopkit.text import Phrase

LONGEST: Final = 100_000
"""In a longer document no line is moved to see whether it can be read then."""

CUTTING_HASH: Final = re.compile(r"(?<=[^\s#]) #(?=[^\s#])")
"""A `#` that was hardly meant to begin a comment: that takes two spaces before it, or one behind."""

INDENT: Final = re.compile(r"^( *)(?=[^\s#])(?!---)", re.MULTILINE)
NOUN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+:")
"""A key that is an id, and so never stands at the very start of a line."""

KEYED: Final = re.compile(r"([A-Za-z_][\w-]*):(?: |$)")

HELD_BY: Final = (
    ("steps", re.compile(r"\b(?:do|send|wait|give|ask|post|tag|untag|set|start|stop):")),
    ("scripts", re.compile(r"\b(?:text|advertising):")),
    ("caps", re.compile(r"\bmax:")),
    ("roles", re.compile(r"\b(?:hours|of):")),
    ("offers", re.compile(r"\bvalue:")),
    ("stages", re.compile(r"\b(?:steps|goal):")),
)
"""By which words in its first lines what hangs in the air tells the key that it belongs below."""

MOVE: Final = Phrase("对齐这一行", "align the line")
PUT_KEY: Final = Phrase("补上这一行键", "put the key before it")
NOTHING_BETTER: Final = Phrase("", "")


@dataclass(frozen=True, slots=True)
class Move:
    """A line put into another column, with the lines that are further in below it or without them."""

    line: Line
    to: int
    edits: tuple[tuple[int, int, str], ...]


def bad_indent(
    line: Line, reason: Phrase, better: Phrase = NOTHING_BETTER, fixes: tuple[Fix, ...] = ()
) -> RefusedError:
    args = {"reason": reason, "better": better}
    return RefusedError(rules.BAD_INDENT, line.lead, max(line.end, line.lead + 1), args, fixes=fixes)


def explain_indent(scene: Scene, line: Line) -> RefusedError | None:
    """Return the finding about the one line near the problem that, put into another column, lets the document be read."""
    move = _best_move(scene, line)
    return _moved(scene, move) if move else None


def explain_below_value(scene: Scene, line: Line, above: Line) -> RefusedError:
    """Return the finding about a line that is further in than the one above, which has its value already."""
    move = _best_move(scene, line)
    holder = line.first == line.lead and scene.words(line).endswith(":")
    if move and (not holder or abs(move.to - move.line.indent) == 1):
        return _moved(scene, move)
    return _lost_key(scene, line, above)


def _best_move(scene: Scene, line: Line) -> Move | None:
    """Return the move that lets the document be read: by the least, and of the line whose column is the rarest."""
    begun, end = _document(scene)
    if end - begun > LONGEST:
        return None
    counts = Counter(len(found[1]) for found in INDENT.finditer(scene.text, begun, end))
    best: tuple[tuple[int, ...], Move] | None = None
    for order, move in enumerate(_moves(scene, line, begun, end)):
        whole, rarity = len(move.edits) > 1, counts[move.line.indent] - counts[move.to]
        rank = (whole, abs(move.line.indent - move.to), rarity, order)
        if (best is None or rank < best[0]) and reads(scene, move.edits):
            best = rank, move
    return best[1] if best else None


def _document(scene: Scene) -> tuple[int, int]:
    begun = max((found.start() for found in DOCUMENT.finditer(scene.text, 0, scene.at)), default=0)
    following = DOCUMENT.search(scene.text, max(scene.at, begun + 1))
    return begun, following.start() if following else len(scene.text)


def reads(scene: Scene, edits: tuple[tuple[int, int, str], ...]) -> bool:
    """Whether the document of the problem can be read without a complaint once these edits are made."""
    begun, end = _document(scene)
    parts, last = [], begun
    for start, stop, new in edits:
        parts += [scene.text[last:start], new]
        last = stop
    text = "".join([*parts, scene.text[last:end]])
    notes = Notes(scene.notes.source, text)
    next_event = parse(text, scene.parser)
    try:
        next_event()
        next_event()
        compose(next_event(), next_event, notes)
        next_event()
        next_event()
    except (yaml.YAMLError, RefusedError, KeyError):  # a `KeyError` for an alias, which `compose` does not know
        return False
    return not notes.findings


def _moves(scene: Scene, line: Line, begun: int, end: int) -> Iterator[Move]:
    """Yield the line, those above it and the first of its block, each in every column that the lines around it use."""
    lines = [line]
    above = scene.above(line)
    if above is not None and above.start >= begun:
        lines.append(above)
    origin = scene.line(scene.origin)
    if begun <= origin.start < line.start and origin not in lines:
        lines.append(origin)
    columns = sorted({0, line.indent, *levels(scene, line)}, reverse=True)
    for one in (one for one in lines if not scene.text.startswith("---", one.start)):
        for column in columns:
            if column == one.indent or (not column and NOUN.match(scene.words(one))):
                continue
            edit = (one.start, one.lead, " " * column)
            yield Move(one, column, (edit,))
            below = tuple(_below(scene, one, column - one.indent, end if one is line else line.start))
            if below:
                yield Move(one, column, (edit, *below))


def levels(scene: Scene, line: Line) -> list[int]:
    """Return the columns in which the levels above the line begin, the innermost first."""
    found: list[int] = []
    above = scene.above(line)
    while above is not None and (not found or found[-1]):
        starts = {above.indent, above.first - above.start}
        found += sorted((start for start in starts if not found or start < found[-1]), reverse=True)
        above = scene.above(above) if not scene.text.startswith("---", above.start) else None
    return found


def _below(scene: Scene, line: Line, shift: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that move the lines which belong to one along with it."""
    for found in INDENT.finditer(scene.text, min(line.end + 1, end), end):
        indent = len(found[1])
        if indent <= line.indent:
            return
        yield *found.span(1), " " * max(indent + shift, 0)


def _moved(scene: Scene, move: Move) -> RefusedError:
    line, to = move.line, move.to
    has, more = line.indent, len(move.edits) > 1
    reason = Phrase(
        f"前面{f'有 {has} 个' if has else '没有'}空格，应该{f'有 {to} 个' if to else '没有'}",
        f"it has {spaces(has)} before it and should have {to or 'none'}",
    )
    better = Phrase(
        (f"在它前面留 {to} 个空格" if to else "删掉它前面的空格")
        + ("，属于它的下面几行一起移动" if more else "")
        + "；",
        (f"put {spaces(to)} before it" if to else "take the spaces before it out")
        + (", and move the lines that belong to it along" if more else "")
        + "; ",
    )
    return bad_indent(line, reason, better, scene.notes.replacing(MOVE, *move.edits))


def spaces(count: int) -> str:
    """Return so many spaces in words."""
    return "no space" if not count else f"{count} space{'' if count == 1 else 's'}"


def _lost_key(scene: Scene, line: Line, above: Line) -> RefusedError:
    """Return the finding about lines further in below one that has its value: the line with their key is missing."""
    owner = shortened(scene.words(above).partition(": ")[0])
    items = line.first > line.lead
    if not items and not scene.words(line).endswith(":"):
        reason = Phrase(
            f"上一行“{owner}”已经有值了，这一行却缩进得更深",
            f"`{owner}` above has its value already, and this line is further in",
        )
        return bad_indent(line, reason)
    what = Phrase("列表", "list") if items else Phrase("内容", "key")
    reason = Phrase(
        f"上一行“{owner}”已经有值了，下面不能再接{what.zh}",
        f"`{owner}` above has its value already, and no {what.en} can follow below it",
    )
    key, example = _holder(scene, line, above)
    better = Phrase(
        f"多半是少了一行键，请在它前面补上“{example}”" + ("；" if key else "这样的一行；"),
        f"most likely the line with its key is missing: put {'' if key else 'one such as '}`{example}` before it; ",
    )
    edit = (line.start, line.start, f"{' ' * above.indent}{key}:\n")
    fixes = scene.notes.replacing(PUT_KEY, edit) if key and reads(scene, (edit,)) else ()
    return bad_indent(line, reason, better, fixes)


def _holder(scene: Scene, line: Line, above: Line) -> tuple[str, str]:
    """Return the key that the lines tell that they belong below, if they do, and one to name as an example."""
    end, lines = line.end, 0
    for found in INDENT.finditer(scene.text, line.end, _document(scene)[1]):
        if len(found[1]) <= above.indent or lines == 3:
            break
        end, lines = scene.line(found.end()).end, lines + 1
    for key, words in HELD_BY:
        if words.search(scene.text, line.first, end):
            return key, f"{key}:"
    return "", "steps:" if line.first > line.lead else "scripts:"


def comment_above(scene: Scene, line: Line) -> Phrase | None:
    """Say that the text above ended with a `#`, where one space stands before it: what follows was to go on with it."""
    above = scene.above(line)
    if above is None or not CUTTING_HASH.search(scene.text, above.first, above.end):
        return None
    return Phrase(
        "上一行的“#”和后面的字被当成注释，文字到那里就断了；请给整段文字加引号",
        "the `#` in the line above begins a comment and ends the text there; quote the whole text",
    )


def columns(scene: Scene, line: Line) -> Phrase:
    """Say how far this line is in, and how far the levels above are."""
    shown = sorted(set(levels(scene, line)))[-3:]
    zh = "、".join(str(indent) for indent in shown)
    en = ", ".join(str(indent) for indent in shown)
    return Phrase(
        f"它前面有 {line.indent} 个空格，上面各级是 {zh} 个",
        f"it has {spaces(line.indent)} before it, and the levels above have {en}",
    )
