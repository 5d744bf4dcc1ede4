"""Rejected rows that the pipeline keeps in its warehouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import QuarantineSource
from checks.errors import MeasurementError
from checks.metrics import AuditLog
from checks.quarantine.agreement import differs, logged_of_day
from checks.quarantine.records import LONGEST_REASON, MOST_GROUPS
from checks.quarantine.tally import OTHER, CannotReadError, Findings, named_reason
from checks.text import day_text
from checks.timeframe import Timeframe
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.texts import shown

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse import Warehouse
    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.relation import Relation


def read_table(
    warehouse: Warehouse,
    source: QuarantineSource,
    frame: Timeframe,
    naive: ZoneInfo,
    log: AuditLog,
) -> Findings:
    """The rows of the data date by reason, in one query.

    Raises CannotReadError where the day cannot be told, MeasurementError for what fails.
    """
    day = day_text(frame.data_date)
    if source.occurred_at is None:
        raise CannotReadError(
            f"quarantine.occurred_at is not mapped, so that the rows of {day} cannot be told"
        )
    found = Findings(rows=0)
    query = rejected_query(warehouse, source, frame, naive)
    found.warnings += query.warnings
    for text, rows, total in warehouse.fetch(query.statement):
        found.rows = int(total)
        found.reasons[named_reason(shown(text, query.kind, LONGEST_REASON))] += int(rows)
    _complete(found, has_reason=query.has_reason)
    found.warnings += differs(
        f"{query.label} holds for {day}", found.rows or 0, logged_of_day(log, frame.data_date)
    )
    return found


@dataclass(frozen=True, slots=True)
class RejectedQuery:
    """The day's rows by reason, and why a reason that is mapped is not among them.

    kind: what reasons are stored as.
    """

    statement: sa.Select[Any]
    label: str
    has_reason: bool
    warnings: tuple[str, ...]
    kind: Kind


def rejected_query(
    warehouse: Warehouse, source: QuarantineSource, frame: Timeframe, naive: ZoneInfo
) -> RejectedQuery:
    """The most frequent reasons of the data date. Raises MeasurementError.

    `quarantine.occurred_at` has to be mapped.
    """
    relation = warehouse.relation("quarantine", source)
    at = source.occurred_at or ""
    occurred = instant(relation, at, warehouse.profile, naive, frame.zone)
    warnings: list[str] = []
    profile = warehouse.profile
    reason, kind = _reason(relation, source.reason, warnings, profile)
    wanted = occurred.between(frame.start, frame.end)
    statement = _statement(relation, reason, wanted, lambda column: profile.in_order(column, kind))
    return RejectedQuery(statement, relation.label, reason is not None, tuple(warnings), kind)


def _reason(
    relation: Relation, name: str | None, warnings: list[str], profile: Profile
) -> tuple[ColumnElement[Any] | None, Kind]:
    """The reason as short text, None where it is not mapped or, with a warning, not there."""
    if name is None:
        return None, Kind.TEXT
    try:
        column, kind = relation.column(name)
    except MeasurementError as error:
        warnings.append(error.detail)
        return None, Kind.TEXT
    return (profile.part(column, 1, LONGEST_REASON) if kind is Kind.TEXT else column), kind


def _statement(
    relation: Relation,
    reason: ColumnElement[Any] | None,
    wanted: ColumnElement[bool],
    order: Callable[[ColumnElement[Any]], tuple[ColumnElement[Any], ...]],
) -> sa.Select[Any]:
    """Rows of (reason, rows, rows over all reasons), the most frequent first."""
    text = sa.cast(sa.null(), sa.String(1)) if reason is None else reason
    rejected = (
        sa.select(text.label("reason")).select_from(relation.target).where(wanted)
    ).subquery("rejected_rows")
    rows = sa.func.count()
    return (
        sa.select(rejected.c.reason, rows.label("n"), sa.func.sum(rows).over().label("total"))
        .group_by(rejected.c.reason)
        .order_by(sa.desc("n"), *order(rejected.c.reason))
        .limit(MOST_GROUPS)
    )


def _complete(found: Findings, *, has_reason: bool) -> None:
    """Put what the query left out together, or drop the reasons where there are none."""
    if not has_reason:
        found.reasons.clear()
    elif rest := (found.rows or 0) - found.reasons.total():
        found.reasons[OTHER] += rest
