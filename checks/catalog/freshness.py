"""Does the data reach to the end of the day?

What: hours from the newest event of the data date to that day's end; to now while
the day lasts. Where the data date is the newest with events and older than the day
that the run loads, it is red, with the hours to the end of that day. Events after
now are counted apart and never make data look fresh. A weekday that was without events in
the weeks before counts as closed (`_closed_weekdays`).
Why: a load that stopped in the afternoon looks complete in every daily total that
nobody compares.
Source of the rule: a shop that is open all day has events up to midnight; six
hours leave room for the quietest night.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from checks.catalog._closed_weekdays import (
    ClosedWeekday,
    DayEvents,
    closed_weekday,
    entry_of,
    may_be_closed,
    total_events,
    was_always_empty,
)
from checks.catalog._closed_weekdays_words import (
    learned_text,
    proposal,
    proposed_text,
)
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts
from checks.core.model import Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.text import count_text, day_text, deciding, plural, short_day
from checks.judging.check import Check
from checks.judging.unmeasured import unmeasured

if TYPE_CHECKING:
    from checks.core.records import RecordedStatus
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_SECONDS_PER_HOUR = 3600
#: While the day lasts, so many events have to be usual by now, so that none is not by chance.
_LEAST_SO_FAR = 10
_CLOCK_SKEW = "Correct the clock of the system that wrote the events with a time after now"


@dataclass(frozen=True, slots=True)
class Params:
    """How old the newest event may be."""

    max_lag_hours: float = setting("Red above this many hours.", 6, above=0)


@dataclass(frozen=True, slots=True)
class Measured:
    """The window, and what tells whether the weekday is closed.

    by_day: events of each day, far back; None where no check needs them or they cannot be read.
    recorded: what the check was on earlier days; None where that cannot be read.
    """

    events: EventCounts
    by_day: DayEvents | None = None
    recorded: Mapping[date, RecordedStatus] | None = None


def measure(params: Params, data: Readings) -> Measured:
    """The newest event of the data date, and how many lie after now; the days before it."""
    events = data.events()
    if not data.judges_volume:
        return Measured(events)
    try:
        daily = data.daily_counts()
    except MeasurementError:
        return Measured(events)  # the checks of the volume say so
    return Measured(events, total_events(daily), data.recorded(CHECK.id))


def judge(params: Params, measured: Measured, frame: Timeframe) -> Judgement:
    """Red above max_lag_hours, and without any event on an open data date.

    A weekday that is learned to be closed is green, one that may be closed amber.
    """
    events = measured.events
    closed = events.calendar.closed_reason(frame.data_date)
    if closed is not None and not frame.is_behind:
        return _closed(params, events, frame, closed)
    judgement = _judged_as_open(params, events, frame)
    if judgement.status is not Status.RED or measured.by_day is None:
        return judgement
    return _considering_weekday(judgement, params, measured, measured.by_day, frame)


def _judged_as_open(params: Params, events: EventCounts, frame: Timeframe) -> Judgement:
    """The judgement of a day on which events are expected."""
    details = _details(events)
    if not events.judged:
        return _judgement(Status.RED, params, events, frame, None, details)
    if frame.is_behind:
        return _behind(params, events, frame, details)
    if events.newest_problem is not None:
        return unmeasured("lag", "Freshness", events.newest_problem.error())
    if events.newest is None:
        raise ValueError("events of the data date without a newest one")
    lag = _lag(events.newest, frame)
    status = Status.RED if lag > params.max_lag_hours else Status.GREEN
    return _judgement(status, params, events, frame, max(lag, 0.0), details)


def _considering_weekday(
    red: Judgement, params: Params, measured: Measured, by_day: DayEvents, frame: Timeframe
) -> Judgement:
    """The red judgement; that of a closed day where the weekday is learned to be, or may be."""
    day = frame.expected_date if frame.is_behind and frame.expected_date else frame.data_date
    if not may_be_closed(day, frame.calendar):
        return red
    if not frame.is_over and by_day.usual_events < _LEAST_SO_FAR:
        return red  # so early, any day may have no event yet
    days = by_day.followed_by_empty(day, frame.calendar) if frame.is_behind else by_day
    if day not in days.counts:
        return red  # the shop's history has not begun
    weekday = closed_weekday(days, day, measured.recorded)
    if weekday is None:
        return _with_entry(red, days, day)
    if not weekday.is_learned:
        return _proposed(red, weekday, measured.events, days.counts[day])
    if frame.is_behind:
        return _up_to_closed(params, measured.events, frame, weekday)
    return _learned(params, measured.events, frame, weekday)


def _with_entry(red: Judgement, days: DayEvents, day: date) -> Judgement:
    """The red judgement, whose action names the entry where the weekday was always empty."""
    if not days.is_empty(day) or not was_always_empty(days, day):
        return red
    entry = f"; if the shop is closed on {day:%A}s, add `{entry_of(day)}` to `calendar`"
    return replace(red, action=red.action + entry)


def _proposed(red: Judgement, weekday: ClosedWeekday, events: EventCounts, count: int) -> Judgement:
    """Amber: too few weeks say that the weekday is closed. An alarm of its own, as it asks."""
    return replace(
        red,
        status=Status.AMBER,
        summary=proposed_text(weekday, count) + _future_text(events),
        action=proposal(weekday),
        details={**red.details, "closed_weekday": weekday.details()},
        facts=Facts(closed_weekday=weekday.reason()),
    )


def _up_to_closed(
    params: Params, events: EventCounts, frame: Timeframe, weekday: ClosedWeekday
) -> Judgement:
    """The newest day with events, judged by itself: the days after it are closed."""
    own = _judged_as_open(params, events, replace(frame, expected_date=None))
    return replace(
        own,
        summary=f"{own.summary}; {learned_text(weekday, 0)}",
        details={**own.details, "closed_weekday": weekday.details()},
    )


def _learned(
    params: Params, events: EventCounts, frame: Timeframe, weekday: ClosedWeekday
) -> Judgement:
    """Green: the day is closed, as the weeks before say."""
    judgement = _closed(params, events, frame, weekday.reason())
    return replace(
        judgement,
        summary=learned_text(weekday, events.judged) + _future_text(events),
        details={**judgement.details, "closed_weekday": weekday.details()},
        facts=replace(judgement.facts, closed_weekday=weekday.reason()),
    )


def _closed(params: Params, events: EventCounts, frame: Timeframe, closed: str) -> Judgement:
    """Green: no events are expected, and `volume_expected` says where there are too many."""
    return Judgement(
        status=Status.GREEN,
        message=f"lag={'not judged' if events.judged else 'none'} ({closed})",
        summary=f"{day_text(frame.data_date)} is {closed}: no event is expected, and it has "
        f"{count_text(events.judged)}",
        action=_CLOCK_SKEW if events.future_events else "Nothing to do",
        threshold=params.max_lag_hours,
        unit="hours",
        details=_details(events) | {"closed": closed},
        facts=Facts(is_closed=True),
    )


def _lag(newest: datetime, frame: Timeframe) -> float:
    """Hours from the newest event to the time up to which events are due."""
    return (frame.due - newest).total_seconds() / _SECONDS_PER_HOUR


def _behind(
    params: Params, events: EventCounts, frame: Timeframe, details: dict[str, Any]
) -> Judgement:
    """Red: the day that the run loads has no event. The lag is shown only beyond the limit.

    Within the limit it would contradict the status: early in the day, or with a limit of days.
    """
    newest = events.newest if events.newest_problem is None else None
    lag = None if newest is None else _lag(newest, frame)
    beyond = lag if lag is not None and lag > params.max_lag_hours else None
    details["expected_date"] = frame.expected_date
    return _judgement(Status.RED, params, events, frame, beyond, details)


def _judgement(
    status: Status,
    params: Params,
    events: EventCounts,
    frame: Timeframe,
    lag: float | None,
    details: dict[str, Any],
) -> Judgement:
    limit = f"{params.max_lag_hours:g}"
    shown = "none" if lag is None else f"{deciding(lag, params.max_lag_hours, 1)}h"
    action = "Nothing to do"
    if status is Status.RED:
        action = (
            f"Load {_missing(frame)}, or find out why it did not arrive, then run the gate again"
        )
    elif events.future_events:
        action = _CLOCK_SKEW
    return Judgement(
        status=status,
        message=f"lag={shown} (max {limit}h)",
        summary=_summary(events, frame, lag, limit),
        action=action,
        value=lag,
        threshold=params.max_lag_hours,
        unit="hours",
        details=details,
        facts=Facts(fails_for_empty_day=not events.judged),
    )


def _missing(frame: Timeframe) -> str:
    if frame.is_behind:
        return f"{frame.expected_date}"
    return f"the missing part of {frame.data_date}"


def _summary(events: EventCounts, frame: Timeframe, lag: float | None, limit: str) -> str:
    day = day_text(frame.data_date)
    if frame.expected_date is not None and frame.is_behind:
        text = _behind_text(frame.expected_date, frame, lag, limit)
    elif lag is None or events.newest is None:
        text = f"There is no event on {day}"
    else:
        end = _due_text(frame)
        text = (
            f"The newest event of {day} is from {_clock(events.newest, frame)}, "
            f"{lag:.1f} hours before {end} (at most {limit} is normal)"
        )
    return text + _future_text(events)


def _future_text(events: EventCounts) -> str:
    """`; 3 events have a time after now and are not counted`; empty without any."""
    if not events.future_events:
        return ""
    verbs = (
        "has a time after now and is"
        if events.future_events == 1
        else "have a time after now and are"
    )
    return f"; {plural(events.future_events, 'event')} {verbs} not counted"


def _due_text(frame: Timeframe) -> str:
    """Up to when events are due: the day's end, the run's time, or now."""
    if frame.is_over:
        return "the day's end"
    return "now" if frame.due == frame.now else "the run's time"


def _behind_text(expected: date, frame: Timeframe, lag: float | None, limit: str) -> str:
    text = (
        f"The newest day with events is {day_text(frame.data_date)}, although the run of "
        f"{short_day(frame.run_date)} loads {short_day(expected)}"
    )
    if lag is None:
        return text
    end = "now" if frame.due == frame.now else f"the end of {short_day(expected)}"
    return f"{text}: its newest event is {lag:.1f} hours before {end} (at most {limit} is normal)"


def _clock(moment: datetime, frame: Timeframe) -> str:
    """`15:59 UTC`, `16:59 (Europe/Berlin)`: a time of day in the shop's zone."""
    zone = frame.zone.key if frame.zone.key == "UTC" else f"({frame.zone.key})"
    return f"{moment.astimezone(frame.zone):%H:%M} {zone}"


def _details(events: EventCounts) -> dict[str, Any]:
    return {
        "newest_event_at": events.newest,
        "events": events.judged,
        "future_events": events.future_events,
        "future_newest_at": events.future_newest,
    }


CHECK = Check(
    id="freshness",
    layer=Layer.BUSINESS,
    order=50,
    metric="lag",
    unit="hours",
    page="volume",
    needs=("events",),
    counts="events",
    rule="The newest event of the data date is at most max_lag_hours before the day's end "
    "(before now, while the day lasts). No event on the data date is red, unless it is in "
    "calendar.closed or its weekday was without events in the weeks before, and so is a newest day "
    "with events (--data-date latest) before the newest open day that the run loads.",
    why="A load that stopped in the afternoon looks complete in totals that nobody compares.",
    advice="Load the missing part of the day, or find out why it did not arrive.",
    params=Params,
    measure=measure,
    judge=judge,
)
