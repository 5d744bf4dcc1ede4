"""List what was accepted, or end an acceptance: acceptances revoke ID."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_revoke
from checks.core import clock
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.history import StoredAcceptance

_HEADINGS = ("ID", "CHECK", "SUBJECT", "OWNER", "FROM", "STATE", "REASON")


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add_revoke(parser, "acceptances", "an acceptance")


def run(args: Namespace, console: Console) -> int:
    """Print every acceptance of the pipeline, or revoke one."""
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.history import history_of

    config = load_config(args.config)
    history = history_of(config)
    if args.action == "revoke":
        by = owner_of(args.owner, console.environ)
        ended = history.revoke_acceptance(args.id, config.pipeline, by, clock.now())
        state = "is revoked; its check is judged as usual again" if ended else "was already revoked"
        console.out(f"acceptance {args.id} {state}\n")
        return GREEN
    acceptances = history.all_acceptances(config.pipeline)
    console.out(_table(acceptances) if acceptances else "nothing is accepted\n")
    return GREEN


def _table(acceptances: tuple[StoredAcceptance, ...]) -> str:
    from checks.cli.tables import columns
    from checks.evaluation.accepting import state_of

    rows = [
        (
            acceptance.id,
            acceptance.check,
            f"{acceptance.kind} {acceptance.subject}",
            acceptance.owner,
            acceptance.data_date,
            state_of(acceptance),
            acceptance.reason,
        )
        for acceptance in acceptances
    ]
    return columns([_HEADINGS, *rows])
