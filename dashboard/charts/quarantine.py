"""Figures of the quarantine rate by day, and of the day's rejected rows by hour."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence.rejected import ValuePart
from checks.evidence.rejected_rate import DayRate, Rates
from dashboard import look, page
from dashboard.charts import base, by_day, mark_rows

CHECK = "quarantine_rate"
_HEIGHT = 190


@base.memoized
def rates_figure(context: page.PageContext, rates: Rates) -> go.Figure:
    """The share of rows rejected per day, with both limits and the gate's verdicts."""
    fig = base.figure(context, y_title="share rejected", x_title="day", height=_HEIGHT)
    fig.update_layout(hovermode="x")
    bars = [_bar(context, day, rates) for day in rates.days if day.rate is not None]
    by_day.add_bars(fig, context, by_day.waived(context, bars, CHECK))
    by_day.add_verdicts(fig, context, bars, CHECK)
    _add_limit(
        fig,
        context,
        rates.alert_above,
        f"red above {_limit_text(rates.alert_above)}",
        "dash",
        "top",
    )
    _add_limit(
        fig,
        context,
        rates.stop_above,
        f"no waiver<br>above {_limit_text(rates.stop_above)}",
        "solid",
        "bottom",
    )
    base.mark_day(fig, context.day, context)
    days = [*(day.day for day in rates.days), context.day]
    fig.update_xaxes(type="date", range=by_day.axis_range(days), tickformat=by_day.TICKS)
    fig.update_yaxes(rangemode="tozero", tickformat=".0%")
    fig.update_layout(margin={"r": 84})
    mark_rows.add(fig, context, days, (CHECK,))
    return fig


def _add_limit(
    fig: go.Figure, context: page.PageContext, y: float, label: str, dash: str, side: str
) -> None:
    """A line at a limit. Its label is beside the figure: bars would hide it."""
    failure_color, shift = base.color("failure", context.is_dark), 4 if side == "top" else -4
    fig.add_hline(y=y, line={"color": failure_color, "width": 1.5, "dash": dash})
    fig.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=4, y=y, yanchor=side, yshift=shift,
        text=label, font={"color": failure_color, "size": 12}, showarrow=False,
    )  # fmt: skip


def _limit_text(limit: float) -> str:
    return f"{limit * 100:g} %"


def clickable_days(rates: Rates) -> list[date]:
    """The days that can be clicked."""
    return [day.day for day in rates.days]


@base.memoized
def hours_figure(context: page.PageContext, parts: tuple[ValuePart, ...]) -> go.Figure:
    """Rejected rows by the hour at which their events happened."""
    fig = base.figure(
        context,
        y_title="rejected rows",
        x_title=f"hour of the day ({context.zone.key})",
        height=_HEIGHT,
    )
    rows_by_hour = {part.value: part.rows for part in parts if part.value.isdecimal()}
    hours = [f"{hour:02}" for hour in range(24)]
    fig.add_trace(
        go.Bar(
            x=list(range(24)),
            y=[rows_by_hour.get(hour, 0) for hour in hours],
            customdata=[_hour_hover(context, hour, rows_by_hour.get(hour, 0)) for hour in hours],
            hovertemplate="%{customdata}<extra></extra>",
            marker={"color": base.color("line", context.is_dark)},
        )
    )
    ticks = list(range(0, 24, 3))
    fig.update_xaxes(tickvals=ticks, ticktext=[f"{hour:02}:00" for hour in ticks], tickangle=0)
    fig.update_xaxes(range=[-0.6, 23.6])
    fig.update_yaxes(rangemode="tozero")
    _add_beginning(fig, context)
    return fig


def _add_beginning(fig: go.Figure, context: page.PageContext) -> None:
    """A dotted line at the hour at which the explained cause begins, where it begins at one."""
    verdict = context.verdict(CHECK)
    explanation = verdict.explanation if verdict is not None else None
    hours = explanation.evidence.get("hours") if explanation is not None else None
    if not hours or not hours[0]:
        return
    ink = base.color("ink", context.is_dark)
    fig.add_vline(
        x=hours[0] - 0.5, line={"color": ink, "width": 1.2, "dash": "dot"},
        annotation={"text": f"<b>{hours[0]:02}:00</b>", "font": {"color": ink, "size": 12}},
        annotation_position="top left",
    )  # fmt: skip


def _hour_hover(context: page.PageContext, hour: str, rows: int) -> str:
    return f"<b>{hour}:00 to {int(hour) + 1:02}:00, {look.day(context.day)}</b><br>" + plural(
        rows, "rejected row"
    )


def _bar(context: page.PageContext, day: DayRate, rates: Rates) -> by_day.Bar:
    day_line, gate_line = by_day.hover_ends(context, day.day, CHECK)
    share = look.percent(day.rate, rates.stop_above if day.above_stop else rates.alert_above)
    lines = [
        day_line,
        f"{look.count(day.quarantined)} of {plural(day.read or 0, 'row')} rejected: {share}",
        f"red above {look.percent(rates.alert_above)}, "
        f"no waiver above {look.percent(rates.stop_above)}",
        gate_line,
    ]
    return by_day.Bar(day.day, day.rate or 0.0, "<br>".join(lines), bool(day.above_alert))
