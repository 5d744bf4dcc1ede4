"""A decline too slow for any single day to stand out: the week against the weeks before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from checks.detection.order import median, quantile
from checks.detection.series import counts_until

_WEEK = 7
_BASELINE_WEEKS = 6
_LEAST_WEEKS = 3
#: The smallest decline that counts, as a fraction.
LEAST_LIMIT = 0.15
_MISS_SHARE = 0.9
_MISS_FACTOR = 1.5
_MISS_DAYS = 56
_LEAST_MISSES = 7
_UNSETTLED_DAYS = 28
_MISSING_DAYS = 2
_WINDOW = _MISS_DAYS + _WEEK * (_BASELINE_WEEKS + 1)


@dataclass(frozen=True, slots=True)
class Trend:
    """A week's total against its baseline, both in counts; `change` and `limit` are fractions.

    `week` ends with the judged day, `baseline` is the median of the `weeks` totals before it (at
    most 6), `change` is week / baseline - 1, and a decline counts from `limit` on. `settled_limit`:
    the same without the last four weeks, whose changes a decline has itself brought about.
    """

    week: float
    baseline: float
    change: float
    limit: float
    is_declining: bool
    weeks: int
    settled_limit: float


def weekly_trend(
    history: Mapping[date, float], day: date, *, least: float = LEAST_LIMIT
) -> Trend | None:
    """The 7 days that end with `day` against the six weeks before them.

    The limit is `least`, or 1.5 times the P90 of the same comparison's misses on the 56 days
    before where that is more. A day without a usable count gets the median of its weekday in
    the 15 weeks looked at; a week that lacks more than two days has no total. None where `day`'s
    week has none, with fewer than 3 weeks before it or 7 earlier comparisons, or where the
    baseline is 0.
    """
    totals = _totals(counts_until(history, day, _WINDOW))
    comparison = _compare(totals, len(totals) - 1)
    earlier = [
        _compare(totals, end) for end in range(len(totals) - 1 - _MISS_DAYS, len(totals) - 1)
    ]
    misses = _misses(earlier)
    if comparison is None or len(misses) < _LEAST_MISSES:
        return None
    week, baseline, weeks = comparison
    change = (week - baseline) / baseline
    limit = _limit(misses, least)
    settled = _misses(earlier[:-_UNSETTLED_DAYS])
    settled_limit = min(limit, _limit(settled, least)) if len(settled) >= _LEAST_MISSES else limit
    return Trend(week, baseline, change, limit, change <= -limit, weeks, settled_limit)


def _misses(comparisons: Iterable[tuple[float, float, int] | None]) -> list[float]:
    """The sizes of their changes, in ascending order."""
    known = filter(None, comparisons)
    return sorted(abs((week - baseline) / baseline) for week, baseline, _ in known)


def _limit(misses: Sequence[float], least: float) -> float:
    return max(least, _MISS_FACTOR * quantile(misses, _MISS_SHARE))


def _totals(counts: Sequence[float | None]) -> list[float | None]:
    """The total of the 7 days that end with each day, None where too many are missing."""
    filled = [_filled(counts, index) for index in range(len(counts))]
    return [_total(counts, filled, end) for end in range(len(counts))]


def _filled(counts: Sequence[float | None], index: int) -> float | None:
    if (count := counts[index]) is not None:
        return count
    same_weekday = sorted(other for other in counts[index % _WEEK :: _WEEK] if other is not None)
    return median(same_weekday) if same_weekday else None


def _total(
    counts: Sequence[float | None], filled: Sequence[float | None], end: int
) -> float | None:
    first = end - _WEEK + 1
    if first < 0 or counts[first : end + 1].count(None) > _MISSING_DAYS:
        return None
    week = [count for count in filled[first : end + 1] if count is not None]
    return sum(week) if len(week) == _WEEK else None


def _compare(totals: Sequence[float | None], end: int) -> tuple[float, float, int] | None:
    """A week's total, its baseline, and of how many weeks that is the median."""
    week = totals[end]
    ends = range(end - _WEEK, max(-1, end - _WEEK * _BASELINE_WEEKS - 1), -_WEEK)
    before = sorted(total for index in ends if (total := totals[index]) is not None)
    if week is None or len(before) < _LEAST_WEEKS:
        return None
    baseline = median(before)
    return (week, baseline, len(before)) if 0 < baseline < math.inf else None
