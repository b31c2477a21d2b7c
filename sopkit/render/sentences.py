"""Sentence case: lines put together from clauses go in, lines that begin with a capital letter come out (English only)."""

from __future__ import annotations

from dataclasses import replace

from sopkit.render.document import Diagram, Script, Section, field_names, is_line
from sopkit.render.marks import Line, Run
from sopkit.text import Lang


def sentence_case(sections: tuple[Section, ...], lang: Lang) -> tuple[Section, ...]:
    """Return the sections with every line's first letter in upper case; scripts and drawings are left as they are."""
    if lang != "en":
        return sections
    return tuple(each for each in map(_raised, sections) if isinstance(each, Section))


def _raised(value: object) -> object:
    if isinstance(value, tuple):
        if is_line(value):
            return _line(value)
        return tuple(_raised(part) for part in value)
    if isinstance(value, Script | Diagram | Run):
        return value
    names = field_names(value)
    return type(value)(*(_raised(getattr(value, name)) for name in names)) if names else value


def _line(line: Line) -> Line:
    """Raise the letter at the line's beginning and after each line break in it."""
    raised, fresh = [], True
    for run in line:
        said = run.text if run.style in ("id", "slot") or run.lang else _text(run.text, fresh)
        raised.append(run if said == run.text else replace(run, text=said))
        fresh = run.text.endswith("\n")
    return tuple(raised)


def _text(text: str, fresh: bool) -> str:
    head, *rest = text.split("\n")
    return "\n".join([_capital(head) if fresh else head, *map(_capital, rest)])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text[:1].islower() else text
