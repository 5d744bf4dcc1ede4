"""Rows of the judged day and of one usual day by hour and by value: what explains a red check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeAlias

#: Hours of a wall clock.
HOURS = 24
#: Values of a column; None stands for a missing one.
Value: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class HourCounts:
    """Rows in each hour of the wall clock, on the judged day and on the usual day.

    `loose` rows belong to no hour: their time is missing, or of another day.
    """

    judged: tuple[int, ...] = (0,) * HOURS
    baseline: tuple[int, ...] = (0,) * HOURS
    loose_judged: int = 0
    loose_baseline: int = 0

    @property
    def total(self) -> int:
        """Rows of the judged day."""
        return sum(self.judged) + self.loose_judged

    @property
    def baseline_total(self) -> int:
        """Rows of the usual day."""
        return sum(self.baseline) + self.loose_baseline

    def __add__(self, other: HourCounts) -> HourCounts:
        return HourCounts(
            tuple(map(sum, zip(self.judged, other.judged, strict=True))),
            tuple(map(sum, zip(self.baseline, other.baseline, strict=True))),
            self.loose_judged + other.loose_judged,
            self.loose_baseline + other.loose_baseline,
        )

    def __sub__(self, other: HourCounts) -> HourCounts:
        return HourCounts(
            tuple(a - b for a, b in zip(self.judged, other.judged, strict=True)),
            tuple(a - b for a, b in zip(self.baseline, other.baseline, strict=True)),
            self.loose_judged - other.loose_judged,
            self.loose_baseline - other.loose_baseline,
        )


@dataclass(frozen=True, slots=True)
class DayProfile:
    """The judged day beside one usual day.

    hours: how many of the judged day's hours are over or running, at most 24. skipped: hours that
    clocks skip on the judged day. columns: for each
    column the values that were counted apart; the rows of the others are in `total` only.
    repeated: rows of each of the two days that repeat another row; None where that was not counted.
    """

    day: date
    baseline_day: date
    total: HourCounts
    columns: Mapping[str, Mapping[Value, HourCounts]] = field(default_factory=dict)
    hours: int = HOURS
    repeated: tuple[int, int] | None = None
    skipped: frozenset[int] = frozenset()


class Cell(NamedTuple):
    """Rows of one hour of one of the two days. hour: below 0 for rows that belong to no hour."""

    is_judged: bool
    hour: int
    rows: int


def hour_counts(cells: Sequence[Cell]) -> HourCounts:
    """The counts of both days by hour."""
    counts, loose = {True: [0] * HOURS, False: [0] * HOURS}, {True: 0, False: 0}
    for is_judged, hour, rows in cells:
        if hour < 0:
            loose[is_judged] += rows
        else:
            counts[is_judged][hour] += rows
    return HourCounts(tuple(counts[True]), tuple(counts[False]), loose[True], loose[False])
