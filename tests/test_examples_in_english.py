"""The examples of rules as readers of English see them: no Chinese but where it is the point, and the same is found in them."""

from __future__ import annotations

import pytest

from sopkit.catalogue import BY_NAME, RULES
from sopkit.diagnostics import Rule
from sopkit.render.example_words import CHINESE, ENGLISH, in_language
from sopkit.render.rule_page import rule_page
from sopkit.render.terminal import Screen
from tests.test_rule_examples import codes

ABOUT_CHINESE = {
    "SOP014", "SOP119", "SOP120", "SOP124", "SOP125", "SOP127", "SOP128", "SOP129", "SOP130", "SOP131", "SOP132", "SOP133", "SOP134",
    "SOP136", "SOP137", "SOP138", "SOP158", "SOP603", "SOP604", "SOP608", "SOP907",
}  # fmt: skip
"""Times and amounts in Chinese words, and words that Chinese law forbids."""

TRANSLATED = [
    rule for rule in RULES if rule.code not in ABOUT_CHINESE and in_language(rule, "en") != (rule.bad, rule.good)
]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code not in ABOUT_CHINESE], ids=lambda rule: rule.code)
def test_an_example_in_english_holds_no_chinese(rule: Rule) -> None:
    assert not CHINESE.search("".join(in_language(rule, "en")))
    assert in_language(rule, "zh-CN") == (rule.bad, rule.good)


@pytest.mark.long
@pytest.mark.parametrize("rule", TRANSLATED, ids=lambda rule: rule.code)
def test_the_same_is_found_in_it(rule: Rule) -> None:
    bad, good = in_language(rule, "en")
    assert codes(rule, bad) == codes(rule, rule.bad)
    assert codes(rule, good) == codes(rule, rule.good)


def test_each_word_is_needed() -> None:
    examples = "".join(rule.bad + rule.good for rule in RULES)
    assert [word for word in ENGLISH if word not in examples] == []


def test_the_page_of_a_rule_shows_it_and_marks_what_the_good_one_changes() -> None:
    lines = list(rule_page(BY_NAME["undefined-name"], Screen("en")))
    assert not CHINESE.search("\n".join(lines))
    assert any("welcome by phone" in line for line in lines)
    (changed,) = [line for line in lines if line.startswith("  › ")]
    assert "by: guide" in changed
