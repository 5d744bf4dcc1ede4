"""What a recorded evaluation and a person's closing do to incidents. Pure.

docs/history.md has the rules. An incident is *settled* once its check was green; one that a person
closed before that is only quiet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from checks.catalog import all_checks
from checks.core.errors import UsageError
from checks.core.model import STOPPING, Cause, Number, Report, Status, Subjects, Verdict
from checks.core.records import Closing, IncidentChange, IncidentEvent, StoredIncident
from checks.core.subjects import MANY, MORE
from checks.core.text import clean
from checks.history.moments import is_later
from checks.judging.check import Worse, is_worse

_LONGEST_MESSAGE = 1000
#: The events that are kept of one incident: half of them the first ones.
_MOST_EVENTS = 100
#: The names that are kept of one kind; beyond these every name is known.
_MOST_NAMES = 200
#: Statuses with which a check that fails lets the line run.
_PASSING_FAILURES = frozenset({Status.AMBER, Status.WAIVED})


@dataclass(frozen=True, slots=True)
class Finding:
    """A recorded evaluation of the newest data date. evaluation: its id.

    worst_days: of several data dates of one run, the one that each check's verdict is of.
    """

    report: Report
    day: date
    evaluation: int
    worst_days: Mapping[str, date] = field(default_factory=dict)

    def day_of(self, check: str) -> date:
        """The data date that a check's verdict is of."""
        return self.worst_days.get(check, self.day)

    @property
    def at(self) -> datetime:
        """When it was evaluated."""
        return self.report.evaluated_at


def changed_by(finding: Finding, unsettled: Sequence[StoredIncident]) -> tuple[StoredIncident, ...]:
    """The incidents that an evaluation opens, with the id 0, or changes.

    unsettled: the pipeline's, as known when it was evaluated.
    """
    changed: list[StoredIncident] = []
    for verdict in finding.report.checks:
        known = [incident for incident in unsettled if incident.check == verdict.id]
        if verdict.cause is Cause.NOT_DUE:
            continue  # nothing is known of the run yet
        if verdict.status is Status.GREEN:
            changed += _resolved_by(verdict, known, finding)
        elif not _follows(verdict, finding.report):
            current = max(known, key=lambda incident: incident.id, default=None)
            after = _after_failure(current, verdict, finding)
            changed += [after] if after is not None and after != current else []
    return tuple(changed)


def _follows(verdict: Verdict, report: Report) -> bool:
    """Whether a check is no alarm of its own: it follows from another one of the report."""
    return verdict.because in {other.id for other in report.checks}


def _resolved_by(
    verdict: Verdict, known: Sequence[StoredIncident], finding: Finding
) -> list[StoredIncident]:
    """The check's incidents as a green verdict leaves them; that of a closed day ends none."""
    if verdict.facts.is_closed:
        return []
    return [_resolved(incident, finding) for incident in known]


def _resolved(incident: StoredIncident, finding: Finding) -> StoredIncident:
    return replace(incident, resolved_at=finding.at, resolved_on=finding.day)


def _after_failure(
    current: StoredIncident | None, verdict: Verdict, finding: Finding
) -> StoredIncident | None:
    """The check's incident after an evaluation that did not find it green; None for none."""
    if verdict.status not in STOPPING:
        is_still_failing = verdict.status in _PASSING_FAILURES
        if current is None or not current.is_open or not is_still_failing:
            return current
        return replace(current, status=verdict.status)
    if current is None:
        return _opened(verdict, finding)
    if current.closed_at is None:
        return _continued(current, verdict, finding)
    if finding.at <= current.closed_at:  # it was measured before somebody closed the incident
        return current
    if current.closed_as is Closing.FIXED:
        return _continued(_reopened(current, finding), verdict, finding)
    # That it was amber or waived meanwhile makes no other failure of the one that somebody named.
    is_other = _fails_worse(current, verdict, _new_members(current, verdict, finding.report))
    return _opened(verdict, finding) if is_other else current


def _opened(verdict: Verdict, finding: Finding) -> StoredIncident:
    report = finding.report
    return StoredIncident(
        id=0,
        pipeline=report.pipeline,
        check=verdict.id,
        evaluation=finding.evaluation,
        opened_at=finding.at,
        opened_on=finding.day_of(verdict.id),
        opened_as=verdict.status,
        status=verdict.status,
        value=_finite(verdict.value),
        expected=_finite(verdict.facts.expected),
        message=_message(verdict),
        members=_followers(verdict, report),
        subjects=_united({}, verdict.subjects or {}),
        is_stop=verdict.stop,
    )


def _continued(incident: StoredIncident, verdict: Verdict, finding: Finding) -> StoredIncident:
    """The open incident of a check that still stops the line, with what became worse."""
    members = _new_members(incident, verdict, finding.report)
    after = replace(
        incident,
        status=verdict.status,
        members=(*incident.members, *members),
        subjects=_united(incident.subjects, verdict.subjects or {}),
        is_stop=incident.is_stop or verdict.stop,
    )
    if incident.value is None or _is_value_worse(incident, verdict):
        after = replace(
            after, value=_finite(verdict.value), expected=_finite(verdict.facts.expected)
        )
    if not _is_worse(incident, verdict, members):
        return after
    day = finding.day_of(verdict.id)
    event = IncidentEvent(IncidentChange.WORSE, finding.at, day, _message(verdict), members)
    return replace(_with_event(after, event), message=event.message)


def _reopened(incident: StoredIncident, finding: Finding) -> StoredIncident:
    event = IncidentEvent(IncidentChange.REOPENED, finding.at, finding.day_of(incident.check))
    # That it stops the line again is what this event says: it is not worse for that as well.
    return replace(_with_event(_without_closing(incident), event), status=incident.opened_as)


def _without_closing(incident: StoredIncident) -> StoredIncident:
    """The incident as if no person had closed it; that somebody did is kept as an event."""
    if incident.closed_at is None:
        return incident
    event = IncidentEvent(
        IncidentChange.CLOSED,
        incident.closed_at,
        closed_as=incident.closed_as,
        owner=incident.closed_by or "",
        note=incident.note or "",
    )
    return replace(
        _with_event(incident, event), closed_at=None, closed_as=None, closed_by=None, note=None
    )


def _with_event(incident: StoredIncident, event: IncidentEvent) -> StoredIncident:
    events = (*incident.events, event)
    half = _MOST_EVENTS // 2
    if len(events) > _MOST_EVENTS:
        events = (*events[:half], *events[-half:])
    return replace(incident, events=events)


def _followers(verdict: Verdict, report: Report) -> tuple[str, ...]:
    return tuple(other.id for other in report.checks if other.because == verdict.id)


def _new_members(incident: StoredIncident, verdict: Verdict, report: Report) -> tuple[str, ...]:
    return tuple(id_ for id_ in _followers(verdict, report) if id_ not in incident.members)


def _is_worse(incident: StoredIncident, verdict: Verdict, new_members: Sequence[str]) -> bool:
    """Whether a check that stops the line is worse off than its open incident knows: it fails
    worse, or the line ran meanwhile.
    """
    return incident.status in _PASSING_FAILURES or _fails_worse(incident, verdict, new_members)


def _fails_worse(incident: StoredIncident, verdict: Verdict, new_members: Sequence[str]) -> bool:
    """Whether the failure itself is worse, or another one, than its incident knows."""
    return (
        bool(new_members)
        or (verdict.stop and not incident.is_stop)
        or _is_value_worse(incident, verdict)
        or _fails_for_more(incident.subjects, verdict.subjects or {})
    )


def _is_value_worse(incident: StoredIncident, verdict: Verdict) -> bool:
    value = _finite(verdict.value)
    if value is None or incident.value is None:
        return False
    worse = _directions().get(verdict.id, Worse.HIGHER)
    if worse is not Worse.FARTHER_FROM_EXPECTED:
        return is_worse(worse, value, incident.value)
    now = _deviation(value, verdict.facts.expected)
    before = _deviation(incident.value, incident.expected)
    if now is None or before is None:
        return False
    return (now < 0) != (before < 0) or abs(now) > abs(before)


def _deviation(value: float, expected: Number | None) -> float | None:
    """How far a value is from what was usual on its own day, as a share of that."""
    expected_value = _finite(expected)
    if not expected_value:
        return None
    return (value - expected_value) / abs(expected_value)


def _directions() -> dict[str, Worse]:
    return {check.id: check.worse for check in all_checks()}


def _fails_for_more(known: Subjects, failing: Subjects) -> bool:
    """Whether it fails for a name that the incident does not know. Kinds of which it knows none
    are not compared.
    """
    return any(
        name not in known[kind] and name not in (MANY, MORE)
        for kind, names in failing.items()
        if known.get(kind) and MORE not in known[kind]
        for name in names
    )


def _united(known: Subjects, failing: Subjects) -> Subjects:
    united = {kind: (*known.get(kind, ()), *names) for kind, names in failing.items()}
    return dict(known) | {kind: _limited(names) for kind, names in united.items() if names}


def _limited(names: Sequence[str]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(names))
    return distinct if len(distinct) <= _MOST_NAMES else (*distinct[:_MOST_NAMES], MORE)


def _finite(value: Number | None) -> float | None:
    """The value as a store keeps it; None for infinity and NaN."""
    return None if value is None or not math.isfinite(value) else float(value)


def _message(verdict: Verdict) -> str:
    return clean(verdict.message, _LONGEST_MESSAGE)


def closed(
    check: str,
    incidents: Sequence[StoredIncident],
    closing: Closing,
    owner: str,
    note: str,
    now: datetime,
) -> StoredIncident:
    """The incident that a person closes, closed. The very same closing again changes nothing.

    incidents: all of one check, as known now. Closed is the last one: open, or green again without
    anybody's word on it; while it was not green, a later word replaces an earlier one.
    Raises UsageError where there is none to close.
    """
    last = max(incidents, key=lambda incident: incident.id, default=None)
    if last is None:
        raise UsageError(
            f"{check} has no incident: no recorded gate was stopped by this check itself"
        )
    if (last.closed_as, last.closed_by, last.note) == (closing, owner, note):
        return last
    if last.resolved_at is not None and last.closed_as is not None:
        raise UsageError(
            f"no incident of {check} is open; the last one, of {last.opened_on}, was closed as "
            f"{last.closed_as} by {last.closed_by}"
        )
    return replace(
        _without_closing(last), closed_at=now, closed_as=closing, closed_by=owner, note=note
    )


def as_known(incident: StoredIncident, now: datetime) -> StoredIncident:
    """The incident without what a clock that was ahead recorded for after now."""
    if incident.resolved_at is not None and is_later(incident.resolved_at, now):
        incident = replace(incident, resolved_at=None, resolved_on=None)
    if incident.closed_at is not None and is_later(incident.closed_at, now):
        incident = replace(incident, closed_at=None, closed_as=None, closed_by=None, note=None)
    events = tuple(event for event in incident.events if not is_later(event.at, now))
    return incident if len(events) == len(incident.events) else replace(incident, events=events)
