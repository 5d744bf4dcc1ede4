"""What the history hands out: frozen rows, free of any database type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from checks.core.model import Acknowledgement, Status, Subjects


@dataclass(frozen=True, slots=True)
class StoredWaiver:
    """A waiver as it was given, and what became of it.

    `data_date` is the day it was given for. `rearmed_on` is the data date of the first
    evaluation recorded afterwards that found the check green for that or a later day, and
    `rearmed_at` when that was made.
    `subjects`: what it covers; None for whatever fails, by its value alone.
    Moments are aware and in UTC.
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
    """What was accepted as it was given, and whether it was revoked.

    `subject` is what is accepted of the check, of the kind `kind` (`event`). `data_date` is the
    judged day for which it was given. Moments are aware and in UTC.
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
    """All that one evaluation needs to know of the past.

    `waivers`: every one, also those that ended: a report says why one no longer holds.
    `acceptances`: likewise. `acknowledgements`: the open ones. `statuses`: for each check id its
    status on each earlier data date, as the latest evaluation of that date found it, newest first.
    `warnings`: what was set aside: damaged rows, and what is later than now.
    """

    waivers: tuple[StoredWaiver, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    acceptances: tuple[StoredAcceptance, ...] = ()
    statuses: Mapping[str, tuple[tuple[date, Status], ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """One recorded evaluation without its full report; mappings go by check id."""

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


class Adoption(StrEnum):
    """What became of a warehouse that was adopted, in words that go before its label."""

    FIRST = "now belongs to"
    ADDED = "now also belongs to"
    KNOWN = "already belongs to"
