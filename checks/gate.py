"""The gate's one decision: may what comes downstream run?"""

from __future__ import annotations

from checks.model import Status

GREEN, RED, UNKNOWN = 0, 1, 2
INTERRUPTED = 130


def exit_code(verdict: Status, *, strict: bool = False) -> int:
    """0 lets the line run, 1 stops it, 2 says that it could not be judged.

    With `strict`, amber counts as red.
    """
    if verdict is Status.RED or (strict and verdict is Status.AMBER):
        return RED
    return GREEN if verdict in (Status.GREEN, Status.AMBER) else UNKNOWN
