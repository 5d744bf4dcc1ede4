"""The `andon` command: arguments in, text out, an exit code that a scheduler can trust."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return its exit code.

    0 lets the line run, 1 stops it, 2 says that it could not be judged or that the
    call was wrong, 130 that a person interrupted it.
    """
    from checks.cli.app import run

    return run(list(sys.argv[1:] if argv is None else argv))
