"""`--catch-up`: which runs were not judged since the last recorded data date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.core import clock
from checks.core.model import Cause
from checks.core.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.cli.console import Console
    from checks.config.model import Config
    from checks.core.records import StoredEvaluation
    from checks.core.schedule import Schedule

_DAY = timedelta(days=1)
#: Calendar days before the newest recorded one in which runs that were only awaited are looked for.
_LOOK_BACK = 31


def _last_judged(evaluations: Sequence[StoredEvaluation], schedule: Schedule) -> date | None:
    """The data date up to which every recorded run was judged whole, and not merely awaited.

    evaluations: newest first.
    """
    if not evaluations:
        return None
    recorded = {evaluation.data_date for evaluation in evaluations}
    of_newest_run = schedule.loaded_dates(evaluations[0].run_date)
    is_whole = recorded.issuperset(of_newest_run)
    awaited = [evaluation.data_date for evaluation in evaluations if _is_awaited(evaluation)]
    missing = awaited if is_whole else [*awaited, of_newest_run[0]]
    return min(missing) - _DAY if missing else evaluations[0].data_date


def _is_awaited(evaluation: StoredEvaluation) -> bool:
    return any(f"({Cause.NOT_DUE}: " in message for message in evaluation.messages.values())


def runs_to_catch_up(config: Config, console: Console) -> tuple[date, ...]:
    """The runs to judge, oldest first: those after the last recorded data date, and the newest.

    Says on standard error which these are and what is read for them. Raises HistoryError.
    """
    from checks.config.schedules import schedule_of
    from checks.evaluation.engine import newest_run_date
    from checks.history import history_of

    schedule = schedule_of(config)
    newest_run = newest_run_date(config, clock.now())
    last = _last_judged(history_of(config).evaluations(config.pipeline, days=_LOOK_BACK), schedule)
    if last is None:
        console.err("nothing is recorded yet: only the newest run is judged\n")
        return (newest_run,)
    first_run = schedule.run_date_of(last + _DAY)
    skipped = tuple(schedule.run_dates(first_run, newest_run - _DAY))
    if not skipped:
        console.err(f"{last} is recorded: no run was skipped\n")
        return (newest_run,)
    runs = (*skipped, newest_run)
    days = [day for run_date in runs for day in schedule.loaded_dates(run_date)]
    console.err(
        f"catching up {plural(len(skipped), 'run')} before that of {newest_run}: data dates "
        f"{days[0]} to {days[-1]} after {last}; the tables are read once for each run\n"
    )
    return runs
