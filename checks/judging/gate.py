"""The gate's decision: may the downstream jobs run?"""

from __future__ import annotations

from collections.abc import Iterable

from checks.core.model import Status, worst

GREEN, RED, UNKNOWN = 0, 1, 2
#: Over several data dates or pipelines: which exit code counts.
WORST_FIRST = (RED, UNKNOWN, GREEN)
INTERRUPTED = 130


def exit_code(statuses: Iterable[Status], *, strict: bool = False) -> int:
    """0: the line may run; 1: it has to stop; 2: it could not be judged.

    `statuses` are those of the checks. With `strict`, amber counts as red.
    """
    replacements = {Status.AMBER: Status.RED} if strict else {}
    verdict = worst(replacements.get(status, status) for status in statuses)
    if verdict is Status.RED:
        return RED
    return GREEN if verdict in (Status.GREEN, Status.AMBER) else UNKNOWN


def worst_exit_code(codes: Iterable[int]) -> int:
    """The exit code over several data dates or pipelines: 1 beats 2, and 2 beats 0."""
    return min(codes, key=WORST_FIRST.index)
