"""What callers hand to a history, as a row can hold it. Pure but for the clock."""

from __future__ import annotations

from datetime import UTC, datetime

from checks.core import clock
from checks.core.errors import UsageError
from checks.core.text import clean


def required(name: str, text: str, longest: int) -> str:
    """`text` as one inert line. Raises UsageError, which names it, where nothing is said."""
    cleaned = clean(text.strip(), longest)
    if not cleaned:
        raise UsageError(f"the {name} must not be empty")
    return cleaned


def utc(now: datetime) -> datetime:
    """An aware moment in UTC. Raises ValueError for one without a time zone."""
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return now.astimezone(UTC)


def or_clock(now: datetime | None) -> datetime:
    """The moment, else the clock's."""
    return clock.now() if now is None else utc(now)


def row_id(number: int) -> int:
    """An id as a column can hold it; one that none can hold is simply unknown."""
    return number if 0 < number < 2**31 else 0
