"""How far from the expectation a day may be, by what the days before it did.

Each distance says by itself what would be too far, in logarithms:

- usual miss: some times the P90 of the misses of 8 weeks, at most three medians of 18 weeks, at
  least 10 % and counting noise;
- records: beyond the lowest or the highest count of 8 weeks, and of 16 weeks, by a margin;
- worst misses: some times the third worst miss on that side, at least a usual one;
- downwards, the weekday: beyond its lowest count in 16 weeks by a usual miss, and some times its
  median miss.

A day is out of range where the cubes of its shares of these distances add up to 1: by one of them
alone, or by several in part. A distance weighs less while the history is shorter than what it looks
at. The constants were chosen by walking forward through public daily series with injected
incidents; docs/volume.md has what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.detection.expected import log_count
from checks.detection.order import median, quantile
from checks.detection.weekday import WEEK, Forecast, LogCounts

_WEEKS, _MORE_WEEKS = 8, 16
#: The days whose records count most: 8 weeks.
RECORD_DAYS = WEEK * _WEEKS
_MORE_DAYS = WEEK * _MORE_WEEKS

_MISS_SHARE = 0.9
# A season of holidays inflates the P90 of 8 weeks, the median of all hardly.
_MEDIAN_MISSES = 3.0
_LEAST_MISS = 0.10
# The 90 % band of pure counting noise, in standard deviations.
_NOISE_DEVIATIONS = 1.645

_RECORD_FACTOR = 1.28
_RECORD_DEVIATIONS = 2.0
# The third worst miss from 8 weeks of them on; of fewer, the second or the worst.
_WORST_RANK, _MISSES_PER_RANK = 3, 28

_WEEKDAY_RECORDS, _WEEKDAY_MISSES = 1.5, 10.5

POWER = 3.0
_HISTORY_POWER = 0.5
# What is noisier than counting noise has heavier tails, and gets a little more room.
_ROOM_POWER = 0.1


@dataclass(frozen=True, slots=True)
class Side:
    """Below (-1) or above (1) the expectation, and the factor of each measure there.

    trusts_short_record: the record of 8 weeks counts in full however short the history is.
    """

    sign: int
    trusts_short_record: bool
    usual_misses: float
    records: float
    worst_misses: float


_BELOW = Side(-1, False, usual_misses=3.5, records=1.0, worst_misses=2.0)
_ABOVE = Side(1, True, usual_misses=5.0, records=1.1, worst_misses=2.2)


@dataclass(frozen=True, slots=True)
class Distance:
    """What one measure allows, in logarithms, and the share of its history that is there."""

    allowed: float
    history: float

    @property
    def cube(self) -> float:
        """The cubed share of one unit, by the weight of the history."""
        cube: float = min(1.0, self.history) ** _HISTORY_POWER / self.allowed**POWER
        return cube


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed below and above the expectation, in logarithms; both are above 0."""

    below: float
    above: float


@dataclass(frozen=True, slots=True)
class Distances:
    """What each measure allows below and above the expectation.

    noise: no limit is smaller, in logarithms. room: a factor of both limits.
    """

    below: tuple[Distance, ...]
    above: tuple[Distance, ...]
    noise: float
    room: float


def limits(prediction: Forecast) -> Limits:
    """The limits of the day that is predicted, at a `widen` of 1.

    Raises IndexError where the prediction has no miss.
    """
    allowed = distances(prediction)
    below, above = (
        max(allowed.noise, allowed.room * _combined(side))
        for side in (allowed.below, allowed.above)
    )
    return Limits(below, above)


def distances(prediction: Forecast) -> Distances:
    """What each measure allows: usual misses, records of 8 and 16 weeks, worst misses, weekday.

    Raises IndexError where the prediction has no miss.
    """
    noise = least_limit(prediction.expected)
    miss = max(_usual_miss(prediction.misses), noise)
    weekday = _weekday(prediction, miss, noise)
    return Distances(
        (*_either_side(prediction, _BELOW, miss, noise), *weekday),
        tuple(_either_side(prediction, _ABOVE, miss, noise)),
        noise,
        (miss / noise) ** _ROOM_POWER,
    )


def least_limit(expected: float) -> float:
    """The smallest distance that any limit allows: a usual miss at least, or counting noise.

    expected: in logarithms; below that of no event it is as if it were that.
    """
    return max(_LEAST_MISS, _NOISE_DEVIATIONS * math.exp(-max(expected, log_count(0)) / 2))


def record_margin(record: float, factor: float = _RECORD_FACTOR) -> float:
    """How far beyond a record a log count may be: a factor, or two deviations of its noise."""
    return max(math.log(factor), _RECORD_DEVIATIONS * math.exp(-record / 2))


def present(log_counts: LogCounts) -> list[float]:
    """Those that are there, in the same order."""
    return [log for log in log_counts if log is not None]


def _combined(side: Iterable[Distance]) -> float:
    """The distance of which the cubed shares, each by the weight of its history, add up to 1."""
    limit: float = math.fsum(distance.cube for distance in side) ** (-1 / POWER)
    return limit


def _either_side(prediction: Forecast, side: Side, miss: float, noise: float) -> Iterator[Distance]:
    """The distances that are allowed on both sides, of one of them."""
    counted = len(present(prediction.misses[-RECORD_DAYS:]))
    yield Distance(side.usual_misses * miss, counted / RECORD_DAYS)
    for days in (RECORD_DAYS, _MORE_DAYS):
        logs = present(prediction.log_counts[-days:])
        record = side.sign * max(side.sign * log for log in logs)
        beyond = side.sign * (record - prediction.expected) + record_margin(record)
        history = 1.0 if side.trusts_short_record and days == RECORD_DAYS else len(logs) / days
        yield Distance(side.records * max(beyond, noise), history)
    misses = sorted(side.sign * value for value in present(prediction.misses))
    rank = min(_WORST_RANK, 1 + len(misses) // _MISSES_PER_RANK)
    yield Distance(side.worst_misses * max(misses[-rank], miss), len(misses) / _MORE_DAYS)


def _weekday(prediction: Forecast, miss: float, noise: float) -> Iterator[Distance]:
    """The distances that are allowed below by the same weekday of the weeks before."""
    if logs := present(prediction.log_counts[-_MORE_DAYS::WEEK]):
        beyond = max(prediction.expected - min(logs), 0.0) + miss
        yield Distance(_WEEKDAY_RECORDS * beyond, len(logs) / _MORE_WEEKS)
    if misses := sorted(map(abs, present(prediction.misses[-_MORE_DAYS::WEEK]))):
        median_miss = max(median(misses), noise / _MEDIAN_MISSES)
        yield Distance(_WEEKDAY_MISSES * median_miss, len(misses) / _MORE_WEEKS)


def _usual_miss(misses: LogCounts) -> float:
    """The size of a miss that is still usual: the P90 of 8 weeks, or less after a bad season."""
    recent = sorted(map(abs, present(misses[-RECORD_DAYS:])))
    every = sorted(map(abs, present(misses)))
    limit = _MEDIAN_MISSES * median(every)
    return min(quantile(recent, _MISS_SHARE), limit) if recent else limit
