"""A weekday that is without events as on the weeks before: learned to be closed. Pure.

A day that has no event, or next to none, is compared with the same weekday of the weeks before it.
Where three of four were empty too, and none of the three stopped the line without a person
accepting it, the day counts as closed. Where fewer were and none, or no more, had events, that is
proposed. The rule is for all events of a day, and for those of one event name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from checks.catalog._closed import usual_open_day
from checks.catalog._silence import STRAY
from checks.core.calendar import CLOSED_SHARE, Calendar
from checks.core.counts import NAME, DailyCounts
from checks.core.model import STOPPING, Status
from checks.core.records import RecordedStatus
from checks.core.text import plural

#: So many same weekdays are compared, out of so many weeks before: those in the calendar, and those
#: of which nothing is known, are no evidence.
_COMPARED, _WEEKS = 4, 5
#: So many of them have to be empty for the weekday to count as closed.
LEARNED_FROM = 3
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
Recorded = Mapping[date, RecordedStatus]


@dataclass(frozen=True, slots=True)
class DayEvents:
    """Events of the judged day and of the ordinary days before it, from the first with any on.

    limit: a day with at most so many events is empty: stray ones do not make it an open day.
    usual_events: of a usual day with any.
    """

    counts: Mapping[date, int]
    limit: int
    usual_events: float = 0.0

    def is_empty(self, day: date) -> bool:
        """Whether a known day has no event but stray ones."""
        return self.counts[day] <= self.limit

    def followed_by_empty(self, day: date, calendar: Calendar) -> DayEvents:
        """The same with a later day and those before it that are not in the calendar: they have
        no event.
        """
        last = max(self.counts, default=day)
        later = (last + _DAY * offset for offset in range(1, (day - last).days))
        ordinary = [other for other in later if calendar.special_day(other) is None]
        later_counts = dict.fromkeys((*ordinary, day), 0)
        return replace(self, counts={**self.counts, **later_counts})


@dataclass(frozen=True, slots=True)
class ClosedWeekday:
    """Why a day without events counts as closed, or may do so from the next weeks on.

    is_learned: False where that is only proposed. empty: the same weekdays that say so, of those
    in `compared`, newest first. has_strays: whether the day, or one of them, has stray events.
    """

    day: date
    is_learned: bool
    empty: tuple[date, ...]
    compared: tuple[date, ...]
    has_strays: bool = False

    @property
    def weekdays(self) -> str:
        """The weekday in the plural: `Sundays`."""
        return f"{self.day:%A}s"

    @property
    def entry(self) -> str:
        """What in `calendar` says for good that the weekday is closed."""
        return entry_of(self.day)

    @property
    def likeness(self) -> str:
        """`as on the last 4 Sundays`, `as on 3 of the last 4 Sundays`."""
        compared, empty = len(self.compared), len(self.empty)
        is_unbroken = self.compared[-1] == self.day - compared * _WEEK
        if compared == 1:
            return f"as on {'the last' if is_unbroken else 'an earlier'} {self.day:%A}"
        of_them = "" if empty == compared else f"{empty} of "
        last = "the last " if is_unbroken else ""
        return f"as on {of_them}{last}{plural(compared, f'{self.day:%A}')}"

    def reason(self, subject: str = "event") -> str:
        """`no event, as on the last 4 Sundays`."""
        return f"{'next to no' if self.has_strays else 'no'} {subject}, {self.likeness}"

    def details(self) -> dict[str, object]:
        """What a report holds of it."""
        return {
            "learned": self.is_learned, "entry": self.entry, "empty": list(self.empty),
            "compared": list(self.compared),
        }  # fmt: skip


def entry_of(day: date) -> str:
    """The entry of `calendar` that closes a day's weekday: `closed: [sunday]`."""
    return f"closed: [{day:%A}]".lower()


def may_be_closed(day: date, calendar: Calendar) -> bool:
    """Whether the calendar leaves it open: a day for which it expects events is never closed."""
    special_day = calendar.special_day(day)
    return special_day is None or (special_day.factor is None and not special_day.is_closed)


def total_events(daily: DailyCounts) -> DayEvents:
    """All events of each day; up to 5 % of a usual open day are stray ones."""
    totals = daily.totals()
    before = {day: count for day, count in totals.items() if day < daily.day}
    usual_events = usual_open_day(before)
    return DayEvents(
        _ordinary(totals, daily), math.floor(CLOSED_SHARE * usual_events), usual_events
    )


def is_empty_day(daily: DailyCounts) -> bool:
    """Whether the judged day has no event of any name, but stray ones."""
    return daily.day in daily.totals() and total_events(daily).is_empty(daily.day)


def name_events(daily: DailyCounts, name: str) -> DayEvents | None:
    """Events of a name; below a tenth of what is usual of it they are stray ones.

    None where the judged day's are not told apart.
    """
    series = daily.series(NAME, name, since=daily.days[0])
    if daily.day not in series:
        return None
    before = {day: count for day, count in series.items() if day < daily.day}
    usual_events = usual_open_day(before)
    limit = max(0, math.ceil(STRAY * usual_events) - 1)
    return DayEvents(_ordinary(series, daily), limit, usual_events)


def _ordinary(counts: Mapping[date, int], daily: DailyCounts) -> dict[date, int]:
    """Without the days before the judged one that are in the calendar."""
    special_day = daily.calendar.special_day
    return {
        day: count for day, count in counts.items() if day == daily.day or special_day(day) is None
    }


def closed_weekday(events: DayEvents, day: date, recorded: Recorded | None) -> ClosedWeekday | None:
    """Why a day counts as closed, or may; None where it is no day of that kind.

    recorded: the check's status on earlier days; None where that cannot be read, and then nothing
    is learned. Where days just before the day are empty too, each of them has to be closed, or
    proposed to be, or accepted: an outage that began on another weekday is no closed day.
    """
    if recorded is None or day not in events.counts or not events.is_empty(day):
        return None
    for earlier in _empty_before(events, day):
        if not _is_accepted(recorded.get(earlier)) and not _by_weekday(events, earlier, recorded):
            return None
    return _by_weekday(events, day, recorded)


def was_always_empty(events: DayEvents, day: date) -> bool:
    """Whether each of the same weekdays before was empty too, whatever was recorded of them."""
    compared = _compared(events, day)
    return bool(compared) and all(map(events.is_empty, compared))


def _by_weekday(events: DayEvents, day: date, recorded: Recorded) -> ClosedWeekday | None:
    """What the same weekday of the weeks before says of an empty day alone."""
    compared = _compared(events, day)
    empty = [other for other in compared if events.is_empty(other)]
    teaching = tuple(other for other in empty if _teaches(recorded.get(other)))
    is_learned = len(teaching) >= LEARNED_FROM
    if not is_learned and not _is_proposed(teaching, len(compared) - len(empty), recorded):
        return None
    has_strays = any(events.counts[other] for other in (day, *teaching))
    return ClosedWeekday(day, is_learned, teaching, compared, has_strays)


def _is_proposed(teaching: tuple[date, ...], open_count: int, recorded: Recorded) -> bool:
    """Whether empty days say that the weekday may be closed.

    Where the weekday had events too, only days that were recorded count, and as many of them.
    """
    if not open_count:
        return bool(teaching)
    return sum(_was_judged(recorded.get(day)) for day in teaching) >= open_count


def _compared(events: DayEvents, day: date) -> tuple[date, ...]:
    """The same weekdays of the weeks before, newest first, as far as events came between them."""
    compared: list[date] = []
    later = day
    for weeks in range(1, _WEEKS + 1):
        earlier = day - weeks * _WEEK
        if earlier not in events.counts:
            continue
        if len(compared) == _COMPARED or not _has_events_between(events, earlier, later):
            break
        compared.append(earlier)
        later = earlier
    return tuple(compared)


def _has_events_between(events: DayEvents, first: date, last: date) -> bool:
    """Whether a day between two days, neither of them included, is not empty."""
    between = (first + _DAY * offset for offset in range(1, (last - first).days))
    return any(day in events.counts and not events.is_empty(day) for day in between)


def _empty_before(events: DayEvents, day: date) -> list[date]:
    """The empty days just before a day; days in the calendar between them are passed over."""
    empty = []
    for earlier in sorted((other for other in events.counts if other < day), reverse=True):
        if not events.is_empty(earlier):
            break
        empty.append(earlier)
    return empty


def _teaches(recorded: RecordedStatus | None) -> bool:
    """Whether an empty day says that its weekday is closed: not where it stopped the line and
    nobody accepted that.
    """
    return recorded is None or recorded.status not in STOPPING or recorded.is_accepted


def _is_accepted(recorded: RecordedStatus | None) -> bool:
    return recorded is not None and recorded.is_accepted


def _was_judged(recorded: RecordedStatus | None) -> bool:
    return recorded is not None and recorded.status is not Status.SKIPPED
