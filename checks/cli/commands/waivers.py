"""List the waivers, or end one: waivers revoke ID."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.gate import GREEN

if TYPE_CHECKING:
    from checks.history import StoredWaiver

_HEADINGS = ("ID", "CHECK", "OWNER", "UNTIL", "UP TO", "STATE", "REASON")


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    parser.usage = f"{parser.prog} [-h] [--config FILE] [revoke ID]"
    actions = parser.add_subparsers(dest="action", metavar="revoke ID", prog=parser.prog)
    revoke = actions.add_parser("revoke", help="end a waiver now")
    revoke.add_argument("id", type=values.positive, metavar="ID", help="as andon waivers shows it")
    revoke.add_argument(
        "--owner",
        type=values.sentence,
        metavar="NAME",
        help="who ends it (default: $ANDON_OWNER, else the login name)",
    )
    add_config(revoke, default=SUPPRESS)  # or it would undo a --config before `revoke`


def run(args: Namespace, console: Console) -> int:
    """Print every waiver of the pipeline, or revoke one."""
    from checks.cli.judging import today_of
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.history import open_history

    config = load_config(args.config)
    history = open_history(config.history)
    if args.action == "revoke":
        by = owner_of(args.owner, console.environ)
        ended = history.revoke_waiver(args.id, config.pipeline, by, datetime.now(UTC))
        state = "is revoked; its check is judged as usual again" if ended else "was revoked before"
        console.out(f"waiver {args.id} {state}\n")
        return GREEN
    waivers = history.all_waivers(config.pipeline)
    console.out(_table(waivers, today_of(config)) if waivers else "nothing is waived\n")
    return GREEN


def _table(waivers: tuple[StoredWaiver, ...], today: date) -> str:
    from checks.cli.tables import columns
    from checks.text import number_text
    from checks.waiving import state_of

    rows = [
        (
            one.id,
            one.check,
            one.owner,
            one.until,
            "-" if one.up_to is None else number_text(one.up_to),
            state_of(one, today),
            one.reason,
        )
        for one in waivers
    ]
    return columns([_HEADINGS, *rows])
