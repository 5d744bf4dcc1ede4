"""Is the day's volume like that of the week before?

What: events of the data date, in standard deviations from the mean of the
`window_days` open days before it. The judged day is excluded, and so is every day in
`calendar.closed`; other days without events count 0; while the data date lasts, the same part of
each day is compared. Days in the calendar are no part of the window, and are themselves judged by
the factor that is expected of them, or not at all. Where `volume_expected` judges the day by its
weekday and finds it normal, red is amber.
Why: half a day's data, or a day loaded twice, passes every other check.
Source of the rule: the Z-score with the sample standard deviation (n - 1),
floored at sqrt(mean), the deviation of pure counting noise (Poisson), so that a
very regular week cannot turn noise into an alarm. That the weekday explains is measured:
docs/volume.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from checks.core.metrics import EventCounts
from checks.core.model import Cause, Facts, Judgement, Layer, Status, Verdict
from checks.core.settings import setting
from checks.core.subjects import HIGH, LOW, SIDE
from checks.core.text import change_text, count_text, day_text, deciding, plural
from checks.core.totals import mean, sample_deviation
from checks.judging.check import Check, LoadFact, Worse
from checks.judging.unmeasured import learning, skipped, unknown

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_WHAT = "The volume"
#: A deviation needs two values.
FEWEST_DAYS = 2
_MOST_NAMES = 20
#: The check that judges the same day by its weekday.
_WEEKDAY_CHECK = "volume_expected"


@dataclass(frozen=True, slots=True)
class Params:
    """The window and the limit."""

    window_days: int = setting(
        "Days before the data date that it is compared with; `event_volume` uses them too.",
        7,
        minimum=2,
        maximum=90,
    )
    alert_at: float = setting("Red at or beyond this many standard deviations.", 3.0, above=0)
    weekday_explains: bool = setting(
        "Whether it is amber instead of red where `volume_expected` judges the day by its weekday "
        "and finds it normal. With false, the Z-score decides alone.",
        True,
    )


@dataclass(frozen=True, slots=True)
class ZScore:
    """A day's distance from its window. floored: whether counting noise set the deviation."""

    z: float
    mean: float
    deviation: float
    floored: bool

    def low(self, alert_at: float) -> float:
        """So many events or fewer are too few; may be below 0."""
        return self.mean - alert_at * self.deviation

    def high(self, alert_at: float) -> float:
        """So many events or more are too many."""
        return self.mean + alert_at * self.deviation


def z_score(window: Sequence[int], today: int, factor: float = 1.0) -> ZScore | None:
    """The Z-score of `today` against a window; None where the window has no events.

    factor: how many times the usual is expected: mean and deviation are that many times as large.
    """
    centre = mean(window) * factor
    if centre == 0:
        return None
    sample, floor = sample_deviation(window) * factor, math.sqrt(centre)
    deviation = max(sample, floor)
    return ZScore((today - centre) / deviation, centre, deviation, floored=floor > sample)


def measure(params: Params, data: Readings) -> EventCounts:
    """Events per day of the window and of the data date."""
    return data.events()


def judge(params: Params, events: EventCounts, frame: Timeframe) -> Judgement:
    """Red at |z| >= alert_at; skipped while the first window fills."""
    if (closed := events.calendar.closed_reason(frame.data_date)) is not None:
        return skipped("z", closed, {"daily": _daily(events)})
    if (days := events.learning()) is not None:
        details = {"daily": _daily(events), "learned_days": days}
        return learning("z", days, params.window_days, details)
    mark = events.calendar.special_day(frame.data_date)
    if mark is not None and mark.factor is None:
        return skipped("z", f"{mark.name}: not judged by volume", {"daily": _daily(events)})
    days_compared = len(_window(events))
    if events.misses_too_many():
        return _mostly_missing(params, events, frame)
    if days_compared < FEWEST_DAYS:
        return skipped(
            "z",
            f"only {days_compared} of the {params.window_days} days before are not in `calendar`",
        )
    score = score_of(events, frame)
    if score is None:
        return unknown(
            "z", Cause.BAD_VALUE,
            f"no events in the {params.window_days} days before {frame.data_date}", what=_WHAT,
            action="Find out why the days before have no events",
            threshold=params.alert_at, unit="standard deviations", reading="events",
            details={"events": events.judged, "daily": _daily(events)},
            facts=_facts(events),
        )  # fmt: skip
    return _judgement(params, events, frame, score)


def score_of(events: EventCounts, frame: Timeframe) -> ZScore | None:
    """The Z-score of the data date; None where its window has no events.

    Raises ValueError for a window of fewer than two days.
    """
    mark = events.calendar.special_day(frame.data_date)
    factor = mark.factor if mark is not None and mark.factor else 1.0
    return z_score(_window(events), events.totals()[-1], factor)


def _mostly_missing(params: Params, events: EventCounts, frame: Timeframe) -> Judgement:
    """Most of the window is gone from the warehouse, and no gate remembered it."""
    missing = plural(len(events.missing), "day")
    return unknown(
        "z", Cause.BAD_VALUE,
        f"{missing} of the {params.window_days} before {frame.data_date} are gone from the "
        "warehouse and not remembered", what=_WHAT,
        action="Run the gate every day and record it, or keep more days in the warehouse",
        threshold=params.alert_at, unit="standard deviations", reading="events",
        details={"events": events.judged, "daily": _daily(events), "missing": list(events.missing)},
        facts=_facts(events),
    )  # fmt: skip


def _window(events: EventCounts) -> tuple[int, ...]:
    """Events of the days before, without those in the calendar."""
    pairs = zip(events.days[:-1], events.totals()[:-1], strict=True)
    return tuple(count for day, count in pairs if events.calendar.special_day(day) is None)


def _judgement(params: Params, events: EventCounts, frame: Timeframe, score: ZScore) -> Judgement:
    red = abs(score.z) >= params.alert_at
    shown = deciding(abs(score.z), params.alert_at, 2)
    sign = "-" if score.z < 0 else ""
    return Judgement(
        status=Status.RED if red else Status.GREEN,
        message=f"z={sign}{shown} (below {params.alert_at})",
        summary=_summary(params, events, frame, score),
        action=_action(frame, score) if red else "Nothing to do",
        value=score.z,
        threshold=params.alert_at,
        unit="standard deviations",
        details={
            "events": events.judged,
            "mean": score.mean,
            "deviation": score.deviation,
            "deviation_floored": score.floored,
            "low": score.low(params.alert_at),
            "high": score.high(params.alert_at),
            "window_days": params.window_days,
            "weekday_explains": params.weekday_explains,
            "partial_day": not frame.is_over,
            "daily": _daily(events),
            "missing": list(events.missing),
            "by_name_today": _top_names(events),
        },
        facts=replace(_facts(events), weekday_may_explain=red and params.weekday_explains),
        subjects={SIDE: (LOW if score.z < 0 else HIGH,)},
    )


def _facts(events: EventCounts) -> Facts:
    return Facts(fails_for_empty_day=not events.judged)


def _summary(params: Params, events: EventCounts, frame: Timeframe, score: ZScore) -> str:
    low, high = max(0.0, score.low(params.alert_at)), score.high(params.alert_at)
    part = "" if frame.is_over else " so far"
    change = change_text((events.judged - score.mean) / score.mean)
    text = (
        f"{day_text(frame.data_date)} has {plural(events.judged, 'event')}{part}, {change} "
        f"against the {params.window_days}-day mean of {count_text(round(score.mean))} "
        f"(normal {count_text(math.ceil(low))} to {count_text(math.floor(high))})"
    )
    mark = events.calendar.special_day(frame.data_date)
    if mark is not None and mark.factor is not None:
        text += f"; {mark.name}: {mark.factor:g} times the usual is expected"
    if events.missing:
        days = plural(len(events.missing), "day is", "days are")
        text += f"; {days} left out: gone from the warehouse and not remembered"
    if score.floored:
        text += "; the days before vary so little that counting noise, sqrt(mean), sets the range"
    return text


def _action(frame: Timeframe, score: ZScore) -> str:
    if score.z < 0:
        return (
            f"Find the missing part of {frame.data_date} (by hour and event name on the volume "
            "page), load it, then run the gate again"
        )
    return (
        f"Find out whether {frame.data_date} was loaded twice or has bot traffic; "
        "remove the surplus, then run the gate again"
    )


def amber_if_weekday_explains(judgement: Judgement, verdicts: Mapping[str, Verdict]) -> Judgement:
    """The judgement; amber where it is red and the day is normal for its weekday.

    So `volume_expected` has to say, by the rule of the weekday: it is green, or red or amber only
    for the days before, which were at another level. A check's guard.
    """
    expected = verdicts.get(_WEEKDAY_CHECK)
    if not judgement.facts.weekday_may_explain or expected is None:
        return judgement
    words = expected.facts.weekday_words
    if expected.status not in (Status.GREEN, Status.AMBER, Status.RED) or not words:
        return judgement
    return replace(
        judgement,
        status=Status.AMBER,
        message=f"{judgement.message}; {words}",
        summary=f"{judgement.summary}; by its weekday the day is normal: {words}",
        action="Look at the day by hour and event name on the volume page; nothing has to be "
        "repaired",
        details={**judgement.details, "explained_by": _WEEKDAY_CHECK},
    )


def _daily(events: EventCounts) -> list[dict[str, Any]]:
    pairs = zip(events.days, events.totals(), strict=True)
    return [{"date": day, "events": count} for day, count in pairs]


def _top_names(events: EventCounts) -> list[dict[str, Any]]:
    ranked = sorted(events.by_name.items(), key=lambda item: item[1][-1], reverse=True)
    return [{"name": name, "events": series[-1]} for name, series in ranked[:_MOST_NAMES]]


CHECK = Check(
    id="volume_zscore",
    layer=Layer.BUSINESS,
    order=60,
    metric="z",
    unit="standard deviations",
    page="volume",
    needs=("events",),
    counts="events",
    compares_days=True,
    rule="Events of the data date against the window_days open days before it: "
    "|z| below alert_at, with the sample standard deviation floored at sqrt(mean); amber where "
    "volume_expected finds the day normal by its weekday.",
    why="Half a day's data, or a day loaded twice, passes every other check.",
    advice="Compare the day by hour and by event name with the days before.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    worse=Worse.FARTHER_FROM_ZERO,
    signed=True,
    subject_kinds=(SIDE,),
    after=(_WEEKDAY_CHECK,),
    guard=amber_if_weekday_explains,
)
