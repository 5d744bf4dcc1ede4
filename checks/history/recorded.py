"""What was recorded of each check in the last weeks, and what of it a person accepted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from checks.core.model import Severity, Status
from checks.core.records import Closing, RecordedStatus, StoredIncident

#: How far back an earlier status says something of a later day of the same weekday.
RECORDED_DAYS = 42
#: What a person closes an incident as that was no fault.
NO_FAULT = (Closing.EXPECTED, Closing.FALSE_ALARM)
Statuses = Mapping[str, tuple[tuple[date, Status], ...]]


def recorded_statuses(
    statuses: Statuses, incidents: Iterable[StoredIncident], before: date
) -> dict[str, dict[date, RecordedStatus]]:
    """By check and data date, the statuses of the last weeks before a day.

    statuses: by check, newest first. incidents: with all that a person closed as no fault and that
    may reach into these weeks.
    """
    first = before - timedelta(days=min(RECORDED_DAYS, (before - date.min).days))
    closed = [incident for incident in incidents if incident.closed_as in NO_FAULT]
    return {
        check: {
            day: RecordedStatus(status, _is_accepted(check, day, status, closed))
            for day, status in days
            if first <= day < before
        }
        for check, days in statuses.items()
    }


def without_softening(
    recorded: Mapping[date, RecordedStatus], severity: Severity
) -> Mapping[date, RecordedStatus]:
    """The statuses as the check itself had them: what only warns by its severity did fail.

    Where a check may only warn, what it warned of by itself counts as failed too.
    """
    if severity is Severity.RED:
        return recorded
    return {
        day: replace(state, status=Status.RED) if state.status is Status.AMBER else state
        for day, state in recorded.items()
    }


def _is_accepted(check: str, day: date, status: Status, closed: Iterable[StoredIncident]) -> bool:
    """Whether a check was waived on a day, or failed in an incident that was closed as no fault."""
    return status is Status.WAIVED or any(
        check in (incident.check, *incident.members) and _covers(incident, day)
        for incident in closed
    )


def _covers(incident: StoredIncident, day: date) -> bool:
    """Whether a data date is one of an incident's: it ends before the one that was green."""
    is_before_end = incident.resolved_on is None or day < incident.resolved_on
    return incident.opened_on <= day and is_before_end
