"""Mutants are changes of the code that runs, and what explains them still means something."""

from __future__ import annotations

import pytest

from sopkit.graph import course
from tests.benchmarks.changes import code_of, live, mutants_of, sample, telling_code_of
from tests.benchmarks.mutants import explained
from tests.benchmarks.mutants_tests import TESTS

MODULE = "sopkit.graph.course"


@pytest.mark.long
def test_each_mutant_is_another_code_of_its_function() -> None:
    found = mutants_of(MODULE)
    assert len({one.name for one in found}) == len(found) > 50
    for one in found:
        code, now = code_of(one), live(one.module, one.function).__code__
        assert code.co_qualname == now.co_qualname == one.function
        assert code.co_freevars == now.co_freevars
        changed = code.co_code != now.co_code or code.co_consts != now.co_consts or code.co_names != now.co_names
        assert changed, one.name


def test_every_mutant_lies_in_a_block_that_tells_when_it_is_entered() -> None:
    told: set[str] = set()
    function = live(MODULE, "shortest")
    kept = function.__code__
    try:
        function.__code__ = telling_code_of(MODULE)["shortest"]
        vars(course)["_entered"] = told.add
        assert course.shortest(None) == 0
    finally:
        function.__code__ = kept
        del vars(course)["_entered"]
    lines = {one.line for one in mutants_of(MODULE) if one.block in told}
    here = {one.line: one.part for one in mutants_of(MODULE) if one.function == "shortest"}
    assert [here[line] for line in sorted(lines) if line in here]
    assert lines < set(here)  # what lies behind the return is not entered


def test_a_sample_is_the_same_again() -> None:
    assert sample([MODULE], 1, 20) == sample([MODULE], 1, 30)[:20] != sample([MODULE], 2, 20)


@pytest.mark.long
def test_what_is_explained_is_a_mutant() -> None:
    assert set(explained()) <= {one.kind for module in TESTS for one in mutants_of(module)}
