"""Daily counts as the evaluation reads them, remembered days included."""

from __future__ import annotations

from dataclasses import replace

from checks.core.counts import DailyCounts
from checks.core.metrics import EventCounts
from checks.evidence._days import daily_reader, source_of
from checks.evidence.context import Context
from checks.measuring.remembering import Remembering


def read_daily(context: Context, recent: EventCounts, *, dimensions: bool = True) -> DailyCounts:
    """The evaluation's counts of many days. Remembers nothing new. Raises MeasurementError.

    dimensions: whether the recent days are also counted by the mapped dimensions.
    """
    source = source_of(context)
    recall = Remembering(context.config, now=context.frame.now).recall
    reader = daily_reader(context, recall, source if dimensions else replace(source, dimensions=()))
    return reader.read(recent)
