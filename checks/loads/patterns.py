"""On which run dates a source usually comes, and until when. Pure.

Learned from the run dates of the last weeks that have any entry, from the first to the last one
with the source: days before it was new, and after it stayed away, say nothing about its pattern.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

#: How many days before the run date a pattern is learned from.
LEARNED_DAYS = 35
#: A weekday is usual after so many of it, with the source on this share of them.
LEAST_WEEKDAYS, WEEKDAY_SHARE = 3, 0.8
#: A source of all days is usual after so many run dates, with this share of them: more than 6 of 7.
LEAST_DATES, DAILY_SHARE = 7, 0.9
#: A weekday is no usual one with at most this share; between both the source comes now and then.
NEVER_SHARE = 0.2
#: With so many weekdays on which it comes now and then, a source is expected on one only if it came
#: on each of it; with more of them, no weekday is usual: some are full by chance.
MOST_MIXED = 2
#: A source that was seen last more than this many days before is no longer expected.
FADES_AFTER_DAYS = 14
#: The part of the earlier times by which a source usually has come.
_USUALLY = 0.9
_DAY_MINUTES, _HOUR = 24 * 60, 60


def is_usual(came: Collection[date], run_dates: Sequence[date], run_date: date) -> bool:
    """Whether a source is expected on `run_date`.

    came: the earlier run dates with the source. run_dates: all earlier ones with entries.
    """
    if not came or (run_date - max(came)).days > FADES_AFTER_DAYS:
        return False
    first, last = min(came), max(came)
    span = [day for day in run_dates if first <= day <= last]
    by_weekday: dict[int, list[bool]] = defaultdict(list)
    for day in span:
        by_weekday[day.weekday()].append(day in came)
    same = by_weekday[run_date.weekday()]
    mixed = sum(map(_is_mixed, by_weekday.values()))
    if mixed <= MOST_MIXED and len(same) >= LEAST_WEEKDAYS:
        needed = 1.0 if mixed == MOST_MIXED else WEEKDAY_SHARE
        if sum(same) >= needed * len(same):
            return True
    is_daily = len(span) >= LEAST_DATES and len(came) >= DAILY_SHARE * len(span)
    return is_daily and 2 * sum(same) > len(same)


def _is_mixed(came: Sequence[bool]) -> bool:
    """Whether a source comes on a weekday now and then."""
    count = len(came)
    is_between = NEVER_SHARE * count < sum(came) < WEEKDAY_SHARE * count
    return count >= LEAST_WEEKDAYS and is_between


def missing_run_dates(run_dates: Sequence[date], run_date: date) -> int:
    """How many more earlier run dates it takes before any source can be expected."""
    same = sum(day.weekday() == run_date.weekday() for day in run_dates)
    return max(0, min(LEAST_DATES - len(run_dates), LEAST_WEEKDAYS - same))


def minutes_after_midnight(moment: datetime, run_date: date, zone: ZoneInfo) -> float:
    """The clock time of an entry, counted from the midnight at which its run date begins.

    Of the wall clock, so that a usual time stays the same when clocks change; 1,440 and more on the
    days after the run date.
    """
    local = moment.astimezone(zone)
    days = (local.date() - run_date).days
    return days * _DAY_MINUTES + local.hour * _HOUR + local.minute + local.second / _HOUR


def usual_minutes(arrivals: Iterable[tuple[date, float]], run_date: date) -> float | None:
    """By when a source usually has come, in whole minutes after midnight; None without any.

    arrivals: earlier run dates with the minutes of the first entry. By 90 % of them, or by all of
    the same weekday, if there are enough and that is earlier.
    """
    by_date = list(arrivals)
    if not by_date:
        return None
    ranked = sorted(minutes for _, minutes in by_date)
    usual = ranked[math.ceil(_USUALLY * len(ranked)) - 1]
    same = [minutes for day, minutes in by_date if day.weekday() == run_date.weekday()]
    if len(same) >= LEAST_WEEKDAYS:
        usual = min(usual, max(same))
    return float(math.ceil(usual))


def clock_text(minutes: float) -> str:
    """`05:52`, `05:52 the day after`, `05:52, 2 days after`: minutes after midnight."""
    days, rest = divmod(int(minutes), _DAY_MINUTES)
    clock = f"{rest // _HOUR:02d}:{rest % _HOUR:02d}"
    if not days:
        return clock
    return f"{clock} the day after" if days == 1 else f"{clock}, {days} days after"
