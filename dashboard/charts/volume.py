"""Figures of events per day: of all with the band and the Z-score, and of one name."""

from __future__ import annotations

from datetime import date
from math import ceil, floor
from typing import Any

import plotly.graph_objects as go

from checks.core.text import deciding, plural
from checks.evidence.volume import NameDay, Volume, VolumeDay
from dashboard import look, page
from dashboard.charts import base, by_day

ZSCORE, NAMES, EXPECTED = "volume_zscore", "event_volume", "volume_expected"
_DIGITS = 2


@base.kept
def days(here: page.Here, volume: Volume) -> go.Figure:
    """Events per day with mean and band of the rule; below it the Z-score with its limits."""
    made = _panels(here, volume)
    judged = [day for day in volume.days if day.z is not None]
    dates = [day.day for day in judged]
    upper: dict[str, Any] = {"row": 1, "col": 1}
    lower: dict[str, Any] = {"row": 2, "col": 1}
    low, high = [day.low or 0.0 for day in judged], [day.high or 0.0 for day in judged]
    by_day.band(made, here, dates, low, high, **upper)
    counts = [_count_bar(here, day, volume) for day in volume.days if day.events is not None]
    by_day.bars(made, here, counts, **upper)
    by_day.steps(made, here, dates, [day.mean or 0.0 for day in judged], **upper)
    for values, side in ((high, "above"), (low, "below")):
        by_day.limits(made, here, dates, values, f"red {side}", **upper)
    by_day.verdicts(made, here, counts, ZSCORE, **upper)
    by_day.bars(made, here, [_z_bar(here, day, volume) for day in judged], **lower)
    for limit in (volume.alert_at, -volume.alert_at):
        base.threshold(made, limit, f"red at {limit:+g}", here, **lower)
    room = [1.3 * volume.alert_at, -1.3 * volume.alert_at]
    by_day.reach(made, volume.days[-1].day, room, **lower)
    by_day.releases(made, here, _releases_in(volume))
    by_day.judged(made, here)
    return made


@base.kept
def expected(here: page.Here, volume: Volume) -> go.Figure:
    """Events per day with what was expected of each and its normal range.

    Days that say nothing of what is normal are hatched and carry a circle.
    """
    made = base.figure(here, y_title="events per day", x_title="day", height=by_day.TALL)
    made.update_layout(barmode="overlay", hovermode="x", margin=by_day.MARGIN)
    ranged = [(day.day, day.normal) for day in volume.days if day.normal is not None]
    dates = [day for day, _ in ranged]
    low, high = [one.low for _, one in ranged], [one.high for _, one in ranged]
    by_day.band(made, here, dates, low, high)
    there = [day for day in volume.days if day.events is not None]
    counts = [_expected_bar(here, day) for day in there]
    by_day.bars(made, here, counts, hatched=[bool(day.left_out) for day in there])
    by_day.steps(made, here, dates, [one.expected for _, one in ranged])
    for values, side in ((high, "above"), (low, "below")):
        by_day.limits(made, here, dates, values, f"red {side}")
    by_day.verdicts(made, here, counts, EXPECTED)
    apart = [bar for bar, day in zip(counts, there, strict=True) if day.left_out]
    by_day.circles(made, here, apart)
    by_day.releases(made, here, _releases_in(volume))
    by_day.judged(made, here)
    made.update_xaxes(range=by_day.span([day.day for day in volume.days]), tickformat=by_day.TICKS)
    made.update_yaxes(rangemode="tozero", tickformat=",")
    return made


def _expected_bar(here: page.Here, day: VolumeDay) -> by_day.Bar:
    first, said = by_day.head(here, day.day, EXPECTED)
    lines = [first, plural(day.events or 0, "event")]
    if day.normal is not None:
        lines += [
            f"expected: {look.count(round(day.normal.expected))}",
            f"normal: {look.count(ceil(day.normal.low))} to {look.count(floor(day.normal.high))}",
        ]
    else:
        lines.append("no range: too little history, or not judged")
    if day.left_out:
        lines.append(base.inert(f"says nothing of other days: {day.left_out}", 100))
    if day.first is not None:
        now = look.count(day.events)
        lines.append(f"was {look.count(day.first)}, now {now} after a late load")
    return by_day.Bar(day.day, day.events or 0, "<br>".join([*lines, said]), day.is_unexpected)


@base.kept
def one_name(here: page.Here, volume: Volume, name: str) -> go.Figure:
    """Events of one name per day, with what was expected of each day and its normal range."""
    made = base.figure(here, y_title="events per day", x_title="day", height=by_day.TALL)
    made.update_layout(barmode="overlay", hovermode="x", margin=by_day.MARGIN)
    found = volume.name_days(name)
    ranged = [(day.day, day.normal) for day in found if day.normal is not None]
    dates = [day for day, _ in ranged]
    low, high = [one.low for _, one in ranged], [one.high for _, one in ranged]
    by_day.band(made, here, dates, low, high)
    counts = [_name_bar(here, day) for day in found if day.events is not None]
    by_day.bars(made, here, counts)
    by_day.steps(made, here, dates, [one.expected for _, one in ranged])
    by_day.verdicts(made, here, counts, NAMES)
    by_day.releases(made, here, _releases_in(volume))
    by_day.judged(made, here)
    made.update_xaxes(range=by_day.span([day.day for day in found]), tickformat=by_day.TICKS)
    made.update_yaxes(rangemode="tozero", tickformat=",")
    return made


def _panels(here: page.Here, volume: Volume) -> go.Figure:
    made = base.figure(here, y_title="events per day", height=by_day.TALL)
    style, across = made.layout.yaxis.to_plotly_json(), made.layout.xaxis.to_plotly_json()
    made.set_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.66, 0.34], vertical_spacing=0.07
    )
    title = across["title"] | {"text": "day"}
    made.update_layout(yaxis2=_without_place(style), xaxis2=_without_place(across))
    made.update_layout(
        barmode="overlay", hovermode="x", xaxis2={"title": title}, xaxis={"title": {"text": ""}},
        yaxis={"rangemode": "tozero", "tickformat": ","}, margin=by_day.MARGIN,
        yaxis2={"title": style["title"] | {"text": "Z-score<br>(deviations)"}},
    )  # fmt: skip
    made.update_xaxes(range=by_day.span([day.day for day in volume.days]), tickformat=by_day.TICKS)
    return made


def _without_place(axis: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in axis.items() if key not in ("anchor", "domain")}


def _count_bar(here: page.Here, day: VolumeDay, volume: Volume) -> by_day.Bar:
    first, said = by_day.head(here, day.day, ZSCORE)
    events = plural(day.events or 0, "event")
    lines = [first, events, *_compared(day, volume), said, by_day.head(here, day.day, NAMES)[1]]
    return by_day.Bar(day.day, day.events or 0, "<br>".join(lines), day.beyond)


def _compared(day: VolumeDay, volume: Volume) -> list[str]:
    """What the rule makes of the day: mean, normal range and Z-score, or why there is none."""
    if day.z is None:
        return [base.inert(day.why, 90)]
    return [
        f"mean of the {volume.window_days} days before: {look.count(round(day.mean or 0))}",
        f"normal: {look.count(round(day.low or 0))} to {look.count(round(day.high or 0))}",
        f"Z-score {_z(day, volume)}, red at ±{volume.alert_at:g}",
    ]


def _z(day: VolumeDay, volume: Volume) -> str:
    score = day.z or 0.0
    return f"{'-' if score < 0 else '+'}{deciding(abs(score), volume.alert_at, _DIGITS)}"


def _z_bar(here: page.Here, day: VolumeDay, volume: Volume) -> by_day.Bar:
    first, said = by_day.head(here, day.day, ZSCORE)
    limit = f"Z-score {_z(day, volume)}, red at ±{volume.alert_at:g}"
    spread = f"one standard deviation: {look.count(round(day.deviation or 0))} events"
    return by_day.Bar(day.day, day.z or 0.0, "<br>".join([first, limit, spread, said]), day.beyond)


def _name_bar(here: page.Here, day: NameDay) -> by_day.Bar:
    first, said = by_day.head(here, day.day, NAMES)
    lines = [first, plural(day.events or 0, "event")]
    if day.normal is not None:
        low, high = ceil(day.normal.low), floor(day.normal.high)
        lines.append(f"expected: {look.count(round(day.normal.expected))}")
        lines.append(f"normal: {look.count(low)} to {look.count(high)}")
    elif day.lowest is not None:
        lines.append(f"the days before: {look.count(day.lowest)} to {look.count(day.highest)}")
    lines += [f"this name: {day.state}", said]
    return by_day.Bar(day.day, day.events or 0, "<br>".join(lines), day.is_beyond)


def _releases_in(volume: Volume) -> list[date]:
    return [day for day in volume.releases if volume.days[0].day <= day <= volume.days[-1].day]


def dates_of(volume: Volume) -> list[date]:
    """The days that can be clicked: those that have data."""
    return [day.day for day in volume.days if day.events is not None]
