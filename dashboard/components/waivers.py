"""Waivers: who answers for which red until when, and where allowed, giving and revoking them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import streamlit as st

from checks.errors import AndonError, UsageError
from checks.model import Status, by_urgency
from checks.text import number_text, plural
from checks.waiving import HOLDS, Wish, Words, give, state_of
from dashboard import data, look, page, people
from dashboard.components.history_words import name as check_name
from dashboard.components.history_words import short, whole
from dashboard.markup import Html, plain, show, table, tag

if TYPE_CHECKING:
    from checks.history import StoredWaiver

_FORM: Final = Words(until="Until", give_limit="enter one under Up to")
_MOST = 30
_HEADINGS = ("No.", "Check", "Owner", "Reason", "Up to", "Until", "State", "Given")


def draw(here: page.Here) -> None:
    """The list, and the forms or why there are none."""
    page.section(
        "Waivers",
        "A waived check may be red without stopping the line: up to its value, until the end of "
        "its last day, or until it was green once.",
    )
    try:
        found = data.history(here.pipeline).all_waivers(here.pipeline)
    except AndonError as error:
        page.problem("The waivers cannot be read, so nothing is waived.", str(error))
        return
    today = data.now().astimezone(here.zone).date()
    _list(here, found, today)
    _outcome(here)
    name = people.person()
    if not here.config.dashboard.allow_waivers or name is None:
        show(_elsewhere(here, name, today))
        return
    _give(here, name, today)
    _revoke(here, name, [one for one in found if state_of(one, today) == HOLDS])


def _list(here: page.Here, found: tuple[StoredWaiver, ...], today: date) -> None:
    """Those that hold first, then the newest."""
    if not found:
        page.empty("Nothing is waived.", "Each red check stops the line.")
        return
    ordered = sorted(found, key=lambda one: (state_of(one, today) != HOLDS, -one.id))
    rows = [_row(here, one, today) for one in ordered[:_MOST]]
    show(table(_HEADINGS, rows, numeric=(0, 4), caption="Waivers"))
    if len(ordered) > _MOST:
        older = plural(len(ordered) - _MOST, "older waiver")
        show(tag("p", f"{older} that ended: andon waivers lists all.", class_="a-sub"))


def _row(here: page.Here, one: StoredWaiver, today: date) -> tuple[object, ...]:
    holds = state_of(one, today) == HOLDS
    return (
        str(one.id),
        check_name(one.check),
        one.owner,
        one.reason,
        "any value" if one.up_to is None else number_text(one.up_to),
        whole(short(one.until)),
        whole(look.chip(Status.WAIVED), " holds") if holds else _ended(here, one, today),
        whole(look.moment(one.created_at, here.zone)),
    )


def _ended(here: page.Here, one: StoredWaiver, today: date) -> Html:
    """`revoked by Ana on Sat 8 Mar`."""
    words = state_of(one, today)
    if one.revoked_at is not None:
        words += f" by {one.revoked_by} on {look.moment(one.revoked_at, here.zone)}"
    elif one.rearmed_on is not None:
        words += ": it was green"
    return tag("span", words, class_="a-sub")


def _elsewhere(here: page.Here, name: str | None, today: date) -> Html:
    """Why there is no form, and the command."""
    if not here.config.dashboard.allow_waivers:
        why = "Waivers are not given here: dashboard.allow_waivers is not true. "
    else:
        why = "Waivers are given in a person's name, and nobody is signed in. "
    first = by_urgency(here.report.checks)
    check = first[0].id if first else "CHECK"
    command = f"andon waive {check} --until {today + timedelta(days=1)} --reason 'why it may pass'"
    return tag(
        "p", why, "On the command line: ", tag("code", command), " and ",
        tag("code", "andon waivers revoke NUMBER"), class_="a-sub a-command",
    )  # fmt: skip


def _give(here: page.Here, name: str, today: date) -> None:
    ids = [verdict.id for verdict in by_urgency(here.report.checks)]
    if not ids:
        return
    blank: dict[str, object] = {
        "check": ids[0], "until": today + timedelta(days=1), "up-to": None, "reason": "",
    }  # fmt: skip
    for field, value in blank.items():
        st.session_state.setdefault(_key(here, field), value)
    with st.form(_key(here, "form")):
        show(tag("div", tag("b", "Give a waiver"), " in the name of ", tag("b", name)))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _fields(here, ids)
            st.form_submit_button(
                "Give the waiver", on_click=_on_give, args=(here, name, blank), width="content"
            )


def _fields(here: page.Here, ids: list[str]) -> None:
    st.selectbox("Check", ids, key=_key(here, "check"), width=230)
    st.date_input("Until, included", key=_key(here, "until"), format="YYYY-MM-DD", width=150)
    st.number_input(
        "Up to", value=None, key=_key(here, "up-to"), format="%g", width=190,
        placeholder="as found last",
    )  # fmt: skip
    st.text_input("Reason", key=_key(here, "reason"), max_chars=1000)


def _on_give(here: page.Here, name: str, blank: Mapping[str, object]) -> None:
    """Store what was typed, and empty the fields. A refusal keeps them as they are."""
    state = st.session_state
    up_to, until = state[_key(here, "up-to")], state[_key(here, "until")]
    try:
        if not isinstance(until, date):
            raise UsageError("Until is empty: choose the last day")
        wish = Wish(
            check=state[_key(here, "check")], owner=name, reason=state[_key(here, "reason")],
            until=until, up_to=None if up_to is None else float(up_to),
        )  # fmt: skip
        history = data.history(here.pipeline)
        given = give(here.config, history, wish, data.now(), _FORM)
    except AndonError as error:
        state[_key(here, "refused")] = f"Not given: {error}."
        return
    for field, value in blank.items():
        state[_key(here, field)] = value
    limit = "" if given.up_to is None else f" up to {number_text(given.up_to)}"
    state[_key(here, "done")] = (
        f"Waiver {given.id} holds: {given.check} may be red{limit} until {short(given.until)}. "
        "It ends early once the check was green."
    )
    data.forget(here.pipeline)


def _revoke(here: page.Here, name: str, holding: list[StoredWaiver]) -> None:
    with st.container(horizontal=True, gap="small"):
        for one in holding:
            label = f"Revoke waiver {one.id} ({plain(one.check)})"
            with st.popover(label, key=_key(here, f"ask-{one.id}")):
                show(tag("p", f"{one.check} is then judged as usual again, and may stop the line."))
                st.button(
                    "Revoke it", key=_key(here, f"revoke-{one.id}"), on_click=_on_revoke,
                    args=(here, name, one.id),
                )  # fmt: skip


def _on_revoke(here: page.Here, name: str, waiver: int) -> None:
    state = st.session_state
    try:
        history = data.history(here.pipeline)
        ended = history.revoke_waiver(waiver, here.pipeline, name, data.now())
    except AndonError as error:
        state[_key(here, "refused")] = f"Not revoked: {error}."
        return
    words = "is revoked: its check is judged as usual again" if ended else "was revoked before"
    state[_key(here, "done")] = f"Waiver {waiver} {words}."
    data.forget(here.pipeline)


def _outcome(here: page.Here) -> None:
    """What came of the last click, once."""
    refused = st.session_state.pop(_key(here, "refused"), None)
    done = st.session_state.pop(_key(here, "done"), None)
    if refused:
        show(tag("div", refused, class_="a-note fault", role="alert"))
    if done:
        show(tag("div", done, class_="a-note", role="status"))


def _key(here: page.Here, what: str) -> str:
    return f"waiver-{here.pipeline}-{what}"
