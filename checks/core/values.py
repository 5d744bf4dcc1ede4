"""Values as they were read: counts, amounts, and why one is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value that is not what it should be, described for a person."""

    text: str


Count: TypeAlias = int | BadValue
#: More rows than any log can count.
LARGEST_COUNT = 2**63 - 1
_NUMBER = re.compile(r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?\s*")


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why one part of a measurement is missing while the rest is there."""

    cause: Cause
    detail: str
    retry: bool = False
    reading: str = ""

    @classmethod
    def of(cls, error: MeasurementError) -> Unmeasured:
        return cls(error.cause, error.detail, error.retry, error.reading)

    def error(self) -> MeasurementError:
        return MeasurementError(self.cause, self.detail, retry=self.retry, reading=self.reading)


def as_count(value: object) -> Count:
    """A number of rows as a non-negative int; anything else says what it is instead.

    What is a whole number by its value counts, as text too. A truth value is none.
    """
    if value is None:
        return BadValue("NULL")
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return BadValue(f"{quoted(value)}, not a number")
    return _whole(value)


def _whole(number: float | Decimal) -> Count:
    is_finite = number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)
    if not is_finite:
        return BadValue(f"{number}")
    if not -LARGEST_COUNT <= number <= LARGEST_COUNT:
        return BadValue("too large to be counted")
    if number != int(number):
        return BadValue(f"{number}, not a whole number")
    return int(number) if number >= 0 else BadValue(f"{int(number)}, below zero")


def known(count: Count) -> int:
    """A count that was looked at before. Raises ValueError for one that is none."""
    if isinstance(count, BadValue):
        raise ValueError(count.text)
    return count


def as_micros(value: object) -> int:
    """What an engine returned for an amount in millionths; NULL (the sum of nothing) is 0."""
    return 0 if value is None else int(value if isinstance(value, int | float) else str(value))


def as_amount(micros: int) -> float:
    """Millionths of the currency's unit as an amount, to 4 decimals."""
    return round(micros / 1_000_000, 4)


def total_amount(amounts: Iterable[float]) -> float:
    """The sum of amounts, to 4 decimals."""
    return round(math.fsum(amounts), 4)
