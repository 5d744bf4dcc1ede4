"""The first order ids of a kind of orphan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa

from checks.core.text import clean

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.kinds import Kind

MOST_IDS = 20


def first_ids(
    warehouse: Warehouse, rows: CTE, kind: str, id_kind: Kind
) -> Mapping[int, tuple[str, ...]]:
    """The first ids of a kind, by the index of the day, in the same order on every engine.

    rows: with columns `order_id` and `kind`, and `day` where they are of more than one day. One
    statement. Raises MeasurementError.
    """
    order = warehouse.profile.in_order(rows.c.order_id, id_kind)
    conditions = (rows.c.kind == kind, rows.c.order_id.is_not(None))
    if "day" in rows.c:
        return _first_of_each_day(warehouse, rows, conditions, order)
    statement = (
        sa.select(rows.c.order_id)
        .where(*conditions)
        .group_by(rows.c.order_id)
        .order_by(*order)
        .limit(MOST_IDS)
    )
    return {0: tuple(clean(row[0]) for row in warehouse.fetch(statement))}


def _first_of_each_day(
    warehouse: Warehouse,
    rows: CTE,
    conditions: tuple[ColumnElement[bool], ...],
    order: tuple[ColumnElement[object], ...],
) -> Mapping[int, tuple[str, ...]]:
    place = sa.func.row_number().over(partition_by=rows.c.day, order_by=order)
    placed = (
        sa.select(rows.c.day, rows.c.order_id, place.label("place"))
        .where(*conditions)
        .group_by(rows.c.day, rows.c.order_id)
        .subquery(warehouse.inner_name("placed_ids"))
    )
    statement = (
        sa.select(placed.c.day, placed.c.order_id)
        .where(placed.c.place <= MOST_IDS)
        .order_by(placed.c.day, placed.c.place)
    )
    ids: defaultdict[int, list[str]] = defaultdict(list)
    for day, order_id in warehouse.fetch(statement):
        ids[int(day)].append(clean(order_id))
    return {day: tuple(of_day) for day, of_day in ids.items()}
