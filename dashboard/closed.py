"""Why no events are expected of a day, for whatever shows days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from checks.config.calendars import calendar_between
from checks.config.model import CalendarConfig, Config
from checks.core.calendar import Calendar


def reason(config: Config, day: date) -> str | None:
    """`closed: Sunday`, not escaped; None for an open day."""
    if not config.calendar.closed:
        return None
    return _year(config.calendar, day.year).closed_reason(day)


@lru_cache(maxsize=64)
def _year(calendar: CalendarConfig, year: int) -> Calendar:
    """The calendar of one year: public holidays are slow to look up."""
    return calendar_between(calendar, date(year, 1, 1), date(year, 12, 31))
