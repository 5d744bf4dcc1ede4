"""Orphans on each of many days, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from checks.core.errors import MeasurementError
from checks.core.metrics import NO_ORDER, NO_SESSION, ORPHAN_KINDS, UNKNOWN_SESSION
from checks.core.text import listed
from checks.core.timeframe import Timeframe, midnight
from checks.core.values import total_amount
from checks.evidence.context import Context
from checks.evidence.orphans import not_mapped, order_tables
from checks.warehouse.order_tables import OrderTables, Slices, Unread
from checks.warehouse.orphans import ALL, DayGroup, orders_by_day, purchases_by_day

_AMOUNT_OF = {
    NO_SESSION: "orders.revenue",
    UNKNOWN_SESSION: "orders.revenue",
    NO_ORDER: "events.revenue",
}


@dataclass(frozen=True, slots=True)
class OrphanDay:
    """One day. counts by kind, of kinds that were measured; revenue of those with amounts.

    orders: the attributed orders of the day. beyond: whether the orphans of all kinds
    together are above alert_above.
    """

    day: date
    orders: int
    counts: Mapping[str, int]
    revenue: Mapping[str, float]
    beyond: bool

    @property
    def count(self) -> int:
        """Orphans of all measured kinds."""
        return sum(self.counts.values())

    @property
    def dark(self) -> float | None:
        """Revenue of the orphans of all kinds with amounts, None where no kind has any."""
        return total_amount(self.revenue.values()) if self.revenue else None

    @property
    def empty(self) -> bool:
        """Whether the day has nothing to judge: neither orders nor orphans."""
        return not self.orders and not self.count


@dataclass(frozen=True, slots=True)
class OrphanTrend:
    """Days, the oldest first, the judged day last (cut at now while it lasts).

    first_order_day: the first of the days with an order, None where none has one.
    problems: why a kind is missing.
    """

    days: tuple[OrphanDay, ...]
    kinds: tuple[str, ...]
    problems: Mapping[str, str]
    alert_above: int
    first_order_day: date | None


def read(context: Context, days: int = 30) -> OrphanTrend:
    """Orphans per day and kind over `days` days up to the data date, as they are now.

    Orphans repaired since then do not count: a day may look better than at its evaluation.
    Two grouped queries. Raises MeasurementError where the orders cannot be read.
    """
    tables, frame = order_tables(context), context.frame
    dates = [*frame.days_before(max(days, 1) - 1), frame.data_date]
    slices = _slices(dates, frame)
    problems, unread = not_mapped(tables), Unread()
    orders = _orders_by_day(tables, slices, problems, unread)
    lost_purchases = _lost_purchases(tables, slices, problems, unread)
    kinds = tuple(kind for kind in ORPHAN_KINDS if kind not in problems)
    limit = context.config.checks["orphan_orders"].params.alert_above
    priced = _priced_kinds(tables, unread)
    trend_days = tuple(
        _day(
            day,
            _groups_of_day(orders, index),
            _groups_of_day(lost_purchases, index),
            kinds,
            priced,
            limit,
        )
        for index, day in enumerate(dates)
    )
    return OrphanTrend(
        days=trend_days,
        kinds=kinds,
        problems=problems,
        alert_above=limit,
        first_order_day=next((day.day for day in trend_days if day.orders), None),
    )


def _slices(dates: list[date], frame: Timeframe) -> Slices:
    """Start and end of each day; the judged one ends now while it lasts."""
    ends = [midnight(day + timedelta(days=1), frame.zone) for day in dates[:-1]]
    starts = [midnight(day, frame.zone) for day in dates]
    return list(zip(starts, [*ends, frame.cut], strict=True))


def _orders_by_day(
    tables: OrderTables, slices: Slices, problems: dict[str, str], unread: Unread
) -> list[DayGroup]:
    """Orders and their two kinds of orphans; without unknown sessions where those fail."""
    if UNKNOWN_SESSION not in problems:
        try:
            return orders_by_day(tables, slices, (NO_SESSION, UNKNOWN_SESSION), unread)
        except MeasurementError as error:
            problems[UNKNOWN_SESSION] = error.detail
    return orders_by_day(tables, slices, (NO_SESSION,), unread)


def _lost_purchases(
    tables: OrderTables, slices: Slices, problems: dict[str, str], unread: Unread
) -> list[DayGroup]:
    """Purchases without an order; a problem where there is no purchase at all."""
    events = tables.sources_of_purchases()
    if events is None:
        return []
    try:
        groups = purchases_by_day(tables, slices, unread)
    except MeasurementError as error:
        problems[NO_ORDER] = error.detail
        return []
    if not groups:
        names = listed(events.purchase_names)
        problems[NO_ORDER] = f"no event named {names} in {len(slices)} days"
    return groups


def _priced_kinds(tables: OrderTables, unread: Unread) -> frozenset[str]:
    """Kinds whose amounts are mapped and could be read."""
    mapped = {"orders.revenue": tables.orders.revenue}
    mapped["events.revenue"] = tables.events.revenue if tables.events else None
    known = {key for key, name in mapped.items() if name is not None and key not in unread.why}
    return frozenset(kind for kind, key in _AMOUNT_OF.items() if key in known)


def _groups_of_day(groups: list[DayGroup], index: int) -> dict[str, DayGroup]:
    return {group.kind: group for group in groups if group.day == index}


def _day(
    day: date,
    orders: dict[str, DayGroup],
    lost_purchases: dict[str, DayGroup],
    kinds: tuple[str, ...],
    priced: frozenset[str],
    limit: int,
) -> OrphanDay:
    groups = orders | {NO_ORDER: lost_purchases[NO_ORDER]} if NO_ORDER in lost_purchases else orders
    groups_by_kind = {kind: groups.get(kind) for kind in (ALL, *kinds)}
    counts = {kind: group.rows if group else 0 for kind, group in groups_by_kind.items()}
    amounts = {kind: group.amount if group else 0.0 for kind, group in groups_by_kind.items()}
    order_count = counts.pop(ALL)
    return OrphanDay(
        day=day,
        orders=order_count,
        counts=counts,
        revenue={kind: amounts[kind] for kind in kinds if kind in priced},
        beyond=sum(counts.values()) > limit,
    )
