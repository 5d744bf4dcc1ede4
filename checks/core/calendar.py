"""Days that are not like others: what judges know of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

#: A release this many days before a fall is named with it.
RECENT_RELEASE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Mark:
    """Why a day is not like others. factor: times the usual volume; None: not judged."""

    name: str
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The marked days and the tracking releases of a stretch of time."""

    marks: Mapping[date, Mark] = field(default_factory=dict)
    releases: tuple[date, ...] = ()

    def mark(self, day: date) -> Mark | None:
        """Why a day is not like others; None for a day like any."""
        return self.marks.get(day)

    def recent_release(self, day: date) -> date | None:
        """The latest tracking release on the day or in the 7 days before it."""
        since = day - timedelta(days=RECENT_RELEASE_DAYS)
        return max((one for one in self.releases if since <= one <= day), default=None)
