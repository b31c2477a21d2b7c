"""Fingerprints of findings: they stay when documents, lines and keys move, and tell the findings of one step apart."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from sopkit.diagnostics import fingerprint, numbered
from sopkit.pipeline import Compilation
from tests import rearranged
from tests.test_model_cases import CASES, files_of
from tests.workspaces import as_files, compiled

HERE = Path(__file__).parent
ABOUT_FILES = frozenset({"SOP009", "SOP142"})
"""Empty files, and copied files, of which one finding tells all the ids: these are about files."""

Files = Mapping[str, bytes]


def damaged() -> dict[str, bytes]:
    """Return the reference workspace with every owner, deadline, consent and cap that can be lost in it lost."""
    dropped = ("owner:", "review_by:", "within:", "retention:", "if: {consent")
    found = {}
    for path, data in rearranged.files_below(HERE.parent / "playbooks").items():
        lines = data.decode().split("\n")
        kept = [line for line in lines if not line.startswith("  ") or not line.strip().startswith(dropped)]
        found[path] = "\n".join(kept).encode()
    return found


@cache
def workspaces() -> dict[str, Files]:
    found = {one: rearranged.files_below(HERE / one) for one in ("as_published", "everything")}
    return {**found, "damaged": damaged()}


def prints(compilation: Compilation) -> dict[str, str]:
    """Return the fingerprints, each with the rule and subject; fails where two findings share one."""
    found = [one for one in compilation.findings if one.rule.code not in ABOUT_FILES]
    named = {fingerprint(one): f"{one.rule.name} {one.subject}: {one.message('en')}" for one in found}
    assert len(named) == len(found)
    return named


@pytest.mark.long
@pytest.mark.parametrize("name", ["as_published", "everything", "damaged"])
def test_fingerprints_stay_wherever_documents_lines_and_keys_move(name: str) -> None:
    files, rng = workspaces()[name], random.Random(1)  # noqa: S311  repeatable, not secret
    placed = rearranged.documents(files)
    before = prints(compiled(rearranged.written(placed)))
    assert len(before) > 20 or name == "everything"
    for moved in (
        rearranged.documents_apart(placed, rng),
        rearranged.documents_together(placed, rng),
        rearranged.keys_shuffled(placed, rng),
    ):
        assert prints(compiled(moved)) == before
    assert prints(compiled(rearranged.lines_inserted(files, rng))) == prints(compiled(files))


@pytest.mark.long
def test_each_case_keeps_its_fingerprints() -> None:
    rng = random.Random(3)  # noqa: S311  repeatable, not secret
    for case in CASES[::2]:
        files = as_files(files_of(case))
        if any(path.startswith(("packs/", "rules/")) for path in files):
            continue  # these stand in their folders
        if b"kind: workspace" not in b"".join(files.values()):
            continue  # what is missing is not found once documents stand in other files
        placed = [(f"x{path}" if path != "sopkit.yaml" else path, value) for path, value in rearranged.documents(files)]
        before = prints(compiled(rearranged.written(placed)))
        assert prints(compiled(rearranged.documents_apart(placed, rng))) == before, case
        assert prints(compiled(rearranged.keys_shuffled(placed, rng))) == before, case


def test_findings_of_one_rule_in_one_step_differ_and_their_order_does_not_count() -> None:
    text = """\
        kind: automation
        id: thanks
        title: 下单感谢
        owner: guide
        review_by: 2027-12-31
        starts_on: order-paid
        steps:
          - {id: thank, do: 电话, by: guide, within: 1d, if: {any: [{tag: vipp}, {tag: vipq}]}}
        """
    one, other = compiled(text).findings
    assert (one.rule, one.subject) == (other.rule, other.subject)
    assert fingerprint(one) != fingerprint(other)  # what the message names tells them apart
    again = replace(one, span=other.span)  # the same words at another place: a number does
    found = numbered((one, again, other))
    assert [each.occurrence for each in found] == [0, 1, 0]
    assert len({fingerprint(each) for each in found}) == 3
    assert {fingerprint(each) for each in numbered(reversed(found))} == {fingerprint(each) for each in found}


def prints_of(files: dict[str, str], rule: str) -> list[str]:
    return sorted(fingerprint(one) for one in compiled(files).findings if one.rule.name == rule)


def test_a_noun_that_replaces_a_built_in_one_is_known_in_another_file() -> None:
    roles = "kind: catalog\nroles:\n  guide: {title: 美容顾问, of: shop}\n"
    channels = "kind: catalog\nchannels:\n  sms: {title: 短信, reach: direct, tool: map}\n"
    together = prints_of({"a.yaml": roles + "---\n" + channels}, "replaced-noun")
    assert len(together) == len(set(together)) == 2
    assert prints_of({"z.yaml": roles, "b.yaml": channels}, "replaced-noun") == together
    assert prints_of({"a.yaml": channels + "---\n" + roles}, "replaced-noun") == together
    assert prints_of({"a.yaml": roles}, "replaced-noun")[0] in together  # the other is mended: this one is the same


def test_an_id_that_is_declared_twice_is_known_when_documents_move_or_change_places() -> None:
    head = "id: call\ntitle: 回访\nowner: guide\nreview_by: 2027-12-31\nstarts_on: order-paid\n"
    one = "kind: automation\n" + head + "steps: [{id: call, do: 电话, by: guide, within: 1d}]\n"
    other = "kind: procedure\n" + head + "steps: [{id: call, do: 电话, by: guide, within: 2d}]\n"
    first = prints_of({"a.yaml": one, "b.yaml": other}, "duplicate-id")
    assert len(first) == 1
    for moved in (
        {"b.yaml": one, "a.yaml": other},
        {"a.yaml": one + "---\n" + other},
        {"a.yaml": other + "---\n" + one},
        {"x/call.yaml": other, "x/copy.yaml": one},
    ):
        assert prints_of(moved, "duplicate-id") == first


def test_what_stands_in_a_file_nobody_can_read_is_told_apart_by_its_line() -> None:
    def of(files: dict[str, str]) -> set[str]:
        return {fingerprint(one) for one in compiled(files).findings if not one.subject}

    first, moved, other = of({"a.yaml": "a: [1\n"}), of({"b.yaml": "# x\na: [1 # y\n"}), of({"a.yaml": "b: [1\n"})
    assert first == moved
    assert first
    assert first.isdisjoint(other)
