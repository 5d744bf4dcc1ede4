"""Reads the pipeline's own log."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import AuditLogSource
from checks.errors import MeasurementError
from checks.metrics import AuditEntry, AuditLog, Unmeasured, as_count
from checks.model import Cause
from checks.timeframe import Timeframe, midnight
from checks.warehouse.instants import Instant, instant
from checks.warehouse.relation import Relation

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Row, Warehouse

DAYS_BEFORE = 7
MOST_ENTRIES = 100_000
_OPTIONAL = ("source", "rows_inserted", "status")


def read_audit_log(
    warehouse: Warehouse,
    source: AuditLogSource,
    frame: Timeframe,
    naive: ZoneInfo,
    days_before: int = DAYS_BEFORE,
) -> AuditLog:
    """The log of the run date and of the days before (a week), in one query.

    Raises MeasurementError when a required column is missing, or when the log is
    too large to be a log of runs.
    """
    query = audit_query(warehouse, source, frame, naive, days_before)
    rows = warehouse.fetch(query.statement)
    if len(rows) > MOST_ENTRIES:
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{query.label} has over {MOST_ENTRIES:,} rows in {days_before + 1} days",
        )
    return AuditLog(
        run_date=frame.run_date,
        entries=_by_day(rows, query.keys, query.run_at, frame.zone),
        has_source=source.source is not None,
        has_status=source.status is not None,
        status_problem=query.problems.get("status"),
        inserted_problem=query.problems.get("rows_inserted"),
    )


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """The log's rows, and what reading them needs: `keys` names the columns."""

    statement: sa.Select[Any]
    label: str
    keys: list[str]
    run_at: Instant
    problems: dict[str, Unmeasured]


def audit_query(
    warehouse: Warehouse,
    source: AuditLogSource,
    frame: Timeframe,
    naive: ZoneInfo,
    days_before: int = DAYS_BEFORE,
) -> AuditQuery:
    """The rows of the run date and of the days before. Raises MeasurementError."""
    relation = warehouse.relation("audit_log", source)
    run_at = instant(relation, source.run_at, warehouse.profile, naive, frame.zone)
    columns, problems = _columns(relation, source, run_at)
    start = midnight(frame.run_date - timedelta(days=days_before), frame.zone)
    statement = (
        sa.select(*columns.values())
        .where(run_at.between(start, frame.run_bounds()[1]))
        .order_by(columns["run_at"])
        .limit(MOST_ENTRIES + 1)
    )
    return AuditQuery(statement, relation.label, list(columns), run_at, problems)


def _columns(
    relation: Relation, source: AuditLogSource, run_at: Instant
) -> tuple[dict[str, ColumnElement[Any]], dict[str, Unmeasured]]:
    """What to select, by field. A missing optional column spoils only what needs it.

    A missing source is no such thing: without it other entries would count.
    """
    columns: dict[str, ColumnElement[Any]] = {"run_at": run_at.expression.label("run_at")}
    for key in ("rows_read", "rows_quarantined"):
        columns[key] = relation.column(getattr(source, key))[0].label(key)
    problems: dict[str, Unmeasured] = {}
    for key in _OPTIONAL:
        name: str | None = getattr(source, key)
        if name is None:
            continue
        try:
            columns[key] = relation.column(name)[0].label(key)
        except MeasurementError as error:
            if key == "source":
                raise
            problems[key] = Unmeasured.of(error)
    return columns, problems


def _by_day(
    rows: list[Row], keys: list[str], run_at: Instant, zone: ZoneInfo
) -> dict[date, tuple[AuditEntry, ...]]:
    days: dict[date, list[AuditEntry]] = defaultdict(list)
    for row in rows:
        entry = _entry(dict(zip(keys, row, strict=True)), run_at)
        if entry is not None:
            days[entry.run_at.astimezone(zone).date()].append(entry)
    return {day: tuple(entries) for day, entries in days.items()}


def _entry(row: dict[str, Any], run_at: Instant) -> AuditEntry | None:
    moment = run_at.moment(row["run_at"])
    if moment is None:
        return None
    inserted = row.get("rows_inserted")
    return AuditEntry(
        source=_text(row.get("source")),
        run_at=moment,
        rows_read=as_count(row["rows_read"]),
        rows_quarantined=as_count(row["rows_quarantined"]),
        rows_inserted=None if inserted is None else as_count(inserted),
        status=_text(row.get("status")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
