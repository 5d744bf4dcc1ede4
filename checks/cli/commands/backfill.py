"""Judge past runs and keep the results in the history."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date, timedelta

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_days
from checks.core.errors import UsageError
from checks.judging.gate import GREEN, UNKNOWN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add_days(parser, "run date, as in gate --date")


def run(args: Namespace, console: Console) -> int:
    """Print one line a day. 0 when every day could be judged, whatever the verdict; else 2."""
    from checks.cli.judging import judge, today_of
    from checks.cli.tables import day_line
    from checks.config import load_config
    from checks.core.model import Status
    from checks.history import history_of
    from checks.history.retention import require_kept

    config = load_config(args.config)
    _require_past(args.first, args.last, today_of(config))
    history = history_of(config)
    require_kept(config, history, args.first, args.last)
    all_judged = True
    for day in _days(args.first, args.last):
        report = judge(config, console, run_date=day, remember=True)
        # A HistoryError ends the command: the day is not backfilled.
        history.record(report, is_backfill=True)
        statuses = {verdict.id: verdict.status for verdict in report.checks}
        console.out(
            day_line(report.data_date or day, report.verdict, report.evaluated_at, statuses)
        )
        all_judged = all_judged and report.verdict is not Status.UNKNOWN
    return GREEN if all_judged else UNKNOWN


def _require_past(first: date, last: date, today: date) -> None:
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}")
    if last > today:
        raise UsageError(f"--to {last} is in the future; today is {today}")


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
