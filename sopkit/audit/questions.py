"""An audit goes in; what it leaves to people comes out, as questions: what no check decides, and what the checks rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from sopkit.audit.judging import BETWEEN_VERSIONS, Audit, Result, Status
from sopkit.diagnostics import Citation
from sopkit.frozen import dataclass
from sopkit.law.topics import TOPICS
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import Forest

Kind = Literal["manual", "possible", "not assessed", "topic", "logs", "assumption", "article", "pack"]
"""Why it is asked."""

BY_HAND: Final = Phrase("请核对，有没有做到“{title}”？", "check by hand whether this is kept: {title}")
COMPARE: Final = Phrase(
    "请和上一版剧本比较，有没有做到“{title}”？", "compare with the version before, whether this is kept: {title}"
)
ACTUAL: Final = Phrase("请核对实际情况：{practice}", "check what really happens: {practice}")
RECORDS: Final = Phrase("抽查实际的发送、同意和撤回记录", "a sample of what was sent, consented to and withdrawn")
HOLDS: Final = Phrase("结论的前提成立吗：{said}", "does this hold, on which the conclusions rest: {said}")
FROM_MEMORY: Final = Phrase(
    "法规包凭记忆写的、没有核对原文：{articles}。请核对",
    "written from memory and not checked: {articles}; check the text",
)
SECOND_HAND: Final = Phrase(
    "法规包只据二手资料写的：{articles}。请核对原文", "from a secondary source only: {articles}; check the text"
)
PARTIAL: Final = Phrase("法规包“{pack}”不完整：{said}", "the pack “{pack}” is partial: {said}")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a person has to answer. `about` is a control, a topic or a pack."""

    kind: Kind
    about: str
    text: Phrase
    span: Span | None = None


KINDS: Final[tuple[Kind, ...]] = (
    "possible",
    "manual",
    "not assessed",
    "topic",
    "logs",
    "assumption",
    "article",
    "pack",
)
"""In the order in which they are asked."""


def questions(audit: Audit) -> tuple[Question, ...]:
    """Return the questions by kind, those about controls in the order of the report."""
    return tuple(sorted(_questions(audit), key=lambda one: KINDS.index(one.kind)))


def _questions(audit: Audit) -> Iterator[Question]:
    for one in audit.results:
        yield from _of_control(one, audit.compilation.forest)
    for topic in TOPICS:
        if topic.question is not None:
            yield Question("topic", topic.id, topic.question)
    for one in audit.results:
        if one.depends_on_practice and one.status is not Status.NOT_APPLICABLE:
            yield Question("logs", one.id, ACTUAL.filled(practice=one.practice or RECORDS))
    passed = [one for one in audit.results if one.status is Status.PASS]
    for said in dict.fromkeys(phrase for one in passed for phrase in one.premises):
        yield Question("assumption", "", HOLDS.filled(said=said))
    yield from _of_law(audit)


def _of_control(one: Result, forest: Forest) -> Iterator[Question]:
    match one.status:
        case Status.MANUAL if not one.findings:
            if not any(looked.doubtful for _, looked in one.looked):
                asked = COMPARE if BETWEEN_VERSIONS in one.reasons else BY_HAND
                yield Question("manual", one.id, asked.filled(title=one.title))
            for _, looked in one.looked:
                for place in looked.doubtful:
                    said = Phrase(
                        f"“{place.subject.partition('/')[2]}”：{looked.population.doubtful_because.zh}",
                        f"`{place.subject.partition('/')[2]}`: {looked.population.doubtful_because.en}",
                    )
                    yield Question("possible", one.id, said, forest.span(place.at))
        case Status.MANUAL:
            for finding in one.findings:
                yield Question(
                    "possible", one.id, Phrase(finding.message("zh-CN"), finding.message("en")), finding.span
                )
        case Status.NOT_ASSESSED:
            for reason in one.reasons:
                yield Question(
                    "not assessed", one.id, Phrase(f"{one.title.zh}：{reason.zh}", f"{one.title.en}: {reason.en}")
                )
        case _:
            pass


def _of_law(audit: Audit) -> Iterator[Question]:
    cited = dict.fromkeys(article for one in audit.results for article in one.articles)
    for status, phrase in (("U", FROM_MEMORY), ("S", SECOND_HAND)):
        by_law: dict[Phrase, list[Citation]] = {}
        for article in cited:
            if article.status == status:
                by_law.setdefault(article.law, []).append(article)
        for each in by_law.values():
            yield Question("article", "", phrase.filled(articles=_of_one_law(each)))
    for pack in audit.compilation.law.packs:
        if pack.partial is not None:
            yield Question("pack", pack.id, PARTIAL.filled(pack=pack.title, said=pack.partial))


def named(article: Citation) -> Phrase:
    """Return how an article is called: its law alone where the number is not known."""
    if not any(sign.isdigit() for sign in article.article):
        return Phrase(f"《{article.law.zh}》", article.law.en)
    number, bracket, rest = article.article.partition("(")
    return Phrase(f"《{article.law.zh}》第{number}条{bracket}{rest}", f"{article.law.en} {article.article}")


def _of_one_law(articles: Sequence[Citation]) -> Phrase:
    """Return how several articles of one law are called: 《个人信息保护法》第6条、第13条."""
    first, *rest = dict.fromkeys(named(article) for article in articles)
    zh, en = f"《{articles[0].law.zh}》", f"{articles[0].law.en} "
    more = [Phrase(one.zh.removeprefix(zh), one.en.removeprefix(en)) for one in rest]
    return Phrase("、".join((first.zh, *(one.zh for one in more))), ", ".join((first.en, *(one.en for one in more))))
