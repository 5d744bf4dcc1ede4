"""The board of all pipelines: one row each, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import streamlit as st

from checks.core.model import Status
from checks.core.text import plural
from dashboard import (
    address,
    data,
    day_picker,
    frame,
    look,
    navigation,
    pacing,
    page,
    standing,
)
from dashboard.components import lamps, links, ticker
from dashboard.markup import Html, show, tag
from dashboard.standing import Standing

#: Seconds after which a board looks again for pipelines that have not answered, and waits for them.
SOON: Final = 2.0
_SHORTLY: Final = 0.5
_EDGES: Final = {
    Status.RED: "bad", Status.UNKNOWN: "unk", Status.AMBER: "amb", Status.WAIVED: "wai",
}  # fmt: skip
_LEGEND: Final = (Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED, Status.GREEN, None)


def draw_page(docstring: str | None) -> None:
    """The whole page where several pipelines are configured and the address names none."""
    day = requested_day()
    frame.navigation_bar({} if day is None else {address.DAY: day.isoformat()})
    standings = standing.of_all(day)
    _draw_head(page.title_of(docstring), day)
    renewed(standings, day, _draw_board)


def renewed(
    standings: list[Standing], day: date | None, draw: Callable[[list[Standing], date | None], None]
) -> None:
    """Draw the standings now, and again at each refresh; soon where one has not answered yet."""
    is_awaited = any(each.is_awaited for each in standings)
    drawn_first = [standings]
    waits = _SHORTLY if is_awaited else standing.PATIENCE

    @st.fragment(run_every=SOON if is_awaited else refresh_interval())
    def board() -> None:
        current = drawn_first.pop() if drawn_first else standing.of_all(day, waits)
        if any(each.is_awaited for each in current) != is_awaited:
            st.rerun()
        draw(current, day)

    board()


def requested_day() -> date | None:
    """The day in the address, for all pipelines; None for each one's own latest day."""
    if address.parameter(address.DAY) is None:
        return None
    config = data.setup().pipelines[0].config
    return page.requested_day(data.due_day(config), config, None)


def refresh_interval() -> float:
    """Seconds between two refreshes of a board: of the pipeline that is renewed most often."""
    return min(pacing.refresh_interval(each.config) for each in data.setup().pipelines)


def stale_seconds() -> float:
    """The age at which a board is stale."""
    return data.STALE_AFTER * refresh_interval()


def row_path() -> str:
    """The page that a pipeline of the board is opened on: the one that is shown."""
    path = frame.current_path()
    return navigation.HOME if path == navigation.WALL else path


def past_day(day: date | None) -> date | None:
    """The day where it is over for the first pipeline; None for the latest one."""
    latest = data.due_day(data.setup().pipelines[0].config)
    return day if day is not None and day < latest else None


def _draw_head(title: str, day: date | None) -> None:
    config = data.setup().pipelines[0].config
    latest = data.due_day(config)
    with st.container(key="andon-head", horizontal=True, vertical_alignment="center", gap="small"):
        show(tag("h1", title, class_="a-title"))
        count = len(data.setup().pipelines) + len(data.setup().broken)
        show(tag("div", plural(count, "pipeline"), class_="a-pipeline"))
        label = None if day in (None, latest) else f"Latest: {look.short(latest)}"
        day_picker.draw(day or latest, label, data.shop_today(config), None)


def _draw_board(standings: list[Standing], day: date | None) -> None:
    config = data.setup().pipelines[0].config
    with st.container(key="andon-many", horizontal=True, vertical_alignment="center", gap="medium"):
        show(tag("p", standing.headline(standings, past_day(day)), class_="b-say"))
        ticker.draw_at(
            standing.evaluated_at(standings) or data.now(),
            config.timezone,
            stale_seconds(),
            key="andon-age",
        )
    show(tag("ol", *(_row(each) for each in standings), class_=f"b-rows {links.IN_APP}"))
    show(_legend())


def _row(each: Standing) -> Html:
    edge = _EDGES.get(each.shown, "low") if isinstance(each.shown, Status) else "low"
    name = (
        links.link(row_path(), _query(each), each.name)
        if each.is_usable
        else tag("span", each.name)
    )
    return tag(
        "li",
        tag("div", look.chip(each.shown), class_="b-chip"),
        tag(
            "div",
            tag("h2", name, " ", tag("small", each.detail)),
            tag("p", each.cause, class_="b-cause"),
            tag(
                "p",
                _until(each),
                *(tag("span", text) for text in (each.run, each.note) if text),
                class_="b-meta",
            ),
        ),
        tag("div", tag("p", tag("b", each.since)) if each.since else None, _who(each)),
        tag("div", lamps.row(each, row_path()), class_="b-lamps"),
        class_=edge,
    )


def _query(each: Standing) -> dict[str, object]:
    """What the address asks for already, of this pipeline."""
    return {**st.query_params, address.PIPELINE: each.name}


def _until(each: Standing) -> Html | None:
    if not each.is_usable:
        return None
    text = "none known" if each.released is None else f"until {look.short(each.released)}"
    return tag("span", "Numbers on the dashboards: ", tag("b", text))


def _who(each: Standing) -> Html:
    owner = f"Owner {each.owner}" if each.owner else None
    if each.is_free:
        return tag("p", tag("b", "Nobody is on it", class_="nobody"), " ", owner)
    return tag("p", each.who or owner)


def _legend() -> Html:
    keys = []
    for shown in _LEGEND:
        mark = look.look_of(shown)
        bar = tag("i", class_=f"mini-lamp {mark.css}", aria_hidden="true")
        keys.append(tag("span", bar, f"{mark.glyph} {mark.word.lower()}"))
    order = (
        "Order: red, unknown, amber, waived, not run, not due, green; then nobody on it, then the "
        "oldest."
    )
    return tag(
        "p",
        tag("b", f"{standing.DAYS} days"),
        *keys,
        tag("span", order, class_="r"),
        class_="b-legend",
    )
