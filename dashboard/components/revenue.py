"""What the revenue page says in words and rows."""

from __future__ import annotations

import streamlit as st

from checks.core.text import day_text, plural
from checks.evidence.revenue import Revenue
from checks.evidence.revenue_rows import COLUMNS, UnpricedRows
from checks.evidence.revenue_rows import read as read_revenue_rows
from dashboard import address, look, page
from dashboard.charts import base
from dashboard.charts import revenue as charts
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name


def days(here: page.Here, found: Revenue) -> None:
    """Share and revenue by day, side by side."""
    until = f" Every day counts up to {found.until:%H:%M}, as today does." if found.until else ""
    left, right = st.columns(2, gap="medium")
    with left:
        page.section(
            "Purchases without revenue",
            "Their share of all purchases, per day; a dot is a measured zero. "
            f"✗ ! ?: what the gate said.{until}",
        )
        _draw(here, found, share=True)
    with right:
        page.section("Total revenue", f"The sum of all usable amounts, per day.{until}")
        _draw(here, found, share=False)


def _draw(here: page.Here, found: Revenue, *, share: bool) -> None:
    clickable = charts.dates_of(found)
    if not clickable:
        page.empty("No event at all.", "Nothing was loaded, or the table is the wrong one.")
        return
    last = found.days[-1]
    if share:
        alt = f"Share per day; the last is {look.percent(last.share, found.alert_at)}."
        base.show(charts.shares(here, found), here, key="revenue-share", alt=alt, days=clickable)
    else:
        alt = f"Revenue per day; the last is {look.money(last.revenue)}."
        base.show(charts.revenue(here, found), here, key="revenue-sum", alt=alt, days=clickable)


def rows(here: page.Here, found: Revenue | None) -> None:
    """The purchases concerned, and those with an odd but usable amount in one line."""
    page.section("The purchases concerned", "In the order of time; amounts as they are stored.")
    if found is not None and (found.negative or found.zero):
        page.empty(
            f"{plural(found.zero, 'purchase')} with zero and "
            f"{plural(found.negative, 'purchase')} with negative revenue.",
            "They count as usable: the amount is a number.",
        )
    listed = here.evidence(read_revenue_rows, page=address.number("page"))
    if listed is not None:
        _list(here, found, listed)


def _list(here: page.Here, found: Revenue | None, listed: UnpricedRows) -> None:
    if not listed.total:
        page.empty(f"No purchase without revenue on {day_text(here.day)}.", _why(found))
    elif not listed.rows:
        page.empty(
            f"There is no page {listed.page}.",
            f"{plural(listed.total, 'purchase')} in all; go back to the first page.",
        )
    else:
        time, *others = COLUMNS
        headings = (f"{time} ({here.zone.key})", *others)
        show_rows(
            headings, listed.rows, listed.total, listed.page, "revenue-rows",
            file_name(here.pipeline, "revenue", here.day), "Purchases without usable revenue",
            shared_by=here,
        )  # fmt: skip


def _why(found: Revenue | None) -> str:
    """What an empty list means: all is well, or there was nothing to look at."""
    if found is None:
        return "How many purchases there were could not be read."
    bought = found.days[-1].purchases
    if bought:
        return f"All {plural(bought, 'purchase')} of the day carry a usable amount."
    if bought is None:
        return "There is no data of that day."
    return "There is no purchase on that day at all; see event_volume on the volume page."
