"""Judge past runs and keep the results in the history."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_days
from checks.core.errors import UsageError
from checks.judging.gate import GREEN, UNKNOWN

if TYPE_CHECKING:
    from checks.core.schedule import Schedule


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add_days(parser, "run date, as in gate --date")


def run(args: Namespace, console: Console) -> int:
    """Print one line a day. 0 when every day could be judged, whatever the verdict; else 2."""
    from checks.cli.judging import judge, today_of
    from checks.cli.tables import day_line
    from checks.config import load_config
    from checks.config.schedules import schedule_of
    from checks.core.model import Status
    from checks.history import history_of
    from checks.history.retention import require_kept

    config = load_config(args.config)
    _require_past(args.first, args.last, today_of(config))
    history = history_of(config)
    require_kept(config, history, args.first, args.last)
    all_judged = True
    for run_date in _run_dates(schedule_of(config), args.first, args.last):
        report = judge(config, console, run_date=run_date, remember=True)
        # A HistoryError ends the command: the run is not backfilled.
        history.record(report, is_backfill=True)
        for day in report.by_day():
            statuses = {verdict.id: verdict.status for verdict in day.checks}
            console.out(
                day_line(day.data_date or run_date, day.verdict, day.evaluated_at, statuses)
            )
            all_judged = all_judged and day.verdict is not Status.UNKNOWN
    return GREEN if all_judged else UNKNOWN


def _require_past(first: date, last: date, today: date) -> None:
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}")
    if last > today:
        raise UsageError(f"--to {last} is in the future; today is {today}")


def _run_dates(schedule: Schedule, first: date, last: date) -> list[date]:
    """The scheduled run dates of the stretch. Raises UsageError where there is none."""
    run_dates = list(schedule.run_dates(first, last))
    if not run_dates:
        before, after = schedule.previous(first), schedule.following(last)
        raise UsageError(
            f"no run is scheduled from {first} to {last}; the nearest are {before} and {after}"
        )
    return run_dates
