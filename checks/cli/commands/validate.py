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
    """Print one line for each thing that was checked; 2 when one of them does not work."""
    from checks.config import load_config
    from checks.core.inert import line
    from checks.evaluation.validation import validate

    config = load_config(args.config)
    frame = _frame(config, args.date) if args.explain or args.deep else None
    explained, measured = frame if args.explain else None, frame if args.deep else None
    is_valid = True
    for result in validate(config, explained, measured):
        console.out(f"{_mark(result)}  {line(result.text)}\n")
        for detail in result.more:
            console.out(f"         {line(detail)}\n")
        is_valid = is_valid and result.ok
    return GREEN if is_valid else UNKNOWN


def _mark(result: ValidationLine) -> str:
    if not result.ok:
        return "✗ wrong"
    return "! warns" if result.warns else "✓ ok   "


def _frame(config: Config, run_date: date | None) -> Timeframe:
    from checks.config.timeframes import timeframe_of

    return timeframe_of(config, clock.now(), run_date=run_date)
