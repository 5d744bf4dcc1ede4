"""Orphans per day and kind, and the revenue in the dark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import plotly.graph_objects as go

from checks.catalog.orphan_orders import KIND_TEXTS
from checks.core.text import count_text, plural
from checks.evidence.orphan_trend import Day, Trend
from checks.warehouse.orphan_kinds import NO_ORDER, NO_SESSION, UNKNOWN_SESSION
from dashboard import look, page
from dashboard.charts import base, by_day

_CHECK: Final = "orphan_orders"
_HEIGHT: Final = 300
#: Colour and pattern of each kind: never colour alone.
_STYLES: Final[Mapping[str, tuple[base.Tone, str]]] = {
    NO_SESSION: ("line", ""),
    UNKNOWN_SESSION: ("second", "/"),
    NO_ORDER: ("muted", "x"),
}
SHORT: Final[Mapping[str, str]] = {
    NO_SESSION: "no session id",
    UNKNOWN_SESSION: "session that does not exist",
    NO_ORDER: "purchase without an order",
}


@base.kept
def counts(here: page.Here, trend: Trend) -> go.Figure:
    """Orphans per day, stacked by kind, against the limit; a cross above what is beyond it."""
    made = _stacked(here, trend, "orphan orders", lambda day, kind: day.counts.get(kind))
    base.threshold(made, trend.alert_above, f"red above {trend.alert_above}", here)
    beyond = [day for day in trend.days if day.beyond]
    made.add_scatter(
        x=[day.day for day in beyond], y=[day.count for day in beyond], mode="text",
        text=["<b>✗</b>"] * len(beyond), textposition="top center", hoverinfo="skip",
        textfont={"size": 14, "color": base.color("failure", here.dark)}, showlegend=False,
        cliponaxis=False,
    )  # fmt: skip
    none = [day for day in judged(trend) if not day.count]
    _at_zero(made, here, [day for day in none if not day.empty], "none", "circle")
    _at_zero(made, here, [day for day in none if day.empty], "no orders to judge", "x-thin-open")
    highest = max([trend.alert_above, *(day.count for day in trend.days)])
    made.update_yaxes(range=[0, highest * 1.25 or 1], tickformat=",d")
    if highest <= 8:
        made.update_yaxes(dtick=1)
    return made


def _at_zero(made: go.Figure, here: page.Here, days: Sequence[Day], name: str, symbol: str) -> None:
    """A mark for days without a bar: a measured zero is not the same as nothing to measure."""
    if days:
        made.add_scatter(
            x=[day.day for day in days], y=[0] * len(days), mode="markers", name=name,
            customdata=[_words(here, day) for day in days],
            hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
            unselected={"marker": {"opacity": 1}},
            marker={"symbol": symbol, "size": 7, "color": base.color("ink", here.dark)},
        )  # fmt: skip


@base.kept
def revenue(here: page.Here, trend: Trend) -> go.Figure:
    """Dark revenue per day, stacked by kind."""
    made = _stacked(here, trend, "dark revenue", lambda day, kind: day.revenue.get(kind))
    highest = max([day.dark or 0.0 for day in trend.days])
    made.update_yaxes(range=[0, highest * 1.25 or 1], tickformat=",")
    return made


def judged(trend: Trend) -> list[Day]:
    """The days since the first order: before it there is nothing to say."""
    first = trend.first_order_day
    return [day for day in trend.days if day.count or (first is not None and day.day >= first)]


def dates_of(trend: Trend) -> list[date]:
    """The days that can be clicked."""
    return [day.day for day in judged(trend)]


def _stacked(
    here: page.Here, trend: Trend, title: str, value: Callable[[Day, str], float | None]
) -> go.Figure:
    made = base.figure(
        here, y_title=title, x_title="day", height=_HEIGHT, barmode="stack", showlegend=True,
        legend=base.LEGEND,
    )  # fmt: skip
    base.mark_day(made, here.day, here)
    for kind in trend.kinds:
        days = [day for day in trend.days if value(day, kind)]
        if not days:  # nothing to see, and nothing for the legend
            continue
        tone, pattern = _STYLES[kind]
        made.add_bar(
            x=[day.day for day in days], y=[value(day, kind) for day in days], name=SHORT[kind],
            customdata=[_words(here, day) for day in days],
            hovertemplate="%{customdata}<extra></extra>", width=by_day.DAY_MS * 0.72,
            marker={"color": base.color(tone, here.dark), "pattern": _pattern(pattern, here)},
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    made.update_xaxes(
        type="date", range=by_day.span([day.day for day in trend.days]), tickformat=by_day.TICKS
    )
    return made


def _pattern(shape: str, here: page.Here) -> dict[str, object]:
    """Lines over the full colour, so that a kind is told apart without colours."""
    lines = base.color("paper", here.dark)
    return {"shape": shape, "fillmode": "overlay", "fgcolor": lines, "fgopacity": 0.8, "size": 7}


def _words(here: page.Here, day: Day) -> str:
    first, said = by_day.head(here, day.day, _CHECK)
    if day.empty:
        return "<br>".join([first, "no orders: nothing to judge", said])
    lines = [first, f"{plural(day.count, 'orphan')}, {plural(day.orders, 'order')} on the day"]
    for kind, count in day.counts.items():
        if count:
            amount = f", {look.money(day.revenue[kind])}" if kind in day.revenue else ""
            lines.append(f"{count_text(count)} {KIND_TEXTS[kind]}{amount}")
    if day.dark is not None:
        lines.append(f"dark revenue {look.money(day.dark)}")
    return "<br>".join([*lines, said])
