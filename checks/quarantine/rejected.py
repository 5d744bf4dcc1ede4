"""The one way in: whatever goes wrong while explaining is a warning, never a verdict."""

from __future__ import annotations

from checks.config.model import Config, QuarantineSource
from checks.errors import AndonError, MeasurementError, is_interruption
from checks.metrics import AuditLog, RejectedRows
from checks.quarantine.files import FileSearch
from checks.quarantine.tables import read_table
from checks.quarantine.tally import CannotReadError, Findings
from checks.text import clean
from checks.timeframe import Timeframe
from checks.warehouse import Warehouse

MOST_WARNINGS = 10
_LONGEST_WARNING = 600


def read_rejected_rows(
    config: Config, frame: Timeframe, log: AuditLog, warehouse: Warehouse
) -> RejectedRows:
    """The rejected rows that belong to the judged load, by reason.

    `rows` is None where they are not known as a whole. Reasons are as the data has
    them: readers make them inert. Never raises, except for Ctrl-C.
    """
    source = config.quarantine
    if source is None:
        return RejectedRows()
    try:
        found = _found(config, source, frame, log, warehouse)
    except MeasurementError as error:
        found = Findings(warnings=[f"{error.detail} ({error.cause.value})"])
    except (AndonError, CannotReadError) as error:
        found = Findings(warnings=[str(error)])
    except Exception as error:
        if is_interruption(error):
            raise KeyboardInterrupt from error
        found = Findings(warnings=[f"the reader failed ({type(error).__name__})"])
    return RejectedRows(found.rows, found.ranked(), _limited(found.warnings))


def _found(
    config: Config,
    source: QuarantineSource,
    frame: Timeframe,
    log: AuditLog,
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
