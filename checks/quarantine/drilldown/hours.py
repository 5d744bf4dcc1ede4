"""The hours of a day in the shop's zone, as ranges of instants. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from checks.core.timeframe import midnight


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ascending (start, end, index), half-open, in UTC; and days that mean a whole index."""

    spans: tuple[tuple[datetime, datetime, int], ...]
    days: tuple[tuple[date, int], ...] = ()

    def edges(self, outside: int) -> list[tuple[datetime, int]]:
        """Ascending (exclusive end, index), `outside` for what lies before and between."""
        found: list[tuple[datetime, int]] = []
        for start, end, index in self.spans:
            if not found or found[-1][0] < start:
                found.append((start, outside))
            found.append((end, index))
        return found


def hours_of(day: date, zone: ZoneInfo) -> Ranges:
    """Every hour of a day by what the clock says; one that comes twice has one index."""
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    spans = []
    while start < end:
        after = min(start + timedelta(hours=1), end)
        spans.append((start, after, start.astimezone(zone).hour))
        start = after
    return Ranges(tuple(spans))


def periods_of(periods: tuple[tuple[date, ...], ...], zone: ZoneInfo) -> Ranges:
    """The days of each period, as its index."""
    days = sorted((day, index) for index, days in enumerate(periods) for day in days)
    spans = [(midnight(day, zone), midnight(day + timedelta(days=1), zone), i) for day, i in days]
    return Ranges(tuple(spans), tuple(days))
