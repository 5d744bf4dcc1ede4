"""What explains a rise of rejected rows, in a sentence and a table; first days of reasons."""

from __future__ import annotations

from typing import Any

from checks.core.text import count_text, plural, short_day
from checks.evidence.rejected import Summary
from checks.evidence.rejected_explained import Explained
from checks.evidence.rejected_explained import read as read_rejected_explained
from checks.evidence.rejected_first import FirstSeen
from checks.evidence.rejected_first import read as read_rejected_first
from checks.quarantine.explaining import Change, Shift
from dashboard import look, page
from dashboard.components.quarantine_parts import parts_table
from dashboard.components.reading_progress import reading
from dashboard.markup import Html, show, table, tag

_MISSING = "(missing)"
_DAYS = 30


def draw(here: page.Here, told: Any) -> None:
    """The table of values whose share grew; its sentence goes to the place `told`."""
    page.section(
        "What explains the rise",
        "Values whose share of the rejected rows grew by more than chance, against the last days "
        "on which the rate was not above its limit. Ranked by the rows beyond their usual share. "
        "Parts add up to more than the whole where columns tell the same, or other values fell.",
    )
    found: Explained | None = reading(here, read_rejected_explained, "Reading the earlier days")
    if found is None:
        told.empty()
        return
    for note in found.notes:
        page.problem("Not all could be read:", note)
    with told:
        show(tag("div", tag("strong", "What changed: "), sentence(found), class_="a-note"))
    show(tag("p", compared(found), class_="a-sub"))
    if found.explanation.changes:
        show(_table(found))
    else:
        page.empty(
            "No value stands out.",
            "The rows are made up as they were before: look at what all of them share.",
        )


def sentence(found: Explained) -> Html:
    """The most telling change: which group was the largest, and which is since then."""
    if not found.explanation.is_rise:
        usual = count_text(round(found.explanation.expected))
        rows = plural(found.explanation.rows, "rejected row")
        return tag("span", f"{rows}, and {usual} would be usual: there is no rise to explain.")
    if found.explanation.shifts:
        return tag("span", *_shift(found, found.explanation.shifts[0]))
    if found.explanation.changes:
        return tag("span", *_change(found.explanation.changes[0]))
    return tag("span", "no value's share grew; more rows of every kind were rejected.")


def compared(found: Explained) -> str:
    """How many rows, how many would be usual, and what `usual` means."""
    first, last = short_day(found.before[0]), short_day(found.before[-1])
    of = "at the same number of rows read" if found.by_volume else "a day, on average"
    days = plural(len(found.before), "day")
    return (
        f"{plural(found.explanation.rows, 'row')} rejected; "
        f"{count_text(round(found.explanation.expected))} would be usual, {of}, by the {days} "
        f"from {first} to {last} (before)."
    )


def _shift(found: Explained, shift: Shift) -> list[object]:
    began = short_day(found.rise_began)
    since = "since then" if len(found.since) > 1 else "on this day"
    return [
        tag("b", shift.column), f": before {began} the largest group was ",
        tag("b", _group(shift.before)), f" ({_whole(shift.share_before)}); {since} it is ",
        tag("b", _group(shift.since)),
        f" ({_whole(shift.share_since)}, {_whole(shift.share_since_before)} before).",
    ]  # fmt: skip


def _change(change: Change) -> list[object]:
    return [
        tag("b", change.column), " = ", tag("b", _group(change.group)),
        f": {_whole(change.share_now)} of the rows, {_whole(change.share_before)} before.",
    ]  # fmt: skip


def _table(found: Explained) -> Html:
    many = len(found.since) > 1
    began = short_day(found.rise_began)
    rows = [
        [change.column, _group(change.group), _whole(change.share_before),
         *([_whole(change.share_since)] if many else []), _whole(change.share_now),
         look.count(change.rows), look.count(round(change.explained)), _part(change.part)]
        for change in found.explanation.changes
    ]  # fmt: skip
    headings = [
        "Column", "Value", "Share before", *([f"Since {began}"] if many else []),
        "On this day", "Rows", "More than usual", "Part of the rise",
    ]  # fmt: skip
    return table(
        headings, rows, numeric=range(2, len(headings)),
        caption="Values whose share grew, the strongest first",
    )  # fmt: skip


def first_seen(here: page.Here, found: Summary, place: Any) -> None:
    """Draw the table of reasons again, with the day on which each was first seen."""
    if found.reasons.why is not None or not found.reasons.parts:
        return
    seen: FirstSeen | None = reading(
        here, read_rejected_first, f"Reading {_DAYS} days for first appearances", days=_DAYS
    )
    if seen is None:
        return
    first = {reason.value: _first(here, seen, reason.first) for reason in seen.reasons}
    cells = [first.get(part.value, "–") for part in found.reasons.parts]
    with place:
        show(parts_table("Reason", found.reasons, found.rows, ("First seen", cells)))


def _first(here: page.Here, seen: FirstSeen, first: Any) -> str:
    if first == here.day and seen.oldest != here.day:
        return "new on this day"
    return f"{short_day(first)} or earlier" if first == seen.oldest else short_day(first)


def _group(group: str | None) -> str:
    return _MISSING if group is None else group


def _whole(share: float) -> str:
    """Whole percent: how many rows there are decides, not the digits."""
    return f"{share * 100:.0f} %"


def _part(part: float | None) -> str:
    return "–" if part is None else _whole(part)
