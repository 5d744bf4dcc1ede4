"""`--catch-up`: which runs were not judged since the last recorded data date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.core import clock
from checks.core.model import Cause
from checks.core.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.cli.console import Console
    from checks.config.model import Config
    from checks.core.records import StoredEvaluation

_DAY = timedelta(days=1)
#: Calendar days before the newest recorded one in which a judged one is looked for.
_LOOK_BACK = 400


def _last_judged(evaluations: Iterable[StoredEvaluation]) -> date | None:
    """The newest data date whose run was not merely awaited. evaluations: newest first."""
    judged = (
        evaluation.data_date
        for evaluation in evaluations
        if not any(Cause.NOT_DUE in message for message in evaluation.messages.values())
    )
    return next(judged, None)


def runs_to_catch_up(config: Config, console: Console) -> tuple[date, ...]:
    """The run dates before the newest due one that have data dates after the last recorded one.

    Says on standard error which these are and what is read for them. Raises HistoryError.
    """
    from checks.config.schedules import schedule_of
    from checks.history import history_of

    schedule = schedule_of(config)
    newest_run = schedule.latest(clock.now())
    last = _last_judged(history_of(config).evaluations(config.pipeline, days=_LOOK_BACK))
    if last is None:
        console.err("nothing is recorded yet: only the newest run is judged\n")
        return ()
    first_run = schedule.run_date_of(last + _DAY)
    runs = tuple(schedule.run_dates(first_run, newest_run - _DAY))
    if not runs:
        console.err(f"{last} is recorded: no run was skipped\n")
        return ()
    days = [day for run in (*runs, newest_run) for day in schedule.loaded_dates(run)]
    console.err(
        f"catching up {plural(len(runs), 'run')} before that of {newest_run}: data dates {days[0]} "
        f"to {days[-1]} after {last}; the tables are read once for each run\n"
    )
    return runs
