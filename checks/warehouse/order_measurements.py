"""What has been measured of the orders of days, until all of it is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.core.errors import MeasurementError
from checks.core.metrics import ORPHAN_KINDS, OrderCounts, OrphanKind
from checks.core.values import Unmeasured, as_amount
from checks.warehouse.order_counts import Counts
from checks.warehouse.order_tables import Unread
from checks.warehouse.orphan_kinds import NO_ORDER_ID, UNDATED_ORDER


@dataclass(slots=True)
class OrderMeasurements:
    """What has been measured of one day; the fields are those of `OrderCounts`."""

    orders: int = 0
    revenue: float | None = None
    duplicates: int = 0
    kinds: dict[str, OrphanKind] = field(default_factory=dict)
    problems: dict[str, Unmeasured] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    purchases: int | None = None
    duplicate_purchases: int = 0
    undated: int = 0
    future: int = 0
    of_undated_orders: int = 0
    far: int = 0
    of_one_session: int = 0
    ids: int = 0
    purchase_ids: int = 0

    def set_orders(self, counted: Counts, *, has_revenue: bool) -> None:
        """Take over the counts of the day's orders."""
        self.orders = counted.total.rows
        self.revenue = as_amount(counted.total.micros) if has_revenue else None
        self.ids = counted.ids
        self.duplicates = counted.ids - counted.distinct_ids

    def set_purchases(self, counted: Counts) -> None:
        """Take over the counts of the day's purchases by order, of the kinds `NO_ORDER_ID` and
        `UNDATED_ORDER` among others."""
        blank = counted.groups[NO_ORDER_ID]
        with_id = counted.total.events - blank.events
        self.of_undated_orders = counted.groups[UNDATED_ORDER].rows
        self.purchases = counted.total.events
        self.purchase_ids = with_id
        self.duplicate_purchases = with_id - (counted.total.rows - blank.rows)

    def counts(self, unread: Unread, lookback_days: int | None) -> OrderCounts:
        """Everything that was measured of the day."""
        return OrderCounts(
            orders=self.orders,
            revenue=self.revenue,
            duplicates=self.duplicates,
            kinds=tuple(self.kinds[kind] for kind in ORPHAN_KINDS if kind in self.kinds),
            problems=self.problems,
            absent=tuple(self.absent),
            purchases=self.purchases,
            duplicate_purchases=self.duplicate_purchases,
            unread=dict(unread.why),
            lookback_days=lookback_days,
            ids=self.ids,
            purchase_ids=self.purchase_ids,
            undated=self.undated,
            future=self.future,
            of_undated_orders=self.of_undated_orders,
            far=self.far,
            of_one_session=self.of_one_session,
        )


class OrdersOfDays:
    """What has been measured of each of `count` days, and which columns could not be read."""

    def __init__(self, count: int) -> None:
        self.days = [OrderMeasurements() for _ in range(count)]
        self.unread = Unread()

    def fail(self, kind: str, error: MeasurementError) -> None:
        """Record why a kind of orphan was not measured on any day."""
        for day in self.days:
            day.problems[kind] = Unmeasured.of(error)

    def leave_out(self, kind: str) -> None:
        """Record that what a kind of orphan needs is not mapped."""
        for day in self.days:
            day.absent.append(kind)

    def counts(self, lookback_days: int | None) -> list[OrderCounts]:
        """Everything that was measured, by the index of the day."""
        return [day.counts(self.unread, lookback_days) for day in self.days]
