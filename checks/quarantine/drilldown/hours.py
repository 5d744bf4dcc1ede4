"""The hours of a day and the days of periods in the shop's zone, as ranges of instants. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from checks.core.profiles import HOURS
from checks.core.timeframe import midnight, wall_hours

T = TypeVar("T", bound=date)
#: Indices of times that are not known, and of those outside of all ranges.
UNKNOWN, OUTSIDE = -1, -2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ascending (start, end, index), half-open, in UTC; days: (date, index) of whole days."""

    spans: tuple[tuple[datetime, datetime, int], ...]
    days: tuple[tuple[date, int], ...] = ()

    def edges(self) -> list[tuple[datetime, int]]:
        """Ascending (exclusive end, index), with OUTSIDE before and between the ranges."""
        return _edges(self.spans)

    def edges_of_days(self) -> list[tuple[date, int]]:
        """The same of the days as dates."""
        return _edges((day, day + _DAY, index) for day, index in self.days)


def _edges(spans: Iterable[tuple[T, T, int]]) -> list[tuple[T, int]]:
    edges: list[tuple[T, int]] = []
    for start, end, index in spans:
        if not edges or edges[-1][0] < start:
            edges.append((start, OUTSIDE))
        edges.append((end, index))
    return edges


def hours_of(day: date, zone: ZoneInfo) -> Ranges:
    """Every hour of a day by the wall clock, but for those that clocks skip."""
    hours = enumerate(wall_hours(day, zone))
    return Ranges(tuple((start, end, hour) for hour, (start, end) in hours if start < end))


@dataclass(frozen=True, slots=True)
class Periods:
    """Days to be read, of which the very first is the judged one.

    zone: of the shop. naive: of times without an offset.
    """

    days: tuple[tuple[date, ...], ...]
    zone: ZoneInfo
    naive: ZoneInfo

    @property
    def indices(self) -> range:
        """What each period is known by."""
        return range(len(self.days))

    @property
    def judged_day(self) -> date:
        """The first day."""
        return self.days[0][0]

    def all_days(self) -> list[date]:
        """The days of every period."""
        return [day for days in self.days for day in days]

    def hours(self) -> Ranges:
        """The hours of the judged day."""
        return hours_of(self.judged_day, self.zone)

    def span_of(self, first: int, last: int) -> tuple[datetime, datetime] | None:
        """The instants of some hours of the judged day, the last exclusive.

        None where clocks skip all of them.
        """
        inside = [(start, end) for start, end, hour in self.hours().spans if first <= hour < last]
        return (inside[0][0], inside[-1][1]) if inside else None

    def slots(self) -> Ranges:
        """The hours of every period's days, as period * 24 + hour."""
        spans = sorted(
            (start, end, period * HOURS + hour)
            for period, days in enumerate(self.days)
            for day in days
            for start, end, hour in hours_of(day, self.zone).spans
        )
        return Ranges(tuple(spans))

    def every_hour(self) -> Ranges:
        """The hours of all days of all periods."""
        days = sorted(set(self.all_days()))
        return Ranges(tuple(span for day in days for span in hours_of(day, self.zone).spans))

    def ranges(self) -> Ranges:
        """The days of each period, as its index."""
        days = sorted((day, index) for index, days in enumerate(self.days) for day in days)
        spans = [(midnight(day, self.zone), midnight(day + _DAY, self.zone), i) for day, i in days]
        return Ranges(tuple(spans), tuple(days))


def merged(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The ranges, with adjoining ones merged."""
    ranges: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if ranges and ranges[-1][1] == start:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
    return ranges
