"""Events per day by the values of one column: a narrow, grouped scan of whole days."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.counts import Values, value_text
from checks.errors import MeasurementError
from checks.model import Cause
from checks.text import quoted
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.slices import DaySlices, converted_once, slice_columns, slice_index

if TYPE_CHECKING:
    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

_KINDS = (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN)


def read_values(
    warehouse: Warehouse,
    source: EventsSource,
    column: str,
    slices: DaySlices,
    naive: ZoneInfo,
    zone: ZoneInfo,
    most: int,
) -> dict[date, Values]:
    """Events of each slice's day by value; every day is there, also without events.

    The `most` values that have the most events over all the days are told apart.
    Raises MeasurementError.
    """
    statement = values_query(warehouse, source, column, slices, naive, zone, most)
    is_truth = _kind_of(warehouse, source, column) is Kind.BOOLEAN
    kept: list[Counter[str]] = [Counter() for _ in slices]
    rest = [0] * len(slices)
    for index, is_kept, value, events in warehouse.fetch(statement):
        if index < 0:
            continue
        if is_kept:
            shown = value_text(bool(value) if is_truth and value is not None else value)
            kept[index][shown] += int(events)
        else:
            rest[index] += int(events)
    days = (day for day, _, _ in slices)
    return {
        day: Values(dict(counts), more) for day, counts, more in zip(days, kept, rest, strict=True)
    }


def values_query(
    warehouse: Warehouse,
    source: EventsSource,
    column: str,
    slices: DaySlices,
    naive: ZoneInfo,
    zone: ZoneInfo,
    most: int,
) -> sa.Select[Any]:
    """Rows of (slice's index, whether the value is told apart, value, events)."""
    relation = warehouse.relation("events", source)
    occurred = instant(relation, source.occurred_at, warehouse.profile, naive, zone)
    value, kind = relation.column(column)
    if column != source.name and kind not in _KINDS:
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: column {quoted(column)} is of type {kind.value}; a dimension is "
            "text, a whole number or true and false",
        )
    first, last = slices[0][1], slices[-1][2]
    target, columns = relation.target, {"value": value}
    if occurred.not_before is not None:
        occurred, target = converted_once(occurred, first, target, columns)
        columns = {"value": target.c["value"]}
    rows = (
        sa.select(*slice_columns(occurred, slices), columns["value"].label("value"))
        .select_from(target)
        .where(occurred.between(first, last))
        .subquery("counted_events")
    )
    index, keys = slice_index(rows, slices)
    grouped = (
        sa.select(index.label("day"), rows.c.value, sa.func.count().label("events"))
        .group_by(*keys, rows.c.value)
        .subquery("values_by_day")
    )
    return _largest(grouped, most, kind, warehouse.profile)


def _kind_of(warehouse: Warehouse, source: EventsSource, column: str) -> Kind:
    return warehouse.relation("events", source).column(column)[1]


def _largest(grouped: sa.Subquery, most: int, kind: Kind, profile: Profile) -> sa.Select[Any]:
    """The groups of the values with the most events, and one group a day of all others."""
    total = sa.func.sum(grouped.c.events).over(partition_by=grouped.c.value)
    totalled = sa.select(*grouped.c, total.label("total")).subquery("totalled")
    order = (totalled.c.total.desc(), *profile.in_order(totalled.c.value, kind))
    place = sa.func.dense_rank().over(order_by=order)
    ranked = sa.select(*totalled.c, place.label("place")).subquery("ranked")
    is_kept = ranked.c.place <= most
    told = sa.select(
        ranked.c.day,
        ranked.c.events,
        sa.case((is_kept, 1), else_=0).label("kept"),
        sa.case((is_kept, ranked.c.value), else_=None).label("value"),
    ).subquery("told_apart")
    events = sa.func.sum(told.c.events).label("events")
    return sa.select(told.c.day, told.c.kept, told.c.value, events).group_by(
        told.c.day, told.c.kept, told.c.value
    )
