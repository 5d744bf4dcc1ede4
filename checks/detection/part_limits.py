"""How many deviations are too many for a part: one budget of alarms for all parts together. Pure.

The distances of all parts in the last 8 weeks say how far the usual tail reaches: from two of its
quantiles it is drawn on, as an exponential one, to what is exceeded on one day in 90 by any of the
parts that are judged. Quantiles, as a part that dies or has a campaign must not widen the range of
the others. A part with wilder days of its own is judged by the third worst instead, up to three
times as far. Below and above are apart, as campaigns say nothing of outages. The constants
were chosen by walking forward through public series in parts; docs/volume.md has what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checks.detection.levels import CONFIRMING_DAYS, OF_DAYS
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
# One accident or two make no wild part, and a wild one is not to be overlooked when it dies.
_OWN_RANK, _MOST_OWN = 3, 3.0
_BINS_PER_DEVIATION, _MOST_DEVIATIONS = 20, 50
#: A bit for each of the days in which a level is looked for.
_RECENT_BITS = (1 << OF_DAYS) - 1


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
    """The third worst distance of a part's own last 8 weeks on that side, without the last week.

    0 for a calm one. A part that is dying is not to be its own excuse, nor is one that once died.
    """
    earlier = distances[max(0, day - TAIL_DAYS) : max(0, day - WEEK)]
    beyond = sorted((side * distance for distance in earlier if distance), reverse=True)
    return max(0.0, beyond[_OWN_RANK - 1]) if len(beyond) >= _OWN_RANK else 0.0


def limit_of(limits: Limits, distances: Distances, day: int, side: int) -> float:
    """How far a part may be off on a day: as all parts may, or as it was itself, within a bound."""
    shared = limits.of(side)[day]
    return max(shared, min(own_limit(distances, day, side), _MOST_OWN * shared))


def _of_side(parts: Sequence[Distances], judged: Sequence[int], side: int) -> list[float]:
    tail, result = _Tail(), list[float]()
    added: list[list[int]] = []
    recent = [0] * len(parts)
    for day, count in enumerate(judged):
        result.append(tail.limit(max(count, 1)))
        added.append(_bins(parts, day, side, result[-1], recent))
        tail.add(added[-1])
        if day >= TAIL_DAYS:
            tail.remove(added[day - TAIL_DAYS])
    return result


def _bins(
    parts: Sequence[Distances], day: int, side: int, limit: float, recent: list[int]
) -> list[int]:
    """The bins of the distances of one day, of parts that are not at another level on this side.

    recent: of each part, which of the last days were out of range, a bit each; is carried on.
    """
    bins, most = list[int](), _BINS_PER_DEVIATION * _MOST_DEVIATIONS - 1
    for number, distances in enumerate(parts):
        if (distance := distances[day]) is None:
            continue
        beyond = max(0.0, side * distance)
        recent[number] = (recent[number] << 1 | (beyond > limit)) & _RECENT_BITS
        if recent[number].bit_count() < CONFIRMING_DAYS:
            bins.append(min(most, int(_BINS_PER_DEVIATION * beyond)))
    return bins


class _Tail:
    """How many distances of the last days are in each bin."""

    def __init__(self) -> None:
        self._bins = [0] * (_BINS_PER_DEVIATION * _MOST_DEVIATIONS)
        self._number = 0
        self._days = 0

    def add(self, bins: Sequence[int]) -> None:
        """One more day."""
        self._change(bins, 1)

    def remove(self, bins: Sequence[int]) -> None:
        """A day that is too old."""
        self._change(bins, -1)

    def _change(self, bins: Sequence[int], sign: int) -> None:
        for place in bins:
            self._bins[place] += sign
        self._number += sign * len(bins)
        self._days += sign * bool(bins)

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
        for place in range(len(self._bins) - 1, 0, -1):
            seen += self._bins[place]
            if seen > allowed:
                return (place + 0.5) / _BINS_PER_DEVIATION
        return 0.0
