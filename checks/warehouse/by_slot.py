"""Rows by slot and value, the values that are too many as one: a branch of a larger statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.warehouse.kinds import Kind
from checks.warehouse.roles import LONGEST_NAME

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.dialects.base import Profile


def by_slot(
    rows: sa.Subquery,
    sums: Mapping[str, ColumnElement[Any]],
    part: int,
    most: int,
    profile: Profile,
    inner_name: Callable[[str], str],
) -> sa.Select[Any]:
    """Rows of (part, is kept, slot, value, sums ...): the `most` values by the first sum are kept.

    rows: with the columns `slot` and `value`, which is text. The values that are not kept are one,
    NULL, in each slot. part: a number that distinguishes the branches of a statement.
    """
    first, *others = sums
    grouped = (
        sa.select(rows.c.slot, rows.c.value, *(sums[name].label(name) for name in sums))
        .group_by(rows.c.slot, rows.c.value)
        .subquery(inner_name("by_slot"))
    )
    total = sa.func.sum(grouped.c[first]).over(partition_by=grouped.c.value)
    totalled = sa.select(*grouped.c, total.label("total")).subquery(inner_name("totalled"))
    order = (totalled.c.total.desc(), *profile.in_order(totalled.c.value, Kind.TEXT))
    place = sa.func.dense_rank().over(order_by=order)
    ranked = sa.select(*totalled.c, place.label("place")).subquery(inner_name("ranked"))
    is_kept = ranked.c.place <= most
    cells = sa.select(
        sa.case((is_kept, 1), else_=0).label("kept"),
        ranked.c.slot,
        sa.case((is_kept, ranked.c.value), else_=None).label("value"),
        ranked.c[first],
        *(ranked.c[name] for name in others),
    ).subquery(inner_name("cells"))
    return sa.select(
        sa.literal_column(str(part), sa.Integer).label("part"),
        cells.c.kept,
        cells.c.slot,
        profile.part(cells.c.value, 1, LONGEST_NAME).label("value"),
        *(sa.func.sum(cells.c[name]).label(name) for name in sums),
    ).group_by(cells.c.kept, cells.c.slot, cells.c.value)
