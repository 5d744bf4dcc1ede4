"""One small figure for each event name, in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil, floor

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence.volume import NameSeries, Volume
from dashboard import look, page
from dashboard.charts import base, by_day, day_marks, mark_rows, marks

COLUMNS = 4
_ROW = 132
_CHECK = "event_volume"
#: The margins above and below the grid.
_AROUND = 84
#: The line that says what the glyphs of marks mean.
_KEY = 20
_FAILING, _UNUSUAL = ("silent",), ("collapsed", "surged")
GLYPHS = {
    "silent": "✗", "collapsed": "▼", "surged": "▲", "new": "+", "normal": "✓", "rare": "·",
    "gone": "○", "retired": "□", "closed": "■", "possibly_closed": "!", "ignored": "-",
    "not judged": "?",
}  # fmt: skip
#: What a state is called on screen; others are plain words already.
_WORDS = {
    "silent": "no events", "collapsed": "far too few", "surged": "far too many",
    "closed": "closed on this weekday", "possibly_closed": "perhaps closed on this weekday",
}  # fmt: skip


def state_text(state: str) -> str:
    """A state in plain words: `no events`."""
    return _WORDS.get(state, state)


@base.memoized
def grid(context: page.PageContext, volume: Volume, names: Sequence[NameSeries]) -> go.Figure:
    """Events per day of each name, each on its own scale from zero."""
    rows = -(-len(names) // COLUMNS)
    fig = base.figure(context, y_title="", height=rows * _ROW + 60)
    style = fig.layout.yaxis.to_plotly_json()
    fig.set_subplots(
        rows=rows, cols=COLUMNS, horizontal_spacing=0.035, vertical_spacing=min(0.5, 0.48 / rows),
        subplot_titles=[_title(series) for series in names],
        y_title="events per day", x_title="day",
    )  # fmt: skip
    dates = [day.day for day in volume.days]
    known = [day.events is not None for day in volume.days]
    for index, series in enumerate(names):
        row, column = divmod(index, COLUMNS)
        _add_series(fig, context, series, dates, known, row=row + 1, col=column + 1)
    _style_axes(fig, context, style, by_day.known_range(dates, known))
    _add_marks(fig, context, by_day.known_days(dates, known), names)
    return fig


def _add_marks(
    fig: go.Figure, context: page.PageContext, days: Sequence[date], names: Sequence[NameSeries]
) -> None:
    """The marks of each name in its picture, and below the grid what their glyphs mean."""
    all_marks = day_marks.of(context, days, (_CHECK,))
    shown_marks: list[marks.Mark] = []
    for number, series in enumerate(names, start=1):
        own_marks = marks.about(all_marks, series.name)
        shown_marks += own_marks
        axes = mark_rows.Plot(*(f"{letter}{number if number > 1 else ''}" for letter in "xy"))
        mark_rows.add_small(fig, context, own_marks, axes, fig.layout.height - _AROUND)
    if shown_marks:
        _explain_marks(fig, context, [mark for mark in all_marks if mark in shown_marks])


def _explain_marks(
    fig: go.Figure, context: page.PageContext, shown_marks: Sequence[marks.Mark]
) -> None:
    """A line below the title of the axis: what the glyphs mean."""
    fig.add_annotation(
        text=mark_rows.explained(shown_marks), x=0, xref="paper", xanchor="left",
        y=0, yref="paper", yanchor="top", yshift=-52, showarrow=False,
        font={"size": 12, "color": base.color("ink", context.is_dark)},
    )  # fmt: skip
    height, below = fig.layout.height + _KEY, fig.layout.margin.b + _KEY
    fig.update_layout(height=height, margin={"b": below}, meta=marks.in_words(shown_marks))


def _add_series(
    fig: go.Figure, context: page.PageContext, series: NameSeries, dates: Sequence[date],
    known: Sequence[bool], **subplot: int,
) -> None:  # fmt: skip
    pairs = zip(dates, series.counts, known, strict=True)
    points = [(day, count) for day, count, is_known in pairs if is_known]
    marker_color = base.color(_tone(series), context.is_dark)
    _add_normal_range(fig, context, series, dates, **subplot)
    fig.add_trace(
        go.Scatter(
            x=[day for day, _ in points],
            y=[count for _, count in points],
            customdata=[_hover(series, day, count) for day, count in points],
            hovertemplate="%{customdata}<extra></extra>",
            mode="lines",
            line={"color": base.color("line", context.is_dark), "width": 1.5},
        ),
        **subplot,
    )
    fig.add_trace(
        go.Scatter(
            x=[day for day, _ in points[-1:]],
            y=[count for _, count in points[-1:]],
            mode="markers",
            marker={"size": 9, "color": marker_color, "symbol": _symbol(series),
                    "line": {"width": 1, "color": base.color("accent", context.is_dark)}},
            hoverinfo="skip",
            cliponaxis=False,
        ),
        **subplot,
    )  # fmt: skip


def _add_normal_range(
    fig: go.Figure,
    context: page.PageContext,
    series: NameSeries,
    dates: Sequence[date],
    **subplot: int,
) -> None:
    """The normal range of the judged day, or of the days before it, drawn over the last days."""
    days = dates[-1 - len(series.lead) :]
    low, high = normal_range(series)
    fig.add_trace(
        go.Scatter(
            x=[days[0], days[-1], days[-1], days[0]],
            y=[low, low, high, high],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=base.color("band", context.is_dark),
            hoverinfo="skip",
        ),
        **subplot,
    )


def _style_axes(
    fig: go.Figure, context: page.PageContext, style: dict[str, object], span: list[datetime]
) -> None:
    font = {"size": 10, "color": base.color("ink", context.is_dark)}
    fig.update_yaxes(
        rangemode="tozero", nticks=3, tickfont=font, gridcolor=style["gridcolor"],
        zeroline=True, zerolinecolor=base.color("grid", context.is_dark), fixedrange=True,
        separatethousands=True, automargin=False,
    )  # fmt: skip
    fig.update_xaxes(
        type="date", range=span, nticks=3, tickfont=font, fixedrange=True, showgrid=False,
        tickformat="%-d %b", linecolor=base.color("grid", context.is_dark), automargin=False,
    )  # fmt: skip
    for note in fig.layout.annotations:
        note.font = {"size": 12, "color": base.color("ink", context.is_dark)}
    titles = [note for note in fig.layout.annotations if note.yanchor == "bottom"]
    for note in titles:
        left = note.x - (1 - 0.035 * (COLUMNS - 1)) / COLUMNS / 2
        note.update(xanchor="left", align="left", x=left)
    fig.update_layout(hovermode="closest", margin={"l": 60, "r": 12, "t": 42, "b": 58})


def _title(series: NameSeries) -> str:
    """Glyph, state and the name (hostile); below them the day's count and the normal range."""
    head = (
        f"<b>{GLYPHS[series.state]} {state_text(series.state)}</b>  {base.inert(series.name, 30)}"
    )
    low, high = normal_range(series)
    return (
        f"{head}<br><b>{look.count(series.events_today)}</b> ({look.count(low)}–{look.count(high)})"
    )


def normal_range(series: NameSeries) -> tuple[int, int]:
    """The normal range of the judged day; for a name without one, lowest and highest before it."""
    if series.low is None or series.high is None:
        return series.lowest, series.highest
    return ceil(series.low), floor(series.high)


def _hover(series: NameSeries, day: date, count: int) -> str:
    return "<br>".join(
        [
            f"<b>{look.day(day)}</b>",
            base.inert(series.name, 60),
            plural(count, "event"),
            normal_text(series),
        ]
    )


def normal_text(series: NameSeries) -> str:
    """The normal range of a name in words."""
    low, high = normal_range(series)
    range_name = "before the judged day" if series.low is None else "normal on the judged day"
    return f"{range_name}: {look.count(low)} to {look.count(high)}, now {state_text(series.state)}"


def _tone(series: NameSeries) -> base.Tone:
    return (
        "failure" if series.state in _FAILING else "second" if series.state in _UNUSUAL else "line"
    )


def _symbol(series: NameSeries) -> str:
    if series.state in _FAILING:
        return "x"
    return "diamond" if series.state in _UNUSUAL else "circle"
