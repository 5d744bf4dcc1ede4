"""What explanations are made of: what was measured already, and one more statement a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from checks.catalog import all_checks, event_volume, volume_expected
from checks.catalog._usual_share import LOOK_BACK
from checks.config.model import Config
from checks.core.audit_log import AuditLog
from checks.core.counts import NAME, DailyCounts
from checks.core.errors import MeasurementError
from checks.core.masking import Mask, mask_of, masked_inside
from checks.core.metrics import EventCounts
from checks.core.model import STOPPING, Explanation, Judgement, Status
from checks.core.profiles import DayProfile
from checks.core.timeframe import Timeframe
from checks.core.totals import usual_day_events
from checks.detection.baseline import Baseline
from checks.judging.segments import Segment
from checks.measuring.measurements import Measurements
from checks.warehouse import Warehouse
from checks.warehouse.event_profile import EventProfiles, EventProfileScan

#: Days back on which a usual day is looked for: the same weekday first.
_USUAL_LOOK_BACK = 28
#: A usual day has at least this part of the median day's events.
_LEAST_OF_MEDIAN = 0.5
#: Statuses of a day that is no usual one.
_UNUSUAL = STOPPING | {Status.WAIVED, Status.AMBER}
#: The statuses of each check on earlier data dates, newest first.
Statuses: TypeAlias = Mapping[str, Sequence[tuple[date, Status]]]
#: Yields what may explain a check, or None. Raises MeasurementError for what cannot be read.
Explainer: TypeAlias = "Callable[[Material, str], Iterator[Explanation | None]]"


def _shown(profile: DayProfile) -> DayProfile:
    """The profile without columns of personal values."""
    columns = {
        column: values
        for column, values in profile.columns.items()
        if _is_shown(column, [value for value in values if value is not None])
    }
    return replace(profile, columns=columns)


def _is_shown(column: str, values: Sequence[str]) -> bool:
    """Whether a column's values may be told: neither its name nor its content is personal."""
    if column == NAME:
        return True
    mask = mask_of(column, values, (), known=False)
    return mask is Mask.INSIDE and all(masked_inside(value) == value for value in values)


@dataclass
class Material:
    """One evaluation's readings, its judgements, and the statuses recorded for earlier days.

    judgements: by check. statuses: of each check, newest first.
    """

    config: Config
    frame: Timeframe
    warehouse: Warehouse
    measurements: Measurements
    judgements: Mapping[str, Judgement]
    statuses: Statuses
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def is_loaded_by_run(self) -> bool:
        """Whether the judged day is one that the run loads: its log explains no other day."""
        return self.frame.data_date in self.frame.loaded_dates

    def log(self) -> AuditLog | None:
        """The audit log of the run that loads the judged day; None where it cannot be read."""
        if not self.measurements.has_audit_log or not self.is_loaded_by_run:
            return None
        with suppress(MeasurementError):
            return self.measurements.audit_log()
        return None

    def longer_log(self) -> AuditLog | None:
        """The same over many weeks, which says what is usual on a weekday; else what `log` has."""
        log = self.log()
        if log is None:
            return None
        with suppress(MeasurementError):
            return self.measurements.longer_audit_log(LOOK_BACK)
        return log

    def events(self) -> EventCounts:
        """Events of the day and its window. Raises MeasurementError."""
        return self.measurements.events()

    def daily(self) -> DailyCounts:
        """Events per day, far back. Raises MeasurementError."""
        return self.measurements.daily_counts()

    def baseline(self) -> Baseline:
        """The days that say what volume is normal, with the range of each. Raises as `daily`."""
        if "baseline" not in self._read:
            params = self.config.checks["volume_expected"].params
            self._read["baseline"] = volume_expected.baseline_of(params, self.daily(), every=True)
        baseline: Baseline = self._read["baseline"]
        return baseline

    def segments(self) -> list[Segment]:
        """Every event name and dimension value with its own range. Raises as `daily`."""
        if "segments" not in self._read:
            params = self.config.checks["event_volume"].params
            parts = event_volume.segments_of(params, self.daily())
            self._read["segments"] = [part for part in parts if not part.members]
        segments: list[Segment] = self._read["segments"]
        return [segment for segment in segments if _is_shown(segment.dimension, [segment.value])]

    def expected_events(self) -> float | None:
        """Events that are expected of the day by the volume rule; None where there is no range."""
        judgement = self.judgements.get("volume_expected")
        expected = judgement.facts.expected if judgement is not None else None
        return float(expected) if expected else None

    def profiles(self, usual_day: date) -> EventProfiles:
        """Events by hour and value beside those of a usual day: one statement, sent once.

        Raises MeasurementError.
        """
        source = self.config.events
        if source is None:
            raise LookupError("events are not mapped")
        key = f"profiles {usual_day}"
        if key not in self._read:
            scan = EventProfileScan(
                self.warehouse, source, self.frame, self.config.naive_zones.events,
                usual_day, with_repeated=self._has_more_events(),
            )  # fmt: skip
            events, unpriced = scan.read()
            self._read[key] = EventProfiles(_shown(events), _shown(unpriced))
        profiles: EventProfiles = self._read[key]
        return profiles

    def _has_more_events(self) -> bool:
        """Whether the day has more events than expected: only then rows may be there twice."""
        expected = self.expected_events()
        before = usual_day_events(self.events().totals()[:-1])
        return self.events().judged > (expected or before)

    def usual_day(self) -> date | None:
        """An earlier day like the judged one: of its weekday, and nothing was wrong with it."""
        totals = {day: count for day, count in self._totals().items() if day < self.frame.data_date}
        least = _LEAST_OF_MEDIAN * usual_day_events(list(totals.values()))
        special = self.daily().calendar if self._has_daily() else self.events().calendar
        for day in self._candidates(totals):
            is_special = special.special_day(day) is not None
            if totals.get(day, 0) <= least or is_special or self._was_unusual(day):
                continue
            if not self._is_out_of_range(day, totals[day]):
                return day
        return None

    def _has_daily(self) -> bool:
        return self.measurements.readings().daily_counts is not None

    def _totals(self) -> Mapping[date, int]:
        """Events per day, of days that the warehouse still has."""
        if self._has_daily():
            daily = self.daily()
            gone = {*daily.gone, *daily.missing}
            return {day: count for day, count in daily.totals().items() if day not in gone}
        events = self.events()
        return dict(zip(events.days, events.totals(), strict=True))

    def _candidates(self, totals: Mapping[date, int]) -> Iterator[date]:
        """Days of the same weekday; others only where there are none of it, as in a young shop."""
        day = self.frame.data_date
        before = [day - timedelta(days=back) for back in range(1, _USUAL_LOOK_BACK + 1)]
        same = [other for other in before if other.weekday() == day.weekday()]
        return iter(same if any(totals.get(other) for other in same) else before)

    def _was_unusual(self, day: date) -> bool:
        """Whether a check of the events that is red now was not fine on that day."""
        red = [
            check.id
            for check in all_checks()
            if check.counts == "events"
            and (judged := self.judgements.get(check.id)) is not None
            and judged.status is Status.RED
        ]
        return any(
            status in _UNUSUAL
            for check in red
            for recorded, status in self.statuses.get(check, ())
            if recorded == day
        )

    def _is_out_of_range(self, day: date, events: int) -> bool:
        """Whether a day had more or fewer events than was normal for it."""
        if not self._has_daily():
            return False
        normal = self.baseline().normal.get(day)
        return normal is not None and bool(normal.side_of(events))

    def red_since(self, check: str) -> date:
        """The first of the recorded days in a row, up to the judged one, on which it was red."""
        began = self.frame.data_date
        for day, status in self.statuses.get(check, ()):
            if day >= self.frame.data_date or self.frame.calendar.closed_reason(day) is not None:
                continue
            if status not in (Status.RED, Status.WAIVED):
                break
            began = day
        return began
