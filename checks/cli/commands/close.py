"""Close a check's incident: was it fixed, expected, or a false alarm? Changes no verdict."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.cli.parsing import add_config, add_owner
from checks.core import clock
from checks.core.records import Closing
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.core.records import StoredIncident


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("check", metavar="CHECK", help="the check whose incident is over")
    add(
        "--as",
        dest="closing",
        type=str,
        choices=tuple(closing.value for closing in Closing),
        required=True,
        help="fixed: it is opened again if it is still red; expected: it was right to be so, and "
        "nothing is accepted; false-alarm: the check was wrong",
    )
    add("--note", default="", metavar="TEXT", help="what it was")
    add_owner(parser, "who closes it")
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Close the incident, and say what follows."""
    from checks.catalog import get_check
    from checks.cli.people import owner_of
    from checks.config import load_config
    from checks.evaluation.incidents import ClosingRequest, close, next_step
    from checks.history import history_of

    check = get_check(args.check).id  # a misspelt name is reported before a missing configuration
    config = load_config(args.config)
    owner = owner_of(args.owner, console.environ)
    request = ClosingRequest(check, Closing(args.closing), owner, args.note)
    incident = close(config, history_of(config), request, clock.now())
    console.out(_confirmation(incident))
    if step := next_step(incident):
        console.out(f"{step.sentence}\n" + "".join(f"  {row}\n" for row in step.text.splitlines()))
    return GREEN


def _confirmation(incident: StoredIncident) -> str:
    from checks.core.inert import line
    from checks.core.text import duration_text
    from checks.evaluation.incidents import after_closing, closed_text

    ended_at = incident.ended_at or incident.opened_at
    age = duration_text(ended_at - incident.opened_at)
    return (
        f"the incident of {incident.check}, opened for {incident.opened_on} and open for {age}, "
        f"is closed as {line(closed_text(incident))}\n{after_closing(incident)}\n"
    )
