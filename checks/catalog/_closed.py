"""A day in `calendar.closed` by its events: none are right, and few are no finding. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from checks.core.calendar import CLOSED_SHARE
from checks.core.model import Facts, Judgement, Status
from checks.core.subjects import HIGH, SIDE
from checks.core.text import count_text, day_text, plural
from checks.core.totals import median

_METRIC = "volume"
#: The last open days that say what a usual one has.
_USUAL_DAYS = 28


def usual_open_day(kept: Mapping[date, float]) -> float:
    """Events of a usual open day: the median of the last 28 that have any; 0 without any."""
    counts = [kept[day] for day in sorted(kept) if kept[day]]
    return median(counts[-_USUAL_DAYS:]) or 0.0


def judge_closed(
    day: date, closed: str, count: int, kept: Mapping[date, float], details: Mapping[str, Any]
) -> Judgement:
    """Amber above 5 % of a usual open day, and for any event where no usual day is known.

    closed: why the day is closed. kept: the open days before it that say what is usual.
    """
    usual_events = usual_open_day(kept)
    limit = math.floor(CLOSED_SHARE * usual_events)
    has_too_many = count > CLOSED_SHARE * usual_events
    return Judgement(
        status=Status.AMBER if has_too_many else Status.GREEN,
        message=f"{_METRIC}={count} ({closed}, at most {limit})",
        summary=_summary(day, closed, count, usual_events),
        action=f"Find out why {day} has events, or remove the day from `calendar.closed`"
        if has_too_many
        else "Nothing to do",
        value=count,
        threshold=limit,
        unit="events",
        details={**details, "events": count, "closed": closed, "usual_open_day": usual_events},
        facts=Facts(is_closed=True),
        subjects={SIDE: (HIGH,)} if has_too_many else {SIDE: ()},
    )


def _summary(day: date, closed: str, count: int, usual_events: float) -> str:
    usual_text = (
        f"at most {CLOSED_SHARE * 100:g} % of the {count_text(round(usual_events))} of a usual "
        "open day are no finding"
        if usual_events
        else "no open day before it says what is usual"
    )
    return f"{day_text(day)} is {closed}, and has {plural(count, 'event')}; {usual_text}"
