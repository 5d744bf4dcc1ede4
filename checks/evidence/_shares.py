"""The quarantine rate by day where no audit log is mapped: from rejected rows and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from checks.catalog._rejected_share import share_of
from checks.catalog.quarantine_rate import Params
from checks.core.metrics import RejectedRows
from checks.evidence._days import first_day, read_days
from checks.evidence._rejected import DayRate, query_rejected
from checks.evidence.context import Context
from checks.quarantine import read_rejected_rows

#: How many days back rejected rows are read for days to compare with.
MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Shares:
    """by_day: oldest first, since the first day with events. notes: what could not be read."""

    by_day: Mapping[date, DayRate]
    notes: tuple[str, ...] = ()


def read_shares(context: Context, days: int = MOST_DAYS) -> Shares:
    """The rates of the last days up to the judged one, which is counted as the gate counts it.

    Raises MeasurementError.
    """
    accepted = _accepted_by_day(context, days)
    rejected, notes = _rejected_by_day(context, days)
    rates = {day: _rate(context, day, rejected[day], accepted[day]) for day in accepted}
    today = context.frame.data_date
    rates[today] = _judged_day_rate(context)
    return Shares(rates, notes)


def _accepted_by_day(context: Context, days: int) -> dict[date, int]:
    """Events of whole days, oldest first, since the first day with events."""
    frame = context.frame
    whole = replace(context, frame=replace(frame, now=max(frame.now, frame.end)))
    events = read_days(whole, days)
    first = first_day(events) or frame.data_date
    counts = dict(zip(events.days, events.totals(), strict=True))
    return {day: count for day, count in list(counts.items())[-days:] if day >= first}


def _rejected_by_day(context: Context, days: int) -> tuple[dict[date, int], tuple[str, ...]]:
    last = context.frame.data_date
    days_back = [last - timedelta(days=back) for back in range(days)]
    periods = tuple((day,) for day in days_back)
    totals, notes = query_rejected(
        context, periods, {}, lambda rows: (rows.tally((), 1).totals, rows.notes)
    )
    return dict(zip(days_back, totals, strict=True)), notes


def _judged_day_rate(context: Context) -> DayRate:
    """The rate of the judged day, whose rejected rows are read as the gate reads them."""
    day = context.frame.data_date
    rejected: RejectedRows = read_rejected_rows(
        context.config, context.frame, None, context.warehouse
    )
    if rejected.problem is not None or rejected.rows is None:
        problem = rejected.problem.detail if rejected.problem else "the rejected rows are not known"
        return DayRate(day, None, None, None, None, None, problem)
    return _rate(context, day, rejected.rows, read_days(context, 1).judged)


def _rate(context: Context, day: date, rejected: int, accepted: int) -> DayRate:
    limits: Params = context.config.checks["quarantine_rate"].params
    rate, total = share_of(rejected, accepted), rejected + accepted
    if rate is None:
        return DayRate(day, total, rejected, None, None, None, "no row, rejected or accepted")
    above = rate > limits.alert_above, rate > limits.stop_above
    return DayRate(day, total, rejected, rate, *above)
