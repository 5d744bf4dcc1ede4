"""Several pipelines: a lamp each, the worst first."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from checks.core.model import URGENCY, Status
from dashboard import data, frame, look, page
from dashboard.markup import plain, show, tag


class Lamp(NamedTuple):
    """One pipeline: what is true now, and what the gate said of the same day."""

    name: str
    now: Status
    gate: Status | None
    stopped: bool


def draw(here: page.Here) -> None:
    """A lamp for each pipeline's latest day, with a link; nothing where there is only one."""
    names = [one.name for one in data.setup().pipelines]
    if len(names) < 2:
        return
    found = sorted((_lamp(name) for name in names), key=lambda lamp: URGENCY.index(lamp.now))
    with st.container(key="andon-pipelines", horizontal=True, gap="small"):
        for place, lamp in enumerate(found):
            with st.container(key=f"pipeline-{place}", width="content", gap=None):
                _draw(lamp, chosen=lamp.name == here.pipeline)


def _lamp(name: str) -> Lamp:
    day = data.today(data.pipeline(name).config)
    gate = data.gate(name, day)
    said = gate.latest.verdict if gate.latest else None
    return Lamp(name, data.live(name, day).report.verdict, said, gate.stopped is not None)


def _draw(lamp: Lamp, *, chosen: bool) -> None:
    gate = look.look_of(lamp.gate)
    strict = f", {look.STRICT}" if lamp.stopped else ""
    show(
        tag("div", look.chip(lamp.now), tag("span", f"gate {gate.glyph} {gate.word}{strict}"),
            class_="a-lamp")
    )  # fmt: skip
    st.page_link(
        frame.page_of("overview"),
        label=f"**{plain(lamp.name)}**" if chosen else plain(lamp.name),
        query_params=page.parameters(lamp.name, None),
    )
