"""Audit logs of several weeks, by what came on which run date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.values import Count

RUN = date(2025, 3, 9)  # a Sunday
#: Whether a source comes on a run date.
Comes = Callable[[date], bool]


def run_dates(days: int = 35, run: date = RUN) -> list[date]:
    """The run dates before a run, oldest first."""
    return [run - timedelta(days=back) for back in range(days, 0, -1)]


def load_entry(
    source: str | None,
    day: date,
    minutes: float = 300,
    rows: Count = 1000,
    status: str = "success",
) -> AuditEntry:
    """An entry so many minutes after a UTC midnight; a day in the name is that of the rows."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    name = source and source.format(day=day - timedelta(days=1), number=day.toordinal())
    return AuditEntry(name, midnight + timedelta(minutes=minutes), rows, 0, status=status)


def weeks_log(
    sources: Mapping[str, Comes], today: Iterable[AuditEntry] = (), *, days: int = 35
) -> AuditLog:
    """A log with an entry of each source on the earlier run dates on which it comes."""
    entries: dict[date, tuple[AuditEntry, ...]] = {
        day: tuple(load_entry(source, day) for source, comes in sources.items() if comes(day))
        for day in run_dates(days)
    }
    entries[RUN] = tuple(today)
    return AuditLog(RUN, {day: rows for day, rows in entries.items() if rows})


def always(day: date) -> bool:
    """A source of every day."""
    return True
