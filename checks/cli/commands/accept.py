"""Accept that something is as it is now, such as a retired event: it fails no more."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config, add_owner
from checks.core import clock
from checks.judging.gate import GREEN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("check", metavar="CHECK", help="the check that fails")
    add(
        "subject",
        metavar="SUBJECT",
        nargs="?",
        type=values.name,
        help="what it fails for, such as an event name (default: the only one); one that begins "
        "with a dash goes last, after --",
    )
    add("--reason", type=values.sentence, required=True, metavar="TEXT", help="why it is usual")
    add_owner(parser, "who accepts it")
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Store the acceptance and say what it does."""
    from checks.catalog import get_check
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.core.inert import line
    from checks.core.text import quoted
    from checks.evaluation.accepting import AcceptanceRequest, accept, ending_of
    from checks.history import history_of

    check = get_check(args.check).id
    config = load_config(args.config)
    owner = owner_of(args.owner, console.environ)
    wish = AcceptanceRequest(check, owner, args.reason, args.subject)
    accepted = accept(config, history_of(config), wish, clock.now())
    console.out(
        f"acceptance {accepted.id}: {check} no longer fails for {accepted.kind} "
        f"{quoted(accepted.subject)} ({line(accepted.owner)}: {line(accepted.reason)})\n"
        f"{ending_of(accepted)} "
        f"To end it now: andon acceptances revoke {accepted.id}\n"
    )
    return GREEN
