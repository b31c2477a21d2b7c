"""Each rule on steps, syncs, KPIs and experiments: the bad example breaks it and no other, the good one breaks none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sopkit.diagnostics import Rule
from sopkit.logs.observed import Observation
from sopkit.logs.working import FAMILIES
from sopkit.render.terminal import SEVERITIES
from sopkit.rules.practice import RULES
from sopkit.text import LANGS, Lang
from tests.logs.plays import case_of, read_example

GOLDEN = Path(__file__).parent


def observed(folder: Path, example: str) -> list[Observation]:
    files, logs = read_example(example)
    case = case_of(folder, files, logs)
    with case.store.engine:
        return [one for family in FAMILIES for one in family(case)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_bad_example_breaks_the_rule_and_no_other(rule: Rule, tmp_path: Path) -> None:
    broken = [one for one in observed(tmp_path, rule.bad) if one.status == "broken"]
    assert {one.rule.code for one in broken} == {rule.code}
    assert all(one.broken and one.message.zh and one.message.en for one in broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_good_example_breaks_none_and_is_looked_at(rule: Rule, tmp_path: Path) -> None:
    found = observed(tmp_path, rule.good)
    assert [one.rule.code for one in found if one.status == "broken"] == []
    assert any(one.rule is rule and one.status == "kept" for one in found)


@pytest.mark.parametrize("lang", LANGS)
def test_what_the_bad_examples_say(lang: Lang, tmp_path: Path) -> None:
    said = []
    for rule in RULES:
        folder = tmp_path / rule.code
        folder.mkdir()
        for one in (each for each in observed(folder, rule.bad) if each.status == "broken"):
            said.append(
                f"{SEVERITIES[rule.severity].within(lang)} {rule.code} {rule.name} {one.subject}: {one.message.within(lang)}"
            )
            said += [
                f"  {deed.at} {'●' if deed.counted else '·'} {deed.what.within(lang)}"
                for case in one.cases
                for deed in case.deeds
            ]
            said += [f"  {group.by} {group.of or '–'}: {group.broken}/{group.looked}" for group in one.groups]
    golden = GOLDEN / f"practice.{lang}.out"
    text = "\n".join((*said, ""))
    if os.environ.get("SOPKIT_REGENERATE"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")
