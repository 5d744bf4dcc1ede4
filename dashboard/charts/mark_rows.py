"""Rows of glyphs below a chart by day: releases, special days, waivers and what is accepted.

Each kind has a row of its own below the bars, above the names of the days, so that no glyph meets
a bar, a verdict or the name of a limit. The name of the row explains the glyph.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from dashboard import look, page
from dashboard.charts import base, day_marks
from dashboard.charts.marks import GLYPHS, LASTING, Kind, Mark, about, in_words, is_drawn, kinds_of

_ROW_HEIGHT: Final = 15
#: Space between the plot and the first row, as a part of a row: the lowest tick label is there.
_ABOVE_ROWS: Final = 0.7
#: Of a small picture in a grid, which has one row for all kinds.
_SMALL_HEIGHT: Final = 12
#: What surrounds the plot of a figure: margins, names of days, title of the axis.
_AROUND: Final = 68
#: Marks of one kind and day that the hover text names.
_MOST_NAMED: Final = 3
_LONGEST: Final = 90
_DAY: Final = timedelta(days=1)
_HALF_DAY: Final = _DAY / 2
_TONES: Final[dict[Kind, base.Tone]] = {
    Kind.RELEASE: "second", Kind.SPECIAL_DAY: "second",
    Kind.WAIVER: "waived", Kind.ACCEPTANCE: "ink", Kind.REVOKED: "muted",
    Kind.CLOSED_DAY: "muted", Kind.NO_RUN: "ink",
}  # fmt: skip
_DASHES: Final[dict[Kind, str]] = {Kind.WAIVER: "5px,3px", Kind.ACCEPTANCE: "solid"}


class Plot(NamedTuple):
    """A pair of axes: `x` and `y`, `x2` and `y2`, ..."""

    x: str = "x"
    y: str = "y"


def add(
    fig: go.Figure, context: page.PageContext, days: Sequence[date], checks: Collection[str],
    subject: str | None = None,
) -> None:  # fmt: skip
    """Mark the days of a finished figure: nothing may be changed in its axes afterwards.

    days: those that are shown. checks: what the figure is about. subject: the only name that it is
    about.
    """
    marks = day_marks.of(context, days, checks)
    marks = marks if subject is None else about(marks, subject)
    if not marks:
        return
    kinds = kinds_of(marks)
    plots = _plots(fig)
    for plot in plots:
        _add_lines_and_bands(fig, context, marks, plot)
    lowest = min(plots, key=lambda plot: _domain(fig, plot)[0])
    row_plot = _make_room(fig, lowest, round((len(kinds) + _ABOVE_ROWS) * _ROW_HEIGHT))
    _style_rows(fig, context, row_plot, kinds)
    _add_glyphs(fig, context, marks, row_plot, kinds)
    fig.update_layout(meta=in_words(marks))


def add_small(
    fig: go.Figure, context: page.PageContext, marks: Sequence[Mark], plot: Plot, height: int
) -> None:
    """Mark the days of one picture of a finished grid, in a row for all kinds.

    height: of all pictures together.
    """
    if not marks:
        return
    _add_lines_and_bands(fig, context, marks, plot)
    bottom, top = _domain(fig, plot)
    above = bottom + _SMALL_HEIGHT / height
    fig.layout[_axis_name(plot.y)].domain = [above, top]
    row_plot = _new_axis(fig, plot.x, [bottom, above])
    _style_rows(fig, context, row_plot, ())
    _add_glyphs(fig, context, marks, row_plot, ())


def explained(marks: Sequence[Mark]) -> str:
    """The glyphs that are present with what they mean: `▼ release  ~ waiver`."""
    return "   ".join(_label(kind) for kind in kinds_of(marks))


def _label(kind: Kind) -> str:
    return f"{GLYPHS[kind]} {kind.value}"


# ---- room for the rows


def _plots(fig: go.Figure) -> list[Plot]:
    """The pairs of axes of a figure, by its traces."""
    return sorted({Plot(trace.xaxis or "x", trace.yaxis or "y") for trace in fig.data})


def _axis_name(reference: str) -> str:
    """`yaxis2` for `y2`."""
    return f"{reference[0]}axis{reference[1:]}"


def _domain(fig: go.Figure, plot: Plot) -> tuple[float, float]:
    low, high = fig.layout[_axis_name(plot.y)].domain or (0.0, 1.0)
    return low, high


def _make_room(fig: go.Figure, lowest: Plot, rows_height: int) -> Plot:
    """Make the figure higher by the rows, and move its plots up; the axes of the rows."""
    height = fig.layout.height + rows_height
    part = rows_height / (height - _AROUND)
    for axis in fig.select_yaxes():
        low, high = axis.domain or (0.0, 1.0)
        axis.domain = [part + low * (1 - part), part + high * (1 - part)]
    fig.update_layout(height=height)
    return _new_axis(fig, lowest.x, [0.0, part])


def _new_axis(fig: go.Figure, x: str, domain: list[float]) -> Plot:
    """A further y axis; the names of the days stand below it."""
    reference = f"y{sum(1 for _ in fig.select_yaxes()) + 1}"
    fig.layout[_axis_name(reference)] = {"domain": domain, "anchor": x}
    fig.layout[_axis_name(x)].anchor = reference
    return Plot(x, reference)


def _style_rows(
    fig: go.Figure, context: page.PageContext, plot: Plot, kinds: Sequence[Kind]
) -> None:
    """The names of the rows where they have names, from top to bottom."""
    fig.layout[_axis_name(plot.y)].update(
        range=[max(1, len(kinds)) - 0.5, -0.5 - (_ABOVE_ROWS if kinds else 0)],
        fixedrange=True, showgrid=False, zeroline=False,
        tickmode="array", tickvals=list(range(len(kinds))),
        ticktext=[_label(kind) for kind in kinds], automargin=bool(kinds),
        tickfont={"size": 11, "color": base.color("ink", context.is_dark)},
    )  # fmt: skip


# ---- what is drawn


def _add_lines_and_bands(
    fig: go.Figure, context: page.PageContext, marks: Sequence[Mark], plot: Plot
) -> None:
    """A dotted line at a release, a light band behind special and closed days; none where there
    are many.
    """
    shapes = (Kind.RELEASE, _line), (Kind.SPECIAL_DAY, _band), (Kind.CLOSED_DAY, _band)
    for kind, shape in shapes:
        of_kind = [mark for mark in marks if mark.kind is kind]
        for mark in of_kind if is_drawn(kind, marks) else ():
            fig.add_shape(
                xref=plot.x, yref=f"{plot.y} domain", y0=0, y1=1, layer="below",
                **shape(context, mark),
            )  # fmt: skip


def _line(context: page.PageContext, mark: Mark) -> dict[str, Any]:
    line = {"color": base.color("second", context.is_dark), "width": 1, "dash": "dot"}
    return {"type": "line", "x0": _noon(mark.first), "x1": _noon(mark.first), "line": line}


def _band(context: page.PageContext, mark: Mark) -> dict[str, Any]:
    first, last = _edges(mark.first, mark.last)
    fill = {"fillcolor": base.color(_TONES[mark.kind], context.is_dark), "opacity": 0.1}
    return {"type": "rect", "x0": first, "x1": last, "line": {"width": 0}, **fill}


def _add_glyphs(
    fig: go.Figure, context: page.PageContext, marks: Sequence[Mark], plot: Plot,
    kinds: Sequence[Kind],
) -> None:  # fmt: skip
    """A glyph on the first day of each mark, a line over those that last, a hover text each day."""
    lines, glyphs = [], []
    for kind in kinds_of(marks):
        of_kind = [mark for mark in marks if mark.kind is kind]
        row = kinds.index(kind) if kinds else 0
        tone = base.color(_TONES[kind], context.is_dark)
        if kind in LASTING:
            lines.append(_lasting(of_kind, row, plot, tone, _DASHES[kind]))
        glyphs.append(_glyphs(of_kind, row, plot, tone))
    fig.add_traces([*lines, *glyphs])


def _lasting(marks: Sequence[Mark], row: int, plot: Plot, tone: str, dash: str) -> go.Scatter:
    """A line over the days of the marks, interrupted where a glyph stands."""
    x: list[datetime | None] = []
    for first, last in _runs([day for day in _days(marks) if day not in _first_days(marks)]):
        x += [*_edges(first, last), None]
    return go.Scatter(
        x=x, y=[row] * len(x), mode="lines", line={"color": tone, "width": 2, "dash": dash},
        xaxis=plot.x, yaxis=plot.y, hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _glyphs(marks: Sequence[Mark], row: int, plot: Plot, tone: str) -> go.Scatter:
    days = _days(marks)
    glyph, begins = f"<b>{GLYPHS[marks[0].kind]}</b>", _first_days(marks)
    return go.Scatter(
        x=days, y=[row] * len(days), mode="markers+text",
        text=[glyph if day in begins else "" for day in days],
        textfont={"size": 12 if is_drawn(marks[0].kind, marks) else 9, "color": tone},
        textposition="middle center",
        marker={"size": 10, "opacity": 0}, unselected={"textfont": {"color": tone}},
        customdata=[_hover(marks, day) for day in days],
        hovertemplate="%{customdata}<extra></extra>",
        xaxis=plot.x, yaxis=plot.y, cliponaxis=False, showlegend=False,
    )  # fmt: skip


def _days(marks: Sequence[Mark]) -> list[date]:
    """Every day that one of the marks concerns."""
    first, last = min(mark.first for mark in marks), max(mark.last for mark in marks)
    all_days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in all_days if any(mark.covers(day) for mark in marks)]


def _first_days(marks: Sequence[Mark]) -> set[date]:
    return {mark.first for mark in marks}


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """The first and the last day of each run of days without a gap."""
    firsts = [day for day in days if day - _DAY not in days]
    lasts = [day for day in days if day + _DAY not in days]
    return list(zip(firsts, lasts, strict=True))


def _hover(marks: Sequence[Mark], day: date) -> str:
    """The day, and what of the marks concerns it: every text escaped."""
    covering = [mark for mark in marks if mark.covers(day)]
    lines = [f"<b>{look.day(day)}</b>"]
    for mark in covering[:_MOST_NAMED]:
        title, *others = (base.inert(line, _LONGEST) for line in mark.lines)
        lines += [f"{GLYPHS[mark.kind]} {title}", *others]
    more = len(covering) - _MOST_NAMED
    return "<br>".join([*lines, *([f"and {more} more"] if more > 0 else [])])


def _noon(day: date) -> datetime:
    """The place of a day on the axis, where its bar stands."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def _edges(first: date, last: date) -> tuple[datetime, datetime]:
    return _noon(first) - _HALF_DAY, _noon(last) + _HALF_DAY
