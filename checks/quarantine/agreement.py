"""Whether the rejected rows are as many as the audit log says. Pure.

Compared only where both mean the same rows: a warning that cries wolf is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from checks.core.day_names import DayNames
from checks.core.metrics import AuditLog, BadValue, known
from checks.core.text import count_text, plural, quoted
from checks.loads.effective import Load, loads, may_be_of


class Logged(NamedTuple):
    """Rows quarantined by the log; readings of its entries may differ."""

    least: int
    most: int


def logged_by_source(log: AuditLog) -> dict[str, Logged | None]:
    """What the load of each named source quarantined; None where the count is bad."""
    if not log.has_source:
        return {}
    return {load.source: _logged(load) for load in loads(log) if load.source is not None}


def logged_of_day(log: AuditLog, day: date) -> Logged | None:
    """What the log says of one day's rows as a whole; None where it cannot be told.

    Sources that name days count where they name this one; sources that name none
    count all. Where both kinds are in the log, its total means neither, nor
    where a name means several days.
    """
    groups = loads(log)
    if not log.has_source:
        return _logged(groups[0]) if len(groups) == 1 else None
    days = _days_of(log, groups)
    if any(len(named) > 1 for named in days) or (any(days) and not all(days)):
        return None
    of_day = zip(groups, days, strict=True)
    return _total([load for load, named in of_day if not named or day in named])


def _days_of(log: AuditLog, groups: Sequence[Load]) -> list[frozenset[date]]:
    """The days that the source of each load may mean, by all names in the log."""
    entries = [entry for of_day in log.entries.values() for entry in of_day]
    reading = DayNames(entry.source for entry in entries if entry.source)
    return [reading.days(load.source or "") for load in groups]


def quarantined_of(log: AuditLog, day: date | None) -> int:
    """At least how many rows were quarantined, of one day or of all of the log's loads."""
    of_loads = [
        _logged(load) for load in loads(log) if day is None or may_be_of(load.source, {day})
    ]
    return sum(logged.least for logged in of_loads if logged is not None)


def differing(log: AuditLog, found: Mapping[str, int | None], day: date | None) -> list[str]:
    """A sentence for each source whose files hold other than the log says, or that has none.

    `found`: rows by source, None where they could not be read. With a day, sources
    that name other days are not expected to have files.
    """
    warnings = []
    for source, logged in logged_by_source(log).items():
        if logged is None:
            continue
        if source in found:
            rows = found[source]
            what = f"the files of {quoted(source)} hold"
            warnings += differs(what, rows, logged) if rows is not None else []
        elif logged.least and (day is None or may_be_of(source, {day})):
            warnings.append(
                f"there is no file of this load of {quoted(source)}, although the audit log says "
                f"that {plural(logged.least, 'row was', 'rows were')} quarantined"
            )
    return warnings


def differs(what: str, rows: int, logged: Logged | None, undated: int = 0) -> list[str]:
    """The one sentence where a count lies outside of what the log says.

    `undated` rows may or may not belong to the day.
    """
    if logged is None or (rows <= logged.most and rows + undated >= logged.least):
        return []
    told = logged.most if rows > logged.most else logged.least
    return [
        f"{what} {plural(rows, 'rejected row')}, but the audit log says "
        f"that {count_text(told)} {'was' if told == 1 else 'were'} quarantined"
    ]


def _logged(load: Load) -> Logged | None:
    if any(isinstance(entry.rows_quarantined, BadValue) for entry in load.counted):
        return None
    sums = [sum(known(entry.rows_quarantined) for entry in reading) for reading in load.readings]
    return Logged(min(sums), max(sums))


def _total(groups: Sequence[Load]) -> Logged | None:
    parts = [_logged(load) for load in groups]
    whole = [part for part in parts if part is not None]
    if not whole or len(whole) < len(parts):
        return None
    return Logged(sum(part.least for part in whole), sum(part.most for part in whole))
