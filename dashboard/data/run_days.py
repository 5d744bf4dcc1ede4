"""Which data dates are one run's, and so are measured at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.core.errors import UsageError
from checks.core.timeframe import midnight


def due_day(config: Config, moment: datetime) -> date:
    """The newest data date of the newest run that is due at a moment."""
    schedule = schedule_of(config)
    return schedule.latest(moment) - timedelta(days=schedule.lag_days)


def days_of_run(config: Config, day: date, moment: datetime) -> tuple[date, ...]:
    """The data dates that are judged with a day, itself included, oldest first.

    A day that no run loads is judged alone, and so is each day of a run whose newest one lasts, as
    the gate has it.
    """
    schedule = schedule_of(config)
    try:
        days = schedule.loaded_dates(schedule.run_date_of(day))
    except UsageError:  # more days than are judged at once
        return (day,)
    is_over = moment >= midnight(days[-1] + timedelta(days=1), config.timezone)
    return days if is_over and day in days else (day,)
