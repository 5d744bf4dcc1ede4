"""The `andon` command: arguments in, text out, an exit code that a scheduler can rely on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

_GARBAGE_THRESHOLD = 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return its exit code.

    0 lets the line run, 1 stops it, 2 says that it could not be judged or that the
    call was wrong, 130 that a person interrupted it.
    """
    from checks.cli.app import run

    return run(list(sys.argv[1:] if argv is None else argv))


def console() -> NoReturn:
    """The whole process is `andon`: start fast, run its command line, end at once.

    Hides the dashboard's libraries from this process; a command that needs them starts a
    process of its own. At the end output is flushed and every database closed, so the process
    exits without the interpreter's shutdown: that saves 0.1 s, and a driver that hangs cannot
    keep the process alive.
    """
    import gc
    import os
    from contextlib import suppress

    from checks.cli.console import occupy_closed
    from checks.core.startup import hide

    occupy_closed()
    # Importing creates long-lived objects; collecting garbage among them takes a tenth of the time.
    gc.set_threshold(_GARBAGE_THRESHOLD)
    hide()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        # A reader that has gone away changes no verdict; that was reported before.
        with suppress(OSError, ValueError):
            if stream is not None:  # closed before the start
                stream.flush()
    os._exit(code)
