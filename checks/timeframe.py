"""Which day is judged, and the instants that bound it.

A day is midnight to midnight in the shop's zone: 23 or 25 hours when clocks
change. Bounds are computed here, in Python, as half-open UTC ranges, so that
every engine can prune by a plain range predicate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checks.errors import UsageError

TICK = timedelta(microseconds=1)
#: Years of which every day, its window included, can be turned into instants.
_YEARS = range(1900, 9000)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins in `zone`, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Timeframe:
    """The run date, the judged data date, and the one reading of the clock."""

    run_date: date
    data_date: date
    now: datetime
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return midnight(self.data_date, self.zone)

    @property
    def end(self) -> datetime:
        return midnight(self.data_date + timedelta(days=1), self.zone)

    @property
    def is_over(self) -> bool:
        """Whether the data date has ended."""
        return self.now >= self.end

    @property
    def cut(self) -> datetime:
        """Exclusive end of what is judged: the day's end, or just after now while it lasts."""
        return min(self.end, self.now + TICK)

    @property
    def future(self) -> datetime:
        """First instant that lies after now."""
        return self.now + TICK

    def run_bounds(self) -> tuple[datetime, datetime]:
        """The run date as a half-open UTC range."""
        return midnight(self.run_date, self.zone), midnight(
            self.run_date + timedelta(days=1), self.zone
        )

    def days_before(self, count: int) -> list[date]:
        """The `count` calendar days before the data date, oldest first."""
        return [self.data_date - timedelta(days=back) for back in range(count, 0, -1)]

    def day_slices(self, count: int) -> list[tuple[date, datetime, datetime]]:
        """(day, start, end) of the `count` days before the data date and of the date itself.

        While the data date lasts, every earlier day ends at the same local time of
        day, so that like is compared with like.
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
        elapsed = self.now.astimezone(self.zone).time()
        return datetime.combine(day, elapsed, self.zone).astimezone(UTC) + TICK


def resolve_run_date(now: datetime, zone: ZoneInfo, run_date: date | None) -> date:
    """The given run date, else today in the shop's zone."""
    return run_date or now.astimezone(zone).date()


def timeframe(
    now: datetime,
    zone: ZoneInfo,
    *,
    run_date: date | None = None,
    data_date: date | None = None,
    data_lag_days: int = 1,
) -> Timeframe:
    """Resolve the dates of one evaluation.

    Raises UsageError for a data date that has not begun yet, and for one out of all reason.
    """
    run = resolve_run_date(now, zone, run_date)
    _require_reason("run date", run)
    data = data_date or run - timedelta(days=data_lag_days)
    _require_reason("data date", data)
    if midnight(data, zone) > now:
        raise UsageError(
            f"data date {data} is in the future; the latest that can be judged is "
            f"{now.astimezone(zone).date()} ({zone.key})"
        )
    return Timeframe(run_date=run, data_date=data, now=now, zone=zone)


def _require_reason(what: str, day: date) -> None:
    if day.year not in _YEARS:
        raise UsageError(f"{what} {day} is not of the years {_YEARS[0]} to {_YEARS[-1]}")
