"""Special days: what the checks know of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

#: A tracking release at most this many days before a fall in volume is named with it.
RECENT_RELEASE_DAYS = 7


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Why a day is special. factor: how many times the usual volume; None: not judged."""

    name: str
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The special days and the tracking releases of a period."""

    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    releases: tuple[date, ...] = ()

    def special_day(self, day: date) -> SpecialDay | None:
        """Why a day is special; None for an ordinary day."""
        return self.special_days.get(day)

    def recent_release(self, day: date) -> date | None:
        """The latest tracking release on the day or in the 7 days before it."""
        since = day - timedelta(days=RECENT_RELEASE_DAYS)
        return max((release for release in self.releases if since <= release <= day), default=None)
