"""Runs per day, and the arrival of the day's loads against the usual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.timeframe import Timeframe, midnight
from checks.core.totals import median
from checks.evidence._log import minutes_of_day, read_log
from checks.evidence.context import Context

#: A day's log: has entries, has none, has none yet, lies before the log's first entry.
RAN, GAP, NOT_YET, BEFORE, CLOSED = "ran", "gap", "not yet", "before", "closed"
#: Whether the run date's last load has arrived.
ARRIVED, AWAITED, OVERDUE, NEVER = "arrived", "awaited", "overdue", "never"
#: None is needed: all days that the run loads are closed.
NOT_NEEDED = "not needed"


#: Days before a run date that say what is usual of its log.
_WEEK = 7


@dataclass(frozen=True, slots=True)
class RunDay:
    """One run date; data_date is the day it loads.

    by_meaning: entries by what their status says. first and last: minutes after midnight
    on the shop's clock, None without an entry. state: RAN, GAP, NOT_YET, BEFORE or CLOSED.
    closed: why all days that the run loads are closed; None where one is open.
    """

    run_date: date
    data_date: date
    entries: int
    by_meaning: Mapping[str, int]
    first: float | None
    last: float | None
    first_at: datetime | None
    last_at: datetime | None
    state: str
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class UsualArrival:
    """When the last load of a day usually arrives: minutes after midnight, over `days_seen`
    days.
    """

    first: float
    last: float
    earliest: float
    latest: float
    days_seen: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """The run date's last load against the usual time of it.

    minutes: how much later than usual a load arrived, or is overdue by now (negative: earlier);
    None without a usual time. outside: whether that is later than on all earlier days.
    """

    state: str
    minutes: float | None
    outside: bool


@dataclass(frozen=True, slots=True)
class RunsTrend:
    """Run dates, the judged one last. usual_arrival: None without earlier days."""

    days: tuple[RunDay, ...]
    usual_arrival: UsualArrival | None
    arrival: Arrival
    has_status: bool
    least_entries: int = 1


def read(context: Context, days: int = 30) -> RunsTrend:
    """The `days` run dates up to the judged one. Raises MeasurementError."""
    log, frame = read_log(context, max(days, 1) - 1), context.frame
    dates = [frame.run_date - timedelta(days=back) for back in range(max(days, 1) - 1, -1, -1)]
    first = min((day for day, rows in log.entries.items() if rows), default=frame.run_date)
    run_days = tuple(_day(context, log, day, first) for day in dates)
    usual_arrival = _usual_arrival(run_days[:-1])
    return RunsTrend(
        days=run_days,
        usual_arrival=usual_arrival,
        arrival=_arrival(run_days[-1], usual_arrival, frame),
        has_status=log.has_status and log.status_problem is None,
    )


def _day(context: Context, log: AuditLog, day: date, first: date) -> RunDay:
    frame = context.frame
    entries = log.entries.get(day, ())
    first_entry, last_entry = _first_and_last(entries)
    return RunDay(
        run_date=day,
        data_date=day - (frame.run_date - frame.data_date),
        entries=len(entries),
        by_meaning=Counter(log.meaning(entry) for entry in entries),
        first=minutes_of_day(context, first_entry) if first_entry else None,
        last=minutes_of_day(context, last_entry) if last_entry else None,
        first_at=first_entry.run_at if first_entry else None,
        last_at=last_entry.run_at if last_entry else None,
        closed=frame.closed_on(day),
        state=_state(day, first, frame, ran=bool(entries)),
    )


def _first_and_last(entries: tuple[AuditEntry, ...]) -> tuple[AuditEntry | None, AuditEntry | None]:
    by_time = sorted(entries, key=lambda entry: entry.run_at)
    return (by_time[0], by_time[-1]) if by_time else (None, None)


def _state(day: date, first: date, frame: Timeframe, *, ran: bool) -> str:
    if ran:
        return RAN
    if day < first:
        return BEFORE
    if frame.closed_on(day) is not None:
        return CLOSED
    over = frame.now >= midnight(day + timedelta(days=1), frame.zone)
    return GAP if over else NOT_YET


def _usual_arrival(earlier: tuple[RunDay, ...]) -> UsualArrival | None:
    """Of the last week, as explanations and missing sources have it; of all days where it has none.

    The earliest and the latest are those of all days.
    """
    earlier = tuple(day for day in earlier if day.closed is None)
    lasts = [day.last for day in earlier if day.last is not None]
    if not lasts:
        return None
    week = [day for day in earlier[-_WEEK:] if day.last is not None] or earlier
    return UsualArrival(
        first=median(day.first for day in week if day.first is not None) or 0.0,
        last=median(day.last for day in week if day.last is not None) or 0.0,
        earliest=min(lasts),
        latest=max(lasts),
        days_seen=len(lasts),
    )


def _arrival(day: RunDay, usual_arrival: UsualArrival | None, frame: Timeframe) -> Arrival:
    if day.last is not None:
        if usual_arrival is None:
            return Arrival(ARRIVED, None, outside=False)
        return Arrival(
            ARRIVED, day.last - usual_arrival.last, outside=day.last > usual_arrival.latest
        )
    if day.state == CLOSED:
        return Arrival(NOT_NEEDED, None, outside=False)
    if day.state == GAP:
        return Arrival(NEVER, None, outside=True)
    waited = _minutes_waited(day.run_date, frame)
    if usual_arrival is None or waited <= usual_arrival.last:
        return Arrival(AWAITED, None, outside=False)
    return Arrival(OVERDUE, waited - usual_arrival.last, outside=waited > usual_arrival.latest)


def _minutes_waited(run_date: date, frame: Timeframe) -> float:
    """Minutes after the run date's midnight on the shop's clock; 0 before it."""
    local = frame.now.astimezone(frame.zone)
    if local.date() < run_date:
        return 0.0
    return local.hour * 60 + local.minute + local.second / 60
