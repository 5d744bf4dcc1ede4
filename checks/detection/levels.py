"""A level that stays: when days out of range on one side become it, and what ends it. Pure.

One day out of range is an accident, and the rule of the next day is robust against it. Three such
days of five on one side are a level; so is one of them with three that are well out of what was
normal before it, though it made them look normal. Until the counts are back, or a person accepts
it, the days before it say what is normal, so that a fault never becomes the norm by lasting. Days
without events are no level: each is out of range by itself. Source of the rule: measured on public
daily series, docs/volume.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from checks.detection.expected import COUNTED_ON, OFFSET, ExpectedRange, log_count
from checks.detection.order import median

#: So many red days on one side, of so many open days with events, confirm a level.
CONFIRMING_DAYS, OF_DAYS = 3, 5
#: So are so many of them that are on that side of the range by the days before the first red one,
#: this many times as wide.
ALIKE_DAYS, ALIKE_WIDEN = 4, 1.1
#: It is held while most of so many last days are beyond this part of the range's half on its side.
HELD_DAYS, HELD_SHARE = 7, 0.5
#: It has ended when so many last days are within that part of the range on both sides.
BACK_DAYS = 2


@dataclass(frozen=True, slots=True)
class RangedDay:
    """A day's count beside its normal range.

    alike_side: on which side it is of the range by the days before the last red ones, which is
    wider; 0 inside and where there are none.
    """

    day: date
    count: float
    normal: ExpectedRange
    alike_side: int = 0

    @property
    def side(self) -> int:
        """-1 below the range, 1 above it, 0 inside."""
        return self.normal.side_of(self.count)

    @property
    def factor(self) -> float:
        """How many times the expected count it has."""
        return (self.count + OFFSET) / (self.normal.expected + OFFSET)

    @property
    def is_near(self) -> bool:
        """Whether it is near the expected count: within that part of its range on both sides."""
        return not any(self.is_beyond(side, HELD_SHARE) for side in (-1, 1))

    def is_beyond(self, side: int, share: float) -> bool:
        """Whether it is farther from the expected count than `share` of the range on that side.

        In logarithms, so that half of the range is as far from the edge as from the expected count.
        """
        expected = log_count(self.normal.expected)
        edge = log_count(self.normal.low if side < 0 else self.normal.high)
        distance = (log_count(self.count) - expected) * side
        return distance > share * (edge - expected) * side


@dataclass(frozen=True, slots=True)
class Level:
    """Days since `since` at a level on one side, -1 below and 1 above what the days before say."""

    since: date
    side: int
    days: tuple[RangedDay, ...]

    @property
    def factor(self) -> float:
        """How many times the expected count its days have: their median."""
        return median(sorted(day.factor for day in self.days))

    @property
    def is_a_beginning(self) -> bool:
        """Whether next to no events were expected before: a shop that opens is at no odd level."""
        expected = median(sorted(day.normal.expected for day in self.days))
        return self.side > 0 and expected < COUNTED_ON

    @property
    def is_held(self) -> bool:
        """Whether most of the last days are at the level, and the counts are not back."""
        last = self.days[-HELD_DAYS:]
        beyond = sum(day.is_beyond(self.side, HELD_SHARE) for day in last)
        return 2 * beyond > len(last) and not self._is_back

    @property
    def _is_back(self) -> bool:
        last = self.days[-BACK_DAYS:]
        return len(last) == BACK_DAYS and all(day.is_near for day in last)

    @property
    def only_warns(self) -> bool:
        """Whether its last day is near the expected count: the counts may be back."""
        return self.days[-1].is_near

    def with_day(self, day: RangedDay) -> Level:
        """The level with one more day, which may end it."""
        return replace(self, days=(*self.days, day))

    def at_level(self) -> tuple[RangedDay, ...]:
        """Its days that are at the level themselves."""
        return tuple(day for day in self.days if day.is_beyond(self.side, HELD_SHARE))

    def days_after(self) -> tuple[RangedDay, ...]:
        """Its last days that are not at the level, which may be the next one."""
        last = self.at_level()[-1].day
        return tuple(day for day in self.days if day.day > last)


def confirming_days(recent: Sequence[RangedDay]) -> tuple[RangedDay, ...]:
    """The recent days that make a level, from its first one on; empty where they make none.

    recent: open days with events and a range, oldest first; the newest confirms it.
    """
    last = recent[-OF_DAYS:]
    side = (last[-1].side or last[-1].alike_side) if last else 0
    if not side:
        return ()
    red_days = [day for day in last if day.side == side]
    alike_days = [day for day in last if side in (day.side, day.alike_side)]
    is_alike = len(alike_days) >= ALIKE_DAYS and bool(red_days)
    if len(red_days) < CONFIRMING_DAYS and not is_alike:
        return ()
    first = alike_days[0] if is_alike else red_days[0]
    return tuple(day for day in last if day.day >= first.day)
