"""What a playbook says stands in Markdown as it is, whatever it holds: CommonMark reads the quoted line back, in a table as well."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sopkit.render.document import Bullets, Column, Diagram, Document, RowGroup, Section, Table, text
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import ident, plain

LINES = st.text(
    st.one_of(st.sampled_from("`|\\*_ '<>[]~ab"), st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))),
    min_size=1,
)


def written(*blocks: Bullets | Table | Diagram) -> str:
    return to_markdown(Document("manual", "en", "t", "", (Section("s", text("s"), blocks),)))


def read(markdown: str, kind: str) -> list[str]:
    """Return what a reader of the page sees as code."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        found += [token.content] if token.type == kind else []
        found += [inner.content for inner in token.children or () if inner.type == kind]
    return found


@given(LINES)
@example("a `b` c")
@example("`")
@example("``` and `` and `")
@example(" a ")
@example("`a|b`")
@example("a\\|b")
@example("a\\\\|b|")
@example("title: {zh-CN: 说明 `if: a | b`}")
def test_a_quoted_line_is_read_as_it_is_in_the_file(line: str) -> None:
    quoted = plain(text(ident(line)))
    if not quoted.strip(" "):
        return
    row = Table(
        (), (Column(text("where"), 1), Column(text("line"), 1)), (RowGroup((), ((text("a:1"), text(ident(line))),)),)
    )
    assert read(written(Bullets((text(ident(line)),))), "code_inline") == [quoted]
    assert read(written(row), "code_inline") == [quoted]


@pytest.mark.parametrize("words", ["plain", "with ``` in it", "````\n```"])
def test_a_drawing_in_words_is_read_as_it_is(words: str) -> None:
    assert read(written(Diagram("d", "t", "<svg/>", words)), "fence") == [words + "\n"]
