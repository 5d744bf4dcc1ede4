"""Which orders and purchases are orphans, and of which kind: one pass, whatever is counted of it.

Some engines read a common table expression anew wherever it is named, so that each kind must not
be a selection of its own. NOT EXISTS in a list of columns would do, but not every engine takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.warehouse.order_tables import OrderTables, Slices

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

NO_SESSION, UNKNOWN_SESSION, NO_ORDER = "no_session_id", "unknown_session", "purchase_without_order"
KINDS = (NO_SESSION, UNKNOWN_SESSION, NO_ORDER)
#: Purchases that name no order at all: part of `NO_ORDER`, but each counts on its own.
NO_ORDER_ID = "purchase_without_order_id"
_SOUND = "sound"


def orders_by_kind(tables: OrderTables, orders: CTE, days: Slices, *, probed: bool) -> CTE:
    """The orders with a column `kind`: NO_SESSION, UNKNOWN_SESSION where `probed`, or sound.

    days: those that the orders lie in, as for `OrderTables.known`. Raises MeasurementError.
    """
    if not probed:
        return _named(orders, NO_SESSION, "orders_by_kind")
    known = tables.known(orders, days)
    found = _found(orders, known, "session_id", days)
    return _named(orders, NO_SESSION, "orders_by_kind", UNKNOWN_SESSION, found, "session_id")


def purchases_by_kind(tables: OrderTables, bought: CTE, days: Slices) -> CTE:
    """Purchases by order (`OrderTables.by_order`) with a column `kind`: NO_ORDER_ID, NO_ORDER
    or sound.

    days: those that the purchases lie in, as for `OrderTables.ordered`. Raises MeasurementError.
    """
    found = _found(bought, tables.ordered(bought, days), "order_id", days)
    return _named(bought, NO_ORDER_ID, "purchases_by_kind", NO_ORDER, found, "order_id")


def _found(rows: CTE, exists: ColumnElement[bool], key: str, days: Slices) -> CTE:
    """The ids, on each day, of what is there: each once, or a join with them would add rows."""
    columns = [rows.c[key], *([rows.c.day] if len(days) > 1 else [])]
    return sa.select(*columns).where(rows.c.blank == 0, exists).distinct().cte("found")


def _named(
    rows: CTE,
    without_id: str,
    name: str,
    without_match: str | None = None,
    found: CTE | None = None,
    key: str = "",
) -> CTE:
    kinds: list[tuple[Any, Any]] = [(rows.c.blank == 1, sa.literal(without_id))]
    source: Any = rows
    if found is not None:
        same = [rows.c[column.name] == column for column in found.c]
        source = rows.outerjoin(found, sa.and_(*same))
        kinds.append((found.c[key].is_(None), sa.literal(without_match)))
    kind = sa.case(*kinds, else_=sa.literal(_SOUND)).label("kind")
    return sa.select(*rows.c, kind).select_from(source).cte(name)
