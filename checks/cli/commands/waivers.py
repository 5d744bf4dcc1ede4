"""List the waivers, or end one: waivers revoke ID."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_revoke
from checks.core import clock
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.history import StoredWaiver

_HEADINGS = ("ID", "CHECK", "OWNER", "UNTIL", "UP TO", "COVERS", "STATE", "REASON")


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add_revoke(parser, "waivers", "a waiver")


def run(args: Namespace, console: Console) -> int:
    """Print every waiver of the pipeline, or revoke one."""
    from checks.cli.judging import today_of
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.history import history_of

    config = load_config(args.config)
    history = history_of(config)
    if args.action == "revoke":
        by = owner_of(args.owner, console.environ)
        ended = history.revoke_waiver(args.id, config.pipeline, by, clock.now())
        state = "is revoked; its check is judged as usual again" if ended else "was already revoked"
        console.out(f"waiver {args.id} {state}\n")
        return GREEN
    waivers = history.all_waivers(config.pipeline)
    console.out(_table(waivers, today_of(config)) if waivers else "nothing is waived\n")
    return GREEN


def _table(waivers: tuple[StoredWaiver, ...], today: date) -> str:
    from checks.cli.tables import columns
    from checks.core.subjects import subjects_text
    from checks.core.text import number_text
    from checks.evaluation.waiving import state_of

    rows = [
        (
            waiver.id,
            waiver.check,
            waiver.owner,
            waiver.until,
            "-" if waiver.up_to is None else number_text(waiver.up_to),
            "any subject" if waiver.subjects is None else subjects_text(waiver.subjects),
            state_of(waiver, today),
            waiver.reason,
        )
        for waiver in waivers
    ]
    return columns([_HEADINGS, *rows])
