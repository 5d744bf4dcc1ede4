"""Events per day, as they were counted: of each event name and of each value of a dimension."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from checks.core.calendar import Calendar
from checks.core.text import bounded
from checks.core.totals import first_day_index
from checks.core.values import Unmeasured

if TYPE_CHECKING:
    from checks.core.records import StoredAcceptance

T = TypeVar("T")

#: The dimension that every pipeline has: the event's name.
NAME = "event name"
#: How many values of a dimension are kept apart on one day; the rest is one number.
MOST_NAMES, MOST_VALUES = 1000, 200
#: What is shown of NULL.
NO_VALUE = "(null)"


@dataclass(frozen=True, slots=True)
class Values:
    """One day's events by value of a dimension, and those of the values that were too many.

    largest_of_rest: events of the one with most of these; None where that was not counted.
    """

    events: Mapping[str, int]
    rest: int = 0
    largest_of_rest: int | None = field(default=None, compare=False)

    def of(self, value: str) -> int | None:
        """Events of a value; None where it may be among the rest."""
        return self.events.get(value, None if self.rest else 0)

    def at_most(self, value: str) -> int:
        """The most events that a value can have had."""
        most = self.rest if self.largest_of_rest is None else self.largest_of_rest
        return self.events.get(value, min(self.rest, most))


@dataclass(frozen=True, slots=True)
class DayCounts:
    """One whole day. by_dimension: `NAME` and each mapped dimension, by its column."""

    day: date
    by_dimension: Mapping[str, Values]

    @property
    def total(self) -> int:
        """Events of the day."""
        names = self.by_dimension[NAME]
        return sum(names.events.values()) + names.rest


@dataclass(frozen=True, slots=True)
class RememberedCounts:
    """A day as it is remembered: counted last at `counted_at`, and first as `first_total`.

    changed_at: when a later count differed from the one before it, as after a late load.
    gone_at: since when the warehouse has no event of the day any more. is_verified: False for a
    row that an older version wrote, which is counted again where the warehouse has the day.
    """

    counts: DayCounts
    counted_at: datetime
    first_total: int
    changed_at: datetime | None = None
    gone_at: datetime | None = None
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """The judged day and the days before it, as far back as volume is looked at.

    days: the open days of that stretch, oldest first, the judged one last, closed or not; `counted`
    holds each.
    remembered: those that were counted by earlier evaluations, as they were then. measured:
    the days that were counted just now. problems: why a dimension could not be read.
    has_earlier: whether there are events before the days that were measured. gone: days as they
    are remembered, of which the warehouse has no event any more. verified: remembered days that
    were counted again and are the same. notes: what a person should know of those that are not.
    is_doubted: whether the next evaluation counts the remembered days again. missing: days of
    that stretch that are gone from the warehouse and remembered by nothing; `days` is without
    them. withheld: days that are remembered with more events than were counted, of which the
    warehouse may have only a part: what is remembered of them stays. accepted_levels: what people
    accepted as the new level of `volume_expected`, and of names and values of `event_volume`,
    revoked ones included. level_widen: how many times as wide the ranges of `volume_expected` are.
    """

    days: tuple[date, ...]
    counted: Mapping[date, DayCounts]
    calendar: Calendar = field(default_factory=Calendar)
    remembered: Mapping[date, RememberedCounts] = field(default_factory=dict)
    measured: tuple[date, ...] = ()
    problems: Mapping[str, Unmeasured] = field(default_factory=dict)
    has_earlier: bool = False
    gone: tuple[date, ...] = ()
    verified: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()
    is_doubted: bool = False
    missing: tuple[date, ...] = ()
    withheld: tuple[date, ...] = ()
    accepted_levels: tuple[StoredAcceptance, ...] = ()
    level_widen: float = 1.0
    _totals: dict[date, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _derived: dict[Hashable, Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def day(self) -> date:
        """The judged day."""
        return self.days[-1]

    def until(self, day: date, days_before: int) -> DailyCounts:
        """The same with an earlier day as the judged one, and so many days before it.

        The judged day is one of `days` also where it is closed.
        """
        first = day - timedelta(days=days_before)

        def kept(days: Iterable[date]) -> tuple[date, ...]:
            return tuple(other for other in days if first <= other <= day)

        return replace(
            self,
            days=(*kept(other for other in self.days if other != day), day),
            counted={other: self.counted[other] for other in kept(self.counted)},
            remembered={other: self.remembered[other] for other in kept(self.remembered)},
            measured=kept(self.measured),
            has_earlier=self.has_earlier
            or any(self.counted[other].total for other in self.days if other < first),
            gone=kept(self.gone),
            verified=kept(self.verified),
            missing=kept(self.missing),
            withheld=kept(self.withheld),
        )

    def totals(self) -> Mapping[date, int]:
        """Events per day, from the day on with which the shop's history begins."""
        if not self._totals:  # each name's series asks for it
            counts = [(day, self.counted[day].total) for day in self.days]
            self._totals.update(counts[first_day_index([total for _, total in counts]) :])
        return self._totals

    def once(self, key: Hashable, derive: Callable[[], T]) -> T:
        """What is derived from these counts, computed once for each key."""
        if key not in self._derived:
            self._derived[key] = derive()
        return cast("T", self._derived[key])

    def has_strays(self) -> bool:
        """Whether there are events of days before the shop's history begins."""
        first = min(self.totals(), default=self.day)
        return any(self.counted[day].total for day in self.days if day < first)

    def days_learned_if_too_few(self, needed: int) -> int | None:
        """Days of history so far while these are fewer than a rule needs, else None.

        Also None where the shop's only events are older than these days.
        """
        before = sum(day < self.day for day in self.totals())
        is_young = before < needed and (before > 0 or not self.has_earlier)
        return before if is_young else None

    def late_loads(self) -> dict[date, tuple[int, int]]:
        """Days whose count now differs from the first one: (first, now)."""
        return {
            day: (known.first_total, self.counted[day].total)
            for day, known in self.remembered.items()
            if known.first_total != self.counted[day].total
        }

    def dimensions(self) -> tuple[str, ...]:
        """The mapped dimensions, besides the event's name."""
        return tuple(name for name in self.counted[self.day].by_dimension if name != NAME)

    def values(self, dimension: str) -> list[str]:
        """Every value of a dimension that is told apart on any of the days, in order."""
        values = (self._values(day, dimension).events for day in self.days)
        return sorted({value for events in values for value, count in events.items() if count})

    def series(self, dimension: str, value: str, since: date | None = None) -> dict[date, int]:
        """Events per day of one value, from its first day on; none before `since`.

        since: by default the first day of the shop's history. Days on which the value may be among
        those that were too many are missing.
        """
        days = self.totals() if since is None else (day for day in self.days if day >= since)
        counts = ((day, self._values(day, dimension).of(value)) for day in days)
        return _from_first_events((day, count) for day, count in counts if count is not None)

    def bounds(self, dimension: str, value: str) -> dict[date, int]:
        """On each day on which a value may be among the rest: the most events it can have had."""
        values = {day: self.counted[day].by_dimension.get(dimension) for day in self.totals()}
        return {
            day: of_day.at_most(value)
            for day, of_day in values.items()
            if of_day is not None and of_day.of(value) is None
        }

    def _values(self, day: date, dimension: str) -> Values:
        return self.counted[day].by_dimension.get(dimension, Values({}, rest=1))


def value_text(value: object) -> str:
    """A value as it is remembered and shown: inert, and of bounded length."""
    if value is None:
        return NO_VALUE
    if isinstance(value, bool):
        return str(value).lower()
    return bounded(value)


def largest(events: Mapping[str, int], most: int) -> Values:
    """The `most` values with the most events, and the sum of all others."""
    if len(events) <= most:
        return Values(dict(events))
    ranked = sorted(events.items(), key=lambda item: (-item[1], item[0]))
    rest = [count for _, count in ranked[most:]]
    return Values(dict(ranked[:most]), sum(rest), rest[0])


def _from_first_events(counts: Iterable[tuple[date, int]]) -> dict[date, int]:
    result: dict[date, int] = {}
    for day, count in counts:
        if count or result:
            result[day] = count
    return result
