"""What is said of a weekday that is learned to be closed, or may be. Pure."""

from __future__ import annotations

from checks.catalog._closed_weekdays import LEARNED_FROM, ClosedWeekday
from checks.core.text import day_text, plural


def learned_text(weekday: ClosedWeekday, count: int) -> str:
    """A sentence: the day is closed, why, and what would say so for good. count: its events."""
    return (
        f"{_empty_text(weekday, count)}, and counts as closed; `{weekday.entry}` in `calendar` "
        "would say so for good"
    )


def proposed_text(weekday: ClosedWeekday, count: int) -> str:
    """A sentence: the day may be closed, why, and from when on it is. count: its events."""
    return f"{_empty_text(weekday, count)}; {learned_after(weekday)}"


def learned_after(weekday: ClosedWeekday) -> str:
    """`after 3 such Sundays the weekday counts as closed`."""
    return f"after {LEARNED_FROM} such {weekday.weekdays} the weekday counts as closed"


def _empty_text(weekday: ClosedWeekday, count: int) -> str:
    """`Sunday 8 June has no event, as on the last Sunday`."""
    has = "no event" if not count else f"{plural(count, 'event')}, next to none"
    return f"{day_text(weekday.day)} has {has}, {weekday.likeness}"


def proposal(weekday: ClosedWeekday) -> str:
    """What to do about a day that may be closed."""
    return (
        f"If the shop is closed on {weekday.weekdays}, add `{weekday.entry}` to `calendar`; "
        f"else load {weekday.day} and run the gate again"
    )
