"""The head of a page: pipeline, day, the gate's verdict, the live verdict and its age."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import streamlit as st

from checks.core.text import clean, plural
from dashboard import address, data, due, frame, look, navigation, pacing, page
from dashboard.components import status_grid, ticker, verdict
from dashboard.markup import Html, join, show, tag

#: Days of the strip under the date.
_STRIP = 30


def draw(context: page.PageContext) -> None:
    """The whole head: two lines, and what a person has to know before believing the numbers."""
    with st.container(key="andon-head", horizontal=True, vertical_alignment="center", gap="small"):
        show(tag("h1", context.title, class_="a-title"))
        _pipeline(context)
        earlier, later = context.outcomes.failing_beside(context.day)
        draw_days(context.day, context.today, data.shop_today(context.config), (earlier, later))
        _draw_status(context)
    with st.container(key="andon-second", horizontal=True, vertical_alignment="center",
                      gap="medium"):  # fmt: skip
        if frame.current_path() != navigation.HOME:
            _strip(context)
        show(verdict.markup(context))
    _banners(context)


def _draw_status(context: page.PageContext) -> None:
    """The verdicts of gate and live evaluation; refreshes itself, and the page after a change."""
    seconds = context.config.dashboard.refresh_seconds
    st.session_state["andon:drawn"] = _stamp(context.live, context.gate)

    @st.fragment(run_every=pacing.refresh_interval(context.config))
    def draw_verdicts() -> None:
        live = data.live_evaluation(context.pipeline, context.day)
        gate = data.gate_runs(context.pipeline, context.day)
        if st.session_state.get("andon:drawn") != _stamp(live, gate):
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            show(sentence(context, live, gate))
            ticker.draw(live, seconds * data.STALE_AFTER, key="andon-age")

    with st.container(key="andon-status", width="content"):
        draw_verdicts()


def sentence(context: page.PageContext, live: data.LiveEvaluation, gate: data.GateRuns) -> Html:
    """`gate: RED at 06:12 UTC, now: GREEN at 07:10 UTC`."""
    latest = gate.latest
    verdict_chip = look.chip(latest.verdict if latest else None)
    when = f" {_time_text(context, latest.evaluated_at)}" if latest else ""
    strict = f", {look.STRICT}" if gate.strict_stop else ""
    reruns = f", {plural(len(gate.runs), 'run')}" if len(gate.runs) > 1 else ""
    return tag(
        "div",
        tag("span", "gate: ", verdict_chip, when, strict, reruns, class_="part"),
        tag("span", "now: ", look.chip(due.shown_verdict(context)),
            f" {_time_text(context, live.evaluated_at)}", class_="part"),
        class_="a-status",
    )  # fmt: skip


def _time_text(context: page.PageContext, moment: datetime) -> str:
    local = moment.astimezone(context.zone)
    same_day = local.date() == data.now().astimezone(context.zone).date()
    name = local.tzname() or context.zone.key
    return (
        f"at {local:%H:%M} {name}" if same_day else f"on {look.moment(moment, context.zone)} {name}"
    )


def _stamp(live: data.LiveEvaluation, gate: data.GateRuns) -> tuple[object, ...]:
    latest = gate.latest
    return live.evaluated_at, live.stale_reason, latest.id if latest else None


def _banners(context: page.PageContext) -> None:
    notes: list[Html] = []
    if context.live.stale_reason:
        at = _time_text(context, context.live.evaluated_at)[3:]
        title = f"{context.live.stale_reason}: these are the numbers of {at}."
        notes.append(tag("div", tag("strong", title), class_="a-note stale", role="status"))
    if context.gate.problem:
        notes.append(_note("The history cannot be read, so the gate's result is not known.",
                           context.gate.problem))  # fmt: skip
    elif context.gate.latest is None:
        notes.append(_not_run())
    elif differs := data.difference(context.gate, context.live):
        notes.append(_note("Gate and now differ.", differs, "differ"))
    if notes:
        show(join(*notes))


def _not_run() -> Html:
    reason = (
        "No gate is recorded for this day. What is shown is the dashboard's own evaluation; it "
        "has neither stopped nor released anything."
    )
    return _note("The gate was not run.", reason, "differ")


def _note(title: str, reason: str, kind: str = "problem") -> Html:
    return tag("div", tag("strong", title), " ", reason, class_=f"a-note {kind}", role="status")


def _pipeline(context: page.PageContext) -> None:
    names = [configured.name for configured in data.setup().pipelines]
    if len(names) < 2:
        show(tag("div", context.pipeline, class_="a-pipeline"))
        return
    key = "frame:pipeline"
    st.session_state[key] = context.pipeline
    st.selectbox(
        "Pipeline", names, key=key, format_func=clean, label_visibility="collapsed", width=200,
        on_change=_change_pipeline, args=(key,),
    )  # fmt: skip


def _change_pipeline(key: str) -> None:
    address.clear_filters()
    address.update(pipeline=st.session_state[key])


def draw_days(
    day: date, latest: date, last: date, failing: tuple[date | None, date | None] | None
) -> None:
    """The day with its neighbours, and a way back to the latest one.

    latest: the day of today's run. last: the last day that can be shown. failing: the nearest
    failing days before and after; None where there are no such buttons.
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
        if day != latest:
            query = {
                name: value for name, value in st.query_params.items()
                if name not in (address.DAY, "page")
            }  # fmt: skip
            st.page_link(
                frame.page_of(frame.current_path()), label=f"Latest: {look.short(latest)}",
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


def _strip(context: page.PageContext) -> None:
    days = status_grid.days_until(context.until, _STRIP)
    row = status_grid.GridRow("Gate", tuple(context.status_of(day) for day in days))
    status_grid.draw(context, days, (row,), key="strip", compact=True)
