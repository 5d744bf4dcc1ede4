"""The commands: every module in this folder is one, named like the command.

A command's module imports only what its options need; what it needs to run is imported when it
runs. Its docstring's first line is its summary.
"""

from __future__ import annotations

import importlib
import pkgutil
from argparse import ArgumentParser, Namespace
from functools import cache
from typing import Protocol, cast

from checks.cli.console import Console


class Command(Protocol):
    """The interface of a module in this folder."""

    __doc__: str | None

    def configure(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""

    def run(self, args: Namespace, console: Console) -> int:
        """Run the command and return the exit code."""


@cache
def names() -> tuple[str, ...]:
    """The names of all commands, sorted; none of them is imported."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> Command:
    """The command of that name, one of `names()`."""
    return cast(Command, importlib.import_module(f"{__name__}.{name}"))


def summary(name: str) -> str:
    """The command in one line."""
    return (load(name).__doc__ or "").strip().partition("\n")[0]
