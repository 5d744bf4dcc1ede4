"""Numbers, hours, days and segments as the sentences of explanations write them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from checks.core.counts import NAME, NO_VALUE
from checks.core.text import about_text, clean, quoted, short_day

_TRUTHS = ("true", "false")
_LONGEST_VALUE = 60
_MOST_NAMED = 3


def usual_phrase(number: float) -> str:
    """`about 70 usual`, or `none usual`."""
    return "none usual" if number < 1 else f"{about_text(number)} usual"


def hour_text(hour: int) -> str:
    """`06:00`; `24:00` is the end of the day."""
    return f"{hour:02d}:00"


def segment_text(column: str, value: str | None) -> str:
    """`Shop app`, `'page_viewed'`, `is_member=true`, `client_id missing`."""
    if value is None or value == NO_VALUE:
        return f"{clean(column)} missing"
    if not value.strip():
        return f"{clean(column)} empty"
    if column == NAME:
        return quoted(value)
    shown = clean(value, _LONGEST_VALUE)
    speaks_for_itself = any(character.isalpha() for character in shown) and not shown.startswith(
        "("
    )
    if speaks_for_itself and len(shown) > 1 and shown.casefold() not in _TRUTHS:
        return shown
    return f"{clean(column)}={shown}"


def span_text(first: int, last: int, hours: int, *, is_sharp: bool = True) -> str:
    """`Since 06:00`, `From 06:00 to 12:00`; empty for the whole day. last: exclusive.

    is_sharp: whether an hour earlier or later would not do as well; else it is `about` that hour.
    """
    about = "" if is_sharp else "about "
    if first == 0 and last >= hours:
        return ""
    if last >= hours:
        return f"Since {about}{hour_text(first)}"
    return f"From {about}{hour_text(first)} to {hour_text(last)}"


def since_day(day: date) -> str:
    """`Since 2 March`."""
    return f"Since {short_day(day)}"


def sentence(*parts: str) -> str:
    """The parts that are not empty with commas between them; values keep their spelling."""
    text = ", ".join(part for part in parts if part)
    return f"M{text[1:]}" if text.startswith("mostly ") else text


def names_text(names: Sequence[str]) -> str:
    """`'a', 'b', 'c' and 4 more`."""
    shown = ", ".join(quoted(name) for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
