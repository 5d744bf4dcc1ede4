"""What is kept for all viewers beside the caches: last good numbers, evaluations read before."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from checks.core.model import Cause
from checks.core.records import StoredEvaluation
from dashboard.data.shapes import RunEvaluation

_LOCK = threading.Lock()
_LAST_GOOD: dict[tuple[str, int, tuple[date, ...]], RunEvaluation] = {}
_MOST_LAST_GOOD = 64
_EVALUATIONS: OrderedDict[tuple[str, int], StoredEvaluation] = OrderedDict()
_MOST_EVALUATIONS = 1000


def or_last_good(
    name: str, mtime_ns: int, days: tuple[date, ...], evaluation: RunEvaluation
) -> RunEvaluation:
    """The new evaluation; while a writer locks the warehouse, the last good one instead.

    mtime_ns: of the configuration, as another one may judge otherwise.
    """
    key = name, mtime_ns, days
    verdicts = (verdict for day in evaluation.days for verdict in day.report.checks)
    is_locked = any(verdict.cause is Cause.LOCKED for verdict in verdicts)
    with _LOCK:
        if not is_locked:
            _LAST_GOOD.pop(key, None)
            _LAST_GOOD[key] = evaluation
            while len(_LAST_GOOD) > _MOST_LAST_GOOD:
                _LAST_GOOD.pop(next(iter(_LAST_GOOD)))
            return evaluation
        before = _LAST_GOOD.get(key)
    if before is None:
        return evaluation
    reason = "The warehouse is locked by its writer"
    return RunEvaluation(tuple(replace(day, stale_reason=reason) for day in before.days))


def last_evaluation(name: str, mtime_ns: int, days: tuple[date, ...]) -> RunEvaluation | None:
    """The last evaluation of these days, however old."""
    with _LOCK:
        return _LAST_GOOD.get((name, mtime_ns, days))


def shared(evaluations: Iterable[StoredEvaluation]) -> tuple[StoredEvaluation, ...]:
    """Equal evaluations that were read before, as the same objects.

    They are read again every few seconds, and each session holds those its page was drawn from.
    """
    with _LOCK:
        known = tuple(_interned(evaluation) for evaluation in evaluations)
        while len(_EVALUATIONS) > _MOST_EVALUATIONS:
            _EVALUATIONS.popitem(last=False)
    return known


def _interned(evaluation: StoredEvaluation) -> StoredEvaluation:
    earlier = _EVALUATIONS.pop((evaluation.pipeline, evaluation.id), None)
    interned = earlier if earlier == evaluation else evaluation
    _EVALUATIONS[evaluation.pipeline, evaluation.id] = interned
    return interned
