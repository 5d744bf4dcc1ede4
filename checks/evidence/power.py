"""Which changes the volume rules detect on a pipeline's own days, and how often they alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from checks.catalog import volume_expected, volume_zscore
from checks.core.calendar import Calendar
from checks.core.counts import DailyCounts
from checks.detection import (
    CAUGHT_SHARE,
    FULL_POWER_DAYS,
    ExpectedRange,
    Judge,
    Power,
    expected_range,
    history_days,
    power,
    zscore_range,
)
from checks.detection.baseline import Baseline
from checks.evidence._days import read_daily, read_days, window_of
from checks.evidence._weekday import is_normal_weekday, weekday_explains
from checks.evidence.context import Context
from checks.measuring.plan import MeasuringPlan

__all__ = ["CAUGHT_SHARE", "Alarm", "Powers", "RulePower", "powers", "read"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A day whose real count was out of a rule's range.

    warns: whether that is amber only, as the day is normal for its weekday. at_level: whether it
    was red as one of the days at a level that stayed, be it in its range or not.
    """

    day: date
    events: int
    low: float
    high: float
    warns: bool = False
    at_level: bool = False


@dataclass(frozen=True, slots=True)
class RulePower:
    """What one check's rule detects, and the days on which it would have alarmed, newest first.

    out_of_range: red ones and those that only warn.
    """

    check: str
    power: Power
    out_of_range: tuple[Alarm, ...]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The days on which it would have been red."""
        return tuple(alarm for alarm in self.out_of_range if not alarm.warns)

    @property
    def warnings(self) -> tuple[Alarm, ...]:
        """The days on which it would have been amber."""
        return tuple(alarm for alarm in self.out_of_range if alarm.warns)


@dataclass(frozen=True, slots=True)
class Powers:
    """The rules side by side, over the `days` days up to `until`."""

    until: date
    days: int
    rules: tuple[RulePower, ...]


def read(context: Context, *, days: int = 90) -> Powers:
    """Both rules on the `days` days up to the judged one, with the history that evaluations use.

    Days in the calendar and days without events are not judged: an alarm there would be right.
    Raises MeasurementError.
    """
    events = read_days(
        context, MeasuringPlan.of(context.config).recent_days - window_of(context) + 1
    )
    daily = read_daily(context, events, dimensions=False)
    checks = context.config.checks
    return powers(
        daily, checks["volume_expected"].params, checks["volume_zscore"].params, days=days,
        is_explained_by_weekday=weekday_explains(context.config),
    )  # fmt: skip


def powers(
    daily: DailyCounts,
    expected: volume_expected.Params,
    zscore: volume_zscore.Params,
    *,
    days: int = 90,
    is_explained_by_weekday: bool = True,
) -> Powers:
    """What each rule detects on the last `days` days.

    is_explained_by_weekday: whether the Z-score only warns of days that are normal for their
    weekday.
    """
    baseline = volume_expected.baseline_of(expected, daily)
    at_level = _level_alarms(daily, baseline, days)
    kept = _days_by_themselves(daily, baseline, at_level)
    minimum_history = _minimum_history(kept, daily.day)

    def by_weekday(history: Mapping[date, float], day: date) -> ExpectedRange | None:
        if history_days(history, day) < minimum_history:
            return None
        return expected_range(history, day, widen=expected.widen)

    def is_explained(day: date) -> bool:
        normal = expected_range(kept, day, widen=expected.widen)
        return is_explained_by_weekday and is_normal_weekday(kept[day], normal)

    return Powers(
        daily.day,
        days,
        (
            _as_counted(
                _with_levels(
                    _rule_power("volume_expected", kept, daily.day, by_weekday, days), at_level
                ),
                daily,
                baseline,
            ),
            _rule_power(
                "volume_zscore",
                {day: float(daily.totals()[day]) for day in kept},
                daily.day,
                _by_zscore(daily, zscore),
                days,
                is_explained,
            ),
        ),
    )


def _by_zscore(daily: DailyCounts, zscore: volume_zscore.Params) -> Judge:
    """The Z-score of the days of a history, by all open days before each of them."""
    all_counts = {day: float(count) for day, count in daily.totals().items()}
    window = zscore.window_days

    def judge(history: Mapping[date, float], day: date) -> ExpectedRange | None:
        is_first_window = (day - min(all_counts)).days < daily.calendar.days_with_open(day, window)
        if day not in history or is_first_window:
            return None
        counts = _as_days_in_a_row(all_counts, day, daily.calendar, window)
        return zscore_range(counts, day, window_days=window, alert_at=zscore.alert_at)

    return judge


def _level_alarms(daily: DailyCounts, baseline: Baseline, days: int) -> tuple[Alarm, ...]:
    """The days at a level, among the `days` days up to the judged one."""
    totals, first = daily.totals(), daily.day - timedelta(days=days - 1)
    alarms = [
        _alarm_at_level(day, totals[day], baseline.normal[day])
        for day in baseline.days_at_level()
        if day >= first and day in baseline.red
    ]
    normal = baseline.range_on(daily.day)
    if normal is not None and baseline.level_with(daily.day, totals[daily.day], normal) is not None:
        alarms.append(_alarm_at_level(daily.day, totals[daily.day], normal))
    return tuple(alarms)


def _alarm_at_level(day: date, events: int, normal: ExpectedRange) -> Alarm:
    return Alarm(day, events, normal.low, normal.high, at_level=True)


def _days_by_themselves(
    daily: DailyCounts, baseline: Baseline, at_level: Sequence[Alarm]
) -> dict[date, float]:
    """The counts of the days that say what is normal, and of the judged day if it is of these."""
    kept = dict(baseline.kept)
    today = daily.totals().get(daily.day)  # none where no day ever had an event
    is_special = daily.calendar.special_day(daily.day) is not None
    if today is not None and not is_special and daily.day not in {a.day for a in at_level}:
        kept[daily.day] = float(today)
    return kept


def _with_levels(rule: RulePower, at_level: Sequence[Alarm]) -> RulePower:
    """The rule with the days at a level among its alarms, newest first."""
    alarms = sorted((*rule.out_of_range, *at_level), key=lambda alarm: alarm.day, reverse=True)
    return replace(rule, out_of_range=tuple(alarms))


def _as_counted(rule: RulePower, daily: DailyCounts, baseline: Baseline) -> RulePower:
    """The alarms with real counts: those before an accepted level were judged as at it."""
    totals = daily.totals()
    alarms = [
        alarm
        if (factor := baseline.factor_of(alarm.day)) == 1
        else replace(
            alarm, events=totals[alarm.day], low=alarm.low / factor, high=alarm.high / factor
        )
        for alarm in rule.out_of_range
    ]
    return replace(rule, out_of_range=tuple(alarms))


def _as_days_in_a_row(
    counts: Mapping[date, float], day: date, calendar: Calendar, window: int
) -> Mapping[date, float]:
    """The counts of the open days before a day, as if no closed day were between them."""
    shifted, earlier = {}, day
    for back in range(1, window + 1):
        earlier = calendar.open_day_before(earlier)
        if earlier in counts:
            shifted[day - timedelta(days=back)] = counts[earlier]
    return shifted


def _minimum_history(kept: Mapping[date, float], day: date) -> int:
    """The fewest days of history with which the weekday's rule is tested: below it is wider.

    Those of the full rule, or 0 where the history is too short for it.
    """
    return FULL_POWER_DAYS if history_days(kept, day) > FULL_POWER_DAYS else 0


def _never(day: date) -> bool:
    return False


def _rule_power(
    check: str,
    history: Mapping[date, float],
    day: date,
    judge: Judge,
    days: int,
    warns_only: Callable[[date], bool] = _never,
) -> RulePower:
    rule_power = power(history, day, judge, days=days)
    alarms = []
    for back in range(days):
        tested_day = day - timedelta(days=back)
        normal = judge(history, tested_day) if tested_day in history else None
        if normal is not None and not normal.low <= history[tested_day] <= normal.high:
            alarms.append(
                Alarm(
                    tested_day, int(history[tested_day]), normal.low, normal.high,
                    warns=warns_only(tested_day),
                )
            )  # fmt: skip
    return RulePower(check, rule_power, tuple(alarms))
