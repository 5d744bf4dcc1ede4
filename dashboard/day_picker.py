"""The day that a page is about: its neighbours, a calendar, the nearest failing days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import streamlit as st

from dashboard import address, data, frame, look
from dashboard.markup import show, tag


def draw(
    day: date,
    latest: str | None,
    last: date,
    failing: tuple[date | None, date | None] | None,
    notes: Sequence[str] = (),
) -> None:
    """The day with its neighbours, and a way back to the latest one.

    latest: the label of the way back; None where there is none. last: the last day that can be
    shown. failing: the nearest failing days before and after; None where there are no such buttons.
    notes: what is special about the day.
    """
    one_day = timedelta(days=1)
    later_day = day + one_day if day < last else None
    with st.container(key="andon-days", horizontal=True, vertical_alignment="center", gap="xsmall",
                      width="content"):  # fmt: skip
        if failing is not None:
            _day_button("Previous failing day", failing[0], "prev-failing", _set_day, failing[0])
        _day_button("Previous day", day - one_day, "prev", _set_day, day - one_day)
        key = "frame:day"
        st.session_state[key] = day
        st.date_input(
            "Data date", key=key, min_value=data.FIRST_DAY, max_value=last, format="YYYY-MM-DD",
            label_visibility="collapsed", width=146, on_change=_change_day, args=(key,),
        )  # fmt: skip
        _day_button("Next day", later_day, "next", _set_day, later_day)
        if failing is not None:
            _day_button("Next failing day", failing[1], "next-failing", _set_day, failing[1])
        show(tag("span", look.day(day), class_="a-day"))
        for note in notes:
            show(tag("span", note, class_="a-day"))
        if latest is not None:
            query = {
                name: value for name, value in st.query_params.items()
                if name not in (address.DAY, "page")
            }  # fmt: skip
            st.page_link(
                frame.page_of(frame.current_path()), label=latest,
                query_params=query,
            )  # fmt: skip


def _day_button(
    label: str, day: date | None, key: str, on_click: Callable[..., None], *args: object
) -> None:
    """A button that the style sheet shows as an arrow; its label is for screen readers."""
    tooltip = f"{label}: {look.day(day)}" if day else f"{label}: none is recorded"
    st.button(
        label, key=f"frame:{key}", help=tooltip, disabled=day is None, on_click=on_click, args=args
    )


def _set_day(day: date | None) -> None:
    address.update(date=day, page=None)


def _change_day(key: str) -> None:
    if st.session_state[key]:
        _set_day(st.session_state[key])
