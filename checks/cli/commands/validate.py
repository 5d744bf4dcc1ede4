"""Check the configuration, the connection, and every table and column it names."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.gate import GREEN, UNKNOWN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.timeframe import Timeframe


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    parser.add_argument(
        "--explain",
        action="store_true",
        help="print the SQL of each query and, where the engine tells, what it would read",
    )
    parser.add_argument(
        "--date", type=values.day, metavar="D", help="the run date whose queries are explained"
    )


def run(args: Namespace, console: Console) -> int:
    """One line for each thing that was looked at; 2 when one of them will not work."""
    from checks.config import load_config
    from checks.outputs._inert import line
    from checks.validation import validate

    config = load_config(args.config)
    frame = _frame(config, args.date) if args.explain else None
    sound = True
    for found in validate(config, frame):
        console.out(f"{'✓ ok   ' if found.ok else '✗ wrong'}  {line(found.text)}\n")
        for more in found.more:
            console.out(f"         {line(more)}\n")
        sound = sound and found.ok
    return GREEN if sound else UNKNOWN


def _frame(config: Config, run_date: date | None) -> Timeframe:
    from checks.timeframe import timeframe

    now = datetime.now(UTC)
    return timeframe(now, config.timezone, run_date=run_date, data_lag_days=config.data_lag_days)
