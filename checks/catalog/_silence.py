"""Names that fell silent, and stay so for longer than the window looks back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from checks.core.counts import NAME, DailyCounts, DayCounts, Values, value_text
from checks.core.metrics import EventCounts
from checks.core.totals import median

#: Days before the silence that tell how often a name usually comes.
_DAYS_BEFORE = 7
#: Of these, so many had more than stray events: a campaign's single day is no regular name.
_REGULAR_DAYS = 4
#: A day with less than this part of what was usual has stray events, and is silent like an empty
#: one; test traffic does not end a silence.
STRAY = 0.1


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when a regular name is silent, and how many events a day it had in the week before."""

    since: date
    usual: float
    lowest: int
    highest: int


def silences(daily: DailyCounts, least: float) -> dict[str, Silence]:
    """The names that are silent on the judged day, and have been since they were regular.

    least: events a day that make a name regular. As far back as the daily counts go.
    """
    by_name = ((name, _silence(daily, name, least)) for name in daily.values(NAME))
    return {name: silence for name, silence in by_name if silence is not None}


def last_return(daily: DailyCounts, name: str) -> date | None:
    """The last day on which a name had more than stray events, as far back as the counts go.

    Stray is less than a part of what it usually has on its days: it may be no regular name.
    """
    real: list[tuple[date, int]] = []
    for day, count in daily.series(NAME, name, since=daily.days[0]).items():
        before = [count for _, count in real[-_DAYS_BEFORE:]]
        if count and (not before or count >= STRAY * (median(before) or 0)):
            real.append((day, count))
    return real[-1][0] if real else None


def with_whole_days(daily: DailyCounts, events: EventCounts) -> DailyCounts:
    """The daily counts with every name of the window, also those that were too many to be kept."""
    counted = dict(daily.counted)
    for index, day in enumerate(events.days):
        if day in counted and day not in events.recalled and counted[day].by_dimension[NAME].rest:
            counted[day] = DayCounts(day, {NAME: Values(_on_day(events, index))})
    return replace(daily, counted=counted)


def _on_day(events: EventCounts, index: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, series in events.by_name.items():
        if series[index]:
            shown = value_text(name)
            counts[shown] = counts.get(shown, 0) + series[index]
    return counts


def _silence(daily: DailyCounts, name: str, least: float) -> Silence | None:
    """Walk back from the judged day until the day before the silence.

    On a day on which the name was not among those that are kept it may have had some events: that
    ends no silence, and begins none.
    """
    series = daily.series(NAME, name, since=daily.days[0])
    if daily.day not in series:
        return None
    first = min(series)
    days = [day for day in daily.days if day >= first]
    counts = tuple(series.get(day, 0) for day in days)
    silent_days, has_empty_day, largest = 0, False, 0
    never_stray = STRAY * max(counts)
    for day, count in zip(reversed(days), reversed(counts), strict=True):
        before = counts[
            max(0, len(counts) - silent_days - _DAYS_BEFORE) : len(counts) - silent_days
        ]
        typical = median(before) or 0.0
        is_silent_since = largest < STRAY * typical and has_empty_day and count >= STRAY * typical
        if is_silent_since and typical >= least and _is_regular(before, typical):
            return Silence(days[len(days) - silent_days], typical, min(before), max(before))
        silent_days, largest = silent_days + 1, max(largest, count)
        has_empty_day = has_empty_day or series.get(day) == 0
        if largest >= never_stray:
            return None
    return None


def _is_regular(counts: Sequence[int], typical: float) -> bool:
    """Whether a name came on most of these days. usual: their median, which no spike moves."""
    return sum(count >= STRAY * typical for count in counts) >= _REGULAR_DAYS
