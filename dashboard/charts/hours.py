"""The figure of one day by the hour, with the usual range of each hour."""

from __future__ import annotations

import plotly.graph_objects as go

from checks.core.text import plural, usual_text
from checks.evidence.hours import MISSING, Gap, Hour, Profile
from dashboard import look, page
from dashboard.charts import base, by_day


@base.memoized
def hours_figure(context: page.PageContext, profile: Profile) -> go.Figure:
    """Bars: the day's hours. Band and line: what is usual of each hour, and its normal range."""
    fig = base.figure(
        context, y_title="events per hour", x_title=f"hour of the day ({context.zone.key})",
        height=by_day.TALL,
    )  # fmt: skip
    fig.update_layout(barmode="overlay", hovermode="x", bargap=0.25)
    _add_usual_range(fig, context, profile)
    counted = [hour for hour in profile.hours if hour.events is not None]
    fig.add_trace(
        go.Bar(
            x=[hour.hour for hour in counted],
            y=[hour.events for hour in counted],
            customdata=[_hover(context, hour) for hour in counted],
            hovertemplate="%{customdata}<extra></extra>",
            marker={"color": base.color("line", context.is_dark)},
        )
    )
    _add_missing_hours(fig, context, profile)
    fig.update_xaxes(range=[-0.6, 23.6], tickvals=list(range(0, 24, 3)))
    fig.update_xaxes(ticktext=[f"{hour:02}:00" for hour in range(0, 24, 3)], tickangle=0)
    fig.update_yaxes(rangemode="tozero")
    return fig


def _add_usual_range(fig: go.Figure, context: page.PageContext, profile: Profile) -> None:
    compared = [hour for hour in profile.hours if hour.low is not None]
    fig.add_trace(
        go.Bar(
            x=[hour.hour for hour in compared],
            base=[hour.low for hour in compared],
            y=[(hour.high or 0) - (hour.low or 0) for hour in compared],
            width=1,
            marker={"color": base.color("band", context.is_dark), "line": {"width": 0}},
            hoverinfo="skip",
        )
    )
    fig.add_trace(
        go.Scatter(
            x=[hour.hour for hour in compared],
            y=[hour.usual_events for hour in compared],
            mode="lines",
            line={"color": base.color("ink", context.is_dark), "width": 1.5, "shape": "hvh"},
            hoverinfo="skip",
        )
    )


def _add_missing_hours(fig: go.Figure, context: page.PageContext, profile: Profile) -> None:
    """Hours of a gap: an empty, hatched bar as high as the hour usually is."""
    hours = [hour for hour in profile.hours if hour.state == MISSING]
    failure_color = base.color("failure", context.is_dark)
    fig.add_trace(
        go.Bar(
            x=[hour.hour for hour in hours],
            y=[hour.usual_events for hour in hours],
            marker={
                "color": "rgba(0,0,0,0)",
                "line": {"color": failure_color, "width": 1.5},
                "pattern": {"shape": "/", "fgcolor": failure_color, "fgopacity": 0.8, "size": 6},
            },
            hoverinfo="skip",
        )
    )
    for gap in profile.gaps:
        _add_gap_label(
            fig, context, gap, [hour for hour in hours if gap.first <= hour.hour <= gap.last]
        )


def _add_gap_label(fig: go.Figure, context: page.PageContext, gap: Gap, hours: list[Hour]) -> None:
    fig.add_annotation(
        x=(gap.first + gap.last) / 2,
        y=max(hour.high or 0 for hour in hours),
        text=f"<b>no event</b><br>{gap_text(gap)}",
        yshift=20,
        showarrow=False,
        font={"color": base.color("failure", context.is_dark), "size": 13},
        bgcolor=base.color("paper", context.is_dark),
    )


def gap_text(gap: Gap) -> str:
    """`16:00 to 24:00`."""
    return f"{gap.first:02}:00 to {gap.last + 1:02}:00"


def _hover(context: page.PageContext, hour: Hour) -> str:
    lines = [f"<b>{hour.hour:02}:00 to {hour.hour + 1:02}:00, {look.day(context.day)}</b>"]
    lines.append(plural(hour.events or 0, "event"))
    if hour.usual_events is None:
        lines.append("nothing to compare with")
    else:
        lines.append(f"usual: {usual_text(hour.usual_events)}")
        lines.append(f"normal: {look.count(hour.low)} to {look.count(hour.high)}")
    lines.append(f"this hour: {hour.state}")
    if hour.is_cut:
        lines.append(f"so far: {plural(round(hour.minutes), 'minute')}, as on the days before")
    return "<br>".join(lines)
