"""The rejected rows themselves, behind filters that live in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from checks.core.masking import masked_inside
from checks.core.text import count_text, plural
from checks.evidence.rejected import Breakdown, Summary
from checks.evidence.rejected_rows import Rows
from checks.evidence.rejected_rows import read as read_rejected_rows
from dashboard import address, page
from dashboard.components.reading_progress import reading
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name
from dashboard.markup import show, tag

_PIXELS = 465
_NAMES = ("reason", "source", "event", "hour", "q")


def draw(here: page.Here, found: Summary) -> None:
    """Filters, and one page of the rows that pass them."""
    choices, query = _filters(found)
    if any(choice.bad is not None for choice in choices.values()):
        page.empty(
            "No rows are shown.", "The link asks for something that is not there on this day."
        )
        return
    number = address.number("page")
    listed: Rows | None = reading(
        here, read_rejected_rows, "Reading the rows", page=number, query=query,
        **{name: choice.value for name, choice in choices.items()},
    )  # fmt: skip
    if listed is not None:
        _list(here, found, listed)


def _filters(found: Summary) -> tuple[dict[str, address.Choice], str]:
    reason, source, event, hour, search = st.columns([3, 2.4, 2, 1.3, 2], gap="small")
    choices = {}
    for place, name, label, breakdown in (
        (reason, "reason", "Reason", found.reasons), (source, "source", "Source", found.sources),
        (event, "event", "Event name", found.events), (hour, "hour", "Hour", found.hours),
    ):  # fmt: skip
        with place:
            choices[name] = _choice(name, label, breakdown)
    with search:
        query = address.text("q", "Search", "in every column")
    return choices, query


def _choice(name: str, label: str, found: Breakdown) -> address.Choice:
    """A filter by what is there. A link may name a value as it is stored: it is masked first."""
    rows = {part.value: part.rows for part in found.parts}
    asked = address.asked(name)
    if asked is not None and asked not in rows and masked_inside(asked) in rows:
        address.put(**{name: masked_inside(asked)})
    return address.select(
        name, label, list(rows), describe=lambda value: f"{value} ({count_text(rows[value])})"
    )


def _list(here: page.Here, found: Summary, listed: Rows) -> None:
    if not listed.total:
        page.empty(
            "No row passes these filters.",
            f"{plural(found.rows, 'row was', 'rows were')} rejected on this day. "
            "Personal columns are found by their whole value only.",
        )
        _clear()
        return
    if not listed.rows:
        page.empty(
            f"There is no page {count_text(listed.page)}.",
            f"{plural(listed.total, 'row')} in all; go back to the first page.",
        )
        _clear()
        return
    if not listed.names:
        page.empty(
            "No row is shown.",
            f"None of the {plural(listed.total, 'line')} can be taken apart: no column is known.",
        )
        return
    show_rows(
        listed.names, listed.rows, listed.total, listed.page, "rejected-rows",
        file_name(here.pipeline, "quarantine", here.day),
        f"{plural(listed.total, 'rejected row')}, personal values masked",
        _PIXELS, shared_by=here,
    )  # fmt: skip
    _told(listed.masked)


def _told(masked: Sequence[str]) -> None:
    """Which columns are masked, so that nobody takes a mask for the data."""
    columns = f"Masked columns: {', '.join(masked)}. " if masked else ""
    inside = "E-mail and IP addresses, long ids and phone numbers are masked in every column."
    show(tag("p", columns, inside, class_="a-sub"))


def _clear() -> None:
    if any(address.asked(name) for name in (*_NAMES, "page")):
        st.button("Clear all filters", key="clear-rejected", on_click=address.clear_filters)
