"""Shares of few cases: from how many on they say more than chance."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.core.chance import is_beyond_chance, least_at_limit, least_beyond_chance

QUICK = settings(max_examples=200, deadline=None, derandomize=True)
CASES = st.integers(1, 300) | st.integers(1, 10**9) | st.integers(10**9, 10**30)
LIMITS = st.sampled_from([0.01, 0.06, 0.05, 1e-6, 1.0, 0.5]) | st.floats(
    0, 1, exclude_min=True, allow_subnormal=False
)


def exact_tail(count: int, cases: int, share: Fraction) -> Fraction:
    below = (math.comb(cases, k) * share**k * (1 - share) ** (cases - k) for k in range(count))
    return 1 - sum(below, Fraction(0))


@pytest.mark.parametrize("limit", ["0.01", "0.06", "0.1", "0.5", "1", "0.000001"])
def test_it_is_the_binomial_distribution_exactly(limit: str) -> None:
    for cases in (1, 2, 3, 5, 21, 22, 31, 60, 100):
        for count in range(cases + 1):
            supposed = Fraction(limit) / 2
            expected = (
                count > 0
                and Fraction(count, cases) >= Fraction(limit)
                and exact_tail(count, cases, supposed) <= Fraction(1, 200)
            )
            assert is_beyond_chance(count, cases, float(limit)) == expected, (count, cases)


@pytest.mark.parametrize(
    ("cases", "least", "at_limit"),
    [
        (1, 1, 1), (2, 2, 1), (21, 2, 1), (22, 3, 1), (31, 3, 1), (345, 7, 4), (1800, 19, 18),
        (1801, 19, 19), (2000, 20, 20), (10**8, 10**6, 10**6),
    ],
)  # fmt: skip
def test_from_how_many_on_at_a_limit_of_one_percent(cases: int, least: int, at_limit: int) -> None:
    assert (least_beyond_chance(cases, 0.01), least_at_limit(cases, 0.01)) == (least, at_limit)
    assert is_beyond_chance(least, cases, 0.01)
    assert not is_beyond_chance(least - 1, cases, 0.01)


def test_from_1801_cases_on_it_is_the_limit_itself() -> None:
    differ = [n for n in range(1, 5000) if least_beyond_chance(n, 0.01) != least_at_limit(n, 0.01)]
    assert differ[-1] == 1800


@pytest.mark.parametrize(("cases", "least"), [(7, None), (8, 8), (9, 9)])
def test_at_a_limit_of_all_a_few_cases_are_never_enough(cases: int, least: int | None) -> None:
    assert least_beyond_chance(cases, 1.0) == least


def test_28_at_the_limit_are_always_beyond_chance() -> None:
    """The bound by which the distribution need not be asked: the worst case is many cases."""
    for cases in (29, 60, 100, 1000, 10_000):
        assert exact_tail(28, cases, Fraction(28, 2 * cases)) < Fraction(1, 200)


def test_no_case_and_no_count_are_never_beyond_chance() -> None:
    assert not is_beyond_chance(0, 0, 0.01)
    assert not is_beyond_chance(0, 10**9, 1e-12)
    assert least_beyond_chance(0, 0.01) is None


@QUICK
@example(cases=10**9, limit=1e-6)
@given(CASES, LIMITS)
def test_the_smallest_count_is_at_the_limit_or_above_it(cases: int, limit: float) -> None:
    least = least_beyond_chance(cases, limit)
    if least is None:
        assert not is_beyond_chance(cases, cases, limit)
        return
    assert least / cases >= limit
    assert is_beyond_chance(least, cases, limit)
    assert not is_beyond_chance(least - 1, cases, limit)
    assert least_at_limit(cases, limit) <= least


@QUICK
@given(CASES, st.integers(0, 40), st.integers(0, 10**9), LIMITS)
def test_more_of_as_many_cases_never_say_less(
    cases: int, count: int, more: int, limit: float
) -> None:
    count = min(count, cases)
    if is_beyond_chance(count, cases, limit):
        assert is_beyond_chance(min(cases, count + more), cases, limit)


@QUICK
@given(st.integers(1, 10**9), st.integers(0, 10**9), LIMITS)
def test_the_smallest_count_grows_with_the_cases(cases: int, more: int, limit: float) -> None:
    fewer, many = least_beyond_chance(cases, limit), least_beyond_chance(cases + more, limit)
    if fewer is not None:
        assert many is not None
        assert many >= fewer


def test_it_takes_less_than_a_millisecond_for_a_hundred_million() -> None:
    durations = []
    for _ in range(5):
        began = time.perf_counter()
        least_beyond_chance(10**8, 1.7e-7)
        durations.append(time.perf_counter() - began)
    assert min(durations) < 0.001
