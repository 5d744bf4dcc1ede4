"""Reads the orders of the judged day and finds those that nothing can be attributed to."""

from __future__ import annotations

from collections.abc import Callable
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
    from sqlalchemy.sql import Subquery
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse

NO_SESSION, UNKNOWN_SESSION, NO_ORDER = "no_session_id", "unknown_session", "purchase_without_order"
KINDS = (NO_SESSION, UNKNOWN_SESSION, NO_ORDER)
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
        day = self._day_orders()
        rows = _classified(day, self._known_sessions(day, sessions) if sessions else None)
        totals = self.warehouse.fetch(
            sa.select(
                rows.c.kind,
                sa.func.count(),
                sa.func.sum(rows.c.amount),
                sa.func.count(rows.c.order_id.distinct()),
                sa.func.count(rows.c.order_id),
            ).group_by(rows.c.kind)
        )
        found.take_orders(totals, has_revenue=self.orders.revenue is not None)
        for kind in (NO_SESSION, UNKNOWN_SESSION) if sessions else (NO_SESSION,):
            found.add(kind, self._samples(found.totals.get(kind), rows, kind))

    def _samples(self, total: tuple[int, float] | None, rows: Subquery, kind: str) -> OrphanKind:
        count, revenue = total or (0, 0.0)
        ids = self._ids(rows, rows.c.kind == kind) if count and self.orders.order_id else ()
        return OrphanKind(kind, count, revenue if self.orders.revenue else None, ids)

    def _ids(self, rows: Subquery, condition: ColumnElement[bool]) -> tuple[str, ...]:
        statement = sa.select(rows.c.order_id).where(condition, rows.c.order_id.is_not(None))
        found = self.warehouse.fetch(statement.distinct().order_by(rows.c.order_id).limit(MOST_IDS))
        return tuple(clean(row[0]) for row in found)

    def _day_orders(self) -> CTE:
        """order id, session id and amount of the data date's orders."""
        relation = self.warehouse.relation("orders", self.orders)
        at = instant(
            relation, self.orders.ordered_at, self.warehouse.profile, self.naive, self.frame.zone
        )
        session, kind = relation.column(self.orders.session_id)
        return (
            sa.select(
                _optional(relation, self.orders.order_id).label("order_id"),
                session.label("session_id"),
                _blank(session, kind).label("blank"),
                self._amount(relation, self.orders.revenue).label("amount"),
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

    def _known_sessions(self, day: CTE, sessions: SessionsSource) -> Subquery:
        """Which of the day's session ids exist: the big table is only probed, never built upon."""
        relation = self.warehouse.relation("sessions", sessions)
        column, kind = relation.column(sessions.session_id)
        orders = self.warehouse.relation("orders", self.orders)
        own_kind = orders.column(self.orders.session_id)[1]
        key, wanted = _comparable(column, kind, day.c.session_id, own_kind)
        return (
            sa.select(key.label("session_id"))
            .select_from(relation.target)
            .where(key.in_(sa.select(wanted)))
            .distinct()
            .subquery("known_sessions")
        )

    def _read_purchases(self, found: _Found) -> None:
        events, orders = self.events, self.orders
        if events is None or events.order_id is None or orders.order_id is None:
            found.absent.append(NO_ORDER)
            return
        rows = self._purchases(events)
        known = self._known_orders(rows, events.order_id, orders.order_id)
        joined = _unmatched(rows, known)
        summary = self.warehouse.fetch(
            sa.select(
                sa.func.sum(joined.c.events),
                sa.func.count(),
                sa.func.sum(sa.case((joined.c.blank == 1, joined.c.events), else_=0)),
                sa.func.count(sa.case((joined.c.blank == 1, 1))),
                sa.func.count(sa.case((joined.c.orphan == 1, 1))),
                sa.func.sum(sa.case((joined.c.orphan == 1, joined.c.amount))),
                sa.func.sum(sa.case((joined.c.blank == 1, joined.c.amount))),
            )
        )[0]
        events_count, ids, blank_rows, blank_ids, orphans = (int(v or 0) for v in summary[:5])
        found.purchases = events_count
        found.duplicate_purchases = (events_count - blank_rows) - (ids - blank_ids)
        revenue = as_amount(summary[5]) + as_amount(summary[6])
        count = orphans + blank_rows
        sample = self._ids(joined, joined.c.orphan == 1) if orphans else ()
        found.add(
            NO_ORDER, OrphanKind(NO_ORDER, count, revenue if events.revenue else None, sample)
        )

    def _purchases(self, events: EventsSource) -> CTE:
        """The day's purchase events by order id; an id seen twice counts its amount once."""
        relation = self.warehouse.relation("events", events)
        at = instant(
            relation, events.occurred_at, self.warehouse.profile, self.naive, self.frame.zone
        )
        order_id, kind = relation.column(events.order_id or "")
        amount = self._amount_or_nothing(relation, events.revenue)
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

    def _amount_or_nothing(self, relation: Relation, name: str | None) -> ColumnElement[Any]:
        """An unusable revenue column must not hide missing orders."""
        try:
            return self._amount(relation, name)
        except MeasurementError:
            return sa.cast(sa.null(), sa.Double)

    def _known_orders(self, rows: CTE, event_key: str, order_key: str) -> Subquery:
        relation = self.warehouse.relation("orders", self.orders)
        column, kind = relation.column(order_key)
        events = self.warehouse.relation("events", self.events or self.orders)
        key, wanted = _comparable(column, kind, rows.c.order_id, events.column(event_key)[1])
        return (
            sa.select(key.label("order_id"))
            .select_from(relation.target)
            .where(key.in_(sa.select(wanted)))
            .distinct()
            .subquery("known_orders")
        )


class _Found:
    """What has been read so far."""

    def __init__(self) -> None:
        self.totals: dict[str, tuple[int, float]] = {}
        self.orders = 0
        self.revenue: float | None = None
        self.duplicates = 0
        self.kinds: dict[str, OrphanKind] = {}
        self.problems: dict[str, Unmeasured] = {}
        self.absent: list[str] = []
        self.purchases: int | None = None
        self.duplicate_purchases = 0

    def take_orders(self, rows: list[Any], *, has_revenue: bool) -> None:
        self.totals = {str(kind): (int(n), as_amount(money)) for kind, n, money, _, _ in rows}
        self.orders = sum(count for count, _ in self.totals.values())
        self.revenue = sum(money for _, money in self.totals.values()) if has_revenue else None
        self.duplicates = sum(int(ids) - int(distinct) for _, _, _, distinct, ids in rows)

    def add(self, kind: str, orphans: OrphanKind) -> None:
        self.kinds[kind] = orphans

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
        )


def _classified(day: CTE, known: Subquery | None) -> Subquery:
    """Every order of the day with the kind of orphan it is, or `attributed`."""
    no_session = (day.c.blank == 1, sa.literal(NO_SESSION))
    if known is None:
        kind = sa.case(no_session, else_=sa.literal("attributed"))
        origin: Any = day
    else:
        unknown = (known.c.session_id.is_(None), sa.literal(UNKNOWN_SESSION))
        kind = sa.case(no_session, unknown, else_=sa.literal("attributed"))
        # The comparison is by text where the two columns are of different types.
        origin = day.outerjoin(known, _same(day.c.session_id, known.c.session_id))
    return (
        sa.select(day.c.order_id, day.c.amount, kind.label("kind"))
        .select_from(origin)
        .subquery("classified")
    )


def _unmatched(rows: CTE, known: Subquery) -> Subquery:
    orphan = sa.case((sa.and_(rows.c.blank == 0, known.c.order_id.is_(None)), 1), else_=0)
    return (
        sa.select(
            rows.c.order_id, rows.c.blank, rows.c.events, rows.c.amount, orphan.label("orphan")
        )
        .select_from(rows.outerjoin(known, _same(rows.c.order_id, known.c.order_id)))
        .subquery("unmatched")
    )


def _same(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    if isinstance(other.type, sa.String):
        return sa.cast(one, sa.String) == other
    return one == other


def _comparable(
    column: ColumnElement[Any], kind: Kind, wanted: ColumnElement[Any], wanted_kind: Kind
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Two id columns as they can be compared: as they are, or as text when their types differ."""
    if kind is wanted_kind:
        return column, wanted
    return sa.cast(column, sa.String), sa.cast(wanted, sa.String)


def _blank(column: ColumnElement[Any], kind: Kind) -> ColumnElement[int]:
    missing: ColumnElement[bool] = column.is_(None)
    if kind is Kind.TEXT:
        missing = sa.or_(missing, sa.func.trim(column) == "")
    return sa.case((missing, 1), else_=0)


def _optional(relation: Relation, name: str | None) -> ColumnElement[Any]:
    return relation.column(name)[0] if name else sa.cast(sa.null(), sa.String)
