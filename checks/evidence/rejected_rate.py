"""The quarantine rate of every data day, from the audit log or from the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from checks.catalog.quarantine_rate import Params
from checks.evidence._rejected import DayRate, long_log, rates_by_day
from checks.evidence._shares import read_shares
from checks.evidence.context import Context


@dataclass(frozen=True, slots=True)
class Rates:
    """days: oldest first, the judged one last, without days that the log does not mention.

    above_since: the first of the consecutive days above `alert_above` up to the judged one;
    None where that is not above it. notes: what could not be read. by_log: whether rates come
    from an audit log; else from rejected rows and accepted events.
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
    rates, notes = _logged_rates(context, days) if by_log else _counted_rates(context, days)
    return Rates(
        tuple(rate for day, rate in rates.items() if first <= day <= last),
        limits.alert_above, limits.stop_above, above_since(rates, last), notes, by_log,
    )  # fmt: skip


def _logged_rates(context: Context, days: int) -> tuple[dict[date, DayRate], tuple[str, ...]]:
    log = long_log(context, days + context.config.data_lag_days)
    return rates_by_day(context, log), ()


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
