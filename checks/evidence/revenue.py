"""Purchases and their revenue per day, by the rule of `missing_revenue`; those without, by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from checks.catalog import missing_revenue
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts
from checks.core.model import Cause, Status
from checks.core.text import clean
from checks.core.timeframe import Timeframe
from checks.evidence._days import each_day, first_day, frame_on, read_days, source_of, window_of
from checks.evidence.context import MOST_ROWS, Context
from checks.warehouse.unpriced import UnpricedPurchase, read_unpriced

#: Of the purchases one by one.
COLUMNS = ("time", "event", "order id", "revenue as stored")


@dataclass(frozen=True, slots=True)
class RevenueDay:
    """One day's purchases, those without a usable amount, and the sum of the usable ones.

    All are None before the very first event. share: missing over purchases; None without
    a purchase, with the reason in `why`. beyond: whether the rule calls the day red, before
    severity and waivers. red_from: the smallest number without an amount for which it does; None
    where it does not, however many.
    """

    day: date
    purchases: int | None = None
    missing: int | None = None
    share: float | None = None
    beyond: bool = False
    revenue: float | None = None
    why: str = ""
    red_from: int | None = None


@dataclass(frozen=True, slots=True)
class Revenue:
    """The days, oldest first, the judged one last.

    negative and zero: purchases of the judged day with such an amount; they are
    usable, so they are not missing. until: while the judged day lasts, the local
    time at which every day is cut.
    """

    days: tuple[RevenueDay, ...]
    alert_at: float
    negative: int
    zero: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class UnpricedRows:
    """One page of at most 1,000 purchases by time, and the total of all pages.

    Cells are (local time, event name, order id, the stored amount), as inert text;
    NULL where there is none.
    """

    rows: tuple[tuple[str, ...], ...]
    total: int
    page: int


def read(context: Context, *, days: int = 30) -> Revenue:
    """The `days` days that end with the judged one, each judged by current numbers.

    One scan; days as in `volume.read`. Raises MeasurementError, also where
    `events.revenue` is not mapped or holds no amounts.
    """
    if source_of(context).revenue is None:
        raise MeasurementError(Cause.BAD_VALUE, "`events.revenue` is not mapped in andon.yml")
    events, window, frame = read_days(context, days), window_of(context), context.frame
    if events.revenue_problem is not None:
        raise events.revenue_problem.error()
    params, begin = context.config.checks["missing_revenue"].params, first_day(events)
    return Revenue(
        days=tuple(
            _revenue_day(params, part, frame_on(frame, part.days[-1]), begin)
            for part in each_day(events, window, max(days, 1))
        ),
        alert_at=params.alert_at,
        negative=events.purchases.negative,
        zero=events.purchases.zero,
        until=frame.until,
    )


def _revenue_day(
    params: missing_revenue.Params, events: EventCounts, frame: Timeframe, begin: date | None
) -> RevenueDay:
    day, purchases = events.days[-1], events.purchases
    if begin is None or day < begin:
        return RevenueDay(day, why="before the first event of all")
    judgement = missing_revenue.judge(params, events, frame)
    measured = judgement.value is not None
    return RevenueDay(
        day,
        purchases=purchases.rows[-1],
        missing=purchases.rows[-1] - purchases.with_amount[-1],
        share=judgement.value,
        beyond=judgement.status is Status.RED,
        revenue=purchases.revenue[-1],
        why="" if measured else judgement.summary,
        red_from=judgement.details["red_from"] if measured else None,
    )


def read_rows(context: Context, *, page: int = 1) -> UnpricedRows:
    """One page of the purchases without usable revenue, counted from 1. Raises MeasurementError."""
    total, purchases = read_unpriced(
        context.warehouse, source_of(context), context.frame, context.naive.events,
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
