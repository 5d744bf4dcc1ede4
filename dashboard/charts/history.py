"""Recorded values of one check by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from checks.core.model import Status
from checks.core.text import limit_text, number_text
from checks.judging.check import Check, Worse
from dashboard import data, look, page
from dashboard.charts import base, by_day, mark_rows

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

#: A shape for each status, so that no meaning depends on colour alone.
_SHAPES = {
    Status.RED: "x", Status.AMBER: "triangle-up", Status.WAIVED: "square-open",
    Status.GREEN: "circle", Status.SKIPPED: "circle-open", Status.UNKNOWN: "diamond-open",
}  # fmt: skip
_FAILED = (Status.RED,)


def draw_values(context: page.PageContext, check_id: str) -> None:
    """The value that the gate measured each day, and today's limit."""
    check = data.check(check_id)
    evaluations = [
        evaluation
        for evaluation in reversed(context.evaluations)
        if check_id in evaluation.statuses
    ]
    measured = [
        evaluation for evaluation in evaluations if evaluation.values.get(check_id) is not None
    ]
    if not measured:
        page.empty(f"No value of {check_id} is recorded.", "It was never measured by a gate.")
        return
    unit = f" ({check.unit})" if check.unit else ""
    fig = base.figure(context, y_title=f"{check.metric}{unit}", x_title="data date", height=260)
    fig.add_trace(_line(context, check_id, evaluations))
    fig.add_trace(_points(context, check_id, measured))
    _limits(fig, context, check)
    _unmeasured(
        fig,
        context,
        [evaluation.data_date for evaluation in evaluations if evaluation not in measured],
    )
    base.mark_day(fig, context.day, context)
    days = _days(context, evaluations)
    fig.update_xaxes(type="date", range=by_day.axis_range(days), tickformat=by_day.TICKS)
    mark_rows.add(fig, context, days, (check_id,))
    base.show(
        fig, context, key=f"history-values-{check_id}", alt=_alt(check_id, measured),
        days=[evaluation.data_date for evaluation in measured],
    )  # fmt: skip


def _days(context: page.PageContext, evaluations: Sequence[StoredEvaluation]) -> tuple[date, date]:
    """The first and the last day of the figure: the shown one is on it."""
    days = [*(evaluation.data_date for evaluation in evaluations), context.day]
    return min(days), max(days)


def _line(
    context: page.PageContext, check: str, evaluations: Sequence[StoredEvaluation]
) -> go.Scatter:
    """A line with a gap where nothing was measured."""
    return go.Scatter(
        x=[evaluation.data_date for evaluation in evaluations],
        y=[evaluation.values.get(check) for evaluation in evaluations],
        mode="lines",
        line={"color": base.color("line", context.is_dark), "width": 1.5},
        connectgaps=False,
        hoverinfo="skip",
    )


def _points(
    context: page.PageContext, check: str, evaluations: Sequence[StoredEvaluation]
) -> go.Scatter:
    colors = [
        base.color("failure" if evaluation.statuses[check] in _FAILED else "line", context.is_dark)
        for evaluation in evaluations
    ]
    sizes = [6 if evaluation.statuses[check] is Status.GREEN else 11 for evaluation in evaluations]
    return go.Scatter(
        x=[evaluation.data_date for evaluation in evaluations],
        y=[evaluation.values[check] for evaluation in evaluations],
        mode="markers",
        hovertext=[_hover(evaluation, check) for evaluation in evaluations],
        hoverinfo="text",
        marker={
            "symbol": [_SHAPES[evaluation.statuses[check]] for evaluation in evaluations],
            "color": colors,
            "size": sizes,
            "line": {"width": 1.5, "color": colors},
        },
    )


def _hover(evaluation: StoredEvaluation, check: str) -> str:
    shown = look.look_of(evaluation.statuses[check])
    value = evaluation.values[check]
    exact = "" if value is None else number_text(value)
    message = base.inert(evaluation.messages.get(check, ""), 120)
    return f"{look.day(evaluation.data_date)}<br>{shown.glyph} {shown.word}: {exact}<br>{message}"


def _limits(fig: go.Figure, context: page.PageContext, check: Check) -> None:
    """Today's limit; also below zero where a check fails on both sides."""
    verdict = context.verdict(check.id)
    if verdict is None or verdict.threshold is None:
        return
    base.add_limit(fig, verdict.threshold, f"limit now {limit_text(verdict.threshold)}", context)
    if check.worse is Worse.FARTHER_FROM_ZERO:
        below = -verdict.threshold
        base.add_limit(fig, below, f"limit now {limit_text(below)}", context)


def _unmeasured(fig: go.Figure, context: page.PageContext, days: Sequence[date]) -> None:
    """A question mark on the axis: a day not measured is neither zero nor green."""
    for day in days:
        fig.add_annotation(
            x=datetime(day.year, day.month, day.day),  # noqa: DTZ001  (a place on the axis)
            y=0,
            yref="y domain",
            yanchor="bottom",
            text="?",
            showarrow=False,
            font={"color": base.color("ink", context.is_dark), "size": 14},
            hovertext="not measured",
        )


def _alt(check: str, evaluations: Sequence[StoredEvaluation]) -> str:
    red = [
        evaluation.data_date
        for evaluation in evaluations
        if evaluation.statuses[check] is Status.RED
    ]
    days = ", ".join(look.day(day) for day in red[-5:]) or "none"
    return f"Recorded values of {check} on {len(evaluations)} days. Last red days: {days}."
