"""Reads the orders of data days and finds those that nothing can be attributed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.config.model import EventsSource, OrdersSource, SessionsSource
from checks.config.naive_zones import NaiveZones
from checks.core.errors import MeasurementError
from checks.core.metrics import NO_ORDER, NO_SESSION, UNKNOWN_SESSION, OrderCounts, OrphanKind
from checks.core.model import Cause
from checks.core.timeframe import Timeframe
from checks.core.values import Unmeasured, as_amount
from checks.warehouse.consecutive_days import ConsecutiveDays
from checks.warehouse.order_counts import (
    Counts,
    Group,
    counting,
    counts_by_day,
    counts_by_part,
    no_counts,
    only_rows,
    part_column,
)
from checks.warehouse.order_ids import first_ids
from checks.warehouse.order_measurements import OrderMeasurements, OrdersOfDays
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
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.relation import Source

# Parts of the orders' statement: orders of the days, without a time, after now, years after now,
# and the largest number of a day's that share a session id.
_OF_DAY, _UNDATED, _FUTURE, _FAR, _SHARED = 0, 1, 2, 3, 4
_PURCHASE_KINDS = (NO_ORDER_ID, NO_ORDER, UNDATED_ORDER)


@dataclass(frozen=True, slots=True)
class OrderReader:
    """The mapped sections and the judged day; everything that is mapped is measured."""

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
        return self.read_days([self.frame])[self.frame.data_date]

    def read_days(self, frames: Sequence[Timeframe]) -> dict[date, OrderCounts]:
        """What `read` says of each frame's data date, by date.

        frames: of one run and one reading of the clock; their data dates follow each other, oldest
        first. However many they are, one statement counts the orders and one the purchases, and
        one for each kind of orphan that any day has reads the ids. Orders without a time and
        those after now belong to no day: every day has the same number of them. The partitions of
        all days are read together: a row without a time, or in the partition of another of these
        days, is found as if its table were not partitioned.

        Raises MeasurementError only when the orders themselves cannot be read, and ValueError for
        days that do not follow each other.
        """
        days = ConsecutiveDays(tuple(frames))
        measured = OrdersOfDays(len(days.frames))
        self._require_spelled("orders", self.orders, days)
        try:
            if self.sessions is not None:
                self._require_spelled("sessions", self.sessions, days)
            self._read_orders(measured, days, self.sessions)
        except MeasurementError as error:
            if self.sessions is None:
                raise
            self._read_orders(measured, days, None)
            measured.fail(UNKNOWN_SESSION, error)
        if self.sessions is None:
            measured.leave_out(UNKNOWN_SESSION)
        try:
            self._read_purchases(measured, days)
        except MeasurementError as error:
            measured.fail(NO_ORDER, error)
        return dict(zip(days.dates, measured.counts(self._lookback_days), strict=True))

    def queries(self, frames: Sequence[Timeframe] = ()) -> Iterator[tuple[str, sa.Select[Any]]]:
        """The statements that `read_days` sends in any case, by name; without frames `read`'s.

        Raises MeasurementError.
        """
        days, unread = ConsecutiveDays(tuple(frames) or (self.frame,)), Unread()
        orders, kinds = self._orders(days, self.sessions, unread)
        yield "orders", self._counting_orders(days, orders, kinds)
        if self._tables.sources_of_purchases() is not None:
            purchases = self._purchases(days, unread)
            yield "purchases", counting(purchases, _PURCHASE_KINDS, self.warehouse.profile)

    def _require_spelled(self, section: str, source: Source, days: ConsecutiveDays) -> None:
        require_spelled(self.warehouse, section, source, *days.span)

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

    def _orders(
        self, days: ConsecutiveDays, sessions: SessionsSource | None, unread: Unread
    ) -> tuple[CTE, tuple[str, ...]]:
        """The days' orders with their kind, and the kinds that are distinguished."""
        tables, probed = self._tables, sessions is not None
        rows = tables.orders_between(*days.span, unread, days.columns)
        kinds = (NO_SESSION, UNKNOWN_SESSION) if probed else (NO_SESSION,)
        return orders_by_kind(tables, rows, days.slices, probed=probed), kinds

    def _read_orders(
        self, measured: OrdersOfDays, days: ConsecutiveDays, sessions: SessionsSource | None
    ) -> None:
        orders, kinds = self._orders(days, sessions, measured.unread)
        rows = self.warehouse.fetch(self._counting_orders(days, orders, kinds))
        parts = counts_by_part(rows, kinds, of_many_days=days.are_many)
        counted = [parts.get(_OF_DAY, {}).get(index) or no_counts(kinds) for index in days.indexes]
        has_revenue = (
            self.orders.revenue is not None and "orders.revenue" not in measured.unread.why
        )
        for day, of_day in zip(measured.days, counted, strict=True):
            day.set_orders(of_day, has_revenue=has_revenue)
        _set_parts(measured, parts)
        for kind in kinds:
            groups = [of_day.groups[kind] for of_day in counted]
            ids = self._ids("orders", self.orders, orders, kind, groups)
            for index, (day, group) in enumerate(zip(measured.days, groups, strict=True)):
                lost_revenue = as_amount(group.micros) if has_revenue else None
                day.kinds[kind] = OrphanKind(kind, group.rows, lost_revenue, ids.get(index, ()))
        if UNKNOWN_SESSION in kinds:
            for day, of_day in zip(measured.days, counted, strict=True):
                with_session = of_day.total.rows - of_day.groups[NO_SESSION].rows
                unknown = of_day.groups[UNKNOWN_SESSION].rows
                self._check_id_kinds(day, UNKNOWN_SESSION, unknown, with_session)

    def _check_id_kinds(
        self, measured: OrderMeasurements, kind: str, without_match: int, ids: int
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

    def _counting_orders(
        self, days: ConsecutiveDays, orders: CTE, kinds: Sequence[str]
    ) -> sa.Select[Any]:
        """The counts of `counting` for the days' orders, and how many orders belong to no day.

        Rows of (..., part): the days' orders, those without a time, those after now, those years
        after now; the most of a day's that share a session id.
        """
        tables, profile = self._tables, self.warehouse.profile
        counts = counting(orders, kinds, profile)
        relation = self.warehouse.relation("orders", self.orders)
        at, (start, end) = tables.ordered_at(), days.whole
        branches = [
            sa.select(*only_rows(counts, profile, sa.func.count()), part_column(part))
            .select_from(relation.target)
            .where(*conditions)
            for part, conditions in (
                (_UNDATED, at.without_time(start, end)),
                (_FUTURE, [at.from_(self.frame.future)]),
                (_FAR, at.far(self.frame.far, start)),
            )
        ]
        most = self._most_of_one_session(orders, counts)
        parts = sa.union_all(counts.add_columns(part_column(_OF_DAY)), most, *branches)
        return sa.select(*parts.subquery(self.warehouse.inner_name("order_parts")).c)

    def _most_of_one_session(
        self, orders: CTE, counts: sa.Select[*tuple[Any, ...]]
    ) -> sa.Select[Any]:
        """The most orders of a day that share a session id, as a part of `_counting_orders`."""
        days = [orders.c.day] if "day" in orders.c else []
        of_session = (
            sa.select(sa.func.count().label("n"), *days)
            .where(orders.c.blank == 0)
            .group_by(orders.c.session_id, *days)
            .subquery(self.warehouse.inner_name("orders_of_session"))
        )
        day = of_session.c.day if days else None
        columns = only_rows(counts, self.warehouse.profile, sa.func.max(of_session.c.n), day)
        most = sa.select(*columns, part_column(_SHARED)).select_from(of_session)
        return most if day is None else most.group_by(day)

    def _ids(
        self,
        section: str,
        source: OrdersSource | EventsSource,
        rows: CTE,
        kind: str,
        groups: Sequence[Group],
    ) -> Mapping[int, tuple[str, ...]]:
        """The first order ids of a kind by day, in the same order on every engine.

        groups: the rows of the kind on each day. Nothing is read where no day has any.
        """
        if source.order_id is None or not any(group.rows for group in groups):
            return {}
        relation = self.warehouse.relation(section, source)
        try:
            id_kind = relation.column(source.order_id)[1]
        except MeasurementError:
            return {}  # reported among the unread columns
        return first_ids(self.warehouse, rows, kind, id_kind)

    def _purchases(self, days: ConsecutiveDays, unread: Unread) -> CTE:
        """The days' purchases by order, with their kind."""
        tables = self._tables
        bought = tables.purchases_between(*days.span, unread, days.columns)
        by_order = tables.by_order(bought, None, *(["day"] if days.are_many else []))
        return purchases_by_kind(tables, by_order, days.slices)

    def _read_purchases(self, measured: OrdersOfDays, days: ConsecutiveDays) -> None:
        events = self._tables.sources_of_purchases()
        if events is None:
            measured.leave_out(NO_ORDER)
            return
        purchases = self._purchases(days, measured.unread)
        rows = self.warehouse.fetch(counting(purchases, _PURCHASE_KINDS, self.warehouse.profile))
        by_day = counts_by_day(rows, _PURCHASE_KINDS, of_many_days=days.are_many)
        counted = [by_day.get(index) or no_counts(_PURCHASE_KINDS) for index in days.indexes]
        lost = [of_day.groups[NO_ORDER] for of_day in counted]
        ids = self._ids("events", events, purchases, NO_ORDER, lost)
        has_revenue = bool(events.revenue) and "events.revenue" not in measured.unread.why
        for index, (day, of_day) in enumerate(zip(measured.days, counted, strict=True)):
            day.set_purchases(of_day)
            blank, unmatched = of_day.groups[NO_ORDER_ID], of_day.groups[NO_ORDER]
            lost_revenue = as_amount(blank.micros + unmatched.micros) if has_revenue else None
            day.kinds[NO_ORDER] = OrphanKind(
                NO_ORDER, blank.events + unmatched.rows, lost_revenue, ids.get(index, ())
            )
            self._check_id_kinds(day, NO_ORDER, unmatched.rows, of_day.total.rows - blank.rows)


def _set_parts(measured: OrdersOfDays, parts: Mapping[int, Mapping[int, Counts]]) -> None:
    """Take over what a statement of `_counting_orders` says besides the counts of the days."""
    undated, future, far = (_rows_of_no_day(parts[part]) for part in (_UNDATED, _FUTURE, _FAR))
    for index, day in enumerate(measured.days):
        day.undated, day.future, day.far = undated, future, far
        shared = parts.get(_SHARED, {}).get(index)
        day.of_one_session = shared.total.rows if shared else 0


def _rows_of_no_day(counts: Mapping[int, Counts]) -> int:
    return sum(of_none.total.rows for of_none in counts.values())
