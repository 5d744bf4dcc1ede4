"""What changed between two evaluations of one pipeline, in the words of a person. Pure.

Sentences carry messages, which may quote values from a warehouse: readers escape them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from checks.catalog import all_checks
from checks.core.model import FAILING, URGENCY, Report, Status
from checks.core.text import plural
from checks.judging.check import Worse, is_worse

# The failing statuses whose value is beyond its limit: only there does a change of value matter.
_BEYOND = FAILING - {Status.UNKNOWN}
# The sum of the same rows in another order differs in its last digits.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Result:
    """One check in one evaluation. value: None where there was none."""

    status: Status
    value: float | None
    message: str


class Recorded(Protocol):
    """An evaluation as the history stores it; mappings are by check id."""

    @property
    def statuses(self) -> Mapping[str, Status]: ...
    @property
    def values(self) -> Mapping[str, float | None]: ...
    @property
    def messages(self) -> Mapping[str, str]: ...


class ChangeKind(StrEnum):
    """The kind of a change, the most urgent one first.

    NEW_RED: red, and was not. RESOLVED: green, and was red, amber, waived or unknown.
    WORSE, BETTER: red, amber or waived as before, with another value. APPEARED, GONE:
    evaluated only now, or no longer. CHANGED: any other change of status.
    """

    NEW_RED = "new red"
    CHANGED = "changed"
    WORSE = "worse"
    GONE = "gone"
    APPEARED = "appeared"
    RESOLVED = "resolved"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """One check that is not what it was. `before` is None for a check that was not evaluated."""

    check: str
    kind: ChangeKind
    before: Result | None
    after: Result | None


def results_of(evaluation: Recorded | Report) -> dict[str, Result]:
    """The results of an evaluation, by check id, in its own order."""
    if isinstance(evaluation, Report):
        return {
            verdict.id: Result(verdict.status, verdict.value, verdict.message)
            for verdict in evaluation.checks
        }
    return {
        check: Result(status, evaluation.values.get(check), evaluation.messages.get(check, ""))
        for check, status in evaluation.statuses.items()
    }


def changes(before: Mapping[str, Result], after: Mapping[str, Result]) -> tuple[VerdictChange, ...]:
    """Every check that changed, the most important first, else in the catalog's order."""
    changed = []
    for check in {**after, **before}:
        old, new = before.get(check), after.get(check)
        kind = _kind(check, old, new)
        if kind is not None:
            changed.append(VerdictChange(check, kind, old, new))
    return tuple(sorted(changed, key=_importance))


def _kind(check: str, before: Result | None, after: Result | None) -> ChangeKind | None:
    if after is None:
        return ChangeKind.GONE
    was = None if before is None else before.status
    if after.status is Status.RED and was is not Status.RED:
        return ChangeKind.NEW_RED
    if before is None:
        return ChangeKind.APPEARED
    if after.status is was:
        return _move(check, before, after)
    if after.status is Status.GREEN and was in FAILING:
        return ChangeKind.RESOLVED
    return ChangeKind.CHANGED


def _move(check: str, before: Result, after: Result) -> ChangeKind | None:
    """Which way the value of a failing check went; None where that cannot be said."""
    worse = {other.id: other.worse for other in all_checks()}.get(check)
    if worse is Worse.FARTHER_FROM_EXPECTED:
        return None  # the expected value is not stored
    if worse is None or after.status not in _BEYOND or before.value is None or after.value is None:
        return None
    if math.isclose(before.value, after.value, rel_tol=_ROUNDING):
        return None
    if is_worse(worse, after.value, before.value):
        return ChangeKind.WORSE
    return ChangeKind.BETTER if is_worse(worse, before.value, after.value) else None


def _importance(change: VerdictChange) -> tuple[int, int, int]:
    order = [check.id for check in all_checks()]
    place = order.index(change.check) if change.check in order else len(order)
    return list(ChangeKind).index(change.kind), _urgency(change.after or change.before), place


def _urgency(result: Result | None) -> int:
    return len(URGENCY) if result is None else URGENCY.index(result.status)


def sentence(change: VerdictChange) -> str:
    """`quarantine_rate is red now (was green): rate=0.0582 (max 0.05)`."""
    before, after = change.before, change.after
    if after is None:
        was = "" if before is None else f" (was {before.status})"
        return f"{change.check} is not evaluated any more{was}"
    if before is None:
        return (
            f"{change.check} is {after.status} and was not evaluated before{_message_suffix(after)}"
        )
    if change.kind in (ChangeKind.WORSE, ChangeKind.BETTER):
        text = (
            f"{change.check} is still {after.status} and got {change.kind}{_message_suffix(after)}"
        )
        return f"{text}, before {before.message}" if before.message else text
    return f"{change.check} is {after.status} now (was {before.status}){_message_suffix(after)}"


def difference(
    gate: Mapping[str, Result],
    live: Mapping[str, Result],
    gate_verdict: Status,
    live_verdict: Status,
) -> str | None:
    """Why the live verdicts differ from those that the gate recorded, in one sentence.

    Names the most urgent change and counts the others. None where the verdicts and all statuses
    agree: a value that changed within its status is no difference.
    """
    changed = [
        change
        for change in changes(gate, live)
        if change.kind not in (ChangeKind.WORSE, ChangeKind.BETTER)
    ]
    if not changed:
        if gate_verdict is live_verdict:
            return None
        verdicts = f"went from {gate_verdict} to {live_verdict}"
        return f"Since the gate ran, the verdict {verdicts}, though no check changed its status."
    first = min(changed, key=lambda change: min(_urgency(change.before), _urgency(change.after)))
    others = len(changed) - 1
    more = f"; and {plural(others, 'more change')}" if others else ""
    return f"Since the gate ran, {_went(first)}{more}."


def _went(change: VerdictChange) -> str:
    if change.before is None or change.after is None:
        return sentence(change)
    way = f"from {change.before.status} to {change.after.status}"
    return f"{change.check} went {way}{_message_suffix(change.after)}"


def _message_suffix(result: Result) -> str:
    message = result.message.rstrip(". ")
    return f": {message}" if message else ""
