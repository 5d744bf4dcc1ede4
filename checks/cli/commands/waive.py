"""Let a red check pass for some days: who answers for it, until when, how far, and why."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config, add_owner
from checks.core import clock
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from datetime import datetime

    from checks.config.model import Config
    from checks.history import StoredWaiver


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("check", metavar="CHECK", help="the check to waive")
    add(
        "--until",
        type=values.last_day,
        required=True,
        metavar="D|N runs",
        help="the last day, included; or so many scheduled runs after the newest one",
    )
    add("--reason", type=values.sentence, required=True, metavar="TEXT", help="why it may pass")
    add_owner(parser, "who answers for it")
    add(
        "--up-to",
        type=values.number,
        metavar="X",
        help="the worst value that still passes (default: the latest recorded value)",
    )
    add(
        "--subject",
        type=values.name,
        action="append",
        default=[],
        metavar="NAME",
        help="what may fail, such as source=web, or any; may be repeated (default: what failed "
        "when it was last recorded)",
    )
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Store the waiver and print what it does."""
    from checks.catalog import get_check
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.evaluation.still_stopping import still_stopping
    from checks.evaluation.waiving import WaiverRequest, give
    from checks.history import history_of

    check = get_check(args.check).id  # a misspelt name is reported before a missing configuration
    config = load_config(args.config)
    owner = owner_of(args.owner, console.environ)
    now = clock.now()
    until = args.until if isinstance(args.until, date) else _run_after(config, now, args.until)
    wish = WaiverRequest(check, owner, args.reason, until, args.up_to, tuple(args.subject))
    history = history_of(config)
    waiver = give(config, history, wish, now)
    others = still_stopping(config, history, waiver, now)
    console.out(_confirmation(waiver) + "".join(f"{o.sentence(waiver.until)}\n" for o in others))
    return GREEN


def _run_after(config: Config, now: datetime, count: int) -> date:
    """The date of the run that is so many after the newest one that is due."""
    from checks.config.schedules import schedule_of

    schedule = schedule_of(config)
    run_date = schedule.latest(now)
    for _ in range(count):
        run_date = schedule.following(run_date)
    return run_date


def _confirmation(waiver: StoredWaiver) -> str:
    from checks.core.inert import line
    from checks.core.subjects import subjects_text
    from checks.core.text import number_text

    limit = "" if waiver.up_to is None else f" up to {number_text(waiver.up_to)}"
    covered = f" for {subjects_text(waiver.subjects) if waiver.subjects else 'any subject'}"
    return (
        f"waiver {waiver.id}: {waiver.check} may be red{covered}{limit} until {waiver.until} "
        f"({line(waiver.owner)}: {line(waiver.reason)})\n"
        f"It covers data dates from {waiver.data_date} on, and ends early once {waiver.check} "
        "is green. "
        f"To end it now: andon waivers revoke {waiver.id}\n"
    )
