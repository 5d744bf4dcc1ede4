"""Records that the history returns: frozen, without any database type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from checks.core.model import Acknowledgement, Status, Subjects


@dataclass(frozen=True, slots=True)
class StoredWaiver:
    """A waiver as it was given, and whether it was revoked or ended.

    `data_date` is the day it was given for. `rearmed_on` is the data date of the first
    evaluation recorded afterwards that found the check green for that or a later day, and
    `rearmed_at` when that was made.
    `subjects`: what it covers; None for a waiver that is limited by the value alone.
    Times are aware and in UTC.
    """

    id: int
    pipeline: str
    check: str
    owner: str
    reason: str
    until: date
    up_to: float | None
    data_date: date
    created_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    rearmed_on: date | None = None
    rearmed_at: datetime | None = None
    subjects: Subjects | None = None


@dataclass(frozen=True, slots=True)
class StoredAcceptance:
    """An acceptance as it was given, and whether it was revoked.

    `subject` is what is accepted of the check, of the kind `kind` (`event`). `data_date` is the
    judged day for which it was given. Times are aware and in UTC.
    """

    id: int
    pipeline: str
    check: str
    kind: str
    subject: str
    owner: str
    reason: str
    data_date: date
    created_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedStatus:
    """A check's status on a data date, by the latest recorded evaluation of that date.

    is_accepted: whether a person took the failure for no fault: it was waived, or its incident was
    closed as expected or as a false alarm, then or later.
    """

    status: Status
    is_accepted: bool = False


@dataclass(frozen=True, slots=True)
class StoredAcknowledgement:
    """A person being on a check, and until when: they were followed by another, or it was green.

    Times are aware and in UTC.
    """

    check: str
    owner: str
    note: str
    created_at: datetime
    closed_at: datetime | None = None


class Closing(StrEnum):
    """What a person closes an incident as."""

    FIXED = "fixed"
    EXPECTED = "expected"
    FALSE_ALARM = "false-alarm"


class IncidentChange(StrEnum):
    """What happened to an incident after it was opened, apart from its end."""

    WORSE = "worse"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """One change of an incident: worse, or a closing that no longer holds and what followed it.

    `day`: the data date of the evaluation that found it; None for what a person did. `message`: the
    check's own, and `members` those that were added, where it became worse. `closed_as`, `owner`
    and `note`: of a closing. Times are aware and in UTC.
    """

    change: IncidentChange
    at: datetime
    day: date | None = None
    message: str = ""
    members: tuple[str, ...] = ()
    closed_as: Closing | None = None
    owner: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """One check of one pipeline that stopped the line by itself, from then until it was green.

    `members`: the checks that followed from it at any time, in the order in which they came.
    `evaluation`: the id of the one that opened it, which may have been removed since.
    `opened_on`, `resolved_on`: data dates of the evaluations that found the check red and green.
    `opened_as`, `status`: red or unknown, and as it was last found while the incident was open.
    `value`: the worst so far, on a day
    on which `expected` was usual; None where none was measured. `subjects`: all that it failed for
    so far. `message`: the check's own when it was opened, or last became worse. `events`: oldest
    first. `closed_...`: a person's word on it, before or after it was resolved. Times are aware and
    in UTC.
    """

    id: int
    pipeline: str
    check: str
    evaluation: int
    opened_at: datetime
    opened_on: date
    opened_as: Status
    status: Status
    value: float | None
    message: str
    members: tuple[str, ...] = ()
    subjects: Subjects = field(default_factory=dict)
    expected: float | None = None
    is_stop: bool = False
    events: tuple[IncidentEvent, ...] = ()
    resolved_at: datetime | None = None
    resolved_on: date | None = None
    closed_at: datetime | None = None
    closed_as: Closing | None = None
    closed_by: str | None = None
    note: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither resolved nor closed by a person."""
        return self.resolved_at is None and self.closed_at is None

    @property
    def ended_at(self) -> datetime | None:
        """When it was resolved or closed by a person, whichever came first; None while open."""
        ends = [moment for moment in (self.resolved_at, self.closed_at) if moment is not None]
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class IncidentLog:
    """A pipeline's incidents, oldest first, and what people did that concerns them.

    Each check has at most one that is open. `warnings`: rows that were ignored.
    """

    incidents: tuple[StoredIncident, ...] = ()
    acknowledgements: tuple[StoredAcknowledgement, ...] = ()
    waivers: tuple[StoredWaiver, ...] = ()
    acceptances: tuple[StoredAcceptance, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryContext:
    """Everything that one evaluation needs from the history.

    `waivers`: all of them, also those that ended: a report says why one no longer holds.
    `acceptances`: likewise. `acknowledgements`: the open ones. `statuses`: by check id, its
    status on each earlier data date by the latest evaluation of that date, newest first.
    `recorded`: by check id, the same statuses of the last weeks by data date, and whether a person
    accepted the failure. `incidents`: those that are not resolved, closed ones too.
    `warnings`: rows that were ignored: damaged ones, and those dated after now.
    """

    waivers: tuple[StoredWaiver, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    acceptances: tuple[StoredAcceptance, ...] = ()
    statuses: Mapping[str, tuple[tuple[date, Status], ...]] = field(default_factory=dict)
    recorded: Mapping[str, Mapping[date, RecordedStatus]] = field(default_factory=dict)
    incidents: tuple[StoredIncident, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """One recorded evaluation without its full report; the mappings are by check id."""

    id: int
    pipeline: str
    run_date: date
    data_date: date
    evaluated_at: datetime
    verdict: Status
    exit_code: int
    statuses: Mapping[str, Status]
    values: Mapping[str, float | None]
    messages: Mapping[str, str]


class Outcome(NamedTuple):
    """What the latest recorded evaluation of a data date came to."""

    day: date
    verdict: Status
    exit_code: int
    evaluated_at: datetime


class Adoption(StrEnum):
    """The result of adopting a warehouse, as text that goes before the warehouse's label."""

    FIRST = "now belongs to"
    ADDED = "now also belongs to"
    KNOWN = "already belongs to"
