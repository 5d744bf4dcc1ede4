"""Events that belong to no day: without a time, or with one years after now.

Decides how many are a remark, a warning, or too many to judge the day. Pure. Old ones do not
matter: those that came since an earlier data date was evaluated, before the day's run, are compared
with the events of a usual day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from checks.core.metrics import (
    FAR_EVENTS,
    FAR_PURCHASES,
    UNDATED_EVENTS,
    UNDATED_PURCHASES,
    EventCounts,
    Undated,
)
from checks.core.model import Cause, Judgement, Status
from checks.core.text import count_text, percent_text, plural
from checks.core.timeframe import FAR_AHEAD
from checks.judging.unmeasured import unknown

#: Shares of a usual day: above the first a warning, above the second the day is unknown.
WARN_ABOVE, UNKNOWN_ABOVE = 0.001, 0.01
FAR_TEXT = f"{FAR_AHEAD.days} days after now"
_LENIENT = (Status.GREEN, Status.AMBER, Status.SKIPPED)
_ACTION = "Find out why events arrive without a readable time, repair them and load them again"


def considering_undated(
    judgement: Judgement, metric: str, events: EventCounts, *, is_reporter: bool, of_purchases: bool
) -> Judgement:
    """The judgement, revised by the events that have no time.

    is_reporter: whether this is the check that reports how many there are. of_purchases: whether it
    judges purchases only. Red stays red.
    """
    undated = events.undated
    share = new_share(events, of_purchases=of_purchases)
    if is_reporter:
        judgement = _with_undated_counts(judgement, undated)
    if judgement.status not in _LENIENT:
        return judgement
    if share > UNKNOWN_ABOVE:
        return _unmeasured(judgement, metric, undated, share, of_purchases=of_purchases)
    if is_reporter and judgement.status is Status.SKIPPED and _has_no_events(events):
        return _no_event_ever(judgement, metric)
    if is_reporter and share > WARN_ABOVE and judgement.status is Status.GREEN:
        message = f"{judgement.message}, undated={share:.4f} (max {WARN_ABOVE})"
        return replace(judgement, status=Status.AMBER, message=message, action=_ACTION)
    if is_reporter and judgement.status is Status.GREEN and _may_hide_new_ones(events):
        message = f"{judgement.message}, undated={undated.events} (before: {undated.events_before})"
        return replace(judgement, status=Status.AMBER, message=message, action=_ACTION)
    return judgement


def new_share(events: EventCounts, *, of_purchases: bool) -> float:
    """New events (or purchases) that belong to no day, over those of a usual day."""
    new = events.undated.new(of_purchases=of_purchases)
    return new / max(1, _median_day(events, of_purchases=of_purchases))


def _median_day(events: EventCounts, *, of_purchases: bool) -> float:
    """Events, or purchases, of a usual day: the median of the window's days that have any."""
    daily = events.purchases.rows if of_purchases else events.totals()
    return median([count for count in daily[:-1] if count] or [daily[-1]])


def _may_hide_new_ones(events: EventCounts) -> bool:
    """Whether old ones disappeared, so that it is unknown how many of the others are new."""
    undated = events.undated
    have_decreased = undated.events_before is not None and undated.events < undated.events_before
    return have_decreased and undated.events > UNKNOWN_ABOVE * _median_day(
        events, of_purchases=False
    )


def _has_no_events(events: EventCounts) -> bool:
    return not any(events.totals()) and not events.has_earlier


def _no_event_ever(judgement: Judgement, metric: str) -> Judgement:
    """For a table without a single event up to the data date, from which nothing can be learned."""
    return unknown(
        metric, Cause.BAD_VALUE, "there is no event on the data date or before it",
        what="The day", action="Find out why no event arrived, then run the gate again",
        reading="events", details=judgement.details, facts=judgement.facts,
    )  # fmt: skip


def _with_undated_counts(judgement: Judgement, undated: Undated) -> Judgement:
    details = dict(judgement.details) | {
        UNDATED_EVENTS: undated.events,
        UNDATED_PURCHASES: undated.purchases,
        "undated_events_before": undated.events_before,
        FAR_EVENTS: undated.far,
        FAR_PURCHASES: undated.far_purchases,
        "far_events_before": undated.far_before,
    }
    summary = "; ".join([judgement.summary, *_remarks(undated)])
    return replace(judgement, details=details, summary=summary)


def _remarks(undated: Undated) -> Iterator[str]:
    if undated.events:
        verb = "has" if undated.events == 1 else "have"
        yield f"{plural(undated.events, 'event')} {verb} no readable time and no day"
    if undated.far:
        verb = "has" if undated.far == 1 else "have"
        yield f"{plural(undated.far, 'event')} {verb} a time more than {FAR_TEXT} and no day"


def undated_text(undated: int, far: int) -> str:
    """The description of rows that belong to no day: `without a time`, or by the time they have."""
    parts = ["without a time"] if undated or not far else []
    return " or ".join([*parts, *([f"more than {FAR_TEXT}"] if far else [])])


def _old_count(number: int, before: int | None) -> int:
    """How many of the rows may be old."""
    return min(number, before or 0)


def _unmeasured(
    judgement: Judgement, metric: str, undated: Undated, share: float, *, of_purchases: bool
) -> Judgement:
    kind, number, far = "event", undated.events, undated.far
    before = _old_count(number, undated.events_before) + _old_count(far, undated.far_before)
    if of_purchases:
        kind, number, far = "purchase", undated.purchases, undated.far_purchases
        before = _old_count(number, undated.purchases_before)
        before += _old_count(far, undated.far_purchases_before)
    old = f", {count_text(before)} of them old" if before else ""
    events = f"{plural(number + far, kind)} {undated_text(number, far)}{old}"
    detail = (
        f"{events}: {percent_text(share, UNKNOWN_ABOVE)} of a usual day, "
        f"at most {percent_text(UNKNOWN_ABOVE)}"
    )
    return unknown(
        metric, Cause.BAD_VALUE, detail, what="The day", action=_ACTION, reading="events",
        threshold=judgement.threshold, unit=judgement.unit, details=judgement.details,
        facts=judgement.facts,
    )  # fmt: skip
