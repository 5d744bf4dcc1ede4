"""The normal range of a day by the days before it and its entry in the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from checks.core.calendar import Calendar
from checks.detection.expected import ExpectedRange
from checks.detection.ranges import expected_range
from checks.detection.weekday import WEEK


def normal_range(
    history: Mapping[date, float],
    day: date,
    calendar: Calendar,
    widen: float = 1.0,
    *,
    since: date | None = None,
) -> ExpectedRange | None:
    """The normal range of a day; None with too little history, and where the calendar says so.

    since: the first day of an incident, which never becomes the usual, however long it lasts: from
    that day on the range is the one that the first day of the same weekday had, by the days before.
    """
    special_day = calendar.special_day(day)
    if special_day is not None and special_day.factor is None:
        return None
    as_of = day
    if since is not None and day >= since:
        as_of = since + timedelta(days=(day - since).days % WEEK)
        history = {earlier: count for earlier, count in history.items() if earlier < since}
    normal = expected_range(history, as_of, widen=widen)
    if normal is None or special_day is None or special_day.factor is None:
        return normal
    return normal.scaled(special_day.factor)
