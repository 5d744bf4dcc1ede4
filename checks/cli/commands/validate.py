"""Check the configuration, the connection, and every table and column it names."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.gate import GREEN, UNKNOWN


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """One line for each thing that was looked at; 2 when one of them will not work."""
    from checks.config import load_config
    from checks.outputs._inert import line
    from checks.validation import validate

    sound = True
    for found in validate(load_config(args.config)):
        console.out(f"{'✓ ok   ' if found.ok else '✗ wrong'}  {line(found.text)}\n")
        sound = sound and found.ok
    return GREEN if sound else UNKNOWN
