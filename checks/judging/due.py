"""What a schedule says of a run: awaited, late, or the newest one that was due. Pure text."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.core.text import day_text, duration_text

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe


_DAYS_OF_WEEK = 7


def run_text(frame: Timeframe) -> str:
    """`the run of Monday 06:00`, without the time where none is known.

    With the date where the weekday alone is not clear: `the run of Sunday 1 June 06:00`.
    """
    due = frame.run_schedule.due(frame.run_date)
    day = _weekday(frame.run_date, frame)
    return f"the run of {day}" if due is None else f"the run of {day} {_clock(due, frame)}"


def awaited_text(frame: Timeframe) -> str:
    """`the run of Monday 06:00 is expected by 08:00`, for a run that may still come."""
    if frame.expected_by is None:
        raise ValueError("without run times no run is awaited")
    return f"{run_text(frame)} is expected by {_moment(frame.expected_by, frame)}"


def lateness(frame: Timeframe) -> timedelta | None:
    """How late a run is that has not come; None where no time is known, or another run follows."""
    due, (_, next_begins) = frame.run_schedule.due(frame.run_date), frame.run_bounds()
    return None if due is None or frame.now >= next_begins else frame.now - due


def late_text(frame: Timeframe) -> str:
    """`; it was due at 06:00, at the latest at 08:00, and is 3 h 12 min late`.

    Empty where no time is known.
    """
    due = frame.run_schedule.due(frame.run_date)
    if due is None or frame.expected_by is None:
        return ""
    latest = f", at the latest at {_moment(frame.expected_by, frame)}"
    text = f"; it was due at {_moment(due, frame)}{latest if frame.expected_by > due else ''}"
    late = lateness(frame)
    return text if late is None else f"{text}, and is {duration_text(late)} late"


def newest_run_text(frame: Timeframe) -> str:
    """`; the run of Friday 06:00 is the newest that is due, the next one is due on Monday 06:00`.

    Empty where no time is known, where a run is due today, and for an older run.
    """
    schedule = frame.run_schedule
    today = frame.now.astimezone(frame.zone).date()
    if schedule.times is None or frame.run_date == today:
        return ""
    if frame.run_date != schedule.latest(frame.now):
        return ""
    following = schedule.due(schedule.following(frame.run_date))
    if following is None:
        raise ValueError("a schedule with run times gives every run one")
    day = following.astimezone(frame.zone).date()
    is_same_weekday = (day - frame.run_date).days >= _DAYS_OF_WEEK
    next_day = day_text(day) if is_same_weekday else _weekday(day, frame)
    return (
        f"; {run_text(frame)} is the newest that is due, the next one is due on "
        f"{next_day} {_clock(following, frame)}"
    )


def _weekday(day: date, frame: Timeframe) -> str:
    """The weekday; with the date where it is not within a week of today."""
    today = frame.now.astimezone(frame.zone).date()
    return f"{day:%A}" if abs((day - today).days) <= _DAYS_OF_WEEK - 1 else day_text(day)


def _clock(moment: datetime, frame: Timeframe) -> str:
    return f"{moment.astimezone(frame.zone):%H:%M}"


def _moment(moment: datetime, frame: Timeframe) -> str:
    """The time of day; with the weekday where it is not on the run date."""
    local = moment.astimezone(frame.zone)
    return f"{local:%H:%M}" if local.date() == frame.run_date else f"{local:%A %H:%M}"
