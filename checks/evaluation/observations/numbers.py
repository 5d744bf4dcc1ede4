"""Numbers that were measured, that no check judges, and that do not fit. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from checks.core.endings import OK, SILENT
from checks.core.metrics import AuditEntry, AuditLog, EventCounts, OrderCounts
from checks.core.text import count_text, day_text, plural, quoted, short_day
from checks.core.totals import median
from checks.evaluation.observations.sentences import limited
from checks.loads.effective import Load, loads, may_be_of

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.timeframe import Timeframe
    from checks.measuring.measurements import CompletedReadings

#: How far the rows that the log says were inserted may lie from the day's events.
MOST_APART_SHARE, MOST_APART_ROWS = 0.01, 10
#: From this many orders on, how large a share of them may name the same session.
FEWEST_ORDERS, MOST_OF_ONE_SESSION = 10, 0.5
#: From this many purchases with an amount on, none above zero is no chance.
FEWEST_PURCHASES = 3
#: How many times its usual, or which part of it, revenue and the mean basket may be.
MOST_TIMES = 5.0
#: Days with purchases that it takes to say what is usual.
FEWEST_DAYS = 3
_SLACK = 1 + 1e-9


def of_numbers(config: Config, frame: Timeframe, readings: CompletedReadings) -> tuple[str, ...]:
    """What does not add up in the log, and what is odd about the day's revenue and orders."""
    log, events = readings.audit_log, readings.events
    sentences: list[str] = []
    if log is not None:
        sentences += limited("audit_log", _sums(_ended_well(log, loads(log))))
        if events is not None and config.audit_log is not None:
            sentences += _inserted(config, frame, log, events)
    if events is not None and config.events is not None and config.events.revenue:
        sentences += _revenue(frame, events)
    if readings.orders is not None:
        sentences += _one_session(frame, readings.orders)
        sentences += _unread(readings.orders)
    return tuple(sentences)


def _one_session(frame: Timeframe, orders: OrderCounts) -> Iterator[str]:
    """That most orders of the day name the same session: an attribution that gives all to one."""
    shared = orders.of_one_session
    if orders.orders >= FEWEST_ORDERS and shared > orders.orders * MOST_OF_ONE_SESSION:
        yield (
            f"orders.session_id: {count_text(shared)} of {count_text(orders.orders)} orders of "
            f"{day_text(frame.data_date)} share one session id, which tells no visit from another"
        )


def _unread(orders: OrderCounts) -> Iterator[str]:
    """Columns that only add detail: no check is unknown without them."""
    for key, why in orders.unread.items():
        yield f"{key} is mapped and cannot be read: {why}"


def _ended_well(log: AuditLog, of: Sequence[Load]) -> list[AuditEntry]:
    """The entries that count and did not fail: of a failed one no sum is expected."""
    entries = [entry for load in of for entry in load.counted]
    return [entry for entry in entries if log.meaning(entry) in (OK, SILENT)]


def _sums(entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Loads of which rows are missing, or are there twice."""
    for entry in entries:
        read, rejected, inserted = entry.rows_read, entry.rows_quarantined, entry.rows_inserted
        if not (isinstance(read, int) and isinstance(rejected, int) and isinstance(inserted, int)):
            continue
        if read != inserted + rejected:
            name = f" of {quoted(entry.source)}" if entry.source and entry.source.strip() else ""
            apart = "fewer" if inserted + rejected < read else "more"
            yield (
                f"audit_log.rows_inserted: the load{name} read {plural(read, 'row')}, inserted "
                f"{count_text(inserted)} and rejected {count_text(rejected)}: together "
                f"{count_text(abs(read - inserted - rejected))} {apart} than it read"
            )


def _inserted(
    config: Config, frame: Timeframe, log: AuditLog, events: EventCounts
) -> Iterator[str]:
    """Rows that the log says were inserted, against the events of the day that they are of."""
    of_run = frame.data_date == frame.run_date - timedelta(days=config.data_lag_days)
    of_day = [load for load in loads(log) if may_be_of(load.source, {frame.data_date})]
    entries = [entry for load in of_day for entry in load.counted]
    counts = [entry.rows_inserted for entry in _ended_well(log, of_day)]
    whole = [count for count in counts if isinstance(count, int)]
    is_clear = all(len(load.readings) == 1 for load in of_day) and len(whole) == len(entries)
    if not (of_run and frame.is_over and whole and is_clear):
        return
    inserted, there = sum(whole), events.judged
    if abs(inserted - there) > max(MOST_APART_ROWS, inserted * MOST_APART_SHARE):
        yield (
            f"audit_log.rows_inserted: the loads of {short_day(frame.run_date)} inserted "
            f"{plural(inserted, 'row')}, but events has {count_text(there)} of "
            f"{day_text(frame.data_date)}; fine only where they load other tables or days too"
        )


def _revenue(frame: Timeframe, events: EventCounts) -> Iterator[str]:
    bought, day = events.purchases, day_text(frame.data_date)
    usable = bought.with_amount[-1]
    if events.revenue_problem is not None or not bought.revenue or not usable:
        return
    if bought.zero + bought.negative == usable:
        if usable >= FEWEST_PURCHASES:
            yield f"events.revenue: {_none_above_zero(events)} on {day}"
        return
    past = [
        (revenue, revenue / count)
        for past_day, revenue, count in zip(
            events.days[:-1], bought.revenue[:-1], bought.with_amount[:-1], strict=True
        )
        if count and events.calendar.special_day(past_day) is None
    ]
    if len(past) < FEWEST_DAYS:
        return
    today = bought.revenue[-1]
    if events.calendar.special_day(frame.data_date) is None:
        yield from _beyond("revenue is", today, median(revenue for revenue, _ in past), day)
    yield from _beyond(
        "the mean purchase is", today / usable, median(mean for _, mean in past), day
    )


def _none_above_zero(events: EventCounts) -> str:
    bought = events.purchases
    usable = bought.with_amount[-1]
    if bought.zero == usable:
        return f"all {count_text(usable)} purchases are of zero revenue"
    if bought.negative == usable:
        return f"all {count_text(usable)} purchases are of negative revenue"
    return f"all {count_text(usable)} purchases are of zero or negative revenue"


def _beyond(what: str, today: float, usual: float | None, day: str) -> Iterator[str]:
    """A sentence where an amount is not within 5 times and a fifth of its usual."""
    if usual is None or usual <= 0:
        return
    if today > usual * MOST_TIMES * _SLACK:
        side = f"more than {MOST_TIMES:g} times"
    elif today * MOST_TIMES * _SLACK < usual:
        side = f"less than 1/{MOST_TIMES:g} of"
    else:
        return
    yield f"events.revenue: {what} {today:,.2f} on {day}, {side} the usual {usual:,.2f}"
