"""What happened in an incident, in the order of time and in words. Pure.

Merged from the loads of its day, recorded evaluations, and what people did. Times are aware: who
shows them converts them to the shop's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from checks.core.model import STOPPING, Status
from checks.core.records import (
    IncidentChange,
    IncidentEvent,
    IncidentLog,
    StoredAcceptance,
    StoredAcknowledgement,
    StoredEvaluation,
    StoredIncident,
    StoredWaiver,
)
from checks.core.text import duration_text
from checks.evidence.timeline_entry import TimelineEntry, TimelineKind, without_repeats
from checks.evidence.timeline_loads import load_entries
from checks.judging.days import STATUS_OVER_DAYS

if TYPE_CHECKING:
    from checks.evidence.runs import LoadEntry

_MOST_CHECKS = 4


def timeline(
    incident: StoredIncident,
    log: IncidentLog,
    evaluations: Sequence[StoredEvaluation] = (),
    loads: Sequence[LoadEntry] = (),
) -> tuple[TimelineEntry, ...]:
    """Everything that is known of an incident, oldest first.

    evaluations: those that were recorded during it; where they are missing, what the incident
    itself keeps is told. loads: of the day on which it was opened.
    """
    evaluations = _of_runs(incident, evaluations)
    entries = [
        *load_entries(loads, incident.check),
        *_opening(incident, evaluations),
        *_later_evaluations(incident, evaluations),
        *_events(incident),
        *_taken(incident, log.acknowledgements),
        *(entry for waiver in log.waivers for entry in _waiver(incident, waiver)),
        *(entry for accepted in log.acceptances for entry in _acceptance(incident, accepted)),
        *_closing(incident),
        *_resolution(incident),
    ]
    return without_repeats(sorted(entries, key=lambda entry: entry.at))


def _of_runs(
    incident: StoredIncident, evaluations: Sequence[StoredEvaluation]
) -> list[StoredEvaluation]:
    """Of several data dates that one run judged at once, the one on which the check was worst."""
    groups: list[list[StoredEvaluation]] = []
    for evaluation in evaluations:
        if groups and _are_judged_at_once(groups[-1], evaluation):
            groups[-1].append(evaluation)
        else:
            groups.append([evaluation])

    def weight(evaluation: StoredEvaluation) -> int:
        status = evaluation.statuses.get(incident.check, Status.SKIPPED)
        return STATUS_OVER_DAYS.index(status)

    worst = []
    for of_run in groups:
        chosen = min(reversed(of_run), key=weight)
        opened_here = any(each.id == incident.evaluation for each in of_run)
        worst.append(replace(chosen, id=incident.evaluation) if opened_here else chosen)
    return worst


def _are_judged_at_once(group: Sequence[StoredEvaluation], other: StoredEvaluation) -> bool:
    """Whether an evaluation is of another data date of the same run, judged at the same time."""
    first = group[0]
    is_same_run = (first.run_date, first.evaluated_at) == (other.run_date, other.evaluated_at)
    return is_same_run and other.data_date not in {each.data_date for each in group}


def _opening(
    incident: StoredIncident, evaluations: Sequence[StoredEvaluation]
) -> Iterator[TimelineEntry]:
    """The gate that opened the incident, with all that failed if that is still recorded."""
    first = next((each for each in evaluations if each.id == incident.evaluation), None)
    if first is not None:
        yield _gate(incident, first, first.data_date)
        return
    status = incident.opened_as
    yield TimelineEntry(
        incident.opened_at,
        TimelineKind.GATE,
        "Gate ",
        status.upper(),
        f": {incident.check}",
        status,
    )


def _later_evaluations(
    incident: StoredIncident, evaluations: Sequence[StoredEvaluation]
) -> Iterator[TimelineEntry]:
    """Those that found something else than the one before, or were of the next day."""
    before: tuple[date, Status | None, frozenset[str]] | None = None
    for evaluation in evaluations:
        if before is not None and evaluation.data_date < before[0]:
            continue  # it looked back at an earlier day
        status = evaluation.statuses.get(incident.check)
        outcome = evaluation.data_date, status, frozenset(_failing(evaluation))
        is_told_otherwise = (
            evaluation.id == incident.evaluation or evaluation.evaluated_at == incident.resolved_at
        )
        if outcome != before and not is_told_otherwise:
            day = before[0] if before is not None else incident.opened_on
            yield _gate(incident, evaluation, day)
        before = outcome


def _gate(incident: StoredIncident, evaluation: StoredEvaluation, day: date) -> TimelineEntry:
    """`Gate RED: quarantine_rate, orphan_orders`. day: of the evaluation before."""
    status = evaluation.statuses.get(incident.check)
    failing = _failing(evaluation)
    checks = [check for check in failing if check not in incident.members]
    followers = len(failing) - len(checks)
    checks.sort(key=lambda check: check != incident.check)
    parts = [", ".join(checks[:_MOST_CHECKS])]
    if len(checks) > _MOST_CHECKS:
        parts.append(f"{len(checks) - _MOST_CHECKS} more")
    if followers and checks:
        parts.append(f"{followers} that {'follows' if followers == 1 else 'follow'}")
    text = " and ".join(part for part in parts if part)
    if status is not None and status not in STOPPING:
        state = f"{incident.check} is {status}"
        text = f"{state}; {text}" if text else state
    if evaluation.data_date != day:
        text += f" (data of {_day_text(evaluation.data_date)})"
    verdict = evaluation.verdict
    return TimelineEntry(
        evaluation.evaluated_at, TimelineKind.GATE, "Gate ", verdict.upper(),
        f": {text}" if text else "", verdict,
    )  # fmt: skip


def _failing(evaluation: StoredEvaluation) -> list[str]:
    return [check for check, status in evaluation.statuses.items() if status in STOPPING]


def _events(incident: StoredIncident) -> Iterator[TimelineEntry]:
    for event in incident.events:
        if event.change is IncidentChange.CLOSED:
            yield _closed(event)
        elif event.change is IncidentChange.REOPENED:
            yield TimelineEntry(
                event.at, TimelineKind.GATE, strong="Open again", rest=": it was not fixed",
                status=Status.RED,
            )  # fmt: skip
        else:
            members = f"; now also {', '.join(event.members)}" if event.members else ""
            yield TimelineEntry(
                event.at, TimelineKind.GATE, strong="Worse", rest=f": {event.message}{members}",
                status=Status.RED,
            )  # fmt: skip


def _closed(event: IncidentEvent) -> TimelineEntry:
    return TimelineEntry(
        event.at, TimelineKind.CLOSED, "Closed as ", str(event.closed_as),
        f" by {event.owner}{_note_text(event.note)}",
    )  # fmt: skip


def _closing(incident: StoredIncident) -> Iterator[TimelineEntry]:
    """The closing that holds."""
    if incident.closed_at is not None:
        event = IncidentEvent(
            IncidentChange.CLOSED, incident.closed_at, closed_as=incident.closed_as,
            owner=incident.closed_by or "", note=incident.note or "",
        )  # fmt: skip
        yield _closed(event)


def _taken(
    incident: StoredIncident, acknowledgements: Sequence[StoredAcknowledgement]
) -> Iterator[TimelineEntry]:
    """Who was on the check when, each after the one before."""
    before: str | None = None
    for acknowledgement in acknowledgements:
        if acknowledgement.check != incident.check or not _is_during(
            incident, acknowledgement.created_at, acknowledgement.closed_at
        ):
            continue
        owner = acknowledgement.owner
        takes_over = before is not None and before != owner
        rest = f" {'took over' if takes_over else 'is on it'}{_note_text(acknowledgement.note)}"
        yield TimelineEntry(acknowledgement.created_at, TimelineKind.TAKEN, "", owner, rest)
        before = owner


def _is_during(incident: StoredIncident, first: datetime, last: datetime | None) -> bool:
    """Whether a time from `first` to `last`, None for no end yet, touches the incident's."""
    is_too_early = last is not None and last <= incident.opened_at
    is_too_late = incident.resolved_at is not None and first > incident.resolved_at
    return not is_too_early and not is_too_late


def _waiver(incident: StoredIncident, waiver: StoredWaiver) -> Iterator[TimelineEntry]:
    until = f" until {_day_text(waiver.until)}"
    return _decision(incident, waiver, TimelineKind.WAIVED, ("Waived", until), ("Waiver", ""))


def _acceptance(incident: StoredIncident, accepted: StoredAcceptance) -> Iterator[TimelineEntry]:
    subject = f" {accepted.kind} {accepted.subject}"
    return _decision(
        incident, accepted, TimelineKind.ACCEPTED, ("Accepted", subject),
        ("Acceptance", f" of{subject}"),
    )  # fmt: skip


def _decision(
    incident: StoredIncident,
    decision: StoredWaiver | StoredAcceptance,
    kind: TimelineKind,
    decided: tuple[str, str],
    ended: tuple[str, str],
) -> Iterator[TimelineEntry]:
    """That it was decided during the incident, and revoked; later than that it says so at once.

    decided, ended: the emphasised word of each entry, and what follows it.
    """
    if decision.check != incident.check or not _is_in(incident, decision.created_at):
        return
    revoked_at = decision.revoked_at
    was_revoked_later = revoked_at is not None and not _is_in(incident, revoked_at)
    later = f"; later revoked by {decision.revoked_by}" if was_revoked_later else ""
    rest = f"{decided[1]} by {decision.owner}{_note_text(decision.reason)}{later}"
    yield TimelineEntry(decision.created_at, kind, "", decided[0], rest)
    if revoked_at is not None and not was_revoked_later:
        rest = f"{ended[1]} revoked by {decision.revoked_by}"
        yield TimelineEntry(revoked_at, kind, "", ended[0], rest)


def _is_in(incident: StoredIncident, moment: datetime) -> bool:
    """Whether a moment is between the opening of an incident and its last known change."""
    return incident.opened_at <= moment and _is_during(incident, moment, None)


def _resolution(incident: StoredIncident) -> Iterator[TimelineEntry]:
    """`GREEN (3 h 16 min)`."""
    if incident.resolved_at is not None:
        took = duration_text(incident.resolved_at - incident.opened_at)
        yield TimelineEntry(
            incident.resolved_at, TimelineKind.GATE, "", Status.GREEN.upper(), f" ({took})",
            Status.GREEN,
        )  # fmt: skip


def _note_text(note: str) -> str:
    """The note in quotation marks after a colon; nothing for none."""
    return f": “{note}”" if note else ""


def _day_text(day: date) -> str:
    """`Sun 8 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"
