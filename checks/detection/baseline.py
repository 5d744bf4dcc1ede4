"""The days that a day is compared with, without special and broken ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from checks.core.calendar import Calendar
from checks.core.text import count_text
from checks.detection import ExpectedRange, expected_range

WEEK = 7
#: This many days in a row on one side of the range are a new level, not an accident.
NEW_LEVEL_DAYS = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """The days that a day is compared with, why others are left out, and normal ranges.

    normal: the normal range of each day for which one was computed, from the days before it.
    """

    kept: Mapping[date, int]
    left_out: Mapping[date, str]
    normal: Mapping[date, ExpectedRange]


def baseline(
    totals: Mapping[date, int],
    day: date,
    calendar: Calendar,
    widen: float = 1.0,
    *,
    leave_out_red: bool = False,
    every: bool = False,
) -> Baseline:
    """The days before `day` without those that would distort the comparison.

    Left out are days in the calendar, days without events where that is out of their range,
    and with `leave_out_red` all that were out of it, each judged by the days before it. Three
    such days in a row on the same side that have events are a new level, and count again.
    every: compute the normal range of every day, not only of those where it decides: half a
    millisecond a day.
    """
    kept: dict[date, int] = {}
    left_out: dict[date, str] = {}
    normal: dict[date, ExpectedRange] = {}
    out_of_range: list[tuple[date, int]] = []
    for earlier_day in sorted(before for before in totals if before < day):
        special_day, count = calendar.special_day(earlier_day), totals[earlier_day]
        day_range = None
        if every or (special_day is None and (leave_out_red or not count)):
            day_range = normal_range(kept, earlier_day, calendar, widen)
        if day_range is not None:
            normal[earlier_day] = day_range
        if special_day is not None:
            left_out[earlier_day] = special_day.name
            continue
        side = 0 if day_range is None else side_of(count, day_range)
        out_of_range = _extended(out_of_range, earlier_day, side, calendar)
        if not side or (count and not leave_out_red):
            kept[earlier_day] = count
        elif len(out_of_range) == NEW_LEVEL_DAYS and count:
            for level_day, _ in out_of_range:
                kept[level_day] = totals[level_day]
                left_out.pop(level_day, None)
            out_of_range = []
        else:
            left_out[earlier_day] = _out_of_range_text(count, day_range)
    return Baseline(kept, left_out, normal)


def normal_range(
    history: Mapping[date, float], day: date, calendar: Calendar, widen: float = 1.0
) -> ExpectedRange | None:
    """The normal range of a day by its history and its entry in the calendar.

    None with too little history, and for a day that the calendar excludes from judging.
    """
    special_day = calendar.special_day(day)
    if special_day is not None and special_day.factor is None:
        return None
    normal = expected_range(history, day, widen=widen)
    if normal is None or special_day is None or special_day.factor is None:
        return normal
    return scaled(normal, special_day.factor)


def usual_range(
    history: Mapping[date, float],
    day: date,
    calendar: Calendar,
    widen: float = 1.0,
    *,
    since: date | None = None,
) -> ExpectedRange | None:
    """The normal range of a day by the days before `since`, the first one of an incident.

    So that an incident never becomes the usual, however long it lasts: it is the range that the
    first day of the same weekday from `since` on had. None as for `normal_range`.
    """
    if since is None or day < since:
        return normal_range(history, day, calendar, widen)
    first = since + timedelta(days=(day - since).days % WEEK)
    before = {earlier: count for earlier, count in history.items() if earlier < since}
    normal, special_day = expected_range(before, first, widen=widen), calendar.special_day(day)
    if normal is None or special_day is None:
        return normal
    return None if special_day.factor is None else scaled(normal, special_day.factor)


def side_of(count: float, normal: ExpectedRange) -> int:
    """-1 below the range, 1 above it, 0 inside."""
    return (count > normal.high) - (count < normal.low)


def scaled(normal: ExpectedRange, factor: float) -> ExpectedRange:
    """The range of a day on which `factor` times the usual is expected."""
    return ExpectedRange(
        normal.expected * factor, normal.low * factor, normal.high * factor, normal.basis
    )


def _extended(
    days: list[tuple[date, int]], day: date, side: int, calendar: Calendar
) -> list[tuple[date, int]]:
    """The open days in a row, up to this one, that are on the same side of their range."""
    if not side:
        return []
    follows = bool(days) and days[-1] == (calendar.open_day_before(day), side)
    return [*days, (day, side)] if follows else [(day, side)]


def _out_of_range_text(count: int, normal: ExpectedRange | None) -> str:
    if not count or normal is None:
        return "no events"
    low, high = math.ceil(normal.low), math.floor(normal.high)
    return f"out of its normal range, {count_text(low)} to {count_text(high)}"
