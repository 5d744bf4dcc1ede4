"""Which entries the demo's log has: one for each load of a feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from checks.demo.calendar import PlannedDay
from checks.demo.shapes import Feed, Shape

_HOURS = 24
_EPOCH = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
_NEXT_FILE_AFTER = timedelta(minutes=1)
#: A file that is loaded again is so 27 minutes later.
_SECOND_LOAD_AFTER = timedelta(minutes=27)
#: Longer than a load may be late, and than it takes until a second one.
LOADED_AFTER = timedelta(minutes=35)


@dataclass(frozen=True, slots=True)
class PlannedLoad:
    """One entry: what a feed brings of some hours, counted from 1970, `until_hour` not included."""

    source: str
    feed: int
    from_hour: int
    until_hour: int
    run_us: int
    failed: bool = False


def plan_loads(plan: Sequence[PlannedDay], shape: Shape, seed: int) -> Iterator[PlannedLoad]:
    """Every load of the planned days, feed by feed."""
    for number, feed in enumerate(shape.feeds):
        days = [day for day in plan if feed.source != day.faults.missing_source]
        if feed.is_hourly:
            yield from _hourly(number, feed, days)
        elif feed.in_one_file:
            for together in _by_run(feed, days, shape):
                yield from _daily(number, feed, together, shape, seed)
        else:
            for day in days:
                yield from _daily(number, feed, [day], shape, seed)


def _by_run(feed: Feed, days: Sequence[PlannedDay], shape: Shape) -> Iterator[list[PlannedDay]]:
    """The days that are loaded together."""
    for _, together in groupby(days, lambda day: feed.run_date(day.date, shape.lag_days)):
        yield list(together)


def _daily(
    number: int, feed: Feed, days: Sequence[PlannedDay], shape: Shape, seed: int
) -> Iterator[PlannedLoad]:
    """The load of one file, as often as its newest day says."""
    newest = days[-1]
    run_date = feed.run_date(newest.date, shape.lag_days)
    last = run_date - timedelta(days=shape.lag_days)
    run_us = _hour(run_date) * _HOUR_US + feed.load_at // _MICROSECOND + _lateness_us(last, seed)
    # Files that waited for one run are loaded one after the other, the oldest first.
    waited = min(shape.days_of_load(feed, last))
    run_us += (newest.date - waited).days * (_NEXT_FILE_AFTER // _MICROSECOND)
    for copy in range(newest.faults.copies):
        yield PlannedLoad(
            feed.source.format(newest.date),
            number,
            _hour(days[0].date),
            _hour(newest.date) + _HOURS,
            run_us + copy * (_SECOND_LOAD_AFTER // _MICROSECOND),
        )


def _hourly(number: int, feed: Feed, days: Sequence[PlannedDay]) -> Iterator[PlannedLoad]:
    for day in days:
        for hour in range(_HOURS):
            start = _hour(day.date) + hour
            run_us = start * _HOUR_US + feed.load_at // _MICROSECOND
            failed = hour in day.faults.failed_hours
            yield PlannedLoad(feed.source, number, start, start + 1, run_us, failed)


def _hour(day: date) -> int:
    """The first hour of a day, counted from 1970."""
    return (day.toordinal() - _EPOCH) * _HOURS


def _lateness_us(day: date, seed: int) -> int:
    """How late a load starts: up to four minutes, as one job among others."""
    return (day.toordinal() * 7919 + seed * 104729) % 240 * 1_000_000
