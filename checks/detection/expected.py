"""An expected count with its normal range, and the rule that it comes from."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

# Added to every count before taking its logarithm, so that zero has one.
OFFSET = 0.5
# From this expected count on, an empty day is never normal by chance.
COUNTED_ON = 10.0

_LARGEST = sys.float_info.max


class Basis(StrEnum):
    """How a range was derived; the first three follow from the days of history."""

    WIDE_RANGE = "wide_range"
    RANGE = "range"
    WEEKDAY = "weekday"
    ZSCORE = "zscore"


@dataclass(frozen=True, slots=True)
class ExpectedRange:
    """Normal is low <= count <= high; 0 <= low <= expected <= high, all finite, in counts."""

    expected: float
    low: float
    high: float
    basis: Basis

    def side_of(self, count: float) -> int:
        """-1 below the range, 1 above it, 0 inside."""
        return (count > self.high) - (count < self.low)

    def ratio_beyond(self, count: float) -> float:
        """How many times the expected count it is; 1 inside the range, and where 0 are expected."""
        return count / self.expected if self.side_of(count) and self.expected > 0 else 1.0

    def scaled(self, factor: float) -> ExpectedRange:
        """The range where `factor` times the usual is expected."""
        return ExpectedRange(
            self.expected * factor, self.low * factor, self.high * factor, self.basis
        )

    def moved_with(self, ratio: float) -> ExpectedRange:
        """The range that also includes `ratio` times itself; what is expected stays."""
        low, high = self.low * min(1.0, ratio), self.high * max(1.0, ratio)
        return ExpectedRange(self.expected, low, high, self.basis)


Judge: TypeAlias = Callable[[Mapping[date, float], date], ExpectedRange | None]


def log_count(count: float) -> float:
    """The natural logarithm with which all rules calculate."""
    return math.log(count + OFFSET)


def count_of(log: float) -> float:
    """The count of a logarithm, from 0 to the largest float."""
    try:
        return max(0.0, math.exp(log) - OFFSET)
    except OverflowError:
        return _LARGEST


def range_of_logs(
    expected: float, low: float, high: float, basis: Basis, *, zero_is_out: bool
) -> ExpectedRange:
    """A range from logarithms.

    With `zero_is_out`, a count of zero is out where COUNTED_ON or more are expected.
    """
    centre, lowest = count_of(expected), count_of(low)
    if zero_is_out and centre >= COUNTED_ON:
        lowest = max(lowest, 1.0)
    return ExpectedRange(centre, min(lowest, centre), max(count_of(high), centre), basis)
