"""The week against the weeks before: what counts as a decline."""

from __future__ import annotations

import math
from collections.abc import Mapping
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


#: Histories of young and of old shops, in days with the judged one.
LENGTHS = (33, 40, 50, 63, 80, 126)


def with_factors(history: Mapping[date, float], factors: Mapping[int, float]) -> dict[date, float]:
    """A history times factors, by how many days ago the day is."""
    return {day: count * factors.get((DAY - day).days, 1) for day, count in history.items()}


@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize("days", LENGTHS)
@pytest.mark.parametrize("lasting", [7, 14, 21, 25])
def test_half_of_the_events_stay_a_decline_while_it_lasts(
    days: int, lasting: int, noise: float
) -> None:
    history = weekly(days=days, noise=noise, day=NEXT)
    trend = weekly_trend(with_factors(history, dict.fromkeys(range(lasting), 0.5)), DAY)
    assert trend is not None
    if (days, lasting) == (33, 25):  # the weeks before are mostly low ones
        assert -0.2 < trend.change < -0.14
        assert trend.limit == pytest.approx(0.2)
    else:
        assert trend.is_declining, trend


@pytest.mark.parametrize("days", [33, 40, 50, 57, 63, 80, 126])
def test_amber_does_not_take_a_young_shop_for_a_calm_one(days: int) -> None:
    trend = weekly_trend(constant(100_000, days, NEXT), DAY)
    assert trend is not None
    known = days - 1 - 4 * 7 + 1 - 6  # comparisons before the judged week's overlap
    assert trend.limit == pytest.approx(0.2 if known < 28 else 0.15)
    assert trend.least_red_limit == pytest.approx(0.15)


@pytest.mark.parametrize("days", LENGTHS)
@pytest.mark.parametrize("lasting", [8, 14, 21])
def test_days_of_a_decline_do_not_raise_the_limit_of_red(days: int, lasting: int) -> None:
    history = with_factors(constant(100_000, days, NEXT), dict.fromkeys(range(lasting), 0.5))
    trend = weekly_trend(history, DAY)
    assert trend is not None
    assert trend.change < -0.25
    assert trend.least_red_limit < 0.25


def test_a_slow_decline_is_seen_and_stays_while_it_goes_on() -> None:
    history = weekly(days=160, noise=0.03, day=NEXT)
    began = min(history) + timedelta(days=120)
    for day in history:
        history[day] *= 0.97 ** min(20, max(0, (day - began).days + 1))
    trends = [weekly_trend(history, began + timedelta(days=number)) for number in range(9, 30)]
    assert all(trend is not None and trend.is_declining for trend in trends)


@pytest.mark.parametrize(
    ("days", "lasted"), [(50, 14), (63, 14), (63, 25), (80, 14), (80, 25), (126, 14), (126, 25)]
)
def test_a_week_after_the_counts_are_back_it_is_over(lasted: int, days: int) -> None:
    tested = range(7, days - lasted - 20)
    assert len(tested) >= 9
    for back in tested:
        low = dict.fromkeys(range(back, back + lasted), 0.5)
        trend = weekly_trend(with_factors(weekly(days=days, noise=0.02, day=NEXT), low), DAY)
        assert trend is not None
        assert not trend.is_declining, (back, trend)


@pytest.mark.parametrize(
    ("factor", "limit"), [(1.25, 0.5), (1 / 1.25, 0.5), (1.05, 0.15), (3, 0.9), (0, 0.9)]
)
def test_a_rise_and_the_fall_to_its_inverse_are_the_same_noise(factor: float, limit: float) -> None:
    changed_weeks = dict.fromkeys(range(30, 44), factor)
    trend = weekly_trend(with_factors(constant(100_000, 126, NEXT), changed_weeks), DAY)
    assert trend is not None
    assert trend.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("share", "is_declining"), [(0.2, False), (0.101, False), (0.1, True), (0.09, True), (0, True)]
)
@pytest.mark.parametrize("promotion", [3, 100])
def test_after_a_promotion_a_near_total_loss_is_still_a_decline(
    promotion: float, share: float, is_declining: bool
) -> None:
    factors = dict.fromkeys(range(28, 42), promotion) | dict.fromkeys(range(7), share)
    trend = weekly_trend(with_factors(constant(100_000, 126, NEXT), factors), DAY)
    assert trend is not None
    assert (trend.limit, trend.least_red_limit) == (0.9, 0.9)
    assert trend.is_declining is is_declining


def test_a_shop_that_grew_sees_a_near_total_loss() -> None:
    grown = {
        day: count * 1.05 ** (90 - (DAY - day).days)
        for day, count in constant(100, 90, NEXT).items()
    }
    trend = weekly_trend(with_factors(grown, dict.fromkeys(range(7), 0.03)), DAY)
    assert trend is not None
    assert trend.limit <= 0.9
    assert trend.is_declining


@pytest.mark.parametrize("least", [0.01, 0.15, 0.95, 1.0])
def test_a_limit_of_ones_own_holds_above_the_bound_too(least: float) -> None:
    trend = weekly_trend(constant(50, 120, NEXT), DAY, least=least)
    assert trend is not None
    assert trend.limit == trend.least_red_limit == least
