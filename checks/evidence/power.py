"""What the volume rules would have seen on a pipeline's own days, and how often they alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from checks.catalog import volume_expected, volume_zscore
from checks.core.counts import DailyCounts
from checks.detection import (
    CAUGHT_SHARE,
    WEEKDAY_DAYS,
    ExpectedRange,
    Judge,
    Power,
    expected_range,
    history_days,
    power,
    zscore_range,
)
from checks.evidence._daily import read_daily
from checks.evidence._days import read_days, window_of
from checks.evidence.context import Context
from checks.measuring.plan import MeasuringPlan

__all__ = ["CAUGHT_SHARE", "Alarm", "Powers", "RulePower", "powers", "read"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A day whose real count was out of a rule's range."""

    day: date
    events: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RulePower:
    """What one check's rule sees, and the days on which it would have alarmed, newest first."""

    check: str
    power: Power
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Powers:
    """The rules side by side, over the `days` days up to `until`."""

    until: date
    days: int
    rules: tuple[RulePower, ...]


def read(context: Context, *, days: int = 90) -> Powers:
    """Both rules on the `days` days up to the judged one, by the days that evaluations look at.

    Days in the calendar and days without events are not judged: an alarm there is no mistake.
    Raises MeasurementError.
    """
    events = read_days(
        context, MeasuringPlan.of(context.config).recent_days - window_of(context) + 1
    )
    daily = read_daily(context, events, dimensions=False)
    checks = context.config.checks
    return powers(
        daily, checks["volume_expected"].params, checks["volume_zscore"].params, days=days
    )


def powers(
    daily: DailyCounts,
    expected: volume_expected.Params,
    zscore: volume_zscore.Params,
    *,
    days: int = 90,
) -> Powers:
    """What each rule sees on the last `days` days."""
    usual = volume_expected.baseline_of(expected, daily)
    totals = daily.totals()
    kept = {day: float(count) for day, count in totals.items() if day not in usual.left_out}
    everything = {day: float(count) for day, count in totals.items()}
    learned = _learned(kept, daily.day)

    def by_weekday(history: Mapping[date, float], day: date) -> ExpectedRange | None:
        if history_days(history, day) < learned:
            return None
        return expected_range(history, day, widen=expected.widen)

    def by_zscore(history: Mapping[date, float], day: date) -> ExpectedRange | None:
        first = min(everything)
        if day not in kept or (day - first).days < zscore.window_days:
            return None
        return zscore_range(
            everything, day, window_days=zscore.window_days, alert_at=zscore.alert_at
        )

    return Powers(
        daily.day,
        days,
        (
            _of_rule("volume_expected", kept, daily.day, by_weekday, days),
            _of_rule("volume_zscore", kept, daily.day, by_zscore, days),
        ),
    )


def _learned(kept: Mapping[date, float], day: date) -> int:
    """From how many days of history on the weekday's rule is judged: it is wider before.

    The full rule's, unless the shop is too young for it.
    """
    return WEEKDAY_DAYS if history_days(kept, day) > WEEKDAY_DAYS else 0


def _of_rule(
    check: str, history: Mapping[date, float], day: date, judge: Judge, days: int
) -> RulePower:
    found = power(history, day, judge, days=days)
    alarms = []
    for back in range(days):
        on = day - timedelta(days=back)
        usual = judge(history, on) if on in history else None
        if usual is not None and not usual.low <= history[on] <= usual.high:
            alarms.append(Alarm(on, int(history[on]), usual.low, usual.high))
    return RulePower(check, found, tuple(alarms))
