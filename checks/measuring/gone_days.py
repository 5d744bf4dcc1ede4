"""Days that the warehouse no longer has, by what is remembered of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import Protocol

from checks.core.counts import NAME, RememberedCounts, Values, value_text
from checks.core.metrics import EventCounts
from checks.core.totals import bulk_day_events

#: A day counts as there from a tenth of a usual day's events on, and from two events on.
_PART, _FEWEST = 10, 2
_DAYS_PER_WEEK = 7


class TableProbe(Protocol):
    """What is asked of the events table only where days may be gone. Raises MeasurementError."""

    def keeps_before(self, day: date, known: Mapping[date, RememberedCounts], least: int) -> bool:
        """Whether the warehouse keeps a day before this one. least: events that show a day."""

    def is_cut(self, day: date) -> bool:
        """Whether the warehouse has no event of the day's first hours."""


def with_recalled(
    recent: EventCounts,
    known: Mapping[date, RememberedCounts],
    table: TableProbe,
    closed: Collection[date] = (),
) -> EventCounts:
    """The window with what is remembered of its first days, where they are gone.

    A table that keeps only a few days has only stray events of the days before, and may have a
    part of its oldest day. The judged day is never recalled. known: what is remembered of all days
    that say what is normal. Where the warehouse keeps a day before, the days without events are as
    they are. closed: days without events by the calendar, which are never missing.
    """
    counts = dict(zip(recent.days, recent.totals(), strict=True))
    least = least_of_day(known, counts, recent.days[-1])
    judged, total = counts.popitem()
    if has_day_by(recent.days[0], known, least):
        recent = replace(recent, has_earlier=True)
    leading = leading_days(counts, known, least)
    recalled = [day for day, events in leading if has_more(known.get(day), events)]
    open_days = [(day, events) for day, events in leading if day not in closed]
    missing = missing_days(open_days, known, least, table.is_cut)
    alone = not any(shows_kept(day, events, known, least) for day, events in leading)
    is_less = alone and has_more(known.get(judged), total)
    if not (recalled or missing or is_less) or table.keeps_before(recent.days[0], known, least):
        return recent
    whole = _with_days(recent, {day: known[day].counts.by_dimension[NAME] for day in recalled})
    return replace(whole.without(missing), stands_alone=alone)


def _with_days(recent: EventCounts, recalled: Mapping[date, Values]) -> EventCounts:
    """The window with the names of some of its days as they are remembered."""
    by_name = {name: list(series) for name, series in recent.by_name.items()}
    whole_names = {value_text(name): name for name in by_name}
    rest = [0] * len(recent.days)
    for day, names in recalled.items():
        index = recent.days.index(day)
        for series in by_name.values():
            series[index] = 0
        for name, events in names.events.items():
            key = whole_names.get(name, name)
            by_name.setdefault(key, [0] * len(recent.days))[index] += events
        rest[index] = names.rest
    return replace(
        recent,
        by_name={name: tuple(series) for name, series in sorted(by_name.items())},
        recalled=tuple(recalled),
        rest=tuple(rest) if any(rest) else (),
    )


def has_more(remembered: RememberedCounts | None, total: int) -> bool:
    """Whether a day is remembered with more events than these."""
    return remembered is not None and remembered.counts.total > total


def missing_days(
    leading: Iterable[tuple[date, int]],
    known: Mapping[date, RememberedCounts],
    least: int,
    is_cut: Callable[[date], bool],
) -> list[date]:
    """Of the first days of a stretch, which the warehouse no longer has: those that are not
    remembered either.

    leading: the days and their events in the warehouse, up to the oldest that it has. Of that one
    it may have a part: is_cut. Days before the first that is remembered with events are from
    before the shop began.
    """
    real = (day for day, remembered in known.items() if remembered.counts.total >= least)
    first = min(real, default=date.max)
    unknown = [(day, total) for day, total in leading if day > first and day not in known]
    return [day for day, total in unknown if total < least or is_cut(day)]


def has_day_by(day: date, known: Mapping[date, RememberedCounts], least: int) -> bool:
    """Whether a day up to this one is remembered with at least `least` events."""
    return any(other <= day and counts.counts.total >= least for other, counts in known.items())


def least_of_day(
    known: Mapping[date, RememberedCounts],
    counted: Mapping[date, int],
    judged: date | None = None,
) -> int:
    """The fewest events that show that a day is there; fewer are stray events that came late.

    A tenth of a usual day: one like the newest days that the warehouse has as they are remembered,
    else like the newest week that is remembered. A day that was repaired since counts as it is now.
    counted: events of days as they are now. judged: a day that does not say what is usual,
    as its own count may be the fault that is repaired.
    """
    remembered = {
        day: known[day].counts.total for day in sorted(known, reverse=True) if day != judged
    }
    stray = max(counted.values(), default=0) // _PART
    repaired = {
        day: total for day, total in counted.items() if stray < total < remembered.get(day, 0)
    }
    totals = remembered | repaired
    held = list(takewhile(lambda day: counted.get(day, -1) >= totals[day], totals))
    if any(day not in repaired and totals[day] > stray for day in held):
        return _tenth(bulk_day_events(totals[day] for day in held))
    newest = [total for total in totals.values() if total][:_DAYS_PER_WEEK]
    return _tenth(bulk_day_events(newest))


def _tenth(total: int) -> int:
    """A tenth, rounded up, and at least two."""
    return max(_FEWEST, -(-total // _PART))


def shows_kept(day: date, total: int, known: Mapping[date, RememberedCounts], least: int) -> bool:
    """Whether a day with `total` events shows that the warehouse keeps the days from it on.

    One that was remembered with next to nothing, or as gone, does not, nor does one before a day
    that is remembered as gone: it was loaded again alone.
    """
    remembered = known.get(day)
    was_there = remembered is None or remembered.counts.total >= least
    return (
        total >= least
        and was_there
        and not any(counts.gone_at for later, counts in known.items() if later >= day)
    )


def leading_days(
    totals: Mapping[date, int], known: Mapping[date, RememberedCounts], least: int
) -> list[tuple[date, int]]:
    """Days and their events in order, up to the first that the warehouse keeps.

    That day is included: a table that keeps a number of hours has only a part of its oldest day.
    """
    leading = []
    for day in sorted(totals):
        leading.append((day, totals[day]))
        if shows_kept(day, totals[day], known, least):
            break
    return leading


def gone_days(
    totals: Mapping[date, int], known: Mapping[date, RememberedCounts], least: int
) -> list[date]:
    """The leading days that are remembered with more events than the warehouse has of them."""
    leading = leading_days(totals, known, least)
    return [day for day, total in leading if has_more(known.get(day), total)]
