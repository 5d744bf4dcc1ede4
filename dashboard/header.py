"""The head of a page: pipeline, day, the gate's verdict, the live verdict and its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import streamlit as st

from checks.core.text import clean, plural
from dashboard import address, closed, data, day_picker, due, frame, look, navigation, pacing, page
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
        day_picker.draw(
            context.day, _latest(context), data.shop_today(context.config), (earlier, later),
            _notes_on_day(context),
        )  # fmt: skip
        _draw_status(context)
    with st.container(key="andon-second", horizontal=True, vertical_alignment="center",
                      gap="medium"):  # fmt: skip
        if frame.current_path() != navigation.HOME:
            _strip(context)
        show(verdict.markup(context))
    _banners(context)


def _latest(context: page.PageContext) -> str | None:
    """What a page without a day shows, in words; None where it shows the day's run as well."""
    if context.due_from <= context.day <= context.today:
        return None
    if context.due_from == context.today:
        return f"Latest: {look.short(context.today)}"
    return f"Latest run: {look.short(context.schedule.run_date_of(context.today))}"


def _notes_on_day(context: page.PageContext) -> list[str]:
    """Why no events of the day are expected, and that no run loads it."""
    closed_reason = closed.reason(context.config, context.day)
    notes = [] if closed_reason is None else [f"■ {closed_reason}"]
    if not context.schedule.loads(context.day):
        glyph = look.look_of(look.NoGate.NO_RUN).glyph
        notes.append(f"{glyph} {status_grid.NO_RUN_TEXT}")
    return notes


def _draw_status(context: page.PageContext) -> None:
    """The verdicts of gate and live evaluation; refreshes itself, and the page after a change."""
    seconds = context.config.dashboard.refresh_seconds
    st.session_state["andon:drawn"] = _stamp(context.live, context.gates)

    @st.fragment(run_every=pacing.refresh_interval(context.config))
    def draw_verdicts() -> None:
        live = data.live_evaluation(context.pipeline, context.day)
        gates = {day: data.gate_runs(context.pipeline, day) for day in context.run_days}
        if st.session_state.get("andon:drawn") != _stamp(live, gates):
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            show(sentence(context, live, gates[context.day]))
            ticker.draw(live, seconds * data.STALE_AFTER, key="andon-age")

    with st.container(key="andon-status", width="content"):
        draw_verdicts()


def sentence(context: page.PageContext, live: data.LiveEvaluation, gate: data.GateRuns) -> Html:
    """`gate: RED at 06:12 UTC, now: GREEN at 07:10 UTC`."""
    latest = gate.latest
    verdict_chip = look.chip(latest.verdict if latest else _without_gate(context))
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


def _without_gate(context: page.PageContext) -> look.Shown:
    """Stands for a verdict that no gate recorded."""
    return None if context.schedule.loads(context.day) else look.NoGate.NO_RUN


def _time_text(context: page.PageContext, moment: datetime) -> str:
    local = moment.astimezone(context.zone)
    same_day = local.date() == data.now().astimezone(context.zone).date()
    name = local.tzname() or context.zone.key
    if same_day:
        return f"at {local:%H:%M} {name}"
    return f"{local:%a} {local.day} {local:%b %H:%M} {name}"


def _stamp(live: data.LiveEvaluation, gates: Mapping[date, data.GateRuns]) -> tuple[object, ...]:
    """What the page was drawn from: the evaluation, and the gates of all days of the run."""
    latest = [gate.latest.id if gate.latest else None for gate in gates.values()]
    return live.evaluated_at, live.stale_reason, *latest


def _banners(context: page.PageContext) -> None:
    notes: list[Html | None] = []
    if context.live.stale_reason:
        at = _time_text(context, context.live.evaluated_at).removeprefix("at ")
        title = f"{context.live.stale_reason}: these are the numbers of {at}."
        notes.append(tag("div", tag("strong", title), class_="a-note stale", role="status"))
    if context.gate.problem:
        notes.append(_note("The history cannot be read, so the gate's result is not known.",
                           context.gate.problem))  # fmt: skip
    elif context.gate.latest is None:
        notes.append(_not_run(context))
    elif differs := data.difference(context.gate, context.live):
        notes.append(_note("Gate and now differ.", differs, "differ"))
    if any(notes):
        show(join(*notes))


def _not_run(context: page.PageContext) -> Html | None:
    """That nothing was stopped or released; nothing while the run may still come."""
    if due.shown_verdict(context) is look.NoGate.AWAITED:
        return None
    if not context.schedule.loads(context.day):
        reason = (
            "What is shown is the dashboard's own evaluation of a day that the gate does not judge."
        )
        return _note("No scheduled run loads this day.", reason, "differ")
    reason = (
        "No gate is recorded for this day. What is shown is the dashboard's own evaluation; it "
        "has neither stopped nor released anything."
    )
    return _note("The gate was not run.", reason, "differ")


def _note(title: str, reason: str, kind: str = "problem") -> Html:
    return tag("div", tag("strong", title), " ", reason, class_=f"a-note {kind}", role="status")


def _pipeline(context: page.PageContext) -> None:
    names = [configured.name for configured in data.setup().pipelines]
    if data.setup().is_one:
        show(tag("div", context.pipeline, class_="a-pipeline"))
        return
    key = "frame:pipeline"
    st.session_state[key] = context.pipeline
    every = f"All {len(names)} pipelines"
    st.selectbox(
        "Pipeline", ["", *names], key=key, format_func=lambda name: clean(name or every),
        label_visibility="collapsed", width=170, on_change=_change_pipeline, args=(key,),
    )  # fmt: skip


def _change_pipeline(key: str) -> None:
    address.clear_filters()
    address.update(pipeline=st.session_state[key])


def _strip(context: page.PageContext) -> None:
    days = status_grid.days_until(context.until, _STRIP)
    row = status_grid.GridRow("Gate", tuple(context.shown_on(day) for day in days))
    status_grid.draw(context, days, (row,), key="strip", compact=True)
