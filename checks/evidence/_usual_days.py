"""The days with which a day is compared by the hour, and how many events are usual on it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from checks.detection import Basis, ExpectedRange

_WEEK, _MOST_WEEKS = 7, 8
#: So few days of the same weekday say nothing of its hours.
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class UsualDay:
    """How many events the volume rule expects, and the earlier days that it has them from.

    expected: None where the rule has no number. spread: the lowest and the highest normal count as
    a part of it. days: those of the same weekday where the rule goes by weekdays, else those of
    the last week, oldest first. others: of the last week, for where the warehouse keeps no more.
    """

    expected: float | None
    spread: tuple[float, float]
    days: tuple[date, ...]
    others: tuple[date, ...] = ()

    @property
    def weekday(self) -> str | None:
        """`Saturday` where all of the days are; None otherwise."""
        names = {f"{day:%A}" for day in self.days}
        return names.pop() if len(names) == 1 and len(self.days) > 1 else None

    def with_events(self, days: Collection[date]) -> tuple[date, ...]:
        """The days to compare with, of those on which there are events in the warehouse."""
        present = tuple(day for day in self.days if day in days)
        if len(present) >= _FEWEST or not self.others:
            return present
        return tuple(day for day in self.others if day in days)


def usual_day(normal: ExpectedRange | None, day: date, days: Sequence[date]) -> UsualDay:
    """What a day with this normal range is compared with.

    days: earlier days that say what is usual, oldest first.
    """
    week = tuple(other for other in days if day - timedelta(days=_WEEK) <= other < day)
    if normal is None or normal.expected <= 0:
        return UsualDay(None, (1.0, 1.0), week)
    spread = normal.low / normal.expected, normal.high / normal.expected
    if normal.basis is not Basis.WEEKDAY:
        return UsualDay(normal.expected, spread, week)
    first = day - timedelta(weeks=_MOST_WEEKS)
    same = tuple(d for d in days if first <= d < day and d.weekday() == day.weekday())
    return UsualDay(normal.expected, spread, same, week)
