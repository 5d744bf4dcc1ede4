"""What the last days came to: one line a data date, the newest first."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config, add_owner
from checks.core import clock
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.history import History


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
    parser.usage = f"{parser.prog} [-h] [--config FILE] [--days N] [adopt]"
    actions = parser.add_subparsers(dest="action", metavar="adopt", prog=parser.prog)
    adopt = actions.add_parser(
        "adopt", help="say that the configured warehouse is the one this pipeline's name belongs to"
    )
    add_owner(adopt, "who says so")
    add_config(adopt, default=SUPPRESS)  # or it would undo a --config before `adopt`


def run(args: Namespace, console: Console) -> int:
    """Print the latest evaluation of each data date, or adopt the configured warehouse."""
    from checks.config import load_config
    from checks.history import history_of

    config = load_config(args.config)
    history = history_of(config)
    if args.action == "adopt":
        console.out(_adopt(config, history, args.owner, console))
    else:
        _show(config, history, args.days, console)
    return GREEN


def _show(config: Config, history: History, days: int, console: Console) -> None:
    from checks.cli.tables import day_line

    evaluations = history.evaluations(config.pipeline, days=days)
    for evaluation in evaluations:
        console.out(
            day_line(
                evaluation.data_date,
                evaluation.verdict,
                evaluation.evaluated_at,
                evaluation.statuses,
            )
        )
    warnings = history.context(config.pipeline, date.max).warnings
    for warning in warnings:
        console.err(f"{warning}\n")
    if not evaluations and not warnings:
        console.out("nothing is recorded yet; andon gate records each evaluation\n")


def _adopt(config: Config, history: History, owner: str | None, console: Console) -> str:
    """Adopt the warehouse for the pipeline's name; a sentence about the effect."""
    from checks.cli.people import owner_of
    from checks.config.identity import warehouse_identity
    from checks.core.inert import line
    from checks.core.text import quoted
    from checks.history import Adoption

    by = owner_of(owner, console.environ)
    adoption = history.adopt(config.pipeline, by, clock.now())
    who = "" if adoption is Adoption.KNOWN else f" ({line(by)})"
    label = warehouse_identity(config.warehouse.url).label
    applying = _applying_text(config, history)
    return f"pipeline {quoted(config.pipeline)} {adoption} {label}{who}; {applying}\n"


def _applying_text(config: Config, history: History) -> str:
    from checks.cli.judging import today_of
    from checks.core.text import plural
    from checks.evaluation.waiving import HOLDS, state_of

    today = today_of(config)
    waivers = history.all_waivers(config.pipeline)
    holding = sum(state_of(waiver, today) == HOLDS for waiver in waivers)
    if not holding:
        return "it has no waiver that holds"
    return f"its {plural(holding, 'waiver')} {'applies' if holding == 1 else 'apply'} here"
