"""A part's level that stays: the walk through its days, each judged by the days before. Pure.

As of the whole: three days out of range of five on one side are a level, and until the counts are
back or a person accepts it, the days before it say what is normal. (A part's range does not learn
from days out of it as fast as the whole's: days that are only alike confirm nothing.)
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from checks.detection.baseline import AcceptedLevel
from checks.detection.expected import ExpectedRange
from checks.detection.levels import CONFIRMING_DAYS, OF_DAYS, Level, RangedDay, confirming_days
from checks.detection.part_limits import Distances, Limits, limit_of
from checks.detection.parts import Part, shift_at


@dataclass(frozen=True, slots=True)
class Rule:
    """How parts are judged. first: the day of index 0. least: fewer expected events have no range.

    widen: factor of all limits. limits: of all parts together.
    """

    first: date
    limits: Limits
    least: float
    widen: float = 1.0

    def day(self, index: int) -> date:
        """The day of an index."""
        return self.first + timedelta(days=index)


@dataclass(frozen=True, slots=True)
class Judged:
    """A part's normal range on each of its days, None where too few days are known.

    sides: -1 on days below it or at a level there, 1 above; as long as `ranges`. level: that the
    last day is at and that nobody accepted. accepted: the level that was accepted on each of these
    days; its factor is of the part's ratio to the rest of the events.
    """

    ranges: Sequence[ExpectedRange | None]
    sides: Sequence[int]
    level: Level | None = None
    accepted: Mapping[date, AcceptedLevel] = field(default_factory=dict)

    @property
    def normal(self) -> ExpectedRange | None:
        """The range of the last day."""
        return self.ranges[-1]


def judged(
    part: Part,
    distances: Distances,
    rule: Rule,
    accepted: Collection[date] = (),
    *,
    skips_empty: bool = False,
    every_day: bool = False,
) -> Judged:
    """The part on its last day; with `every_day` also with the range of each day before it.

    distances: of its days, as they were without any level. accepted: days on which somebody
    accepted the level that it was at. skips_empty: whether days without events are at no level, as
    they are judged by themselves.
    """
    if not accepted and not _may_have_level(distances, rule):
        days = range(len(part.counts)) if every_day else (len(part.counts) - 1,)
        ranges = [range_on(part, distances, rule, day) for day in days]
        return Judged(ranges, [_side(part, day, r) for day, r in zip(days, ranges, strict=True)])
    return _Walk(part, distances, rule, skips_empty).judged(accepted)


def range_on(
    part: Part, distances: Distances, rule: Rule, index: int, *, is_accepted: bool = False
) -> ExpectedRange | None:
    """The range of one day by the limits of all parts and the part's own; None without one.

    is_accepted: whether a level was accepted, from which the part may come back however small it
    is: with few expected events it is out of range where it has more than those that have a range.
    """
    span = part.spans[index]
    if span is None:
        return None
    if is_accepted and span.expected < rule.least:
        span = span.only_above(rule.least)
    own = [
        None if left_out or not count else distance
        for distance, left_out, count in zip(
            distances, part.whole.left_out, part.counts, strict=True
        )
    ]  # what was an outage, or the whole's, is not the part's own scatter
    below, above = (rule.widen * limit_of(rule.limits, own, index, side) for side in (-1, 1))
    return span.within(below, above)


def _side(part: Part, index: int, normal: ExpectedRange | None) -> int:
    """-1 below the range, 1 above it, 0 inside and where that is not known or not judged."""
    count = part.counts[index]
    if normal is None or count is None or part.whole.unjudged[index]:
        return 0
    side = normal.side_of(count)
    return 0 if side > 0 and index in part.bounded else side


def shift_with_whole(
    part: Part,
    distances: Distances,
    rule: Rule,
    since: int,
    until: int,
    accepted: Collection[date] = (),
    *,
    skips_empty: bool = False,
) -> float:
    """How much larger the log ratio is at a level of the whole, from `since` to before `until`.

    What a person accepts of the whole is what its level changed. So a part that was at a level of
    its own before is compared with that one; days from which on it left the new one do not count.
    """
    days = range(since, until)
    if not accepted and not _may_have_level(distances, rule):
        return shift_at(part, since, days)
    walk = _Walk(part, distances, rule, skips_empty)
    walk.run(since, accepted)
    own = part.without(walk.left_out).shifted(walk.shifts)
    first = 0 if walk.level is None else walk.index(walk.level.since)
    shift = shift_at(own, since, days[:CONFIRMING_DAYS], first)
    later = _Walk(part.shifted([(since, shift)]), distances, rule, skips_empty)
    later.run(until, accepted)
    left_at = since if later.level is None else later.index(later.level.since)
    return shift_at(own, since, range(since, left_at if left_at > since else until), first)


def _may_have_level(distances: Distances, rule: Rule) -> bool:
    """Whether enough days for a level are out of range on one side, by the limits of all parts."""
    return any(
        sum(
            side * distance > rule.widen * limit
            for distance, limit in zip(distances, rule.limits.of(side), strict=True)
            if distance
        )
        >= CONFIRMING_DAYS
        for side in (-1, 1)
    )


def _confirmed(recent: Sequence[RangedDay]) -> Level | None:
    """The level that the newest of the recent days confirms; None where it confirms none."""
    days = confirming_days(recent)
    return Level(days[0].day, days[-1].side, days) if days else None


@dataclass(slots=True)
class _Walk:
    """The days so far.

    current: the part without the days that say nothing of others, all at the accepted level.
    usable: the distances of its other days. left_out: days of levels that are over. shifts: what is
    added to the log ratio of all days before a day. accepted: by the day of the acceptance.
    """

    part: Part
    distances: Distances
    rule: Rule
    skips_empty: bool
    current: Part = field(init=False)
    usable: list[float | None] = field(init=False)
    level: Level | None = None
    recent: list[RangedDay] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)
    shifts: list[tuple[int, float]] = field(default_factory=list)
    accepted: dict[date, AcceptedLevel] = field(default_factory=dict)
    sides: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.current, self.usable = self.part, list(self.distances)

    def judged(self, accepted: Collection[date]) -> Judged:
        """The last day after all others."""
        last = len(self.part.counts) - 1
        ranges = self.run(last, accepted)
        if self.rule.day(last) in accepted:
            self._accept(last)
        ranges.append(normal := self._range(last))
        level = self._level_with(last, normal)
        self.sides.append(_side(self.part, last, normal) or (0 if level is None else level.side))
        return Judged(ranges, self.sides, level, self.accepted)

    def run(self, until: int, accepted: Collection[date]) -> list[ExpectedRange | None]:
        """Add the days before one; their ranges."""
        ranges = []
        for index in range(until):
            if self.rule.day(index) in accepted:
                self._accept(index)
            ranges.append(self._add(index))
            self.sides.append(self._side(index, ranges[-1]))
        return ranges

    def index(self, day: date) -> int:
        """The index of a day."""
        return (day - self.rule.first).days

    def _range(self, index: int) -> ExpectedRange | None:
        is_accepted = bool(self.shifts)
        return range_on(self.current, self.usable, self.rule, index, is_accepted=is_accepted)

    def _side(self, index: int, normal: ExpectedRange | None) -> int:
        """The side of a day that was just added, by its range or by the level that it is at."""
        is_at_level = self.level is not None and self.level.days[-1].day == self.rule.day(index)
        level_side = self.level.side if self.level is not None and is_at_level else 0
        return _side(self.part, index, normal) or level_side

    def _ranged(self, index: int, normal: ExpectedRange | None) -> RangedDay | None:
        """The day with its range; None for one that is at no level."""
        count = self.part.counts[index]
        if normal is None or count is None:
            return None
        if normal.expected < self.rule.least and not self.shifts:
            return None
        if self.part.whole.unjudged[index] or (self.skips_empty and not count):
            return None
        ranged = RangedDay(self.rule.day(index), count, normal)
        return None if index in self.part.bounded and ranged.side >= 0 else ranged

    def _level_with(self, index: int, normal: ExpectedRange | None) -> Level | None:
        ranged = self._ranged(index, normal)
        if ranged is None:
            return self.level if index in self.part.bounded else None
        if self.level is None:
            return _confirmed((*self.recent, ranged))
        level = self.level.with_day(ranged)
        return level if level.is_held else _confirmed(level.days_after())

    def _add(self, index: int) -> ExpectedRange | None:
        normal = self._range(index)
        ranged = self._ranged(index, normal)
        if ranged is None:
            return normal
        if self.level is not None:
            extended = self.level.with_day(ranged)
            if extended.is_held:
                self.level = extended
            else:
                self._end(extended)
            return normal
        self.recent = [*self.recent, ranged][-OF_DAYS:]
        if (level := _confirmed(self.recent)) is not None:
            self._hold(level)
        return normal

    def _hold(self, level: Level) -> None:
        """The days before the level say what is normal."""
        self.level = level
        self._forecast_again(range(self.index(level.since), len(self.part.counts)))

    def _end(self, level: Level) -> None:
        """The counts are back: days at the level stay left out, the others count again.

        Where they went beyond the other side of the range instead, that may be the next level.
        """
        self.left_out |= {self.index(ranged.day) for ranged in level.at_level()}
        self.level, self.recent = None, [*level.days_after()][-OF_DAYS:]
        if (next_level := _confirmed(self.recent)) is not None:
            self._hold(next_level)
        else:
            self._forecast_again(())

    def _accept(self, index: int) -> None:
        """Take the level before a day for normal: earlier days count as if they were at it."""
        days = self._days_at_level(index)
        if not days:
            return
        since = self.index(days[0].day)
        before = self.part.without(self.left_out).shifted(self.shifts)
        shift = shift_at(before, since, [self.index(ranged.day) for ranged in days])
        self.shifts.append((since, shift))
        day = self.rule.day(index)
        self.accepted[day] = AcceptedLevel(days[0].day, day, math.exp(shift))
        self.level, self.recent = None, []
        self._forecast_again(())

    def _days_at_level(self, index: int) -> tuple[RangedDay, ...]:
        """The days before this one at the level that it is at, on its own side."""
        ranged = self._ranged(index, self._range(index))
        side = 0 if ranged is None else ranged.side
        if self.level is not None and side in (0, self.level.side):
            return self.level.days
        before = self.recent if self.level is None else self.level.days[-OF_DAYS:]
        red_days = [earlier.day for earlier in before if side and earlier.side == side]
        return tuple(earlier for earlier in before if red_days and earlier.day >= red_days[0])

    def _forecast_again(self, held: Sequence[int]) -> None:
        """New spans and distances, where the held days and all that are left out say nothing."""
        silent = self.left_out | set(held)
        self.current = self.part.without(silent).shifted(self.shifts)
        distances = self.current.distances(self.rule.least)
        self.usable = [None if i in silent else d for i, d in enumerate(distances)]
