"""What was looked at goes in; the annex of evidence comes out: lists E1, E2 … by file and line, then each line once, file by file.

A list says what belongs together; the files say what is written there and what it rests on. Every place stands in both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sopkit.audit import Audit, Looked, Place
from sopkit.frozen import dataclass
from sopkit.render.audit.titles import Titles, called
from sopkit.render.audit.words import listed
from sopkit.render.document import Column, Paragraph, RowGroup, Section, Table, text
from sopkit.render.finding_blocks import place, quoted
from sopkit.render.marks import Line, ident, link, quiet
from sopkit.render.wording.names import Names
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import Forest, Mark

EVIDENCE: Final = Phrase("附录：证据", "Annex: evidence")
EVIDENCE_SAYS: Final = Phrase(
    "检查时看过的全部地方。先是清单：E1、E2……各有哪些文件的哪几行；再是原文：逐个文件、逐行写明是什么、原文、凭什么成立、属于哪些清单。",
    "Every place that was looked at. First the lists: which lines of which files belong to E1, E2 …; then the lines themselves, file by "
    "file: what it is, what is written there, what it rests on, and to which lists it belongs.",
)
LISTS: Final = Phrase("清单", "Lists")
LINES: Final = Phrase("原文，逐个文件", "The lines, file by file")
LINES_SAY: Final = Phrase(
    "只有行号、没有文件名的，就在同一个文件里。", "A line number without the name of a file is in the same file."
)
NOT_JUDGED: Final = Phrase("没法判断（{why}）", "Could not be judged ({why})")
PLACES: Final = Phrase("{count}处", "{count} places")
DOUBTFUL: Final = Phrase("其中要由人判断的（{why}）", "Of these to be judged by people ({why})")
UNSEEN: Final = Phrase("没法判断", "not judged")
DOUBT: Final = "?"
"""Behind the number of a list in which a place stands that could not be judged."""
HEADS: Final = (
    Phrase("行", "Line"),
    Phrase("对象与原文", "What, and what is written"),
    Phrase("凭什么", "Rests on"),
    Phrase("清单", "Lists"),
)
SUCH_AS: Final = Phrase("{what}，如{places}", "{what}, such as {places}")
NAMELY: Final = Phrase("{what}：{places}", "{what}: {places}")
SAMPLES: Final = 2
"""Places that a control itself shows of each list."""
BARE: Final = re.compile(r"(?:- )?(?:id: )?[\w-]+:?")
"""A line that says nothing but what something is called."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing on one line."""

    span: Span
    subject: str
    rests_on: tuple[tuple[Mark, Phrase], ...]
    lists: tuple[str, ...]
    """`E1`, and `E2 not judged`."""


def numbers(audit: Audit) -> dict[str, str]:
    """Return the number of each list of evidence by the id of its population: `E1`."""
    return {looked.population.id: f"E{number}" for number, looked in enumerate(audit.populations, 1)}


def samples(looked: Looked, said: str, forest: Forest, names: Names, prefix: str) -> str:
    """Return what a list holds, as `said`, with a few of its places, from different files where there are several."""
    by_file = {forest.span(one.at).path: one for one in reversed((*looked.judged, *looked.unseen))}
    first = sorted(by_file.values(), key=lambda one: forest.span(one.at).path.startswith(BUILTIN))
    shown = list(dict.fromkeys(_sample(one, forest, names, prefix) for one in (*first, *looked.judged, *looked.unseen)))
    phrase = NAMELY if len(shown) <= SAMPLES else SUCH_AS
    shown = shown[:SAMPLES]
    return names.phrase(phrase, what=said, places=names.pick("、", ", ").join(shown))


def _sample(one: Place, forest: Forest, names: Names, prefix: str) -> str:
    title = called(one.subject, names)
    return f"{names.quote(title) if title else ''}{names.pick('', ' ')}{place(forest.span(one.at), prefix)}"


def evidence(audit: Audit, names: Names, prefix: str) -> Section:
    return _Annex(audit, names, prefix).section()


def _numbered(audit: Audit) -> Iterator[tuple[Looked, str]]:
    number = numbers(audit)
    yield from ((one, number[one.population.id]) for one in audit.populations)


class _Annex:
    """The annex of one audit in one language."""

    def __init__(self, audit: Audit, names: Names, prefix: str) -> None:
        self.audit = audit
        self.names = names
        self.titles = Titles(names)
        self.prefix = prefix
        self.forest = audit.compilation.forest
        self.rows: dict[str, list[_Row]] = {}
        for row in _rows(audit):
            self.rows.setdefault(row.span.path, []).append(row)
        files = sorted(self.rows, key=lambda path: (path.startswith(BUILTIN), path))
        self.anchors = {path: f"file-{number}" for number, path in enumerate(files, 1)}

    def section(self) -> Section:
        names = self.names
        lists = tuple(self._list(one, number) for one, number in _numbered(self.audit))
        sections = (
            Section("evidence-lists", _text(LISTS, names), sections=lists),
            Section(
                "evidence-lines", _text(LINES, names), (_quiet(LINES_SAY, names),), tuple(map(self._file, self.anchors))
            ),
        )
        return Section("evidence", _text(EVIDENCE, names), (_quiet(EVIDENCE_SAYS, names),), sections, breaks=True)

    def _list(self, looked: Looked, number: str) -> Section:
        blocks = [self._places(looked.judged)] if looked.judged else []
        if looked.doubtful:
            why = self.names.phrase(DOUBTFUL, why=self.titles.told(looked.population.doubtful_because))
            blocks.append(self._places(looked.doubtful, self.names.colon(why, "")))
        if looked.unseen:
            why = self.names.phrase(NOT_JUDGED, why=self.titles.told(looked.population.unseen_because))
            blocks.append(self._places(looked.unseen, self.names.colon(why, "")))
        title = text(f"{number} {listed(looked).within(self.names.lang)}")
        return Section(number.lower(), title, tuple(blocks), listed=False)

    def _places(self, places: Sequence[Place], said: str = "") -> Paragraph:
        """Return the lines of each file: `playbooks/lifecycle/new-member.yaml` 29, 47."""
        by_file: dict[str, list[int]] = {}
        for span in sorted((self.forest.span(one.at) for one in places), key=_place_of):
            by_file.setdefault(span.path, []).append(span.line)
        parts = [
            f"{link(ident(self._path(path)), f'#{self.anchors[path]}')} {self._row(self._times(*each) for each in Counter(lines).items())}"
            for path, lines in by_file.items()
        ]
        return Paragraph(text(said + self.names.pick("；", "; ").join(parts)))

    def _times(self, line: int, count: int) -> str:
        """Return a line, and how many places of the list stand on it where it is not one, so that the number can be reckoned up."""
        return str(line) if count == 1 else f"{line}{self.names.bracketed(self.names.phrase(PLACES, count=str(count)))}"

    def _row(self, words: Iterable[str]) -> str:
        return self.names.pick("、", ", ").join(words)

    def _file(self, path: str) -> Section:
        rows = self.rows[path]
        columns = tuple(Column(_text(head, self.names), width) for head, width in zip(HEADS, (1, 9, 8, 2), strict=True))
        table = Table((), columns, (RowGroup((), tuple(map(self._cells, rows))),))
        title = text(f"{ident(self._path(path))} {quiet(self.names.bracketed(str(len(rows))))}")
        return Section(self.anchors[path], title, (table,), listed=False, folded=True)

    def _cells(self, row: _Row) -> tuple[Line, ...]:
        line = quoted(row.span)
        written = "" if BARE.fullmatch(line) else self.names.pick("：", ": ") + ident(line)
        title = called(row.subject, self.names)
        rests = [
            f"{self.titles.told(why)} {self._near(self.forest.span(mark), row.span)}" for mark, why in row.rests_on
        ]
        tags = [one.replace(DOUBT, f" {UNSEEN.within(self.names.lang)}") for one in row.lists]
        return (
            text(str(row.span.line)),
            text((f"{title} {ident(row.subject)}" if title else ident(row.subject)) + written),
            text(self.names.pick("；", "; ").join(rests) or quiet("–")),
            text(" ".join(tags)),
        )

    def _near(self, span: Span, here: Span) -> str:
        """Return a place; of the same file its line alone."""
        return ident(f":{span.line}") if span.path == here.path else place(span, self.prefix)

    def _path(self, path: str) -> str:
        return path if path.startswith(BUILTIN) else f"{self.prefix}{path}"


def _rows(audit: Audit) -> list[_Row]:
    """Return each thing on each line once, with all that it rests on and the lists in which it stands."""
    forest = audit.compilation.forest
    lists: dict[tuple[str, int, int, str], list[str]] = {}
    rests: dict[tuple[str, int, int, str], dict[tuple[Mark, Phrase], None]] = {}
    spans: dict[tuple[str, int, int, str], Span] = {}
    for looked, number in _numbered(audit):
        for one, tag in (
            *((one, number) for one in looked.judged),
            *((one, f"{number}{DOUBT}") for one in looked.unseen),
        ):
            span = forest.span(one.at)
            key = (*_place_of(span), one.subject)
            spans[key] = span
            lists.setdefault(key, []).append(tag)
            rests.setdefault(key, {}).update(dict.fromkeys(one.rests_on))
    return [_Row(spans[key], key[3], tuple(rests[key]), tuple(lists[key])) for key in sorted(spans)]


def _place_of(span: Span) -> tuple[str, int, int]:
    return span.path, span.line, span.column


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))


def _quiet(phrase: Phrase, names: Names) -> Paragraph:
    return Paragraph(_text(phrase, names), quiet=True)
