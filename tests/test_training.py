"""Training papers: every right answer is what the playbooks say, no wrong one is, and the same edition asks the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.model.documents import Workspace
from sopkit.model.steps import Approve, Ask, Send, Start
from sopkit.model.values import Duration
from sopkit.reader.files import find_sources
from sopkit.render.document import Checklist, Document, SignOff, Table, lines_of
from sopkit.render.html import to_html
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.manual import manual
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import Line, plain
from sopkit.render.templating import Templates
from sopkit.render.training.answers import Asked, other_answers
from sopkit.render.training.pack import LETTERS, Pack, pack
from sopkit.render.training.questions import MOST, Question, questions, seed_of
from sopkit.render.walks import Placed, accountable, doers, placed_steps
from sopkit.render.wording import deeds
from sopkit.render.wording.names import Names
from sopkit.text import LANGS, Lang
from tests.documents import EDITION, small, tree
from tests.figures import PLAYBOOKS
from tests.workspaces import unjudged

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@pytest.fixture(scope="module")
def reference() -> Workspace:
    files = {source.path: source.data for source in find_sources(PLAYBOOKS).sources}
    return unjudged(files).workspace


def drawn(workspace: Workspace, role: str, edition: str = "2026-07") -> tuple[Question, ...]:
    return questions(Asked(plan(workspace)), role, seed_of(workspace.settings.id, role, edition))


def papers(workspace: Workspace, role: str, lang: Lang) -> Pack:
    book = Book(plan(workspace), Names(workspace, lang), role)
    handbook = manual(book, EDITION, Templates())
    return pack(book, drawn(workspace, role), handbook, EDITION, f"../manuals/{role}.{lang}.html")


@pytest.mark.long
def test_every_key_is_right_and_every_other_option_wrong(reference: Workspace) -> None:
    topics = set()
    for role in reference.roles:
        asked = drawn(reference, role)
        judge(reference, role, asked)
        topics |= {question.topic for question in asked}
    assert topics >= {"limit", "lead", "next", "script", "hand-over", "escalate", "wrong", "refusal", "rejected"}
    assert len(drawn(reference, "guide")) == MOST


def judge(workspace: Workspace, role: str, asked: tuple[Question, ...]) -> None:
    """Hold every question against the model alone."""
    assert len(asked) <= MOST
    assert len({(question.topic, question.placed.path) for question in asked}) == len(asked)
    for question in asked:
        assert role in doers(question.placed, workspace)
        assert len(question.options) in (3, 4)
        for lang in LANGS:
            words = [plain(option.words.within(lang)).strip().casefold() for option in question.options]
            assert len(set(words)) == len(words)
            assert all(words)
        verdicts = [is_right(question.topic, question.placed, option.key, workspace) for option in question.options]
        assert verdicts.index(True) == question.right, question
        assert verdicts.count(True) == 1, question
        assert not told_by_its_title(question, workspace), question


def told_by_its_title(question: Question, workspace: Workspace) -> bool:
    """Tell whether the name of the step, in either language, holds the right answer word for word."""
    right = question.options[question.right].words
    return any(
        plain(right.within(lang)) in plain(deeds.title(question.placed, Names(workspace, lang))) for lang in LANGS
    )


def is_right(topic: str, placed: Placed, key: str, workspace: Workspace) -> bool:
    """Answer by the model, in ways of its own where there are any."""
    step = placed.step
    own = list(placed_steps(placed.playbook))
    match topic:
        case "limit":
            return same_length(key, step.within)
        case "lead":
            return same_length(key, step.before)
        case "again":
            assert isinstance(step.verb, Ask)
            return same_length(key, step.again_after)
        case "script":
            assert isinstance(step.verb, Send) or step.script
            used = [ref.id for ref in step.verb.all_scripts] if isinstance(step.verb, Send) else []
            return key in [*used, *([step.script.id] if step.script else [])]
        case "case":
            assert isinstance(step.verb, Send)
            once = [ref.id for _, ref in step.verb.scripts]
            return key == next(id_ for id_ in once if once.count(id_) == 1)
        case "wrong":
            return key == repr(step.if_wrong.variants if step.if_wrong else None)
        case "escalate":
            assert step.escalate is not None
            assert step.escalate.to is not None
            others = {ref.id for ref in (*step.consult, *step.inform)} | {accountable(placed)}
            assert key == step.escalate.to.id or key not in others
            return key == step.escalate.to.id
        case "start":
            assert isinstance(step.verb, Start)
            return key == step.verb.playbook.id
        case "rejected":
            assert isinstance(step.verb, Approve)
            assert step.if_rejected is not None
            return key.rpartition("/")[2] == step.if_rejected.id
        case "next":
            return key in [each.path for each in own if each.previous is step]
        case "hand-over":
            (after,) = [each for each in own if each.previous is step]
            return key in doers(after, workspace)
        case "refusal":
            written = repr(step.if_)
            return all(f"id={id_!r}" in written for id_ in key.split())
    raise AssertionError(topic)


def same_length(said: str, length: Duration | None) -> bool:
    assert length is not None
    if " " in said or length.unit not in SECONDS or said.lstrip("0123456789") not in SECONDS:
        return said == str(length)
    number = int(said.rstrip("smhdw"))
    return number * SECONDS[said.lstrip("0123456789")] == length.seconds


LENGTHS: Final = ("30m", "1h", "60m", "24h", "1d", "2d", "7d", "1w", "1mo", "30d", "3 workdays", "1y", "12mo")
ADVICE: Final = ("打电话问店长", "打电话问店长本人", "停下来，什么也不要再发", "换一张新卡，旧卡作废", "")
TITLES: Final = ("核对", "登记", "通知", "核对 ", "<b>归档</b>", "=cmd()")


@st.composite
def playbook(draw: st.DrawFn) -> str:
    lines = ["kind: procedure", "id: work", "title: 作业", "owner: guide", "starts_on: [manual]", "steps:"]
    for number in range(draw(st.integers(1, 7))):
        parts = [f"id: s{number}", f"do: {draw(st.sampled_from(TITLES))!r}", f"by: {draw(st.sampled_from(ROLES))}"]
        if draw(st.booleans()):
            parts.append(f"{draw(st.sampled_from(('within', 'before')))}: {draw(st.sampled_from(LENGTHS))}")
        if draw(st.booleans()):
            parts.append(f"if_wrong: {draw(st.sampled_from(ADVICE))!r}")
        if draw(st.booleans()):
            parts.append(f"escalate: {{to: {draw(st.sampled_from(ROLES))}}}")
        if number and draw(st.integers(0, 4)) == 0:
            parts.append(f"since: s{draw(st.integers(0, number - 1))}")
        lines.append(f"  - {{{', '.join(parts)}}}")
    return "\n".join(lines) + "\n"


ROLES: Final = ("guide", "lead", "boss", "twin")
NOUNS: Final = """\
kind: catalog
id: people
owner: guide
roles: {guide: {title: 导购}, lead: {title: 主管}, boss: {title: 老板}, twin: {title: 老板}}
"""


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(playbook(), st.sampled_from(ROLES))
def test_no_playbook_makes_a_question_with_two_right_answers(text: str, role: str) -> None:
    workspace = unjudged({"people.yaml": NOUNS, "work.yaml": text}).workspace
    asked = drawn(workspace, role)
    judge(workspace, role, asked)
    assert asked == drawn(workspace, role)
    whole = papers(workspace, role, "en")
    for document in (whole.paper, whole.key, whole.record):
        assert to_markdown(document)


@pytest.mark.long
def test_the_letter_in_the_key_is_the_option_in_the_paper(reference: Workspace) -> None:
    for lang in LANGS:
        made = papers(reference, "guide", lang)
        lists = [each for each in blocks(made.paper) if isinstance(each, Checklist)]
        (answers,) = [each for each in blocks(made.key) if isinstance(each, Table)]
        rows = answers.groups[0].rows
        assert len(rows) == len(lists) == MOST
        for number, (row, shown) in enumerate(zip(rows, lists, strict=True), start=1):
            assert plain(row[0]) == str(number)
            assert plain(shown.title).startswith(f"{number}. ")
            assert plain(row[1]) in [plain(line) for line in shown.lines]
            assert plain(row[1])[0] in LETTERS
            assert plain(row[2]).rpartition(" ")[2] in plain(shown.title)


@pytest.mark.long
def test_both_languages_ask_the_same(reference: Workspace) -> None:
    zh, en = (papers(reference, "guide", lang) for lang in LANGS)
    letters = [[plain(row[1])[0] for row in keys(made)] for made in (zh, en)]
    assert letters[0] == letters[1]
    assert [plain(row[2]).split()[-1] for row in keys(zh)] == [plain(row[2]).split()[-1] for row in keys(en)]


def keys(made: Pack) -> list[tuple[Line, ...]]:
    (answers,) = [each for each in blocks(made.key) if isinstance(each, Table)]
    return list(answers.groups[0].rows)


@pytest.mark.long
def test_another_edition_asks_other_questions(reference: Workspace) -> None:
    first, again, next_one = (drawn(reference, "guide", edition) for edition in ("2026-07", "2026-07", "2026-08"))
    assert first == again
    assert first != next_one
    assert drawn(reference, "guide") != drawn(reference, "content-lead")


@pytest.mark.parametrize("lang", LANGS)
def test_reading_list_and_sign_off_are_those_of_the_manual(lang: Lang) -> None:
    workspace = small()
    book = Book(plan(workspace), Names(workspace, lang), "guide")
    handbook = manual(book, EDITION, Templates())
    made = papers(workspace, "guide", lang)
    said = " ".join(plain(line) for section in made.paper.sections for line in lines_of(section))
    for placed in book.all_steps():
        assert placed.path in said
    signed = next(section for section in made.paper.sections if section.anchor == "sign-off")
    assert handbook.content
    assert handbook.content in " ".join(map(plain, lines_of(signed)))
    assert sum(isinstance(each, SignOff) for each in signed.blocks) == 2
    page = to_html(handbook, Templates())
    anchors = {each.attributes["id"] for each in tree(page).walk() if "id" in each.attributes}
    hrefs = {each.attributes["href"] for each in tree(to_html(made.paper, Templates())).all("a")}
    into = {href.partition("#")[2] for href in hrefs if href.startswith("../manuals/")}
    assert into
    assert into <= anchors


STAGES: Final = """\
kind: lifecycle
id: joining
title: 入会旅程
owner: lead
starts_on: [manual]
stages:
  first:
    title: 第一天
    steps:
      - {id: hi, send: hello, via: wecom-chat, by: guide, within: 1h}
      - {id: bye, title: 道别, send: farewell, via: wecom-chat, by: guide, within: 1h}
      - {id: late, title: 迟到时, send: sorry, via: wecom-chat, by: guide, within: 1h}
"""
SCRIPTS: Final = "kind: catalog\nscripts:\n" + "".join(
    f"  {id_}: {{title: {title}, text: {title}}}\n"
    for id_, title in (("hello", "问好"), ("farewell", "临别赠言"), ("sorry", "致歉"))
)


def test_a_step_that_is_called_like_its_script_is_not_asked_for_it() -> None:
    files = {"people.yaml": NOUNS, "journey.yaml": STAGES, "scripts.yaml": SCRIPTS}
    asked = drawn(unjudged(files).workspace, "guide")
    assert sorted(each.placed.step.id for each in asked if each.topic == "script") == ["bye", "late"]


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "入会旅程·第一天"), ("en", "入会旅程 · 第一天")])
def test_the_reading_list_names_the_journey_of_a_stage(lang: Lang, said: str) -> None:
    files = {"people.yaml": NOUNS, "journey.yaml": STAGES, "scripts.yaml": SCRIPTS}
    made = papers(unjudged(files).workspace, "guide", lang)
    reading = next(section for section in made.paper.sections if section.anchor == "reading")
    assert said in map(plain, lines_of(reading))


def test_one_question_is_said_as_one() -> None:
    workspace = small()
    book = Book(plan(workspace), Names(workspace, "en"), "guide")
    made = pack(book, drawn(workspace, "guide")[:1], manual(book, EDITION, Templates()), EDITION)
    assert "1 question without the manual" in to_markdown(made.paper)


def test_a_role_of_one_bare_step_is_told_why_there_are_no_questions() -> None:
    text = "kind: procedure\nid: work\ntitle: 作业\nowner: guide\nstarts_on: [manual]\nsteps:\n  - {id: s, do: 归档, by: guide}\n"
    workspace = unjudged({"people.yaml": NOUNS, "work.yaml": text}).workspace
    for lang, words in zip(LANGS, ("没有试题", "No questions"), strict=True):
        made = papers(workspace, "guide", lang)
        for document in (made.paper, made.key):
            assert words in to_markdown(document)
        assert "work/s" in to_markdown(made.paper)
        assert not [each for each in blocks(made.paper) if isinstance(each, Checklist)]


@pytest.mark.long
def test_papers_depend_on_no_hash_seed() -> None:
    program = (
        "from tests.documents import SMALL\n"
        "from tests.test_training import LANGS, papers, to_markdown, unjudged\n"
        "small_one = unjudged({path.name: path.read_bytes() for path in SMALL.glob('*.yaml')}).workspace\n"
        "for lang in LANGS:\n"
        "    made = papers(small_one, 'guide', lang)\n"
        "    print(to_markdown(made.paper), to_markdown(made.key), to_markdown(made.record))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0]


def blocks(document: Document) -> Iterator[object]:
    for section in document.sections:
        yield from section.blocks


def test_wrong_times_are_of_the_size_of_the_right_one(reference: Workspace) -> None:
    """Of minutes nobody takes working days for the answer: they are left out where enough is nearer."""
    asked = Asked(plan(reference))
    step = next(each for each in asked.steps if each.path == "shop-enrolment/tell")
    nearest = [answer.key for answer in islice(other_answers("limit", step, asked), 6)]
    assert len(nearest) == 6
    assert all(key.endswith("m") for key in nearest), nearest


def test_wrong_advice_is_first_of_the_same_people(reference: Workspace) -> None:
    asked = Asked(plan(reference))
    step = next(each for each in asked.steps if each.path == "shop-enrolment/scan")
    mine = [answer.key for placed, answer in asked.known("wrong") if "guide" in doers(placed, reference)]
    assert {answer.key for answer in islice(other_answers("wrong", step, asked), 6)} <= set(mine)
