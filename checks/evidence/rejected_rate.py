"""The quarantine rate of every data day, by the audit log or by the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from checks.catalog.quarantine_rate import Params
from checks.evidence._rejected import DayRate, long_log, rates_by_day
from checks.evidence._shares import read_shares
from checks.evidence.context import Context


@dataclass(frozen=True, slots=True)
class Rates:
    """days: oldest first, the judged one last; a day that the log does not mention is not there.

    above_since: the first day of the unbroken row of days above `alert_above` that ends with
    the judged one; None where that is not above it. notes: what could not be read. by_log:
    whether an audit log tells the rates; else rejected rows and accepted events do.
    """

    days: tuple[DayRate, ...]
    alert_above: float
    stop_above: float
    above_since: date | None
    notes: tuple[str, ...] = ()
    by_log: bool = True


def read(context: Context, *, days: int = 30) -> Rates:
    """The rates of the last `days` days up to the judged one. Raises MeasurementError."""
    last = context.frame.data_date
    first = last - timedelta(days=days - 1)
    limits: Params = context.config.checks["quarantine_rate"].params
    by_log = context.config.audit_log is not None
    known, notes = _known(context, days) if by_log else _shares(context, days)
    return Rates(
        tuple(rate for day, rate in known.items() if first <= day <= last),
        limits.alert_above, limits.stop_above, above_since(known, last), notes, by_log,
    )  # fmt: skip


def _known(context: Context, days: int) -> tuple[dict[date, DayRate], tuple[str, ...]]:
    log = long_log(context, days + context.config.data_lag_days)
    return rates_by_day(context, log), ()


def _shares(context: Context, days: int) -> tuple[dict[date, DayRate], tuple[str, ...]]:
    found = read_shares(context, days)
    return dict(found.by_day), found.notes


def above_since(rates: dict[date, DayRate], day: date) -> date | None:
    """Where the row of days above the limit that ends with `day` began.

    A day without a rate neither is one of them nor ends the row.
    """
    since = None
    for known in sorted((one for one in rates if one <= day), reverse=True):
        if rates[known].above_alert is False:
            break
        if rates[known].above_alert:
            since = known
        elif known == day:
            return None
    return since
