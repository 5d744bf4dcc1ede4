"""The status of each pipeline, the worst first, where several are configured."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from checks.core.model import URGENCY, Status
from dashboard import data, frame, look, page
from dashboard.markup import plain, show, tag


class PipelineStatus(NamedTuple):
    """One pipeline: the live status of its latest day, and the gate's status of that day."""

    name: str
    now: Status
    gate_status: Status | None
    is_strict_stop: bool


def draw(context: page.PageContext) -> None:
    """The status of each pipeline's latest day, with a link; nothing for a single pipeline."""
    names = [configured.name for configured in data.setup().pipelines]
    if len(names) < 2:
        return
    statuses = sorted(
        (_pipeline_status(name) for name in names), key=lambda pipeline: URGENCY.index(pipeline.now)
    )
    with st.container(key="andon-pipelines", horizontal=True, gap="small"):
        for index, pipeline in enumerate(statuses):
            with st.container(key=f"pipeline-{index}", width="content", gap=None):
                _draw(pipeline, is_chosen=pipeline.name == context.pipeline)


def _pipeline_status(name: str) -> PipelineStatus:
    day = data.due_day(data.pipeline(name).config)
    gate = data.gate_runs(name, day)
    gate_status = gate.latest.verdict if gate.latest else None
    return PipelineStatus(
        name,
        data.live_evaluation(name, day).report.verdict,
        gate_status,
        gate.strict_stop is not None,
    )


def _draw(pipeline: PipelineStatus, *, is_chosen: bool) -> None:
    gate = look.look_of(pipeline.gate_status)
    strict = f", {look.STRICT}" if pipeline.is_strict_stop else ""
    show(
        tag("div", look.chip(pipeline.now), tag("span", f"gate {gate.glyph} {gate.word}{strict}"),
            class_="a-lamp")
    )  # fmt: skip
    st.page_link(
        frame.page_of("overview"),
        label=f"**{plain(pipeline.name)}**" if is_chosen else plain(pipeline.name),
        query_params=page.parameters(pipeline.name, None),
    )
