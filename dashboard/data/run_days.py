"""Which data dates are one run's, and so are measured at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.core.schedule import MOST_LOADED_DAYS


def due_day(config: Config, moment: datetime) -> date:
    """The newest data date of the newest run that is due at a moment."""
    schedule = schedule_of(config)
    return schedule.latest(moment) - timedelta(days=schedule.lag_days)


def days_of_run(config: Config, day: date) -> tuple[date, ...]:
    """The data dates that are judged with a day, itself included, oldest first.

    A day that no run loads is judged alone, and so is each day of a run that loads too many.
    """
    schedule = schedule_of(config)
    days = schedule.loaded_dates(schedule.run_date_of(day))
    return days if day in days and len(days) <= MOST_LOADED_DAYS else (day,)
