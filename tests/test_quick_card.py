"""Quick cards: a role's work, times and people on one page, with a code that leads to the live edition."""

from __future__ import annotations

import re
from dataclasses import replace

import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest
import segno
import zxingcpp

from sopkit import pipeline
from sopkit.model.documents import Workspace
from sopkit.reader.files import find_sources
from sopkit.render.document import Callout, Diagram, Document, Table, lines_of
from sopkit.render.html import to_html
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.manual import manual
from sopkit.render.manual.quick_card import quick_card
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import plain
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.publication import roles_with_work
from sopkit.render.qr import MODULE, QUIET, qr_code
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.text import LANGS, Lang
from tests.documents import EDITION, small, tree
from tests.figures import PLAYBOOKS
from tests.workspaces import TODAY, unjudged


def card(workspace: Workspace, role: str, lang: Lang) -> Document | None:
    book = Book(plan(workspace), Names(workspace, lang), role)
    return quick_card(book, EDITION, manual(book, EDITION, Templates()), f"../manuals/{role}.{lang}.html")


@pytest.mark.parametrize("lang", LANGS)
def test_a_card_says_of_what_what_when_and_whom_to_ask(lang: Lang) -> None:
    made = card(small(), "guide", lang)
    assert made is not None
    (section,) = made.sections
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    rows = [[plain(cell) for cell in row] for row in table.groups[0].rows]
    names = Names(small(), lang)
    hello = next(row for row in rows if "24" in row[2])
    assert plain(names.role("ops-lead")) in hello[3]
    assert all(len(row) == 4 and all(row) for row in rows)
    assert len(rows) == 4
    assert [block for block in section.blocks if isinstance(block, Callout)]
    said = " ".join(plain(line) for line in lines_of(section))
    assert plain(names.role("owner-manager")) in said
    assert "https://sop.example.com/aurora" in said
    (code,) = [block for block in section.blocks if isinstance(block, Diagram)]
    assert code.text == "https://sop.example.com/aurora"
    page = tree(to_html(made, Templates()))
    assert page.with_class("diagram")
    assert "https://sop.example.com/aurora" in to_markdown(made)


def test_who_signs_for_a_manual_can_see_whether_it_is_the_live_one(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(plan(small()), Names(small(), "en"), "guide")
    made = manual(book, EDITION, Templates())
    (code,) = [block for block in made.sections[-1].blocks if isinstance(block, Diagram)]
    assert (made.sections[-1].anchor, code.text) == ("sign-off", "https://sop.example.com/aurora")
    monkeypatch.setattr("sopkit.render.qr.is_ready", lambda: False)
    without = manual(book, EDITION, Templates())
    assert without.content == made.content, "nobody signs again since a library is missing"
    assert len(without.sections[-1].blocks) == len(made.sections[-1].blocks) - 1


def test_the_code_is_that_of_the_address() -> None:
    address = "https://sop.example.com/aurora?a=1&b=<2>"
    drawn = qr_code(address, "<Live>")
    assert drawn is not None
    code = segno.make(address, error="m", micro=False, boost_error=False)
    side = len(list(code.matrix))
    shown = [[0] * side for _ in range(side)]
    for x, y, width in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="\d+" fill="#000000"/>', drawn.svg):
        for column in range(int(width) // MODULE):
            shown[int(y) // MODULE - QUIET][int(x) // MODULE - QUIET + column] = 1
    assert shown == [list(row) for row in code.matrix]
    assert "&lt;Live&gt;" in drawn.svg
    assert "b=&lt;2&gt;" in drawn.svg
    tree(drawn.svg)


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_a_phone_reads_the_address_from_the_printed_card(lang: Lang) -> None:
    made = card(small(), "guide", lang)
    assert made
    typesetter = Typesetter(Templates(), EDITION.as_of)
    (sheet,) = pypdfium2.PdfDocument(to_pdf(made, typesetter))
    typesetter.close()
    assert [each.text for each in zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())] == [
        "https://sop.example.com/aurora"
    ]


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "ftp://example.com", "https://example.com/" + "长" * 300]
)
def test_what_is_no_web_address_gets_no_code(address: str) -> None:
    assert qr_code(address, "x") is None


def test_a_role_of_many_steps_gets_a_page_and_is_told_of_the_rest() -> None:
    steps = "".join(
        f"  - {{id: s{n}, do: 第 {n} 步, by: guide{', within: 1h' if n >= 30 else ''}}}\n" for n in range(40)
    )
    text = f"kind: procedure\nid: work\ntitle: 作业\nowner: guide\nstarts_on: [manual]\nsteps:\n{steps}"
    workspace = unjudged(
        {"p.yaml": "kind: catalog\nid: people\nowner: guide\nroles: {guide: {title: 导购}}\n", "w.yaml": text}
    ).workspace
    made = card(workspace, "guide", "zh-CN")
    assert made is not None
    (table,) = [block for block in made.sections[0].blocks if isinstance(block, Table)]
    said = [plain(row[1]) for row in table.groups[0].rows]
    assert {plain(row[0]) for row in table.groups[0].rows} == {"作业"}
    assert 12 < len(said) < 40
    assert said[-10:] == [f"第 {n} 步" for n in range(30, 40)], "what has little time comes before what has much"
    assert f"另有 {40 - len(said)} 步" in plain(table.caption)
    assert not [block for block in made.sections[0].blocks if isinstance(block, Diagram)]


def test_a_role_without_steps_gets_none() -> None:
    assert card(small(), "owner-manager", "zh-CN") is None


def test_a_draft_says_so() -> None:
    book = Book(plan(small()), Names(small(), "en"), "guide")
    draft = replace(EDITION, draft=True)
    made = quick_card(book, draft, manual(book, draft, Templates()))
    assert made is not None
    assert made.draft
    assert "DRAFT" in made.stamp


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_the_card_of_every_role_of_the_reference_is_one_page(lang: Lang) -> None:
    found = find_sources(PLAYBOOKS)
    workspace = pipeline.compile(found.sources, today=TODAY, found=found.findings).workspace
    sheets = {}
    with Typesetter(Templates(), TODAY) as typesetter:
        for role in roles_with_work(workspace):
            made = card(workspace, role, lang)
            if made is not None:
                sheets[role] = len(pypdfium2.PdfDocument(to_pdf(made, typesetter)))
    assert len(sheets) > 10
    assert {role: pages for role, pages in sheets.items() if pages != 1} == {}
