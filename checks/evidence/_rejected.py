"""Shared by all evidence about rejected rows: the log by data day, masks, reading of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.day_names import DayNames
from checks.core.errors import MeasurementError
from checks.core.masking import Mask, mask_of
from checks.evidence._log import read_log
from checks.evidence.context import Context
from checks.quarantine.drilldown.model import Rejected
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected

T = TypeVar("T")
#: How many days back the log is read for days to compare with.
LOOK_BACK = 60


def by_data_day(context: Context, log: AuditLog) -> dict[date, list[AuditEntry]]:
    """Entries by the day of their rows: the day in the source's name, else run date less lag."""
    lag = timedelta(days=context.config.data_lag_days)
    days: dict[date, list[AuditEntry]] = defaultdict(list)
    all_entries = [entry for entries in log.entries.values() for entry in entries]
    day_names = DayNames(entry.source for entry in all_entries if entry.source)
    for run_date, entries in log.entries.items():
        for entry in entries:
            named_days = day_names.days(entry.source or "")
            days[next(iter(named_days)) if len(named_days) == 1 else run_date - lag].append(entry)
    return days


def long_log(context: Context, days: int = LOOK_BACK) -> AuditLog:
    """The log of many days up to the run date."""
    return read_log(context, days)


def sources_by_day(context: Context, log: AuditLog | None) -> dict[date, tuple[str, ...]]:
    """The sources loaded for each data day; empty without a log."""
    if log is None or not log.has_source:
        return {}
    days = by_data_day(context, log)
    return {
        day: tuple(dict.fromkeys(entry.source for entry in entries if entry.source is not None))
        for day, entries in days.items()
    }


def log_or_none(context: Context) -> AuditLog | None:
    """The log where it can be read. Without it, files only lose the names of their sources."""
    try:
        return long_log(context)
    except MeasurementError:
        return None


def query_rejected(
    context: Context,
    periods: tuple[tuple[date, ...], ...],
    sources: Mapping[date, tuple[str, ...]],
    read: Callable[[Rejected], T],
) -> T:
    """The result of `read` over the rejected rows of some periods. Raises MeasurementError."""
    request = RejectedRequest(periods, sources, context.frame.zone)
    return read_rejected(context.config, context.warehouse, request, read)


def masks_of(
    context: Context, rejected: Rejected, rows: Sequence[Sequence[str | None]]
) -> tuple[Mask, ...]:
    """How each column is masked, by its name, the configuration, and some of its values."""
    source = context.config.quarantine
    configured = source.mask if source is not None else ()
    role_columns = rejected.roles.known()
    return tuple(
        mask_of(name, [row[i] or "" for row in rows], configured, i in role_columns)
        for i, name in enumerate(rejected.names)
    )
