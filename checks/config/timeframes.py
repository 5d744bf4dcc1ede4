"""The timeframe of an evaluation, with the pipeline's schedule and calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.config.calendars import calendar_between
from checks.config.schedules import schedule_of
from checks.core.timeframe import MOST_DAYS_BEFORE, Timeframe, timeframe

if TYPE_CHECKING:
    from checks.config.model import Config


#: The last open day before a closure is looked for so far back.
_LONGEST_CLOSURE = timedelta(days=800)


def timeframe_of(
    config: Config, now: datetime, *, run_date: date | None = None, data_date: date | None = None
) -> Timeframe:
    """The timeframe of a run and of a data date, by default of the newest run that is due.

    Raises UsageError as `timeframe` does.
    """
    frame = timeframe(
        now, config.timezone, run_date=run_date, data_date=data_date,
        data_lag_days=config.data_lag_days, schedule=schedule_of(config),
    )  # fmt: skip
    stretch = timedelta(days=MOST_DAYS_BEFORE)
    first = min(frame.data_date, frame.run_date) - stretch
    calendar = calendar_between(config.calendar, first, frame.run_date)
    while calendar.closed_reason(first) is not None and first > frame.data_date - _LONGEST_CLOSURE:
        first -= stretch
        calendar = calendar_between(config.calendar, first, frame.run_date)
    return replace(frame, calendar=calendar)


def data_timeframe(config: Config, data_date: date, now: datetime) -> Timeframe:
    """The timeframe of a data date, judged as part of the run that loads it, or of the next one.

    Raises UsageError for a day that has not begun.
    """
    run_date = schedule_of(config).run_date_of(data_date)
    return timeframe_of(config, now, run_date=run_date, data_date=data_date)
