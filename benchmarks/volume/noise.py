"""How noisy a series is, in hindsight: the stratum of one that no catalog describes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from checks.detection.weekday import WEEK

_WEEKS_EACH_SIDE = 4
_SHARE = 0.9
#: Up to this P90 of the distances, as a fraction.
_LIMITS = (("steady", 0.15), ("medium", 0.3))


def stratum_of(counts: Sequence[float], flags: Sequence[str]) -> str:
    """steady, medium or noisy: by the P90 of the days' distances from their weekday's median.

    Days in a row are assumed; the median is of the eight nearest days of the same weekday.
    """
    misses = sorted(
        abs(math.log((count + 0.5) / (_weekday_median(counts, index) + 0.5)))
        for index, count in enumerate(counts)
        if not flags[index] and len(counts) > WEEK
    )
    p90 = misses[int(_SHARE * (len(misses) - 1))] if misses else math.inf
    return next((name for name, limit in _LIMITS if p90 <= limit), "noisy")


def _weekday_median(counts: Sequence[float], index: int) -> float:
    nearby = range(-WEEK * _WEEKS_EACH_SIDE, WEEK * _WEEKS_EACH_SIDE + 1, WEEK)
    others = [index + step for step in nearby if step and 0 <= index + step < len(counts)]
    return median(counts[other] for other in others)
