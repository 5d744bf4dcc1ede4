"""What `volume_trend` says of a decline: how large it is, since when, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from checks.core.text import change_text, count_text, plural, short_day
from checks.detection import Onset, Shape, Trend

_WEEK = 7
#: Likely beginnings that are so many days apart are one date.
_ABOUT_DAYS = 6
#: Smaller changes a day have a decimal.
_WHOLE_PERCENT = 0.095


def week_text(trend: Trend, day: date, red_limit: float | None) -> str:
    """The week beside the weeks before it, with the limits in force, as fractions."""
    red = "" if red_limit is None else f", red at {red_limit * 100:.0f} %"
    return (
        f"The 7 days up to {short_day(day)} have {count_text(round(trend.week))} "
        f"events, {change_text(trend.change)} against {count_text(round(trend.baseline))}, the "
        f"median of the {trend.weeks} weeks before (amber at a decline "
        f"of {trend.limit * 100:.0f} % or more{red})"
    )


def accepted_text(levels: Sequence[Mapping[str, Any]]) -> str:
    """How earlier days count after a level was accepted, to follow a sentence; else nothing."""
    return "".join(
        f"; days before {short_day(level['since'])} count {level['factor']:.2f} times, as their "
        "level was accepted to be"
        for level in levels
    )


def onset_text(onset: Onset | None, day: date) -> str:
    """Since when the volume declines, to follow a sentence; nothing where it is not known."""
    if onset is None:
        return ""
    if onset.is_older:
        weeks = plural((day - onset.day).days // _WEEK, "week")
        return f"; declining for at least {weeks}, {_a_day(onset.change)}"
    if onset.shape is Shape.STEP:
        return f"; a step down of {-onset.change * 100:.0f} % on {_when(onset)}, level since then"
    if onset.shape is Shape.SLOPE:
        return f"; declining since {_when(onset)}, {_a_day(onset.change)}"
    return f"; lower since {_when(onset)}, by a step or a slope: the days do not tell yet"


def action_text(onset: Onset | None) -> str:
    """What to look for, and where."""
    if onset is None or onset.is_older:
        return "Find out on the volume page since when the volume declines, and for which names"
    return (
        f"Find out what changed on about {short_day(onset.day)}, and for which names on the volume "
        "page"
    )


def onset_details(onset: Onset | None) -> dict[str, Any] | None:
    """The beginning of the decline as data; None where it is not known."""
    if onset is None:
        return None
    return {
        "shape": None if onset.shape is None else onset.shape.value,
        "day": onset.day,
        "earliest": onset.earliest,
        "latest": onset.latest,
        "change": onset.change,
        "is_older": onset.is_older,
    }


def _when(onset: Onset) -> str:
    about = f"about {short_day(onset.day)}"
    if (onset.latest - onset.earliest).days <= _ABOUT_DAYS:
        return about
    return f"{about} (between {short_day(onset.earliest)} and {short_day(onset.latest)})"


def _a_day(change: float) -> str:
    return f"{change_text(change, 0 if -change >= _WHOLE_PERCENT else 1)} a day"
