"""Which checks the gate could judge on a day, found out by judging it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checks.config.model import Config
from checks.core.errors import MeasurementError
from checks.core.model import Cause, Status, Verdict
from checks.core.text import plural, quoted
from checks.core.timeframe import Timeframe
from checks.evaluation.judgements import judge_all
from checks.evaluation.observations import name_observations
from checks.evaluation.validation.lines import ValidationLine
from checks.evaluation.verdicts import plain_verdicts
from checks.loads.effective import loads
from checks.loads.matching import matches
from checks.loads.patterns import LEARNED_DAYS
from checks.measuring.measurements import CompletedReadings, Measurements


def judged_lines(
    config: Config, frame: Timeframe, measured: Measurements
) -> Iterator[ValidationLine]:
    """A line for each check: not ok where the gate would be unknown for what it reads.

    A day without rows yet is no fault of the configuration. Names that never occur are
    warnings.
    """
    judgements = judge_all(config, frame, measured, lambda text: None)
    readings = measured.readings()
    for verdict in plain_verdicts(config, frame, judgements):
        yield _line(verdict, readings)
    for text in name_observations(config, frame, readings):
        yield ValidationLine(True, text, warns=True)
    for text in _unmatched_sources(config, measured):
        yield ValidationLine(True, text, warns=True)


def _unmatched_sources(config: Config, measured: Measurements) -> Iterator[str]:
    """Listed sources that no entry of the last weeks matches; nothing where none were read."""
    if not config.sources or not config.checks["sources_complete"].enabled:
        return
    try:
        log = measured.longer_audit_log(LEARNED_DAYS)
    except MeasurementError:
        return
    entries = [entry.source for of_day in log.entries.values() for entry in of_day]
    names = set(entries)
    for source in config.sources:
        if entries and not any(matches(source, name) for name in names):
            count = plural(len(entries), "entry", "entries")
            yield (
                f"sources: {quoted(source.name)} matches none of the {count} of the last weeks, "
                f"such as {quoted(entries[-1])}"
            )


def _line(verdict: Verdict, readings: CompletedReadings) -> ValidationLine:
    if verdict.status is not Status.UNKNOWN:
        return ValidationLine(True, f"{verdict.id}: measured, {verdict.message}")
    if _has_nothing_yet(verdict, readings):
        return ValidationLine(True, f"{verdict.id}: nothing to judge yet, {verdict.message}")
    return ValidationLine(False, f"{verdict.id}: {verdict.message}")


def _has_nothing_yet(verdict: Verdict, readings: CompletedReadings) -> bool:
    """Whether a check is unknown because rows are missing, not because they cannot be read."""
    if verdict.cause is not Cause.BAD_VALUE:
        return False
    is_empty = _EMPTY.get(verdict.id)
    # A load that is not over yet is the only value that may soon change.
    return verdict.retry or (is_empty is not None and is_empty(readings))


def _no_entry(readings: CompletedReadings) -> bool:
    log = readings.audit_log
    return log is not None and not log.today and not log.undated


def _nothing_read(readings: CompletedReadings) -> bool:
    """No entry, or none that read a row; without a log, no event of the day."""
    log, events = readings.audit_log, readings.events
    if log is None:
        return events is not None and not events.judged
    return all(entry.rows_read == 0 for load in loads(log) for entry in load.counted)


def _no_past(readings: CompletedReadings) -> bool:
    events = readings.events
    return events is not None and not any(events.totals()[:-1]) and not events.undated.events


def _few_days(readings: CompletedReadings) -> bool:
    """Whether the events of all days were read, so that only more days are missing."""
    events = readings.events
    return readings.daily_counts is not None and (events is None or not events.undated.events)


def _no_purchases(readings: CompletedReadings) -> bool:
    events = readings.events
    if events is None or events.revenue_problem is not None or events.undated.events:
        return False
    return events.purchase_seen() or not any(events.totals())


def _no_orders(readings: CompletedReadings) -> bool:
    orders, events = readings.orders, readings.events
    if orders is None or orders.problems or orders.orders or orders.undated:
        return False
    return events is None or events.purchase_seen() or not any(events.totals())


_EMPTY: Mapping[str, Callable[[CompletedReadings], bool]] = {
    "rows_read": _no_entry,
    "run_status": _no_entry,
    "sources_complete": _no_entry,
    "quarantine_rate": _nothing_read,
    "volume_zscore": _no_past,
    "volume_expected": _few_days,
    "event_volume": _no_past,
    "volume_trend": _few_days,
    "missing_revenue": _no_purchases,
    "orphan_orders": _no_orders,
}
