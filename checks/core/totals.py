"""What is usual of numbers, and of days by their events. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

#: A day with no more than this part of a usual one has stray events only.
STRAY_DAY = 0.01
_MOST_SPIKES, _DAYS_PER_SPIKE, _FEWEST_REAL_DAYS = 2, 7, 7


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean; raises ValueError for nothing."""
    items = list(values)
    if not items:
        raise ValueError("mean of nothing")
    return math.fsum(items) / len(items)


def sample_deviation(values: Iterable[float]) -> float:
    """Sample standard deviation (n - 1); raises ValueError for fewer than two values."""
    items = list(values)
    if len(items) < 2:
        raise ValueError("deviation of fewer than two values")
    centre = mean(items)
    return math.sqrt(math.fsum((item - centre) ** 2 for item in items) / (len(items) - 1))


def median(values: Iterable[float]) -> float | None:
    """Median, None for nothing."""
    items = sorted(values)
    if not items:
        return None
    middle = len(items) // 2
    return items[middle] if len(items) % 2 else (items[middle - 1] + items[middle]) / 2


def first_day_index(totals: Sequence[int]) -> int:
    """The index of the first day of a shop's history in its daily totals.

    totals: oldest first, the judged day last. It is the first day with events, unless those of the
    first days are stray ones that came with later loads. They are stray where each has at most a
    hundredth of the biggest day, and where bigger days are the rule from the first bigger one on,
    with at least seven of them before the judged day: else those are spikes of a small shop. Two
    spikes of many days are passed over when the biggest is looked for.
    """
    ranked = sorted((total for total in totals if total), reverse=True)
    if not ranked:
        return len(totals)
    limit = STRAY_DAY * ranked[min(_MOST_SPIKES, len(ranked) // _DAYS_PER_SPIKE)]
    first = next(place for place, total in enumerate(totals) if total > limit)
    since = [total for total in totals[first:] if total]
    real = [total for total in since if total > limit]
    before_judged = len(real) - (totals[-1] > limit)
    if before_judged >= _FEWEST_REAL_DAYS and 2 * len(real) > len(since):
        return first
    return next(place for place, total in enumerate(totals) if total)


def usual_day_events(totals: Sequence[int]) -> float:
    """Events of a usual day: the median of the days with events since the history began, or 0."""
    return median(total for total in totals[first_day_index(totals) :] if total) or 0.0


def bulk_day_events(totals: Iterable[int]) -> int:
    """The total for which days of at least that many events hold half of all events; 0 without any.

    However many days have a few stray events, they have few of all.
    """
    ranked = sorted((total for total in totals if total), reverse=True)
    half, passed = sum(ranked) / 2, 0
    for total in ranked:
        passed += total
        if passed >= half:
            return total
    return 0


def low_day_events(totals: Iterable[int]) -> int:
    """Events of a low day: the lower quartile of the days with events; 0 without any.

    Spikes do not raise it, and a few days with next to nothing do not lower it.
    """
    ranked = sorted(total for total in totals if total)
    return ranked[len(ranked) // 4] if ranked else 0
