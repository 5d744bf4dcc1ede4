"""Segments of the traffic: each event name and dimension value against its normal range."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from checks.core.counts import NAME, DailyCounts
from checks.core.text import change_text, quoted
from checks.detection import ExpectedRange
from checks.detection.baseline import AcceptedLevel, Baseline
from checks.detection.levels import Level
from checks.detection.normal import normal_range
from checks.judging.part_subjects import part_subject

# A segment with less than half of a change does not explain it.
_LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Segment:
    """A value of a dimension on the judged day.

    today: None where it may be among the values that were too many to be told apart; it had
    `at_most` events then, and is below its range where even that is.
    normal: None with too little history. is_new: whether it has no earlier day. members: of a group
    of rare values, how many there are; else 0. level: that it is at and that nobody accepted.
    accepted: the level that was accepted on each of these days, beside the rest of the events.
    """

    dimension: str
    value: str
    today: int | None
    normal: ExpectedRange | None
    is_new: bool = False
    members: int = 0
    level: Level | None = None
    accepted: Mapping[date, AcceptedLevel] = field(default_factory=dict)
    at_most: int | None = None

    @property
    def label(self) -> str:
        """`'page_viewed'`, `device=ios`, `40 rare values of device together`."""
        if self.members:
            return f"{self.members} {self.value} together"
        return quoted(self.value) if self.dimension == NAME else f"{self.dimension}={self.value}"

    @property
    def subject(self) -> str:
        """By what an acceptance knows it: `page_viewed`, `device=ios`, `rare values of device`."""
        return part_subject(self.dimension, self.value, is_group=self.members > 0)

    @property
    def side(self) -> int:
        """-1 below its range or at a level there, 1 above, 0 inside or unknown."""
        if self.normal is None or (self.today is None and self.at_most is None):
            return 0
        level_side = 0 if self.level is None else self.level.side
        if self.today is None:
            return -1 if (self.at_most or 0) < self.normal.low else level_side
        return self.normal.side_of(self.today) or level_side

    @property
    def stays(self) -> bool:
        """Whether it is at a level on the side that it is reported for, which may be accepted."""
        return self.level is not None and self.level.side == self.side

    def moved_with(self, ratio: float) -> Segment:
        """The segment with a range that also includes `ratio` times its normal range."""
        return self if self.normal is None else replace(self, normal=self.normal.moved_with(ratio))

    @property
    def distance(self) -> float:
        """How many events more than expected; 0 where that is unknown."""
        if self.today is None or self.normal is None:
            return 0.0
        return self.today - self.normal.expected

    @property
    def edges(self) -> tuple[int, int]:
        """The smallest and the largest normal count. Raises ValueError without a normal range."""
        if self.normal is None:
            raise ValueError(f"{self.label} has no normal range")
        return math.ceil(self.normal.low), math.floor(self.normal.high)


def segments(daily: DailyCounts, baseline: Baseline, widen: float = 1.0) -> list[Segment]:
    """Every event name and every value of a dimension, with its normal range."""
    return [
        _segment(daily, dimension, value, baseline, widen)
        for dimension in (NAME, *daily.dimensions())
        for value in daily.values(dimension)
    ]


def _segment(
    daily: DailyCounts, dimension: str, value: str, baseline: Baseline, widen: float
) -> Segment:
    series = daily.series(dimension, value)
    since = None if baseline.level is None else baseline.level.since
    normal = normal_range(
        days_of_baseline(series, baseline), daily.day, daily.calendar, widen, since=since
    )
    is_new = not any(day < daily.day for day in series)
    return Segment(dimension, value, series.get(daily.day), normal, is_new)


def days_of_baseline(series: Mapping[date, int], baseline: Baseline) -> dict[date, int]:
    """A segment's days without those that the total's baseline leaves out."""
    return {day: count for day, count in series.items() if day not in baseline.left_out}


@dataclass(frozen=True, slots=True)
class Carrier:
    """The segment with most of a change. points: its share of the total's expected volume."""

    segment: Segment
    points: float

    @property
    def text(self) -> str:
        """`mostly device=ios (-44 % of the whole)`."""
        return f"mostly {self.segment.label} ({change_text(self.points)} of the whole)"

    @property
    def filters(self) -> dict[str, str]:
        """The filters that the volume page is opened with."""
        return {"event": self.segment.value} if self.segment.dimension == NAME else {}


def carrying(daily: DailyCounts, baseline: Baseline, normal: ExpectedRange) -> Carrier | None:
    """The segment with at least half of the total's distance from the expected count, which alone
    of its dimension left its own range on that side.

    Of several the one with most, and a dimension's value before an event name. None where the
    change is spread out: the largest segment has most of any change, and explains nothing by that.
    """
    move = daily.counted[daily.day].total - normal.expected
    if normal.expected <= 0 or not move:
        return None
    side = 1 if move > 0 else -1
    moved = [segment for segment in segments(daily, baseline) if segment.side == side]
    alone = Counter(segment.dimension for segment in moved)
    several = {name for name in (NAME, *daily.dimensions()) if len(daily.values(name)) > 1}
    carriers = [
        segment
        for segment in moved
        if segment.dimension in several
        and alone[segment.dimension] == 1
        and segment.distance / move >= _LEAST_SHARE
    ]
    if not carriers:
        return None
    largest = max(
        carriers, key=lambda segment: (segment.distance / move, segment.dimension != NAME)
    )
    return Carrier(largest, largest.distance / normal.expected)
