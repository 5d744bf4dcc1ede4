"""What a schedule says of a run, as text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checks.config.cron import CronTimes
from checks.core.schedule import Schedule
from checks.core.timeframe import Timeframe, timeframe
from checks.judging import due

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = date(2025, 3, 10)


def frame(hour: int, minute: int = 0, cron: str | None = "0 6 * * 1-5", days: int = 0) -> Timeframe:
    """The frame of Monday's run, asked for at a time of Monday, or so many days later."""
    times = CronTimes(cron) if cron else None
    schedule = Schedule(ZONE, times=times, grace=timedelta(hours=2))
    now = datetime(2025, 3, 10 + days, hour, minute, tzinfo=ZONE).astimezone(UTC)
    return timeframe(now, ZONE, run_date=MONDAY, schedule=schedule)


@pytest.mark.parametrize(
    ("hour", "minute", "awaited"),
    [(5, 0, True), (6, 0, True), (7, 59, True), (8, 0, False), (8, 1, False)],
)
def test_a_run_is_awaited_until_its_time_and_the_grace(
    hour: int, minute: int, awaited: bool
) -> None:
    assert frame(hour, minute).is_run_awaited is awaited


def test_without_times_no_run_is_awaited_or_late() -> None:
    plain = frame(0, cron=None)
    assert not plain.is_run_awaited
    assert due.late_text(plain) == due.newest_run_text(plain) == ""
    assert due.lateness(plain) is None
    assert due.run_text(plain) == "the run of Monday"
    with pytest.raises(ValueError, match="without run times"):
        due.awaited_text(plain)


def test_texts_name_the_run_and_when_it_is_expected() -> None:
    assert due.awaited_text(frame(7)) == "the run of Monday 06:00 is expected by 08:00"
    late = frame(9, 12)
    assert due.late_text(late) == (
        "; it was due at 06:00, at the latest at 08:00, and is 3 h 12 min late"
    )
    assert due.lateness(late) == timedelta(hours=3, minutes=12)


def test_a_run_before_midnight_is_expected_by_a_time_of_the_next_day() -> None:
    night = frame(23, 40, "30 23 * * *")
    assert due.awaited_text(night) == "the run of Monday 23:30 is expected by Tuesday 01:30"


def test_once_another_run_began_nothing_is_late_any_more() -> None:
    old = frame(9, days=2)
    assert due.late_text(old) == "; it was due at 06:00, at the latest at 08:00"
    assert due.lateness(old) is None


def test_the_newest_run_is_said_where_it_is_not_todays() -> None:
    schedule = Schedule(ZONE, times=CronTimes("0 6 * * 1-5"))
    sunday = datetime(2025, 3, 9, 12, tzinfo=UTC)
    assert due.newest_run_text(timeframe(sunday, ZONE, schedule=schedule)) == (
        "; the run of Friday 06:00 is the newest that is due, the next one is due on Monday 06:00"
    )
    older = timeframe(sunday, ZONE, run_date=date(2025, 3, 6), schedule=schedule)
    assert due.newest_run_text(older) == ""
    assert due.newest_run_text(frame(7)) == ""
