"""The ladder of history, and the thresholds of each step."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from checks.detection import (
    HISTORY_DAYS,
    MINIMUM_DAYS,
    Basis,
    expected_range,
    history_days,
)
from checks.detection.limits import limits
from checks.detection.ranges import edges
from checks.detection.weekday import forecast
from tests.detection.samples import DAY, before, constant, is_normal, weekly


def on(back: int) -> date:
    return DAY - timedelta(days=back)


@pytest.mark.parametrize(
    ("days", "basis"),
    [
        (0, None), (1, None), (6, None),
        (7, Basis.WIDE_RANGE), (13, Basis.WIDE_RANGE),
        (14, Basis.WEEKDAY), (21, Basis.WEEKDAY), (HISTORY_DAYS, Basis.WEEKDAY),
        (HISTORY_DAYS + 100, Basis.WEEKDAY),
    ],
)  # fmt: skip
def test_the_basis_follows_from_the_days_of_history(days: int, basis: Basis | None) -> None:
    normal_range = expected_range(constant(1000, days), DAY)
    assert (normal_range and normal_range.basis) == basis
    assert history_days(constant(1000, days), DAY) == min(days, HISTORY_DAYS)


def test_only_usable_days_before_the_day_count() -> None:
    history = constant(1000, 6)
    unusable = {on(10): -1.0, on(11): math.nan, on(12): math.inf, DAY: 5.0, on(-1): 5.0}
    assert history_days(history | unusable, DAY) == 6
    assert expected_range(history | unusable, DAY) is None
    assert history_days(history | {on(10): 0.0}, DAY) == MINIMUM_DAYS
    assert history_days({on(HISTORY_DAYS): 1.0, on(HISTORY_DAYS + 1): 1.0}, DAY) == 1
    assert history_days({on(1): 10**400}, DAY) == 0


# A record may be beaten by a factor, or by two deviations of counting noise where that is more.
@pytest.mark.parametrize(
    ("days", "count", "low", "high"),
    [
        (7, 10_000, 10_000 / 1.5, 10_000 * 1.5),
        (13, 10_000, 10_000 / 1.5, 10_000 * 1.5),
        (13, 15.5, 16 * math.exp(-0.5), 16 * math.exp(0.5)),
    ],
)
def test_a_short_history_allows_a_factor_beyond_its_record(
    days: int, count: float, low: float, high: float
) -> None:
    normal_range = expected_range(constant(count, days), DAY)
    assert normal_range is not None
    assert normal_range.expected == pytest.approx(count)
    assert (normal_range.low, normal_range.high) == pytest.approx((low, high), rel=1e-3, abs=0.6)


def combined(*distances: float) -> float:
    return sum(distance**-3 for distance in distances) ** (-1 / 3)


# Constant counts of 10,000: a usual miss is 10 %, each record's margin ln(1.28). Below are 3.5
# usual misses, two records, the worst miss twice, 1.5 misses beyond the weekday's lowest and 10.5
# of its median misses (at least a third of 10 %); above 5 misses, both records and the worst.
RECORD = math.log(1.28)
LOW = 10_000 * math.exp(-combined(0.35, RECORD, RECORD, 0.2, 0.15, 0.35))
HIGH = 10_000 * math.exp(combined(0.5, 1.1 * RECORD, 1.1 * RECORD, 0.22))


@pytest.mark.parametrize(
    ("count", "normal"),
    [
        (LOW - 2, False), (LOW + 2, True), (10_000, True), (HIGH - 2, True), (HIGH + 2, False),
        (0, False), (1e308, False),
    ],
)  # fmt: skip
def test_the_edges_of_a_constant_series(count: float, normal: bool) -> None:
    assert is_normal(expected_range(constant(10_000, HISTORY_DAYS), DAY), count) is normal


def test_the_edges_are_normal_themselves_and_the_next_numbers_are_not() -> None:
    normal_range = expected_range(weekly(), DAY)
    assert normal_range is not None
    assert is_normal(normal_range, normal_range.low)
    assert is_normal(normal_range, normal_range.high)
    assert not is_normal(normal_range, math.nextafter(normal_range.low, 0))
    assert not is_normal(normal_range, math.nextafter(normal_range.high, math.inf))


def width(history: dict[date, float]) -> float:
    normal_range = expected_range(history, DAY)
    assert normal_range is not None
    return normal_range.high - normal_range.low


def test_a_young_history_has_a_wider_range() -> None:
    widths = [width(constant(10_000, days)) for days in (14, 20, 21, 28, 56, 119)]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == len(widths)
    assert width(constant(10_000, HISTORY_DAYS)) == pytest.approx(widths[-1], rel=0.01)


@pytest.mark.parametrize(("days", "factor"), [(20, 1.2), (21, 1.0)])
def test_below_three_weeks_all_of_it_is_a_fifth_wider(days: int, factor: float) -> None:
    day_edges = edges(constant(10_000, days), DAY)
    prediction = forecast([None] * (HISTORY_DAYS - days) + [math.log(10_000.5)] * days)
    assert day_edges is not None
    assert prediction is not None
    limit = limits(prediction)
    assert (day_edges.below, day_edges.above) == pytest.approx(
        (factor * limit.below, factor * limit.above)
    )


@pytest.mark.parametrize(("expected", "low"), [(9, 0), (10, 1), (11, 1)])
def test_nothing_is_out_where_ten_are_expected(expected: int, low: int) -> None:
    # So noisy that the thresholds alone allow a zero.
    history = before([expected, 1, 900, *[expected] * 4], DAY)
    normal_range = expected_range(history, DAY, widen=9)
    assert normal_range is not None
    assert normal_range.expected == pytest.approx(expected)
    assert normal_range.low == low


@pytest.mark.parametrize("widen", [0, -1, math.nan, math.inf])
def test_a_factor_that_is_none_is_refused(widen: float) -> None:
    with pytest.raises(ValueError, match="widen"):
        expected_range({}, DAY, widen=widen)


def test_twice_as_wide_is_the_limits_doubled() -> None:
    once = expected_range(constant(10_000, 130), DAY)
    twice = expected_range(constant(10_000, 130), DAY, widen=2)
    assert once is not None
    assert twice is not None
    assert math.log(twice.low / 1e4) == pytest.approx(2 * math.log(once.low / 1e4), rel=1e-3)
    assert math.log(twice.high / 1e4) == pytest.approx(2 * math.log(once.high / 1e4), rel=1e-3)
