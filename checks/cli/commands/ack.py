"""Say who is on it: shown with the check until it is green; changes no status."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_owner
from checks.core import clock
from checks.judging.gate import GREEN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("check", metavar="CHECK", help="the check that is looked into")
    add_owner(parser, "who is on it")
    parser.add_argument("--note", default="", metavar="TEXT", help="what is known so far")
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Store the acknowledgement and say so."""
    from checks.catalog import get_check
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.core.inert import line
    from checks.evaluation.acknowledging import AcknowledgementRequest, acknowledge
    from checks.history import history_of

    check = get_check(args.check).id  # a misspelt name is reported before a missing configuration
    config = load_config(args.config)
    owner = owner_of(args.owner, console.environ)
    request = AcknowledgementRequest(check, owner, args.note)
    acknowledge(config, history_of(config), request, clock.now())
    console.out(f"{line(owner)} is on {check} until it is green; its status does not change\n")
    return GREEN
