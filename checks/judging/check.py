"""What a check is: identity, parameters, how it is measured, how it is judged.

A module in `checks/catalog/` exposes one `CHECK = Check(...)`; the registry finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from checks.core.model import Judgement, Layer, Number, Verdict

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings


class Worse(StrEnum):
    """Which way a check's value gets worse: decides whether a waiver's limit still holds."""

    HIGHER = "higher"
    LOWER = "lower"
    FARTHER_FROM_ZERO = "farther_from_zero"
    FARTHER_FROM_EXPECTED = "farther_from_expected"


def is_worse(
    worse: Worse, value: Number | None, limit: Number | None, expected: Number | None = None
) -> bool:
    """Whether a value is worse than a waiver's limit. No value is the worst there is.

    A waiver whose limit is None was given while there was no value: it covers all. expected:
    what the value should be, where the check has it; the other side of it is always worse.
    """
    if limit is None:
        return False
    if value is None:
        return True
    if worse is Worse.LOWER:
        return value < limit
    if worse is Worse.FARTHER_FROM_ZERO:
        return abs(value) > abs(limit)
    if worse is Worse.FARTHER_FROM_EXPECTED:
        if expected is None:
            return value != limit
        other_side = (value < expected) != (limit < expected)
        return other_side or abs(value - expected) > abs(limit - expected)
    return value > limit


@dataclass(frozen=True, slots=True)
class Required:
    """A key that a check cannot do without where its section is mapped.

    key: dotted (`audit_log.rows_read`). where: keys that must all be mapped for that.
    """

    key: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the catalog.

    rule: the rule in one sentence, for `explain`. why: what it protects from.
    advice: what to do when it fails, in general; verdicts carry the specific action.
    alternatives: sections that do instead of `needs`, when all of them are mapped.
    metric: the name that messages begin with (`rate=...`).
    page: the dashboard page with the evidence.
    needs: configuration sections that must be mapped, dotted for a single key
    (`audit_log.status`); a check whose mapping is absent is skipped with the reason.
    requires: keys that the loader wants while the check is enabled and their section mapped.
    measure may raise MeasurementError; judge is pure.
    counts: the rows whose time decides what is judged, `events` or `purchases`: where many have
    no time, the check is unknown.
    compares_days: whether it compares the day with the days before, which may be remembered.
    signed: whether its value can be below 0.
    subject_kinds: what it can fail for, in the words of `core.subjects`; a waiver names these.
    accepts: the kind of which a person may accept that it fails from now on; None for none.
    guard: revises a judgement in the light of the final verdicts named in `after`.
    empty_day: whether a failing verdict fails because the data date has no events, by its own
    numbers, and for nothing else: with a usual day it would be fine.
    explains_empty_day: whether a red verdict says why there are none. Both: causes.py.
    """

    id: str
    layer: Layer
    order: int
    metric: str
    unit: str
    page: str
    needs: tuple[str, ...]
    rule: str
    why: str
    advice: str
    params: type[Any]
    measure: Callable[[Any, Readings], Any]
    judge: Callable[[Any, Any, Timeframe], Judgement]
    alternatives: tuple[str, ...] = ()
    worse: Worse = Worse.HIGHER
    counts: str | None = None
    compares_days: bool = False
    signed: bool = False
    subject_kinds: tuple[str, ...] = ()
    accepts: str | None = None
    after: tuple[str, ...] = ()
    requires: tuple[Required, ...] = ()
    guard: Callable[[Judgement, Mapping[str, Verdict]], Judgement] | None = None
    empty_day: Callable[[Verdict], bool] | None = None
    explains_empty_day: Callable[[Verdict], bool] | None = None
