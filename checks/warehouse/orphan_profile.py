"""Orphans beside all orders of the judged day, by hour and by the purchase's values."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.counts import value_text
from checks.core.metrics import NO_ORDER, NO_SESSION, UNKNOWN_SESSION
from checks.core.profiles import Cell, DayProfile, HourCounts, Value, hour_counts
from checks.core.timeframe import Timeframe, wall_hours
from checks.warehouse.by_slot import by_slot
from checks.warehouse.instants import Instant, bucket
from checks.warehouse.kinds import Kind
from checks.warehouse.order_tables import OrderTables, Unread
from checks.warehouse.orphan_kinds import NO_ORDER_ID, orders_by_kind, purchases_by_kind
from checks.warehouse.roles import event_name_of, name_of, text_of

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement, Label
    from sqlalchemy.sql.selectable import CTE, Subquery

_MOST_VALUES = 60
#: The part of the statement that counts all rows, and the slot of times without a time of day.
_EVERY, _NO_HOUR = -1, -1


@dataclass(frozen=True, slots=True)
class OrphanProfileScan:
    """One statement over the day's orders, and the purchases that name them."""

    tables: OrderTables
    frame: Timeframe

    def read(self) -> DayProfile:
        """Orphans as the judged day's rows, all orders and orphans as the usual day's.

        Raises MeasurementError.
        """
        cells: dict[tuple[int, Value], list[Cell]] = defaultdict(list)
        for part, is_kept, slot, value, rows, orphans in self.tables.warehouse.fetch(self.query()):
            is_every = int(part) == _EVERY
            if not is_every and (not is_kept or value is None):
                continue  # no purchase of the day names the order
            key = int(part), None if is_every else value_text(value)
            cells[key] += [Cell(True, int(slot), int(orphans)), Cell(False, int(slot), int(rows))]
        columns: dict[str, dict[Value, HourCounts]] = {name: {} for name in self._dimensions}
        for (part, value), counted in cells.items():
            if part != _EVERY:
                columns[self._dimensions[part]][value] = hour_counts(counted)
        day = self.frame.data_date
        total = hour_counts(cells.get((_EVERY, None), ()))
        return DayProfile(day, day, total, columns, hours=len(self._hours()))

    def query(self) -> sa.Select[Any]:
        """Rows of (part, is kept, slot, value, orders and orphans, orphans). Raises
        MeasurementError.
        """
        warehouse = self.tables.warehouse
        rows = self._rows()
        parts = []
        for part, name in [(_EVERY, None), *enumerate(self._dimensions)]:
            value = sa.literal_column("''", sa.String) if name is None else rows.c[f"d{part}"]
            one_column = sa.select(rows.c.slot, value.label("value"), rows.c.orphan).subquery(
                warehouse.inner_name(f"part_{part + 1}")
            )
            sums = {"orders": sa.func.count(), "orphans": sa.func.sum(one_column.c.orphan)}
            parts.append(
                by_slot(
                    one_column, sums, part, _MOST_VALUES, warehouse.profile, warehouse.inner_name
                )
            )
        profile = sa.union_all(*parts).subquery(warehouse.inner_name("profile"))
        return sa.select(*profile.c)

    @property
    def _dimensions(self) -> tuple[str, ...]:
        events = self.tables.sources_of_purchases()
        return events.dimensions if events is not None else ()

    def _hours(self) -> list[tuple[int, Any, Any]]:
        """(hour, start, end) of the judged day up to now, without hours that clocks skip."""
        hours = enumerate(wall_hours(self.frame.data_date, self.frame.zone))
        cut = self.frame.cut
        return [(h, start, min(end, cut)) for h, (start, end) in hours if start < min(end, cut)]

    def _slot(self, at: Instant) -> tuple[Label[Any], ...]:
        if at.kind is Kind.DATE:
            return (sa.literal_column(str(_NO_HOUR), sa.Integer).label("slot"),)
        bounds = [(at.bound(end), hour) for hour, _, end in self._hours()]
        return (bucket(at.expression, bounds, _NO_HOUR).label("slot"),)

    def _rows(self) -> CTE:
        """Every order of the day and every orphan: slot, orphan (1 or 0), and the values."""
        warehouse = self.tables.warehouse
        both: list[sa.Select[Any]] = [self._orders()]
        if self.tables.sources_of_purchases() is not None:
            both.append(self._lost_purchases())
        orders = sa.union_all(*both).subquery(warehouse.inner_name("profiled_orders"))
        columns: list[Any] = [orders.c.slot, orders.c.orphan]
        source: Any = orders
        if self._dimensions:
            bought = self._purchase_values()
            source = orders.outerjoin(bought, orders.c.id == bought.c.id)
            columns += [bought.c[f"d{i}"] for i in range(len(self._dimensions))]
        return sa.select(*columns).select_from(source).cte(warehouse.inner_name("profiled"))

    def _orders(self) -> sa.Select[Any]:
        tables, day = self.tables, (self.frame.start, self.frame.cut)
        orders = tables.orders_between(*day, Unread(), self._slot)
        by_kind = orders_by_kind(tables, orders, [day], probed=tables.sessions is not None)
        orphan = by_kind.c.kind.in_([NO_SESSION, UNKNOWN_SESSION])
        kind = tables.id_kinds(purchases=False)[0]
        return sa.select(
            by_kind.c.slot,
            sa.case((orphan, 1), else_=0).label("orphan"),
            self._text(by_kind.c.order_id, kind).label("id"),
        )

    def _lost_purchases(self) -> sa.Select[Any]:
        tables, day = self.tables, (self.frame.start, self.frame.cut)
        bought = tables.purchases_between(*day, Unread(), self._slot)
        by_order = tables.by_order(bought, {"slot": sa.func.min(bought.c.slot)})
        by_kind = purchases_by_kind(tables, by_order, [day])
        kind = tables.id_kinds(purchases=True)[0]
        return sa.select(
            by_kind.c.slot,
            sa.literal_column("1", sa.Integer).label("orphan"),
            self._text(by_kind.c.order_id, kind).label("id"),
        ).where(by_kind.c.kind.in_([NO_ORDER, NO_ORDER_ID]))

    def _text(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        profile = self.tables.warehouse.profile
        if profile.is_typed_by_value:
            return column
        return text_of(column, kind, profile)

    def _purchase_values(self) -> Subquery:
        """Each order id once, with the dimensions of a purchase of the day that names it."""
        tables, warehouse = self.tables, self.tables.warehouse
        events = tables.sources_of_purchases()
        if events is None:
            raise LookupError("the order ids of events and orders are not both mapped")
        relation, profile = warehouse.relation("events", events), warehouse.profile
        order_id = name_of(relation, events.order_id or "", profile).label("id")
        named = event_name_of(relation, events.name, profile).in_(events.purchase_names)
        rows = (
            sa.select(
                order_id,
                *(name_of(relation, name, profile).label(f"d{i}")
                  for i, name in enumerate(events.dimensions)),
            )
            .select_from(relation.target)
            .where(tables.bought_at().between(self.frame.start, self.frame.cut), named)
            .subquery(warehouse.inner_name("named_orders"))
        )  # fmt: skip
        values = [sa.func.min(rows.c[f"d{i}"]).label(f"d{i}") for i in range(len(self._dimensions))]
        grouped = sa.select(rows.c.id, *values).where(rows.c.id.is_not(None)).group_by(rows.c.id)
        return grouped.subquery(warehouse.inner_name("purchase_values"))
