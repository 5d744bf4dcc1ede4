"""The hours of a day in the shop's zone, as ranges of instants. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from checks.core.timeframe import midnight


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ascending (start, end, index), half-open, in UTC; days: (date, index) of whole days."""

    spans: tuple[tuple[datetime, datetime, int], ...]
    days: tuple[tuple[date, int], ...] = ()

    def edges(self, outside: int) -> list[tuple[datetime, int]]:
        """Ascending (exclusive end, index), with `outside` before and between the ranges."""
        edges: list[tuple[datetime, int]] = []
        for start, end, index in self.spans:
            if not edges or edges[-1][0] < start:
                edges.append((start, outside))
            edges.append((end, index))
        return edges


def hours_of(day: date, zone: ZoneInfo) -> Ranges:
    """Every hour of a day by the wall clock; a repeated one has the same index twice."""
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    spans = []
    while start < end:
        next_start = min(start + timedelta(hours=1), end)
        spans.append((start, next_start, start.astimezone(zone).hour))
        start = next_start
    return Ranges(tuple(spans))


def periods_of(periods: tuple[tuple[date, ...], ...], zone: ZoneInfo) -> Ranges:
    """The days of each period, as its index."""
    days = sorted((day, index) for index, days in enumerate(periods) for day in days)
    spans = [(midnight(day, zone), midnight(day + timedelta(days=1), zone), i) for day, i in days]
    return Ranges(tuple(spans), tuple(days))
