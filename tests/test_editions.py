"""Editions: what changed is marked and told to those whose work it is, and to nobody else; moving files changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sopkit import resources
from sopkit.model.documents import Workspace
from sopkit.reader.files import find_sources
from sopkit.render.document import StepCard
from sopkit.render.edition_file import EditionFile, EditionUnreadableError, read, written
from sopkit.render.editions import Changes, Record, compare, survey
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.changes import marked
from sopkit.render.manual.front import Edition
from sopkit.render.manual.manual import manual
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import plain
from sopkit.render.publication import Request
from sopkit.render.templating import Templates
from sopkit.render.walks import doers
from sopkit.render.wording.names import Names
from sopkit.text import LANGS
from tests.documents import SMALL, made, tree
from tests.figures import PLAYBOOKS
from tests.test_render_manual import cards
from tests.workspaces import unjudged

FIRST: Final = Edition(date(2026, 7, 1), "2026-07", tool="sopkit test")
SECOND: Final = Edition(date(2026, 10, 1), "2026-10", tool="sopkit test")
SCHEMA: Final = json.loads((resources.folder("schemas") / "edition-v1.schema.json").read_text("utf-8"))

Texts = dict[str, str]


@cache
def small_texts() -> tuple[tuple[str, str], ...]:
    return tuple((path.name, path.read_text("utf-8")) for path in sorted(SMALL.glob("*.yaml")))


@cache
def reference_texts() -> tuple[tuple[str, str], ...]:
    return tuple((source.path, source.data.decode()) for source in find_sources(PLAYBOOKS).sources)


def workspace_of(texts: Texts) -> Workspace:
    return unjudged(texts).workspace


def surveyed(texts: Texts, edition: Edition = FIRST) -> Record:
    return survey(plan(workspace_of(texts)), edition)


def changed(texts: Texts, old: str, new: str) -> Texts:
    """Return the texts with one place changed."""
    assert sum(text.count(old) for text in texts.values()) == 1, old
    return {path: text.replace(old, new) for path, text in texts.items()}


def changes_of(old: str, new: str) -> Changes:
    texts = dict(small_texts())
    return compare(surveyed(texts), surveyed(changed(texts, old, new), SECOND))


def test_one_step_of_the_guide_concerns_the_guide_alone() -> None:
    found = changes_of("within: 24h\n        since: stage", "within: 12h\n        since: stage")
    assert list(found.changed) == ["new-member/meet/hello"]
    assert (found.new, found.removed, found.chapters, found.joined) == ({}, {}, {}, ())
    assert found.roles == ("guide",)


@pytest.mark.parametrize(
    ("old", "new", "paths", "roles"),
    [
        ("zh-CN: 核对称呼, en", "zh-CN: 先核对称呼, en", ["new-member/meet/hello"], ("guide",)),
        ("[Ad] {customer.nickname|Hello}", "[Ad] {customer.nickname|Hi}", ["new-member/meet/hello"], ("guide",)),
        ("zh-CN: 按模板起草", "zh-CN: 按新模板起草", ["production/draft"], ("guide",)),
        ("zh-CN: 没有绝对化用语", "zh-CN: 没有最高级用语", ["production/review"], ("ops-lead",)),
    ],
)  # fmt: skip
def test_a_change_is_told_to_whoever_does_the_step(
    old: str, new: str, paths: list[str], roles: tuple[str, ...]
) -> None:
    found = changes_of(old, new)
    assert list(found.changed) == paths
    assert found.roles == roles


@pytest.mark.long
def test_every_single_change_of_the_reference_concerns_its_doers_alone() -> None:
    """A remedy in one step of each role: only that step changes, and only for those who do it."""
    texts = dict(reference_texts())
    workspace = workspace_of(texts)
    base = surveyed(texts)
    the_plan = plan(workspace)
    seen: set[str] = set()
    for placed in (each for steps in the_plan.steps.values() for each in steps if each.step.if_wrong):
        roles = doers(placed, workspace)
        if not roles or roles[0] in seen:
            continue
        seen.add(roles[0])
        record = base.steps[placed.playbook.id][placed.path]
        steps = {
            **base.steps,
            placed.playbook.id: {**base.steps[placed.playbook.id], placed.path: replace(record, content="0" * 16)},
        }
        found = compare(replace(base, steps=steps), base)
        assert list(found.changed) == [placed.path]
        assert found.roles == tuple(sorted(roles))
    assert "guide" in seen
    guide = changed(texts, "停用旧码，换新码", "停用旧码，马上换新码")
    found = compare(base, surveyed(guide, SECOND))
    assert len(found.changed) == 1
    assert len(found.roles) == 1


def test_new_and_removed_steps_and_hands() -> None:
    line = "  - {id: publish, do: {zh-CN: 发到群里, en: Post it}, by: guide, within: 2h, minutes: 3}\n"
    added = changes_of(line, line + "  - {id: tidy, do: 归档, by: ops-lead}\n")
    assert list(added.new) == ["production/tidy"]
    assert added.roles == ("ops-lead",)
    handed = changes_of(line, line.replace("by: guide", "by: ops-lead"))
    assert list(handed.changed) == ["production/publish"]
    assert set(handed.roles) == {"guide", "ops-lead"}
    texts = dict(small_texts())
    removed = compare(
        surveyed(changed(texts, line, line + "  - {id: tidy, do: 归档, by: ops-lead}\n")), surveyed(texts)
    )
    assert list(removed.removed) == ["production/tidy"]
    assert removed.roles == ("ops-lead",)


def test_house_rules_bind_everyone() -> None:
    texts = dict(small_texts())
    found = compare(surveyed(texts), surveyed(changed(texts, "max: 5", "max: 4"), SECOND))
    assert found.changed == {}
    assert set(found.roles) == set(surveyed(texts).roles)


@pytest.mark.long
@settings(max_examples=8, deadline=None, phases=(Phase.generate,))
@given(st.randoms(use_true_random=False))
def test_files_renamed_and_documents_moved_are_no_change(random: object) -> None:
    shuffle = getattr(random, "shuffle")  # noqa: B009  a Random of hypothesis
    documents = [part.strip("\n") + "\n" for _, text in small_texts() for part in text.split("\n---\n")]
    shuffle(documents)
    moved = {f"{number}-{len(text)}.yaml": text for number, text in enumerate(documents)}
    found = compare(surveyed(dict(small_texts())), surveyed(moved, SECOND))
    assert (found.new, found.changed, found.removed, found.chapters, found.roles) == ({}, {}, {}, {}, ())


def test_keys_in_another_order_are_no_change() -> None:
    old = "{id: code, do: {zh-CN: 摆好入会码, en: Put out the joining code}, by: guide, within: 10m, minutes: 2}"
    new = "{minutes: 2, within: 10m, by: guide, do: {en: Put out the joining code, zh-CN: 摆好入会码}, id: code}"
    found = changes_of(old, new)
    assert (found.changed, found.roles) == ({}, ())


def test_manuals_mark_changes_and_keep_their_hash() -> None:
    texts = dict(small_texts())
    new = changed(texts, "within: 24h\n        since: stage", "within: 12h\n        since: stage")
    found = compare(surveyed(texts), surveyed(new, SECOND))
    for lang, again, needless in zip(
        LANGS, ("请重新学习", "sign again"), ("不必重新培训", "need not train"), strict=True
    ):
        book = Book(plan(workspace_of(new)), Names(workspace_of(new), lang), "guide")
        plain_one = manual(book, SECOND, Templates())
        guide = marked(plain_one, found, "guide", book.names)
        assert guide.content == plain_one.content
        badges = {card.id: [plain(badge) for badge in card.badges] for card in cards(guide)}
        assert badges["new-member/meet/hello"][0] in ("本版修改", "changed in this edition")
        assert sum("本版修改" in each or "changed in this edition" in each for each in badges.values()) == 1
        assert guide.sections[1].anchor == "changes"
        assert again in to_markdown(guide)
        other = Book(book.plan, book.names, "ops-lead")
        said = to_markdown(marked(manual(other, SECOND, Templates()), found, "ops-lead", book.names))
        assert needless in said
        whole = marked(manual(Book(book.plan, book.names), SECOND, Templates()), found, "", book.names)
        assert plain(book.names.role("guide")) in to_markdown(replace(whole, sections=(whole.sections[1],)))
        assert any(isinstance(block, StepCard) for section in whole.sections for block in section.blocks) or cards(
            whole
        )


@pytest.mark.long
def test_the_index_says_first_what_is_new_and_whom_it_concerns() -> None:
    texts = dict(small_texts())
    new = changed(texts, "within: 24h\n        since: stage", "within: 12h\n        since: stage")
    workspace = workspace_of(new)
    pages = made(workspace, Request(former=EditionFile(surveyed(texts), None)), SECOND)
    first = tree(pages["index.en.html"]).all("section")[0]
    assert first.attributes["id"] == "news"
    assert "Steps: 0 new, 1 changed, 0 removed." in first.text
    assert [each.attributes["href"] for each in first.all("a")] == [
        "manuals/all.en.html#changes",
        "manuals/guide.en.html#changes",
    ]
    assert all('id="changes"' in pages[f"manuals/{role}.en.html"] for role in ("all", "guide"))
    assert 'id="news"' not in made(workspace, edition=SECOND)["index.en.html"]


def test_the_file_is_as_its_schema_says_and_reads_back() -> None:
    record, later = surveyed(dict(small_texts())), surveyed(dict(small_texts()), SECOND)
    for edition in (EditionFile(record), EditionFile(later, record)):
        data = written(edition)
        Draft202012Validator(SCHEMA).validate(json.loads(data))
        assert read(data, "aurora", "edition.json") == edition
        assert written(read(data, "aurora", "edition.json")) == data
    assert EditionFile(later, record).before("2026-10") == record
    assert EditionFile(later, record).before("2027-01") == later
    assert EditionFile(later, record).before("") == later
    assert EditionFile(record).before("2026-07") is None


GOOD: Final[dict[str, object]] = {
    "version": 1, "workspace": "aurora", "edition": "x", "as_of": "2026-07-01", "playbooks": {}, "roles": {}, "previous": None,
}  # fmt: skip


BROKEN: Final[tuple[dict[str, object], ...]] = (
    {"version": 2},
    {"version": None},
    {"workspace": "other"},
    {"as_of": "yesterday"},
    {"as_of": 3},
    {"playbooks": []},
    {"playbooks": {"a": {"a/b": {"by": "guide"}}}},
    {"roles": {"guide": {"chapters": {"duties": 3}, "manuals": {}}}},
    {"previous": 7},
    {"previous": {}},
    {"edition": None},
)
DAMAGED: Final = (b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'"\\ud800"')


@pytest.mark.parametrize("data", [*DAMAGED, *(json.dumps(GOOD | broken).encode() for broken in BROKEN)])
def test_a_damaged_or_foreign_file_says_so(data: bytes) -> None:
    with pytest.raises(EditionUnreadableError) as caught:
        read(data, "aurora", "out/edition.json")
    for lang in LANGS:
        assert "out/edition.json" in caught.value.reason.within(lang)
    read(json.dumps(GOOD).encode(), "aurora", "out/edition.json")
