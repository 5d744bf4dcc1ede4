"""Figures of events per day: all events by expected range or by Z-score, and one event name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil, floor
from typing import Any

import plotly.graph_objects as go

from checks.core.text import deciding, plural, usual_text
from checks.evidence.volume import NameDay, Volume, VolumeDay
from dashboard import closed, look, page
from dashboard.charts import base, by_day, mark_rows, multiples

ZSCORE, NAMES, EXPECTED = "volume_zscore", "event_volume", "volume_expected"
_TREND = "volume_trend"
_DIGITS = 2


@base.memoized
def zscore_figure(context: page.PageContext, volume: Volume) -> go.Figure:
    """Events per day with mean and band of the rule; below it the Z-score with its limits."""
    fig = _panels(context, volume)
    judged = [day for day in volume.days if day.z is not None]
    dates = [day.day for day in judged]
    upper: dict[str, Any] = {"row": 1, "col": 1}
    lower: dict[str, Any] = {"row": 2, "col": 1}
    low, high = [day.low or 0.0 for day in judged], [day.high or 0.0 for day in judged]
    by_day.add_band(fig, context, dates, low, high, **upper)
    counts = [_count_bar(context, day, volume) for day in volume.days if day.events is not None]
    by_day.add_bars(fig, context, by_day.waived(context, counts, ZSCORE), **upper)
    by_day.add_steps(fig, context, dates, [day.mean or 0.0 for day in judged], **upper)
    for values, side in ((high, "above"), (low, "below")):
        by_day.add_limits(fig, context, dates, values, f"red {side}", **upper)
    by_day.add_verdicts(fig, context, counts, ZSCORE, **upper)
    scores = [_z_bar(context, day, volume) for day in judged]
    by_day.add_bars(fig, context, by_day.waived(context, scores, ZSCORE), **lower)
    for limit in (volume.alert_at, -volume.alert_at):
        base.add_limit(fig, limit, f"red at {limit:+g}", context, **lower)
    room = [1.3 * volume.alert_at, -1.3 * volume.alert_at]
    by_day.extend_axis(fig, volume.days[-1].day, room, **lower)
    by_day.mark_judged_day(fig, context)
    mark_rows.add(fig, context, _shown_days(volume), (ZSCORE, NAMES))
    return fig


@base.memoized
def expected_figure(context: page.PageContext, volume: Volume) -> go.Figure:
    """Events per day with the expected count and range of each day.

    Days left out of the baseline are hatched and marked with a circle.
    """
    fig = base.figure(context, y_title="events per day", x_title="day", height=by_day.TALL)
    fig.update_layout(barmode="overlay", hovermode="x", margin=by_day.MARGIN)
    ranged = [(day.day, day.normal) for day in volume.days if day.normal is not None]
    dates = [day for day, _ in ranged]
    low, high = [normal.low for _, normal in ranged], [normal.high for _, normal in ranged]
    by_day.add_band(fig, context, dates, low, high)
    counted = [day for day in volume.days if day.events is not None]
    counts = [_expected_bar(context, day) for day in counted]
    by_day.add_bars(
        fig, context, by_day.waived(context, counts, EXPECTED),
        hatched=[bool(day.left_out) for day in counted],
    )  # fmt: skip
    by_day.add_steps(fig, context, dates, [normal.expected for _, normal in ranged])
    for values, side in ((high, "above"), (low, "below")):
        by_day.add_limits(fig, context, dates, values, f"red {side}")
    by_day.add_verdicts(fig, context, counts, EXPECTED)
    left_out_bars = [bar for bar, day in zip(counts, counted, strict=True) if day.left_out]
    by_day.add_circles(fig, context, left_out_bars)
    by_day.mark_judged_day(fig, context)
    fig.update_xaxes(type="date", range=_axis_range(volume), tickformat=by_day.TICKS)
    fig.update_yaxes(rangemode="tozero", tickformat=",")
    mark_rows.add(fig, context, _shown_days(volume), (EXPECTED, _TREND))
    return fig


def _expected_bar(context: page.PageContext, day: VolumeDay) -> by_day.Bar:
    day_line, gate_line = by_day.hover_ends(context, day.day, EXPECTED)
    lines = [day_line, plural(day.events or 0, "event")]
    if day.normal is not None:
        lines += [
            f"expected: {look.count(round(day.normal.expected))}",
            f"normal: {look.count(ceil(day.normal.low))} to {look.count(floor(day.normal.high))}",
        ]
    elif closed.reason(context.config, day.day) is None:
        lines.append("no range: too little history, or not judged")
    if day.left_out:
        lines.append(base.inert(f"not in the baseline: {day.left_out}", 100))
    if day.first is not None:
        now = look.count(day.events)
        lines.append(f"was {look.count(day.first)}, now {now} after a late load")
    return by_day.Bar(day.day, day.events or 0, "<br>".join([*lines, gate_line]), day.is_unexpected)


@base.memoized
def name_figure(context: page.PageContext, volume: Volume, name: str) -> go.Figure:
    """Events of one name per day, with the expected count and range of each day."""
    fig = base.figure(context, y_title="events per day", x_title="day", height=by_day.TALL)
    fig.update_layout(barmode="overlay", hovermode="x", margin=by_day.MARGIN)
    name_days = volume.name_days(name)
    # On every day or on none: a name that is rare now and then would have fragments of a band.
    is_judged = name_days[-1].normal is not None
    ranged = [(d.day, d.usual_range) for d in name_days if is_judged and d.usual_range is not None]
    low, high = [normal.low for _, normal in ranged], [normal.high for _, normal in ranged]
    by_day.add_band(fig, context, [day for day, _ in ranged], low, high)
    counts = [_name_bar(context, day) for day in name_days if day.events is not None]
    by_day.add_bars(fig, context, by_day.waived(context, counts, NAMES))
    expected = [(day.day, day.expected) for day in name_days if day.expected is not None]
    by_day.add_steps(fig, context, [day for day, _ in expected], [count for _, count in expected])
    by_day.add_verdicts(fig, context, counts, NAMES)
    by_day.mark_judged_day(fig, context)
    fig.update_xaxes(type="date", range=_axis_range(volume), tickformat=by_day.TICKS)
    fig.update_yaxes(rangemode="tozero", tickformat=",")
    mark_rows.add(fig, context, _shown_days(volume), (NAMES,), name)
    return fig


def _panels(context: page.PageContext, volume: Volume) -> go.Figure:
    fig = base.figure(context, y_title="events per day", height=by_day.TALL)
    y_style, x_style = fig.layout.yaxis.to_plotly_json(), fig.layout.xaxis.to_plotly_json()
    fig.set_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.66, 0.34], vertical_spacing=0.07
    )
    title = x_style["title"] | {"text": "day"}
    fig.update_layout(yaxis2=_without_position(y_style), xaxis2=_without_position(x_style))
    fig.update_layout(
        barmode="overlay", hovermode="x", xaxis2={"title": title}, xaxis={"title": {"text": ""}},
        yaxis={"rangemode": "tozero", "tickformat": ","}, margin=by_day.MARGIN,
        yaxis2={"title": y_style["title"] | {"text": "Z-score<br>(deviations)"}},
    )  # fmt: skip
    fig.update_xaxes(type="date", range=_axis_range(volume), tickformat=by_day.TICKS)
    return fig


def _without_position(axis: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in axis.items() if key not in ("anchor", "domain")}


def _count_bar(context: page.PageContext, day: VolumeDay, volume: Volume) -> by_day.Bar:
    day_line, gate_line = by_day.hover_ends(context, day.day, ZSCORE)
    events = plural(day.events or 0, "event")
    lines = [
        day_line,
        events,
        *_comparison_lines(day, volume),
        gate_line,
        by_day.hover_ends(context, day.day, NAMES)[1],
    ]
    return by_day.Bar(day.day, day.events or 0, "<br>".join(lines), day.beyond)


def _comparison_lines(day: VolumeDay, volume: Volume) -> list[str]:
    """Mean, normal range and Z-score of the day, or why there is none."""
    if day.z is None:
        return [base.inert(day.why, 90)]
    return [
        f"mean of the {volume.window_days} days before: {look.count(round(day.mean or 0))}",
        f"normal: {look.count(round(day.low or 0))} to {look.count(round(day.high or 0))}",
        f"Z-score {_zscore_text(day, volume)}, {_limit_text(day, volume)}",
    ]


def _limit_text(day: VolumeDay, volume: Volume) -> str:
    """`red at ±3`; where the weekday explains the day, that it only warns, and why."""
    if not day.is_explained or day.normal is None:
        return f"red at ±{volume.alert_at:g}"
    low, high = look.count(ceil(day.normal.low)), look.count(floor(day.normal.high))
    return f"beyond ±{volume.alert_at:g}, amber only:<br>its weekday usually has {low} to {high}"


def _zscore_text(day: VolumeDay, volume: Volume) -> str:
    score = day.z or 0.0
    return f"{'-' if score < 0 else '+'}{deciding(abs(score), volume.alert_at, _DIGITS)}"


def _z_bar(context: page.PageContext, day: VolumeDay, volume: Volume) -> by_day.Bar:
    day_line, gate_line = by_day.hover_ends(context, day.day, ZSCORE)
    limit = f"Z-score {_zscore_text(day, volume)}, {_limit_text(day, volume)}"
    spread = f"one standard deviation: {look.count(round(day.deviation or 0))} events"
    return by_day.Bar(
        day.day, day.z or 0.0, "<br>".join([day_line, limit, spread, gate_line]), day.beyond
    )


def _name_bar(context: page.PageContext, day: NameDay) -> by_day.Bar:
    day_line, gate_line = by_day.hover_ends(context, day.day, NAMES)
    lines = [day_line, plural(day.events or 0, "event")]
    if day.expected is not None:
        lines.append(f"usual: {usual_text(day.expected)}")
    if day.normal is not None:
        low, high = ceil(day.normal.low), floor(day.normal.high)
        lines.append(f"normal: {look.count(low)} to {look.count(high)}")
    elif day.lowest is not None:
        lines.append(f"the days before: {look.count(day.lowest)} to {look.count(day.highest)}")
    lines += [f"this name: {multiples.state_text(day.state)}", gate_line]
    return by_day.Bar(day.day, day.events or 0, "<br>".join(lines), day.is_beyond)


def _axis_range(volume: Volume) -> list[datetime]:
    return by_day.axis_range(_shown_days(volume))


def _shown_days(volume: Volume) -> Sequence[date]:
    days = [day.day for day in volume.days]
    return by_day.known_days(days, [day.events is not None for day in volume.days])


def clickable_days(volume: Volume) -> list[date]:
    """The days that can be clicked: those that have data."""
    return [day.day for day in volume.days if day.events is not None]
