"""What is known of practice goes in; the report on it comes out: conclusion, what was read, plan beside practice, cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.audit import Audit
from sopkit.frozen import dataclass
from sopkit.logs.observed import Case, Deed, Observation
from sopkit.logs.practice import Practice
from sopkit.logs.reading import Reading
from sopkit.logs.tables import FIELDS
from sopkit.render import document
from sopkit.render.audit.cover import Frame, cover
from sopkit.render.audit.titles import Titles
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Definition,
    Definitions,
    Document,
    Fact,
    Facts,
    Paragraph,
    Section,
    StepCard,
    Timeline,
    text,
)
from sopkit.render.manual import front
from sopkit.render.marks import Line, clean, ident, link, plain, quiet, strong
from sopkit.render.practice import tables
from sopkit.render.practice.adherence import adherence
from sopkit.render.practice.charts import plots
from sopkit.render.practice.subjects import spoken, subject
from sopkit.render.practice.words import LOGS, MEANINGS, SIGNS, STATUSES, count, share
from sopkit.render.terminal import COUNTED, UNCOUNTED, WEEKDAYS
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

TITLE: Final = Phrase("执行审计：日志对照剧本", "Audit of practice: logs against the playbooks")
STAMP: Final = Phrase("按日志所见，不是证明", "As the logs show, no proof")
PRACTICE: Final = "practice"
CONCLUSION: Final = Phrase("结论", "Conclusion")
OVERALL: Final = Phrase("总体结论", "Overall")
BROKEN: Final = Phrase(
    "日志里违反了{rules}条规则；每条违反最多的是：",
    "Rules that are broken in the logs: {rules}. Of each, what is worst:",
)
NONE_BROKEN: Final = Phrase(
    "能做的{kept}项检查，在这些日志里都没有违反。",
    "Of the {kept} checks that could be made none finds anything broken in these logs.",
)
NOTHING: Final = Phrase(
    "没有一条规则能按这些日志评估，原因见下。", "No rule could be assessed by these logs, for the reasons below."
)
ALL: Final = Phrase(
    "共{total}项检查（规则与对象，如一项上限、一个步骤）：违反{broken}，没有违反{kept}，未评估{unknown}。",
    "{total} checks in all, of one rule at one cap, step or target each: {broken} broken, {kept} kept, {unknown} not assessed.",
)
NO_PROOF: Final = Phrase(
    "没有违反只说明这些日志、这段时间里没有，不证明以后不会；计划能不能保证，看“计划”一栏。",
    "Kept means that these logs show nothing wrong in this time; what the plan ensures is said under “plan”.",
)
WORDS: Final = Phrase("怎么读", "How to read this")
LOOKED: Final = Phrase("读了什么", "What was read")
SPAN: Final = Phrase("{first} 到 {last}", "{first} to {last}")
EMPTY: Final = Phrase("日志是空的", "the logs are empty")
FILE_HEADS: Final = (
    Phrase("文件", "file"), Phrase("日志", "log of"), Phrase("行数", "rows"), Phrase("没有读", "not read"),
    Phrase("怎么读的", "how it was read"),
)  # fmt: skip
SET_ASIDE: Final = Phrase("没有读的行", "Rows that were not read")
ASIDE: Final = Phrase(
    "{reason}：{count}行（如 {file} 第{line}行）", "{reason}: {count} rows ({file}, row {line}, for one)"
)
EARLY: Final = Phrase("日志早于剧本", "The logs are older than the playbooks")
BEFORE: Final = Phrase(
    "{share}的触达在 {day} 以前，那时这一版还没有生效：这里说的“违反”，当时不一定有这样的要求。请换生效之后的日志，或用当时的版本审计。",
    "{share} of the touches lie before {day}, when this edition came into force: what is called broken here may not have been asked for "
    "then. Audit logs from that day on, or the edition of that time.",
)
WEEK: Final = timedelta(7)
STRANGE: Final = Phrase("剧本里没有的名称", "Names that no playbook has")
NO_SUCH: Final = Phrase(
    "{file}：{count}行的“{field}”没有声明过", "{file}: in {count} rows the {field} is nowhere declared"
)
CUSTOMERS: Final = Phrase("客户", "Customers")
CUSTOMERS_SAID: Final = Phrase("{count}位", "{count}")
PLAN: Final = Phrase("计划与实际", "Plan and practice")
RESULTS: Final = Phrase("各条规则", "Rule by rule")
CASES: Final = Phrase("违反了什么", "What was broken")
FIRST: Final = Phrase("例：{who}，{when}", "Case: {who}, {when}")
EARLIER: Final = Phrase("（更早的{count}条没有列出）", " (earlier rows that are not listed: {count})")
ROW: Final = Phrase("{file} 第{line}行", "{file}, row {line}")
NOBODY: Final = Phrase("不涉及客户", "no customer")
LEGEND: Final = Phrase(f"{COUNTED} 违反的地方", f"{COUNTED} what breaks the rule")
FIGURES: Final = Phrase("数字", "Figures")
FOUND: Final = Phrase("查了{looked}{unit}，违反{broken}，占{share}", "{broken} of {looked} {unit}, {share}")
MEASURED: Final = Phrase("{figure}；查了{looked}{unit}，违反{broken}", "{figure}; {broken} of {looked} {unit}")
OF_CUSTOMERS: Final = Phrase("，涉及{customers}位客户", ", {customers} customers")
WHY: Final = Phrase("为何", "Why")
FIX: Final = Phrase("怎么办", "What to do")
PLANNED: Final = Phrase("计划里", "On the plan")
AS_PLANNED: Final = Phrase("照剧本执行", "all is done as the playbooks say")
CONDITIONS: Final = Phrase("条件：{conditions}", "on condition that: {conditions}")
LEFT: Final = Phrase("未评估的", "Not assessed")
MORE: Final = Phrase("等，共{count}项", " and so on, {count} in all")
QUERIES: Final = Phrase("问了什么（SQL）", "What was asked (SQL)")
PSEUDONYMS: Final = Phrase(
    "客户与员工只以化名出现；持有工作区密钥和日志的人才能对上：sopkit logs who。行号是日志里的第几行。",
    "Customers and staff stand under other names; who holds the workspace's key and the logs can tell whose: sopkit logs who. Rows are "
    "those of the logs.",
)
LEFT_OUT: Final = Phrase("……还有{count}个字符，见 JSON", "… {count} characters more, in the JSON")
LONGEST_QUERY: Final = 4000
"""Characters: the longest question is shorter; what is longer lists numbers."""
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Telling:
    """How the report is told: beside which audit, and in how much detail."""

    frame: Frame
    reading: Reading
    queries: bool = False
    """Whether the questions are shown as they were asked."""


def report(practice: Practice, audit: Audit, telling: Telling, names: Names) -> Document:
    """Return the document in the language of `names`."""
    settings = names.workspace.settings
    stamp = (front.DRAFT if telling.frame.draft else STAMP).within(names.lang)
    return Document(
        form="manual",
        lang=names.lang,
        title=TITLE.within(names.lang),
        subtitle=plain(names.say(settings.title)) or clean(settings.id),
        sections=tuple(_sections(practice, audit, telling, names)),
        facts=(*cover(audit, telling.frame, names, period=_period(practice, names)),),
        draft=telling.frame.draft,
        stamp=stamp,
        running=(stamp,),
        look=front.look(settings, names),
    )


def _sections(practice: Practice, audit: Audit, telling: Telling, names: Names) -> Iterator[Section]:
    yield _conclusion(practice, names)
    yield Section("read", _text(LOOKED, names), tuple(_read(practice, telling.reading, names)))
    compared = (tables.controls(audit, practice, names), tables.promises(audit, practice, names))
    shown = tuple(one for one in compared if one.groups[0].rows)
    yield Section("plan", _text(PLAN, names), (Paragraph(_text(NO_PROOF, names), quiet=True), *shown))
    broken = practice.of("broken")
    if broken:
        titles = Titles(names)
        cards = tuple(
            _card(one, number, audit, practice, titles, reading=telling.reading) for number, one in enumerate(broken, 1)
        )
        yield Section(
            "cases", _text(CASES, names), (Paragraph(_text(PSEUDONYMS, names), quiet=True), *cards), breaks=True
        )
    yield adherence(practice, names)
    if assessed := practice.looked_at:
        yield Section("rules", _text(RESULTS, names), (*plots(practice, names), tables.rules(assessed, names)))
    unknown = practice.of("not assessed")
    if unknown:
        yield Section("left", _text(LEFT, names), (_left(unknown, names),))
    if telling.queries:
        asked = dict.fromkeys(
            (*(query for one in practice.observations for query in one.queries), *practice.adherence.queries)
        )
        yield Section(
            "queries",
            _text(QUERIES, names),
            (Bullets(tuple(_query(query, names) for query in asked), ordered=True),),
            folded=True,
        )


def _query(query: str, names: Names) -> Line:
    """Return what was asked; of one that lays down a table of numbers, as of opening hours, the beginning."""
    if len(query) <= LONGEST_QUERY:
        return text(ident(query))
    left = names.phrase(LEFT_OUT, count=count(len(query) - LONGEST_QUERY))
    return text(f"{ident(query[:LONGEST_QUERY])} {left}")


def _conclusion(practice: Practice, names: Names) -> Section:
    broken, kept, unknown = (practice.of(one) for one in ("broken", "kept", "not assessed"))
    blocks: list[Block] = []
    if broken:
        worst: dict[str, Observation] = {}
        for one in sorted(broken, key=lambda one: (-one.customers, -one.broken, one.rule.code, one.subject)):
            worst.setdefault(one.rule.code, one)
        blocks.append(Paragraph(text(strong(names.phrase(BROKEN, rules=count(len(worst)))))))
        blocks.append(Bullets(tuple(_short(one, broken.index(one) + 1, names) for one in worst.values())))
    else:
        said = names.phrase(NONE_BROKEN, kept=count(len(kept))) if kept else NOTHING.within(names.lang)
        blocks.append(Paragraph(text(strong(said))))
    figures = {"total": len(practice.observations), "broken": len(broken), "kept": len(kept), "unknown": len(unknown)}
    blocks.append(Paragraph(text(names.phrase(ALL, **{name: count(number) for name, number in figures.items()}))))
    callout = Callout("warning" if broken or not kept else "note", _text(OVERALL, names), tuple(blocks))
    meanings = Definitions(
        tuple(
            Definition(text(f"{SIGNS[status]} {said.within(names.lang)}"), (_text(MEANINGS[status], names),))
            for status, said in STATUSES.items()
        )
    )
    return Section(
        "conclusion",
        _text(CONCLUSION, names),
        (callout,),
        (Section("statuses", _text(WORDS, names), (meanings,), listed=False),),
    )


def _short(one: Observation, number: int, names: Names) -> Line:
    head = link(f"{one.rule.code} {clean(one.rule.summary.within(names.lang))}", f"#case-{number}")
    counts = f"{count(one.broken)} / {count(one.looked)}{names.bracketed(share(one.broken, one.looked))}"
    figures = _figure(one, names) or counts
    return text(f"{head}{names.pick('：', ' – ')}{subject(one.subject, names)} {figures}")


def _period(practice: Practice, names: Names) -> str:
    spans = practice.spans.values()
    if not spans:
        return EMPTY.within(names.lang)
    first, last = min(one[1] for one in spans), max(one[2] for one in spans)
    return names.phrase(SPAN, first=moment(first, names), last=moment(last, names))


def _read(practice: Practice, reading: Reading, names: Names) -> Iterator[Block]:
    """Yield what was read, file by file, and what was understood of it."""
    rows = [
        (
            ident(one.path.name),
            LOGS[one.of].within(names.lang),
            count(one.rows),
            count(one.bad),
            names.pick("；", "; ").join(clean(said.within(names.lang)) for said in one.told) or "–",
        )
        for one in reading.files
    ]
    yield tables.table((), FILE_HEADS, rows, (4, 2, 2, 2, 5), names)
    facts = [
        Fact(_text(LOGS[of], names), (text(names.phrase(SPAN, first=moment(first, names), last=moment(last, names))),))
        for of, (_, first, last) in practice.spans.items()
    ]
    customers = names.phrase(CUSTOMERS_SAID, count=count(practice.customers))
    yield Facts((*facts, Fact(_text(CUSTOMERS, names), (text(customers),))))
    asides = [
        names.phrase(
            ASIDE,
            file=ident(one.path.name),
            reason=each.reason.within(names.lang),
            count=count(each.rows),
            line=count(each.line),
        )
        for one in reading.files
        for each in one.aside
    ]
    if asides:
        yield Callout("warning", _text(SET_ASIDE, names), (Bullets(tuple(map(text, asides))),))
    if early := _before_in_force(practice, names):
        yield Callout("warning", _text(EARLY, names), (Paragraph(text(early)),))
    if strange := list(_strange(reading, names)):
        yield Callout("note", _text(STRANGE, names), (Bullets(tuple(strange)),))


def _before_in_force(practice: Practice, names: Names) -> str:
    """Return how many touches lie before the playbooks were in force, where most do; by whole weeks, so that no more are said than are."""
    outputs = practice.compilation.workspace.settings.outputs
    if outputs is None or outputs.effective is None:
        return ""
    day = outputs.effective.value
    touches = sum(one.touches for one in practice.weeks)
    before = sum(one.touches for one in practice.weeks if one.week + WEEK <= day)
    if before * 2 <= touches:
        return ""
    return names.phrase(BEFORE, share=share(before, touches), day=day.isoformat())


def _strange(reading: Reading, names: Names) -> Iterator[Line]:
    """Yield how many rows name what nobody declared; what they name may be anything and is not repeated here."""
    for one in reading.files:
        for field in dict.fromkeys(field for field, _, _ in one.unknown):
            rows = sum(many for name, _, many in one.unknown if name == field)
            title = next(each.title for each in FIELDS[one.of] if each.name == field).within(names.lang)
            yield text(names.phrase(NO_SUCH, file=ident(one.path.name), field=title, count=count(rows)))


# One rule that is broken


def _card(
    one: Observation, number: int, audit: Audit, practice: Practice, titles: Titles, *, reading: Reading
) -> StepCard:
    names = titles.names
    facts = (
        (FIGURES, (_figures(one, names),)),
        (PLANNED, tuple(_planned(one, audit, titles))),
        (WHY, (clean(one.rule.why.within(names.lang)),)),
    )  # fmt: skip
    return StepCard(
        anchor=f"case-{number}",
        number=SIGNS[one.status],
        title=text(subject(one.subject, names)),
        id=one.rule.code,
        badges=(text(clean(one.rule.summary.within(names.lang))),),
        facts=tuple(Fact(_text(label, names), tuple(map(text, lines))) for label, lines in facts),
        blocks=(
            Paragraph(text(titles.told(one.message))),
            *(_course(case, practice, reading, titles) for case in one.cases),
            *tables.groups(one.groups, practice, names),
        ),
        shade="status fail",
    )


def _figures(one: Observation, names: Names) -> str:
    """Return how much of what was looked at is broken; of a KPI its value and target; of customers where it is about any."""
    said = names.phrase(
        MEASURED if one.figure else FOUND, looked=count(one.looked), unit=one.unit.within(names.lang), broken=count(one.broken),
        share=share(one.broken, one.looked), figure=_figure(one, names),
    )  # fmt: skip
    return said + (names.phrase(OF_CUSTOMERS, customers=count(one.customers)) if one.customers else "")


def _figure(one: Observation, names: Names) -> str:
    return clean(one.figure.within(names.lang)) if one.figure else ""


def _planned(one: Observation, audit: Audit, titles: Titles) -> Iterator[str]:
    """Yield what is known of the plan; of what was proved, what exactly and under which conditions."""
    names = titles.names
    status = tables.planned(audit, one)
    yield tables.PLANS[status].within(names.lang)
    if status == "conditional":
        for proof in tables.proofs(audit, one):
            yield titles.told(proof.statement)
            said = names.pick("；", "; ").join(map(titles.told, (AS_PLANNED, *proof.assumptions)))
            yield quiet(names.phrase(CONDITIONS, conditions=said))


def _course(case: Case, practice: Practice, reading: Reading, titles: Titles) -> Timeline:
    names = titles.names
    who = ident(practice.people[case.who]) if case.who else NOBODY.within(names.lang)
    head = names.phrase(FIRST, who=who, when=moment(case.at, names))
    legend = quiet(f" {LEGEND.within(names.lang)}") if any(deed.counted for deed in case.deeds) else ""
    entries = []
    for deed in case.deeds:
        what = spoken(clean(deed.what.within(names.lang)), names)
        shown = f"{COUNTED} {strong(what)}" if deed.counted else f"{UNCOUNTED} {what}"
        where = quiet(names.bracketed(_row(deed, reading, names))) if deed.line else ""
        entries.append(document.Moment(text(moment(deed.at, names, day=True)), (text(shown + where),)))
    left = quiet(names.phrase(EARLIER, count=count(case.left))) if case.left else ""
    return Timeline(text(head + legend + left), tuple(entries))


def _row(deed: Deed, reading: Reading, names: Names) -> str:
    """Return where a deed stands in the logs: the name of the file, without its folder, and the row."""
    return names.phrase(ROW, file=clean(reading.files[deed.source].path.name), line=count(deed.line))


def _left(unknown: Sequence[Observation], names: Names) -> Bullets:
    """Return why what could not be assessed; what lacks the same stands in one line."""
    alike: dict[tuple[str, str], list[Observation]] = {}
    for one in unknown:
        alike.setdefault((one.rule.code, one.reason.within(names.lang) if one.reason else ""), []).append(one)
    lines = []
    for (code, reason), found in alike.items():
        about = [subject(one.subject, names) for one in found[:NAMED] if one.subject]
        more = names.phrase(MORE, count=count(len(found))) if len(found) > NAMED else ""
        listed = names.bracketed(names.pick("、", ", ").join(about) + more) if about else ""
        head = f"{ident(code)} {clean(found[0].rule.summary.within(names.lang))}"
        lines.append(text(f"{head}{names.pick('：', ': ')}{clean(reason)}{listed}"))
    return Bullets(tuple(lines))


def moment(at: int, names: Names, *, day: bool = False) -> str:
    """Return an instant on the workspace's clock, to the second where it has any."""
    zone = names.workspace.settings.timezone
    when = datetime.fromtimestamp(at, ZoneInfo(zone) if zone else UTC)
    weekday = f" {WEEKDAYS[when.weekday()].within(names.lang)}" if day else ""
    return f"{when:%Y-%m-%d}{weekday} {when:%H:%M:%S}".removesuffix(":00")


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))
