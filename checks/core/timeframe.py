"""Which day is judged, and the instants that bound it.

A day is midnight to midnight in the shop's zone: 23 or 25 hours when clocks
change. Bounds are computed here, in Python, as half-open UTC ranges, so that
every engine can prune by a plain range predicate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from checks.core.calendar import Calendar
from checks.core.errors import UsageError
from checks.core.schedule import RunWindows, Schedule

TICK = timedelta(microseconds=1)
#: A time further after now than this is invalid: no clock is that wrong.
FAR_AHEAD = timedelta(days=366)
#: Runs are looked up at most so many days before a run.
MOST_DAYS_BEFORE = 62
#: Years of which every day, its window included, can be turned into instants.
YEARS = range(1900, 9000)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins in `zone`, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def wall_hours(day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The 24 hours of a day by the wall clock, as half-open ranges of instants in UTC.

    One that clocks skip has no length, one that comes twice is as long as both.
    """
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    instants = (datetime.combine(day, time(hour), zone).astimezone(UTC) for hour in range(1, 24))
    edges = [start, *(min(max(instant, start), end) for instant in instants), end]
    return list(pairwise(edges))


def wall_moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant at which clocks show a time of a day for certain, in UTC.

    A time that clocks skip is when they have been changed; one that comes twice is the second.
    """
    start, end = wall_hours(day, zone)[clock.hour]
    left = timedelta(hours=1) - timedelta(minutes=clock.minute, seconds=clock.second)
    return max(start, end - left)


@dataclass(frozen=True, slots=True)
class Timeframe:
    """The run date, the judged data date, and the one reading of the clock.

    expected_date: the day that the run loads, where the judged day is the newest with events; None
    where the judged day was given. schedule: when runs are due; None: every day. calendar: what is
    known of the days around the run.
    """

    run_date: date
    data_date: date
    now: datetime
    zone: ZoneInfo
    expected_date: date | None = None
    schedule: Schedule | None = field(default=None, compare=False)
    calendar: Calendar = field(default_factory=Calendar, compare=False)

    @property
    def start(self) -> datetime:
        return midnight(self.data_date, self.zone)

    @property
    def end(self) -> datetime:
        return midnight(self.data_date + timedelta(days=1), self.zone)

    @property
    def is_over(self) -> bool:
        """Whether the data date has ended, and the run loads the whole of it."""
        return self.now >= self.end and not self.is_loaded_in_part

    @property
    def is_loaded_in_part(self) -> bool:
        """Whether the run's time and grace end within the data date: the rest is loaded later."""
        return self.expected_by is not None and self.expected_by < self.end

    @property
    def is_behind(self) -> bool:
        """Whether the newest day with events is older than the day that the run loads."""
        return self.expected_date is not None and self.data_date < self.expected_date

    @property
    def due(self) -> datetime:
        """The time until which there should be events.

        The end of the run's day; for a run on that day its time, or now where none is known.
        """
        day = self.expected_date or self.data_date
        return min(midnight(day + timedelta(days=1), self.zone), self._loaded_until)

    @property
    def _loaded_until(self) -> datetime:
        """Now; or the run's time, as what happens after it is loaded by a later run."""
        run_due = self.run_schedule.due(self.run_date)
        return self.now if run_due is None else min(self.now, run_due)

    @property
    def cut(self) -> datetime:
        """The exclusive end of the judged time: the day's end; while it lasts just after the time
        up to which the run loads.
        """
        return self.end if self.is_over else min(self.end, self._loaded_until + TICK)

    @property
    def until(self) -> datetime | None:
        """Up to which local time each day is compared; None for whole days."""
        return None if self.is_over else (self.cut - TICK).astimezone(self.zone)

    @property
    def future(self) -> datetime:
        """The first instant after now."""
        return self.now + TICK

    @property
    def far(self) -> datetime:
        """The first instant so far after now that such a time is invalid."""
        return self.now + FAR_AHEAD + TICK

    @property
    def run_schedule(self) -> Schedule:
        """When runs are due, also where it is not configured."""
        return self.schedule or Schedule(self.zone)

    @property
    def loaded_dates(self) -> tuple[date, ...]:
        """The data dates that the run loads, oldest first."""
        return self.run_schedule.loaded_dates(self.run_date)

    @property
    def closed_reason(self) -> str | None:
        """Why no events of the data date are expected: `closed: Sunday`; None for an open day."""
        return self.calendar.closed_reason(self.data_date)

    @property
    def closed_run_reason(self) -> str | None:
        """Why the run may load nothing: all data dates that it loads are closed; else None."""
        return self.closed_reason_of_run(self.run_date)

    @property
    def days_of_load(self) -> tuple[date, ...]:
        """The data dates that are loaded with the judged one, oldest first: those of the run, or
        the judged one alone where another run loads it."""
        dates = self.loaded_dates
        return dates if self.data_date in dates else (self.data_date,)

    @property
    def expected_by(self) -> datetime | None:
        """When a run without an entry is missing, in UTC; None where no time is known."""
        return self.run_schedule.expected_by(self.run_date)

    @property
    def is_run_awaited(self) -> bool:
        """Whether the run may still come: it is not due yet, or within its grace."""
        return self.expected_by is not None and self.now < self.expected_by

    def closed_reason_of_run(self, run_date: date) -> str | None:
        """Why the run of a date may load nothing; None where it loads an open day."""
        if not self.calendar.special_days:
            return None
        days = self.schedule.loaded_dates(run_date) if self.schedule else (self.data_date,)
        reasons = [self.calendar.closed_reason(day) for day in days]
        return reasons[-1] if None not in reasons else None

    def run_bounds(self) -> tuple[datetime, datetime]:
        """The half-open UTC range of the log entries that belong to the run."""
        return self.run_schedule.window(self.run_date)

    def runs_before(self, count: int) -> RunWindows:
        """The windows of the run and of those in the stretch that has `count` runs before it.

        Where runs are rare the stretch ends MOST_DAYS_BEFORE days before.
        """
        first = self.run_date
        for _ in range(count):
            first = self.run_schedule.previous(first)
        earliest = self.run_date - timedelta(days=max(count, MOST_DAYS_BEFORE))
        return self.run_schedule.windows(max(first, earliest), self.run_date)

    def first_of(self, days: int) -> datetime:
        """The start of the first of so many days that end with the data date."""
        return midnight(self.data_date - timedelta(days=days - 1), self.zone)

    def days_before(self, count: int) -> list[date]:
        """The `count` calendar days before the data date, oldest first."""
        return [self.data_date - timedelta(days=back) for back in range(count, 0, -1)]

    def day_slices(self, count: int) -> list[tuple[date, datetime, datetime]]:
        """(day, start, end) of the `count` days before the data date and of the date itself.

        While the data date lasts, every earlier day ends at the same local time of
        day, so that the days are comparable.
        """
        return [
            (day, midnight(day, self.zone), self._cut_of(day))
            for day in [*self.days_before(count), self.data_date]
        ]

    def _cut_of(self, day: date) -> datetime:
        if day == self.data_date:
            return self.cut
        if self.is_over:
            return midnight(day + timedelta(days=1), self.zone)
        elapsed = (self.cut - TICK).astimezone(self.zone).time()
        return datetime.combine(day, elapsed, self.zone).astimezone(UTC) + TICK


def resolve_run_date(now: datetime, schedule: Schedule, run_date: date | None) -> date:
    """The given run date, else the newest one whose run is due: today where no time is known.

    Raises UsageError for a date without a scheduled run, naming the nearest ones.
    """
    if run_date is None:
        return schedule.latest(now)
    _require_known_year("run date", run_date)
    if not schedule.is_run_date(run_date):
        before, after = schedule.nearest(run_date)
        spelled = f" (schedule.runs: {schedule.times.text})" if schedule.times else ""
        raise UsageError(
            f"no run is scheduled on {run_date:%A} {run_date}{spelled}; the nearest are "
            f"{before} and {after}"
        )
    return run_date


def timeframe(
    now: datetime,
    zone: ZoneInfo,
    *,
    run_date: date | None = None,
    data_date: date | None = None,
    data_lag_days: int = 1,
    schedule: Schedule | None = None,
) -> Timeframe:
    """Resolve the dates of one evaluation.

    schedule: when runs are due; None: every day. Raises UsageError for a data date that has not
    begun yet, for one after the day that the run loads, for a run date without a scheduled run, and
    for dates of impossible years.
    """
    schedule = schedule or Schedule(zone, data_lag_days)
    judged_run_date = resolve_run_date(now, schedule, run_date)
    _require_known_year("run date", judged_run_date)
    own = judged_run_date - timedelta(days=data_lag_days)
    data = own if data_date is None else data_date
    _require_known_year("data date", data)
    if midnight(data, zone) > now:
        raise UsageError(
            f"data date {data} is in the future; the latest that can be judged is "
            f"{now.astimezone(zone).date()} ({zone.key})"
        )
    if data > own:
        lag = f"data_lag_days: {data_lag_days}"
        raise UsageError(
            f"data date {data} is after {own}, the day the run of {judged_run_date} loads ({lag})"
        )
    return Timeframe(
        run_date=judged_run_date, data_date=data, now=now, zone=zone, schedule=schedule
    )


def _require_known_year(label: str, day: date) -> None:
    if day.year not in YEARS:
        raise UsageError(f"{label} {day} is not in the years {YEARS[0]} to {YEARS[-1]}")
