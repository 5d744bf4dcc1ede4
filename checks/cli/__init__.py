"""The `andon` command: arguments in, text out, an exit code that a scheduler can trust."""

from __future__ import annotations

import sys
from collections.abc import Sequence

#: DuckDB imports these when they are installed, 0.5 s for what no command here uses.
_HEAVY = ("pandas", "numpy", "pyarrow")
_GARBAGE_THRESHOLD = 100_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return its exit code.

    0 lets the line run, 1 stops it, 2 says that it could not be judged or that the
    call was wrong, 130 that a person interrupted it.
    """
    from checks.cli.app import run

    return run(list(sys.argv[1:] if argv is None else argv))


def console() -> int:
    """The whole process is `andon`: make it start fast, then run its command line.

    Hides the libraries of the screens from this process; a command that needs them
    starts a process of its own.
    """
    import gc

    # Importing makes objects that live on; looking for garbage among them costs a tenth.
    gc.set_threshold(_GARBAGE_THRESHOLD)
    for name in _HEAVY:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    return main()
