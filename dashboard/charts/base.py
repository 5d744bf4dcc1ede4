"""What all figures share: a light and a dark theme, labelled limits, days that can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import Any, Final, Literal, Protocol

import plotly.graph_objects as go
import streamlit as st

from checks.core.text import clean
from dashboard import memoizing, page

Tone = Literal[
    "line", "muted", "failure", "accent", "band", "grid", "ink", "paper", "second", "waived"
]

_TONES: Final[dict[Tone, tuple[str, str]]] = {
    "line": ("#0b63b5", "#6cb2f5"),
    "second": ("#8a5200", "#e0a84a"),
    "muted": ("#8b94a3", "#6d7889"),
    "waived": ("#0b4a80", "#a9d6ff"),
    "failure": ("#a4001d", "#ff6b81"),
    "accent": ("#14171c", "#ffffff"),
    "band": ("rgba(11,99,181,0.12)", "rgba(108,178,245,0.16)"),
    "grid": ("#e4e8ee", "#232a35"),
    "ink": ("#3a4250", "#b6bfcc"),
    "paper": ("#ffffff", "#0f1216"),
}
#: Decorates functions that build a figure from shared evidence.
memoized: Final = memoizing.memoized
#: A legend in one line above the figure; a click on it hides nothing.
LEGEND: Final[dict[str, Any]] = {
    "orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom",
    "traceorder": "normal", "itemclick": False, "itemdoubleclick": False,
    "bgcolor": "rgba(0,0,0,0)",
}  # fmt: skip
_FONT: Final = "Source Sans, Source Sans Pro, system-ui, sans-serif"
_CONFIG: Final[dict[str, Any]] = {
    "displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": "reset",
    "showTips": False, "responsive": True,
}  # fmt: skip


class _Themed(Protocol):
    @property
    def is_dark(self) -> bool: ...


def color(tone: Tone, is_dark: bool) -> str:
    """A colour of the palette. `failure` is used for failures only."""
    return _TONES[tone][is_dark]


def inert(value: object, longest: int = 60) -> str:
    """Hostile text escaped for Plotly, which reads some tags as markup and `$` as mathematics."""
    return escape(clean(value, longest), quote=False).replace("$", "&#36;")


def figure(
    context: _Themed, *, y_title: str, x_title: str = "", height: int = 280, **layout: Any
) -> go.Figure:
    """An empty figure with titled axes. Traces add their own hover texts."""
    is_dark = context.is_dark
    title: dict[str, Any] = {"font": {"color": color("ink", is_dark), "size": 12}, "standoff": 8}
    axis: dict[str, Any] = {
        "gridcolor": color("grid", is_dark), "linecolor": color("grid", is_dark), "zeroline": False,
        "tickfont": {"color": color("ink", is_dark), "size": 12},
        "fixedrange": True, "automargin": True,
    }  # fmt: skip
    fig = go.Figure()
    fig.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 18, "b": 8}, showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", bargap=0.25,
        font={"family": _FONT, "size": 12, "color": color("ink", is_dark)},
        hoverlabel={"font": {"family": _FONT, "size": 13, "color": color("accent", is_dark)},
                    "bgcolor": color("paper", is_dark), "bordercolor": color("muted", is_dark),
                    "align": "left"},
        hovermode="closest", dragmode=False, clickmode="event+select",
        xaxis=axis | {"title": title | {"text": x_title}, "showgrid": False},
        yaxis=axis | {"title": title | {"text": y_title}, "separatethousands": True},
    )  # fmt: skip
    fig.update_layout(**layout)
    return fig


def add_limit(fig: go.Figure, y: float, label: str, context: _Themed, **subplot: Any) -> None:
    """A dashed line at a limit, with its name at the left end."""
    fig.add_hline(
        y=y, line={"color": color("failure", context.is_dark), "width": 1.5, "dash": "dash"},
        annotation={"text": label, "font": {"color": color("failure", context.is_dark), "size": 12},
                    "xanchor": "left", "yanchor": "bottom", "showarrow": False},
        annotation_position="top left", **subplot,
    )  # fmt: skip


def pattern(shape: str, context: _Themed) -> dict[str, object]:
    """Lines over the full colour, so that bars can be distinguished without colours."""
    lines = color("paper", context.is_dark)
    return {"shape": shape, "fillmode": "overlay", "fgcolor": lines, "fgopacity": 0.8, "size": 7}


def mark_day(fig: go.Figure, day: date, context: _Themed) -> None:
    """A band behind the judged day."""
    noon = datetime(day.year, day.month, day.day)  # noqa: DTZ001  (a place on the axis)
    half = timedelta(hours=12)
    fig.add_vrect(
        x0=noon - half, x1=noon + half, line_width=0, layer="below",
        fillcolor=color("muted", context.is_dark), opacity=0.22,
    )  # fmt: skip


def show(
    fig: go.Figure,
    context: page.PageContext,
    *,
    key: str,
    alt: str,
    days: Sequence[date] | None = None,
) -> None:
    """Draw a figure. With `days`, a click on a point whose x is one of them shows that day.

    alt: a description for people who cannot see the figure; its marks are added to it.
    """
    alt = " ".join(text for text in (alt, fig.layout.meta) if text)
    if days is None:
        st.plotly_chart(fig, key=key, theme=None, config=_CONFIG, alt=alt)
        return
    event = st.plotly_chart(
        fig, key=key, theme=None, config=_CONFIG, alt=alt, on_select="rerun",
        selection_mode="points",
    )  # fmt: skip
    picked = _picked_day(event, days)
    last = f"picked:{key}"
    # The selection stays as long as the figure: only a new one is a click.
    if picked and picked != st.session_state.get(last) and picked != context.day:
        st.session_state[last] = picked
        page.navigate(context, day=picked)
    st.session_state[last] = picked


def _picked_day(event: Any, days: Sequence[date]) -> date | None:
    points = event.selection.points if event else []
    for point in points:
        text = str(point.get("x", ""))[:10]
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        if day in days:
            return day
    return None
