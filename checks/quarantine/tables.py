"""Rejected rows in a table of the warehouse.

One statement of three parts: the day's rows by reason, those without a time, those after now.
They are joined by UNION ALL, so that each part is a plain range or a plain IS NULL: a condition
with OR would make engines read far more. Where rows are judged and the day has none, a second
statement counts those of the days before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import QuarantineSource
from checks.core.audit_log import AuditLog
from checks.core.errors import MeasurementError
from checks.core.timeframe import Timeframe
from checks.quarantine.agreement import difference, logged_of_days
from checks.quarantine.days import CountedDays
from checks.quarantine.delivery import days_back_with_rows, earlier_query, no_row
from checks.quarantine.tally import (
    LONGEST_REASON,
    MOST_GROUPS,
    OTHER,
    CannotReadError,
    Findings,
    named_reason,
)
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.partition_spelling import require_spelled
from checks.warehouse.roles import text_of
from checks.warehouse.texts import shown

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse import Warehouse
    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

#: The parts of the answer.
DATED, UNDATED, FUTURE = 0, 1, 2


def read_table(
    warehouse: Warehouse,
    source: QuarantineSource,
    frame: Timeframe,
    naive: ZoneInfo,
    log: AuditLog | None,
) -> Findings:
    """The rows of the data date by reason, or with a log those of all days of its run.

    log: to compare them with; None where they are judged. Raises CannotReadError where the day is
    not known or may not have been written, MeasurementError for what fails.
    """
    days = CountedDays.alone(frame) if log is None else CountedDays.of_run(frame)
    query = _query_of(warehouse, source, days, naive)
    findings = Findings(rows=0, warnings=list(query.warnings))
    for part, text, rows, total in warehouse.fetch(query.statement):
        add_part(findings, query, part, text, int(rows), int(total))
    complete(findings, has_reason=query.has_reason)
    if log is not None:
        logged = logged_of_days(log, days.dates)
        what = f"{query.label} holds for {days.text}"
        findings.warnings += difference(what, findings.rows or 0, logged, findings.undated)
    elif not findings.rows:
        earlier_days = days_back_with_rows(list(warehouse.fetch(query.earlier)))
        findings.note = no_row(query.label, frame, earlier_days)
    return findings


def _query_of(
    warehouse: Warehouse, source: QuarantineSource, days: CountedDays, naive: ZoneInfo
) -> RejectedQuery:
    """The query for some days. Raises CannotReadError where these are not known."""
    require_time(source, days.text)
    query = query_of_counted(warehouse, source, days, naive)
    require_spelled(warehouse, "quarantine", source, days.start, days.end)
    return query


def require_time(source: QuarantineSource, days: str) -> None:
    """Raise CannotReadError where rows have no time that says their day. days: as text."""
    if source.occurred_at is None:
        raise CannotReadError(
            f"quarantine.occurred_at is not mapped, so the rows of {days} cannot be found"
        )


def add_part(
    findings: Findings, query: RejectedQuery, part: int, text: object, rows: int, total: int
) -> None:
    """Add one row of the answer."""
    if part == UNDATED:
        findings.undated = rows
    elif part == FUTURE:
        findings.future = rows
    else:
        findings.rows = total
        findings.reasons[named_reason(shown(text, query.kind, LONGEST_REASON))] += rows


@dataclass(frozen=True, slots=True)
class RejectedQuery:
    """The query for the day's rows by reason.

    warnings: why a mapped reason is not read. kind: the type of stored reasons. earlier: the
    query for rows of the days before.
    """

    statement: sa.Select[Any]
    label: str
    has_reason: bool
    warnings: tuple[str, ...]
    kind: Kind
    earlier: sa.Select[Any]


def rejected_query(
    warehouse: Warehouse, source: QuarantineSource, frame: Timeframe, naive: ZoneInfo
) -> RejectedQuery:
    """The query for the most frequent reasons of the data date, undated rows and rows after now.

    `quarantine.occurred_at` has to be mapped. Raises MeasurementError.
    """
    return query_of_counted(warehouse, source, CountedDays.alone(frame), naive)


def query_of_counted(
    warehouse: Warehouse, source: QuarantineSource, days: CountedDays, naive: ZoneInfo
) -> RejectedQuery:
    """`rejected_query` for days that are counted together. Raises MeasurementError."""
    frame = days.frame
    relation = warehouse.relation("quarantine", source)
    at = source.occurred_at or ""
    occurred = instant(relation, at, warehouse.profile, naive, frame.zone)
    warnings: list[str] = []
    profile = warehouse.profile
    reason, kind = reason_column(relation, source.reason, warnings, profile)
    condition = occurred.between(days.start, days.cut)
    by_reason = _by_reason(
        relation, reason, condition, lambda column: profile.in_order(column, kind)
    )
    statement = _joined(
        relation,
        by_reason,
        counted_part(UNDATED, relation, rows_without_time(occurred, days.start, days.end)),
        counted_part(FUTURE, relation, occurred.from_(frame.future)),
    )
    earlier = earlier_query(relation, occurred, frame)
    return RejectedQuery(
        statement, relation.label, reason is not None, tuple(warnings), kind, earlier
    )


def reason_column(
    relation: Relation, name: str | None, warnings: list[str], profile: Profile
) -> tuple[ColumnElement[Any] | None, Kind]:
    """The reason as short text, None where it is not mapped or, with a warning, absent."""
    if name is None:
        return None, Kind.TEXT
    try:
        column, kind = relation.column(name)
    except MeasurementError as error:
        warnings.append(error.detail)
        return None, Kind.TEXT
    if profile.is_typed_by_value and kind in (Kind.TEXT, Kind.INTEGER):
        column, kind = text_of(column, kind, profile), Kind.TEXT
    return (profile.part(column, 1, LONGEST_REASON) if kind is Kind.TEXT else column), kind


def rows_without_time(occurred: Instant, start: datetime, end: datetime) -> ColumnElement[bool]:
    """Rows without a time that can be read; of a partitioned table, those in a day's partitions."""
    return sa.and_(*occurred.without_time(start, end))


def _by_reason(
    relation: Relation,
    reason: ColumnElement[Any] | None,
    condition: ColumnElement[bool],
    order: Callable[[ColumnElement[Any]], tuple[ColumnElement[Any], ...]],
) -> sa.Select[Any]:
    """Rows of (part, reason, rows, rows over all reasons): the most frequent reasons."""
    text = sa.cast(sa.null(), sa.String(1)) if reason is None else reason
    rejected = (
        sa.select(text.label("reason")).select_from(relation.target).where(condition)
    ).subquery(relation.inner_name("rejected_rows"))
    rows = sa.func.count()
    ranked = (
        sa.select(rejected.c.reason, rows.label("n"), sa.func.sum(rows).over().label("total"))
        .group_by(rejected.c.reason)
        .order_by(sa.desc("n"), *order(rejected.c.reason))
        .limit(MOST_GROUPS)
        .subquery(relation.inner_name("ranked_reasons"))
    )
    return sa.select(part_column(DATED), ranked.c.reason, ranked.c.n, ranked.c.total)


def counted_part(part: int, relation: Relation, condition: ColumnElement[bool]) -> sa.Select[Any]:
    """One row of (part, no reason, rows, rows): the count of a part without reasons."""
    rows = sa.func.count()
    counted = sa.select(rows.label("n")).select_from(relation.target).where(condition)
    taken = counted.subquery(relation.inner_name(f"counted_rows_{part}"))
    return sa.select(
        part_column(part), sa.null().label("reason"), taken.c.n, taken.c.n.label("total")
    )


def part_column(part: int) -> ColumnElement[int]:
    """The number of a part of the answer."""
    return sa.literal_column(str(part), sa.Integer).label("part")


def _joined(relation: Relation, *parts: sa.Select[Any]) -> sa.Select[Any]:
    """Parts of the same shape as one SELECT statement."""
    joined = sa.union_all(*parts).subquery(relation.inner_name("rejected_parts"))
    return sa.select(joined.c.part, joined.c.reason, joined.c.n, joined.c.total)


def complete(findings: Findings, *, has_reason: bool) -> None:
    """Add the rows of reasons that the query left out, or drop reasons where none is mapped."""
    if not has_reason:
        findings.reasons.clear()
    elif rest := (findings.rows or 0) - findings.reasons.total():
        findings.reasons[OTHER] += rest
