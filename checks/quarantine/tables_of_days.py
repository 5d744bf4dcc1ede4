"""Rejected rows of several data days in a table of the warehouse: each day as if it were alone.

One statement whatever the number of days; a second one where some day has no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import QuarantineSource
from checks.core.timeframe import Timeframe
from checks.quarantine.days import CountedDays
from checks.quarantine.delivery import EarlierDays, no_row
from checks.quarantine.tables import (
    DATED,
    FUTURE,
    UNDATED,
    RejectedQuery,
    add_part,
    complete,
    counted_part,
    part_column,
    reason_column,
    require_time,
    rows_without_time,
)
from checks.quarantine.tally import MOST_GROUPS, CannotReadError, Findings
from checks.warehouse.consecutive_days import ConsecutiveDays
from checks.warehouse.instants import instant
from checks.warehouse.partition_spelling import require_spelled

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse import Warehouse
    from checks.warehouse.instants import Instant
    from checks.warehouse.kinds import Kind
    from checks.warehouse.relation import Relation

_NO_DAY = -1


def read_table_of_days(
    warehouse: Warehouse, source: QuarantineSource, frames: Sequence[Timeframe], naive: ZoneInfo
) -> list[Findings | CannotReadError]:
    """The judged rows of each data date by reason, or why they may not have been written.

    frames: of one run; their data dates follow each other, oldest first. Rows without a time and
    rows after now belong to no day: every day has the same number of them, in a partitioned table
    of the partitions of all days. Raises CannotReadError where the days are not known,
    MeasurementError for what fails, ValueError for days that do not follow each other.
    """
    days = ConsecutiveDays(tuple(frames))
    require_time(source, CountedDays(frames[-1], tuple(days.dates)).text)
    query = query_by_day(warehouse, source, days, naive)
    require_spelled(warehouse, "quarantine", source, *days.whole)
    findings = _findings(query, days, warehouse.fetch(query.statement))
    empty = [index for index in days.indexes if not findings[index].rows]
    if not empty:
        return [*findings]
    earlier = list(warehouse.fetch(query.earlier))
    return [
        _with_note(findings[index], query.label, days, index, earlier)
        if index in empty
        else findings[index]
        for index in days.indexes
    ]


def _findings(query: RejectedQuery, days: ConsecutiveDays, rows: Sequence[Any]) -> list[Findings]:
    """The findings of each day, from the answer to `query_by_day`."""
    findings = [Findings(rows=0, warnings=list(query.warnings)) for _ in days.indexes]
    for part, text, count, total, day in rows:
        for of_day in findings if int(day) == _NO_DAY else [findings[int(day)]]:
            add_part(of_day, query, part, text, int(count), int(total))
    for of_day in findings:
        complete(of_day, has_reason=query.has_reason)
    return findings


def _with_note(
    findings: Findings, label: str, days: ConsecutiveDays, index: int, earlier: Sequence[Any]
) -> Findings | CannotReadError:
    """The findings of a day without a row, with why that is right; else the error."""
    frame = days.frames[index]
    try:
        findings.note = no_row(label, frame, EarlierDays(days.frames).with_rows(frame, earlier))
    except CannotReadError as error:
        return error
    return findings


def query_by_day(
    warehouse: Warehouse, source: QuarantineSource, days: ConsecutiveDays, naive: ZoneInfo
) -> RejectedQuery:
    """The query for the most frequent reasons of each day, undated rows and rows after now.

    Rows of (part, reason, rows, rows over all reasons, index of the day). `earlier`: of
    `EarlierDays`. `quarantine.occurred_at` has to be mapped. Raises MeasurementError.
    """
    relation, profile = warehouse.relation("quarantine", source), warehouse.profile
    frame, warnings = days.frames[-1], list[str]()
    occurred = instant(relation, source.occurred_at or "", profile, naive, frame.zone)
    reason, kind = reason_column(relation, source.reason, warnings, profile)
    parts = [
        _by_reason_and_day(warehouse, relation, occurred, days, (reason, kind)),
        *(
            counted_part(part, relation, condition).add_columns(_no_day())
            for part, condition in (
                (UNDATED, rows_without_time(occurred, *days.whole)),
                (FUTURE, occurred.from_(frame.future)),
            )
        ),
    ]
    joined = sa.union_all(*parts).subquery(relation.inner_name("rejected_parts"))
    return RejectedQuery(
        sa.select(*joined.c), relation.label, reason is not None, tuple(warnings), kind,
        EarlierDays(days.frames).query(relation, occurred),
    )  # fmt: skip


def _by_reason_and_day(
    warehouse: Warehouse,
    relation: Relation,
    occurred: Instant,
    days: ConsecutiveDays,
    reason: tuple[ColumnElement[Any] | None, Kind],
) -> sa.Select[Any]:
    """The part with the most frequent reasons of each day."""
    column, kind = reason
    text = sa.cast(sa.null(), sa.String(1)) if column is None else column
    rejected = (
        sa.select(text.label("reason"), *days.columns(occurred))
        .select_from(relation.target)
        .where(occurred.between(*days.span))
        .subquery(relation.inner_name("rejected_rows"))
    )
    rows, day = sa.func.count(), rejected.c.day
    order = (sa.desc(rows), *warehouse.profile.in_order(rejected.c.reason, kind))
    ranked = (
        sa.select(
            rejected.c.reason, rows.label("n"), day,
            sa.func.sum(rows).over(partition_by=day).label("total"),
            sa.func.row_number().over(partition_by=day, order_by=order).label("place"),
        )
        .group_by(day, rejected.c.reason)
        .subquery(relation.inner_name("ranked_reasons"))
    )  # fmt: skip
    return sa.select(
        part_column(DATED), ranked.c.reason, ranked.c.n, ranked.c.total, ranked.c.day
    ).where(ranked.c.place <= MOST_GROUPS)


def _no_day() -> ColumnElement[int]:
    return sa.literal_column(str(_NO_DAY), sa.Integer).label("day")
