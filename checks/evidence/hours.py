"""The judged day hour by hour against what is usual: half a day's data is seen at once."""

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
    usual: the median of this hour on the days before that have events; lowest and
    highest likewise. minutes: how long the hour was on this day, so far; is_cut:
    whether it still runs.
    state: `missing` for an hour inside a gap, else where its count lies.
    """

    hour: int
    events: int | None
    usual: float | None
    lowest: int | None
    highest: int | None
    minutes: float
    state: str

    @property
    def is_cut(self) -> bool:
        return 0 < self.minutes < _HOUR


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours on end without an event although, together, they usually have `usual`."""

    first: int
    last: int
    usual: float


@dataclass(frozen=True, slots=True)
class Profile:
    """The hours of the judged day. days: those before it, with events, that are its usual."""

    hours: tuple[Hour, ...]
    gaps: tuple[Gap, ...]
    days: tuple[date, ...]
    event: str | None
    until: datetime | None


def read(context: Context, *, event: str | None = None) -> Profile:
    """Events per hour of the judged day, of one name or of all, and the usual of each hour.

    Usual is the median over those of the window's days that have any event, so that
    one outage does not make silence usual. Hours are of the wall clock in the shop's
    zone: a skipped one is not there, one that came twice counts both, and neither is
    used as another day's usual. The running hour is compared with the same minutes.
    Raises MeasurementError.
    """
    frame = context.frame
    slots = hour_slots(frame, window_of(context))
    counts = read_hours(
        context.warehouse, source_of(context), slots, context.naive, frame.zone, event
    )
    before = {slot: count for slot, count in counts.items() if slot.day != frame.data_date}
    days = sorted({slot.day for slot, count in before.items() if count})
    today = {slot.hour: slot for slot in slots if slot.day == frame.data_date}
    hours = [_hour(hour, today.get(hour), counts, _usual(before, hour, days)) for hour in range(24)]
    gaps = _gaps(hours, context.config.checks["event_volume"].params.min_per_day)
    return Profile(
        hours=tuple(replace(hour, state=_state(hour, gaps)) for hour in hours),
        gaps=gaps,
        days=tuple(days),
        event=event,
        until=None if frame.is_over else frame.now.astimezone(frame.zone),
    )


def _usual(before: Mapping[Slot, int], hour: int, days: Sequence[date]) -> list[int]:
    """The hour's counts on the days that count, without hours that clocks made 0 or 2 long."""
    return [
        count
        for slot, count in before.items()
        if slot.hour == hour and slot.day in days and 0 < slot.minutes <= _HOUR
    ]


def _hour(hour: int, slot: Slot | None, counts: Mapping[Slot, int], usual: list[int]) -> Hour:
    minutes = slot.minutes if slot else 0.0
    return Hour(
        hour=hour,
        events=counts[slot] if slot and minutes else None,
        usual=median(usual),
        lowest=min(usual, default=None),
        highest=max(usual, default=None),
        minutes=minutes,
        state=LATER if slot is None else SKIPPED,
    )


def _gaps(hours: Sequence[Hour], least: float) -> tuple[Gap, ...]:
    """Runs of hours without an event that usually hold `least` events or more.

    `least` is what `event_volume` takes for a count that is not zero by chance
    (Poisson). Hours that the clock skipped end no run.
    """
    gaps: list[Gap] = []
    there = (hour for hour in hours if hour.events is not None)
    for empty, run in groupby(there, key=lambda hour: not hour.events):
        members = list(run)
        usual = fsum(hour.usual or 0.0 for hour in members)
        if empty and usual >= least:
            gaps.append(Gap(members[0].hour, members[-1].hour, usual))
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
