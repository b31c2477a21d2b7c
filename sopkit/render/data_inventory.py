"""The data inventory for people and for spreadsheets: entries go in; CSV text, or a document by purpose and by datum, comes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sopkit.law.vocabulary import BASES
from sopkit.model.nouns import Purpose
from sopkit.render.audit.cover import NO_COMPANY, SCOPE_FACTS
from sopkit.render.audit.titles import nouns_of
from sopkit.render.document import (
    Block,
    Column,
    Document,
    Fact,
    Facts,
    Paragraph,
    RowGroup,
    Section,
    Table,
    text,
)
from sopkit.render.manual import front
from sopkit.render.marks import Line, clean, ident, plain
from sopkit.render.walks import steps_by_path
from sopkit.render.wording.amounts import duration
from sopkit.render.wording.countries import country
from sopkit.render.wording.names import Names, Titled
from sopkit.rules.inventory import Activity, Entry
from sopkit.text import Phrase

ID: Final = Phrase("编号", "Id")
NAME: Final = Phrase("名称", "Title")
CATEGORY: Final = Phrase("类别", "Category")
SENSITIVE: Final = Phrase("敏感", "Sensitive")
RECORD: Final = Phrase("主数据系统", "Record")
COLLECTED: Final = Phrase("收集于", "Collected by")
COMPUTED: Final = Phrase("推算自", "Computed from")
PURPOSE: Final = Phrase("目的", "Purpose")
BASIS: Final = Phrase("依据", "Legal basis")
CONSENTS: Final = Phrase("同意", "Consents")
USED: Final = Phrase("用于", "Used by")
TOOLS: Final = Phrase("所在系统", "Tools")
COUNTRIES: Final = Phrase("国家或地区", "Countries and regions")
RETENTION: Final = Phrase("保存期限", "Retention")
ERASED: Final = Phrase("删除步骤", "Erased by")
PROTECTION: Final = Phrase("保护措施", "Protection")
REMARKS: Final = Phrase("备注", "Remarks")
HEADS: Final = (
    ID, NAME, CATEGORY, SENSITIVE, RECORD, COLLECTED, COMPUTED, PURPOSE, BASIS, CONSENTS, USED, TOOLS, COUNTRIES, RETENTION, ERASED,
    PROTECTION, REMARKS, Phrase("目的编号", "Purpose id"), Phrase("类别编码", "Category key"), Phrase("用途编码", "Use key"),
    Phrase("出处", "Declared at"),
)  # fmt: skip
YES: Final = Phrase("是", "yes")
NO: Final = Phrase("否", "no")
UNUSED: Final = Phrase("收了没有用到", "collected and not used")
NEAR: Final = Phrase("类别可能是：", "the category may be: ")
UNNAMED: Final = Phrase("没有目的写这一项，按用到它的步骤和数据列出", "no purpose names it; taken from what uses it")
AIMLESS: Final = Phrase(
    "没有目的写这一项，用到它的步骤也没有写为了什么", "no purpose names it, and what uses it does not say what for"
)
DANGEROUS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What makes a formula of a cell in a spreadsheet; where East Asian languages are set, full-width signs do."""

TITLE: Final = Phrase("个人信息处理清单", "Record of processing activities")
ACTIVITIES: Final = Phrase("按目的：处理活动", "By purpose: processing activities")
ACTIVITIES_SAY: Final = Phrase(
    "每个目的一项：凭什么处理、用哪些数据、放在哪些系统和国家、存多久。",
    "One for each purpose: on which basis, with which data, in which tools and countries, kept for how long.",
)
DATA: Final = Phrase("按数据项", "By datum")
USED_DATA: Final = Phrase("数据", "Data")
SINCE: Final = Phrase("“{event}”之后 {period}", "{period} after “{event}”")
SINCE_COLLECTED: Final = Phrase("收集之后 {period}", "{period} after collection")
NONE: Final = Phrase("没有写明", "not declared")
OWNER: Final = Phrase("负责人", "Owner")
WHERE: Final = Phrase("哪些数据到哪些系统", "Which data come to which tools")
NOTHING: Final = Phrase("没有用到数据。", "No data are used.")


def inventory_csv(entries: Iterable[Entry], names: Names) -> str:
    """Return the inventory as CSV, a row for each datum and purpose.

    It has a byte order mark, which spreadsheets need to read Chinese, and no cell that they would take for a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([head.within(names.lang) for head in HEADS])
    for entry in entries:
        for activity in entry.activities or (None,):
            writer.writerow([_safe(plain(cell)) for cell in cells(entry, activity, names)])
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
        facts=_cover(edition, names),
        draft=draft,
        stamp=front.DRAFT.within(names.lang) if draft else names.colon(names.pick("基准日", "As of"), as_of),
        running=tuple(part for part in (clean(edition), as_of) if part),
        look=front.look(settings, names),
    )


def _cover(edition: str, names: Names) -> tuple[Fact, ...]:
    """Return whose record it is, which the law asks for first, who keeps it, and of which edition it is."""
    settings = names.workspace.settings
    facts = [
        (SCOPE_FACTS["company"], [names.say(settings.company) or NO_COMPANY.within(names.lang)]),
        (OWNER, [names.role(settings.owner) if settings.owner else ""]),
        (SCOPE_FACTS["edition"], [clean(edition)]),
    ]
    return _facts(facts, names).entries


def _activity(purpose: Purpose, entries: Sequence[Entry], names: Names) -> Section:
    workspace = names.workspace
    used = [(one, made) for one in entries for made in one.activities if made.purpose == purpose.id]
    facts = [
        (BASIS, [_basis(purpose.id, names)]),
        (CONSENTS, _titles(workspace.consents, dict.fromkeys(id_ for _, made in used for id_ in made.consents), names)),
        (CATEGORY, sorted({clean(one.category_title.within(names.lang)) for one, _ in used} - {""})),
    ]
    # A line for each: what is kept for how long is looked up datum by datum.
    data = tuple(text(f"{_title(one, names)}{names.bracketed(_kept(one, names))}") for one, _ in used)
    known = _facts(facts, names).entries
    listed = (Fact(_text(USED_DATA, names), data),) if data else ()
    return Section(
        f"purpose-{purpose.id}",
        text(names.title(workspace.purposes, purpose.id)),
        (Facts((*known, *listed)), *_where(used, names)),
    )


def _where(used: Sequence[tuple[Entry, Activity]], names: Names) -> Iterator[Table]:
    """Yield which data come to which tools for a purpose, and where these stand."""
    workspace = names.workspace
    tools = dict.fromkeys(sorted({tool for _, made in used for tool in made.tools}))
    rows = tuple(
        (
            text(names.title(workspace.tools, tool)),
            text(country(_hosted(tool, names), names.lang)),
            text(_join([_title(one, names) for one, made in used if tool in made.tools], names)),
        )
        for tool in tools
    )
    if rows:
        columns = (
            Column(_text(TOOLS, names), 2),
            Column(_text(COUNTRIES, names), 2),
            Column(_text(USED_DATA, names), 6),
        )
        yield Table(_text(WHERE, names), columns, (RowGroup((), rows),))


def _hosted(tool: str, names: Names) -> str:
    known = names.workspace.tools.get(tool)
    return (known.hosted_in if known else None) or "?"


def _basis(purpose: str, names: Names) -> str:
    """Return on what basis data are processed for a purpose."""
    known = names.workspace.purposes.get(purpose)
    said = (known.basis if known else None) or ""
    basis = BASES.get(said)
    return basis.within(names.lang) if basis else clean(said) or NONE.within(names.lang)


def _title(entry: Entry, names: Names) -> str:
    return clean(entry.title.within(names.lang))


def _titles(nouns: Mapping[str, Titled], ids: Iterable[str], names: Names) -> list[str]:
    return [names.title(nouns, one) for one in ids]


def _join(values: Iterable[str], names: Names) -> str:
    return names.pick("、", ", ").join(value for value in values if value)


def _kept(entry: Entry, names: Names) -> str:
    return names.colon(RETENTION.within(names.lang), _retention(entry, names))


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
    purposes = [names.title(workspace.purposes, one) + names.bracketed(_basis(one, names)) for one in entry.purposes]
    facts = [
        (CATEGORY, [f"{category} {ident(entry.category)}".strip() or NONE.within(names.lang)]),
        (SENSITIVE, [_sensitive(entry, names)]),
        (RECORD, _titles(workspace.tools, [entry.record] if entry.record else [], names)),
        (COLLECTED, [_called(one, names) for one in entry.collected_by]),
        (COMPUTED, _titles(workspace.data, entry.computed_from, names)),
        (USED, [_called(one, names) for one in entry.users]),
        (PURPOSE, purposes),
        (CONSENTS, _titles(workspace.consents, entry.consents, names)),
        (TOOLS, _titles(workspace.tools, entry.tools, names)),
        (COUNTRIES, [country(one, names.lang) for one in entry.countries]),
        (RETENTION, [_retention(entry, names)]),
        (ERASED, [_called(one, names) for one in entry.erased_by]),
        (PROTECTION, _titles(workspace.artefacts, [entry.protection] if entry.protection else [], names)),
        (REMARKS, _remarks(entry, names)),
        (HEADS[-1], [ident(entry.place)]),
    ]
    title = text(f"{_title(entry, names)} {ident(entry.id)}")
    return Section(f"datum-{entry.id}", title, (_facts(facts, names),))


def _sensitive(entry: Entry, names: Names) -> str:
    return (YES if entry.sensitive else NO).within(names.lang)


def _remarks(entry: Entry, names: Names) -> list[str]:
    found = [UNUSED.within(names.lang)] if entry.unused else []
    if not entry.named and not entry.unused:
        found.append((UNNAMED if entry.activities else AIMLESS).within(names.lang))
    if entry.near:
        found.append(NEAR.within(names.lang) + _join(map(ident, entry.near), names))
    return found


def _called(node: str, names: Names) -> str:
    """Return what an event, or a node such as `automation/birthday/wish`, is called: a step after its playbook."""
    kind, _, rest = node.partition("/")
    workspace = names.workspace
    if not rest:
        return names.title(workspace.events, node)
    nouns = {
        **nouns_of(workspace),
        "kpi": workspace.kpis,
        "programme": workspace.programmes,
        "cadence": workspace.cadences,
    }
    if kind in nouns:
        return names.title(nouns[kind], rest)
    name, _, inside = rest.partition("/")
    if name not in names.playbooks:
        return ident(node)
    step = steps_by_path(workspace, name).get(rest)
    if step is None:
        return names.place(rest)
    return (
        f"{names.title(names.playbooks, name)}{names.pick('·', ' · ')}{names.step(step)}"
        if inside
        else names.place(rest)
    )


def _facts(rows: Iterable[tuple[Phrase, list[str]]], names: Names) -> Facts:
    """Return a label and its values, side by side in one line; nothing for what there is none of."""
    return Facts(tuple(_fact(label, values, names) for label, values in rows if any(values)))


def _fact(label: Phrase, values: list[str], names: Names) -> Fact:
    return Fact(_text(label, names), (text(_join(values, names)),))


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))


def cells(entry: Entry, activity: Activity | None, names: Names) -> tuple[str, ...]:
    """Return one row, in the order of the heads; no activity: the datum is processed for no purpose."""
    workspace = names.workspace
    users = activity.users if activity else entry.users
    tools, countries = (activity.tools, activity.countries) if activity else (entry.tools, entry.countries)
    none = NONE.within(names.lang)
    return (
        entry.id,
        _title(entry, names),
        clean(entry.category_title.within(names.lang)) or none,
        _sensitive(entry, names),
        names.title(workspace.tools, entry.record) if entry.record else "",
        _join((_called(one, names) for one in entry.collected_by), names),
        _join(_titles(workspace.data, entry.computed_from, names), names),
        names.title(workspace.purposes, activity.purpose) if activity else none,
        _basis(activity.purpose, names) if activity else none,
        _join(_titles(workspace.consents, activity.consents if activity else (), names), names),
        _join((_called(one, names) for one in users), names),
        _join(_titles(workspace.tools, tools, names), names),
        _join((country(one, names.lang) for one in countries), names),
        _retention(entry, names),
        _join((_called(one, names) for one in entry.erased_by), names),
        names.title(workspace.artefacts, entry.protection) if entry.protection else "",
        names.pick("；", "; ").join(_remarks(entry, names)),
        activity.purpose if activity else "",
        entry.category,
        activity.use if activity else "",
        entry.place,
    )


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, blanks before it or not."""
    return f"'{cell}" if cell.lstrip(" \u3000\xa0").startswith(DANGEROUS) else cell
