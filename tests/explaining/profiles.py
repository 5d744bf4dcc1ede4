"""Profiles of a day beside a usual one, written by the hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from checks.core.profiles import HOURS, DayProfile, HourCounts, Value

DAY, USUAL_DAY = date(2025, 3, 8), date(2025, 3, 1)


def hours(*stretches: tuple[int, int, int]) -> tuple[int, ...]:
    """Rows per hour: (first, exclusive last, rows in each of these hours); 0 elsewhere."""
    counts = [0] * HOURS
    for first, last, rows in stretches:
        counts[first:last] = [rows] * (last - first)
    return tuple(counts)


def all_day(rows: int) -> tuple[int, ...]:
    """The same rows in every hour."""
    return hours((0, HOURS, rows))


def profile_of(
    columns: Mapping[str, Mapping[Value, tuple[Sequence[int], Sequence[int]]]],
    *,
    judged_hours: int = HOURS,
) -> DayProfile:
    """A profile from (judged, usual) counts of the values of each column.

    All rows are those of the first column.
    """
    counted = {
        column: {
            value: HourCounts(tuple(now), tuple(before)) for value, (now, before) in by.items()
        }
        for column, by in columns.items()
    }
    total = HourCounts()
    for counts in next(iter(counted.values())).values():
        total = total + counts
    return DayProfile(DAY, USUAL_DAY, total, counted, hours=judged_hours)
