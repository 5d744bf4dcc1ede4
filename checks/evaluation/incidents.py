"""Who is on an incident, and closing one: one set of rules for the command and the dashboard.

docs/history.md says when an incident opens and ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.catalog import get_check
from checks.core.model import Status
from checks.core.records import Closing, IncidentLog, StoredIncident
from checks.core.shell import accept_command, where_names_are
from checks.core.subjects import LEVEL, MANY, MORE

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.records import StoredAcknowledgement
    from checks.history import History
    from checks.judging.check import Check


@dataclass(frozen=True, slots=True)
class ClosingRequest:
    """A requested closing of a check's last incident."""

    check: str
    closing: Closing
    owner: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """A sentence, and the command or the lines for andon.yml that it speaks of, if any."""

    sentence: str
    text: str = ""


def close(
    config: Config, history: History, request: ClosingRequest, now: datetime
) -> StoredIncident:
    """Close the last incident of a check. It changes no verdict and accepts nothing.

    The same request a second time is the same closing. `now` must be aware. Raises UsageError for
    an unknown check, without an owner and where there is no incident to close, HistoryError when
    the history cannot be read or written.
    """
    check = get_check(request.check)
    return history.close_incident(
        config.pipeline, check.id, request.closing, request.owner, request.note, now
    )


def next_step(incident: StoredIncident) -> NextStep | None:
    """What to do after a closing as expected, as that accepts nothing; None after another one."""
    if incident.closed_as is not Closing.EXPECTED:
        return None
    check = get_check(incident.check)
    names = _accepted_names(check, incident)
    if check.compares_days and check.accepts in ((), (LEVEL,)) and not names:
        return NextStep(
            "The day is judged as before. To say that it is special, add to andon.yml:",
            f'calendar:\n  days:\n    - {{from: {incident.opened_on}, name: "why it is special"}}',
        )
    if incident.resolved_at is not None:
        return None
    if check.accepts:
        subjects = [name for name in names if name not in (MANY, MORE)]
        return NextStep(
            f"Nothing is accepted yet. To accept it{where_names_are(subjects)}:",
            accept_command(check.id, subjects, "'why it is usual'"),
        )
    if incident.status is Status.UNKNOWN or incident.is_stop:
        return NextStep(f"{check.id} stops the line until it is green: it cannot be waived.")
    if check.never_waived is not None:
        return NextStep(f"{check.id} cannot be waived: {check.never_waived}.")
    return NextStep(
        f"{check.id} still stops the line. To let it pass for some days:",
        f"andon waive {check.id} --until DAY --reason 'why it may pass'",
    )


def _accepted_names(check: Check, incident: StoredIncident) -> tuple[str, ...]:
    """What the incident is of that may be accepted."""
    return tuple(name for kind in check.accepts for name in incident.subjects.get(kind, ()))


def after_closing(incident: StoredIncident) -> str:
    """What follows from a closing, as a sentence."""
    if incident.resolved_at is not None:
        return f"The check was green for {incident.resolved_on}."
    if incident.closed_as is Closing.FIXED:
        return "It is opened again if an evaluation finds the check red or unknown before green."
    return (
        "No verdict changes. Until the check is green, a new incident is opened only where it is "
        "worse or fails for something else; that a waiver of it ends is neither."
    )


def closed_text(incident: StoredIncident) -> str:
    """`fixed by Mia: rolled back`; empty where nobody closed it."""
    if incident.closed_as is None:
        return ""
    note = f": {incident.note}" if incident.note else ""
    return f"{incident.closed_as} by {incident.closed_by}{note}"


def on_it(incident: StoredIncident, log: IncidentLog) -> StoredAcknowledgement | None:
    """Who is on an open incident; None for nobody."""
    if not incident.is_open:
        return None
    open_acknowledgements = (
        acknowledgement
        for acknowledgement in log.acknowledgements
        if acknowledgement.check == incident.check and acknowledgement.closed_at is None
    )
    return max(open_acknowledgements, key=lambda ack: ack.created_at, default=None)


def open_incidents(log: IncidentLog) -> tuple[StoredIncident, ...]:
    """The open incidents: those on which nobody is first, then the oldest."""
    return tuple(
        sorted(
            (incident for incident in log.incidents if incident.is_open),
            key=lambda incident: (on_it(incident, log) is not None, incident.opened_at),
        )
    )


def of_the_last(days: int | None, log: IncidentLog, now: datetime) -> tuple[StoredIncident, ...]:
    """The incidents that were not over `days` days ago, newest first; None: all of them."""
    first = _days_before(now, days)
    kept = [
        incident
        for incident in log.incidents
        if first is None or incident.ended_at is None or incident.ended_at >= first
    ]
    return tuple(sorted(kept, key=lambda incident: (incident.opened_at, incident.id), reverse=True))


def of_data_days(days: int, until: date, log: IncidentLog) -> tuple[StoredIncident, ...]:
    """The incidents that lasted on any of the `days` data dates up to `until`, newest first."""
    first = until - timedelta(days=days - 1)
    kept = [
        incident
        for incident in log.incidents
        if incident.opened_on <= until
        and (incident.resolved_on is None or incident.resolved_on > first)
    ]
    return tuple(sorted(kept, key=lambda incident: (incident.opened_at, incident.id), reverse=True))


def _days_before(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now - timedelta(days=days)
