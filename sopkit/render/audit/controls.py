"""Controls go in; a card for each comes out: what is known of it, why, by which law, and where the evidence stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.audit import Result, Status
from sopkit.audit.places import Statement
from sopkit.audit.questions import named
from sopkit.diagnostics import Finding
from sopkit.render.audit.evidence import samples
from sopkit.render.audit.titles import Titles
from sopkit.render.audit.words import CHECKED, GRAVITIES, SIGNS, STATUSES, WEIGHT, counted, listed
from sopkit.render.document import Block, Bullets, Callout, Fact, Facts, Paragraph, StepCard, text
from sopkit.render.finding_blocks import finding_block, place, quoted, unassessed_line
from sopkit.render.marks import Line, clean, ident, link, quiet, strong
from sopkit.render.wording.names import INNER, Names
from sopkit.rules.waivers import Waived
from sopkit.text import Phrase
from sopkit.tree import Forest

CONCLUSION: Final = Phrase("结论", "Conclusion")
EVIDENCE: Final = Phrase("证据", "Evidence")
BASIS: Final = Phrase("依据", "Basis")
GIVEN: Final = Phrase("前提", "Given")
LIMIT: Final = Phrase("限制", "Limit")
NOT_FOUND: Final = Phrase("检查了{what}，没有发现“{wrong}”", "{what} examined; not found: {wrong}")
FOUND: Final = Phrase("发现{count}处问题，见下", "{count} found, below")
ACCEPTED: Final = Phrase("发现{count}处问题，已豁免，见下", "{count} found and waived, below")
ACCEPTED_TOO: Final = Phrase("另有{count}处已豁免，见下", "{count} more waived, below")
STILL: Final = Phrase("其中严重的仍按未解决计", "what is critical among them counts as open")
PLAN_ONLY: Final = Phrase("只看了所声明的计划", "the plan alone, as declared")
PAPERS_ONLY: Final = Phrase(
    "只看了文件是否存在、日期与负责人", "only that the documents exist, with date and owner, not what they say"
)
PRACTICE: Final = Phrase("还取决于实际：{practice}", "in practice it depends on {practice}")
LOGS: Final = Phrase(
    "实际执行要看事件日志；给了日志时，见同一文件夹里的执行审计",
    "what really happens is for event logs to show: where they were given, see the audit of practice beside this report",
)
UNREAD: Final[Mapping[str, Phrase]] = {
    "U": Phrase(
        "所依据的法条是凭记忆写的，没有核对官方原文，核对之前不算定论",
        "the articles behind it are from memory and were not checked against the official text: nothing is settled until they are",
    ),
    "S": Phrase(
        "所依据的法条只有二手资料，没有核对官方原文，核对之前不算定论",
        "the articles behind it come from secondary sources and were not checked against the official text: "
        "nothing is settled until they are",
    ),
}
UNREAD_BADGE: Final = Phrase("法条未核对原文", "law not checked")
WAIVER: Final = Phrase("豁免", "Waived")
WAIVED_BY: Final = Phrase("批准人：{who}，到{until}为止", "approved by {who}, until {until}")
OWN_POLICY: Final = Phrase("企业自己的制度，或工程上的要求", "the company's own policy, or good engineering")
IN_CATALOGUE: Final = Phrase("内置目录里没有写全的", "Incomplete in the built-in catalogue")
UNSETTLED: Final = Phrase("没能判断的", "Not settled")


def card(result: Result, titles: Titles, evidence: Mapping[str, str], forest: Forest, prefix: str) -> StepCard:
    """Return the card of a control; `evidence` is the number of each population's list in the annex, as `E3`."""
    names = titles.names
    badges = [STATUSES[result.status].within(names.lang)]
    if result.severity:
        badges.append(names.phrase(WEIGHT, gravity=GRAVITIES[result.severity].within(names.lang)))
    if result.unchecked is not None and result.status is Status.PASS:
        badges.append(UNREAD_BADGE.within(names.lang))
    return StepCard(
        anchor=anchor(result),
        number=SIGNS[result.status],
        title=text(clean(result.title.within(names.lang))),
        id=result.id,
        badges=tuple(map(text, badges)),
        facts=tuple(_facts(result, titles, evidence, forest, prefix)),
        blocks=tuple(_blocks(result, titles, prefix)),
        shade=f"status {result.status.value.replace(' ', '-')}",
    )


def anchor(result: Result) -> str:
    return f"control-{result.id.lower()}"


def _facts(result: Result, titles: Titles, evidence: Mapping[str, str], forest: Forest, prefix: str) -> Iterator[Fact]:
    names = titles.names
    yield _fact(CONCLUSION, _conclusions(result, titles, forest, prefix), names)
    if shown := _evidence(result, names, evidence, forest, prefix):
        yield _fact(EVIDENCE, shown, names)
    given = [titles.told(one) for one in result.premises]
    if given and result.status is Status.PASS:
        yield _fact(GIVEN, given, names)
    limits = list(_limits(result, names))
    if limits and result.status is not Status.NOT_APPLICABLE:
        yield _fact(LIMIT, limits, names)
    yield _fact(BASIS, list(_basis(result, names)), names)


def _fact(label: Phrase, lines: list[str], names: Names) -> Fact:
    return Fact(text(label.within(names.lang)), tuple(map(text, lines)))


def _limits(result: Result, names: Names) -> Iterator[str]:
    """Yield how far the conclusion goes: what was not looked at, and how well the law is known."""
    if result.depends_on_practice:
        parts = [PAPERS_ONLY if result.papers else PLAN_ONLY]
        parts += [PRACTICE.filled(practice=result.practice)] if result.practice else []
        parts += [LOGS] if result.logs else []
        yield names.pick("；", "; ").join(clean(one.within(names.lang)) for one in parts)
    if result.unchecked is not None:
        yield UNREAD[result.unchecked].within(names.lang)


def _conclusions(result: Result, titles: Titles, forest: Forest, prefix: str) -> list[str]:
    """Return what is known: the positive statements of a pass, the number of what is wrong, or why nothing is known."""
    names = titles.names
    lines = [titles.told(one) for one in result.reasons]
    if result.status is Status.PASS:
        lines += [titles.told(one.statement, with_ids=True) for one in result.proved]
        lines += [_statement(one, titles, forest, prefix) for one in result.says]
        for rule, looked in result.looked:
            if looked.judged:
                what, wrong = counted(looked).within(names.lang), rule.summary.within(names.lang).translate(INNER)
                lines.append(f"{names.phrase(NOT_FOUND, what=what, wrong=wrong)} {ident(rule.code)}")
    elif result.findings and result.status is Status.FAIL:
        lines.append(names.phrase(FOUND, count=str(len(result.findings))))
    if result.waived:
        phrase = ACCEPTED if result.status is Status.WAIVED else ACCEPTED_TOO
        still = names.pick("。", ". ") + STILL.within(names.lang) if result.critical_waived else ""
        lines.append(names.phrase(phrase, count=str(len(result.waived))) + still)
    return lines


def _statement(one: Statement, titles: Titles, forest: Forest, prefix: str) -> str:
    phrase, marks = one
    places = titles.names.pick("、", ", ").join(place(forest.span(mark), prefix) for mark in marks)
    return f"{titles.told(phrase)}{titles.names.pick('：', ' ')}{places or '–'}"


def _evidence(result: Result, names: Names, evidence: Mapping[str, str], forest: Forest, prefix: str) -> list[str]:
    """Return a few pieces of what was looked at, each list once, and where the list stands in full."""
    lines = []
    for looked in {one.population.id: one for _, one in result.looked if one.judged or one.unseen}.values():
        number = evidence[looked.population.id]
        said_ = f"{link(number, f'#{number.lower()}')} {listed(looked).within(names.lang)}"
        lines.append(samples(looked, said_, forest, names, prefix))
    return lines


def _basis(result: Result, names: Names) -> Iterator[str]:
    for article in result.articles:
        status = CHECKED[article.status].within(names.lang)
        name = named(article).within(names.lang)
        shown = names.bracketed(status)
        yield f"{clean(name)}{names.pick('：', ': ')}{clean(article.summary.within(names.lang))}{quiet(shown)}"
    if not result.articles:
        yield OWN_POLICY.within(names.lang)


def _blocks(result: Result, titles: Titles, prefix: str) -> Iterator[Block]:
    names = titles.names
    told: set[str] = set()
    for finding in result.findings:
        yield finding_block(finding, names.lang, prefix, again=finding.rule.code in told, told=titles.told_with_ids)
        told.add(finding.rule.code)
    for one in result.waived:
        yield waiver_block(one, titles, prefix)
    if result.not_assessed:
        yield Paragraph(text(strong(UNSETTLED.within(names.lang))))
        yield Bullets(tuple(unassessed_line(one, names.lang, prefix) for one in result.not_assessed))
    if result.in_catalogue:
        lines = tuple(
            text(
                f"{titles.told(message(one), with_ids=True)} {place(one.span)}{names.pick('：', ': ')}{ident(quoted(one.span))}"
            )
            for one in result.in_catalogue
        )
        yield Callout("note", text(IN_CATALOGUE.within(names.lang)), (Bullets(lines),))


def message(finding: Finding) -> Phrase:
    return Phrase(finding.message("zh-CN"), finding.message("en"))


def waiver_block(one: Waived, titles: Titles, prefix: str) -> Block:
    """Return a waived finding in full, and the waiver before it."""
    names = titles.names
    block = finding_block(one.finding, names.lang, prefix, told=titles.told_with_ids)
    return Callout("warning", _waiver_title(one, names), (Facts(tuple(waiver_facts(one, names))), *block.blocks))


def _waiver_title(one: Waived, names: Names) -> Line:
    grave = f" {strong(GRAVITIES['critical'].within(names.lang))}" if one.critical else ""
    return text(f"{WAIVER.within(names.lang)}{grave} {ident(one.finding.rule.code)} {ident(one.finding.rule.name)}")


def waiver_facts(one: Waived, names: Names) -> Iterator[Fact]:
    waiver = one.waiver
    who = names.role(waiver.approved_by) if waiver.approved_by else ""
    until = waiver.until.value.isoformat() if waiver.until else ""
    lines = [names.say(waiver.reason), names.phrase(WAIVED_BY, who=who, until=until)]
    yield Fact(text(WAIVER.within(names.lang)), tuple(map(text, lines)))
