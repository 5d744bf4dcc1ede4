"""The orphans of the data date by kind, and their revenue, as the check counts them.

Beside it the mapped tables of the orders, as all evidence about orphans reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checks.catalog.orphan_orders import KIND_TEXTS, Measured, measure, problems_of
from checks.config.model import OrdersSource
from checks.core.errors import MeasurementError
from checks.core.metrics import NO_ORDER, ORPHAN_KINDS, UNKNOWN_SESSION, OrphanKind
from checks.core.model import Cause
from checks.core.values import total_amount
from checks.evidence.context import Context
from checks.measuring.measurements import Measurements
from checks.warehouse.order_tables import OrderTables

#: Why a kind of orphan cannot be found without its mapping.
NOT_MAPPED = {
    UNKNOWN_SESSION: "sessions are not mapped in andon.yml, so it is not known whether "
    "an order's session exists",
    NO_ORDER: "the order ids of events and of orders are not both mapped in andon.yml, so "
    "purchases cannot be matched with orders",
}


@dataclass(frozen=True, slots=True)
class OrphanKindCount:
    """One kind of orphan.

    count: None where it was not measured, for the reason in `problem`. mapped: whether its
    tables are mapped at all. revenue: the orphans' amounts, None where amounts are not known.
    share: revenue over the day's revenue.
    """

    kind: str
    words: str
    count: int | None
    revenue: float | None
    share: float | None
    problem: str | None = None
    mapped: bool = True


@dataclass(frozen=True, slots=True)
class Orphans:
    """All kinds of one data date.

    orders: the attributed orders of the day. day_revenue: their amounts, and those of
    purchases that never became an order. dark: the part of it that cannot be attributed.
    share: dark over day_revenue. unread: why a column that only adds detail could not be
    read. beyond: whether the count is above alert_above, the check's limit.
    """

    day: date
    orders: int
    kinds: tuple[OrphanKindCount, ...]
    count: int
    dark: float | None
    day_revenue: float | None
    share: float | None
    alert_above: int
    beyond: bool
    unread: Mapping[str, str]

    @property
    def unmeasured(self) -> tuple[OrphanKindCount, ...]:
        """Kinds that are mapped and could not be measured."""
        return tuple(kind for kind in self.kinds if kind.mapped and kind.problem)


def read(context: Context) -> Orphans:
    """Counts and unattributed revenue by kind, exactly those of the check's verdict.

    Raises MeasurementError where the orders cannot be read.
    """
    orders_source(context)
    params = context.config.checks["orphan_orders"].params
    data = Measurements(context.config, context.frame, context.warehouse)
    measured: Measured = measure(params, data)
    problems = {kind: problem.detail for kind, problem in problems_of(measured).items()}
    measured_kinds = {k.kind: k for k in measured.orders.kinds if k.kind not in problems}
    day_revenue = _day_revenue(measured.orders.revenue, measured_kinds.get(NO_ORDER))
    count = sum(kind.count for kind in measured_kinds.values())
    lost_revenue = _sum([kind.revenue for kind in measured_kinds.values()])
    return Orphans(
        day=context.frame.data_date,
        orders=measured.orders.orders,
        kinds=tuple(
            _kind(kind, measured_kinds.get(kind), problems, day_revenue) for kind in ORPHAN_KINDS
        ),
        count=count,
        dark=lost_revenue,
        day_revenue=day_revenue,
        share=_share(lost_revenue, day_revenue),
        alert_above=params.alert_above,
        beyond=count > params.alert_above,
        unread=measured.orders.unread,
    )


def _kind(
    kind: str,
    measured_kind: OrphanKind | None,
    problems: Mapping[str, str],
    day_revenue: float | None,
) -> OrphanKindCount:
    text = KIND_TEXTS[kind]
    if measured_kind is not None:
        share = _share(measured_kind.revenue, day_revenue)
        return OrphanKindCount(kind, text, measured_kind.count, measured_kind.revenue, share)
    if kind in problems:
        return OrphanKindCount(kind, text, None, None, None, problems[kind])
    return OrphanKindCount(kind, text, None, None, None, NOT_MAPPED[kind], mapped=False)


def _day_revenue(orders: float | None, lost: OrphanKind | None) -> float | None:
    """Revenue of the day; None where the orders' amounts are not known."""
    if orders is None:
        return None
    return total_amount([orders, (lost.revenue if lost else None) or 0.0])


def _sum(amounts: list[float | None]) -> float | None:
    """The sum of the known amounts; None without any."""
    known = [amount for amount in amounts if amount is not None]
    return total_amount(known) if known else None


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole is not None and whole > 0 else None


def orders_source(context: Context) -> OrdersSource:
    """The mapped orders. Raises MeasurementError where the section is not mapped."""
    if context.config.orders is None:
        raise MeasurementError(Cause.BAD_VALUE, "`orders` is not mapped in andon.yml")
    return context.config.orders


def order_tables(context: Context) -> OrderTables:
    """The mapped sections. Raises MeasurementError where `orders` is not mapped."""
    config = context.config
    orders, frame = orders_source(context), context.frame
    return OrderTables(
        context.warehouse, frame.zone, context.naive, orders, config.sessions, config.events,
        frame.far,
    )  # fmt: skip


def not_mapped(tables: OrderTables) -> dict[str, str]:
    """By kind of orphan that lacks its mapping, the text that says so."""
    missing = {
        UNKNOWN_SESSION: tables.sessions is None,
        NO_ORDER: tables.sources_of_purchases() is None,
    }
    return {kind: NOT_MAPPED[kind] for kind, is_missing in missing.items() if is_missing}
