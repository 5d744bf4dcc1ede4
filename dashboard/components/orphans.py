"""Orphan orders as tables: by kind, and one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import streamlit as st

from checks.core.metrics import ORPHAN_KINDS, UNKNOWN_SESSION
from checks.core.text import all_text, percent_text, plural
from checks.evidence.orphan_rows import ListedOrphan, OrphanPage
from checks.evidence.orphan_rows import read as read_orphan_rows
from checks.evidence.orphan_trend import OrphanTrend
from checks.evidence.orphans import OrphanKindCount, Orphans
from dashboard import address, look, page
from dashboard.charts import base
from dashboard.charts import orphans as charts
from dashboard.charts.orphans import KIND_LABELS
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name
from dashboard.markup import show, table, tag

_COLUMNS: Final = {
    "orders.order_id": "The order ids", "orders.revenue": "The orders' amounts",
    "events.revenue": "The purchases' amounts",
}  # fmt: skip


def draw_by_kind(orphans: Orphans) -> None:
    """Count, dark revenue and share of each kind and of all; why one is unknown."""
    is_complete = all(kind.count is not None for kind in orphans.kinds)
    total = [
        "All" if is_complete else "All that were measured",
        look.count(orphans.count), look.money(orphans.dark), _share(orphans.share),
    ]  # fmt: skip
    rows = [_kind_row(kind) for kind in orphans.kinds]
    rows.append(tuple(tag("b", cell) for cell in total))
    headings = ("Kind", "Orphans", "Unattributed revenue", "Share of the day")
    show(table(headings, rows, numeric=(1, 2, 3), caption="Orphan orders by kind"))
    for kind in orphans.kinds:
        if kind.problem and kind.mapped:
            page.problem(f"Not measured: {KIND_LABELS[kind.kind]}.", kind.problem)
        elif kind.problem:
            page.empty(f"Not mapped: {KIND_LABELS[kind.kind]}.", f"{_capitalised(kind.problem)}.")
    draw_unread(orphans.unread)


def _kind_row(kind: OrphanKindCount) -> tuple[object, ...]:
    count = tag("em", "not known") if kind.count is None else look.count(kind.count)
    return _capitalised(kind.words), count, look.money(kind.revenue), _share(kind.share)


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _share(share: float | None) -> str:
    return "–" if share is None else percent_text(share, 0.0)


def share_note(orphans: Orphans) -> str:
    """What the shares are shares of."""
    if orphans.day_revenue is None:
        return "Amounts are not known, so there is no share of the day's revenue."
    return (
        f"Shares are of {look.money(orphans.day_revenue)}: the amounts of the day's "
        f"{plural(orphans.orders, 'order')}, and of purchases that never became one. "
        f"At most {plural(orphans.alert_above, 'orphan')} allowed."
    )


def draw_unread(problems: Mapping[str, str]) -> None:
    """Columns that could not be read."""
    for key, problem in problems.items():
        page.problem(f"{_COLUMNS.get(key, 'A column')} could not be read.", problem)


def draw_list(context: page.PageContext, orphans: Orphans | None) -> None:
    """The orphans one by one with the filters of the address, or why there are none."""
    kinds, search = st.columns(2, gap="small")
    with kinds:
        kind = address.draw_select_box("kind", "Kind", ORPHAN_KINDS, KIND_LABELS.__getitem__)
    with search:
        query = address.draw_text_field("q", "Order or session id contains")
    number = address.page_number("page")
    if kind.invalid is not None:
        return
    rows = context.evidence(read_orphan_rows, kind=kind.value, query=query, page=number)
    if rows is None:
        return
    if orphans is None or kind.value is not None:  # else the table by kind says so
        for name, reason in rows.problems.items():
            page.problem(f"Not in the list: {KIND_LABELS[name]}.", reason)
    if rows.rows:
        _draw_table(context, rows, kind.value)
    elif rows.total:
        page.empty(
            f"There is no page {number}.",
            f"The list has {plural(rows.total, 'row')} on {plural(rows.pages, 'page')}.",
        )
    else:
        _draw_empty(context, orphans, filtered=bool(kind.value or query))


def _draw_empty(context: page.PageContext, orphans: Orphans | None, *, filtered: bool) -> None:
    day = look.day(context.day)
    if filtered and orphans is not None and orphans.count:
        page.empty(
            "No orphan matches.",
            f"{plural(orphans.count, 'orphan')} of {day} in all: clear the filter.",
        )
    elif orphans is None or orphans.unmeasured:
        page.empty(
            "No orphan in what could be measured.",
            "Not everything could be measured: there may be orphans.",
        )
    elif not orphans.orders:
        page.empty(
            f"{day} has no orders.", "There was nothing to attribute, so nothing was checked."
        )
    else:
        page.empty(
            f"No orphan on {day}.",
            f"{all_text(orphans.orders, 'order')} can be attributed, by the mapped tables.",
        )


def _draw_table(context: page.PageContext, rows: OrphanPage, kind: str | None) -> None:
    """The rows; columns that have the same value in all rows are left out."""
    headings = ["Order id", f"Time ({context.zone.key})", "Amount", "Age"]
    columns: list[Callable[[ListedOrphan], object]] = [
        lambda row: row.order_id, lambda row: _time(context, row, rows), lambda row: row.amount,
        _age,
    ]  # fmt: skip
    if kind in (None, UNKNOWN_SESSION):
        headings.append("Session id that does not exist")
        columns.append(lambda row: row.session_id)
    if kind is None:
        headings.insert(0, "Kind")
        columns.insert(0, lambda row: KIND_LABELS[row.kind])
    show_rows(
        headings, [[cell(row) for cell in columns] for row in rows.rows], rows.total, rows.page,
        "orphans", file_name(context.pipeline, "orphan-orders", context.day),
        "Orphan orders one by one, with order id, time, amount, age and session id",
    )  # fmt: skip


def _time(context: page.PageContext, row: ListedOrphan, rows: OrphanPage) -> date | None:
    """The time in the shop's zone; the day where only that is stored."""
    if row.at is None:
        return None
    local = row.at.astimezone(context.zone)
    return local.date() if row.kind in rows.day_only else local


def _age(row: ListedOrphan) -> str | None:
    return None if row.age is None else look.age(row.age)


def draw_trend(context: page.PageContext, trend: OrphanTrend) -> None:
    """Orphans and dark revenue per day, side by side."""
    page.section(
        f"The last {len(trend.days)} days",
        "Counted in the warehouse as it is now: an order that was repaired since is not counted. "
        "Hover shows what the gate found then. Click a bar to open its day.",
    )
    for kind, reason in trend.problems.items():
        page.problem(f"Not in the trend: {KIND_LABELS[kind]}.", reason)
    if not trend.kinds or not charts.clickable_days(trend):
        page.empty("No orders in these days.", "There was nothing to attribute.")
        return
    days, (left, right) = charts.clickable_days(trend), st.columns(2)
    with left:
        base.show(
            charts.counts(context, trend),
            context,
            key="orphans-per-day",
            days=days,
            alt=_alt(trend),
        )
    with right:
        if any(day.dark for day in trend.days):
            base.show(
                charts.revenue(context, trend), context, key="dark-revenue", days=days,
                alt="Unattributed revenue per day and kind",
            )  # fmt: skip
        elif any(day.revenue for day in trend.days):
            page.empty("No unattributed revenue.", "No orphan of these days has an amount.")
        else:
            page.empty(
                "Unattributed revenue is not known.", "Amounts are not mapped or cannot be read."
            )


def _alt(trend: OrphanTrend) -> str:
    beyond, last = sum(day.beyond for day in trend.days), trend.days[-1]
    return (
        f"Orphans per day and kind: {last.count} on {last.day}; "
        f"{beyond} of {len(trend.days)} days are above the limit"
    )
