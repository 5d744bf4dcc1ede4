"""Is the day's volume what this weekday usually has?

What: events of the data date against the range that is normal for it, by its weekday and by
the level of the last days. Days in the calendar do not say what is normal, nor do days at another
level: three days out of range of five on one side are one, and red until the counts are back or
a person accepts it. A day in `calendar.closed` is amber with more than 5 % of the events
of a usual open day. Under 7 days of history there is no verdict yet; from 7 to 13 days the
range of the days before is the rule, from 14 on the weekday's. While the data date lasts, the same
part of each day is compared.
Why: a Z-score over seven days takes weekends for noise, and one day without events blinds it
for a week; half a day's data on a Friday then looks like a Sunday.
Source of the rule: measured on public daily series, docs/volume.md; `checks.detection` has it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from checks.catalog._closed import judge_closed
from checks.catalog._levels import level_acceptances, level_subject, total_baseline
from checks.core.counts import DailyCounts
from checks.core.model import Cause, Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.subjects import HIGH, LEVEL, LOW, SIDE
from checks.core.text import change_text, count_text, day_text, short_day
from checks.detection import (
    HISTORY_DAYS,
    MINIMUM_DAYS,
    Basis,
    ExpectedRange,
    history_days,
)
from checks.detection.baseline import Baseline, Stretch
from checks.detection.levels import Level
from checks.judging.check import Check, LoadFact, Worse
from checks.judging.segments import Carrier, carrying
from checks.judging.unmeasured import learning, skipped, unknown

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_WHAT = "The volume"
_ACCEPT = "accept it: andon accept volume_expected --reason TEXT"
_METRIC = "volume"
_BASES = {
    Basis.WIDE_RANGE: "by a wide range from {days} days of history; the range by weekday needs 14",
    Basis.RANGE: "by a range from {days} days of history; the range by weekday needs more of this "
    "weekday",
    Basis.WEEKDAY: "",
}


@dataclass(frozen=True, slots=True)
class Params:
    """How far back it looks, and how wide the normal range is."""

    history_days: int = setting(
        "How many days before the data date the baseline may have; `event_volume` and "
        "`volume_trend` use them too.",
        HISTORY_DAYS,
        minimum=28,
        maximum=HISTORY_DAYS,
    )
    settle_days: int = setting(
        "Days that late loads may still change: every evaluation counts these again, older ones "
        "are remembered in the history.",
        7,
        minimum=1,
        maximum=60,
    )
    leave_out_red: bool = setting(
        "Whether days that were outside their own normal range are left out of the baseline. Days "
        "without events always are. Measured: with true, twice as many false alarms.",
        False,
    )
    widen: float = setting(
        "Factor for the width of the normal range: 1.5 raises fewer alarms and detects less. "
        "`andon power` shows what is detected.",
        1.0,
        above=0,
        maximum=10,
    )


def measure(params: Params, data: Readings) -> DailyCounts:
    """Events per day, over the whole history that the check uses."""
    return data.daily_counts()


def judge(params: Params, daily: DailyCounts, frame: Timeframe) -> Judgement:
    """Red outside the day's normal range, and at a level that nobody accepted; amber for a day of
    that level that is near the expected count.

    Skipped while there is too little history. A closed day is amber with more than a few events.
    """
    if (closed := daily.calendar.closed_reason(daily.day)) is not None:
        baseline = baseline_of(params, daily)
        count = daily.counted[daily.day].total
        return judge_closed(daily.day, closed, count, baseline.kept, _details(daily, baseline))
    mark = daily.calendar.special_day(daily.day)
    if mark is not None and mark.factor is None:
        return skipped(_METRIC, f"{mark.name}: not judged by volume", _details(daily))
    baseline = baseline_of(params, daily)
    normal = baseline.range_on(daily.day)
    if normal is None:
        return _unjudged(daily, baseline, frame)
    return _judgement(daily, baseline, normal, frame)


def baseline_of(params: Params, daily: DailyCounts, *, every: bool = False) -> Baseline:
    """The days that say what is normal; with `every`, also the normal range of each of them."""
    return total_baseline(daily, params.widen, leave_out_red=params.leave_out_red, every=every)


def _unjudged(daily: DailyCounts, baseline: Baseline, frame: Timeframe) -> Judgement:
    """Learning while the history is short; unknown where its days cannot be used."""
    days = history_days(baseline.kept, daily.day)
    details = _details(daily, baseline) | {
        "events": daily.counted[daily.day].total,
        "learned_days": days,
    }
    facts = Facts(fails_for_empty_day=not daily.counted[daily.day].total)
    if daily.days_learned_if_too_few(MINIMUM_DAYS) is not None:
        return learning(_METRIC, days, MINIMUM_DAYS, details, facts)
    return unknown(
        _METRIC, Cause.BAD_VALUE,
        f"only {days} of the {len(daily.days) - 1} days before {frame.data_date} can be used, "
        f"{MINIMUM_DAYS} are needed",
        what=_WHAT, action="Find out why the days before have no events, or only unusual ones",
        unit="events", details=details, facts=facts,
    )  # fmt: skip


def _judgement(
    daily: DailyCounts, baseline: Baseline, normal: ExpectedRange, frame: Timeframe
) -> Judgement:
    count = daily.counted[daily.day].total
    level = baseline.level_with(daily.day, count, normal)
    side = normal.side_of(count) or (level.side if level is not None else 0)
    carrier = carrying(daily, baseline, normal) if side else None
    facts = Facts(
        filters=carrier.filters if carrier else {},
        expected=normal.expected,
        fails_for_empty_day=not count and level is None,
        weekday_words=""
        if normal.side_of(count)
        else weekday_words(daily, normal, is_over=frame.is_over),
    )
    return Judgement(
        status=_status(side, level),
        message=_message(count, normal, level),
        summary=_summary(daily, baseline, normal, frame, level, carrier),
        action=_action(normal.side_of(count), frame, level),
        value=count,
        threshold=normal.high if (side or count - normal.expected) > 0 else normal.low,
        unit="events",
        details=_details(daily, baseline)
        | _range_details(daily, baseline, normal, frame)
        | _level_details(level, baseline, baseline.stretches_with(daily.day, count, normal))
        | {"filters": facts.filters},
        facts=facts,
        subjects=_subjects(side, level),
        acceptances=tuple(level_acceptances(daily, baseline, level)),
    )


def _status(side: int, level: Level | None) -> Status:
    """One day near the expected count ends no level, and stops no line."""
    if level is not None and level.only_warns:
        return Status.AMBER
    return Status.RED if side else Status.GREEN


def _message(count: int, normal: ExpectedRange, level: Level | None) -> str:
    low, high = math.ceil(normal.low), math.floor(normal.high)
    since = "" if level is None else f"; {level_subject(level)}"
    return f"{_METRIC}={count} (normal {low} to {high}{since})"


def _subjects(side: int, level: Level | None) -> dict[str, tuple[str, ...]]:
    subjects: dict[str, tuple[str, ...]] = {SIDE: ()}
    if side:
        subjects[SIDE] = (LOW if side < 0 else HIGH,)
    if level is not None and level.side == side:
        subjects[LEVEL] = (level_subject(level),)
    return subjects


def _range_details(
    daily: DailyCounts, baseline: Baseline, normal: ExpectedRange, frame: Timeframe
) -> dict[str, Any]:
    return {
        "events": daily.counted[daily.day].total,
        "expected": normal.expected,
        "low": normal.low,
        "high": normal.high,
        "basis": normal.basis.value,
        "history_days": history_days(baseline.kept, daily.day),
        "partial_day": not frame.is_over,
    }


def _level_details(
    level: Level | None, baseline: Baseline, stretches: Sequence[Stretch]
) -> dict[str, Any]:
    """The level that is red, those that were accepted, and stretches that are over."""
    standing = None
    if level is not None:
        standing = {
            "since": level.since,
            "side": level.side,
            "factor": level.factor,
            "stood_before": baseline.level is not None,
        }
    return {
        "level": standing,
        "accepted_levels": [
            {"since": accepted.since, "factor": accepted.factor} for accepted in baseline.accepted
        ],
        "stretches": [
            {"from": stretch.first, "to": stretch.last, "factor": stretch.factor}
            for stretch in stretches
        ],
    }


def weekday_words(daily: DailyCounts, normal: ExpectedRange, *, is_over: bool) -> str:
    """`a Saturday usually has 26,081 to 38,125`; empty where the weekday is not the rule."""
    if normal.basis is not Basis.WEEKDAY:
        return ""
    low, high = count_text(math.ceil(normal.low)), count_text(math.floor(normal.high))
    part = "" if is_over else " so far"
    mark = daily.calendar.special_day(daily.day)
    if mark is not None and mark.factor is not None:
        return f"a {daily.day:%A} with {mark.factor:g} times the usual has {low} to {high}{part}"
    return f"a {daily.day:%A} usually has {low} to {high}{part}"


def _summary(
    daily: DailyCounts,
    baseline: Baseline,
    normal: ExpectedRange,
    frame: Timeframe,
    level: Level | None,
    carrier: Carrier | None,
) -> str:
    count = daily.counted[daily.day].total
    part = "" if frame.is_over else " so far"
    text = (
        f"{day_text(daily.day)}: expected {count_text(round(normal.expected))}{part}, normal "
        f"{count_text(math.ceil(normal.low))} to {count_text(math.floor(normal.high))}, "
        f"saw {count_text(count)}{_change(count, normal.expected)}"
    )
    if carrier is not None:
        text += f", {carrier.text}"
    level_text = [] if level is None else [_level_text(level)]
    return "; ".join([text, *level_text, *_remarks(daily, baseline, normal)])


def _level_text(level: Level) -> str:
    """Since when, how far, and why a single day near the expected count ends nothing."""
    text = (
        f"since {day_text(level.since)} at a level of {change_text(level.factor - 1)} that nobody "
        "accepted"
    )
    if level.only_warns:
        text += "; this day is near the expected count: a second one in a row ends the level"
    elif not level.days[-1].side:
        text += "; two days in a row near the expected count end it"
    return text


def _change(count: float, expected: float) -> str:
    return f" ({change_text((count - expected) / expected)})" if expected > 0 else ""


def _remarks(daily: DailyCounts, baseline: Baseline, normal: ExpectedRange) -> list[str]:
    """By which range the day was judged, and what the calendar says of it."""
    remarks = []
    if basis := _BASES[normal.basis]:
        remarks.append("judged " + basis.format(days=history_days(baseline.kept, daily.day)))
    mark = daily.calendar.special_day(daily.day)
    if mark is not None and mark.factor is not None:
        remarks.append(f"{mark.name}: {mark.factor:g} times the usual is expected")
    released = daily.calendar.recent_release(daily.day)
    if released is not None and normal.side_of(daily.counted[daily.day].total):
        remarks.append(f"the tracking was changed on {short_day(released)}")
    return remarks


def _action(side: int, frame: Timeframe, level: Level | None) -> str:
    """What to do of the day by its side of the range, or of the days of a level that it is part of.

    A day on the other side of its range than the level is an own matter.
    """
    if level is not None and level.only_warns:
        return (
            f"Find out what brought {frame.data_date} back to the expected count, and repair the "
            f"days since {level.since}; if it is the new level, {_ACCEPT}"
        )
    if level is not None and level.side != -side:
        repair = _repair_of_level(level, frame)
        return f"{repair}, then run the gate again; if it is the new level, {_ACCEPT}"
    if side < 0:
        return (
            f"Find the missing part of {frame.data_date} (by hour and event name on the volume "
            "page), load it, then run the gate again"
        )
    if side > 0:
        return (
            f"Find out whether {frame.data_date} was loaded twice or has bot traffic; "
            "remove the surplus, then run the gate again"
        )
    return "Nothing to do"


def _repair_of_level(level: Level, frame: Timeframe) -> str:
    days = f"the days since {level.since}"
    if not level.days[-1].side:
        days += f" ({frame.data_date} itself is in its range)"
    if level.side < 0:
        return (
            f"Find the missing part of {days}, by hour and event name on the volume page, load it"
        )
    return f"Find out whether {days} were loaded twice or have bot traffic; remove the surplus"


def _details(daily: DailyCounts, baseline: Baseline | None = None) -> dict[str, Any]:
    totals = daily.totals()
    left_out = baseline.left_out if baseline else {}
    return {
        "daily": [{"date": day, "events": count} for day, count in totals.items()],
        "remembered": _stretches(daily),
        "counted_again": list(daily.verified),
        "missing": list(daily.missing),
        "left_out": [{"date": day, "why": why} for day, why in sorted(left_out.items())],
        "late_loads": [
            {"date": day, "first": first, "events": now}
            for day, (first, now) in sorted(daily.late_loads().items())
        ],
    }


def _stretches(daily: DailyCounts) -> list[dict[str, Any]]:
    """Remembered days in unbroken stretches, each verified last on one day."""
    days = [day for day in daily.days if day not in daily.measured and day in daily.remembered]
    stretches: list[dict[str, Any]] = []
    for day in days:
        state = {
            "verified_on": daily.remembered[day].counted_at.date(),
            "gone": day in daily.gone,
        }
        last = stretches[-1] if stretches else {}
        if last.get("to") == day - timedelta(days=1) and state.items() <= last.items():
            last["to"] = day
        else:
            stretches.append({"from": day, "to": day, **state})
    return stretches


CHECK = Check(
    id="volume_expected",
    layer=Layer.BUSINESS,
    order=65,
    metric=_METRIC,
    unit="events",
    page="volume",
    needs=("events",),
    counts="events",
    compares_days=True,
    rule="Events of the data date are within the normal range for the weekday and the level of the "
    "last days; with 7 to 13 days of history, within a wider range from those days. Three days out "
    "of range of five on one side, or four alike with one of them, are a level: red until the "
    "counts are back, two days in a row or most of seven, or until `andon accept` takes the new "
    "level; amber on a single day near the expected count.",
    why="Half a day's data, or a day loaded twice, passes every other check; a Z-score over a "
    "week takes weekends for noise.",
    advice="Compare the day by hour, by event name and by segment with the days before.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    worse=Worse.FARTHER_FROM_EXPECTED,
    subject_kinds=(SIDE,),
    accepts=(LEVEL,),
)
