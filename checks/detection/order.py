"""Order statistics of short lists, without the overhead of `statistics`."""

from __future__ import annotations

from collections.abc import Sequence

#: A deviation of normal noise is so many times the median of the distances from the expected value.
DEVIATIONS_PER_MAD = 1.4826


def median(ordered: Sequence[float]) -> float:
    """The median of values in ascending order; raises IndexError for none."""
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of values in ascending order, linear between them (Hyndman and Fan, type 7)."""
    position = share * (len(ordered) - 1)
    below = int(position)
    if below + 1 >= len(ordered):
        return ordered[-1]
    return ordered[below] + (position - below) * (ordered[below + 1] - ordered[below])
