"""Reference chapters: risks and their counter-measures, syncs, customer groups, sources and where they are implemented, terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.model.documents import Document, Journey, Sync
from sopkit.model.nouns import Noun, Risk
from sopkit.model.predicates import Predicate
from sopkit.model.values import Ref
from sopkit.render.document import (
    Column,
    Definition,
    Definitions,
    RowGroup,
    Section,
    Table,
    lines_of,
    text,
)
from sopkit.render.manual.book import Book, anchor
from sopkit.render.manual.terms import TERMS
from sopkit.render.marks import Line, ident, link, plain
from sopkit.render.wording import amounts, calendars
from sopkit.render.wording.conditions import condition
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

LEVELS: Final[dict[str, Phrase]] = {
    "low": Phrase("低", "low"),
    "medium": Phrase("中", "medium"),
    "high": Phrase("高", "high"),
}
RESPONSES: Final[dict[str, Phrase]] = {
    "avoid": Phrase("规避", "avoid"),
    "spread": Phrase("分散", "spread"),
    "transfer": Phrase("转移", "transfer"),
    "reserve": Phrase("自留备用金", "hold a reserve"),
    "reduce": Phrase("降低", "reduce"),
}


def risks_section(book: Book) -> Section | None:
    """Return the risk register, worst first."""
    names = book.names
    risks = sorted(book.workspace.risks.values(), key=lambda risk: -_weight(risk))
    if not risks:
        return None
    columns = (
        Column(text(names.pick("风险", "Risk")), 5),
        Column(text(names.pick("可能性 × 影响", "Likelihood × impact")), 2),
        Column(text(names.pick("什么时候算发生", "Has come true when")), 4),
        Column(text(names.pick("怎么防", "Counter-measures")), 5),
        Column(text(names.pick("负责人", "Owner")), 2),
    )
    title = names.pick("风险与对策", "Risks and counter-measures")
    rows = tuple(_risk_row(risk, book) for risk in risks)
    return Section("risks", text(title), (Table(text(title), columns, (RowGroup((), rows),)),), breaks=True)


def _weight(risk: Risk) -> int:
    scale = {"low": 1, "medium": 2, "high": 3}
    return scale.get(risk.likelihood or "", 0) * scale.get(risk.impact or "", 0)


def _risk_row(risk: Risk, book: Book) -> tuple[Line, ...]:
    names = book.names
    title = names.say(risk.title) or ident(risk.id)
    if risk.summary:
        title += "\n" + names.say(risk.summary)
    levels = [LEVELS[level].within(names.lang) for level in (risk.likelihood, risk.impact) if level]
    true = "–"
    if risk.indicator:
        kpi = names.title(book.workspace.kpis, risk.indicator)
        said = amounts.comparison(risk.threshold, names.lang) if risk.threshold else ""
        true = names.pick(f"{kpi}{said}", f"{kpi} {said}")
    measures = [_measure(ref.id, book) for ref in risk.measures]
    response = RESPONSES[risk.response].within(names.lang) if risk.response else ""
    how = "\n".join(([names.colon(names.pick("策略", "response"), response)] if response else []) + measures)
    owner = names.role(risk.owner) if risk.owner else "–"
    return (text(title), text(" × ".join(levels) or "–"), text(true), text(how or "–"), text(owner))


def _measure(path: str, book: Book) -> str:
    names = book.names
    if path in names.playbooks:
        return link(names.title(names.playbooks, path), f"#{anchor('playbook', path)}")
    playbook = names.title(names.playbooks, path.split("/", 1)[0])
    return link(f"{playbook}{names.pick('·', ' · ')}{names.step_at(path)}", f"#{anchor('step', path)}")


def segments_section(book: Book) -> Section | None:
    """Return the customer groups and what makes a customer one of them."""
    names = book.names
    rows = tuple(
        (text((names.say(each.title) or ident(each.id)) + "\n" + ident(each.id)), text(_members(each.when, names)))
        for each in book.workspace.segments.values()
        if each.when
    )
    if not rows:
        return None
    columns = (
        Column(text(names.pick("人群", "Group")), 2),
        Column(text(names.pick("怎样的客户", "Which customers")), 5),
    )
    title = names.pick("客户人群", "Customer groups")
    return Section("segments", text(title), (Table(text(title), columns, (RowGroup((), rows),)),))


def _members(predicate: Predicate | None, names: Names) -> str:
    if predicate is None:
        return "–"
    said = condition(predicate, names)
    return names.pick(said, f"a customer who {said}")


def syncs_section(book: Book) -> Section | None:
    """Return what flows between the tools, how often, and what to do when it fails."""
    names = book.names
    rows = tuple(_sync_row(sync, names) for sync in book.workspace.syncs.values())
    if not rows:
        return None
    columns = (
        Column(text(names.pick("同步", "Sync")), 3),
        Column(text(names.pick("从哪到哪", "From, to")), 4),
        Column(text(names.pick("传什么", "Carries")), 5),
        Column(text(names.pick("多久一次", "How often")), 3),
        Column(text(names.pick("失败时", "On failure")), 3),
    )
    title = names.pick("系统之间的同步", "Syncs between tools")
    return Section("syncs", text(title), (Table(text(title), columns, (RowGroup((), rows),)),))


def _sync_row(sync: Sync, names: Names) -> tuple[Line, ...]:
    workspace = names.workspace
    source = names.title(workspace.tools, sync.from_) if sync.from_ else ""
    to = names.title(workspace.tools, sync.to) if sync.to else ""
    carried: list[str] = []
    if sync.carries:
        spaces: tuple[tuple[tuple[Ref, ...], Mapping[str, Noun]], ...] = (
            (sync.carries.events, workspace.events),
            (sync.carries.data, workspace.data),
            (sync.carries.tags, workspace.tags),
            (sync.carries.consents, workspace.consents),
            (sync.carries.touches, workspace.channels),
        )
        carried = [names.title(space, ref) for refs, space in spaces for ref in refs]
    often = calendars.recurrence(sync.every, sync.at_slots, names.lang) if sync.every else "–"
    if sync.takes:
        low, high = (amounts.duration(each, names.lang) for each in sync.takes)
        often += names.bracketed(names.pick(f"耗时 {low}至 {high}", f"takes {low} to {high}") if low != high else high)
    failed = names.quoted(workspace.procedures, sync.if_failed) if sync.if_failed else "–"
    title = names.say(sync.title) or ident(sync.id)
    return (text(title), text(f"{source} → {to}"), text(names.listed(carried) or "–"), text(often), text(failed))


def sources_section(book: Book) -> Section | None:
    """Return each row of the sources with the playbooks and nouns that implement it."""
    names = book.names
    if not book.workspace.sources:
        return None
    uses: dict[str, list[str]] = {}
    for id_, said in _citations(book):
        uses.setdefault(id_, []).append(said)
    rows = tuple(
        (
            text(ident(row.id)),
            text(names.say(row.title) + (f"\n{names.say(row.figures)}" if row.figures else "")),
            text(
                names.pick("、", ", ").join(dict.fromkeys(uses.get(row.id, [])))
                or names.pick("尚未落实", "not implemented yet")
            ),
        )
        for row in book.workspace.sources.values()
    )
    columns = (
        Column(text(names.pick("编号", "Row")), 1),
        Column(text(names.pick("要求", "Asks for")), 4),
        Column(text(names.pick("落实在", "Implemented in")), 5),
    )
    title = names.pick("依据与落实", "Sources and where they are implemented")
    return Section("sources", text(title), (Table(text(title), columns, (RowGroup((), rows),)),))


def _citations(book: Book) -> Iterator[tuple[str, str]]:
    names, workspace = book.names, book.workspace
    for playbook in book.plan.playbooks:
        said = link(names.title(names.playbooks, playbook.id), f"#{anchor('playbook', playbook.id)}")
        yield from ((ref.id, said) for ref in playbook.source)
        for stage in playbook.stages if isinstance(playbook, Journey) else ():
            yield from ((ref.id, said) for ref in stage.source)
    spaces: tuple[Mapping[str, Noun] | Mapping[str, Document], ...] = (
        workspace.kpis,
        workspace.syncs,
        workspace.scripts,
        workspace.offers,
        workspace.programmes,
        workspace.tasks,
        workspace.segments,
        workspace.data,
        workspace.risks,
        workspace.experiments,
        workspace.partners,
        workspace.events,
        workspace.channels,
        workspace.tools,
    )
    for space in spaces:
        for each in space.values():
            yield from ((ref.id, names.say(each.title) or ident(each.id)) for ref in each.source)


def glossary_section(book: Book, sections: tuple[Section, ...]) -> Section | None:
    """Return the terms that the sections use: the language's own, and the nouns that need explaining."""
    names = book.names
    said = "\n".join(plain(each) for section in sections for each in lines_of(section))
    entries = [
        Definition(text(term.within(names.lang)), (text(meaning.within(names.lang)),))
        for term, meaning in TERMS
        if _mentions(said, term.within(names.lang), names)
    ]
    entries += [each for each in _nouns(book) if plain(each.term) in said]
    if not entries:
        return None
    return Section("glossary", text(names.pick("术语", "Glossary")), (Definitions(tuple(entries)),))


def _mentions(said: str, term: str, names: Names) -> bool:
    """Tell whether a text uses a term; in English as a whole word, in the plural too."""
    return term in said if names.zh else re.search(rf"\b{re.escape(term)}(?:s|es)?\b", said, re.IGNORECASE) is not None


def _nouns(book: Book) -> Iterator[Definition]:
    """Yield the workspace's own words: what has a summary, and who belongs to a customer group."""
    names, workspace = book.names, book.workspace
    spaces: tuple[Mapping[str, Noun], ...] = (
        workspace.channels,
        workspace.tools,
        workspace.events,
        workspace.tags,
        workspace.tasks,
        workspace.data,
        workspace.programmes,
        workspace.consents,
    )
    for space in spaces:
        for noun in space.values():
            if noun.title and noun.summary:
                yield Definition(text(names.say(noun.title)), (text(names.say(noun.summary)),))
    for segment in workspace.segments.values():
        if segment.title and (segment.summary or segment.when):
            meaning = names.say(segment.summary) or _members(segment.when, names)
            yield Definition(text(names.say(segment.title)), (text(meaning),))
