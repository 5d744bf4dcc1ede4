"""Judgements that every check uses: unknown and skipped, with the action for each cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checks.core.errors import MeasurementError
from checks.core.model import NO_FACTS, Cause, Details, Facts, Judgement, Status

_ACTIONS = {
    Cause.CONNECTION: "Check that the warehouse is up and reachable from here, "
    "then run the gate again",
    Cause.PERMISSION: "Give Andon's role the right to read what the message names, "
    "then run the gate again",
    Cause.MISSING_TABLE: "Restore the table, or correct its name in andon.yml; "
    "`andon validate` checks it",
    Cause.MISSING_COLUMN: "Restore the column, or correct its name in andon.yml; "
    "`andon validate` checks it",
    Cause.BAD_VALUE: "Correct what the message names, then run the gate again",
    Cause.TIMEOUT: "Run the gate again when the warehouse is less busy, "
    "or raise warehouse.timeout_seconds",
    Cause.LOCKED: "Wait until the pipeline has finished writing, "
    "then run the gate again (or use --wait)",
    Cause.NOT_DUE: "Wait for the run, then run the gate again (or use --wait)",
    Cause.INTERNAL: "Run again with ANDON_DEBUG=1 and report the traceback; "
    "judge this check by hand today",
}


def action_for(cause: Cause) -> str:
    """What a person should do about a check that could not be measured."""
    return _ACTIONS[cause]


def unknown(
    metric: str,
    cause: Cause,
    detail: str,
    *,
    what: str,
    action: str = "",
    retry: bool = False,
    reading: str = "",
    **fields: Any,
) -> Judgement:
    """A check that could not be measured: `rate=unknown (bad_value: rows_quarantined is NULL)`.

    reading: what was read, where the detail concerns all of it: another check with the same
    detail is then unknown for the same fault.
    """
    return Judgement(
        status=Status.UNKNOWN,
        message=f"{metric}=unknown ({cause.value}: {detail})",
        summary=f"{what} could not be judged: {detail}",
        action=action or action_for(cause),
        cause=cause,
        retry=retry,
        fault=MeasurementError(cause, detail, reading=reading).fault,
        **fields,
    )


def unmeasured(metric: str, what: str, error: MeasurementError) -> Judgement:
    """The judgement of a measurement that failed."""
    return unknown(
        metric, error.cause, error.detail, what=what, retry=error.retry, reading=error.reading
    )


def learning(
    metric: str,
    days: int,
    needed: int,
    details: Details | None = None,
    facts: Facts = NO_FACTS,
) -> Judgement:
    """A check that has seen too few days yet: `z=skipped (learning, 3 of 7 days)`."""
    judgement = skipped(metric, f"learning, {days} of {needed} days", details, facts)
    return replace(judgement, learning_days=needed)


def skipped(
    metric: str, reason: str, details: Details | None = None, facts: Facts = NO_FACTS
) -> Judgement:
    """A check that was not evaluated on purpose, with the reason: `rate=skipped (...)`."""
    return Judgement(
        status=Status.SKIPPED,
        message=f"{metric}=skipped ({reason})",
        summary=f"Not evaluated: {reason}",
        action="Nothing to do",
        details=details or {},
        facts=facts,
    )
