"""Reads the orders of the judged day and finds those that nothing can be attributed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource, OrdersSource, SessionsSource
from checks.errors import MeasurementError
from checks.metrics import OrderCounts, OrphanKind, Unmeasured, as_amount
from checks.text import clean
from checks.timeframe import Timeframe
from checks.warehouse.events import amount_of
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.relation import Relation

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse

NO_SESSION, UNKNOWN_SESSION, NO_ORDER = "no_session_id", "unknown_session", "purchase_without_order"
KINDS = (NO_SESSION, UNKNOWN_SESSION, NO_ORDER)
ALL, _BLANK = "all", "blank"
MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class OrderReader:
    """The mapped sections and the day; `read` asks for everything that is mapped."""

    warehouse: Warehouse
    frame: Timeframe
    naive: ZoneInfo
    orders: OrdersSource
    sessions: SessionsSource | None
    events: EventsSource | None

    def read(self) -> OrderCounts:
        """Orders of the data date and each kind of orphan, each measured on its own.

        Raises MeasurementError only when the orders themselves cannot be read.
        """
        found = _Found()
        try:
            self._read_orders(found, self.sessions)
        except MeasurementError as error:
            if self.sessions is None:
                raise
            self._read_orders(found, None)
            found.problems[UNKNOWN_SESSION] = Unmeasured.of(error)
        if self.sessions is None:
            found.absent.append(UNKNOWN_SESSION)
        self._attempt(found, NO_ORDER, self._read_purchases)
        return found.counts()

    def _attempt(self, found: _Found, kind: str, read: Callable[[_Found], None]) -> None:
        try:
            read(found)
        except MeasurementError as error:
            found.problems[kind] = Unmeasured.of(error)

    def _read_orders(self, found: _Found, sessions: SessionsSource | None) -> None:
        day = self._day_orders(found)
        orphans = {NO_SESSION: day.c.blank == 1}
        if sessions is not None:
            orphans[UNKNOWN_SESSION] = sa.and_(day.c.blank == 0, ~self._known(day, sessions))
        has_revenue = self.orders.revenue is not None and "orders.revenue" not in found.unread
        rows = _counted(self.warehouse, day, orphans)
        found.take_orders(rows[ALL], has_revenue=has_revenue)
        for kind, condition in orphans.items():
            row = rows[kind]
            ids = self._ids(day, condition) if row.rows and self.orders.order_id else ()
            found.kinds[kind] = OrphanKind(kind, row.rows, row.amount if has_revenue else None, ids)

    def _ids(self, rows: CTE, condition: ColumnElement[bool]) -> tuple[str, ...]:
        statement = sa.select(rows.c.order_id).where(condition, rows.c.order_id.is_not(None))
        found = self.warehouse.fetch(statement.distinct().order_by(rows.c.order_id).limit(MOST_IDS))
        return tuple(clean(row[0]) for row in found)

    def _day_orders(self, found: _Found) -> CTE:
        """Order id, session id and amount of the data date's orders.

        An id or an amount that cannot be read must not hide that a session is missing.
        """
        relation = self.warehouse.relation("orders", self.orders)
        at = instant(
            relation, self.orders.ordered_at, self.warehouse.profile, self.naive, self.frame.zone
        )
        session, kind = relation.column(self.orders.session_id)
        return (
            sa.select(
                found.detail(
                    "orders.order_id", lambda: _optional(relation, self.orders.order_id)
                ).label("order_id"),
                session.label("session_id"),
                _blank(session, kind).label("blank"),
                sa.literal(1).label("events"),
                found.detail(
                    "orders.revenue", lambda: self._amount(relation, self.orders.revenue)
                ).label("amount"),
            )
            .select_from(relation.target)
            .where(at.between(self.frame.start, self.frame.cut))
            .cte("day_orders")
        )

    def _amount(self, relation: Relation, name: str | None) -> ColumnElement[Any]:
        """A finite amount or NULL; an unmapped one is NULL."""
        if name is None:
            return sa.cast(sa.null(), sa.Double)
        amount, valid = amount_of(relation, name, self.warehouse.profile)
        return amount if valid is None else sa.case((valid, amount), else_=None)

    def _known(self, day: CTE, sessions: SessionsSource) -> ColumnElement[bool]:
        """Whether an order's session exists: the day's few orders probe the big table."""
        relation = self.warehouse.relation("sessions", sessions)
        orders = self.warehouse.relation("orders", self.orders)
        own_kind = orders.column(self.orders.session_id)[1]
        column, kind = relation.column(sessions.session_id)
        return _exists(relation, _same(column, kind, day.c.session_id, own_kind))

    def _read_purchases(self, found: _Found) -> None:
        events, orders = self.events, self.orders
        if events is None or events.order_id is None or orders.order_id is None:
            found.absent.append(NO_ORDER)
            return
        bought = self._purchases(events, found)
        blank = bought.c.blank == 1
        missing = sa.and_(bought.c.blank == 0, ~self._ordered(bought, events.order_id))
        rows = _counted(self.warehouse, bought, {_BLANK: blank, NO_ORDER: missing})
        found.purchases = rows[ALL].events
        with_id = rows[ALL].events - rows[_BLANK].events
        found.duplicate_purchases = with_id - (rows[ALL].rows - rows[_BLANK].rows)
        revenue = as_amount(rows[_BLANK].amount + rows[NO_ORDER].amount)
        count = rows[_BLANK].events + rows[NO_ORDER].rows
        ids = self._ids(bought, missing) if rows[NO_ORDER].rows else ()
        found.kinds[NO_ORDER] = OrphanKind(
            NO_ORDER,
            count,
            revenue if events.revenue and "events.revenue" not in found.unread else None,
            ids,
        )

    def _purchases(self, events: EventsSource, found: _Found) -> CTE:
        """The day's purchase events by order id; an id seen twice counts its amount once."""
        relation = self.warehouse.relation("events", events)
        at = instant(
            relation, events.occurred_at, self.warehouse.profile, self.naive, self.frame.zone
        )
        order_id, kind = relation.column(events.order_id or "")
        amount = found.detail("events.revenue", lambda: self._amount(relation, events.revenue))
        rows = (
            sa.select(
                order_id.label("order_id"),
                _blank(order_id, kind).label("blank"),
                amount.label("amount"),
            )
            .select_from(relation.target)
            .where(
                at.between(self.frame.start, self.frame.cut),
                relation.column(events.name)[0].in_(events.purchase_names),
            )
            .subquery("day_purchases")
        )
        total = sa.case(
            (rows.c.blank == 1, sa.func.sum(rows.c.amount)), else_=sa.func.max(rows.c.amount)
        )
        return (
            sa.select(
                rows.c.order_id,
                rows.c.blank,
                sa.func.count().label("events"),
                total.label("amount"),
            )
            .group_by(rows.c.order_id, rows.c.blank)
            .cte("purchases")
        )

    def _ordered(self, bought: CTE, event_key: str) -> ColumnElement[bool]:
        """Whether a purchase's order exists, whenever it was placed."""
        orders = self.warehouse.relation("orders", self.orders)
        events = self.warehouse.relation("events", self.events or self.orders)
        column, kind = orders.column(self.orders.order_id or "")
        return _exists(orders, _same(column, kind, bought.c.order_id, events.column(event_key)[1]))


@dataclass(frozen=True, slots=True)
class _Counts:
    """One group: its rows, the events they stand for, their amount, their ids."""

    rows: int
    events: int
    amount: float
    ids: int
    distinct_ids: int


class _Found:
    """What has been read so far."""

    def __init__(self) -> None:
        self.orders = 0
        self.revenue: float | None = None
        self.duplicates = 0
        self.kinds: dict[str, OrphanKind] = {}
        self.problems: dict[str, Unmeasured] = {}
        self.absent: list[str] = []
        self.purchases: int | None = None
        self.duplicate_purchases = 0
        self.unread: dict[str, str] = {}

    def detail(self, key: str, column: Callable[[], ColumnElement[Any]]) -> ColumnElement[Any]:
        """A column that only adds detail: NULL, and why, where it cannot be read."""
        try:
            return column()
        except MeasurementError as error:
            self.unread[key] = error.detail
            return sa.cast(sa.null(), sa.String if key.endswith("_id") else sa.Double)

    def take_orders(self, every: _Counts, *, has_revenue: bool) -> None:
        self.orders = every.rows
        self.revenue = every.amount if has_revenue else None
        self.duplicates = every.ids - every.distinct_ids

    def counts(self) -> OrderCounts:
        return OrderCounts(
            orders=self.orders,
            revenue=self.revenue,
            duplicates=self.duplicates,
            kinds=tuple(self.kinds[kind] for kind in KINDS if kind in self.kinds),
            problems=self.problems,
            absent=tuple(self.absent),
            purchases=self.purchases,
            duplicate_purchases=self.duplicate_purchases,
            unread=self.unread,
        )


def _counted(
    warehouse: Warehouse, rows: CTE, groups: Mapping[str, ColumnElement[bool]]
) -> dict[str, _Counts]:
    """All rows and each group of them, in one statement."""
    parts = [_count(ALL, rows)]
    parts += [_count(name, rows).where(condition) for name, condition in groups.items()]
    together = sa.union_all(*parts).subquery("counted")
    found = warehouse.fetch(sa.select(*together.c))
    return {
        str(name): _Counts(int(n), int(events or 0), as_amount(amount), int(ids), int(distinct))
        for name, n, events, amount, ids, distinct in found
    }


def _count(name: str, rows: CTE) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        sa.literal(name).label("name"),
        sa.func.count().label("rows_"),
        sa.func.sum(rows.c.events).label("events"),
        sa.func.sum(rows.c.amount).label("amount"),
        sa.func.count(rows.c.order_id).label("ids"),
        sa.func.count(rows.c.order_id.distinct()).label("distinct_ids"),
    ).select_from(rows)


def _exists(relation: Relation, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return sa.exists(sa.select(sa.literal(1)).select_from(relation.target).where(condition))


def _same(
    column: ColumnElement[Any], kind: Kind, wanted: ColumnElement[Any], wanted_kind: Kind
) -> ColumnElement[bool]:
    """Whether two ids are equal: as they are, or as text when their types differ."""
    if kind is wanted_kind:
        return column == wanted
    return sa.cast(column, sa.String) == sa.cast(wanted, sa.String)


def _blank(column: ColumnElement[Any], kind: Kind) -> ColumnElement[int]:
    missing: ColumnElement[bool] = column.is_(None)
    if kind is Kind.TEXT:
        missing = sa.or_(missing, sa.func.trim(column) == "")
    return sa.case((missing, 1), else_=0)


def _optional(relation: Relation, name: str | None) -> ColumnElement[Any]:
    return relation.column(name)[0] if name else sa.cast(sa.null(), sa.String)
