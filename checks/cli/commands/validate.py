"""Check the configuration, the connection, and whether the gate can measure with them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.core import clock
from checks.judging.gate import GREEN, UNKNOWN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.timeframe import Timeframe
    from checks.evaluation.validation import ValidationLine


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    parser.add_argument(
        "--deep",
        action="store_true",
        help="read one day as the gate does, and say of each check whether it can be measured",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="print the SQL of each query and, where the engine tells, what it would read; "
        "without --deep, nothing is run",
    )
    parser.add_argument(
        "--date", type=values.day, metavar="D", help="the run date of --deep and --explain"
    )


def run(args: Namespace, console: Console) -> int:
    """One line for each thing that was looked at; 2 when one of them will not work."""
    from checks.config import load_config
    from checks.core.inert import line
    from checks.evaluation.validation import validate

    config = load_config(args.config)
    frame = _frame(config, args.date) if args.explain or args.deep else None
    explained, measured = frame if args.explain else None, frame if args.deep else None
    sound = True
    for tried in validate(config, explained, measured):
        console.out(f"{_mark(tried)}  {line(tried.text)}\n")
        for more in tried.more:
            console.out(f"         {line(more)}\n")
        sound = sound and tried.ok
    return GREEN if sound else UNKNOWN


def _mark(tried: ValidationLine) -> str:
    if not tried.ok:
        return "✗ wrong"
    return "! warns" if tried.warns else "✓ ok   "


def _frame(config: Config, run_date: date | None) -> Timeframe:
    from checks.core.timeframe import timeframe

    now, zone = clock.now(), config.timezone
    return timeframe(now, zone, run_date=run_date, data_lag_days=config.data_lag_days)
