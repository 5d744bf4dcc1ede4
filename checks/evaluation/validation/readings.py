"""The measurements of the gate, made once: over no rows, or for one day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from checks.config.model import CalendarConfig, Config
from checks.core.audit_log import AuditLog
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts, RejectedRows
from checks.core.text import plural
from checks.core.timeframe import Timeframe, timeframe
from checks.core.values import Unmeasured
from checks.evaluation.validation.lines import ValidationLine
from checks.measuring.measurements import Measurements
from checks.warehouse import Warehouse

T = TypeVar("T")
#: A day without rows in any warehouse, which every engine's timestamps can hold.
NO_ROWS = date(2200, 1, 1)


def without_rows(config: Config) -> tuple[Config, Timeframe]:
    """The configuration and timeframe for the same statements over a time without rows."""
    now = datetime(NO_ROWS.year, NO_ROWS.month, NO_ROWS.day + 2, tzinfo=UTC)
    frame = timeframe(now, config.timezone, data_date=NO_ROWS)
    return replace(config, calendar=CalendarConfig()), frame


@dataclass(frozen=True, slots=True)
class SectionReader:
    """Each section's measurements as lines. over_rows: whether a day with rows is read."""

    config: Config
    frame: Timeframe
    warehouse: Warehouse
    measured: Measurements
    over_rows: bool

    def lines(self) -> Iterator[ValidationLine]:
        """For each section a line that it can be read, or one for each problem."""
        config = self.config
        if config.audit_log is not None:
            yield from self._section_lines("audit_log", self.measured.audit_log, self._log_summary)
        if config.events is not None:
            yield from self._section_lines("events", self.measured.events, self._events_summary)
            yield from self._earlier_events()
        if config.orders is not None:
            yield from self._section_lines(
                "orders",
                self.measured.orders,
                lambda orders: (plural(orders.orders, "order"), list(orders.problems.values())),
            )
        if config.quarantine is not None and (self.over_rows or config.quarantine.files is None):
            yield from self._rejected_rows()

    def _section_lines(
        self,
        section: str,
        read: Callable[[], T],
        summarise: Callable[[T], tuple[str, list[Unmeasured]]],
    ) -> Iterator[ValidationLine]:
        try:
            count, problems = summarise(read())
        except MeasurementError as error:
            count, problems = "", [Unmeasured.of(error)]
        yield from self._result_lines(section, count, problems)

    def _result_lines(
        self, section: str, count: str, problems: list[Unmeasured]
    ) -> Iterator[ValidationLine]:
        for problem in problems:
            yield ValidationLine(False, f"reading {section}: {problem.error()}")
        if not problems:
            day = self.frame.run_date if section == "audit_log" else self.frame.data_date
            result = f"{count} of {day}" if self.over_rows else "works, without rows"
            yield ValidationLine(True, f"reading {section}: {result}")

    def _log_summary(self, log: AuditLog) -> tuple[str, list[Unmeasured]]:
        problems = [log.status_problem, log.inserted_problem]
        count = plural(len(log.today), "entry", "entries")
        return count, [problem for problem in problems if problem is not None]

    def _events_summary(self, events: EventCounts) -> tuple[str, list[Unmeasured]]:
        problems = [events.revenue_problem]
        if self.config.checks["freshness"].enabled:
            problems.append(events.newest_problem)
        return plural(events.judged, "event"), [
            problem for problem in problems if problem is not None
        ]

    def _earlier_events(self) -> Iterator[ValidationLine]:
        """The longer history, and each dimension; nothing where the events already failed."""
        if self.measured.readings().events is None:
            return
        section = "earlier events"
        try:
            daily = self.measured.daily_counts()
        except MeasurementError as error:
            yield from self._result_lines(section, "", [Unmeasured.of(error)])
            return
        days = f"{plural(len(daily.totals()), 'day')} up to {self.frame.data_date}"
        result = days if self.over_rows else "works, without rows"
        yield ValidationLine(True, f"reading {section}: {result}")
        yield from self._dimension_problems(daily.problems)

    def _dimension_problems(self, problems: Mapping[str, Unmeasured]) -> Iterator[ValidationLine]:
        for problem in problems.values():
            yield ValidationLine(False, f"reading events.dimensions: {problem.error()}")

    def _rejected_rows(self) -> Iterator[ValidationLine]:
        rejected = self._read_rejected()
        if rejected.rows is None and rejected.warnings:
            for text in rejected.warnings:
                yield ValidationLine(False, f"reading {text}")
            return
        yield from self._result_lines("quarantine", plural(rejected.rows or 0, "rejected row"), [])

    def _read_rejected(self) -> RejectedRows:
        """The rejected rows, also where the log is not mapped or cannot be read."""
        log = self.measured.readings().audit_log
        if log is not None:
            return self.measured.rejected()
        from checks.quarantine import read_rejected_rows  # only where rows are mapped

        nothing = AuditLog(self.frame.run_date, {})
        return read_rejected_rows(self.config, self.frame, nothing, self.warehouse)
