""" "I am on it": who looks into a failing check, and the button to say so."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from checks.core.errors import AndonError
from checks.core.model import FAILING, Acknowledgement, Verdict
from dashboard import data, look, page
from dashboard.markup import Html, show, tag
from dashboard.server import people

_NAME = "andon:name"


def button(here: page.Here, verdict: Verdict) -> None:
    """Who is on it, and the button for who looks. Nothing for a check that asks for nothing."""
    if verdict.status not in FAILING:
        return
    given = _given(here, verdict)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _ask(here, verdict.id, given)
        if given is not None:
            show(told(here, given))
        problem = st.session_state.pop(_key("problem", here, verdict.id), None)
        if problem:
            page.problem("It could not be noted who is on it.", str(problem))


def told(here: page.Here, given: Acknowledgement) -> Html:
    """`Ana is on it since 07:12: asked the app team`."""
    note = f": {given.note}" if given.note else ""
    since = f" is on it since {_moment(here, given.created_at)}{note}"
    return tag("div", tag("b", given.owner), since, class_="a-on-it")


def _given(here: page.Here, verdict: Verdict) -> Acknowledgement | None:
    """Who is on it. What was said after the evaluation on screen is not in it yet."""
    mine = st.session_state.get(_key("given", here, verdict.id))
    if isinstance(mine, Acknowledgement) and mine.created_at > here.live.at:
        return mine
    return verdict.acknowledgement


def _ask(here: page.Here, check: str, given: Acknowledgement | None) -> None:
    name = people.person()
    if not people.may_acknowledge():
        if given is None:
            show(tag("div", "Nobody is on it yet. Who signs in can say so here.", class_="a-sub"))
    elif name is not None and given is None:
        st.button(
            "I am on it", key=_key("button", here, check), on_click=_acknowledge,
            args=(here, check, name, None),
        )  # fmt: skip
    else:
        _popover(here, check, name, given)


def _popover(here: page.Here, check: str, name: str | None, given: Acknowledgement | None) -> None:
    """Asks for what is not known: a name where nobody signed in, a note where somebody is on it."""
    mine = given is not None and name == given.owner
    label = "I am on it" if given is None else "Change the note" if mine else "Take over"
    note = _key("note", here, check)
    with (
        st.popover(label, key=_key("popover", here, check)),
        st.form(_key("form", here, check), border=False),
    ):
        if name is None:
            st.session_state.setdefault(_key("name", here, check), st.session_state.get(_NAME, ""))
            st.text_input("Your name", key=_key("name", here, check), width=420)
        st.text_input("What is known so far (optional)", key=note, width=420)
        st.form_submit_button(label, on_click=_acknowledge, args=(here, check, name, note))


def _acknowledge(here: page.Here, check: str, name: str | None, note: str | None) -> None:
    """Store it. `name` None: as typed. `note`: the key of its field, None without one.

    Whoever clicks may no longer be who the button was drawn for.
    """
    state = st.session_state
    if people.person() != name or not people.may_acknowledge():
        state[_key("problem", here, check)] = "this session may not say so: sign in and try again"
        return
    if name is None:
        name = str(state.get(_key("name", here, check), ""))
        state[_NAME] = name.strip()
    try:
        given = data.history(here.pipeline).acknowledge(
            here.pipeline, check, name, str(state.get(note, "")) if note else "", data.now()
        )
    except AndonError as error:
        state[_key("problem", here, check)] = str(error)
        return
    state[_key("given", here, check)] = given
    data.forget(here.pipeline)


def _moment(here: page.Here, moment: datetime) -> str:
    """A time of today, else with its day."""
    today = data.now().astimezone(here.zone).date()
    same = moment.astimezone(here.zone).date() == today
    return look.clock(moment, here.zone) if same else look.moment(moment, here.zone)


def _key(what: str, here: page.Here, check: str) -> str:
    return f"ack-{what}-{here.pipeline}-{check}"
