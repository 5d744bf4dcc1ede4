"""Figures of the quarantine rate by day, and of the day's rejected rows by hour."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence._rejected import DayRate
from checks.evidence.rejected import Part
from checks.evidence.rejected_rate import Rates
from dashboard import look, page
from dashboard.charts import base, by_day

CHECK = "quarantine_rate"
_HEIGHT = 262


@base.kept
def rates(here: page.Here, found: Rates) -> go.Figure:
    """The share of rows rejected per day, with both limits and what the gate said."""
    made = base.figure(here, y_title="rejected share of rows read", x_title="day", height=_HEIGHT)
    made.update_layout(hovermode="x")
    bars = [_bar(here, day, found) for day in found.days if day.rate is not None]
    by_day.bars(made, here, bars)
    by_day.verdicts(made, here, bars, CHECK)
    _limit(made, here, found.alert_above, f"red above {_short(found.alert_above)}", "dash", "top")
    _limit(
        made, here, found.stop_above, f"stops above {_short(found.stop_above)}", "solid", "bottom"
    )
    base.mark_day(made, here.day, here)
    made.update_xaxes(
        range=by_day.span([*(day.day for day in found.days), here.day]), tickformat=by_day.TICKS
    )
    made.update_yaxes(rangemode="tozero", tickformat=".0%")
    made.update_layout(margin={"r": 110})
    return made


def _limit(made: go.Figure, here: page.Here, y: float, label: str, dash: str, side: str) -> None:
    """A line at a limit. Its name stands beside the figure: bars would hide it."""
    ink, shift = base.color("failure", here.dark), 4 if side == "top" else -4
    made.add_hline(y=y, line={"color": ink, "width": 1.5, "dash": dash})
    made.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=4, y=y, yanchor=side, yshift=shift,
        text=label, font={"color": ink, "size": 12}, showarrow=False,
    )  # fmt: skip


def _short(limit: float) -> str:
    return f"{limit * 100:g} %"


def dates_of(found: Rates) -> list[date]:
    """The days that can be clicked."""
    return [day.day for day in found.days]


@base.kept
def hours(here: page.Here, parts: tuple[Part, ...]) -> go.Figure:
    """Rejected rows by the hour at which their events happened."""
    made = base.figure(
        here, y_title="rejected rows", x_title=f"hour of the day ({here.zone.key})", height=_HEIGHT
    )
    clock = {part.value: part.rows for part in parts if part.value.isdecimal()}
    every = [f"{hour:02}" for hour in range(24)]
    made.add_trace(
        go.Bar(
            x=list(range(24)),
            y=[clock.get(hour, 0) for hour in every],
            customdata=[_hour_words(here, hour, clock.get(hour, 0)) for hour in every],
            hovertemplate="%{customdata}<extra></extra>",
            marker={"color": base.color("line", here.dark)},
        )
    )
    ticks = list(range(0, 24, 3))
    made.update_xaxes(tickvals=ticks, ticktext=[f"{hour:02}:00" for hour in ticks], tickangle=0)
    made.update_xaxes(range=[-0.6, 23.6])
    made.update_yaxes(rangemode="tozero")
    return made


def _hour_words(here: page.Here, hour: str, rows: int) -> str:
    return f"<b>{hour}:00 to {int(hour) + 1:02}:00, {look.day(here.day)}</b><br>" + plural(
        rows, "rejected row"
    )


def _bar(here: page.Here, day: DayRate, found: Rates) -> by_day.Bar:
    first, said = by_day.head(here, day.day, CHECK)
    share = look.percent(day.rate, found.stop_above if day.above_stop else found.alert_above)
    lines = [
        first,
        f"{look.count(day.quarantined)} of {plural(day.read or 0, 'row')} rejected: {share}",
        f"red above {look.percent(found.alert_above)}, "
        f"stops the line above {look.percent(found.stop_above)}",
        said,
    ]
    return by_day.Bar(day.day, day.rate or 0.0, "<br>".join(lines), bool(day.above_alert))
