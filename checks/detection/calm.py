"""Days whose count is certainly normal: found for all days at once, without the range of each.

No limit is nearer to the expectation than the least usual miss and counting noise (`limits`), and
one forecast has the expectation of every earlier day. So a whole history of ordinary days costs
as much as a single range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from checks.detection.expected import log_count
from checks.detection.limits import least_limit
from checks.detection.ranges import LEAST_MISSES, WEEKDAY_DAYS
from checks.detection.series import HISTORY_DAYS, counts_before
from checks.detection.weekday import LogCounts, forecast

#: For what the two ways of calculating differ by.
_ROUNDING = 0.999


def calm_days(history: Mapping[date, float], day: date, widen: float = 1.0) -> frozenset[date]:
    """Days before `day` that are in their normal range, each by the days before it.

    Others may be as well. Only for a history that is as it was for each of its days. `widen` as in
    `expected_range`.
    """
    log_counts = [
        None if count is None else log_count(count) for count in counts_before(history, day)
    ]
    prediction = forecast(log_counts)
    if prediction is None:
        return frozenset()
    first = day - timedelta(days=HISTORY_DAYS)
    calm = _calm_indexes(log_counts, prediction.misses, widen)
    return frozenset(first + timedelta(days=index) for index in calm)


def _calm_indexes(log_counts: LogCounts, misses: LogCounts, widen: float) -> Iterator[int]:
    """Those with a forecast of their own that they are nearer to than any limit is."""
    days_before = misses_before = 0
    for index, (log, miss) in enumerate(zip(log_counts, misses, strict=True)):
        has_rule = days_before >= WEEKDAY_DAYS and misses_before >= LEAST_MISSES
        if has_rule and log is not None and miss is not None:
            limit = _ROUNDING * widen * least_limit(log - miss)
            yield from (index,) if abs(miss) < limit else ()
        days_before += log is not None
        misses_before += miss is not None
