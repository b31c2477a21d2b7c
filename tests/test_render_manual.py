"""What a trainer, a shop assistant and an auditor look for in a manual is there, in both languages and in both forms."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from sopkit.model.documents import Workspace
from sopkit.render.checklist import checklist
from sopkit.render.diagrams import diagrams
from sopkit.render.document import Bullets, Document, StepCard, Table, content_hash, lines_of
from sopkit.render.index import Entry, index
from sopkit.render.kinds import Kind
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.front import Edition
from sopkit.render.manual.manual import manual
from sopkit.render.marks import Run, plain
from sopkit.render.publication import Request
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.render.writers import WRITERS
from sopkit.resources import folder
from sopkit.text import Lang, Phrase
from tests.documents import EDITION, SMALL, Element, made, small, small_documents, tree
from tests.workspaces import TODAY, compiled


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return small()


def book(workspace: Workspace, lang: Lang, role: str = "") -> Book:
    return Book(plan(workspace), Names(workspace, lang), role)


def cards(document: Document) -> list[StepCard]:
    found: list[StepCard] = []
    waiting = list(document.sections)
    while waiting:
        section = waiting.pop(0)
        found += [block for block in section.blocks if isinstance(block, StepCard)]
        waiting = [*section.sections, *waiting]
    return found


def facts(page: Element) -> dict[str, str]:
    """Return the facts of a cover as label → words."""
    (cover,) = page.with_class("cover")
    rows = [row for facts in cover.with_class("facts") for row in facts.all("div")]
    return {row.all("dt")[0].text: " ".join(each.text for each in row.all("dd")) for row in rows}


COVER: Final[dict[Lang, dict[str, str]]] = {
    "zh-CN": {
        "文件编号": "AUR-001-guide",
        "版次": "2026-07",
        "生效日期": "2026-06-01",
        "复审日期": "2027-12-31",
        "负责人": "运营负责人",
        "批准人": "店主",
        "基准日期": "2026-07-01",
        "最新版地址": "https://sop.example.com/aurora",
        "生成程序": "sopkit test",
    },
    "en": {
        "Document number": "AUR-001-guide",
        "Edition": "2026-07",
        "In force from": "2026-06-01",
        "To be reviewed by": "2027-12-31",
        "Owner": "Head of operations",
        "Approved by": "Owner",
        "As of": "2026-07-01",
        "Live edition": "https://sop.example.com/aurora",
        "Made by": "sopkit test",
    },
}

CHAPTERS: Final[dict[Lang, dict[str, list[str]]]] = {
    "zh-CN": {
        "all": ["怎么用这本手册", "岗位一览", "内容与复审日历", "底线规则", "征求客户同意", "客户旅程", "作业流程", "内容节奏", "话术库",
                "权益一览", "指标卡", "分工表（RACI）", "客户人群", "风险与对策", "依据与落实", "升级路径", "术语", "签收"],
        "guide": ["怎么用这本手册", "岗位职责", "一天与一周", "底线规则", "征求客户同意", "客户旅程", "作业流程", "内容节奏",
                  "指标卡", "升级路径", "术语", "签收"],
    },
    "en": {
        "all": ["How to use this manual", "Roles", "Calendar", "House rules", "Asking for consent", "Customer journeys", "Procedures",
                "Content on the calendar", "Script book", "Offers", "KPI card", "Who does what (RACI)", "Customer groups",
                "Risks and counter-measures", "Sources and where they are implemented", "Whom to turn to", "Glossary", "Sign-off"],
        "guide": ["How to use this manual", "Your job", "Your day and your week", "House rules", "Asking for consent", "Customer journeys",
                  "Procedures", "Content on the calendar", "KPI card", "Whom to turn to", "Glossary", "Sign-off"],
    },
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_cover_says_what_the_document_is(lang: Lang) -> None:
    page = tree(small_documents()[f"manuals/guide.{lang}.html"])
    found = facts(page)
    content = found.pop({"zh-CN": "内容指纹", "en": "Content hash"}[lang])
    assert found == COVER[lang]
    signed = page.by_id("sign-off")
    assert content in signed.text
    assert signed.attributes["class"] == "breaks", "it is filed: a page of its own, with the code"
    assert page.with_class("stamp")[0].text == {"zh-CN": "受控文件", "en": "Controlled"}[lang]


@pytest.mark.parametrize("role", ["all", "guide"])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_chapters_are_there_and_in_the_contents(lang: Lang, role: str) -> None:
    page = tree(small_documents()[f"manuals/{role}.{lang}.html"])
    chapters = [heading.text for heading in page.all("main")[0].all("h2")]
    assert chapters == CHAPTERS[lang][role]
    (contents,) = page.with_class("contents")
    listed = [link for link in contents.all("a") if page.by_id(link.attributes["href"][1:]).all("h2")]
    assert [link.text for link in listed] == chapters


def test_the_calendar_of_all_goes_on_where_the_roles_end(workspace: Workspace) -> None:
    """A page that begins anew after the last row of a table is empty but for that row."""
    chapters = {each.anchor: each for each in manual(book(workspace, "en"), EDITION, Templates()).sections}
    assert not chapters["schedule"].breaks


def test_a_step_card_says_who_when_how_why_and_what_if(workspace: Workspace) -> None:
    document = manual(book(workspace, "zh-CN", "guide"), EDITION, Templates())
    (card,) = (each for each in cards(document) if each.id == "new-member/meet/hello")
    said = {plain(fact.label): "；".join(plain(each) for each in fact.lines) for fact in card.facts}
    assert said == {
        "何时": "进入“认识”后 24 小时内",
        "渠道": "企业微信一对一；发不到时改用客服会话（回复客户）",
        "不得": "客户没有同意、已拒绝或已撤回企业微信营销的，一律不发",
        "权益": "首单券：15 元，满 99 元可用，7 天内有效，每人终身限 1 份；不与其他优惠叠加",
        "知会": "店主",
        "留痕": "跟进备注，存入会员系统（CRM），保存 1 年",
        "升级": "过了时限 1 天还没办完，找运营负责人",
    }
    assert [plain(badge) for badge in card.badges] == ["约 2 分钟"]
    kinds = [type(block).__name__ for block in card.blocks]
    assert kinds == ["Facts", "Bullets", "Script", "Callout", "Callout"]


def test_a_role_s_manual_holds_its_own_steps_and_no_other(workspace: Workspace) -> None:
    ids = {
        role: {card.id for card in cards(manual(book(workspace, "zh-CN", role), EDITION, Templates()))}
        for role in ("", "guide", "ops-lead")
    }
    assert ids["guide"] == {
        "new-member/meet/hello",
        "production/draft",
        "production/publish",
        "shop-opening/code",
    }
    assert ids["ops-lead"] == {"production/review"}
    assert ids[""] == ids["guide"] | ids["ops-lead"] | {"new-member/meet/welcome", "new-member/bought/coupon"}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("role", ["", "guide", "ops-lead"])
def test_nothing_is_left_in_another_language(workspace: Workspace, lang: Lang, role: str) -> None:
    """The workspace is whole in both languages but for the brand's signature, which is the same in both."""
    document = manual(book(workspace, lang, role), EDITION, Templates())
    foreign = {
        run.text
        for section in document.sections
        for line in lines_of(section)
        for run in line
        if run.lang not in ("", lang)
    }
    assert foreign <= {"【晨曦】"}
    if lang == "en":
        page = " ".join(plain(line) for section in document.sections for line in lines_of(section))
        assert not {char for char in page if "\u4e00" <= char <= "\u9fff"} - set("晨曦")


def test_an_issue_is_on_the_sheet_once(workspace: Workspace) -> None:
    """Where a cadence's workflow has a step that publishes, the guide ticks that and not the issue besides."""
    sheet = checklist(book(workspace, "zh-CN", "guide"), "daily", EDITION)
    assert sheet
    rows = [
        plain(row[1])
        for block in sheet.sections[0].blocks
        if isinstance(block, Table)
        for group in block.groups
        if group.day == 1
        for row in group.rows
    ]
    assert rows == ["“群里的实用内容”：发到群里（约 3 分钟）"]


@pytest.mark.long
def test_a_flow_that_branches_is_drawn_and_said_in_words(workspace: Workspace) -> None:
    files = {path.name: path.read_bytes() for path in sorted(SMALL.glob("*.yaml"))}
    compilation = compiled(files)
    drawn = diagrams(compilation.graph, compilation.workspace, ("zh-CN", "en"))
    assert {playbook for playbook, _ in drawn} == {"new-member", "production"}
    documents = made(workspace, Request(diagrams=drawn))
    captions = {
        role: [each.text for each in tree(documents[f"manuals/{role}.en.html"]).all("figcaption")]
        for role in ("all", "guide", "ops-lead")
    }
    assert captions == {
        "all": ["Flow: New member", "Flow: Production", "Scan for the live edition"],
        "guide": ["Flow: New member", "Scan for the live edition"],
        "ops-lead": ["Flow: Production", "Scan for the live edition"],
    }
    figure, other, _ = tree(documents["manuals/all.en.html"]).all("figure")
    (drawing,) = figure.all("svg")
    named = {each.attributes["id"]: each.text for each in drawing.all("title", "desc") if "id" in each.attributes}
    assert next(named[id_] for id_ in drawing.attributes["aria-labelledby"].split()) == "New member"
    ids = [each.attributes["id"] for one in (figure, other) for each in one.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    (words,) = figure.all("pre")
    for said in ("Joined in a shop", "Meet", "After the order", "Paid an order"):
        assert said in words.text
        assert said in drawing.text.replace("\n", " ")
    assert "**流程图：新客旅程**\n\n```text\n" in documents["manuals/all.zh-CN.md"]
    written = {path for path in documents if path.endswith(".svg")}
    assert written == {f"diagrams/{id_}.{lang}.svg" for id_ in ("new-member", "production") for lang in ("zh-CN", "en")}
    root = ET.fromstring(documents["diagrams/new-member.en.svg"])  # noqa: S314  our own bytes
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "New member"
    linked = {each.text: each.attributes["href"] for each in tree(documents["index.en.html"]).all("a")}
    assert linked["New member"] == "diagrams/new-member.en.svg"


@pytest.mark.long
def test_diagrams_are_written_where_they_are_asked_for(workspace: Workspace) -> None:
    files = {path.name: path.read_bytes() for path in sorted(SMALL.glob("*.yaml"))}
    drawn = diagrams(compiled(files).graph, workspace, ("en",))
    assert not [path for path in made(workspace, Request(roles=("guide",), diagrams=drawn)) if path.endswith(".svg")]
    kinds: tuple[Kind, ...] = ("diagram",)
    alone = made(workspace, Request(("en",), kinds=kinds, diagrams=drawn))
    assert sorted(alone) == ["diagrams/new-member.en.svg", "diagrams/production.en.svg", "index.html"]


def test_a_reader_finds_her_papers_in_two_taps() -> None:
    page = tree(small_documents()["index.html"])
    sections = {each.attributes["id"]: each for each in page.all("section")}
    assert next(iter(sections)) == "roles"
    doors = {each.text: each.attributes["href"] for each in sections["roles"].all("a")}
    assert next(iter(doors)) == "全员"
    card = sections[doors["导购"].removeprefix("#")]
    links = [each.attributes["href"] for each in card.all("a")]
    assert links[0] == "manuals/guide.zh-CN.html"
    assert set(doors.values()) <= {f"#{id_}" for id_ in sections}
    assert [*sections][-1] == "about"


def test_forms_stand_in_the_order_of_the_writers(workspace: Workspace) -> None:
    names = Names(workspace, "en")
    forms = ["Markdown", "PDF", "JSON", "Excel", "HTML", "Word"]
    known = [writer.name for writer in WRITERS.values()]
    entries = [
        Entry(Phrase("手册", "Manuals"), "guide", Phrase("手册", "manual"), "en", form, f"m.{form}") for form in forms
    ]
    page = index(entries, names, EDITION, ("en",))
    card = next(each for each in page.sections if each.anchor == "for.guide")
    (listed,) = card.blocks
    assert isinstance(listed, Bullets)
    said = [run.href.removeprefix("m.") for run in listed.lines[0] if run.href]
    assert said == [form for form in known if form in forms] + ["JSON"]


def test_a_group_of_the_index_is_called_by_its_folder_as_the_style_sheet_calls_it(workspace: Workspace) -> None:
    names = Names(workspace, "en")
    groups = {
        "diagrams/a.svg": "Flow diagrams",
        "checklists/a.html": "Campaigns",
        "checklists/b.html": "Shop checklists",
    }
    entries = [Entry(Phrase(said, said), "", Phrase("图", "one"), "en", "HTML", path) for path, said in groups.items()]
    staff = Entry(Phrase("手册", "Manuals"), "guide", Phrase("手册", "manual"), "en", "HTML", "m.html")
    page = index([staff, *entries], names, EDITION, ("en",))
    anchors = [each.anchor for each in page.sections]
    assert anchors[-4:-1] == ["diagrams", "checklists-campaigns", "checklists-shop-checklists"]
    named = re.findall(r"\.index #([a-z]+)", (folder("templates") / "document.css").read_text("utf-8"))
    assert named
    assert set(named) <= set(anchors)


@pytest.mark.long
@pytest.mark.parametrize(
    ("edition", "stamp", "label"),
    [
        (Edition(TODAY), "非受控文件", "工作稿 2026-07-01"),
        (Edition(TODAY, "2026-07"), "受控文件", "2026-07"),
        (Edition(date(2026, 5, 31), "2026-07"), "尚未生效", "2026-07"),
        (Edition(TODAY, "2026-07", draft=True), "草稿 DRAFT", "2026-07"),
        (Edition(TODAY, draft=True), "草稿 DRAFT", "工作稿 2026-07-01"),
    ],
)
def test_every_page_says_its_standing(workspace: Workspace, edition: Edition, stamp: str, label: str) -> None:
    documents = made(workspace, edition=edition)
    for path in ("manuals/guide.zh-CN.html", "checklists/guide.daily.zh-CN.html", "index.html"):
        page = tree(documents[path])
        shown = page.with_class("stamp") or page.with_class("running")
        assert stamp in shown[0].text, path
        margins = page.all("style")[0].text.partition("@top-right { content: ")[2].partition("}")[0]
        assert {char for char in stamp + label if char.isalnum()} <= set(margins), path
        marks = [each.text for each in page.with_class("watermark")]
        assert marks == ([stamp] if edition.draft else []), path
    assert f"> **{stamp}**" in documents["manuals/guide.zh-CN.md"]


@pytest.mark.long
def test_the_hash_is_of_the_content_and_not_of_the_edition(workspace: Workspace) -> None:
    def hashes(whole: Workspace, edition: Edition) -> dict[str, str]:
        return {
            role: facts(tree(made(whole, edition=edition)[f"manuals/{role}.en.html"]))["Content hash"]
            for role in ("guide", "ops-lead")
        }

    first = hashes(workspace, EDITION)
    assert first == hashes(workspace, Edition(date(2027, 1, 1), "2027-01", draft=True, tool="another"))
    assert len(set(first.values())) == len(first)
    section = manual(book(workspace, "en"), EDITION, Templates()).sections[1]
    assert content_hash("", (section,)) == content_hash("", (replace(section, breaks=not section.breaks),))
    assert content_hash("", (section,)) != content_hash("", (replace(section, title=(Run("Others"),)),))
    files = {path.name: path.read_text("utf-8") for path in SMALL.glob("*.yaml")}
    files["journey.yaml"] = files["journey.yaml"].replace("Check the name", "Check the name twice")
    changed = hashes(compiled(files).workspace, EDITION)
    assert changed["guide"] != first["guide"]
    assert changed["ops-lead"] == first["ops-lead"]


@pytest.mark.long
def test_a_working_copy_and_a_draft_are_in_force_on_no_day() -> None:
    for edition in (replace(EDITION, label=""), replace(EDITION, draft=True)):
        page = tree(made(small(), edition=edition)["manuals/guide.zh-CN.html"])
        assert "生效日期" not in facts(page)
        assert "复审日期" in facts(page)


def test_a_role_s_steps_are_numbered_without_gaps(workspace: Workspace) -> None:
    numbers = {
        role: [
            card.number
            for card in cards(manual(book(workspace, "zh-CN", role), EDITION, Templates()))
            if card.id.startswith("production/")
        ]
        for role in ("", "guide")
    }
    assert numbers == {"": ["1", "2", "3"], "guide": ["1", "2"]}


def test_a_role_s_manual_says_each_thing_once(workspace: Workspace) -> None:
    """Scripts, offers and who is told stand on the cards; a KPI's target on the KPI card or at its playbook."""
    document = manual(book(workspace, "zh-CN", "guide"), EDITION, Templates())
    assert not {"scripts", "offers", "raci"} & {section.anchor for section in document.sections}
    said = [plain(line) for section in document.sections for line in lines_of(section)]
    assert len([each for each in said if "满 99 元可用" in each]) == 1
    assert len([each for each in said if "不低于 20%" in each]) == 1


SHARED: Final = """\
kind: automation
id: hello
starts_on: order-paid
steps:
  - {id: first, send: greeting, via: wecom-chat, by: guide, for: service, within: 1d}
  - {id: again, send: greeting, via: wecom-chat, by: guide, for: service, after: 7d, within: 8d}
---
kind: catalog
scripts: {greeting: {title: 问候, text: 您好，用得怎么样？}}
"""


def test_a_script_of_two_steps_stands_once_and_is_referred_to() -> None:
    (document,) = (text for path, text in made(SHARED).items() if path == "manuals/guide.zh-CN.html")
    page = tree(document)
    assert document.count("您好，用得怎么样？") == 1
    again = page.by_id("step.hello.again")
    assert "话术：“问候”，原文见" in again.text
    assert "#step.hello.first" in [each.attributes["href"] for each in again.all("a")]


def test_opting_out_says_what_staff_do_and_how_soon_it_stops(workspace: Workspace) -> None:
    document = manual(book(workspace, "zh-CN", "guide"), EDITION, Templates())
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    (table,) = (each for each in tables if plain(each.caption) == "各渠道的退订方式")
    rows = {plain(row[0]): [plain(cell) for cell in row[1:]] for group in table.groups for row in group.rows}
    assert rows["企业微信一对一"] == [
        "回复“不再打扰”或删除好友",
        "当场在企业微信侧栏登记谢绝打扰，只回一句“好的，不再打扰您”；删了好友的不再添加",
        "24 小时",
    ]
    assert rows["客户群"][1] == "不挽留，不再邀请进群"


ALERT: Final = """\
kind: kpi
id: opens
title: 打开率
owner: guide
formula: {count: {event: order-paid}}
alert: {when: < 170 CNY, before: 2h, to: guide}
"""


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh-CN", "低于 170 元时预警，2 小时内通知导购"), ("en", "tells shop guide within 2 hours")],
)
def test_an_alert_is_told_within_its_time_not_ahead_of_it(lang: Lang, said: str) -> None:
    document = manual(book(compiled(ALERT).workspace, lang), EDITION, Templates())
    lines = [plain(line) for section in document.sections for line in lines_of(section)]
    assert [line for line in lines if said in line.lower()] != []


STARTED: Final = """\
kind: procedure
id: look
title: 停下来看
owner: guide
steps:
  - {id: count, do: 核数, by: guide}
"""


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "指标“打开率”预警时"), ("en", "On an alert of “打开率”")])
def test_a_procedure_says_which_alerts_start_it(lang: Lang, said: str) -> None:
    files = {"kpi.yaml": ALERT.replace("to: guide", "to: guide, start: look"), "look.yaml": STARTED}
    document = manual(book(compiled(files).workspace, lang), EDITION, Templates())
    assert said in [plain(line) for section in document.sections for line in lines_of(section)]
    unstarted = manual(book(compiled(STARTED).workspace, lang), EDITION, Templates())
    labels = [plain(line) for section in unstarted.sections for line in lines_of(section)]
    assert not {"何时开始", "Starts"} & set(labels)
