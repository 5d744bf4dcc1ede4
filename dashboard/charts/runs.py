"""Runs per day, and the time of day at which they arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import plotly.graph_objects as go

from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD
from checks.core.text import plural
from checks.evidence.runs_trend import (
    BEFORE,
    CLOSED,
    GAP,
    NO_RUN,
    NOT_YET,
    RAN,
    RunDay,
    RunsTrend,
)
from dashboard import look, page, run_words
from dashboard.charts import base, by_day, mark_rows, run_times

#: The checks that the figures are about: whether runs came, and also how they ended.
_CAME: Final = ("log_entry_exists_today",)
_CAME_AND_ENDED: Final = (*_CAME, "run_status", "rows_read")
_HEIGHT: Final = 300
#: Legend, colour and pattern of each ending: never colour alone.
_STYLES: Final[Mapping[str, tuple[str, base.Tone, str]]] = {
    OK: ("ended well", "line", ""),
    RUNNING: ("not ended", "muted", "."),
    SILENT: ("status not known", "muted", ""),
    UNHEARD: ("status not configured", "second", "/"),
    FAILED: ("failed", "failure", "x"),
}
#: Days without an entry: state, legend, symbol and colour.
_ABSENT: Final[tuple[tuple[str, str, str, base.Tone], ...]] = (
    (GAP, "no entry", "x", "failure"),
    (NOT_YET, "no entry yet", "x-open", "ink"),
    (CLOSED, "closed, no entry", "square-open", "muted"),
    (NO_RUN, "no run scheduled", "line-ew-open", "muted"),
)
_NO_ENTRY_TEXT: Final = {
    GAP: "no audit-log entry: the pipeline did not run",
    NOT_YET: "no audit-log entry yet; the run date is not over",
}
_STEPS: Final = (15, 30, 60, 120, 180, 240, 360)
_MOST_TICKS: Final = 8


def clock_text(minutes: float) -> str:
    """`02:15`: minutes after midnight as a time of day."""
    whole = round(minutes)
    return f"{whole // 60:02}:{whole % 60:02}"


@base.memoized
def per_day(context: page.PageContext, trend: RunsTrend) -> go.Figure:
    """A bar for each day by how its entries ended; a cross for a day without an entry."""
    fig = base.figure(
        context, y_title="audit-log entries", x_title="data date", height=_HEIGHT,
        barmode="stack", showlegend=True, legend=base.LEGEND,
    )  # fmt: skip
    base.mark_day(fig, context.day, context)
    for meaning, (name, tone, pattern) in _STYLES.items():
        days = [day for day in trend.days if day.by_meaning.get(meaning)]
        if days:
            fig.add_bar(
                x=[day.data_date for day in days],
                y=[day.by_meaning[meaning] for day in days],
                name=name,
                hovertext=[_hover(day, context) for day in days],
                hoverinfo="text",
                marker={
                    "color": base.color(tone, context.is_dark),
                    "pattern": base.pattern(pattern, context),
                },
                width=by_day.DAY_MS * 0.72,
                unselected={"marker": {"opacity": 1}},
            )
    _add_missing_days(fig, context, trend.days, 0)
    base.add_limit(fig, trend.least_entries, f"min {trend.least_entries}", context)
    # Bars run behind the label.
    fig.layout.annotations[-1].update(bgcolor=base.color("paper", context.is_dark), borderpad=1)
    highest = max(day.entries for day in trend.days)
    fig.update_xaxes(
        type="date", range=by_day.axis_range(_axis_days(trend)), tickformat=by_day.TICKS
    )
    fig.update_yaxes(range=[-0.05 * (highest + 1), (highest + 1) * 1.15], tickformat=",d")
    _whole_ticks(fig, highest)
    mark_rows.add(fig, context, _axis_days(trend), _CAME_AND_ENDED)
    return fig


@base.memoized
def arrivals(context: page.PageContext, trend: RunsTrend) -> go.Figure:
    """The times of the first and last load of each day, and when the last usually comes."""
    fig = base.figure(
        context, y_title=f"time of day ({context.zone.key})", x_title="data date", height=_HEIGHT,
        showlegend=True, legend=base.LEGEND,
    )  # fmt: skip
    base.mark_day(fig, context.day, context)
    _add_usual_arrival(fig, context, trend)
    run_times.add_due(fig, context, trend.days, _hover)
    ran = [day for day in trend.days if day.state == RAN]
    _add_first_to_last(fig, context, ran)
    _add_points(fig, context, ran, "first load", [day.first for day in ran], "circle-open")
    _add_points(fig, context, ran, "last load", [day.last for day in ran], "circle")
    run_times.add_late(fig, context, ran, _hover)
    low, high = _time_range(trend)
    _add_missing_days(fig, context, trend.days, low + 0.04 * (high - low))
    fig.update_xaxes(
        type="date", range=by_day.axis_range(_axis_days(trend)), tickformat=by_day.TICKS
    )
    fig.update_yaxes(range=[low, high], **_clock_ticks(low, high))
    mark_rows.add(fig, context, _axis_days(trend), _CAME)
    return fig


def _add_usual_arrival(fig: go.Figure, context: page.PageContext, trend: RunsTrend) -> None:
    usual_arrival = trend.usual_arrival
    if usual_arrival is None:
        return
    fig.add_hrect(
        y0=usual_arrival.earliest, y1=usual_arrival.latest, line_width=0, layer="below",
        fillcolor=base.color("band", context.is_dark),
    )  # fmt: skip
    label = f"usual last load {clock_text(usual_arrival.last)}"
    fig.add_hline(
        y=usual_arrival.last,
        line={"color": base.color("ink", context.is_dark), "width": 1.5, "dash": "dot"},
        annotation={
            "text": label,
            "font": {"color": base.color("ink", context.is_dark), "size": 12},
            "xanchor": "left",
            "yanchor": "bottom",
            "yshift": 5,
            "showarrow": False,
        },
        annotation_position="top left",
    )


def _add_first_to_last(fig: go.Figure, context: page.PageContext, days: Sequence[RunDay]) -> None:
    """A thin line from the first to the last load of a day."""
    x: list[object] = []
    y: list[float | None] = []
    for day in days:
        x += [day.data_date, day.data_date, None]
        y += [day.first, day.last, None]
    fig.add_scatter(
        x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": base.color("muted", context.is_dark), "width": 2},
    )  # fmt: skip


def _add_points(
    fig: go.Figure, context: page.PageContext, days: Sequence[RunDay], name: str,
    times: Sequence[float | None], symbol: str,
) -> None:  # fmt: skip
    fig.add_scatter(
        x=[day.data_date for day in days], y=list(times), mode="markers", name=name,
        hovertext=[_hover(day, context) for day in days], hoverinfo="text",
        marker={"symbol": symbol, "size": 9, "color": base.color("line", context.is_dark)},
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip


def _add_missing_days(
    fig: go.Figure, context: page.PageContext, days: Sequence[RunDay], y: float
) -> None:
    """A cross for a day without an entry, an open cross while one may still come."""
    for state, name, symbol, tone in _ABSENT:
        missing = [day for day in days if day.state == state]
        if missing:
            fig.add_scatter(
                x=[day.data_date for day in missing],
                y=[y] * len(missing),
                mode="markers",
                name=name,
                hovertext=[_hover(day, context) for day in missing],
                hoverinfo="text",
                marker={"symbol": symbol, "size": 11, "color": base.color(tone, context.is_dark)},
                cliponaxis=False,
                unselected={"marker": {"opacity": 1}},
            )


def _no_run_lines(day: RunDay) -> list[str]:
    lines = [f"<b>{look.day(day.data_date)}</b>"]
    if day.loaded_by is None:
        return [*lines, "no scheduled run loads this day"]
    return [*lines, f"loaded by the run of {look.day(day.loaded_by)}"]


def _no_entry_text(day: RunDay) -> str:
    if day.punctuality is not None:
        return "no audit-log entry" + (" yet" if day.state == NOT_YET else "")
    return _NO_ENTRY_TEXT.get(day.state) or _closed_text(day)


def _closed_text(day: RunDay) -> str:
    return base.inert(f"no audit-log entry, and none needed ({day.closed})", 90)


def _hover(day: RunDay, context: page.PageContext) -> str:
    if day.state == NO_RUN:
        return "<br>".join(_no_run_lines(day))
    lines = [f"<b>{look.day(day.data_date)}</b>", f"run of {look.day(day.run_date)}"]
    if len(day.loaded) > 1:
        lines.append(f"loads {look.short(day.loaded[0])} to {look.short(day.loaded[-1])}")
    lines += [run_words.due_text(day, context.zone)] if day.punctuality is not None else []
    if day.state != RAN:
        return "<br>".join([*lines, _no_entry_text(day)])
    counts = [f"{_STYLES[meaning][0]}: {count}" for meaning, count in day.by_meaning.items()]
    lines += [f"{plural(day.entries, 'entry', 'entries')} ({', '.join(counts)})"]
    if day.first_at and day.last_at:
        first, last = (
            f"{at.astimezone(context.zone):%H:%M:%S}" for at in (day.first_at, day.last_at)
        )
        lines.append(f"first {first}, last {last}")
    return "<br>".join(lines)


def _time_range(trend: RunsTrend) -> tuple[float, float]:
    """The range of the time axis, with a margin."""
    times = [time for day in trend.days for time in (day.first, day.last) if time is not None]
    scheduled = [day.punctuality for day in trend.days if day.punctuality is not None]
    times += [time for each in scheduled for time in (each.due_minutes, each.expected_minutes)]
    if not times:
        return 0.0, 24 * 60.0
    room = max(30.0, 0.12 * (max(times) - min(times)))
    return min(times) - room, max(times) + room


def _clock_ticks(low: float, high: float) -> dict[str, object]:
    step = next(
        (minutes for minutes in _STEPS if (high - low) / minutes <= _MOST_TICKS), _STEPS[-1]
    )
    first = int(-(-low // step) * step)
    values = [tick for tick in range(first, int(high) + 1, step) if 0 <= tick <= 24 * 60]
    return {
        "tickmode": "array",
        "tickvals": values,
        "ticktext": [clock_text(minutes) for minutes in values],
    }


def _whole_ticks(fig: go.Figure, highest: int) -> None:
    if highest <= _MOST_TICKS:
        fig.update_yaxes(dtick=1)


def _axis_days(trend: RunsTrend) -> Sequence[date]:
    days = [day.data_date for day in trend.days]
    return by_day.known_days(days, [day.state != BEFORE for day in trend.days])


def shown_days(trend: RunsTrend) -> list[RunDay]:
    """The days since the log began."""
    return [day for day in trend.days if day.state != BEFORE]
