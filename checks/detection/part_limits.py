"""How many deviations are too many for a part: one budget of alarms for all parts together. Pure.

The distances of all parts in the last 8 weeks say how far the usual tail reaches: from two of its
quantiles it is drawn on, as an exponential one, to what is exceeded on one day in 90 by any of the
parts that are judged. Quantiles, as a part that dies or has a campaign must not widen the range of
the others. A part with wilder days of its own is judged by these instead: beyond the worst of the
second worst week. Below and above are apart, as campaigns say nothing of outages. The constants
were chosen by walking forward through public series in parts; docs/volume.md has what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checks.detection.weekday import WEEK

Distances: TypeAlias = Sequence[float | None]

#: Days of which the tail is taken, and how many of them there have to be.
TAIL_DAYS, _LEAST_TAIL_DAYS = 8 * WEEK, 4 * WEEK
#: One day in so many may be out of range, on either side.
BUDGET_DAYS = 90
_SIDES = 2
_BODY, _TAIL = 0.80, 0.95
_SLOPE_SPAN = math.log((1 - _BODY) / (1 - _TAIL))
#: An exponential tail falls at least as slowly as this, in deviations for each factor of e.
_LEAST_SLOPE = 0.35
_LEAST_LIMIT = 3.5
# While too few days are known.
_YOUNG_LIMIT, _YOUNG_SLOPE = 4.5, 0.5
_OWN_FACTOR, _OWN_RANK = 1.2, 2
_BINS_PER_DEVIATION, _MOST_DEVIATIONS = 20, 50


@dataclass(frozen=True, slots=True)
class Limits:
    """For each day, how many deviations any part may be below, and above, what is normal."""

    below: Sequence[float]
    above: Sequence[float]

    def of(self, side: int) -> Sequence[float]:
        """Those of one side: -1 below, 1 above."""
        return self.below if side < 0 else self.above


def limits(parts: Sequence[Distances], days: int) -> Limits:
    """The limits of each of the days by those before it. parts: each one's distances, by day."""
    judged = [sum(distances[day] is not None for distances in parts) for day in range(days)]
    return Limits(*(_of_side(parts, judged, side) for side in (-1, 1)))


def own_limit(distances: Distances, day: int, side: int) -> float:
    """What a part's own wild days of the last 8 weeks allow; 0 for a calm one."""
    weeks = sorted(
        (_worst(distances[max(0, end - WEEK) : end], side) for end in _ends(day)), reverse=True
    )
    return _OWN_FACTOR * weeks[_OWN_RANK - 1] if len(weeks) >= _OWN_RANK else 0.0


def _ends(day: int) -> range:
    return range(day, max(0, day - TAIL_DAYS), -WEEK)


def _worst(distances: Distances, side: int) -> float:
    return max((side * distance for distance in distances if distance), default=0.0)


def _of_side(parts: Sequence[Distances], judged: Sequence[int], side: int) -> list[float]:
    tail, result = _Tail(), list[float]()
    bins = [_bins(parts, day, side) for day in range(len(judged))]
    for day, count in enumerate(judged):
        result.append(tail.limit(max(count, 1)))
        tail.add(bins[day], judged[day])
        if day >= TAIL_DAYS:
            tail.remove(bins[day - TAIL_DAYS], judged[day - TAIL_DAYS])
    return result


def _bins(parts: Sequence[Distances], day: int, side: int) -> list[int]:
    """The bins of the distances of one day that are on this side."""
    most = _BINS_PER_DEVIATION * _MOST_DEVIATIONS - 1
    return [
        min(most, int(_BINS_PER_DEVIATION * side * distance))
        for distances in parts
        if (distance := distances[day]) and side * distance > 0
    ]


class _Tail:
    """How many distances of the last days are in each bin; those of 0 are only counted."""

    def __init__(self) -> None:
        self._bins = [0] * (_BINS_PER_DEVIATION * _MOST_DEVIATIONS)
        self._number = 0
        self._days = 0

    def add(self, bins: Sequence[int], number: int) -> None:
        self._change(bins, number, 1)

    def remove(self, bins: Sequence[int], number: int) -> None:
        self._change(bins, number, -1)

    def _change(self, bins: Sequence[int], number: int, sign: int) -> None:
        for place in bins:
            self._bins[place] += sign
        self._number += sign * number
        self._days += sign * bool(number)

    def limit(self, parts: int) -> float:
        """The deviations that one of so many parts exceeds on one day of the budget's days."""
        if self._days < _LEAST_TAIL_DAYS:
            return _YOUNG_LIMIT + _YOUNG_SLOPE * math.log(parts)
        body, tail = self._above(1 - _BODY), self._above(1 - _TAIL)
        slope = max((tail - body) / _SLOPE_SPAN, _LEAST_SLOPE)
        beyond = (1 - _TAIL) * BUDGET_DAYS * _SIDES * parts
        return max(_LEAST_LIMIT, tail + slope * math.log(max(beyond, 1.0)))

    def _above(self, share: float) -> float:
        """The distance that this share of all distances exceeds."""
        allowed, seen = share * self._number, 0
        for place in range(len(self._bins) - 1, -1, -1):
            seen += self._bins[place]
            if seen > allowed:
                return (place + 0.5) / _BINS_PER_DEVIATION
        return 0.0
