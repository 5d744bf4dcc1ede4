"""The four pictures of the wall screen: quarantine rate, events, revenue, orphan orders by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from checks.core.model import Status, Verdict
from checks.evidence.volume import read as read_volume
from dashboard import data, look, page
from dashboard.charts.pictures import Picture, Point, svg_of
from dashboard.components import status_grid

_DAYS = 30
_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "andon_pictures",
    html='<div class="pictures"></div>',
    css=(_FOLDER / "pictures.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "pictures.js").read_text(encoding="utf-8"),
)


def draw(context: page.PageContext) -> None:
    """The pictures in a row."""
    _component(
        data={"pictures": [svg_of(picture) for picture in pictures(context)]}, key="wall-pictures"
    )


def pictures(context: page.PageContext) -> tuple[Picture, ...]:
    """The pictures: the judged day as it is now, other days as the gate recorded them."""
    days = status_grid.days_until(context.day, _DAYS)
    return (
        _check_picture(context, days, "quarantine_rate", "Quarantine rate"),
        _volume_picture(context, days),
        _check_picture(context, days, "missing_revenue", "Purchases without revenue"),
        _check_picture(context, days, "orphan_orders", "Orphan orders"),
    )


def _check_picture(
    context: page.PageContext, days: tuple[date, ...], check: str, title: str
) -> Picture:
    verdict = context.verdict(check)
    limit = verdict.threshold if verdict else None
    limits = () if limit is None else ((float(limit), f"limit {_value_text(limit, verdict)}"),)
    points = tuple(_point(context, day, check, verdict) for day in days)
    status = verdict.status if verdict else Status.SKIPPED
    return Picture(title, _value_now(verdict), points, limits, status)


def _point(context: page.PageContext, day: date, check: str, verdict: Verdict | None) -> Point:
    """The judged day as it is now, any other day as recorded."""
    if day == context.day:
        value = verdict.value if verdict else None
        return Point(
            day, None if value is None else float(value), verdict.status if verdict else None
        )
    recorded = context.evaluation_of(day)
    if recorded is None:
        return Point(day, None, None)
    return Point(day, recorded.values.get(check), recorded.statuses.get(check))


def _value_now(verdict: Verdict | None) -> str:
    if verdict is None:
        return "switched off"
    return _value_text(verdict.value, verdict) if verdict.value is not None else look.look_of(
        verdict.status
    ).word.lower()  # fmt: skip


def _value_text(value: float | None, verdict: Verdict | None) -> str:
    """A value in the check's unit, with enough digits to compare it with the limit."""
    if value is None or verdict is None:
        return "–"
    if verdict.unit == "share":
        return look.percent(value, verdict.threshold if value != verdict.threshold else None)
    return look.count(value)


def _volume_picture(context: page.PageContext, days: tuple[date, ...]) -> Picture:
    """Events a day with their expected range, counted in the warehouse now."""
    title, verdict = "Events a day", context.verdict("volume_expected")
    answer = data.evidence(read_volume, context.pipeline, context.day, days=_DAYS)
    status = verdict.status if verdict else Status.SKIPPED
    if answer.value is None:
        return Picture(title, "not measured", (), (), Status.UNKNOWN)
    points = tuple(
        Point(
            day.day, None if day.events is None else float(day.events),
            status if day.day == context.day else context.status_of(day.day, "volume_expected"),
            day.normal.low if day.normal else None, day.normal.high if day.normal else None,
        )
        for day in answer.value.days
        if day.day in days
    )  # fmt: skip
    last = answer.value.days[-1].events
    return Picture(title, look.count(last), points, (), status)
