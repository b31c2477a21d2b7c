"""Findings as a person reads them in a terminal: the place, the line with carets, why it matters, what to do; a summary last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field
from datetime import date
from functools import cache
from itertools import zip_longest
from typing import Final

from sopkit.diagnostics import Citation, Finding, Moment, Proof, Severity, Unassessed
from sopkit.frozen import dataclass
from sopkit.render.columns import clip, pad, visible, width, wrap
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

GUTTER: Final = 6
PLACES_SHOWN: Final = 3
"""Places of one reason why things were not assessed; formats for machines have all."""
MORE_PLACES: Final = Phrase("另有 {count} 处", "and {count} more")
GAP: Final = 2
"""Blanks between two columns of a table."""
LEAST_ROOM: Final = 20
"""Columns that no column of a table is made narrower than."""
LINES_OF_RELATED: Final = 2
"""So many related places are shown with their line, the rest with their place alone."""

SEVERITIES: Final = {
    Severity.ERROR: Phrase("错误", "error"),
    Severity.WARNING: Phrase("警告", "warning"),
    Severity.NOTE: Phrase("提示", "note"),
}
COLOURS: Final = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
DIM: Final = "2"
BOLD: Final = "1"

NEAR: Final = Phrase("相近", "near")
SEE: Final = Phrase("另见", "see")
WHY: Final = Phrase("为何", "why")
FIX: Final = Phrase("改法", "fix")
LAW: Final = Phrase("依据", "law")
STATUS: Final = {
    "V": Phrase("", ""),
    "S": Phrase("（只有二手资料）", " (secondary source)"),
    "U": Phrase("（凭记忆，未核对）", " (from memory, not checked)"),
}
"""How well an article was checked, where that has to be said."""
PASTE: Final = Phrase("粘贴", "paste")
MORE: Final = Phrase("详情", "more")
COURSE: Final = Phrase("经过", "how")
GIVEN: Final = Phrase("前提", "given")
WEEKDAYS: Final = (
    Phrase("周一", "Mon"), Phrase("周二", "Tue"), Phrase("周三", "Wed"), Phrase("周四", "Thu"), Phrase("周五", "Fri"),
    Phrase("周六", "Sat"), Phrase("周日", "Sun"),
)  # fmt: skip
COUNTED: Final = "●"
UNCOUNTED: Final = "·"


@dataclass(frozen=True, slots=True)
class Screen:
    """How wide the terminal is, whether it shows colours, which language its reader knows."""

    lang: Lang
    columns: int = 100
    colour: bool = False
    prefix: str = ""
    """Put before paths, so that they can be opened from where the reader stands: `my-brand/`."""
    fits: bool = False
    """Whether tables keep within the columns, as on a terminal; through a pipe a row stays a line."""

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and text else text

    def place(self, span: Span) -> str:
        """Return `file:line:column`."""
        path = span.path if span.path.startswith(BUILTIN) else self.prefix + span.path
        return f"{visible(path)}:{span.line}:{span.column}"


def findings_text(findings: Iterable[Finding], screen: Screen) -> Iterator[str]:
    """Yield each finding as a block that ends with an empty line; a rule's `why` stands at its first finding only."""
    explained: set[str] = set()
    for finding in findings:
        yield "\n".join(_block(Page(screen), finding, first=finding.rule.code not in explained)) + "\n"
        explained.add(finding.rule.code)


@dataclass(slots=True)
class Page:
    """The lines of one finding while they are being written."""

    screen: Screen
    lines: list[str] = field(default_factory=list)

    def add(self, line: str = "") -> None:
        self.lines.append(line.rstrip())

    def labelled(self, label: Phrase, text: str) -> None:
        """Add a paragraph with its label in the margin."""
        margin = _margin(self.screen.lang)
        name = label.within(self.screen.lang)
        for number, line in enumerate(wrap(text, self.screen.columns - margin)):
            shown = (
                self.screen.paint(name, DIM) + " " * (margin - 2 - width(name)) if number == 0 else " " * (margin - 2)
            )
            self.add(f"  {shown}{line}")


@cache
def _margin(lang: Lang) -> int:
    """Return the columns before labelled text: two, the longest label, two."""
    return 2 + max(width(one.within(lang)) for one in (NEAR, SEE, COURSE, GIVEN, WHY, FIX, PASTE, MORE)) + 2


def _block(page: Page, finding: Finding, *, first: bool) -> list[str]:
    screen, lang = page.screen, page.screen.lang
    style = COLOURS[finding.weight]
    name = f"{SEVERITIES[finding.weight].within(lang)} {finding.rule.code} {finding.rule.name}"
    page.add(f"{screen.paint(name, style)}  {screen.place(finding.span)}")
    for line in wrap(finding.message(lang), screen.columns - 2):
        page.add("  " + screen.paint(line, BOLD))
    _excerpt(page, finding.span, style)
    for number, related in enumerate(finding.related):
        page.labelled(SEE, f"{screen.place(related.span)}  {related.note.within(lang)}")
        if number < LINES_OF_RELATED:
            _excerpt(page, related.span, DIM)
    course_of(page, finding.timeline)
    for phrase in finding.assumptions:
        page.labelled(GIVEN, phrase.within(lang))
    if finding.suggestions:
        page.labelled(NEAR, ", ".join(finding.suggestions))
    if first:
        page.labelled(WHY, finding.rule.why.within(lang))
    page.labelled(FIX, finding.fix(lang))
    if finding.law:
        page.labelled(LAW, "; ".join(cited(one, lang) for one in finding.law))
    if finding.stub:
        page.add(f"  {screen.paint(PASTE.within(lang), DIM)}")
        for line in finding.stub.rstrip("\n").split("\n"):
            page.add("      " + visible(line))
    if first:
        page.labelled(MORE, f"sopkit explain {finding.rule.code}")
    return page.lines


def cited(one: Citation, lang: Lang) -> str:
    """Return an article as it is cited, and how well it was checked."""
    name, status = one.law.within(lang), STATUS[one.status].within(lang)
    if not any(sign.isdigit() for sign in one.article):
        return name + status
    number, paragraph, rest = one.article.partition("(")
    return f"{name}第{number}条{paragraph}{rest}{status}" if lang == "zh-CN" else f"{name} {one.article}{status}"


def course_of(page: Page, timeline: tuple[Moment, ...], what: Phrase = COURSE) -> None:
    """Add a line for each moment: day, time, a mark where it counts, what happens and where that is written."""
    if not timeline:
        return
    screen, lang = page.screen, page.screen.lang
    page.add(f"  {screen.paint(what.within(lang), DIM)}")
    day = None
    for moment in timeline:
        date = f"{moment.at:%Y-%m-%d} {WEEKDAYS[moment.at.weekday()].within(lang)}"
        shown = date if moment.at.date() != day else " " * width(date)
        day = moment.at.date()
        head = f"    {shown} {moment.at:%H:%M} {COUNTED if moment.counted else UNCOUNTED} "
        where = [screen.place(moment.span)] if moment.span else []
        lines = _placed(moment.what.within(lang), where, max(20, screen.columns - width(head)))
        for number, line in enumerate(lines):
            page.add((head if number == 0 else " " * width(head)) + line)


def _placed(text: str, places: Iterable[str], room: int) -> list[str]:
    """Return the text wrapped, with places behind it that are never broken: one has a line of its own where it needs it."""
    lines = wrap(text, room)
    for place in places:
        if width(lines[-1]) + 2 + width(place) <= room:
            lines[-1] += f"  {place}"
        else:
            lines.append(place)
    return lines


def located(span: Span, said: str, screen: Screen) -> str:
    """Return a sentence about a place: where that is, what is said, and the line itself."""
    page = Page(screen)
    page.add(f"{screen.place(span)}  {said}")
    _excerpt(page, span, COLOURS[Severity.ERROR])
    return "\n".join(page.lines)


def _excerpt(page: Page, span: Span, style: str) -> None:
    """Add the first line of the span with carets below it, clipped around the span when it is too long."""
    screen = page.screen
    lines = span.source.lines
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line.rstrip())
    text, before, carets = clip(line, start, max(start, end), screen.columns - GUTTER - 3)
    page.add(screen.paint(f"{span.line:>{GUTTER}} │ ", DIM) + text)
    page.add(screen.paint(" " * GUTTER + " │ ", DIM) + " " * before + screen.paint("^" * carets, style))


UNASSESSED: Final = Phrase("没能判断：", "not assessed: ")
STALE: Final = Phrase(
    "基线里有 {count} 条已经对不上任何问题，可以删掉：sopkit baseline --prune",
    "{count} of the baseline's entries hold nothing back any more; drop them: sopkit baseline --prune",
)
ACCEPTED: Final = Phrase(
    "没有列出：基线里已知 {baselined} 个，已豁免 {waived} 个",
    "not listed: {baselined} known in the baseline, {waived} waived",
)


def summary_text(
    findings: tuple[Finding, ...],
    *,
    files: int,
    held_back: int,
    waived: int,
    critical: int = 0,
    baselined: int = 0,
    stale: int = 0,
    left_over: Iterable[Phrase],
    screen: Screen,
    proved: Iterable[Proof] = (),
    not_assessed: Iterable[Unassessed] = (),
    errors_elsewhere: int = 0,
    unjudged: Phrase | None = None,
    apart: int = 0,
    as_of: date | None = None,
) -> str:
    """Return the closing lines: what was proved and what could not be assessed, the analyses that this version does not make
    yet, then what was found, counted.

    `critical` are those of the waived that are counted all the same; `baselined` are those that a baseline holds back, of whose
    entries `stale` hold back none; `apart` are folders left out; `errors_elsewhere` are those that are not listed and hold findings
    back; `unjudged` says what errors keep from being judged; `as_of` is a day that the reader asked to be taken for today.
    """
    lang = screen.lang
    unsettled = tuple(not_assessed)
    counts, found = weighed(findings), counted(findings, lang)
    if lang == "zh-CN":
        later = "个要等其他部分的错误改好才能判断" if errors_elsewhere else "个由它们引起，改好再看"
        still = f"（其中 {critical} 个严重，照样计入）" if critical else ""
        asides = [f"另有 {held_back} {later}"] * bool(held_back)
        asides += [f"{len(unsettled)} 项没能判断"] * bool(unsettled) + [f"{waived} 个已豁免{still}"] * bool(waived)
        asides += [f"基线里已知 {baselined} 个"] * bool(baselined)
        asides += [f"没有读 {apart} 个自成工作区的文件夹"] * bool(apart)
        day = f"（按 {as_of.isoformat()} 计）" if as_of else ""
        text = f"检查了 {files} 个文件{day}：" + "，".join([found, *asides])
    else:
        why = "till the errors elsewhere are mended" if errors_elsewhere else "that follow from these"
        still = f", {critical} of them critical and counted all the same" if critical else ""
        asides = [f"{held_back} more held back {why}"] * bool(held_back)
        asides += [f"{len(unsettled)} not assessed"] * bool(unsettled) + [f"{waived} waived{still}"] * bool(waived)
        asides += [f"{baselined} known in the baseline"] * bool(baselined)
        asides += [f"{apart} folder left out that is a workspace of its own"] * (apart == 1)
        asides += [f"{apart} folders left out that are workspaces of their own"] * (apart > 1)
        day = f" as of {as_of.isoformat()}" if as_of else ""
        text = f"checked {files} file{'s' * (files != 1)}{day}: " + "; ".join([found, *asides])
    doubtful = bool(unsettled or unjudged)
    style = next((COLOURS[one] for one in Severity if counts[one]), COLOURS[Severity.WARNING] if doubtful else "1;32")
    lines = [
        *settled_text(proved, unsettled, screen),
        *unjudged_text(unjudged, errors_elsewhere, screen),
        *_stale_text(stale, screen),
        *_left_over(left_over, screen),
    ]
    return "\n".join([*lines, screen.paint(text, style)])


def weighed(findings: Collection[Finding]) -> dict[Severity, int]:
    """Return how many of the findings weigh how much."""
    return {severity: sum(one.weight is severity for one in findings) for severity in Severity}


def counted(findings: Collection[Finding], lang: Lang) -> str:
    """Return how many of each severity there are, in words."""
    counts = weighed(findings)
    if lang == "zh-CN":
        return "、".join(f"{counts[one]} 个{SEVERITIES[one].zh}" for one in Severity if counts[one]) or "没有发现问题"
    parts = (f"{counts[one]} {SEVERITIES[one].en}{'s' * (counts[one] != 1)}" for one in Severity if counts[one])
    return ", ".join(parts) or "nothing found"


def unjudged_text(said: Phrase | None, errors_elsewhere: int, screen: Screen) -> Iterator[str]:
    """Yield what errors keep from being judged, as `unjudged_said` tells it; nothing where all was."""
    label = "" if errors_elsewhere else UNASSESSED.within(screen.lang)
    for number, line in enumerate(wrap(label + visible(said.within(screen.lang)), screen.columns - 2) if said else ()):
        yield (screen.paint("?", "1;33") if number == 0 else " ") + " " + line


def _stale_text(stale: int, screen: Screen) -> Iterator[str]:
    if stale:
        said = STALE.fill(screen.lang, {"count": str(stale)})
        for number, line in enumerate(wrap(said, screen.columns - 2)):
            yield (screen.paint("·", "1;33") if number == 0 else " ") + " " + line


def accepted_text(baselined: int, waived: int, screen: Screen) -> Iterator[str]:
    """Yield how many findings are not listed, where the summary that says so is left out; nothing where there are none."""
    if baselined or waived:
        said = ACCEPTED.fill(screen.lang, {"baselined": str(baselined), "waived": str(waived)})
        yield from wrap(said, screen.columns)


def settled_text(proved: Iterable[Proof], not_assessed: Iterable[Unassessed], screen: Screen) -> Iterator[str]:
    """Yield one statement a line: proofs with a tick, then what could not be assessed, which is not clean, each reason once."""
    lang = screen.lang
    rows: list[tuple[str, str, list[str]]] = [("✓", said.within(lang), []) for said in _statements(tuple(proved))]
    label = UNASSESSED.within(lang)
    places: dict[str, list[str]] = {}
    for one in not_assessed:
        places.setdefault(one.reason.within(lang), []).extend([screen.place(one.span)] if one.span else [])
    rows += [("?", label + reason, _first(at, lang)) for reason, at in places.items()]
    for sign, text, where in rows:
        for number, line in enumerate(_placed(text, where, screen.columns - 2)):
            yield (screen.paint(sign, "1;32" if sign == "✓" else "1;33") if number == 0 else " ") + " " + line


def _first(places: list[str], lang: Lang) -> list[str]:
    """Return the first of the places, and how many more there are."""
    more = len(places) - PLACES_SHOWN
    return places[:PLACES_SHOWN] + [MORE_PLACES.fill(lang, {"count": str(more)})] * (more > 0)


def _statements(proved: tuple[Proof, ...]) -> Iterator[Phrase]:
    """Yield what was proved; of the words of scripts, where all that is asked of them holds, one line in place of four."""
    from sopkit.rules import content  # noqa: PLC0415  what was proved was proved by them; help pages need none of the rules

    of_words = [one for one in proved if one.rule in content.OF_WORDS]
    together = len(of_words) == len(content.OF_WORDS)
    for one in proved:
        if not together or one not in of_words:
            yield one.statement
        elif one is of_words[0]:
            yield content.ALL_IN_ORDER


def _left_over(left_over: Iterable[Phrase], screen: Screen) -> list[str]:
    names = [phrase.within(screen.lang) for phrase in left_over]
    if not names:
        return []
    label = Phrase("由别的命令检查：", "left to other commands: ").within(screen.lang)
    text = label + ("、" if screen.lang == "zh-CN" else ", ").join(names)
    return [screen.paint(line, DIM) for line in wrap(text, screen.columns)]


def table(rows: Iterable[tuple[str, ...]], screen: Screen) -> Iterator[str]:
    """Yield rows with their columns aligned; the last column is wrapped within the terminal, and the others where they must be.

    Where there is no room for the last column even so, it stands below its row.
    """
    made = [tuple(visible(cell) for cell in row) for row in rows]
    if not made:
        return
    columns = list(zip(*made, strict=True))
    rooms = [max(map(width, column)) for column in columns]
    rooms[-1] = max(LEAST_ROOM, screen.columns - _taken(rooms[:-1]) - GAP)
    below = False
    if screen.fits:
        rooms = _fitting(columns, screen.columns)
        below = _taken(rooms) > screen.columns and len(rooms) > 1
    if below:
        rooms = _fitting(columns[:-1], screen.columns)
    for row in made:
        cells = [wrap(cell, room) for cell, room in zip(row, rooms, strict=False)]
        for line in zip_longest(*cells, fillvalue=""):
            yield (" " * GAP).join(pad(part, room) for part, room in zip(line, rooms, strict=True)).rstrip()
        if below:
            yield from (" " * 2 * GAP + line for line in wrap(row[-1], screen.columns - 2 * GAP))


def _fitting(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the widths of columns that come to `room`, the widest narrowed first; no word is broken, so that they may be wider."""
    rooms = [max(map(width, column)) for column in columns]
    least = [max(LEAST_ROOM, *(width(word) for cell in column for word in wrap(cell, 1))) for column in columns]
    while _taken(rooms) > room:
        widest = max(range(len(rooms)), key=lambda n: (rooms[n] > least[n], rooms[n]))
        if rooms[widest] <= least[widest]:
            break
        rooms[widest] -= 1
    return rooms


def _taken(rooms: Sequence[int]) -> int:
    """Return how wide columns are together, with the gaps between them."""
    return sum(rooms) + GAP * (len(rooms) - 1)
