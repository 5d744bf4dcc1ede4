"""What the last days came to: one line a data date, the newest first."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.gate import GREEN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    parser.add_argument(
        "--days",
        type=values.positive,
        default=14,
        metavar="N",
        help="how many days back from the newest recorded one (default: 14)",
    )


def run(args: Namespace, console: Console) -> int:
    """Print the latest evaluation of each data date."""
    from checks.cli.tables import day_line
    from checks.config import load_config
    from checks.history import open_history

    config = load_config(args.config)
    found = open_history(config.history).evaluations(config.pipeline, days=args.days)
    for one in found:
        console.out(day_line(one.data_date, one.verdict, one.evaluated_at, one.statuses))
    if not found:
        console.out("nothing is recorded yet; andon gate records each evaluation\n")
    return GREEN
