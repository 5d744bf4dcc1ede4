"""What chance allows: from how many cases on a share says more than the luck of one day. Pure.

Of 30 purchases a single one is more than 3 %, and a shop whose true share is far below a limit of
1 % has such a day every ninth day. So many cases are beyond chance as would be there on at most 1
day in 200 if the true share were half the limit: by the binomial distribution, exactly. With many
cases that is every share at the limit or above it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

#: How a share of few cases is judged.
CHANCE, EXACT = "chance", "exact"
JUDGES: Final = (CHANCE, EXACT)
_MOST_PROBABLE: Final = 1 / 200
#: The true share that is supposed, as a part of the limit.
_SUPPOSED_PART: Final = 0.5
# So many at the limit or above it are beyond chance in any number of cases: by Chernoff's bound
# their probability is below exp(-0.193 * 28).
_CERTAIN: Final = 28
# Limits are decimal numbers: 0.01 / 2 as a float is a little above 1 / 200.
_ROUNDING: Final = 1 + 1e-9


def is_beyond_chance(count: int, cases: int, limit: float) -> bool:
    """Whether `count` of `cases` is a share of at least `limit` that is more than chance.

    limit: a share above 0. Never below the limit, and never for no case at all.
    """
    if count <= 0 or count / cases < limit:
        return False
    if count >= _CERTAIN:
        return True
    return _tail(count, cases, limit * _SUPPOSED_PART) <= _MOST_PROBABLE * _ROUNDING


def least_beyond_chance(cases: int, limit: float) -> int | None:
    """The smallest count for which `is_beyond_chance` holds; None where not even all cases are."""
    if not is_beyond_chance(cases, cases, limit):
        return None
    return _least(cases, lambda count: is_beyond_chance(count, cases, limit))


def least_at_limit(cases: int, limit: float) -> int:
    """The smallest count whose share of `cases` is at least `limit`, which is at most 1."""
    return _least(cases, lambda count: count / cases >= limit)


def _least(cases: int, holds: Callable[[int], bool]) -> int:
    """The smallest count up to `cases` for which something holds that holds for all larger ones."""
    low, high = 0, cases
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _tail(count: int, cases: int, share: float) -> float:
    """The probability that at least `count` of `cases` occur: below _CERTAIN, at twice the mean.

    Each probability follows from the one before it. The ratio is below one half from `count` on, so
    that few terms are enough and none of them cancels another.
    """
    odds = share / (1 - share)
    term = math.exp(cases * math.log1p(-share))
    for k in range(count):
        term *= (cases - k) / (k + 1) * odds
    total, k = 0.0, count
    while term > total * 1e-17:
        total += term
        term *= (cases - k) / (k + 1) * odds
        k += 1
    return total
