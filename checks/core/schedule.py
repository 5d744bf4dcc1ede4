"""When a pipeline runs: its run dates, when each run is due, and which data dates it loads.

Without configured times there is a run on every day, due at no known time. Run times come from a
`RunTimes`, so that nothing here knows how they are spelled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

#: At most so many data dates of one run are judged at once.
MOST_LOADED_DAYS = 31
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class RunTimes(Protocol):
    """The times at which runs start, to the minute. Both are in the zone of `moment`."""

    @property
    def text(self) -> str:
        """How the configuration spells them."""

    def after(self, moment: datetime) -> datetime:
        """The first run time in a minute after that of `moment`."""

    def before(self, moment: datetime) -> datetime:
        """The last run time in a minute before that of `moment`."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Run dates in the shop's zone. Several run times on one date are one run, due at the last.

    lag_days: days from the newest data date that a run loads to its run date. times: None for a run
    on every day. grace: how long after its time a run is not missing yet. since_last_run: whether a
    run loads every data date since the one before it.
    """

    zone: ZoneInfo
    lag_days: int = 1
    times: RunTimes | None = None
    grace: timedelta = timedelta()
    since_last_run: bool = False
    _starts: dict[date, datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def is_run_date(self, day: date) -> bool:
        """Whether a run is scheduled on a day."""
        return self.times is None or self._next_date(day) == day

    def due(self, run_date: date) -> datetime | None:
        """The instant at which a run is due, in UTC; None where no time is known."""
        if self.times is None:
            return None
        last = self.times.before(_start_of(run_date + _DAY, self.zone))
        return last.astimezone(UTC)

    def first_time(self, run_date: date) -> datetime | None:
        """The first run time on a run date, in UTC; None where no time is known."""
        if self.times is None:
            return None
        return self.times.after(_minute_before(run_date, self.zone)).astimezone(UTC)

    def expected_by(self, run_date: date) -> datetime | None:
        """The instant from which on a run without an entry is missing."""
        due = self.due(run_date)
        return None if due is None else due + self.grace

    def latest(self, now: datetime) -> date:
        """The newest run date whose run is due: today without run times."""
        today = now.astimezone(self.zone).date()
        if self.times is None:
            return today
        day = today if self.is_run_date(today) else self.previous(today)
        due = self.due(day)
        return day if due is not None and due <= now else self.previous(day)

    def previous(self, run_date: date) -> date:
        """The run date before a day."""
        if self.times is None:
            return run_date - _DAY
        return self.times.before(_start_of(run_date, self.zone)).date()

    def following(self, run_date: date) -> date:
        """The run date after a day."""
        return self._next_date(run_date + _DAY)

    def run_dates(self, first: date, last: date) -> Iterator[date]:
        """The run dates from `first` to `last`, both included."""
        day = self._next_date(first)
        while day <= last:
            yield day
            day = self.following(day)

    def loaded_dates(self, run_date: date) -> tuple[date, ...]:
        """The data dates that a run loads, oldest first."""
        newest = run_date - timedelta(days=self.lag_days)
        if not self.since_last_run:
            return (newest,)
        days = (run_date - self.previous(run_date)).days
        return tuple(newest - timedelta(days=back) for back in range(days - 1, -1, -1))

    def run_date_of(self, data_date: date) -> date:
        """The run date on which a data date is loaded, or the next one where no run loads it."""
        return self._next_date(data_date + timedelta(days=self.lag_days))

    def loads(self, data_date: date) -> bool:
        """Whether any run loads a data date."""
        return self.since_last_run or self.is_run_date(data_date + timedelta(days=self.lag_days))

    def window(self, run_date: date) -> tuple[datetime, datetime]:
        """The instants, half open, whose log entries belong to a run: until the next one begins."""
        return self._start(run_date), self._start(self.following(run_date))

    def windows(self, first: date, last: date) -> RunWindows:
        """The windows of all runs from `first` to `last`."""
        dates = tuple(self.run_dates(first, last))
        end = self._start(self.following(last)) if dates else datetime.max.replace(tzinfo=UTC)
        return RunWindows(dates, tuple(self._start(day) for day in dates), end)

    def nearest(self, day: date) -> tuple[date, date]:
        """The run dates before and after a day."""
        return self.previous(day), self.following(day)

    def _next_date(self, day: date) -> date:
        """The first run date on a day or after it."""
        if self.times is None:
            return day
        return self.times.after(_minute_before(day, self.zone)).date()

    def _start(self, run_date: date) -> datetime:
        """The start of a run's window: its midnight, or later, while the run before may be late."""
        if run_date not in self._starts:
            midnight = _start_of(run_date, self.zone).astimezone(UTC)
            late_until = self.expected_by(self.previous(run_date))
            first = self.first_time(run_date)
            if first is not None and late_until is not None:
                midnight = max(midnight, min(late_until, first))
            self._starts[run_date] = midnight
        return self._starts[run_date]


@dataclass(frozen=True, slots=True)
class RunWindows:
    """Windows of consecutive runs, oldest first: each ends where the next one begins."""

    run_dates: tuple[date, ...]
    starts: tuple[datetime, ...]
    end: datetime

    def run_date(self, moment: datetime) -> date | None:
        """The run that an instant belongs to; None outside of all windows."""
        index = bisect_right(self.starts, moment) - 1
        return self.run_dates[index] if index >= 0 and moment < self.end else None


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    """The wall-clock start of a day, in its zone."""
    return datetime.combine(day, time(), zone)


def _minute_before(day: date, zone: ZoneInfo) -> datetime:
    """The last minute before a day, also where it comes twice."""
    return (_start_of(day, zone).astimezone(UTC) - _MINUTE).astimezone(zone)
