"""Figures of purchases without revenue, and of revenue, per day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence.revenue import Revenue, RevenueDay
from dashboard import look, page
from dashboard.charts import base, by_day, mark_rows

CHECK = "missing_revenue"


@base.memoized
def shares_figure(context: page.PageContext, revenue: Revenue) -> go.Figure:
    """The share of purchases without usable revenue per day, with the limit."""
    fig = _empty_figure(context, revenue, "purchases without revenue (share)")
    bars = [_bar(context, day, revenue, day.share) for day in revenue.days if day.share is not None]
    by_day.add_bars(fig, context, by_day.waived(context, bars, CHECK))
    _add_zero_marks(fig, context, bars)
    by_day.add_verdicts(fig, context, bars, CHECK)
    base.add_limit(fig, revenue.alert_at, f"limit {look.percent(revenue.alert_at)}", context)
    by_day.extend_axis(fig, revenue.days[-1].day, [1.5 * revenue.alert_at])
    fig.update_yaxes(tickformat=".1%")
    mark_rows.add(fig, context, _shown_days(revenue), (CHECK,))
    return fig


@base.memoized
def revenue_figure(context: page.PageContext, revenue: Revenue) -> go.Figure:
    """The sum of all usable amounts per day. No rule judges it, so no bar is red."""
    fig = _empty_figure(context, revenue, "revenue per day (the shop's currency)")
    measured = [day for day in revenue.days if day.revenue is not None]
    bars = [replace(_bar(context, day, revenue, day.revenue), is_red=False) for day in measured]
    by_day.add_bars(fig, context, bars)
    fig.update_yaxes(tickformat=",")
    mark_rows.add(fig, context, _shown_days(revenue), (CHECK,))
    return fig


def clickable_days(revenue: Revenue) -> list[date]:
    """The days that can be clicked: those that have data."""
    return [day.day for day in revenue.days if day.purchases is not None]


def _shown_days(revenue: Revenue) -> Sequence[date]:
    days = [day.day for day in revenue.days]
    return by_day.known_days(days, [day.purchases is not None for day in revenue.days])


def _empty_figure(context: page.PageContext, revenue: Revenue, y_title: str) -> go.Figure:
    fig = base.figure(context, y_title=y_title, x_title="day", height=by_day.HEIGHT - 20)
    fig.update_layout(hovermode="x", margin={"t": 22})
    fig.update_xaxes(
        type="date", range=by_day.axis_range(_shown_days(revenue)), tickformat=by_day.TICKS
    )
    fig.update_yaxes(rangemode="tozero")
    by_day.mark_judged_day(fig, context)
    return fig


def _add_zero_marks(fig: go.Figure, context: page.PageContext, bars: list[by_day.Bar]) -> None:
    """A dot for a measured zero, whose bar is invisible: it is no gap."""
    fig.add_trace(
        go.Scatter(
            x=[bar.day for bar in bars if not bar.value],
            y=[0 for bar in bars if not bar.value],
            mode="markers", marker={"size": 6, "color": base.color("line", context.is_dark)},
            cliponaxis=False, hoverinfo="skip",
        )
    )  # fmt: skip


def _bar(
    context: page.PageContext, day: RevenueDay, revenue: Revenue, value: float | None
) -> by_day.Bar:
    day_line, gate_line = by_day.hover_ends(context, day.day, CHECK)
    share = base.inert(day.why, 90)
    if day.share is not None:
        red = _red_text(day.red_from)
        share = (
            f"{look.count(day.missing)} without revenue: "
            f"{look.percent(day.share, revenue.alert_at)}, {red}"
        )
    purchases = plural(day.purchases or 0, "purchase")
    lines = [day_line, purchases, share, f"revenue {look.money(day.revenue)}", gate_line]
    return by_day.Bar(day.day, value or 0.0, "<br>".join(lines), day.beyond)


def _red_text(red_from: int | None) -> str:
    return "too few to be red" if red_from is None else f"red from {look.count(red_from)}"
