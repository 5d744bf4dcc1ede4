"""Orphans per day and kind, and their revenue (dark revenue)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import plotly.graph_objects as go

from checks.catalog.orphan_orders import KIND_TEXTS
from checks.core.metrics import NO_ORDER, NO_SESSION, UNKNOWN_SESSION
from checks.core.model import Status
from checks.core.text import count_text, plural
from checks.evidence.orphan_trend import OrphanDay, OrphanTrend
from dashboard import look, page
from dashboard.charts import base, by_day, mark_rows

_CHECK: Final = "orphan_orders"
_HEIGHT: Final = 300
#: Colour and pattern of each kind: never colour alone.
_STYLES: Final[Mapping[str, tuple[base.Tone, str]]] = {
    NO_SESSION: ("line", ""),
    UNKNOWN_SESSION: ("second", "/"),
    NO_ORDER: ("muted", "x"),
}
KIND_LABELS: Final[Mapping[str, str]] = {
    NO_SESSION: "no session id",
    UNKNOWN_SESSION: "session that does not exist",
    NO_ORDER: "purchase without an order",
}


@base.memoized
def counts(context: page.PageContext, trend: OrphanTrend) -> go.Figure:
    """Orphans per day, stacked by kind, with the limit; a cross above days beyond it."""
    fig = _stacked(context, trend, "orphan orders", lambda day, kind: day.counts.get(kind))
    base.add_limit(fig, trend.alert_above, f"red above {trend.alert_above}", context)
    beyond = [day for day in trend.days if day.beyond]
    fig.add_scatter(
        x=[day.day for day in beyond], y=[day.count for day in beyond], mode="text",
        text=[f"<b>{_glyph(context, day)}</b>" for day in beyond], textposition="top center",
        hoverinfo="skip", showlegend=False,
        textfont={"size": 14, "color": [base.color(_tone(context, day), context.is_dark)
                                        for day in beyond]},
        cliponaxis=False,
    )  # fmt: skip
    without_orphans = [day for day in judged_days(trend) if not day.count]
    _add_zero_marks(
        fig, context, [day for day in without_orphans if not day.empty], "none", "circle"
    )
    _add_zero_marks(
        fig,
        context,
        [day for day in without_orphans if day.empty],
        "no orders to judge",
        "x-thin-open",
    )
    highest = max([trend.alert_above, *(day.count for day in trend.days)])
    fig.update_yaxes(range=[0, highest * 1.25 or 1], tickformat=",d")
    if highest <= 8:
        fig.update_yaxes(dtick=1)
    mark_rows.add(fig, context, _shown_days(trend), (_CHECK,))
    return fig


def _glyph(context: page.PageContext, day: OrphanDay) -> str:
    """A day above the limit is red, unless a waiver let it pass."""
    return look.look_of(Status.WAIVED if _is_waived(context, day) else Status.RED).glyph


def _tone(context: page.PageContext, day: OrphanDay) -> base.Tone:
    return "waived" if _is_waived(context, day) else "failure"


def _is_waived(context: page.PageContext, day: OrphanDay) -> bool:
    return context.status_of(day.day, _CHECK) is Status.WAIVED


def _add_zero_marks(
    fig: go.Figure, context: page.PageContext, days: Sequence[OrphanDay], name: str, symbol: str
) -> None:
    """A mark for days without a bar: a measured zero differs from nothing to measure."""
    if days:
        fig.add_scatter(
            x=[day.day for day in days], y=[0] * len(days), mode="markers", name=name,
            customdata=[_hover(context, day) for day in days],
            hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
            unselected={"marker": {"opacity": 1}},
            marker={"symbol": symbol, "size": 7, "color": base.color("ink", context.is_dark)},
        )  # fmt: skip


@base.memoized
def revenue(context: page.PageContext, trend: OrphanTrend) -> go.Figure:
    """Dark revenue per day, stacked by kind."""
    fig = _stacked(context, trend, "unattributed revenue", lambda day, kind: day.revenue.get(kind))
    highest = max([day.dark or 0.0 for day in trend.days])
    fig.update_yaxes(range=[0, highest * 1.25 or 1], tickformat=",")
    mark_rows.add(fig, context, _shown_days(trend), (_CHECK,))
    return fig


def judged_days(trend: OrphanTrend) -> list[OrphanDay]:
    """The days since the first order: days before it cannot be judged."""
    first = trend.first_order_day
    return [day for day in trend.days if day.count or (first is not None and day.day >= first)]


def clickable_days(trend: OrphanTrend) -> list[date]:
    """The days that can be clicked."""
    return [day.day for day in judged_days(trend)]


def _stacked(
    context: page.PageContext,
    trend: OrphanTrend,
    title: str,
    value: Callable[[OrphanDay, str], float | None],
) -> go.Figure:
    fig = base.figure(
        context, y_title=title, x_title="day", height=_HEIGHT, barmode="stack", showlegend=True,
        legend=base.LEGEND,
    )  # fmt: skip
    base.mark_day(fig, context.day, context)
    for kind in trend.kinds:
        days = [day for day in trend.days if value(day, kind)]
        if not days:  # nothing to see, and nothing for the legend
            continue
        tone, pattern = _STYLES[kind]
        fig.add_bar(
            x=[day.day for day in days],
            y=[value(day, kind) for day in days],
            name=KIND_LABELS[kind],
            customdata=[_hover(context, day) for day in days],
            hovertemplate="%{customdata}<extra></extra>",
            width=by_day.DAY_MS * 0.72,
            marker={
                "color": base.color(tone, context.is_dark),
                "pattern": base.pattern(pattern, context),
            },
            unselected={"marker": {"opacity": 1}},
        )
    fig.update_xaxes(
        type="date", range=by_day.axis_range(_shown_days(trend)), tickformat=by_day.TICKS
    )
    return fig


def _shown_days(trend: OrphanTrend) -> Sequence[date]:
    judged = judged_days(trend)
    return by_day.known_days([day.day for day in trend.days], [day in judged for day in trend.days])


def _hover(context: page.PageContext, day: OrphanDay) -> str:
    day_line, gate_line = by_day.hover_ends(context, day.day, _CHECK)
    if day.empty:
        return "<br>".join([day_line, "no orders: nothing to judge", gate_line])
    lines = [day_line, f"{plural(day.count, 'orphan')}, {plural(day.orders, 'order')} on the day"]
    for kind, count in day.counts.items():
        if count:
            amount = f", {look.money(day.revenue[kind])}" if kind in day.revenue else ""
            lines.append(f"{count_text(count)} {KIND_TEXTS[kind]}{amount}")
    if day.dark is not None:
        lines.append(f"unattributed revenue {look.money(day.dark)}")
    return "<br>".join([*lines, gate_line])
