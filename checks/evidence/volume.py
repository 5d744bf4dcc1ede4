"""Events per day, judged by the rules of `volume_zscore` and `event_volume`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from checks.catalog import event_volume, volume_zscore
from checks.evidence._days import each_day, first_day, frame_on, read_days, window_of
from checks.evidence._names import NameDay, NameSeries, day_of, names_of
from checks.evidence.context import Context
from checks.metrics import EventCounts
from checks.model import Status
from checks.timeframe import Timeframe

__all__ = ["MOST_NAMES", "NameDay", "NameSeries", "Volume", "VolumeDay", "read"]

MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class VolumeDay:
    """One day's events against the window before it.

    events: None before the first event of all. low and high: mean -/+ alert_at
    deviations, low not below zero; they, mean, deviation and z are None while the
    first window fills or where it holds no events, and `why` says which.
    beyond: whether the rule calls the day red, before severity and waivers.
    """

    day: date
    events: int | None
    z: float | None = None
    mean: float | None = None
    deviation: float | None = None
    low: float | None = None
    high: float | None = None
    beyond: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Volume:
    """The days, oldest first, the judged one last; the names, worst first.

    until: while the judged day lasts, the local time at which every day is cut.
    other: events per day of the `other_names` names beyond the first 200.
    """

    days: tuple[VolumeDay, ...]
    names: tuple[NameSeries, ...]
    window_days: int
    alert_at: float
    until: datetime | None
    other_names: int
    other: tuple[int, ...]
    rule: event_volume.Params

    def name_days(self, name: str) -> tuple[NameDay, ...]:
        """The days of one name, each against its own window. KeyError for an unknown name."""
        found = next((one for one in self.names if one.name == name), None)
        if found is None:
            raise KeyError(name)
        dates = tuple(day.day for day in self.days)
        return tuple(
            day_of(self.rule, found, dates, index, judged=day.z is not None)
            if day.events is not None
            else NameDay(day.day, None)
            for index, day in enumerate(self.days)
        )


def read(context: Context, *, days: int = 60) -> Volume:
    """The `days` days that end with the judged one, each judged by the numbers of now.

    One scan. While the judged day lasts, every day counts up to the same time of
    day, as the report compares them. A day without events counts 0; days before
    the first event of all are no data. Raises MeasurementError.
    """
    events, window, frame = read_days(context, days), window_of(context), context.frame
    zscore = context.config.checks["volume_zscore"].params
    rule = context.config.checks["event_volume"].params
    begin, names = first_day(events), names_of(rule, events, window)
    return Volume(
        days=tuple(
            _volume_day(zscore, part, frame_on(frame, part.days[-1]), begin)
            for part in each_day(events, window)
        ),
        names=names[:MOST_NAMES],
        window_days=window,
        alert_at=zscore.alert_at,
        until=None if frame.is_over else frame.now.astimezone(frame.zone),
        other_names=len(names[MOST_NAMES:]),
        other=_summed(names[MOST_NAMES:]),
        rule=rule,
    )


def _volume_day(
    params: volume_zscore.Params, events: EventCounts, frame: Timeframe, begin: date | None
) -> VolumeDay:
    day = events.days[-1]
    if begin is None or day < begin:
        return VolumeDay(day, None, why="before the first event of all")
    judgement = volume_zscore.judge(params, events, frame)
    if judgement.value is None:
        return VolumeDay(day, events.judged, why=judgement.summary)
    details = judgement.details
    return VolumeDay(
        day,
        events.judged,
        z=float(judgement.value),
        mean=details["mean"],
        deviation=details["deviation"],
        low=max(0.0, details["low"]),
        high=details["high"],
        beyond=judgement.status is Status.RED,
    )


def _summed(names: tuple[NameSeries, ...]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(one.counts for one in names), strict=True))
