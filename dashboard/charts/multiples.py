"""One small figure per event name, in one grid: where one died, the others look as ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil, floor

import plotly.graph_objects as go

from checks.core.text import plural
from checks.evidence.volume import NameSeries, Volume
from dashboard import look, page
from dashboard.charts import base, by_day

COLUMNS = 4
_ROW = 128
_FAILING, _ODD = ("silent",), ("collapsed", "surged")
GLYPHS = {
    "silent": "✗", "collapsed": "▼", "surged": "▲", "new": "+", "normal": "✓", "rare": "·",
    "gone": "○", "retired": "□", "ignored": "-", "not judged": "?",
}  # fmt: skip


@base.kept
def grid(here: page.Here, volume: Volume, names: Sequence[NameSeries]) -> go.Figure:
    """Events per day of each name, each on its own scale from zero."""
    rows = -(-len(names) // COLUMNS)
    made = base.figure(here, y_title="", height=rows * _ROW + 60)
    style = made.layout.yaxis.to_plotly_json()
    made.set_subplots(
        rows=rows, cols=COLUMNS, horizontal_spacing=0.035, vertical_spacing=min(0.5, 0.42 / rows),
        subplot_titles=[_title(one) for one in names],
        y_title="events per day", x_title="day",
    )  # fmt: skip
    dates = [day.day for day in volume.days]
    known = [day.events is not None for day in volume.days]
    for index, one in enumerate(names):
        row, column = divmod(index, COLUMNS)
        _draw(made, here, one, dates, known, row=row + 1, col=column + 1)
    _axes(made, here, style, dates)
    return made


def _draw(
    made: go.Figure, here: page.Here, one: NameSeries, dates: Sequence[date],
    known: Sequence[bool], **where: int,
) -> None:  # fmt: skip
    pairs = zip(dates, one.counts, known, strict=True)
    points = [(day, count) for day, count, there in pairs if there]
    tone = base.color(_tone(one), here.dark)
    _usual(made, here, one, dates, **where)
    made.add_trace(
        go.Scatter(
            x=[day for day, _ in points],
            y=[count for _, count in points],
            customdata=[_words(one, day, count) for day, count in points],
            hovertemplate="%{customdata}<extra></extra>",
            mode="lines",
            line={"color": base.color("line", here.dark), "width": 1.5},
        ),
        **where,
    )
    made.add_trace(
        go.Scatter(
            x=[day for day, _ in points[-1:]],
            y=[count for _, count in points[-1:]],
            mode="markers",
            marker={"size": 9, "color": tone, "symbol": _symbol(one),
                    "line": {"width": 1, "color": base.color("accent", here.dark)}},
            hoverinfo="skip",
            cliponaxis=False,
        ),
        **where,
    )  # fmt: skip


def _usual(
    made: go.Figure, here: page.Here, one: NameSeries, dates: Sequence[date], **where: int
) -> None:
    """The normal range of the judged day, else that of the days before it, beside these."""
    days = dates[-1 - len(one.lead) :]
    low, high = edges(one)
    made.add_trace(
        go.Scatter(
            x=[days[0], days[-1], days[-1], days[0]],
            y=[low, low, high, high],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=base.color("band", here.dark),
            hoverinfo="skip",
        ),
        **where,
    )


def _axes(
    made: go.Figure, here: page.Here, style: dict[str, object], dates: Sequence[date]
) -> None:
    font = {"size": 10, "color": base.color("ink", here.dark)}
    made.update_yaxes(
        rangemode="tozero", nticks=3, tickfont=font, gridcolor=style["gridcolor"],
        zeroline=True, zerolinecolor=base.color("grid", here.dark), fixedrange=True,
        separatethousands=True, automargin=False,
    )  # fmt: skip
    made.update_xaxes(
        range=by_day.span(dates), nticks=3, tickfont=font, fixedrange=True, showgrid=False,
        tickformat="%-d %b", linecolor=base.color("grid", here.dark), automargin=False,
    )  # fmt: skip
    for note in made.layout.annotations:
        note.font = {"size": 12, "color": base.color("ink", here.dark)}
    titles = [note for note in made.layout.annotations if note.yanchor == "bottom"]
    for note in titles:
        note.update(xanchor="left", x=note.x - (1 - 0.035 * (COLUMNS - 1)) / COLUMNS / 2)
    made.update_layout(hovermode="closest", margin={"l": 60, "r": 12, "t": 26, "b": 58})


def _title(one: NameSeries) -> str:
    """Glyph and word, the name (hostile), the day's count and the usual ones."""
    head = f"<b>{GLYPHS[one.state]} {one.state}</b>  {base.inert(one.name, 30)}"
    low, high = edges(one)
    return f"{head}: <b>{look.count(one.today)}</b> ({look.count(low)}–{look.count(high)})"


def edges(one: NameSeries) -> tuple[int, int]:
    """What is normal on the judged day; of a name without a range, lowest and highest before."""
    if one.low is None or one.high is None:
        return one.lowest, one.highest
    return ceil(one.low), floor(one.high)


def _words(one: NameSeries, day: date, count: int) -> str:
    return "<br>".join(
        [f"<b>{look.day(day)}</b>", base.inert(one.name, 60), plural(count, "event"), usual(one)]
    )


def usual(one: NameSeries) -> str:
    """What is normal of a name on the judged day, or was usual before."""
    low, high = edges(one)
    what = "before the judged day" if one.low is None else "normal on the judged day"
    return f"{what}: {look.count(low)} to {look.count(high)}, now {one.state}"


def _tone(one: NameSeries) -> base.Tone:
    return "failure" if one.state in _FAILING else "second" if one.state in _ODD else "line"


def _symbol(one: NameSeries) -> str:
    if one.state in _FAILING:
        return "x"
    return "diamond" if one.state in _ODD else "circle"
