"""Special and closed days: what the checks know of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

#: A tracking release at most this many days before a fall in volume is named with it.
RECENT_RELEASE_DAYS = 7
#: A closed day with more than this share of a usual open day's events is not what was expected.
CLOSED_SHARE = 0.05
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Why a day is special. factor: how many times the usual volume; None: not judged.

    is_closed: whether no events are expected; `name` then says so: `closed: Sunday`.
    """

    name: str
    factor: float | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The special days, closed ones among them, and the tracking releases of a period."""

    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    releases: tuple[date, ...] = ()

    def special_day(self, day: date) -> SpecialDay | None:
        """Why a day is special; None for an ordinary day."""
        return self.special_days.get(day)

    def closed_reason(self, day: date) -> str | None:
        """Why no events are expected of a day: `closed: Sunday`; None for an open day."""
        special_day = self.special_days.get(day)
        return special_day.name if special_day is not None and special_day.is_closed else None

    def open_day_before(self, day: date) -> date:
        """The newest open day before a day."""
        earlier = day - _DAY
        while self.closed_reason(earlier) is not None:
            earlier -= _DAY
        return earlier

    def open_day_from(self, day: date) -> date:
        """The first open day on a day or after it."""
        while self.closed_reason(day) is not None:
            day += _DAY
        return day

    def days_with_open(self, day: date, count: int) -> int:
        """How many days before `day` have `count` open days among them: `count` without closed."""
        first = day
        for _ in range(count):
            first = self.open_day_before(first)
        return (day - first).days

    def recent_release(self, day: date) -> date | None:
        """The latest tracking release on the day or in the 7 days before it."""
        since = day - timedelta(days=RECENT_RELEASE_DAYS)
        return max((release for release in self.releases if since <= release <= day), default=None)
