"""The quarantine rate of every data day, from the audit log or from the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from checks.catalog._rejected_share import share_of
from checks.catalog._source_rates import source_rates
from checks.catalog._usual_share import DayRows, UsualShare, usual_share
from checks.catalog.quarantine_rate import Params
from checks.core.audit_log import AuditLog
from checks.core.metrics import RejectedRows
from checks.core.model import Judgement
from checks.evidence._days import first_day, read_days
from checks.evidence._rejected import lag_of, long_log, query_rejected
from checks.evidence.context import Context
from checks.loads.data_days import by_data_day
from checks.quarantine import read_rejected_rows

#: How many days back rejected rows are read for days to compare with.
MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class DayRate:
    """Rejected over read rows of one data day; None where the log does not say, with `problem`.

    above_alert and above_stop: against the limits of `quarantine_rate`; None where not known.
    """

    day: date
    read: int | None
    quarantined: int | None
    rate: float | None
    above_alert: bool | None
    above_stop: bool | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """by_day: oldest first, since the first day with events. notes: what could not be read."""

    by_day: Mapping[date, DayRate]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """days: oldest first, the judged one last, without days that the log does not mention.

    above_since: the first of the consecutive days above `alert_above` up to the judged one;
    None where that is not above it. notes: what could not be read. by_log: whether rates come
    from an audit log; else from rejected rows and accepted events. usual_share: what is
    usual of the judged day, None without an earlier day that says so.
    """

    days: tuple[DayRate, ...]
    alert_above: float
    stop_above: float
    above_since: date | None
    notes: tuple[str, ...] = ()
    by_log: bool = True
    usual_share: UsualShare | None = None


def read(context: Context, *, days: int = 30) -> Rates:
    """The rates of the last `days` days up to the judged one. Raises MeasurementError."""
    last = context.frame.data_date
    first = last - timedelta(days=days - 1)
    limits: Params = context.config.checks["quarantine_rate"].params
    by_log = context.config.audit_log is not None
    rates, notes = _logged_rates(context) if by_log else _counted_rates(context, days)
    return Rates(
        tuple(rate for day, rate in rates.items() if first <= day <= last),
        limits.alert_above, limits.stop_above, above_since(rates, last), notes, by_log,
        usual_of(context, rates),
    )  # fmt: skip


def _logged_rates(context: Context) -> tuple[dict[date, DayRate], tuple[str, ...]]:
    return rates_by_day(context, long_log(context)), ()


def _counted_rates(context: Context, days: int) -> tuple[dict[date, DayRate], tuple[str, ...]]:
    shares = read_shares(context, days)
    return dict(shares.by_day), shares.notes


def above_since(rates: dict[date, DayRate], day: date) -> date | None:
    """The first of the consecutive days above the limit that end with `day`.

    A day without a rate is passed over.
    """
    since = None
    for earlier in sorted((other for other in rates if other <= day), reverse=True):
        if rates[earlier].above_alert is False:
            break
        if rates[earlier].above_alert:
            since = earlier
        elif earlier == day:
            return None
    return since


def rates_by_day(context: Context, log: AuditLog) -> dict[date, DayRate]:
    """The rate of every data day in the log."""
    limits: Params = context.config.checks["quarantine_rate"].params
    by_day = by_data_day(log, lag_of(context))
    return {day: _logged_rate(day, by_day, limits) for day in sorted(by_day.entries)}


def usual_of(context: Context, rates: Mapping[date, DayRate]) -> UsualShare | None:
    """What is usual of the judged day, as the check says it; None without an earlier usual day."""
    limits: Params = context.config.checks["quarantine_rate"].params
    rows = {
        day: DayRows(rate.read, rate.quarantined)
        for day, rate in rates.items()
        if rate.read is not None
        and rate.quarantined is not None
        and context.frame.calendar.closed_reason(day) is None
    }
    return usual_share(rows, context.frame.data_date, limits.alert_above)


def _logged_rate(day: date, log_by_data_day: AuditLog, limits: Params) -> DayRate:
    rates = source_rates(log_by_data_day, day)
    if isinstance(rates, Judgement):
        return DayRate(day, None, None, None, None, None, rates.summary)
    read = sum(source.read for source in rates)
    quarantined = sum(source.quarantined for source in rates)
    if not read:
        return DayRate(day, read, quarantined, None, None, None, "no rows were read")
    rate = quarantined / read
    return DayRate(
        day, read, quarantined, rate, rate > limits.alert_above, rate > limits.stop_above
    )


def read_shares(context: Context, days: int = MOST_DAYS) -> Shares:
    """The rates of the last days up to the judged one, which is counted as the gate counts it.

    Raises MeasurementError.
    """
    accepted = _accepted_by_day(context, days)
    rejected, notes = _rejected_by_day(context, days)
    rates = {day: _counted_rate(context, day, rejected[day], accepted[day]) for day in accepted}
    today = context.frame.data_date
    rates[today] = _judged_day_rate(context)
    return Shares(rates, notes)


def _accepted_by_day(context: Context, days: int) -> dict[date, int]:
    """Events of whole days, oldest first, since the first day with events."""
    frame = context.frame
    # The judged day too is read as a whole: its own rate replaces this one.
    whole = replace(context, frame=replace(frame, now=max(frame.now, frame.end)))
    events = read_days(whole, days)
    first = max(first_day(events) or frame.data_date, frame.data_date - timedelta(days=days - 1))
    counts = zip(events.days, events.totals(), strict=True)
    return {day: count for day, count in counts if day >= first}


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
    return _counted_rate(context, day, rejected.rows, read_days(context, 1).judged)


def _counted_rate(context: Context, day: date, rejected: int, accepted: int) -> DayRate:
    limits: Params = context.config.checks["quarantine_rate"].params
    rate, total = share_of(rejected, accepted), rejected + accepted
    if rate is None:
        return DayRate(day, total, rejected, None, None, None, "no row, rejected or accepted")
    above = rate > limits.alert_above, rate > limits.stop_above
    return DayRate(day, total, rejected, rate, *above)
