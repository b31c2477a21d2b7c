"""How often a customer is touched at worst, before and after a change, with a course of events for each."""

from __future__ import annotations

import pytest

from sopkit.diff.change import Change
from sopkit.diff.kinds import BEFORE, CATALOG
from sopkit.diff.rules_promises import AGAIN, FEWER_TOUCHES, MORE_TOUCHES
from sopkit.text import LANGS
from tests.test_diff import between


def worst(before: str, after: str) -> list[Change]:
    comparison = between({"sopkit.yaml": before.encode()}, {"sopkit.yaml": after.encode()})
    return [one for one in comparison.changes if one.rule in {MORE_TOUCHES, FEWER_TOUCHES}]


def sends(number: int, text: str = BEFORE) -> str:
    """Return the workspace with so many messages more, on the days after the first."""
    steps = "".join(AGAIN.replace("again", f"again-{one}") for one in range(number))
    return text.replace(CATALOG, steps + CATALOG)


def counted(change: Change) -> tuple[int, int]:
    return tuple(sum(one.counted for one in each) for each in (change.timeline_before, change.timeline))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("before", "after"),
    [(0, 1), (1, 0), (0, 2), (1, 2), (2, 3), (3, 5), (5, 4)],
    ids=lambda number: str(number + 1),
)
def test_each_course_shows_the_number_that_is_told(before: int, after: int) -> None:
    """Whether the cap of three is kept or broken, before or after."""
    (change,) = worst(sends(before), sends(after))
    assert change.rule is (MORE_TOUCHES if after > before else FEWER_TOUCHES)
    assert counted(change) == (before + 1, after + 1)
    assert change.message("en") == f"cap/weekly: at worst, a customer got {before + 1} and now gets {after + 1}"


HELD = BEFORE.replace("enforce: none", "enforce: {in: map, count: skip}").replace(
    "starts_on: member-joined", "starts_on: member-joined\nruns_in: map"
)


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_tool_holds_is_told_as_that(lang: str) -> None:
    (change,) = worst(sends(1, HELD), sends(5, HELD))
    said = {
        "en": "a customer got 2 and now gets at most 3 (held to that by map)",
        "zh-CN": "以前是 2，现在是 3（由 map 守住，不会更多）",
    }
    assert said[lang] in change.message("en" if lang == "en" else "zh-CN")
    assert counted(change) == (2, 0)


def test_a_cap_that_a_tool_holds_to_more_is_more() -> None:
    (change,) = worst(sends(5, HELD), sends(5, HELD).replace("max: 3", "max: 4"))
    assert change.rule is MORE_TOUCHES
    assert "got at most 3 (held to that by map) and now gets at most 4 (held to that by map)" in change.message("en")


def test_the_same_number_is_no_change() -> None:
    assert worst(sends(4), sends(4).replace("after: 1d, within: 1d", "after: 2d, within: 1d")) == []
