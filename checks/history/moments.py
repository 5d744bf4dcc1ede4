"""Whether a stored time lies after now: a clock was wrong, and the row is ignored.

Pure.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

#: How far the clocks of machines that share a store may differ.
TOLERANCE = timedelta(minutes=5)
# The zone farthest ahead: the history does not know the shop's.
_EASTERNMOST = timedelta(hours=14)


def is_later(moment: datetime, now: datetime) -> bool:
    """Whether a time is after now, by more than clocks may differ."""
    return moment - now > TOLERANCE


def latest_date_anywhere(now: datetime) -> date:
    """The latest date that it is now anywhere on earth."""
    try:
        return (now + _EASTERNMOST).date()
    except OverflowError:
        return date.max
