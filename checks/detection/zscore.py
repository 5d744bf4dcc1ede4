"""The older rule: a range of standard deviations around the mean of the days before."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import date

from checks.detection.expected import Basis, ExpectedRange
from checks.detection.series import counts_before


def zscore_range(
    history: Mapping[date, float], day: date, *, window_days: int = 7, alert_at: float = 3.0
) -> ExpectedRange | None:
    """The counts with |z| below `alert_at` against the `window_days` days before `day`.

    The sample standard deviation (n - 1) is floored at sqrt(mean), the deviation of pure
    counting noise (Poisson). A missing day counts 0. None where no day has a usable count, or
    all are 0. Raises ValueError for a window below 2 days or an `alert_at` not above 0.
    """
    if window_days < 2 or not alert_at > 0:
        raise ValueError(f"{window_days=} is below 2 or {alert_at=} not above 0")
    counts = counts_before(history, day, window_days)
    window = [count or 0.0 for count in counts]
    if not any(window):
        return None
    mean, deviation = _moments(window)
    margin = alert_at * max(deviation, math.sqrt(mean))
    low, high = mean - margin, min(mean + margin, sys.float_info.max)
    # |z| at alert_at is out already, the edges of a range are not.
    low = math.nextafter(low, math.inf) if low >= 0 else 0.0
    high = math.nextafter(high, 0.0)
    return ExpectedRange(mean, min(low, mean), max(high, mean), Basis.ZSCORE)


def _moments(window: list[float]) -> tuple[float, float]:
    """Mean and sample standard deviation, of values near the largest float too."""
    unit = max(window)
    shares = [count / unit for count in window]
    mean = math.fsum(shares) / len(shares)
    squares = math.fsum((share - mean) ** 2 for share in shares)
    return mean * unit, math.sqrt(squares / (len(shares) - 1)) * unit
