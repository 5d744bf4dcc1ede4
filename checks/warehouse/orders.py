"""Reads the orders of the judged day and finds those that nothing can be attributed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.config.model import EventsSource, OrdersSource, SessionsSource
from checks.config.naive_zones import NaiveZones
from checks.core.errors import MeasurementError
from checks.core.metrics import (
    NO_ORDER,
    NO_SESSION,
    ORPHAN_KINDS,
    UNKNOWN_SESSION,
    OrderCounts,
    OrphanKind,
)
from checks.core.model import Cause
from checks.core.text import clean
from checks.core.timeframe import Timeframe
from checks.core.values import Unmeasured, as_amount, as_micros
from checks.warehouse.order_tables import OrderTables, Unread
from checks.warehouse.orphan_kinds import (
    NO_ORDER_ID,
    UNDATED_ORDER,
    orders_by_kind,
    purchases_by_kind,
)
from checks.warehouse.partition_spelling import require_spelled
from checks.warehouse.roles import kinds_differ

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.relation import Source

MOST_IDS = 20
_ROWS = "rows_"
# Parts of the orders' statement: orders of the day, without a time, after now, years after now,
# and the largest number of the day's that share a session id.
_OF_DAY, _UNDATED, _FUTURE, _FAR, _SHARED = 0, 1, 2, 3, 4
_PURCHASE_KINDS = (NO_ORDER_ID, NO_ORDER, UNDATED_ORDER)


@dataclass(frozen=True, slots=True)
class OrderReader:
    """The mapped sections and the day; `read` measures everything that is mapped."""

    warehouse: Warehouse
    frame: Timeframe
    naive: NaiveZones
    orders: OrdersSource
    sessions: SessionsSource | None
    events: EventsSource | None

    def read(self) -> OrderCounts:
        """Orders of the data date and each kind of orphan, each measured on its own.

        Raises MeasurementError only when the orders themselves cannot be read.
        """
        measured = _OrderMeasurements()
        self._require_spelled("orders", self.orders)
        try:
            if self.sessions is not None:
                self._require_spelled("sessions", self.sessions)
            self._read_orders(measured, self.sessions)
        except MeasurementError as error:
            if self.sessions is None:
                raise
            self._read_orders(measured, None)
            measured.problems[UNKNOWN_SESSION] = Unmeasured.of(error)
        if self.sessions is None:
            measured.absent.append(UNKNOWN_SESSION)
        self._attempt(measured, NO_ORDER, self._read_purchases)
        return replace(measured.counts(), lookback_days=self._lookback_days)

    def _require_spelled(self, section: str, source: Source) -> None:
        require_spelled(self.warehouse, section, source, *self._day)

    @property
    def _lookback_days(self) -> int | None:
        sessions = self.sessions
        if sessions is None or (sessions.started_at is None and sessions.partition is None):
            return None
        return sessions.lookback_days

    @property
    def _tables(self) -> OrderTables:
        return OrderTables(
            self.warehouse, self.frame.zone, self.naive, self.orders, self.sessions, self.events,
            self.frame.far,
        )  # fmt: skip

    @property
    def _day(self) -> tuple[datetime, datetime]:
        return self.frame.start, self.frame.cut

    def _attempt(
        self, measured: _OrderMeasurements, kind: str, read: Callable[[_OrderMeasurements], None]
    ) -> None:
        try:
            read(measured)
        except MeasurementError as error:
            measured.problems[kind] = Unmeasured.of(error)

    def queries(self) -> Iterator[tuple[str, sa.Select[Any]]]:
        """The statements that `read` sends in any case, by name. Raises MeasurementError."""
        unread, profile = Unread(), self.warehouse.profile
        orders, kinds = self._orders(self.sessions, unread)
        yield "orders", self._counting_orders(orders, kinds)
        if self._tables.sources_of_purchases() is not None:
            yield "purchases", _counting(self._purchases(unread), _PURCHASE_KINDS, profile)

    def _orders(
        self, sessions: SessionsSource | None, unread: Unread
    ) -> tuple[CTE, tuple[str, ...]]:
        """The day's orders with their kind, and the kinds that are distinguished."""
        tables, probed = self._tables, sessions is not None
        day = tables.orders_between(*self._day, unread)
        kinds = (NO_SESSION, UNKNOWN_SESSION) if probed else (NO_SESSION,)
        return orders_by_kind(tables, day, [self._day], probed=probed), kinds

    def _read_orders(self, measured: _OrderMeasurements, sessions: SessionsSource | None) -> None:
        orders, kinds = self._orders(sessions, measured.unread)
        has_revenue = (
            self.orders.revenue is not None and "orders.revenue" not in measured.unread.why
        )
        rows = self.warehouse.fetch(self._counting_orders(orders, kinds))
        by_part = {int(part): counts for *counts, part in rows}
        counted = _counts_of(by_part[_OF_DAY], kinds)
        measured.set_orders(counted, has_revenue=has_revenue)
        measured.undated, measured.future, measured.far, measured.of_one_session = (
            _counts_of(by_part[part], kinds).total.rows
            for part in (_UNDATED, _FUTURE, _FAR, _SHARED)
        )
        for kind in kinds:
            group = counted.groups[kind]
            ids = self._ids("orders", self.orders, orders, kind) if group.rows else ()
            lost_revenue = as_amount(group.micros) if has_revenue else None
            measured.kinds[kind] = OrphanKind(kind, group.rows, lost_revenue, ids)
        if UNKNOWN_SESSION in kinds:
            with_session = counted.total.rows - counted.groups[NO_SESSION].rows
            unknown = counted.groups[UNKNOWN_SESSION].rows
            self._check_id_kinds(measured, UNKNOWN_SESSION, unknown, with_session)

    def _check_id_kinds(
        self, measured: _OrderMeasurements, kind: str, without_match: int, ids: int
    ) -> None:
        """Record a problem where ids are of different kinds and none matches: no orphans then."""
        is_purchase = kind == NO_ORDER
        stored, compared = self._tables.compared_kinds(purchases=is_purchase)
        differ = kinds_differ(stored, compared)
        if differ is None or not ids or without_match < ids:
            return
        keys = ("events.order_id", "orders.order_id")
        key, compared_key = keys if is_purchase else ("orders.session_id", "sessions.session_id")
        measured.problems[kind] = Unmeasured(
            Cause.BAD_VALUE,
            f"{key} and {compared_key} are of different kinds ({differ}), "
            f"and none of {ids} ids matches",
        )

    def _counting_orders(self, orders: CTE, kinds: Sequence[str]) -> sa.Select[Any]:
        """The counts of `_counting` for the day's orders, and how many orders belong to no day.

        Rows of (..., part): the day's orders, those without a time, those after now, those years
        after now; the most of the day's that share a session id.
        """
        tables, profile = self._tables, self.warehouse.profile
        counting = _counting(orders, kinds, profile)
        relation = self.warehouse.relation("orders", self.orders)
        of_session = (
            sa.select(sa.func.count().label("n"))
            .where(orders.c.blank == 0)
            .group_by(orders.c.session_id)
            .subquery(self.warehouse.inner_name("orders_of_session"))
        )
        most = sa.select(
            *_only_rows(counting, profile, sa.func.max(of_session.c.n)), _part(_SHARED)
        ).select_from(of_session)
        at = tables.ordered_at()
        branches = [
            sa.select(*_only_rows(counting, profile, sa.func.count()), _part(part))
            .select_from(relation.target)
            .where(*conditions)
            for part, conditions in (
                (_UNDATED, at.without_time(self.frame.start, self.frame.end)),
                (_FUTURE, [at.from_(self.frame.future)]),
                (_FAR, at.far(self.frame.far, self.frame.start)),
            )
        ]
        parts = sa.union_all(counting.add_columns(_part(_OF_DAY)), most, *branches)
        return sa.select(*parts.subquery(self.warehouse.inner_name("order_parts")).c)

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
            return ()  # reported among the unread columns
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
        by_order = tables.by_order(tables.purchases_between(*self._day, unread))
        return purchases_by_kind(tables, by_order, [self._day])

    def _read_purchases(self, measured: _OrderMeasurements) -> None:
        events = self._tables.sources_of_purchases()
        if events is None:
            measured.absent.append(NO_ORDER)
            return
        purchases = self._purchases(measured.unread)
        statement = _counting(purchases, _PURCHASE_KINDS, self.warehouse.profile)
        counted = _counts_of(self.warehouse.fetch(statement)[0], _PURCHASE_KINDS)
        blank, unmatched, undated = (counted.groups[kind] for kind in _PURCHASE_KINDS)
        measured.of_undated_orders = undated.rows
        measured.purchases = counted.total.events
        with_id = counted.total.events - blank.events
        measured.purchase_ids = with_id
        measured.duplicate_purchases = with_id - (counted.total.rows - blank.rows)
        ids = self._ids("events", events, purchases, NO_ORDER) if unmatched.rows else ()
        has_revenue = events.revenue and "events.revenue" not in measured.unread.why
        lost_revenue = as_amount(blank.micros + unmatched.micros) if has_revenue else None
        measured.kinds[NO_ORDER] = OrphanKind(
            NO_ORDER, blank.events + unmatched.rows, lost_revenue, ids
        )
        self._check_id_kinds(measured, NO_ORDER, unmatched.rows, counted.total.rows - blank.rows)


@dataclass(frozen=True, slots=True)
class _Group:
    """Number of rows, the events they stand for, their amount in millionths."""

    rows: int
    events: int
    micros: int


@dataclass(frozen=True, slots=True)
class _Counts:
    """All rows, their ids, and each group of rows."""

    total: _Group
    ids: int
    distinct_ids: int
    groups: Mapping[str, _Group]


class _OrderMeasurements:
    """What has been measured so far."""

    def __init__(self) -> None:
        self.orders = 0
        self.revenue: float | None = None
        self.duplicates = 0
        self.kinds: dict[str, OrphanKind] = {}
        self.problems: dict[str, Unmeasured] = {}
        self.absent: list[str] = []
        self.purchases: int | None = None
        self.duplicate_purchases = 0
        self.undated, self.future, self.of_undated_orders = 0, 0, 0
        self.far, self.of_one_session = 0, 0
        self.ids, self.purchase_ids = 0, 0
        self.unread = Unread()

    def set_orders(self, counted: _Counts, *, has_revenue: bool) -> None:
        self.orders = counted.total.rows
        self.revenue = as_amount(counted.total.micros) if has_revenue else None
        self.ids = counted.ids
        self.duplicates = counted.ids - counted.distinct_ids

    def counts(self) -> OrderCounts:
        return OrderCounts(
            orders=self.orders,
            revenue=self.revenue,
            duplicates=self.duplicates,
            kinds=tuple(self.kinds[kind] for kind in ORPHAN_KINDS if kind in self.kinds),
            problems=self.problems,
            absent=tuple(self.absent),
            purchases=self.purchases,
            duplicate_purchases=self.duplicate_purchases,
            unread=self.unread.why,
            ids=self.ids,
            purchase_ids=self.purchase_ids,
            undated=self.undated,
            future=self.future,
            of_undated_orders=self.of_undated_orders,
            far=self.far,
            of_one_session=self.of_one_session,
        )


def _part(number: int) -> sa.Label[int]:
    return sa.literal_column(str(number), sa.Integer).label("part")


def _only_rows(
    counting: sa.Select[*tuple[Any, ...]], profile: Profile, rows: ColumnElement[Any]
) -> Iterator[sa.Label[Any]]:
    """The columns of a `_counting` statement that only counts rows."""
    for column in counting.selected_columns:
        if column.name == _ROWS:
            yield rows.label(_ROWS)
        elif column.name.endswith("micros"):
            yield profile.total(profile.whole(sa.null())).label(column.name)
        else:
            yield sa.literal_column("0", sa.Integer).label(column.name)


def _counts_of(row: Sequence[Any], kinds: Sequence[str]) -> _Counts:
    """The counts of all rows and of each kind, from a row of `_counting`."""
    ids, distinct, *counts = row
    total, *groups = (_group(*counts[start : start + 3]) for start in range(0, len(counts), 3))
    return _Counts(total, int(ids), int(distinct), dict(zip(kinds, groups, strict=True)))


def _group(rows: object, events: object, micros: object) -> _Group:
    return _Group(as_micros(rows), as_micros(events), as_micros(micros))


def _counting(rows: CTE, kinds: Sequence[str], profile: Profile) -> sa.Select[*tuple[Any, ...]]:
    """One row: ids and distinct ids, then rows, events and amount of all and of each kind."""
    columns: list[sa.Label[Any]] = [
        sa.func.count(rows.c.order_id).label("ids"),
        sa.func.count(rows.c.order_id.distinct()).label("distinct_ids"),
        sa.func.count().label(_ROWS),
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
