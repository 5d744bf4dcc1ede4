"""The log without earlier runs that had nothing to load: they do not say what is usual. Pure."""

from __future__ import annotations

from dataclasses import replace

from checks.core.audit_log import AuditLog
from checks.core.timeframe import Timeframe


def open_runs(log: AuditLog, frame: Timeframe) -> AuditLog:
    """The log of the run date, and of earlier runs that loaded an open day."""
    entries = {
        day: rows
        for day, rows in log.entries.items()
        if day == log.run_date or frame.closed_reason_of_run(day) is None
    }
    return log if len(entries) == len(log.entries) else replace(log, entries=entries)
