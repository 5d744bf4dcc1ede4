"""The normal range of a day's count, from the history there is.

7 to 13 days: the lowest and the highest so far, with a wide margin. 14 to 20: a narrower one.
From 21 on, unless the weekday forecast has too few recent days (then the range is still used), two
measures are combined: how far the count is from the expected one, relative to how well the rule
predicted before, and how far it is beyond the record of the last 8 weeks. Either alone can put a
count out of range, or both together. The constants were chosen by walking forward through public
daily series with injected incidents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from checks.detection.expected import Basis, ExpectedRange, log_count, range_of_logs
from checks.detection.order import median, quantile
from checks.detection.series import counts_before
from checks.detection.weekday import WEEK, Forecast, LogCounts, forecast

MINIMUM_DAYS = 7

_RANGE_DAYS = 14
WEEKDAY_DAYS = 21
_WIDE_FACTOR, _FACTOR = 1.5, 4 / 3
# Records of the range rules are of this many days that have a count.
_RANGE_WINDOW = 28

# Records and misses of the weekday rule are of the last 8 weeks.
_WINDOW = 56
_RECORD_FACTOR = 1.28
_RECORD_DEVIATIONS = 2.0
_LOW_THRESHOLD, _HIGH_THRESHOLD = 2.2, 3.5
_MISS_SHARE = 0.9
# A season of holidays inflates the P90 of 8 weeks, the median of all 16 hardly.
_MEDIAN_MISSES = 3.0
_LEAST_MISS = 0.10
# The 90 % band of pure counting noise, in standard deviations.
_NOISE_DEVIATIONS = 1.645
_LEAST_MISSES = 7
# Beyond this everything is normal already, and products of it stay finite.
_WIDEST = 1e6


def expected_range(
    history: Mapping[date, float], day: date, *, widen: float = 1.0
) -> ExpectedRange | None:
    """The expected count of `day`, and the counts that are normal for it.

    Only usable counts of the HISTORY_DAYS days before `day` matter; missing days stay missing.
    None with fewer than MINIMUM_DAYS of them. `widen` multiplies the thresholds, in logarithms.
    Raises ValueError for a `widen` that is not above 0 and finite.
    """
    if not 0 < widen < math.inf:
        raise ValueError(f"widen={widen} is not a finite number above 0")
    widen = min(widen, _WIDEST)
    counts = counts_before(history, day)
    log_counts = [None if count is None else log_count(count) for count in counts]
    days = len(log_counts) - log_counts.count(None)
    if days < MINIMUM_DAYS:
        return None
    if days >= WEEKDAY_DAYS:
        prediction = forecast(log_counts)
        if prediction is not None and len(_present(prediction.misses)) >= _LEAST_MISSES:
            return _weekday_range(prediction, widen * _youth_factor(days))
    return _range(log_counts, widen, Basis.WIDE_RANGE if days < _RANGE_DAYS else Basis.RANGE)


def _range(log_counts: LogCounts, widen: float, basis: Basis) -> ExpectedRange:
    window = _present(log_counts)[-_RANGE_WINDOW:]
    factor = _WIDE_FACTOR if basis is Basis.WIDE_RANGE else _FACTOR
    lowest, highest = min(window), max(window)
    low = lowest - widen * _margin(lowest, factor)
    high = highest + widen * _margin(highest, factor)
    last_week = log_counts[-WEEK]
    expected = median(sorted(window[-WEEK:])) if last_week is None else last_week
    expected = min(max(expected, low), high)
    return range_of_logs(expected, low, high, basis, zero_is_out=lowest > log_count(0))


def _weekday_range(prediction: Forecast, widen: float) -> ExpectedRange:
    record = _present(prediction.log_counts[-_WINDOW:])
    lowest, highest = min(record), max(record)
    noise = max(_LEAST_MISS, _NOISE_DEVIATIONS * math.exp(-prediction.expected / 2))
    miss = max(_usual_miss(prediction.misses), noise)
    below = _distance(
        _LOW_THRESHOLD * miss, prediction.expected - lowest, _margin(lowest, _RECORD_FACTOR), widen
    )
    above = _distance(
        _HIGH_THRESHOLD * miss,
        highest - prediction.expected,
        _margin(highest, _RECORD_FACTOR),
        widen,
    )
    return range_of_logs(
        prediction.expected,
        prediction.expected - max(below, widen * noise),
        prediction.expected + max(above, widen * noise),
        Basis.WEEKDAY,
        zero_is_out=lowest > log_count(0),
    )


def _usual_miss(misses: LogCounts) -> float:
    """The size of a miss that is still usual: the P90 of 8 weeks, or less after a bad season."""
    recent = sorted(map(abs, _present(misses[-_WINDOW:])))
    every = sorted(map(abs, _present(misses)))
    limit = _MEDIAN_MISSES * median(every)
    return min(quantile(recent, _MISS_SHARE), limit) if recent else limit


def _distance(threshold: float, record: float, margin: float, widen: float) -> float:
    """How far from the expectation a log count may be on one side.

    Out is, with `record` the distance of the record: miss / threshold >= 1, or
    (miss - record) / margin >= 1, or the sum of both >= 1. Solved for the miss.
    """
    threshold, margin = threshold * widen, margin * widen
    combined = threshold * (margin + record) / (threshold + margin)
    return min(threshold, record + margin, combined)


def _margin(record: float, factor: float) -> float:
    """How far beyond a record a log count may be: a factor, or two deviations of its noise."""
    return max(math.log(factor), _RECORD_DEVIATIONS * math.exp(-record / 2))


def _youth_factor(days: int) -> float:
    """A factor for less than 8 weeks, whose record is broken sooner and whose misses are unsure."""
    return math.cbrt(max(1.0, _WINDOW / days))


def _present(log_counts: LogCounts) -> list[float]:
    return [log for log in log_counts if log is not None]
