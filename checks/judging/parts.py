"""Each event name and dimension value beside the rest of the events, with one budget of alarms.

Values with too few events a day to be judged are judged together, as one group of each dimension.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from checks.core.counts import NAME, DailyCounts
from checks.core.subjects import LEVEL
from checks.detection import ExpectedRange
from checks.detection.baseline import AcceptedLevel, Baseline
from checks.detection.normal import normal_range
from checks.detection.part_levels import Judged, Rule, judged, shift_with_whole
from checks.detection.part_limits import Distances, Limits, limits
from checks.detection.parts import Part, Whole, part
from checks.judging.segments import Segment, days_of_baseline

T = TypeVar("T")

#: The check whose levels of names and values people accept.
CHECK = "event_volume"
#: A group has so many values; a single rare value is left to itself.
_LEAST_MEMBERS = 2
#: Where a value cannot be compared with the others: so many times the thresholds of the volume.
OWN_WIDEN = 2.0
# What is counted is at most this, so that it can be calculated with.
_MOST_EVENTS = 10**100


def rare_values(dimension: str) -> str:
    """The name of the group of a dimension's rare values."""
    return "rare event names" if dimension == NAME else f"rare values of {dimension}"


def parts_of(
    daily: DailyCounts, baseline: Baseline, *, least: float, widen: float = 1.0
) -> list[Segment]:
    """Every event name and value of a dimension with its normal range, then the groups.

    baseline: of the whole volume. least: with fewer expected events a value is rare. Computed once
    for the same counts.
    """
    return _family(daily, baseline, least, widen).segments


def ranges_of_name(
    daily: DailyCounts, baseline: Baseline, name: str, *, least: float, widen: float = 1.0
) -> dict[date, ExpectedRange]:
    """The normal range of an event name on each day that has one, as it was judged that day."""
    return _family(daily, baseline, least, widen).ranges(NAME, name)


@dataclass(frozen=True, slots=True)
class PartDays:
    """A name, a value or a group on each of its days, as the day was judged by those before it.

    counts: its events; on the days of `bounded` the most that it can have had. ranges: of the days
    that had one. sides: -1 on days below it or at a level there, 1 above, 0 inside.
    """

    segment: Segment
    counts: Mapping[date, int]
    bounded: Collection[date]
    ranges: Mapping[date, ExpectedRange]
    sides: Mapping[date, int]

    def only_on(self, days: Collection[date]) -> PartDays:
        """The same with what is known of some days alone."""
        return replace(
            self,
            counts=_of_days(self.counts, days),
            bounded=frozenset(day for day in self.bounded if day in days),
            ranges=_of_days(self.ranges, days),
            sides=_of_days(self.sides, days),
        )

    def after(self, earlier: PartDays | None) -> PartDays:
        """The same with the days of an earlier judging, of other days, before its own."""
        if earlier is None:
            return self
        return replace(
            self,
            counts={**earlier.counts, **self.counts},
            bounded=frozenset((*earlier.bounded, *self.bounded)),
            ranges={**earlier.ranges, **self.ranges},
            sides={**earlier.sides, **self.sides},
        )


def part_days(
    daily: DailyCounts, baseline: Baseline, *, least: float, widen: float = 1.0
) -> list[PartDays]:
    """Every event name, value and group as `parts_of` has them, on all of the days."""
    return _family(daily, baseline, least, widen).days()


def _of_days(by_day: Mapping[date, T], days: Collection[date]) -> dict[date, T]:
    return {day: value for day, value in by_day.items() if day in days}


def _family(daily: DailyCounts, baseline: Baseline, least: float, widen: float) -> _Family:
    """Computed once for the same counts; the baseline has to be the one of these."""
    return daily.once(("parts", least, widen), lambda: _Family(daily, baseline, least, widen))


@dataclass(frozen=True, slots=True)
class _Value:
    """A value's counts by day, and as a part of the whole.

    part: None where it was rare on all days, and where it had all events. at_most: events that it
    can have had on the judged day, where that is not known. members: of a group of rare values, how
    many there are; else 0.
    """

    dimension: str
    value: str
    series: Mapping[date, int]
    part: Part | None
    at_most: int | None = None
    members: int = 0
    has_all_events: bool = False


@dataclass(frozen=True)
class _Family:
    """All names and values of the judged day."""

    daily: DailyCounts
    baseline: Baseline
    least: float
    widen: float

    @cached_property
    def segments(self) -> list[Segment]:
        """All of them, in order, then the groups of the rare ones."""
        return [
            self._segment(value, self._judged(value, distances))
            for value, distances in zip(self._values, self._distances, strict=True)
        ]

    def ranges(self, dimension: str, name: str) -> dict[date, ExpectedRange]:
        """Those of one value, by day."""
        for value, distances in zip(self._values, self._distances, strict=True):
            if (value.dimension, value.value) == (dimension, name) and value.part is not None:
                result = self._judged(value, distances, every_day=True)
                days = zip(self._days, result.ranges, strict=True) if result is not None else ()
                return {day: normal for day, normal in days if normal is not None}
        return {}

    def days(self) -> list[PartDays]:
        """All of them on each day; of those that are judged by their own counts the last one."""
        return [
            self._on_each_day(value, distances)
            for value, distances in zip(self._values, self._distances, strict=True)
        ]

    def _on_each_day(self, value: _Value, distances: Distances) -> PartDays:
        result = self._judged(value, distances, every_day=True)
        segment, today = self._segment(value, result), self.daily.day
        ranges, sides = dict[date, ExpectedRange](), dict[date, int]()
        if result is not None:
            judged_from = min(result.accepted, default=date.max)  # however few events it has
            for day, normal, side in zip(self._days, result.ranges, result.sides, strict=True):
                if normal is not None and (self._has_enough(normal) or day >= judged_from):
                    ranges[day], sides[day] = normal, side
        if segment.normal is not None and (segment.accepted or self._has_enough(segment.normal)):
            ranges[today], sides[today] = segment.normal, segment.side
        bounds = {} if value.members else self.daily.bounds(value.dimension, value.value)
        return PartDays(segment, {**value.series, **bounds}, frozenset(bounds), ranges, sides)

    def _has_enough(self, normal: ExpectedRange) -> bool:
        return normal.expected >= self.least

    @cached_property
    def _days(self) -> tuple[date, ...]:
        first = min(self.daily.totals(), default=self.daily.day)
        return tuple(first + timedelta(days=n) for n in range((self.daily.day - first).days + 1))

    @cached_property
    def _whole(self) -> Whole:
        totals, today = self.daily.totals(), self.daily.day
        normal = dict(self.baseline.normal)
        if (today_range := self._today_range) is not None:
            normal[today] = today_range
        special = self.daily.calendar.special_day(today) is not None
        return Whole(
            [_usable(totals.get(day)) for day in self._days],
            [normal[day].expected if day in normal else None for day in self._days],
            [day in self.baseline.left_out or (day == today and special) for day in self._days],
            [self._is_unjudged(day) for day in self._days],
            self._days[0].weekday(),
        )

    @cached_property
    def _today_range(self) -> ExpectedRange | None:
        return self.baseline.range_on(self.daily.day)

    @cached_property
    def _is_judged(self) -> bool:
        """Whether the calendar lets the day be judged by volume."""
        return not self._is_unjudged(self.daily.day)

    def _is_unjudged(self, day: date) -> bool:
        mark = self.daily.calendar.special_day(day)
        return mark is not None and mark.factor is None

    @cached_property
    def _values(self) -> list[_Value]:
        dimensions = (NAME, *self.daily.dimensions())
        values = self._at_accepted_levels([
            self._value(dimension, value, self.daily.series(dimension, value))
            for dimension in dimensions
            for value in self.daily.values(dimension)
        ])  # fmt: skip
        groups = [group for d in dimensions if (group := self._group(d, values))]
        return [*values, *self._at_accepted_levels(groups)]

    def _at_accepted_levels(self, values: Sequence[_Value]) -> list[_Value]:
        """The values, where days before an accepted level of the volume count as if at it."""
        result = list(values)
        for level in self.baseline.accepted:
            distances = [self._distances_of(value) for value in result]
            rule = self._rule(limits(distances, len(self._days)))
            result = [
                self._at_level(value, level, own, rule)
                for value, own in zip(result, distances, strict=True)
            ]
        return result

    def _at_level(
        self, value: _Value, level: AcceptedLevel, distances: Distances, rule: Rule
    ) -> _Value:
        if value.part is None:
            return value
        since, until = self._index(level.since), self._index(level.accepted_on)
        shift = shift_with_whole(
            value.part, distances, rule, since, until,
            [day for day in self._accepted_days(value) if day < level.accepted_on],
            skips_empty=value.dimension == NAME,
        )  # fmt: skip
        return replace(value, part=value.part.shifted([(since, shift)]))

    def _value(self, dimension: str, value: str, series: Mapping[date, int]) -> _Value:
        """One value; the forecast of a dimension's value that was always rare is not needed."""
        earlier = (count for day, count in series.items() if day < self.daily.day)
        if dimension != NAME and max(earlier, default=0) < self.least:
            return _Value(dimension, value, series, None)
        if self._has_all_events(series):
            return _Value(dimension, value, series, None, has_all_events=True)
        bounds = self.daily.bounds(dimension, value) if series else {}
        return _Value(
            dimension, value, series, self._part(series, bounds), bounds.get(self.daily.day)
        )

    def _has_all_events(self, series: Mapping[date, int]) -> bool:
        totals = self.daily.totals()
        return all(
            series.get(day) == total for day, total in totals.items() if day != self.daily.day
        )

    def _part(self, series: Mapping[date, int], bounds: Mapping[date, int]) -> Part:
        counts = [_usable(series.get(day)) for day in self._days]
        most = {self._index(day): count for day, count in bounds.items() if day > min(series)}
        return part(self._whole, counts, {day: float(count) for day, count in most.items()})

    def _index(self, day: date) -> int:
        return (day - self._days[0]).days

    def _group(self, dimension: str, values: Iterable[_Value]) -> _Value | None:
        """The rare values of a dimension together, with those that were too many to be told."""
        members = [v for v in values if v.dimension == dimension and self._is_rare(v)]
        if len(members) < _LEAST_MEMBERS:
            return None
        counts = [self._grouped(dimension, members, day) for day in self._days]
        series = {day: n for day, n in zip(self._days, counts, strict=True) if n is not None}
        return _Value(
            dimension, rare_values(dimension), series, self._part(series, {}), members=len(members)
        )

    def _grouped(self, dimension: str, members: Sequence[_Value], day: date) -> int | None:
        if day not in self.daily.counted:
            return None
        values = self.daily.counted[day].by_dimension.get(dimension)
        if values is None:
            return None
        return sum(member.series.get(day, 0) for member in members) + values.rest

    def _is_rare(self, value: _Value) -> bool:
        """Whether too few events are expected, or a young value never had more."""
        if value.has_all_events or self._is_accepted(value):
            return False
        span = None if value.part is None else value.part.spans[-1]
        if span is not None:
            return span.expected < self.least
        return max(value.series.values(), default=0) < self.least or (
            value.part is None and any(day < self.daily.day for day in value.series)
        )

    @cached_property
    def _distances(self) -> list[Distances]:
        return [self._distances_of(value) for value in self._values]

    def _distances_of(self, value: _Value) -> Distances:
        nothing: Distances = (None,) * len(self._days)
        return nothing if value.part is None else value.part.distances(self.least)

    @cached_property
    def _limits(self) -> Limits:
        return limits(self._distances, len(self._days))

    def _segment(self, value: _Value, result: Judged | None) -> Segment:
        """The value on the judged day. result: as a part of the whole."""
        series, day = value.series, self.daily.day
        is_new = not value.members and not any(earlier < day for earlier in series)
        segment = Segment(
            value.dimension, value.value, series.get(day), None, is_new,
            members=value.members, at_most=value.at_most,
        )  # fmt: skip
        if not self._is_judged or (value.part is None and not value.has_all_events):
            return segment
        if result is not None and result.normal is not None:
            return replace(
                segment, normal=result.normal, level=result.level, accepted=result.accepted
            )
        if value.has_all_events or value.dimension == NAME or self._is_as_old(series):
            return replace(segment, normal=self._own_range(series)).moved_with(self._ratio)
        return segment

    def _is_as_old(self, series: Mapping[date, int]) -> bool:
        """Whether a value has been there since the first days: it is no campaign."""
        return bool(series) and self._index(min(series)) <= 1

    def _judged(
        self, value: _Value, distances: Distances, *, every_day: bool = False
    ) -> Judged | None:
        """The value as a part of the whole; None where it is none."""
        if value.part is None:
            return None
        return judged(
            value.part, distances, self._rule(self._limits), self._accepted_days(value),
            skips_empty=value.dimension == NAME, every_day=every_day,
        )  # fmt: skip

    def _rule(self, shared: Limits) -> Rule:
        return Rule(self._days[0], shared, self.least, self.widen)

    def _accepted_days(self, value: _Value) -> Collection[date]:
        """Those on which a level of the value was accepted."""
        subject = Segment(value.dimension, value.value, None, None, members=value.members).subject
        return self._accepted.get(subject, ())

    @cached_property
    def _accepted(self) -> Mapping[str, Collection[date]]:
        """By subject, the days on which its level was accepted."""
        result: dict[str, set[date]] = {}
        for stored in self.daily.accepted_levels:
            if (stored.check, stored.kind, stored.revoked_at) == (CHECK, LEVEL, None):
                result.setdefault(stored.subject, set()).add(stored.data_date)
        return result

    def _is_accepted(self, value: _Value) -> bool:
        """Whether a level of it was accepted: it is judged by itself, however few events it has."""
        return any(day in self._days for day in self._accepted_days(value))

    def _own_range(self, series: Mapping[date, int]) -> ExpectedRange | None:
        """The range by a value's counts alone, where the days are too few or it has no others."""
        level = self.baseline.level
        return normal_range(
            days_of_baseline(series, self.baseline), self.daily.day, self.daily.calendar,
            OWN_WIDEN * self.widen, since=None if level is None else level.since,
        )  # fmt: skip

    @cached_property
    def _ratio(self) -> float:
        """How many times the expected the total is, where that is out of its own normal range.

        A value that only goes with the total is no finding.
        """
        normal, count = self._today_range, self.daily.counted[self.daily.day].total
        return 1.0 if normal is None else normal.ratio_beyond(count)


def _usable(count: float | None) -> float | None:
    return None if count is None else float(min(count, _MOST_EVENTS))
