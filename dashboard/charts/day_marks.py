"""The marks of the days of one chart, from the configuration and the history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from checks.config.calendars import calendar_between
from checks.config.schedules import schedule_of
from dashboard import data, page
from dashboard.charts import marks


def of(
    context: page.PageContext, days: Sequence[date], checks: Collection[str]
) -> tuple[marks.Mark, ...]:
    """The marks of a chart of these days that is about these checks.

    The history is not read for it: everybody's incidents are cached with the decisions beside
    them. Where it cannot be read there are none of it; the head of the page says so.
    """
    if not days:
        return ()
    config = context.config
    calendar = calendar_between(config.calendar, min(days), max(days))
    run_dates = marks.RunDates(schedule_of(config))
    return marks.collect(days, calendar, _decisions(context.pipeline), checks, run_dates)


def _decisions(pipeline: str) -> marks.Decisions:
    log = data.incident_log(pipeline).value
    return marks.Decisions() if log is None else marks.Decisions(log.waivers, log.acceptances)
