"""The times at which scheduled runs are due, in the chart of their arrivals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import plotly.graph_objects as go

from checks.evidence.runs_trend import LATE, RunDay
from dashboard import page
from dashboard.charts import base

Hover: TypeAlias = Callable[[RunDay, page.PageContext], str]
#: The length of the line at a run's time, and at the end of its grace.
_DUE_SIZE: Final = 13
_GRACE_SIZE: Final = 7


def add_due(
    fig: go.Figure, context: page.PageContext, days: Sequence[RunDay], hover: Hover
) -> None:
    """The time of each scheduled run, and a thin line up to the end of its grace."""
    scheduled = [(day, day.punctuality) for day in days if day.punctuality is not None]
    if not scheduled:
        return
    x: list[object] = []
    y: list[float | None] = []
    for day, punctuality in scheduled:
        x += [day.data_date, day.data_date, None]
        y += [punctuality.due_minutes, punctuality.expected_minutes, None]
    ink = base.color("ink", context.is_dark)
    fig.add_scatter(
        x=x, y=y, mode="lines", name="due, and its grace", hoverinfo="skip",
        line={"color": ink, "width": 1},
    )  # fmt: skip
    run_days = [day for day, _ in scheduled]
    due = [punctuality.due_minutes for _, punctuality in scheduled]
    expected = [punctuality.expected_minutes for _, punctuality in scheduled]
    for name, times, size in (("due", due, _DUE_SIZE), ("expected by", expected, _GRACE_SIZE)):
        marker = {"symbol": "line-ew", "size": size, "line": {"width": 2, "color": ink}}
        _add_points(fig, context, run_days, times, hover, name=name, marker=marker, is_named=False)


def add_late(
    fig: go.Figure, context: page.PageContext, ran: Sequence[RunDay], hover: Hover
) -> None:
    """A triangle on the first load of each run that came after its grace."""
    late = [day for day in ran if day.punctuality is not None and day.punctuality.state == LATE]
    if late:
        red = base.color("failure", context.is_dark)
        marker = {"symbol": "triangle-up", "size": 13, "color": red}
        times = [day.first for day in late]
        _add_points(fig, context, late, times, hover, name="late", marker=marker, is_named=True)


def _add_points(
    fig: go.Figure, context: page.PageContext, days: Sequence[RunDay],
    times: Sequence[float | None], hover: Hover, *, name: str, marker: dict[str, object],
    is_named: bool,
) -> None:  # fmt: skip
    fig.add_scatter(
        x=[day.data_date for day in days], y=list(times), mode="markers", name=name,
        showlegend=is_named, hovertext=[hover(day, context) for day in days], hoverinfo="text",
        marker=marker, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
