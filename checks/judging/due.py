"""What a schedule says of a run: awaited, late, or the newest one that was due. Pure text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from checks.core.text import duration_text

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe


def run_text(frame: Timeframe) -> str:
    """`the run of Monday 06:00`; with the day alone where no time is known."""
    due = frame.run_schedule.due(frame.run_date)
    at = f"{frame.run_date:%A}" if due is None else f"{frame.run_date:%A} {_clock(due, frame)}"
    return f"the run of {at}"


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
    """`; it was expected by 08:00 and is 3 h 12 min late`; empty where no time is known."""
    if frame.expected_by is None:
        return ""
    expected = f"; it was expected by {_moment(frame.expected_by, frame)}"
    late = lateness(frame)
    return expected if late is None else f"{expected} and is {duration_text(late)} late"


def newest_run_text(frame: Timeframe) -> str:
    """`; the newest run that is due is that of Friday ..., the next one is due on ...`.

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
    return (
        f"; {run_text(frame)} is the newest that is due, the next one is due on "
        f"{following.astimezone(frame.zone):%A %H:%M}"
    )


def _clock(moment: datetime, frame: Timeframe) -> str:
    return f"{moment.astimezone(frame.zone):%H:%M}"


def _moment(moment: datetime, frame: Timeframe) -> str:
    """The time of day; with the weekday where it is not on the run date."""
    local = moment.astimezone(frame.zone)
    return f"{local:%H:%M}" if local.date() == frame.run_date else f"{local:%A %H:%M}"
