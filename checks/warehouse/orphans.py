"""Lists of orphan orders, and their number on each of many days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.metrics import NO_ORDER, UNKNOWN_SESSION
from checks.core.text import clean
from checks.core.values import as_amount, as_micros
from checks.warehouse.kinds import Kind
from checks.warehouse.order_tables import OrderTables, Slices, Unread, day_index
from checks.warehouse.orphan_kinds import NO_ORDER_ID, orders_by_kind, purchases_by_kind

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse

ALL = "all"
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class OrphanRow:
    """One orphan. `at` is None for an impossible time; `amount` where it is not a number."""

    kind: str
    order_id: str | None
    session_id: str | None
    at: datetime | None
    amount: float | None


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Rows of one kind (or `ALL` orders) on the `day`th day, and their amount."""

    day: int
    kind: str
    rows: int
    amount: float


class OrphanList:
    """The orphans of one kind in a time range whose ids contain a text, oldest first.

    Raises MeasurementError where a table or a column is not there.
    """

    def __init__(
        self, tables: OrderTables, kind: str, start: datetime, end: datetime, contains: str = ""
    ) -> None:
        self._tables, self._kind = tables, kind
        self.unread = Unread()
        self._at = tables.bought_at() if kind == NO_ORDER else tables.ordered_at()
        make = _unmatched_purchases if kind == NO_ORDER else _orphan_orders
        self._rows = _containing(
            make(tables, kind, start, end, self.unread), contains, tables.warehouse
        )

    @property
    def day_only(self) -> bool:
        """Whether the times are days without a time of day."""
        return self._at.kind is Kind.DATE

    def count(self) -> int:
        """The number of orphans."""
        rows = self._rows.subquery(self._tables.warehouse.inner_name("orphans"))
        rows_fetched = self._tables.warehouse.fetch(sa.select(sa.func.count()).select_from(rows))
        return int(rows_fetched[0][0])

    def read(self, limit: int, skip: int) -> tuple[OrphanRow, ...]:
        """At most `limit` orphans, after the first `skip`."""
        profile = self._tables.warehouse.profile
        rows = self._rows.subquery(self._tables.warehouse.inner_name("orphans"))
        order_kind, session_kind = self._tables.id_kinds(purchases=self._kind == NO_ORDER)
        order = (
            *profile.in_order(rows.c.at, self._at.kind),
            *profile.in_order(rows.c.order_id, order_kind),
            *profile.in_order(rows.c.session_id, session_kind),
            *profile.in_order(rows.c.micros, Kind.NUMBER),
        )
        ordered = sa.select(*rows.c).order_by(*order).limit(limit).offset(skip)
        rows_fetched = self._tables.warehouse.fetch(ordered)
        return tuple(
            OrphanRow(self._kind, _id(order_id), _id(session), self._at.moment(at), _amount(micros))
            for order_id, session, at, micros in rows_fetched
        )


def _orphan_orders(
    tables: OrderTables, kind: str, start: datetime, end: datetime, unread: Unread
) -> sa.Select[Any]:
    rows = tables.orders_between(
        start, end, unread, lambda at: (at.plain(at.expression).label("at"),)
    )
    by_kind = orders_by_kind(tables, rows, [(start, end)], probed=kind == UNKNOWN_SESSION)
    columns = by_kind.c.order_id, by_kind.c.session_id, by_kind.c.at, by_kind.c.micros
    return sa.select(*columns).where(by_kind.c.kind == kind)


def _unmatched_purchases(
    tables: OrderTables, kind: str, start: datetime, end: datetime, unread: Unread
) -> sa.Select[Any]:
    """Each order id once, with its first time; and every purchase that has no order id."""
    rows = tables.purchases_between(
        start, end, unread, lambda at: (at.plain(at.expression).label("at"),)
    )
    by_order = tables.by_order(rows, {"at": sa.func.min(rows.c.at)})
    by_kind = purchases_by_kind(tables, by_order, [(start, end)])
    lost = sa.select(by_kind.c.order_id, by_kind.c.at, by_kind.c.micros)
    both = sa.union_all(
        sa.select(rows.c.order_id, rows.c.at, rows.c.micros).where(rows.c.blank == 1),
        lost.where(by_kind.c.kind == NO_ORDER),
    ).subquery(tables.warehouse.inner_name("lost_purchases"))
    no_session = tables.warehouse.profile.as_text(sa.null()).label("session_id")
    return sa.select(both.c.order_id, no_session, both.c.at, both.c.micros)


def _containing(rows: sa.Select[Any], text: str, warehouse: Warehouse) -> sa.Select[Any]:
    """The rows whose order or session id contains a text, ignoring case."""
    if not text:
        return rows
    orphans, profile = rows.subquery(warehouse.inner_name("every_orphan")), warehouse.profile
    ids = [profile.as_text(orphans.c[name]) for name in ("order_id", "session_id")]
    return sa.select(*orphans.c).where(
        sa.or_(*(profile.contains(id_text, text) for id_text in ids))
    )


def orders_by_day(
    tables: OrderTables, days: Slices, kinds: Sequence[str], unread: Unread
) -> list[DayGroup]:
    """All orders of each day (kind `ALL`) and its orphans of the given kinds, in one query.

    `kinds`: NO_SESSION, UNKNOWN_SESSION. Raises MeasurementError.
    """
    rows = tables.orders_between(days[0][0], days[-1][1], unread, day_index(days))
    by_kind = orders_by_kind(tables, rows, days, probed=UNKNOWN_SESSION in kinds)
    names_by_kind = {kind: kind for kind in kinds}
    return _per_day(tables, by_kind, sa.func.count(), names_by_kind)


def purchases_by_day(tables: OrderTables, days: Slices, unread: Unread) -> list[DayGroup]:
    """Purchases of each day (kind `ALL`), and those without an order (`NO_ORDER`).

    One query. An order id counts once a day; a purchase without any counts each time.
    """
    rows = tables.purchases_between(days[0][0], days[-1][1], unread, day_index(days))
    by_order = tables.by_order(rows, None, "day")
    by_kind = purchases_by_kind(tables, by_order, days)
    counted = sa.func.sum(sa.case((by_kind.c.blank == 1, by_kind.c.events), else_=1))
    return _per_day(tables, by_kind, counted, {NO_ORDER: NO_ORDER, NO_ORDER_ID: NO_ORDER})


def _per_day(
    tables: OrderTables, rows: CTE, counted: ColumnElement[Any], names_by_kind: Mapping[str, str]
) -> list[DayGroup]:
    """Numbers and amounts by day: of all rows, and of kinds under their names."""
    total = tables.warehouse.profile.total(rows.c.micros)
    groups = sa.select(rows.c.day, rows.c.kind, counted.label("rows_"), total.label("micros"))
    counts: Counter[tuple[int, str]] = Counter()
    amounts: Counter[tuple[int, str]] = Counter()
    for day, kind, number, micros in tables.warehouse.fetch(
        groups.group_by(rows.c.day, rows.c.kind)
    ):
        for name in (ALL, names_by_kind.get(str(kind))):
            if name is not None:
                counts[int(day), name] += as_micros(number)
                amounts[int(day), name] += as_micros(micros)
    return [DayGroup(*key, number, as_amount(amounts[key])) for key, number in counts.items()]


def _id(value: object) -> str | None:
    """An id as inert text; None for blanks only."""
    text = "" if value is None else clean(value, _LONGEST_ID)
    return text if text.strip() else None


def _amount(value: object) -> float | None:
    return None if value is None else as_amount(as_micros(value))
