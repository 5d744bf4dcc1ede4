"""The figure of one day by the hour, over what is usual."""

from __future__ import annotations

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence.hours import MISSING, Gap, Hour, Profile
from dashboard import look, page
from dashboard.charts import base, by_day


@base.kept
def profile(here: page.Here, found: Profile) -> go.Figure:
    """Bars: the day's hours. Band and line: lowest to highest, and median, of the days before."""
    made = base.figure(
        here, y_title="events per hour", x_title=f"hour of the day ({here.zone.key})",
        height=by_day.TALL,
    )  # fmt: skip
    made.update_layout(barmode="overlay", hovermode="x", bargap=0.25)
    _range(made, here, found)
    there = [hour for hour in found.hours if hour.events is not None]
    made.add_trace(
        go.Bar(
            x=[hour.hour for hour in there],
            y=[hour.events for hour in there],
            customdata=[_words(here, hour) for hour in there],
            hovertemplate="%{customdata}<extra></extra>",
            marker={"color": base.color("line", here.dark)},
        )
    )
    _missing(made, here, found)
    made.update_xaxes(range=[-0.6, 23.6], tickvals=list(range(0, 24, 2)))
    made.update_xaxes(ticktext=[f"{hour:02}:00" for hour in range(0, 24, 2)], tickangle=0)
    made.update_yaxes(rangemode="tozero")
    return made


def _range(made: go.Figure, here: page.Here, found: Profile) -> None:
    usual = [hour for hour in found.hours if hour.lowest is not None]
    made.add_trace(
        go.Bar(
            x=[hour.hour for hour in usual],
            base=[hour.lowest for hour in usual],
            y=[(hour.highest or 0) - (hour.lowest or 0) for hour in usual],
            width=1,
            marker={"color": base.color("band", here.dark), "line": {"width": 0}},
            hoverinfo="skip",
        )
    )
    made.add_trace(
        go.Scatter(
            x=[hour.hour for hour in usual],
            y=[hour.median for hour in usual],
            mode="lines",
            line={"color": base.color("ink", here.dark), "width": 1.5, "shape": "hvh"},
            hoverinfo="skip",
        )
    )


def _missing(made: go.Figure, here: page.Here, found: Profile) -> None:
    """Hours of a gap: an empty, hatched bar as high as the hour usually is."""
    hours = [hour for hour in found.hours if hour.state == MISSING]
    ink = base.color("failure", here.dark)
    made.add_trace(
        go.Bar(
            x=[hour.hour for hour in hours],
            y=[hour.median for hour in hours],
            marker={
                "color": "rgba(0,0,0,0)",
                "line": {"color": ink, "width": 1.5},
                "pattern": {"shape": "/", "fgcolor": ink, "fgopacity": 0.8, "size": 6},
            },
            hoverinfo="skip",
        )
    )
    for gap in found.gaps:
        _name(made, here, gap, [hour for hour in hours if gap.first <= hour.hour <= gap.last])


def _name(made: go.Figure, here: page.Here, gap: Gap, hours: list[Hour]) -> None:
    made.add_annotation(
        x=(gap.first + gap.last) / 2,
        y=max(hour.highest or 0 for hour in hours),
        text=f"<b>no event</b><br>{span(gap)}",
        yshift=20,
        showarrow=False,
        font={"color": base.color("failure", here.dark), "size": 13},
        bgcolor=base.color("paper", here.dark),
    )


def span(gap: Gap) -> str:
    """`16:00 to 24:00`."""
    return f"{gap.first:02}:00 to {gap.last + 1:02}:00"


def _words(here: page.Here, hour: Hour) -> str:
    lines = [f"<b>{hour.hour:02}:00 to {hour.hour + 1:02}:00, {look.day(here.day)}</b>"]
    lines.append(plural(hour.events or 0, "event"))
    if hour.median is None:
        lines.append("nothing to compare with")
    else:
        lines.append(
            f"usually {look.count(hour.median)} (median), "
            f"{look.count(hour.lowest)} to {look.count(hour.highest)}"
        )
    lines.append(f"this hour: {hour.state}")
    if hour.is_cut:
        lines.append(f"so far: {plural(round(hour.minutes), 'minute')}, as on the days before")
    return "<br>".join(lines)
