"""The compared days as ranges of time, and the expression for the range of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from checks.warehouse.instants import Instant, bucket

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.relation import Relation

#: (day, start, end), oldest first: `Timeframe.day_slices`.
DaySlices: TypeAlias = list[tuple[date, datetime, datetime]]
#: Indexes that are not a day: between two slices, after the last one, belonging to no day, too far
#: after the last one, and the first of the days that are counted again (-6 is the second one).
GAP, FUTURE, UNDATED, FAR, SPOT = -1, -2, -3, -4, -5
# The planner expects two to this power groups.
_MOST_TRUTHS = 10


def converted_once(
    occurred: Instant,
    first: datetime,
    relation: Relation,
    columns: Mapping[str, ColumnElement[Any]],
) -> tuple[Instant, sa.Subquery]:
    """The events with their time converted from text once a row, however often it is compared.

    The limit has no effect except that SQLite does not repeat the conversion in each comparison.
    """
    labelled = (column.label(key) for key, column in columns.items())
    read = (
        sa.select(occurred.expression.label("moment"), *labelled)
        .select_from(relation.target)
        .where(*occurred.narrowing(first))
        .limit(-1)
        .subquery(relation.inner_name("read_events"))
    )
    return replace(occurred, expression=read.c.moment, partitions=None, not_before=None), read


def slice_columns(
    occurred: Instant, slices: DaySlices, far: datetime | None = None
) -> list[sa.Label[Any]]:
    """Columns for the range of an event: its index, or whether it is before the end of each range.

    far: from here on events after the last slice are FAR; None: never.
    """
    bounds = [(occurred.bound(end), index) for end, index in _edges(slices, far)]
    if not occurred.profile.groups_by_truth or len(bounds) > _MOST_TRUTHS:
        return [bucket(occurred.expression, bounds, _last(far)).label("bucket")]
    return [(occurred.expression < end).label(_before(n)) for n, (end, _) in enumerate(bounds)]


def _before(number: int) -> str:
    return f"before_{number}"


def slice_index(
    rows: sa.Subquery, slices: DaySlices, far: datetime | None = None
) -> tuple[ColumnElement[Any], list[ColumnElement[Any]]]:
    """The index of a row's range, and the columns to group by. far: as for `slice_columns`."""
    if "bucket" in rows.c:
        return rows.c.bucket, [rows.c.bucket]
    edges = _edges(slices, far)
    conditions = [rows.c[_before(n)] for n in range(len(edges))]
    indexes = [sa.literal_column(str(index), sa.Integer) for _, index in edges]
    last = sa.literal_column(str(_last(far)), sa.Integer)
    return sa.case(*zip(conditions, indexes, strict=True), else_=last), list(conditions)


def _last(far: datetime | None) -> int:
    return FUTURE if far is None else FAR


def _edges(slices: DaySlices, far: datetime | None) -> list[tuple[datetime, int]]:
    """Ascending (exclusive end, index of the day), with the gaps between slices."""
    edges: list[tuple[datetime, int]] = []
    for index, (_, start, end) in enumerate(slices):
        if edges and edges[-1][0] < start:
            edges.append((start, GAP))
        edges.append((end, index))
    return edges if far is None else [*edges, (far, FUTURE)]
