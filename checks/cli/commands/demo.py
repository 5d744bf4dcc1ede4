"""Write a realistic warehouse with a known fault, and judge it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

from checks.cli import values
from checks.cli.console import Console
from checks.cli.progress import Progress
from checks.core import clock
from checks.judging.gate import GREEN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--date", type=values.day, metavar="D", help="the day of the last run (default: today)")
    add(
        "--dir", type=values.path, default=Path("demo"), metavar="DIR", help="where (default: demo)"
    )
    add(
        "--scenario",
        default="missing-identity",
        metavar="NAME",
        help="missing-identity (default), all-green, dead-checkout-pixel, loaded-twice, "
        "late-load, lost-revenue, orphan-orders, no-run, and of other kinds of pipelines: "
        "weekdays-only, three-sources, hourly-loads or closed-on-sundays",
    )
    add("--days", type=values.positive, default=60, metavar="N", help="days of data (default: 60)")
    add(
        "--events-per-day",
        type=values.positive,
        default=50_000,
        metavar="N",
        help="about how many events a day has (default: 50000)",
    )
    add(
        "--seed",
        type=values.whole,
        default=7,
        metavar="N",
        help="the same seed writes the same data (default: 7)",
    )


def run(args: Namespace, console: Console) -> int:
    """Write the demo and show what the gate says. 0 whatever the verdict: red is the point."""
    from checks.config import load_config
    from checks.config.timeframes import timeframe_of
    from checks.core.errors import UsageError
    from checks.demo import write_demo
    from checks.evaluation.engine import evaluate
    from checks.outputs import render

    now = clock.now()
    today = now.date()
    day = args.date or today
    if day > today:
        raise UsageError(f"--date {day} is in the future: a demo's last run is over")
    with Progress(console) as progress:
        result = write_demo(
            args.dir,
            today=day,
            scenario=args.scenario,
            days=args.days,
            events_per_day=args.events_per_day,
            seed=args.seed,
            now=now,
            progress=progress,
        )
        config = load_config(result.config)
        report = evaluate(config, date=result.run_date, record=True, progress=progress)
    console.out(render("text", report, color=console.colored))
    is_newest = timeframe_of(config, now).run_date == result.run_date
    console.out(_next_steps(args.dir, None if is_newest else result.run_date))
    return GREEN


def _next_steps(folder: Path, run_date: date | None) -> str:
    """What to try; run_date: the last run, where a gate without a date would judge another."""
    day = "" if run_date is None else f" --date {run_date}"
    place, andon = shlex.quote(str(folder)), _andon_from(folder)
    return (
        "\nNext:\n"
        f"  cd {place}\n"
        f"  {andon} gate{day}\n"
        f"  {andon} history\n"
        f"  {andon} explain quarantine_rate\n"
        f"  {andon} dashboard\n"
    )


def _andon_from(folder: Path) -> str:
    """How to call this command from the demo's folder: by its name if that is on the path."""
    own = Path(sys.argv[0])
    if shutil.which("andon") or own.name != "andon":
        return "andon"
    return shlex.quote(os.path.relpath(own, folder))
