"""What lies after now: a clock was wrong when it was written, and nothing is concluded from it.

Pure.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

#: How far the clocks of the machines at one store may be apart.
TOLERANCE = timedelta(minutes=5)
# It is tomorrow there already; the history knows no shop's zone.
_EASTERNMOST = timedelta(hours=14)


def is_later(moment: datetime, now: datetime) -> bool:
    """Whether a moment is after now, by more than clocks differ."""
    return moment - now > TOLERANCE


def today(now: datetime) -> date:
    """The newest date that it is now anywhere."""
    try:
        return (now + _EASTERNMOST).date()
    except OverflowError:
        return date.max
