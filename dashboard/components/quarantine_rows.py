"""The rejected rows themselves, with filters that are kept in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from datetime import time as clock_time

import streamlit as st

from checks.core.masking import masked_inside
from checks.core.text import count_text, plural
from checks.evidence.rejected import Breakdown, Summary
from checks.evidence.rejected_part import ALL_ROWS, PARAMETERS, ExplainedPart, RejectedPart
from checks.evidence.rejected_rows import RejectedPage
from checks.evidence.rejected_rows import read as read_rejected_rows
from dashboard import address, page
from dashboard.components import quarantine_chips
from dashboard.components.reading_progress import read_with_progress
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name
from dashboard.markup import show, tag

_PIXELS = 465
_NAMES = ("reason", "source", "event", "hour", "q", *PARAMETERS)


def draw(context: page.PageContext, summary: Summary) -> None:
    """Chips and filters, and one page of the rows that match them."""
    part, cause = quarantine_chips.requested_part(), quarantine_chips.explained(context)
    chips = st.empty()
    with chips:
        quarantine_chips.draw(part or ALL_ROWS, cause)
    noon = datetime.combine(context.day, clock_time(12), context.zone)
    choices, query = _draw_filters(summary, noon.tzname() or context.zone.key)
    if part is None or any(choice.invalid is not None for choice in choices.values()):
        page.empty(
            "No rows are shown.",
            "The link asks for rows that it does not name, or for a value that is not found on "
            "this day.",
        )
        _draw_clear_button()
        return
    values = {name: choice.value for name, choice in choices.items()}
    row_page = _read(context, values, query, part, cause)
    if row_page is None:
        return
    with chips:
        quarantine_chips.draw(part, cause, _count_text(row_page.total, summary.rows))
    _draw_list(context, summary, row_page, part)
    is_cause = cause is not None and part == cause.part and not (query or any(values.values()))
    if cause is not None and is_cause and row_page.total not in (0, cause.rows):
        show(tag("p", _other_number_text(cause), class_="a-sub"))


def _read(
    context: page.PageContext,
    values: Mapping[str, str | None],
    query: str,
    part: RejectedPart,
    cause: ExplainedPart | None,
) -> RejectedPage | None:
    """The requested page; the columns that explain come first where the rows are those."""
    leading = [] if part.values is None else [part.values.column]
    if cause is not None and cause.companion and part.values == cause.part.values and leading:
        leading.append(cause.companion)
    row_page: RejectedPage | None = read_with_progress(
        context, read_rejected_rows, "Reading the rows", page=address.page_number("page"),
        query=query, part=part, leading=tuple(leading), reason=values["reason"],
        source=values["source"], event=values["event"], hour=values["hour"],
    )  # fmt: skip
    return row_page


def _count_text(total: int, all_rows: int) -> str:
    """`2,559 of 2,908 rejected rows`."""
    of_all = "" if total == all_rows else f"{count_text(total)} of "
    return f"{of_all}{plural(all_rows, 'rejected row')}"


def _other_number_text(cause: ExplainedPart) -> str:
    return (
        f"The cause was told with {plural(cause.rows, 'row')}: rows came or went since, or its "
        "column has more values than are told apart."
    )


def _draw_filters(summary: Summary, zone: str) -> tuple[dict[str, address.Choice], str]:
    reason, source, event, hour, search = st.columns([3, 2.4, 2, 1.3, 2], gap="small")
    choices = {}
    for place, name, label, breakdown in (
        (reason, "reason", "Reason", summary.reasons),
        (source, "source", "Source", summary.sources),
        (event, "event", "Event name", summary.events),
        (hour, "hour", f"Hour ({zone})", summary.hours),
    ):
        with place:
            choices[name] = _draw_filter(name, label, breakdown)
    with search:
        query = address.draw_text_field("q", "Search", "in every column")
    return choices, query


def _draw_filter(name: str, label: str, breakdown: Breakdown) -> address.Choice:
    """A filter by the values of the day. A link may name a stored value: it is masked first."""
    rows = {part.value: part.rows for part in breakdown.parts}
    requested = address.parameter(name)
    if requested is not None and requested not in rows and masked_inside(requested) in rows:
        address.update(**{name: masked_inside(requested)})
    return address.draw_select_box(
        name, label, list(rows), describe=lambda value: f"{value} ({count_text(rows[value])})"
    )


def _draw_list(
    context: page.PageContext, summary: Summary, row_page: RejectedPage, part: RejectedPart
) -> None:
    if row_page.refusal:
        page.empty("No rows are shown.", f"{row_page.refusal}.")
        _draw_clear_button()
        return
    if not row_page.total:
        _draw_no_row(summary, part)
        return
    if not row_page.rows:
        page.empty(
            f"There is no page {count_text(row_page.page)}.",
            f"{plural(row_page.total, 'row')} in all; go back to the first page.",
        )
        _draw_clear_button()
        return
    if not row_page.names:
        page.empty(
            "No row is shown.",
            f"None of the {plural(row_page.total, 'line')} can be split into columns.",
        )
        return
    hidden = () if part.is_all else row_page.same
    show_rows(
        row_page.names, row_page.rows, row_page.total, row_page.page, "rejected-rows",
        file_name(context.pipeline, "quarantine", context.day),
        f"{plural(row_page.total, 'rejected row')}, personal values masked",
        _PIXELS, shared_by=context, hidden=hidden,
    )  # fmt: skip
    if hidden:
        show(tag("p", _same_text(row_page), class_="a-sub"))
    _draw_masking_note(row_page.masked)


def _draw_no_row(summary: Summary, part: RejectedPart) -> None:
    """Why no row is shown, and the way to all rows."""
    why = "In personal columns, only a search for the whole value finds a row."
    if not part.is_all:
        why = "Those that the link means may have been repaired since."
    page.empty(
        "No row passes these filters.",
        f"{plural(summary.rows, 'row was', 'rows were')} rejected on this day. {why}",
    )
    _draw_clear_button()


def _same_text(row_page: RejectedPage) -> str:
    """The columns that need no width: one value is in all rows."""
    is_whole = len(row_page.rows) == row_page.total
    first = row_page.rows[0]
    parts = [
        quarantine_chips.condition_text(row_page.names[i], (first[i] or "").strip() or None)
        for i in row_page.same
    ]
    return f"The same in all rows{'' if is_whole else ' on this page'}: {'; '.join(parts)}."


def _draw_masking_note(masked: Sequence[str]) -> None:
    """Which columns are masked, so that nobody takes masked values for the stored ones."""
    columns = f"Masked columns: {', '.join(masked)}. " if masked else ""
    inside = (
        "E-mail and IP addresses, long ids and phone numbers are masked in every column. Times in "
        "the rows are as they were written."
    )
    show(tag("p", columns, inside, class_="a-sub"))


def _draw_clear_button() -> None:
    if any(address.parameter(name) for name in (*_NAMES, "page")):
        st.button("Clear all filters", key="clear-rejected", on_click=address.clear_filters)
