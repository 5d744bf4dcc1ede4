"""The normal range of a day's count, by as much history as there is.

7 to 13 days: the lowest and the highest so far, with a wide margin. 14 to 20: a narrower one.
From 21 on, two measures are combined: how far the count is from what is expected, against
how well that rule did before, and how far it is beyond the record of the last 8 weeks.
Each alone can put a count out; so can both together, each in part. The constants were
chosen by walking forward through public daily series with injected incidents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from checks.detection.expected import Basis, ExpectedRange, log_count, range_of_logs
from checks.detection.order import median, quantile
from checks.detection.series import counts_before
from checks.detection.weekday import WEEK, Forecast, Logs, forecast

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
    """What `day` should have, and the counts that are normal for it.

    Only usable counts of the HISTORY_DAYS days before `day` matter; missing days stay missing.
    None with fewer than MINIMUM_DAYS of them. `widen` multiplies the thresholds, in logarithms.
    Raises ValueError for a `widen` that is not above 0 and finite.
    """
    if not 0 < widen < math.inf:
        raise ValueError(f"widen={widen} is not a finite number above 0")
    widen = min(widen, _WIDEST)
    counts = counts_before(history, day)
    logs = [None if count is None else log_count(count) for count in counts]
    days = len(logs) - logs.count(None)
    if days < MINIMUM_DAYS:
        return None
    if days >= WEEKDAY_DAYS:
        found = forecast(logs)
        if found is not None and len(_present(found.misses)) >= _LEAST_MISSES:
            return _weekday_range(found, widen * _young(days))
    return _range(logs, widen, Basis.WIDE_RANGE if days < _RANGE_DAYS else Basis.RANGE)


def _range(logs: Logs, widen: float, basis: Basis) -> ExpectedRange:
    window = _present(logs)[-_RANGE_WINDOW:]
    factor = _WIDE_FACTOR if basis is Basis.WIDE_RANGE else _FACTOR
    lowest, highest = min(window), max(window)
    low = lowest - widen * _margin(lowest, factor)
    high = highest + widen * _margin(highest, factor)
    last_week = logs[-WEEK]
    expected = median(sorted(window[-WEEK:])) if last_week is None else last_week
    expected = min(max(expected, low), high)
    return range_of_logs(expected, low, high, basis, zero_is_out=lowest > log_count(0))


def _weekday_range(found: Forecast, widen: float) -> ExpectedRange:
    record = _present(found.logs[-_WINDOW:])
    lowest, highest = min(record), max(record)
    noise = max(_LEAST_MISS, _NOISE_DEVIATIONS * math.exp(-found.expected / 2))
    miss = max(_usual_miss(found.misses), noise)
    below = _distance(
        _LOW_THRESHOLD * miss, found.expected - lowest, _margin(lowest, _RECORD_FACTOR), widen
    )
    above = _distance(
        _HIGH_THRESHOLD * miss, highest - found.expected, _margin(highest, _RECORD_FACTOR), widen
    )
    return range_of_logs(
        found.expected,
        found.expected - max(below, widen * noise),
        found.expected + max(above, widen * noise),
        Basis.WEEKDAY,
        zero_is_out=lowest > log_count(0),
    )


def _usual_miss(misses: Logs) -> float:
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
    together = threshold * (margin + record) / (threshold + margin)
    return min(threshold, record + margin, together)


def _margin(record: float, factor: float) -> float:
    """How far beyond a record a log count may be: a factor, or two deviations of its noise."""
    return max(math.log(factor), _RECORD_DEVIATIONS * math.exp(-record / 2))


def _young(days: int) -> float:
    """A record of fewer than 8 weeks is broken sooner, and its misses are less well known."""
    return math.cbrt(max(1.0, _WINDOW / days))


def _present(logs: Logs) -> list[float]:
    return [log for log in logs if log is not None]
