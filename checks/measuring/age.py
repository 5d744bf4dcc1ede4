"""Whether a pipeline is older than it takes to learn, although its events do not show it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from checks.config.model import Config
from checks.core.errors import MeasurementError
from checks.core.timeframe import Timeframe, midnight
from checks.warehouse import Warehouse
from checks.warehouse.probing import has_rows

if TYPE_CHECKING:
    from checks.warehouse.relation import Source

#: A check that needs more than this many days to learn stays `learning` even in an old pipeline: a
#: table that keeps only a few weeks would else make it unknown.
_LONGEST_LEARNING = 14


def evidence_of_age(
    config: Config, frame: Timeframe, warehouse: Warehouse, days: int
) -> str | None:
    """What shows that the pipeline is older than `days` days, as text.

    These are open days. The audit log and the orders are asked. None where neither shows it, or
    where it takes longer to learn than a table need be kept. A table that cannot be read counts as
    old, and the text says so.
    """
    if days > _LONGEST_LEARNING:
        return None
    log, orders = config.audit_log, config.orders
    calendar_days = frame.calendar.days_with_open(frame.data_date, days)

    def has_older(section: str, source: Source, column: str) -> bool:
        first = frame.run_date if section == "audit_log" else frame.data_date
        end = midnight(first - timedelta(days=calendar_days), frame.zone)
        naive = config.naive_zones.of_section(section)
        return has_rows(warehouse, section, source, column, naive=naive, zone=frame.zone, end=end)

    try:
        if log is not None and has_older("audit_log", log, log.run_at):
            return f"the audit log is older than {calendar_days} days"
        if orders is not None and has_older("orders", orders, orders.ordered_at):
            return f"orders are older than {calendar_days} days"
    except MeasurementError as error:
        return f"the age of the pipeline is not known ({error.detail})"
    return None
