"""Every rule of the catalogue: its example shows it and nothing else, its texts are whole in both languages, it is shown to users."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from sopkit import rules
from sopkit.catalogue import BY_NAME, RULES
from sopkit.diagnostics import Finding, Rule
from sopkit.diff.rules import RULES as OF_TWO_VERSIONS
from sopkit.own.examples import disagreeing
from sopkit.own.rules import FAILED
from sopkit.reader import read
from sopkit.reader.rules import RULES as OF_THE_READER
from sopkit.rules.practice import RULES as OF_PRACTICE
from sopkit.source import Source
from tests.workspaces import compiled

HERE = Path(__file__).parent
PLACEHOLDER = re.compile(r"\{[a-z_]*\}")

ABOUT_FILES = {"SOP001", "SOP002", "SOP003", "SOP004", "SOP005", "SOP017", "SOP059"}
"""What is wrong with a file as a whole, its bytes or its size: no example fits on a page. Tests of files show them."""

GOVERNANCE = {"SOP216", "SOP217", "SOP219"}
"""Short examples leave out owner, review date and target; the examples of these rules and of those after them do not."""

LONE_NOUN = {"SOP131", "SOP132", "SOP134", "SOP151"}
"""Rules about the value of a noun: the example is the noun alone, which nothing uses."""


def files_of(example: str) -> dict[str, bytes]:
    """Return the file that an example stands in: named in its first line, or `sopkit.yaml` for a workspace document."""
    named = re.match(r"# (\S+\.yaml)\n", example)
    name = named[1] if named else "sopkit.yaml" if "kind: workspace" in example else "play.yaml"
    return {name: example.encode()}


def codes(rule: Rule, example: str) -> list[str]:
    """Return what is found in an example, apart from what its family's examples leave out."""
    if rule in OF_THE_READER:
        return [finding.rule.code for finding in read(Source("example.yaml", example.encode())).findings]
    beside = set() if rule in rules.RULES or rule.code >= "SOP2" else GOVERNANCE
    beside = beside | {"SOP141"} if rule.code in LONE_NOUN else beside
    return [one.rule.code for one in told(rule, example) if one.rule.code not in beside]


def told(rule: Rule, example: str) -> tuple[Finding, ...]:
    """Return what `sopkit check` finds in an example, or what `sopkit rules --test` does, where the rule is one of that."""
    whole = compiled(files_of(example))
    return (*whole.findings, *(disagreeing(whole.own, whole.forest) if rule is FAILED else ()))


OF_LOGS = re.compile("SOP98|SOP99[0-4]")
WITH_EXAMPLE = [rule for rule in RULES if rule.code not in ABOUT_FILES and rule not in OF_TWO_VERSIONS and not OF_LOGS.match(rule.code)]
"""The examples of kinds of change are two versions, which `test_diff.py` compares; those of rules on logs have a log, see `tests/logs`."""
NEEDS_THE_FAULT = {"SOP903", "SOP904"}
"""The waiver that these refuse leaves the finding open that it was to excuse."""


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_the_bad_example_shows_the_rule_and_nothing_else(rule: Rule) -> None:
    expected = ["SOP216", rule.code] if rule.code in {"SOP901", *NEEDS_THE_FAULT} else [rule.code]
    assert codes(rule, rule.bad) == expected


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_the_good_example_is_clean(rule: Rule) -> None:
    assert codes(rule, rule.good) == []


def test_only_rules_about_files_have_no_example() -> None:
    assert {rule.code for rule in RULES if not rule.bad} == ABOUT_FILES & {rule.code for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_texts_are_whole_in_both_languages(rule: Rule) -> None:
    for phrase in (rule.summary, rule.message, rule.why, rule.fix):
        zh, en = (
            {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            for text in (phrase.zh, phrase.en)
        )
        assert zh == en
        assert phrase.zh.strip() == phrase.zh != ""
        assert phrase.en.strip() == phrase.en != ""
        bare = PLACEHOLDER.sub("", phrase.zh)
        assert not re.search(r"\w", bare) or re.search(r"[\u4e00-\u9fff]", bare), "the Chinese text is Chinese"
        assert not re.search(r"[\u4e00-\u9fff]", PLACEHOLDER.sub("", phrase.en)), "the English text is English"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_summary_and_reason_need_no_filling(rule: Rule) -> None:
    """Pages and lists show them without a finding."""
    for phrase in (rule.summary, rule.why):
        assert not PLACEHOLDER.search(phrase.zh + phrase.en)


@pytest.mark.long
@pytest.mark.parametrize(
    "rule", [rule for rule in WITH_EXAMPLE if rule not in OF_THE_READER], ids=lambda rule: rule.code
)
def test_every_placeholder_is_filled(rule: Rule) -> None:
    (finding, *_) = (one for one in told(rule, rule.bad) if one.rule is rule)
    wanted = {
        name for text in (rule.message.en, rule.fix.en) for _, name, _, _ in string.Formatter().parse(text) if name
    }
    assert wanted <= set(finding.args)
    assert finding.message("zh-CN") != ""
    assert finding.fix("en") != ""


def test_codes_names_and_aliases_are_each_of_one_rule() -> None:
    names = [name.casefold() for rule in RULES for name in (rule.code, rule.name, *rule.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)
    assert all(
        re.fullmatch(r"SOP\d{3}", rule.code) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name) for rule in RULES
    )


def test_every_code_is_shown_as_the_user_sees_it() -> None:
    """Each rule has a broken file and its expected output, in both languages."""
    shown = {
        code
        for out in HERE.rglob("*.out")
        for code in re.findall(r"^ *(?:错误|警告|提示) (SOP\d{3}) ", out.read_text("utf-8"), re.MULTILINE)
    }
    in_english = {
        code
        for out in HERE.rglob("*.out")
        for code in re.findall(r"^ *(?:error|warning|note) (SOP\d{3}) ", out.read_text("utf-8"), re.MULTILINE)
    }
    assert shown == in_english
    assert {rule.code for rule in RULES} - shown - ABOUT_FILES == set()


def test_rules_about_files_have_tests_of_their_own() -> None:
    paths = [*HERE.rglob("test_*.py"), *HERE.rglob("*.out")]
    tests = [path.read_text("utf-8") for path in paths if path.name != Path(__file__).name]
    names = {rule.code: (rule.code, f'"{rule.name}"', rule.name.replace("-", "_").upper()) for rule in RULES}
    assert [
        code for code in sorted(ABOUT_FILES) if not any(name in text for text in tests for name in names[code])
    ] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_texts_are_put_alike(rule: Rule) -> None:
    """What is wrong and what to do are phrases without a full stop; why is a sentence."""
    assert not rule.why.en[0].islower()
    assert rule.why.en.endswith(".")
    assert rule.why.zh.endswith("。")
    for phrase in (rule.summary, rule.message, rule.fix):
        assert not phrase.en[0].isupper()
        assert not phrase.en.endswith(".")
        assert not phrase.zh.endswith("。")
