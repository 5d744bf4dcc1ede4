"""The rule that was there before, as it was: what a newer one is compared with.

Nothing here follows the rule of `checks.detection`: that is the use of it. Only the forecast is
shared, which now has a level after gaps as well; on days in a row it is what it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date

from checks.detection.expected import COUNTED_ON, log_count
from checks.detection.order import median, quantile
from checks.detection.series import counts_before
from checks.detection.weekday import WEEK, Forecast, LogCounts, forecast

_MINIMUM_DAYS, _RANGE_DAYS, _WEEKDAY_DAYS = 7, 14, 21
_WINDOW, _RANGE_WINDOW = 56, 28
_LOW, _HIGH = 2.2, 3.5
_LEAST_MISSES = 7
_CERTAIN = 1e9


def before(history: Mapping[date, float], day: date) -> Callable[[float], float] | None:
    """The score of a count, 1 and more out of range; None with too little history."""
    counts = counts_before(history, day)
    log_counts = [None if count is None else log_count(count) for count in counts]
    days = len(log_counts) - log_counts.count(None)
    if days < _MINIMUM_DAYS:
        return None
    if days >= _WEEKDAY_DAYS:
        prediction = forecast(log_counts)
        if prediction is not None and len(_present(prediction.misses)) >= _LEAST_MISSES:
            return _by_weekday(prediction, math.cbrt(max(1.0, _WINDOW / days)))
    return _by_range(log_counts, 1.5 if days < _RANGE_DAYS else 4 / 3)


def _by_range(log_counts: LogCounts, factor: float) -> Callable[[float], float]:
    window = _present(log_counts)[-_RANGE_WINDOW:]
    lowest, highest = min(window), max(window)
    last_week = log_counts[-WEEK]
    expected = median(sorted(window[-WEEK:])) if last_week is None else last_week

    def score(count: float) -> float:
        if _is_outage(count, expected, lowest):
            return _CERTAIN
        log = log_count(count)
        below = (lowest - log) / _margin(lowest, factor)
        return max(below, (log - highest) / _margin(highest, factor))

    return score


def _by_weekday(prediction: Forecast, youth: float) -> Callable[[float], float]:
    record = _present(prediction.log_counts[-_WINDOW:])
    lowest, highest, expected = min(record), max(record), prediction.expected
    noise = max(0.10, 1.645 * math.exp(-expected / 2))
    miss = max(_usual_miss(prediction.misses), noise)

    def score(count: float) -> float:
        if _is_outage(count, expected, lowest):
            return _CERTAIN
        log = log_count(count)
        low = log < expected
        distance = abs(log - expected)
        beyond = (lowest - log) / _margin(lowest) if low else (log - highest) / _margin(highest)
        by_miss = distance / ((_LOW if low else _HIGH) * miss)
        return min(max(by_miss, beyond, by_miss + beyond), distance / noise) / youth

    return score


def _is_outage(count: float, expected: float, lowest: float) -> bool:
    is_expected = expected >= log_count(COUNTED_ON)
    return count == 0 and is_expected and lowest > log_count(0)


def _usual_miss(misses: LogCounts) -> float:
    recent = sorted(map(abs, _present(misses[-_WINDOW:])))
    limit = 3.0 * median(sorted(map(abs, _present(misses))))
    return min(quantile(recent, 0.9), limit) if recent else limit


def _margin(record: float, factor: float = 1.28) -> float:
    return max(math.log(factor), 2.0 * math.exp(-record / 2))


def _present(log_counts: LogCounts) -> list[float]:
    return [log for log in log_counts if log is not None]
