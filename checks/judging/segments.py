"""Parts of the traffic: each event name and dimension value against what is usual of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from checks.core.counts import NAME, DailyCounts
from checks.core.text import quoted
from checks.detection import ExpectedRange
from checks.detection.baseline import Baseline, normal_range, side_of

# One that carries less than half of a move does not explain it.
_LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Segment:
    """A value of a dimension on the judged day.

    today: None where it may be among the values that were too many. normal: None where there
    is too little history. is_new: whether it has no day before.
    """

    dimension: str
    value: str
    today: int | None
    normal: ExpectedRange | None
    is_new: bool = False

    @property
    def label(self) -> str:
        """`'page_viewed'`, `device=ios`."""
        return quoted(self.value) if self.dimension == NAME else f"{self.dimension}={self.value}"

    @property
    def side(self) -> int:
        """-1 below its range, 1 above it, 0 inside or unknown."""
        if self.today is None or self.normal is None:
            return 0
        return side_of(self.today, self.normal)

    def moved_with(self, ratio: float) -> Segment:
        """The same with a range that holds what `ratio` times the usual would be, too."""
        if self.normal is None or ratio == 1.0:
            return self
        low, high = self.normal.low * min(1.0, ratio), self.normal.high * max(1.0, ratio)
        return replace(self, normal=replace(self.normal, low=low, high=high))

    @property
    def distance(self) -> float:
        """Events more than expected; 0 where that cannot be said."""
        if self.today is None or self.normal is None:
            return 0.0
        return self.today - self.normal.expected

    @property
    def edges(self) -> tuple[int, int]:
        """The smallest and the largest count that are normal. Raises ValueError without any."""
        if self.normal is None:
            raise ValueError(f"{self.label} has no normal range")
        return math.ceil(self.normal.low), math.floor(self.normal.high)


def segments(daily: DailyCounts, usual: Baseline, widen: float = 1.0) -> list[Segment]:
    """Every event name and every value of a dimension, with its normal range."""
    return [
        _segment(daily, dimension, value, usual, widen)
        for dimension in (NAME, *daily.dimensions())
        for value in daily.values(dimension)
    ]


def _segment(
    daily: DailyCounts, dimension: str, value: str, usual: Baseline, widen: float
) -> Segment:
    series = daily.series(dimension, value)
    normal = normal_range(kept_days(series, usual), daily.day, daily.calendar, widen)
    is_new = not any(day < daily.day for day in series)
    return Segment(dimension, value, series.get(daily.day), normal, is_new)


def kept_days(series: Mapping[date, int], usual: Baseline) -> dict[date, int]:
    """A segment's days without those that the total leaves out."""
    return {day: count for day, count in series.items() if day not in usual.left_out}


@dataclass(frozen=True, slots=True)
class Carrier:
    """The segment that carries most of a move. points: its part of the total's expected volume."""

    segment: Segment
    points: float

    @property
    def text(self) -> str:
        """`of which 44 points are device=ios`."""
        shown = f"{abs(self.points) * 100:.0f}"
        verb = "point is" if shown == "1" else "points are"
        return f"of which {shown} {verb} {self.segment.label}"

    @property
    def filters(self) -> dict[str, Any]:
        """What the volume page is opened with."""
        return {"event": self.segment.value} if self.segment.dimension == NAME else {}


def carrying(daily: DailyCounts, usual: Baseline, normal: ExpectedRange) -> Carrier | None:
    """The segment that carries at least half of the total's distance from what was expected.

    Of several the one that carries most, a dimension's before an event name. None where the
    move is spread out, and where a dimension has one value only, which explains nothing.
    """
    move = daily.counted[daily.day].total - normal.expected
    if normal.expected <= 0 or not move:
        return None
    several = {name for name in (NAME, *daily.dimensions()) if len(daily.values(name)) > 1}
    found = [
        one
        for one in segments(daily, usual)
        if one.dimension in several and one.distance / move >= _LEAST_SHARE
    ]
    if not found:
        return None
    best = max(found, key=lambda one: (one.distance / move, one.dimension != NAME))
    return Carrier(best, best.distance / normal.expected)
