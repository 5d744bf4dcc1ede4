"""Waivers: who answers for which red until when, and where allowed, giving and revoking them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import streamlit as st

from checks.core.errors import AndonError, UsageError
from checks.core.model import Status, by_urgency
from checks.core.subjects import subjects_text
from checks.core.text import number_text, plural
from checks.evaluation.waiving import HOLDS, Wish, Words, give, state_of
from dashboard import data, look, page
from dashboard.components.decisions import Forms
from dashboard.components.history_text import name as check_name
from dashboard.components.history_text import short, whole
from dashboard.markup import Html, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import StoredWaiver

_FORM: Final = Words(
    until="Until", limit="Up to", give_limit="enter one under Up to",
    give_subject="name it on the command line, andon waive --subject NAME",
)  # fmt: skip
_MOST = 30
_HEADINGS = ("No.", "Check", "Owner", "Reason", "Covers", "Up to", "Until", "State", "Given")


def draw(here: page.Here) -> None:
    """The list, and the forms or why there are none."""
    page.section(
        "Waivers",
        "A waived check may be red without stopping the line: for what it covers, up to its value, "
        "until the end of its last day, or until it was green once.",
    )
    try:
        found = data.history(here.pipeline).all_waivers(here.pipeline)
    except AndonError as error:
        page.problem("The waivers cannot be read, so nothing is waived.", str(error))
        return
    today = data.now().astimezone(here.zone).date()
    _list(here, found, today)
    forms = Forms(here, "waiver")
    forms.show_outcome()
    if (name := forms.person()) is None:
        show(forms.command_hint(_commands(here, today)))
        return
    _give(forms, name, today)
    _revoke(forms, name, [one for one in found if state_of(one, today) == HOLDS])


def _list(here: page.Here, found: tuple[StoredWaiver, ...], today: date) -> None:
    """Those that hold first, then the newest."""
    if not found:
        page.empty("Nothing is waived.", "Each red check stops the line.")
        return
    ordered = sorted(found, key=lambda one: (state_of(one, today) != HOLDS, -one.id))
    rows = [_row(here, one, today) for one in ordered[:_MOST]]
    show(table(_HEADINGS, rows, numeric=(0, 5), caption="Waivers"))
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
        "whatever fails" if one.subjects is None else subjects_text(one.subjects),
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


def _commands(here: page.Here, today: date) -> tuple[str, str]:
    first = by_urgency(here.report.checks)
    check = first[0].id if first else "CHECK"
    give = f"andon waive {check} --until {today + timedelta(days=1)} --reason 'why it may pass'"
    return give, "andon waivers revoke NUMBER"


def _give(forms: Forms, name: str, today: date) -> None:
    ids = [verdict.id for verdict in by_urgency(forms.here.report.checks)]
    if not ids:
        return
    blank: dict[str, object] = {
        "check": ids[0], "until": today + timedelta(days=1), "up-to": None, "reason": "",
    }  # fmt: skip
    for field, value in blank.items():
        st.session_state.setdefault(forms.key(field), value)
    with st.form(forms.key("form")):
        show(tag("div", tag("b", "Give a waiver"), " in the name of ", tag("b", name)))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _fields(forms, ids)
            st.form_submit_button(
                "Give the waiver", on_click=_on_give, args=(forms, name, blank), width="content"
            )


def _fields(forms: Forms, ids: list[str]) -> None:
    st.selectbox("Check", ids, key=forms.key("check"), width=230)
    st.date_input("Until, included", key=forms.key("until"), format="YYYY-MM-DD", width=150)
    st.number_input(
        "Up to", value=None, key=forms.key("up-to"), format="%g", width=190,
        placeholder="as found last",
    )  # fmt: skip
    st.text_input("Reason", key=forms.key("reason"), max_chars=1000)


def _on_give(forms: Forms, name: str, blank: Mapping[str, object]) -> None:
    """Store what was typed, and empty the fields. A refusal keeps them as they are."""
    if forms.decide(name, "Not given", lambda: _given(forms, name)):
        for field, value in blank.items():
            st.session_state[forms.key(field)] = value


def _given(forms: Forms, name: str) -> str:
    state, here = st.session_state, forms.here
    up_to, until = state[forms.key("up-to")], state[forms.key("until")]
    if not isinstance(until, date):
        raise UsageError("Until is empty: choose the last day")
    wish = Wish(
        check=state[forms.key("check")], owner=name, reason=state[forms.key("reason")],
        until=until, up_to=None if up_to is None else float(up_to),
    )  # fmt: skip
    waiver = give(here.config, data.history(here.pipeline), wish, data.now(), _FORM)
    covered = f" for {subjects_text(waiver.subjects)}" if waiver.subjects else ""
    limit = "" if waiver.up_to is None else f" up to {number_text(waiver.up_to)}"
    return (
        f"Waiver {waiver.id} holds: {waiver.check} may be red{covered}{limit} until "
        f"{short(waiver.until)}, for data dates from {short(waiver.data_date)} on. It ends early "
        "once the check was green."
    )


def _revoke(forms: Forms, name: str, holding: list[StoredWaiver]) -> None:
    def revoke(number: int) -> bool:
        pipeline = forms.here.pipeline
        return data.history(pipeline).revoke_waiver(number, pipeline, name, data.now())

    forms.revoke_buttons(
        name, {decision.id: decision.check for decision in holding},
        "The check is then judged as usual again, and may stop the line.", revoke,
    )  # fmt: skip
