"""The normal range of a day's count, from the history there is.

7 to 13 days: the lowest and the highest so far, with a wide margin. From 14 on the weekday's
forecast, and the distances from it that the days before allow (`limits`); a little wider below 21.
Where the forecast has too few recent days, the lowest and the highest with a narrower margin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checks.detection.expected import Basis, ExpectedRange, log_count, range_of_logs
from checks.detection.limits import RECORD_DAYS, limits, present, record_margin
from checks.detection.order import median
from checks.detection.series import counts_before
from checks.detection.weekday import WEEK, Forecast, LogCounts, forecast

MINIMUM_DAYS = 7
WEEKDAY_DAYS = 14
#: From this many days of history on, the weekday's range has its full power.
FULL_POWER_DAYS = 21

_WIDE_FACTOR, _FACTOR = 1.5, 4 / 3
# Records of the range rules are of this many days that have a count.
_RANGE_WINDOW = 28

#: The fewest earlier misses that say how far off the forecast is.
LEAST_MISSES = 5
# Below FULL_POWER_DAYS there are one or two days of each weekday: an expectation is unsure.
_YOUNG_FACTOR = 1.2
# Beyond this everything is normal already, and products of it stay finite.
_WIDEST = 1e6


@dataclass(frozen=True, slots=True)
class Edges:
    """A range in logarithms, before it is widened.

    Normal is from `low` less `below` to `high` and `above`, both of them times `widen`. With
    `zero_is_out`, a count of zero is out where COUNTED_ON or more are expected, however wide.
    """

    expected: float
    low: float
    high: float
    below: float
    above: float
    basis: Basis
    zero_is_out: bool

    def widened(self, widen: float) -> ExpectedRange:
        """The range in counts."""
        low, high = self.low - widen * self.below, self.high + widen * self.above
        expected = min(max(self.expected, low), high)
        return range_of_logs(expected, low, high, self.basis, zero_is_out=self.zero_is_out)


def expected_range(
    history: Mapping[date, float], day: date, *, widen: float = 1.0
) -> ExpectedRange | None:
    """The expected count of `day`, and the counts that are normal for it.

    Only usable counts of the HISTORY_DAYS days before `day` matter; missing days stay missing.
    None with fewer than MINIMUM_DAYS of them. `widen` multiplies the limits, in logarithms.
    Raises ValueError for a `widen` that is not above 0 and finite.
    """
    if not 0 < widen < math.inf:
        raise ValueError(f"widen={widen} is not a finite number above 0")
    day_edges = edges(history, day)
    return None if day_edges is None else day_edges.widened(min(widen, _WIDEST))


def edges(history: Mapping[date, float], day: date) -> Edges | None:
    """The edges of `expected_range` in logarithms; None with fewer than MINIMUM_DAYS of history."""
    counts = counts_before(history, day)
    log_counts = [None if count is None else log_count(count) for count in counts]
    days = len(log_counts) - log_counts.count(None)
    if days < MINIMUM_DAYS:
        return None
    if days < WEEKDAY_DAYS:
        return _by_range(log_counts, Basis.WIDE_RANGE, _WIDE_FACTOR)
    prediction = forecast(log_counts)
    if prediction is None or len(present(prediction.misses)) < LEAST_MISSES:
        return _by_range(log_counts, Basis.RANGE, _FACTOR)
    return _by_weekday(prediction, _YOUNG_FACTOR if days < FULL_POWER_DAYS else 1.0)


def _by_range(log_counts: LogCounts, basis: Basis, factor: float) -> Edges:
    window = present(log_counts)[-_RANGE_WINDOW:]
    lowest, highest = min(window), max(window)
    last_week = log_counts[-WEEK]
    return Edges(
        median(sorted(window[-WEEK:])) if last_week is None else last_week,
        lowest,
        highest,
        record_margin(lowest, factor),
        record_margin(highest, factor),
        basis,
        zero_is_out=lowest > log_count(0),
    )


def _by_weekday(prediction: Forecast, factor: float) -> Edges:
    limit = limits(prediction)
    lowest = min(present(prediction.log_counts[-RECORD_DAYS:]))
    return Edges(
        prediction.expected,
        prediction.expected,
        prediction.expected,
        factor * limit.below,
        factor * limit.above,
        Basis.WEEKDAY,
        zero_is_out=lowest > log_count(0),
    )
