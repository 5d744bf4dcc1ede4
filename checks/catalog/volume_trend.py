"""Is the volume sinking so slowly that no day stands out?

What: the events of the last 7 days against the median of the six weeks before them.
Why: a decline of a few percent a day moves the level that every daily rule compares with.
Source of the rule: measured on public daily series, docs/volume.md; `checks.detection` has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from checks.catalog._levels import total_baseline
from checks.core.counts import DailyCounts
from checks.core.model import NO_FACTS, Cause, Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.text import change_text, count_text, deciding, short_day
from checks.core.totals import median
from checks.detection import Trend, weekly_trend
from checks.judging.check import Check, LoadFact, Worse
from checks.judging.unmeasured import learning, skipped, unknown

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "change"
#: Days before the data date that the first trend needs: three weeks before the week itself, and
#: seven earlier comparisons.
TREND_DAYS = 32


@dataclass(frozen=True, slots=True)
class Params:
    """The smallest decline that counts."""

    alert_at: float = setting(
        "Amber at this decline of a week against the weeks before. Where weeks vary a lot, the "
        "limit is higher: 1.5 times the change that 90 % of the weeks stay within.",
        0.15,
        above=0,
        maximum=1,
    )


def measure(params: Params, data: Readings) -> DailyCounts:
    """Events per day, over the whole history that `volume_expected` uses."""
    return data.daily_counts()


def judge(params: Params, daily: DailyCounts, frame: Timeframe) -> Judgement:
    """Amber for a week far below the weeks before; skipped while there are too few.

    Also skipped on a closed day, and where closures leave too few days to compare.
    """
    if (closed := daily.calendar.closed_reason(daily.day)) is not None:
        return skipped(_METRIC, closed)
    counts = _counts(daily)
    trend = weekly_trend(counts, daily.day, least=params.alert_at)
    if trend is not None:
        events = daily.counted[daily.day].total
        details = _details(trend) | {"events": events}
        if not trend.is_declining or events:
            return _judgement(trend, frame, details)
        declines = _declines_without(counts, daily.day, params)
        details["declines_without_the_day"] = declines
        return _judgement(trend, frame, details, Facts(fails_for_empty_day=not declines))
    if (days := daily.days_learned_if_too_few(TREND_DAYS)) is not None:
        judgement = learning(_METRIC, days, TREND_DAYS)
        # Where the shop became so big that its days before are no history, it learns once more.
        return replace(judgement, learning_days=None) if daily.has_strays() else judgement
    if weekly_trend(_with_usual_closed_days(counts, daily), daily.day) is not None:
        return skipped(_METRIC, "too many of the days before are closed")
    return unknown(
        _METRIC, Cause.BAD_VALUE,
        f"too few of the {len(daily.days) - 1} days before {frame.data_date} can be used",
        what="The trend", action="Find out why the weeks before have no events",
        unit="share",
    )  # fmt: skip


def _counts(daily: DailyCounts) -> dict[date, float]:
    """Events per day without calendar days and outages; outliers stay, as they may be the trend.

    Days before a level that was accepted count as if they were at it.
    Weekdays on which the shop is always closed have 0 events, whatever arrived.
    """
    totals = daily.totals()
    days = total_baseline(daily)
    empty = {day for day in days.left_out if not totals[day]}
    counts = {
        day: count * days.factor_of(day)
        for day, count in totals.items()
        if day not in empty and daily.calendar.special_day(day) is None
    }
    open_weekdays = {day.weekday() for day in daily.days}
    return counts | {day: 0.0 for day in _closed_days(daily) if day.weekday() not in open_weekdays}


def _closed_days(daily: DailyCounts) -> Iterator[date]:
    """The closed days since the shop's history began."""
    first = min(daily.totals(), default=daily.day)
    for day in daily.calendar.special_days:
        if first <= day < daily.day and daily.calendar.closed_reason(day) is not None:
            yield day


def _with_usual_closed_days(counts: Mapping[date, float], daily: DailyCounts) -> dict[date, float]:
    """The counts as if each closed day had the median of all open ones."""
    median_events = median(counts.values()) or 0.0
    return dict.fromkeys(_closed_days(daily), median_events) | dict(counts)


def _declines_without(counts: dict[date, float], day: date, params: Params) -> bool:
    """Whether the week declines although the judged day counts as a usual one of its weekday."""
    others = {other: count for other, count in counts.items() if other != day}
    trend = weekly_trend(others, day, least=params.alert_at)
    return trend is None or trend.is_declining


def _judgement(
    trend: Trend, frame: Timeframe, details: dict[str, Any], facts: Facts = NO_FACTS
) -> Judgement:
    shown = deciding(trend.change, -trend.limit, 3)
    return Judgement(
        status=Status.AMBER if trend.is_declining else Status.GREEN,
        message=f"{_METRIC}={shown} (above {-trend.limit:.3f})",
        summary=_summary(trend, frame),
        action="Find out on the volume page since when the volume declines, and for which names"
        if trend.is_declining
        else "Nothing to do",
        value=trend.change,
        threshold=-trend.limit,
        unit="share",
        details=details,
        facts=facts,
    )


def _summary(trend: Trend, frame: Timeframe) -> str:
    return (
        f"The 7 days up to {short_day(frame.data_date)} have {count_text(round(trend.week))} "
        f"events, {change_text(trend.change)} against {count_text(round(trend.baseline))}, the "
        f"median of the {trend.weeks} weeks before (amber at a decline "
        f"of {trend.limit * 100:.0f} % or more)"
    )


def _details(trend: Trend) -> dict[str, Any]:
    return {
        "week": trend.week,
        "usual_week": trend.baseline,
        "weeks": trend.weeks,
        "limit": trend.limit,
        "filters": {},
    }


CHECK = Check(
    id="volume_trend",
    layer=Layer.BUSINESS,
    order=75,
    metric=_METRIC,
    unit="share",
    page="volume",
    needs=("events",),
    counts="events",
    compares_days=True,
    rule="The events of the last 7 days are less than alert_at below the median of the six weeks "
    "before (else amber); where weeks vary a lot, the limit is higher.",
    why="A decline of a few percent a day moves the level that every daily rule compares with.",
    advice="Find the event name or the segment that declines, and since when.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    worse=Worse.LOWER,
    signed=True,
)
