"""A decline too slow for any single day to stand out: the week against the weeks before."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from checks.detection.order import median, quantile
from checks.detection.series import HISTORY_DAYS, counts_until
from checks.detection.weekday import WEEK

_BASELINE_WEEKS = 6
_LEAST_WEEKS = 3
#: The smallest decline that counts, as a fraction.
LEAST_LIMIT = 0.15
#: The largest limit that noise brings about: a near total loss is never within the noise.
_MOST_LIMIT = 0.9
_MISS_SHARE = 0.9
_AMBER_FACTOR = 2.5
_RED_FACTOR = 1.5
#: With fewer comparisons amber takes weeks to vary by at least this.
_KNOWN_FROM, _LEAST_YOUNG_NOISE = 28, 0.08
_MISS_DAYS = 56
_LEAST_COMPARISONS = 7
#: A decline of so many days ago may still go on: it does not say how much weeks vary.
_UNSETTLED_DAYS = 28
_MISSING_DAYS = 2


@dataclass(frozen=True, slots=True)
class Trend:
    """A week's total against its baseline, both in counts; `change` and the limits are fractions.

    `week` ends with the judged day, `baseline` is the median of the `weeks` totals before it (at
    most 6), `change` is week / baseline - 1, and a decline counts from `limit` on.
    `least_red_limit`: below it a decline is within the noise of weeks, whatever limit is set.
    """

    week: float
    baseline: float
    change: float
    limit: float
    is_declining: bool
    weeks: int
    least_red_limit: float


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A week's total beside its baseline, the median of `weeks` totals and above 0.

    `miss` is the size of the change, from 0 to 1: as large for x times as for 1/x of the baseline.
    """

    week: float
    baseline: float
    weeks: int
    change: float
    miss: float


def weekly_trend(
    history: Mapping[date, float], day: date, *, least: float = LEAST_LIMIT
) -> Trend | None:
    """The 7 days that end with `day` against the six weeks before them.

    The limit is `least`, or 2.5 times the P90 of the same comparison's misses on the 56 days
    before (of fewer than 28, of at least 0.08) where that is more, but not above 0.9 then;
    `least_red_limit` the same with 1.5 times, however few there are.
    Without the comparisons of the last 6 days, whose weeks overlap the judged one, and those of
    the last 28 days that were declines themselves: no decline raises its own limit. A day
    without a usable count gets the median of its weekday in the 17 weeks before; a week that
    lacks more than two days has no total. None where `day`'s week has none, with fewer than 3
    weeks before it or 7 earlier comparisons, or where the baseline is 0.
    """
    totals = _totals(counts_until(history, day, HISTORY_DAYS))
    comparisons = [_compare(totals, end) for end in range(len(totals))]
    judged, earlier = comparisons[-1], comparisons[-1 - _MISS_DAYS : -1]
    if judged is None or sum(other is not None for other in earlier) < _LEAST_COMPARISONS:
        return None
    noise = _noise(comparisons, least)
    limit = noise.amber_limit(least)
    return Trend(
        judged.week,
        judged.baseline,
        judged.change,
        limit,
        judged.change <= -limit,
        judged.weeks,
        noise.red_limit(least),
    )


@dataclass(frozen=True, slots=True)
class _Noise:
    """How much weeks vary: the P90 of `known` misses; 0 where there are none."""

    p90: float
    known: int

    def amber_limit(self, least: float) -> float:
        """From which decline on it is amber."""
        young = _LEAST_YOUNG_NOISE if self.known < _KNOWN_FROM else 0.0
        return _limit(_AMBER_FACTOR * max(self.p90, young), least)

    def red_limit(self, least: float) -> float:
        """Up to which decline it is noise, and never red."""
        return _limit(_RED_FACTOR * self.p90, least)


def _noise(comparisons: Sequence[_Comparison | None], least: float) -> _Noise:
    """The noise that the last comparison is judged by.

    Day by day, as what is a decline depends on the days before it.
    """
    declines: set[int] = set()
    last = len(comparisons) - 1
    for end in range(last - WEEK + 1):
        comparison = comparisons[end]
        if comparison is None or comparison.change > -least:
            continue
        if comparison.change <= -_noise_before(comparisons, declines, end).amber_limit(least):
            declines.add(end)
    return _noise_before(comparisons, declines, last)


def _noise_before(
    comparisons: Sequence[_Comparison | None], declines: Container[int], end: int
) -> _Noise:
    """The noise that the comparison of the day `end` is judged by, given the earlier declines."""
    misses = sorted(
        comparison.miss
        for other in range(max(0, end - _MISS_DAYS), end - WEEK + 1)
        if (comparison := comparisons[other]) is not None
        and not (end - other <= _UNSETTLED_DAYS and other in declines)
    )
    return _Noise(quantile(misses, _MISS_SHARE) if misses else 0.0, len(misses))


def _limit(noise: float, least: float) -> float:
    return max(least, min(_MOST_LIMIT, noise))


def _totals(counts: Sequence[float | None]) -> list[float | None]:
    """The total of the 7 days that end with each day, None where too many are missing."""
    filled = [_filled(counts, index) for index in range(len(counts))]
    return [_total(counts, filled, end) for end in range(len(counts))]


def _filled(counts: Sequence[float | None], index: int) -> float | None:
    """A day's count, else the median of its weekday; the last week says nothing of other days."""
    if (count := counts[index]) is not None:
        return count
    weekday = counts[index % WEEK : -WEEK : WEEK]
    same_weekday = sorted(other for other in weekday if other is not None)
    return median(same_weekday) if same_weekday else None


def _total(
    counts: Sequence[float | None], filled: Sequence[float | None], end: int
) -> float | None:
    first = end - WEEK + 1
    if first < 0 or counts[first : end + 1].count(None) > _MISSING_DAYS:
        return None
    week = [count for count in filled[first : end + 1] if count is not None]
    return sum(week) if len(week) == WEEK else None


def _compare(totals: Sequence[float | None], end: int) -> _Comparison | None:
    """A week's total beside the median of those before it."""
    week = totals[end]
    ends = range(end - WEEK, max(-1, end - WEEK * _BASELINE_WEEKS - 1), -WEEK)
    before = sorted(total for index in ends if (total := totals[index]) is not None)
    if week is None or len(before) < _LEAST_WEEKS:
        return None
    baseline = median(before)
    if not 0 < baseline < math.inf:
        return None
    change = (week - baseline) / baseline
    miss = 1 - min(week, baseline) / max(week, baseline)
    return _Comparison(week, baseline, len(before), change, miss)
