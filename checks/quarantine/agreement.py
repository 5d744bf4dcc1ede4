"""Whether the rejected rows are as many as the audit log says. Pure.

Compared only where both mean the same rows: a warning that cries wolf is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from checks.metrics import AuditEntry, AuditLog
from checks.quarantine.naming import days_in
from checks.text import count_text, plural, quoted


class Logged(NamedTuple):
    """Rows quarantined by the log; entries that share their time may differ."""

    least: int
    most: int


def logged_by_source(log: AuditLog) -> dict[str, Logged | None]:
    """What the latest load of each named source quarantined; None where the count is bad."""
    if not log.has_source:
        return {}
    return {tied[0].source: _logged(tied) for tied in log.latest() if tied[0].source is not None}


def logged_of_day(log: AuditLog, day: date) -> Logged | None:
    """What the log says of one day's rows as a whole; None where it cannot be told.

    Sources that name days count where they name this one; sources that name none
    count all. Where both kinds are in the log, its total means neither.
    """
    groups = log.latest()
    if not log.has_source:
        return _logged(groups[0]) if len(groups) == 1 else None
    dated = [tied for tied in groups if days_in(tied[0].source or "")]
    if dated and len(dated) < len(groups):
        return None
    return _total([tied for tied in groups if _is_about(tied[0], day)])


def quarantined_of(log: AuditLog, day: date | None) -> int:
    """At least how many rows were quarantined, of one day or of all of the log's loads."""
    known = [_logged(tied) for tied in log.latest() if day is None or _is_about(tied[0], day)]
    return sum(logged.least for logged in known if logged is not None)


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
        elif logged.least and (day is None or _names(source, day)):
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


def _is_about(entry: AuditEntry, day: date) -> bool:
    return entry.source is None or _names(entry.source, day)


def _names(source: str, day: date) -> bool:
    days = days_in(source)
    return not days or day in days


def _logged(tied: Sequence[AuditEntry]) -> Logged | None:
    counts = [entry.rows_quarantined for entry in tied]
    whole = [count for count in counts if isinstance(count, int)]
    return Logged(min(whole), max(whole)) if len(whole) == len(counts) else None


def _total(groups: Sequence[Sequence[AuditEntry]]) -> Logged | None:
    parts = [_logged(tied) for tied in groups]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return Logged(sum(part.least for part in known), sum(part.most for part in known))
