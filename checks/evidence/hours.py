"""The judged day hour by hour against earlier days: a missing half day stands out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from math import ceil, floor, fsum, sqrt

from checks.core.totals import mean
from checks.evidence._days import source_of
from checks.evidence._usual_days import UsualDay
from checks.evidence.context import Context
from checks.evidence.volume import read as read_volume
from checks.warehouse.event_hours import Slot, hour_slots, read_hours

MISSING, BELOW, WITHIN, ABOVE = "missing", "below", "within", "above"
LATER, SKIPPED, TWICE = "later", "skipped by the clock", "came twice"
UNCOMPARED = "nothing to compare with"
_HOUR = 60.0
#: An hour this many deviations of counting noise (Poisson) from the usual is no coincidence.
_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the judged day's wall clock.

    events: None where the hour has not begun, or was skipped when clocks changed.
    usual_events: those that this hour has on the days compared with, in the proportion in which the
    day's expected number is more or less than theirs; None without such a day. low, high: the range
    that is normal for it. minutes: the length of the hour on this day, so far; is_cut: whether it
    still runs. state: `missing` for an hour inside a gap, else where its count lies.
    """

    hour: int
    events: int | None
    usual_events: float | None
    low: int | None
    high: int | None
    minutes: float
    state: str

    @property
    def is_cut(self) -> bool:
        return 0 < self.minutes < _HOUR


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive hours without an event, in which `expected` events together are usual."""

    first: int
    last: int
    expected: float


@dataclass(frozen=True, slots=True)
class Profile:
    """The hours of the judged day.

    days: the earlier days with events that it is compared with, by the rule of the volume; weekday:
    which one, where they are the same. expected: of the whole day so far, as that rule says it.
    """

    hours: tuple[Hour, ...]
    gaps: tuple[Gap, ...]
    days: tuple[date, ...]
    event: str | None
    until: datetime | None
    weekday: str | None = None
    expected: float | None = None


def read(
    context: Context, *, event: str | None = None, usual_day: UsualDay | None = None
) -> Profile:
    """Events per hour of the judged day, of one name or of all, against usual ones.

    usual_day: what the volume rule compares the day with (`Volume.usual_day`); None: it is read.
    An hour is compared with the same hour of those days, on which the volume was in its range, so
    that no incident becomes the usual. Hours are of the wall clock in the shop's zone: a skipped
    one has no count, a repeated one has both, and neither is compared with. The running hour is
    compared with the same minutes. Raises MeasurementError.
    """
    frame = context.frame
    usual_day = usual_day or read_volume(context, days=1).usual_day(event)
    slots = hour_slots(frame, {*usual_day.days, *usual_day.others})
    counts = read_hours(
        context.warehouse, source_of(context), slots, context.naive.events, frame.zone, event
    )
    days = usual_day.with_events({slot.day for slot, count in counts.items() if count})
    today = {slot.hour: slot for slot in slots if slot.day == frame.data_date}
    shape = _Shape(usual_day, counts, days, begun=[h for h, slot in today.items() if slot.minutes])
    hours = [_hour(hour, today.get(hour), counts, shape) for hour in range(24)]
    gaps = _gaps(hours, context.config.checks["event_volume"].params.min_per_day)
    return Profile(
        hours=tuple(replace(hour, state=_state(hour, gaps)) for hour in hours),
        gaps=gaps,
        days=days,
        event=event,
        until=frame.until,
        weekday=usual_day.weekday if days == usual_day.days else None,
        expected=usual_day.expected,
    )


class _Shape:
    """How the events of a usual day are spread over its hours."""

    def __init__(
        self,
        usual_day: UsualDay,
        counts: Mapping[Slot, int],
        days: Collection[date],
        begun: Collection[int],
    ) -> None:
        self._by_hour: dict[int, list[int]] = {hour: [] for hour in range(24)}
        for slot, count in counts.items():
            if slot.day in days and 0 < slot.minutes <= _HOUR:
                self._by_hour[slot.hour].append(count)
        whole = fsum(mean(known) for hour in begun if (known := self._by_hour[hour]))
        self._scale = usual_day.expected / whole if usual_day.expected and whole else 1.0
        self._spread = usual_day.spread

    def of(self, hour: int) -> tuple[float, int, int] | None:
        """What is usual of an hour, and its normal range.

        That is the part of it which is normal for the whole day, what the days compared with had,
        and what counting noise makes of the usual number (three deviations).
        """
        known = self._by_hour[hour]
        if not known:
            return None
        typical = mean(known) * self._scale
        noise, (least, most) = _DEVIATIONS * sqrt(typical), self._spread
        low = min(*known, typical * least, typical - noise)
        high = max(*known, typical * most, typical + noise)
        return typical, max(0, ceil(low)), floor(high)


def _hour(hour: int, slot: Slot | None, counts: Mapping[Slot, int], shape: _Shape) -> Hour:
    minutes = slot.minutes if slot else 0.0
    typical, low, high = shape.of(hour) or (None, None, None)
    return Hour(
        hour=hour,
        events=counts[slot] if slot and minutes else None,
        usual_events=typical,
        low=low,
        high=high,
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
        expected = fsum(hour.usual_events or 0.0 for hour in in_a_row)
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
    if hour.low is None or hour.high is None:
        return UNCOMPARED
    if hour.events < hour.low:
        return BELOW
    return ABOVE if hour.events > hour.high else WITHIN
