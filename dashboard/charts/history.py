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
from dashboard.charts import base, by_day

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

#: A shape for each status, so that no meaning hangs on colour alone.
_SHAPES = {
    Status.RED: "x", Status.AMBER: "triangle-up", Status.WAIVED: "square-open",
    Status.GREEN: "circle", Status.SKIPPED: "circle-open", Status.UNKNOWN: "diamond-open",
}  # fmt: skip
_FAILED = (Status.RED,)


def values(here: page.Here, check_id: str) -> None:
    """The value that the gate measured each day, and the limit as it is now."""
    check = data.check(check_id)
    found = [one for one in reversed(here.evaluations) if check_id in one.statuses]
    measured = [one for one in found if one.values.get(check_id) is not None]
    if not measured:
        page.empty(f"No value of {check_id} is recorded.", "It was never measured by a gate.")
        return
    unit = f" ({check.unit})" if check.unit else ""
    made = base.figure(here, y_title=f"{check.metric}{unit}", x_title="data date", height=260)
    made.add_trace(_line(here, check_id, found))
    made.add_trace(_points(here, check_id, measured))
    _limits(made, here, check)
    _unmeasured(made, here, [one.data_date for one in found if one not in measured])
    base.mark_day(made, here.day, here)
    made.update_xaxes(tickformat=by_day.TICKS)
    base.show(
        made, here, key=f"history-values-{check_id}", alt=_alt(check_id, measured),
        days=[one.data_date for one in measured],
    )  # fmt: skip


def _line(here: page.Here, check: str, found: Sequence[StoredEvaluation]) -> go.Scatter:
    """A gap where nothing was measured."""
    return go.Scatter(
        x=[one.data_date for one in found], y=[one.values.get(check) for one in found],
        mode="lines", line={"color": base.color("line", here.dark), "width": 1.5},
        connectgaps=False, hoverinfo="skip",
    )  # fmt: skip


def _points(here: page.Here, check: str, found: Sequence[StoredEvaluation]) -> go.Scatter:
    tones = [
        base.color("failure" if one.statuses[check] in _FAILED else "line", here.dark)
        for one in found
    ]
    sizes = [6 if one.statuses[check] is Status.GREEN else 11 for one in found]
    return go.Scatter(
        x=[one.data_date for one in found], y=[one.values[check] for one in found],
        mode="markers", hovertext=[_hover(one, check) for one in found], hoverinfo="text",
        marker={"symbol": [_SHAPES[one.statuses[check]] for one in found], "color": tones,
                "size": sizes, "line": {"width": 1.5, "color": tones}},
    )  # fmt: skip


def _hover(one: StoredEvaluation, check: str) -> str:
    shown = look.look_of(one.statuses[check])
    value = one.values[check]
    exact = "" if value is None else number_text(value)
    message = base.inert(one.messages.get(check, ""), 120)
    return f"{look.day(one.data_date)}<br>{shown.glyph} {shown.word}: {exact}<br>{message}"


def _limits(made: go.Figure, here: page.Here, check: Check) -> None:
    """Today's limit; below zero too where a check fails on both sides."""
    verdict = here.verdict(check.id)
    if verdict is None or verdict.threshold is None:
        return
    base.threshold(made, verdict.threshold, f"limit now {limit_text(verdict.threshold)}", here)
    if check.worse is Worse.FARTHER_FROM_ZERO:
        below = -verdict.threshold
        base.threshold(made, below, f"limit now {limit_text(below)}", here)


def _unmeasured(made: go.Figure, here: page.Here, days: Sequence[date]) -> None:
    """A question mark on the axis: not measured is neither zero nor fine."""
    for day in days:
        made.add_annotation(
            x=datetime(day.year, day.month, day.day),  # noqa: DTZ001  (a place on the axis)
            y=0, yref="paper", yanchor="bottom", text="?", showarrow=False,
            font={"color": base.color("ink", here.dark), "size": 14}, hovertext="not measured",
        )  # fmt: skip


def _alt(check: str, found: Sequence[StoredEvaluation]) -> str:
    red = [one.data_date for one in found if one.statuses[check] is Status.RED]
    days = ", ".join(look.day(day) for day in red[-5:]) or "none"
    return f"Recorded values of {check} on {len(found)} days. Last red days: {days}."
