"""Reads the rejected rows of a load. Faults become warnings, or a problem where rows are judged."""

from __future__ import annotations

from checks.config.model import Config, QuarantineSource
from checks.core.audit_log import AuditLog
from checks.core.errors import AndonError, MeasurementError, is_interruption
from checks.core.metrics import RejectedRows
from checks.core.model import Cause
from checks.core.text import clean
from checks.core.timeframe import Timeframe
from checks.core.values import Unmeasured
from checks.quarantine.files import FileSearch
from checks.quarantine.tables import read_table
from checks.quarantine.tally import CannotReadError, Findings
from checks.warehouse import Warehouse

MOST_WARNINGS = 10
_LONGEST_WARNING = 600


def read_rejected_rows(
    config: Config, frame: Timeframe, log: AuditLog | None, warehouse: Warehouse
) -> RejectedRows:
    """The rejected rows that belong to the judged load, by reason.

    log: to compare them with; None where they are judged themselves. `rows` of the result is None
    where not all are known. Reasons are as in the data: callers make them inert. Never raises,
    except for Ctrl-C.
    """
    source = config.quarantine
    if source is None:
        return RejectedRows()
    try:
        findings = _findings(config, source, frame, log, warehouse)
    except MeasurementError as error:
        return _failed(Unmeasured.of(error), f"{error.detail} ({error.cause.value})", log)
    except CannotReadError as error:
        return _failed(Unmeasured(error.cause, str(error), error.retry), str(error), log)
    except AndonError as error:
        return _failed(Unmeasured(Cause.BAD_VALUE, str(error)), str(error), log)
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        detail = f"the reader failed ({type(error).__name__})"
        return _failed(Unmeasured(Cause.INTERNAL, detail), detail, log)
    return _as_rejected_rows(findings)


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
        return FileSearch(config, source, frame, log, warehouse.remaining()).findings()
    return read_table(warehouse, source, frame, config.naive_zones.quarantine, log)


def _limited(warnings: list[str]) -> tuple[str, ...]:
    """The first warnings as inert lines, and how many more there are."""
    shown = [f"quarantine: {clean(text, _LONGEST_WARNING)}" for text in warnings[:MOST_WARNINGS]]
    more = len(warnings) - MOST_WARNINGS
    return (*shown, f"quarantine: and {more} more") if more > 0 else tuple(shown)
