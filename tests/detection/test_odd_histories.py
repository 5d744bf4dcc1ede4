"""Gaps, tiny and huge counts, and unusual dates."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest

from checks.detection import Basis, expected_range
from tests.detection.samples import DAY, before, constant, is_normal, weekly, weekly_count


@pytest.mark.parametrize("gaps", [{1}, {2, 3}, set(range(1, 8)), {7, 14, 21}])
def test_gaps_stay_gaps(gaps: set[int]) -> None:
    history = {day: count for day, count in weekly().items() if (DAY - day).days not in gaps}
    normal_range = expected_range(history, DAY)
    assert normal_range is not None
    assert normal_range.basis is Basis.WEEKDAY
    assert normal_range.expected == pytest.approx(weekly_count(DAY), rel=0.1)


def test_without_its_weekday_the_record_is_the_range() -> None:
    no_weekday = {d: c for d, c in weekly().items() if d.weekday() != DAY.weekday()}
    stale = {d: c for d, c in weekly().items() if (DAY - d).days > 60}
    for history in (no_weekday, stale):
        normal_range = expected_range(history, DAY)
        assert normal_range is not None
        assert normal_range.basis is Basis.RANGE


@pytest.mark.parametrize("gap", [7, 14, 20, 40])
def test_without_recent_days_the_level_is_that_of_the_last_known_ones(gap: int) -> None:
    stale = {d: c for d, c in weekly().items() if (DAY - d).days > gap}
    normal_range = expected_range(stale, DAY)
    assert normal_range is not None
    assert normal_range.basis is Basis.WEEKDAY
    assert normal_range.expected == pytest.approx(weekly_count(DAY), rel=0.1)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [([0] * 40, 0, 10), ([1, 2] * 20, 1, 20), ([0, 0, 0, 3] * 10, 0, 40), ([0.25] * 40, 0, 10)],
)
def test_very_small_counts(counts: list[float], low: float, high: float) -> None:
    normal_range = expected_range(before(counts), DAY)
    assert normal_range is not None
    assert normal_range.low <= low
    assert normal_range.high <= high
    assert all(is_normal(normal_range, count) for count in counts)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 3, 1), date(2025, 3, 31)])
def test_leap_days_and_changes_of_the_clock_are_days(day: date) -> None:
    assert is_normal(expected_range(weekly(day=day), day), weekly_count(day))


def test_the_first_and_the_last_dates_there_are() -> None:
    assert expected_range({date.min: 1.0}, date.min) is None
    early, late = date.min + timedelta(days=30), date.max
    for day in (early, late):
        normal_range = expected_range(constant(1000, 30, day), day)
        assert normal_range is not None
        assert normal_range.expected == pytest.approx(1000)


@pytest.mark.parametrize("count", [1e18, 1e300, sys.float_info.max])
@pytest.mark.parametrize("days", [7, 14, 60])
def test_huge_counts(count: float, days: int) -> None:
    normal_range = expected_range(constant(count, days), DAY, widen=3)
    assert normal_range is not None
    assert normal_range.low <= count <= normal_range.high <= sys.float_info.max


def test_importing_needs_no_numbers_library() -> None:
    code = (
        "import sys, checks.detection; print(sorted({'numpy', 'pandas', 'duckdb', 'sqlalchemy'}"
        " & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "[]"
