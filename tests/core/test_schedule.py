"""Run dates, due times, windows of log entries and loaded data dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.config.cron import CronTimes
from checks.core.schedule import Schedule

BERLIN, SANTIAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Santiago")
ZONES = [ZoneInfo("UTC"), BERLIN, SANTIAGO, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Tokyo")]
EXPRESSIONS = [
    "0 6 * * 1-5", "30 2 * * *", "30 23 * * *", "5 * * * *", "0 0 * * *", "0 6 * * 1,4",
    "15 4 1 * *", "*/20 5-7 * * 2-6", "59 23 * * 0", "0 6 L * *",
]  # fmt: skip
MONDAY, FRIDAY = date(2025, 3, 10), date(2025, 3, 7)


def of(cron: str | None, zone: ZoneInfo = BERLIN, **options: object) -> Schedule:
    """A schedule by a cron expression; None for a run on every day."""
    return Schedule(zone, times=CronTimes(cron) if cron else None, **options)  # type: ignore[arg-type]


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


WEEKDAYS = of("0 6 * * 1-5", grace=timedelta(hours=2))


def test_without_times_every_day_is_a_run_date_from_midnight_to_midnight() -> None:
    schedule = of(None)
    assert schedule.latest(at(MONDAY, 0)) == MONDAY
    assert schedule.due(MONDAY) is schedule.expected_by(MONDAY) is None
    assert schedule.window(MONDAY) == (at(MONDAY, 0), at(MONDAY + timedelta(1), 0))
    assert schedule.loaded_dates(MONDAY) == (MONDAY - timedelta(1),)
    assert (schedule.previous(MONDAY), schedule.following(MONDAY)) == (
        MONDAY - timedelta(1), MONDAY + timedelta(1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "run_date"),
    [
        (at(MONDAY, 5, 59), FRIDAY), (at(MONDAY, 6), MONDAY), (at(MONDAY, 6, 1), MONDAY),
        (at(MONDAY - timedelta(1), 12), FRIDAY), (at(FRIDAY, 23), FRIDAY),
    ],
)  # fmt: skip
def test_before_a_runs_time_the_run_before_it_is_the_newest(now: datetime, run_date: date) -> None:
    assert WEEKDAYS.latest(now) == run_date


def test_a_weekend_belongs_to_fridays_run() -> None:
    begin, end = WEEKDAYS.window(FRIDAY)
    assert (begin, end) == (at(FRIDAY, 0), at(MONDAY, 0))
    assert not WEEKDAYS.is_run_date(FRIDAY + timedelta(1))
    assert WEEKDAYS.nearest(FRIDAY + timedelta(1)) == (FRIDAY, MONDAY)


@pytest.mark.parametrize(
    ("since_last_run", "lag", "loaded"),
    [
        (True, 1, [7, 8, 9]), (False, 1, [9]), (True, 0, [8, 9, 10]), (True, 3, [5, 6, 7]),
        (False, 0, [10]),
    ],
)  # fmt: skip
def test_mondays_run_loads_the_days_since_fridays(
    since_last_run: bool, lag: int, loaded: list[int]
) -> None:
    schedule = of("0 6 * * 1-5", since_last_run=since_last_run, lag_days=lag)
    assert [day.day for day in schedule.loaded_dates(MONDAY)] == loaded
    assert all(schedule.run_date_of(day) == MONDAY for day in schedule.loaded_dates(MONDAY))


def test_a_day_that_no_run_loads_belongs_to_the_next_one() -> None:
    schedule = of("0 6 * * 1-5")
    assert [schedule.loads(date(2025, 3, day)) for day in (6, 7, 8, 9)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert schedule.run_date_of(FRIDAY) == MONDAY


def test_several_times_on_a_date_are_one_run_due_at_the_last() -> None:
    hourly = of("5 * * * *", grace=timedelta(hours=1))
    assert hourly.due(MONDAY) == at(MONDAY, 23, 5)
    assert hourly.latest(at(MONDAY, 23, 4)) == MONDAY - timedelta(1)
    assert hourly.latest(at(MONDAY, 23, 5)) == MONDAY
    # The load of 23:05 may log until the first one of the next day begins.
    assert hourly.window(MONDAY) == (at(MONDAY, 0, 5), at(MONDAY + timedelta(1), 0, 5))


def test_a_run_before_midnight_may_log_after_it() -> None:
    nightly = of("30 23 * * *", grace=timedelta(hours=2))
    assert nightly.expected_by(MONDAY) == at(MONDAY + timedelta(1), 1, 30)
    assert nightly.window(MONDAY) == (at(MONDAY, 1, 30), at(MONDAY + timedelta(1), 1, 30))


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2025, 3, 29), "2025-03-29T01:30:00+00:00"),
        (date(2025, 3, 30), "2025-03-30T01:00:00+00:00"),  # 02:30 is skipped: 03:00
        (date(2025, 3, 31), "2025-03-31T00:30:00+00:00"),
        (date(2025, 10, 26), "2025-10-26T00:30:00+00:00"),  # 02:30 comes twice: the first
        (date(2025, 10, 27), "2025-10-27T01:30:00+00:00"),
    ],
)
def test_a_time_in_a_clock_change_is_due_once(day: date, due: str) -> None:
    schedule = of("30 2 * * *")
    assert schedule.due(day) == datetime.fromisoformat(due)
    runs = list(schedule.run_dates(day - timedelta(2), day + timedelta(2)))
    assert runs == [day + timedelta(offset) for offset in range(-2, 3)]


def test_a_run_a_month_loads_a_month() -> None:
    assert len(of("0 6 1 * *", since_last_run=True).loaded_dates(date(2025, 8, 1))) == 31


schedules = st.builds(
    lambda cron, zone, grace, several, lag: of(
        cron, zone, grace=timedelta(minutes=grace), since_last_run=several, lag_days=lag
    ),
    st.sampled_from([None, *EXPRESSIONS]),
    st.sampled_from(ZONES),
    st.integers(0, 720),
    st.booleans(),
    st.integers(0, 3),
)
days = st.dates(date(2024, 2, 1), date(2025, 11, 30))


@given(schedule=schedules, day=days)
def test_every_instant_belongs_to_one_run(schedule: Schedule, day: date) -> None:
    last = day + timedelta(days=70)
    run_dates = list(schedule.run_dates(day, last))
    assert run_dates, "each of these schedules runs at least monthly"
    windows = [schedule.window(run_date) for run_date in run_dates]
    assert all(first[1] == second[0] for first, second in pairwise(windows))
    for run_date, (begin, end) in zip(run_dates, windows, strict=True):
        due = schedule.due(run_date)
        assert begin < end
        assert due is None or begin <= due < end
        lookup = schedule.windows(run_dates[0], run_dates[-1])
        assert lookup.run_date(begin) == run_date
        assert lookup.run_date(end - timedelta(microseconds=1)) == run_date


@given(schedule=schedules, day=days)
def test_neighbours_agree(schedule: Schedule, day: date) -> None:
    following = schedule.following(day)
    assert following > day
    assert schedule.is_run_date(following)
    assert schedule.previous(following) == (day if schedule.is_run_date(day) else
                                            schedule.previous(day))  # fmt: skip


@given(schedule=schedules, day=days, minute=st.integers(0, 1439))
def test_the_newest_run_is_due_and_the_next_one_is_not(
    schedule: Schedule, day: date, minute: int
) -> None:
    now = datetime.combine(day, time(*divmod(minute, 60)), schedule.zone).astimezone(UTC)
    run_date = schedule.latest(now)
    due, next_due = schedule.due(run_date), schedule.due(schedule.following(run_date))
    assert due is None or due <= now
    assert next_due is None or now < next_due


@given(schedule=schedules, day=days)
def test_with_since_last_run_no_data_date_is_loaded_twice_or_never(
    schedule: Schedule, day: date
) -> None:
    if not schedule.since_last_run:
        return
    runs = list(schedule.run_dates(day, day + timedelta(days=70)))
    loaded = [data_date for run in runs for data_date in schedule.loaded_dates(run)]
    assert all(second - first == timedelta(1) for first, second in pairwise(loaded))
