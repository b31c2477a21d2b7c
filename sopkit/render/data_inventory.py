"""The data inventory for people and for spreadsheets: entries go in; CSV text, or a document by purpose and by datum, comes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from sopkit.law.vocabulary import BASES
from sopkit.model.nouns import Purpose
from sopkit.render.document import Block, Document, Fact, Facts, Paragraph, Section, text
from sopkit.render.manual import front
from sopkit.render.marks import Line, clean, ident, plain
from sopkit.render.wording.amounts import duration
from sopkit.render.wording.names import Names
from sopkit.rules.inventory import Entry
from sopkit.text import Lang, Phrase

HEADS: Final = (
    Phrase("编号", "Id"), Phrase("名称", "Title"), Phrase("类别", "Category"), Phrase("类别编码", "Category key"),
    Phrase("敏感", "Sensitive"), Phrase("主数据系统", "Record"), Phrase("收集于", "Collected by"), Phrase("推算自", "Computed from"),
    Phrase("用于", "Used by"), Phrase("目的", "Purposes"), Phrase("用途编码", "Use keys"), Phrase("同意", "Consents"),
    Phrase("所在系统", "Tools"), Phrase("国家", "Countries"), Phrase("保存期限", "Retention"), Phrase("删除步骤", "Erased by"),
    Phrase("保护措施", "Protection"), Phrase("备注", "Remarks"),
)  # fmt: skip
YES: Final = Phrase("是", "yes")
NO: Final = Phrase("否", "no")
UNUSED: Final = Phrase("收了没有用到", "collected and not used")
NEAR: Final = Phrase("类别可能是：", "the category may be: ")
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a formula of a cell in a spreadsheet."""

TITLE: Final = Phrase("个人信息处理清单", "Record of processing activities")
ACTIVITIES: Final = Phrase("按目的：处理活动", "By purpose: processing activities")
ACTIVITIES_SAY: Final = Phrase(
    "每个目的一项：凭什么处理、用哪些数据、放在哪些系统和国家、存多久。",
    "One for each purpose: on which basis, with which data, in which tools and countries, kept for how long.",
)
DATA: Final = Phrase("按数据项", "By datum")
BASIS: Final = Phrase("依据", "Basis")
USED_DATA: Final = Phrase("数据", "Data")
SINCE: Final = Phrase("“{event}”之后{period}", "{period} after “{event}”")
SINCE_COLLECTED: Final = Phrase("收集之后{period}", "{period} after collection")
NONE: Final = Phrase("没有写明", "not declared")
NOTHING: Final = Phrase("没有用到数据。", "No data are used.")


def inventory_csv(entries: Iterable[Entry], lang: Lang) -> str:
    """Return the inventory as CSV with a byte order mark, which spreadsheets need to read Chinese; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([head.within(lang) for head in HEADS])
    for entry in entries:
        writer.writerow([_safe(cell) for cell in cells(entry, lang)])
    return "\ufeff" + out.getvalue()


def inventory_document(
    entries: Sequence[Entry], as_of: str, names: Names, *, draft: bool = False, edition: str = ""
) -> Document:
    """Return the record of processing activities as a document: what a data-protection officer keeps and a regulator asks for."""
    settings = names.workspace.settings
    purposes = [one for one in names.workspace.purposes.values() if any(one.id in entry.purposes for entry in entries)]
    activities: tuple[Block, ...] = (Paragraph(_text(ACTIVITIES_SAY, names), quiet=True),)
    sections = (
        Section(
            "activities",
            _text(ACTIVITIES, names),
            activities if purposes else (Paragraph(_text(NOTHING, names)),),
            tuple(_activity(one, entries, names) for one in purposes),
        ),
        Section(
            "data",
            _text(DATA, names),
            () if entries else (Paragraph(_text(NOTHING, names)),),
            tuple(_datum(one, names) for one in entries),
            breaks=True,
        ),
    )
    return Document(
        form="manual",
        lang=names.lang,
        title=TITLE.within(names.lang),
        subtitle=plain(names.say(settings.title)) or clean(settings.id),
        sections=sections,
        draft=draft,
        stamp=front.DRAFT.within(names.lang) if draft else names.colon(names.pick("基准日", "As of"), as_of),
        running=tuple(part for part in (clean(edition), as_of) if part),
        look=front.look(settings, names),
    )


def _activity(purpose: Purpose, entries: Sequence[Entry], names: Names) -> Section:
    workspace = names.workspace
    used = [one for one in entries if purpose.id in one.purposes]
    covering = [one.id for one in workspace.consents.values() if purpose.id in {ref.id for ref in one.purposes}]
    basis = BASES.get(purpose.basis or "")
    facts = [
        (BASIS, [basis.within(names.lang) if basis else clean(purpose.basis or NONE.within(names.lang))]),
        (HEADS[11], [names.title(workspace.consents, one) for one in covering] if purpose.basis == "consent" else []),
        (USED_DATA, [f"{clean(one.title.within(names.lang))}{names.bracketed(_kept(one, names))}" for one in used]),
        (HEADS[2], sorted({clean(one.category_title.within(names.lang)) for one in used} - {""})),
        (
            HEADS[12],
            [names.title(workspace.tools, one) for one in sorted({each for one in used for each in one.tools})],
        ),
        (HEADS[13], [one.upper() for one in sorted({each for one in used for each in one.countries})]),
    ]
    return Section(f"purpose-{purpose.id}", text(names.title(workspace.purposes, purpose.id)), (_facts(facts, names),))


def _kept(entry: Entry, names: Names) -> str:
    return names.colon(HEADS[14].within(names.lang), _retention(entry, names))


def _retention(entry: Entry, names: Names) -> str:
    """Return how long a datum is kept, in words: for what it is counted from the event's title."""
    datum = names.workspace.data.get(entry.id)
    kept = datum.retention if datum is not None else None
    if kept is None:
        return NONE.within(names.lang)
    if kept.period is None:
        return names.say(kept.rule)
    period = duration(kept.period, names.lang)
    if kept.after is None:
        return names.phrase(SINCE_COLLECTED, period=period)
    return names.phrase(SINCE, period=period, event=names.title(names.workspace.events, kept.after))


def _datum(entry: Entry, names: Names) -> Section:
    workspace = names.workspace
    category = clean(entry.category_title.within(names.lang))
    remarks = cells(entry, names.lang)[-1]
    facts = [
        (HEADS[2], [f"{category} {ident(entry.category)}".strip() or NONE.within(names.lang)]),
        (HEADS[4], [(YES if entry.sensitive else NO).within(names.lang)]),
        (HEADS[5], [names.title(workspace.tools, entry.record)] if entry.record else []),
        (HEADS[6], [_called(one, names) for one in entry.collected_by]),
        (HEADS[7], [names.title(workspace.data, one) for one in entry.computed_from]),
        (HEADS[8], [names.pick("、", ", ").join(ident(one) for one in entry.users)]),
        (HEADS[9], [names.title(workspace.purposes, one) for one in entry.purposes]),
        (HEADS[11], [names.title(workspace.consents, one) for one in entry.consents]),
        (HEADS[12], [names.title(workspace.tools, one) for one in entry.tools]),
        (HEADS[13], [one.upper() for one in entry.countries]),
        (HEADS[14], [_retention(entry, names)]),
        (HEADS[15], [_called(one, names) for one in entry.erased_by]),
        (HEADS[16], [names.title(workspace.artefacts, entry.protection)] if entry.protection else []),
        (HEADS[17], [remarks]),
    ]
    title = text(f"{clean(entry.title.within(names.lang))} {ident(entry.id)}")
    return Section(f"datum-{entry.id}", title, (_facts(facts, names),))


def _called(name: str, names: Names) -> str:
    """Return what an event, or a step by its path, is called."""
    return names.step_at(name) if "/" in name else names.title(names.workspace.events, name)


def _facts(rows: Iterable[tuple[Phrase, list[str]]], names: Names) -> Facts:
    """Return a label and its values, side by side in one line; nothing for what there is none of."""
    return Facts(tuple(_fact(label, values, names) for label, values in rows if any(values)))


def _fact(label: Phrase, values: list[str], names: Names) -> Fact:
    return Fact(_text(label, names), (text(names.pick("、", ", ").join(value for value in values if value)),))


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))


def cells(entry: Entry, lang: Lang) -> tuple[str, ...]:
    """Return one row, in the order of the heads."""
    comma = "、" if lang == "zh-CN" else ", "
    remarks = [UNUSED.within(lang)] if entry.unused else []
    if entry.near:
        remarks.append(NEAR.within(lang) + comma.join(entry.near))
    lists = (
        entry.collected_by,
        entry.computed_from,
        entry.users,
        entry.purposes,
        entry.uses,
        entry.consents,
        entry.tools,
        entry.erased_by,
    )
    collected, computed, users, purposes, uses, consents, tools, erased = (comma.join(one) for one in lists)
    return (
        entry.id, entry.title.within(lang), entry.category_title.within(lang), entry.category,
        (YES if entry.sensitive else NO).within(lang), entry.record, collected, computed, users, purposes, uses, consents, tools,
        comma.join(one.upper() for one in entry.countries), entry.retention, erased, entry.protection, comma.join(remarks),
    )  # fmt: skip


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
