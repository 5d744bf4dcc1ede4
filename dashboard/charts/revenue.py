"""Figures of purchases without revenue, and of revenue, per day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence.revenue import Revenue, RevenueDay
from dashboard import look, page
from dashboard.charts import base, by_day

CHECK = "missing_revenue"


@base.kept
def shares(here: page.Here, found: Revenue) -> go.Figure:
    """The share of purchases without usable revenue per day, with the limit."""
    made = _figure(here, found, "purchases without revenue (share)")
    bars = [_bar(here, day, found, day.share) for day in found.days if day.share is not None]
    by_day.bars(made, here, bars)
    _zeros(made, here, bars)
    by_day.verdicts(made, here, bars, CHECK)
    base.threshold(made, found.alert_at, f"red at {look.percent(found.alert_at)}", here)
    by_day.reach(made, found.days[-1].day, [1.5 * found.alert_at])
    made.update_yaxes(tickformat=".1%")
    return made


@base.kept
def revenue(here: page.Here, found: Revenue) -> go.Figure:
    """The sum of all usable amounts per day. No rule judges it, so no bar is red."""
    made = _figure(here, found, "revenue per day (the shop's currency)")
    there = [day for day in found.days if day.revenue is not None]
    bars = [replace(_bar(here, day, found, day.revenue), beyond=False) for day in there]
    by_day.bars(made, here, bars)
    by_day.verdicts(made, here, bars, CHECK)
    made.update_yaxes(tickformat=",")
    return made


def dates_of(found: Revenue) -> list[date]:
    """The days that can be clicked: those that have data."""
    return [day.day for day in found.days if day.purchases is not None]


def _figure(here: page.Here, found: Revenue, y_title: str) -> go.Figure:
    made = base.figure(here, y_title=y_title, x_title="day", height=by_day.HEIGHT - 20)
    made.update_layout(hovermode="x", margin={"t": 22})
    made.update_xaxes(range=by_day.span([day.day for day in found.days]), tickformat=by_day.TICKS)
    made.update_yaxes(rangemode="tozero")
    by_day.judged(made, here)
    return made


def _zeros(made: go.Figure, here: page.Here, bars: list[by_day.Bar]) -> None:
    """A dot for a measured zero: its bar cannot be seen, and is no gap."""
    made.add_trace(
        go.Scatter(
            x=[bar.day for bar in bars if not bar.value],
            y=[0 for bar in bars if not bar.value],
            mode="markers", marker={"size": 6, "color": base.color("line", here.dark)},
            cliponaxis=False, hoverinfo="skip",
        )
    )  # fmt: skip


def _bar(here: page.Here, day: RevenueDay, found: Revenue, value: float | None) -> by_day.Bar:
    first, said = by_day.head(here, day.day, CHECK)
    share = base.inert(day.why, 90)
    if day.share is not None:
        share = (
            f"{look.count(day.missing)} without revenue: "
            f"{look.percent(day.share, found.alert_at)}, red at {look.percent(found.alert_at)}"
        )
    bought = plural(day.purchases or 0, "purchase")
    lines = [first, bought, share, f"revenue {look.money(day.revenue)}", said]
    return by_day.Bar(day.day, value or 0.0, "<br>".join(lines), day.beyond)
