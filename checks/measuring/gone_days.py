"""Days that the warehouse no longer has, by what is remembered of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from checks.core.counts import NAME, RememberedCounts, Values, value_text
from checks.core.metrics import EventCounts
from checks.core.totals import bulk_day_events

#: Whether the warehouse keeps a day before this one, by what is remembered and by how many events
#: show that a day is there.
KeepsBefore = Callable[[date, Mapping[date, RememberedCounts], int], bool]
#: A day counts as there from a tenth of a usual day's events on, and from two events on.
_PART, _FEWEST = 10, 2
_DAYS_PER_SPIKE, _DAYS_WITH_A_SPIKE = 7, 3


def with_recalled(
    recent: EventCounts,
    known: Mapping[date, RememberedCounts],
    keeps_before: KeepsBefore,
) -> EventCounts:
    """The window with what is remembered of its first days, where they are gone.

    A table that keeps only a few days has only stray events of the days before, and may have a
    part of its oldest day. The judged day is never recalled. known: what is remembered of all days
    that say what is normal. keeps_before: whether the warehouse has a day before; then the days
    without events are as they are.
    """
    counts = dict(zip(recent.days, recent.totals(), strict=True))
    least = least_of_day(known, counts, recent.days[-1])
    judged, total = counts.popitem()
    if has_day_by(recent.days[0], known, least):
        recent = replace(recent, has_earlier=True)
    leading = leading_days(counts, known, least)
    recalled = [day for day, events in leading if has_more(known.get(day), events)]
    missing = missing_days(leading, known, least)
    alone = len(leading) == len(counts) and all(events < least for _, events in leading)
    is_less = alone and has_more(known.get(judged), total)
    if not (recalled or missing or is_less) or keeps_before(recent.days[0], known, least):
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
    leading: Iterable[tuple[date, int]], known: Mapping[date, RememberedCounts], least: int
) -> list[date]:
    """Of the first days of a stretch, which the warehouse no longer has: those that are not
    remembered either.

    leading: the days and their events in the warehouse, up to the oldest that it has, which may be
    cut. Days before the first that is remembered with events are from before the shop began.
    """
    real = (day for day, remembered in known.items() if remembered.counts.total >= least)
    first = min(real, default=date.max)
    return [day for day, total in leading if total < least and day > first and day not in known]


def has_day_by(day: date, known: Mapping[date, RememberedCounts], least: int) -> bool:
    """Whether a day up to this one is remembered with at least `least` events."""
    return any(other <= day and counts.counts.total >= least for other, counts in known.items())


def least_of_day(
    known: Mapping[date, RememberedCounts],
    counted: Mapping[date, int],
    judged: date | None = None,
) -> int:
    """The fewest events that show that a day is there; fewer are stray events that came late.

    A tenth of a usual day, by what is remembered; what was remembered of days that were repaired
    since does not say what is usual. counted: events of days as they are now. judged: a day that
    does not say it either, as its own count may be the fault that is repaired.
    """
    totals = {day: counts.counts.total for day, counts in known.items() if day != judged}
    fewer = {day: total for day, total in counted.items() if total < totals.get(day, 0)}
    unchanged = [total for day, total in totals.items() if day not in fewer]
    if any(unchanged):
        repaired = _tenth(bulk_day_events(unchanged))
        totals |= {day: total for day, total in fewer.items() if total >= repaired}
    without_spikes = bulk_day_events(_without_spikes(totals.values()))
    if max(counted.values(), default=0) < _PART * without_spikes:
        return _tenth(without_spikes)
    return _tenth(bulk_day_events(totals.values()))  # no spikes: today's days are as big


def _tenth(total: int) -> int:
    """A tenth, rounded up, and at least two."""
    return max(_FEWEST, -(-total // _PART))


def _without_spikes(totals: Iterable[int]) -> list[int]:
    """The totals with events; the biggest seventh (at least one from three on) lowered to the next
    smaller.
    """
    ranked = sorted((total for total in totals if total), reverse=True)
    spikes = max(len(ranked) // _DAYS_PER_SPIKE, int(len(ranked) >= _DAYS_WITH_A_SPIKE))
    return [min(total, ranked[spikes]) for total in ranked] if ranked else []


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
