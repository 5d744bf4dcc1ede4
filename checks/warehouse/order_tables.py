"""The orders, the purchases and the conditions for orphans, as parts of statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource, OrdersSource, SessionsSource
from checks.config.naive_zones import NaiveZones
from checks.core.errors import MeasurementError
from checks.warehouse.instants import Instant, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.partitions import partitions
from checks.warehouse.relation import Relation, mapped
from checks.warehouse.roles import amount_of, event_name_of, id_of, same_id

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement, Label
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

#: How far from its purchase an order may be: shops reuse ids.
MATCHED_WITHIN = timedelta(days=2)
#: Beginning and exclusive end of each day, in order and without gaps.
Slices = Sequence[tuple[datetime, datetime]]
#: More columns of a row, made from its time.
More = Callable[[Instant], Sequence["Label[Any]"]]


def _no_columns(at: Instant) -> Sequence[Label[Any]]:
    return ()


@dataclass(slots=True)
class Unread:
    """Optional columns that could not be read, with the reason, by `section.key`."""

    why: dict[str, str] = field(default_factory=dict)

    def detail(self, key: str, column: Callable[[], ColumnElement[Any]]) -> ColumnElement[Any]:
        """The column; NULL where it cannot be read, and the reason is recorded."""
        try:
            return column()
        except MeasurementError as error:
            self.why[key] = error.detail
            return sa.cast(sa.null(), sa.String if key.endswith("_id") else sa.BigInteger)


@dataclass(frozen=True, slots=True)
class _OrdersNear:
    """Rows of (order_id, ordered_at, dated), and how their time is compared."""

    rows: sa.Subquery
    at: Instant


@dataclass(frozen=True, slots=True)
class OrderTables:
    """The mapped sections. Every method raises MeasurementError for a missing table or column."""

    warehouse: Warehouse
    zone: ZoneInfo
    naive: NaiveZones
    orders: OrdersSource
    sessions: SessionsSource | None
    events: EventsSource | None
    #: From here on a time counts as missing (`Timeframe.far`).
    far: datetime

    def orders_between(
        self, start: datetime, end: datetime, unread: Unread, more: More = _no_columns
    ) -> CTE:
        """Order id, session id and amount in millionths of each order of a time range.

        An id or an amount that cannot be read must not hide that a session is missing.
        """
        relation = self.warehouse.relation("orders", self.orders)
        at = self.ordered_at()
        session_column = mapped(self.orders.session_id, "orders.session_id")
        session = id_of(relation, session_column, self.warehouse.profile)
        return (
            sa.select(
                unread.detail(
                    "orders.order_id", lambda: self._optional_id(relation, self.orders.order_id)
                ).label("order_id"),
                session.expression.label("session_id"),
                session.blank.label("blank"),
                sa.literal(1).label("events"),
                unread.detail(
                    "orders.revenue", lambda: self._micros(relation, self.orders.revenue)
                ).label("micros"),
                *more(at),
            )
            .select_from(relation.target)
            .where(at.between(start, end))
            .cte(self.warehouse.inner_name("day_orders"))
        )

    def ordered_at(self) -> Instant:
        """The time at which an order was placed."""
        relation = self.warehouse.relation("orders", self.orders)
        return instant(
            relation, self.orders.ordered_at, self.warehouse.profile, self.naive.orders, self.zone
        )

    def session_exists(self, orders: CTE, days: Slices) -> ColumnElement[bool]:
        """Whether an order's session exists: the few orders look up the big table.

        `days` are the days of the orders; with more than one, `orders` needs a column `day` with
        their index. Where `started_at` is mapped, only sessions count that began on the order's
        day or within the lookback before it, and those without a time.
        """
        sessions = self._session_source()
        relation = self.warehouse.relation("sessions", sessions)
        orders_relation = self.warehouse.relation("orders", self.orders)
        profile, name = self.warehouse.profile, sessions.session_id
        orders_id = id_of(
            orders_relation, mapped(self.orders.session_id, "orders.session_id"), profile
        )
        session, session_id = id_of(relation, name, profile), orders.c.session_id
        same = self._same(session.expression, session.kind, session_id, orders_id.kind)
        near = profile.id_candidates(relation.stored(name), relation.kind_of(name), session_id)
        same = same if near is None else sa.and_(near, same)
        begun = _exists(relation, sa.and_(*self._within_lookback(relation, orders, days), same))
        undated = self._undated_sessions(relation, days)
        return sa.or_(begun, _exists(relation, sa.and_(*undated, same))) if undated else begun

    def _within_lookback(
        self, relation: Relation, orders: CTE, days: Slices
    ) -> list[ColumnElement[bool]]:
        """Conditions for sessions that may belong to the orders, as far as times are mapped."""
        sessions, profile = self._session_source(), self.warehouse.profile
        lookback = timedelta(days=sessions.lookback_days)
        first, last = days[0][0] - lookback, days[-1][1]
        if sessions.started_at is None:
            setting = relation.partition
            parts = partitions(relation, setting, profile) if setting else None
            return [parts.between(first, last)] if parts else []
        at = instant(relation, sessions.started_at, profile, self.naive.sessions, self.zone)
        if len(days) == 1:
            return [at.between(first, last)]
        floor = [at.bound(start - lookback) for start, _ in days]
        ceiling = [at.bound(end) for _, end in days]
        return [
            at.between(first, last),
            at.expression >= _of_day(orders, floor, profile),
            at.expression < _of_day(orders, ceiling, profile),
        ]

    def _undated_sessions(self, relation: Relation, days: Slices) -> list[ColumnElement[bool]]:
        """Conditions for sessions without a time; none where no time is mapped."""
        sessions, profile = self._session_source(), self.warehouse.profile
        if sessions.started_at is None:
            return []
        at = instant(relation, sessions.started_at, profile, self.naive.sessions, self.zone)
        lookback = timedelta(days=sessions.lookback_days)
        return at.without_time(days[0][0] - lookback, days[-1][1])

    def _session_source(self) -> SessionsSource:
        if self.sessions is None:
            raise LookupError("sessions are not mapped")
        return self.sessions

    def sources_of_purchases(self) -> EventsSource | None:
        """The events, where both order ids are mapped; else purchases cannot be matched."""
        both = self.events is not None and self.events.order_id and self.orders.order_id
        return self.events if both else None

    def purchases_between(
        self, start: datetime, end: datetime, unread: Unread, more: More = _no_columns
    ) -> CTE:
        """Order id and amount in millionths of each purchase event of a time range."""
        events = self._purchase_source()
        relation = self.warehouse.relation("events", events)
        at = self.bought_at()
        order_id = id_of(relation, events.order_id or "", self.warehouse.profile)
        micros = unread.detail("events.revenue", lambda: self._micros(relation, events.revenue))
        return (
            sa.select(
                order_id.expression.label("order_id"),
                order_id.blank.label("blank"),
                micros.label("micros"),
                *more(at),
            )
            .select_from(relation.target)
            .where(
                at.between(start, end),
                event_name_of(relation, events.name, self.warehouse.profile).in_(
                    events.purchase_names
                ),
            )
            .cte(self.warehouse.inner_name("day_purchases"))
        )

    def bought_at(self) -> Instant:
        """The time at which a purchase event happened."""
        events = self._purchase_source()
        relation = self.warehouse.relation("events", events)
        return instant(
            relation, events.occurred_at, self.warehouse.profile, self.naive.events, self.zone
        )

    def matching_orders(self, purchases: CTE, days: Slices) -> CTE:
        """The ids of purchases that have an order, and `dated`: whether one of them has a time.

        An order counts if it was placed from two days before the purchase's day to two days
        after it, as ids are reused. One without a time may be any. More than one day need a
        column `day` with their index.
        """
        events, profile = self._purchase_source(), self.warehouse.profile
        of_events = self.warehouse.relation("events", events)
        of_orders = self.warehouse.relation("orders", self.orders)
        purchase_id_kind = id_of(of_events, events.order_id or "", profile).kind
        kind = id_of(of_orders, self.orders.order_id or "", profile).kind
        near = self._orders_near(days)
        keys = [purchases.c.order_id, *([purchases.c.day] if len(days) > 1 else [])]
        conditions = [purchases.c.blank == 0]
        if len(days) > 1:
            floor = [near.at.bound(start - MATCHED_WITHIN) for start, _ in days]
            ceiling = [near.at.bound(end + MATCHED_WITHIN) for _, end in days]
            at = near.rows.c.ordered_at
            inside = sa.and_(
                at >= _of_day(purchases, floor, profile), at < _of_day(purchases, ceiling, profile)
            )
            conditions.append(sa.or_(near.rows.c.dated == 0, inside))
        same = self._same(near.rows.c.order_id, kind, purchases.c.order_id, purchase_id_kind)
        return (
            sa.select(*keys, sa.func.max(near.rows.c.dated).label("dated"))
            .select_from(purchases.join(near.rows, same))
            .where(*conditions)
            .group_by(*keys)
            .cte(self.warehouse.inner_name("matches"))
        )

    def _orders_near(self, days: Slices) -> _OrdersNear:
        """The orders that may be those of the days' purchases, and those that belong to no day."""
        relation, at = self.warehouse.relation("orders", self.orders), self.ordered_at()
        id_ = id_of(relation, self.orders.order_id or "", self.warehouse.profile)
        order_id = id_.expression.label("order_id")
        moment = at.expression.label("ordered_at")
        first, last = days[0][0], days[-1][1]
        branches = (
            sa.select(order_id, moment, sa.literal_column(truth, sa.Integer).label("dated"))
            .select_from(relation.target)
            .where(*conditions)
            for truth, conditions in (
                ("1", [at.between(first - MATCHED_WITHIN, last + MATCHED_WITHIN)]),
                ("0", at.without_time(first, last)),
                ("0", at.far(self.far, first)),
            )
        )
        rows = sa.union_all(*branches).subquery(self.warehouse.inner_name("orders_near"))
        return _OrdersNear(rows, at)

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
            .cte(self.warehouse.inner_name("purchases"))
        )

    def _purchase_source(self) -> EventsSource:
        events = self.sources_of_purchases()
        if events is None:
            raise LookupError("the order ids of events and orders are not both mapped")
        return events

    def compared_kinds(self, *, purchases: bool) -> tuple[Kind, Kind]:
        """The kinds of both compared columns: order ids of purchases and orders, else session ids
        of orders and sessions."""
        orders = self.warehouse.relation("orders", self.orders)
        if purchases:
            events = self._purchase_source()
            bought = self.warehouse.relation("events", events).column(events.order_id or "")[1]
            return bought, orders.column(self.orders.order_id or "")[1]
        sessions = self._session_source()
        relation = self.warehouse.relation("sessions", sessions)
        own = orders.column(mapped(self.orders.session_id, "orders.session_id"))[1]
        return own, relation.column(sessions.session_id)[1]

    def id_kinds(self, *, purchases: bool) -> tuple[Kind, Kind]:
        """The kinds of the order ids and session ids of orders, or of purchases."""
        if purchases:
            events = self._purchase_source()
            relation = self.warehouse.relation("events", events)
            return relation.column(events.order_id or "")[1], Kind.TEXT
        relation = self.warehouse.relation("orders", self.orders)
        try:
            kind = relation.column(self.orders.order_id)[1] if self.orders.order_id else Kind.TEXT
        except MeasurementError:
            kind = Kind.TEXT
        return kind, relation.column(mapped(self.orders.session_id, "orders.session_id"))[1]

    def _optional_id(self, relation: Relation, name: str | None) -> ColumnElement[Any]:
        """An id; NULL for a value that is no id and where it is not mapped."""
        if name is None:
            return sa.cast(sa.null(), sa.String)
        id_ = id_of(relation, name, self.warehouse.profile)
        return sa.case((id_.blank == 0, id_.expression), else_=None)

    def _same(
        self,
        column: ColumnElement[Any],
        kind: Kind,
        searched: ColumnElement[Any],
        searched_kind: Kind,
    ) -> ColumnElement[bool]:
        return same_id(column, kind, searched, searched_kind, self.warehouse.profile)

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
