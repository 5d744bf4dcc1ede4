"""Text tables for a person: aligned columns, and one day of history in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from checks.core.inert import line
from checks.core.model import FAILING, GLYPHS, URGENCY, Status
from checks.core.text import utc_text

_WIDEST_STATUS = max(len(status) for status in Status)


def columns(rows: Iterable[Sequence[object]]) -> str:
    """The rows in aligned columns; every value is made inert. Empty without rows."""
    cells = [[line(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = (map(str.ljust, row, widths) for row in cells)
    return "".join("  ".join(row).rstrip() + "\n" for row in padded)


def day_line(
    day: date, verdict: Status, evaluated_at: datetime, statuses: Mapping[str, Status]
) -> str:
    """`2025-03-08  ✗ RED      evaluated 2025-03-09 06:12 UTC  quarantine_rate`.

    Checks that failed follow, each with its status where it is not the verdict's.
    """
    failing = [
        f"{line(check)}" if status is verdict else f"{line(check)} ({status})"
        for failing_status in URGENCY
        if failing_status in FAILING
        for check, status in statuses.items()
        if status is failing_status
    ]
    word = f"{GLYPHS[verdict]} {verdict.upper():<{_WIDEST_STATUS}}"
    moment = utc_text(evaluated_at.astimezone(UTC))
    return f"{day}  {word}  evaluated {moment}  {', '.join(failing)}".rstrip() + "\n"


def setting_text(value: object) -> str:
    """A configured value as it is written in the file: `true`, `[a, b]`; `-` for None."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return "-" if value is None else str(value)
