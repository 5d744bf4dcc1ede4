"""The pipeline's own log as it was read: its entries, and those of no run date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from checks.core.endings import SILENT, Endings
from checks.core.values import Count, Unmeasured


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the pipeline's own log. A count that is not mapped is a BadValue.

    first_run_at: the earlier of two times that `run_at` may mean, in the hour that comes twice when
    clocks go back; None where it means one.
    """

    source: str | None
    run_at: datetime
    rows_read: Count
    rows_quarantined: Count
    rows_inserted: Count | None = None
    status: str | None = None
    first_run_at: datetime | None = None

    @property
    def earliest(self) -> datetime:
        """The first time that the entry may be of."""
        return self.first_run_at or self.run_at


@dataclass(frozen=True, slots=True)
class StrayEntry:
    """An entry that belongs to no run date: without a time, or stamped after now."""

    source: str | None
    status: str | None = None
    run_at: datetime | None = None


#: As many stray entries of each kind are read; one more says that there are others.
MOST_STRAYS = 10_000


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The log of the run date, and of the days before it for comparison.

    `entries` maps each run date to its rows, oldest first. `has_source` and
    `has_status` say whether those columns are mapped. Which entries count, `checks.loads.effective`
    says: `endings` are the words for how a load ended, `several` is what the configuration
    says of several entries of one source. `undated` and `future` belong to no run date: at
    most MOST_STRAYS + 1 each. `naive_zone` is the name of the zone in which times without an
    offset were read; None where no such time is stored.
    """

    run_date: date
    entries: Mapping[date, tuple[AuditEntry, ...]]
    has_source: bool = True
    status_problem: Unmeasured | None = None
    inserted_problem: Unmeasured | None = None
    has_status: bool = True
    several: str | None = None
    endings: Endings = field(default_factory=Endings)
    undated: tuple[StrayEntry, ...] = ()
    future: tuple[StrayEntry, ...] = ()
    naive_zone: str | None = None

    @property
    def today(self) -> tuple[AuditEntry, ...]:
        """All entries of the run date."""
        return self.entries.get(self.run_date, ())

    def meaning(self, entry: AuditEntry | StrayEntry) -> str:
        """How a load ended, by its status; SILENT where the log tells of no ending."""
        if not self.has_status or self.status_problem is not None:
            return SILENT
        return self.endings.meaning(entry.status)
