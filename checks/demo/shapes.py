"""The shapes of the demo's shop: which sources its log has, when they load, and which days rest.

A shape is how the shop works on every day; what is wrong with its last day is a scenario's matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

_DAY = timedelta(days=1)
_EVERY_DAY = frozenset(range(7))
_MONDAY_TO_FRIDAY = frozenset(range(5))
_SUNDAY = 6
#: A load of the nightly shop starts a little after 05:38 UTC.
NIGHTLY_LOAD_AT = timedelta(hours=5, minutes=38)


@dataclass(frozen=True, slots=True)
class Feed:
    """One source of the log.

    source: its name, with the newest data day of a load. load_at: from the midnight of its run date
    to its load. run_weekdays: on which it loads, Monday is 0; several days wait for the next load.
    families: the device families whose events it has; percent: of all visits, those that it has
    whatever their device. The first feed of a shape has the rest.
    is_hourly: one entry an hour, stamped with the hour that it loads.
    in_one_file: whether days that waited are one load, instead of one each.
    """

    source: str
    load_at: timedelta
    run_weekdays: frozenset[int] = _EVERY_DAY
    families: frozenset[int] = frozenset()
    percent: int = 0
    is_hourly: bool = False
    in_one_file: bool = False

    def run_date(self, day: date, lag_days: int) -> date:
        """The run date on which a data day is loaded."""
        run_date = day + timedelta(days=lag_days)
        while run_date.weekday() not in self.run_weekdays:
            run_date += _DAY
        return run_date


@dataclass(frozen=True, slots=True)
class Shape:
    """How a shop and its pipeline work.

    config: its `andon.yml`, among the files of this package. gate_at: from the midnight of a run
    date to the gate that judges it. last_run_weekdays: the weekdays that a demo may end on.
    closed_weekdays: those without events. lag_days: from a data day to its run date.
    """

    name: str
    config: str
    feeds: tuple[Feed, ...]
    gate_at: timedelta
    last_run_weekdays: frozenset[int] = _EVERY_DAY
    closed_weekdays: frozenset[int] = frozenset()
    lag_days: int = 1

    def is_open(self, day: date) -> bool:
        """Whether a data day has events."""
        return day.weekday() not in self.closed_weekdays

    def is_run_date(self, day: date) -> bool:
        """Whether the pipeline runs on a day."""
        return any(day.weekday() in feed.run_weekdays for feed in self.feeds)

    def run_dates(self, first: date, last: date) -> Iterator[date]:
        """The run dates from `first` to `last`, both included."""
        days = ((last - first).days + 1) if first <= last else 0
        return (d for d in (first + n * _DAY for n in range(days)) if self.is_run_date(d))

    def loading_at(self, load_at: timedelta) -> Shape:
        """The shape with its first feed's loads at another time after their midnight."""
        first, *others = self.feeds
        return replace(self, feeds=(replace(first, load_at=load_at), *others))

    def judged_at(self, run_date: date) -> datetime:
        """When the gate of a run date asks, in UTC."""
        return datetime.combine(run_date, time(), UTC) + self.gate_at

    def last_run_date(self, today: date, now: datetime | None) -> date:
        """The newest run date up to `today` that a demo may end on and whose gate is not after now.

        The nightly shop runs earlier in the night instead, where its gate would be after now.
        """
        for back in range(min(2 * len(_EVERY_DAY), (today - date.min).days)):
            run_date = today - back * _DAY
            is_over = self is NIGHTLY or now is None or self.judged_at(run_date) <= now
            if run_date.weekday() in self.last_run_weekdays and is_over:
                return run_date
        return today

    def days_of_load(self, feed: Feed, day: date) -> frozenset[date]:
        """The data days that a feed loads on the same run date as a day, itself included."""
        run_date = feed.run_date(day, self.lag_days)
        around = (day + n * _DAY for n in range(-len(_EVERY_DAY), len(_EVERY_DAY)))
        return frozenset(d for d in around if feed.run_date(d, self.lag_days) == run_date)


NIGHTLY = Shape(
    "nightly",
    "andon.yml",
    (Feed("events_{:%Y%m%d}.csv", NIGHTLY_LOAD_AT),),
    gate_at=timedelta(hours=6, minutes=15),
)

#: Monday's run loads Friday, Saturday and Sunday: a file and an entry for each.
WEEKDAYS_ONLY = Shape(
    "weekdays-only",
    "weekdays_only.yml",
    (Feed("events_{:%Y%m%d}.csv", timedelta(hours=6), _MONDAY_TO_FRIDAY),),
    gate_at=timedelta(hours=7),
    last_run_weekdays=_MONDAY_TO_FRIDAY,
)

#: The marketplace sends a file on Monday to Friday; that of Monday has the weekend in it.
THREE_SOURCES = Shape(
    "three-sources",
    "three_sources.yml",
    (
        Feed("events_web_{:%Y%m%d}.csv", timedelta(hours=5, minutes=40)),
        Feed("events_app_{:%Y%m%d}.csv", timedelta(hours=6, minutes=10), families=frozenset({1})),
        Feed(
            "events_marketplace_{:%Y%m%d}.csv",
            timedelta(hours=8, minutes=40),
            _MONDAY_TO_FRIDAY,
            percent=5,
            in_one_file=True,
        ),
    ),
    gate_at=timedelta(hours=9),
    last_run_weekdays=_MONDAY_TO_FRIDAY,
)

#: The entry of the last hour is there after midnight, and then the gate asks.
HOURLY_LOADS = Shape(
    "hourly-loads",
    "hourly_loads.yml",
    (Feed("clickstream", timedelta(), is_hourly=True),),
    gate_at=timedelta(days=1, minutes=15),
    lag_days=0,
)

#: The pipeline runs on every day; Monday's run finds a file without events.
CLOSED_ON_SUNDAYS = Shape(
    "closed-on-sundays",
    "closed_on_sundays.yml",
    (Feed("events_{:%Y%m%d}.csv", timedelta(hours=5, minutes=30)),),
    gate_at=timedelta(hours=6, minutes=15),
    last_run_weekdays=_EVERY_DAY - {(_SUNDAY + 1) % len(_EVERY_DAY)},
    closed_weekdays=frozenset({_SUNDAY}),
)
