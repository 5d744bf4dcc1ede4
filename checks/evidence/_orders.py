"""The mapped tables of the orders, as all evidence about orphans reads them."""

from __future__ import annotations

from checks.config.model import OrdersSource
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.evidence.context import Context
from checks.warehouse.order_tables import OrderTables
from checks.warehouse.orphan_kinds import NO_ORDER, UNKNOWN_SESSION

#: Why a kind of orphan cannot be found without its mapping.
NOT_MAPPED = {
    UNKNOWN_SESSION: "sessions are not mapped in andon.yml, so it is not known whether "
    "an order's session exists",
    NO_ORDER: "the order ids of events and of orders are not both mapped in andon.yml, so "
    "purchases cannot be matched with orders",
}


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
