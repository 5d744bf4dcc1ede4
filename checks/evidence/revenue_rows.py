"""The purchases of the judged day that carry no usable revenue."""

from __future__ import annotations

from dataclasses import dataclass

from checks.core.text import clean
from checks.evidence._days import source_of
from checks.evidence.context import MOST_ROWS, Context
from checks.warehouse.unpriced import UnpricedPurchase, read_unpriced

COLUMNS = ("time", "event", "order id", "revenue as stored")


@dataclass(frozen=True, slots=True)
class UnpricedRows:
    """One page of at most 1,000 purchases in the order of time, and how many there are in all.

    Cells are (local time, event name, order id, the stored amount), as inert text;
    NULL where there is none.
    """

    rows: tuple[tuple[str, ...], ...]
    total: int
    page: int


def read(context: Context, *, page: int = 1) -> UnpricedRows:
    """The `page`th 1,000 purchases. Raises MeasurementError."""
    total, found = read_unpriced(
        context.warehouse, source_of(context), context.frame, context.naive,
        limit=MOST_ROWS, offset=(max(page, 1) - 1) * MOST_ROWS,
    )  # fmt: skip
    return UnpricedRows(tuple(_cells(context, one) for one in found), total, max(page, 1))


def _cells(context: Context, one: UnpricedPurchase) -> tuple[str, ...]:
    local = one.at.astimezone(context.frame.zone) if one.at else None
    time = f"{local:%Y-%m-%d %H:%M:%S}" if local else None
    return tuple(
        "NULL" if value is None else clean(value)
        for value in (time, one.name, one.order_id, one.amount)
    )
