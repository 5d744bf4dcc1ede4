"""Arguments of a history's callers, in the form that a row can store. Pure except for the clock."""

from __future__ import annotations

from datetime import UTC, datetime

from checks.core import clock
from checks.core.errors import UsageError
from checks.core.text import clean


def required_line(name: str, text: str, longest: int) -> str:
    """`text` as one inert line. Raises UsageError with `name` where it is blank."""
    cleaned = clean(text.strip(), longest)
    if not cleaned:
        raise UsageError(f"the {name} must not be empty")
    return cleaned


def utc(now: datetime) -> datetime:
    """An aware time in UTC. Raises ValueError for one without a zone."""
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return now.astimezone(UTC)


def or_clock(now: datetime | None) -> datetime:
    """`now`, else the clock's time."""
    return clock.now() if now is None else utc(now)


def row_id(number: int) -> int:
    """An id that a column can hold; 0, which no row has, for one that does not fit."""
    return number if 0 < number < 2**31 else 0
