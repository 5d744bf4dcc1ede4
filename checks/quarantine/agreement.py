"""Whether the rejected rows are as many as the audit log says. Pure.

They are compared only where both mean the same rows: false warnings would not be read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from checks.core.audit_log import AuditLog
from checks.core.day_names import DayNames
from checks.core.text import count_text, plural, quoted
from checks.core.values import BadValue, known
from checks.loads.effective import Load, loads
from checks.loads.sources import may_be_of


class LoggedRange(NamedTuple):
    """Rows quarantined according to the log: a range, as entries may be read in several ways."""

    least: int
    most: int


def logged_by_source(log: AuditLog) -> dict[str, LoggedRange | None]:
    """Rows that the load of each named source quarantined; None where the count is bad."""
    if not log.has_source:
        return {}
    return {load.source: _logged(load) for load in loads(log) if load.source is not None}


def logged_of_days(log: AuditLog, days: Collection[date]) -> LoggedRange | None:
    """Rows that the log says were quarantined of one day, or of those of a run; None where it
    does not say.

    Sources whose names contain days count where they name these; if no name contains a day, all
    count. Where the log has both kinds, or a name may mean other days as well, or names the day of
    its delivery, it does not say.
    """
    groups = loads(log)
    if not log.has_source:
        return _logged(groups[0]) if len(groups) == 1 else None
    counted, named_days = frozenset(days), _days_of(log, groups)
    is_unsure = any(len(named) > 1 and not named <= counted for named in named_days)
    is_delivery = any(named and not named & counted and log.run_date in named
                      for named in named_days)  # fmt: skip
    if is_unsure or is_delivery or (any(named_days) and not all(named_days)):
        return None
    of_days = zip(groups, named_days, strict=True)
    return _total([load for load, named in of_days if not named or named & counted])


def _days_of(log: AuditLog, groups: Sequence[Load]) -> list[frozenset[date]]:
    """The days that each load's source may mean, read with the format of all names in the log."""
    entries = [entry for of_day in log.entries.values() for entry in of_day]
    day_names = DayNames(entry.source for entry in entries if entry.source)
    return [day_names.days(load.source or "") for load in groups]


def least_quarantined(log: AuditLog, days: Collection[date] | None) -> int:
    """The fewest rows that were quarantined, of some days or of all loads in the log."""
    logged_loads = [
        _logged(load) for load in loads(log) if days is None or may_be_of(load.source, days)
    ]
    return sum(logged.least for logged in logged_loads if logged is not None)


def differences_by_source(
    log: AuditLog, rows_by_source: Mapping[str, int | None], days: Collection[date] | None
) -> list[str]:
    """A sentence for each source whose files disagree with the log, or that has no file.

    rows_by_source: None where rows could not be read. With days, sources that name others
    are not expected to have files.
    """
    warnings = []
    for source, logged in logged_by_source(log).items():
        if logged is None:
            continue
        if source in rows_by_source:
            rows = rows_by_source[source]
            what = f"the files of {quoted(source)} hold"
            warnings += difference(what, rows, logged) if rows is not None else []
        elif logged.least and (days is None or may_be_of(source, days)):
            warnings.append(
                f"there is no file of this load of {quoted(source)}, although the audit log says "
                f"that {plural(logged.least, 'row was', 'rows were')} quarantined"
            )
    return warnings


def difference(what: str, rows: int, logged: LoggedRange | None, undated: int = 0) -> list[str]:
    """One sentence where a count lies outside the range in the log, else none.

    undated: rows that may or may not belong to the day.
    """
    if logged is None or (rows <= logged.most and rows + undated >= logged.least):
        return []
    logged_count = logged.most if rows > logged.most else logged.least
    return [
        f"{what} {plural(rows, 'rejected row')}, but the audit log says "
        f"that {count_text(logged_count)} {'was' if logged_count == 1 else 'were'} quarantined"
    ]


def _logged(load: Load) -> LoggedRange | None:
    if any(isinstance(entry.rows_quarantined, BadValue) for entry in load.counted):
        return None
    sums = [sum(known(entry.rows_quarantined) for entry in reading) for reading in load.readings]
    return LoggedRange(min(sums), max(sums))


def _total(groups: Sequence[Load]) -> LoggedRange | None:
    parts = [_logged(load) for load in groups]
    known_parts = [part for part in parts if part is not None]
    if not known_parts or len(known_parts) < len(parts):
        return None
    return LoggedRange(
        sum(part.least for part in known_parts), sum(part.most for part in known_parts)
    )
