"""Runs per day, and when the day's loads arrived against when they usually do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.core.metrics import AuditEntry, AuditLog
from checks.core.timeframe import Timeframe, midnight
from checks.core.totals import median
from checks.evidence._log import minutes_of_day, read_log
from checks.evidence.context import Context

#: A day's log: has entries, has none, has none yet, lies before the log's first entry.
RAN, GAP, NOT_YET, BEFORE = "ran", "gap", "not yet", "before"
#: How the wait for the run date's last load stands.
ARRIVED, AWAITED, OVERDUE, NEVER = "arrived", "awaited", "overdue", "never"


@dataclass(frozen=True, slots=True)
class RunDay:
    """One run date; data_date is the day it loads.

    by_meaning: entries by what their status says. first and last: minutes after midnight
    on the shop's clock, None without an entry. state: RAN, GAP, NOT_YET or BEFORE.
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


@dataclass(frozen=True, slots=True)
class Usual:
    """When the last load of a day usually arrives: minutes after midnight, over `days` days."""

    first: float
    last: float
    earliest: float
    latest: float
    days: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """The run date's last load against the usual time of it.

    minutes: later than usual (below zero: earlier), of a load that has arrived or is
    overdue; None where nothing is usual yet. outside: whether it arrived, or now is,
    after the latest of the earlier days.
    """

    state: str
    minutes: float | None
    outside: bool


@dataclass(frozen=True, slots=True)
class RunsTrend:
    """Run dates, the oldest first, the judged one last. usual: None without earlier days."""

    days: tuple[RunDay, ...]
    usual: Usual | None
    arrival: Arrival
    has_status: bool
    least_entries: int = 1


def read(context: Context, days: int = 30) -> RunsTrend:
    """The `days` run dates up to the judged one. Raises MeasurementError."""
    log, frame = read_log(context, max(days, 1) - 1), context.frame
    dates = [frame.run_date - timedelta(days=back) for back in range(max(days, 1) - 1, -1, -1)]
    first = min((day for day, rows in log.entries.items() if rows), default=frame.run_date)
    found = tuple(_day(context, log, day, first) for day in dates)
    usual = _usual(found[:-1])
    return RunsTrend(
        days=found,
        usual=usual,
        arrival=_arrival(found[-1], usual, frame),
        has_status=log.has_status and log.status_problem is None,
    )


def _day(context: Context, log: AuditLog, day: date, first: date) -> RunDay:
    frame = context.frame
    entries = log.entries.get(day, ())
    opening, closing = _ends(entries)
    return RunDay(
        run_date=day,
        data_date=day - (frame.run_date - frame.data_date),
        entries=len(entries),
        by_meaning=Counter(log.meaning(entry) for entry in entries),
        first=minutes_of_day(context, opening) if opening else None,
        last=minutes_of_day(context, closing) if closing else None,
        first_at=opening.run_at if opening else None,
        last_at=closing.run_at if closing else None,
        state=_state(day, first, frame, ran=bool(entries)),
    )


def _ends(entries: tuple[AuditEntry, ...]) -> tuple[AuditEntry | None, AuditEntry | None]:
    by_time = sorted(entries, key=lambda entry: entry.run_at)
    return (by_time[0], by_time[-1]) if by_time else (None, None)


def _state(day: date, first: date, frame: Timeframe, *, ran: bool) -> str:
    if ran:
        return RAN
    if day < first:
        return BEFORE
    over = frame.now >= midnight(day + timedelta(days=1), frame.zone)
    return GAP if over else NOT_YET


def _usual(earlier: tuple[RunDay, ...]) -> Usual | None:
    firsts = [day.first for day in earlier if day.first is not None]
    lasts = [day.last for day in earlier if day.last is not None]
    if not lasts:
        return None
    return Usual(
        first=median(firsts) or 0.0,
        last=median(lasts) or 0.0,
        earliest=min(lasts),
        latest=max(lasts),
        days=len(lasts),
    )


def _arrival(day: RunDay, usual: Usual | None, frame: Timeframe) -> Arrival:
    if day.last is not None:
        if usual is None:
            return Arrival(ARRIVED, None, outside=False)
        return Arrival(ARRIVED, day.last - usual.last, outside=day.last > usual.latest)
    if day.state == GAP:
        return Arrival(NEVER, None, outside=True)
    waited = _waited(day.run_date, frame)
    if usual is None or waited <= usual.last:
        return Arrival(AWAITED, None, outside=False)
    return Arrival(OVERDUE, waited - usual.last, outside=waited > usual.latest)


def _waited(run_date: date, frame: Timeframe) -> float:
    """Minutes after the run date's midnight on the shop's clock; 0 before it."""
    local = frame.now.astimezone(frame.zone)
    if local.date() < run_date:
        return 0.0
    return local.hour * 60 + local.minute + local.second / 60
