"""What may be accepted: one set of rules for the command and the dashboard.

A waiver lets a failure pass for some days. An acceptance says that it is no failure: it is normal
from now on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from checks.catalog import all_checks, get_check
from checks.core.errors import UsageError
from checks.core.subjects import LEVEL, MORE, typed_name
from checks.core.text import did_you_mean, listed, quoted
from checks.evaluation.waiving import verdicts_of_newest_run

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.model import Verdict
    from checks.history import History, StoredAcceptance
    from checks.judging.check import Check


@dataclass(frozen=True, slots=True)
class AcceptanceRequest:
    """A requested acceptance. subject: None for the only one that fails."""

    check: str
    owner: str
    reason: str
    subject: str | None = None


def accept(
    config: Config, history: History, request: AcceptanceRequest, now: datetime
) -> StoredAcceptance:
    """Store that what failed on the newest judged data date is normal from now on.

    The same request a second time, for the same day, is the same acceptance. `now` must be aware.
    Raises UsageError for what does not fail, may not be accepted or is incomplete, HistoryError
    when the history cannot be read or written.
    """
    check = get_check(request.check)
    _require_acceptable(check)
    first, failing = _failing_on(config, history, check)
    kinds = {name: kind for name, (kind, _) in failing.items()}
    subject = _subject(check, request.subject, kinds, first)
    kind, data_date = failing[subject]
    return history.accept(
        config.pipeline, check.id, kind, subject, request.owner, request.reason, data_date, now
    )


def ending_of(acceptance: StoredAcceptance) -> str:
    """What the acceptance does from now on, and what ends it by itself; a sentence."""
    if acceptance.kind == LEVEL:
        return "Days before it are compared as if they were at the new level."
    return f"It ends when {quoted(acceptance.subject)} returns."


def state_of(acceptance: StoredAcceptance) -> str:
    """`not revoked`, or by whom it was revoked. Whether it still holds is in the report."""
    if acceptance.revoked_at is None:
        return "not revoked"
    return f"revoked by {acceptance.revoked_by}"


def accepting_checks() -> tuple[Check, ...]:
    """The checks that allow acceptances."""
    return tuple(check for check in all_checks() if check.accepts)


def _failing_on(
    config: Config, history: History, check: Check
) -> tuple[date, dict[str, tuple[str, date]]]:
    """The first data date that has a subject which may be accepted, and the kind of each subject
    with its own first data date.

    Of the newest judged run; without any, its newest data date. Raises UsageError where nothing was
    recorded.
    """
    verdicts = verdicts_of_newest_run(config, history, check.id)
    if not verdicts:
        raise UsageError(
            "nothing is recorded yet, so nothing can be accepted: run andon gate first"
        )
    subjects: dict[str, tuple[str, date]] = {}
    for day, verdict in sorted(verdicts, key=lambda pair: pair[0]):
        for name, kind in _failing(check, verdict).items():
            subjects.setdefault(name, (kind, day))
    first = min((day for _, day in subjects.values()), default=verdicts[0][0])
    return first, subjects


def _failing(check: Check, verdict: Verdict | None) -> dict[str, str]:
    """The kind of each subject; of a name of several kinds, the first one."""
    if verdict is None or not verdict.subjects:
        return {}
    return {
        name: kind
        for kind in reversed(check.accepts)
        for name in verdict.subjects.get(kind, ())
        if name != MORE
    }


def _require_acceptable(check: Check) -> None:
    if not check.accepts:
        allowed = ", ".join(other.id for other in accepting_checks())
        raise UsageError(
            f"failures of {check.id} cannot be accepted; allowed: {allowed}; andon waive lets the "
            "check pass for some days"
        )


def _subject(check: Check, name: str | None, failing: Mapping[str, str], data_date: date) -> str:
    """The subject that is meant. failing: the kind of each."""
    if not failing:
        raise UsageError(
            f"the evaluation of {data_date} records no {' or '.join(check.accepts)} for which "
            f"{check.id} failed: there is nothing to accept"
        )
    if name is None:
        if len(failing) > 1:
            kinds = " or ".join(dict.fromkeys(failing.values()))
            raise UsageError(f"name the {kinds} to accept: {listed(failing, 10)}")
        return next(iter(failing))
    subject = name if name in failing else typed_name(name)
    if subject not in failing:
        near = did_you_mean(subject, tuple(failing))
        hint = f"did you mean {quoted(near)}?" if near else f"recorded: {listed(failing)}"
        raise UsageError(f"{check.id} did not fail for {quoted(name)} on {data_date}; {hint}")
    return subject
