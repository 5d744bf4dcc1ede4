"""Names that fell silent, and stay so for longer than the window looks back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from checks.core.counts import NAME, DailyCounts
from checks.core.metrics import mean

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


def last_seen(daily: DailyCounts, name: str) -> date | None:
    """The last day with an event of a name, as far back as the daily counts go."""
    days = (day for day, count in daily.series(NAME, name).items() if count)
    return max(days, default=None)


def _silence(daily: DailyCounts, name: str, least: float) -> Silence | None:
    """Walk back from the judged day until the day before the silence."""
    series = daily.series(NAME, name)
    days, counts = tuple(series), tuple(series.values())
    if not days or days[-1] != daily.day:
        return None  # not counted on the judged day: it may be among the names that were too many
    silent_days, has_empty_day, largest = 0, False, 0
    never_stray = STRAY * max(counts)
    for count in reversed(counts):
        before = counts[
            max(0, len(counts) - silent_days - _DAYS_BEFORE) : len(counts) - silent_days
        ]
        usual = mean(before)
        is_silent_since = largest < STRAY * usual and has_empty_day and count >= STRAY * usual
        if is_silent_since and usual >= least and _is_regular(before, usual):
            return Silence(days[len(days) - silent_days], usual, min(before), max(before))
        silent_days, largest = silent_days + 1, max(largest, count)
        has_empty_day = has_empty_day or not count
        if largest >= never_stray:
            return None
    return None


def _is_regular(counts: Sequence[int], usual: float) -> bool:
    return sum(count >= STRAY * usual for count in counts) >= _REGULAR_DAYS
