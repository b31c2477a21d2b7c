"""Findings go in; the files with the findings' own fixes applied come out, every byte outside an edit as it was."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from difflib import unified_diff

from sopkit.diagnostics import Edit, Finding, Fix
from sopkit.frozen import dataclass
from sopkit.source import Source

BOM = b"\xef\xbb\xbf"
NO_END = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class Fixed:
    """One file before and after its fixes."""

    source: Source
    data: bytes
    count: int
    """How many fixes were applied."""

    def diff(self, path: str) -> str:
        """Return the change as a unified diff that `git apply` takes, the file named `path`."""
        before, after = (_lines(data.decode(errors="replace")) for data in (self.source.data, self.data))
        lines = unified_diff(before, after, _named(f"a/{path}"), _named(f"b/{path}"))
        return "".join(line if line.endswith("\n") else f"{line}\n{NO_END}" for line in lines)


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, as git counts them: byte order mark and carriage returns are part of them."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _named(path: str) -> str:
    """Return a path as git writes it: what would not stand on one line, or end it, is quoted."""
    if not set(path) & set('"\\') and path.isprintable():
        return f"{path}\t" if " " in path else path
    octal = "".join(chr(one) if 32 <= one < 127 and one not in b'"\\' else f"\\{one:03o}" for one in path.encode())
    return f'"{octal}"'


def apply_fixes(findings: Iterable[Finding], *, unsafe: bool = False) -> tuple[Fixed, ...]:
    """Return the files that change, by path. A finding's first fix counts, if it is safe or `unsafe` ones are wanted."""
    return make([fix for one in findings for fix in one.fixes[:1] if fix.safe or unsafe])


def make(fixes: Iterable[Fix]) -> tuple[Fixed, ...]:
    """Return the files that change when the fixes are made, by path.

    A fix that touches what an earlier one in the file changed is left for the next round; so is one that spans files.
    """
    by_source: dict[str, tuple[Source, list[Fix]]] = {}
    for fix in fixes:
        if len({edit.span.path for edit in fix.edits}) == 1:
            source = fix.edits[0].span.source
            by_source.setdefault(source.path, (source, []))[1].append(fix)
    fixed = (_fixed(source, fixes) for _, (source, fixes) in sorted(by_source.items()))
    return tuple(one for one in fixed if one.data != one.source.data)


def _fixed(source: Source, fixes: Iterable[Fix]) -> Fixed:
    text = source.text
    bom = BOM if source.data.startswith(BOM) else b""
    if bom + text.encode() != source.data:
        return Fixed(source, source.data, 0)
    taken: list[tuple[int, int, str]] = []
    count = 0
    for fix in fixes:
        edits = [_offsets(source, edit) for edit in fix.edits]
        if not any(_meets(one, taken) for one in edits):
            for edit in edits:
                insort(taken, edit)
            count += 1
    parts: list[str] = []
    last = 0
    for start, end, new in taken:
        parts += [text[last:start], new]
        last = end
    return Fixed(source, bom + "".join([*parts, text[last:]]).encode(), count)


def _offsets(source: Source, edit: Edit) -> tuple[int, int, str]:
    starts, span = source.line_starts, edit.span
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1, edit.text


def _meets(one: tuple[int, int, str], taken: list[tuple[int, int, str]]) -> bool:
    """Whether an edit overlaps one of those taken, in order, or starts where one does, so that their order would matter."""
    at = bisect_left(taken, one)
    after = at < len(taken) and (taken[at][0] == one[0] or taken[at][0] < one[1])
    return after or (at > 0 and (taken[at - 1][0] == one[0] or one[0] < taken[at - 1][1]))
