"""Is the volume sinking so slowly that no day stands out?

What: the events of the last 7 days against the median of the six weeks before them; since when
they decline, and whether by one step.
Why: a decline of a few percent a day moves the level that every daily rule compares with.
Source of the rule: measured on public daily series, docs/volume.md; `checks.detection` has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from checks.catalog._levels import total_baseline
from checks.catalog._trend_words import (
    accepted_text,
    action_text,
    onset_details,
    onset_text,
    week_text,
)
from checks.core.counts import DailyCounts
from checks.core.model import NO_FACTS, Cause, Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.text import deciding
from checks.core.totals import median
from checks.detection import Onset, Trend, decline_onset, weekly_trend
from checks.judging.check import Check, LoadFact, Worse
from checks.judging.unmeasured import learning, skipped, unknown

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "change"
#: Days before the data date that the first trend needs: three weeks before the week itself, and
#: seven earlier comparisons.
TREND_DAYS = 32
#: A sale or a holiday in so many days leaves no week to compare for a while.
_JUST_DAYS = 14


@dataclass(frozen=True, slots=True)
class Params:
    """The smallest decline that counts, and the one that stops the line."""

    alert_at: float = setting(
        "Amber at this decline of a week against the weeks before. Where weeks vary a lot, the "
        "limit is higher: 2.5 times the change that 90 % of the weeks stay within, at most 0.9.",
        0.15,
        above=0,
        maximum=1,
    )
    red_at: float | None = setting(
        "Red at this decline of a week. Where weeks vary a lot, the limit is higher: 1.5 times the "
        "change that 90 % of the weeks stay within, at most 0.9. Without it a decline only warns.",
        None,
        above=0,
        maximum=1,
        example="0.3",
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """What stops the line warns as well."""
        if self.red_at is None or self.red_at >= self.alert_at:
            return []
        return [("red_at", str(self.red_at), f"a number of at least alert_at ({self.alert_at})")]


def measure(params: Params, data: Readings) -> DailyCounts:
    """Events per day, over the whole history that `volume_expected` uses."""
    return data.daily_counts()


def judge(params: Params, daily: DailyCounts, frame: Timeframe) -> Judgement:
    """Amber, or red from red_at on, for a week far below the weeks before.

    Skipped while there are too few of them, on a closed day, and where closures leave too few
    days to compare.
    """
    if (closed := daily.calendar.closed_reason(daily.day)) is not None:
        return skipped(_METRIC, closed)
    counts = _counts(daily)
    trend = _trend(params, counts, daily.day)
    if trend is not None:
        return _judged(params, trend, counts, daily, frame)
    if (days := daily.days_learned_if_too_few(TREND_DAYS)) is not None:
        judgement = learning(_METRIC, days, TREND_DAYS)
        # Where the shop became so big that its days before are no history, it learns once more.
        return replace(judgement, learning_days=None) if daily.has_strays() else judgement
    if weekly_trend(_with_usual_days(counts, _closed_days(daily)), daily.day) is not None:
        return skipped(_METRIC, "too many of the days before are closed")
    if weekly_trend(_with_usual_days(counts, _just_special(daily)), daily.day) is not None:
        return skipped(_METRIC, "too many of the days before are in `calendar`")
    return unknown(
        _METRIC, Cause.BAD_VALUE,
        f"too few of the {len(daily.days) - 1} days before {frame.data_date} can be used",
        what="The trend", action="Find out why the weeks before have no events",
        unit="share",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Week:
    """The week that ends with a day; all in events. lowest: the fewest that are normal."""

    day: date
    events: float
    baseline: float
    lowest: float
    status: Status


def weeks(params: Params, daily: DailyCounts, days: Iterable[date]) -> list[Week]:
    """The weeks that end with each of the days on which the check has one, by the days before it.

    The days are in no calendar, and have events.
    """
    counts, factor_of = _counts(daily), total_baseline(daily).factor_of
    return [
        Week(
            day, trend.week / factor_of(day), trend.baseline / factor_of(day),
            trend.baseline * (1 - trend.limit) / factor_of(day), _status(params, trend),
        )
        for day in days
        if (trend := _trend(params, counts, day)) is not None
    ]  # fmt: skip


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
    open_days = (day for day in daily.days if daily.calendar.closed_reason(day) is None)
    open_weekdays = {day.weekday() for day in open_days}
    return counts | {day: 0.0 for day in _closed_days(daily) if day.weekday() not in open_weekdays}


def _special_days(daily: DailyCounts) -> Iterator[date]:
    """The days in the calendar since the shop's history began, the judged one among them."""
    first = min(daily.totals(), default=daily.day)
    return (day for day in daily.calendar.special_days if first <= day <= daily.day)


def _just_special(daily: DailyCounts) -> Iterator[date]:
    """Those of the last two weeks: a calendar of months leaves nothing to judge, and is told."""
    first = daily.day - timedelta(days=_JUST_DAYS)
    return (day for day in _special_days(daily) if day > first)


def _closed_days(daily: DailyCounts) -> Iterator[date]:
    """The closed ones of them before the judged day."""
    for day in _special_days(daily):
        if day < daily.day and daily.calendar.closed_reason(day) is not None:
            yield day


def _with_usual_days(counts: Mapping[date, float], days: Iterable[date]) -> dict[date, float]:
    """The counts as if each of these days had the median of all others."""
    median_events = median(counts.values()) or 0.0
    return dict.fromkeys(days, median_events) | dict(counts)


def _judged(
    params: Params, trend: Trend, counts: Mapping[date, float], daily: DailyCounts, frame: Timeframe
) -> Judgement:
    """The judgement, with since when the volume declines; of an empty day what it is without it."""
    status, events = _status(params, trend), daily.counted[daily.day].total
    details, facts = _details(trend) | {"events": events}, NO_FACTS
    details["accepted_levels"] = _accepted_levels(daily)
    if status is Status.GREEN:
        return _judgement(params, trend, status, None, frame, details)
    others = {day: count for day, count in counts.items() if day != daily.day}
    onset = decline_onset(counts if events else others, daily.day)
    if not events:
        status_without = _status_of(params, others, daily.day)
        details["declines_without_the_day"] = status_without is not Status.GREEN
        facts = Facts(fails_for_empty_day=status_without is not status)
    return _judgement(params, trend, status, onset, frame, details, facts)


def _trend(params: Params, counts: Mapping[date, float], day: date) -> Trend | None:
    """The week against those before. What is red is never below what is amber."""
    trend = weekly_trend(counts, day, least=params.alert_at)
    if trend is None or (red_limit := _red_limit(params, trend)) is None:
        return trend
    limit = min(trend.limit, red_limit)
    return replace(trend, limit=limit, is_declining=trend.change <= -limit)


def _status(params: Params, trend: Trend) -> Status:
    if not trend.is_declining:
        return Status.GREEN
    red_limit = _red_limit(params, trend)
    is_red = red_limit is not None and trend.change <= -red_limit
    return Status.RED if is_red else Status.AMBER


def _red_limit(params: Params, trend: Trend) -> float | None:
    """The decline from which it is red: never within the noise of weeks. None where it never is."""
    return None if params.red_at is None else max(params.red_at, trend.least_red_limit)


def _status_of(params: Params, counts: Mapping[date, float], day: date) -> Status:
    """The status where a day without a count is as usual; amber where there is no trend then."""
    trend = _trend(params, counts, day)
    return Status.AMBER if trend is None else _status(params, trend)


def _judgement(
    params: Params,
    trend: Trend,
    status: Status,
    onset: Onset | None,
    frame: Timeframe,
    details: dict[str, Any],
    facts: Facts = NO_FACTS,
) -> Judgement:
    """Message and threshold have the limit that decided."""
    red_limit = _red_limit(params, trend)
    limit = red_limit if status is Status.RED and red_limit is not None else trend.limit
    week = week_text(trend, frame.data_date, red_limit)
    week += accepted_text(details["accepted_levels"])
    return Judgement(
        status=status,
        message=f"{_METRIC}={deciding(trend.change, -limit, 3)} (above {-limit:.3f})",
        summary=f"{week}{onset_text(onset, frame.data_date)}",
        action="Nothing to do" if status is Status.GREEN else action_text(onset),
        value=trend.change,
        threshold=-limit,
        unit="share",
        details=details | {"red_limit": red_limit, "onset": onset_details(onset)},
        facts=facts,
    )


def _accepted_levels(daily: DailyCounts) -> list[dict[str, Any]]:
    """Since when a level was accepted, and how many times their counts earlier days count."""
    return [
        {"since": level.since, "factor": level.factor} for level in total_baseline(daily).accepted
    ]


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
    "before (else amber, and red from red_at on where that is set); where weeks vary a lot, the "
    "limits are higher.",
    why="A decline of a few percent a day moves the level that every daily rule compares with.",
    advice="Find the event name or the segment that declines, and since when.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    worse=Worse.LOWER,
    signed=True,
)
