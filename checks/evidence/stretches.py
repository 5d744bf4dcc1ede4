"""Days at another level that are over, and the calendar entry that would say that they are special.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from checks.core.text import short_day
from checks.detection.baseline import Stretch

#: Those that ended so many days before the judged day are told.
_RECENT_DAYS = 60


def recent_stretches(stretches: Sequence[Stretch], day: date) -> tuple[Stretch, ...]:
    """The stretches of the last 60 days, newest first."""
    first = day - timedelta(days=_RECENT_DAYS)
    return tuple(stretch for stretch in reversed(stretches) if stretch.last >= first)


def stretch_text(stretch: Stretch) -> str:
    """`29 November to 2 December had 3.0 times the usual`."""
    days = f"{short_day(stretch.first)} to {short_day(stretch.last)}"
    return f"{days} had {stretch.factor:.1f} times the usual"


def calendar_entry(stretches: Sequence[Stretch]) -> str:
    """The lines of `andon.yml` that list these days."""
    lines = [
        f'    - {{name: "why it was special", from: {stretch.first}, to: {stretch.last}, '
        f"expect: {_expect(stretch.factor)}}}"
        for stretch in reversed(stretches)
    ]
    return "\n".join(["calendar:", "  days:", *lines])


def _expect(factor: float) -> str:
    """With two figures, and never 0, which no day can be expected to have."""
    return f"{max(factor, 0.01):.2g}"
