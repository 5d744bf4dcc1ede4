"""What a person should know of days whose counts are not what they were. Pure text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from checks.core.metrics import EventCounts
from checks.core.text import count_text, plural, quoted
from checks.measuring.spot_checks import Difference

if TYPE_CHECKING:
    from checks.core.counts import RememberedCounts


def notes_of(
    recent: EventCounts, known: Mapping[date, RememberedCounts], withheld: Iterable[date]
) -> list[str]:
    """What a person should know of days that are gone, wholly or in part."""
    notes = [
        f"events: {day} was remembered with {plural(known[day].counts.total, 'event')}, and the "
        "warehouse may no longer have the whole day: the remembered count is kept; andon recount "
        f"--from {day} --to {day} --replace-oldest replaces it"
        for day in withheld
    ]
    if recent.missing:
        days = ", ".join(map(str, recent.missing))
        notes.append(
            f"events: no comparison with {days}: gone from the warehouse and not remembered"
        )
    return notes


def difference_note(change: Difference, older: list[date], *, is_possible: bool) -> str:
    """A remembered day that differs. older: the days that have to be counted again."""
    days = plural(len(older), "earlier day")
    named = "" if change.name is None else f" named {quoted(change.name)}"
    text = (
        f"events: {change.day} was remembered with {plural(change.remembered, 'event')}{named}, "
        f"the warehouse has {count_text(change.counted)}"
    )
    if is_possible:
        return f"{text}; {days} were counted again"
    return (
        f"{text}; counting {days} again may take longer than warehouse.timeout_seconds: the next "
        f"run does it first, or andon recount --from {older[0]} --to {older[-1]}"
    )
