"""Runs per day, and the arrival of the day's loads against the usual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.errors import UsageError
from checks.core.timeframe import Timeframe, midnight
from checks.core.totals import median
from checks.evidence._log import minutes_of_day, read_log
from checks.evidence.context import Context

#: A day's log: has entries, has none, has none yet, lies before the log's first entry.
RAN, GAP, NOT_YET, BEFORE, CLOSED = "ran", "gap", "not yet", "before", "closed"
#: No run is scheduled on the date.
NO_RUN = "no run"
#: Whether a scheduled run came: its first entry up to the end of its grace, or after it; it may
#: still come; it did not.
IN_TIME, LATE, STILL_AWAITED, MISSING = "in time", "late", "awaited", "missing"
#: Whether the run date's last load has arrived.
ARRIVED, AWAITED, OVERDUE, NEVER = "arrived", "awaited", "overdue", "never"
#: None is needed: all days that the run loads are closed.
NOT_NEEDED = "not needed"


#: Days before a run date that say what is usual of its log.
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How a scheduled run came against its time.

    state: IN_TIME, LATE, STILL_AWAITED or MISSING. due and expected_by: its time and the end of its
    grace, in UTC. minutes_late: from its time to its first entry, or to now; None where another run
    follows already. due_minutes and expected_minutes: both times as minutes after the run date's
    midnight, on the shop's clock.
    """

    state: str
    due: datetime
    expected_by: datetime
    minutes_late: float | None
    due_minutes: float
    expected_minutes: float


@dataclass(frozen=True, slots=True)
class RunDay:
    """One run date; data_date is the newest day it loads.

    by_meaning: entries by what their status says. first and last: minutes after midnight
    on the shop's clock, None without an entry. state: RAN, GAP, NOT_YET, BEFORE, CLOSED or NO_RUN.
    closed: why all days that the run loads are closed; None where one is open. loaded: the days
    that it loads. loaded_by: of a date without a run, the run that loads its day; None for none.
    punctuality: None without run times, and where no run is needed.
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
    loaded: tuple[date, ...] = ()
    loaded_by: date | None = None
    punctuality: Punctuality | None = None


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
    data_date = _newest_loaded(frame, day)
    state = _state(day, first, frame, ran=bool(entries))
    return RunDay(
        run_date=day,
        data_date=data_date,
        entries=len(entries),
        by_meaning=Counter(log.meaning(entry) for entry in entries),
        first=minutes_of_day(context, first_entry) if first_entry else None,
        last=minutes_of_day(context, last_entry) if last_entry else None,
        first_at=first_entry.run_at if first_entry else None,
        last_at=last_entry.run_at if last_entry else None,
        closed=frame.closed_reason_of_run(day) if state != NO_RUN else None,
        state=state,
        loaded=_loaded(frame, day),
        loaded_by=_loaded_by(frame, data_date) if state == NO_RUN else None,
        punctuality=_punctuality(frame, day, state, first_entry),
    )


def _newest_loaded(frame: Timeframe, run_date: date) -> date:
    """The newest day that a run loads; without run times that of the frame's own distance."""
    if frame.run_schedule.times is None:
        return run_date - (frame.run_date - frame.data_date)
    return run_date - timedelta(days=frame.run_schedule.lag_days)


def _loaded(frame: Timeframe, run_date: date) -> tuple[date, ...]:
    """The days that a run loads; the newest alone where they are too many to be judged."""
    if not frame.run_schedule.is_run_date(run_date):
        return ()
    try:
        return frame.run_schedule.loaded_dates(run_date)
    except UsageError:
        return (_newest_loaded(frame, run_date),)


def _loaded_by(frame: Timeframe, day: date) -> date | None:
    schedule = frame.run_schedule
    return schedule.run_date_of(day) if schedule.loads(day) else None


def _punctuality(
    frame: Timeframe, run_date: date, state: str, first_entry: AuditEntry | None
) -> Punctuality | None:
    """Whether a run came in time; None where no time is known, and where none is needed."""
    schedule = frame.run_schedule
    due, expected_by = schedule.due(run_date), schedule.expected_by(run_date)
    if due is None or expected_by is None or state in (NO_RUN, BEFORE, CLOSED):
        return None
    _, next_begins = schedule.window(run_date)
    if first_entry is not None:
        came, is_late = first_entry.run_at, first_entry.run_at >= expected_by
        text = LATE if is_late else IN_TIME
    else:
        came, text = frame.now, STILL_AWAITED if frame.now < expected_by else MISSING
    is_over = first_entry is None and frame.now >= next_begins
    local = due.astimezone(frame.zone)
    due_minutes = local.hour * 60.0 + local.minute
    return Punctuality(
        state=text, due=due, expected_by=expected_by,
        minutes_late=None if is_over else (came - due).total_seconds() / 60,
        due_minutes=due_minutes,
        expected_minutes=due_minutes + (expected_by - due).total_seconds() / 60,
    )  # fmt: skip


def _first_and_last(entries: tuple[AuditEntry, ...]) -> tuple[AuditEntry | None, AuditEntry | None]:
    by_time = sorted(entries, key=lambda entry: entry.run_at)
    return (by_time[0], by_time[-1]) if by_time else (None, None)


def _state(day: date, first: date, frame: Timeframe, *, ran: bool) -> str:
    if ran:
        return RAN
    if day < first:
        return BEFORE
    if not frame.run_schedule.is_run_date(day):
        return NO_RUN
    if frame.closed_reason_of_run(day) is not None:
        return CLOSED
    end = frame.run_schedule.expected_by(day) or midnight(day + timedelta(days=1), frame.zone)
    return GAP if frame.now >= end else NOT_YET


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
