"""What figures with a day axis share: bars that name their day, what the gate said, a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from checks.core.model import Status
from dashboard import look, page
from dashboard.charts import base

DAY_MS = 86_400_000
HEIGHT = 340
#: Days on an axis as they are written elsewhere.
TICKS = "%-d %b"
TALL = 450
#: Room on the right for the names of limits.
MARGIN = {"l": 8, "r": 78, "t": 22, "b": 8}
_MARKED = (Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar. `words` are its hover, ready and inert; beyond: the rule calls it red."""

    day: date
    value: float
    words: str
    beyond: bool = False


def bars(
    made: go.Figure, here: page.Here, given: Sequence[Bar], *,
    hatched: Sequence[bool] = (), **where: Any,
) -> None:  # fmt: skip
    """A bar a day; one that the rule calls red is red and has a thick outline too."""
    calm, red = base.color("line", here.dark), base.color("failure", here.dark)
    outline = base.color("accent", here.dark)
    made.add_trace(
        go.Bar(
            x=[bar.day for bar in given],
            y=[bar.value for bar in given],
            customdata=[bar.words for bar in given],
            hovertemplate="%{customdata}<extra></extra>",
            marker={
                "color": [red if bar.beyond else calm for bar in given],
                "line": {"width": [1.5 if bar.beyond else 0 for bar in given], "color": outline},
                "pattern": {"shape": ["/" if one else "" for one in hatched]},
            },
            width=DAY_MS * 0.72,
            unselected={"marker": {"opacity": 1}},
        ),
        **where,
    )


def verdicts(
    made: go.Figure, here: page.Here, given: Sequence[Bar], check: str, **where: Any
) -> None:
    """Above the bar of each day on which the gate did not let the check pass: its glyph."""
    found = [(bar, here.status_of(bar.day, check)) for bar in given]
    marked = [(bar, status) for bar, status in found if status in _MARKED]
    made.add_trace(
        go.Scatter(
            x=[bar.day for bar, _ in marked],
            y=[bar.value for bar, _ in marked],
            text=[f"<b>{look.look_of(status).glyph}</b>" for _, status in marked],
            textfont={
                "size": 15,
                "color": [_tone(here, status) for _, status in marked],
            },
            mode="text",
            textposition="top center",
            cliponaxis=False,
            hoverinfo="skip",
        ),
        **where,
    )


def circles(made: go.Figure, here: page.Here, given: Sequence[Bar], **where: Any) -> None:
    """A circle at the foot of bars that stand apart."""
    made.add_trace(
        go.Scatter(
            x=[bar.day for bar in given],
            y=[0] * len(given),
            mode="markers",
            marker={"size": 8, "symbol": "circle-open", "color": base.color("accent", here.dark)},
            cliponaxis=False,
            hoverinfo="skip",
        ),
        **where,
    )


def _tone(here: page.Here, status: Status | None) -> str:
    return base.color("failure" if status is Status.RED else "accent", here.dark)


def band(
    made: go.Figure, here: page.Here, days: Sequence[date], low: Sequence[float],
    high: Sequence[float], **where: Any,
) -> None:  # fmt: skip
    """A step of `low` to `high` a day; a day without one leaves a hole."""
    made.add_trace(
        go.Bar(
            x=list(days),
            base=list(low),
            y=[top - bottom for bottom, top in zip(low, high, strict=True)],
            width=DAY_MS,
            marker={"color": base.color("band", here.dark), "line": {"width": 0}},
            hoverinfo="skip",
        ),
        **where,
    )


def steps(
    made: go.Figure, here: page.Here, days: Sequence[date], values: Sequence[float], **where: Any
) -> None:
    """A thin stepped line: what is usual."""
    made.add_trace(
        go.Scatter(
            x=list(days),
            y=list(values),
            mode="lines",
            line={"color": base.color("ink", here.dark), "width": 1.25, "shape": "hvh"},
            hoverinfo="skip",
        ),
        **where,
    )


def limits(
    made: go.Figure, here: page.Here, days: Sequence[date], values: Sequence[float], label: str,
    **where: Any,
) -> None:  # fmt: skip
    """A limit that is another one each day: a dotted step, named in the margin at its end."""
    tone = base.color("failure", here.dark)
    made.add_trace(
        go.Scatter(
            x=list(days),
            y=list(values),
            mode="lines",
            line={"color": tone, "width": 1, "dash": "dot", "shape": "hvh"},
            hoverinfo="skip",
        ),
        **where,
    )
    if days:
        made.add_annotation(
            x=days[-1], y=values[-1], text=label, font={"color": tone, "size": 12},
            showarrow=False, xanchor="left", xshift=12, **where,
        )  # fmt: skip


def reach(made: go.Figure, day: date, values: Sequence[float], **where: Any) -> None:
    """Make room for these values: a line across a figure moves no axis by itself."""
    made.add_trace(
        go.Scatter(
            x=[day] * len(values), y=list(values), mode="markers", marker={"opacity": 0},
            hoverinfo="skip",
        ),
        **where,
    )  # fmt: skip


def releases(made: go.Figure, here: page.Here, days: Sequence[date]) -> None:
    """A dashed line through days on which the tracking was changed, named at its head."""
    for day in days:
        made.add_vline(
            x=day, line={"color": base.color("second", here.dark), "width": 1.5, "dash": "dash"}
        )
        made.add_annotation(
            text="tracking changed", x=day, xanchor="right", xshift=-4, y=1, yref="paper",
            yanchor="top", showarrow=False,
            font={"color": base.color("second", here.dark), "size": 12},
        )  # fmt: skip


def judged(made: go.Figure, here: page.Here) -> None:
    """Mark and name the judged day, the last one of the axis."""
    base.mark_day(made, here.day, here)
    made.add_annotation(
        text="judged day", x=here.day, xanchor="right", xshift=14, y=1, yref="paper",
        yanchor="bottom", showarrow=False,
        font={"color": base.color("ink", here.dark), "size": 12},
    )  # fmt: skip


def span(days: Sequence[date]) -> list[datetime]:
    """The range of the axis: whole days, those without data too."""
    half = timedelta(hours=14)
    first, last = (datetime(d.year, d.month, d.day) for d in (days[0], days[-1]))  # noqa: DTZ001
    return [first - half, last + half]


def head(here: page.Here, day: date, check: str) -> tuple[str, str]:
    """The first and the last line of a day's hover: which day, and what the gate said."""
    status = here.status_of(day, check)
    said = "not run on this day" if status is None else f"{look.look_of(status).word} for {check}"
    return f"<b>{look.day(day)}</b>", f"gate: {said}"
