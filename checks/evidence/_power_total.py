"""What the rules of the total detect, and when they would have failed. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta

from checks.catalog import volume_expected, volume_trend, volume_zscore
from checks.core.counts import DailyCounts
from checks.core.model import Status
from checks.detection import (
    FULL_POWER_DAYS,
    Basis,
    ExpectedRange,
    Power,
    expected_range,
    history_days,
    power,
    zscore_range,
)
from checks.detection.baseline import Baseline
from checks.detection.levels import Level
from checks.evidence._epochs import epochs
from checks.evidence._powers import Alarm, RulePower
from checks.evidence._weekday import is_normal_weekday


class TotalRules:
    """The rules of the total on the last `days` days of some counts."""

    def __init__(self, daily: DailyCounts, expected: volume_expected.Params, days: int) -> None:
        self._daily, self._days = daily, days
        self._expected = expected
        self._baseline = volume_expected.baseline_of(expected, daily, every=True)
        self._normal = _normal_ranges(daily, self._baseline)
        level = _level_today(daily, self._baseline, self._normal.get(daily.day))
        self._is_at_level = level is not None
        self._red, self._warned = _failed_days(daily, self._baseline, self._normal, level)
        first, special = daily.day - timedelta(days=days - 1), daily.calendar.special_day
        #: The days that are judged here, and their counts.
        self._tested = {
            day: count
            for day, count in daily.totals().items()
            if day >= first and count and special(day) is None
        }

    def expected(self) -> RulePower:
        """That of `volume_expected`, with the days at a level; its power on the other days."""
        at_level = set(self._baseline.days_at_level())
        alarms = [
            Alarm(
                day, count, self._normal[day].low, self._normal[day].high,
                warns=day in self._warned,
                at_level=day in at_level
                or (day == self._daily.day and self._is_at_level)
                or not self._normal[day].side_of(count),
            )
            for day, count in reversed(self._tested.items())
            if day in self._red or day in self._warned
        ]  # fmt: skip
        judged_days = sum(day in self._normal for day in self._tested)
        return RulePower("volume_expected", self._power(), tuple(alarms), judged_days)

    def _power(self) -> Power:
        """On the days that say what is normal, and on the judged one unless it is at a level."""
        day, kept = self._daily.day, dict(self._baseline.kept)
        if day in self._tested and not self._is_at_level:
            kept[day] = float(self._tested[day])
        minimum_history = _minimum_history(kept, day)

        def judge(history: Mapping[date, float], judged_day: date) -> ExpectedRange | None:
            if history_days(history, judged_day) < minimum_history:
                return None
            return expected_range(history, judged_day, widen=self._expected.widen)

        return power(kept, day, judge, days=self._days)

    def zscore(self, params: volume_zscore.Params, *, weekday_explains: bool) -> RulePower:
        """That of `volume_zscore`. weekday_explains: whether it only warns of normal weekdays."""
        history = {day: float(count) for day, count in self._tested.items()}
        ranges = {day: _zscore_range(self._daily, day, params) for day in self._tested}

        def judge(history: Mapping[date, float], day: date) -> ExpectedRange | None:
            return ranges.get(day)

        rule = power(history, self._daily.day, judge, days=self._days)
        alarms = []
        for day, count in reversed(self._tested.items()):
            normal = ranges[day]
            if normal is not None and normal.side_of(count):
                explained = weekday_explains and is_normal_weekday(count, self._normal.get(day))
                alarms.append(
                    Alarm(
                        day, count, normal.low, normal.high, warns=explained, by_weekday=explained
                    )
                )
        return RulePower("volume_zscore", rule, tuple(alarms), rule.judged)

    def trend(self, params: volume_trend.Params) -> RulePower:
        """That of `volume_trend`: each day stands for the week that ends with it."""
        weeks = [
            week
            for counts, days in epochs(self._daily, list(self._tested))
            for week in volume_trend.weeks(params, counts, days)
        ]
        ranges = {
            week.day: ExpectedRange(week.baseline, week.lowest, math.inf, Basis.WEEKDAY)
            for week in weeks
        }

        def judge(history: Mapping[date, float], day: date) -> ExpectedRange | None:
            return ranges.get(day)

        history = {week.day: week.events for week in weeks}
        rule = power(history, self._daily.day, judge, days=self._days)
        alarms = tuple(
            Alarm(week.day, round(week.events), week.lowest, None, week.status is Status.AMBER)
            for week in reversed(weeks)
            if week.status is not Status.GREEN
        )
        return RulePower("volume_trend", rule, alarms, rule.judged, period="week")


def _zscore_range(
    daily: DailyCounts, day: date, params: volume_zscore.Params
) -> ExpectedRange | None:
    """The Z-score's range of a day by the days before it that the check compares."""
    first = min(daily.totals(), default=daily.day)
    compared = _compared_counts(daily, day, params.window_days)
    is_first_window = (day - first).days < daily.calendar.days_with_open(day, params.window_days)
    if is_first_window or len(compared) < volume_zscore.FEWEST_DAYS:
        return None
    return zscore_range(compared, day, window_days=len(compared), alert_at=params.alert_at)


def _compared_counts(daily: DailyCounts, day: date, window_days: int) -> dict[date, float]:
    """The counts of the window's days that are not in the calendar, as if they were in a row."""
    counts, calendar = daily.totals(), daily.calendar
    window, earlier = list[date](), day
    for _ in range(window_days):
        earlier = calendar.open_day_before(earlier)
        window.append(earlier)
    usable = [other for other in window if other in counts and calendar.special_day(other) is None]
    return {day - timedelta(days=n): float(counts[other]) for n, other in enumerate(usable, 1)}


def _normal_ranges(daily: DailyCounts, baseline: Baseline) -> dict[date, ExpectedRange]:
    """The normal range of each day by the days before it."""
    today = baseline.range_on(daily.day)
    return {**baseline.normal, **({} if today is None else {daily.day: today})}


def _level_today(
    daily: DailyCounts, baseline: Baseline, normal: ExpectedRange | None
) -> Level | None:
    """The level that the judged day is at and that nobody accepted."""
    count = daily.totals().get(daily.day)
    return None if not count or normal is None else baseline.level_with(daily.day, count, normal)


def _failed_days(
    daily: DailyCounts,
    baseline: Baseline,
    normal: Mapping[date, ExpectedRange],
    level: Level | None,
) -> tuple[set[date], set[date]]:
    """The days that were red, and those that were amber. level: of the judged day."""
    red, warned, day = set(baseline.red), set(baseline.warned), daily.day
    if level is not None and level.only_warns:
        warned.add(day)
    elif level is not None or (day in normal and normal[day].side_of(daily.totals().get(day, 0))):
        red.add(day)
    return red, warned


def _minimum_history(kept: Mapping[date, float], day: date) -> int:
    """With how many days of history the range is the full rule's; with fewer it is wider.

    Days with less are left out of the power. 0 where the shop has no others.
    """
    return FULL_POWER_DAYS if history_days(kept, day) > FULL_POWER_DAYS else 0
