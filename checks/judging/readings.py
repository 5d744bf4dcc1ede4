"""The readings that a check can use: all it knows of where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from checks.core.audit_log import AuditLog
    from checks.core.counts import DailyCounts
    from checks.core.expected_source import ExpectedSource
    from checks.core.metrics import EventCounts, OrderCounts, RejectedRows
    from checks.core.records import RecordedStatus, StoredAcceptance


class Readings(Protocol):
    """Readings of one data date; each is made once. All may raise MeasurementError."""

    @property
    def has_events(self) -> bool:
        """Whether events are mapped at all."""

    @property
    def has_audit_log(self) -> bool:
        """Whether the pipeline's log is mapped at all."""

    @property
    def listed_sources(self) -> tuple[ExpectedSource, ...] | None:
        """The sources that the configuration expects in the log; None where it lists none."""

    @property
    def judges_volume(self) -> bool:
        """Whether a check is enabled that needs the daily counts."""

    def audit_log(self) -> AuditLog:
        """The pipeline's log of the run date and of the days before it."""

    def longer_audit_log(self, days: int) -> AuditLog:
        """The same log of the run date and of many days before it."""

    def events(self) -> EventCounts:
        """Events of the data date and of its window."""

    def daily_counts(self) -> DailyCounts:
        """Events per day, name and dimension value, far back."""

    def orders(self) -> OrderCounts:
        """Orders of the data date, and purchases without one."""

    def rejected(self) -> RejectedRows:
        """Rejected rows of the data date."""

    def accepted(self, check: str) -> tuple[StoredAcceptance, ...]:
        """The acceptances of a check, revoked ones included."""

    def recorded(self, check: str) -> Mapping[date, RecordedStatus] | None:
        """A check's recorded statuses of the weeks before; None where they cannot be read."""
