"""The older rule as a range, and where it is blind."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from checks.detection import Basis, expected_range, zscore_range
from tests.detection.samples import DAY, before, constant, is_normal, weekly, weekly_count


def test_mean_and_sample_deviation_of_the_window() -> None:
    normal_range = zscore_range(before([999, 100, 104, 96, 100, 140, 60, 100]), DAY)
    deviation = math.sqrt((16 + 16 + 1600 + 1600) / 6)
    assert normal_range is not None
    assert normal_range.basis is Basis.ZSCORE
    assert normal_range.expected == pytest.approx(100)
    assert normal_range.low == pytest.approx(100 - 3 * deviation)
    assert normal_range.high == pytest.approx(100 + 3 * deviation)


@pytest.mark.parametrize(
    ("count", "normal"), [(70, False), (71, True), (100, True), (129, True), (130, False)]
)
def test_the_threshold_itself_is_out(count: int, normal: bool) -> None:
    # So regular that counting noise, sqrt(100), is the deviation.
    assert is_normal(zscore_range(constant(100, 7), DAY), count) is normal


@pytest.mark.parametrize(("count", "low"), [(8, 0), (9, 5e-324), (10, 10 - 3 * math.sqrt(10))])
def test_zero_is_out_exactly_from_the_threshold_on(count: int, low: float) -> None:
    normal_range = zscore_range(constant(count, 7), DAY)
    assert normal_range is not None
    assert normal_range.low == (low if low < 1e-9 else pytest.approx(low))


def test_missing_days_count_zero_and_older_ones_not_at_all() -> None:
    history = {DAY - timedelta(days=1): 70.0, DAY - timedelta(days=8): 1e9}
    normal_range = zscore_range(history, DAY)
    assert normal_range is not None
    assert normal_range.expected == pytest.approx(10)


def test_nothing_to_compare_with() -> None:
    assert zscore_range({}, DAY) is None
    assert zscore_range(constant(0, 30), DAY) is None
    assert zscore_range({DAY: 5.0, DAY - timedelta(days=8): 5.0}, DAY) is None


@pytest.mark.parametrize("options", [{"window_days": 1}, {"alert_at": 0}, {"alert_at": math.nan}])
def test_a_window_or_threshold_that_is_none_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is below 2 or"):
        zscore_range({}, DAY, **options)  # type: ignore[arg-type]


def test_a_total_outage_after_a_zero_day_is_seen_by_the_newer_rule_alone() -> None:
    history = weekly() | {DAY - timedelta(days=1): 0.0}
    assert is_normal(zscore_range(history, DAY), 0)
    assert not is_normal(expected_range(history, DAY), 0)
    assert is_normal(expected_range(history, DAY), weekly_count(DAY))
