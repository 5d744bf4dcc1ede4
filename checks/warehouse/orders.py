"""Reads the orders of the judged day and finds those that nothing can be attributed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

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
        unread = Unread()
        yield "orders", _counting(*self._orders(self.sessions, unread), self.warehouse.profile)
        if self._tables.sources_of_purchases() is not None:
            bought = self._purchases(unread)
            yield "purchases", _counting(bought.rows, bought.groups, self.warehouse.profile)

    def _orders(
        self, sessions: SessionsSource | None, unread: Unread
    ) -> tuple[CTE, dict[str, ColumnElement[bool]]]:
        """The day's orders, and which of them are orphans of each kind."""
        tables = self._tables
        day = tables.orders_between(*self._day, unread)
        orphans = {NO_SESSION: day.c.blank == 1}
        if sessions is not None:
            orphans[UNKNOWN_SESSION] = sa.and_(day.c.blank == 0, ~tables.known(day, [self._day]))
        return day, orphans

    def _read_orders(self, found: _Found, sessions: SessionsSource | None) -> None:
        day, orphans = self._orders(sessions, found.unread)
        has_revenue = self.orders.revenue is not None and "orders.revenue" not in found.unread.why
        rows = _counted(self.warehouse, day, orphans)
        found.take_orders(rows[ALL], has_revenue=has_revenue)
        for kind, condition in orphans.items():
            row = rows[kind]
            ids = self._ids("orders", self.orders, day, condition) if row.rows else ()
            dark = as_amount(row.micros) if has_revenue else None
            found.kinds[kind] = OrphanKind(kind, row.rows, dark, ids)

    def _ids(
        self,
        section: str,
        source: OrdersSource | EventsSource,
        rows: CTE,
        condition: ColumnElement[bool],
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
            .where(condition, rows.c.order_id.is_not(None))
            .group_by(rows.c.order_id)
            .order_by(*self.warehouse.profile.in_order(rows.c.order_id, kind))
            .limit(MOST_IDS)
        )
        return tuple(clean(row[0]) for row in self.warehouse.fetch(statement))

    def _purchases(self, unread: Unread) -> _Bought:
        """The day's purchases by order, and which of them have none."""
        tables = self._tables
        rows = tables.by_order(tables.purchases_between(*self._day, unread))
        missing = sa.and_(rows.c.blank == 0, ~tables.ordered(rows, [self._day]))
        return _Bought(rows, {_BLANK: rows.c.blank == 1, NO_ORDER: missing})

    def _read_purchases(self, found: _Found) -> None:
        events = self._tables.sources_of_purchases()
        if events is None:
            found.absent.append(NO_ORDER)
            return
        bought = self._purchases(found.unread)
        rows = _counted(self.warehouse, bought.rows, bought.groups)
        found.purchases = rows[ALL].events
        with_id = rows[ALL].events - rows[_BLANK].events
        found.duplicate_purchases = with_id - (rows[ALL].rows - rows[_BLANK].rows)
        dark = as_amount(rows[_BLANK].micros + rows[NO_ORDER].micros)
        count = rows[_BLANK].events + rows[NO_ORDER].rows
        lost = rows[NO_ORDER].rows
        ids = self._ids("events", events, bought.rows, bought.groups[NO_ORDER]) if lost else ()
        has_revenue = events.revenue and "events.revenue" not in found.unread.why
        found.kinds[NO_ORDER] = OrphanKind(NO_ORDER, count, dark if has_revenue else None, ids)


@dataclass(frozen=True, slots=True)
class _Bought:
    """Purchases by order, and the groups of them that are counted apart."""

    rows: CTE
    groups: Mapping[str, ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class _Counts:
    """One group: its rows, the events they stand for, their amount in millionths, their ids."""

    rows: int
    events: int
    micros: int
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
        self.unread = Unread()

    def take_orders(self, every: _Counts, *, has_revenue: bool) -> None:
        self.orders = every.rows
        self.revenue = as_amount(every.micros) if has_revenue else None
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
            unread=self.unread.why,
        )


def _counted(
    warehouse: Warehouse, rows: CTE, groups: Mapping[str, ColumnElement[bool]]
) -> dict[str, _Counts]:
    """All rows and each group of them, in one statement."""
    found = warehouse.fetch(_counting(rows, groups, warehouse.profile))
    return {
        str(name): _Counts(int(n), int(events or 0), as_micros(micros), int(ids), int(distinct))
        for name, n, events, micros, ids, distinct in found
    }


def _counting(
    rows: CTE, groups: Mapping[str, ColumnElement[bool]], profile: Profile
) -> sa.Select[Any]:
    parts = [_count(ALL, rows, profile)]
    parts += [_count(name, rows, profile).where(condition) for name, condition in groups.items()]
    together = sa.union_all(*parts).subquery("counted")
    return sa.select(*together.c)


def _count(name: str, rows: CTE, profile: Profile) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        sa.literal(name).label("name"),
        sa.func.count().label("rows_"),
        sa.func.sum(rows.c.events).label("events"),
        profile.total(rows.c.micros).label("micros"),
        sa.func.count(rows.c.order_id).label("ids"),
        sa.func.count(rows.c.order_id.distinct()).label("distinct_ids"),
    ).select_from(rows)
