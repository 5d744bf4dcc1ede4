"""The orders, the purchases and what an orphan is, as things to select from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource, OrdersSource, SessionsSource
from checks.errors import MeasurementError
from checks.warehouse.events import amount_of
from checks.warehouse.instants import Instant, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.partitions import partitions
from checks.warehouse.relation import Relation

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement, Label
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

#: Beginning and exclusive end of each day, in order and without gaps.
Slices = Sequence[tuple[datetime, datetime]]
#: More columns of a row, made from its time.
More = Callable[[Instant], Sequence["Label[Any]"]]


def _no_more(at: Instant) -> Sequence[Label[Any]]:
    return ()


@dataclass(slots=True)
class Unread:
    """Columns that only add detail and could not be read: why, by `section.key`."""

    why: dict[str, str] = field(default_factory=dict)

    def detail(self, key: str, column: Callable[[], ColumnElement[Any]]) -> ColumnElement[Any]:
        """The column; NULL, and why is kept, where it cannot be read."""
        try:
            return column()
        except MeasurementError as error:
            self.why[key] = error.detail
            return sa.cast(sa.null(), sa.String if key.endswith("_id") else sa.BigInteger)


@dataclass(frozen=True, slots=True)
class OrderTables:
    """The mapped sections. Every method raises MeasurementError for what is not there."""

    warehouse: Warehouse
    zone: ZoneInfo
    naive: ZoneInfo
    orders: OrdersSource
    sessions: SessionsSource | None
    events: EventsSource | None

    def orders_between(
        self, start: datetime, end: datetime, unread: Unread, more: More = _no_more
    ) -> CTE:
        """Order id, session id and amount in millionths of each order of a time range.

        An id or an amount that cannot be read must not hide that a session is missing.
        """
        relation = self.warehouse.relation("orders", self.orders)
        at = self.ordered_at()
        session, kind = relation.column(self.orders.session_id)
        return (
            sa.select(
                unread.detail(
                    "orders.order_id", lambda: _optional(relation, self.orders.order_id)
                ).label("order_id"),
                session.label("session_id"),
                self._blank(session, kind).label("blank"),
                sa.literal(1).label("events"),
                unread.detail(
                    "orders.revenue", lambda: self._micros(relation, self.orders.revenue)
                ).label("micros"),
                *more(at),
            )
            .select_from(relation.target)
            .where(at.between(start, end))
            .cte("day_orders")
        )

    def ordered_at(self) -> Instant:
        """When an order was placed."""
        relation = self.warehouse.relation("orders", self.orders)
        return instant(
            relation, self.orders.ordered_at, self.warehouse.profile, self.naive, self.zone
        )

    def known(self, orders: CTE, days: Slices) -> ColumnElement[bool]:
        """Whether an order's session exists: the few orders probe the big table.

        `days` are the days that the orders lie in; more than one need a column `day` with
        their index. Where it is mapped when sessions begin, only those count that began on
        the order's day or within the lookback before it.
        """
        sessions = self._session_source()
        relation = self.warehouse.relation("sessions", sessions)
        own = self.warehouse.relation("orders", self.orders)
        own_kind = own.column(self.orders.session_id)[1]
        column, kind = relation.column(sessions.session_id)
        same = self._same(column, kind, orders.c.session_id, own_kind)
        return _exists(relation, sa.and_(*self._begun(relation, orders, days), same))

    def _begun(self, relation: Relation, orders: CTE, days: Slices) -> list[ColumnElement[bool]]:
        """Which sessions may belong to the orders, as far as that is mapped."""
        sessions, profile = self._session_source(), self.warehouse.profile
        lookback = timedelta(days=sessions.lookback_days)
        first, last = days[0][0] - lookback, days[-1][1]
        if sessions.started_at is None:
            setting = relation.partition
            parts = partitions(relation, setting, profile) if setting else None
            return [parts.between(first, last)] if parts else []
        at = instant(relation, sessions.started_at, profile, self.naive, self.zone)
        if len(days) == 1:
            return [at.between(first, last)]
        floor = [at.bound(start - lookback) for start, _ in days]
        ceiling = [at.bound(end) for _, end in days]
        return [
            at.between(first, last),
            at.expression >= _of_day(orders, floor, profile),
            at.expression < _of_day(orders, ceiling, profile),
        ]

    def _session_source(self) -> SessionsSource:
        if self.sessions is None:
            raise LookupError("sessions are not mapped")
        return self.sessions

    def sources_of_purchases(self) -> EventsSource | None:
        """The events, where both order ids are mapped; else purchases cannot be matched."""
        both = self.events is not None and self.events.order_id and self.orders.order_id
        return self.events if both else None

    def purchases_between(
        self, start: datetime, end: datetime, unread: Unread, more: More = _no_more
    ) -> CTE:
        """Order id and amount in millionths of each purchase event of a time range."""
        events = self._purchase_source()
        relation = self.warehouse.relation("events", events)
        at = self.bought_at()
        order_id, kind = relation.column(events.order_id or "")
        micros = unread.detail("events.revenue", lambda: self._micros(relation, events.revenue))
        return (
            sa.select(
                order_id.label("order_id"),
                self._blank(order_id, kind).label("blank"),
                micros.label("micros"),
                *more(at),
            )
            .select_from(relation.target)
            .where(
                at.between(start, end),
                relation.column(events.name)[0].in_(events.purchase_names),
            )
            .cte("day_purchases")
        )

    def bought_at(self) -> Instant:
        """When a purchase event happened."""
        events = self._purchase_source()
        relation = self.warehouse.relation("events", events)
        return instant(relation, events.occurred_at, self.warehouse.profile, self.naive, self.zone)

    def ordered(self, bought: CTE, days: Slices) -> ColumnElement[bool]:
        """Whether a purchase's order exists, whenever it was placed.

        In a partitioned table: in the partitions from that of the purchase's day. More than
        one day need a column `day` with their index.
        """
        events = self._purchase_source()
        orders = self.warehouse.relation("orders", self.orders)
        bought_kind = self.warehouse.relation("events", events).column(events.order_id or "")[1]
        column, kind = orders.column(self.orders.order_id or "")
        same = self._same(column, kind, bought.c.order_id, bought_kind)
        return _exists(orders, sa.and_(*self._not_before(orders, bought, days), same))

    def by_order(
        self, rows: CTE, more: Mapping[str, ColumnElement[Any]] | None = None, *keys: str
    ) -> CTE:
        """Purchases grouped by order id: an id seen twice counts its amount once.

        Those without an id are one group. `keys` are further columns to group by, `more`
        further aggregates by name.
        """
        total = sa.case(
            (rows.c.blank == 1, self.warehouse.profile.total(rows.c.micros)),
            else_=sa.func.max(rows.c.micros),
        )
        groups = [rows.c[key] for key in (*keys, "order_id", "blank")]
        return (
            sa.select(
                *groups,
                sa.func.count().label("events"),
                total.label("micros"),
                *(value.label(name) for name, value in (more or {}).items()),
            )
            .group_by(*groups)
            .cte("purchases")
        )

    def _purchase_source(self) -> EventsSource:
        events = self.sources_of_purchases()
        if events is None:
            raise LookupError("the order ids of events and orders are not both mapped")
        return events

    def _not_before(self, orders: Relation, bought: CTE, days: Slices) -> list[ColumnElement[bool]]:
        """Which partitions of the orders may hold those of the purchases."""
        if orders.partition is None:
            return []
        profile = self.warehouse.profile
        parts = partitions(orders, orders.partition, profile)
        floors = [parts.floor(start) for start, _ in days]
        each = [parts.column >= _of_day(bought, floors, profile)] if len(days) > 1 else []
        return [parts.from_(days[0][0]), *each]

    def id_kinds(self, *, purchases: bool) -> tuple[Kind, Kind]:
        """What the order ids and the session ids of orders, or of purchases, are stored as."""
        if purchases:
            events = self._purchase_source()
            relation = self.warehouse.relation("events", events)
            return relation.column(events.order_id or "")[1], Kind.TEXT
        relation = self.warehouse.relation("orders", self.orders)
        try:
            kind = relation.column(self.orders.order_id)[1] if self.orders.order_id else Kind.TEXT
        except MeasurementError:
            kind = Kind.TEXT
        return kind, relation.column(self.orders.session_id)[1]

    def _blank(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[int]:
        missing: ColumnElement[bool] = column.is_(None)
        if kind is Kind.TEXT:
            profile = self.warehouse.profile
            missing = sa.or_(missing, profile.is_blank(profile.as_text(column)))
        return sa.case((missing, 1), else_=0)

    def _same(
        self,
        column: ColumnElement[Any],
        kind: Kind,
        wanted: ColumnElement[Any],
        wanted_kind: Kind,
    ) -> ColumnElement[bool]:
        """Whether two ids are equal: as they are, or as text when their types differ."""
        if kind is wanted_kind:
            return column == wanted
        as_text = self.warehouse.profile.as_text
        return as_text(column) == as_text(wanted)

    def _micros(self, relation: Relation, name: str | None) -> ColumnElement[Any]:
        """A finite amount in millionths, else NULL; an unmapped one is NULL."""
        profile = self.warehouse.profile
        if name is None:
            return profile.whole(sa.null())
        amount, valid = amount_of(relation, name, profile)
        return profile.micros(amount if valid is None else sa.case((valid, amount), else_=None))


def _of_day(
    rows: CTE, bounds: Sequence[sa.BindParameter[Any]], profile: Profile
) -> ColumnElement[Any]:
    """The bound that belongs to a row's day."""
    values = [profile.typed(bound) for bound in bounds]
    cases = [(rows.c.day == index, value) for index, value in enumerate(values[:-1])]
    return sa.case(*cases, else_=values[-1])


def _exists(relation: Relation, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return sa.exists(sa.select(sa.literal(1)).select_from(relation.target).where(condition))


def _optional(relation: Relation, name: str | None) -> ColumnElement[Any]:
    return relation.column(name)[0] if name else sa.cast(sa.null(), sa.String)
