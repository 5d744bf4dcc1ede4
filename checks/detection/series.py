"""The counts of a history as a plain list."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

# How far back any range looks: 16 weeks of misses for the weekday rule, and the 2 weeks before
# them that the oldest of those need for their level.
HISTORY_DAYS = 126


def counts_before(
    history: Mapping[date, float], day: date, days: int = HISTORY_DAYS
) -> list[float | None]:
    """The counts of the `days` days before `day`, oldest first; None for a day without one."""
    return _counts(history, day.toordinal(), days)


def counts_until(history: Mapping[date, float], day: date, days: int) -> list[float | None]:
    """The counts of the `days` days that end with `day`, like `counts_before`."""
    return _counts(history, day.toordinal() + 1, days)


def count_on(history: Mapping[date, float], day: date) -> float | None:
    """The count of one day, None where it is missing, negative or not finite."""
    return _usable(history, day.toordinal())


def history_days(history: Mapping[date, float], day: date) -> int:
    """How many of the HISTORY_DAYS days before `day` have a usable count."""
    return sum(count is not None for count in counts_before(history, day))


def _counts(history: Mapping[date, float], end: int, days: int) -> list[float | None]:
    return [_usable(history, number) for number in range(end - days, end)]


def _usable(history: Mapping[date, float], number: int) -> float | None:
    count = history.get(date.fromordinal(number)) if number > 0 else None
    if count is None:
        return None
    try:
        value = float(count)
    except OverflowError:
        return None
    return value if 0 <= value < math.inf else None
