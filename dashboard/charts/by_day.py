"""What figures with a day axis share: bars, the gate's verdicts, ranges, limits and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from checks.core.model import Status
from dashboard import closed, look, page
from dashboard.charts import base

DAY_MS = 86_400_000
HEIGHT = 340
#: Format of days on an axis.
TICKS = "%-d %b"
TALL = 260
#: With space on the right for the labels of limits.
MARGIN = {"l": 8, "r": 78, "t": 22, "b": 8}
#: An axis has at least so many days.
_FEWEST_DAYS = 14
_MARKED = (Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar. `hover`: escaped text; `is_red`: whether the rule judges the day red.

    is_waived: whether the gate let the day pass by a waiver.
    """

    day: date
    value: float
    hover: str
    is_red: bool = False
    is_waived: bool = False


def waived(context: page.PageContext, bars: Sequence[Bar], check: str) -> list[Bar]:
    """The bars, with those marked that a waiver of the check let pass."""
    return [
        replace(bar, is_waived=context.status_of(bar.day, check) is Status.WAIVED) for bar in bars
    ]


def add_bars(
    fig: go.Figure, context: page.PageContext, bars: Sequence[Bar], *,
    hatched: Sequence[bool] = (), **subplot: Any,
) -> None:  # fmt: skip
    """A bar for each day; a red one has a thick outline too, a waived one is pale and dotted."""
    outline = base.color("accent", context.is_dark)
    fig.add_trace(
        go.Bar(
            x=[bar.day for bar in bars],
            y=[bar.value for bar in bars],
            customdata=[bar.hover for bar in bars],
            hovertemplate="%{customdata}<extra></extra>",
            marker={
                "color": [base.color(_tone(bar), context.is_dark) for bar in bars],
                "line": {
                    "width": [1.5 if bar.is_red or bar.is_waived else 0 for bar in bars],
                    "color": [
                        base.color("waived", context.is_dark) if bar.is_waived else outline
                        for bar in bars
                    ],
                },
                "pattern": _patterns(bars, hatched),
            },
            width=DAY_MS * 0.72,
            unselected={"marker": {"opacity": 1}},
        ),
        **subplot,
    )


def _tone(bar: Bar) -> base.Tone:
    if bar.is_waived:
        return "waived"
    return "failure" if bar.is_red else "line"


def _patterns(bars: Sequence[Bar], hatched: Sequence[bool]) -> dict[str, Any]:
    """Dots on waived bars, lines on hatched ones."""
    lines = list(hatched) or [False] * len(bars)
    shapes = [
        "." if bar.is_waived else "/" if is_hatched else ""
        for bar, is_hatched in zip(bars, lines, strict=True)
    ]
    return {"shape": shapes}


def add_verdicts(
    fig: go.Figure, context: page.PageContext, bars: Sequence[Bar], check: str, **subplot: Any
) -> None:
    """The glyph of the gate's verdict above the bar of each day on which the check failed."""
    statuses = [(bar, context.status_of(bar.day, check)) for bar in bars]
    marked = [(bar, status) for bar, status in statuses if status in _MARKED]
    fig.add_trace(
        go.Scatter(
            x=[bar.day for bar, _ in marked],
            y=[bar.value for bar, _ in marked],
            text=[f"<b>{look.look_of(status).glyph}</b>" for _, status in marked],
            textfont={
                "size": 15,
                "color": [_glyph_color(context, status) for _, status in marked],
            },
            mode="text",
            textposition="top center",
            cliponaxis=False,
            hoverinfo="skip",
        ),
        **subplot,
    )


def add_circles(
    fig: go.Figure, context: page.PageContext, bars: Sequence[Bar], **subplot: Any
) -> None:
    """A circle at the base of some bars."""
    fig.add_trace(
        go.Scatter(
            x=[bar.day for bar in bars],
            y=[0] * len(bars),
            mode="markers",
            marker={
                "size": 8,
                "symbol": "circle-open",
                "color": base.color("accent", context.is_dark),
            },
            cliponaxis=False,
            hoverinfo="skip",
        ),
        **subplot,
    )


def _glyph_color(context: page.PageContext, status: Status | None) -> str:
    tones: dict[Status | None, base.Tone] = {Status.RED: "failure", Status.WAIVED: "waived"}
    return base.color(tones.get(status, "accent"), context.is_dark)


def add_band(
    fig: go.Figure, context: page.PageContext, days: Sequence[date], low: Sequence[float],
    high: Sequence[float], **subplot: Any,
) -> None:  # fmt: skip
    """A range from `low` to `high` for each day; a gap for a day without one."""
    fig.add_trace(
        go.Bar(
            x=list(days),
            base=list(low),
            y=[top - bottom for bottom, top in zip(low, high, strict=True)],
            width=DAY_MS,
            marker={"color": base.color("band", context.is_dark), "line": {"width": 0}},
            hoverinfo="skip",
        ),
        **subplot,
    )


def add_steps(
    fig: go.Figure,
    context: page.PageContext,
    days: Sequence[date],
    values: Sequence[float],
    **subplot: Any,
) -> None:
    """A thin stepped line of what is expected."""
    fig.add_trace(
        go.Scatter(
            x=list(days),
            y=list(values),
            mode="lines",
            line={"color": base.color("ink", context.is_dark), "width": 1.25, "shape": "hvh"},
            hoverinfo="skip",
        ),
        **subplot,
    )


def add_limits(
    fig: go.Figure,
    context: page.PageContext,
    days: Sequence[date],
    values: Sequence[float],
    label: str,
    **subplot: Any,
) -> None:
    """A limit that differs by day: a dotted stepped line, labelled in the right margin."""
    limit_color = base.color("failure", context.is_dark)
    fig.add_trace(
        go.Scatter(
            x=list(days),
            y=list(values),
            mode="lines",
            line={"color": limit_color, "width": 1, "dash": "dot", "shape": "hvh"},
            hoverinfo="skip",
        ),
        **subplot,
    )
    if days:
        fig.add_annotation(
            x=days[-1], y=values[-1], text=label, font={"color": limit_color, "size": 12},
            showarrow=False, xanchor="left", xshift=12, **subplot,
        )  # fmt: skip


def extend_axis(fig: go.Figure, day: date, values: Sequence[float], **subplot: Any) -> None:
    """Extend the axis to these values: a horizontal line does not extend it by itself."""
    fig.add_trace(
        go.Scatter(
            x=[day] * len(values), y=list(values), mode="markers", marker={"opacity": 0},
            hoverinfo="skip",
        ),
        **subplot,
    )  # fmt: skip


def mark_judged_day(fig: go.Figure, context: page.PageContext) -> None:
    """Mark and label the judged day, the last one of the axis."""
    base.mark_day(fig, context.day, context)
    fig.add_annotation(
        text="judged day", x=context.day, xanchor="right", xshift=14, y=1, yref="paper",
        yanchor="bottom", showarrow=False,
        font={"color": base.color("ink", context.is_dark), "size": 12},
    )  # fmt: skip


def known_days(days: Sequence[date], known: Sequence[bool]) -> Sequence[date]:
    """The days from the first with data on: a young shop fills the figure."""
    first = next((index for index, is_known in enumerate(known) if is_known), 0)
    return days[min(first, max(0, len(days) - _FEWEST_DAYS)) :]


def known_range(days: Sequence[date], known: Sequence[bool]) -> list[datetime]:
    """The range of the axis of the known days."""
    return axis_range(known_days(days, known))


def axis_range(days: Sequence[date]) -> list[datetime]:
    """The range of the axis: whole days, including days without data."""
    half = timedelta(hours=14)
    first, last = (datetime(d.year, d.month, d.day) for d in (days[0], days[-1]))  # noqa: DTZ001
    return [first - half, last + half]


def hover_ends(context: page.PageContext, day: date, check: str) -> tuple[str, str]:
    """The first and the last line of a day's hover text: the day, closed or not, and the gate's
    verdict.
    """
    shown = context.shown_on(day, check)
    if shown is look.NoGate.NO_RUN:
        result = "no scheduled run loads this day"
    else:
        result = (
            "not run on this day" if shown is None else f"{look.look_of(shown).word} for {check}"
        )
    why = closed.reason(context.config, day)
    note = f" {base.inert(why, 60)}" if why is not None else ""
    return f"<b>{look.day(day)}</b>{note}", f"gate: {result}"
