"""Figures of purchases without revenue, and of revenue, per day."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go

from checks.evidence.revenue import Revenue, RevenueDay
from checks.text import plural
from dashboard import look, page
from dashboard.charts import base, by_day

CHECK = "missing_revenue"


@base.kept
def shares(here: page.Here, found: Revenue) -> go.Figure:
    """The share of purchases without usable revenue per day, with the limit."""
    made = _figure(here, found, "purchases without revenue (share)")
    bars = [_bar(here, day, found, day.share) for day in found.days if day.share is not None]
    by_day.bars(made, here, bars)
    by_day.verdicts(made, here, bars, CHECK)
    base.threshold(made, found.alert_at, f"red at {look.percent(found.alert_at)}", here)
    made.update_yaxes(tickformat=".1%")
    return made


@base.kept
def revenue(here: page.Here, found: Revenue) -> go.Figure:
    """The sum of all usable amounts per day."""
    made = _figure(here, found, "revenue per day (the shop's currency)")
    bars = [_bar(here, day, found, day.revenue) for day in found.days if day.revenue is not None]
    by_day.bars(made, here, bars)
    by_day.verdicts(made, here, bars, CHECK)
    return made


def dates_of(found: Revenue) -> list[date]:
    """The days that can be clicked: those that have data."""
    return [day.day for day in found.days if day.purchases is not None]


def _figure(here: page.Here, found: Revenue, y_title: str) -> go.Figure:
    made = base.figure(here, y_title=y_title, x_title="day", height=by_day.HEIGHT - 20)
    made.update_layout(hovermode="x")
    made.update_xaxes(range=by_day.span([day.day for day in found.days]))
    made.update_yaxes(rangemode="tozero")
    base.mark_day(made, here.day, here)
    return made


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
