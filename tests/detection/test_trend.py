"""The week against the weeks before: what counts as a decline."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from checks.detection import weekly_trend
from tests.detection.samples import DAY, constant, weekly

NEXT = DAY + timedelta(days=1)


def changed(history: dict[date, float], factor: float) -> dict[date, float]:
    """The last seven days of a history times a factor."""
    return {day: count * (factor if (DAY - day).days < 7 else 1) for day, count in history.items()}


@pytest.mark.parametrize(
    ("factor", "is_declining"),
    [
        (1.0, False),
        (1.5, False),
        (0.86, False),
        (0.851, False),
        (0.85, True),
        (0.5, True),
        (0, True),
    ],
)
def test_a_decline_counts_from_fifteen_percent(factor: float, is_declining: bool) -> None:
    trend = weekly_trend(changed(constant(100_000, 120, NEXT), factor), DAY)
    assert trend is not None
    assert trend.week == pytest.approx(700_000 * factor)
    assert trend.change == pytest.approx(factor - 1)
    assert (trend.baseline, trend.limit, trend.weeks) == (700_000, 0.15, 6)
    assert trend.is_declining is is_declining


def test_noisy_weeks_raise_the_limit() -> None:
    quiet = weekly_trend(weekly(noise=0.05, day=NEXT), DAY)
    noisy = weekly_trend(weekly(noise=1.0, day=NEXT), DAY)
    assert quiet is not None
    assert noisy is not None
    assert quiet.limit == 0.15 < noisy.limit


def test_five_percent_a_day_is_seen_within_two_weeks() -> None:
    history = weekly(day=NEXT)
    for back in range(14):
        history[DAY - timedelta(days=back)] *= 0.95 ** (14 - back)
    trend = weekly_trend(history, DAY)
    assert trend is not None
    assert trend.is_declining


@pytest.mark.parametrize(
    ("days", "weeks"),
    [(0, None), (28, None), (32, None), (33, 4), (39, 4), (40, 5), (47, 6), (120, 6)],
)
def test_how_much_history_it_takes(days: int, weeks: int | None) -> None:
    trend = weekly_trend(constant(50, days, NEXT), DAY)
    assert (trend and trend.weeks) == weeks


@pytest.mark.parametrize(("missing", "is_known"), [(1, True), (2, True), (3, False)])
def test_missing_days_are_filled_with_their_weekday(missing: int, is_known: bool) -> None:
    history = weekly(noise=0.001, day=NEXT)
    whole = weekly_trend(history, DAY)
    for back in range(missing):
        history[DAY - timedelta(days=back)] = math.nan
    trend = weekly_trend(history, DAY)
    assert (trend is not None) is is_known
    if trend is not None and whole is not None:
        assert trend.week == pytest.approx(whole.week, rel=0.01)


def test_an_earlier_week_with_a_gap_is_left_out() -> None:
    history = constant(50, 120, NEXT)
    for back in range(14, 18):
        del history[DAY - timedelta(days=back)]
    trend = weekly_trend(history, DAY)
    assert trend is not None
    assert (trend.weeks, trend.change) == (5, 0)


def test_nothing_usual_is_no_trend() -> None:
    assert weekly_trend(constant(0, 120, NEXT), DAY) is None


@pytest.mark.parametrize("day", [date.min, date.min + timedelta(days=60), date.max])
def test_the_first_and_the_last_dates_there_are(day: date) -> None:
    history = {day - timedelta(days=back): 9.0 for back in range(min(day.toordinal(), 60))}
    assert (weekly_trend(history, day) is None) is (day == date.min)
