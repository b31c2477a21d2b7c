"""What changes between two versions: `tests/diff/*/{before,after}` and what users read about them; what is no change; every form.

`SOPKIT_REGENERATE=1 pytest tests/test_diff.py` writes the outputs anew; read the difference.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from sopkit import resources
from sopkit.diagnostics import Rule, Severity, Unassessed
from sopkit.diff.change import Change, Comparison, Detail
from sopkit.diff.comparison import compare
from sopkit.diff.kinds import CATALOG
from sopkit.diff.rules import GROUPS, RULES
from sopkit.diff.rules_customers import RENAMED, STEP_ADDED, WORDS_CHANGED
from sopkit.diff.rules_promises import ASK_AGAIN, NEW_FINDING
from sopkit.diff.rules_staff import RETRAIN
from sopkit.pipeline import Compilation
from sopkit.reader import read
from sopkit.render.changes.as_json import changes_json
from sopkit.render.changes.comment import MOST_CHARACTERS, comment
from sopkit.render.changes.page import page
from sopkit.render.changes.terminal import changes_text, summary
from sopkit.render.changes.words import Frame
from sopkit.render.html import to_html
from sopkit.render.retraining import Version, retraining
from sopkit.render.templating import Templates
from sopkit.render.terminal import Screen
from sopkit.render.wording.names import Names
from sopkit.source import Source
from sopkit.text import LANGS, Phrase
from tests.workspaces import TODAY, compiled

HERE = Path(__file__).parent / "diff"
CASES = sorted(path for path in HERE.iterdir() if path.is_dir())
REGENERATE = bool(os.environ.get("SOPKIT_REGENERATE"))
FRAME = Frame("main", "HEAD")
SCHEMA = json.loads((resources.folder("schemas") / "diff-v1.schema.json").read_text("utf-8"))
Files = Mapping[str, bytes]


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def compared(old: Compilation, new: Compilation) -> Comparison:
    """Return the whole comparison, as the command line makes it."""
    return compare(old, new, retraining(Version(old.workspace, old.forest), Version(new.workspace, new.forest)))


def between(before: Files, after: Files) -> Comparison:
    return compared(compiled(before), compiled(after))


def said(comparison: Comparison) -> list[str]:
    return [f"{one.rule.code} {one.message('en')}" for one in comparison.changes]


@lru_cache
def of_case(case: Path) -> Comparison:
    return between(files_of(case / "before"), files_of(case / "after"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_user_reads_this(case: Path) -> None:
    lines: list[str] = []
    for lang in LANGS:
        screen = Screen(lang)
        lines += [*changes_text(of_case(case), FRAME, screen), *summary(of_case(case), FRAME, screen), ""]
    expected = case.with_suffix(".out")
    if REGENERATE:
        expected.write_text("\n".join(lines), "utf-8")
    assert "\n".join(lines) == expected.read_text("utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_kind_has_a_case_of_its_name_that_shows_it(rule: Rule) -> None:
    comparison = of_case(HERE / rule.name)
    assert rule in [one.rule for one in comparison.changes]
    assert comparison.unjudged == ()


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_two_versions_on_its_page_show_it_and_the_way_back_is_otherwise(rule: Rule) -> None:
    good, bad = ({"sopkit.yaml": text.encode()} for text in (rule.good, rule.bad))
    assert rule in [one.rule for one in between(good, bad).changes]
    assert between(good, good).changes == between(bad, bad).changes == ()


def test_each_kind_is_in_one_group_and_cases_are_of_kinds_or_told_apart() -> None:
    assert set(GROUPS) == {rule.code for rule in RULES}
    names = {rule.name for rule in RULES}
    assert {case.name for case in CASES if case.name.rpartition("-and-")[0] == ""} == names


# What is no change


def documents(files: Files) -> list[object]:
    return [tree.value for path, data in files.items() for tree in read(Source(path, data)).trees]


def shuffled(value: object, rng: random.Random) -> object:
    """Return the value with the keys of every mapping in another order, but where their order counts: stages, nouns, values."""
    if isinstance(value, dict):
        items = list(value.items())
        if "kind" in value or "id" in value:
            rng.shuffle(items)
        return {key: shuffled(one, rng) for key, one in items}
    return [shuffled(one, rng) for one in value] if isinstance(value, list) else value


def elsewhere(files: Files, seed: int) -> dict[str, bytes]:
    """Return the same documents in other files and another order, keys shuffled, written in another style, with comments."""
    rng = random.Random(seed)  # noqa: S311  repeatable, not secret
    found = documents(files)
    rng.shuffle(found)
    made: dict[str, bytes] = {}
    for number, one in enumerate(found):
        text = yaml.safe_dump(
            shuffled(one, rng), allow_unicode=True, sort_keys=False, default_flow_style=bool(number % 2), width=60
        )
        path = f"{'abc'[number % 3]}/{number // rng.choice((1, 2, 3))}.yaml"
        is_settings = isinstance(one, dict) and one.get("kind") == "workspace"
        path = "sopkit.yaml" if is_settings else path
        made[path] = made.get(path, b"") + b"---\n# moved\n" + text.encode()
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_moves_files_order_and_form_are_no_change(case: Path) -> None:
    before = files_of(case / "before")
    comparison = between(before, elsewhere(before, 7))
    assert said(comparison) == []
    assert comparison.unjudged == ()


@pytest.mark.long
def test_moves_of_the_reference_playbooks_are_no_change() -> None:
    files = files_of(Path(__file__).parents[1] / "playbooks")
    old = compiled(files)
    for seed in (1, 2):
        assert said(compared(old, compiled(elsewhere(files, seed)))) == []


def test_a_step_that_is_called_like_its_purpose_is_only_renamed() -> None:
    """What else is called so is not: the purpose stays; what is counted since the step follows it."""
    later = "  - {id: later, do: 电话, by: guide, since: care, within: 9d}\n"
    before = RENAMED.good.replace("id: hi,", "id: care,").replace(CATALOG, later + CATALOG)
    after = before.replace("id: care,", "id: care-call,").replace("since: care,", "since: care-call,")
    changes = between({"sopkit.yaml": before.encode()}, {"sopkit.yaml": after.encode()}).changes
    assert [one.rule for one in changes if one.rule is not RETRAIN] == [RENAMED]
    other = after.replace("for: care,", "for: promotion,").encode()
    found = {one.rule for one in between({"sopkit.yaml": before.encode()}, {"sopkit.yaml": other}).changes}
    assert STEP_ADDED in found


def test_what_takes_the_place_of_something_built_in_is_compared_with_that() -> None:
    before = files_of(HERE / "consent-to-ask-again" / "before")
    wider = "{title: 短信, channels: [sms, mp-notice], purposes: [promotion], effective_within: 24h}"
    own = f"kind: catalog\nconsents:\n  sms-marketing: {wider}\n"
    comparison = between(before, {**before, "own.yaml": own.encode()})
    asked = next(one for one in comparison.changes if one.rule is ASK_AGAIN)
    assert (asked.subject, asked.details) == (
        "consent/sms-marketing",
        (Detail("channels", "[sms]", "[sms, mp-notice]"),),
    )
    assert not any("added" in one for one in said(comparison))


def test_a_purpose_that_takes_more_data_widens_the_consents_that_are_built_in() -> None:
    before = files_of(HERE / "consent-to-ask-again" / "before")
    wider = "{title: 营销, category: marketing, basis: consent, data: [phone, external-userid, nickname, cart-items]}"
    own = f"kind: catalog\npurposes:\n  promotion: {wider}\n".encode()
    asked = [one for one in between(before, {**before, "own.yaml": own}).changes if one.rule is ASK_AGAIN]
    assert "consent/sms-marketing" in {one.subject for one in asked}
    assert {one.message("en").partition(" cover ")[2] for one in asked} == {"data cart-items and must be asked again"}
    assert {one.after.path for one in asked if one.after and one.subject != "consent/skin"} == {"own.yaml"}


# Each way back


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_is_told_in_both_directions(case: Path) -> None:
    """Whatever is otherwise one way is otherwise the other way, but what is better is less to say."""
    back = between(files_of(case / "after"), files_of(case / "before"))
    if of_case(case).changes:
        assert back.changes != ()


# What could not be judged


def test_what_can_not_be_read_is_told_and_fails() -> None:
    before = files_of(HERE / "time-changed" / "before")
    broken = {**before, "automation.yaml": before["automation.yaml"].replace(b"within: 1h", b"within: soon")}
    comparison = between(before, broken)
    assert [one.reason.en.partition(":")[0] for one in comparison.unjudged] == [
        "the new version",
        "the new version has errors, so nobody can tell whether what was proved before (2) still holds; "
        "who must train and sign again",
    ]
    for one, place in ((comparison, "after/automation.yaml:8:"), (between(broken, before), "HEAD:automation.yaml:8:")):
        frame = Frame("HEAD", "after", "HEAD:", "after/")
        assert place in "\n".join(summary(one, frame, Screen("en", columns=200)))
        assert f"**not judged** (`{place}" in comment(one, frame, "en")
        assert [at.startswith(place) for _, at in frame.unjudged(one)] == [True, False]
        assert place in str(page(one, frame, "2026-07-01", Names(compiled(before).workspace, "en")).sections[0])


@pytest.mark.parametrize("name", ["automation.yaml", "sopkit.yaml"])
def test_what_stands_in_a_file_that_can_not_be_read_neither_came_nor_went(name: str) -> None:
    """Nor are proofs lost that nobody looked for: it is said once that nobody can tell, and the error is told."""
    before = files_of(HERE / "time-changed" / "before")
    broken = {**before, name: before[name] + b"  bad: [\n"}
    (unread,) = between(before, broken).changes
    assert (unread.rule, unread.weight) == (NEW_FINDING, Severity.ERROR)
    said_of = [one.reason.en for one in between(before, broken).unjudged]
    assert [
        one.startswith("the new version has errors, so nobody can tell whether it still has") for one in said_of
    ] == [
        False,
        True,
    ]
    assert "still holds; who must train" in said_of[1]
    back = between(broken, before)
    assert back.changes == ()
    assert "the former version has errors, so nobody can tell whether it had" in back.unjudged[1].reason.en
    moved = {f"other/{path}": data for path, data in broken.items()} if name != "sopkit.yaml" else broken
    moved["sopkit.yaml"] = broken["sopkit.yaml"]
    moved.pop("other/sopkit.yaml", None)
    assert [one.rule for one in between(before, moved).changes] == [NEW_FINDING]


def test_what_was_taken_away_beside_a_file_that_can_not_be_read_is_told() -> None:
    before = files_of(HERE / "other-change" / "before")
    broken = {**before, "broken.yaml": b"  bad: [\n"}
    gone = {path: data for path, data in broken.items() if path in ("sopkit.yaml", "broken.yaml")}
    assert len(gone) < len(broken)
    assert {one.rule for one in between({**before, "broken.yaml": b"\n"}, gone).changes} > {NEW_FINDING}


# Forms

HOSTILE = "</details><script>alert(1)</script>\n# @everyone #1 www.evil.example `x` [a](javascript:b) | **b** ![i](x) https://evil.example"


def hostile(count: int = 1) -> Comparison:
    span = Source(f"{HOSTILE[:20]}.yaml", b"a: b\n").span(0, 1)
    changes = tuple(
        Change(
            (RENAMED, WORDS_CHANGED)[number % 2], f"script/{HOSTILE}", {"before": HOSTILE},
            (Detail("text", HOSTILE, HOSTILE * 2),), span, span, Severity.ERROR if number % 5 == 0 else None,
        )
        for number in range(count)
    )  # fmt: skip
    return Comparison(changes, (Unassessed(RENAMED, "x", Phrase(HOSTILE, HOSTILE)),))


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_text_stays_inside_the_comment(lang: str) -> None:
    text = comment(hostile(3), Frame(f"{HOSTILE}`", "HEAD"), "en" if lang == "en" else "zh-CN")
    tokens = MarkdownIt("commonmark").parse(text)
    inner = [child for one in tokens for child in one.children or ()]
    markup = {one.content.strip() for one in (*tokens, *inner) if one.type in ("html_block", "html_inline")}
    assert markup == {
        "<br>",
        "<details><summary>" + ("customers" if lang == "en" else "客户") + " (3)</summary>",
        "</details>",
    }
    assert not any(one.type in ("link_open", "image") for one in inner)
    words = "\n".join(one.content for one in inner if one.type == "text")
    assert "everyone" in words
    assert not re.search(r"@\w|#\d|www\.|://", words), "nothing that a forge makes a link or a mention of"


def test_a_comment_is_never_longer_than_a_forge_takes() -> None:
    text = comment(hostile(2_000), FRAME, "en")
    assert len(text) < MOST_CHARACTERS + 500
    assert text.count("<details>") == text.count("</details>\n")
    assert "more are not listed here" in text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_json_is_as_its_schema_says(case: Path, lang: str) -> None:
    text = changes_json(of_case(case), FRAME, "demo", TODAY, "en" if lang == "en" else "zh-CN")
    document = json.loads(text)
    Draft202012Validator(SCHEMA).validate(document)
    assert len(document["changes"]) == sum(document["counts"][one.value] for one in Severity)
    assert text == changes_json(of_case(case), FRAME, "demo", TODAY, "en" if lang == "en" else "zh-CN")


def test_a_page_is_made_of_it_and_hostile_text_is_text_there() -> None:
    names = Names(compiled(files_of(HERE / "proof-lost" / "after")).workspace, "en")
    html = to_html(page(of_case(HERE / "proof-lost"), FRAME, "2026-07-01", names), Templates())
    assert "proof-lost" in html
    assert html.count("<h2") == 3, "no chapter without anything in it"
    assert "<strong>why</strong>" in html
    more = to_html(page(of_case(HERE / "more-touches"), FRAME, "2026-07-01", names), Templates())
    assert ("a touch that counts" in more, "what breaks the promise" in more) == (True, False)
    none = to_html(page(Comparison((), ()), FRAME, "2026-07-01", names), Templates())
    assert "nothing has changed" in none
    assert "<script>alert" not in to_html(page(hostile(), FRAME, "2026-07-01", names), Templates())
