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
class HistoryContext:
    """Everything that one evaluation needs from the history.

    `waivers`: all of them, also those that ended: a report says why one no longer holds.
    `acceptances`: likewise. `acknowledgements`: the open ones. `statuses`: by check id, its
    status on each earlier data date by the latest evaluation of that date, newest first.
    `warnings`: rows that were ignored: damaged ones, and those dated after now.
    """

    waivers: tuple[StoredWaiver, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    acceptances: tuple[StoredAcceptance, ...] = ()
    statuses: Mapping[str, tuple[tuple[date, Status], ...]] = field(default_factory=dict)
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
