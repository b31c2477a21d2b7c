"""A finding goes in; the blocks that show it in a document come out: where it stands, the line itself, its course in time, what to do.

    blocks = (finding_block(finding, lang), ...)

Every document that shows findings uses these, so that a course of events looks the same in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sopkit.diagnostics import Citation, Finding, Moment, Severity, Unassessed
from sopkit.render import document
from sopkit.render.document import Callout, Fact, Facts, Paragraph, Timeline, text
from sopkit.render.marks import Line, clean, ident, quiet, strong
from sopkit.render.terminal import COUNTED, UNCOUNTED, WEEKDAYS, cited
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

SEVERITIES: Final = {
    Severity.ERROR: Phrase("错误", "Error"),
    Severity.WARNING: Phrase("警告", "Warning"),
    Severity.NOTE: Phrase("提示", "Note"),
}
COURSE: Final = Phrase("经过", "How it comes about")
A_TOUCH: Final = Phrase(f"{COUNTED} 计入的触达", f"{COUNTED} a touch that counts")
LEGEND: Final = Phrase(f"{COUNTED} 出问题的地方", f"{COUNTED} what breaks the promise")
PLACE: Final = Phrase("位置", "Where")
LINE: Final = Phrase("原文", "The line")
SEE: Final = Phrase("另见", "See also")
GIVEN: Final = Phrase("前提", "Given")
NEAR: Final = Phrase("相近", "Near")
WHY: Final = Phrase("为何", "Why")
FIX: Final = Phrase("改法", "What to do")
PASTE: Final = Phrase("可补上", "To add")
LAW: Final = Phrase("依据", "Law")
LONGEST_QUOTE: Final = 160
"""Characters of a line that are quoted."""
CODE: Final = re.compile("`([^`\n]+)`")


Told = Callable[[Phrase], str]
"""Returns a sentence in the language of a document, as marked text."""


def finding_block(
    finding: Finding, lang: Lang, prefix: str = "", *, again: bool = False, told: Told | None = None
) -> Callout:
    """Return the whole of a finding; `prefix` goes before paths, so that they are relative to the repository.

    `again`: its rule was explained before, and why it matters and by which law is left out. `told` words what was found; as the check
    does where it isn't given. What to do is worded as the check does: it is what somebody has to write.
    """
    told = told or (lambda phrase: said(phrase.within(lang)))
    head = f"{SEVERITIES[finding.weight].within(lang)} {ident(finding.rule.code)} {ident(finding.rule.name)}"
    blocks: list[document.Block] = [
        Paragraph(text(strong(told(Phrase(finding.message("zh-CN"), finding.message("en")))))),
        Facts(tuple(_where(finding, lang, prefix, told))),
    ]
    shown = course(finding.timeline, lang, prefix)  # says titles already
    blocks += [shown] if shown else []
    blocks.append(Facts(tuple(_reasons(finding, lang, told, again=again))))
    return Callout("note" if finding.weight is Severity.NOTE else "warning", text(head), tuple(blocks))


def course(
    moments: Sequence[Moment], lang: Lang, prefix: str = "", what: Phrase = COURSE, marked: Phrase = LEGEND
) -> Timeline | None:
    """Return a course of events in time; what breaks the promise, or else is `marked`, stands out. None where there is none."""
    if not moments:
        return None
    legend = quiet(f" {marked.within(lang)}") if any(one.counted for one in moments) else ""
    return Timeline(text(what.within(lang) + legend), tuple(_moment(one, lang, prefix) for one in moments))


def _moment(moment: Moment, lang: Lang, prefix: str) -> document.Moment:
    when = f"{moment.at:%Y-%m-%d} {WEEKDAYS[moment.at.weekday()].within(lang)} {moment.at:%H:%M}"
    what = said(moment.what.within(lang))
    shown = f"{COUNTED} {strong(what)}" if moment.counted else f"{UNCOUNTED} {what}"
    return document.Moment(text(when), (text(shown + (f" {place(moment.span, prefix)}" if moment.span else "")),))


def said(words: str) -> str:
    """Return what a finding says as marked text: what stands between backticks is an id or a piece of a playbook."""
    return CODE.sub(lambda match: ident(match.group(1)), clean(words))


def place(span: Span, prefix: str = "") -> str:
    """Return `file:line` as marked text; files of the built-in catalogue are in no repository."""
    before = "" if span.path.startswith(BUILTIN) else prefix
    return ident(f"{before}{span.path}:{span.line}")


def quoted(span: Span) -> str:
    """Return the line on which a span begins, without its indent; '' beyond the end of the file."""
    lines = span.source.lines
    line = lines[span.line - 1].strip() if 0 < span.line <= len(lines) else ""
    return clean(line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…")


def unassessed_line(one: Unassessed, lang: Lang, prefix: str = "") -> Line:
    """Return what could not be settled, and where it stands, in one line."""
    reason = f"{ident(one.rule.code)} {said(one.reason.within(lang))}"
    return text(reason + (f" {place(one.span, prefix)}" if one.span else ""))


def _where(finding: Finding, lang: Lang, prefix: str, told: Told) -> Iterator[Fact]:
    yield Fact(text(PLACE.within(lang)), (text(place(finding.span, prefix)),))
    line = quoted(finding.span)
    if line:
        yield Fact(text(LINE.within(lang)), (text(ident(line)),))
    if finding.related:
        seen = tuple(text(f"{told(one.note)} {place(one.span, prefix)}") for one in finding.related)
        yield Fact(text(SEE.within(lang)), seen)


def _reasons(finding: Finding, lang: Lang, told: Told, *, again: bool) -> Iterator[Fact]:
    if finding.assumptions:
        yield Fact(text(GIVEN.within(lang)), tuple(text(told(one)) for one in finding.assumptions))
    if finding.suggestions:
        yield Fact(text(NEAR.within(lang)), (text(clean(", ".join(finding.suggestions))),))
    if not again:
        yield Fact(text(WHY.within(lang)), (text(said(finding.rule.why.within(lang))),))
    yield Fact(text(FIX.within(lang)), (text(said(finding.fix(lang))),))
    if finding.stub:
        yield Fact(text(PASTE.within(lang)), (text(ident(finding.stub.rstrip("\n"))),))
    if finding.law and not again:
        yield Fact(text(LAW.within(lang)), tuple(text(clean(_article(one, lang))) for one in finding.law))


def _article(one: Citation, lang: Lang) -> str:
    return f"{cited(one, lang)}{'：' if lang == 'zh-CN' else ': '}{one.summary.within(lang)}"
