"""A document with every kind of block, for tests of what is set on paper: words go in; it comes out."""

from __future__ import annotations

from typing import Final

from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Checklist,
    Column,
    Day,
    Definition,
    Definitions,
    Diagram,
    Document,
    Fact,
    Facts,
    FillIn,
    Look,
    Moment,
    Paragraph,
    RowGroup,
    Script,
    Section,
    SignOff,
    StepCard,
    Table,
    TearOff,
    Timeline,
    Week,
    text,
)
from sopkit.render.marks import foreign, ident, link, quiet, slot, strong
from sopkit.text import Lang

DRAWING: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="f" width="80" height="40"><title>t</title><style>.f{--ink:#123456}'
    "@media print{.f{--ink:#000}}.f text{fill:var(--ink)}.f .h{font-weight:600}</style>"
    '<g transform="translate(4 2)"><rect x="1" y="1" width="60" height="30" fill="none"/>'
    '<text class="h" x="30" y="20" font-size="12" text-anchor="middle">图 &lt;1&gt;</text></g></svg>'
)


def blocks(words: str) -> tuple[Block, ...]:
    """Return one block of each kind, each saying the words."""
    line = text(words)
    fact = Fact(text("何时"), (line, text(strong(words))), "stop")
    columns = (
        Column(text("时间"), 3, "time"),
        Column(line, 8),
        Column(text("完成"), 2, "tick"),
        Column(text("备注"), 4, "blank"),
    )
    return (
        Paragraph(line),
        Paragraph(text(quiet(words)), quiet=True),
        Bullets((line, text(slot(words) + link(words, "#card") + link(words, "https://sop.test/")))),
        Bullets((line,), ordered=True),
        Facts((fact,)),
        Definitions((Definition(line, (line,)),)),
        Table(line, columns, (RowGroup(line, ((text("09:00–10:00"), line),)), RowGroup((), ((), (line, line))))),
        Checklist(text("核对"), (line,)),
        Callout("warning", text("注意"), (Paragraph(line), Bullets((line,)))),
        Script("script", line, "hello-guide", (text(quiet(words)),), (line, text(slot("昵称"))), (text(ident("a/b")),)),
        StepCard("card", "1", line, "journey/stage/step-with-a-long-id", (line,), (fact,), (Callout("note", line, ()),), "status fail"),
        Timeline(line, (Moment(text("09:00"), (line,)),)),
        Week(line, tuple(Day(text(day), (Moment(text("09:00"), (line,)),)) for day in "一二三四五六日")),
        Diagram("flow", words, DRAWING, words),
        FillIn((text("日期"), line)),
        SignOff((text("姓名"), line), 2),
        TearOff(line, (text("日期"), line)),
    )  # fmt: skip


def paper(words: str, lang: Lang = "zh-CN") -> Document:
    """Return a manual with every kind of block, in sections three deep, one of them folded."""
    line = text(words)
    inner = Section(
        "inner",
        line,
        (Paragraph(text(foreign(words, "en"))),),
        (Section("deep", line, blocks(words)[:3], folded=True),),
    )
    return Document(
        "manual",
        lang,
        words,
        words,
        (Section("first", line, blocks(words), (inner,)), Section("second", line, blocks(words)[-3:-2], breaks=True)),
        facts=(Fact(text("编号"), (line,)),),
        draft=True,
        stamp=words,
        running=(words, "1.0"),
        look=Look(header=words, footer=words, name="晨曦"),
    )  # fmt: skip
