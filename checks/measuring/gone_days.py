"""Days that the warehouse no longer has, by what is remembered of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import takewhile

from checks.core.counts import NAME, DayCounts, RememberedCounts, Values, value_text
from checks.core.metrics import EventCounts
from checks.core.totals import bulk_day

#: Of what a day usually has.
_STRAY = 0.1


def with_recalled(
    recent: EventCounts,
    known: Mapping[date, RememberedCounts],
    holds_before: Callable[[date, int], bool],
) -> EventCounts:
    """The window with what is remembered of its first days, where they are gone.

    A table that keeps a few days only has no event of the days before, but for stray ones, and may
    have a part of its oldest day. The judged day is never recalled. known: what is remembered of
    all days that say what is normal. holds_before: whether the warehouse has so many events before
    a day; then the days without events are as they are.
    """
    least = least_of_day(known, recent.days[-1])
    leading = _leading(recent, least)
    recalled = [day for day, total in leading if has_more(known.get(day), total)]
    missing = missing_days(leading, known, least)
    alone = len(leading) == len(recent.days) - 1 and all(total < least for _, total in leading)
    is_less = alone and has_more(known.get(recent.days[-1]), recent.judged)
    if not (recalled or missing or is_less) or holds_before(recent.days[0], least):
        return recent
    whole = _with_days(recent, {day: known[day].counts.by_dimension[NAME] for day in recalled})
    return replace(
        whole.without(missing),
        has_earlier=recent.has_earlier or _has_day_by(recent.days[0], known, least),
        stands_alone=alone,
    )


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
    """Of the first days of a stretch, which the warehouse no longer has: those that nobody knows.

    leading: the days and their events in the warehouse, up to the oldest that it has, which may be
    cut. Days before the first that is remembered with events were before the shop.
    """
    real = (day for day, remembered in known.items() if remembered.counts.total >= least)
    first = min(real, default=date.max)
    return [day for day, total in leading if total < least and day > first and day not in known]


def _has_day_by(day: date, known: Mapping[date, RememberedCounts], least: int) -> bool:
    """Whether a day up to this one is remembered with so many events."""
    return any(other <= day and counts.counts.total >= least for other, counts in known.items())


def least_of_day(known: Mapping[date, RememberedCounts], judged: date | None = None) -> int:
    """So many events show that a day is there: fewer are stray ones that came late.

    judged: a day that does not say it, as its own count may be the fault that is repaired.
    """
    totals = (counts.counts.total for day, counts in known.items() if day != judged)
    return max(1, round(_STRAY * bulk_day(totals)))


def _leading(recent: EventCounts, least: int) -> list[tuple[date, int]]:
    """The days of the window up to the first one with events, which may be cut; not the judged."""
    pairs = list(zip(recent.days[:-1], recent.totals()[:-1], strict=True))
    return leading_pairs(pairs, least)


def leading_pairs(pairs: list[tuple[date, int]], least: int) -> list[tuple[date, int]]:
    """Days and their events, up to the first that has so many."""
    before = list(takewhile(lambda pair: pair[1] < least, pairs))
    return pairs[: len(before) + 1]


def leading_gone(
    counted: Mapping[date, DayCounts],
    known: Mapping[date, RememberedCounts],
    days: list[date],
    least: int,
) -> Iterator[date]:
    """Of `days`, in order, those up to the first one with events that are remembered with more.

    The first one too: a table that keeps so many hours has a part of its oldest day.
    """
    for day in days:
        if day in known and known[day].counts.total > counted[day].total:
            yield day
        if counted[day].total >= least:
            return
