"""The expected count of a day: its weekday's baseline, times the level of the last days.

All in logarithms. The baseline of a day is the median of the same weekday in the
previous 8 weeks. A residual is a day's distance from it; the level is the weighted mean
of the residuals of the last 14 days, winsorized so that a lone holiday does not move it; where
fewer than 7 of these days are known, as after an outage or a closure, of the last 7 that are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul
from typing import TypeAlias

from checks.detection.expected import COUNTED_ON, OFFSET
from checks.detection.order import median

LogCounts: TypeAlias = list[float | None]

WEEK = 7
BASELINE_WEEKS = 8
_LEVEL_DAYS = 14
_LEVEL_DECAY = 0.85
_WINSORIZED = 3
_FEWEST_RESIDUALS = 7
_ZERO = math.log(OFFSET)
_COUNTED_ON = math.log(COUNTED_ON)
# Oldest day first, like the residuals.
_WEIGHTS = tuple(_LEVEL_DECAY**age for age in reversed(range(_LEVEL_DAYS)))
_ALL_WEIGHTS = sum(_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The expected log count of a day, and how well the same formula predicted earlier days.

    `misses` are log counts minus their expectation, one for each earlier day, None where
    there was none. `log_counts` are the log counts without outages. Oldest first, both end with the
    day before.
    """

    expected: float
    misses: LogCounts
    log_counts: LogCounts


def forecast(log_counts: LogCounts) -> Forecast | None:
    """The expectation for the day after `log_counts`, a whole number of weeks, one item a day.

    None where the weekday never occurred in 8 weeks, or no day gives a level.
    """
    baselines = _baselines(log_counts)
    known = _without_outages(log_counts, baselines)
    residuals = [
        None if log is None or expected is None else log - expected
        for log, expected in zip(known, baselines, strict=False)
    ]
    today, level = baselines[-1], _level(residuals, len(log_counts))
    if today is None or level is None:
        return None
    misses = [_miss(residuals, index) for index in range(len(log_counts))]
    return Forecast(max(today + level, _ZERO), misses, known)


def _baselines(log_counts: LogCounts) -> LogCounts:
    """The baseline log count of each day and of the day after the last."""
    baselines: LogCounts = [None] * (len(log_counts) + 1)
    for index in range(WEEK, len(log_counts) + 1):
        first = index - WEEK * BASELINE_WEEKS
        same_weekday = log_counts[first if first >= 0 else index % WEEK : index : WEEK]
        if values := sorted([log for log in same_weekday if log is not None]):
            baselines[index] = median(values)
    return baselines


def _without_outages(log_counts: LogCounts, baselines: LogCounts) -> LogCounts:
    """The log counts without empty days where 10 or more are usual, which say nothing later."""
    return [
        None if log == _ZERO and expected is not None and expected >= _COUNTED_ON else log
        for log, expected in zip(log_counts, baselines, strict=False)
    ]


def _miss(residuals: LogCounts, index: int) -> float | None:
    residual = residuals[index]
    if residual is None:
        return None
    level = _level(residuals, index)
    return None if level is None else residual - level


def _level(residuals: LogCounts, end: int) -> float | None:
    """The winsorized weighted mean of the residuals before `end`, of 14 days or the last known."""
    window = residuals[max(0, end - _LEVEL_DAYS) : end]
    values = [value for value in window if value is not None]
    if len(values) == _LEVEL_DAYS:
        return _winsorized_mean(values, _WEIGHTS, _ALL_WEIGHTS)
    if len(values) < _FEWEST_RESIDUALS:
        return _last_level(residuals, end)
    recent = _WEIGHTS[_LEVEL_DAYS - len(window) :]
    known = zip(window, recent, strict=True)
    weights = tuple(weight for value, weight in known if value is not None)
    return _winsorized_mean(values, weights, sum(weights))


def _last_level(residuals: LogCounts, end: int) -> float | None:
    """The same of the last residuals that are known, however old; None without any."""
    values = [value for value in residuals[:end] if value is not None][-_FEWEST_RESIDUALS:]
    if not values:
        return None
    weights = _WEIGHTS[-len(values) :]
    return _winsorized_mean(values, weights, sum(weights))


def _winsorized_mean(values: list[float], weights: tuple[float, ...], total: float) -> float:
    """The weighted mean, with the 3 of 14 values at either end drawn in to the next one."""
    ordered, cut = sorted(values), min(_WINSORIZED, len(values) // 4)
    low, high = ordered[cut], ordered[-1 - cut]
    clipped = [low if value < low else high if value > high else value for value in values]
    weighted: float = sum(map(mul, weights, clipped))
    return weighted / total
