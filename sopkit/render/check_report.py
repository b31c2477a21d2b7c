"""What a check found goes in, a document of it comes out: findings with their courses in time, what was proved, what was not assessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.diagnostics import Finding, Proof, Severity, Unassessed
from sopkit.frozen import dataclass
from sopkit.render.document import Block, Bullets, Document, Paragraph, Section, text
from sopkit.render.finding_blocks import finding_block, said, unassessed_line
from sopkit.render.manual import front
from sopkit.render.manual.front import Edition
from sopkit.render.marks import Line, clean, quiet
from sopkit.render.wording.names import Names
from sopkit.text import Lang, Phrase

TITLE: Final = Phrase("检查结果", "Check results")
SECTIONS: Final = {
    Severity.ERROR: ("errors", Phrase("错误", "Errors")),
    Severity.WARNING: ("warnings", Phrase("警告", "Warnings")),
    Severity.NOTE: ("notes", Phrase("提示", "Notes")),
}
NOTHING: Final = Phrase("没有发现问题。", "Nothing was found.")
OPEN: Final = Phrase("没能判断的", "Not assessed")
OPEN_MEANS: Final = Phrase(
    "没能判断，不等于没有问题：这些还要有人看。", "Not assessed is not clean: somebody has to look at these."
)
PROVED: Final = Phrase("已经证明的", "Proved")
GIVEN: Final = Phrase("以上的前提：", "These rest on: ")


@dataclass(frozen=True, slots=True)
class Results:
    """What one check has to say."""

    findings: Sequence[Finding] = ()
    proved: Sequence[Proof] = ()
    not_assessed: Sequence[Unassessed] = ()
    unjudged: Phrase | None = None
    """What errors keep from being judged, in one sentence."""


def check_report(results: Results, edition: Edition, names: Names) -> Document:
    """Return the document in the language of `names`."""
    settings = names.workspace.settings
    return Document(
        form="manual",
        lang=names.lang,
        title=TITLE.within(names.lang),
        subtitle="".join(run.text for run in text(names.say(settings.title))) or clean(settings.id),
        sections=tuple(_sections(results, names.lang)),
        facts=front.cover(settings, edition, "", "", names),
        draft=edition.draft,
        stamp=front.stamp(settings, edition, names.lang),
        running=front.running(settings, edition, "", names),
        look=front.look(settings, names),
    )


def _sections(results: Results, lang: Lang) -> Iterator[Section]:
    for severity, (anchor, title) in SECTIONS.items():
        found = [one for one in results.findings if one.weight is severity]
        if found:
            blocks: tuple[Block, ...] = tuple(finding_block(one, lang) for one in found)
            yield Section(anchor, _counted(title, len(found), lang), blocks)
    if not results.findings:
        yield Section("findings", text(TITLE.within(lang)), (Paragraph(text(NOTHING.within(lang))),))
    lines = tuple(unassessed_line(one, lang) for one in results.not_assessed)
    if results.unjudged:
        lines = (text(said(results.unjudged.within(lang))), *lines)
    if lines:
        means = Paragraph(text(OPEN_MEANS.within(lang)))
        yield Section("not-assessed", _counted(OPEN, len(lines), lang), (means, Bullets(lines)))
    if results.proved:
        yield Section("proved", _counted(PROVED, len(results.proved), lang), tuple(_proofs(results.proved, lang)))


def _counted(title: Phrase, count: int, lang: Lang) -> Line:
    return text(f"{title.within(lang)} {quiet(str(count))}")


def _proofs(proved: Sequence[Proof], lang: Lang) -> Iterator[Block]:
    """Yield the statements that rest on the same, and then on what."""
    together: dict[tuple[Phrase, ...], list[Proof]] = {}
    for one in proved:
        together.setdefault(one.assumptions, []).append(one)
    for assumptions, proofs in together.items():
        yield Bullets(tuple(text(said(one.statement.within(lang))) for one in proofs))
        if assumptions:
            given = ("；" if lang == "zh-CN" else "; ").join(said(one.within(lang)) for one in assumptions)
            yield Paragraph(text(GIVEN.within(lang) + given), quiet=True)
