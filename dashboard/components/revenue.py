"""The sections of the revenue page."""

from __future__ import annotations

import streamlit as st

from checks.core.text import all_text, day_text, plural
from checks.evidence.revenue import COLUMNS, Revenue, UnpricedRows
from checks.evidence.revenue import read_rows as read_revenue_rows
from dashboard import address, look, page
from dashboard.charts import base
from dashboard.charts import revenue as charts
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name


def draw_days(context: page.PageContext, revenue: Revenue) -> None:
    """Share and revenue by day, side by side."""
    until = (
        f" Every day counts up to {revenue.until:%H:%M}, as today does." if revenue.until else ""
    )
    left, right = st.columns(2, gap="medium")
    with left:
        page.section(
            "Purchases without revenue",
            "Their share of all purchases, per day; a dot is a measured zero. "
            f"✗ ! ?: what the gate said.{until}",
        )
        _draw_figure(context, revenue, share=True)
    with right:
        page.section("Total revenue", f"The sum of all usable amounts, per day.{until}")
        _draw_figure(context, revenue, share=False)


def _draw_figure(context: page.PageContext, revenue: Revenue, *, share: bool) -> None:
    clickable = charts.clickable_days(revenue)
    if not clickable:
        page.empty("No event at all.", "Nothing was loaded, or the table is the wrong one.")
        return
    last = revenue.days[-1]
    if share:
        figure, key = charts.shares_figure(context, revenue), "revenue-share"
        alt = f"Share per day; the last is {look.percent(last.share, revenue.alert_at)}."
    else:
        figure, key = charts.revenue_figure(context, revenue), "revenue-sum"
        alt = f"Revenue per day; the last is {look.money(last.revenue)}."
    base.show(figure, context, key=key, alt=alt, days=clickable)


def draw_rows(context: page.PageContext, revenue: Revenue | None) -> None:
    """The purchases without revenue; a note on those with a zero or negative amount."""
    page.section("The purchases concerned", "In the order of time; amounts as they are stored.")
    if revenue is not None and (revenue.negative or revenue.zero):
        page.empty(
            f"{plural(revenue.zero, 'purchase')} with zero and "
            f"{plural(revenue.negative, 'purchase')} with negative revenue.",
            "They count as usable: the amount is a number.",
        )
    row_page = context.evidence(read_revenue_rows, page=address.page_number("page"))
    if row_page is not None:
        _draw_list(context, revenue, row_page)


def _draw_list(context: page.PageContext, revenue: Revenue | None, row_page: UnpricedRows) -> None:
    if not row_page.total:
        page.empty(
            f"No purchase without revenue on {day_text(context.day)}.", _empty_reason(revenue)
        )
    elif not row_page.rows:
        page.empty(
            f"There is no page {row_page.page}.",
            f"{plural(row_page.total, 'purchase')} in all; go back to the first page.",
        )
    else:
        time, *others = COLUMNS
        headings = (f"{time} ({context.zone.key})", *others)
        show_rows(
            headings, row_page.rows, row_page.total, row_page.page, "revenue-rows",
            file_name(context.pipeline, "revenue", context.day), "Purchases without usable revenue",
            shared_by=context,
        )  # fmt: skip


def _empty_reason(revenue: Revenue | None) -> str:
    """What an empty list means: no purchase is without revenue, or there are no purchases."""
    if revenue is None:
        return "How many purchases there were could not be read."
    purchases = revenue.days[-1].purchases
    if purchases:
        carry = "carries" if purchases == 1 else "carry"
        return f"{all_text(purchases, 'purchase')} of the day {carry} a usable amount."
    if purchases is None:
        return "There is no data of that day."
    return "There is no purchase on that day at all; see event_volume on the volume page."
