"""What explains a rise of rejected rows, in a sentence and a table; first days of reasons."""

from __future__ import annotations

from typing import Any

from checks.core.model import Status
from checks.core.text import percent_text, plural, short_day, usual_text
from checks.evidence.rejected import FirstSeen, Summary
from checks.evidence.rejected import read_first_seen as read_rejected_first
from checks.evidence.rejected_explained import Explained
from checks.evidence.rejected_explained import read as read_rejected_explained
from checks.quarantine.explaining import GrownShare, Shift
from dashboard import look, page
from dashboard.components.quarantine_parts import parts_table
from dashboard.components.reading_progress import read_with_progress
from dashboard.markup import Html, show, table, tag

_MISSING = "(missing)"
_DAYS = 30


def draw(context: page.PageContext, headline: Any) -> None:
    """The table of values whose share grew.

    Its sentence is drawn in the place `headline`, unless the card says what explains the rise.
    """
    page.section(
        "What explains the rise",
        "Values that are more frequent among the rejected rows than before, by more than chance; "
        "those with the most additional rows first.",
    )
    explained: Explained | None = read_with_progress(
        context, read_rejected_explained, "Reading the earlier days"
    )
    if explained is None:
        headline.empty()
        return
    for note in explained.notes:
        page.problem("Not all could be read:", note)
    verdict = context.verdict("quarantine_rate")
    is_green = verdict is not None and verdict.status is Status.GREEN
    sentence = usual_sentence(explained) if is_green else rise_sentence(explained)
    rows = explained.explanation.rows
    note = tag("div", tag("strong", "What changed: "), sentence, class_="a-note")
    if is_explained(context):
        show(note)
    else:
        with headline:
            show(note)
    show(tag("p", comparison_sentence(explained), class_="a-sub"))
    if explained.explanation.changes:
        show(_table(explained))
    elif rows:
        page.empty(
            "No value stands out.",
            "The shares are the same as before: look at what all rows have in common.",
        )
    else:
        page.empty("No rejected row on this day.", "There is nothing to explain.")


def is_explained(context: page.PageContext) -> bool:
    """Whether the card of the check says what explains the rise."""
    verdict = context.verdict("quarantine_rate")
    return verdict is not None and verdict.explanation is not None


def usual_sentence(explained: Explained) -> Html:
    """How many rows were rejected, where these are within the limit."""
    rows = plural(explained.explanation.rows, "rejected row")
    number = usual_text(explained.explanation.expected)
    return tag("span", f"nothing that needs an explanation. {rows}, about {number} usual.")


def rise_sentence(explained: Explained) -> Html:
    """The most important change: the largest group before the rise and since then."""
    if not explained.explanation.is_rise:
        rows = plural(explained.explanation.rows, "rejected row")
        number = usual_text(explained.explanation.expected)
        return tag("span", f"{rows}, about {number} usual: there is no rise to explain.")
    if explained.explanation.shifts:
        return tag("span", *_shift(explained, explained.explanation.shifts[0]))
    if explained.explanation.changes:
        return tag("span", *_change(explained, explained.explanation.changes[0]))
    return tag("span", "no value's share grew; more rows of every kind were rejected.")


def comparison_sentence(explained: Explained) -> str:
    """The number of rows, the usual number, and the days that say what is usual."""
    explanation = explained.explanation
    first, last = short_day(explained.before[0]), short_day(explained.before[-1])
    comparison = f"about {usual_text(explanation.expected)} usual"
    if explained.by_volume:
        comparison += f" ({percent_text(explained.usual_rate)} of the rows read)"
    days = plural(len(explained.before), "day")
    return (
        f"{plural(explanation.rows, 'row')} rejected, {comparison}: by the last {days} on which "
        f"the rate was not red, {first} to {last} (before)."
    )


def _shift(explained: Explained, shift: Shift) -> list[object]:
    began = short_day(explained.rise_began)
    since = "since then" if len(explained.since) > 1 else "on this day"
    share_since = _whole_percent(shift.share_since)
    return [
        tag("b", _column(explained, shift.column)),
        f": before {began} the largest group was ",
        tag("b", _group_text(shift.before)),
        f" ({_whole_percent(shift.share_before)}); {since} it is ",
        tag("b", _group_text(shift.since)),
        f" ({share_since}, {_whole_percent(shift.share_since_before)} before).",
    ]


def _column(explained: Explained, column: str) -> str:
    """A column's name; of one with times, whose clock the hours are of."""
    clock = explained.clocks.get(column)
    return column if clock is None else f"{column} ({clock})"


def _change(explained: Explained, change: GrownShare) -> list[object]:
    share_before = _whole_percent(change.share_before)
    return [
        tag("b", _column(explained, change.column)),
        " = ",
        tag("b", _group_text(change.group)),
        f": {_whole_percent(change.share_now)} of the rows, {share_before} before.",
    ]


def _table(explained: Explained) -> Html:
    has_earlier_days = len(explained.since) > 1
    began = short_day(explained.rise_began)
    rows = [
        [
            _column(explained, change.column),
            _group_text(change.group),
            _whole_percent(change.share_before),
            *([_whole_percent(change.share_since)] if has_earlier_days else []),
            _whole_percent(change.share_now),
            look.count(change.rows),
            look.count(round(change.explained)),
        ]
        for change in explained.explanation.changes
    ]
    headings = [
        "Column",
        "Value",
        "Share before",
        *([f"Since {began}"] if has_earlier_days else []),
        "On this day",
        "Rows",
        "More than usual",
    ]
    return table(
        headings, rows, numeric=range(2, len(headings)),
        caption="Values whose share grew, the strongest first",
    )  # fmt: skip


def draw_first_seen(context: page.PageContext, summary: Summary, place: Any) -> None:
    """Draw the table of reasons again, with the day on which each was first seen."""
    if summary.reasons.why is not None or not summary.reasons.parts:
        return
    first_seen: FirstSeen | None = read_with_progress(
        context, read_rejected_first, f"Reading {_DAYS} days for first appearances", days=_DAYS
    )
    if first_seen is None:
        return
    first = {
        reason.value: _first_seen_text(context, first_seen, reason.first)
        for reason in first_seen.reasons
    }
    cells = [first.get(part.value, "–") for part in summary.reasons.parts]
    with place:
        show(parts_table("Reason", summary.reasons, summary.rows, ("First seen", cells)))


def _first_seen_text(context: page.PageContext, first_seen: FirstSeen, first: Any) -> str:
    if first == context.day and first_seen.oldest != context.day:
        return "new on this day"
    return f"{short_day(first)} or earlier" if first == first_seen.oldest else short_day(first)


def _group_text(group: str | None) -> str:
    return _MISSING if group is None else group


def _whole_percent(share: float) -> str:
    """A share as whole percent."""
    return f"{share * 100:.0f} %"
