"""The type of a check: identity, parameters, how it is measured, how it is judged.

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
    """The direction in which a check's value gets worse: decides whether a waiver still holds."""

    HIGHER = "higher"
    LOWER = "lower"
    FARTHER_FROM_ZERO = "farther_from_zero"
    FARTHER_FROM_EXPECTED = "farther_from_expected"


def is_worse(
    worse: Worse, value: Number | None, limit: Number | None, expected: Number | None = None
) -> bool:
    """Whether a value is worse than a waiver's limit. A missing value is worst.

    A waiver whose limit is None was given while there was no value: it covers any value. expected:
    the expected value, where the check has one; a value on the other side of it is always worse.
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


class LoadFact(StrEnum):
    """What a load's entry in the audit log says."""

    READ = "rows read"
    REJECTED = "rows rejected"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Required:
    """A key that a check needs where the key's section is mapped.

    key: dotted (`audit_log.rows_read`). where: needed only if all these keys are mapped.
    """

    key: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the catalog.

    rule: the rule in one sentence, for `explain`. why: what it protects against.
    advice: what to do when it fails, in general; verdicts carry the specific action.
    alternatives: sections that can replace `needs`, when all of them are mapped.
    metric: the name that messages begin with (`rate=...`).
    page: the dashboard page with the evidence.
    needs: configuration sections that must be mapped, dotted for a single key
    (`audit_log.status`); a check whose mapping is absent is skipped with the reason.
    requires: keys that the loader requires while the check is enabled and their section mapped.
    measure may raise MeasurementError; judge is pure.
    counts: the rows that are judged by their time, `events` or `purchases`: where many have no
    time, the check is unknown.
    compares_days: whether it compares the day with earlier days, whose counts may be remembered.
    signed: whether its value can be below 0.
    subject_kinds: the kinds of `core.subjects` that it can fail for; a waiver names these.
    accepts: the kinds of subjects that can be accepted; empty for none.
    load_facts: what of a load concerns it, besides when it was.
    never_waived: why no waiver covers it; None where one may.
    guard: revises a judgement by the final verdicts of the checks named in `after`.
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
    accepts: tuple[str, ...] = ()
    load_facts: tuple[LoadFact, ...] = ()
    never_waived: str | None = None
    after: tuple[str, ...] = ()
    requires: tuple[Required, ...] = ()
    guard: Callable[[Judgement, Mapping[str, Verdict]], Judgement] | None = None
