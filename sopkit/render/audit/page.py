"""An audit goes in; its report comes out as a document: conclusion, scope, each control by topic, then all that stands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.audit import Audit, Result, Status
from sopkit.audit.judging import GRAVEST
from sopkit.law.topics import OTHER, TOPICS, Topic
from sopkit.render.audit import annexes, evidence
from sopkit.render.audit.controls import anchor, card
from sopkit.render.audit.cover import SCOPE_FACTS, Frame, cover, row_of, scope
from sopkit.render.audit.titles import Titles
from sopkit.render.audit.words import DISCLAIMER, GRAVITIES, MEANINGS, SIGNS, STATUSES
from sopkit.render.columns import width
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Definition,
    Definitions,
    Document,
    Facts,
    Paragraph,
    RowGroup,
    Section,
    Table,
    text,
)
from sopkit.render.manual import front
from sopkit.render.marks import Line, clean, link, plain, strong
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

TITLE: Final = Phrase("个人信息与营销合规审计报告", "Compliance audit: personal data and marketing")
STAMP: Final = Phrase("静态审计，不是法律意见", "Static audit, no legal advice")
CONCLUSION: Final = Phrase("结论", "Conclusion")
STATEMENT: Final = Phrase("声明", "Disclaimer")
OVERALL: Final = Phrase("总体结论", "Overall")
BROKEN: Final = Phrase(
    "发现{fail}项不符合{critical}。下列各项须整改后再审。",
    "{fail} controls are broken{critical}. They must be mended before the next audit.",
)
CRITICAL: Final = Phrase("，其中严重{count}项", ", {count} of them critical")
ALL: Final = Phrase("检查项共{total}项：{counts}。", "{total} controls: {counts}.")
UNKNOWN: Final = Phrase("尚无结论", "Nothing concluded")
CLEAN: Final = Phrase(
    "在已评估的{assessed}项中没有发现不符合。",
    "Of the {assessed} controls that were assessed none is broken.",
)
NOTHING: Final = Phrase(
    "没有一项能够评估，原因见下；不能当作符合。",
    "No control could be assessed, for the reasons below: nothing was shown.",
)
STILL_BROKEN: Final = Phrase(
    "有{critical}项严重的不符合。企业写了豁免，但严重的不能豁免，仍须整改。",
    "Critical controls that are broken: {critical}. The company has waived them; what is critical cannot be waived and must be mended.",
)
CLEAN_BUT: Final = Phrase(
    "除已豁免的{waived}项外，在已评估的{assessed}项中没有发现不符合。",
    "Of the {assessed} controls that were assessed none is broken but those waived ({waived}).",
)
WAIVED: Final = Phrase(
    "另有{waived}项已由企业豁免，其中严重{critical}项，仍按未解决计。",
    "{waived} more are waived by the company; {critical} of them are critical and count as open.",
)
OPEN: Final = Phrase(
    "{parts}：本报告对这{both}项不作结论，不能当作符合。",
    "{parts}: of these {both} nothing is concluded here, and they are no passes.",
)
PLAN: Final = Phrase(
    "符合的各项里，有{count}项还取决于实际：员工和系统怎么做，文件有没有落实。本报告只看了声明；取决于什么，写在各项的“限制”里。",
    "Of those that pass, {count} depend on practice as well: what staff and tools do, and whether documents are followed. Only what is "
    "declared was looked at; what each depends on is said under its limit.",
)
UNCHECKED: Final = Phrase(
    "符合的各项里，有{count}项所依据的法条没有核对官方原文（凭记忆{memory}项，只有二手资料{second}项），核对之前不算定论：{controls}。",
    "Of those that pass, {count} rest on a source that has not been checked against the official text ({memory} from memory, {second} on "
    "secondary sources), and are not settled until it is: {controls}.",
)
BY_PEOPLE: Final = Phrase("{count}项要由人判断", "{count} must be judged by people")
LEFT: Final = Phrase("{count}项没有评估", "{count} were not assessed")
COUNT: Final = Phrase("{title}{count}项", "{title} {count}")
NO_LAW: Final = Phrase(
    "工作区没有写法域（jurisdictions），没有适用的法规包，什么也没有评估。",
    "The workspace names no jurisdiction (`jurisdictions`), no pack applies, and nothing was assessed.",
)
TO_MEND: Final = Phrase("须整改", "To be mended")
BY_TOPIC: Final = Phrase("各专题的结果", "Results by topic")
TOPIC_HEAD: Final = Phrase("专题", "Topic")
TOTAL: Final = Phrase("合计", "Total")
NO_CONTROL: Final = Phrase(
    "另有{count}个专题没有检查项，只能由人回答（{topics}），见{questions}。",
    "{count} more topics have no control and can be answered by people alone ({topics}): see {questions}.",
)
WORDS: Final = Phrase("怎么读", "How to read this")
SCOPE: Final = Phrase("范围", "Scope")
CONTROLS: Final = Phrase("逐项结果", "Control by control")
ORDER: Final = Phrase(
    "章节参照《个人信息保护合规审计管理办法》的审计内容排列，另加广告与促销；办法的附件没有核对全文，故不引用其编号。",
    "The chapters follow the topics of the Chinese audit measures, with advertising and promotion added; the annex of the measures was "
    "not read in full, so none of its numbers is cited.",
)
REPORT: Final = "report"
INVENTORY: Final = "data-inventory"


def report(audit: Audit, frame: Frame, names: Names) -> Document:
    """Return the document in the language of `names`."""
    settings = names.workspace.settings
    day = audit.compilation.today.isoformat()
    stamp = (front.DRAFT if frame.draft else STAMP).within(names.lang)
    return Document(
        form="manual",
        lang=names.lang,
        title=TITLE.within(names.lang),
        subtitle=plain(names.say(settings.title)) or clean(settings.id),
        sections=tuple(_sections(audit, frame, names)),
        facts=tuple(cover(audit, frame, names)),
        draft=frame.draft,
        stamp=stamp,
        running=tuple(
            part
            for part in (clean(frame.edition), names.colon(SCOPE_FACTS["day"].within(names.lang), day), stamp)
            if part
        ),
        look=front.look(settings, names),
    )


def _sections(audit: Audit, frame: Frame, names: Names) -> Iterator[Section]:
    numbers = evidence.numbers(audit)
    titles = Titles(names)
    yield _conclusion(audit, names)
    yield Section("scope", _text(SCOPE, names), (Facts(tuple(scope(audit, frame, names))),))
    topics = [topic for topic in (*TOPICS, OTHER) if audit.of(topic)]
    if topics:
        chapters = tuple(
            Section(
                f"topic-{topic.id}",
                _text(topic.title, names),
                tuple(card(one, titles, numbers, audit.compilation.forest, frame.prefix) for one in audit.of(topic)),
            )
            for topic in topics
        )
        yield Section(
            "controls", _text(CONTROLS, names), (Paragraph(_text(ORDER, names), quiet=True),), chapters, breaks=True
        )
    yield annexes.waivers(audit, titles, frame.prefix)
    yield annexes.open_questions(audit, titles, frame.prefix)
    yield annexes.inventory(audit, names, f"{frame.stem(INVENTORY)}.html", f"{frame.stem(INVENTORY)}.csv")
    yield annexes.others(audit, titles, frame.prefix)
    yield annexes.law(audit, names)
    yield annexes.inputs(frame.inputs, names)
    yield evidence.evidence(audit, names, frame.prefix)


# The conclusion


def _conclusion(audit: Audit, names: Names) -> Section:
    lines = [text(strong(line) if number == 0 else line) for number, line in enumerate(_verdict(audit, names))]
    failed = [one for one in audit.results if one.status is Status.FAIL or one.critical_waived]
    unknown = [one for one in audit.results if one.status in {Status.MANUAL, Status.NOT_ASSESSED}]
    verdict = Callout(
        "warning" if failed or not audit.results else "note", _text(OVERALL, names), tuple(map(Paragraph, lines))
    )
    disclaimer = Callout("note", _text(STATEMENT, names), (Paragraph(_text(DISCLAIMER, names)),))
    parts: list[Section] = []
    for anchor_, title, results in (("to-mend", TO_MEND, failed), ("unknown", UNKNOWN, unknown)):
        if results:
            results.sort(key=lambda one: GRAVEST.index(one.severity) if one.severity else len(GRAVEST))
            parts.append(_part(anchor_, title, names, Bullets(tuple(_line(one, names) for one in results))))
    if audit.results:
        parts.append(_part("by-topic", BY_TOPIC, names, _table(audit, names), _questions_asked(audit, names)))
        parts.append(_part("statuses", WORDS, names, _meanings(names)))
    return Section("conclusion", _text(CONCLUSION, names), (verdict, disclaimer), tuple(parts))


def _part(name: str, title: Phrase, names: Names, *blocks: Block) -> Section:
    return Section(name, _text(title, names), blocks, listed=False)


def _questions_asked(audit: Audit, names: Names) -> Paragraph:
    """Return which topics are answered by people alone."""
    asked = [topic.title.within(names.lang) for topic in TOPICS if topic.question is not None and not audit.of(topic)]
    questions = link(annexes.QUESTIONS.within(names.lang), "#questions")
    said = names.phrase(NO_CONTROL, count=str(len(asked)), topics=row_of(asked, names), questions=questions)
    return Paragraph(text(said))


def _meanings(names: Names) -> Definitions:
    return Definitions(
        tuple(
            Definition(text(f"{SIGNS[status]} {said.within(names.lang)}"), (_text(MEANINGS[status], names),))
            for status, said in STATUSES.items()
        )
    )


def _verdict(audit: Audit, names: Names) -> Iterator[str]:
    """Yield the sentences of the conclusion, the worst first."""
    if not audit.results:
        yield NO_LAW.within(names.lang)
        return
    fail, passed, waived = (audit.count(each) for each in (Status.FAIL, Status.PASS, Status.WAIVED))
    if fail:
        grave = sum(one.status is Status.FAIL and one.severity == "critical" for one in audit.results)
        critical = names.phrase(CRITICAL, count=str(grave)) if grave else ""
        yield names.phrase(BROKEN, fail=str(fail), critical=critical)
    critical_waived = sum(one.critical_waived for one in audit.results)
    if not fail and critical_waived:
        yield names.phrase(STILL_BROKEN, critical=str(critical_waived))
    elif not fail and not passed and not waived:
        yield NOTHING.within(names.lang)
    elif not fail:
        said = CLEAN_BUT if waived else CLEAN
        yield names.phrase(said, assessed=str(passed + waived), waived=str(waived))
    elif waived:
        yield names.phrase(WAIVED, waived=str(waived), critical=str(critical_waived))
    counts = [
        names.phrase(COUNT, title=said.within(names.lang), count=str(audit.count(status)))
        for status, said in STATUSES.items()
        if audit.count(status)
    ]
    yield names.phrase(ALL, total=str(len(audit.results)), counts=row_of(counts, names))
    kept = [one for one in audit.results if one.status is Status.PASS]
    if in_practice := sum(one.depends_on_practice for one in kept):
        yield names.phrase(PLAN, count=str(in_practice))
    if unchecked := [one for one in kept if one.unchecked is not None]:
        memory = sum(one.unchecked == "U" for one in unchecked)
        listed = row_of([link(one.id, f"#{anchor(one)}") for one in unchecked], names)
        numbers = {"count": len(unchecked), "memory": memory, "second": len(unchecked) - memory}
        yield names.phrase(UNCHECKED, controls=listed, **{name: str(number) for name, number in numbers.items()})
    manual, unknown = audit.count(Status.MANUAL), audit.count(Status.NOT_ASSESSED)
    if manual or unknown:
        parts = [names.phrase(said, count=str(n)) for said, n in ((BY_PEOPLE, manual), (LEFT, unknown)) if n]
        yield names.phrase(OPEN, parts=names.listed(parts), both=str(manual + unknown))


def _line(one: Result, names: Names) -> Line:
    grave = f" {strong(GRAVITIES[one.severity].within(names.lang))}" if one.severity else ""
    said = f"{one.id} {clean(one.title.within(names.lang))}"
    status = names.parted(
        [STATUSES[one.status].within(names.lang), *(why.within(names.lang) for why in one.reasons[:1])]
    )
    return text(f"{SIGNS[one.status]} {link(said, f'#{anchor(one)}')}{grave}{names.pick('：', ' – ')}{status}")


def _table(audit: Audit, names: Names) -> Table:
    heads = [said.within(names.lang) for said in STATUSES.values()]
    # Each is as wide as its longest word: none is broken.
    counted = [Column(text(head), max(map(width, head.split())) + 2) for head in heads]
    columns = (Column(_text(TOPIC_HEAD, names), 26), *counted)
    rows = [_row(topic, audit.of(topic), names) for topic in (*TOPICS, OTHER) if audit.of(topic)]
    counts = tuple(text(str(audit.count(status))) for status in STATUSES)
    rows.append((text(strong(TOTAL.within(names.lang))), *counts))
    return Table(_text(BY_TOPIC, names), columns, (RowGroup((), tuple(rows)),))


def _row(topic: Topic, results: Sequence[Result], names: Names) -> tuple[Line, ...]:
    counts = (sum(one.status is status for one in results) for status in STATUSES)
    title = link(topic.title.within(names.lang), f"#topic-{topic.id}")
    return (text(title), *(text(str(count) if count else "–") for count in counts))


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))
