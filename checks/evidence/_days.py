"""Many days of events as what the judges saw, or would have seen, on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from checks.config.calendars import closed_days
from checks.config.model import EventsSource
from checks.core.counts import DailyCounts
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts, Purchases
from checks.core.model import Cause
from checks.core.timeframe import Timeframe
from checks.evidence.context import Context
from checks.measuring.daily import DailyReader, Recall
from checks.measuring.decisions import with_levels
from checks.measuring.gone_days import with_recalled
from checks.measuring.measurements import with_calendar
from checks.measuring.plan import MeasuringPlan
from checks.measuring.remembering import Remembering
from checks.warehouse.events import read_events

ALL = "all events"


def source_of(context: Context) -> EventsSource:
    """The mapped events. Raises MeasurementError where the section is not mapped."""
    if context.config.events is None:
        raise MeasurementError(Cause.BAD_VALUE, "`events` is not mapped in andon.yml")
    return context.config.events


def window_of(context: Context) -> int:
    """How many days before it a day is compared with, as every judge of events does."""
    return MeasuringPlan.of(context.config).window_days


def window_before(context: Context, days: int) -> int:
    """How many days before the first of the last `days` days hold its window of open days."""
    first = context.frame.data_date - timedelta(days=max(days, 1) - 1)
    return MeasuringPlan.of(context.config).window_before(context.config, first)


def read_days(context: Context, days: int) -> EventCounts:
    """The events of the last `days` days up to the judged one, and of the first one's window.

    The scan is the evaluation's own, over more days. While the judged day lasts,
    every day is therefore cut at the same time of day. Raises MeasurementError.
    """
    frame, shown = context.frame, max(days, 1) - 1
    events = read_events(
        context.warehouse, source_of(context), frame, context.naive.events,
        shown + window_before(context, days),
    )  # fmt: skip
    plan = MeasuringPlan.of(context.config)
    if frame.is_over and plan.judges_volume:
        recall = Remembering(context.config, now=frame.now).recall
        first = min(events.days[0], frame.days_before(plan.history_days)[0])
        known = recall(first, events.days[-1])
        closed = closed_days(context.config, events.days[0], events.days[-1])
        events = with_recalled(events, known, _daily_reader(context, recall), closed)
    return with_calendar(context.config, events)


def read_daily(context: Context, recent: EventCounts, *, dimensions: bool = True) -> DailyCounts:
    """The evaluation's counts of many days. Remembers nothing new. Raises MeasurementError.

    dimensions: whether the recent days are also counted by the mapped dimensions.
    """
    source = source_of(context)
    remembering = Remembering(context.config, now=context.frame.now)
    if not dimensions:
        source = replace(source, dimensions=())
    daily = _daily_reader(context, remembering.recall, source).read(recent)
    return with_levels(daily, MeasuringPlan.of(context.config), remembering.accepted)


def _daily_reader(
    context: Context, recall: Recall, source: EventsSource | None = None
) -> DailyReader:
    """Reads the days that say what is normal, as the evaluation does; it checks no old day."""
    plan = MeasuringPlan.of(context.config)
    return DailyReader(
        context.config, context.frame, context.warehouse, source or source_of(context),
        recall, lambda text: None, plan.history_days, plan.settle_days,
    )  # fmt: skip


def first_day(events: EventCounts) -> date | None:
    """The day that the first event of all fell on.

    The first day read where older events exist; None where there are no events.
    """
    if events.has_earlier:
        return events.days[0]
    pairs = zip(events.days, events.totals(), strict=True)
    return next((day for day, count in pairs if count), None)


def each_day(events: EventCounts, window: int, days: int) -> Iterator[EventCounts]:
    """For each of the last `days` days that has `window` open days before it: what its judges get.

    All names are one name here: judges of totals and of purchases need no more.
    """
    totals = events.totals()
    begin = min((*events.days, *events.missing))
    for last, day in enumerate(events.days):
        first = day - timedelta(days=events.calendar.days_with_open(day, window))
        if first < begin or (events.days[-1] - day).days >= days:
            continue
        part = slice(sum(before < first for before in events.days), last + 1)
        yield replace(
            events,
            days=events.days[part],
            by_name={ALL: totals[part]},
            rest=(),
            missing=tuple(missing for missing in events.missing if first <= missing < day),
            purchases=_purchases(events.purchases, part),
            has_earlier=events.has_earlier or events.has_real_day(totals[: part.start]),
        ).open_window(window)


def _purchases(bought: Purchases, part: slice) -> Purchases:
    return replace(
        bought,
        rows=bought.rows[part],
        with_amount=bought.with_amount[part],
        revenue=bought.revenue[part],
    )


def frame_on(frame: Timeframe, day: date) -> Timeframe:
    """The timeframe as judges get it for another day of the series."""
    return replace(frame, data_date=day, run_date=day + (frame.run_date - frame.data_date))
