"""The rules that can be compared, by name, each as a score of which 1 is its threshold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date

from checks.detection import Basis, weekly_trend, zscore_range
from checks.detection.expected import COUNTED_ON, log_count
from checks.detection.ranges import Edges, edges

from .cases import Rule
from .reference import before

#: Out of range however wide the range is.
CERTAIN = 1e9
ZSCORE_DAYS = 7


def volume_expected(history: Mapping[date, float], day: date) -> Callable[[float], float] | None:
    """The `widen` from which on a count is in the range of `checks.detection.expected_range`."""
    day_edges = edges(history, day)
    return None if day_edges is None else _score_of(day_edges)


def _score_of(day_edges: Edges) -> Callable[[float], float]:
    zero_is_out = day_edges.zero_is_out and day_edges.expected >= log_count(COUNTED_ON)

    def score(count: float) -> float:
        log = log_count(count)
        if zero_is_out and count < 1:
            return CERTAIN
        below = (day_edges.low - log) / day_edges.below
        return max(below, (log - day_edges.high) / day_edges.above)

    return score


def volume_zscore(history: Mapping[date, float], day: date) -> Callable[[float], float] | None:
    """The standard deviations from the mean of the seven days before, as a share of three."""
    if len(history) < ZSCORE_DAYS or (normal := zscore_range(history, day)) is None:
        return None
    margin = normal.high - normal.expected

    def score(count: float) -> float:
        return abs(count - normal.expected) / margin if margin else math.inf

    return score


def gate(history: Mapping[date, float], day: date) -> Callable[[float], float] | None:
    """What makes the gate red by default: the Z-score only where no weekday is known."""
    day_edges = edges(history, day)
    if day_edges is None:
        return volume_zscore(history, day)
    by_range = _score_of(day_edges)
    by_zscore = None if day_edges.basis is Basis.WEEKDAY else volume_zscore(history, day)
    if by_zscore is None:
        return by_range
    return lambda count: max(by_range(count), by_zscore(count))


def warnings(history: Mapping[date, float], day: date) -> Callable[[float], float] | None:
    """What is amber by default: the Z-score where the weekday is known, and the trend."""
    by_zscore = volume_zscore(history, day) if _knows_weekday(history, day) else None

    def score(count: float) -> float:
        trend = weekly_trend({**history, day: count}, day)
        by_trend = -trend.change / trend.limit if trend is not None else 0.0
        return max(by_trend, by_zscore(count) if by_zscore else 0.0)

    return score


def _knows_weekday(history: Mapping[date, float], day: date) -> bool:
    day_edges = edges(history, day)
    return day_edges is not None and day_edges.basis is Basis.WEEKDAY


RULES: dict[str, Rule] = {
    "volume_expected": volume_expected,
    "before": before,
    "volume_zscore": volume_zscore,
    "gate": gate,
}
