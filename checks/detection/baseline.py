"""Which days say what is usual: special and broken days are left out, a new level is not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from checks.core.calendar import Calendar
from checks.core.text import count_text
from checks.detection import ExpectedRange, expected_range

#: So many days in a row on one side of the range are no accident but the new level.
NEW_LEVEL_DAYS = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """Days that say what is usual, why others do not, and what was normal on each.

    normal: the ranges that were asked for, of each day by the days before it.
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
    """The days before `day` without those that would distort what is usual.

    Left out are days in the calendar, days without events where that is out of their range,
    and with `leave_out_red` all that were out of it, each judged by the days before it. Three
    such days in a row on the same side that have events are a new level, and count again.
    every: tell the normal range of each day, not only of those where it decides: half a
    millisecond a day.
    """
    kept: dict[date, int] = {}
    left_out: dict[date, str] = {}
    normal: dict[date, ExpectedRange] = {}
    run: list[tuple[date, int]] = []
    for one in sorted(before for before in totals if before < day):
        mark, count = calendar.mark(one), totals[one]
        usual = None
        if every or (mark is None and (leave_out_red or not count)):
            usual = normal_range(kept, one, calendar, widen)
        if usual is not None:
            normal[one] = usual
        if mark is not None:
            left_out[one] = mark.name
            continue
        side = 0 if usual is None else side_of(count, usual)
        run = _continued(run, one, side)
        if not side or (count and not leave_out_red):
            kept[one] = count
        elif len(run) == NEW_LEVEL_DAYS and count:
            for back, _ in run:
                kept[back] = totals[back]
                left_out.pop(back, None)
            run = []
        else:
            left_out[one] = _why(count, usual)
    return Baseline(kept, left_out, normal)


def normal_range(
    history: Mapping[date, float], day: date, calendar: Calendar, widen: float = 1.0
) -> ExpectedRange | None:
    """What is normal on a day by its history and its place in the calendar.

    None with too little history, and for a day that the calendar says is not to be judged.
    """
    mark = calendar.mark(day)
    if mark is not None and mark.factor is None:
        return None
    usual = expected_range(history, day, widen=widen)
    if usual is None or mark is None or mark.factor is None:
        return usual
    return scaled(usual, mark.factor)


def side_of(count: float, usual: ExpectedRange) -> int:
    """-1 below the range, 1 above it, 0 inside."""
    return (count > usual.high) - (count < usual.low)


def scaled(usual: ExpectedRange, factor: float) -> ExpectedRange:
    """The range of a day on which `factor` times the usual is expected."""
    return ExpectedRange(
        usual.expected * factor, usual.low * factor, usual.high * factor, usual.basis
    )


def _continued(run: list[tuple[date, int]], day: date, side: int) -> list[tuple[date, int]]:
    """The days in a row, up to this one, that lie on its side of their range."""
    if not side:
        return []
    follows = bool(run) and run[-1] == (day - timedelta(days=1), side)
    return [*run, (day, side)] if follows else [(day, side)]


def _why(count: int, usual: ExpectedRange | None) -> str:
    if not count or usual is None:
        return "no events"
    low, high = math.ceil(usual.low), math.floor(usual.high)
    return f"out of its normal range, {count_text(low)} to {count_text(high)}"
