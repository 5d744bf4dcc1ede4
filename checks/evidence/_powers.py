"""What the checks of volume detect on a pipeline's days, and how often they would have failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from checks.detection import Power


@dataclass(frozen=True, slots=True)
class Alarm:
    """A day on which a check would have failed by its rule.

    events: of the day, or of the week that ends with it, or of the name or value that `subject`
    is. low, high: the normal ones; no `high` where only too few are told. warns: whether the day is
    amber only. at_level: whether it was one of the days at a level that stayed, be it in its range
    or not. silent: whether the name `subject` had no events, which is red. is_bound: whether it had
    at most so many events, as it may be among values that were too many. by_weekday: whether it
    only warns as the day is normal for its weekday.
    """

    day: date
    events: int
    low: float
    high: float | None
    warns: bool = False
    at_level: bool = False
    subject: str = ""
    silent: bool = False
    is_bound: bool = False
    by_weekday: bool = False


@dataclass(frozen=True, slots=True)
class RulePower:
    """What one check detects, and the days on which it would have failed, newest first.

    power: of the one series that it judges; None for `event_volume`, which judges many.
    out_of_range: red days and amber ones, for `event_volume` one for each name and value.
    days_judged: on which there was enough history to judge. period: what it sums up before it
    judges.
    """

    check: str
    power: Power | None
    out_of_range: tuple[Alarm, ...]
    days_judged: int
    period: str = "day"

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What would have been red."""
        return tuple(alarm for alarm in self.out_of_range if not alarm.warns)

    @property
    def warnings(self) -> tuple[Alarm, ...]:
        """What would have been amber."""
        return tuple(alarm for alarm in self.out_of_range if alarm.warns)

    @property
    def red_days(self) -> frozenset[date]:
        """The days on which it would have been red."""
        return frozenset(alarm.day for alarm in self.alarms)

    @property
    def amber_days(self) -> frozenset[date]:
        """The days on which it would have been amber."""
        return frozenset(alarm.day for alarm in self.warnings) - self.red_days


@dataclass(frozen=True, slots=True)
class PartPower:
    """What `event_volume` detects of a name, a value of a dimension, or a group of rare ones.

    events: the median of its `days_judged` days, on which its count is known. amber_day_count: on
    how many days it was out of its range or at a level. power: on the days on which neither it nor
    the volume was.
    """

    label: str
    dimension: str
    events: float
    power: Power
    days_judged: int
    amber_day_count: int


@dataclass(frozen=True, slots=True)
class Powers:
    """The enabled checks of volume over the `days` days up to `until`.

    parts: of `event_volume`, those with most events first.
    """

    until: date
    days: int
    rules: tuple[RulePower, ...]
    parts: tuple[PartPower, ...] = ()

    @property
    def red_days(self) -> frozenset[date]:
        """The days on which any of the checks would have been red."""
        return _union(rule.red_days for rule in self.rules)

    @property
    def amber_days(self) -> frozenset[date]:
        """The other days on which any of them would have been amber."""
        return _union(rule.amber_days for rule in self.rules) - self.red_days

    @property
    def days_judged(self) -> int:
        """Those of the check with most."""
        return max((rule.days_judged for rule in self.rules), default=0)


def _union(sets: Iterable[frozenset[date]]) -> frozenset[date]:
    return frozenset[date]().union(*sets)
