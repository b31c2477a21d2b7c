"""Intervals and tests against tables and libraries that have them."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.logs.working import estimates
from sopkit.logs.working.estimates import difference, goodness, mean, quantile, share, upper_gamma


def test_wilson_is_that_of_newcombe() -> None:
    """Newcombe (1998), Statistics in Medicine 17:857–872, table I, method 3: 81/263, 15/148, 0/20, 1/29."""
    for (part, whole), wanted in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        found = share(part, whole)
        assert (round(found.low, 4), round(found.high, 4)) == wanted


@given(whole=st.integers(1, 500), data=st.data())
def test_wilson_holds_the_shares_that_a_score_test_does_not_reject(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    found = share(part, whole)
    for edge in (found.low, found.high):
        if 0 < edge < 1:
            score = abs(part / whole - edge) / math.sqrt(edge * (1 - edge) / whole)
            assert score == pytest.approx(estimates.z(), rel=1e-6)
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("freedom", "statistic", "p"),
    [(1, 3.841459, 0.05), (2, 5.991465, 0.05), (3, 7.814728, 0.05), (1, 6.634897, 0.01), (4, 13.276704, 0.01)],
)
def test_chi_square_is_that_of_the_tables(freedom: int, statistic: float, p: float) -> None:
    assert upper_gamma(freedom / 2, statistic / 2) == pytest.approx(p, abs=1e-6)


def test_chi_square_of_counts_as_declared_is_certain() -> None:
    assert goodness([250, 250], [0.5, 0.5]) == 1
    assert goodness([300, 200], [0.5, 0.5]) == pytest.approx(2 * (1 - NormalDist().cdf(math.sqrt(20))), rel=1e-6)


def test_two_shares_by_the_pooled_test() -> None:
    found = difference((60, 250), (150, 250))
    assert found.value == pytest.approx(-0.36)
    assert found.low < found.value < found.high < 0
    z = 0.36 / math.sqrt(0.42 * 0.58 * 2 / 250)
    assert found.p == pytest.approx(2 * (1 - NormalDist().cdf(z)))
    assert difference((0, 5), (0, 9)).p == 1


def test_a_mean_of_one_value_says_nothing_of_the_others() -> None:
    assert math.isinf(mean(5, 25, 1).high)
    found = mean(10, 30, 4)
    assert found.value == 2.5
    assert found.high - found.value == pytest.approx(estimates.z() * math.sqrt((30 - 4 * 6.25) / 3 / 4))


def test_a_median_of_few_values_has_no_end() -> None:
    assert math.isinf(quantile(3, 0.5, float).low)
    found = quantile(100, 0.5, float)
    assert (found.value, found.low, found.high) == (50, 40, 61)
