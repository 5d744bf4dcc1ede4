"""Let a red check pass for some days: who answers for it, until when, how far, and why."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.errors import UsageError
from checks.gate import GREEN
from checks.model import Status

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.history import History, StoredWaiver
    from checks.model import Verdict


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("check", metavar="CHECK", help="the check to waive")
    add("--until", type=values.day, required=True, metavar="D", help="the last day, included")
    add("--reason", type=values.sentence, required=True, metavar="TEXT", help="why it may pass")
    add(
        "--owner",
        type=values.sentence,
        metavar="NAME",
        help="who answers for it (default: $ANDON_OWNER, else the login name)",
    )
    add(
        "--up-to",
        type=values.number,
        metavar="X",
        help="the worst value that still passes (default: the latest recorded value)",
    )
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Store the waiver and say what it does."""
    from checks.cli.judging import today_of
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.history import open_history
    from checks.registry import get_check

    check = get_check(args.check).id
    config = load_config(args.config)
    today = today_of(config)
    if args.until < today:
        raise UsageError(f"--until {args.until} is over; today is {today}")
    history = open_history(config.history)
    data_date, verdict = _latest(history, config, check, today)
    waiver = history.give_waiver(
        config.pipeline,
        check,
        owner_of(args.owner, console.environ),
        args.reason,
        args.until,
        _limit(args.up_to, check, verdict),
        data_date,
        datetime.now(UTC),
    )
    console.out(_told(waiver))
    return GREEN


def _latest(
    history: History, config: Config, check: str, today: date
) -> tuple[date, Verdict | None]:
    """The newest judged data date and what was found on it; the expected one when none is."""
    found = history.evaluations(config.pipeline, days=1)
    if not found:
        return today - timedelta(days=config.data_lag_days), None
    verdicts = history.report(found[0].id).checks
    return found[0].data_date, next((one for one in verdicts if one.id == check), None)


def _limit(asked: float | None, check: str, verdict: Verdict | None) -> float | None:
    """The worst value that still passes. Raises UsageError where none may or can be taken."""
    if verdict is not None and verdict.stop:
        raise UsageError(
            f"{check} cannot be waived: {verdict.message} is above stop_above, "
            "where the line stops whatever anyone said"
        )
    if asked is not None:
        return asked
    if verdict is None or verdict.status not in (Status.RED, Status.WAIVED):
        found = "was not evaluated yet" if verdict is None else f"is {verdict.status}"
        raise UsageError(f"{check} {found}, so there is no value to waive: say --up-to X")
    return verdict.value


def _told(waiver: StoredWaiver) -> str:
    from checks.outputs._inert import line
    from checks.text import number_text

    limit = "" if waiver.up_to is None else f" up to {number_text(waiver.up_to)}"
    return (
        f"waiver {waiver.id}: {waiver.check} may be red{limit} until {waiver.until} "
        f"({line(waiver.owner)}: {line(waiver.reason)})\n"
        f"It ends early once {waiver.check} was green. "
        f"To end it now: andon waivers revoke {waiver.id}\n"
    )
