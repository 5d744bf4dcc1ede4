"""Count remembered days again, as after a repair of old days."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_days
from checks.core import clock
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.measuring.recounting import RecountedDay


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add_days(parser, "data date")
    parser.add_argument(
        "--replace-oldest",
        action="store_true",
        help="take the warehouse's count of its oldest day, even if more was remembered",
    )


def run(args: Namespace, console: Console) -> int:
    """Print one line for each day that changed, and how many were counted."""
    from checks.cli.progress import Progress
    from checks.config import load_config
    from checks.core.text import plural
    from checks.measuring.recounting import recount

    config = load_config(args.config)
    with Progress(console) as progress:
        days = recount(
            config, args.first, args.last, clock.now(), progress,
            replaces_oldest=args.replace_oldest,
        )  # fmt: skip
    for day in days:
        if day.has_changed or day.is_gone:
            console.out(f"{_line(day)}\n")
    changed = sum(day.has_changed for day in days)
    console.out(f"{plural(len(days), 'day')} counted, {changed} changed\n")
    return GREEN


def _line(day: RecountedDay) -> str:
    before = "not remembered" if day.remembered is None else f"{day.remembered} remembered"
    if day.is_gone and day.is_oldest:
        return (
            f"{day.day}  {before}, {day.counted} counted; this is the warehouse's oldest day and "
            "may be incomplete: the remembered count is kept; --replace-oldest replaces it"
        )
    if day.is_gone:
        return f"{day.day}  {before}, gone from the warehouse: the remembered count is kept"
    return f"{day.day}  {before}, {day.counted} counted"
