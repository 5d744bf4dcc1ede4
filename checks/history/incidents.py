"""Statements about incidents, inside the caller's transaction.

Damaged rows, and those opened after now, are left out of every result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.model import Report, Status
from checks.core.records import Closing, StoredIncident
from checks.history import incident_rules
from checks.history.ignored_rows import IgnoredRows
from checks.history.incident_rules import Finding
from checks.history.incident_table import INCIDENTS
from checks.history.moments import TOLERANCE, is_later, latest_date_anywhere
from checks.history.recorded import NO_FAULT
from checks.history.rows import INCIDENT, damage

_C = INCIDENTS.c
_COLUMNS = {"check": "check_id", "evaluation": "evaluation_id"}


def follow(
    connection: Connection,
    report: Report,
    day: date,
    evaluation: int,
    worst_days: Mapping[str, date] = MappingProxyType({}),
) -> None:
    """Open, change and resolve incidents as a recorded evaluation of the newest data date says.

    worst_days: of several data dates the one that each check's verdict is of.
    """
    finding = Finding(report, day, evaluation, worst_days)
    known = _unsettled(connection, report.pipeline, finding.at, IgnoredRows())
    for incident in incident_rules.changed_by(finding, known):
        _store(connection, incident)


def close(
    connection: Connection,
    pipeline: str,
    check: str,
    closing: Closing,
    owner: str,
    note: str,
    now: datetime,
) -> StoredIncident:
    """Close the last incident of a check. Raises UsageError where there is none to close."""
    known = _read(connection, now, IgnoredRows(), _C.pipeline == pipeline, _C.check_id == check)
    incident = incident_rules.closed(check, known, closing, owner, note, now)
    if incident not in known:
        _store(connection, incident)
    return incident


def of_pipeline(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[StoredIncident, ...]:
    """Every incident, oldest first; of each check at most one is open."""
    return _with_single_open(_read(connection, now, ignored, _C.pipeline == pipeline))


def unsettled(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[StoredIncident, ...]:
    """The incidents whose check was not green since, oldest first; of each check at most one is
    open.
    """
    return _with_single_open(_unsettled(connection, pipeline, now, ignored))


def settled_as_no_fault(
    connection: Connection, pipeline: str, since: date, now: datetime, ignored: IgnoredRows
) -> tuple[StoredIncident, ...]:
    """The resolved incidents that a person closed as no fault and that were red on `since` or
    later, oldest first.
    """
    return tuple(
        _read(
            connection, now, ignored, _C.pipeline == pipeline,
            _C.closed_as.in_([closing.value for closing in NO_FAULT]),
            _C.resolved_at <= now + TOLERANCE, _C.resolved_on > since,
        )
    )  # fmt: skip


def _unsettled(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> list[StoredIncident]:
    is_unsettled = _C.resolved_at.is_(None) | (_C.resolved_at > now + TOLERANCE)
    return _read(connection, now, ignored, _C.pipeline == pipeline, is_unsettled)


def _read(
    connection: Connection, now: datetime, ignored: IgnoredRows, *where: sa.ColumnElement[bool]
) -> list[StoredIncident]:
    statement = sa.select(INCIDENTS).where(*where).order_by(_C.id)
    usable = []
    for row in map(dict, connection.execute(statement).mappings()):
        if damage(row, INCIDENT):
            ignored.add_damaged("incident")
        elif not _is_later(row, now):
            usable.append(incident_rules.as_known(_incident(row), now))
    return usable


def _is_later(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether an incident was opened after now; its evaluation is warned of, and that is enough."""
    return is_later(row["opened_at"], now) or row["opened_on"] > latest_date_anywhere(now)


def _with_single_open(incidents: Sequence[StoredIncident]) -> tuple[StoredIncident, ...]:
    """Without open ones of a check that has a later open one, as after a clock that was wrong."""
    last = {incident.check: incident.id for incident in incidents if incident.is_open}
    return tuple(
        incident
        for incident in incidents
        if not incident.is_open or last[incident.check] == incident.id
    )


def _store(connection: Connection, incident: StoredIncident) -> None:
    """Insert an incident whose id is 0, else replace its row."""
    values = {
        _COLUMNS.get(part.name, part.name): getattr(incident, part.name)
        for part in fields(incident)
        if part.name != "id"
    }
    values["is_stop"] = int(incident.is_stop)
    if incident.id == 0:
        connection.execute(sa.insert(INCIDENTS).values(values))
    else:
        connection.execute(sa.update(INCIDENTS).where(_C.id == incident.id).values(values))


def _incident(row: Mapping[str, Any]) -> StoredIncident:
    closed_as = row["closed_as"]
    incident = StoredIncident(
        **{part.name: row[_COLUMNS.get(part.name, part.name)] for part in fields(StoredIncident)}
    )
    return replace(
        incident,
        opened_as=Status(row["opened_as"]),
        status=Status(row["status"]),
        is_stop=bool(row["is_stop"]),
        closed_as=None if closed_as is None else Closing(closed_as),
    )
