"""Say who is on it: shown with the check until it is green; changes no status."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.core import clock
from checks.judging.gate import GREEN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("check", metavar="CHECK", help="the check that is looked into")
    parser.add_argument(
        "--owner", type=values.sentence, required=True, metavar="NAME", help="who is on it"
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="what is known so far")
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Store the acknowledgement and say so."""
    from checks.catalog import get_check
    from checks.config import load_config
    from checks.core.inert import line
    from checks.history import history_of

    check = get_check(args.check).id
    config = load_config(args.config)
    history = history_of(config)
    history.acknowledge(config.pipeline, check, args.owner, args.note.strip(), clock.now())
    console.out(f"{line(args.owner)} is on {check} until it is green; its status does not change\n")
    return GREEN
