"""Acknowledgements: who works on a failing check, and the button "I am on it"."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import streamlit as st

from checks.core.errors import AndonError
from checks.core.model import FAILING, Acknowledgement, Verdict
from checks.evaluation.acknowledging import AcknowledgementRequest, acknowledge
from dashboard import data, look, page
from dashboard.markup import Html, plain, show, tag
from dashboard.server import people

_NAME = "andon:name"


def draw_button(context: page.PageContext, verdict: Verdict) -> None:
    """Who works on a failing check, and the button; nothing for a check that does not fail."""
    if verdict.status not in FAILING:
        return
    acknowledgement = current(context, verdict)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        _draw_form(context, verdict.id, acknowledgement)
        if acknowledgement is not None:
            show(acknowledgement_line(context, acknowledgement))


def draw_problem(context: page.PageContext, verdict: Verdict) -> None:
    """Why an acknowledgement was not stored, in the width of the card; nothing otherwise."""
    problem = st.session_state.pop(_key("problem", context, verdict.id), None)
    if problem:
        page.problem("The acknowledgement was not stored.", str(problem))


def acknowledgement_line(context: page.PageContext, acknowledgement: Acknowledgement) -> Html:
    """`Ana is on it since 07:12: asked the app team`."""
    note = f": {acknowledgement.note}" if acknowledgement.note else ""
    since = f" is on it since {_moment_text(context, acknowledgement.created_at)}{note}"
    return tag("div", tag("b", acknowledgement.owner), since, class_="a-on-it")


def current(context: page.PageContext, verdict: Verdict) -> Acknowledgement | None:
    """The check's acknowledgement. One given after the shown evaluation is in the session only."""
    own = st.session_state.get(_key("given", context, verdict.id))
    if isinstance(own, Acknowledgement) and own.created_at > context.live.evaluated_at:
        return own
    return verdict.acknowledgement


def _draw_form(
    context: page.PageContext, check: str, acknowledgement: Acknowledgement | None
) -> None:
    name = people.person()
    if not people.may_acknowledge():
        if acknowledgement is None:
            show(tag("div", "Nobody is on it yet. Sign in to take it.", class_="a-sub"))
    elif name is not None and acknowledgement is None:
        st.button(
            "I am on it", key=_key("button", context, check), type="primary", on_click=_acknowledge,
            args=(context, check, name, None),
        )  # fmt: skip
    else:
        _draw_popover(context, check, name, acknowledgement)


def _draw_popover(
    context: page.PageContext, check: str, name: str | None, acknowledgement: Acknowledgement | None
) -> None:
    """A form for the note, and for a name where nobody signed in."""
    is_own = acknowledgement is not None and name == acknowledgement.owner
    label = (
        "I am on it" if acknowledgement is None else "Change the note" if is_own else "Take over"
    )
    # An open popover closes when another one takes its place.
    turn = f"{check}-{st.session_state.get(_key('turn', context, check), 0)}"
    note = _key("note", context, turn)
    emphasis: Literal["primary", "secondary"] = (
        "primary" if acknowledgement is None else "secondary"
    )
    with (
        st.popover(label, type=emphasis, key=_key("popover", context, turn)),
        st.form(_key("form", context, turn), border=False),
    ):
        if name is None:
            field = _key("name", context, turn)
            if not st.session_state.get(field):
                st.session_state[field] = st.session_state.get(_NAME, "")
            st.text_input("Your name", key=field, width=420)
        st.text_input("What is known so far (optional)", key=note, width=420)
        st.form_submit_button(label, on_click=_acknowledge, args=(context, check, name, note, turn))


def _acknowledge(
    context: page.PageContext, check: str, name: str | None, note: str | None, turn: str = ""
) -> None:
    """Store an acknowledgement. `name` None: as typed. `note`: the key of its field, if any.

    The person is checked again: it may no longer be the one the button was drawn for.
    """
    state = st.session_state
    if people.person() != name or not people.may_acknowledge():
        state[_key("problem", context, check)] = "you may not do that; sign in and try again"
        return
    if name is None:
        name = str(state.get(_key("name", context, turn), ""))
        state[_NAME] = name.strip()
    try:
        request = AcknowledgementRequest(check, name, str(state.get(note, "")) if note else "")
        history = data.history(context.pipeline)
        acknowledgement = acknowledge(context.config, history, request, data.now(), context.report)
    except AndonError as error:
        state[_key("problem", context, check)] = str(error)
        return
    state[_key("given", context, check)] = acknowledgement
    state[_key("turn", context, check)] = state.get(_key("turn", context, check), 0) + 1
    st.toast(f"{plain(acknowledgement.owner)} is on {plain(check)}.")
    data.invalidate(context.pipeline)


def _moment_text(context: page.PageContext, moment: datetime) -> str:
    """The time of a moment today, else with its day."""
    today = data.now().astimezone(context.zone).date()
    is_today = moment.astimezone(context.zone).date() == today
    return look.clock(moment, context.zone) if is_today else look.moment(moment, context.zone)


def _key(name: str, context: page.PageContext, check: str) -> str:
    return f"ack-{name}-{context.pipeline}-{check}"
