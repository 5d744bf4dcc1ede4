"""The audit log, as all evidence about runs reads it."""

from __future__ import annotations

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.evidence.context import Context
from checks.measuring.plan import MeasuringPlan
from checks.warehouse.audit import DAYS_BEFORE, read_audit_log

#: The worst first.
MEANINGS = (FAILED, UNHEARD, RUNNING, SILENT, OK)


def read_log(context: Context, days_before: int = DAYS_BEFORE) -> AuditLog:
    """The log of the run date and of the days before it. Raises MeasurementError."""
    source = context.config.audit_log
    if source is None:
        raise MeasurementError(Cause.BAD_VALUE, "`audit_log` is not mapped in andon.yml")
    endings = MeasuringPlan.of(context.config).endings
    return read_audit_log(
        context.warehouse, source, context.frame, context.naive.audit_log, days_before, endings
    )


def minutes_of_day(context: Context, entry: AuditEntry) -> float:
    """The clock time of a load in the shop's zone, as minutes after midnight.

    Of the wall clock, so that the usual time of a load stays the same when clocks change.
    """
    local = entry.run_at.astimezone(context.frame.zone)
    return local.hour * 60 + local.minute + local.second / 60
