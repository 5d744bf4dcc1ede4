"""What the history hands out: frozen rows, free of any database type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from checks.model import Acknowledgement, Status


@dataclass(frozen=True, slots=True)
class StoredWaiver:
    """A waiver as it was given, and what became of it.

    `data_date` is the day it was given for. `rearmed_on` is the data date of the first
    evaluation recorded afterwards that found the check green for that or a later day.
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


@dataclass(frozen=True, slots=True)
class HistoryContext:
    """All that one evaluation needs to know of the past.

    `waivers`: every one, also those that ended: a report says why one no longer holds.
    `acknowledgements`: the open ones. `statuses`: for each check id its status on each
    earlier data date, as the latest evaluation of that date found it, newest first.
    """

    waivers: tuple[StoredWaiver, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    statuses: Mapping[str, tuple[tuple[date, Status], ...]] = field(default_factory=dict)


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
