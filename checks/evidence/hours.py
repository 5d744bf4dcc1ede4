"""The judged day hour by hour against earlier days: a missing half day stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from math import fsum

from checks.core.totals import median
from checks.evidence._days import source_of, window_of
from checks.evidence.context import Context
from checks.warehouse.event_hours import Slot, hour_slots, read_hours

MISSING, BELOW, WITHIN, ABOVE = "missing", "below", "within", "above"
LATER, SKIPPED, TWICE = "later", "skipped by the clock", "came twice"
UNCOMPARED = "nothing to compare with"
_HOUR = 60.0


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the judged day's wall clock.

    events: None where the hour has not begun, or was skipped when clocks changed.
    median, lowest, highest: of this hour on the earlier days with
    events. minutes: the length of the hour on this day, so far; is_cut: whether it still runs.
    state: `missing` for an hour inside a gap, else where its count lies.
    """

    hour: int
    events: int | None
    median: float | None
    lowest: int | None
    highest: int | None
    minutes: float
    state: str

    @property
    def is_cut(self) -> bool:
        return 0 < self.minutes < _HOUR


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive hours without an event that together have `expected` events on other days."""

    first: int
    last: int
    expected: float


@dataclass(frozen=True, slots=True)
class Profile:
    """The hours of the judged day. days: the earlier days with events that it is compared with."""

    hours: tuple[Hour, ...]
    gaps: tuple[Gap, ...]
    days: tuple[date, ...]
    event: str | None
    until: datetime | None


def read(context: Context, *, event: str | None = None) -> Profile:
    """Events per hour of the judged day, of one name or of all, against the earlier days.

    Each hour is compared with the median over the days of the window that have events, so
    that an outage is not taken for normal. Hours are of the wall clock in the shop's zone: a
    skipped one has no count, a repeated one has both, and neither is compared with. The
    running hour is compared with the same minutes. Raises MeasurementError.
    """
    frame = context.frame
    slots = hour_slots(frame, window_of(context))
    counts = read_hours(
        context.warehouse, source_of(context), slots, context.naive, frame.zone, event
    )
    earlier = {slot: count for slot, count in counts.items() if slot.day != frame.data_date}
    days = sorted({slot.day for slot, count in earlier.items() if count})
    today = {slot.hour: slot for slot in slots if slot.day == frame.data_date}
    hours = [
        _hour(hour, today.get(hour), counts, _baseline_counts(earlier, hour, days))
        for hour in range(24)
    ]
    gaps = _gaps(hours, context.config.checks["event_volume"].params.min_per_day)
    return Profile(
        hours=tuple(replace(hour, state=_state(hour, gaps)) for hour in hours),
        gaps=gaps,
        days=tuple(days),
        event=event,
        until=None if frame.is_over else frame.now.astimezone(frame.zone),
    )


def _baseline_counts(earlier: Mapping[Slot, int], hour: int, days: Sequence[date]) -> list[int]:
    """The hour's counts on the earlier days, without hours that clock changes made 0 or 2 long."""
    return [
        count
        for slot, count in earlier.items()
        if slot.hour == hour and slot.day in days and 0 < slot.minutes <= _HOUR
    ]


def _hour(
    hour: int, slot: Slot | None, counts: Mapping[Slot, int], baseline_counts: list[int]
) -> Hour:
    minutes = slot.minutes if slot else 0.0
    return Hour(
        hour=hour,
        events=counts[slot] if slot and minutes else None,
        median=median(baseline_counts),
        lowest=min(baseline_counts, default=None),
        highest=max(baseline_counts, default=None),
        minutes=minutes,
        state=LATER if slot is None else SKIPPED,
    )


def _gaps(hours: Sequence[Hour], min_expected: float) -> tuple[Gap, ...]:
    """Runs of hours without an event that usually have `min_expected` events or more.

    With so many, zero is no coincidence (Poisson): it is the limit of `event_volume`. Hours
    that the clock skipped do not end a run.
    """
    gaps: list[Gap] = []
    counted_hours = (hour for hour in hours if hour.events is not None)
    for is_empty, stretch in groupby(counted_hours, key=lambda hour: not hour.events):
        in_a_row = list(stretch)
        expected = fsum(hour.median or 0.0 for hour in in_a_row)
        if is_empty and expected >= min_expected:
            gaps.append(Gap(in_a_row[0].hour, in_a_row[-1].hour, expected))
    return tuple(gaps)


def _state(hour: Hour, gaps: Sequence[Gap]) -> str:
    if hour.events is None:
        return hour.state
    if any(gap.first <= hour.hour <= gap.last for gap in gaps):
        return MISSING
    if hour.minutes > _HOUR:
        return TWICE
    if hour.lowest is None or hour.highest is None:
        return UNCOMPARED
    if hour.events < hour.lowest:
        return BELOW
    return ABOVE if hour.events > hour.highest else WITHIN
