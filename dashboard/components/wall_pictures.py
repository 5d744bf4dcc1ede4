"""The four pictures of the wall: quarantine rate, events, revenue, orphan orders, day by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from checks.core.model import Status, Verdict
from checks.evidence.volume import read as read_volume
from dashboard import data, look, page
from dashboard.charts.pictures import Picture, Point, figure_of
from dashboard.components import status_grid

_DAYS = 30
_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "andon_pictures",
    html='<div class="pictures"></div>',
    css=(_FOLDER / "pictures.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "pictures.js").read_text(encoding="utf-8"),
)


def draw(here: page.Here) -> None:
    """The pictures in a row."""
    _component(data={"pictures": [figure_of(one) for one in four(here)]}, key="wall-pictures")


def four(here: page.Here) -> tuple[Picture, ...]:
    """The pictures, as the gate recorded the days and as the day looks now."""
    days = status_grid.days_until(here.day, _DAYS)
    return (
        _of_check(here, days, "quarantine_rate", "Quarantine rate"),
        _volume(here, days),
        _of_check(here, days, "missing_revenue", "Purchases without revenue"),
        _of_check(here, days, "orphan_orders", "Orphan orders"),
    )


def _of_check(here: page.Here, days: tuple[date, ...], check: str, title: str) -> Picture:
    found = here.verdict(check)
    limit = found.threshold if found else None
    limits = () if limit is None else ((float(limit), f"limit {_shown(limit, found)}"),)
    points = tuple(_point(here, day, check, found) for day in days)
    status = found.status if found else Status.SKIPPED
    return Picture(title, _now(found), points, limits, status)


def _point(here: page.Here, day: date, check: str, found: Verdict | None) -> Point:
    """The judged day as it is now, every other day as it was recorded."""
    if day == here.day:
        value = found.value if found else None
        return Point(day, None if value is None else float(value), found.status if found else None)
    recorded = here.evaluation_of(day)
    if recorded is None:
        return Point(day, None, None)
    return Point(day, recorded.values.get(check), recorded.statuses.get(check))


def _now(found: Verdict | None) -> str:
    if found is None:
        return "switched off"
    return _shown(found.value, found) if found.value is not None else look.look_of(
        found.status
    ).word.lower()  # fmt: skip


def _shown(value: float | None, found: Verdict | None) -> str:
    """A value in the check's own unit, with the digits that decide."""
    if value is None or found is None:
        return "–"
    if found.unit == "share":
        return look.percent(value, found.threshold if value != found.threshold else None)
    return look.count(value)


def _volume(here: page.Here, days: tuple[date, ...]) -> Picture:
    """Events a day with the range of the rule, as they are in the warehouse now."""
    title, found = "Events a day", here.verdict("volume_expected")
    answer = data.evidence(read_volume, here.pipeline, here.day, days=_DAYS)
    status = found.status if found else Status.SKIPPED
    if answer.value is None:
        return Picture(title, "not measured", (), (), Status.UNKNOWN)
    points = tuple(
        Point(
            one.day, None if one.events is None else float(one.events),
            status if one.day == here.day else here.status_of(one.day, "volume_expected"),
            one.normal.low if one.normal else None, one.normal.high if one.normal else None,
        )
        for one in answer.value.days
        if one.day in days
    )  # fmt: skip
    last = answer.value.days[-1].events
    return Picture(title, look.count(last), points, (), status)
