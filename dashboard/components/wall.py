"""The wall screen: everything on one screen, scaled to it, refreshed automatically."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from checks.core.model import Status
from dashboard import address, data, frame, opening, pacing, page, run_days, standing
from dashboard.components import pipelines, ticker, wall_many, wall_one
from dashboard.markup import Html, show

#: The parameter that lets the wall go round the pipelines, in seconds.
ROTATE: Final = "rotate"
SHORTEST, LONGEST = 5, 3600
_BEGAN: Final = "andon:rotation-began"


def draw(title: str | None) -> None:
    """The whole screen, again at every refresh: one pipeline, or a tile for each."""
    seconds = rotation()
    if not page.is_of_all():
        _draw_one(title)
    elif seconds is None:
        _draw_all()
    else:
        _draw_in_turn(seconds)


def rotation() -> int | None:
    """Seconds that each pipeline is shown, from the address; None for no rotation.

    An error is shown for anything but a whole number of seconds from 5 to 3600.
    """
    requested = address.parameter(ROTATE)
    if requested is None:
        return None
    if requested.isdecimal() and len(requested) < 5 and SHORTEST <= int(requested) <= LONGEST:
        return int(requested)
    address.show_error(
        f"The link asks for {ROTATE} {requested[:40]!r}, which is not a number of seconds from "
        f"{SHORTEST} to {LONGEST}.",
        "The screen does not change.",
    )
    return None


def turn(seconds: float, elapsed: float, screens: int) -> int:
    """Which of the screens is shown after so many seconds."""
    return round(elapsed / seconds) % screens


def _draw_one(title: str | None) -> None:
    context = opening.page_context(title)
    day = context.day if address.parameter(address.DAY) is not None else None
    frame.navigation_bar(page.parameters(context.pipeline, day))

    @st.fragment(run_every=pacing.refresh_interval(context.config))
    def screen() -> None:
        # The day changes while the wall screen stays open.
        _show_one(opening.page_context(title))

    screen()


def _draw_all() -> None:
    day = pipelines.requested_day()
    frame.navigation_bar({} if day is None else {address.DAY: day.isoformat()})
    pipelines.renewed(standing.of_all(day), day, _show_all)


def _draw_in_turn(seconds: int) -> None:
    """All pipelines, then each of them, then all again."""
    day = pipelines.requested_day()
    frame.navigation_bar({})
    began: datetime = st.session_state.setdefault(_BEGAN, data.now())

    @st.fragment(run_every=float(seconds))
    def screen() -> None:
        names = [each.name for each in data.setup().pipelines]
        index = turn(seconds, (data.now() - began).total_seconds(), len(names) + 1)
        if index == 0:
            _show_all(standing.of_all(day), day)
            return
        name = names[index - 1]
        _show_one(page.context_of(name, day, "") if day else opening.latest_context(name))

    screen()


def _show_one(context: page.PageContext) -> None:
    seconds = context.config.dashboard.refresh_seconds
    zone = data.zone_of(context.report)
    is_red = run_days.run_status(context) is Status.RED
    _show(wall_one.markup(context), context.live.evaluated_at, zone,
          seconds * data.STALE_AFTER, is_red=is_red)  # fmt: skip


def _show_all(standings: list[standing.Standing], day: date | None) -> None:
    config = data.setup().pipelines[0].config
    oldest = standing.evaluated_at(standings) or data.now()
    _show(wall_many.markup(standings, pipelines.past_day(day)), oldest, config.timezone,
          pipelines.stale_seconds(), is_red=False, is_small=True)  # fmt: skip


def _show(
    markup: Html,
    evaluated_at: datetime,
    zone: ZoneInfo,
    stale: float,
    *,
    is_red: bool,
    is_small: bool = False,
) -> None:
    with st.container(key="andon-wall", gap=None):
        show(markup)
        with st.container(key="wall-clock", gap=None):
            ticker.draw_clock(
                evaluated_at, zone, stale, key="wall-age", is_red=is_red, is_small=is_small
            )
