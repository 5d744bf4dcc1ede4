"""Runs per day, and the time of day at which they arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import plotly.graph_objects as go

from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD
from checks.core.text import plural
from checks.evidence.runs_trend import BEFORE, GAP, NOT_YET, RAN, RunDay, RunsTrend
from dashboard import look, page
from dashboard.charts import base, by_day

_HEIGHT: Final = 300
#: Legend, colour and pattern of what a status says: never colour alone.
_STYLES: Final[Mapping[str, tuple[str, base.Tone, str]]] = {
    OK: ("ended well", "line", ""),
    RUNNING: ("not over", "muted", "."),
    SILENT: ("no status known", "muted", ""),
    UNHEARD: ("status unheard of", "second", "/"),
    FAILED: ("failed", "failure", "x"),
}
#: Days without an entry: state, legend, symbol and colour.
_ABSENT: Final[tuple[tuple[str, str, str, base.Tone], ...]] = (
    (GAP, "no entry", "x", "failure"),
    (NOT_YET, "no entry yet", "x-open", "ink"),
)
_WITHOUT: Final = {
    GAP: "no audit-log entry: the pipeline did not run",
    NOT_YET: "no audit-log entry yet; the run date is not over",
}
_STEPS: Final = (15, 30, 60, 120, 180, 240, 360)
_MOST_TICKS: Final = 8


def clock_text(minutes: float) -> str:
    """`02:15`: minutes after midnight as a time of day."""
    whole = round(minutes)
    return f"{whole // 60:02}:{whole % 60:02}"


@base.kept
def per_day(here: page.Here, trend: RunsTrend) -> go.Figure:
    """A bar a day by what the entries' status says; a cross where there is no entry."""
    made = base.figure(
        here, y_title="audit-log entries", x_title="data date", height=_HEIGHT,
        barmode="stack", showlegend=True, legend=base.LEGEND,
    )  # fmt: skip
    base.mark_day(made, here.day, here)
    for meaning, (name, tone, pattern) in _STYLES.items():
        days = [day for day in trend.days if day.by_meaning.get(meaning)]
        if days:
            made.add_bar(
                x=[day.data_date for day in days], y=[day.by_meaning[meaning] for day in days],
                name=name, hovertext=[_run_text(day, here) for day in days], hoverinfo="text",
                marker={"color": base.color(tone, here.dark), "pattern": _pattern(pattern, here)},
                width=by_day.DAY_MS * 0.72, unselected={"marker": {"opacity": 1}},
            )  # fmt: skip
    _gaps(made, here, trend.days, 0)
    base.threshold(made, trend.least_entries, f"min {trend.least_entries}", here)
    # Bars run behind the label.
    made.layout.annotations[-1].update(bgcolor=base.color("paper", here.dark), borderpad=1)
    highest = max(day.entries for day in trend.days)
    made.update_xaxes(
        type="date",
        range=by_day.span([day.data_date for day in trend.days]),
        tickformat=by_day.TICKS,
    )
    made.update_yaxes(range=[-0.05 * (highest + 1), (highest + 1) * 1.15], tickformat=",d")
    _whole_ticks(made, highest)
    return made


@base.kept
def arrivals(here: page.Here, trend: RunsTrend) -> go.Figure:
    """First and last load of each day against the clock, and when the last usually comes."""
    made = base.figure(
        here, y_title=f"time of day ({here.zone.key})", x_title="data date", height=_HEIGHT,
        showlegend=True, legend=base.LEGEND,
    )  # fmt: skip
    base.mark_day(made, here.day, here)
    _usual(made, here, trend)
    ran = [day for day in trend.days if day.state == RAN]
    _spans(made, here, ran)
    _points(made, here, ran, "first load", [day.first for day in ran], "circle-open")
    _points(made, here, ran, "last load", [day.last for day in ran], "circle")
    low, high = _range(trend)
    _gaps(made, here, trend.days, low + 0.04 * (high - low))
    made.update_xaxes(
        type="date",
        range=by_day.span([day.data_date for day in trend.days]),
        tickformat=by_day.TICKS,
    )
    made.update_yaxes(range=[low, high], **_clock_ticks(low, high))
    return made


def _usual(made: go.Figure, here: page.Here, trend: RunsTrend) -> None:
    usual = trend.usual_arrival
    if usual is None:
        return
    made.add_hrect(
        y0=usual.earliest, y1=usual.latest, line_width=0, layer="below",
        fillcolor=base.color("band", here.dark),
    )  # fmt: skip
    label = f"usual last load {clock_text(usual.last)}"
    made.add_hline(
        y=usual.last, line={"color": base.color("ink", here.dark), "width": 1.5, "dash": "dot"},
        annotation={"text": label, "font": {"color": base.color("ink", here.dark), "size": 12},
                    "xanchor": "left", "yanchor": "bottom", "yshift": 5, "showarrow": False},
        annotation_position="top left",
    )  # fmt: skip


def _spans(made: go.Figure, here: page.Here, days: Sequence[RunDay]) -> None:
    """A thin line from the first to the last load of a day."""
    x: list[object] = []
    y: list[float | None] = []
    for day in days:
        x += [day.data_date, day.data_date, None]
        y += [day.first, day.last, None]
    made.add_scatter(
        x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": base.color("muted", here.dark), "width": 2},
    )  # fmt: skip


def _points(
    made: go.Figure, here: page.Here, days: Sequence[RunDay], name: str,
    times: Sequence[float | None], symbol: str,
) -> None:  # fmt: skip
    made.add_scatter(
        x=[day.data_date for day in days], y=list(times), mode="markers", name=name,
        hovertext=[_run_text(day, here) for day in days], hoverinfo="text",
        marker={"symbol": symbol, "size": 9, "color": base.color("line", here.dark)},
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip


def _gaps(made: go.Figure, here: page.Here, days: Sequence[RunDay], y: float) -> None:
    """A cross for a day without an entry, an open one while it may still come."""
    for state, name, symbol, tone in _ABSENT:
        gaps = [day for day in days if day.state == state]
        if gaps:
            made.add_scatter(
                x=[day.data_date for day in gaps], y=[y] * len(gaps), mode="markers", name=name,
                hovertext=[_run_text(day, here) for day in gaps], hoverinfo="text",
                marker={"symbol": symbol, "size": 11, "color": base.color(tone, here.dark)},
                cliponaxis=False, unselected={"marker": {"opacity": 1}},
            )  # fmt: skip


def _pattern(shape: str, here: page.Here) -> dict[str, object]:
    """Lines over the full colour, so that an ending is told apart without colours."""
    lines = base.color("paper", here.dark)
    return {"shape": shape, "fillmode": "overlay", "fgcolor": lines, "fgopacity": 0.8, "size": 7}


def _run_text(day: RunDay, here: page.Here) -> str:
    lines = [f"<b>{look.day(day.data_date)}</b>", f"run of {look.day(day.run_date)}"]
    if day.state != RAN:
        return "<br>".join([*lines, _WITHOUT[day.state]])
    said = [f"{_STYLES[one][0]}: {count}" for one, count in day.by_meaning.items()]
    lines += [f"{plural(day.entries, 'entry', 'entries')} ({', '.join(said)})"]
    if day.first_at and day.last_at:
        first, last = (f"{at.astimezone(here.zone):%H:%M:%S}" for at in (day.first_at, day.last_at))
        lines.append(f"first {first}, last {last}")
    return "<br>".join(lines)


def _range(trend: RunsTrend) -> tuple[float, float]:
    """The times of day to show, with room around them."""
    times = [time for day in trend.days for time in (day.first, day.last) if time is not None]
    if not times:
        return 0.0, 24 * 60.0
    room = max(30.0, 0.12 * (max(times) - min(times)))
    return min(times) - room, max(times) + room


def _clock_ticks(low: float, high: float) -> dict[str, object]:
    step = next((one for one in _STEPS if (high - low) / one <= _MOST_TICKS), _STEPS[-1])
    first = int(-(-low // step) * step)
    values = [tick for tick in range(first, int(high) + 1, step) if 0 <= tick <= 24 * 60]
    return {"tickmode": "array", "tickvals": values, "ticktext": [clock_text(v) for v in values]}


def _whole_ticks(made: go.Figure, highest: int) -> None:
    if highest <= _MOST_TICKS:
        made.update_yaxes(dtick=1)


def shown_days(trend: RunsTrend) -> list[RunDay]:
    """The days that the log can say something of."""
    return [day for day in trend.days if day.state != BEFORE]
