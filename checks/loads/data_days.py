"""The entries of a log by the day of their rows, which need not be the day before the run. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.day_names import DayNames


def by_data_day(log: AuditLog, lag: timedelta) -> AuditLog:
    """The log with data days in the place of run dates.

    An entry belongs to the day in the name of its source, else to its run date less `lag`.
    """
    days: dict[date, list[AuditEntry]] = defaultdict(list)
    names = DayNames(e.source for entries in log.entries.values() for e in entries if e.source)
    for run_date, entries in log.entries.items():
        for entry in entries:
            named_days = names.days(entry.source or "")
            day = next(iter(named_days)) if len(named_days) == 1 else run_date - lag
            days[day].append(entry)
    return replace(
        log,
        run_date=log.run_date - lag,
        entries={day: tuple(entries) for day, entries in days.items()},
    )
