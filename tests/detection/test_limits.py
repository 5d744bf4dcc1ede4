"""What each measure allows, one at a time."""

from __future__ import annotations

import math

import pytest

from checks.detection.limits import Limits, limits
from checks.detection.weekday import Forecast, LogCounts

DAYS = 126
EXPECTED = math.log(1e6)


def predicted(
    misses: LogCounts | None = None, log_counts: LogCounts | None = None, expected: float = EXPECTED
) -> Forecast:
    """A forecast whose history was predicted exactly, unless said otherwise."""
    return Forecast(expected, misses or [0.0] * DAYS, log_counts or [expected] * DAYS)


def with_values(values: dict[int, float], others: float = 0.0) -> LogCounts:
    """The value of each of so many days before, and one of all others."""
    return [values.get(back, others) for back in range(DAYS, 0, -1)]


QUIET = limits(predicted())


def is_wider(limit: Limits) -> tuple[bool, bool]:
    return limit.below > QUIET.below * 1.001, limit.above > QUIET.above * 1.001


@pytest.mark.parametrize(
    ("values", "wider"),
    [
        # Two bad misses are no usual ones; three are the third worst.
        ({3: -0.9, 11: -0.9}, (False, False)),
        ({3: -0.9, 11: -0.9, 19: -0.9}, (True, False)),
        ({3: 0.9, 11: 0.9}, (False, False)),
        ({3: 0.9, 11: 0.9, 19: 0.9}, (False, True)),
    ],
)
def test_the_third_worst_miss_widens_its_own_side(
    values: dict[int, float], wider: tuple[bool, bool]
) -> None:
    assert is_wider(limits(predicted(with_values(values)))) == wider


@pytest.mark.parametrize(
    ("back", "wider"), [(56, True), (57, True), (112, True), (113, False), (126, False)]
)
def test_a_record_counts_for_16_weeks(back: int, wider: bool) -> None:
    low = limits(predicted(log_counts=with_values({back: EXPECTED - 0.5}, EXPECTED)))
    high = limits(predicted(log_counts=with_values({back: EXPECTED + 0.5}, EXPECTED)))
    assert is_wider(low) == (wider, False)
    assert is_wider(high) == (False, wider)


def test_a_record_of_8_weeks_widens_more_than_an_older_one() -> None:
    recent, older = (
        limits(predicted(log_counts=with_values({back: EXPECTED - 0.5}, EXPECTED)))
        for back in (55, 57)
    )
    assert recent.below > older.below > QUIET.below


def test_the_lowest_of_the_same_weekday_widens_below_more_than_another_day() -> None:
    same, other = (
        limits(predicted(log_counts=with_values({back: EXPECTED - 0.5}, EXPECTED)))
        for back in (14, 15)
    )
    assert same.below > other.below


def test_misses_of_the_same_weekday_widen_below_more_than_those_of_others() -> None:
    def missed(weekday: int) -> Limits:
        return limits(predicted(with_values(dict.fromkeys(range(weekday, 127, 7), 0.2))))

    assert missed(7).below > missed(6).below


@pytest.mark.parametrize("sign", [-1, 1])
def test_usual_misses_widen_both_sides(sign: int) -> None:
    noisy = limits(predicted(with_values(dict.fromkeys(range(1, 127, 2), sign * 0.3))))
    assert is_wider(noisy) == (True, True)


def test_no_limit_is_below_counting_noise() -> None:
    for expected in (0.0, 1.0, 10.0, 1e4):
        limit = limits(predicted(expected=math.log(expected + 0.5)))
        noise = max(0.10, 1.645 / math.sqrt(expected + 0.5))
        assert min(limit.below, limit.above) >= noise - 1e-9


def test_without_a_miss_there_is_no_limit() -> None:
    with pytest.raises(IndexError):
        limits(predicted([None] * DAYS))
