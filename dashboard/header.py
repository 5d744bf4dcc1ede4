"""The head of a page: pipeline, day, what the gate said, what is true now, how old that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import streamlit as st

from checks.core.model import STOPPING
from checks.core.text import clean, plural
from dashboard import address, data, frame, look, pacing, page
from dashboard.components import status_grid, ticker
from dashboard.markup import Html, join, show, tag

#: Days of the strip under the date.
_STRIP = 30
#: Numbers older than so many refreshes are called stale.
STALE_AFTER = 3


def draw(here: page.Here) -> None:
    """The whole head."""
    with st.container(key="andon-head", horizontal=True, vertical_alignment="center", gap="small"):
        show(tag("h1", here.title, class_="a-title"))
        _pipeline(here)
        _day_picker(here)
    status(here)
    if frame.current() != "overview":
        _strip(here)


def status(here: page.Here) -> None:
    """What gate and live evaluation say; looks again by itself and redraws the page on news."""
    seconds = here.config.dashboard.refresh_seconds
    st.session_state["andon:drawn"] = _stamp(here.live, here.gate)

    @st.fragment(run_every=pacing.seconds_between_looks(here.config))
    def watch() -> None:
        live = data.live(here.pipeline, here.day)
        gate = data.gate(here.pipeline, here.day)
        if st.session_state.get("andon:drawn") != _stamp(live, gate):
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            show(sentence(here, live, gate))
            ticker.draw(live, seconds * STALE_AFTER, key="andon-age")

    with st.container(key="andon-status"):
        watch()
        _banners(here)


def sentence(here: page.Here, live: data.Live, gate: data.Gate) -> Html:
    """`Data of Sat 8 March 2025 · gate: RED at 06:12 · now: GREEN at 07:10`."""
    latest = gate.latest
    said = look.chip(latest.verdict if latest else None)
    when = f" {_at(here, latest.evaluated_at)}" if latest else ""
    strict = f", {look.STRICT}" if gate.stopped else ""
    reruns = f", {plural(len(gate.runs), 'run')}" if len(gate.runs) > 1 else ""
    return tag(
        "div",
        tag("span", tag("b", look.day(here.day)), class_="part"),
        tag("span", "gate: ", said, when, strict, reruns, class_="part"),
        tag("span", "now: ", look.chip(live.report.verdict), f" {_at(here, live.at)}",
            class_="part"),
        class_="a-status",
    )  # fmt: skip


def _at(here: page.Here, moment: object) -> str:
    from datetime import datetime

    if not isinstance(moment, datetime):
        return ""
    local = moment.astimezone(here.zone)
    same_day = local.date() == data.now().astimezone(here.zone).date()
    name = local.tzname() or here.zone.key
    return f"at {local:%H:%M} {name}" if same_day else f"on {look.moment(moment, here.zone)} {name}"


def _stamp(live: data.Live, gate: data.Gate) -> tuple[object, ...]:
    latest = gate.latest
    return live.at, live.trouble, latest.id if latest else None


def _banners(here: page.Here) -> None:
    notes: list[Html] = []
    if here.live.trouble:
        what = f"{here.live.trouble}: these are the numbers of {_at(here, here.live.at)[3:]}."
        notes.append(tag("div", tag("strong", what), class_="a-note stale", role="status"))
    if here.gate.problem:
        notes.append(_note("The history cannot be read, so what the gate said is not known.",
                           here.gate.problem))  # fmt: skip
    elif here.gate.latest is None:
        notes.append(_not_run(here))
    elif differs := data.difference(here.gate, here.live):
        notes.append(_note("Gate and now differ.", differs, "differ"))
    if notes:
        show(join(*notes))


def _not_run(here: page.Here) -> Html:
    why = (
        "No gate is recorded for this day. What is shown is the dashboard's own evaluation; it "
        "has neither stopped nor released anything."
    )
    return _note("The gate was not run.", why, "differ")


def _note(what: str, why: str, kind: str = "problem") -> Html:
    return tag("div", tag("strong", what), " ", why, class_=f"a-note {kind}", role="status")


def _pipeline(here: page.Here) -> None:
    names = [one.name for one in data.setup().pipelines]
    if len(names) < 2:
        show(tag("div", here.pipeline, class_="a-pipeline"))
        return
    key = "frame:pipeline"
    st.session_state[key] = here.pipeline
    st.selectbox(
        "Pipeline", names, key=key, format_func=clean, label_visibility="collapsed", width=240,
        on_change=_change_pipeline, args=(key,),
    )  # fmt: skip


def _change_pipeline(key: str) -> None:
    address.clear_filters()
    address.put(pipeline=st.session_state[key])


def _day_picker(here: page.Here) -> None:
    earlier, later = _failing_days(here)
    one = timedelta(days=1)
    last = data.last_day(here.config)
    later_day = here.day + one if here.day < last else None
    with st.container(key="andon-days", horizontal=True, vertical_alignment="bottom", gap="xsmall",
                      width="content"):  # fmt: skip
        _to_day("Previous failing day", earlier, "prev-failing", _set_day, earlier)
        _to_day("Previous day", here.day - one, "prev", _set_day, here.day - one)
        key = "frame:day"
        st.session_state[key] = here.day
        st.date_input(
            "Data date", key=key, min_value=data.FIRST_DAY, max_value=last, format="YYYY-MM-DD",
            label_visibility="collapsed", width=140, on_change=_change_day, args=(key,),
        )  # fmt: skip
        _to_day("Next day", later_day, "next", _set_day, later_day)
        _to_day("Next failing day", later, "next-failing", _set_day, later)


def _to_day(label: str, day: date | None, key: str, go: Callable[..., None], *args: object) -> None:
    """A button that the style sheet shows as an arrow; its words are for screen readers."""
    told = f"{label}: {look.day(day)}" if day else f"{label}: none is recorded"
    st.button(label, key=f"frame:{key}", help=told, disabled=day is None, on_click=go, args=args)


def _set_day(day: date | None) -> None:
    address.put(date=day, page=None)


def _change_day(key: str) -> None:
    if st.session_state[key]:
        _set_day(st.session_state[key])


def _failing_days(here: page.Here) -> tuple[date | None, date | None]:
    """The nearest recorded failing days before and after the shown one."""
    failing = sorted(e.data_date for e in here.evaluations if e.verdict in STOPPING)
    earlier = [day for day in failing if day < here.day]
    later = [day for day in failing if day > here.day]
    return (earlier[-1] if earlier else None), (later[0] if later else None)


def _strip(here: page.Here) -> None:
    days = status_grid.days_until(here.until, _STRIP)
    row = status_grid.Row("Gate", tuple(here.status_of(day) for day in days))
    status_grid.draw(here, days, (row,), key="strip", compact=True)
