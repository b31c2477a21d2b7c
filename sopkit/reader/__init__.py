"""A file's bytes go in; its YAML documents with the place of every node, and what is wrong with the YAML, come out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Finding, in_order
from sopkit.fixing import Fixed, apply_fixes
from sopkit.frozen import dataclass
from sopkit.reader import rules
from sopkit.reader.blanks import clean, tidy
from sopkit.reader.characters import decode, note_escapes
from sopkit.reader.documents import read_documents
from sopkit.reader.events import IDENTITY, ParserName
from sopkit.reader.hashes import with_hashes
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.pasted import note_conflicts
from sopkit.reader.wide_quotes import note_quotes
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import Tree

__all__ = ["IDENTITY", "Reading", "read"]

NOTHING: Final = Phrase("是空的", "is empty")
COMMENTS_ONLY: Final = Phrase("里只有注释", "holds nothing but comments")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file holds."""

    trees: tuple[Tree, ...]
    findings: tuple[Finding, ...]
    complete: bool
    """False when a document is lost: then what other files need may stand in it."""


def read(source: Source, *, parser: ParserName | None = None) -> Reading:
    """Read one file; bad input never raises. By default with libyaml's parser, and where PyYAML lacks it with PyYAML's own."""
    reading = _read(source, parser)
    return replace(reading, findings=_with_sure_fixes(reading, source, parser)) if reading.findings else reading


def _with_sure_fixes(reading: Reading, source: Source, parser: ParserName | None) -> tuple[Finding, ...]:
    """Return the findings; a fix that leaves less of the file to be read is not safe, whatever it was held for."""
    fixed = apply_fixes(reading.findings)
    if not fixed or _holds(fixed, reading, source, parser):
        return reading.findings
    return tuple(
        one if _holds(apply_fixes([one]), reading, source, parser) else _doubtful(one) for one in reading.findings
    )


def _holds(fixed: tuple[Fixed, ...], reading: Reading, source: Source, parser: ParserName | None) -> bool:
    return all(len(_read(Source(source.path, one.data), parser).trees) >= len(reading.trees) for one in fixed)


def _doubtful(finding: Finding) -> Finding:
    return replace(finding, fixes=tuple(replace(fix, safe=False) for fix in finding.fixes))


def _read(source: Source, parser: ParserName | None) -> Reading:
    notes = Notes(source)
    try:
        text = decode(source)
    except RefusedError as refusal:
        notes.refuse(refusal)
        return Reading((), in_order(notes.findings), False)
    if note_conflicts(text, notes):
        return Reading((), in_order(notes.findings), False)
    printable = text.replace("\n", " ").isprintable()
    cleaned = notes.text = text if printable else clean(text, notes, parser)
    trees, complete = read_documents(notes, parser)
    if not printable:
        trees = tidy(trees, cleaned, notes)
    if complete and not trees:
        notes.add(rules.EMPTY_FILE, 0, 0, {"what": COMMENTS_ONLY if "#" in text else NOTHING})
        complete = False
    if "“" in text or "”" in text or '"' in text:
        note_quotes(trees, text, notes)
    if "\\" in text:
        note_escapes(trees, text, notes)
    if "#" in text:
        trees = with_hashes(trees, cleaned)
    return Reading(trees, in_order(notes.findings), complete)
