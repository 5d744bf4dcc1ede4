"""Whether the history would keep the days that a backfill is about to judge."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from checks.config.schedules import schedule_of
from checks.core.errors import UsageError

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.history import History


def require_kept(config: Config, history: History, first: date, last: date) -> None:
    """Raises UsageError where days would be removed as soon as they are judged.

    first, last: run dates. Retention counts the data dates that are recorded and those of the
    range. Raises HistoryError where the history cannot be read.
    """
    schedule = schedule_of(config)
    run_dates = schedule.run_dates(first, last)
    days = [day for run_date in run_dates for day in schedule.loaded_dates(run_date)]
    if not days:
        return
    first_kept = history.first_kept(config.pipeline, days)
    if days[0] < first_kept:
        raise UsageError(
            f"--from {first}: the history would remove these evaluations at once: with "
            f"history.keep_days {config.history.keep_days} it keeps data dates from "
            f"{first_kept} on; allowed: the run of {schedule.run_date_of(first_kept)} and later, "
            "or raise history.keep_days"
        )
