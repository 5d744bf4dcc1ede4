"""Closing an incident on a page: was it fixed, expected, or a false alarm?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from checks.core.errors import AndonError
from checks.core.records import Closing
from checks.evaluation.incidents import (
    ClosingRequest,
    after_closing,
    close,
    closed_text,
    next_step,
)
from dashboard import data, page
from dashboard.markup import show, tag
from dashboard.server import people

if TYPE_CHECKING:
    from checks.core.records import StoredIncident

_LABELS: Final = {
    Closing.FIXED: "Fixed", Closing.EXPECTED: "Expected", Closing.FALSE_ALARM: "False alarm",
}  # fmt: skip
#: The name that somebody typed, as for acknowledgements.
_NAME: Final = "andon:name"
_NOT_ALLOWED: Final = "you may not do that; sign in and try again"


def may_be_closed(incident: StoredIncident) -> bool:
    """Whether nobody has closed an incident yet, or its check was not green since."""
    return incident.closed_as is None or incident.resolved_at is None


def draw_closing(context: page.PageContext, incident: StoredIncident) -> None:
    """A note and a button for each word; for whom it is not allowed, the command."""
    if not may_be_closed(incident):
        return
    if not people.may_acknowledge():
        command = f"andon close {incident.check} --as fixed"
        text = "Sign in to close it. On the command line: "
        show(tag("p", text, tag("code", command), class_="a-sub a-command"))
        return
    name = people.person()
    with st.form(_key("form", context, incident.check), border=False):
        if name is None:
            key = _key("name", context, incident.check)
            st.session_state.setdefault(key, st.session_state.get(_NAME, ""))
            st.text_input("Your name", key=key, width=420)
        st.text_input(
            "Close as: what was it? (optional note)", key=_key("note", context, incident.check),
            max_chars=1000, width=420,
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            for closing, label in _LABELS.items():
                st.form_submit_button(
                    label, key=_key(closing, context, incident.check), on_click=_on_close,
                    args=(context, incident.check, closing, name),
                )  # fmt: skip


def draw_outcome(context: page.PageContext) -> None:
    """What the last closing came to, once."""
    refused = st.session_state.pop(_outcome_key("refused", context), None)
    closed = st.session_state.pop(_outcome_key("closed", context), None)
    if refused:
        show(tag("div", refused, class_="a-note fault", role="alert"))
    if closed is not None:
        show(tag("div", _closed_sentence(closed), class_="a-note", role="status"))
        if step := next_step(closed):
            show(tag("p", step.sentence, class_="a-sub"))
            if step.text:
                st.code(step.text, language=None)


def _closed_sentence(incident: StoredIncident) -> str:
    closing = closed_text(incident)
    return f"The incident of {incident.check} is closed as {closing}. {after_closing(incident)}"


def _on_close(context: page.PageContext, check: str, closing: Closing, name: str | None) -> None:
    """Close the incident and empty the note. After a refusal the note stays.

    name: for whom the form was drawn, None for whoever types one. The person is checked again.
    """
    state, note = st.session_state, _key("note", context, check)
    if people.person() != name or not people.may_acknowledge():
        state[_outcome_key("refused", context)] = f"Not closed: {_NOT_ALLOWED}."
        return
    if name is None:
        name = str(state.get(_key("name", context, check), ""))
        state[_NAME] = name.strip()
    request = ClosingRequest(check, closing, name, str(state.get(note, "")))
    try:
        incident = close(context.config, data.history(context.pipeline), request, data.now())
    except AndonError as error:
        state[_outcome_key("refused", context)] = f"Not closed: {error}."
        return
    state[_outcome_key("closed", context)] = incident
    state[note] = ""
    data.invalidate(context.pipeline)


def _key(name: str, context: page.PageContext, check: str) -> str:
    return f"close-{name}-{context.pipeline}-{check}"


def _outcome_key(name: str, context: page.PageContext) -> str:
    return f"close-{name}-{context.pipeline}"
