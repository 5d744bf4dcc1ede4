"""Histories to judge: constant, weekly with seeded noise, and with a last day of choice."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from checks.detection import ExpectedRange

DAY = date(2025, 6, 18)
WEEKDAY_SHARES = (1.0, 1.05, 1.1, 1.05, 1.0, 0.6, 0.5)


def before(counts: Iterable[float], day: date = DAY) -> dict[date, float]:
    """A history whose last count is of the day before `day`."""
    values = list(counts)
    first = day - timedelta(days=len(values))
    return {first + timedelta(days=i): count for i, count in enumerate(values)}


def constant(count: float, days: int, day: date = DAY) -> dict[date, float]:
    return before([count] * days, day)


def weekly(
    level: float = 10_000, days: int = 130, *, noise: float = 0.05, seed: int = 1, day: date = DAY
) -> dict[date, float]:
    """Weekly counts with multiplicative noise, up to the day before `day`."""
    drawn = random.Random(seed)  # noqa: S311 - not for secrets
    days_before = [day - timedelta(days=back) for back in range(days, 0, -1)]
    return {on: weekly_count(on, level) * drawn.lognormvariate(0, noise) // 1 for on in days_before}


def weekly_count(day: date, level: float = 10_000) -> float:
    return level * WEEKDAY_SHARES[day.weekday()]


def is_normal(normal_range: ExpectedRange | None, count: float) -> bool:
    assert normal_range is not None
    return normal_range.low <= count <= normal_range.high


def shuffled(history: Mapping[date, float], seed: int) -> dict[date, float]:
    items = list(history.items())
    random.Random(seed).shuffle(items)  # noqa: S311 - not for secrets
    return dict(items)
