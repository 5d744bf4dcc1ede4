"""The purchases of the judged day without usable revenue."""

from __future__ import annotations

from dataclasses import dataclass

from checks.core.text import clean
from checks.evidence._days import source_of
from checks.evidence.context import MOST_ROWS, Context
from checks.warehouse.unpriced import UnpricedPurchase, read_unpriced

COLUMNS = ("time", "event", "order id", "revenue as stored")


@dataclass(frozen=True, slots=True)
class UnpricedRows:
    """One page of at most 1,000 purchases by time, and the total of all pages.

    Cells are (local time, event name, order id, the stored amount), as inert text;
    NULL where there is none.
    """

    rows: tuple[tuple[str, ...], ...]
    total: int
    page: int


def read(context: Context, *, page: int = 1) -> UnpricedRows:
    """One page of purchases, counted from 1. Raises MeasurementError."""
    total, purchases = read_unpriced(
        context.warehouse, source_of(context), context.frame, context.naive,
        limit=MOST_ROWS, offset=(max(page, 1) - 1) * MOST_ROWS,
    )  # fmt: skip
    return UnpricedRows(
        tuple(_cells(context, purchase) for purchase in purchases), total, max(page, 1)
    )


def _cells(context: Context, purchase: UnpricedPurchase) -> tuple[str, ...]:
    local = purchase.at.astimezone(context.frame.zone) if purchase.at else None
    time = f"{local:%Y-%m-%d %H:%M:%S}" if local else None
    return tuple(
        "NULL" if value is None else clean(value)
        for value in (time, purchase.name, purchase.order_id, purchase.amount)
    )
