"""The days that say what is normal: as the evaluation reads them, remembered ones included."""

from __future__ import annotations

from checks.counts import DailyCounts
from checks.daily import DailyReader
from checks.evidence._days import source_of
from checks.evidence.context import Context
from checks.metrics import EventCounts
from checks.remembering import Remembering


def read_daily(context: Context, recent: EventCounts) -> DailyCounts:
    """The evaluation's counts of many days. Remembers nothing new. Raises MeasurementError."""
    params = context.config.checks["volume_expected"].params
    reader = DailyReader(
        context.config, context.frame, context.warehouse, source_of(context),
        Remembering(context.config).recall, lambda text: None,
        params.history_days, params.settle_days,
    )  # fmt: skip
    return reader.read(recent)
