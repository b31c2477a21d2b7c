"""Every rule on the graph: its examples, its texts."""

from __future__ import annotations

import string

import pytest

from sopkit import rules
from sopkit.diagnostics import Rule
from tests.workspaces import found

FLOW = [rule for rule in rules.RULES if rule.code < "SOP3"]


@pytest.mark.parametrize("rule", FLOW, ids=lambda rule: rule.name)
def test_the_bad_example_is_found_and_nothing_else(rule: Rule) -> None:
    assert [place.split()[0] for place in found(rule.bad)] == [rule.code]


@pytest.mark.parametrize("rule", FLOW, ids=lambda rule: rule.name)
def test_the_good_example_is_clean(rule: Rule) -> None:
    assert found(rule.good) == []


def test_codes_and_names_are_unique_and_in_order() -> None:
    assert [rule.code for rule in FLOW] == [f"SOP{number}" for number in range(201, 201 + len(FLOW))]
    assert [rule.code for rule in rules.RULES] == sorted({rule.code for rule in rules.RULES})
    assert len({rule.name for rule in rules.RULES}) == len(rules.RULES)


@pytest.mark.parametrize("rule", FLOW, ids=lambda rule: rule.name)
def test_both_languages_have_the_same_placeholders(rule: Rule) -> None:
    for phrase in (rule.message, rule.fix):
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (phrase.zh, phrase.en)]
        assert names[0] == names[1]
    for phrase in (rule.summary, rule.message, rule.why, rule.fix):
        assert any("\u4e00" <= char <= "\u9fff" for char in phrase.zh)
        assert phrase.en.isascii() or set(phrase.en) - set(string.printable) <= set("“”≥≤–")
