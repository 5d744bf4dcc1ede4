"""Orphan orders as tables: by kind, and one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import streamlit as st

from checks.evidence.orphan_rows import Row, Rows
from checks.evidence.orphan_trend import Trend
from checks.evidence.orphans import Kind, Orphans
from checks.text import percent_text, plural
from checks.warehouse.orders import KINDS
from dashboard import address, look, page
from dashboard.charts.orphans import SHORT
from dashboard.components.rows import show_rows
from dashboard.markup import Html, join, show, table, tag

_COLUMNS: Final = {
    "orders.order_id": "The order ids", "orders.revenue": "The orders' amounts",
    "events.revenue": "The purchases' amounts",
}  # fmt: skip


def by_kind(found: Orphans) -> None:
    """Count, dark revenue and share of each kind, and of all."""
    headings = ("Kind", "Orphans", "Dark revenue", "Share of the day's revenue", "")
    rows = [_kind_row(kind) for kind in found.kinds]
    every = all(kind.count is not None for kind in found.kinds)
    total = (tag("b", "All" if every else "All that were measured"), tag("b", look.count(found.count)),
             tag("b", look.money(found.dark)), tag("b", _share(found.share)),
             f"at most {found.alert_above} allowed")  # fmt: skip
    show(table(headings, [*rows, total], numeric=(1, 2, 3), caption="Orphan orders by kind"))
    unread(found.unread)


def _kind_row(kind: Kind) -> tuple[object, ...]:
    words = kind.words[:1].upper() + kind.words[1:]
    if kind.count is None:
        why = "Not measured" if kind.mapped else "Not mapped"
        return words, tag("em", "?"), "–", "–", join(tag("b", why), ": ", kind.problem)
    return words, look.count(kind.count), look.money(kind.revenue), _share(kind.share), ""


def _share(share: float | None) -> str:
    return "–" if share is None else percent_text(share, 0.0)


def share_note(found: Orphans) -> str:
    """Of what the shares are."""
    if found.day_revenue is None:
        return "Amounts are not known, so that there is no share of the day's revenue."
    return (
        f"Shares are of {look.money(found.day_revenue)}: the amounts of the day's "
        f"{plural(found.orders, 'order')} and of the purchases that never became one."
    )


def unread(why: Mapping[str, str]) -> None:
    """Columns that could not be read."""
    for key, problem in why.items():
        page.problem(f"{_COLUMNS.get(key, 'A column')} could not be read.", problem)


def draw_list(here: page.Here, found: Orphans | None) -> None:
    """The orphans one by one, with the filters of the address; why there are none."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = address.select("kind", "Kind", KINDS, SHORT.__getitem__)
        query = address.text("q", "Order or session id contains")
    number = address.number("page")
    if kind.bad is not None:
        return
    rows = here.evidence("orphan_rows", kind=kind.value, query=query, page=number)
    if rows is None:
        return
    for name, why in rows.problems.items():
        page.problem(f"Orders with this fault cannot be listed: {SHORT[name]}.", why)
    if rows.rows:
        _table(here, rows)
    elif rows.total:
        page.empty(
            f"There is no page {number}.",
            f"The list has {plural(rows.total, 'row')} on {plural(rows.pages, 'page')}.",
        )
    else:
        _nothing(here, found, filtered=bool(kind.value or query))


def _nothing(here: page.Here, found: Orphans | None, *, filtered: bool) -> None:
    day = look.day(here.day)
    if filtered and found is not None and found.count:
        page.empty(
            "No orphan matches.",
            f"{plural(found.count, 'orphan')} of {day} in all: clear the filter.",
        )
    elif found is None or found.unmeasured:
        page.empty("No orphan in what could be measured.", "That is no proof that there is none.")
    elif not found.orders:
        page.empty(
            f"{day} has no orders.", "There was nothing to attribute, and nothing is proved."
        )
    else:
        page.empty(
            f"No orphan on {day}.",
            f"All {plural(found.orders, 'order')} can be attributed, as far as it is mapped.",
        )


def _table(here: page.Here, rows: Rows) -> None:
    headings = ("Kind", "Order id", "Time (UTC)", "Amount", "Session id that does not exist", "Age")
    show_rows(
        headings, [_cells(row, rows) for row in rows.rows], rows.total, rows.page, "orphans",
        f"orphan_orders_{here.day.isoformat()}.csv",
        "Orphan orders one by one, with order id, time, amount and session id",
    )  # fmt: skip


def _cells(row: Row, rows: Rows) -> tuple[object, ...]:
    time = None
    if row.at is not None:
        time = f"{row.at:%Y-%m-%d}" if row.kind in rows.day_only else f"{row.at:%Y-%m-%d %H:%M:%S}"
    age = look.age(row.age) if row.age is not None else None
    return SHORT[row.kind], row.order_id, time, row.amount, row.session_id, age


def trend_note() -> str:
    """How to read the trend."""
    return (
        "Counted in the warehouse as it is now: what was repaired since is in it no more. "
        "Hover says what the gate saw. Click a bar to open its day."
    )


def trend_problems(trend: Trend) -> None:
    """Kinds that are not in the trend."""
    for kind, why in trend.problems.items():
        page.problem(f"Not in the trend: {SHORT[kind]}.", why)


def trend_alt(trend: Trend, day: date) -> str:
    """What the figure shows, in words."""
    beyond = sum(one.beyond for one in trend.days)
    last = trend.days[-1].count
    return f"Orphans per day and kind: {last} on {day}; {beyond} of {len(trend.days)} days too many"


def no_dark_revenue(trend: Trend) -> Html:
    """Why there is no figure of the dark revenue."""
    if any(day.revenue for day in trend.days):
        return join(f"No order of these {len(trend.days)} days lost its revenue.")
    return join("Amounts are not mapped, or could not be read.")
