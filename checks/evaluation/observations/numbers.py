"""Measured numbers that no check judges and that disagree. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import OK, SILENT
from checks.core.metrics import EventCounts, OrderCounts
from checks.core.text import count_text, day_text, plural, quoted, short_day
from checks.core.totals import median
from checks.evaluation.observations.sentences import limited
from checks.loads.effective import Load, loads
from checks.loads.sources import may_be_of

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.timeframe import Timeframe
    from checks.measuring.measurements import CompletedReadings

#: How far the rows that the log says were inserted may lie from the day's events.
MOST_APART_SHARE, MOST_APART_ROWS = 0.01, 10
#: From this many orders on, how large a share of them may name the same session.
FEWEST_ORDERS, MOST_OF_ONE_SESSION = 10, 0.5
#: With this many purchases with an amount, it is no coincidence that none is above zero.
FEWEST_PURCHASES = 3
#: Revenue and the mean purchase may be at most this many times their median, or 1/this of it.
MOST_TIMES = 5.0
#: The fewest days with purchases for such a median.
FEWEST_DAYS = 3
_SLACK = 1 + 1e-9


def number_observations(
    config: Config, frame: Timeframe, readings: CompletedReadings
) -> tuple[str, ...]:
    """Counts in the log that do not add up, and unusual revenue and orders of the day."""
    log, events = readings.audit_log, readings.events
    sentences: list[str] = []
    if log is not None:
        sentences += limited("audit_log", _unbalanced_loads(_ended_well(log, loads(log))))
        if events is not None and config.audit_log is not None:
            sentences += _inserted_against_events(config, frame, log, events)
    if events is not None and config.events is not None and config.events.revenue:
        sentences += _unusual_revenue(frame, events)
    if readings.orders is not None:
        sentences += _shared_session(frame, readings.orders)
        sentences += _unread_columns(readings.orders)
    return tuple(sentences)


def _shared_session(frame: Timeframe, orders: OrderCounts) -> Iterator[str]:
    """A warning that most orders of the day have the same session id."""
    shared = orders.of_one_session
    if orders.orders >= FEWEST_ORDERS and shared > orders.orders * MOST_OF_ONE_SESSION:
        yield (
            f"orders.session_id: {count_text(shared)} of {count_text(orders.orders)} orders of "
            f"{day_text(frame.data_date)} share one session id, so it does not identify sessions"
        )


def _unread_columns(orders: OrderCounts) -> Iterator[str]:
    """Columns that cannot be read and only add detail: no check is unknown without them."""
    for key, why in orders.unread.items():
        yield f"{key} is mapped and cannot be read: {why}"


def _ended_well(log: AuditLog, day_loads: Sequence[Load]) -> list[AuditEntry]:
    """The entries that count and did not fail: counts of a failed one need not add up."""
    entries = [entry for load in day_loads for entry in load.counted]
    return [entry for entry in entries if log.meaning(entry) in (OK, SILENT)]


def _unbalanced_loads(entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Loads of which rows are missing, or are there twice."""
    for entry in entries:
        read, rejected, inserted = entry.rows_read, entry.rows_quarantined, entry.rows_inserted
        if not (isinstance(read, int) and isinstance(rejected, int) and isinstance(inserted, int)):
            continue
        if read != inserted + rejected:
            name = f" of {quoted(entry.source)}" if entry.source and entry.source.strip() else ""
            direction = "fewer" if inserted + rejected < read else "more"
            yield (
                f"audit_log.rows_inserted: the load{name} read {plural(read, 'row')}, inserted "
                f"{count_text(inserted)} and rejected {count_text(rejected)}: together "
                f"{count_text(abs(read - inserted - rejected))} {direction} than it read"
            )


def _inserted_against_events(
    config: Config, frame: Timeframe, log: AuditLog, events: EventCounts
) -> Iterator[str]:
    """The rows inserted according to the log, compared with the events of their day."""
    # Of a run that loads several days it is not known how many of its rows are of one of them.
    is_loaded_by_run = frame.loaded_dates == (frame.data_date,)
    # A partner's file may carry the day of its delivery.
    own_days = {frame.data_date, frame.run_date}
    day_loads = [load for load in loads(log) if may_be_of(load.source, own_days)]
    entries = [entry for load in day_loads for entry in load.counted]
    counts = [entry.rows_inserted for entry in _ended_well(log, day_loads)]
    valid_counts = [count for count in counts if isinstance(count, int)]
    is_unambiguous = all(len(load.readings) == 1 for load in day_loads) and len(
        valid_counts
    ) == len(entries)
    if not (is_loaded_by_run and frame.is_over and valid_counts and is_unambiguous):
        return
    inserted, event_count = sum(valid_counts), events.judged
    if abs(inserted - event_count) > max(MOST_APART_ROWS, inserted * MOST_APART_SHARE):
        yield (
            f"audit_log.rows_inserted: the loads of {short_day(frame.run_date)} inserted "
            f"{plural(inserted, 'row')}, but events has {count_text(event_count)} of "
            f"{day_text(frame.data_date)}; correct only if they load other tables or days too"
        )


def _unusual_revenue(frame: Timeframe, events: EventCounts) -> Iterator[str]:
    purchases, shown_day = events.purchases, day_text(frame.data_date)
    usable = purchases.with_amount[-1]
    if events.revenue_problem is not None or not purchases.revenue or not usable:
        return
    if purchases.zero + purchases.negative == usable:
        if usable >= FEWEST_PURCHASES:
            yield f"events.revenue: {_none_above_zero(events)} on {shown_day}"
        return
    past = [
        (revenue, revenue / count)
        for past_day, revenue, count in zip(
            events.days[:-1], purchases.revenue[:-1], purchases.with_amount[:-1], strict=True
        )
        if count and events.calendar.special_day(past_day) is None
    ]
    if len(past) < FEWEST_DAYS:
        return
    today = purchases.revenue[-1]
    if events.calendar.special_day(frame.data_date) is None:
        yield from _unusual_amount(
            "revenue is", today, median(revenue for revenue, _ in past), shown_day
        )
    yield from _unusual_amount(
        "the mean purchase is", today / usable, median(mean for _, mean in past), shown_day
    )


def _none_above_zero(events: EventCounts) -> str:
    purchases = events.purchases
    usable = purchases.with_amount[-1]
    if purchases.zero == usable:
        return f"all {count_text(usable)} purchases have zero revenue"
    if purchases.negative == usable:
        return f"all {count_text(usable)} purchases have negative revenue"
    return f"all {count_text(usable)} purchases have zero or negative revenue"


def _unusual_amount(
    what: str, today: float, median_amount: float | None, shown_day: str
) -> Iterator[str]:
    """A sentence where an amount is above 5 times, or below a fifth of, its median."""
    if median_amount is None or median_amount <= 0:
        return
    if today > median_amount * MOST_TIMES * _SLACK:
        side = f"more than {MOST_TIMES:g} times"
    elif today * MOST_TIMES * _SLACK < median_amount:
        side = f"less than 1/{MOST_TIMES:g} of"
    else:
        return
    comparison = f"{side} the usual {median_amount:,.2f}"
    yield f"events.revenue: {what} {today:,.2f} on {shown_day}, {comparison}"
