"""The papers of a training: a role's manual and its questions go in; pack, answer key and record sheet come out as documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.frozen import dataclass
from sopkit.render.document import (
    Block,
    Bullets,
    Checklist,
    Column,
    Document,
    FillIn,
    Paragraph,
    RowGroup,
    Section,
    SignOff,
    StepCard,
    Table,
    content_hash,
    text,
)
from sopkit.render.manual import front
from sopkit.render.manual.book import Book, anchor
from sopkit.render.manual.front import Edition
from sopkit.render.marks import Line, ident, link, plain
from sopkit.render.sentences import sentence_case
from sopkit.render.training.questions import Question
from sopkit.render.wording import deeds, timing
from sopkit.render.wording.names import Names

LETTERS: Final = "ABCDEFGH"
PEOPLE: Final = 20
"""Rows of a record sheet: what fits on a page."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What a trainer hands out, what he keeps to himself, and what he fills in."""

    paper: Document
    key: Document
    record: Document


def pack(book: Book, asked: tuple[Question, ...], manual: Document, edition: Edition, manual_path: str = "") -> Pack:
    """Return the papers of the book's role; `manual_path` leads from them to the manual's page, '' where there is none."""
    maker = _Maker(book, asked, manual, edition, manual_path)
    return Pack(maker.paper(), maker.key(), maker.record())


@dataclass(frozen=True, slots=True)
class _Maker:
    book: Book
    asked: tuple[Question, ...]
    manual: Document
    edition: Edition
    manual_path: str

    @property
    def names(self) -> Names:
        return self.book.names

    def paper(self) -> Document:
        names = self.names
        sections = (self._how(), self._reading(), self._questions(), self._sign_off())
        return self._document("training", self._title(names.pick("培训包", "training pack")), sections)

    def key(self) -> Document:
        names = self.names
        note = names.pick(
            "只给带教人。理由见手册中该步骤的卡片。",
            "For the trainer alone. The reason stands on the step's card in the manual.",
        )
        blocks: list[Block] = [Paragraph(text(note))]
        blocks += [self._answers()] if self.asked else [Paragraph(text(self._no_questions()))]
        section = Section("answers", text(names.pick("答案", "Answers")), tuple(blocks))
        return self._document("training-key", self._title(names.pick("培训答案", "answer key")), (section,))

    def record(self) -> Document:
        names = self.names
        heads = [
            (names.pick("姓名", "Name"), 4),
            (names.pick("门店/部门", "Shop or department"), 4),
            (names.pick("日期", "Date"), 3),
            (names.pick("得分", "Score"), 2),
            (names.pick("带教人", "Trainer"), 4),
            (names.pick("签名", "Signature"), 4),
        ]
        columns = (Column(text("#"), 1, "time"), *(Column(text(head), width, "blank") for head, width in heads))
        rows = tuple((text(str(number)),) for number in range(1, PEOPLE + 1))
        title = names.pick("培训记录", "Training record")
        outof = names.pick(
            f"满分 {len(self.asked)} 分，每题一分。", f"Out of {len(self.asked)}, one for each question."
        )
        said = names.pick(
            f"本次培训所依据的手册：{self._manual_said()}。", f"This training is on the manual {self._manual_said()}."
        )
        blocks: tuple[Block, ...] = (
            Paragraph(text(said + (names.pick("", " ") + outof if self.asked else ""))),
            FillIn((text(names.pick("培训地点", "Place")), text(names.pick("合格分", "Pass mark")))),
            Table(text(title), columns, (RowGroup((), rows),), counted=False),
        )
        sections = sentence_case((Section("record", text(title), blocks),), names.lang)
        number = f"{self.book.role}-training-record"
        return front.sheet(
            self._title(names.pick("培训记录表", "training record")), sections, self.edition, number, names
        )

    def _title(self, kind: str) -> str:
        role = plain(self.names.role(self.book.role))
        return self.names.pick(f"{role}{kind}", f"{role}: {kind}")

    def _document(self, suffix: str, title: str, sections: tuple[Section, ...]) -> Document:
        names, settings = self.names, self.book.workspace.settings
        said = sentence_case(sections, names.lang)
        content = content_hash(title, said)
        number = f"{self.book.role}-{suffix}"
        return Document(
            form="manual",
            lang=names.lang,
            title=title,
            subtitle=plain(names.say(settings.title)),
            sections=said,
            facts=front.cover(settings, self.edition, number, content, names),
            draft=self.edition.draft,
            stamp=front.stamp(settings, self.edition, names.lang),
            running=front.running(settings, self.edition, number, names),
            look=front.look(settings, names),
            content=content,
        )

    def _manual_said(self) -> str:
        """Return the manual by title, edition and content hash: 导购手册，版次 2026-07，内容指纹 ab12."""
        names = self.names
        label = front.edition_label(self.edition, names)
        title = names.quote(self.manual.title)
        return names.pick(
            f"{title}，版次 {label}，内容指纹 {self.manual.content}",
            f"{title}, edition {label}, content hash {self.manual.content}",
        )

    def _how(self) -> Section:
        names = self.names
        count = len(self.asked)
        points = [
            names.pick("读：按阅读清单读手册，读完一项勾一项。", "Read: follow the reading list and tick each part."),
            names.pick(
                f"答：不看手册答 {count} 题，每题只有一个正确答案。",
                f"Answer: {count} {'question' if count == 1 else 'questions'} without the manual; each has one right answer.",
            ),
            names.pick(
                "对：带教人按答案核对，答错的回手册里重读那一步。",
                "Check: the trainer marks the paper; read the steps again that you had wrong.",
            ),
            names.pick(
                "签：在签收页签名，带教人填培训记录表。", "Sign: on the last page; the trainer fills in the record."
            ),
        ]
        if not self.asked:
            del points[1:3]
        lines = tuple(text(point) for point in points)
        basis = names.pick(f"依据：{self._manual_said()}。", f"It goes by {self._manual_said()}.")
        title = text(names.pick("怎么用", "How to use this pack"))
        return Section("how", title, (Bullets(lines, ordered=True), Paragraph(text(basis), quiet=True)))

    def _reading(self) -> Section:
        names = self.names
        columns = (
            Column(text(names.pick("手册章节", "Part of the manual")), 5),
            Column(text(names.pick("其中要掌握的步骤", "Steps to know in it")), 9),
            Column(text(names.pick("已读", "Read")), 2, "tick"),
        )
        groups = tuple(self._groups())
        title = text(names.pick("阅读清单", "Reading list"))
        return Section("reading", title, (Table(title, columns, groups),))

    def _groups(self) -> Iterator[RowGroup]:
        """Yield the chapters with steps under their titles; those between, in which there is only to read, together."""
        between: list[tuple[Line, ...]] = []
        for chapter in self.manual.sections:
            rows = tuple(self._part(each, within) for each, within in _with_cards(chapter))
            if rows:
                if between:
                    yield RowGroup((), tuple(between))
                    between = []
                yield RowGroup(chapter.title, rows)
            elif chapter.anchor != "sign-off":
                between.append(self._part(chapter))
        if between:
            yield RowGroup((), tuple(between))

    def _part(self, section: Section, within: str = "") -> tuple[Line, Line]:
        """Return the row of a section; `within` is the title of the playbook whose stage it is."""
        cards = [block for block in section.blocks if isinstance(block, StepCard)]
        steps = [f"{self._linked(plain(card.title), card.anchor)} {ident(card.id)}" for card in cards]
        title = f"{within}{self.names.pick('·', ' · ')}{plain(section.title)}" if within else plain(section.title)
        return text(self._linked(title, section.anchor)), text("\n".join(steps) or "–")

    def _linked(self, said: str, fragment: str) -> str:
        return link(said, f"{self.manual_path}#{fragment}") if self.manual_path else said

    def _questions(self) -> Section:
        names = self.names
        title = text(names.pick("试题", "Questions"))
        if not self.asked:
            return Section("questions", title, (Paragraph(text(self._no_questions())),), breaks=True)
        head = (names.pick("姓名", "Name"), names.pick("日期", "Date"), names.pick("得分", "Score"))
        lists = tuple(
            Checklist(
                text(f"{number}. {question.words.within(names.lang)}"),
                tuple(
                    text(f"{letter}. {option.words.within(names.lang)}")
                    for letter, option in zip(LETTERS, question.options, strict=False)
                ),
            )
            for number, question in enumerate(self.asked, start=1)
        )
        return Section("questions", title, (FillIn(tuple(map(text, head))), *lists), breaks=True)

    def _no_questions(self) -> str:
        names = self.names
        if not self.book.all_steps():
            return names.pick(
                "没有试题：手册里没有由这个岗位亲手做的步骤。",
                "No questions: the manual has no step that this role does itself.",
            )
        return names.pick(
            "没有试题：这个岗位的步骤没有写时限、话术、交接、升级或出错时的做法，或者全手册里没有足够多不同的写法可作错误选项。",
            "No questions: the steps of this role name no time limit, script, next step, escalation or remedy, or there are too few "
            "different ones in all manuals to make wrong answers of.",
        )

    def _answers(self) -> Table:
        names = self.names
        columns = (
            Column(text(names.pick("题号", "No.")), 1, "time"),
            Column(text(names.pick("正确答案", "Right answer")), 6),
            Column(text(names.pick("依据的步骤", "The step that says so")), 7),
            Column(text(names.pick("手册原意", "When, by the manual")), 6),
        )
        rows = tuple(self._answer(number, question) for number, question in enumerate(self.asked, start=1))
        return Table(text(names.pick("答案", "Answers")), columns, (RowGroup((), rows),))

    def _answer(self, number: int, question: Question) -> tuple[Line, ...]:
        names, placed = self.names, question.placed
        right = question.options[question.right].words.within(names.lang)
        step = self._linked(deeds.title(placed, names), anchor("step", placed.path))
        return (
            text(str(number)),
            text(f"{LETTERS[question.right]}. {right}"),
            text(f"{step} {ident(placed.path)}"),
            text(timing.due(placed, names)),
        )

    def _sign_off(self) -> Section:
        names = self.names
        said = names.pick(
            f"我已读完{self._manual_said()}，并完成了本次培训。换版后，手册“本版变化”写明须重新签收的，重新学习并签收。",
            f"I have read {self._manual_said()}, and finished this training. Where “Changes” in a later edition asks for it, I will train "
            "and sign again.",
        )
        labels = [names.pick("姓名", "Name"), names.pick("岗位", "Role"), names.pick("门店/部门", "Shop or department")]
        labels += [names.pick("签名", "Signature"), names.pick("日期", "Date")]
        trainer = [
            names.pick("带教人", "Trainer"),
            names.pick("得分", "Score"),
            names.pick("签名", "Signature"),
            names.pick("日期", "Date"),
        ]
        blocks = (
            Paragraph(text(said)),
            SignOff(tuple(map(text, labels)), 1),
            SignOff(tuple(map(text, trainer)), 1),
        )
        return Section("sign-off", text(names.pick("签收", "Sign-off")), blocks)


def _with_cards(chapter: Section) -> Iterator[tuple[Section, str]]:
    """Yield the chapter and the sections below it in which step cards stand; a stage with the title of its playbook, else ''."""
    for section in (chapter, *chapter.sections):
        if _has_cards(section):
            yield section, ""
        if section is not chapter:
            yield from ((stage, plain(section.title)) for stage in section.sections if _has_cards(stage))


def _has_cards(section: Section) -> bool:
    return any(isinstance(block, StepCard) for block in section.blocks)
