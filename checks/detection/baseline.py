"""The days that a day is compared with, without special and broken ones."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from checks.core.calendar import Calendar
from checks.core.text import count_text, short_day
from checks.detection import ExpectedRange
from checks.detection.calm import calm_days
from checks.detection.levels import (
    ALIKE_WIDEN,
    HELD_SHARE,
    OF_DAYS,
    Level,
    RangedDay,
    confirming_days,
)
from checks.detection.normal import normal_range
from checks.detection.order import median


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days at another level, from `first` to `last`, that the counts came back from."""

    first: date
    last: date
    factor: float


@dataclass(frozen=True, slots=True)
class AcceptedLevel:
    """A level that is normal from `since` on: `factor` times what was normal before."""

    since: date
    accepted_on: date
    factor: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """The days that a day is compared with, why others are left out, and normal ranges.

    kept: their counts, those before an accepted level as if they were at it. normal: the normal
    range of earlier days, from the days before each: of those where it decided, or of all. level:
    that the last days are at, where nobody accepted it. recent: the last days with events, from the
    first red one of them on. red: the side of each earlier day that was out of its range or at a
    level; days in the calendar are not looked at. warned: earlier days at a level that were near
    their expected count. stretches: levels that the counts came back from.
    """

    kept: Mapping[date, float]
    left_out: Mapping[date, str]
    normal: Mapping[date, ExpectedRange]
    calendar: Calendar = field(default_factory=Calendar)
    widen: float = 1.0
    level: Level | None = None
    recent: tuple[RangedDay, ...] = ()
    accepted: tuple[AcceptedLevel, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    red: Mapping[date, int] = field(default_factory=dict)
    warned: Collection[date] = ()

    def range_on(self, day: date) -> ExpectedRange | None:
        """The normal range of the day after the baseline; None as for `normal_range`."""
        since = None if self.level is None else self.level.since
        return normal_range(self.kept, day, self.calendar, self.widen, since=since)

    def factor_of(self, day: date) -> float:
        """How many times its count a day counts: 1, or that of the levels accepted since."""
        return math.prod(level.factor for level in self.accepted if day < level.since)

    def days_at_level(self) -> tuple[date, ...]:
        """The earlier days of levels that nobody accepted: of the standing one and of others."""
        standing = [] if self.level is None else [ranged.day for ranged in self.level.days]
        over = [
            day
            for stretch in self.stretches
            for day in self.left_out
            if stretch.first <= day <= stretch.last and day in self.red
        ]
        return (*over, *standing)

    def level_with(self, day: date, count: float, normal: ExpectedRange) -> Level | None:
        """The level that the judged day is at, as one of its days; None where it is at none.

        A day without events is at none, nor is one in the calendar.
        """
        if not count or self.calendar.special_day(day) is not None:
            return None
        if self.level is None:
            return self.confirmed((*self.recent, self.ranged(day, count, normal)))
        level = self.level.with_day(RangedDay(day, count, normal))
        return level if level.is_held else None

    def stretches_with(self, day: date, count: float, normal: ExpectedRange) -> tuple[Stretch, ...]:
        """The levels that are over, also the one that the judged day ends."""
        if self.level is None or not count or self.level_with(day, count, normal) is not None:
            return self.stretches
        if self.calendar.special_day(day) is not None:
            return self.stretches
        return (*self.stretches, _stretch_of(self.level))

    def ranged(self, day: date, count: float, normal: ExpectedRange) -> RangedDay:
        """The day beside its range, and beside that by the days before the last red ones."""
        first = next((ranged.day for ranged in self.recent if ranged.side), None)
        if first is None:
            return RangedDay(day, count, normal)
        before = normal_range(self.kept, day, self.calendar, self.widen * ALIKE_WIDEN, since=first)
        return RangedDay(day, count, normal, 0 if before is None else before.side_of(count))

    def confirmed(self, recent: Sequence[RangedDay]) -> Level | None:
        """The level that the newest of these days confirms, by the days before it."""
        days = confirming_days(recent)
        if not days:
            return None
        since, newest = days[0].day, days[-1]
        ranges = [
            normal_range(self.kept, ranged.day, self.calendar, self.widen, since=since)
            for ranged in days
        ]
        level_days = tuple(
            RangedDay(ranged.day, ranged.count, normal)
            for ranged, normal in zip(days, ranges, strict=True)
            if normal is not None
        )
        level = Level(since, newest.side or newest.alike_side, level_days)
        return level if level.is_held and not level.is_a_beginning else None


def baseline(
    totals: Mapping[date, int],
    day: date,
    calendar: Calendar,
    widen: float = 1.0,
    *,
    leave_out_red: bool = False,
    every: bool = False,
    accepted: Mapping[date, int] | None = None,
) -> Baseline:
    """The days before `day` without those that would distort the comparison.

    Left out are days in the calendar, days without events where that is out of their range, days at
    a level that stays and was not accepted, and with `leave_out_red` all that were out of their
    range; each day is judged by the days before it.
    every: compute the normal range of every day, not only of those where it decides: half a
    millisecond a day.
    accepted: for each day on which somebody accepted the level that it was at, its side.
    """
    before = {
        earlier_day: totals[earlier_day] for earlier_day in sorted(totals) if earlier_day < day
    }
    walk = _Walk(before, totals, calendar, widen, leave_out_red, every, accepted or {})
    for earlier_day, count in before.items():
        walk.accept_on(earlier_day)
        walk.add(earlier_day, count)
    walk.accept_on(day)
    return walk.baseline()


@dataclass(slots=True)
class _Walk:
    """The days so far, each judged by those before it."""

    totals: Mapping[date, int]
    totals_with_judged: Mapping[date, int]
    calendar: Calendar
    widen: float
    leave_out_red: bool
    every: bool
    accepted_sides: Mapping[date, int]
    kept: dict[date, float] = field(default_factory=dict)
    left_out: dict[date, str] = field(default_factory=dict)
    normal: dict[date, ExpectedRange] = field(default_factory=dict)
    level: Level | None = None
    recent: list[RangedDay] = field(default_factory=list)
    accepted: list[AcceptedLevel] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    red: dict[date, int] = field(default_factory=dict)
    warned: set[date] = field(default_factory=set)
    calm: frozenset[date] | None = None

    def baseline(self) -> Baseline:
        """What the walk came to."""
        return Baseline(
            self.kept, self.left_out, self.normal, self.calendar, self.widen, self.level,
            tuple(self.recent), tuple(self.accepted), tuple(self.stretches), self.red, self.warned,
        )  # fmt: skip

    def add(self, day: date, count: int) -> None:
        """Judge one more day, and keep it or leave it out."""
        special_day = self.calendar.special_day(day)
        if special_day is None and self._is_surely_normal(day):
            self.kept[day] = count
            return
        day_range = None
        if special_day is None or self.every:
            day_range = self.baseline().range_on(day)
        if day_range is not None:
            self.normal[day] = day_range
        if special_day is not None:
            self._leave_out(day, special_day.name)
        elif day_range is None:
            self.kept[day] = count
        elif not count and day_range.side_of(count):
            self.red[day] = -1
            self._leave_out(day, "no events")
        elif self.level is None or not count:
            self._add_ordinary(self.baseline().ranged(day, count, day_range))
        else:
            self._add_to_level(self.level, RangedDay(day, count, day_range))

    def _is_surely_normal(self, day: date) -> bool:
        """Whether the day needs no range of its own: it is near what is expected of it.

        Not after a red day, which it may make a level.
        """
        if self.every or self.level is not None or self.recent:
            return False
        if self.calm is None:
            rest = {
                later: count for later, count in self.totals.items()
                if later >= day and self.calendar.special_day(later) is None
            }  # fmt: skip
            end = max(rest) + timedelta(days=1)
            self.calm = calm_days({**self.kept, **rest}, end, self.widen)
        return day in self.calm

    def _leave_out(self, day: date, why: str) -> None:
        """Without the day, others may be judged otherwise."""
        self.left_out[day] = why
        if self.calendar.special_day(day) is None:
            self.calm = None

    def accept_on(self, day: date) -> None:
        """Take the level before `day` for normal, where somebody accepted it on that day."""
        side = self.accepted_sides.get(day)
        level_days = self._days_at_level(side) if side else ()
        if not level_days:
            return
        since = level_days[0].day
        factor = self._factor_of(level_days, day)
        for earlier_day in self.kept:
            if earlier_day < since:
                self.kept[earlier_day] *= factor
        for ranged in level_days:
            self._keep(ranged)
        self.accepted.append(AcceptedLevel(since, day, factor))
        self.level, self.recent, self.calm = None, [], None

    def _factor_of(self, level_days: Sequence[RangedDay], day: date) -> float:
        """How many times the expected count the level has: by its days at it, and the accepted one.

        A red day before the others, of another size, does not decide.
        """
        since, side = level_days[0].day, self.accepted_sides[day]
        count = self.totals_with_judged.get(day, 0)
        normal = normal_range(self.kept, day, self.calendar, self.widen, since=since)
        accepted_day = [RangedDay(day, count, normal)] if count and normal is not None else []
        at_level = [
            ranged for ranged in (*level_days, *accepted_day) if ranged.is_beyond(side, HELD_SHARE)
        ]
        return median(sorted(ranged.factor for ranged in at_level or level_days))

    def _days_at_level(self, side: int) -> tuple[RangedDay, ...]:
        """The days of the level so far, also while the accepted day is the one to confirm it."""
        if self.level is not None:
            return self.level.days if self.level.side == side else ()
        red_days = [ranged.day for ranged in self.recent if ranged.side == side]
        return tuple(ranged for ranged in self.recent if red_days and ranged.day >= red_days[0])

    def _add_ordinary(self, ranged: RangedDay) -> None:
        """A day while no level is held; it may confirm one."""
        if ranged.count:
            self.recent = _since_first_red([*self.recent, ranged][-OF_DAYS:])
        if ranged.side:
            self.red[ranged.day] = ranged.side
        if ranged.side and self.leave_out_red:
            self._leave_out(ranged.day, _out_of_range_text(ranged.normal))
        else:
            self._keep(ranged)
        level = self.baseline().confirmed(self.recent) if ranged.count else None
        if level is not None:
            self._hold(level)

    def _hold(self, level: Level) -> None:
        """Leave out its days, so that the days before it alone say what is normal."""
        self.level = level
        self.red[level.days[-1].day] = level.side
        for ranged in level.days:
            self.kept.pop(ranged.day, None)
            self.left_out[ranged.day] = _level_text(level)

    def _add_to_level(self, level: Level, ranged: RangedDay) -> None:
        extended = level.with_day(ranged)
        if extended.is_held:
            self.level = extended
            if extended.only_warns:
                self.warned.add(ranged.day)
            else:
                self.red[ranged.day] = level.side
            self.left_out[ranged.day] = _level_text(level)
        else:
            self._end(extended)
            if ranged.side:
                self.red[ranged.day] = ranged.side

    def _end(self, level: Level) -> None:
        """The counts are back: days at the level stay left out, the others count again.

        Where they went beyond the other side of the range instead, that may be the next level.
        """
        at_level, stretch = level.at_level(), _stretch_of(level)
        last = stretch.last
        text = f"at another level from {short_day(level.since)} to {short_day(last)}"
        for ranged in level.days:
            if ranged in at_level:
                self.left_out[ranged.day] = text
            else:
                self._keep(ranged)
        self.stretches.append(stretch)
        self.level, self.calm = None, None
        self.recent = _since_first_red([*level.days_after()][-OF_DAYS:])
        next_level = self.baseline().confirmed(self.recent)
        if next_level is not None:
            self._hold(next_level)

    def _keep(self, ranged: RangedDay) -> None:
        self.kept[ranged.day] = ranged.count
        self.left_out.pop(ranged.day, None)


def _since_first_red(days: list[RangedDay]) -> list[RangedDay]:
    first = next((index for index, ranged in enumerate(days) if ranged.side), len(days))
    return days[first:]


def _stretch_of(level: Level) -> Stretch:
    at_level = level.at_level()
    factor = median(sorted(ranged.factor for ranged in at_level))
    return Stretch(level.since, at_level[-1].day, factor)


def _level_text(level: Level) -> str:
    return f"at another level since {short_day(level.since)}"


def _out_of_range_text(normal: ExpectedRange) -> str:
    low, high = math.ceil(normal.low), math.floor(normal.high)
    return f"out of its normal range, {count_text(low)} to {count_text(high)}"
