"""Shared by all evidence about rejected rows: the log by data day, masks, reading of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from checks.catalog._usual_share import LOOK_BACK
from checks.core.audit_log import AuditLog
from checks.core.errors import MeasurementError
from checks.core.masking import Mask, mask_of
from checks.evidence._log import read_log
from checks.evidence.context import Context
from checks.loads.data_days import by_data_day
from checks.quarantine.drilldown.model import Rejected
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected

T = TypeVar("T")


def long_log(context: Context, days: int = LOOK_BACK) -> AuditLog:
    """The log of many days up to the run date."""
    return read_log(context, days)


def sources_by_day(context: Context, log: AuditLog | None) -> dict[date, tuple[str, ...]]:
    """The sources loaded for each data day; empty without a log."""
    if log is None or not log.has_source:
        return {}
    by_day = by_data_day(log, lag_of(context))
    return {
        day: tuple(dict.fromkeys(entry.source for entry in entries if entry.source is not None))
        for day, entries in by_day.entries.items()
    }


def lag_of(context: Context) -> timedelta:
    """From a data day to the day of the run that loads it."""
    return timedelta(days=context.config.data_lag_days)


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
