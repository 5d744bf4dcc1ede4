"""What the checks measure, read once and shared: one scan per table and evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar, cast

from checks.config.calendars import calendar_between
from checks.config.model import Config
from checks.counts import DailyCounts
from checks.daily import DailyReader, Recall, recall_nothing
from checks.errors import MeasurementError
from checks.metrics import AuditLog, EventCounts, OrderCounts, RejectedRows
from checks.timeframe import Timeframe
from checks.warehouse import Warehouse
from checks.warehouse.audit import read_audit_log
from checks.warehouse.events import read_events, read_newest
from checks.warehouse.orders import OrderReader

T = TypeVar("T")


class Measurements:
    """Lazy, cached readings for one timeframe. A failed reading fails the same way each time."""

    def __init__(
        self,
        config: Config,
        frame: Timeframe,
        warehouse: Warehouse,
        recall: Recall = recall_nothing,
        tell: Callable[[str], None] = lambda text: None,
        *,
        recall_is_final: bool = False,
    ) -> None:
        """recall: what earlier evaluations counted. tell: hears of what takes long.

        recall_is_final: whether no day that is recalled is counted again.
        """
        self._recall, self._tell = recall, tell
        self._recall_is_final = recall_is_final
        self._config = config
        self._frame = frame
        self._warehouse = warehouse
        self._naive = config.warehouse.naive_timestamps
        self._read: dict[str, Any] = {}

    @property
    def has_events(self) -> bool:
        """Whether events are mapped at all."""
        return self._config.events is not None

    def audit_log(self) -> AuditLog:
        """The pipeline's log. Raises MeasurementError."""
        source = _mapped(self._config.audit_log)
        return self._once(
            "audit_log",
            lambda: read_audit_log(self._warehouse, source, self._frame, self._naive),
        )

    def events(self) -> EventCounts:
        """Events of the data date and its window. Raises MeasurementError."""
        window = self._config.checks["volume_zscore"].params.window_days
        return self._recent_events().last(window + 1)

    def daily_counts(self) -> DailyCounts:
        """Events per day, name and dimension value, far back. Raises MeasurementError."""
        params = self._config.checks["volume_expected"].params
        reader = DailyReader(
            self._config, self._frame, self._warehouse, _mapped(self._config.events),
            self._recall, self._tell, params.history_days, params.settle_days,
            self._recall_is_final,
        )  # fmt: skip
        return self._once("daily_counts", lambda: reader.read(self._recent_events()))

    def found_daily_counts(self) -> DailyCounts | None:
        """What `daily_counts` found, where a check asked for it and it could be read."""
        found = self._read.get("daily_counts")
        return found if isinstance(found, DailyCounts) else None

    def _recent_events(self) -> EventCounts:
        """The window, and all days that late loads may still change: one scan for both."""
        source, days = _mapped(self._config.events), recent_days(self._config)
        return self._once(
            "events",
            lambda: with_calendar(
                self._config,
                read_events(self._warehouse, source, self._frame, self._naive, days),
            ),
        )

    def orders(self) -> OrderCounts:
        """Orders of the data date. Raises MeasurementError."""
        config = self._config
        reader = OrderReader(
            self._warehouse, self._frame, self._naive,
            orders=_mapped(config.orders), sessions=config.sessions, events=config.events,
        )  # fmt: skip
        return self._once("orders", reader.read)

    def rejected(self) -> RejectedRows:
        """What the rejected rows say. They explain and never judge, so a failure is a warning.

        Raises MeasurementError only when the audit log itself cannot be read.
        """
        log = self.audit_log()
        if self._config.quarantine is None:
            return RejectedRows()
        from checks.quarantine import read_rejected_rows  # only where rows are mapped

        return self._once(
            "rejected",
            lambda: read_rejected_rows(self._config, self._frame, log, self._warehouse),
        )

    def _once(self, name: str, read: Callable[[], T]) -> T:
        if name not in self._read:
            try:
                self._read[name] = read()
            except MeasurementError as error:
                self._read[name] = error
        value = self._read[name]
        if isinstance(value, MeasurementError):
            raise MeasurementError(value.cause, value.detail, retry=value.retry)
        return cast("T", value)


def with_calendar(config: Config, events: EventCounts) -> EventCounts:
    """The events with what the calendar says of their days."""
    calendar = calendar_between(config.calendar, events.days[0], events.days[-1])
    return replace(events, calendar=calendar)


def recent_days(config: Config) -> int:
    """How many days before the data date are measured anew by every evaluation."""
    window: int = config.checks["volume_zscore"].params.window_days
    settling: int = config.checks["volume_expected"].params.settle_days
    return max(window, settling)


def measures_alike(one: Config, other: Config) -> bool:
    """Whether two configurations that differ in `checks` alone measure the same numbers."""
    return _measuring(one) == _measuring(other)


def _measuring(config: Config) -> tuple[int, ...]:
    """The parameters of checks that decide what is measured."""
    expected = config.checks["volume_expected"].params
    window: int = config.checks["volume_zscore"].params.window_days
    return window, expected.history_days, expected.settle_days


def newest_data_date(config: Config, warehouse: Warehouse, now: datetime) -> date | None:
    """The newest day of the shop that has events, ignoring events after now."""
    source = _mapped(config.events)
    naive, zone = config.warehouse.naive_timestamps, config.timezone
    newest = read_newest(warehouse, source, now, naive, zone)
    return newest.astimezone(zone).date() if newest else None


def _mapped(source: T | None) -> T:
    """A section that the caller knows to be mapped."""
    if source is None:
        raise LookupError("a check was evaluated although its section is not mapped")
    return source
