"""What the gate measures, measured once: over no rows, or of one day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from checks.config.model import CalendarConfig, Config
from checks.core.errors import MeasurementError
from checks.core.metrics import AuditLog, EventCounts, RejectedRows, Unmeasured
from checks.core.text import plural
from checks.core.timeframe import Timeframe, timeframe
from checks.evaluation.validation.lines import ValidationLine
from checks.measuring.measurements import Measurements
from checks.warehouse import Warehouse

T = TypeVar("T")
#: A day of which no warehouse has rows, and which every engine's timestamps can hold.
NO_ROWS = date(2200, 1, 1)


def without_rows(config: Config) -> tuple[Config, Timeframe]:
    """The same statements for a time in which there is nothing."""
    now = datetime(NO_ROWS.year, NO_ROWS.month, NO_ROWS.day + 2, tzinfo=UTC)
    frame = timeframe(now, config.timezone, data_date=NO_ROWS)
    return replace(config, calendar=CalendarConfig()), frame


@dataclass(frozen=True, slots=True)
class Reading:
    """Each section's measurements as lines. over_rows: whether a day with rows is read."""

    config: Config
    frame: Timeframe
    warehouse: Warehouse
    measured: Measurements
    over_rows: bool

    def lines(self) -> Iterator[ValidationLine]:
        """A line for what can be measured, or one for each cause why not."""
        config = self.config
        if config.audit_log is not None:
            yield from self._lines("audit_log", self.measured.audit_log, self._of_log)
        if config.events is not None:
            yield from self._lines("events", self.measured.events, self._of_events)
            yield from self._earlier()
        if config.orders is not None:
            yield from self._lines(
                "orders",
                self.measured.orders,
                lambda orders: (plural(orders.orders, "order"), list(orders.problems.values())),
            )
        if config.quarantine is not None and (self.over_rows or config.quarantine.files is None):
            yield from self._rejected()

    def _lines(
        self,
        section: str,
        read: Callable[[], T],
        looked_at: Callable[[T], tuple[str, list[Unmeasured]]],
    ) -> Iterator[ValidationLine]:
        try:
            count, problems = looked_at(read())
        except MeasurementError as error:
            count, problems = "", [Unmeasured.of(error)]
        yield from self._result(section, count, problems)

    def _result(
        self, section: str, count: str, problems: list[Unmeasured]
    ) -> Iterator[ValidationLine]:
        for problem in problems:
            yield ValidationLine(False, f"reading {section}: {problem.error()}")
        if not problems:
            day = self.frame.run_date if section == "audit_log" else self.frame.data_date
            result = f"{count} of {day}" if self.over_rows else "works, over no rows"
            yield ValidationLine(True, f"reading {section}: {result}")

    def _of_log(self, log: AuditLog) -> tuple[str, list[Unmeasured]]:
        problems = [log.status_problem, log.inserted_problem]
        count = plural(len(log.today), "entry", "entries")
        return count, [problem for problem in problems if problem is not None]

    def _of_events(self, events: EventCounts) -> tuple[str, list[Unmeasured]]:
        problems = [events.revenue_problem]
        if self.config.checks["freshness"].enabled:
            problems.append(events.newest_problem)
        return plural(events.judged, "event"), [
            problem for problem in problems if problem is not None
        ]

    def _earlier(self) -> Iterator[ValidationLine]:
        """The longer history, and each dimension; a fault of the events is told already."""
        if self.measured.readings().events is None:
            return
        section = "earlier events"
        try:
            daily = self.measured.daily_counts()
        except MeasurementError as error:
            yield from self._result(section, "", [Unmeasured.of(error)])
            return
        days = f"{plural(len(daily.totals()), 'day')} up to {self.frame.data_date}"
        result = days if self.over_rows else "works, over no rows"
        yield ValidationLine(True, f"reading {section}: {result}")
        yield from self._dimensions(daily.problems)

    def _dimensions(self, problems: Mapping[str, Unmeasured]) -> Iterator[ValidationLine]:
        for problem in problems.values():
            yield ValidationLine(False, f"reading events.dimensions: {problem.error()}")

    def _rejected(self) -> Iterator[ValidationLine]:
        rejected = self._read_rejected()
        if rejected.rows is None and rejected.warnings:
            for text in rejected.warnings:
                yield ValidationLine(False, f"reading {text}")
            return
        yield from self._result("quarantine", plural(rejected.rows or 0, "rejected row"), [])

    def _read_rejected(self) -> RejectedRows:
        """The rejected rows, also where the log is not mapped or cannot be read."""
        log = self.measured.readings().audit_log
        if log is not None:
            return self.measured.rejected()
        from checks.quarantine import read_rejected_rows  # only where rows are mapped

        nothing = AuditLog(self.frame.run_date, {})
        return read_rejected_rows(self.config, self.frame, nothing, self.warehouse)
