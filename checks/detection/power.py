"""A rule's power on a series: its false alarms, and the smallest change that it detects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from checks.detection.expected import ExpectedRange, Judge
from checks.detection.series import count_on

# A change counts as caught when it would have been out on this share of the days in range.
CAUGHT_SHARE = 0.9
_LARGEST_JUMP = 9.0


@dataclass(frozen=True, slots=True)
class Power:
    """How well a rule works on a series, judged on its own days.

    `judged` days had a count and a range; on `false_alarms` of them the real count was out.
    `smallest_drop` and `smallest_jump` are fractions of a day's count, beyond which the changed
    count would have been out on CAUGHT_SHARE of the days in range: None where not even a total
    outage, or ten times the count, would have been.
    """

    judged: int
    false_alarms: int
    smallest_drop: float | None
    smallest_jump: float | None


def power(history: Mapping[date, float], day: date, judge: Judge, *, days: int = 90) -> Power:
    """Judge the `days` days that end with `day`, each by the days before it alone."""
    judged = [
        (count, day_range)
        for back in range(min(days, day.toordinal()))
        if (count := count_on(history, on := day - timedelta(days=back))) is not None
        and (day_range := judge(history, on)) is not None
    ]
    in_range = [(count, day_range) for count, day_range in judged if not day_range.side_of(count)]
    return Power(
        judged=len(judged),
        false_alarms=len(judged) - len(in_range),
        smallest_drop=_caught([_drop(*pair) for pair in in_range], most=1.0),
        smallest_jump=_caught([_jump(*pair) for pair in in_range], most=_LARGEST_JUMP),
    )


def _drop(count: float, normal: ExpectedRange) -> float:
    """The fraction beyond which a drop of `count` is out; infinite where nothing is too low."""
    return 1 - normal.low / count if count > 0 and normal.low > 0 else math.inf


def _jump(count: float, normal: ExpectedRange) -> float:
    return normal.high / count - 1 if count > 0 else math.inf


def _caught(needed: list[float], most: float) -> float | None:
    if not needed:
        return None
    size = sorted(needed)[math.ceil(CAUGHT_SHARE * len(needed)) - 1]
    return size if size <= most else None
