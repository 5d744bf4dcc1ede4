"""What explains too few or too many events: hours, parts of the traffic, levels. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import fsum, sqrt
from zoneinfo import ZoneInfo

from checks.core.calendar import Calendar
from checks.core.counts import NAME, DailyCounts
from checks.core.model import Explanation
from checks.core.profiles import DayProfile, HourCounts
from checks.core.text import about_text, count_text, plural, quoted, short_day
from checks.core.totals import mean
from checks.detection.baseline import Baseline, side_of
from checks.explaining import kinds
from checks.explaining.shifts import Shift
from checks.explaining.wording import (
    hour_text,
    segment_text,
    sentence,
    since_day,
    span_text,
    usual,
)
from checks.judging.segments import Segment

#: The part of a change that its explanation holds at least.
_LEAST_PART = 0.5
_LEAST_DAYS = 2
#: A release explains what began on its day or on the next one.
_AFTER_RELEASE = timedelta(days=1)
_WEEK = 7
_HOURS = 24
#: An hour is incomplete without this part of its usual events, and beyond so many deviations.
_INCOMPLETE, _DEVIATIONS = 0.1, 3.0


def missing_hours(
    profile: DayProfile, scale: float, least: float, newest: datetime | None, zone: ZoneInfo
) -> Explanation | None:
    """Hours without any event in which `least` or more are usual.

    newest: the latest event of the day, which says when the last of these hours begin.
    """
    gaps = [
        gap
        for gap in _gaps(profile.total, profile.hours)
        if fsum(profile.total.baseline[gap[0] : gap[1]]) * scale >= least
    ]
    if not gaps or not profile.total.total:
        return None
    expected = fsum(sum(profile.total.baseline[first:last]) for first, last in gaps) * scale
    spans = []
    for first, last in gaps:
        ends_day = newest if last >= profile.hours else None
        begin = _begin(profile, scale, first, ends_day, zone)
        spans.append(_gap_text(first, last, profile.hours, begin))
    return Explanation(
        kinds.HOURS_MISSING,
        f"No event {' and '.join(spans)}, {usual(expected)}",
        {
            "hours": [[first, last] for first, last in gaps],
            "expected": round(expected),
            "newest": newest,
            "usual_day": profile.baseline_day,
        },
    )


def _gaps(counts: HourCounts, hours: int) -> list[tuple[int, int]]:
    """Stretches of hours without an event, as (first, exclusive last)."""
    gaps: list[tuple[int, int]] = []
    for hour in range(hours):
        if counts.judged[hour]:
            continue
        if gaps and gaps[-1][1] == hour:
            gaps[-1] = (gaps[-1][0], hour + 1)
        else:
            gaps.append((hour, hour + 1))
    return gaps


def _gap_text(first: int, last: int, hours: int, begin: str) -> str:
    """`from 14:30 to 24:00`, `since 10:00` while the day lasts."""
    if hours == _HOURS or last < hours:
        return f"from {begin} to {hour_text(last)}"
    return f"since {begin}"


def _begin(
    profile: DayProfile, scale: float, first: int, newest: datetime | None, zone: ZoneInfo
) -> str:
    """The hour in which a gap begins; the minute, where the hour before it is not complete."""
    before = first - 1
    if newest is None or before < 0:
        return hour_text(first)
    usual_before = scale * profile.total.baseline[before]
    lacking = usual_before - profile.total.judged[before]
    after = (newest + timedelta(minutes=1)).astimezone(zone)
    if after.hour != before or lacking < max(
        _INCOMPLETE * usual_before, _DEVIATIONS * sqrt(usual_before)
    ):
        return hour_text(first)
    return f"{after:%H:%M}"


def from_shift(
    shift: Shift, profile: DayProfile, noun: str, began: date, also: Shift | None = None
) -> Explanation:
    """A shift in words: `Since 06:00, Shop app only: 2,559 rows, about 70 usual`.

    noun: of the rows, in plural. began: the first of the days that are red for it. also: its
    companion.
    """
    segment = _part_text(shift) if shift.is_segment else ""
    whole = shift.covers(profile.hours)
    when = (
        since_day(began)
        if began < profile.day
        else span_text(shift.first, shift.last, profile.hours)
    )
    text = f"{sentence(when, segment)}: {count_text(shift.rows)} {noun}, {usual(shift.expected)}"
    if also is not None:
        label = segment_text(also.column or "", also.value)
        text += f"; {label}: {count_text(also.rows)}, {usual(also.expected)}"
    is_whole = whole or began < profile.day
    return Explanation(
        kinds.SEGMENT if is_whole and shift.is_segment else kinds.SINCE_HOUR,
        text,
        {
            "column": shift.column,
            "value": shift.value,
            "hours": None if whole else [shift.first, shift.last],
            "since": began if began < profile.day else None,
            "rows": shift.rows,
            "expected": round(shift.expected),
            "only": shift.is_alone,
            "other_rows": shift.rest,
            "other_expected": round(shift.rest_expected),
            "usual_day": profile.baseline_day,
            "also": None
            if also is None
            else {"column": also.column, "value": also.value, "rows": also.rows,
                  "expected": round(also.expected)},
        },
    )  # fmt: skip


def _part_text(shift: Shift) -> str:
    """`Shop app only`; `mostly phones` where other rows are not as usual either."""
    label = segment_text(shift.column or "", shift.value)
    return f"{label} only" if shift.is_alone else f"mostly {label}"


def moved_segment(
    segments: Sequence[Segment], move: float, day: date, began: date
) -> Explanation | None:
    """The one segment outside of its own range that holds most of the change, with others inside.

    move: events more than expected, of the whole day.
    """
    by_dimension: dict[str, list[Segment]] = {}
    for segment in segments:
        by_dimension.setdefault(segment.dimension, []).append(segment)
    candidates = [
        segment
        for group in by_dimension.values()
        if len(group) > 1
        for segment in group
        if segment.side and _is_alone(segment, group) and segment.distance / move >= _LEAST_PART
    ]
    if not move or not candidates:
        return None
    chosen = max(candidates, key=lambda s: (s.distance / move, s.dimension != NAME, s.value))
    expected = chosen.normal.expected if chosen.normal else 0.0
    label = segment_text(chosen.dimension, chosen.value)
    when = since_day(began) if began < day else ""
    low, high = chosen.edges
    return Explanation(
        kinds.SEGMENT,
        f"{sentence(when, f'{label} only')}: "
        f"{plural(chosen.today or 0, 'event')}, {usual(expected)}",
        {
            "column": chosen.dimension, "value": chosen.value, "rows": chosen.today,
            "expected": round(expected), "normal": [low, high],
            "since": began if began < day else None,
        },
    )  # fmt: skip


def _is_alone(segment: Segment, group: Sequence[Segment]) -> bool:
    """Whether every other value of the dimension is inside its own range."""
    return not any(other.side for other in group if other is not segment)


def stopped_name(
    name: str, series: Mapping[date, int], since: date, usual_count: float, calendar: Calendar,
    hours: HourCounts | None, judged_hours: int, others: int,
) -> Explanation:  # fmt: skip
    """An event name that stopped. hours: of the day on which it did, where that is the judged one.

    usual_count: events a day in the week before. others: how many more names stopped.
    """
    at = _stop_hour(hours, judged_hours)
    seen = series.get(since, 0)
    when = f"{short_day(since)} {at}" if at else short_day(since)
    count = f"{count_text(seen)} on that day" if seen and not at else "0 since"
    text = f"{quoted(name)} stopped on {when}: {count}, {about_text(usual_count)} a day usual"
    if others:
        text += f"; and {plural(others, 'more name')}"
    release = _release(calendar, since)
    evidence = {
        "name": name,
        "since": since,
        "hour": at,
        "expected": usual_count,
        "release": release,
    }
    if release is not None:
        return Explanation(
            kinds.RELEASE, f"{text}; the tracking was changed on {short_day(release)}", evidence
        )
    return Explanation(kinds.NAME_STOPPED, text, evidence)


def _stop_hour(hours: HourCounts | None, judged_hours: int) -> str | None:
    """The end of the last hour with an event, where there were some before."""
    if hours is None or not sum(hours.judged):
        return None
    last = max(hour for hour in range(_HOURS) if hours.judged[hour])
    return hour_text(last + 1) if last + 1 < judged_hours else None


def level(daily: DailyCounts, baseline: Baseline, side: int) -> Explanation | None:
    """Days in a row, up to the judged one, that were outside of their own range on one side."""
    began = level_began(daily, baseline, side)
    totals = daily.totals()
    days = [day for day in totals if began <= day <= daily.day]
    before = [count for day, count in totals.items() if day < began and count][-_WEEK:]
    release = _release(daily.calendar, began)
    if not before or (len(days) < _LEAST_DAYS and release is None):
        return None
    now = mean(totals[day] for day in days)
    word = "higher" if side > 0 else "lower"
    text = (
        f"{word.capitalize()} since {short_day(began)}: {count_text(round(now))} a day, "
        f"before {count_text(round(mean(before)))}"
    )
    evidence = {"since": began, "mean": now, "mean_before": mean(before), "release": release}
    if release is not None:
        return Explanation(
            kinds.RELEASE, f"{text}; the tracking was changed on {short_day(release)}", evidence
        )
    return Explanation(kinds.LEVEL, text, evidence)


def level_began(daily: DailyCounts, baseline: Baseline, side: int) -> date:
    """The first of the days in a row, up to the judged one, beyond their range on that side."""
    began, totals = daily.day, daily.totals()
    while True:
        earlier = began - timedelta(days=1)
        normal = baseline.normal.get(earlier)
        if earlier not in totals or normal is None or side_of(totals[earlier], normal) != side:
            return began
        began = earlier


def _release(calendar: Calendar, began: date) -> date | None:
    """The tracking release with which a change may have come: of that day or the one before."""
    released = calendar.recent_release(began)
    return released if released is not None and began - released <= _AFTER_RELEASE else None
