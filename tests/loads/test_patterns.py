"""On which run dates a source is expected, by those on which it came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.loads.patterns import (
    FADES_AFTER_DAYS,
    LEARNED_DAYS,
    clock_text,
    is_usual,
    minutes_after_midnight,
    missing_run_dates,
    usual_minutes,
)
from tests.loads.logs import RUN, run_dates

SUNDAY, MONDAY = RUN, RUN + timedelta(days=1)
DATES = run_dates(LEARNED_DAYS)


def usual(came: Callable[[date], bool], run: date = RUN) -> bool:
    dates = run_dates(LEARNED_DAYS, run)
    return is_usual([day for day in dates if came(day)], dates, run)


@pytest.mark.parametrize(
    ("came", "sunday", "monday"),
    [
        (lambda d: True, True, True),
        (lambda d: d.weekday() < 5, False, True),
        (lambda d: d.weekday() < 6, False, True),
        (lambda d: d.weekday() >= 5, True, False),
        (lambda d: d.weekday() == 0, False, True),
        (lambda d: d.toordinal() % 2 == 0, False, False),
        (lambda d: d.day == 1, False, False),
        (lambda d: False, False, False),
    ],
    ids=["daily", "weekdays", "not sundays", "weekends", "mondays", "2nd day", "monthly", "never"],
)
def test_a_source_is_expected_on_its_own_weekdays(
    came: Callable[[date], bool], sunday: bool, monday: bool
) -> None:
    assert usual(came, SUNDAY) is sunday
    assert usual(came, MONDAY) is monday


@pytest.mark.parametrize(("misses", "expected"), [(0, True), (1, True), (2, False)])
def test_a_weekday_is_usual_with_four_of_five(misses: int, expected: bool) -> None:
    sundays = [day for day in DATES if day.weekday() == SUNDAY.weekday()]
    assert len(sundays) == 5
    kept = {*sundays[:2], *sundays[2 + misses :]}
    assert is_usual(kept, DATES, RUN) is expected


@pytest.mark.parametrize(("days", "expected"), [(6, False), (7, True), (8, True)])
def test_a_new_daily_source_is_expected_after_a_week(days: int, expected: bool) -> None:
    assert is_usual(DATES[-days:], DATES, RUN) is expected


@pytest.mark.parametrize(("weeks", "expected"), [(2, False), (3, True)])
def test_a_new_weekly_source_is_expected_after_three(weeks: int, expected: bool) -> None:
    sundays = [day for day in DATES if day.weekday() == SUNDAY.weekday()]
    assert is_usual(sundays[-weeks:], DATES, RUN) is expected


@pytest.mark.parametrize(("misses", "expected"), [(1, True), (2, False)])
def test_a_young_daily_source_may_miss_one_of_ten(misses: int, expected: bool) -> None:
    came = [day for day in DATES[-11:] if day not in DATES[-5 : -5 + misses]]
    assert is_usual(came, DATES, RUN) is expected


@pytest.mark.parametrize("away", range(1, 18))
def test_a_source_that_stays_away_fades_after_two_weeks(away: int) -> None:
    last = RUN - timedelta(days=away)
    dates = run_dates(LEARNED_DAYS)
    assert is_usual([d for d in dates if d <= last], dates, RUN) is (away <= FADES_AFTER_DAYS)


@pytest.mark.parametrize(("mixed", "expected"), [(1, True), (2, False), (3, False)])
def test_weekdays_that_are_full_by_chance_do_not_count(mixed: int, expected: bool) -> None:
    """Sundays miss one of five; on some other weekdays the source comes on half of them."""
    sundays = [day for day in DATES if day.weekday() == 6]
    by_halves = [d for d in DATES if d.weekday() < mixed and d.isocalendar().week % 2]
    came = {*sundays[:1], *sundays[2:], *by_halves}
    assert is_usual(came, DATES, RUN) is expected


def test_two_mixed_weekdays_need_a_full_one_and_three_are_too_many() -> None:
    sundays = [day for day in DATES if day.weekday() == 6]
    for mixed, expected in ((2, True), (3, False)):
        by_halves = [d for d in DATES if d.weekday() < mixed and d.isocalendar().week % 2]
        assert is_usual({*sundays, *by_halves}, DATES, RUN) is expected


@given(st.sets(st.sampled_from(DATES)))
def test_a_source_is_expected_only_where_it_came_on_most_of_its_same_weekdays(
    came: set[date],
) -> None:
    if is_usual(came, DATES, RUN):
        span = [day for day in DATES if min(came) <= day <= max(came)]
        same = [day for day in span if day.weekday() == RUN.weekday()]
        assert 2 * sum(day in came for day in same) > len(same)
        assert (RUN - max(came)).days <= FADES_AFTER_DAYS


@pytest.mark.parametrize(("days", "missing"), [(0, 3), (1, 3), (6, 1), (7, 0), (35, 0)])
def test_how_many_run_dates_are_missing(days: int, missing: int) -> None:
    assert missing_run_dates(run_dates(days), RUN) == missing


def test_three_weekly_runs_are_enough() -> None:
    weekly = [RUN - timedelta(weeks=back) for back in (3, 2, 1)]
    assert missing_run_dates(weekly[1:], RUN) == 1
    assert missing_run_dates(weekly, RUN) == 0
    assert is_usual(weekly, weekly, RUN)


def test_usual_is_the_time_by_which_nine_of_ten_came() -> None:
    days = run_dates(10, MONDAY)
    arrivals = [(day, 300.0 + number) for number, day in enumerate(days)]
    assert usual_minutes(arrivals, MONDAY) == 308
    late = [*arrivals[:-1], (days[-1], 900.0)]
    assert usual_minutes(late, MONDAY) == 308
    assert usual_minutes([], MONDAY) is None
    assert usual_minutes([(days[0], 300.2)], MONDAY) == 301


def test_a_weekday_that_is_earlier_has_its_own_time() -> None:
    days = run_dates(35, MONDAY)
    arrivals = [(day, 540.0 if day.weekday() >= 5 else 360.0) for day in days]
    assert usual_minutes(arrivals, MONDAY) == 360
    assert usual_minutes(arrivals, SUNDAY) == 540


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "00:00"), (352, "05:52"), (1439, "23:59"), (1440, "00:00 the day after"),
     (1445.9, "00:05 the day after"), (2880, "00:00, 2 days after")],
)  # fmt: skip
def test_a_time_reads_as_a_clock(minutes: float, text: str) -> None:
    assert clock_text(minutes) == text


@pytest.mark.parametrize(
    ("moment", "run", "minutes"),
    [
        (datetime(2025, 3, 30, 0, 30, tzinfo=UTC), date(2025, 3, 30), 90),
        (datetime(2025, 3, 30, 1, 30, tzinfo=UTC), date(2025, 3, 30), 210),  # 03:30 in summer
        (datetime(2025, 10, 26, 0, 30, tzinfo=UTC), date(2025, 10, 26), 150),
        (datetime(2025, 10, 26, 1, 30, tzinfo=UTC), date(2025, 10, 26), 150),  # again
        (datetime(2025, 3, 9, 23, 30, tzinfo=UTC), date(2025, 3, 9), 24 * 60 + 30),
    ],
)
def test_minutes_are_those_of_the_wall_clock(moment: datetime, run: date, minutes: float) -> None:
    assert minutes_after_midnight(moment, run, ZoneInfo("Europe/Berlin")) == minutes
