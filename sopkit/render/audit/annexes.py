"""What stands behind the controls goes in; the sections after them come out: waivers, questions, evidence, law, input files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sopkit.audit import Audit
from sopkit.audit.questions import Kind, questions
from sopkit.diagnostics import Citation, Proof
from sopkit.frozen import dataclass
from sopkit.law import Pack
from sopkit.law.topics import TOPICS
from sopkit.render.audit.controls import anchor, message, waiver_block
from sopkit.render.audit.evidence import numbers
from sopkit.render.audit.titles import Titles
from sopkit.render.audit.words import CHECKED, GRAVITIES
from sopkit.render.document import Block, Bullets, Column, Paragraph, RowGroup, Section, SignOff, Table, text
from sopkit.render.finding_blocks import finding_block, place
from sopkit.render.marks import Line, clean, ident, link, quiet, strong
from sopkit.render.wording.names import Names
from sopkit.rules.waivers import RULES as WAIVER_RULES
from sopkit.text import Phrase

WAIVERS: Final = Phrase("豁免", "Waivers")
WAIVER_HEADS: Final = (
    Phrase("豁免的问题", "What is waived"), Phrase("理由", "Reason"), Phrase("批准人，到期日", "Approved by, until"),
    Phrase("检查项", "Control"),
)  # fmt: skip
NO_WAIVERS: Final = Phrase("没有豁免。", "There are none.")
QUESTIONS: Final = Phrase("留给人回答的问题", "Questions for people")
QUESTION_HEADS: Final = (
    Phrase("编号", "No."),
    Phrase("关于", "About"),
    Phrase("问题", "Question"),
    Phrase("答复与签名", "Answer, signed"),
)
GROUPS: Final[Mapping[Kind, Phrase]] = {
    "manual": Phrase("要由人核对的检查项", "Controls to be checked by hand"),
    "possible": Phrase("可能不符合，要由人判断", "Possibly broken, to be judged"),
    "not assessed": Phrase("没有评估的检查项，缺什么", "Controls not assessed, and what is missing"),
    "topic": Phrase("剧本说明不了的专题", "Topics that playbooks cannot answer"),
    "logs": Phrase("取决于实际的检查项", "Controls that depend on what really happens"),
    "assumption": Phrase("结论的前提", "What the conclusions rest on"),
    "article": Phrase("法条的核对", "Articles to be checked"),
    "pack": Phrase("不完整的法规包", "Partial packs"),
}
OTHERS: Final = Phrase("其他检查", "Other checks")
OTHERS_SAY: Final = Phrase(
    "以下检查不对应法条，是企业自己的承诺和剧本是否走得通；供参考。",
    "These checks answer to no article: the company's own promises, and whether the playbooks work at all.",
)
GIVEN_BY: Final = Phrase("前提{numbers}", "given {numbers}")
PREMISES: Final = Phrase("上面各条证明的前提", "What these rest on")
PROVED: Final = Phrase("已经证明的", "Proved")
LAW: Final = Phrase("依据：法规包与法条", "Law: packs and articles")
PACK_HEADS: Final = (
    Phrase("法规包", "Pack"), Phrase("法域", "Jurisdiction"), Phrase("核对日期", "Checked on"), Phrase("法条", "Articles"),
    Phrase("说明", "Remarks"),
)  # fmt: skip
ARTICLES: Final = Phrase("引用的法条", "Articles cited")
ARTICLE_HEADS: Final = (
    Phrase("条", "Article"), Phrase("要点（我们的概括）", "Summary (ours)"), Phrase("生效", "In force from"),
    Phrase("核对情况与出处", "Checked, and source"),
)  # fmt: skip
OWN: Final = Phrase("企业自己的制度", "the company's own")
WHOLE: Final = Phrase("所列检查项已收全", "holds all controls of the catalogue")
SIGNATURES: Final = (
    Phrase("审计人 / 复核人", "Auditor / reviewer"),
    Phrase("签名", "Signature"),
    Phrase("日期", "Date"),
)
INPUTS: Final = Phrase("输入文件与哈希", "Input files and hashes")
INPUTS_SAY: Final = Phrase(
    "结论只对这些文件成立；哈希（SHA-256）变了，就要重新审计。",
    "The conclusions hold of these files alone; where a hash (SHA-256) has changed, audit again.",
)
INPUT_HEADS: Final = (Phrase("文件", "File"), Phrase("字节", "Bytes"), Phrase("SHA-256", "SHA-256"))
INVENTORY: Final = Phrase("个人信息处理清单", "Record of processing activities")
INVENTORY_SAYS: Final = Phrase(
    "剧本用到{count}项数据，其中敏感{sensitive}项，收集了没有用到{unused}项，没有类别{unknown}项。",
    "The playbooks use {count} data: {sensitive} sensitive, {unused} collected and not used, {unknown} without a category.",
)
MORE: Final = Phrase(
    "检查项的清单{list}有{count}项数据：多出的是{data}，剧本不直接用到，只经由渠道、人群等用到。",
    "The list {list} of the controls holds {count} data: {data} in addition, which playbooks use by way of channels or segments alone.",
)
FEWER: Final = Phrase(
    "检查项的清单{list}有{count}项数据：不含{data}，这些由内置目录声明，检查项不看。",
    "The list {list} of the controls holds {count} data, without {data}, which the built-in catalogue declares and no control looks at.",
)
INVENTORY_FILES: Final = Phrase("逐项清单：{page}；表格：{table}", "One by one: {page}; as a table: {table}")


@dataclass(frozen=True, slots=True)
class Input:
    """One file that the audit read."""

    path: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def fingerprint(inputs: Iterable[Input]) -> str:
    """Return one hash over all inputs, as `sha256sum` of their list by name would give."""
    lines = sorted((one.path, one.sha256) for one in inputs)
    return hashlib.sha256(
        "".join(f"{digest}  {path}\n" for path, digest in lines).encode("utf-8", "replace")
    ).hexdigest()


def waivers(audit: Audit, titles: Titles, prefix: str) -> Section:
    names = titles.names
    blocks: list[Block] = [_waived(audit, titles, prefix)] if audit.compilation.waived else []
    blocks += [waiver_block(one, titles, prefix) for one in audit.compilation.waived if not one.finding.rule.decides]
    stale = [one for one in audit.compilation.findings if one.rule in WAIVER_RULES]
    blocks += [finding_block(one, names.lang, prefix, told=titles.told_with_ids) for one in stale]
    return Section("waivers", _text(WAIVERS, names), tuple(blocks) or (_paragraph(NO_WAIVERS, names),))


def _waived(audit: Audit, titles: Titles, prefix: str) -> Table:
    """Return a row for each waived finding: where, why, by whom, until when, and the controls whose cards show it in full."""
    names = titles.names
    controls = {id(each.finding): one for one in audit.results for each in one.waived}
    rows = []
    for one in audit.compilation.waived:
        waiver, control = one.waiver, controls.get(id(one.finding))
        who = names.role(waiver.approved_by) if waiver.approved_by else ""
        until = waiver.until.value.isoformat() if waiver.until else ""
        shown = link(control.id, f"#{anchor(control)}") if control else quiet("–")
        grave = f" {strong(GRAVITIES['critical'].within(names.lang))}" if one.critical else ""
        told = titles.told(message(one.finding), with_ids=True)
        what = f"{ident(one.finding.rule.code)} {told}\n{place(one.finding.span, prefix)}"
        rows.append((text(what), text(names.say(waiver.reason)), text(f"{who}\n{until}"), text(f"{shown}{grave}")))
    columns = tuple(Column(_text(head, names), width) for head, width in zip(WAIVER_HEADS, (9, 5, 3, 3), strict=True))
    return Table(_text(WAIVERS, names), columns, (RowGroup((), tuple(rows)),))


def open_questions(audit: Audit, titles: Titles, prefix: str) -> Section:
    """Return the questions as a form to fill in, group by group."""
    names = titles.names
    groups: dict[Kind, list[tuple[Line, ...]]] = {}
    for number, one in enumerate(questions(audit), 1):
        about = (
            link(one.about, f"#control-{one.about.lower()}") if one.about[:1].isupper() else _topic(one.about, names)
        )
        where = f" {place(one.span, prefix)}" if one.span else ""
        row = (text(f"Q{number}"), text(about), text(titles.told(one.text) + where))
        groups.setdefault(one.kind, []).append(row)
    columns = tuple(
        Column(_text(head, names), width, "blank" if last else "text")
        for head, width, last in zip(QUESTION_HEADS, (2, 3, 10, 5), (False, False, False, True), strict=True)
    )
    made = tuple(RowGroup(_text(GROUPS[kind], names), tuple(rows)) for kind, rows in groups.items())
    title = _text(QUESTIONS, names)
    signed = SignOff(tuple(_text(each, names) for each in SIGNATURES), 2)
    return Section("questions", title, (Table(title, columns, made), signed), breaks=True)


def _topic(about: str, names: Names) -> str:
    return next((topic.title.within(names.lang) for topic in TOPICS if topic.id == about), "") or quiet("–")


def others(audit: Audit, titles: Titles, prefix: str) -> Section:
    names = titles.names
    blocks: list[Block] = [_paragraph(OTHERS_SAY, names)]
    blocks += [
        finding_block(one, names.lang, prefix, told=titles.told_with_ids)
        for one in audit.other
        if one.rule not in WAIVER_RULES
    ]
    if audit.proved_otherwise:
        blocks.append(Paragraph(_text(PROVED, names)))
        blocks += _proved(audit.proved_otherwise, titles)
    return Section("others", _text(OTHERS, names), tuple(blocks))


def _proved(proofs: Sequence[Proof], titles: Titles) -> Iterator[Block]:
    """Yield what was proved, each with the numbers of its premises, and the premises once."""
    names = titles.names
    order = {
        said: str(n) for n, said in enumerate(dict.fromkeys(one for proof in proofs for one in proof.assumptions), 1)
    }
    lines = []
    for one in proofs:
        given = names.pick("、", ", ").join(order[said] for said in one.assumptions)
        shown = quiet(names.bracketed(names.phrase(GIVEN_BY, numbers=given))) if given else ""
        lines.append(text(f"{titles.told(one.statement)} {ident(one.rule.code)}{shown}"))
    yield Bullets(tuple(lines))
    if order:
        yield _paragraph(PREMISES, names)
        yield Bullets(tuple(text(titles.told(said)) for said in order), ordered=True)


def law(audit: Audit, names: Names) -> Section:
    packs = audit.compilation.law.packs
    columns = tuple(Column(_text(head, names), width) for head, width in zip(PACK_HEADS, (4, 3, 3, 5, 5), strict=True))
    table = Table(_text(PACK_HEADS[0], names), columns, (RowGroup((), tuple(_pack(one, names) for one in packs)),))
    cited = dict.fromkeys(article for one in audit.results for article in one.articles)
    by_law: dict[Phrase, list[Citation]] = {}
    for one in cited:
        by_law.setdefault(one.law, []).append(one)
    groups = tuple(
        RowGroup(
            text(clean(title.within(names.lang))), tuple(_article(one, names) for one in sorted(found, key=_number))
        )
        for title, found in by_law.items()
    )
    columns = tuple(Column(_text(head, names), width) for head, width in zip(ARTICLE_HEADS, (3, 8, 3, 6), strict=True))
    articles = Table(_text(ARTICLES, names), columns, groups)
    return Section("law", _text(LAW, names), (table, articles))


def _number(one: Citation) -> int:
    """Return the number of an article, by which those of one law are listed."""
    found = re.match(r"\d+", one.article)
    return int(found[0]) if found else 0


def _article(one: Citation, names: Names) -> tuple[Line, ...]:
    number = one.article if any(sign.isdigit() for sign in one.article) else "–"
    return (
        text(clean(number)),
        text(clean(one.summary.within(names.lang))),
        text(one.in_force_from.isoformat() if one.in_force_from else "–"),
        text(_checked(one, names)),
    )


def _checked(one: Citation, names: Names) -> str:
    """Return how well an article was checked, where and when; of one from memory the first alone."""
    known = [CHECKED[one.status].within(names.lang)]
    if one.status != "U":
        known += [clean(one.source)] if one.source != known[0] else []
        known += [one.checked_on.isoformat()] if one.checked_on else []
    return names.parted(known)


def _pack(pack: Pack, names: Names) -> tuple[Line, ...]:
    statuses = [one.citation.status for one in pack.articles.values()]
    parts = [f"{CHECKED[status].within(names.lang)} {statuses.count(status)}" for status in "VSU" if status in statuses]
    remark = pack.partial.within(names.lang) if pack.partial else WHOLE.within(names.lang)
    return (
        text(clean(pack.title.within(names.lang))),
        text(OWN.within(names.lang) if pack.own else pack.id),
        text(pack.checked_on.isoformat() if pack.checked_on else "–"),
        text(names.pick("；", "; ").join(parts) or "–"),
        text(clean(remark)),
    )


def inputs(files: Sequence[Input], names: Names) -> Section:
    columns = (
        Column(_text(INPUT_HEADS[0], names), 6),
        Column(_text(INPUT_HEADS[1], names), 2),
        Column(_text(INPUT_HEADS[2], names), 12),
    )
    rows = tuple(
        (text(ident(one.path)), text(f"{len(one.data):,}"), text(ident(one.sha256)))
        for one in sorted(files, key=lambda one: one.path)
    )
    title = _text(INPUTS, names)
    return Section(
        "inputs", title, (_paragraph(INPUTS_SAY, names), Table(title, columns, (RowGroup((), rows),))), breaks=True
    )


def inventory(audit: Audit, names: Names, page: str, table: str) -> Section:
    entries = audit.inventory
    said_ = names.phrase(
        INVENTORY_SAYS,
        count=str(len(entries)),
        sensitive=str(sum(one.sensitive for one in entries)),
        unused=str(sum(one.unused for one in entries)),
        unknown=str(sum(not one.category for one in entries)),
    )
    files = names.phrase(INVENTORY_FILES, page=link(page, page), table=link(table, table))
    more = tuple(Paragraph(text(line)) for line in _counted_otherwise(audit, names))
    return Section("inventory", _text(INVENTORY, names), (Paragraph(text(said_)), *more, Paragraph(text(files))))


def _counted_otherwise(audit: Audit, names: Names) -> Iterator[str]:
    """Yield which data the controls looked at and the record leaves out, or the other way round, so that the numbers agree."""
    kept = {one.id for one in audit.inventory}
    for looked in audit.populations:
        if looked.population.id == "data":
            number = numbers(audit)["data"]
            seen = {one.subject.partition("/")[2] for one in (*looked.judged, *looked.unseen)}
            for said, ids in ((MORE, seen - kept), (FEWER, kept - seen)):
                listed = names.listed([names.title(names.workspace.data, one) for one in sorted(ids)])
                shown = link(number, f"#{number.lower()}")
                if ids:
                    yield names.phrase(said, list=shown, count=str(len(seen)), data=listed)


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))


def _paragraph(phrase: Phrase, names: Names) -> Paragraph:
    return Paragraph(_text(phrase, names), quiet=True)
