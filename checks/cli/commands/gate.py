"""Judge the day and stop the line when it is red: put this after the load job."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from checks.cli import failure, values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.errors import is_interruption

if TYPE_CHECKING:
    from checks.model import Report


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add = parser.add_argument
    add("--date", type=values.day, metavar="D", help="the run date (default: today)")
    add(
        "--data-date",
        type=values.data_day,
        metavar="D|latest",
        help="the judged day (default: the run date minus data_lag_days); "
        "latest: the newest day that has events",
    )
    add(
        "--format",
        type=values.format_name,
        default="text",
        metavar="FORMAT",
        help="text (default), json, junit, markdown, github or prometheus",
    )
    add(
        "--report",
        type=values.report_file,
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="also write the report to a file; may be repeated",
    )
    add("--strict", action="store_true", help="amber stops the line as well")
    add(
        "--wait",
        type=values.duration,
        default=0.0,
        metavar="TIME",
        help="keep trying for so long (30m, 90s, 1h30m) while there is no log entry, "
        "a run is not finished or the warehouse is locked",
    )
    add("--no-record", action="store_true", help="do not write the result to the history")


def run(args: Namespace, console: Console) -> int:
    """Evaluate, write, print. The exit code is the verdict's."""
    from checks.cli.publishing import publish

    try:
        report = _judge(args, console)
    except Exception as error:  # every format still gets its report
        if is_interruption(error):
            raise
        failure.tell(error, console)
        report = failure.report(error)
    return publish(report, args.format, args.report, console)


def _judge(args: Namespace, console: Console) -> Report:
    from checks.cli.judging import judge, judge_within, today_of
    from checks.config import load_config
    from checks.engine import recorded

    config = load_config(args.config)
    # A wait that crosses midnight goes on judging the day it began with.
    run_date = args.date or today_of(config)

    def once(record: bool) -> Report:
        return judge(
            config,
            console,
            run_date=run_date,
            data_date=args.data_date,
            strict=args.strict,
            record=record,
            remember=not args.no_record,
        )

    if not args.wait:
        return once(record=not args.no_record)
    report = judge_within(args.wait, lambda: once(record=False), console)
    return report if args.no_record else recorded(config, report)
