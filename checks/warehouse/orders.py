"""Reads the orders of the judged day and finds those that nothing can be attributed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource, OrdersSource, SessionsSource
from checks.errors import MeasurementError
from checks.metrics import OrderCounts, OrphanKind, Unmeasured, as_amount, as_micros
from checks.text import clean
from checks.timeframe import Timeframe
from checks.warehouse.order_tables import OrderTables, Unread
from checks.warehouse.orphan_kinds import (
    KINDS,
    NO_ORDER,
    NO_ORDER_ID,
    NO_SESSION,
    UNKNOWN_SESSION,
    orders_by_kind,
    purchases_by_kind,
)

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

MOST_IDS = 20
_BOUGHT = (NO_ORDER_ID, NO_ORDER)


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
        return replace(found.counts(), lookback_days=self._lookback_days)

    @property
    def _lookback_days(self) -> int | None:
        sessions = self.sessions
        if sessions is None or (sessions.started_at is None and sessions.partition is None):
            return None
        return sessions.lookback_days

    @property
    def _tables(self) -> OrderTables:
        return OrderTables(
            self.warehouse, self.frame.zone, self.naive, self.orders, self.sessions, self.events
        )

    @property
    def _day(self) -> tuple[datetime, datetime]:
        return self.frame.start, self.frame.cut

    def _attempt(self, found: _Found, kind: str, read: Callable[[_Found], None]) -> None:
        try:
            read(found)
        except MeasurementError as error:
            found.problems[kind] = Unmeasured.of(error)

    def queries(self) -> Iterator[tuple[str, sa.Select[Any]]]:
        """What `read` asks whatever it finds, by name. Raises MeasurementError."""
        unread, profile = Unread(), self.warehouse.profile
        orders, kinds = self._orders(self.sessions, unread)
        yield "orders", _counting(orders, kinds, profile)
        if self._tables.sources_of_purchases() is not None:
            yield "purchases", _counting(self._purchases(unread), _BOUGHT, profile)

    def _orders(
        self, sessions: SessionsSource | None, unread: Unread
    ) -> tuple[CTE, tuple[str, ...]]:
        """The day's orders with their kind, and the kinds that are told apart."""
        tables, probed = self._tables, sessions is not None
        day = tables.orders_between(*self._day, unread)
        kinds = (NO_SESSION, UNKNOWN_SESSION) if probed else (NO_SESSION,)
        return orders_by_kind(tables, day, [self._day], probed=probed), kinds

    def _read_orders(self, found: _Found, sessions: SessionsSource | None) -> None:
        orders, kinds = self._orders(sessions, found.unread)
        has_revenue = self.orders.revenue is not None and "orders.revenue" not in found.unread.why
        counted = _counted(self.warehouse, orders, kinds)
        found.take_orders(counted, has_revenue=has_revenue)
        for kind in kinds:
            group = counted.groups[kind]
            ids = self._ids("orders", self.orders, orders, kind) if group.rows else ()
            dark = as_amount(group.micros) if has_revenue else None
            found.kinds[kind] = OrphanKind(kind, group.rows, dark, ids)

    def _ids(
        self,
        section: str,
        source: OrdersSource | EventsSource,
        rows: CTE,
        group: str,
    ) -> tuple[str, ...]:
        """The first order ids of a group, in the same order on every engine."""
        if source.order_id is None:
            return ()
        relation = self.warehouse.relation(section, source)
        try:
            kind = relation.column(source.order_id)[1]
        except MeasurementError:
            return ()  # said among what could not be read
        statement = (
            sa.select(rows.c.order_id)
            .where(rows.c.kind == group, rows.c.order_id.is_not(None))
            .group_by(rows.c.order_id)
            .order_by(*self.warehouse.profile.in_order(rows.c.order_id, kind))
            .limit(MOST_IDS)
        )
        return tuple(clean(row[0]) for row in self.warehouse.fetch(statement))

    def _purchases(self, unread: Unread) -> CTE:
        """The day's purchases by order, with their kind."""
        tables = self._tables
        bought = tables.by_order(tables.purchases_between(*self._day, unread))
        return purchases_by_kind(tables, bought, [self._day])

    def _read_purchases(self, found: _Found) -> None:
        events = self._tables.sources_of_purchases()
        if events is None:
            found.absent.append(NO_ORDER)
            return
        bought = self._purchases(found.unread)
        counted = _counted(self.warehouse, bought, _BOUGHT)
        blank, lost = counted.groups[NO_ORDER_ID], counted.groups[NO_ORDER]
        found.purchases = counted.every.events
        with_id = counted.every.events - blank.events
        found.duplicate_purchases = with_id - (counted.every.rows - blank.rows)
        ids = self._ids("events", events, bought, NO_ORDER) if lost.rows else ()
        has_revenue = events.revenue and "events.revenue" not in found.unread.why
        dark = as_amount(blank.micros + lost.micros) if has_revenue else None
        found.kinds[NO_ORDER] = OrphanKind(NO_ORDER, blank.events + lost.rows, dark, ids)


@dataclass(frozen=True, slots=True)
class _Group:
    """Its rows, the events they stand for, their amount in millionths."""

    rows: int
    events: int
    micros: int


@dataclass(frozen=True, slots=True)
class _Counts:
    """All rows, their ids, and each group of them."""

    every: _Group
    ids: int
    distinct_ids: int
    groups: Mapping[str, _Group]


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
        self.unread = Unread()

    def take_orders(self, counted: _Counts, *, has_revenue: bool) -> None:
        self.orders = counted.every.rows
        self.revenue = as_amount(counted.every.micros) if has_revenue else None
        self.duplicates = counted.ids - counted.distinct_ids

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
            unread=self.unread.why,
        )


def _counted(warehouse: Warehouse, rows: CTE, kinds: Sequence[str]) -> _Counts:
    """All rows and each kind of them, in one statement."""
    ids, distinct, *counts = warehouse.fetch(_counting(rows, kinds, warehouse.profile))[0]
    every, *groups = (_group(*counts[start : start + 3]) for start in range(0, len(counts), 3))
    return _Counts(every, int(ids), int(distinct), dict(zip(kinds, groups, strict=True)))


def _group(rows: object, events: object, micros: object) -> _Group:
    return _Group(as_micros(rows), as_micros(events), as_micros(micros))


def _counting(rows: CTE, kinds: Sequence[str], profile: Profile) -> sa.Select[*tuple[Any, ...]]:
    """One row: ids and distinct ids, then rows, events and amount of all and of each kind."""
    columns: list[sa.Label[Any]] = [
        sa.func.count(rows.c.order_id).label("ids"),
        sa.func.count(rows.c.order_id.distinct()).label("distinct_ids"),
        sa.func.count().label("rows_"),
        sa.func.sum(rows.c.events).label("events"),
        profile.total(rows.c.micros).label("micros"),
    ]
    for kind in kinds:
        columns += [
            sa.func.count(_where(rows, kind, sa.literal(1))).label(f"{kind}_rows"),
            sa.func.sum(_where(rows, kind, rows.c.events)).label(f"{kind}_events"),
            profile.total(_where(rows, kind, rows.c.micros)).label(f"{kind}_micros"),
        ]
    return sa.select(*columns).select_from(rows)


def _where(rows: CTE, kind: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.case((rows.c.kind == kind, value), else_=None)
