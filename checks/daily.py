"""Counts of many days: the recent ones measured, the settled ones remembered, no day twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from checks.config.calendars import calendar_between
from checks.config.model import Config, EventsSource
from checks.counts import (
    MOST_NAMES,
    MOST_VALUES,
    NAME,
    DailyCounts,
    DayCounts,
    Values,
    largest,
    value_text,
)
from checks.errors import MeasurementError
from checks.metrics import EventCounts, Unmeasured
from checks.text import plural
from checks.warehouse.daily import ValueScan

if TYPE_CHECKING:
    from checks.counts import RememberedCounts
    from checks.timeframe import Timeframe
    from checks.warehouse import Warehouse
    from checks.warehouse.slices import DaySlices

#: What is remembered of the days between two days, both included.
Recall = Callable[[date, date], Mapping[date, "RememberedCounts"]]
# Raise it when what is counted, or how, changes.
_FORMAT = 1


def recall_nothing(first: date, last: date) -> Mapping[date, RememberedCounts]:
    """For an evaluation without a history."""
    return {}


@dataclass(slots=True)
class DailyReader:
    """Puts the days together. settle_days: how long late loads may still change a day.

    is_final: whether what is recalled holds of every day, as where one moment is looked at.
    """

    config: Config
    frame: Timeframe
    warehouse: Warehouse
    source: EventsSource
    recall: Recall
    tell: Callable[[str], None]
    history_days: int
    settle_days: int
    is_final: bool = False
    _problems: dict[str, Unmeasured] = field(default_factory=dict)

    def read(self, recent: EventCounts) -> DailyCounts:
        """The judged day and `history_days` before it.

        recent: the names of the judged day and of its window, as they were just counted. Days
        before the window are remembered where they were counted after they had settled; the
        rest is counted in one go. While the judged day lasts, every day is counted up to the
        same time of day, of which nothing is remembered. Raises MeasurementError.
        """
        slices = self.frame.day_slices(self.history_days)
        fresh = [one for one in slices if one[0] in recent.days]
        older = [one for one in slices if one[0] < fresh[0][0]]
        known = self._remembered(slices)
        if self.is_final:
            fresh = [one for one in fresh if one[0] not in known]
        counted = self._counted(fresh, _names_of(recent)) if fresh else {}
        settled = {
            day: known[day].counts
            for day, _, _ in slices
            if day not in counted and self._is_settled(day, known)
        }
        missing = _stretch(older, settled)
        if missing:
            told = plural(len(missing), "earlier day")
            self.tell(f"counting the events of {told}")
            counted |= self._counted(missing, self._values(self.source.name, missing, MOST_NAMES))
        return DailyCounts(
            days=tuple(day for day, _, _ in slices),
            counted=settled | counted,
            calendar=calendar_between(self.config.calendar, slices[0][0], slices[-1][0]),
            remembered=known,
            measured=tuple(sorted(counted)),
            problems=dict(self._problems),
            has_earlier=recent.has_earlier,
        )

    def _remembered(self, slices: DaySlices) -> Mapping[date, RememberedCounts]:
        return self.recall(slices[0][0], slices[-1][0]) if self.frame.is_over else {}

    def _is_settled(self, day: date, known: Mapping[date, RememberedCounts]) -> bool:
        """Whether a day was counted after the last late load that may have changed it."""
        found = known.get(day)
        if found is None or self.is_final:
            return found is not None
        return is_settled(found, self.config, self.settle_days)

    def _counted(self, slices: DaySlices, names: Mapping[date, Values]) -> dict[date, DayCounts]:
        """Days with every dimension that can be read; why others cannot is kept aside."""
        found: dict[str, Mapping[date, Values]] = {NAME: names}
        for column in self.source.dimensions:
            try:
                found[column] = self._values(column, slices, MOST_VALUES)
            except MeasurementError as error:
                self._problems[column] = Unmeasured.of(error)
        return {
            day: DayCounts(day, {name: values[day] for name, values in found.items()})
            for day, _, _ in slices
        }

    def _values(self, column: str, slices: DaySlices, most: int) -> Mapping[date, Values]:
        naive, zone = self.config.warehouse.naive_timestamps, self.frame.zone
        return ValueScan(self.warehouse, self.source, column, slices, naive, zone, most).read()


def is_settled(remembered: RememberedCounts, config: Config, settle_days: int) -> bool:
    """Whether a day was last counted `settle_days` after it, or later."""
    counted_on = remembered.counted_at.astimezone(config.timezone).date()
    return (counted_on - remembered.counts.day).days >= settle_days


def fingerprint(config: Config) -> str:
    """Of what decides what is counted: the table, the mapped columns, the zones."""
    import sqlalchemy as sa

    source = config.events
    if source is None:
        raise LookupError("`events` is not mapped")
    url = sa.make_url(config.warehouse.url)
    decides = [
        _FORMAT, url.get_backend_name(), url.host, url.port, url.database,
        source.table, source.query, source.occurred_at, source.name, list(source.dimensions),
        config.timezone.key, config.warehouse.naive_timestamps.key,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:32]


def _names_of(recent: EventCounts) -> dict[date, Values]:
    by_day: list[dict[str, int]] = [{} for _ in recent.days]
    for name, series in recent.by_name.items():
        for counts, count in zip(by_day, series, strict=True):
            if count:
                shown = value_text(name)
                counts[shown] = counts.get(shown, 0) + count
    return {
        day: largest(counts, MOST_NAMES) for day, counts in zip(recent.days, by_day, strict=True)
    }


def _stretch(slices: DaySlices, known: Iterable[date]) -> DaySlices:
    """From the first day that is not known to the last: one scan, one range."""
    known = set(known)
    missing = [index for index, (day, _, _) in enumerate(slices) if day not in known]
    return slices[missing[0] : missing[-1] + 1] if missing else []
