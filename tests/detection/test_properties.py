"""What holds for any history."""

from __future__ import annotations

import math
import statistics
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.detection import (
    HISTORY_DAYS,
    MINIMUM_DAYS,
    ExpectedRange,
    expected_range,
    history_days,
    power,
    weekly_trend,
    zscore_range,
)
from checks.detection.order import median, quantile
from tests.detection.samples import DAY, before, constant, is_normal, shuffled

QUICK = settings(max_examples=80, deadline=None, derandomize=True)

COUNTS = (
    st.integers(0, 30)
    | st.floats(0, 1e6)
    | st.integers(900, 1100)
    | st.sampled_from([0, 1e18, sys.float_info.max, 5e-324])
)
ANYTHING = COUNTS | st.sampled_from([math.nan, math.inf, -math.inf, -1.0, -1e-9])
LENGTHS = st.integers(0, 160) | st.sampled_from([6, 7, 13, 14, 20, 21, HISTORY_DAYS])


@st.composite
def histories(draw: st.DrawFn, counts: st.SearchStrategy[float] = ANYTHING) -> dict[date, float]:
    """Counts around DAY, with gaps, some on the day and after it."""
    days = draw(LENGTHS)
    pool = draw(st.lists(counts, min_size=1, max_size=12))
    picks = draw(st.lists(st.integers(0, len(pool)), min_size=days, max_size=days))
    first = DAY - timedelta(days=max(0, days - 3))
    return {
        first + timedelta(days=i): pool[pick] for i, pick in enumerate(picks) if pick < len(pool)
    }


def is_sane(normal_range: ExpectedRange) -> bool:
    return 0 <= normal_range.low <= normal_range.expected <= normal_range.high <= sys.float_info.max


@QUICK
@given(histories(), st.floats(1e-3, 1e12))
def test_a_range_is_sane_and_there_exactly_from_seven_days_on(
    history: dict[date, float], widen: float
) -> None:
    normal_range = expected_range(history, DAY, widen=widen)
    assert (normal_range is None) == (history_days(history, DAY) < MINIMUM_DAYS)
    assert normal_range is None or is_sane(normal_range)


@QUICK
@given(histories())
def test_the_z_score_range_is_sane(history: dict[date, float]) -> None:
    normal_range = zscore_range(history, DAY)
    assert normal_range is None or is_sane(normal_range)


@QUICK
@given(histories(st.integers(0, 10**6) | st.just(1e18)))
def test_trend_and_power_never_raise(history: dict[date, float]) -> None:
    trend = weekly_trend(history, DAY)
    assert trend is None or (trend.baseline > 0 and trend.change >= -1)
    judged = power(history, DAY, expected_range, days=10)
    assert 0 <= judged.false_alarms <= judged.judged <= 10
    assert judged.smallest_drop is None or 0 <= judged.smallest_drop <= 1


@QUICK
@given(histories(), st.floats(1e-3, 1))
def test_the_limits_of_a_trend_are_shares_and_at_least_the_smallest(
    history: dict[date, float], least: float
) -> None:
    trend = weekly_trend(history, DAY, least=least)
    assert trend is None or least <= trend.least_red_limit <= trend.limit <= max(least, 0.9)


@QUICK
@given(histories(), st.integers(0, 6), st.floats(0, 1))
def test_fewer_events_in_the_last_week_never_end_a_decline(
    history: dict[date, float], back: int, share: float
) -> None:
    day = DAY - timedelta(days=back)
    if not 0 <= history.get(day, math.nan) < math.inf:
        return
    more, fewer = (
        weekly_trend(changed, DAY) for changed in (history, history | {day: history[day] * share})
    )
    assert (more is None) == (fewer is None)
    if more is not None and fewer is not None:
        assert fewer.limit == more.limit
        assert fewer.least_red_limit == more.least_red_limit
        assert fewer.change <= more.change


@QUICK
@given(histories(st.integers(0, 10**6)), st.integers(-20, 20))
def test_a_trend_has_no_unit(history: dict[date, float], exponent: int) -> None:
    scaled = {day: count * 2.0**exponent for day, count in history.items()}
    trend, other = weekly_trend(history, DAY), weekly_trend(scaled, DAY)
    assert (trend is None) == (other is None)
    if trend is not None and other is not None:
        assert (other.change, other.limit, other.least_red_limit, other.weeks) == (
            trend.change, trend.limit, trend.least_red_limit, trend.weeks,
        )  # fmt: skip


@QUICK
@given(histories(), ANYTHING, ANYTHING, st.integers(0, 9))
def test_neither_today_nor_later_days_nor_the_order_matter(
    history: dict[date, float], today: float, tomorrow: float, seed: int
) -> None:
    changed = history | {DAY: today, DAY + timedelta(days=1): tomorrow}
    assert expected_range(changed, DAY) == expected_range(history, DAY)
    assert expected_range(shuffled(history, seed), DAY) == expected_range(history, DAY)
    assert zscore_range(changed, DAY) == zscore_range(history, DAY)


@QUICK
@given(histories())
def test_days_too_long_ago_do_not_matter(history: dict[date, float]) -> None:
    old = {DAY - timedelta(days=HISTORY_DAYS + back): 7.0 for back in range(1, 400)}
    recent = {d: c for d, c in history.items() if (DAY - d).days <= HISTORY_DAYS}
    assert expected_range(recent | old, DAY) == expected_range(recent, DAY)


@QUICK
@given(histories(), st.floats(0.2, 5), st.floats(1, 5))
def test_a_wider_range_is_never_narrower(
    history: dict[date, float], widen: float, factor: float
) -> None:
    narrow = expected_range(history, DAY, widen=widen)
    wide = expected_range(history, DAY, widen=widen * factor)
    if narrow is not None and wide is not None:
        assert wide.low <= narrow.low * (1 + 1e-9) + 1e-9
        assert wide.high >= narrow.high * (1 - 1e-9) - 1e-9


@QUICK
@given(histories(), COUNTS, COUNTS)
def test_what_is_farther_on_one_side_is_never_more_normal(
    history: dict[date, float], count: float, other: float
) -> None:
    normal_range = expected_range(history, DAY)
    if normal_range is None:
        return
    lower, higher = sorted((count, other))
    if higher <= normal_range.expected:
        assert is_normal(normal_range, higher) or not is_normal(normal_range, lower)
    if lower >= normal_range.expected:
        assert is_normal(normal_range, lower) or not is_normal(normal_range, higher)


@QUICK
@given(histories(st.integers(1, 10**6)))
def test_nothing_is_out_where_ten_are_expected_and_no_day_was_empty(
    history: dict[date, float],
) -> None:
    normal_range = expected_range(history, DAY, widen=1e6)
    if normal_range is not None and normal_range.expected >= 10:
        assert not is_normal(normal_range, 0)


@QUICK
@given(st.integers(1, 2000), st.integers(14, 140))
def test_counting_noise_is_normal(count: int, days: int) -> None:
    normal_range = expected_range(constant(count, days), DAY)
    assert normal_range is not None
    assert normal_range.low <= count - math.sqrt(count)
    assert normal_range.high >= count + math.sqrt(count)


@QUICK
@given(COUNTS, st.integers(MINIMUM_DAYS, 140))
def test_the_value_of_a_constant_series_is_normal(count: float, days: int) -> None:
    normal_range = expected_range(constant(count, days), DAY)
    assert normal_range is not None
    assert normal_range.low <= count <= normal_range.high


@QUICK
@given(st.lists(st.integers(10**6, 10**8), min_size=MINIMUM_DAYS, max_size=140))
def test_ten_times_the_counts_have_ten_times_the_range(counts: list[int]) -> None:
    once = expected_range(before(counts), DAY)
    tenfold = expected_range(before([10 * count for count in counts]), DAY)
    assert once is not None
    assert tenfold is not None
    scaled = (10 * once.expected, 10 * once.low, 10 * once.high)
    assert (tenfold.expected, tenfold.low, tenfold.high) == pytest.approx(scaled, rel=0.01)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_order_statistics_lie_within_their_values(values: list[float], share: float) -> None:
    ordered = sorted(values)
    assert median(ordered) == pytest.approx(statistics.median(values))
    assert ordered[0] <= quantile(ordered, share) <= ordered[-1]
    assert (quantile(ordered, 0), quantile(ordered, 1)) == (ordered[0], ordered[-1])
    if len(ordered) > 1:
        deciles = statistics.quantiles(values, n=10, method="inclusive")
        assert quantile(ordered, 0.9) == pytest.approx(deciles[-1], abs=1e-6)
