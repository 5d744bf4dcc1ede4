"""What explains too few or too many events: hours, parts of the traffic, levels. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import fsum, sqrt
from zoneinfo import ZoneInfo

from checks.core.calendar import Calendar
from checks.core.counts import NAME, DailyCounts
from checks.core.model import Explanation
from checks.core.profiles import DayProfile, HourCounts
from checks.core.text import about_text, count_text, plural, quoted, short_day
from checks.core.totals import mean, median
from checks.detection.baseline import Baseline
from checks.explaining import kinds
from checks.explaining.shifts import Shift
from checks.explaining.wording import (
    hour_text,
    segment_text,
    sentence,
    since_day,
    span_text,
    usual_phrase,
)
from checks.judging.segments import Segment

#: The part of a change that its explanation holds at least.
_LEAST_PART = 0.5
_LEAST_DAYS = 2
#: A release explains what began on its day or on the next one.
_AFTER_RELEASE = timedelta(days=1)
_WEEK = 7
_FOUR_WEEKS = timedelta(days=28)
#: Others are as usual between these parts of it; a value is off beyond these.
_AS_USUAL = (0.75, 1.3)
_RISEN, _FALLEN = 1.6, 0.6
_HOURS = 24
#: An hour is incomplete without this part of its usual events, and beyond so many deviations.
_INCOMPLETE, _DEVIATIONS = 0.1, 3.0
#: After a name stopped, this part of its events may still come.
_STRAY = 0.02
#: A name stopped in the course of a day with less than this part of its smallest share of so many
#: days before.
_CLEARLY_FEWER, _LEAST_SHARES = 0.9, 3
#: With so many events expected, none is no chance.
_CERTAIN = 5.0


def missing_hours(
    profile: DayProfile,
    scale: float,
    certain: float,
    newest: datetime | None,
    zone: ZoneInfo,
    *,
    least: float = 0.0,
    at_end: bool = False,
) -> Explanation | None:
    """Hours without any event in which `certain` or more are usual each time, `least` in all.

    newest: the latest event of the day, which says when the last of these hours begin. at_end:
    whether only hours up to the end of the day, or now, explain anything.
    """
    gaps = [
        gap
        for gap in _gaps(profile)
        if scale * _usual_in(profile, *gap) >= certain and (gap[1] >= profile.hours or not at_end)
    ]
    if not gaps or not profile.total.total:
        return None
    expected = scale * fsum(_usual_in(profile, first, last) for first, last in gaps)
    if expected < least:
        return None
    spans = []
    for first, last in gaps:
        ends_day = newest if last >= profile.hours else None
        begin, more = _begin(profile, scale, first, ends_day, zone)
        expected += more
        spans.append(_gap_text(first, last, profile.hours, begin))
    return Explanation(
        kinds.HOURS_MISSING,
        f"No event {' and '.join(spans)}, {usual_phrase(expected)}",
        {
            "hours": [[first, last] for first, last in gaps],
            "expected": round(expected),
            "newest": newest,
            "usual_day": profile.baseline_day,
        },
    )


def explains_silence(
    gap: Explanation, profile: DayProfile, name: str, usual_count: float | None
) -> bool:
    """Whether a name that had its events the day before is silent only for the missing hours.

    Outside of them so few of its events are usual that none is chance. gap: what `missing_hours`
    says. usual_count: events of the name on such a day.
    """
    gone = {hour for first, last in gap.evidence["hours"] for hour in range(first, last)}
    counts = profile.columns.get(NAME, {}).get(name) or profile.total
    all_rows = sum(counts.baseline[: profile.hours])
    outside = sum(n for h, n in enumerate(counts.baseline[: profile.hours]) if h not in gone)
    expected = all_rows if usual_count is None else usual_count
    return outside * expected < _CERTAIN * all_rows


def empty_since(daily: DailyCounts) -> date:
    """The first of the days in a row, up to the judged one, without any event."""
    totals, first = daily.totals(), daily.day
    while totals.get(earlier := daily.calendar.open_day_before(first)) == 0:
        first = earlier
    return first


def _gaps(profile: DayProfile) -> list[tuple[int, int]]:
    """Stretches of hours without an event, as (first, exclusive last); skipped hours end none."""
    gaps: list[tuple[int, int]] = []
    for hour in range(profile.hours):
        if profile.total.judged[hour] or (hour in profile.skipped and not gaps):
            continue
        if gaps and all(h in profile.skipped for h in range(gaps[-1][1], hour)):
            gaps[-1] = (gaps[-1][0], hour + 1)
        elif hour not in profile.skipped:
            gaps.append((hour, hour + 1))
    return gaps


def _usual_in(profile: DayProfile, first: int, last: int) -> float:
    """Rows of the usual day in these hours, without those that clocks skip on the judged day."""
    return fsum(profile.total.baseline[h] for h in range(first, last) if h not in profile.skipped)


def _gap_text(first: int, last: int, hours: int, begin: str) -> str:
    """`from 14:30 to 24:00`, `since 10:00` while the day lasts."""
    if hours == _HOURS or last < hours:
        return f"from {begin} to {hour_text(last)}"
    return f"since {begin}"


def _begin(
    profile: DayProfile, scale: float, first: int, newest: datetime | None, zone: ZoneInfo
) -> tuple[str, float]:
    """The hour in which a gap begins; the minute, where the hour before it is not complete, and
    how many events that hour lacks.
    """
    before = first - 1
    if newest is None or before < 0:
        return hour_text(first), 0.0
    usual_before = scale * profile.total.baseline[before]
    lacking = usual_before - profile.total.judged[before]
    after = (newest + timedelta(minutes=1)).astimezone(zone)
    least = max(_INCOMPLETE * usual_before, _DEVIATIONS * sqrt(usual_before))
    if after.hour != before or lacking < least:
        return hour_text(first), 0.0
    return f"{after:%H:%M}", lacking


def from_shift(
    shift: Shift,
    profile: DayProfile,
    noun: str,
    since: date | None = None,
    also: Shift | None = None,
) -> Explanation:
    """A shift in words: `Since 06:00, Shop app only: 2,559 rows, about 70 usual`.

    noun: of the rows, in plural. since: an earlier day from which on the part has been like this,
    where that is known. also: its companion.
    """  # fmt: skip
    whole = shift.covers(profile.hours)
    segment = _part_text(shift) if shift.is_segment else ""
    when = span_text(shift.first, shift.last, profile.hours, is_sharp=shift.is_sharp)
    if whole and since is not None:
        when = since_day(since)
    rows = plural(shift.rows, noun.removesuffix("s"), noun)
    text = f"{sentence(when, segment)}: {rows}, {usual_phrase(shift.expected)}"
    if also is not None:
        label = segment_text(also.column or "", also.value)
        text += f"; {label}: {count_text(also.rows)}, {usual_phrase(also.expected)}"
    return Explanation(
        kinds.SEGMENT if whole and shift.is_segment else kinds.SINCE_HOUR,
        text,
        {
            "column": shift.column,
            "value": shift.value,
            "hours": None if whole else [shift.first, shift.last],
            "since": since if whole else None,
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
    segments: Sequence[Segment], move: float, day: date, since: date | None = None
) -> Explanation | None:
    """The one segment outside of its own range that holds most of the change, with others as usual.

    move: events more than expected, of the whole day. since: as for `from_shift`.
    """
    by_dimension: dict[str, list[Segment]] = {}
    for segment in segments:
        by_dimension.setdefault(segment.dimension, []).append(segment)
    candidates = [
        segment
        for group in by_dimension.values()
        if len(group) > 1
        for segment in group
        if move and segment.side and segment.distance / move >= _LEAST_PART
        and _is_alone(segment, group)
    ]  # fmt: skip
    if not candidates:
        return None
    chosen = max(candidates, key=lambda s: (s.distance / move, s.dimension != NAME, s.value))
    expected = chosen.normal.expected if chosen.normal else 0.0
    label = segment_text(chosen.dimension, chosen.value)
    when = since_day(since) if since is not None else ""
    low, high = chosen.edges
    return Explanation(
        kinds.SEGMENT,
        f"{sentence(when, f'{label} only')}: "
        f"{plural(chosen.today or 0, 'event')}, {usual_phrase(expected)}",
        {
            "column": chosen.dimension, "value": chosen.value, "rows": chosen.today,
            "expected": round(expected), "normal": [low, high], "since": since,
        },
    )  # fmt: skip


def _is_alone(segment: Segment, group: Sequence[Segment]) -> bool:
    """Whether every other value is inside its own range, and all of them together as usual."""
    others = [other for other in group if other is not segment]
    if any(other.side for other in others):
        return False
    known = [other for other in others if other.today is not None and other.normal is not None]
    rows = sum(other.today or 0 for other in known)
    expected = fsum(other.normal.expected for other in known if other.normal)
    low, high = _AS_USUAL
    return expected > 0 and low * expected <= rows <= high * expected


def held_since(daily: DailyCounts, column: str, value: str, began: date, side: int) -> date | None:
    """The first of the days in a row, up to the judged one, on which a value was as far off.

    began: how far back the days are red. None where only the judged day is. What is usual of the
    value is its median of the four weeks before them.
    """
    series = daily.series(column, value)
    before = [n for day, n in series.items() if began - _FOUR_WEEKS <= day < began]
    usual_count = median(before)
    if not usual_count:
        return None
    since = None
    day = daily.calendar.open_day_before(daily.day)
    while day >= began and day in series and _is_off(series[day], usual_count, side):
        since = day
        day = daily.calendar.open_day_before(day)
    return since


def _is_off(count: int, usual_count: float, side: int) -> bool:
    return count >= _RISEN * usual_count if side > 0 else count <= _FALLEN * usual_count


def stopped_name(
    name: str, series: Mapping[date, int], day: date, since: date, usual_count: float,
    calendar: Calendar, hours: HourCounts | None, judged_hours: int, others: int,
    last_events: int | None = None,
) -> Explanation:  # fmt: skip
    """An event name that stopped. hours: of the day on which it did, where that is the judged one.

    usual_count: events that are usual of the name, as its check says. others: how many more names
    stopped. since: where it is the judged day, the usual count is that of this day alone.
    last_events: of the day before that, where the name stopped in the course of it.
    """
    stop_day = since if last_events is None else calendar.open_day_before(since)
    hour = _stop_hour(hours, judged_hours)
    at = None if hour is None else hour_text(hour)
    seen = sum(count for day, count in series.items() if day >= since)
    when = f"{short_day(stop_day)} {at}" if at else short_day(stop_day)
    after = seen if hour is None or hours is None else sum(hours.judged[hour:])
    count = f"{count_text(after)} since"
    if last_events is not None:
        count = f"{count_text(last_events)} on that day, {count}"
    every = "" if stop_day == day else " a day"
    text = f"{quoted(name)} stopped on {when}: {count}, {about_text(usual_count)}{every} usual"
    if others:
        text += f"; and {plural(others, 'more name')}"
    release = _release(calendar, stop_day)
    evidence = {
        "name": name,
        "since": since,
        "stopped_on": stop_day,
        "hour": at,
        "expected": usual_count,
        "release": release,
    }
    if release is not None:
        return Explanation(
            kinds.RELEASE, f"{text}; the tracking was changed on {short_day(release)}", evidence
        )
    return Explanation(kinds.NAME_STOPPED, text, evidence)


def last_events(daily: DailyCounts, name: str, since: date) -> int | None:
    """Events of a name on the day before its silence, where it stopped in the course of that day.

    It has clearly fewer beside all others than on any day of the week before. since: the first day
    of the silence. None where that day is as usual, or not known.
    """
    series, totals = daily.series(NAME, name), daily.totals()
    last, *week = _open_days_before(daily.calendar, since, _WEEK + 1)
    if last not in series or last not in totals:
        return None
    shares = [
        series[day] / (totals[day] - series[day])
        for day in week if series.get(day) and totals.get(day, 0) > series[day]
    ]  # fmt: skip
    others = totals[last] - series[last]
    expected = min(shares, default=0.0) * others
    most = min(_CLEARLY_FEWER * expected, expected - _DEVIATIONS * sqrt(expected))
    return series[last] if len(shares) >= _LEAST_SHARES and series[last] < most else None


def _stop_hour(hours: HourCounts | None, judged_hours: int) -> int | None:
    """The hour from which on nothing came, or next to nothing, where there was more before."""
    if hours is None or not sum(hours.judged):
        return None
    stray = max(1, round(_STRAY * sum(hours.judged)))
    first = next(
        hour for hour in range(judged_hours + 1) if sum(hours.judged[hour:judged_hours]) <= stray
    )
    return first if 0 < first < judged_hours else None


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
    if (now - mean(before)) * side <= 0:
        return None  # of other weekdays
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
        earlier = daily.calendar.open_day_before(began)
        normal = baseline.normal.get(earlier)
        if earlier not in totals or normal is None or normal.side_of(totals[earlier]) != side:
            return began
        began = earlier


def _open_days_before(calendar: Calendar, day: date, count: int) -> Iterator[date]:
    for _ in range(count):
        day = calendar.open_day_before(day)
        yield day


def _release(calendar: Calendar, began: date) -> date | None:
    """The tracking release with which a change may have come: of that day or the one before."""
    released = calendar.recent_release(began)
    return released if released is not None and began - released <= _AFTER_RELEASE else None
