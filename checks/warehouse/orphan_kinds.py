"""Which orders and purchases are orphans, and of which kind, in one pass.

Some engines evaluate a common table expression again for each reference, so that each kind must
not be a query of its own. NOT EXISTS in a list of columns would do, but not every engine has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.metrics import NO_ORDER, NO_SESSION, UNKNOWN_SESSION
from checks.warehouse.order_tables import OrderTables, Slices

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

#: Purchases that name no order at all: part of `NO_ORDER`, but each counts on its own.
NO_ORDER_ID = "purchase_without_order_id"
#: Purchases whose order has no time: it is unknown whether it is theirs.
UNDATED_ORDER = "order_without_time"
_NO_ORPHAN = "sound"


def orders_by_kind(tables: OrderTables, orders: CTE, days: Slices, *, probed: bool) -> CTE:
    """The orders with a column `kind`: NO_SESSION, UNKNOWN_SESSION where `probed`, or sound.

    days: the days of the orders, as for `OrderTables.session_exists`. Raises MeasurementError.
    """
    name = tables.warehouse.inner_name
    without_id = (orders.c.blank == 1, NO_SESSION)
    if not probed:
        return _classified(orders, [without_id]).cte(name("orders_by_kind"))
    known = _existing(
        orders, tables.session_exists(orders, days), "session_id", days, name("known")
    )
    unknown = (known.c.session_id.is_(None), UNKNOWN_SESSION)
    return _classified(orders, [without_id, unknown], known).cte(name("orders_by_kind"))


def purchases_by_kind(tables: OrderTables, purchases: CTE, days: Slices) -> CTE:
    """Purchases by order (`OrderTables.by_order`) with a column `kind`: NO_ORDER_ID, NO_ORDER,
    UNDATED_ORDER or sound.

    days: the days of the purchases, as for `OrderTables.matching_orders`. Raises
    MeasurementError.
    """
    matches = tables.matching_orders(purchases, days)
    kinds = [
        (purchases.c.blank == 1, NO_ORDER_ID),
        (matches.c.order_id.is_(None), NO_ORDER),
        (matches.c.dated == 0, UNDATED_ORDER),
    ]
    name = tables.warehouse.inner_name("purchases_by_kind")
    return _classified(purchases, kinds, matches).cte(name)


def _existing(rows: CTE, exists: ColumnElement[bool], key: str, days: Slices, name: str) -> CTE:
    """The existing ids of each day, each once, so that a join with them adds no rows."""
    columns = [rows.c[key], *([rows.c.day] if len(days) > 1 else [])]
    return sa.select(*columns).where(rows.c.blank == 0, exists).distinct().cte(name)


def _classified(
    rows: CTE,
    kinds: Sequence[tuple[ColumnElement[bool], str]],
    matches: CTE | None = None,
) -> sa.Select[Any]:
    """The rows with the first kind whose condition holds, joined with their matches."""
    source: Any = rows
    if matches is not None:
        keys = [column for column in matches.c if column.name in rows.c]
        source = rows.outerjoin(matches, sa.and_(*(rows.c[key.name] == key for key in keys)))
    cases = [(condition, sa.literal(kind)) for condition, kind in kinds]
    return sa.select(
        *rows.c, sa.case(*cases, else_=sa.literal(_NO_ORPHAN)).label("kind")
    ).select_from(source)
