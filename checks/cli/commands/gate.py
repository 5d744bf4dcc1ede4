"""Judge the day and stop the line when it is red: put this after the load job."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from checks.cli import failure, values
from checks.cli.console import Console
from checks.cli.parsing import add_configs
from checks.core.errors import AndonError, ConfigError, UsageError, is_interruption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from checks.cli.values import ReportFile
    from checks.config.model import Config
    from checks.core.model import Report
    from checks.history.recording import Recording


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_configs(parser)
    _add_days(parser)
    _add_outputs(parser)
    add = parser.add_argument
    add("--strict", action="store_true", help="amber stops the line as well")
    add(
        "--wait",
        type=values.duration,
        default=0.0,
        metavar="TIME",
        help="keep trying for so long (30m, 90s, 1h30m) while there is no log entry, a run or a "
        "source may still come, a run is not finished or the warehouse is locked",
    )
    add(
        "--no-explain",
        action="store_true",
        help="do not seek what explains a red check; no verdict depends on it",
    )
    add("--no-record", action="store_true", help="do not write the result to the history")


def _add_days(parser: ArgumentParser) -> None:
    """Add the options that say which run, and which of its days."""
    add = parser.add_argument
    add(
        "--date",
        type=values.day,
        metavar="D",
        help="the run date (default: that of the newest run that is due)",
    )
    add(
        "--data-date",
        type=values.data_day,
        metavar="D|latest",
        help="the judged day (default: each day that the run loads); "
        "latest: the newest day with events up to that one",
    )
    add(
        "--catch-up",
        action="store_true",
        help="judge every run since the last recorded data date, so that no day is skipped",
    )


def _add_outputs(parser: ArgumentParser) -> None:
    """Add the options that say what is written."""
    add = parser.add_argument
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


def run(args: Namespace, console: Console) -> int:
    """Evaluate, write, record, print. The exit code is the verdict's, unless any of that fails.

    Of several pipelines each is judged; the worst exit code counts.
    """
    paths: list[str] = args.config
    if len(paths) <= 1 and not any(map(os.path.isdir, paths)):
        return _run_one(args, console, paths[0] if paths else None)
    from checks.cli.several import run_each

    return run_each(paths, args, console, _run_one)


def _run_one(args: Namespace, console: Console, path: str | None) -> int:
    """The gate of one pipeline."""
    args = Namespace(**vars(args) | {"config": path})
    from checks.cli.publishing import publish, summary_file
    from checks.cli.report_files import require_no_input_file, require_own_files
    from checks.config import load_config
    from checks.config.source import locate
    from checks.history.recording import Recording

    summary = summary_file(args.format, console)
    require_own_files(args.report, summary, locate(args.config, console.environ))
    try:
        config = load_config(args.config)
    except AndonError as error:
        _require_no_rows(error, args.report, summary)
        return _publish_failure(error, args, console)
    require_no_input_file(args.report, config, summary)
    recording = None if args.no_record else Recording(config)
    try:
        report = _judge_all(config, args, console, recording)
    except Exception as error:  # every output still gets its report
        if is_interruption(error):
            raise
        return _publish_failure(error, args, console)
    return publish(report, args.format, args.report, console, recording)


def _require_no_rows(error: AndonError, files: Sequence[ReportFile], summary: Path | None) -> None:
    """Raises ConfigError, with all problems, for a report that would replace possible rows."""
    from checks.cli.report_files import require_no_rows

    try:
        require_no_rows(files, summary)
    except UsageError as refused:
        problems = (*failure.problems_of(error), *failure.problems_of(refused))
        raise ConfigError(problems) from None


def _publish_failure(error: Exception, args: Namespace, console: Console) -> int:
    from checks.cli.publishing import publish

    failure.show(error, console)
    report = failure.report(error, _pipeline(args, console))
    return publish(report, args.format, args.report, console, None)


def _pipeline(args: Namespace, console: Console) -> str:
    """The name of the pipeline that could not be judged, so that reports stay distinguishable."""
    from checks.config.naming import name_of

    return name_of(args.config, console.environ)


def _judge_all(
    config: Config, args: Namespace, console: Console, recording: Recording | None
) -> Report:
    """The report of the run that is asked for, with --catch-up also of those before it."""
    if not args.catch_up:
        return _judge(config, args, console, args.date)
    from checks.cli.catching_up import runs_to_catch_up
    from checks.judging.days import over_runs

    if args.date or args.data_date:
        raise UsageError(
            "--catch-up judges up to the newest run: use it without --date, --data-date"
        )
    *earlier, newest = runs_to_catch_up(config, console)
    at_once = Namespace(**vars(args) | {"wait": 0.0})
    reports: list[Report] = []
    for run_date in earlier:
        reports.append(_judge(config, at_once, console, run_date))
        if recording is not None:
            # The next run is judged in its light. A failure is a warning of the published report.
            recording.keep(reports[-1])
    return over_runs([*reports, _judge(config, args, console, newest)])


def _judge(config: Config, args: Namespace, console: Console, run_date: date | None) -> Report:
    """The report, not recorded yet: what is recorded depends on which reports were written."""
    from checks.cli.judging import judge, judge_within, today_of

    # With a schedule the evaluation finds the run: one that came early counts.
    run_date = run_date or (None if config.schedule else today_of(config))

    def once() -> Report:
        nonlocal run_date
        report = judge(
            config,
            console,
            run_date=run_date,
            data_date=args.data_date,
            strict=args.strict,
            remember=not args.no_record,
            explain=not args.no_explain,
        )
        # With a wait past midnight, or until another run is due, the first run is still judged.
        run_date = report.run_date
        return report

    return judge_within(args.wait, once, console) if args.wait else once()
