"""The one way in: whatever goes wrong is a warning, and a problem where rows are judged."""

from __future__ import annotations

from checks.config.model import Config, QuarantineSource
from checks.core.errors import AndonError, MeasurementError, is_interruption
from checks.core.metrics import AuditLog, RejectedRows, Unmeasured
from checks.core.model import Cause
from checks.core.text import clean
from checks.core.timeframe import Timeframe
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

    log: what they are compared with; None where they are judged themselves. `rows` is None
    where they are not known as a whole. Reasons are as the data has them: readers make them
    inert. Never raises, except for Ctrl-C.
    """
    source = config.quarantine
    if source is None:
        return RejectedRows()
    try:
        found = _found(config, source, frame, log, warehouse)
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
    return _rows(found)


def _rows(found: Findings) -> RejectedRows:
    problem = found.incomplete
    return RejectedRows(
        found.rows, found.ranked(), _limited(found.warnings), found.undated, found.future,
        None if problem is None else Unmeasured(Cause.BAD_VALUE, clean(problem, _LONGEST_WARNING)),
        found.note, found.astray,
    )  # fmt: skip


def _failed(problem: Unmeasured, warning: str, log: AuditLog | None) -> RejectedRows:
    """Nothing could be read. Where rows are judged, the verdict says why, and no warning too."""
    inert = Unmeasured(problem.cause, clean(problem.detail, _LONGEST_WARNING), problem.retry)
    return RejectedRows(warnings=() if log is None else _limited([warning]), problem=inert)


def _found(
    config: Config,
    source: QuarantineSource,
    frame: Timeframe,
    log: AuditLog | None,
    warehouse: Warehouse,
) -> Findings:
    if source.files is not None:
        return FileSearch(config, source, frame, log, warehouse.remaining()).findings()
    return read_table(warehouse, source, frame, config.warehouse.naive_timestamps, log)


def _limited(warnings: list[str]) -> tuple[str, ...]:
    """The first warnings as inert lines, and how many more there are."""
    shown = [f"quarantine: {clean(text, _LONGEST_WARNING)}" for text in warnings[:MOST_WARNINGS]]
    more = len(warnings) - MOST_WARNINGS
    return (*shown, f"quarantine: and {more} more") if more > 0 else tuple(shown)
