"""Reads the rejected rows of a load. Faults become warnings, or a problem where rows are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from checks.config.model import Config, QuarantineSource
from checks.core.audit_log import AuditLog
from checks.core.errors import AndonError, MeasurementError, is_interruption
from checks.core.metrics import RejectedRows
from checks.core.model import Cause
from checks.core.text import clean
from checks.core.timeframe import Timeframe
from checks.core.values import Unmeasured
from checks.quarantine.files import search_files, search_files_of_days
from checks.quarantine.tables import read_table
from checks.quarantine.tables_of_days import read_table_of_days
from checks.quarantine.tally import CannotReadError, Findings
from checks.warehouse import Warehouse
from checks.warehouse.consecutive_days import ConsecutiveDays

T = TypeVar("T")
MOST_WARNINGS = 10
_LONGEST_WARNING = 600


def read_rejected_rows(
    config: Config, frame: Timeframe, log: AuditLog | None, warehouse: Warehouse
) -> RejectedRows:
    """The rejected rows that belong to the judged load, by reason.

    log: to compare them with: then they are those of all data dates that the run loads with the
    judged one (`Timeframe.days_of_load`). None where they are judged themselves, those of the data
    date alone. `rows` of the result is None where not all are known. Reasons are as in the data:
    callers make them inert. Never raises, except for Ctrl-C.
    """
    source = config.quarantine
    if source is None:
        return RejectedRows()
    return _caught(
        lambda: _as_rejected_rows(_findings(config, source, frame, log, warehouse)),
        lambda failure: failure,
        log,
    )


def read_rejected_of_days(
    config: Config, frames: Sequence[Timeframe], warehouse: Warehouse
) -> dict[date, RejectedRows]:
    """What `read_rejected_rows` says of each frame without a log, by data date.

    frames: of one run and one reading of the clock; their data dates follow each other, oldest
    first. However many they are, a table is read by one statement, or two where a day has no row,
    and each file once. In a table, rows without a time and rows after now are those of all days
    together. Raises nothing but ValueError for other days, and Ctrl-C.
    """
    dates = ConsecutiveDays(tuple(frames)).dates
    source = config.quarantine
    if source is None:
        return {day: RejectedRows() for day in dates}
    if len(frames) == 1:
        return {dates[0]: read_rejected_rows(config, frames[0], None, warehouse)}

    def read() -> dict[date, RejectedRows]:
        findings = _findings_of_days(config, source, frames, warehouse)
        return {day: _of_day(of_day) for day, of_day in zip(dates, findings, strict=True)}

    return _caught(read, lambda failure: dict.fromkeys(dates, failure), None)


def _of_day(findings: Findings | CannotReadError) -> RejectedRows:
    if isinstance(findings, CannotReadError):
        return _failure(findings, None)
    return _as_rejected_rows(findings)


def _caught(read: Callable[[], T], instead: Callable[[RejectedRows], T], log: AuditLog | None) -> T:
    """What is read, or what stands for it where reading fails."""
    try:
        return read()
    except (AndonError, CannotReadError) as error:
        return instead(_failure(error, log))
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        detail = f"the reader failed ({type(error).__name__})"
        return instead(_failed(Unmeasured(Cause.INTERNAL, detail), detail, log))


def _failure(error: AndonError | CannotReadError, log: AuditLog | None) -> RejectedRows:
    if isinstance(error, MeasurementError):
        return _failed(Unmeasured.of(error), f"{error.detail} ({error.cause.value})", log)
    if isinstance(error, CannotReadError):
        return _failed(Unmeasured(error.cause, str(error), error.retry), str(error), log)
    return _failed(Unmeasured(Cause.BAD_VALUE, str(error)), str(error), log)


def _as_rejected_rows(findings: Findings) -> RejectedRows:
    problem = findings.incomplete
    return RejectedRows(
        findings.rows, findings.ranked(), _limited(findings.warnings), findings.undated,
        findings.future,
        None if problem is None else Unmeasured(Cause.BAD_VALUE, clean(problem, _LONGEST_WARNING)),
        findings.note, findings.astray,
    )  # fmt: skip


def _failed(problem: Unmeasured, warning: str, log: AuditLog | None) -> RejectedRows:
    """The result where nothing could be read. With judged rows the verdict says why, no warning."""
    inert = Unmeasured(problem.cause, clean(problem.detail, _LONGEST_WARNING), problem.retry)
    return RejectedRows(warnings=() if log is None else _limited([warning]), problem=inert)


def _findings(
    config: Config,
    source: QuarantineSource,
    frame: Timeframe,
    log: AuditLog | None,
    warehouse: Warehouse,
) -> Findings:
    if source.files is not None:
        return search_files(config, source, frame, log, warehouse.remaining())
    return read_table(warehouse, source, frame, config.naive_zones.quarantine, log)


def _findings_of_days(
    config: Config, source: QuarantineSource, frames: Sequence[Timeframe], warehouse: Warehouse
) -> list[Findings | CannotReadError]:
    if source.files is not None:
        return search_files_of_days(config, source, frames, warehouse.remaining())
    return read_table_of_days(warehouse, source, frames, config.naive_zones.quarantine)


def _limited(warnings: list[str]) -> tuple[str, ...]:
    """The first warnings as inert lines, and how many more there are."""
    shown = [f"quarantine: {clean(text, _LONGEST_WARNING)}" for text in warnings[:MOST_WARNINGS]]
    more = len(warnings) - MOST_WARNINGS
    return (*shown, f"quarantine: and {more} more") if more > 0 else tuple(shown)
