"""When a decline of the volume began, and whether it was one step down or still goes on. Pure.

Log counts without their weekdays' share are fitted twice: level, then another level from a day on
(a step); and level, then a straight line down from a day on (a slope, a constant percentage a day).
The one that leaves the smaller squared error tells the kind, the day and the size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from checks.detection.expected import OFFSET
from checks.detection.order import DEVIATIONS_PER_MAD, median
from checks.detection.series import counts_until
from checks.detection.weekday import WEEK, LogCounts

_WINDOW = 15 * WEEK
#: A kind of change needs so many days before it, and so many from it on.
_LEAST_BEFORE, _LEAST_STEP, _LEAST_SLOPE = 2 * WEEK, 2, 4
#: A day farther outside of the medians of the days before and after it counts as this far: in
#: deviations.
_CLIPPED_AT = 3.0
_NEIGHBOURS = 3
_LEAST_DEVIATION = 0.01
#: A change explains at least this much more than no change does, in variances of what is left.
_LEAST_GAIN = 12.0
#: In the same measure: what is less worse than the best is likely too; a shape is told where the
#: other one is this much worse.
_LIKELY, _SHAPE_GAIN = 4.0, 3.0


class Shape(StrEnum):
    """How a volume declines."""

    STEP = "step"
    SLOPE = "slope"


@dataclass(frozen=True, slots=True)
class Onset:
    """Since when a volume declines.

    shape: None where noise hides whether it is a step or a slope. day: the first day with less,
    about; earliest, latest: between these it is likely. change: a negative fraction: of the level
    for a step; a day for a slope; for None, of either kind. is_older: whether it may have begun
    before `day`, the first one on which a beginning is looked for.
    """

    shape: Shape | None
    day: date
    earliest: date
    latest: date
    change: float
    is_older: bool = False


class _Fit(NamedTuple):
    """The squared error of a change from the value `begin` on, and its size in logarithms."""

    error: float
    begin: int
    change: float
    shape: Shape


def decline_onset(history: Mapping[date, float], day: date) -> Onset | None:
    """When the decline began that the days up to `day` show; by the 15 weeks that end with it.

    None where too few days have a usable count, or no decline explains them better than noise.
    """
    logs = _without_weekdays(_logs(counts_until(history, day, _WINDOW)))
    days = [index for index, log in enumerate(logs) if log is not None]
    values = _clipped([log for log in logs if log is not None])
    first = next((i for i, n in enumerate(days) if n - days[0] >= _LEAST_BEFORE), None)
    if first is None:
        return None
    changes = (*_steps(values, first), *_slopes(values, days, first))
    fits = [fit for fit in changes if fit.change < 0]
    best = min(fits, default=None)
    if best is None or not _is_better_than_level(best, values):
        return None
    shape, likely = _shape_and_beginnings(best, fits, _variance(best, values))
    dates = [day - timedelta(days=_WINDOW - 1 - n) for n in days]
    return Onset(
        shape, dates[best.begin], dates[likely[0]], dates[likely[-1]], math.expm1(best.change),
        is_older=best.shape is Shape.SLOPE and best.begin == first,
    )  # fmt: skip


def _shape_and_beginnings(
    best: _Fit, fits: Sequence[_Fit], variance: float
) -> tuple[Shape | None, list[int]]:
    """The shape, where no other one does nearly as well; and where such changes begin, in order."""
    near = [fit for fit in fits if fit.error - best.error < _LIKELY * variance]
    rivals = [fit for fit in near if fit.shape is not best.shape]
    is_certain = all(fit.error - best.error >= _SHAPE_GAIN * variance for fit in rivals)
    likely = [fit for fit in near if not is_certain or fit.shape is best.shape]
    return best.shape if is_certain else None, sorted(fit.begin for fit in likely)


def _logs(counts: Sequence[float | None]) -> LogCounts:
    """Logarithms of the counts; of a weekday that usually has no event, none."""
    logs = [None if count is None else math.log(count + OFFSET) for count in counts]
    for weekday in range(WEEK):
        known = sorted(count for count in counts[weekday::WEEK] if count is not None)
        if known and not median(known):
            logs[weekday::WEEK] = [None] * len(logs[weekday::WEEK])
    return logs


def _without_weekdays(logs: LogCounts) -> LogCounts:
    """The logarithms less what their weekday usually is above or below its week.

    Of a weekday: the median of its distances from the mean of the seven days around it, which no
    straight line changes. A week that lacks a day which others have is left out.
    """
    kept = [weekday for weekday in range(WEEK) if any(x is not None for x in logs[weekday::WEEK])]
    distances: list[list[float]] = [[] for _ in range(WEEK)]
    for index in range(_NEIGHBOURS, len(logs) - _NEIGHBOURS):
        around = [x for x in logs[index - _NEIGHBOURS : index + _NEIGHBOURS + 1] if x is not None]
        log = logs[index]
        if log is not None and len(around) == len(kept):
            distances[index % WEEK].append(log - sum(around) / len(around))
    effects = [median(sorted(each)) if each else 0.0 for each in distances]
    return [None if x is None else x - effects[index % WEEK] for index, x in enumerate(logs)]


def _clipped(values: Sequence[float]) -> list[float]:
    """The values; a day far outside of the days before and after it is drawn in.

    So the first days of another level, and those of a steep slope, stay as they are.
    """
    if not values:
        return []
    around = [
        median(sorted(values[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS + 1]))
        for index in range(len(values))
    ]
    distances = sorted(abs(x - middle) for x, middle in zip(values, around, strict=True))
    most = _CLIPPED_AT * max(_LEAST_DEVIATION, DEVIATIONS_PER_MAD * median(distances))
    clipped = list(values)
    for index in range(1, len(values) - 1):
        before = median(sorted(values[max(0, index - _NEIGHBOURS) : index]))
        after = median(sorted(values[index + 1 : index + 1 + _NEIGHBOURS]))
        low, high = min(before, after) - most, max(before, after) + most
        clipped[index] = min(max(values[index], low), high)
    return clipped


def _steps(values: Sequence[float], first: int) -> list[_Fit]:
    """A level and another one, from each index on."""
    sums, squares = _totals(values), _totals([x * x for x in values])
    count, fits = len(values), []
    for index in range(first, count - _LEAST_STEP + 1):
        before, after = sums[index] / index, (sums[-1] - sums[index]) / (count - index)
        error = squares[-1] - index * before**2 - (count - index) * after**2
        fits.append(_Fit(max(0.0, error), index, after - before, Shape.STEP))
    return fits


def _slopes(values: Sequence[float], days: Sequence[int], first: int) -> list[_Fit]:
    """A level and a straight line from each index on, which is there the first day below it."""
    mean = sum(values) / len(values)
    centred = [x - mean for x in values]
    total = sum(x * x for x in centred)
    fits = []
    for index in range(first, len(values) - _LEAST_SLOPE + 1):
        since = [n - days[index] + 1 for n in days[index:]]
        length = sum(since)
        spread = sum(n * n for n in since) - length * length / len(values)
        product = sum(n * x for n, x in zip(since, centred[index:], strict=True))
        if spread > 0:
            slope = product / spread
            fits.append(_Fit(max(0.0, total - slope * product), index, slope, Shape.SLOPE))
    return fits


def _is_better_than_level(best: _Fit, values: Sequence[float]) -> bool:
    mean = sum(values) / len(values)
    total = sum((x - mean) ** 2 for x in values)
    return total - best.error >= _LEAST_GAIN * _variance(best, values)


def _variance(best: _Fit, values: Sequence[float]) -> float:
    return max(_LEAST_DEVIATION**2, best.error / len(values))


def _totals(values: Sequence[float]) -> list[float]:
    """The sums of the first 0, 1, 2, ... values."""
    return list(accumulate(values, initial=0.0))
